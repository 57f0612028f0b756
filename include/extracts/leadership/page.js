(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("page-data").textContent);
  const charts = JSON.parse(document.getElementById("chart-data").textContent);
  const overview = document.getElementById("tong-quan");
  const view = document.getElementById("xem");
  const pageTitle = document.title;
  const LINEAGE = "nguon";
  const hasCells = data.indicators.some((each) => each.sides.some((side) => side.terms.length));
  const BIG_LIST = 12;

  const byCode = new Map(data.indicators.map((each) => [each.code, each]));
  const groupPlace = new Map(data.groups.map((group, place) => [group[0], place]));
  const bodyPlace = new Map(data.bodies.map((body, place) => [body[0], place]));

  // ---- words and elements: data becomes text nodes, never markup ----

  function word(place) { return data.words[place]; }

  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    Object.entries(attributes || {}).forEach(([key, value]) => {
      if (value !== null && value !== undefined) { element.setAttribute(key, value); }
    });
    children.flat().forEach((child) => {
      if (child !== null && child !== undefined && child !== "") { element.append(child); }
    });
    return element;
  }

  function folded(text) { return text.normalize("NFC").toLowerCase().replace(/\s+/g, " "); }

  function plain(text) {
    return folded(text).normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
  }

  // A word typed with its accents is looked for with them: Thạnh never finds Thành. Without any, accents do not matter.
  function matches(text, typed) {
    const exact = folded(text), loose = plain(text);
    return folded(typed).split(" ").filter(Boolean).every((each) =>
      each === plain(each) ? loose.includes(each) : exact.includes(each));
  }

  // ---- the place in the page is the hash: #/M01/commune/28249/nguon?muc=II.2 ----

  function readPlace() {
    const hash = window.location.hash;
    if (!hash.startsWith("#/")) { return { parts: [], filters: new URLSearchParams(), anchor: hash.slice(1) }; }
    const [path, query] = hash.slice(2).split("?");
    let parts = [];
    try { parts = path.split("/").filter(Boolean).map(decodeURIComponent); } catch (error) { parts = []; }
    const showsLineage = parts[parts.length - 1] === LINEAGE;
    if (showsLineage) { parts.pop(); }
    return { parts, showsLineage, filters: new URLSearchParams(query || ""), anchor: "" };
  }

  function hashOf(parts, filters) {
    const query = filters ? filters.toString() : "";
    return "#/" + parts.map(encodeURIComponent).join("/") + (query ? "?" + query : "");
  }

  let filters = new URLSearchParams();

  function link(parts, text, attributes) {
    return make("a", Object.assign({ href: hashOf(parts, filters) }, attributes), text);
  }

  // ---- charts ----

  // plotly reads a little markup in names; what a name contains is to be seen as it is.
  function literal(text) {
    return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  function wrapped(name, width) {
    const lines = [""];
    name.split(" ").forEach((each) => {
      const last = lines[lines.length - 1];
      if (last && last.length + each.length + 1 > width) { lines.push(each); }
      else { lines[lines.length - 1] = last ? last + " " + each : each; }
    });
    return lines;
  }

  function draw(place, figure) {
    const own = JSON.parse(JSON.stringify(figure));
    const isNarrow = place.clientWidth < 480;
    own.layout.xaxis.title.text = literal(own.layout.xaxis.title.text);
    if (isNarrow) { own.layout.font.size = 11; }
    own.data.forEach((trace) => {
      // Long names and bars do not share a phone's width: break the names.
      if (trace.name) { trace.name = literal(trace.name); }
      trace.text = (trace.text || []).map(literal);
      trace.y = trace.y.map((name) => wrapped(name, isNarrow ? 18 : 44).map(literal).join("<br>"));
    });
    return Plotly.newPlot(place, own.data, own.layout, { displayModeBar: false, responsive: true });
  }

  let overviewIsDrawn = false;

  function drawOverview() {
    document.querySelectorAll("#tong-quan [data-chart]").forEach((place) => {
      if (overviewIsDrawn) { Plotly.Plots.resize(place); } else { draw(place, charts[place.dataset.chart]); }
    });
    overviewIsDrawn = true;
  }

  // ---- pieces of a view ----

  function isNumber(figure) { return figure[1] === 0; }

  function shown(figure, unit) {
    return make("span", { class: isNumber(figure) ? "figure" : "figure word" }, word(figure[0]),
      isNumber(figure) ? make("span", { class: "small" }, " " + unit) : null);
  }

  function ofTerms(figure) {
    const numerator = word(figure[5]), denominator = word(figure[6]);
    return denominator ? (numerator || "–") + " / " + denominator : "";
  }

  function ofBodies(figure) { return word(figure[3]).includes("ngày") ? word(figure[3]) : word(figure[3]) + " đơn vị"; }

  function cell(label, classes, ...children) {
    return make("td", { "data-label": label, class: classes || null }, ...children);
  }

  function table(headers, rows, classes, foot) {
    const head = headers.map(([text, kind]) => make("th", { scope: "col", class: kind || null }, text));
    return make("table", { class: "cards " + (classes || "") },
      make("thead", {}, make("tr", {}, head)),
      make("tbody", {}, rows),
      foot ? make("tfoot", {}, foot) : null);
  }

  function crumbs(parts) {
    const steps = [make("a", { href: hashOf([], filters) }, "Toàn tỉnh")];
    const names = [
      (part) => part,
      (part) => data.groups[groupPlace.get(part)][1],
      (part) => word(data.bodies[bodyPlace.get(part)][1]),
    ];
    parts.forEach((part, depth) => {
      const isLast = depth === parts.length - 1;
      const name = names[depth](part);
      steps.push(isLast ? make("span", { "aria-current": "page" }, name) : link(parts.slice(0, depth + 1), name));
    });
    return make("nav", { "aria-label": "Đường dẫn", class: "crumbs" },
      make("ol", {}, steps.map((step) => make("li", {}, step))));
  }

  function sumOf(term, key) { return key in term.sums ? word(term.sums[key]) : ""; }

  function addedBy(side, key) {
    return side.terms.map((term) => sumOf(term, key)).map((sum) => sum || "–").join(" / ");
  }

  function isAddedTo(side, key) { return side.terms.some((term) => key in term.sums); }

  // What nothing was added to has no cells to show.
  function sourced(side, figure, key, parts) {
    const text = shown(figure, side.unit);
    return isAddedTo(side, key)
      ? make("a", { href: hashOf([...parts, LINEAGE], filters), title: "Xem nguồn của con số" }, text)
      : text;
  }

  function figureCard(indicator, side, figure, key) {
    const box = make("div", { class: "card" });
    if (indicator.sides.length > 1) { box.append(make("p", { class: "name" }, side.short || side.name)); }
    if (figure) {
      box.append(make("p", { class: "value" + (isNumber(figure) ? "" : " word") }, word(figure[0]),
        isNumber(figure) ? make("span", { class: "unit" }, " " + side.unit) : null));
      [
        word(figure[2]),
        word(figure[3]) !== "–" && !key.startsWith("b") ? "Đã báo cáo: " + ofBodies(figure) : "",
        ofTerms(figure) ? "Tử số / mẫu số: " + ofTerms(figure) : "",
        word(figure[7]),
        word(figure[4]),
        key === "" ? side.compared : "",
      ].filter(Boolean).forEach((text) => box.append(make("p", { class: "small" }, text)));
    } else if (isAddedTo(side, key)) {
      box.append(make("p", { class: "value" }, addedBy(side, key)),
        make("p", { class: "small" }, "Cộng vào số của toàn tỉnh (" +
          side.terms.map((term) => term.label.toLowerCase()).join(" / ") + ")" + (indicator.factor ? ", đơn vị gốc, chưa chia " + indicator.factor : "") + "; chỉ tiêu không có số riêng ở cấp này."));
    } else {
      box.append(make("p", { class: "value word" }, "–"),
        make("p", { class: "small" }, "Chỉ tiêu không có số riêng và không có ô nào cộng vào ở cấp này."));
    }
    return box;
  }

  function figureOf(side, key) {
    if (key === "") { return side.headline; }
    const listed = key[0] === "g" ? side.groups : side.bodies;
    return listed[key.slice(1)];
  }

  function keyOf(parts) {
    if (parts.length > 2) { return "b" + bodyPlace.get(parts[2]); }
    return parts.length > 1 ? "g" + groupPlace.get(parts[1]) : "";
  }

  // ---- lineage ----

  function cellsOf(term, key) {
    const listed = [];
    for (let at = 0; at < term.cells.length; at += 8) {
      const [body, file, measure, sheet, address, member, value, added] = term.cells.slice(at, at + 8);
      const group = body ? data.bodies[body - 1][2] : -1;
      if (key === "" || key === "g" + group || key === "b" + (body - 1)) {
        listed.push({ body: body - 1, group, file: file - 1, measure, sheet, address, member, value, added });
      }
    }
    return listed;
  }

  function fileOf(each) {
    if (each.file < 0) { return [each.body < 0 ? "không qua tệp" : "không có tệp"]; }
    const [name, sha256, receipt, revision] = data.files[each.file];
    const about = ["bản " + revision, word(receipt), "SHA-256 " + sha256.slice(0, 12)];
    return [make("span", { class: "data" }, word(name)),
      make("span", { class: "small about" }, (revision ? about : about.slice(1)).filter(Boolean).join(" · "))];
  }

  function addressOf(each) {
    const sheet = word(each.sheet), address = word(each.address);
    if (!sheet && !address) { return each.file < 0 ? "" : "cả báo cáo"; }
    return [sheet, address].filter(Boolean).join(", ");
  }

  function cellTable(term, listed, sum) {
    const hasMeasures = term.measures.length > 1;
    const hasMembers = listed.some((each) => each.member);
    const headers = [["Đơn vị"], ["Tệp"], ["Trang tính, ô"], ["Giá trị trong ô", "n"], ["Cộng vào", "n"]];
    if (hasMeasures || hasMembers) { headers.splice(1, 0, ["Số liệu"]); }
    const rows = listed.map((each) => make("tr", {},
      make("th", { scope: "row" }, each.body < 0 ? "Toàn tỉnh" : word(data.bodies[each.body][1])),
      hasMeasures || hasMembers
        ? cell("Số liệu", "", [hasMeasures ? term.measures[each.measure] : "", word(each.member)].filter(Boolean).join(" – "))
        : null,
      cell("Tệp", "", ...fileOf(each)),
      cell("Trang tính, ô", "", addressOf(each)),
      cell("Giá trị trong ô", "n", word(each.value)),
      cell("Cộng vào", "n added", word(each.added))));
    const foot = make("tr", {},
      make("th", { scope: "row", colspan: headers.length - 1 }, "Cộng " + listed.length + " dòng"),
      cell("Cộng", "n strong sum", sum));
    return table(headers, rows, "cells", foot);
  }

  function termSection(term, key, figure) {
    const listed = cellsOf(term, key);
    if (!listed.length) { return null; }
    const sum = sumOf(term, key);
    const box = make("div", { class: "term", "data-term": term.side },
      make("h4", {}, term.label + ": ", make("span", { class: "total" }, sum)),
      make("p", { class: "small" }, term.measures.join("; ") + "."));
    const printed = figure ? word(figure[term.side === "denominator" ? 6 : 5]) : "";
    const name = term.side === "denominator" || term.label === "Tử số" ? term.label.toLowerCase() : "số";
    if (sum === word(data.notShown)) {
      box.append(make("p", { class: "small" }, "Có ô không nêu con số, nên ở đây không cộng."));
    } else if (printed) {
      box.append(make("p", { class: "small check" }, sum === printed
        ? "Cộng các ô được " + sum + ", đúng bằng " + name + " đã in."
        : "Cộng các ô được " + sum + "; " + name + " đã in là " + printed + "."));
    }
    const groups = [...new Set(listed.map((each) => each.group))].sort((one, other) =>
      (one < 0) - (other < 0) || one - other);
    if (groups.length === 1 && listed.length <= BIG_LIST) {
      box.append(cellTable(term, listed, sum));
      return box;
    }
    groups.forEach((group) => {
      const members = listed.filter((each) => each.group === group);
      const part = group < 0 ? "" : sumOf(term, "g" + group);
      // Cells of no group are the province's own feeds; nothing but them is in such a term.
      box.append(make("details", {},
        make("summary", {}, (group < 0 ? "Nguồn của toàn tỉnh" : data.groups[group][1]) + " (" + members.length +
          " dòng)" + (part ? ": " + part : "")),
        cellTable(term, members, group < 0 && groups.length === 1 ? sum : part)));
    });
    return box;
  }

  function formulaOf(indicator, side, key, figure) {
    if (!figure || !isNumber(figure)) { return ""; }
    const numerator = word(figure[5]), denominator = word(figure[6]);
    if (indicator.isShare && denominator) {
      return numerator + " ÷ " + denominator + " × 100 = " + word(figure[0]) + " " + side.unit;
    }
    return indicator.factor ? numerator + " ÷ " + indicator.factor + " = " + word(figure[0]) + " " + side.unit : "";
  }

  function shellWord(text) { return /^[\w@%+=:,.\/-]+$/.test(text) ? text : "'" + text.replace(/'/g, "'\"'\"'") + "'"; }

  function commandOf(indicator, parts) {
    const scope = parts.length > 2 ? "unit:" + parts[2] : parts.length > 1 ? "group:" + parts[1] : "";
    return ["ttdn", "trace", indicator.code, "--period", data.period, ...(data.release ? ["--release", data.release] : []), ...(scope ? ["--scope", scope] : [])]
      .map(shellWord).join(" ");
  }

  function commandLine(indicator, parts) {
    const field = make("input", { type: "text", readonly: "", id: "lenh", value: commandOf(indicator, parts), spellcheck: "false" });
    const button = make("button", { type: "button" }, "Chép lệnh");
    const said = make("span", { class: "small", role: "status" });
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", () => {
      field.focus();
      field.select();
      const told = () => { said.textContent = "Đã chép."; };
      const byHand = () => { said.textContent = document.execCommand("copy") ? "Đã chép." : "Chép bằng Ctrl+C."; };
      if (navigator.clipboard) { navigator.clipboard.writeText(field.value).then(told, byHand); } else { byHand(); }
    });
    return make("p", { class: "command" }, make("label", { for: "lenh" }, "Dành cho kỹ sư: lệnh truy nguồn"),
      make("span", { class: "copied" }, field, button), said);
  }

  function lineageSection(indicator, parts) {
    const key = keyOf(parts);
    const box = make("section", { id: "nguon-con-so", class: "lineage", "aria-labelledby": "nguon-ten", tabindex: "-1" },
      make("h3", { id: "nguon-ten" }, "Nguồn của con số: tệp và ô"),
      make("p", { class: "small" }, "Số trong bảng là đơn vị gốc (đồng, USD, đếm được)" +
        (indicator.factor ? ", chưa chia " + indicator.factor : "") + ". " + indicator.arithmetic));
    let isTraced = false;
    indicator.sides.forEach((side) => {
      const figure = figureOf(side, key);
      isTraced = isTraced || Boolean(figure);
      if (indicator.sides.length > 1) { box.append(make("h4", {}, side.name)); }
      const terms = side.terms.map((term) => termSection(term, key, figure)).filter(Boolean);
      const formula = formulaOf(indicator, side, key, figure);
      if (formula) { box.append(make("p", { class: "formula" }, formula)); }
      const none = hasCells ? "Không có ô nào cộng vào con số này." : "Bản này không kèm danh sách ô; truy nguồn bằng lệnh dưới đây.";
      box.append(...(terms.length ? terms : [make("p", {}, none)]));
    });
    if (indicator.parts.length && key === "") {
      box.append(make("p", { class: "small" }, "Nguồn của số phân tổ: thêm --by và mã ghi sau tên vào lệnh dưới đây."));
    }
    box.append(commandLine(indicator, isTraced ? parts : parts.slice(0, 1)));
    return box;
  }

  function lineageSwitch(parts, isOpen) {
    const button = make("button", {
      type: "button", class: "switch", "aria-expanded": String(isOpen), "aria-controls": "nguon-con-so",
    }, isOpen ? "Ẩn nguồn của con số" : "Xem nguồn của con số: tệp, ô");
    button.addEventListener("click", () => {
      window.location.hash = hashOf(isOpen ? parts : [...parts, LINEAGE], filters);
    });
    return make("p", {}, button);
  }

  // ---- the three depths ----

  function groupsOf(indicator) {
    const places = new Set();
    indicator.sides.forEach((side) => {
      Object.keys(side.groups).forEach((place) => places.add(Number(place)));
      Object.keys(side.bodies).forEach((place) => places.add(data.bodies[place][2]));
      side.terms.forEach((term) => Object.keys(term.sums).forEach((key) => {
        if (key[0] === "g") { places.add(Number(key.slice(1))); }
      }));
    });
    places.delete(-1);
    return [...places].sort((one, other) => one - other);
  }

  function bodiesOf(indicator, group) {
    return data.bodies.map((body, place) => place).filter((place) => data.bodies[place][2] === group
      && (data.bodies[place][4] || indicator.sides.some((side) =>
        String(place) in side.bodies || isAddedTo(side, "b" + place))));
  }

  function valueCells(indicator, keys, parts, hasFigures) {
    return indicator.sides.map((side) => {
      const figure = figureOf(side, keys), label = indicator.sides.length > 1 ? side.short : "Giá trị";
      const listed = [];
      if (hasFigures) {
        listed.push(figure
          ? cell(label, "n value" + (isNumber(figure) ? "" : " word"), sourced(side, figure, keys, parts))
          : cell(label, "n value word", "–"));
        listed.push(cell("Loại, còn thiếu", "", figure ? [word(figure[2]), word(figure[4])].filter(Boolean).join(". ") : ""));
      }
      if (showsAdded(indicator, side, hasFigures)) {
        const sums = isAddedTo(side, keys) ? addedBy(side, keys) : "không có ô nào";
        listed.push(cell(addedLabel(indicator, side), "n added", figure ? ofTerms(figure) || word(figure[5]) : sums));
      }
      return listed;
    }).flat();
  }

  // Where the value is the sum itself, printing it twice tells nothing.
  function showsAdded(indicator, side, hasFigures) {
    return hasCells && (!hasFigures || Boolean(indicator.factor) || side.terms.length > 1);
  }

  function addedLabel(indicator, side) {
    const label = side.terms.length > 1 ? "Tử số / mẫu số" : "Cộng vào";
    return indicator.sides.length > 1 ? label + ": " + side.short : label;
  }

  function valueHeaders(indicator, hasFigures) {
    return indicator.sides.map((side) => [
      ...(hasFigures ? [[indicator.sides.length > 1 ? side.short : "Giá trị", "n"], ["Loại, còn thiếu"]] : []),
      ...(showsAdded(indicator, side, hasFigures) ? [[addedLabel(indicator, side), "n"]] : []),
    ]).flat();
  }

  function hasAny(indicator, prefix, places) {
    return indicator.sides.some((side) => places.some((place) => figureOf(side, prefix + place)));
  }

  function groupTable(indicator) {
    const places = groupsOf(indicator);
    if (!places.length) { return make("p", {}, "Chỉ tiêu này không chia theo nhóm đơn vị."); }
    const hasFigures = hasAny(indicator, "g", places);
    const rows = places.map((place) => {
      const [code, name] = data.groups[place], parts = [indicator.code, code];
      const figure = indicator.sides.map((side) => figureOf(side, "g" + place)).find(Boolean);
      return make("tr", { "data-group": code },
        make("th", { scope: "row" }, link(parts, name, { class: "deeper" })),
        ...valueCells(indicator, "g" + place, parts, hasFigures),
        hasFigures ? cell("Đơn vị đã báo cáo", "n", figure ? word(figure[3]) : "") : null);
    });
    const headers = [["Nhóm đơn vị"], ...valueHeaders(indicator, hasFigures)];
    return table(hasFigures ? [...headers, ["Đơn vị đã báo cáo", "n"]] : headers, rows, "drill");
  }

  function bodyTable(indicator, group) {
    const places = bodiesOf(indicator, group);
    const hasFigures = hasAny(indicator, "b", places);
    const rows = places.map((place) => {
      const [code, name, , report] = data.bodies[place], parts = [indicator.code, data.groups[group][0], code];
      return make("tr", { "data-body": code },
        make("th", { scope: "row" }, link(parts, word(name), { class: "deeper" })),
        ...valueCells(indicator, "b" + place, parts, hasFigures),
        cell("Báo cáo", "", word(report)));
    });
    const made = table([["Đơn vị"], ...valueHeaders(indicator, hasFigures), ["Báo cáo"]], rows, "drill");
    if (places.length <= BIG_LIST) { return [made]; }
    const typed = make("input", { type: "search", id: "tim-don-vi", autocomplete: "off" });
    const count = make("span", { class: "small", role: "status" }, places.length + " đơn vị");
    typed.addEventListener("input", () => {
      rows.forEach((row, at) => { row.hidden = !matches(word(data.bodies[places[at]][1]), typed.value); });
      count.textContent = rows.filter((row) => !row.hidden).length + " đơn vị";
    });
    return [make("p", { class: "finder" }, make("label", { for: "tim-don-vi" }, "Tìm đơn vị"), typed, count), made];
  }

  function partsSection(indicator) {
    return indicator.parts.map(([axis, members]) => make("details", {},
      make("summary", {}, "Phân tổ " + word(axis)),
      table([["Thành phần"], ["Giá trị", "n"]], members.map(([name, by, text, kind, unit]) => make("tr", {},
        make("th", { scope: "row" }, word(name), " ", make("code", {}, word(by))),
        cell("Giá trị", kind ? "n word" : "n", word(text), kind ? null : make("span", { class: "small" }, " " + word(unit))))))));
  }

  function renderView(place) {
    const { parts, showsLineage } = place;
    const indicator = byCode.get(parts[0]);
    const key = keyOf(parts);
    const heading = indicator.code + ". " + indicator.name;
    const scope = parts.length > 2 ? word(data.bodies[bodyPlace.get(parts[2])][1])
      : parts.length > 1 ? data.groups[groupPlace.get(parts[1])][1] : "Toàn tỉnh";
    view.replaceChildren(crumbs(parts), make("h2", { id: "xem-ten", tabindex: "-1" }, heading),
      make("p", { class: "scope" }, scope, make("span", { class: "small" }, " · " + data.periodName +
        (parts.length > 2 && word(data.bodies[bodyPlace.get(parts[2])][3])
          ? " · báo cáo: " + word(data.bodies[bodyPlace.get(parts[2])][3]).toLowerCase() : ""))),
      make("div", { class: "cardsline" }, indicator.sides.map((side) => figureCard(indicator, side, figureOf(side, key), key))));
    if (filters.get("ky") === "cung-ky" && parts.length > 1) {
      view.append(make("p", { class: "notice" }, "Số cùng kỳ chỉ có của toàn tỉnh; dưới đây là số của " + data.periodName + "."));
    }
    if (parts.length === 1) {
      view.append(make("p", { class: "small" }, indicator.sectionName + ". Chiều: " + indicator.direction +
        ". Trách nhiệm: " + indicator.owner + ". " + indicator.note));
    }
    const isOpen = showsLineage || parts.length > 2;
    if (parts.length < 3) { view.append(lineageSwitch(parts, isOpen)); }
    if (isOpen) { view.append(lineageSection(indicator, parts)); }
    if (parts.length === 1) {
      const chart = indicator.chart;
      view.append(make("h3", {}, "Theo nhóm đơn vị"), groupTable(indicator));
      if (chart) {
        const place = make("div", { role: "img", "aria-label": chart.alt, class: "chart" });
        view.append(make("figure", {}, make("figcaption", {}, chart.title), place));
        draw(place, chart.figure);
      }
      view.append(...partsSection(indicator));
    } else if (parts.length === 2) {
      view.append(make("h3", {}, "Từng đơn vị"), ...bodyTable(indicator, groupPlace.get(parts[1])));
    }
    document.title = heading + " · " + scope;
    return isOpen && parts.length < 3 ? document.getElementById("nguon-con-so") : document.getElementById("xem-ten");
  }

  function isKnown(parts) {
    return parts.length > 0 && parts.length < 4 && byCode.has(parts[0])
      && (parts.length < 2 || groupPlace.has(parts[1]))
      && (parts.length < 3 || (bodyPlace.has(parts[2]) && data.bodies[bodyPlace.get(parts[2])][2] === groupPlace.get(parts[1])));
  }

  // ---- the filters of the overview ----

  const FILTERS = { muc: "filter-section", nhom: "filter-group", ky: "filter-period", tt: "filter-state", tim: "filter-text" };

  function controls() {
    return Object.entries(FILTERS).map(([name, id]) => [name, document.getElementById(id)]).filter(([, control]) => control);
  }

  function stateFits(figure, wanted) {
    const kind = word(figure[2]);
    return !wanted || { co: figure[1] < 2, khong: figure[1] === 2, uoc: kind.includes("ước"), sua: kind.includes("đã đính chính") }[wanted];
  }

  function filterRows(chosen) {
    let count = 0;
    document.querySelectorAll("tbody[data-group]").forEach((body) => {
      let visible = 0;
      body.querySelectorAll("tr[data-text]").forEach((row) => {
        const fits = (!chosen.muc || body.dataset.group === chosen.muc)
          && (!chosen.tt || row.dataset.state.split(" ").includes(chosen.tt))
          && matches(row.dataset.text, chosen.tim);
        row.hidden = !fits;
        visible += fits ? 1 : 0;
      });
      body.hidden = visible === 0;
      count += visible;
    });
    return count;
  }

  function renderGroup(chosen, place) {
    const key = "g" + place, code = data.groups[place][0];
    const rows = [];
    let section = "";
    document.querySelectorAll("#filter-section option[value]").forEach((option) => {
      data.indicators.filter((each) => each.section === option.value).forEach((indicator) => {
        const owned = indicator.code + " " + indicator.name + " " + indicator.owner;
        if ((chosen.muc && indicator.section !== chosen.muc) || !matches(owned, chosen.tim)) { return; }
        indicator.sides.forEach((side) => {
          const figure = figureOf(side, key);
          if (!(figure || isAddedTo(side, key)) || (figure ? !stateFits(figure, chosen.tt) : chosen.tt)) { return; }
          if (section !== indicator.section) {
            section = indicator.section;
            rows.push(make("tr", { class: "band" }, make("th", { colspan: 5, scope: "rowgroup" }, indicator.sectionName)));
          }
          rows.push(make("tr", { "data-code": indicator.code },
            cell("Mã", "", indicator.code),
            cell("Chỉ tiêu", "", link([indicator.code, code], side.name)),
            figure
              ? cell("Giá trị của nhóm", "n value" + (isNumber(figure) ? "" : " word"),
                sourced(side, figure, key, [indicator.code, code]))
              : cell("Cộng vào số toàn tỉnh", "n", addedBy(side, key), make("span", { class: "small" }, " (cộng vào)")),
            cell("Toàn tỉnh", "n" + (isNumber(side.headline) ? "" : " word"), shown(side.headline, side.unit)),
            cell("Đơn vị đã báo cáo", "n", figure ? word(figure[3]) : "")));
        });
      });
    });
    const count = rows.filter((row) => row.dataset.code).length;
    document.getElementById("theo-nhom").replaceChildren(table(
      [["Mã"], ["Chỉ tiêu"], ["Giá trị của nhóm", "n"], ["Toàn tỉnh", "n"], ["Đơn vị đã báo cáo", "n"]], rows, "of-group"));
    return count;
  }

  function applyFilters() {
    const chosen = {};
    controls().forEach(([name, control]) => {
      const wanted = filters.get(name) || "";
      if (control.value !== wanted) { control.value = wanted; }
      chosen[name] = control.value || "";
    });
    const group = groupPlace.get(chosen.nhom);
    const isGroup = group !== undefined;
    document.body.classList.toggle("only-now", chosen.ky === "ky-nay");
    document.body.classList.toggle("only-then", chosen.ky === "cung-ky" && !isGroup);
    document.querySelector("table.indicators").hidden = isGroup;
    document.getElementById("theo-nhom").hidden = !isGroup;
    const count = isGroup ? renderGroup(chosen, group) : filterRows(chosen);
    document.getElementById("filter-count").textContent = count + " dòng";
    const told = [];
    if (chosen.ky === "cung-ky") {
      told.push(isGroup ? "Số cùng kỳ chỉ có của toàn tỉnh; bảng dưới đây là số của " + data.periodName + "."
        : "Đang xem số của cùng kỳ, không phải của " + data.periodName + ".");
    }
    if (isGroup) { told.push("“(cộng vào)”: chỉ tiêu không có số riêng của nhóm; số in là phần cộng vào số toàn tỉnh."); }
    const note = document.getElementById("filter-note");
    note.textContent = told.join(" ");
    note.hidden = told.length === 0;
  }

  function listen() {
    const groups = document.getElementById("filter-group");
    data.groups.forEach(([code, name]) => groups.append(make("option", { value: code }, name)));
    controls().forEach(([name, control]) => {
      control.addEventListener("input", () => {
        const wanted = new URLSearchParams(filters);
        if (control.value) { wanted.set(name, control.value); } else { wanted.delete(name); }
        // A step back undoes a choice, not a letter.
        if (name === "tim") { window.location.replace(hashOf([], wanted)); } else { window.location.hash = hashOf([], wanted); }
      });
    });
    document.getElementById("filter").hidden = false;
    document.addEventListener("keydown", (event) => {
      const { parts, showsLineage } = readPlace();
      if (event.key === "Escape" && !view.hidden && event.target.tagName !== "INPUT") {
        window.location.hash = hashOf(showsLineage ? parts : parts.slice(0, -1), filters);
      }
    });
    document.querySelector("a.skip").addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById("noi-dung").focus();
    });
  }

  // Names lead to groups and bodies, numbers to their cells.
  function linkNumbers() {
    function wrap(element, parts, title) {
      const made = make("a", { class: "into", title: title || null });
      made.dataset.parts = JSON.stringify(parts);
      made.append(...element.childNodes);
      element.append(made);
    }
    document.querySelectorAll(".tiles li, table.indicators tr[data-code]").forEach((each) => {
      wrap(each.querySelector(".name"), [each.dataset.code]);
      wrap(each.querySelector(".value"), [each.dataset.code, LINEAGE], "Xem nguồn của con số");
    });
    document.querySelectorAll("td[data-group]").forEach((each) => {
      wrap(each, [each.dataset.code, each.dataset.group], "Xem từng đơn vị");
    });
  }

  function refreshLinks() {
    document.querySelectorAll("a.into").forEach((each) => {
      each.setAttribute("href", hashOf(JSON.parse(each.dataset.parts), filters));
    });
  }

  // ---- going from place to place ----

  let left = null;

  function show() {
    const place = readPlace();
    if (!place.anchor) { filters = place.filters; }
    if (isKnown(place.parts)) {
      if (!overview.hidden) { left = { top: window.scrollY, focus: document.activeElement }; }
      overview.hidden = true;
      view.hidden = false;
      document.body.classList.add("drilled");
      const target = renderView(place);
      target.focus({ preventScroll: true });
      target.scrollIntoView();
      return;
    }
    const wasAway = overview.hidden;
    overview.hidden = false;
    view.hidden = true;
    view.replaceChildren();
    document.body.classList.remove("drilled");
    document.title = pageTitle;
    applyFilters();
    refreshLinks();
    if (wasAway || !overviewIsDrawn) { drawOverview(); }
    if (wasAway && place.anchor && document.getElementById(place.anchor)) {
      document.getElementById(place.anchor).scrollIntoView();
    } else if (wasAway && left) {
      if (left.focus && overview.contains(left.focus)) { left.focus.focus({ preventScroll: true }); }
      window.scrollTo(0, left.top);
    }
  }

  linkNumbers();
  listen();
  window.addEventListener("hashchange", show);
  show();
}());

(function () {
  "use strict";

  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  }

  var box = document.getElementById("tim");
  var told = document.getElementById("tim-dem");
  var entries = [];
  document.querySelectorAll("[data-muc]").forEach(function (entry) {
    var rows = [];
    entry.querySelectorAll("[data-dong]").forEach(function (row) {
      rows.push({ place: row, text: plain(row.textContent + " " + row.id) });
    });
    var head = entry.querySelector("[data-dau]") || entry;
    entries.push({
      place: entry,
      head: plain(head.textContent + " " + entry.id),
      text: plain(entry.textContent + " " + entry.id),
      rows: rows
    });
  });
  var parts = document.querySelectorAll("[data-phan]");

  function has(text, words) {
    return words.every(function (word) { return text.indexOf(word) >= 0; });
  }

  function search() {
    var words = plain(box.value).split(/\s+/).filter(Boolean);
    var found = 0;
    document.body.classList.toggle("dang-tim", words.length > 0);
    entries.forEach(function (entry) {
      var fits = has(entry.text, words);
      entry.place.hidden = !fits;
      if (!fits) { return; }
      found += 1;
      // A table found by its own words shows all its columns; found by a column, only those columns.
      var whole = has(entry.head, words);
      var any = entry.rows.some(function (row) { return has(row.text, words); });
      entry.rows.forEach(function (row) { row.place.hidden = !whole && any && !has(row.text, words); });
      var fold = entry.place.tagName === "DETAILS" ? entry.place : entry.place.querySelector("details");
      if (fold) { fold.open = words.length > 0 && any && !whole; }
    });
    parts.forEach(function (part) {
      part.hidden = words.length > 0 && !part.querySelector("[data-muc]:not([hidden])");
    });
    told.textContent = words.length ? (found ? found + " mục có chữ này" : "Không có mục nào có chữ này") : "";
  }

  function show() {
    // A link from elsewhere must reach its place, whatever was searched for and whatever is folded.
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.closest("[hidden]")) { box.value = ""; search(); }
    var fold = target.closest("details");
    if (fold) { fold.open = true; }
    target.scrollIntoView();
  }

  document.getElementById("tim-khung").hidden = false;
  box.addEventListener("input", search);
  window.addEventListener("hashchange", show);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (fold) { fold.open = true; });
  });
  if (window.matchMedia("(min-width: 1000px)").matches) { document.getElementById("muc-luc").open = true; }
  show();
}());

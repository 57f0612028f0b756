(function () {
  "use strict";

  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  }

  function drawCharts() {
    var figures = JSON.parse(document.getElementById("chart-data").textContent);
    Object.keys(figures).forEach(function (code) {
      var place = document.getElementById("chart-" + code);
      var figure = figures[code];
      if (place.clientWidth < 480) {
        // Long names and bars do not share a phone's width: break the names.
        figure.layout.font.size = 11;
        figure.data.forEach(function (trace) {
          trace.y = trace.y.map(function (name) { return wrapped(name, 18); });
        });
      }
      Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false, responsive: true });
    });
  }

  function wrapped(name, width) {
    var lines = [""];
    name.split(" ").forEach(function (word) {
      var last = lines[lines.length - 1];
      if (last && last.length + word.length + 1 > width) { lines.push(word); }
      else { lines[lines.length - 1] = last ? last + " " + word : word; }
    });
    return lines.join("<br>");
  }

  function filterIndicators() {
    var words = plain(document.getElementById("filter-text").value).split(/\s+/).filter(Boolean);
    var group = document.getElementById("filter-group").value;
    var state = document.getElementById("filter-state").value;
    var shown = 0;
    document.querySelectorAll("tbody[data-group]").forEach(function (body) {
      var visible = 0;
      body.querySelectorAll("tr[data-text]").forEach(function (row) {
        var fits = (!group || body.dataset.group === group)
          && (!state || row.dataset.state.split(" ").indexOf(state) >= 0)
          && words.every(function (word) { return row.dataset.text.indexOf(word) >= 0; });
        row.hidden = !fits;
        if (fits) { visible += 1; }
      });
      body.hidden = visible === 0;
      shown += visible;
    });
    document.getElementById("filter-count").textContent = shown + " dòng";
  }

  drawCharts();
  ["filter-text", "filter-group", "filter-state"].forEach(function (id) {
    document.getElementById(id).addEventListener("input", filterIndicators);
  });
  document.getElementById("filter").hidden = false;
  filterIndicators();
}());

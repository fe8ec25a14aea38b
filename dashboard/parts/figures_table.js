// A table of figures with shades, small lines, sorting and opening; everything shown is text made on the server.
const SVG = "http://www.w3.org/2000/svg";

function line(values, parent, colours) {
  const width = 96, height = 22, step = (width - 8) / (values.length - 1);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("aria-hidden", "true");
  const at = values.map((value, index) => [4 + index * step, 3 + (1 - value) * (height - 6)]);
  const path = document.createElementNS(SVG, "polyline");
  path.setAttribute("points", at.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "));
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", colours.line);
  path.setAttribute("stroke-width", "1.5");
  const dot = document.createElementNS(SVG, "circle");
  dot.setAttribute("cx", at[at.length - 1][0]);
  dot.setAttribute("cy", at[at.length - 1][1]);
  dot.setAttribute("r", "2.5");
  dot.setAttribute("fill", colours.dot);
  svg.append(path, dot);
  parent.appendChild(svg);
}

function fill(cell, found, data, opens) {
  if (found.line && found.line.length) line(found.line, cell, data.colours);
  const figure = found.small ? data.words.small : found.text;
  if (figure) element("span", cell, figure, found.small ? "small" : "");
  if (found.arrow) {
    const sign = found.arrow > 0 ? "↑" : "↓";
    element("span", cell, found.difference ? `${sign} ${found.difference}` : sign, found.worse ? "arrow worse" : "arrow");
  }
  if (found.counts) element("span", cell, found.counts, "counts");
  if (found.step) {
    cell.style.background = data.colours.shades[found.step - 1];
    cell.classList.add("shaded");
  }
  if (found.says) cell.title = opens ? `${found.says}\n${data.words.open}` : found.says;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  parentElement.querySelector(".frame")?.remove();
  const frame = element("div", null, null, "frame");
  frame.tabIndex = -1;
  const table = element("table", frame, null, data.pivot ? "pivot" : "one");
  element("caption", table, data.words.caption).style.cssText =
    "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
  const head = element("tr", element("thead", table));
  data.heads.forEach((label, at) => {
    const cell = element("th", head, null, at ? "head" : "head first");
    cell.scope = "col";
    if (at === 0 && data.sort) {
      const back = element("button", cell, label);
      back.title = data.words.unsorted;
      back.onclick = () => setTriggerValue("sort", "");
    } else cell.textContent = label;
  });
  data.columns.forEach((column) => {
    const cell = element("th", head, null, column.label.length > 8 ? "long" : "");
    cell.scope = "col";
    if (!column.sorts) {
      cell.textContent = column.label;
      return;
    }
    const falling = data.sort === `-${column.name}`, rising = data.sort === column.name;
    cell.setAttribute("aria-sort", falling ? "descending" : rising ? "ascending" : "none");
    const button = element("button", cell, column.label + (falling ? " ▼" : rising ? " ▲" : ""));
    button.title = data.words.sort;
    button.onclick = () => setTriggerValue("sort", falling ? column.name : `-${column.name}`);
  });
  const body = element("tbody", table);
  data.lines.forEach((row, at) => {
    const made = element("tr", body);
    row.labels.forEach((label, place) => {
      const cell = element("th", made, label, place ? "second" : "");
      cell.scope = "row";
      cell.title = label;
      if (row.opens && place === row.labels.length - 1) {
        cell.classList.add("open");
        cell.title = `${label}\n${data.words.open}`;
        cell.onclick = () => setTriggerValue("open", { row: at, column: -1 });
      }
    });
    row.cells.forEach((found, place) => {
      const column = data.columns[place];
      const cell = element("td", made, null, column.kind === "total" ? "total" : "");
      const opens = data.pivot && row.opens && column.opens && Boolean(found.says);
      fill(cell, found, data, opens);
      if (opens) {
        cell.classList.add("open");
        cell.onclick = () => setTriggerValue("open", { row: at, column: place });
      }
    });
  });
  if (data.total) {
    const made = element("tr", element("tfoot", table));
    data.total.labels.forEach((label, place) => (element("th", made, label, place ? "second" : "").scope = "row"));
    data.total.cells.forEach((found, place) =>
      fill(element("td", made, null, data.columns[place].kind === "total" ? "total" : ""), found, data, false)
    );
  }
  walk(body);
  stop(body, body.querySelector(".open"));
  parentElement.appendChild(frame);
}

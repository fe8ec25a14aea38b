// A table of figures with shades, small lines, sorting and opening; everything shown is text made on the server.
// element.js, part.js and table.js stand before.
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

/** Rows in the order of a column; those without a figure there stay at the end as they come, and so do the others. */
function sorted(data, lines) {
  const at = data.columns.findIndex(({ name, sorts }) => sorts && name === data.sort.replace(/^-/, ""));
  if (at < 0) return lines;
  const way = data.sort.startsWith("-") ? -1 : 1;
  const order = ({ said }) => said.cells[at].order;
  const known = lines.filter((each) => each.said.opens && order(each) !== undefined);
  const left = lines.filter((each) => !known.includes(each));
  return [...known.sort((one, other) => way * (order(one) - order(other))), ...left];
}

class Table {
  constructor(parent) {
    this.frame = element("div", parent, null, "huiyin-table");
    this.frame.tabIndex = -1;
  }

  show(data) {
    const text = JSON.stringify(data);
    if (this.shown === text) return; // what stays the same keeps its place and the focus
    this.shown = text;
    this.data = data;
    const table = element("table", null, null, data.pivot ? "pivot" : "one");
    element("caption", table, data.words.caption);
    this.head = element("tr", element("thead", table));
    this.body = element("tbody", table);
    this.lines = data.lines.map((said, at) => ({ said, row: this.line(said, at) }));
    if (data.total) this.total(element("tr", element("tfoot", table)));
    walk(this.body);
    this.headings();
    this.order();
    const cards = this.frame.closest(".st-key-explore-cards");
    if (cards) cards.dataset.narrow = data.narrow; // a style that looks for the table itself is slow
    this.frame.replaceChildren(table);
  }

  /** At once; the run that follows writes the order into the address and finds the table so. */
  sort(name) {
    this.data = { ...this.data, sort: name };
    this.frame.told = this.shown = JSON.stringify(this.data);
    this.headings();
    this.order();
    requestAnimationFrame(() => setTimeout(() => this.tell("sort", name)));
  }

  headings() {
    const { heads, columns, sort, words } = this.data;
    const focused = [...this.head.cells].findIndex((cell) => cell.contains(document.activeElement));
    this.head.replaceChildren();
    heads.forEach((label, at) => {
      const cell = element("th", this.head, null, at ? "head" : "head first");
      cell.scope = "col";
      if (at === 0 && sort) {
        const back = element("button", cell, label);
        back.title = words.unsorted;
        back.onclick = () => this.sort("");
      } else cell.textContent = label;
    });
    columns.forEach((column) => {
      const cell = element("th", this.head, null, column.label.length > 8 ? "long" : "");
      cell.scope = "col";
      if (!column.sorts) {
        cell.textContent = column.label;
        return;
      }
      const falling = sort === `-${column.name}`, rising = sort === column.name;
      cell.setAttribute("aria-sort", falling ? "descending" : rising ? "ascending" : "none");
      const button = element("button", cell, column.label + (falling ? " ▼" : rising ? " ▲" : ""));
      button.title = words.sort;
      button.onclick = () => this.sort(falling ? column.name : `-${column.name}`);
    });
    this.head.cells[focused]?.querySelector("button")?.focus();
  }

  order() {
    this.body.append(...sorted(this.data, this.lines).map(({ row }) => row));
    stop(this.body, this.body.querySelector(".open"));
  }

  line(said, at) {
    const made = document.createElement("tr"), { columns, pivot, words } = this.data;
    said.labels.forEach((label, place) => {
      const cell = element("th", made, label, place ? "second" : "");
      cell.scope = "row";
      cell.title = label;
      if (said.opens && place === said.labels.length - 1) {
        cell.classList.add("open");
        cell.title = `${label}\n${words.open}`;
        cell.onclick = () => this.tell("open", { row: at, column: -1 });
      }
    });
    said.cells.forEach((found, place) => {
      const column = columns[place];
      const cell = element("td", made, null, column.kind === "total" ? "total" : "");
      const opens = pivot && said.opens && column.opens && Boolean(found.says);
      fill(cell, found, this.data, opens);
      if (opens) {
        cell.classList.add("open");
        cell.onclick = () => this.tell("open", { row: at, column: place });
      }
    });
    return made;
  }

  total(made) {
    const { total, columns } = this.data;
    total.labels.forEach((label, place) => (element("th", made, label, place ? "second" : "").scope = "row"));
    total.cells.forEach((found, place) =>
      fill(element("td", made, null, columns[place].kind === "total" ? "total" : ""), found, this.data, false)
    );
  }
}

const tables = new WeakMap(); // by the element Streamlit gives a table for as long as it is on the page

export default function ({ data, parentElement, setTriggerValue }) {
  const table = tables.get(parentElement) ?? new Table(parentElement);
  tables.set(parentElement, table);
  table.tell = setTriggerValue;
  ahead(table.frame, data.name, (said) => table.show(said));
  tell(table.frame, data);
}

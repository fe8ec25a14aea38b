// A list of items, page by page. A page that is at hand is drawn at once, and only then is the page's run told of it;
// what the run answers changes nothing that is drawn. Everything shown is text made on the server.
const AT_HAND = 9; // pages kept in the browser
const PATIENCE = 5000; // milliseconds after which an answer counts even if it does not know of the newest press
const DRAG = 4; // CSS pixels from which a press is no click
const ICONS = { first: "first_page", previous: "chevron_left", next: "chevron_right", last: "last_page" };

class CaseTable {
  constructor(parent) {
    this.sheets = new Map(); // number of a page to its rows
    this.lines = [];
    this.turn = this.wanted = this.pressed = 0;
    const box = element("div", parent, null, "huiyin-cases");
    const pager = element("div", box, null, "pager");
    this.reach = element("p", pager, null, "reach");
    this.reach.setAttribute("role", "status");
    this.steps = Object.entries(ICONS).map(([name, icon]) => {
      const button = element("button", pager, null, name);
      button.type = "button";
      element("span", button, icon, "icon").ariaHidden = "true";
      element("span", button);
      button.onclick = () => this.go(name);
      return [name, button];
    });
    this.place = element("p", pager, null, "place");
    this.frame = element("div", box, null, "frame");
    this.frame.tabIndex = -1;
  }

  take(data, tell) {
    this.tell = tell;
    if (this.data?.list !== data.list) {
      this.sheets.clear();
      this.data = data;
      this.head();
    }
    const text = (place) => (place === null ? null : data.texts[place]);
    for (const { page, reach, place, ids, rows } of data.sheets) {
      this.sheets.set(page, { reach, place, ids: ids.map(text), rows: rows.map((row) => row.map(text)) });
    }
    const late = performance.now() - this.pressed > PATIENCE;
    if (this.data === data || data.turn >= this.turn || late) {
      this.wanted = data.page;
    }
    this.turn = Math.max(this.turn, data.turn);
    for (const page of this.sheets.keys()) {
      if (this.sheets.size > AT_HAND && Math.abs(page - this.wanted) > 1) this.sheets.delete(page);
    }
    this.draw();
  }

  target(name) {
    return { first: 1, previous: Math.max(this.wanted - 1, 1), next: Math.min(this.wanted + 1, this.data.pages),
      last: this.data.pages }[name];
  }

  go(name) {
    const page = this.target(name);
    if (page === this.wanted) return;
    this.wanted = page;
    this.turn += 1;
    this.pressed = performance.now();
    this.draw();
    if (this.telling) return;
    this.telling = true;
    requestAnimationFrame(() => setTimeout(() => { // the frame is painted by then
      this.telling = false;
      this.tell("turn", `${this.data.list} ${this.turn} ${this.wanted}`);
    }));
  }

  /** Headings and columns, once for each list. */
  head() {
    const { columns, words, sort } = this.data;
    const table = element("table");
    element("caption", table, words.caption);
    const widths = element("colgroup", table), row = element("tr", element("thead", table));
    for (const column of columns) {
      element("col", widths).style.width = `${column.width}em`;
      const cell = element("th", row, null, column.kind);
      cell.scope = "col";
      const falling = sort === `-${column.name}`, rising = sort === column.name;
      cell.setAttribute("aria-sort", falling ? "descending" : rising ? "ascending" : "none");
      const button = element("button", cell, column.label);
      button.type = "button";
      button.title = words.sort;
      button.onclick = () => this.tell("sort", column.next);
    }
    table.style.minWidth = `${columns.reduce((sum, column) => sum + column.width, 0)}em`;
    this.body = element("tbody", table);
    this.body.onpointerdown = ({ clientX, clientY }) => { this.down = [clientX, clientY]; };
    this.body.onclick = (event) => this.open(event);
    this.body.onmouseover = ({ target }) => {
      const cell = target.closest("td, th");
      if (cell) cell.title = cell.scrollWidth > cell.clientWidth ? cell.textContent : "";
    };
    walk(this.body);
    this.lines = [];
    this.drawn = 0;
    for (const [name, button] of this.steps) button.lastChild.textContent = words[name];
    this.frame.replaceChildren(table);
  }

  draw() {
    for (const [name, button] of this.steps) say(button, "aria-disabled", String(this.target(name) === this.wanted));
    const sheet = this.sheets.get(this.wanted);
    say(this.frame, "aria-busy", String(!sheet));
    if (!sheet || this.drawn === this.wanted) return; // what is not at hand comes with the run
    this.drawn = this.wanted;
    this.reach.textContent = sheet.reach;
    this.place.textContent = sheet.place;
    while (this.lines.length > sheet.rows.length) this.lines.pop().row.remove();
    while (this.lines.length < sheet.rows.length) this.lines.push(this.line());
    sheet.rows.forEach((texts, at) => this.fill(this.lines[at], texts, sheet.ids[at]));
    stop(this.body, this.lines[0]?.link);
  }

  line() {
    const row = element("tr", this.body);
    const cells = this.data.columns.map((column, at) => {
      const cell = element(at ? "td" : "th", row, null, column.kind);
      if (!at) cell.scope = "row";
      return cell;
    });
    const link = element("a", cells[0], null, "open");
    link.draggable = false; // so that its text can be marked
    return { row, link, texts: [link, ...cells.slice(1)].map((each) => each.appendChild(new Text())) };
  }

  fill(line, texts, id) {
    texts.forEach((text, at) => {
      const shown = line.texts[at];
      shown.data = text ?? this.data.words.missing;
      shown.parentElement.classList.toggle("missing", text === null);
    });
    line.id = id;
    line.row.line = line;
    line.link.href = `${this.data.link}&page=${this.wanted}&case=${encodeURIComponent(id)}`;
    if (texts[0] !== id) line.link.ariaLabel = id;
  }

  open(event) {
    const link = event.target.closest("a"), { line } = event.target.closest("tr");
    if (link && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // a window of its own
    if (link) event.preventDefault();
    if (event.detail && Math.hypot(event.clientX - this.down[0], event.clientY - this.down[1]) > DRAG) return; // marks text
    this.tell("open", line.id);
  }
}

function say(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.huiyinCases ??= new CaseTable(parentElement);
  parentElement.huiyinCases.take(data, setTriggerValue);
}

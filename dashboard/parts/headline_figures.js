// A row of headline figures as one part of the page: one message, and nodes of its own instead of a dozen parts a card.
function element(name, parent, classes, text) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (text) made.textContent = text;
  parent.append(made);
  return made;
}

function help(text, label, name, parent) {
  const asks = element("button", parent, "help", "?");
  asks.type = "button";
  asks.ariaLabel = label;
  const tip = element("span", parent, "tip", text);
  tip.id = name;
  tip.setAttribute("role", "tooltip");
  asks.setAttribute("aria-describedby", name);
  asks.onkeydown = (event) => event.key === "Escape" && asks.blur();
}

function card(figure, at, row, name, go) {
  const made = element("li", row, "huiyin-figure");
  const label = element("div", made, figure.breach ? "label breach" : "label");
  if (figure.breach) element("span", label, "mark", "!").ariaHidden = "true";
  element("span", label, "", figure.label);
  if (figure.help) help(figure.help, figure.ask, `${name}-help-${at}`, label);
  element("div", made, "value", figure.value);
  if (figure.change) {
    const change = element("p", made, "change");
    element("span", change, figure.signal ? "badge signal" : "badge", figure.change);
    if (figure.verdict) element("span", change, "verdict", figure.verdict);
  }
  if (figure.course) {
    const course = element("div", made, "course");
    course.innerHTML = figure.course; // lines and a dot made of numbers and colours of ours
    course.setAttribute("role", "img");
    course.ariaLabel = figure.course_of;
  }
  for (const line of figure.lines) element("p", made, "line", line);
  if (!figure.link) return;
  const link = element("a", made, "items", figure.items);
  link.href = figure.link;
  link.title = link.ariaLabel = figure.items_of;
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // a window of its own
    event.preventDefault();
    go(at);
  };
}

export default function ({ data, parentElement, setTriggerValue }) {
  const text = JSON.stringify(data);
  const before = parentElement.querySelector(":scope > .huiyin-figures");
  if (before?.made === text) return; // what stays the same keeps its place and the focus
  const row = document.createElement("ul");
  row.className = "huiyin-figures";
  row.made = text;
  row.style.setProperty("--figures", data.figures.length);
  data.figures.forEach((figure, at) => card(figure, at, row, data.name, (place) => setTriggerValue("go", place)));
  if (before) before.replaceWith(row);
  else parentElement.append(row);
}

// A row of headline figures as one part of the page: one message, and nodes of its own instead of a dozen parts a card.
// element.js, part.js and help.js stand before.
function card(figure, at, row, name, go) {
  const made = element("li", row, null, "huiyin-figure");
  const label = element("div", made, null, figure.breach ? "label breach" : "label");
  if (figure.breach) element("span", label, "!", "mark").ariaHidden = "true";
  element("span", label, figure.label);
  if (figure.help) help([figure.help], figure.ask, `${name}-help-${at}`, label);
  element("div", made, figure.value, "value");
  if (figure.change) {
    const change = element("p", made, null, "change");
    element("span", change, figure.change, figure.signal ? "badge signal" : "badge");
    if (figure.verdict) element("span", change, figure.verdict, "verdict");
  }
  if (figure.course) {
    const course = element("div", made, null, "course");
    course.innerHTML = figure.course; // lines and a dot made of numbers and colours of ours
    course.setAttribute("role", "img");
    course.ariaLabel = figure.course_of;
  }
  for (const line of figure.lines) element("p", made, line, "line");
  if (!figure.link) return;
  const link = element("a", made, figure.items, "items");
  link.href = figure.link;
  link.title = link.ariaLabel = figure.items_of;
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // a window of its own
    event.preventDefault();
    go(at);
  };
}

function fill(node, data, go) {
  const text = JSON.stringify(data);
  if (node.made === text) return; // what stays the same keeps its place and the focus
  node.made = text;
  node.replaceChildren();
  node.style.setProperty("--figures", data.figures.length);
  data.figures.forEach((figure, at) => card(figure, at, node, data.name, go));
}

export default function ({ data, parentElement, setTriggerValue }) {
  let row = parentElement.querySelector(":scope > .huiyin-figures");
  if (!row) {
    row = document.createElement("ul");
    row.className = "huiyin-figures";
    parentElement.append(row);
  }
  ahead(row, data.name, (said) => fill(row, said, (place) => setTriggerValue("go", place)));
  tell(row, data);
}

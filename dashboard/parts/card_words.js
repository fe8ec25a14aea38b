// The words of a card or a page: its finding, what its figure shows and how it is made, notes.
// element.js, part.js and help.js stand before.
function fill(node, data) {
  const text = JSON.stringify(data);
  if (node.made === text) return; // what stays the same keeps the focus
  node.made = text;
  node.replaceChildren();
  if (data.finding) element(`h${data.level}`, node, data.finding);
  if (data.note || data.help.length) {
    const line = element("p", node);
    element("span", line, data.note);
    if (data.help.length) help(data.help, data.ask, `${data.name}-help`, line);
  }
  for (const each of data.lines) element("p", node, each);
}

export default function ({ data, parentElement }) {
  let node = parentElement.querySelector(":scope > .huiyin-words");
  if (!node) {
    node = document.createElement("div");
    node.className = "huiyin-words";
    parentElement.append(node);
  }
  ahead(node, data.name, (said) => fill(node, said));
  tell(node, data);
}

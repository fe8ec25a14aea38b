// The words of a card or a page: its finding, what its figure shows and how it is made, notes.
// element.js, part.js and help.js stand before.
const END = /[!-~–−]{1,16}$|.{0,2}$/u; // the last word of a line, or its last two signs

function fill(node, data) {
  const text = JSON.stringify(data);
  if (node.made === text) return; // what stays the same keeps the focus
  node.made = text;
  node.replaceChildren();
  if (data.finding) element(`h${data.level}`, node, data.finding);
  if (data.note || data.help.length) {
    const line = element("p", node);
    const end = data.help.length ? data.note.match(END)[0] : ""; // the sign does not stand alone on a line
    element("span", line, data.note.slice(0, data.note.length - end.length));
    if (data.help.length) help(data.help, data.ask, `${data.name}-help`, element("span", line, end, "end"));
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

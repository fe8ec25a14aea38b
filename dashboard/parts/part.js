// What the components of a card share: a part of the page that may be shown ahead of the run that brings it for good.
/**
 * @param node the part; the browser finds it by its name (`dashboard/frame/ahead.js`).
 * @param show puts what the server says on the screen; may promise when it has.
 */
function ahead(node, name, show) {
  node.dataset.part = name;
  node.show = show;
  if (node.told === undefined) node.addEventListener("huiyin:ahead", ({ detail }) => detail.waits.push(node.show(detail.data ?? JSON.parse(node.told))));
}

/** What Streamlit says is shown once: it may say the same again while something newer is on the screen. */
function tell(node, data) {
  const text = JSON.stringify(data);
  if (node.told === text) return;
  node.told = text;
  node.show(data);
}

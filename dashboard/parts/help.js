// A small sign that explains what it stands beside; by pointer, finger or keyboard. element.js stands before.
const EDGE = 16; // CSS pixels kept free at the window's edge

/**
 * @param paragraphs texts, or links as { text, href }.
 * @param label what the sign is called. name: an id no other has.
 */
function help(paragraphs, label, name, parent) {
  const place = element("span", parent, null, "huiyin-help");
  const asks = element("button", place, "?");
  asks.type = "button";
  asks.ariaLabel = label;
  const tip = element("span", place, null, "tip");
  tip.id = name;
  tip.setAttribute("role", "tooltip");
  for (const each of paragraphs) {
    if (each.href) element("a", tip, each.text).href = each.href;
    else element("span", tip, each);
  }
  asks.setAttribute("aria-describedby", name);
  const within = () => { // the window
    tip.style.left = "";
    const { right } = tip.getBoundingClientRect();
    if (right > innerWidth - EDGE) tip.style.left = `${innerWidth - EDGE - right}px`;
  };
  place.onpointerenter = place.onfocusin = within;
  place.onkeydown = (event) => event.key === "Escape" && document.activeElement.blur();
}

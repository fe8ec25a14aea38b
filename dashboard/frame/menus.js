// Part of document.js. A menu is walked by keyboard where it stands. Streamlit draws an open one at the end of the page,
// so that Tab would come to it after everything else (WCAG 2.4.3): from its button Tab goes in, from its ends back to it.
function reachable(root) {
  const all = [...root.querySelectorAll("*")].flatMap((each) => [each, ...(each.shadowRoot ? reachable(each.shadowRoot) : [])]);
  return all.filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility());
}

function active() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}

function walkMenu(event) {
  const button = document.querySelector("[data-testid=stPopoverButton][aria-expanded=true]");
  const menu = [...document.querySelectorAll("[data-testid=stPopoverBody]")].at(-1);
  if (!button || !menu) return;
  const at = active();
  if (event.key === "Escape" && menu.contains(document.activeElement)) button.focus();
  if (event.key !== "Tab") return;
  const parts = reachable(menu);
  if (at === button && !event.shiftKey && parts.length) {
    event.preventDefault();
    parts[0].focus();
  } else if (at === parts[0] && event.shiftKey) {
    event.preventDefault();
    button.focus();
  } else if (at === parts.at(-1) && !event.shiftKey) {
    button.focus(); // and from there the browser goes on
  }
}

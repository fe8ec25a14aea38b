// One line to type in, over the page; what is found comes from the server while one types.
const PAUSE = 120; // milliseconds without a key before the server is asked

function element(name, parent, classes, text) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (text) made.textContent = text;
  if (parent) parent.appendChild(made);
  return made;
}

function build(root) {
  const opener = element("button", root, "opener");
  opener.innerHTML = '<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><circle cx="10.5" cy="10.5" r="6.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M15.5 15.5 21 21" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg>';
  const dialog = element("dialog", root, "asking");
  const input = element("input", dialog);
  input.type = "text";
  input.autocomplete = "off";
  input.spellcheck = false;
  input.maxLength = 40;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", "found");
  const list = element("ul", dialog);
  list.id = "found";
  list.setAttribute("role", "listbox");
  const note = element("p", dialog, "note");
  note.setAttribute("aria-live", "polite");
  return { opener, dialog, input, list, note, at: 0 };
}

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  const parts = (parentElement.parts ??= build(parentElement));
  const { opener, dialog, input, list, note } = parts;
  opener.title = opener.ariaLabel = data.words.open;
  input.placeholder = input.ariaLabel = data.words.ask;

  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
  };
  opener.onclick = open;
  const go = (place) => {
    const found = parts.found?.[place];
    if (!found) return;
    dialog.close();
    setTriggerValue("go", { kind: found.kind, key: found.key });
  };
  const mark = (place) => {
    parts.at = place;
    [...list.children].forEach((line, index) => line.setAttribute("aria-selected", String(index === place)));
    const line = list.children[place];
    if (line) input.setAttribute("aria-activedescendant", line.id);
  };
  input.oninput = () => {
    clearTimeout(parts.timer);
    parts.timer = setTimeout(() => setStateValue("asked", input.value), PAUSE);
  };
  input.onkeydown = (event) => {
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") mark(Math.min(parts.at + 1, last));
    else if (event.key === "ArrowUp") mark(Math.max(parts.at - 1, 0));
    else if (event.key === "Enter" && data.asked === input.value) go(parts.at);
    else return;
    event.preventDefault();
  };
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };

  parts.found = data.found;
  list.replaceChildren();
  data.found.forEach((found, index) => {
    const line = element("li", list);
    line.id = `found-${index}`;
    line.setAttribute("role", "option");
    element("span", line, "name", found.name);
    element("span", line, "where", found.where);
    line.onclick = () => go(index);
    line.onmousemove = () => parts.at !== index && mark(index);
  });
  mark(0);
  note.textContent = data.asked && !data.found.length ? data.words.nothing : data.words.hint;

  const shortcut = (event) => {
    if (!dialog.isConnected) return document.removeEventListener("keydown", shortcut);
    const typing = event.composedPath().some((each) => each.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(each.tagName ?? ""));
    const asks = (event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing && !event.ctrlKey);
    if (!asks) return;
    event.preventDefault();
    open();
  };
  document.addEventListener("keydown", shortcut);
  const early = window.huiyinEarly?.(); // arrival.js
  if (early?.asked) {
    open();
    input.value = early.text;
    input.oninput();
  }
  return () => document.removeEventListener("keydown", shortcut);
}

// The page as a whole: language, title, look, and what Streamlit leaves unnamed or says in English.

const DATA = "[data-testid=stMarkdownContainer], [data-testid=stTable], [role=option], [data-tag], svg"; // words of the page and the register
const LISTED = "[data-testid=stSidebarNavItems], [data-testid=stSidebarNavItems] li"; // its sections make no list of them
const SCROLLED = "[data-testid=stDialog] [role=dialog] > div:last-of-type"; // by keyboard too, where nothing in it takes the focus (2.1.1)
const UNSAID = "[data-testid=stMarkdownContainer] [role=img][aria-label$=' icon']"; // signs beside words, called by English names
const TABLES = "[data-testid=stDataFrame] [role=grid]:not([aria-label])"; // drawn on a canvas; what stands around it has the name
const CARD = "[class*=st-key-card-]";
const HEADINGS = `${CARD} :is(h2, h3)`; // made anew with every finding
const SAID = ["aria-label", "placeholder"]; // attributes with words
let told = {}; // what the newest run of the page said
let watch = null;
let numbered = 0; // buttons and headings that got an id

export default function ({ data }) {
  told = data;
  document.documentElement.lang = data.language;
  document.documentElement.dataset.huiyin = data.ground;
  document.title = data.title;
  for (const [name, text] of Object.entries(data.words)) document.documentElement.style.setProperty(`--huiyin-${name}`, JSON.stringify(text));
  let style = document.getElementById("huiyin-style");
  if (!style) {
    style = document.createElement("style");
    style.id = "huiyin-style";
    document.head.append(style);
  }
  if (style.textContent !== data.style) style.textContent = data.style;
  name(document.body);
  if (watch) return;
  addEventListener("keydown", walkMenu, { capture: true }); // menus.js
  leadClicks(() => told.ahead); // ahead.js
  watch = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") translate(change.target, change.attributeName);
      else for (const node of change.addedNodes) {
        if (node instanceof HTMLElement) name(node);
        else if (node.id === "js-plotly-tester") node.ariaHidden = "true"; // Plotly measures words on it
      }
    }
  });
  watch.observe(document.body, { subtree: true, childList: true, attributeFilter: SAID });
}

/** Give an element and all in it the names and words of the reader's language. */
function name(root) {
  for (const [selector, label] of Object.entries(told.names)) {
    for (const each of found(root, selector)) {
      if (each.ariaLabel !== label) each.ariaLabel = label;
      ofItsCard(each);
    }
  }
  for (const heading of found(root, HEADINGS)) {
    for (const selector of Object.keys(told.names)) for (const each of heading.closest(CARD).querySelectorAll(selector)) ofItsCard(each);
  }
  for (const each of found(root, UNSAID)) each.ariaHidden = "true";
  for (const each of found(root, TABLES)) each.ariaLabel = each.closest("[role=region]")?.ariaLabel ?? null;
  for (const each of found(root, LISTED)) each.role = "none";
  for (const each of found(root, SCROLLED)) each.tabIndex = 0;
  for (const attribute of SAID) for (const each of found(root, `[${attribute}]`)) translate(each, attribute);
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, meant = told.own[text.data];
    if (meant && meant !== text.data && !text.parentElement.closest(DATA)) text.data = meant;
  }
}

/** The same button on many cards is told apart by the heading of its card, whatever that says by now. */
function ofItsCard(button) {
  const heading = button.closest(CARD)?.querySelector("h2, h3");
  if (!heading) return;
  heading.id ||= `huiyin-heading-${numbered++}`;
  button.id ||= `huiyin-button-${numbered++}`;
  button.setAttribute("aria-labelledby", `${button.id} ${heading.id}`);
}

function found(root, selector) {
  const inside = [...root.querySelectorAll(selector)];
  return root.matches(selector) ? [root, ...inside] : inside;
}

/** Words of Streamlit's own in an attribute; what follows "Help for " is the page's, there with signs of Markdown. */
function translate(element, attribute) {
  const said = element.getAttribute(attribute);
  if (!said) return;
  const [begin, meant] = Object.entries(told.own).find(([own]) => said === own || (own.endsWith(" ") && said.startsWith(own))) ?? [];
  if (!begin) return;
  const label = meant + said.slice(begin.length).replaceAll("\\", "");
  if (label !== said) element.setAttribute(attribute, label);
}

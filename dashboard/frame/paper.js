// The page on paper. Everything done before printing is taken back after it.

const WIDEST = 1.2; // a chart is drawn at most so much larger than on the screen
const PALE = 200; // brightness, of 255
const SETTLED = 150, PATIENCE = 2500; // milliseconds: without a change of size, and at most
const SCROLLBAR = 20; // CSS pixels, at most
const WIDEST_TABLE = 1400; // CSS pixels: what is laid out wider would be too small to read once it fits the sheet
const WIDEST_UPRIGHT = 940; // CSS pixels: a wider table is read only on a sheet lying on its side
const WIDEST_LIST = 1250; // CSS pixels on the screen: columns of a list that have room on upright paper, in small print
const LYING = 1032; // CSS pixels of a sheet lying on its side
const PRINTED = 0.58; // how wide a list is in print, of its width on the screen
const LONG = 420; // CSS pixels: a higher card of several figures may go on on the next sheet
const TALL = 430; // CSS pixels: a higher chart has the width of a sheet lying on its side
const HIGHEST = 660; // CSS pixels: a higher one is read only on a sheet standing upright
const CARDS = "[class*=st-key-card-]";
const SLICE = 4; // rows that stay together
let told = {}; // what the newest run of the page said
let undo = [];
const widened = [];

export default function ({ data }) {
  told = data;
  if (document.getElementById("huiyin-paper-style")) return;
  const style = document.createElement("style");
  style.id = "huiyin-paper-style";
  style.textContent = data.style;
  document.head.append(style);
  addEventListener("beforeprint", prepare);
  addEventListener("afterprint", restore);
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "p") return;
    event.preventDefault();
    print();
  }, true);
}

/** Lay the page out at the width of paper, wait for its tables to follow, print. From the browser's menu they cannot. */
async function print() {
  if (document.documentElement.classList.contains("huiyin-paper")) return;
  lay(true);
  let before = "", since = performance.now();
  const start = since;
  while (performance.now() - since < SETTLED && performance.now() - start < PATIENCE) {
    await new Promise((done) => setTimeout(done, 50));
    widen();
    const now = [...document.querySelectorAll(".main-svg, .dvn-scroller")].map((each) => each.getAttribute("width") ?? each.clientWidth).join();
    if (now !== before || !followed()) since = performance.now();
    before = now;
  }
  window.print(); // returns once the dialogue is closed
}

/** The page at the width of paper or of the screen, its charts drawn at theirs. */
function lay(onPaper) {
  document.documentElement.classList.toggle("huiyin-paper", onPaper);
  for (const plot of document.querySelectorAll(".huiyin-plot")) plot.dispatchEvent(new Event("huiyin:fit"));
  if (!onPaper) while (widened.length) widened.pop().removeAttribute("style");
}

/** Whether every table is drawn at the width of its place. */
function followed() {
  return [...document.querySelectorAll("[data-testid=stDataFrame]")].every((frame) => {
    const scroller = frame.querySelector(".dvn-scroller");
    return !scroller || Math.abs(frame.clientWidth - scroller.clientWidth) < SCROLLBAR;
  });
}

/** Tables whose columns go on beyond the sheet get the room for all of them; their pictures shrink to the sheet. */
function widen() {
  for (const scroller of document.querySelectorAll("[data-testid=stDataFrame] .dvn-scroller")) {
    const box = scroller.closest("[data-testid=stElementContainer]"), width = scroller.scrollWidth + 2;
    if (scroller.scrollWidth <= scroller.clientWidth + 1 || width > WIDEST_TABLE || box.hasAttribute("style")) continue;
    box.setAttribute("style", `width: ${width}px; max-width: none; flex: none`); // the style sheet of print overrules it
    widened.push(box);
  }
}

function prepare() {
  if (undo.length) return;
  lay(true);
  head();
  margins();
  document.querySelectorAll(".js-plotly-plot .svg-container").forEach(fit);
  document.querySelectorAll("[data-testid=stDataFrame]").forEach(picture);
  document.querySelectorAll(".huiyin-cases table").forEach(lieDown);
  for (const card of document.querySelectorAll(CARDS)) if (goesOn(card)) set(card, "data-huiyin-long", "");
  if (told.ground === "dark") lighten(document.body);
}

/** A card that is high and holds more than one figure with its words, or has no room on a sheet. */
function goesOn(card) {
  const height = card.clientHeight, parts = card.querySelectorAll(".huiyin-plot, [data-testid=stDataFrame], [data-testid=stTable], .huiyin-cases");
  return height > HIGHEST || (height > LONG && parts.length > 1);
}

function restore() {
  while (undo.length) undo.pop()();
  lay(false);
}

function set(element, name, value) {
  const before = element.getAttribute(name);
  element.setAttribute(name, value);
  undo.push(() => (before === null ? element.removeAttribute(name) : element.setAttribute(name, before)));
}

function style(element, name, value) {
  const before = element.style.getPropertyValue(name), how = element.style.getPropertyPriority(name);
  element.style.setProperty(name, value, "important");
  undo.push(() => (before ? element.style.setProperty(name, before, how) : element.style.removeProperty(name)));
}

function put(parent, element, first) {
  if (first) parent.prepend(element);
  else parent.append(element);
  undo.push(() => element.remove());
}

function made(name, text) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  return element;
}

/** Who prints what, on which selection. */
function head() {
  const main = document.querySelector("[data-testid=stMainBlockContainer]");
  if (!main) return;
  const box = made("div");
  box.id = "huiyin-paper-head";
  const title = made("div");
  title.append(made("b", told.title.join(" · ")));
  box.append(title, ...told.selection.map((line) => made("span", line)));
  put(main, box, true);
}

/** The same small on every sheet, with its number. */
function margins() {
  const rule = (place, content) => `@${place} { content: ${content}; font: 11px "Source Sans", "Source Han Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #5B6775; }`;
  const style = made("style", `@media print { @page {
    ${rule("top-left", "none")} ${rule("bottom-left", quoted(told.title.concat(told.foot).join(" · ")))}
    ${rule("bottom-right", 'counter(page) " / " counter(pages)')} } }`);
  put(document.head, style);
}

/** Text as a string of CSS: whatever is no letter or number by its code. */
function quoted(text) {
  return `"${text.replace(/[^\p{L}\p{N} ]/gu, (sign) => `\\${sign.codePointAt(0).toString(16)} `)}"`;
}

/** A chart scales with its box instead of keeping the pixels of the screen. */
function fit(box) {
  const layers = [...box.querySelectorAll(":scope > .main-svg")];
  const width = parseFloat(layers[0]?.getAttribute("width")), height = parseFloat(layers[0]?.getAttribute("height"));
  if (!width || !height) return;
  for (const layer of layers) set(layer, "viewBox", `0 0 ${width} ${height}`);
  set(box, "data-huiyin-fit", "");
  style(box, "aspect-ratio", `${width} / ${height}`);
  style(box, "max-width", `${width * WIDEST}px`);
  style(box, "--huiyin-height", `${height}px`);
  if (height > TALL) set(cardOf(box), "data-huiyin-tall", "");
  if (height > HIGHEST) turn(cardOf(box), "data-huiyin-high");
}

/** A table drawn on a canvas becomes pictures of its rows under its headings, and says so where it goes on beyond them. */
function picture(frame) {
  const [canvas, ...above] = frame.querySelectorAll("canvas"), scroller = frame.querySelector(".dvn-scroller");
  if (!canvas?.width) return;
  const whole = made("canvas"); // the headings lie on a canvas of their own
  [whole.width, whole.height] = [canvas.width, canvas.height];
  for (const layer of [canvas, ...above]) if (layer.width) whole.getContext("2d").drawImage(layer, 0, 0);
  const scale = canvas.width / canvas.clientWidth, width = filled(whole);
  const stack = frame.querySelector(".dvn-stack > :last-child")?.clientHeight ?? 0;
  const lines = Number(frame.querySelector("[role=grid]")?.getAttribute("aria-rowcount"));
  const line = lines && stack && !scroller.scrollTop ? Math.round((stack / lines) * scale) : whole.height;
  const box = made("figure"), table = made("table");
  box.className = "huiyin-picture";
  for (let top = 0, height = line; top < whole.height; top += height, height = SLICE * line) {
    const row = (top ? table.tBodies[0] ?? table.createTBody() : table.createTHead()).insertRow();
    row.insertCell().append(slice(whole, top, width, Math.min(height, whole.height - top), scale));
  }
  box.append(table);
  const beyond = scroller && (scroller.scrollHeight > scroller.clientHeight + 1 || scroller.scrollWidth > scroller.clientWidth + 1);
  if (beyond) box.append(made("figcaption", told.beyond));
  if (width / scale > WIDEST_UPRIGHT) turn(cardOf(frame), "data-huiyin-wide");
  set(frame, "data-huiyin-canvas", "");
  put(frame, box);
}

/** A list of many columns has sheets that lie on their side; more than have room there are printed smaller. */
function lieDown(table) {
  const width = parseFloat(getComputedStyle(table).minWidth);
  if (width <= WIDEST_LIST) return;
  turn(table.closest(".huiyin-cases"), "data-huiyin-wide");
  style(table, "zoom", String(Math.min(1, LYING / (PRINTED * width))));
}

/** What has a sheet of its own; empty boxes behind it would take another one. */
function turn(card, how) {
  set(card, how, "");
  for (let each = card; each !== document.body; each = each.parentElement) {
    for (let next = each.nextElementSibling; next; next = next.nextElementSibling) {
      if (!next.innerText?.trim() && !next.querySelector("svg, canvas, img")) style(next, "display", "none");
    }
  }
}

function cardOf(element) {
  return element.closest(CARDS) ?? element.parentElement;
}

/** How far the columns of a table reach: beyond them its headings have no ground. */
function filled(whole) {
  const { data } = whole.getContext("2d").getImageData(0, 2, whole.width, 1), pixels = new Uint32Array(data.buffer);
  const blank = pixels[pixels.length - 1];
  const end = pixels.findLastIndex((pixel) => pixel !== blank) + 1;
  return pixels[1] === blank || !end ? whole.width : end;
}

function slice(whole, top, width, height, scale) {
  const part = made("canvas"), image = made("img");
  [part.width, part.height] = [width, height];
  part.getContext("2d").drawImage(whole, 0, top, width, height, 0, 0, width, height);
  image.alt = "";
  image.src = part.toDataURL();
  image.style.width = `${width / scale}px`;
  if (told.ground === "dark") image.style.filter = "invert(1) grayscale(1) contrast(1.3) brightness(1.15)";
  return image;
}

// ---------------------------------------------------------------- from dark ground to light

const SIDES = ["color", "background-color", "border-top-color", "border-right-color", "border-bottom-color", "border-left-color", "fill", "stroke"];

/** Every colour of the dark palette as its counterpart; others by turning their lightness round. */
function lighten(root) {
  const known = new Map(Object.entries(told.colours).map(([dark, light]) => [channels(dark).join(), channels(light)]));
  const todo = [];
  const visit = (element) => {
    if (element.matches("style, script, canvas, img, #huiyin-paper-head, #huiyin-paper-head *")) return;
    const now = getComputedStyle(element);
    for (const name of SIDES) {
      if ((name === "fill" || name === "stroke") !== (element instanceof SVGElement)) continue;
      const value = now.getPropertyValue(name);
      const turned = shade(value, known, name);
      if (turned && turned !== value) todo.push([element, name, turned]);
    }
    for (const child of element.shadowRoot?.children ?? []) visit(child);
    for (const child of element.children) visit(child);
  };
  visit(root);
  for (const [element, name, value] of todo) style(element, name, value);
}

function shade(value, known, name) {
  const found = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(value);
  if (!found || found[4] === "0") return null;
  const [r, g, b] = found.slice(1, 4).map(Number), alpha = found[4] ?? "1";
  let [x, y, z] = known.get([r, g, b].join()) ?? turned(r, g, b, name);
  if (name === "background-color") [x, y, z] = pale(x, y, z);
  return `rgba(${x}, ${y}, ${z}, ${alpha})`;
}

function turned(r, g, b, name) {
  const high = Math.max(r, g, b), low = Math.min(r, g, b);
  if (name === "background-color" && high + low < 130) return [255, 255, 255]; // the dark ground and what lies on it
  return [r, g, b].map((each) => Math.round(255 - high - low + each));
}

/** Ink is read on it: a ground on paper is pale. */
function pale(...ground) {
  const dark = Math.max(0, PALE - (0.3 * ground[0] + 0.59 * ground[1] + 0.11 * ground[2])) / PALE;
  return ground.map((each) => Math.round(each + (255 - each) * Math.min(1, 2 * dark)));
}

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

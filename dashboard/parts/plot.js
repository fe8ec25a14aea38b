// A chart that stays on the page while its figures change: Plotly alters what differs instead of drawing it anew.
// part.js, LIBRARY (address of Plotly) and TEMPLATES (looks by ground) stand in front of this text.
const SETTINGS = { displayModeBar: false, scrollZoom: false, doubleClick: false, responsive: false };
const SIDES = ["l", "r"];
const PHONE = 420; // CSS pixels of a chart; below, what is said elsewhere too leaves its room to the marks
const SPARE = 1 / 5; // of the width may stay without labels after longer ones
const BUSY = 40; // milliseconds of drawing what is out of sight before the reader has a turn
const RESTS = 120; // milliseconds of a pointer on a mark that is not passing by
const CLICKED = ["x", "y", "label", "customdata"];

const rooms = new Map(); // by name and kind of a chart: the margins it had last
const plots = new WeakMap(); // by the element Streamlit gives a chart for as long as it is on the page
const waiting = new Set();
let library = null;
let awaited = false;

function load() {
  library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = new URL(LIBRARY, document.baseURI).href;
    script.onload = () => {
      remember(window.Plotly.PlotSchema);
      done(window.Plotly);
    };
    script.onerror = () => failed(new Error("Plotly was not to be had"));
    document.head.append(script);
  });
  library.catch(() => (library = null)); // the next chart asks again
  return library;
}

/**
 * For each trace of each drawing Plotly goes through its whole schema to see which attributes are lists, a seventh of the
 * time of a chart drawn again. Traces of one kind with the same lists have the same answer.
 */
function remember(schema) {
  const seek = schema.findArrayAttributes, known = new Map();
  schema.findArrayAttributes = (trace) => {
    const kind = `${trace.type} ${lists(trace)}`;
    if (!known.has(kind)) known.set(kind, seek(trace));
    return known.get(kind);
  };
}

function lists(part, before = "") {
  return Object.entries(part).map(([name, value]) => {
    if (name.startsWith("_") || typeof value !== "object" || value === null) return "";
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return `${before}${name} `;
    return lists(value, `${before}${name}.`);
  }).join("");
}

/** What is in sight is drawn first, in the frame in which its words change; the rest once that is on the screen. */
function ask(plot) {
  waiting.add(plot);
  if (!awaited) queueMicrotask(drawWaiting);
  awaited = true;
}

async function drawWaiting() {
  try {
    const Plotly = await load();
    const [seen, unseen] = parted(waiting);
    waiting.clear();
    for (const plot of seen) draw(Plotly, plot);
    let began = -Infinity;
    for (const plot of unseen) {
      if (performance.now() - began > BUSY) {
        await frame();
        began = performance.now();
      }
      draw(Plotly, plot);
    }
  } catch (error) {
    for (const plot of waiting) fail(plot, error);
    waiting.clear();
  }
  awaited = false;
  if (waiting.size) drawWaiting();
}

function parted(all) {
  const found = [[], []];
  for (const plot of all) {
    const { top, bottom } = plot.node.getBoundingClientRect();
    found[bottom > 0 && top < innerHeight ? 0 : 1].push(plot);
  }
  return found;
}

function frame() {
  if (document.hidden) return Promise.resolve(); // no frames are made
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}

function draw(Plotly, plot) {
  const { node, text, ground } = plot, width = node.clientWidth;
  if (!width || !node.isConnected) return plot.seen?.(); // hidden: a change of its size brings it back
  if (plot.drawn === text && plot.on === ground && plot.width === width) return plot.seen?.();
  try {
    const { data, layout } = JSON.parse(text), template = TEMPLATES[ground];
    if (width < PHONE && layout.meta?.spare) leaveOut(layout);
    if (width < PHONE && layout.meta?.crowd) crowd(data, layout);
    if (width < PHONE && layout.meta?.upright) upright(layout);
    const asked = { ...template.layout.margin, ...layout.margin };
    Object.assign(layout, { width, template, margin: roomy(plot, asked, width) });
    const first = !plot.drawn;
    Object.assign(plot, { drawn: text, on: ground, width });
    if (first) node.replaceChildren();
    else Plotly.Fx.unhover(node);
    Plotly.react(node, data, layout, first ? SETTINGS : undefined)
      .then(() => keepRoom(plot, asked, width))
      .then(() => plot.seen?.())
      .catch((error) => fail(plot, error));
    if (first) listen(plot);
  } catch (error) {
    fail(plot, error);
  }
}

/** Without the print that the table and the hover have too. */
function leaveOut(layout) {
  layout.annotations = layout.annotations.filter(({ name }) => name !== "spare");
  layout.margin.r -= layout.meta.spare;
  const own = layout.annotations.find(({ name }) => name === "own");
  if (own) Object.assign(own, { xanchor: "right", xshift: 60 }); // no longer beside the plot: there is no room
}

/** Columns too narrow for print: their names stand upright, and the figures are in the hover and the table. */
function upright(layout) {
  layout.annotations = layout.annotations.filter(({ name }) => name !== "spare");
  Object.assign(layout.xaxis, { ticktext: layout.meta.upright, tickangle: -90 });
}

/** A grid of many days: numbers in place of the marks they stand beside, and days without their month. */
function crowd(data, layout) {
  const { days, legend, line } = layout.meta.crowd;
  for (const trace of data) {
    if (trace.meta?.alone) Object.assign(trace, { mode: "text", text: trace.meta.alone, textposition: "middle center" });
    else trace.mode = "markers";
  }
  Object.assign(layout.xaxis, { ticktext: days, tickfont: { size: 10 } });
  layout.margin.t += line;
  Object.assign(layout.annotations[0], { text: legend, yshift: layout.annotations[0].yshift + line });
}

/** Plotly finds the room labels need beside the plot by drawing twice; with the room they had before it draws once. */
function roomy(plot, asked, width) {
  const had = rooms.get(room(plot));
  if (had?.width !== width) return asked;
  return { ...asked, ...Object.fromEntries(SIDES.map((side) => [side, Math.max(asked[side], had[side])])) };
}

function keepRoom(plot, asked, width) {
  const drawn = plot.node._fullLayout;
  if (!plot.drawn || !drawn) return;
  const { base, ...labels } = drawn._pushmargin;
  const needed = (side) => Math.max(asked[side], ...Object.values(labels).map((each) => each[side]?.size ?? 0));
  if (SIDES.some((side) => drawn._size[side] > needed(side) + SPARE * width)) {
    rooms.delete(room(plot));
    plot.width = 0;
    ask(plot);
    return;
  }
  const { l, r } = drawn._size;
  rooms.set(room(plot), { l, r, width });
}

function room({ name, kind }) {
  return `${name} ${kind}`;
}

/** A chart that cannot be drawn leaves its sentence; the page goes on. */
function fail(plot, error) {
  console.error(error);
  release(plot);
  plot.node.textContent = plot.node.getAttribute("aria-label");
}

function release(plot) {
  if (plot.drawn) window.Plotly.purge(plot.node);
  plot.drawn = "";
}

/** What is clicked may be answered at once: the run of the page is then set off once that is on the screen. */
function listen(plot) {
  const { node } = plot;
  const tell = (kind, point, more) => node.dispatchEvent(
    new CustomEvent(kind, { detail: { figure: plot.name, point, ...more }, bubbles: true, cancelable: true }));
  let under = null, resting = 0; // the pointer
  node.on("plotly_hover", ({ points }) => {
    under = said(points[0]);
    clearTimeout(resting);
    resting = setTimeout(() => plot.leads && under && tell("huiyin:press", under, { rests: true }), RESTS);
  });
  node.on("plotly_unhover", () => {
    under = null;
    clearTimeout(resting);
  });
  node.onpointerdown = () => { // a handler that returns false would keep Plotly from the mouse
    if (plot.leads && under) tell("huiyin:press", under);
  };
  node.on("plotly_click", ({ points }) => {
    const point = said(points[0]), go = () => node.isConnected && plot.click?.(point);
    if (!plot.click) return;
    if (!plot.leads || tell("huiyin:click", point, { go })) go();
  });
}

function said(point) {
  return Object.fromEntries(CLICKED.map((name) => [name, point[name] ?? null]));
}

/** Promises when it is on the screen. */
function show(plot, data) {
  plot.node.setAttribute("aria-label", data.alt);
  plot.node.style.height = `${data.height}px`;
  plot.text = data.figure;
  plot.ground = data.ground;
  plot.leads = data.leads;
  plot.kind = data.kind;
  return new Promise((done) => {
    plot.seen = done;
    ask(plot);
  });
}

function begin(parent) {
  const node = document.createElement("div");
  node.className = "huiyin-plot";
  node.setAttribute("role", "figure");
  node.style.contain = "layout style"; // what changes within needs no look at the page
  parent.append(node);
  const plot = { node, drawn: "" };
  plot.resized = new ResizeObserver(() => ask(plot));
  plot.resized.observe(node);
  node.addEventListener("huiyin:fit", () => plot.drawn && draw(window.Plotly, plot)); // at once: what is printed does not wait
  // a browser follows a tap with the events of a mouse: Plotly would tell of a second click, which takes the choice back
  node.addEventListener("touchend", (event) => plot.click && event.cancelable && event.preventDefault());
  plots.set(parent, plot);
  return plot;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const plot = plots.get(parentElement) ?? begin(parentElement);
  plot.name = data.name;
  plot.click = data.clicks && ((said) => setTriggerValue("click", said));
  plot.node.toggleAttribute("data-still", !data.clicks);
  ahead(plot.node, data.name, (said) => show(plot, said));
  tell(plot.node, data);
  return () => {
    if (parentElement.isConnected) return; // Streamlit also calls this where newer figures overtook older ones
    plot.resized.disconnect();
    release(plot);
    plots.delete(parentElement);
  };
}

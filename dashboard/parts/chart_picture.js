// Saves a chart as SVG or PNG from what the page already shows: no network, no server, the fonts of this computer.
const SVG = "http://www.w3.org/2000/svg";
const EDGE = 20;

function node(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

function lines(text, font, width) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  const found = [""];
  for (const part of text.match(/[\x21-\x7e]+|\s|[^\x00-\x7f]/g) || []) {
    const wider = found[found.length - 1] + part;
    if (context.measureText(wider).width > width * 0.97 && found[found.length - 1]) found.push(part.trim());
    else found[found.length - 1] = wider;
  }
  return found.filter((each) => each.trim());
}

/** Words keep the width they have on the page, whatever font the picture is opened with. */
function asWide(drawn, copy) {
  const copies = copy.querySelectorAll("text");
  [...drawn.querySelectorAll("text:not(.hoverlayer *, .draglayer *, .zoomlayer *)")].forEach((text, at) => {
    for (const [from, to] of [[text, copies[at]], ...[...text.querySelectorAll("tspan")].map((each, n) => [each, copies[at].querySelectorAll("tspan")[n]])]) {
      const width = from.children.length ? 0 : from.getComputedTextLength();
      if (width) to.setAttribute("textLength", width.toFixed(1)), to.setAttribute("lengthAdjust", "spacingAndGlyphs");
    }
  });
}

function picture(plot, data) {
  const width = plot.clientWidth, height = plot.clientHeight;
  const svg = node("svg", { xmlns: SVG, "font-family": data.fonts });
  const background = node("rect", { x: 0, y: 0, fill: data.background });
  svg.append(background);
  let at = EDGE;
  const write = (text, size, weight, colour) => {
    for (const line of lines(text, `${weight} ${size}px ${data.fonts}`, width)) {
      at += size * 1.35;
      svg.append(node("text", { x: EDGE, y: at - size * 0.3, "font-size": size, "font-weight": weight, fill: colour }, line));
    }
  };
  write(data.title, 17, 600, data.ink);
  if (data.note) write(data.note, 12, 400, data.muted);
  at += 8;
  for (const layer of plot.querySelectorAll(".svg-container > .main-svg")) {
    const copy = layer.cloneNode(true);
    copy.querySelectorAll(".hoverlayer, .draglayer, .zoomlayer").forEach((each) => each.remove());
    copy.setAttribute("x", EDGE);
    copy.setAttribute("y", at);
    copy.removeAttribute("style");
    copy.setAttribute("overflow", "visible"); // names may reach into the edge
    asWide(layer, copy);
    svg.append(copy);
  }
  at += height + 4;
  write(data.foot, 12, 400, data.muted);
  at += EDGE;
  const all = { width: width + 2 * EDGE, height: Math.ceil(at) };
  for (const [name, value] of Object.entries(all)) {
    svg.setAttribute(name, value);
    background.setAttribute(name, value);
  }
  svg.setAttribute("viewBox", `0 0 ${all.width} ${all.height}`);
  return { text: new XMLSerializer().serializeToString(svg), ...all };
}

function save(blob, name, within) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  within.appendChild(link); // not in the page: a click outside the menu would close it
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function savePicture(plot, data, form, within) {
  const made = picture(plot, data);
  const drawn = new Blob([made.text], { type: "image/svg+xml;charset=utf-8" });
  if (form === "svg") return save(drawn, `${data.file}.svg`, within);
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = made.width * data.scale;
    canvas.height = made.height * data.scale;
    const context = canvas.getContext("2d");
    context.scale(data.scale, data.scale);
    context.drawImage(image, 0, 0);
    canvas.toBlob((blob) => save(blob, `${data.file}.png`, within), "image/png");
    URL.revokeObjectURL(image.src);
  };
  image.src = URL.createObjectURL(drawn);
}

export default function (component) {
  const { data, parentElement } = component;
  parentElement.querySelector(".choices")?.remove();
  const choices = document.createElement("div");
  choices.className = "choices";
  for (const form of ["png", "svg"]) {
    const button = document.createElement("button");
    button.textContent = form.toUpperCase();
    button.title = data.words[form];
    button.onclick = () => {
      const plot = document.querySelector(`.st-key-${data.figure} .js-plotly-plot`);
      if (plot) savePicture(plot, data, form, choices);
    };
    choices.appendChild(button);
  }
  parentElement.appendChild(choices);
}

// Turns the content of one slide into elements. Words come in as text and stay text; nothing here counts.

const ZOOM = 1.7; // the pages' charts print 12-13 pixels; times 1.7 and at 1080p times 1.5 that is 30-33 of the screen's
const COMPACT_ZOOM = 1.6; // at 1080p times 1.75: 34-36
const SVG = 'http://www.w3.org/2000/svg';
const LEAST_REACH = 0.1; // share
const SMALLEST_HEADLINE = 26; // stage pixels; below that it is no headline
const SMALLEST_NOTE = 18; // stage pixels
const LEAST_CHART = 150; // stage pixels; a lower one under a list is left out

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined && text !== '') made.textContent = text;
  return made;
}

/** A slide as a section, not yet in the page. */
export function slide(content, label) {
  const isStatement = !content.tiles.length && !content.panels.length;
  const section = element('section', isStatement ? 'slide statement' : 'slide');
  section.setAttribute('aria-roledescription', 'slide');
  section.setAttribute('aria-label', label);
  const header = element('header');
  header.append(element('h1', '', bound(content.sentence)));
  if (content.subtitle) header.append(element('p', 'subtitle', bound(content.subtitle)));
  const body = element('div', `body ${content.tiles_at}`);
  if (content.tiles.length) body.append(tiles(content.tiles));
  if (content.panels.length) {
    const panels = element('div', 'panels');
    panels.append(...content.panels.map(panel));
    body.append(panels);
  }
  section.append(header, body);
  if (content.footnote) section.append(element('p', 'footnote', content.footnote));
  return section;
}

/** Words that stay on one line: those with a hyphen, a name and what is said of it, a mark and its meaning. */
function bound(text) {
  return text.replace(/(\w)-(?=\w)/g, '$1\u2011').replace(/([:▲◆●]) /g, '$1\u00a0');
}

/** What can only be done once the section has its size: the headline's size, lines of tiles, charts. */
export async function settle(section, content, more) {
  const headline = section.querySelector('h1');
  const isFull = section.querySelector('.above > .tiles + .panels'); // there a second line costs the chart its height
  const least = isFull ? SMALLEST_HEADLINE : parseFloat(getComputedStyle(headline).fontSize) - 4;
  shrink(headline, [[1, least], [2, SMALLEST_HEADLINE]]);
  for (const note of section.querySelectorAll('.subtitle, .footnote')) shrink(note, [[1, SMALLEST_NOTE], [2, SMALLEST_NOTE]]);
  for (const value of section.querySelectorAll('.value')) {
    if (value.scrollWidth > value.clientWidth) value.classList.add('long');
  }
  for (const row of section.querySelectorAll('.above > .tiles')) level(row.querySelectorAll('.label'));
  for (const box of section.querySelectorAll('.tiles')) {
    if ([box, ...box.children].some((each) => each.scrollHeight > each.clientHeight)) box.classList.add('tight');
  }
  content.tiles.forEach((tile, index) => spark(section.querySelectorAll('.tile')[index], tile));
  for (const table of section.querySelectorAll('table')) {
    const room = table.parentElement.clientWidth;
    if (table.scrollWidth > room) table.style.zoom = room / table.scrollWidth; // rather smaller than cut
  }
  for (const stack of section.querySelectorAll('.stack')) {
    if (stack.scrollHeight > stack.clientHeight) stack.querySelectorAll('.lines').forEach((list) => list.classList.add('dense'));
  }
  for (const list of section.querySelectorAll('.lines')) shorten(list, more);
  const parts = content.panels.flatMap((each) => each.parts ?? [each]);
  const charts = parts.filter((each) => each.kind === 'chart');
  const boxes = section.querySelectorAll('.chart');
  await Promise.all(charts.map((each, index) => {
    const box = boxes[index];
    return box.closest('.stack') && box.clientHeight < LEAST_CHART ? box.closest('.panel').remove() : plot(box, each);
  }));
}

/** Give back what a slide's charts hold. */
export function dispose(section) {
  for (const box of section.querySelectorAll('.chart')) {
    if (box.firstElementChild) Plotly.purge(box.firstElementChild);
  }
  section.remove();
}

/** The first number of lines that can be had without smaller print than its `least`; else as few as the smallest gives. */
function shrink(text, choices) {
  const usual = parseFloat(getComputedStyle(text).fontSize);
  for (const [most, least] of choices) {
    for (let size = usual; size >= least; size -= 0.5) {
      text.style.fontSize = `${size}px`;
      if (linesOf(text) <= most) return;
    }
  }
}

/** Labels of tiles beside each other take the same height, so that their figures stand on one line. */
function level(labels) {
  const highest = Math.max(...[...labels].map((label) => label.clientHeight));
  for (const label of labels) label.style.minHeight = `${highest}px`;
}

function linesOf(text) {
  const style = getComputedStyle(text);
  const height = text.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  return Math.round(height / parseFloat(style.lineHeight));
}

/** Long words leave room for fewer entries: the others are counted. `more(n)` says so. */
function shorten(list, more) {
  const last = element('li', 'more');
  const isFull = () => list.scrollHeight > list.clientHeight + 1;
  let gone = Number(list.dataset.hidden);
  if (gone) list.append(last);
  last.textContent = more(gone);
  if (isFull()) list.classList.add('dense');
  while (isFull() && list.querySelectorAll('li:not(.more)').length > 1) {
    last.remove();
    list.lastElementChild.remove();
    last.textContent = more(gone += 1);
    list.append(last);
  }
}

function tiles(all) {
  const row = element('div', 'tiles');
  row.append(...all.map(tile));
  return row;
}

function tile(content) {
  const box = element('div', `tile ${content.tone}`);
  const label = element('div', 'label', content.label);
  if (content.aside) label.append(' ', element('span', 'aside', content.aside));
  box.append(label);
  const value = element('div', 'value', content.value);
  if (content.unit) value.append(element('span', 'unit', content.unit));
  const line = element('div', 'figure');
  line.append(value);
  if (content.course.filter((share) => share !== null).length > 1) {
    const course = element('div', 'spark');
    course.append(document.createElementNS(SVG, 'svg'));
    line.append(course);
  }
  box.append(line);
  if (content.change) box.append(element('div', 'change', content.change));
  if (content.verdict) box.append(element('div', 'small', content.verdict));
  if (content.target) box.append(element('div', 'target', content.target));
  const small = element('div', 'small');
  small.append(...content.small_print.flatMap((phrase) => [element('span', '', phrase), ' ']));
  if (content.small_print.length) box.append(small);
  return box;
}

function spark(box, content) {
  const svg = box && box.querySelector('svg');
  if (!svg) return;
  const width = svg.clientWidth, height = svg.clientHeight, edge = 7;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${content.label}, ${content.span}`);
  const known = content.course.filter((share) => share !== null);
  const shown = content.goal === null ? known : [...known, content.goal];
  // small steps are drawn small: the height is ten points at least
  const high = Math.max(...shown), spare = Math.max(0, LEAST_REACH - (high - Math.min(...shown)));
  const low = Math.max(0, Math.min(...shown) - spare), reach = Math.max(high - low, LEAST_REACH);
  const x = (index) => edge + (index / Math.max(content.course.length - 1, 1)) * (width - 2 * edge);
  const y = (share) => edge + (1 - (share - low) / reach) * (height - 2 * edge);
  const add = (name, values) => {
    const mark = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) mark.setAttribute(key, value);
    svg.append(mark);
  };
  if (content.goal !== null) {
    add('line', { class: 'goal', x1: 0, x2: width, y1: y(content.goal), y2: y(content.goal) });
  }
  let path = '', joined = false; // a month without items is a gap, not a bridge
  content.course.forEach((share, index) => {
    if (share !== null) path += `${joined ? 'L' : 'M'}${x(index).toFixed(1)} ${y(share).toFixed(1)}`;
    joined = share !== null;
  });
  add('path', { class: 'line', d: path });
  const last = content.course.findLastIndex((share) => share !== null);
  add('circle', { class: 'dot', cx: x(last), cy: y(content.course[last]), r: 5 });
}

function panel(content) {
  const box = element('div', 'panel');
  box.style.setProperty('--weight', content.weight);
  if (content.title) box.append(element('h2', '', content.title));
  if (content.kind === 'chart') {
    const chart = element('div', 'chart');
    chart.setAttribute('role', 'img');
    chart.setAttribute('aria-label', content.alt);
    chart.append(element('div'));
    box.append(chart);
  } else if (content.kind === 'stack') {
    const stack = element('div', 'stack');
    stack.append(...content.parts.map(panel));
    box.append(stack);
  } else if (content.kind === 'table') {
    box.append(table(content));
  } else {
    box.append(lines(content));
  }
  return box;
}

function plot(box, content) {
  const inner = box.firstElementChild;
  const zoom = document.body.classList.contains('compact') ? COMPACT_ZOOM : ZOOM;
  inner.style.transform = `scale(${zoom})`;
  const layout = { ...content.figure.layout, width: box.clientWidth / zoom, height: box.clientHeight / zoom };
  const settings = { staticPlot: true, displayModeBar: false, responsive: false };
  return Plotly.newPlot(inner, structuredClone(content.figure.data), structuredClone(layout), settings);
}

function table(content) {
  const made = element('table');
  const head = element('tr');
  head.append(...content.headings.map((text) => element('th', '', text)));
  made.append(element('thead'), element('tbody'));
  made.tHead.append(head);
  for (const row of content.rows) {
    const line = element('tr');
    row.forEach((cell, index) => {
      const made = element('td', cell.tone, cell.text);
      if (index) made.append(element('span', 'mark', cell.mark ? ` ${cell.mark}` : ''));
      line.append(made);
    });
    made.tBodies[0].append(line);
  }
  return made;
}

function lines(content) {
  const list = element('ul', `lines in-${content.columns}`);
  list.dataset.hidden = content.hidden;
  for (const row of content.rows) {
    const item = element('li', row.tone);
    const text = element('div', 'text');
    if (row.mark) text.append(element('span', 'mark', row.mark));
    text.append(row.text);
    item.append(text);
    if (row.note) item.append(element('div', 'note', row.note));
    if (row.beside) item.append(element('div', 'beside', row.beside));
    list.append(item);
  }
  return list;
}

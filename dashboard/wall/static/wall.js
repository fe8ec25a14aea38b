// The screen: which slide is up, for how long, and what the people in the room may do about it.

import { dispose, element, settle, slide } from './draw.js';
import { Feed } from './feed.js';
import { printAll } from './sheets.js';

const config = JSON.parse(document.getElementById('config').textContent);
const words = config.words[config.screen.language];
const SIDES = config.screen.preset === 'compact' ? [1097, 617] : [1280, 720]; // stage pixels, the longer side first
const SLIDES = `${config.root}wall/slides.json`;
const FADE = 500; // milliseconds
const DRAWN = 5_000; // a slide that is not drawn by then goes up as far as it is
const AWAKE = 4_000; // the controls stay so long after the last touch
const FRESH = 12 * 3600_000; // the page is fetched anew so often, to stay in the browser's own store
const SWIPE = 60; // pixels
const still = matchMedia('(prefers-reduced-motion: reduce)');
const at = (id) => document.getElementById(id);

let slides = [];
let payload = null;
let index = 0;
let paused = new URLSearchParams(location.search).get('paused') === '1';
let due = 0; // moment of the next slide; 0 while there is none to wait for
let drawing = Promise.resolve();
let outdated = false;

// ---------------------------------------------------------------- size and colours

function isUpright() {
  return innerHeight > innerWidth;
}

function fit() {
  const [wide, high] = isUpright() ? [SIDES[1], SIDES[0]] : SIDES;
  const scale = Math.min(innerWidth / wide, innerHeight / high);
  document.body.classList.toggle('upright', isUpright());
  const stage = at('stage').style;
  stage.width = `${innerWidth / scale}px`;
  stage.height = `${innerHeight / scale}px`;
  stage.transform = `scale(${scale})`;
}

function paint() {
  const palette = config.palettes[config.screen.dark ? 'dark' : 'light'];
  for (const [name, colour] of Object.entries(palette)) document.documentElement.style.setProperty(`--${name}`, colour);
}

// ---------------------------------------------------------------- slides

/** Put the current slide up; the one before fades away once the new one is painted. */
function show({ fade = true } = {}) {
  const shown = slides[index];
  describe();
  drawing = drawing.then(() => put(shown, fade)).catch((error) => console.error(error));
  const turns = shown && !paused && at('black').hidden && slides.length > 1;
  due = turns ? Date.now() + shown.seconds * 1000 : 0;
}

async function put(shown, fade) {
  if (shown !== slides[index]) return; // somebody pressed a key meanwhile
  const host = at('slides');
  const before = [...host.children];
  if (!shown) {
    before.forEach((each) => (each.matches('.slide') ? dispose(each) : each.remove()));
    host.append(element('p', 'message', payload ? payload.message : words.waiting));
    return;
  }
  const section = slide(shown, fill(words.slide, { label: shown.label, position: index + 1 }));
  const quick = !fade || still.matches || document.hidden;
  if (quick) section.classList.add('still');
  host.append(section);
  await Promise.race([settle(section, shown, (n) => fill(words.more, { n })), pause(DRAWN)]);
  section.classList.add('shown');
  before.forEach((each) => each.classList.remove('shown'));
  if (!quick) await pause(FADE);
  before.forEach((each) => (each.matches('.slide') ? dispose(each) : each.remove()));
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

function go(wanted) {
  if (!slides.length) return;
  index = (wanted + slides.length) % slides.length;
  history.replaceState(null, '', `#${encodeURIComponent(slides[index].key)}`);
  show();
}

/** A new answer. Slides made for another look are not put up on a page of this one, unless nobody gives a new page. */
function news(found, isKept = false) {
  const before = slides[index];
  payload = found;
  slides = found.slides;
  outdated = !isKept && found.face !== config.face && found.face !== renewed();
  if (outdated && look(found.face) !== look(config.face)) return renew();
  const wanted = before?.key ?? decodeURIComponent(location.hash.slice(1));
  index = Math.max(0, slides.findIndex((each) => each.key === wanted));
  const same = before && slides[index] && JSON.stringify(before) === JSON.stringify(slides[index]);
  const nothing = !at('slides').childElementCount;
  if (same && !nothing) describe();
  else show({ fade: Boolean(before) });
  if (outdated && slides.length < 2) renew();
  return undefined;
}

/** Language, colours and size in the name of a page; the rest of it is the build. */
function look(face) {
  return face.slice(face.indexOf('-'));
}

/** The page this window was last loaded anew for: a page that some store between us keeps old is not asked for twice. */
function renewed() {
  try {
    return sessionStorage.getItem('huiyin-wall-face');
  } catch (error) {
    return payload.face;
  }
}

/** The server runs a newer screen: fetch it first, and only then let go of the one that works. */
async function renew() {
  try {
    const answer = await fetch(location.href, { cache: 'reload', signal: AbortSignal.timeout(8_000) });
    if (answer.ok) {
      sessionStorage.setItem('huiyin-wall-face', payload.face);
      return location.reload();
    }
  } catch (error) {
    // not now, then: after the next slide
  }
  return go(index + 1);
}

// ---------------------------------------------------------------- the line at the foot

function describe() {
  const bureau = at('bureau');
  const name = payload?.bureau ?? config.bureau;
  if (bureau.dataset.name !== name || bureau.dataset.emblem !== String(payload?.has_emblem)) {
    bureau.replaceChildren();
    bureau.dataset.name = name;
    bureau.dataset.emblem = String(payload?.has_emblem);
    if (payload?.has_emblem) bureau.append(picture());
    if (name) bureau.append(element('span', '', name));
  }
  at('facts').replaceChildren(...(payload?.facts ?? []).map((fact, place) => element('span', '', `${place ? ' · ' : ''}${fact}`)));
  at('facts').style.minWidth = `${at('facts').firstElementChild?.offsetWidth ?? 0}px`;
  at('position').textContent = slides.length ? fill(words.position, { n: index + 1, count: slides.length }) : '';
  const state = at('state');
  state.replaceChildren();
  const since = feed.since();
  const marks = [];
  if (payload?.is_demo) marks.push(element('span', 'mark', words.demo));
  if (since) marks.push(element('span', 'stale lost', `▲ ${fill(words.unreachable, { since: moment(since) })}`));
  else if (payload?.stale_from && today() >= payload.stale_from) marks.push(element('span', 'stale', `▲ ${words.old}`));
  if (paused) marks.push(element('span', 'mark', `❚❚ ${words.paused}`));
  marks.forEach((mark, place) => state.append(place ? '　' : '', mark));
  at('controls').querySelector('[data-does=pause]').textContent = paused ? words.resume : words.pause;
}

function picture() {
  const image = element('img');
  image.alt = '';
  image.addEventListener('error', () => image.remove());
  image.src = `${config.root}wall/emblem`;
  return image;
}

const zone = { timeZone: 'Asia/Shanghai' };
const locale = { zh: 'zh-CN', en: 'en-GB' }[config.screen.language];
const clock = new Intl.DateTimeFormat(locale, { ...zone, month: 'long', day: 'numeric', weekday: 'short' });
const hours = new Intl.DateTimeFormat('en-GB', { ...zone, hour: '2-digit', minute: '2-digit' });
const days = new Intl.DateTimeFormat('en-CA', { ...zone, year: 'numeric', month: '2-digit', day: '2-digit' });
const dayOnly = new Intl.DateTimeFormat(locale, { ...zone, month: 'long', day: 'numeric' });

function today() {
  return days.format(new Date());
}

function moment(when) {
  return `${dayOnly.format(when)} ${hours.format(when)}`;
}

/** Every second, and when the screen wakes: the moment decides, so that a screen that slept goes on as if it had not. */
function tick() {
  const now = new Date();
  if (due && now >= due) {
    due = 0;
    if (outdated) renew();
    else go(index + 1);
  }
  const day = clock.format(now), time = hours.format(now);
  if (at('day').textContent !== day || at('time').textContent !== time) {
    at('day').textContent = day;
    at('time').textContent = time;
    at('clock').dateTime = now.toISOString();
    if (feed.since() || payload?.stale_from) describe();
  }
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// ---------------------------------------------------------------- what people do

const does = {
  next: () => go(index + 1),
  previous: () => go(index - 1),
  first: () => go(0),
  last: () => go(slides.length - 1),
  pause: () => {
    paused = !paused;
    show({ fade: false });
  },
  black: () => {
    at('black').hidden = !at('black').hidden;
    show({ fade: false });
  },
  full_screen: () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {});
  },
};

/** Every slide on paper, light; without a server in the colours the screen has. */
async function onPaper() {
  const light = new URLSearchParams(query);
  light.set('theme', 'light');
  light.delete('shape'); // a sheet lies on its side
  const found = await fetch(`${SLIDES}?${light}`, { signal: AbortSignal.timeout(10_000) })
    .then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  const shown = found ?? payload;
  if (!shown?.slides.length) return;
  const slides = shown.slides.map((each) => (each.failed ? payload.slides.find((old) => old.key === each.key) : each)).filter(Boolean);
  await printAll({ ...shown, slides }, {
    palette: config.palettes[found || !config.screen.dark ? 'light' : 'dark'],
    width: SIDES[0],
    marks: shown.is_demo ? [words.demo] : [],
    more: (n) => fill(words.more, { n }),
    place: (n, count) => fill(words.position, { n, count }),
  });
}

const KEYS = {
  ArrowRight: 'next', ArrowDown: 'next', PageDown: 'next', Enter: 'next', n: 'next',
  ArrowLeft: 'previous', ArrowUp: 'previous', PageUp: 'previous', Backspace: 'previous', p: 'previous',
  Home: 'first', End: 'last', ' ': 'pause', b: 'black', '.': 'black', f: 'full_screen',
  F5: 'full_screen', // the start button of presenter remotes, which would load the page anew
};

addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'p') {
    event.preventDefault();
    onPaper();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const number = /^[0-9]$/.test(event.key) ? Number(event.key) || 10 : 0; // the tenth has the key 0
  const black = !at('black').hidden;
  if (!name && !slides[number - 1] && !(black && event.key === 'Escape')) return;
  if (event.target.closest?.('button') && (event.key === ' ' || event.key === 'Enter')) return;
  event.preventDefault();
  if (black) does.black();
  else if (name) does[name]();
  else go(number - 1);
});

let down = null;
addEventListener('pointerdown', (event) => {
  down = { x: event.clientX, y: event.clientY };
  wake();
});
addEventListener('pointermove', wake);
addEventListener('pointerup', (event) => {
  if (!down || event.target.closest('button')) return;
  const across = event.clientX - down.x, along = event.clientY - down.y;
  down = null;
  if (!at('black').hidden) return does.black();
  if (Math.abs(across) > SWIPE && Math.abs(across) > Math.abs(along)) return across < 0 ? does.next() : does.previous();
  if (Math.abs(across) > 12 || Math.abs(along) > 12) return undefined;
  const place = event.clientX / innerWidth; // thirds: back, pause, on
  return place < 1 / 3 ? does.previous() : place > 2 / 3 ? does.next() : does.pause();
});

let asleep = 0;
function wake() {
  document.body.classList.add('awake');
  clearTimeout(asleep);
  asleep = setTimeout(() => document.body.classList.remove('awake'), AWAKE);
}

for (const name of ['previous', 'pause', 'next', 'full_screen']) {
  const button = element('button', '', words[name]);
  button.type = 'button';
  button.dataset.does = name;
  button.addEventListener('click', () => does[name]());
  at('controls').append(button);
}

// ---------------------------------------------------------------- start

const query = new URLSearchParams(location.search);
query.delete('paused');
if (config.root) query.set('screen', config.screen.wall); // its name is not among the parameters
const feed = new Feed(address(), news, describe);
let resizing = 0;
addEventListener('resize', () => {
  clearTimeout(resizing);
  fit();
  resizing = setTimeout(() => {
    show({ fade: false });
    feed.turn(address()); // a screen that was turned is told what has room on it now
  }, 150);
});
document.body.classList.toggle('compact', config.screen.preset === 'compact');
paint();
fit();
tick();
setInterval(tick, 1_000);
for (const [target, name] of [[document, 'visibilitychange'], [document, 'resume'], [window, 'pageshow'], [window, 'online']]) {
  target.addEventListener(name, () => {
    tick();
    feed.ask();
  });
}
setInterval(() => fetch(location.href, { cache: 'reload' }).catch(() => {}), FRESH);
feed.start();
if (!payload) show({ fade: false });
navigator.serviceWorker?.register(`${config.root}wall/worker.js`, { scope: `${config.root}wall` })
  .then(() => navigator.serviceWorker.ready)
  .then((ready) => ready.active?.postMessage({ files: files(), build: config.build }))
  .catch(() => {}); // not allowed here: the browser's own store has to do

/** Where the slides of this screen are, for its shape. */
function address() {
  if (isUpright()) query.set('shape', 'upright');
  else query.delete('shape');
  return `${SLIDES}?${query}`;
}

/** Everything the page is made of. */
function files() {
  const loaded = performance.getEntriesByType('resource').map((entry) => entry.name);
  return [location.href.split('#')[0], ...new Set(loaded.filter((name) => name.includes('/wall/static/')))];
}

// what a test, or somebody looking after the screen, may ask
window.huiyin = { does, slides: () => slides, settled: () => drawing, feed };

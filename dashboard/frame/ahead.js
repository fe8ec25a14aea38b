// Part of document.js. What a click leads to is on the screen before Streamlit's run of the page, which takes three passes
// over all of it: the server makes the figures and words of the new selection (`ahead.py`), each part of the page that is
// named in the answer shows them, and the run is set off once they are seen. It finds everything as it leaves it. The
// server is asked while the pointer rests on a mark, at the latest when the button goes down: the answer is at hand then.
// Filters, rows of tables and menus are Streamlit's own and tell by their message alone what they ask for: it is shown to
// the server first, and sent once the answer is seen.
const PATIENCE = 3000; // milliseconds, then the click goes its usual way
const SWITCH = "[class*=st-key-switch-] [role=radio]", CLEAR = ".st-key-clear-filters button", RELEASE = "[class*=st-key-remove-] button";
const BUTTONS = `${SWITCH}, ${CLEAR}, ${RELEASE}`;
const OPTION = "[role=option]", FILTER = "[class*=st-key-filter-]", OPENED = `${FILTER} [role=combobox][aria-expanded=true]`;
const RUN = 0x5a; // how a message begins that sets off a run
const TELLS = /^\w+-(filter\.|local\.|table-|narrow-to-)/; // ids of controls that change figures, in a message
const LINGERS = 120; // milliseconds of a pointer on an option that is not passing by
const RUNNING = "data-test-script-state";
const DRAWN = 1500; // milliseconds after a run, when Streamlit has drawn what it brought

/** @param address where the server is asked; said by the newest run. */
function leadClicks(address) {
  const app = document.querySelector(`[${RUNNING}]`);
  let asking = false; // one at a time; a second click goes its usual way
  let early = null; // what may be clicked next, asked for beforehand
  let settling = 0;
  const shown = new Set();

  function press(asked, rests = false) {
    if (asking || !app || !address()) return;
    const text = JSON.stringify(asked);
    if (early?.text === text && !early.failed) return;
    early?.stop();
    early = ask(address(), text, rests);
  }

  async function lead(asked, go) {
    asking = true;
    clearTimeout(settling);
    const body = asked instanceof Uint8Array ? asked : JSON.stringify(asked);
    const begun = early?.text === body && !early.failed ? early : ask(address(), body);
    early = null;
    try {
      await follow(begun, shown);
    } catch (error) {
      console.info(error);
    }
    go();
    await run(app);
    asking = false;
    settling = setTimeout(() => {
      for (const part of shown) if (part.isConnected) say(part, null); // what the run has not brought is not so
      shown.clear();
    }, DRAWN);
  }

  addEventListener("huiyin:press", ({ detail: { figure, point, rests } }) => press({ figure, point }, rests));
  addEventListener("pointerdown", ({ target }) => {
    const pressed = target.closest?.(BUTTONS);
    if (pressed) press(meaning(pressed));
  }, { capture: true });
  addEventListener("huiyin:click", (event) => {
    if (asking || !app || !address()) return;
    event.preventDefault();
    const { figure, point, go } = event.detail;
    lead({ figure, point }, go);
  });
  addEventListener("click", (event) => {
    const pressed = event.isTrusted && !asking && app && address() && event.target.closest?.(BUTTONS);
    if (!pressed) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    lead(meaning(pressed), () => pressed.isConnected && pressed.click());
  }, { capture: true });
  let resting = 0, taken = ""; // of the filter bar's options: what the pointer rests on, and what was taken
  addEventListener("pointerover", ({ target }) => {
    clearTimeout(resting);
    const option = offered(target);
    if (option) resting = setTimeout(() => press(option, true), LINGERS);
  });
  addEventListener("pointerup", ({ target }) => (taken = JSON.stringify(offered(target))), { capture: true });
  holdRuns((message, go) => {
    if (asking || !app || !address()) return go();
    lead(early?.text === taken ? JSON.parse(taken) : message, go);
    taken = "";
  });
  if (app) {
    new MutationObserver(() => {
      early?.stop(); // it was asked under the selection before
      early = null;
    }).observe(app, { attributes: true, attributeFilter: [RUNNING] });
  }
}

/**
 * What a control is about to say waits until it is seen, while the control itself already shows it.
 * @param lead is given a message and what sends it; messages that change no control of ours are sent at once.
 */
function holdRuns(lead) {
  const send = WebSocket.prototype.send, words = new TextDecoder("latin1");
  let before = "", held = null;
  WebSocket.prototype.send = function (message) {
    held?.(); // in their order
    if (!(message instanceof Uint8Array) || message[0] !== RUN) return send.call(this, message);
    const now = words.decode(message).split("$$ID-").filter((each) => TELLS.test(each)).join();
    const go = held = () => {
      if (held !== go) return; // it is sent already
      held = null;
      send.call(this, message);
    };
    if (now === before) return go();
    before = now;
    lead(message, go);
  };
}

function meaning(pressed) {
  if (pressed.matches(CLEAR)) return { clear: true };
  if (pressed.matches(RELEASE)) return { release: pressed.closest("[class*=st-key-remove-]").className.match(/st-key-remove-(\S+)/)[1] };
  const [, name] = pressed.closest("[class*=st-key-switch-]").className.match(/st-key-switch-(\S+)/);
  return { switch: name, at: [...pressed.parentElement.querySelectorAll("[role=radio]")].indexOf(pressed) };
}

/** What taking an option of the filter bar asks for; null for whatever else is pointed at. */
function offered(target) {
  const option = target.closest?.(OPTION), filter = option && document.querySelector(OPENED)?.closest(FILTER);
  if (!filter || option.ariaSelected === "true") return null; // which is taken back
  return { filter: filter.className.match(/st-key-filter-(\S+)/)[1], words: option.textContent };
}

/**
 * Ask the server and read what it answers, a line a part.
 * @param text what is asked as JSON, or a message of Streamlit's.
 */
function ask(address, text, rests = false) {
  const held = new AbortController(), begun = { text, lines: [], failed: false, stop: () => held.abort() };
  const type = text instanceof Uint8Array ? "application/octet-stream" : "application/json";
  begun.take = (line) => begun.lines.push(line);
  begun.done = (async () => {
    const answer = await fetch(new URL(address, document.baseURI), {
      method: "POST",
      headers: { "Content-Type": type },
      body: rests ? JSON.stringify({ ...JSON.parse(text), rests }) : text,
      signal: AbortSignal.any([held.signal, AbortSignal.timeout(PATIENCE)]),
    });
    if (!answer.ok) throw new Error(answer.statusText);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let left = "";
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const lines = (left + read.value).split("\n");
      left = lines.pop();
      for (const line of lines) begun.take(line);
    }
    begun.failed = rests && !begun.lines.length; // the server had no time; a click asks again
  })();
  begun.done.catch(() => (begun.failed = true)); // whoever waits for it hears of it too
  return begun;
}

/** Show the parts of an answer as they come; done when they are all on the screen. */
async function follow(begun, shown) {
  const waits = [];
  begun.take = (line) => {
    const { part, data } = JSON.parse(line);
    const found = document.querySelector(`[data-part="${CSS.escape(part)}"]`);
    if (!found) return;
    shown.add(found);
    waits.push(...say(found, data));
  };
  for (const line of begun.lines) begun.take(line);
  await begun.done;
  if (!waits.length) return;
  await Promise.race([Promise.all(waits), new Promise((done) => setTimeout(done, PATIENCE))]);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}

function say(part, data) {
  const waits = [];
  part.dispatchEvent(new CustomEvent("huiyin:ahead", { detail: { data, waits } }));
  return waits;
}

/** Done when Streamlit has run; at the latest after a time in which it should have begun. */
function run(app) {
  return new Promise((done) => {
    let begun = false;
    const watch = new MutationObserver(() => {
      const state = app.getAttribute(RUNNING);
      begun ||= state === "running";
      if (begun && state === "notRunning") end();
    });
    const end = () => {
      watch.disconnect();
      done();
    };
    watch.observe(app, { attributes: true, attributeFilter: [RUNNING] });
    setTimeout(() => begun || end(), PATIENCE);
  });
}

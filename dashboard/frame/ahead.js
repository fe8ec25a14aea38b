// Part of document.js. What a click leads to is on the screen before Streamlit's run of the page, which takes three passes
// over all of it: the server makes the figures and words of the new selection (`ahead.py`), each part of the page that is
// named in the answer shows them, and the run is set off once they are seen. It finds everything as it leaves it. The
// server is asked while the pointer rests on a mark, at the latest when the button goes down: the answer is at hand then.
const PATIENCE = 3000; // milliseconds, then the click goes its usual way
const SWITCH = "[class*=st-key-switch-] [role=radio]", CLEAR = ".st-key-clear-filters button";
const RUNNING = "data-test-script-state";
const DRAWN = 1500; // milliseconds after a run, when Streamlit has drawn what it brought

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
    const text = JSON.stringify(asked);
    const begun = early?.text === text && !early.failed ? early : ask(address(), text);
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
    const pressed = target.closest?.(`${SWITCH}, ${CLEAR}`);
    if (pressed) press(meaning(pressed));
  }, { capture: true });
  addEventListener("huiyin:click", (event) => {
    if (asking || !app || !address()) return;
    event.preventDefault();
    const { figure, point, go } = event.detail;
    lead({ figure, point }, go);
  });
  addEventListener("click", (event) => {
    const pressed = event.isTrusted && !asking && app && address() && event.target.closest?.(`${SWITCH}, ${CLEAR}`);
    if (!pressed) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    lead(meaning(pressed), () => pressed.isConnected && pressed.click());
  }, { capture: true });
  if (app) {
    new MutationObserver(() => {
      early?.stop(); // it was asked under the selection before
      early = null;
    }).observe(app, { attributes: true, attributeFilter: [RUNNING] });
  }
}

function meaning(pressed) {
  if (pressed.matches(CLEAR)) return { clear: true };
  const [, name] = pressed.closest("[class*=st-key-switch-]").className.match(/st-key-switch-(\S+)/);
  return { switch: name, at: [...pressed.parentElement.querySelectorAll("[role=radio]")].indexOf(pressed) };
}

/** Ask the server and read what it answers, a line a part. */
function ask(address, text, rests = false) {
  const held = new AbortController(), begun = { text, lines: [], failed: false, stop: () => held.abort() };
  begun.take = (line) => begun.lines.push(line);
  begun.done = (async () => {
    const answer = await fetch(new URL(address, document.baseURI), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
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

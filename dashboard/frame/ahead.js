// Part of document.js. What a click leads to is on the screen before Streamlit's run of the page, which takes three passes
// over all of it: the server makes the figures and words of the new selection (`ahead.py`), each part of the page that is
// named in the answer shows them, and the run is set off once they are seen. It finds everything as it leaves it. The
// server is asked as soon as the button goes down: a finger stays on it for a tenth of a second.
const PATIENCE = 3000; // milliseconds, then the click goes its usual way
const SWITCH = "[class*=st-key-switch-] [role=radio]", CLEAR = ".st-key-clear-filters button";
const RUNNING = "data-test-script-state";
const PRESSED = 500; // milliseconds from the button to the click that comes of it
const DRAWN = 1500; // milliseconds after a run, when Streamlit has drawn what it brought

function leadClicks(address) {
  let asking = false; // one at a time; a second click goes its usual way
  let early = null; // what was asked for when the button went down
  let settling = 0;
  const shown = new Set();

  function press(asked) {
    early?.stop();
    early = asking || !address() ? null : ask(address(), JSON.stringify(asked));
  }

  async function lead(asked, go) {
    asking = true;
    clearTimeout(settling);
    const text = JSON.stringify(asked);
    const begun = early?.text === text ? early : ask(address(), text);
    early = null;
    try {
      await follow(await begun.answer, shown);
    } catch (error) {
      console.info(error);
    }
    go();
    await run();
    asking = false;
    settling = setTimeout(() => {
      for (const part of shown) if (part.isConnected) say(part, null); // what the run has not brought is not so
      shown.clear();
    }, DRAWN);
  }

  addEventListener("huiyin:press", ({ detail }) => press(detail));
  addEventListener("pointerdown", ({ target }) => {
    const pressed = target.closest?.(`${SWITCH}, ${CLEAR}`);
    if (pressed) press(meaning(pressed));
  }, { capture: true });
  addEventListener("pointerup", () => setTimeout(() => {
    early?.stop(); // no click came of it
    early = null;
  }, PRESSED));
  addEventListener("huiyin:click", (event) => {
    if (asking || !address()) return;
    event.preventDefault();
    const { figure, point, go } = event.detail;
    lead({ figure, point }, go);
  });
  addEventListener("click", (event) => {
    const pressed = event.isTrusted && !asking && address() && event.target.closest?.(`${SWITCH}, ${CLEAR}`);
    if (!pressed) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    lead(meaning(pressed), () => pressed.isConnected && pressed.click());
  }, { capture: true });
}

function meaning(pressed) {
  if (pressed.matches(CLEAR)) return { clear: true };
  const [, name] = pressed.closest("[class*=st-key-switch-]").className.match(/st-key-switch-(\S+)/);
  return { switch: name, at: [...pressed.parentElement.querySelectorAll("[role=radio]")].indexOf(pressed) };
}

function ask(address, text) {
  const held = new AbortController();
  const answer = fetch(new URL(address, document.baseURI), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: text,
    signal: AbortSignal.any([held.signal, AbortSignal.timeout(PATIENCE)]),
  });
  answer.catch(() => {}); // whoever waits for it hears of it
  return { text, answer, stop: () => held.abort() };
}

/** Show the parts of an answer as they come; done when they are all on the screen. */
async function follow(answer, shown) {
  if (!answer.ok) return;
  const waits = [], reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (text + read.value).split("\n");
    text = lines.pop();
    for (const { part, data } of lines.map((line) => JSON.parse(line))) {
      const found = document.querySelector(`[data-part="${CSS.escape(part)}"]`);
      if (!found) continue;
      shown.add(found);
      waits.push(...say(found, data));
    }
  }
  await Promise.race([Promise.all(waits), new Promise((done) => setTimeout(done, PATIENCE))]);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}

function say(part, data) {
  const waits = [];
  part.dispatchEvent(new CustomEvent("huiyin:ahead", { detail: { data, waits } }));
  return waits;
}

/** Done when Streamlit has run; at the latest after a time in which it should have begun. */
function run() {
  const app = document.querySelector(`[${RUNNING}]`);
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
    if (app) watch.observe(app, { attributes: true, attributeFilter: [RUNNING] });
    setTimeout(() => begun || end(), PATIENCE);
  });
}

// One step of the browser's Back for one act of the reader. A click that leads to another page, or one that changes
// several controls, makes Streamlit write several addresses; those written without an act in between are one step.
export default function () {
  if (history.huiyinSteps) return;
  history.huiyinSteps = true;
  const push = history.pushState.bind(history);
  let acted = true;
  const act = () => { acted = true; };
  for (const kind of ["pointerdown", "keydown", "change"]) addEventListener(kind, act, { capture: true });
  addEventListener("popstate", () => { acted = false; }, { capture: true });
  history.pushState = (state, unused, address) => {
    if (acted) push(state, unused, address);
    else history.replaceState(state, unused, address);
    acted = false;
  };
}

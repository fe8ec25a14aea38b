// Ctrl+K (or /) before the page has drawn, and what is typed after it, wait here until the search opens (ask.js).
(() => {
  const early = { asked: false, text: "" };
  const listen = (event) => {
    const asks = (event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !early.asked);
    if (!asks && (!early.asked || event.ctrlKey || event.metaKey || event.altKey)) return;
    if (asks) early.asked = true;
    else if (event.key === "Backspace") early.text = early.text.slice(0, -1);
    else if (event.key === "Escape") Object.assign(early, { asked: false, text: "" });
    else if (event.key.length === 1) early.text += event.key;
    else return;
    event.preventDefault();
  };
  addEventListener("keydown", listen, { capture: true });
  window.huiyinEarly = () => {
    removeEventListener("keydown", listen, { capture: true });
    delete window.huiyinEarly;
    return early;
  };
})();

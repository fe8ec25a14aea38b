// What a screen reader says after another selection: the page's new headline and how many items it stands on (WCAG 4.1.3).
const PAUSE = 400; // milliseconds in which the headline may still change
let last = null; // what the page showed when it was last looked at
let timer = null;

function region() {
  const found = document.getElementById("huiyin-heard");
  if (found) return found;
  const made = document.createElement("div"); // there before it says something: what comes with its words is not read out
  made.id = "huiyin-heard";
  made.role = "status";
  made.style.cssText = "position: fixed; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)";
  document.body.append(made);
  return made;
}

export default function ({ data }) {
  const place = region();
  place.lang = data.language;
  clearTimeout(timer);
  timer = setTimeout(() => {
    const headline = document.querySelector("h1")?.textContent.trim() ?? "";
    const before = last;
    last = { ...data, headline };
    if (!before || before.selection === data.selection) return;
    if (before.headline === headline && before.items === data.items) return;
    place.textContent = headline.includes(data.items) ? headline : `${headline} ${data.said}`.trim();
  }, PAUSE);
}

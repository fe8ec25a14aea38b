// What tables of ours have in common; it stands before the script of each.
/** Arrows move between what can be opened in a table, Enter opens it; the whole table is one stop of the Tab key. */
function walk(body) {
  const opener = (cell) => cell && (cell.matches(".open") ? cell : cell.querySelector(".open"));
  const next = (from, name, found) => {
    let each = from[name];
    while (each && !found(each)) each = each[name];
    return each && found(each);
  };
  body.addEventListener("focusin", (event) => {
    const chosen = event.target.closest(".open");
    if (chosen) stop(body, chosen);
  });
  body.addEventListener("keydown", (event) => {
    const from = event.target.closest(".open"), cell = from?.closest("td, th");
    if (!cell) return;
    const beside = (name) => next(cell, name, opener);
    const above = (name) => next(cell.parentElement, name, (row) => opener(row.cells[cell.cellIndex]));
    const ways = {
      ArrowRight: () => beside("nextElementSibling"),
      ArrowLeft: () => beside("previousElementSibling"),
      ArrowDown: () => above("nextElementSibling"),
      ArrowUp: () => above("previousElementSibling"),
    };
    const to = ways[event.key]?.();
    if (to) to.focus();
    else if (event.key === "Enter" || event.key === " ") from.click();
    else return; // where there is nothing more, an arrow pushes the table
    event.preventDefault();
  });
}

/** Where the Tab key enters a table. */
function stop(body, chosen) {
  for (const each of body.querySelectorAll(".open")) {
    const index = each === chosen ? 0 : -1;
    if (each.getAttribute("tabindex") !== String(index)) each.tabIndex = index;
  }
}


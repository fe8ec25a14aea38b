"""Which answers are due soon? Overdue and coming due, over all and by office."""

from typing import Any

from dashboard.state.session import Session
from dashboard.wall import Ask, Cell, Content, Skipped, Slide, Table, Tile
from dashboard.wall.parts import breakdown, notes, row_name, said, why
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.views import closure
from queries.views.due import due_by_group

COLUMNS = ("overdue", "within_7", "within_14", "within_30")
ROWS = 7  # beside the tiles; on an upright screen they stand above the table


def make(session: Session, ask: Ask) -> Content | Skipped:
    """Four counts, and the offices they lie with; where nothing is due, that sentence alone."""
    view = session.view(closure.deadlines)
    if not view.frame.height:
        return why(session, view)
    if not (view.frame["items"] > 0).any():
        return Content(said(session, view.finding), said(session, session.view(closure.ages).finding))
    tiles = [_tile(session, row) for row in view.frame.iter_rows(named=True)]
    by = breakdown(session, ("office", "place"))
    groups = session.view(due_by_group, by, ask.few if ask.is_upright else ROWS) if by else None
    rows = groups.frame.to_dicts() if groups is not None else []
    panels = [_table(session, ask, by, rows)] if by and rows else []
    return Content(
        said(session, view.finding),
        session.words("wall.due_note"),
        tiles=tiles,
        panels=panels,
        footnote=notes(session, groups) if panels and groups is not None else "",
        tiles_at="beside" if panels else "above",
    )


def _tile(session: Session, row: dict[str, Any]) -> Tile:
    language = session.language
    late = row["horizon"] == "overdue"
    label = session.words("wall.overdue") if late else session.words("wall.within", days=row["horizon"])
    unit = session.words("wall.items_unit")
    return Tile(label, wording.number(row["items"], language), unit, tone="breach" if late and row["items"] else "")


def _table(session: Session, ask: Ask, by: str, rows: list[dict[str, Any]]) -> Table:
    language, words = session.language, session.words
    headings = [DIMENSIONS[by].label(language), words("wall.overdue"),
                *(words("wall.within", days=name.removeprefix("within_")) for name in COLUMNS[1:])]  # fmt: skip
    return Table(headings, [_row(row, language, ask) for row in rows])


def _row(row: dict[str, Any], language: str, ask: Ask) -> list[Cell]:
    late = row["overdue"] > 0
    first = Cell(wording.number(row["overdue"], language), "breach" if late else "muted", "!" if late else "")
    rest = [Cell(wording.number(row[name], language), "" if row[name] else "muted") for name in COLUMNS[1:]]
    return [Cell(row_name(row[language], ask)), first, *rest]


SLIDE = Slide("due", 90, make)

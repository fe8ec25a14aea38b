"""Which answers are due soon? Overdue and coming due, over all and by office."""

from typing import Any

from dashboard.charts.comparison import LONGEST_NAME, shortened
from dashboard.charts.distribution import ages
from dashboard.state.session import Session
from dashboard.wall import Ask, Cell, Content, Skipped, Slide, Table, Tile
from dashboard.wall.parts import chart, notes, said, why
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.views import View, closure
from queries.views.due import due_by_group

COLUMNS = ("overdue", "within_7", "within_14", "within_30")
BREAKDOWNS = ("office", "place", "topic_l1")
ROWS = 7  # beside the tiles; on an upright screen they stand above the table


def make(session: Session, ask: Ask) -> Content | Skipped:
    """Four counts and the offices they lie with, or their age; where nothing is due, that sentence alone."""
    view = session.view(closure.deadlines)
    if not view.frame.height:
        return why(session, view)
    if not (view.frame["items"] > 0).any():
        return Content(said(session, view.finding), said(session, session.view(closure.ages).finding))
    tiles = [_tile(session, row) for row in view.frame.iter_rows(named=True)]
    groups = _groups(session, ask.few if ask.is_upright else ROWS)
    opened = session.words("wall.closure_ages")
    panel = (
        chart(session, session.view(closure.ages), ages, title=opened, narrow=ask.is_upright)
        if groups is None
        else _table(session, groups)
    )
    return Content(
        said(session, view.finding),
        session.words("wall.due_note"),
        tiles=tiles,
        panels=[panel],
        footnote=notes(session, groups) if groups is not None else "",
        tiles_at="beside",
    )


def _groups(session: Session, most: int) -> View | None:
    """The first breakdown that tells the items apart: by office, place or topic."""
    views = (session.view(due_by_group, by, most) for by in BREAKDOWNS if session.snapshot.available(by))
    return next((view for view in views if view.frame.height > 1), None)


def _tile(session: Session, row: dict[str, Any]) -> Tile:
    language = session.language
    late = row["horizon"] == "overdue"
    label = session.words("wall.overdue") if late else session.words("wall.within", days=row["horizon"])
    unit = session.words("wall.items_unit")
    return Tile(label, wording.number(row["items"], language), unit, tone="breach" if late and row["items"] else "")


def _table(session: Session, groups: View) -> Table:
    language, words = session.language, session.words
    headings = [DIMENSIONS[groups.by[0]].label(language), words("wall.overdue"),
                *(words("wall.within", days=name.removeprefix("within_")) for name in COLUMNS[1:])]  # fmt: skip
    return Table(headings, [_row(row, language) for row in groups.frame.iter_rows(named=True)])


def _row(row: dict[str, Any], language: str) -> list[Cell]:
    late = row["overdue"] > 0
    first = Cell(wording.number(row["overdue"], language), "breach" if late else "muted", "!" if late else "")
    rest = [Cell(wording.number(row[name], language), "" if row[name] else "muted") for name in COLUMNS[1:]]
    return [Cell(shortened(row[language], 2 * LONGEST_NAME)), first, *rest]


SLIDE = Slide("due", 90, make)

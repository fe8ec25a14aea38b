"""Which townships stand out on which measures? All headline measures at a glance."""

from typing import Any

from dashboard.state.session import Session
from dashboard.wall import Ask, Cell, Content, Skipped, Slide, Table
from dashboard.wall.parts import alone, breakdown, notes, period, row_name, said, why
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.views.tartan import tartan


def make(session: Session, ask: Ask) -> Content | Skipped:
    """A table: a row a place, a column a measure."""
    by = breakdown(session)
    if by is None:
        return Skipped(session.words("townships.no_groups"))
    view = session.view(tartan, by, ask.rows)
    if not view.frame.height:
        return why(session, view)
    if skipped := alone(session, view, by):
        return skipped
    language = session.language
    cells = {(row[by], row["measure"]): row for row in view.frame.iter_rows(named=True)}
    names = dict(view.frame.select(by, language).iter_rows())
    rows = [
        [Cell(row_name(name, ask)), *(_cell(session, cells.get((key, each.name))) for each in view.measures)]
        for key, name in names.items()
    ]
    overall = [
        _whole(session, [row for row in cells.values() if row["measure"] == each.name]) for each in view.measures
    ]
    headings = [DIMENSIONS[by].label(language), *(each.label(language) for each in view.measures)]
    whole = [Cell(session.words("wall.whole"), "muted"), *overall]
    return Content(
        said(session, view.finding),
        session.words("wall.tartan_note", period=period(session)),
        panels=[Table(headings, [*rows, whole])],
        footnote=notes(session, view),
    )


def _cell(session: Session, row: dict[str, Any] | None) -> Cell:
    if row is None:
        return Cell(wording.MISSING, "muted")
    if row["band"] == "small":
        return Cell(session.words("charts.too_few"), "muted")
    share = wording.per_cent(row["value"], session.language)
    if row["worse"]:
        return Cell(share, "signal", "◆")
    return Cell(share) if row["band"] == "same" else Cell(share, "data", "●")


def _whole(session: Session, rows: list[dict[str, Any]]) -> Cell:
    return Cell(wording.per_cent(rows[0]["overall"] if rows else None, session.language), "muted")


SLIDE = Slide("tartan", 50, make)

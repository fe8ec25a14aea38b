"""From a mark of a figure or an entry of a menu to the selection it stands for; the same everywhere.

What a figure's marks stand for follows from what its view is broken down by, so a chart need not know of it. A choice
taken twice is taken back, and each step is a step of the browser's Back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.charts import escape
from dashboard.state.choices import Choices
from dashboard.state.controls import clicked, picked_row
from dashboard.state.filter_widgets import WIDGET
from dashboard.state.links import link_to
from dashboard.state.session import Session, narrow, turned
from queries import wording
from queries.days import add_months, month_end
from queries.dimensions import DIMENSIONS, GRAINS
from queries.measures import Count, Duration, Measure, Ratio, measure, plain_name
from queries.views import View, drill, explore

MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
MENU = "narrow-to-"
"""How the key of a card's menu of marks begins; that of the card follows."""
_PERIOD = ("period", "start", "end")


@dataclass(frozen=True)
class Mark:
    """What one mark stands for: a key of a dimension, or a period.

    Attributes:
        dimension: name of the dimension; of a period the name of the step of time.
        key: key of the dimension; of a period the ISO date of its first day.
    """

    dimension: str
    key: str

    @property
    def period(self) -> tuple[date, date] | None:
        """First and last day, where it is a period."""
        if self.dimension not in MONTHS_OF:
            return None
        start = date.fromisoformat(self.key)
        return start, month_end(add_months(start, MONTHS_OF[self.dimension] - 1))


Row = tuple[Mark, ...]
"""What one row of a table stands for: several dimensions at once, or nothing."""


def can_narrow(view: View) -> bool:
    """Whether the rows of a view stand for selections."""
    return bool(_axes(view))


def marks(session: Session, view: View) -> dict[Mark, str]:
    """Every mark of a view with its words, a period's newest first."""
    found: dict[Mark, str] = {}
    for axis in _axes(view):
        values = view.frame[axis].drop_nulls().unique(maintain_order=True).to_list()
        if axis in GRAINS:
            for day in sorted(values, reverse=True):
                found[Mark(axis, day.isoformat())] = _period_words(axis, day, session.language)
        else:
            for name in _named_alike(axis):
                labels = session.snapshot.labels(name, session.language)
                found |= {Mark(name, key): labels[key] for key in values if key in labels}
                values = [key for key in values if key not in labels]
    return found


def marked(session: Session, view: View, point: Mapping[str, Any]) -> Mark | None:
    """The mark a point clicked in the view's figure stands for: by its key, its position or its label."""
    data = point.get("customdata")
    said = [*(data if isinstance(data, list) else [data]), point.get("x"), point.get("y"), point.get("label")]
    texts = [each for each in said if isinstance(each, str)]  # a number is a place on an axis, or a figure
    known = marks(session, view)
    for text in texts:
        for mark, words in known.items():
            if text in (mark.key, words, escape(words)) or (mark.period and text[:10] == mark.key):
                return mark
    return None


def apply(mark: Mark) -> None:
    """Narrow the selection to a mark, or take that back where it is what is chosen (a callback).

    The whole page is drawn anew, also where the click was within a part that is drawn alone.
    """
    period = mark.period
    if period is None:
        narrow(mark.dimension, mark.key)
        draw_all()
        return
    chosen = tuple(st.session_state.get(WIDGET + name) for name in _PERIOD)
    now = _turned_period(chosen, period)
    st.session_state.update({WIDGET + name: value for name, value in zip(_PERIOD, now, strict=True)})
    draw_all()


def narrowed(choices: Choices, mark: Mark) -> Choices:
    """The selection that `apply` leads to."""
    period = mark.period
    if period is None:
        keys = turned(choices.where.get(mark.dimension, ()), mark.key)
        return choices.within({**choices.where, mark.dimension: keys})
    now = _turned_period((choices.period, choices.start, choices.end), period)
    return replace(choices, **dict(zip(_PERIOD, now, strict=True)))


def _turned_period(chosen: tuple[Any, ...], period: tuple[date, date]) -> tuple[Any, ...]:
    return ("last12", None, None) if chosen == ("custom", *period) else ("custom", *period)


def draw_all() -> None:
    """Draw the whole page after a callback, also where it belongs to a part that is drawn alone.

    Where the whole page is drawn anyway, asking for it once more would cost the browser a second pass over the page.
    """
    run = get_script_run_ctx()
    if run is None or run.fragment_ids_this_run:
        st.rerun()


def rows(session: Session, **columns: Iterable[str | None]) -> list[Row]:
    """What the rows of a table stand for, from the keys in its columns.

    Args:
        columns: dimension to a key a row; `office` may also hold keys of places, as records name both alike.
    """
    known = {name: set(session.snapshot.keys(name)) for name in ("place", *columns)}

    def mark(name: str, key: str | None) -> Mark | None:
        return next((Mark(each, key) for each in _named_alike(name) if key and key in known[each]), None)

    found = zip(*([mark(name, key) for key in keys] for name, keys in columns.items()), strict=True)
    return [tuple(each for each in row if each) for row in found]


def by_row(
    session: Session, standing_for: Sequence[Row], key: str, picked: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Arguments with which `st.dataframe` narrows to the row clicked; none where no row stands for a selection.

    Args:
        picked: instead of narrowing, what is done with the number of the row clicked (in a callback).
    """
    session.stage.rows.pop(key, None)
    if picked is not None:
        return {"on_select": partial(_row_picked, picked, key), "selection_mode": "single-row"}
    if not any(standing_for):
        return {}
    session.stage.rows[key] = tuple(standing_for)
    return {"on_select": partial(_row_clicked, tuple(standing_for), key), "selection_mode": "single-row"}


OPENING: dict[str, Any] = {"on_select": "rerun", "selection_mode": "single-row"}
"""The same where a row clicked leads to another page: that can be done while a page is drawn, not in a callback."""


def _row_picked(picked: Callable[[int], None], key: str) -> None:
    row = picked_row(key)
    if row is not None:
        picked(row)


def _row_clicked(standing_for: Sequence[Row], key: str) -> None:
    row = picked_row(key)
    wanted = standing_for[row] if row is not None and row < len(standing_for) else ()
    if not wanted:
        return
    chosen = {mark.dimension: st.session_state.get(WIDGET + mark.dimension) or () for mark in wanted}
    st.session_state.update({WIDGET + name: keys for name, keys in _turned_row(chosen, wanted).items()})
    st.rerun()


def narrowed_to_row(choices: Choices, wanted: Row) -> Choices:
    """The selection that a click on a row leads to."""
    chosen = {mark.dimension: choices.where.get(mark.dimension, ()) for mark in wanted}
    return choices.within({**choices.where, **_turned_row(chosen, wanted)})


def _turned_row(chosen: Mapping[str, Sequence[str]], wanted: Row) -> dict[str, list[str]]:
    """The keys kept of each dimension after a row was chosen: its own, or none where they are what is chosen."""
    undo = all(list(chosen[mark.dimension]) == [mark.key] for mark in wanted)
    return {mark.dimension: [] if undo else [mark.key] for mark in wanted}


def release(name: str) -> None:
    """Take back one part of the filter bar (a callback).

    Args:
        name: of a dimension, or "period" or "as_of".
    """
    usual: dict[str, Any] = {each: getattr(Choices(), each) for each in _parts(name)} or {name: []}
    st.session_state.update({WIDGET + each: value for each, value in usual.items()})


def without(choices: Choices, name: str) -> Choices:
    """The selection that `release` leads to."""
    usual: dict[str, Any] = {each: getattr(Choices(), each) for each in _parts(name)}
    return replace(choices, **usual) if usual else choices.within({**choices.where, name: ()})


def _parts(name: str) -> tuple[str, ...]:
    return {"period": _PERIOD, "as_of": ("as_of",)}.get(name, ())


def click(session: Session, view: View, figure: str) -> None:
    """Narrow to the mark clicked in a figure (a callback)."""
    mark = marked(session, view, clicked(figure))
    if mark:
        apply(mark)


def menu(session: Session, view: View, key: str) -> None:
    """The same without a mouse, and the way to the items: a menu in the head of a card, filled when it is opened.

    Draw it in a fragment.
    """
    if not can_narrow(view) and not listed(session, view):
        return
    words = session.words
    opened = st.popover("", icon=":material/filter_alt:", type="tertiary", help=words("frame.narrow_help"),
                        key=f"narrow-{key}", on_change="rerun")  # fmt: skip
    if not opened.open:
        return
    with opened:
        known = marks(session, view)
        if known:
            state = MENU + key
            st.selectbox(words("frame.narrow"), list(known), index=None, format_func=known.__getitem__, key=state,
                         placeholder=words("frame.narrow_any"), on_change=partial(_chosen, state))  # fmt: skip
        _drill(session, view)
        for each, part in listed(session, view):
            name = each.label(session.language)
            if isinstance(each, Ratio):
                name = words("frame.part_of", name=name, part=words(f"cases.part_{part}"))
            page, link = link_to(session, "cases", controls={"of": each.name, "part": part} | _under(session, view))
            st.page_link(page, label=words("frame.cases_of", name=name), icon=":material/list_alt:", query_params=link)


def listed(session: Session, view: View) -> list[tuple[Count | Ratio, str]]:
    """Measures of a view whose items the reader can list, each with a role; of shares in both roles."""
    if session.cases is None:
        return []
    counted = [each for each in view.measures if isinstance(each, Count | Ratio) and each.table != "backlog"]
    return [
        (each, part) for each in counted for part in ("numerator", "denominator")
        if part == "numerator" or isinstance(each, Ratio)
    ]  # fmt: skip


def part_meant(each: Measure) -> str:
    """The items somebody wants to see who opens a figure: of what should be rare those that count, else all."""
    return "denominator" if isinstance(each, Ratio) and each.unwanted <= 0 else "numerator"


def _under(session: Session, view: View) -> dict[str, str]:
    """The rule set of a view that was asked under another one than is chosen."""
    rules = view.filters.rules
    return {"rules": rules} if rules != session.filters.rules else {}


def _drill(session: Session, view: View) -> None:
    """The way to the same figures one level down."""
    offered = session.answer(explore.offered)
    names = tuple(each.name for each in view.measures if plain_name(each.name) in offered)[: explore.MOST_MEASURES]
    if not names:
        return
    axes = [name for name in view.by if name in DIMENSIONS or name in GRAINS]
    asked = session.answer(drill.onwards, names, axes[0] if axes else "")
    by = [
        *(DIMENSIONS[name].label for name in (asked.by,) if name),
        *(GRAINS[name].label for name in (asked.grain,) if name),
    ]
    said = wording.listing([label(session.language) for label in by], session.language)
    page, link = link_to(session, "explore", controls=explore_controls(session, asked) | _under(session, view))
    st.page_link(page, label=session.words("frame.drill", by=said), icon=":material/query_stats:", query_params=link)


def explore_controls(session: Session, asked: explore.Question) -> dict[str, str]:
    """A question as parameters of the page Explore; what that page would take anyway is left out of the link."""
    dimensions = session.answer(explore.breakdowns, asked.measures)
    names = tuple(dict.fromkeys(plain_name(name) for name in asked.measures))
    shares = sorted(
        {str(round(each.quantile * 100)) for each in map(measure, asked.measures) if isinstance(each, Duration)}
    )
    said = {
        "m": (",".join(names), ",".join(session.answer(explore.offered)[:1])),
        "q": (",".join(shares) or "50", "50"),
        "by": (asked.by or explore.NOTHING, dimensions[0] if dimensions else explore.NOTHING),
        "and": (asked.and_by or explore.NOTHING, explore.NOTHING),
        "t": (asked.grain or explore.NOTHING, explore.NOTHING),
        "draw": (session.locals.get("draw", asked.measures[0]), asked.measures[0]),
    }
    beside = ("vs", "during", "with") if asked.versus else ()  # below a comparison its next level is compared too
    kept = {name: session.locals[name] for name in beside if name in session.locals}
    return kept | {name: value for name, (value, usual) in said.items() if value != usual}


def _chosen(state: str) -> None:
    mark = st.session_state.get(state)
    st.session_state[state] = None
    if isinstance(mark, Mark):
        apply(mark)


def _named_alike(name: str) -> tuple[str, ...]:
    """The dimensions in which a key may be found: records name places as offices."""
    return (name, "place") if name == "office" else (name,)


def _axes(view: View) -> list[str]:
    """What marks of a view stand for; of two breakdowns at once none can be told from a position."""
    axes = [name for name in view.by if name in MONTHS_OF or (name in DIMENSIONS and name != "batch")]
    return [name for name in axes if name in view.frame.columns] if len(axes) == 1 else []


def _period_words(grain: str, day: date, language: str) -> str:
    start, end = Mark(grain, day.isoformat()).period or (day, day)
    return wording.period(start, end, language)

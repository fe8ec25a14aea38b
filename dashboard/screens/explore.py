"""What does the register say to a question nobody has asked before?"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.charts.exploration import drawing
from dashboard.parts.cards import show
from dashboard.parts.components import choose, choose_period, choose_several, empty, heading, notes, title, type_in
from dashboard.parts.figures_table import figures_table
from dashboard.parts.take_away import Card, take_away
from dashboard.screens import Page
from dashboard.state.controls import control, marked, take
from dashboard.state.links import open_page
from dashboard.state.narrowing import explore_controls, part_meant
from dashboard.state.session import Session, note_control
from queries.dimensions import DIMENSIONS
from queries.measures import QUANTILES, Duration, Measure, Ratio, measure
from queries.views import View, beside, drill, explore, explore_drawing, explore_table
from queries.views.explore import Question

WIDTH = 150  # CSS pixels of a control: seven in a row on a laptop, two on a phone


def render(session: Session) -> None:
    """What to ask, then the chart that suits it, then the table with its totals."""
    above = st.container()
    question = _question(session)
    if question is None:
        with above:
            heading(session, session.words("explore.title"))
        st.info(session.words("explore.no_measures"), icon=":material/info:")
        return
    view = session.view(explore.answer, question)
    with above:
        heading(session, view.finding or session.words("explore.title"))
    if not view.frame["value"].is_not_null().any():
        empty(session, view)
        return
    name = _drawn(session, question)
    if _is_narrow(question):
        left, right = st.columns([3, 2], gap="small")
        with left:
            _chart(session, question, name)
        with right:
            _table(session, view, question, name)
        return
    _chart(session, question, name)
    _table(session, view, question, name)


def _is_narrow(question: Question) -> bool:
    """Whether the table has so few columns that it stands beside the chart."""
    return len(question.measures) == 1 and len(question.axes) == 1 and not question.versus and not question.column


def _question(session: Session) -> Question | None:
    """What the controls say."""
    words, language = session.words, session.language
    offered = session.answer(explore.offered)
    if not offered:
        return None
    with st.container(border=True, key="card-question", gap="small"):
        names = choose_several(
            session, "m", offered, lambda each: _called(measure(each), language), label=words("explore.measures"),
            default=offered[:1], most=explore.MOST_MEASURES, collapsed=True,
        )  # fmt: skip
        dimensions = session.answer(explore.breakdowns, names)
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="explore-controls"):
            names = _at_quantiles(session, names)
            by = _one(session, "by", dimensions, "explore.by", dimensions[0] if dimensions else explore.NOTHING)
            others = [each for each in dimensions if each != by]
            and_by = _one(session, "and", others, "explore.and_by") if by else ""
            grain = _one(session, "t", session.answer(explore.grains), "explore.grain")
            versus = _versus(session, [each for each in dimensions if each not in (by, and_by)])
            top, find = (_top(session), _find(session, by)) if by else (explore.TOPS[0], "")
            swapped = choose(session, "swap", ["0", "1"], lambda each: words(f"explore.swap_{each}"),
                             label=words("explore.swap"), menu=True, width=WIDTH)  # fmt: skip
    sort = control("sort")
    note_control("sort", sort, "")
    return Question(names, by, and_by, grain, swapped == "1", top, find, sort, versus)


def _called(each: Measure, language: str) -> str:
    """A measure's name in the list to choose from; which quantile of a duration is chosen apart."""
    return each.of(language) if isinstance(each, Duration) else each.label(language)


def _at_quantiles(session: Session, names: tuple[str, ...]) -> tuple[str, ...]:
    """The measures, durations among them at the quantiles chosen."""
    if not any(isinstance(measure(name), Duration) for name in names):
        return names
    shares = {str(round(share * 100)): share for share in QUANTILES}
    chosen = choose_several(session, "q", list(shares), lambda each: QUANTILES[shares[each]](session.language),
                            label=session.words("explore.quantiles"), default=["50"], collapsed=True,
                            width=260)  # fmt: skip
    return explore.at_quantiles(names, tuple(shares[each] for each in chosen))


def _top(session: Session) -> int:
    words = session.words
    options = [str(each) for each in explore.TOPS]
    return int(choose(session, "top", options, lambda each: words("explore.top", count=each),
                      label=words("explore.top_label"), menu=True, width=WIDTH))  # fmt: skip


def _find(session: Session, by: str) -> str:
    label = session.words("explore.find", name=DIMENSIONS[by].label(session.language))
    return type_in(session, "find", label=label, width=WIDTH)


def _one(session: Session, name: str, options: Sequence[str], label: str, default: str = explore.NOTHING) -> str:
    """A breakdown or nothing."""
    words, language = session.words, session.language

    def called(each: str) -> str:
        if each == explore.NOTHING:
            return words("explore.none", label=words(label))
        return words("explore.axis", label=words(label), name=explore_table.axis_label(each, language))

    chosen = choose(
        session, name, [explore.NOTHING, *options], called, label=words(label), default=default, menu=True, width=WIDTH
    )
    return "" if chosen == explore.NOTHING else chosen


def _versus(session: Session, dimensions: Sequence[str]) -> str:
    """The other selection, as a question holds it."""
    words, language = session.words, session.language

    def called(each: str) -> str:
        if each in beside.PERIODS:
            return words("explore.versus", name=beside.PERIODS[each](language))
        if each in DIMENSIONS:
            return words("explore.versus_of", name=DIMENSIONS[each].label(language))
        return words("explore.versus_period" if each == "period" else "explore.versus_none")

    has_period = session.filters.start is not None and session.filters.end is not None
    times = [*beside.PERIODS, "period"] if has_period else []
    chosen = choose(session, "vs", [explore.NOTHING, *times, *dimensions], called, label=words("explore.versus_label"),
                    menu=True, width=WIDTH)  # fmt: skip
    if chosen == "period":
        usual = session.filters.last_year()
        return choose_period(session, "during", label=words("explore.during"),
                             default=(usual.start, usual.end) if usual else None)  # fmt: skip
    if chosen in DIMENSIONS:
        labels = session.snapshot.labels(chosen, language)
        keys = choose_several(session, "with", session.snapshot.keys(chosen), lambda key: labels.get(key, key),
                              label=words("explore.with"), between="|", width=240)  # fmt: skip
        return f"{chosen}:{'|'.join(keys)}" if keys else ""
    return "" if chosen == explore.NOTHING else chosen


def _drawn(session: Session, question: Question) -> str:
    """The measure the chart and a table of groups by groups show."""
    if len(question.measures) == 1:
        return question.measures[0]
    return choose(session, "draw", question.measures, lambda each: measure(each).label(session.language),
                  label=session.words("explore.draw"))  # fmt: skip


def _chart(session: Session, question: Question, name: str) -> None:
    kind = explore_drawing.kind(session.answer(explore.meant, question), name)
    if kind == "nothing":
        return
    view = session.view(explore_drawing.drawn, question, name)
    if not view.frame.height:
        return
    cohort = measure(name).cohort.label(session.language)
    names = [explore_table.axis_label(axis, session.language) for axis in question.axes]
    plain_title = session.words("explore.chart_title", name=measure(name).label(session.language), by=" × ".join(names))
    whole = partial(explore_table.tidy, session.snapshot, session.filters, replace(question, measures=(name,)),
                    session.language)  # fmt: skip
    show(session, view, drawing, key="explored", on_click=_nothing, table=whole,
         sentence=None if kind == "intervals" else plain_title,
         note=session.words(f"explore.note_{_drawn_as(kind, name, view)}", period=session.period, cohort=cohort,
                            other=_other(view, session.language)))  # fmt: skip
    keys = marked("figure-explored", question.axes[0] if kind == "intervals" else "")
    if keys:
        _open(session, question, keys)


def _other(view: View, language: str) -> str:
    """What the other selection of a view is called; "" where there is none."""
    column = f"then_{language}"
    return str(view.frame[column][0]) if column in view.frame.columns else ""


def _drawn_as(kind: str, name: str, view: View) -> str:
    """The note of a chart: only shares have bands, and differences of durations are not judged."""
    each = measure(name)
    if kind == "heat" and "then_value" in view.frame.columns:
        return "heat_of_durations" if isinstance(each, Duration) else "heat_compared"
    if kind in ("lines", "multiples") and not isinstance(each, Ratio):
        return f"{kind}_plain"
    return "pairs_plain" if kind == "pairs" and isinstance(each, Duration) else kind


def _table(session: Session, view: View, question: Question, name: str) -> None:
    words = session.words
    grid = session.answer(explore_table.tabulate, question, name, session.language)
    pivot = bool(question.column)
    with st.container(border=True, key="card-table", gap="small", height="stretch"):
        with st.container(horizontal=True, gap="small", vertical_alignment="top"):
            with st.container(gap=None):
                title(session, words("explore.table_title"), words("explore.table_note"))
            whole = partial(explore_table.tidy, session.snapshot, session.filters, question, session.language)
            take_away(session, view, Card("explore-table", "", has_chart=False, figures=whole))
        clicked = figures_table(
            session, grid, key="explore", sort=question.sort, pivot=pivot, caption=words("explore.table_title"),
            on_sort=partial(take, "sort", "figures-table-explore", "sort"),
        )  # fmt: skip
        notes(session, view.notes)
    if clicked:
        _open(session, question, clicked)


def _nothing() -> None:
    """A click on a mark is read after the figure is drawn."""


def _open(session: Session, question: Question, keys: dict[str, str]) -> None:
    """Go one level down from what was clicked."""
    step = session.answer(drill.one_level_down, question, keys)
    if step is None:
        return
    if step.question is None:
        name = question.measures[0]
        controls = {"of": name, "part": part_meant(measure(name))}
        open_page(session, "cases", step.where, period=step.period, controls=controls)
        return
    open_page(session, "explore", step.where, period=step.period, controls=explore_controls(session, step.question))


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    offered = session.answer(explore.offered)
    if not offered:
        return
    dimensions = session.answer(explore.breakdowns, offered[:1])
    question = Question(offered[:1], dimensions[0] if dimensions else "")
    session.view(explore.answer, question)


PAGE = Page(name="explore", order=58, render=render, icon="query_stats", section="analysis", warm=warm)

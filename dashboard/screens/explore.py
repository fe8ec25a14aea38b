"""What does the register say to a question nobody has asked before?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from dashboard.charts.exploration import drawing
from dashboard.parts.card_words import draw_words, words_of_card
from dashboard.parts.cards import Shown, has_figures, show
from dashboard.parts.components import (
    choose,
    choose_period,
    choose_several,
    empty,
    heading,
    title,
    told_headline,
    type_in,
)
from dashboard.parts.figures_table import draw_table, keys_at, told
from dashboard.parts.take_away import Card, take_away
from dashboard.screens import Page
from dashboard.state.controls import clicked, control, marked, take
from dashboard.state.links import open_page
from dashboard.state.narrowing import explore_controls, part_meant
from dashboard.state.session import Session, note_control
from dashboard.state.stage import Make, Parts, Switch
from queries.dimensions import DIMENSIONS
from queries.measures import QUANTILES, Duration, Measure, Ratio, measure
from queries.views import View, beside, drill, explore, explore_drawing, explore_table
from queries.views.explore import Question
from queries.vocabulary import Text

WIDTH = 150  # CSS pixels of a control: seven in a row on a laptop, two on a phone
TABLE, NOTES = "figures-table-explore", "notes-explore"
Offers = dict[str, tuple[dict[str, str], str]]
"""By name of a control: its options with their words, and the one chosen."""


def render(session: Session) -> None:
    """What to ask, then the chart that suits it, then the table with its totals."""
    above = st.container()
    offers: Offers = {}
    question = _question(session, offers)
    if question is None:
        with above:
            heading(session, session.words("explore.title"))
        st.info(session.words("explore.no_measures"), icon=":material/info:")
        return
    view = session.view(explore.answer, question)
    with above:
        heading(session, partial(_finding, question))
    if not has_figures(view):
        empty(session, view)
        return
    name = _drawn(session, question, offers)
    _open(session, question, _opened(session, question, name))  # before anything is drawn for nothing
    sort = control("sort")
    for switch, (options, chosen) in offers.items():
        ways: dict[str, Make] = {each: partial(_after, question, name, sort, switch, each) for each in options}
        session.stage.switches[switch] = Switch(ways, options, chosen)
    with st.container(key="explore-cards", gap="small"):
        _chart(session, question, name)
        _table(session, view, question, name, sort)


def _finding(question: Question, session: Session) -> Text | str:
    return session.view(explore.answer, question).finding or session.words("explore.title")


def _is_narrow(question: Question) -> bool:
    """Whether the table has so few columns that it stands beside the chart."""
    return len(question.measures) == 1 and len(question.axes) == 1 and not question.versus and not question.column


CHANGES: Mapping[str, Callable[[Question, str], Question]] = {
    "by": lambda asked, option: _by(asked, option),
    "and": lambda asked, option: replace(asked, and_by=option),
    "t": lambda asked, option: replace(asked, grain=option),
    "vs": lambda asked, option: replace(asked, versus=option),
    "top": lambda asked, option: replace(asked, top=int(option)),
    "swap": lambda asked, option: replace(asked, swapped=option == "1"),
}
"""What an option of a control makes of a question; "" is no breakdown and no comparison."""


def _by(asked: Question, option: str) -> Question:
    """What is broken down by one dimension is neither broken down by it again nor compared by it."""
    if not option:
        return replace(asked, by="", and_by="", top=explore.TOPS[0], find="")
    and_by = "" if asked.and_by == option else asked.and_by
    versus = "" if asked.versus.startswith(f"{option}:") else asked.versus
    return replace(asked, by=option, and_by=and_by, versus=versus)


def _after(question: Question, name: str, sort: str, switch: str, option: str, session: Session) -> Parts:
    """What the page shows when an option of a control is taken; nothing where it shows no figures."""
    if switch == "vs" and option not in (explore.NOTHING, *beside.PERIODS):
        return {}  # with what it is compared has still to be chosen
    if switch == "draw":
        name = option
    else:
        question = CHANGES[switch](question, "" if option == explore.NOTHING else option)
    if not has_figures(session.view(explore.answer, question)):
        return {}
    made = _told_table(question, name, sort, session)  # first: it says how much room the chart has
    if _kind(question, name, session) != "nothing":
        made |= _shown(question, name).told(session, session.view(explore_drawing.drawn, question, name))
    return {**made, **told_headline(partial(_finding, question), session)}


def _question(session: Session, offers: Offers) -> Question | None:
    """What the controls say; what each of them offers goes into `offers`."""
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
            by = _one(session, "by", dimensions, "explore.by", offers, dimensions[0] if dimensions else explore.NOTHING)
            others = [each for each in dimensions if each != by]
            and_by = _one(session, "and", others, "explore.and_by", offers) if by else ""
            grain = _one(session, "t", session.answer(explore.grains), "explore.grain", offers)
            versus = _versus(session, [each for each in dimensions if each not in (by, and_by)], offers)
            top, find = (_top(session, offers), _find(session, by)) if by else (explore.TOPS[0], "")
            swapped = _switch(session, "swap", ["0", "1"], lambda each: words(f"explore.swap_{each}"),
                              words("explore.swap"), offers)  # fmt: skip
    note_control("sort", control("sort"), "")
    return Question(names, by, and_by, grain, swapped == "1", top, find, versus)


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


def _switch(
    session: Session, name: str, options: Sequence[str], labels: Callable[[str], str], label: str,
    offers: Offers, default: str | None = None,
) -> str:  # fmt: skip
    """A control whose options are on the screen ahead of the run of the page."""
    with st.container(key=f"switch-{name}", width="content"):
        chosen = choose(session, name, options, labels, label=label, default=default, menu=name != "draw", width=WIDTH)
    offers[name] = ({each: labels(each) for each in options}, chosen)
    return chosen


def _top(session: Session, offers: Offers) -> int:
    words = session.words
    options = [str(each) for each in explore.TOPS]
    return int(_switch(session, "top", options, lambda each: words("explore.top", count=each),
                       words("explore.top_label"), offers))  # fmt: skip


def _find(session: Session, by: str) -> str:
    label = session.words("explore.find", name=DIMENSIONS[by].label(session.language))
    return type_in(session, "find", label=label, width=WIDTH)


def _one(
    session: Session, name: str, options: Sequence[str], label: str, offers: Offers,
    default: str = explore.NOTHING,
) -> str:  # fmt: skip
    """A breakdown or nothing."""
    words, language = session.words, session.language

    def called(each: str) -> str:
        if each == explore.NOTHING:
            return words("explore.none", label=words(label))
        return words("explore.axis", label=words(label), name=explore_table.axis_label(each, language))

    chosen = _switch(session, name, [explore.NOTHING, *options], called, words(label), offers, default)
    return "" if chosen == explore.NOTHING else chosen


def _versus(session: Session, dimensions: Sequence[str], offers: Offers) -> str:
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
    options = [explore.NOTHING, *times, *dimensions]
    chosen = _switch(session, "vs", options, called, words("explore.versus_label"), offers)
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


def _drawn(session: Session, question: Question, offers: Offers) -> str:
    """The measure the chart and a table of groups by groups show."""
    if len(question.measures) == 1:
        return question.measures[0]
    return _switch(session, "draw", question.measures, lambda each: measure(each).label(session.language),
                   session.words("explore.draw"), offers)  # fmt: skip


def _shown(question: Question, name: str) -> Shown:
    """The card of the chart."""
    return Shown("explored", drawing, partial(_note, question, name), partial(_sentence, question, name), clicks=True)


def _kind(question: Question, name: str, session: Session) -> explore_drawing.Kind:
    return explore_drawing.kind(session.answer(explore.meant, question), name)


def _sentence(question: Question, name: str, session: Session, view: View) -> str:
    if _kind(question, name, session) == "intervals" and view.finding:
        return view.finding(session.language)
    by = " × ".join(explore_table.axis_label(axis, session.language) for axis in question.axes)
    return session.words("explore.chart_title", name=measure(name).label(session.language), by=by)


def _note(question: Question, name: str, session: Session) -> str:
    view = session.view(explore_drawing.drawn, question, name)
    return session.words(
        f"explore.note_{_drawn_as(_kind(question, name, session), name, view)}",
        period=session.period,
        cohort=measure(name).cohort.label(session.language),
        other=_other(view, session.language),
    )


def _chart(session: Session, question: Question, name: str) -> None:
    if _kind(question, name, session) == "nothing":
        return
    view = session.view(explore_drawing.drawn, question, name)
    if not view.frame.height:
        return
    whole = partial(explore_table.tidy, session.snapshot, session.filters, replace(question, measures=(name,)),
                    session.language)  # fmt: skip
    card = _shown(question, name)
    show(session, view, card.chart, key=card.key, on_click=_nothing, table=whole, sentence=card.sentence,
         note=card.note)  # fmt: skip


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


def _told_table(question: Question, name: str, sort: str, session: Session) -> dict[str, dict[str, Any]]:
    grid = session.answer(explore_table.tabulate, question, name, session.language)
    lines = [each(session.language) for each in session.view(explore.answer, question).notes]
    return {
        TABLE: told(session, grid, name=TABLE, sort=sort, caption=session.words("explore.table_title"),
                    pivot=bool(question.column), narrow=_is_narrow(question)),
        NOTES: words_of_card(session, NOTES, lines=list(dict.fromkeys(lines))),
    }  # fmt: skip


def _table(session: Session, view: View, question: Question, name: str, sort: str) -> None:
    words = session.words
    session.stage.parts[TABLE] = partial(_told_table, question, name, sort)
    said = _told_table(question, name, sort, session)
    with st.container(border=True, key="card-table", gap="small", height="stretch"):
        with st.container(horizontal=True, gap="small", vertical_alignment="top"):
            with st.container(gap=None):
                title(session, words("explore.table_title"), words("explore.table_note"))
            whole = partial(explore_table.tidy, session.snapshot, session.filters, question, session.language)
            take_away(session, view, Card("explore-table", "", has_chart=False, figures=whole))
        draw_table(said[TABLE], partial(take, "sort", TABLE, "sort"))
        draw_words(said[NOTES])


def _nothing() -> None:
    """A click on a mark is read by the run that it sets off."""


def _opened(session: Session, question: Question, name: str) -> dict[str, str]:
    """The keys of the mark, row or cell that set off this run; empty for none."""
    place = clicked(TABLE, "open")
    if place:
        return keys_at(session.answer(explore_table.tabulate, question, name, session.language), place)
    axis = question.axes[0] if _kind(question, name, session) == "intervals" else ""
    return marked("figure-explored", axis)


def _open(session: Session, question: Question, keys: dict[str, str]) -> None:
    """Go one level down from what was clicked, if anything was."""
    step = session.answer(drill.one_level_down, question, keys) if keys else None
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

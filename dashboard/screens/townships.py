"""Which townships, or offices, differ from the whole by more than chance?"""

from collections.abc import Callable
from functools import partial

import polars as pl
import streamlit as st

from dashboard.charts import chance
from dashboard.charts.comparison import tall_interval_dots
from dashboard.charts.map import places_map
from dashboard.charts.time_series import narrow_controlled_share
from dashboard.forms.rebasing import limits_and_baseline
from dashboard.i18n import Words
from dashboard.parts.cards import Way, one_of, show, show_way
from dashboard.parts.components import choose, empty, heading, notes, plain, title, variation
from dashboard.parts.headline_figures import verdict
from dashboard.screens import Page
from dashboard.state import narrowing
from dashboard.state.controls import pick
from dashboard.state.session import Session
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.errors import UnreadableFile
from queries.measures import Measure, measure
from queries.views import View, adjusted, funnels, ranks, standings, townships
from queries.views.parts import title as title_of
from queries.views.ranks import Place
from queries.views.townships import BANDS, Standing

BREAKDOWNS = ("place", "office")


def render(session: Session) -> None:
    """The measure, then all groups beside the whole, one of them in full, the table and the map."""
    words, language = session.words, session.language
    breakdowns = [name for name in BREAKDOWNS if session.snapshot.available(name)]
    offered = session.answer(townships.offered)
    if not breakdowns or not offered:
        heading(session, words("townships.title"))
        st.info(words("townships.no_groups" if not breakdowns else "townships.no_measures"), icon=":material/info:")
        notes(session, session.answer(townships.missing))
        return
    above = st.container()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        name = choose(
            session, "measure", offered, lambda each: measure(each).label(language), label=words("townships.measure")
        )
        by = choose(
            session, "by", breakdowns, lambda each: DIMENSIONS[each].label(language), label=words("townships.by")
        )
    view = session.view(townships.compared, name, by)
    with above:
        heading(session, view.finding or words("townships.title"))
    if not view.frame.height:
        empty(session, view)
        return
    _comparison(session, view, name, by)
    missing = session.answer(townships.missing)
    if missing:
        with st.expander(words("townships.missing", count=len(missing))):
            notes(session, missing)


def _comparison(session: Session, view: View, name: str, by: str) -> None:
    """All groups, one of them, the table and, for places, the map."""
    left, right = st.columns([7, 5], gap="small")
    with left, st.container(border=True, key="card-all", gap="small", height="stretch"):
        _all(session, name, by)
        _called(session, name, by)
    with right, st.container(border=True, key="card-one", gap="small", height="stretch"):
        _one(session, name, by)
    _table(session, view, name, by)
    if by == "place" and not session.settings.map_file.exists():
        st.caption(session.words("townships.no_map"))


@st.fragment(key="all")
def _all(session: Session, name: str, by: str) -> None:
    """All groups beside the whole: as intervals, by size, at the city's mix, on a map; only this card changes."""
    words = session.words
    each, view = measure(name), session.view(townships.compared, name, by)
    plainly = words("townships.dots_title", name=title_of(each, view.filters)(session.language))
    way = partial(Way, arguments=(name, by), clicks=True)
    ways = {
        "dots": way(townships.dots, tall_interval_dots, partial(_noted, "dots", each), plainly),
        "funnel": way(funnels.by_size, chance.funnel, partial(_noted, "funnel", each)),
    }
    if session.answer(adjusted.can_be_adjusted_here, name, by):
        ways["adjusted"] = way(adjusted.dots, chance.adjusted_dots, partial(_noted, "adjusted", each))
    if by == "place" and session.settings.map_file.exists():
        shade = words(f"townships.map_note_{'dark' if session.dark else 'light'}")
        ways["map"] = way(townships.on_map, places_map, shade, lambda there, found: map_title(found, there.words),
                          arguments=(name, session.settings.map_file))  # fmt: skip
    look = one_of(session, "look", ways, lambda kind: words(f"townships.look_{kind}"), label=words("townships.look"),
                  card="groups")  # fmt: skip
    if look == "map" and not _is_readable(session, ways["map"]):
        look = "dots"
    whole: dict[str, Callable[[], pl.DataFrame]] = {
        "dots": lambda: view.frame,
        "adjusted": lambda: session.view(adjusted.adjusted, name, by).frame,
    }
    show_way(session, ways[look], "groups", whole.get(look), partial(pick, "at", "figure-groups", "one"))


def _noted(look: str, each: Measure, session: Session) -> str:
    cohort = each.cohort.label(session.language)
    return session.words(f"townships.{look}_note", period=session.period, cohort=cohort)


@st.fragment(key="one")
def _one(session: Session, name: str, by: str) -> None:
    """One group in full: its standing, its counts, its course; the only part a click on a mark changes."""
    words, language = session.words, session.language
    view = session.view(townships.compared, name, by)
    labels = dict(view.frame.select(by, language).iter_rows())
    first = next(iter(view.frame.filter("worse")[by].to_list()), view.frame[by][0])
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        key = choose(
            session, "at", list(labels), labels.__getitem__, label=words("townships.at"), default=first, menu=True
        )
        standing = session.answer(townships.one, name, key, by)
        if standing is not None:
            st.markdown(f":{_colour(standing)}-badge[{BANDS[standing.band](language)}]", width="content")
    if standing is None:
        empty(session)
        return
    place = session.answer(ranks.place, name, key, by)
    mix = session.answer(adjusted.adjusted_share, name, key, by)
    st.table(_facts(session, standing, place, mix), border="horizontal", hide_index=True, hide_header=True,
             alt=words("frame.table_of", names=labels[key]))  # fmt: skip
    why = ranks.reconciled(standing.band, place) if place else None
    if why is not None:
        st.caption(plain(why(language)))
    _against(session, name, key, by)
    course = session.view(townships.course, name, key, by)
    variation(session, course)
    show(session, course, narrow_controlled_share, key="one", boxed=False,
         note=words("townships.course_note"))  # fmt: skip
    limits_and_baseline(session, course, key, "one")


def _colour(standing: Standing) -> str:
    if standing.is_worse:
        return "orange"
    return "blue" if standing.band in ("low", "high") else "gray"


def _against(session: Session, name: str, key: str, by: str) -> None:
    """Another group to hold the first one against, and in one sentence whether the two can be told apart."""
    words, language = session.words, session.language
    others = session.answer(ranks.others, name, key, by)
    if not others:
        return
    labels = {"": words("townships.against")} | {each: text(language) for each, text in others.items()}
    other = choose(session, "with", list(labels), labels.__getitem__, label=words("townships.against"), menu=True)
    verdict = session.answer(ranks.told_apart, name, key, other, by) if other else None
    if verdict is not None:
        st.markdown(plain(verdict(language)))


def _facts(
    session: Session, standing: Standing, place: Place | None, mix: tuple[float, float, float] | None
) -> list[dict[str, str]]:
    words, language = session.words, session.language
    share = words(
        "townships.share_value",
        share=words("charts.too_few") if standing.band == "small" else wording.per_cent(standing.value, language),
        counts=wording.fraction(standing.numerator, standing.denominator, language),
        reach=wording.interval(standing.lower, standing.upper, language),
    )
    facts = {
        words("townships.share"): share,
        **_at_mix(session, mix),
        **_among(session, place),
        words("townships.gap"): words(f"townships.gap_{standing.side}", points=wording.points(standing.gap, language)),
    }
    if standing.target is not None:
        facts[words("townships.target", share=wording.goal(standing.target, language))] = _to_target(session, standing)
    for label, change, signal, doubt, limits in (
        ("townships.previous", standing.change_previous, standing.signal_previous, standing.doubt_previous,
         standing.limits_previous),
        ("townships.last_year", standing.change_last_year, standing.signal_last_year, standing.doubt_last_year,
         standing.limits_last_year),
    ):  # fmt: skip
        if label == "townships.previous" and session.filters.is_compared_once:
            continue
        if change is not None and signal is not None:
            lower, upper = limits or (None, None)
            facts[words(label)] = words(
                "townships.change",
                change=wording.change(change, language),
                verdict=verdict(session, signal, doubt),
                reach=wording.signed_interval(lower, upper, language),
            )
            if doubt is not None:
                facts[words("townships.recording")] = doubt(language)
    return [{"name": plain(name), "value": plain(value)} for name, value in facts.items()]


def _at_mix(session: Session, mix: tuple[float, float, float] | None) -> dict[str, str]:
    """The share at the city's mix of items, beside the one as counted."""
    if mix is None:
        return {}
    words, language = session.words, session.language
    value, lower, upper = mix
    reach = wording.interval(lower, upper, language)
    said = words("townships.adjusted_value", share=wording.per_cent(value, language), reach=reach)
    return {words("townships.adjusted"): said}


def _among(session: Session, place: Place | None) -> dict[str, str]:
    """What can be said about one group's place among the others."""
    words, language = session.words, session.language
    if place is None:
        return {words("townships.place"): words("townships.no_place")}
    facts = {
        words("townships.shrunk"): words(
            "townships.shrunk_value",
            share=wording.per_cent(place.shrunk, language),
            reach=wording.interval(place.lower, place.upper, language),
        ),
        words("townships.place"): place.sentence(language),
    }
    if place.chance_worst is not None:
        facts[words("townships.worst")] = wording.per_cent(place.chance_worst, language, 0)
    return facts


def _to_target(session: Session, standing: Standing) -> str:
    if standing.needed is None:
        return wording.MISSING
    if standing.needed == 0:
        return session.words("townships.reached")
    return session.words("townships.needed", items=wording.items(standing.needed, session.language))


def _table(session: Session, view: View, name: str, by: str) -> None:
    """Every group with its counts, changes and course."""
    words, language = session.words, session.language
    frame = session.view(standings.every_group, name, by).frame
    frame = standings.table(view, frame, session.language)
    with st.container(border=True, key="card-table", gap="small", height="stretch"):
        with st.container(gap=None):
            title(session, words("townships.table_title"), words("townships.table_note"))
        low, high = townships.course_reach(view)
        number, column = st.column_config.NumberColumn, st.column_config.Column
        signed = partial(st.column_config.TextColumn, alignment="right")
        st.dataframe(
            frame,
            hide_index=True,
            key="table-townships",
            alt=words("frame.table_of", names=view.finding(language) if view.finding else ""),
            column_config={
                "name": column(DIMENSIONS[by].label(language), pinned=True, width=townships.name_width(frame)),
                "band": column(words("townships.column_band")),
                "value": number(words("townships.share"), format="%.1f%%"),
                "counts": column(words("townships.column_counts")),
                "interval": column(words("townships.column_interval")),
                "adjusted": number(words("townships.column_adjusted"), format="%.1f%%"),
                "shrunk": number(words("townships.column_shrunk"), format="%.1f%%"),
                "places": column(words("townships.column_places")),
                "worst": column(words("townships.column_worst")),
                "change_previous": signed(words("townships.column_previous")),
                "change_last_year": signed(words("townships.column_last_year")),
                "course": st.column_config.LineChartColumn(words("townships.column_course"), y_min=low, y_max=high),
            },
            placeholder=wording.MISSING,
            height="content" if view.frame.height <= townships.MOST_DOTS else 596,
            **narrowing.by_row(session, narrowing.rows(session, **{by: view.frame[by]}), "table-townships"),
        )
        st.caption(words("frame.rows_narrow"))


def _called(session: Session, name: str, by: str) -> None:
    """Who should be talked to, and what can be said of the comparison in public."""
    called, formal = session.answer(ranks.attention, name, by), session.answer(ranks.formal, name, by)
    if called:
        st.markdown(f":orange-badge[:material/forum:] {plain(called(session.language))}")
    if formal:
        with st.expander(session.words("townships.formal")):
            for sentence in formal:
                st.markdown(plain(sentence(session.language)))


def _is_readable(session: Session, way: Way) -> bool:
    """Whether the file of the map can be read; why not is said."""
    try:
        way.asked(session)
    except UnreadableFile as error:
        st.info(session.words("townships.bad_map"), icon=":material/map:")
        st.caption(plain(error.said(session.language)))
        return False
    return True


def map_title(view: View, words: Words) -> str:
    """From which to which share the places on the map reach, and which are clearly off in the unwanted direction."""
    language = words.language
    name = title_of(measure(view.measures[0].name), view.filters)(language)
    found = townships.reach(view)
    if found is None:
        return words("townships.map_small", name=name)
    low, high = (wording.per_cent(share, language) for share in (found.lowest, found.highest))
    kind = "one" if len(found.places) == 1 else "level" if low == high else "range"
    reach = words(f"townships.map_{kind}", place=found.places[0](language), low=low, high=high,
                  count=wording.number(len(found.places), language))  # fmt: skip
    off = wording.listing([each(language) for each in found.worse], language) if found.worse else ""
    standing = words(f"townships.map_{found.unwanted if off else f'none_{found.unwanted}'}", names=off)
    return words("townships.map_title", name=name, reach=reach, standing=standing)


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    offered = session.answer(townships.offered)
    session.answer(townships.missing)
    if offered and session.snapshot.available("place"):
        view = session.view(townships.compared, offered[0], "place")
        if view.frame.height:
            session.figure(session.view(townships.dots, offered[0], "place"), tall_interval_dots)


PAGE = Page(name="townships", order=30, render=render, icon="location_city", warm=warm)

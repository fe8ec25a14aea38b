"""How satisfied are petitioners, and how many were heard?"""

import streamlit as st

from dashboard.charts.comparison import interval_dots
from dashboard.charts.gap import dumbbell, gap_parts, silence_bounds
from dashboard.charts.waterfall import waterfall
from dashboard.parts.cards import Way, one_of, over_period, show, show_way
from dashboard.parts.components import choose, empty, heading, notes, plain, title
from dashboard.parts.headline_figures import Figure, is_small, metrics, printed_share
from dashboard.screens import Page
from dashboard.state import narrowing
from dashboard.state.session import Session
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.rules import CONVENTIONS
from queries.views import View, heard, satisfaction
from queries.views.satisfaction import Heard, Share

BREAKDOWNS = ("place", "office")


def render(session: Session) -> None:
    """Both shares under both conventions, the gap between them, what silence leaves open, what is still needed."""
    words, language = session.words, session.language
    known = session.answer(satisfaction.asked_whom)
    if not known:
        heading(session, words("satisfaction.title"))
        for sentence in session.view(satisfaction.by_group, "bureau", "place").notes:
            st.info(plain(sentence(language)), icon=":material/info:")
        return
    above = st.container()
    breakdowns = [name for name in BREAKDOWNS if session.snapshot.available(name)]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        whom = choose(session, "whom", sorted(known), lambda name: words(f"satisfaction.whom_{name}"),
                      label=words("satisfaction.whom"), default=known[0])  # fmt: skip
        by = choose(session, "by", breakdowns, lambda name: DIMENSIONS[name].label(language),
                    label=words("satisfaction.by")) if breakdowns else "place"  # fmt: skip
    with above:
        heading(session, lambda there: there.answer(satisfaction.headline, whom))
    view = session.view(satisfaction.by_group, whom, by)
    if not view.frame.height:
        empty(session, view)
        return
    metrics(session, lambda there: _cards(there, there.answer(satisfaction.heard, whom), whom), key="satisfaction")
    left, right = st.columns(2, gap="small")
    with left:
        show(session, session.view(satisfaction.widest, whom, by), dumbbell, key="gap",
             note=over_period("satisfaction.gap_note"))  # fmt: skip
    with right:
        show(session, session.view(satisfaction.bounds, whom, by), silence_bounds, key="bounds",
             note=words("satisfaction.bounds_note"))  # fmt: skip
    _needs(session, view, whom, by)
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, key="card-why", gap="small", height="stretch"):
        _why(session, whom, by)
    with right:
        show(session, session.view(heard.reached, whom, by), interval_dots, key="reached",
             note=over_period("satisfaction.reached_note"))  # fmt: skip


@st.fragment
def _why(session: Session, whom: str, by: str) -> None:
    """What a difference is made of, between groups or over time; only this card changes."""
    words = session.words
    ways = {
        "apart": Way(heard.apart, gap_parts, over_period("satisfaction.apart_note"), arguments=(whom, by)),
        "change": Way(heard.change, waterfall, over_period("satisfaction.change_note"), arguments=(whom, by)),
    }
    way = one_of(session, "why", ways, lambda name: words(f"satisfaction.why_{name}"), label=words("satisfaction.why"),
                 card="why")  # fmt: skip
    show_way(session, ways[way], "why")


def _cards(session: Session, found: Heard, whom: str) -> list[Figure]:
    words, language = session.words, session.language
    reach = wording.interval(*found.bounds, language) if found.bounds else wording.MISSING
    with_chance = wording.interval(*found.bounds_and_chance, language) if found.over else wording.MISSING
    return [
        _share_card(
            session, words("satisfaction.participation"), found.took_part, found.participation_target,
            words("satisfaction.participation_help"),
            {"of": "participation_rate", "part": "denominator", "target": whom},
        ),
        *(
            _share_card(
                session, words("satisfaction.satisfaction", convention=CONVENTIONS[name](language)),
                found.rated(name), found.satisfaction_target, words(f"satisfaction.{name}_help"),
                {"of": "satisfaction_rate", "part": "denominator", "target": whom, "convention": name},
            )
            for name in ("observed", "silence_is_satisfied")
        ),
        Figure(
            words("satisfaction.bounds"),
            reach if found.over >= found.smallest else words("charts.too_few"),
            small_print=[
                words("satisfaction.with_chance", reach=with_chance),
                words("satisfaction.silent", items=wording.items(found.expired, language)),
                words("satisfaction.open", items=wording.items(found.still_open, language)),
            ],
            help=words("satisfaction.bounds_help"),
        ),
    ]  # fmt: skip


def _share_card(
    session: Session, label: str, found: Share, target: float | None, help: str, cases: dict[str, str]
) -> Figure:
    """One of the shares with its counts, its interval and its distance to the target."""
    value, counts = printed_share(session, found.numerator, found.denominator, found.limits)
    small = [counts] if is_small(session, found.denominator) else [counts, _distance(session, found.value, target)]
    return Figure(label, value, small_print=small, help=help, cases=cases)


def _distance(session: Session, share: float | None, target: float | None) -> str:
    if share is None or target is None:
        return session.words("satisfaction.no_target")
    goal = wording.goal(target, session.language)
    if share >= target:
        return session.words("satisfaction.on_target", target=goal)
    points = wording.points(target - share, session.language)
    return session.words("satisfaction.below_target", target=goal, points=points)


def _needs(session: Session, view: View, whom: str, by: str) -> None:
    """Evaluations still needed and still possible, group by group."""
    words, language = session.words, session.language
    sentences = session.answer(satisfaction.heard, whom).sentences
    with st.container(border=True, key="card-needs", gap="small"):
        with st.container(gap=None):
            title(session, words("satisfaction.needs_title"), words("satisfaction.needs_note"))
        st.markdown(" ".join(plain(sentence(language)) for sentence in sentences))
        number, column = st.column_config.NumberColumn, st.column_config.Column
        convention = CONVENTIONS[session.filters.convention](language)
        headings = {name: words(f"satisfaction.column_{name}", convention=convention) for name in satisfaction.TABLE}
        st.dataframe(
            satisfaction.table(view, language),
            hide_index=True,
            key="table-needs",
            alt=words("frame.table_of", names=words("satisfaction.needs_title")),
            column_config={"name": column(DIMENSIONS[by].label(language), pinned=True)}
            | {
                name: number(heading, format="%.1f%%") if name in satisfaction.SHARES else column(heading)
                for name, heading in headings.items()
            },
            placeholder=wording.MISSING,
            height="content" if view.frame.height <= satisfaction.MOST_ROWS + 4 else 596,
            **narrowing.by_row(session, narrowing.rows(session, **{by: view.frame[by]}), "table-needs"),
        )
        st.caption(words("frame.rows_narrow"))
        notes(session, view.notes)


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    known = session.answer(satisfaction.asked_whom)
    if known and session.snapshot.available("place"):
        session.answer(satisfaction.headline, known[0])
        session.answer(satisfaction.heard, known[0])
        for view, chart in (
            (satisfaction.widest, dumbbell), (satisfaction.bounds, silence_bounds), (heard.apart, gap_parts),
            (heard.reached, interval_dots),
        ):  # fmt: skip
            found = session.view(view, known[0], "place")
            if found.frame.height:
                session.figure(found, chart)


PAGE = Page(name="satisfaction", order=40, render=render, icon="sentiment_satisfied", warm=warm)

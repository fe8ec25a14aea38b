"""Why is this figure not the one of the last meeting?"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date

import polars as pl
import streamlit as st

from dashboard.charts.waterfall import waterfall
from dashboard.parts.cards import has_figures, show
from dashboard.parts.components import empty, heading, plain, table, title
from dashboard.screens import Page
from dashboard.state.session import CITY_ZONE, Session, note_control, page_control, understood
from queries import wording
from queries.days import add_months, month_end
from queries.measures import measure
from queries.register import ImportRun
from queries.rules import CONVENTIONS, RULE_SETS
from queries.snapshot.versions import Earlier
from queries.views import View, changes
from queries.views.changes import COUNTS, Then
from queries.views.why_changed import signed

TODAY = "now"  # the choice "the register as it stands now"
OWN, SAME = "own", "same"
MOST_COLUMNS = 4  # rows of a table that is not scrolled


def render(session: Session) -> None:
    """The two figures to compare, the steps between them, the items behind each step."""
    words, language = session.words, session.language
    offered = session.answer(changes.offered)
    if not offered:
        heading(session, words("changes.title"))
        st.info(words("changes.nothing_offered"), icon=":material/info:")
        return
    above = st.container()
    with st.container(border=True, key="card-then", gap="small"):
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            name = _choose(session, "measure", offered, lambda each: measure(each).label(language))
            before, lacking = _register(session)
            then = _then(session, name, before)
        _said(session, then, before, lacking)
    with above:
        heading(session, session.answer(changes.headline, name, then, before))
    view = session.view(changes.waterfall, name, then, before)
    if not has_figures(view):
        empty(session, view)
        return
    left, right = st.columns([7, 5], gap="small")
    with left:
        show(session, view, waterfall, key="waterfall", note=words("changes.waterfall_note"))
    with right:
        _moves(session, view)
        if before is not None:
            _touched(session, then, before)


def _choose(
    session: Session,
    name: str,
    options: Sequence[str],
    labels: Callable[[str], str],
    default: str | None = None,
    width: int = 210,
) -> str:
    """One of the things that make up a figure, with its label above; its choice is in the link as `name=option`."""
    first = default or options[0]
    state = page_control(name, first, options)
    chosen = st.selectbox(
        session.words(f"changes.{name}"), options, format_func=labels, key=state, width=width, accept_new_options=False
    )
    value = str(chosen or first)
    note_control(name, value, first)
    return value


def _register(session: Session) -> tuple[Earlier | None, str]:
    """The register of then, and what is to be said where there is none."""
    runs = {str(run.import_id): run for run in session.answer(changes.earlier_imports)}
    if not runs:
        return None, "changes.one_import"
    chosen = _choose(session, "register", (*runs, TODAY), lambda each: _run(session, runs.get(each)), width=250)
    if chosen == TODAY:
        return None, ""
    with st.spinner(session.words("changes.rebuilding")):
        before = changes.register_after(session.settings, session.snapshot, int(chosen))
    return before, "" if before else "changes.pinned" if session.is_pinned else "changes.moved_on"


def _run(session: Session, run: ImportRun | None) -> str:
    if run is None:
        return session.words("changes.register_now")
    day = run.imported_at.replace(tzinfo=UTC).astimezone(CITY_ZONE).date()
    files = wording.listing(run.files, session.language, 2) if run.files else run.source
    return session.words("changes.register_after", day=wording.day(day, session.language), files=files)


def _then(session: Session, name: str, before: Earlier | None) -> Then:
    """The day, the period and the rules of then."""
    last = changes.latest_day(session.snapshot, session.filters, before)
    first = min(session.snapshot.first_day or last, last)  # a register of one day has no day before it
    usual = last if before else max(month_end(add_months(session.as_of, -1)), first)
    day = _day(session, min(usual, last), first, last)
    own = replace(session.choices, as_of=day).span(session.snapshot.as_of)
    now = (session.filters.start, session.filters.end)
    start, end = now
    if own != now:
        options = {OWN: own, SAME: now}
        chosen = _choose(session, "then_period", tuple(options),
                         lambda each: wording.period(*options[each], session.language))  # fmt: skip
        start, end = options[chosen]
    rules = _choose(session, "then_rules", tuple(RULE_SETS), lambda each: RULE_SETS[each].label(session.language),
                    session.filters.rules, width=250)  # fmt: skip
    convention = session.filters.convention
    if name == "satisfaction_rate":
        convention = _choose(session, "silence", tuple(CONVENTIONS), lambda each: CONVENTIONS[each](session.language),
                             convention)  # fmt: skip
    return Then(day, start, end, rules, convention)


def _day(session: Session, usual: date, first: date, last: date) -> date:
    """The as-of day of then, in the link as `then`."""
    linked = session.locals.get("then", "")
    if _is_day(linked):
        understood("then")
    value = date.fromisoformat(linked) if _is_day(linked) else usual
    chosen = st.date_input(
        session.words("changes.then"), value=min(max(value, first), last), min_value=first, max_value=last,
        format="YYYY-MM-DD", width=150,
    )  # fmt: skip
    day = chosen if isinstance(chosen, date) else usual
    note_control("then", day.isoformat(), usual.isoformat())
    return day


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _said(session: Session, then: Then, before: Earlier | None, lacking: str) -> None:
    """What is compared with what, in words."""
    words, language = session.words, session.language
    if lacking:
        st.caption(words(lacking), help=words("changes.one_import_help") if lacking == "changes.one_import" else None)
    now = session.filters
    said = words(
        "changes.compared",
        then=wording.day(then.as_of, language),
        then_period=wording.period(then.start, then.end, language),
        now=wording.day(session.as_of, language),
        now_period=wording.period(now.start, now.end, language),
        rules=RULE_SETS[now.rules].label(language),
    )
    st.caption(plain(said))


def _moves(session: Session, view: View) -> None:
    """How many items are behind each part."""
    words, language = session.words, session.language
    is_share = view.frame["denominator"][0] is not None
    shown = (*COUNTS[:2], *(COUNTS[2:] if is_share else ()))
    rows = [
        {
            "reason": row[language],
            "effect": signed(row["shown"], row["effect"], is_share, language),
            **{name: row[name] for name in shown},
        }
        for row in view.frame.filter(~pl.col("is_total")).iter_rows(named=True)
    ]
    frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(shown, pl.Int64))
    headings = {
        "reason": words("changes.column_reason"),
        "effect": words(
            f"changes.column_effect_{'share' if is_share else 'count'}", unit=view.measures[0].unit(language)
        ),
        **{name: words(f"changes.column_{name}") for name in shown},
    }
    with st.container(border=True, key="card-moves", gap="small"):
        with st.container(gap=None):
            title(
                session, words("changes.moves_title"), words(f"changes.moves_note_{'share' if is_share else 'count'}")
            )
        table(session, frame, headings, key="moves")


def _touched(session: Session, then: Then, before: Earlier) -> None:
    """What the imports since did to the register."""
    words, language = session.words, session.language
    found = session.answer(changes.touched, then, before)
    if found is None:
        return
    with st.container(border=True, key="card-touched", gap="small"):
        with st.container(gap=None):
            counts = {name: wording.number(getattr(found, name), language) for name in ("late", "corrected", "new")}
            title(session, words("changes.touched_title", **counts),
                  words("changes.touched_note", day=wording.day(then.as_of, language)))  # fmt: skip
        if found.columns:
            frame = pl.DataFrame([{"column": column(language), "items": items} for column, items in found.columns])
            headings = {"column": words("changes.column_column"), "items": words("changes.column_items")}
            table(session, frame, headings, key="touched", height="content" if frame.height <= MOST_COLUMNS else 178)


PAGE = Page(name="changes", order=78, render=render, icon="difference", section="data", bureau_only=True)

"""One item in a drawer: its statutory clocks, what happened, and what else is known of it. Never a person."""

from collections.abc import Sequence
from datetime import date, datetime, time

import streamlit as st

from dashboard.charts.case_timeline import case_timeline
from dashboard.parts.components import plain, table
from dashboard.parts.plot import plot
from dashboard.state.case_reader import CaseReader
from dashboard.state.controls import control, set_value, widget_value
from dashboard.state.session import Session, note_control
from queries import wording
from queries.cases.case_clocks import STATES as CLOCK_STATES
from queries.cases.case_clocks import Clock
from queries.cases.case_list import COLUMNS, STATES
from queries.views import cases
from queries.views.cases import RELATED, Case
from queries.vocabulary import Text

BADGES = {"open": ("blue", "hourglass_top"), "soon": ("blue", "schedule"), "overdue": ("red", "error"),
          "closed": ("gray", "check")}  # fmt: skip
OPENER = "related-opener"
MOST_RELATED = 50  # items of one matter shown; a matter has hardly ever more


def opened(session: Session) -> None:
    """The drawer of the item the link or a click names, if any."""
    case_id = control("case")
    note_control("case", case_id, "")
    if not case_id:
        return
    show = st.dialog(
        session.words("cases.case", id=plain(case_id)), width="large", position="right", on_dismiss=_close
    )(_case)  # fmt: skip
    show(session, case_id)


def _close() -> None:
    set_value("case", "")


def _case(session: Session, case_id: str) -> None:
    words, language = session.words, session.language
    reader = session.cases
    found = reader.case(case_id) if reader else None
    if reader is None or found is None:
        st.info(words("cases.no_such_case"), icon=":material/search_off:")
        return
    row, record = found
    one = cases.case(session.snapshot, session.filters, row, record)
    view = cases.timeline(session.snapshot, session.filters, one)
    colour, icon = BADGES[one.state]
    about = [f":{colour}-badge[:material/{icon}: {STATES[one.state](language)}]"]
    about.append(f":gray[{plain(words('cases.seen_from', day=wording.day(session.as_of, language)))}]")
    st.markdown(" ".join(about))
    st.markdown(f"**{plain(wording.capital(cases.standing(one)(language)))}**")
    plot(session, session.figure(view, case_timeline), key="figure-case", alt=cases.standing(one)(language))
    _clocks(session, one)
    left, right = st.columns(2, gap="medium")
    with left:
        _pairs(words("cases.facts"), [(label(language), text(language)) for label, text in one.facts])
    with right:
        _pairs(words("cases.steps"), [(label(language), _moment(when, language)) for label, when in one.steps])
        _pairs(words("cases.evaluations"), [(label(language), text(language)) for label, text in one.evaluations])
    _sentences(session, "cases.on_batches", one.batches)
    _sentences(session, "cases.supervision", one.supervision)
    _sentences(session, "cases.findings", one.findings)
    _related(session, reader, int(row["case_no"][0]))


def _clocks(session: Session, one: Case) -> None:
    words, language = session.words, session.language
    rows = [
        {
            "clock": plain(clock.label(language)),
            "state": _state(session, clock),
            "started": _iso(clock.started_on),
            "due": _iso(clock.due_on),
            "done": _iso(clock.done_on),
            "source": plain(clock.source(language)),
        }
        for clock in one.clocks
    ]
    headings = {name: words(f"cases.{name}") for name in ("clock", "clock_state", "started", "due", "done", "source")}
    named = [dict(zip(headings.values(), row.values(), strict=True)) for row in rows]
    st.table(named, border="horizontal", hide_index=True, alt=words("cases.clock"))


def _state(session: Session, clock: Clock) -> str:
    """How a clock stands; red, with a sign, only where a period is broken and still runs."""
    said = plain(CLOCK_STATES[clock.state](session.language))
    if clock.days_left is None or clock.state not in ("running", "overdue"):
        return said
    days = plain(wording.days(abs(clock.days_left), session.language))
    if clock.state == "overdue":
        return f":red[:material/error: {said} {days}]"
    return f"{said} {session.words('cases.left', days=days)}"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else wording.MISSING


def _moment(when: datetime, language: str) -> str:
    # a date without a time of day is stored as its midnight
    return wording.day(when.date(), language) if when.time() == time() else wording.moment(when, language)


def _pairs(heading: str, pairs: Sequence[tuple[str, str]]) -> None:
    if pairs:
        st.markdown(f"**{plain(heading)}**")
        st.table([{"name": plain(name), "value": plain(value)} for name, value in pairs], border="horizontal",
                 hide_index=True, hide_header=True, alt=heading)  # fmt: skip


def _sentences(session: Session, heading: str, sentences: Sequence[Text]) -> None:
    if sentences:
        st.markdown(f"**{plain(session.words(heading))}**")
        for sentence in sentences:
            st.markdown(f"- {plain(sentence(session.language))}")


def _related(session: Session, reader: CaseReader, case_no: int) -> None:
    """The other items of the same matter: items, never who petitioned."""
    words, language = session.words, session.language
    rows, ids = reader.same_matter(case_no)
    st.markdown(f"**{plain(words('cases.related', count=rows.height))}**")
    if rows.is_empty():
        st.caption(words("cases.unrelated"))
        return
    frame = cases.table(rows.head(MOST_RELATED), ids, session.snapshot, RELATED, language)
    table(session, frame, {name: COLUMNS[name](language) for name in RELATED}, key="related", height="content")
    st.selectbox(words("cases.open_related"), frame["case_id"].to_list(), index=None, key=OPENER,
                 placeholder=words("cases.open_related"), label_visibility="collapsed", on_change=_pick)  # fmt: skip


def _pick() -> None:
    chosen = widget_value(OPENER)
    if chosen:
        set_value("case", chosen)
        st.rerun()

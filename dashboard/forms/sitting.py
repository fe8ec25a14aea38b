"""What is written down in a monthly session: decisions, items dealt with, closing and reopening, each in a drawer.

The chart stays in sight beside the drawer. What is saved is in the database at once; what somebody else did meanwhile
is said, and nothing is overwritten.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard.agenda import Item
from dashboard.forms.record_fields import ask, local, sign
from dashboard.i18n import Words
from dashboard.parts.components import plain
from dashboard.state.kept import store
from dashboard.state.session import Session, remember
from queries import wording
from queries.counting.selection import evaluation_target
from queries.days import add_months, month_end, month_start
from queries.errors import Conflict, HuiyinError, InvalidRecord
from queries.measures import measure
from queries.records import meetings
from queries.records.fields import NO_PETITIONERS
from queries.records.kinds import kind_of
from queries.records.meetings import Terms
from queries.records.states import signature
from queries.rules import CONVENTIONS, RULE_SETS
from queries.views import commitments
from queries.views.meeting import Meeting

DUE_MONTHS = 13  # offered, from the month of the decision on
USUAL_DUE = 2  # months after the session's
HELD_WITHIN = timedelta(days=62)  # after its as-of day, a session is taken to be held today


def decide(session: Session, held: Meeting, item: Item) -> None:
    """Open the drawer for a question and what is decided on it; to be called in answer to a click."""
    name = session.words("meeting.decide_on", item=item.label(session.language))
    st.dialog(name, width="medium", position="right")(lambda: decision_form(session, held, item))()


def decision_form(session: Session, held: Meeting, item: Item) -> None:
    """The fields of a question and of what is decided on it; saved together or not at all."""
    words = session.words
    ledger, decision = kind_of("ledger_item"), kind_of("decision")
    day = day_of(session, held)
    key = f"decide-{held.month}-{item.key}"
    sign(session, key)  # a form takes no signature: what is signed with is kept at once
    with st.form(f"form-{key}", border=False):
        st.caption(plain(NO_PETITIONERS(session.language)))
        question = ask(session, ledger, ledger.field("question"), {}, f"{key}-question")
        optional = replace(decision.field("text"), required=False)
        text = ask(session, decision, optional, {}, f"{key}-text")
        st.caption(plain(words("meeting.ledger_only")))
        left, right = st.columns(2, gap="small")
        with left:
            office = ask(session, decision, decision.field("office_id"), {}, f"{key}-office")
            due = _due(session, held, day, key)
            evidence = st.text_input(plain(words("meeting.evidence")), key=f"{key}-evidence")
        with right:
            owner = ask(session, decision, decision.field("owner_post"), {}, f"{key}-owner")
            checked = _measure(session, key)
            decided_on = st.date_input(
                plain(words("meeting.decided_on")), value=day, format="YYYY-MM-DD", key=f"{key}-day"
            )
        place = st.empty()
        pressed = st.form_submit_button(words("records.save"), type="primary", icon=":material/save:")
    if not pressed:
        return
    common = {"office_id": office, "agenda": item.key}
    asked = {**common, "question": question, "opened_on": decided_on, "link": _link(held, item)}
    decided = {**common, "text": text, "owner_post": owner, "due_on": due, "measure": checked, "evidence": evidence,
               "decided_on": decided_on} if (text or "").strip() else None  # fmt: skip
    act = partial(meetings.decide, *_of(session, held), asked, decided, by=session.signature)
    _write(session, place, act, words("meeting.saved" if decided else "meeting.saved_ledger"))


def day_of(session: Session, held: Meeting) -> date:
    """The day a session is taken to be held: as recorded, else today, else (long ago, or in the demo) its as-of day."""
    if held.held_on:
        return held.held_on
    return session.today if held.as_of <= session.today <= held.as_of + HELD_WITHIN else held.as_of


def discuss(session: Session, held: Meeting, item: Item) -> None:
    """Mark an item as dealt with, or take that back; without a signature, ask for one first."""
    is_done = item.key not in held.discussed

    def write() -> None:
        meetings.mark_discussed(*_of(session, held), item.key, is_done, by=session.signature)

    said = session.words("meeting.marked" if is_done else "meeting.unmarked", item=item.label(session.language))
    if session.signature:
        _write(session, st.empty(), write, said)
        return

    def drawer() -> None:
        sign(session, f"discuss-{item.key}")
        place = st.empty()
        if st.button(session.words("records.save"), type="primary", icon=":material/save:", key="save-discussed"):
            _write(session, place, write, said)

    st.dialog(session.words("meeting.sign_first"), width="small")(drawer)()


def close(session: Session, held: Meeting) -> None:
    """Open the drawer that closes a session."""
    st.dialog(session.words("meeting.close_title", month=_month(session, held)), width="medium")(
        lambda: closing_form(session, held)
    )()


def closing_form(session: Session, held: Meeting) -> None:
    """What is fixed, the day it was held, the signature, and the button that closes."""
    words, language = session.words, session.language
    # fixed with the rest: a later import may bring evaluations of another kind
    held = replace(held, evaluation_target=evaluation_target(session.snapshot, held.filters("month")))
    st.markdown(plain(words("meeting.close_what")))
    facts = {
        words("meeting.close_as_of"): wording.day(held.as_of, language),
        words("meeting.close_rules"): RULE_SETS[held.rules].label(language),
        words("filters.convention"): CONVENTIONS[held.convention](language),
        words("filters.target"): words(f"filters.target_{held.evaluation_target}"),
        words("meeting.close_version"): session.data_version,
    }
    st.table([{"name": plain(name), "value": plain(value)} for name, value in facts.items()],
             border="horizontal", hide_index=True, hide_header=True, alt=words("meeting.close"))  # fmt: skip
    day = st.date_input(
        plain(words("meeting.held_on")), value=day_of(session, held), format="YYYY-MM-DD", key="held-on"
    )
    sign(session, "close")
    place = st.empty()
    if st.button(words("meeting.close"), type="primary", icon=":material/lock:", key="close-sure"):
        act = partial(
            meetings.close, session.settings, *_of(session, held), by=session.signature, version=held.version,
            seen=session.data_version, held_on=day,
        )  # fmt: skip
        _write(session, place, act, words("meeting.closed_now"))


def reopen(session: Session, held: Meeting) -> None:
    """Open the drawer that opens a closed session again, for a reason."""
    st.dialog(session.words("meeting.reopen_title", month=_month(session, held)), width="medium")(
        lambda: reopening_form(session, held)
    )()


def reopening_form(session: Session, held: Meeting) -> None:
    """The reason, the signature, and the button that opens it again."""
    words = session.words
    st.markdown(plain(words("meeting.reopen_what")))
    reason = st.text_area(plain(words("meeting.reason")) + " *", key="reopen-reason", height=96,
                          help=NO_PETITIONERS(session.language))  # fmt: skip
    sign(session, "reopen")
    place = st.empty()
    if st.button(words("meeting.reopen"), type="primary", icon=":material/lock_open:", key="reopen-sure"):
        act = partial(
            meetings.reopen, store(session.settings), held.month, by=session.signature, version=held.version or 0,
            reason=reason or "",
        )  # fmt: skip
        _write(session, place, act, words("meeting.reopened"))


def _of(session: Session, held: Meeting) -> tuple[Any, Terms]:
    return store(session.settings), Terms(held.month, held.as_of, held.rules, held.convention, held.evaluation_target)


def _write(session: Session, place: Any, act: Callable[[], object], said: str) -> None:
    """Do it, say so on the next run; or say why not, and that nothing was written."""
    language = session.language
    try:
        act()
    except Conflict as error:
        who, when = signature(error.who)(language), local(session, error.when)
        state = session.words(f"meeting.now_{error.content.get('state', 'open')}")
        place.warning(plain(session.words("meeting.conflict", who=who, when=when, state=state)))
    except InvalidRecord as error:
        lines = [plain(sentence(language)) for sentence in _problems(error, language)]
        place.warning("\n\n".join(lines))
    except HuiyinError as error:
        place.warning(plain(error.said(language)))
    else:
        remember("records-said", said)
        st.rerun()


def _problems(error: InvalidRecord, language: str) -> list[Any]:
    """Each sentence, led by the name of its field."""
    fields = {field.name: field for name in ("decision", "ledger_item", "meeting") for field in kind_of(name).fields}
    between = Words(language)("frame.colon")

    def named(name: str, sentence: Any) -> Callable[[str], str]:
        label = fields[name].label(language) + between if name in fields else ""
        return lambda chosen: label + sentence(chosen)

    return [named(name, sentence) for name, sentences in error.problems.items() for sentence in sentences]


def _due(session: Session, held: Meeting, day: date, key: str) -> date | None:
    """The month a commitment is due by; its last day is kept."""
    first = month_start(max(day, held.month))
    offered = [month_end(add_months(first, n)) for n in range(DUE_MONTHS)]
    return st.selectbox(
        plain(session.words("meeting.due")), offered, index=USUAL_DUE, key=f"{key}-due",
        format_func=lambda end: wording.month(end, session.language), placeholder=session.words("records.choose"),
    )  # fmt: skip


def _measure(session: Session, key: str) -> str | None:
    offered = session.answer(commitments.checkable)
    return st.selectbox(
        plain(session.words("meeting.measure")), offered, index=None, key=f"{key}-measure",
        format_func=lambda name: measure(name).label(session.language), placeholder=session.words("records.choose"),
        help=session.words("meeting.measure_help"),
    )  # fmt: skip


def _link(held: Meeting, item: Item) -> str:
    first = next(iter(item.panels), None)
    page = (first.page if first else "") or "meeting"
    controls = {name: [value] for name, value in (first.controls if first else {}).items()}
    return f"{page}?{urlencode(held.filters(first.span if first else 'year').to_query() | controls, doseq=True)}"


def _month(session: Session, held: Meeting) -> str:
    return wording.month(held.month, session.language)

"""The monthly session: what was promised, how it stands, what is decided. One item of the agenda a screen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.agenda import AGENDA, Item, Panel, finding, item
from dashboard.forms import sitting
from dashboard.forms.record_form import open_record, pick_record
from dashboard.parts.briefing_menu import briefing_menu
from dashboard.parts.cards import show
from dashboard.parts.components import choose, empty, heading, no_data, notes, plain, table, title
from dashboard.parts.headline_figures import deadline, metrics
from dashboard.parts.listings import listing
from dashboard.screens import Page, pages
from dashboard.state.controls import control, link_to, set_value
from dashboard.state.filter_widgets import WIDGET, labels
from dashboard.state.held import held_session
from dashboard.state.kept import store
from dashboard.state.session import Session, note_control, page_control
from queries import wording
from queries.days import FIRST_DAY
from queries.filters import Filters
from queries.rules import CONVENTIONS, RULE_SETS
from queries.snapshot import Snapshot, pins
from queries.views import meeting, meeting_changes
from queries.views.commitments import STANDINGS
from queries.views.meeting import Meeting
from queries.vocabulary import Text

ICONS = {"overdue": "alarm", "open": "pending_actions", "closed": "task_alt", "dropped": "block"}
STEP = "step"
BASIS = "basis"
STEPS = tuple(each.key for each in AGENDA)
WHOLE_WIDTH = ("commitments", "decided", "ledger", "deadlines", "supervision_open")
"""Panels that stand above the others."""


def render(session: Session) -> None:
    """The session about a month: its agenda, one item of it in full, and what is written down."""
    if session.is_empty and not session.snapshot.records.newest_day:
        no_data(session)
        return
    state = page_control(STEP, STEPS[0], STEPS)
    bar = st.container(horizontal=True, gap="small", vertical_alignment="center", key="meeting-bar")
    with bar:
        held, reader = _held(session)
        _basis(session, held)
        _standing(session, held)
        briefing_menu(replace(session, filters=held.filters("month")), held.month)
        st.space("stretch")
        _walk(session, control(STEP))
    labels = {each.key: _step(session, held, number, each) for number, each in enumerate(AGENDA, 1)}
    chosen = st.pills(
        session.words("meeting.agenda"), STEPS, format_func=labels.__getitem__, key=state, required=True,
        label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    note_control(STEP, str(chosen or STEPS[0]), STEPS[0])
    if reader is None:
        why = "meeting.lost_rules" if held.missing_rules else "meeting.lost"
        said = session.words(why, version=held.data_version or "", rules=held.missing_rules)
        st.warning(plain(said), icon=":material/warning:")
        return
    if held.missing_rules:
        said = session.words("meeting.other_rules", rules=held.missing_rules,
                             now=RULE_SETS[held.rules].label(session.language))  # fmt: skip
        st.warning(plain(said), icon=":material/warning:")
    _closed(session, held)
    _item(session, reader, held, item(str(chosen)))


def _held(session: Session) -> tuple[Meeting, Session | None]:
    """The session about the month chosen, and its reader: of a closed one on the data it was closed on."""
    offered = {f"{month:%Y-%m}": month for month in session.answer(meeting.months)}
    name = choose(session, "month", list(offered), lambda each: wording.month(offered[each], session.language),
                  label=session.words("meeting.month"), menu=True)  # fmt: skip
    held, reader = held_session(session, offered[name])
    return held, reader and replace(reader, filters=held.filters("month"))


def _basis(session: Session, held: Meeting) -> None:
    """From which day, by which rules and convention an open session is seen."""
    if held.is_closed or session.is_pinned:
        return
    words = session.words
    with st.popover(words("meeting.basis"), icon=":material/event:", key=BASIS, on_change="rerun"):
        st.date_input(words("meeting.as_of"), value=None, key=WIDGET + "as_of", format="YYYY-MM-DD",
                      min_value=FIRST_DAY, max_value=session.snapshot.as_of,
                      help=words("filters.as_of_help"))  # fmt: skip
        if held.meeting_id is not None:  # what is recorded is changed in the record
            st.caption(plain(_terms(session, held)))
            if st.button(words("meeting.change_terms"), icon=":material/edit:", key="terms", on_click=_close_basis):
                open_record(replace(session, snapshot=session.newest), "meeting", held.meeting_id, key="terms")
            return
        for name in ("rules", "convention", "target"):
            known = labels(name, session.snapshot, words)
            st.selectbox(words(f"filters.{name}"), list(known), key=WIDGET + name, format_func=known.__getitem__)


def _close_basis() -> None:
    """The form takes its place (a callback)."""
    st.session_state[BASIS] = False


def _terms(session: Session, held: Meeting) -> str:
    """Rules, convention and whose evaluation, in one line."""
    words, language = session.words, session.language
    convention = words("meeting.by_convention", convention=CONVENTIONS[held.convention](language))
    whose = words(f"filters.target_{held.evaluation_target or 'any'}")
    return "; ".join([RULE_SETS[held.rules].label(language), convention, f"{words('filters.target')} {whose}"])


def _standing(session: Session, held: Meeting) -> None:
    words = session.words
    if held.is_closed:
        st.markdown(f":blue-badge[:material/lock: {words('meeting.is_closed')}]", width="content")
        if not session.is_pinned and st.button(words("meeting.reopen"), icon=":material/lock_open:", type="tertiary",
                                               key="reopen"):  # fmt: skip
            sitting.reopen(session, held)
    elif not session.is_pinned and st.button(words("meeting.close"), icon=":material/lock:", type="tertiary",
                                             key="close", help=words("meeting.close_help")):  # fmt: skip
        sitting.close(session, held)


def _walk(session: Session, now: str) -> None:
    """One item back, one item on: by mouse, by keyboard, by the buttons of a presenter."""
    words, at = session.words, STEPS.index(now)
    st.button(words("meeting.previous"), key="previous", icon=":material/chevron_left:", shortcut="PageUp",
              disabled=at == 0, on_click=set_value, args=(STEP, STEPS[max(at - 1, 0)]))  # fmt: skip
    st.button(words("meeting.next"), key="next", icon=":material/chevron_right:", icon_position="right",
              shortcut="PageDown", disabled=at == len(STEPS) - 1, on_click=set_value,
              args=(STEP, STEPS[min(at + 1, len(STEPS) - 1)]))  # fmt: skip


def _step(session: Session, held: Meeting, number: int, each: Item) -> str:
    mark = ":material/check: " if each.key in held.discussed else ""
    return f"{mark}{number} {plain(each.label(session.language))}"


def _closed(session: Session, held: Meeting) -> None:
    """On what a closed session stands, and what has been corrected since."""
    if not held.is_closed:
        return
    words, language = session.words, session.language
    day = wording.day(held.held_on, language)
    what = plain(words("meeting.closed", day=day, as_of=wording.day(held.as_of, language)))
    since = st.expander(what, icon=":material/lock:", key="closed-since", on_change="rerun")
    if not since.open:  # an earlier register may have to be rebuilt
        return
    with since:
        st.caption(plain(words("meeting.closed_version", version=held.data_version or "",
                               terms=_terms(session, held))))  # fmt: skip
        if held.note:
            st.markdown(plain(held.note))
        if not session.is_pinned:
            _changed_since(session, held)


def _changed_since(session: Session, held: Meeting) -> None:
    with st.spinner(session.words("changes.rebuilding")):
        before = pins.since(session.settings, session.newest, held.data_version or "", store(session.settings))
    now = replace(session, snapshot=session.newest, filters=held.filters("month"))
    view = now.view(meeting_changes.changed_since, before)
    title(session, view.finding)
    if view.frame.height:
        rows = meeting_changes.table(view, session.language)
        table(session, rows, {name: session.words(f"meeting.since_{name}") for name in rows.columns}, key="since")
        st.caption(plain(session.words("meeting.since_note")))


def _item(session: Session, reader: Session, held: Meeting, chosen: Item) -> None:
    """An item of the agenda: its sentence, what changed, its charts, and the ways to write down and to look further."""
    spans = {span: replace(reader, filters=held.filters(span)) for span in ("month", "year")}
    sentence = spans["year"].answer(_sentence, held, chosen.key)
    heading(reader, sentence or chosen.label)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="item-bar"):
        lines = spans["month"].answer(meeting.changes_since_last, chosen.measures) if chosen.measures else ()
        with st.container(gap=None, width="stretch"):
            for line in lines:
                st.markdown(f"- {plain(line(session.language))}")
        _write_down(session, held, chosen)
        if chosen.page:
            first = chosen.panels[0]
            link_to(reader, chosen.page, held.filters(first.span), first.controls, label=session.words("meeting.open"),
                    icon="open_in_new")  # fmt: skip
        if chosen.cases and _may_list(session, reader):
            link_to(reader, "cases", held.filters("month"), chosen.cases, label=session.words("meeting.cases"),
                    icon="list")  # fmt: skip
    offered = [panel for panel in chosen.panels if panel.offered(reader.snapshot)]
    for panel in offered:
        if panel.name in WHOLE_WIDTH:
            _wide(session, spans[panel.span], held, panel)
    beside = [panel for panel in offered if panel.name not in WHOLE_WIDTH]
    for column, panel in zip(st.columns(max(len(beside), 1), gap="small"), beside, strict=False):
        with column:
            _card(session, spans[panel.span], panel, sentence)
    if not chosen.panels:
        st.info(session.words("meeting.no_panels"), icon=":material/info:")


def _may_list(session: Session, reader: Session) -> bool:
    """Whether the items can be listed: by this reader, and as they are in the register of now."""
    listed = next((page for page in pages() if page.name == "cases"), None)
    return listed is not None and listed.open_to(session) and reader.snapshot.version == session.newest.version


def _card(session: Session, reader: Session, panel: Panel, heading: Text | None) -> None:
    """A picture or a table on a card; what the page's heading says already is not said again."""
    view = reader.view(panel.question, *panel.arguments)
    if view.finding == heading:
        view = replace(view, finding=None)
    note = panel.note(reader.filters, session.language)
    if panel.chart is not None:
        show(reader, view, panel.chart, key=f"panel-{panel.name}", note=note, narrows=False)
        return
    rows = panel.table(view, session.language) if panel.table else view.frame
    headings = {name: session.words(f"agenda.column_{name}") for name in rows.columns}
    listing(reader, view, rows, headings, key=f"panel-{panel.name}", note=note)


def _sentence(snapshot: Snapshot, filters: Filters, held: Meeting, key: str) -> Text | None:
    return finding(item(key), snapshot, held.filters)


def _write_down(session: Session, held: Meeting, chosen: Item) -> None:
    if held.is_closed or session.is_pinned:
        return
    words = session.words
    if st.button(words("meeting.decide"), icon=":material/edit_note:", type="primary", key=f"decide-{chosen.key}"):
        sitting.decide(session, held, chosen)
    is_done = chosen.key in held.discussed
    if st.button(words("meeting.not_discussed" if is_done else "meeting.discussed"), key=f"discuss-{chosen.key}",
                 icon=":material/undo:" if is_done else ":material/check:"):  # fmt: skip
        sitting.discuss(session, held, chosen)


def _wide(session: Session, reader: Session, held: Meeting, panel: Panel) -> None:
    """What takes the whole width: commitments one by one, the ledger, figures in a row."""
    view = reader.view(panel.question, *panel.arguments)
    if panel.name == "deadlines":
        if view.frame.height:
            metrics(session, lambda _: [deadline(session, *row) for row in view.frame.iter_rows()], key="deadlines")
        else:
            empty(reader, view)
    elif panel.name == "ledger":
        _card(session, reader, panel, None)
        if not session.is_pinned:
            now = replace(session, snapshot=session.newest)
            pick_record(now, "ledger_item", view.frame["ledger_id"].to_list(), key="ledger")
    elif panel.name == "supervision_open":
        _card(session, reader, panel, view.finding)
    else:
        rows = view.frame.to_dicts()
        ended = [row for row in rows if panel.name == "commitments" and row["standing"] in ("closed", "dropped")]
        for row in rows:
            if row not in ended:
                _commitment(session, held, row, panel.name)
        if ended:
            said = session.words("meeting.ended", count=wording.number(len(ended), session.language))
            with st.expander(said, icon=":material/task_alt:", key="ended"):
                for row in ended:
                    _commitment(session, held, row, panel.name)
        notes(session, view.notes)


def _commitment(session: Session, held: Meeting, row: Mapping[str, Any], where: str) -> None:
    """One commitment: its standing, who promised what by when, and whether its measure moved."""
    words, language = session.words, session.language
    standing = row["standing"]
    days = row["days"]
    said = STANDINGS[standing](language)
    if days is not None and standing == "overdue":
        said = words("meeting.overdue_by", days=wording.days(-days, language)) if days else words("meeting.due_today")
    elif days is not None and standing == "open":
        said = words("meeting.due_in", days=wording.days(days, language))
    facts = [row[language], row["owner_post"], words("meeting.due_by", day=wording.day(row["due_on"], language))]
    made = words("meeting.made_in", month=wording.month(row["month"] or row["decided_on"], language))
    with st.container(border=True, key=f"card-{where}-{row['decision_id']}", horizontal=True, gap="small",
                      vertical_alignment="center"):  # fmt: skip
        with st.container(gap=None, width="stretch"):
            st.markdown(f":gray-badge[:material/{ICONS[standing]}: {plain(said)}] **{plain(row['text'])}**")
            st.caption(plain(" · ".join([*(fact for fact in facts if fact), made])))
            if row["question"]:
                st.caption(plain(words("meeting.question", question=row["question"])))
            if row[f"moved_{language}"]:
                st.markdown(f"{_moved(session, row)} {plain(row[f'moved_{language}'])}")
            if row["evidence"]:
                st.caption(plain(words("meeting.evidence_is", evidence=row["evidence"])))
        if not session.is_pinned and st.button(
            words("meeting.follow_up"), icon=":material/edit:", key=f"edit-{where}-{row['decision_id']}"
        ):  # fmt: skip
            open_record(replace(session, snapshot=session.newest), "decision", row["decision_id"],
                        key=f"{where}-{row['decision_id']}")  # fmt: skip


def _moved(session: Session, row: Mapping[str, Any]) -> str:
    """Whether the measure moved, as a badge: amber only for worse beyond chance."""
    if row["improved"] is False:
        return f":orange-badge[◆ {session.words('meeting.worse')}]"
    if row["improved"]:
        return f":blue-badge[:material/check: {session.words('meeting.better')}]"
    word = "untold" if row["moved"] is None else "moved" if row["moved"] else "unmoved"
    return f":gray-badge[{session.words(f'meeting.{word}')}]"


def warm(session: Session) -> None:
    """What the first reader will ask for: every item of the newest session."""
    held = meeting.meeting_of(session.snapshot, session.filters, meeting.newest_month(session.snapshot.as_of))
    spans = {span: replace(session, filters=held.filters(span)) for span in ("month", "year")}
    for each in AGENDA:
        for panel in each.panels:
            if panel.offered(session.snapshot):
                here = spans[panel.span]
                view = here.view(panel.question, *panel.arguments)
                if panel.chart is not None and view.frame.height:
                    here.figure(view, panel.chart)


PAGE = Page(name="meeting", order=55, render=render, icon="groups", filtered=False, bureau_only=True,
            warm=warm)  # fmt: skip

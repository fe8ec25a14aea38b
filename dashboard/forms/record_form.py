"""Entering and changing records from any page: a drawer with the form of a kind, the history, and the way back.

A page puts `add_record` or `pick_record` beside its table, or `record_table` in place of one. The form is made of the
kind (`queries.records.kinds`); what is wrong is said under the field it concerns, and what somebody else changed
meanwhile is shown beside what the reader wrote: nothing is overwritten unseen.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.forms.record_fields import DAY_FORMAT, ask, local, sign
from dashboard.parts.components import plain
from dashboard.state.session import CITY_ZONE, Session, recall, remember
from queries import wording
from queries.errors import Conflict, HuiyinError, InvalidRecord, StoreBusy
from queries.records.fields import NO_PETITIONERS, Field, Kind
from queries.records.kinds import kind_of
from queries.records.states import signature
from queries.records.write import Change, RecordId
from queries.views import records

_WIDE = ("text", "long", "measure", "record")


def add_record(
    session: Session, kind: str, *, key: str, content: Mapping[str, Any] | None = None, label: str | None = None
) -> None:
    """A button that opens an empty form.

    Args:
        key: stable name of the button on its page.
        content: values the form starts with.
    """
    if not session.may_write(kind):
        return
    said = label or session.words("records.add", one=kind_of(kind).one(session.language))
    if st.button(said, icon=":material/add:", key=f"add-{key}"):
        open_record(session, kind, None, key=key, content=content)


def pick_record(session: Session, kind: str, ids: Sequence[RecordId] | None = None, *, key: str) -> None:
    """A list of records in force, and a button that opens the chosen one: for pages whose figures are not a table.

    Args:
        ids: which records are offered, in this order; None: all, newest first.
    """
    if not session.may_write(kind):
        return
    titles = session.answer(records.titles, kind, session.language)
    options = list(titles) if ids is None else [each for each in ids if each in titles]
    one = kind_of(kind).one(session.language)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", width=560):
        chosen = st.selectbox(
            session.words("records.pick", one=one), options, index=None, format_func=titles.__getitem__,
            key=f"pick-{key}", placeholder=session.words("records.pick", one=one), label_visibility="collapsed",
            width=320,
        )  # fmt: skip
        if st.button(session.words("records.edit"), icon=":material/edit:", key=f"edit-{key}", disabled=chosen is None):
            open_record(session, kind, chosen, key=key)


def record_table(session: Session, kind: str, *, key: str, withdrawn: bool = False) -> None:
    """Every record of a kind as a table that can be sorted; the chosen row can be opened.

    Args:
        withdrawn: those taken out of force instead of those in force.
    """
    words, language = session.words, session.language
    found = kind_of(kind)
    frame = session.answer(records.listed, kind, language, withdrawn)
    above = st.container(horizontal=True, gap="small", vertical_alignment="center")
    chosen: RecordId | None = None
    if frame.is_empty():
        st.info(words("records.none_withdrawn" if withdrawn else "records.none"), icon=":material/info:")
    else:
        picked: Any = st.dataframe(
            frame,
            column_config=_columns(session, found),
            column_order=[*(field.name for field in found.asked), *(["withdrawn_at"] if withdrawn else [])],
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            key=f"records-{key}-{kind}-{withdrawn}",
            placeholder=wording.MISSING,
            alt=words("frame.table_of", names=found.label(language)),
        )
        rows = picked["selection"]["rows"]
        chosen = frame["id"][rows[0]] if rows and rows[0] < frame.height else None
    with above:
        if not withdrawn:
            add_record(session, kind, key=f"{key}-{kind}")
        if st.button(
            words("records.open"), icon=":material/edit:", key=f"open-{key}-{kind}", disabled=chosen is None,
            help=words("records.open_help"),
        ) and chosen is not None:  # fmt: skip
            open_record(session, kind, chosen, key=f"{key}-{kind}")


def open_record(
    session: Session, kind: str, record_id: RecordId | None, *, key: str, content: Mapping[str, Any] | None = None
) -> None:
    """Open the drawer of a record, or of a new one; to be called in answer to a click."""
    found = kind_of(kind)
    row = None if record_id is None else records.record(session.snapshot, kind, record_id)
    remember(f"conflict-{key}", None)
    remember(f"twin-{key}", None)
    name = session.words("records.new" if row is None else "records.existing", one=found.one(session.language))

    def drawer() -> None:
        sign(session, key)
        twin = recall(f"twin-{key}")
        there = row if twin is None else records.record(session.snapshot, kind, twin)
        if there is None:
            _form(session, found, None, content or {}, key)
        else:
            _existing(session, found, there, key)

    st.dialog(name, width="medium", position="right")(drawer)()


def _existing(session: Session, kind: Kind, row: Mapping[str, Any], key: str) -> None:
    words = session.words
    changes = session.record_history(kind.name, row[kind.id])
    if changes:
        st.caption(plain(_signed(session, changes)))
    if row["withdrawn_at"] is not None:
        st.info(words("records.is_withdrawn"), icon=":material/block:")
        tabs = [words("records.history")]
    else:
        tabs = [words("records.form"), words("records.history")]
    shown = st.tabs(tabs)
    if row["withdrawn_at"] is None:
        with shown[0]:
            _form(session, kind, row, row, key)
    with shown[-1]:
        _history(session, kind, row, changes, key)


def _form(session: Session, kind: Kind, row: Mapping[str, Any] | None, content: Mapping[str, Any], key: str) -> None:
    """The fields, or what somebody else made of the record meanwhile beside what this reader wrote."""
    place = st.empty()
    conflict: tuple[Conflict, dict[str, Any]] | None = recall(f"conflict-{key}")
    if conflict is None:
        with place.container():
            conflict = _fields(session, kind, row, content, key)
    if conflict is not None and row is not None:
        with place.container():
            _side_by_side(session, kind, row, conflict[0], conflict[1], key)


def _fields(
    session: Session, kind: Kind, row: Mapping[str, Any] | None, content: Mapping[str, Any], key: str
) -> tuple[Conflict, dict[str, Any]] | None:
    """The fields, what is wrong with them, and the button that saves; the conflict saving met, and what was written."""
    words = session.words
    slots: dict[str, Any] = {}
    given: dict[str, Any] = {}
    version = 0 if row is None else row["version"]
    with st.form(f"form-{key}-{kind.name}-{version}", border=False):
        if any(field.help == NO_PETITIONERS for field in kind.asked):
            st.caption(plain(wording.capital(NO_PETITIONERS(session.language))))
        for line in _lines(kind.asked):
            for column, field in zip(st.columns(len(line), gap="small"), line, strict=True):
                with column:
                    name = f"{key}-{kind.name}-{version}-{field.name}"
                    is_fixed = row is not None and field.name == kind.id
                    given[field.name] = ask(session, kind, field, content, name, is_fixed=is_fixed)
                    slots[field.name] = st.empty()
        slots[""] = st.empty()
        pressed = st.form_submit_button(words("records.save"), type="primary", icon=":material/save:")
    if not pressed:
        return None
    hidden = {} if row is not None else {name: value for name, value in content.items() if name not in given}
    try:
        session.save_record(kind.name, given | hidden, *(() if row is None else (row[kind.id], row["version"])))
    except InvalidRecord as error:
        labels = {field.name: field.label(session.language) for field in kind.asked}
        said = {
            name: wording.capital(words("records.then").join(each(session.language) for each in sentences))
            for name, sentences in error.problems.items()
        }
        for name, text in said.items():
            if name in labels:
                slots[name].markdown(f":small[:material/error: **{plain(text)}**]")
        # beside the button too: in a long form the fields are out of sight
        wrong = [labels[name] for name in said if name in labels]
        lines = [text for name, text in said.items() if name not in labels]
        lines += (
            [words("records.wrong_fields", names=wording.listing(wrong, session.language, len(wrong)))] if wrong else []
        )
        slots[""].warning("\n\n".join(map(plain, lines)), icon=":material/error:")
        if error.existing is not None:
            st.button(words("records.open_twin"), key=f"twin-{key}", icon=":material/edit:",
                      on_click=remember, args=(f"twin-{key}", error.existing))  # fmt: skip
    except Conflict as error:
        remember(f"conflict-{key}", (error, given))
        return error, given
    except StoreBusy as error:
        slots[""].warning(plain(error.said(session.language)))
    else:
        _done(words("records.saved", one=kind.one(session.language)))
    return None


def _lines(fields: Sequence[Field]) -> list[tuple[Field, ...]]:
    """Two short fields stand side by side, a text has a line to itself."""
    lines: list[tuple[Field, ...]] = []
    for field in fields:
        if lines and field.type not in _WIDE and len(lines[-1]) == 1 and lines[-1][0].type not in _WIDE:
            lines[-1] = (*lines[-1], field)
        else:
            lines.append((field,))
    return lines


def _side_by_side(
    session: Session, kind: Kind, row: Mapping[str, Any], conflict: Conflict, mine: Mapping[str, Any], key: str
) -> None:
    """What the reader wrote beside what stands there now; the reader decides."""
    words, language = session.words, session.language
    who, when = signature(conflict.who)(language), local(session, conflict.when)
    happened = words("records.conflict", who=who, when=when)
    st.warning(plain(happened), icon=":material/call_split:")
    if conflict.is_withdrawn:
        st.markdown(plain(words("records.conflict_withdrawn")))
    lines = []
    for field in kind.asked:
        was, here, there = (state.get(field.name) for state in (row, mine, conflict.content))
        if here != there:
            said = [
                records.in_words(session.snapshot, field, value, language, str(conflict.content.get("measure") or ""))
                for value in (was, here, there)
            ]
            lines.append(dict(zip(("field", "was", "mine", "theirs"), [field.label(language), *said], strict=True)))
    named = {name: words(f"records.column_{name}") for name in ("field", "was", "mine", "theirs")}
    st.table(
        [{named[name]: plain(text) for name, text in line.items()} for line in lines],
        border="horizontal", hide_index=True, alt=happened,
    )  # fmt: skip
    changed = {name: value for name, value in mine.items() if value != row.get(name)}
    untouched = any(conflict.content[name] != value for name, value in mine.items() if name not in changed)
    problem = st.empty()
    chosen: Mapping[str, Any] | None = None
    with st.container(horizontal=True, gap="small"):
        if not conflict.is_withdrawn:
            if untouched and st.button(
                words("records.merge"), key=f"merge-{key}", type="primary", help=words("records.merge_help")
            ):
                chosen = changed
            if st.button(words("records.keep_mine"), key=f"mine-{key}"):
                chosen = mine
        if st.button(words("records.keep_theirs"), key=f"theirs-{key}"):
            remember(f"conflict-{key}", None)
            st.rerun()
    if chosen is None:
        return
    try:
        session.save_record(kind.name, chosen, row[kind.id], conflict.version)
    except Conflict as error:  # a third version came meanwhile
        remember(f"conflict-{key}", (error, mine))
        problem.warning(words("records.changed_again"))
    except HuiyinError as error:
        problem.warning(plain(error.said(language)))
    else:
        remember(f"conflict-{key}", None)
        _done(words("records.saved", one=kind.one(language)))


def _history(session: Session, kind: Kind, row: Mapping[str, Any], changes: Sequence[Change], key: str) -> None:
    """Every state, newest first, with what it changed, and the ways back."""
    words, language = session.words, session.language
    problem = st.empty()
    act: tuple[str, int] | None = None
    if row["withdrawn_at"] is not None:
        if st.button(words("records.restore"), icon=":material/restore:", type="primary", key=f"restore-{key}"):
            act = "restore", 0
    else:
        with st.popover(words("records.withdraw"), icon=":material/block:"):
            st.markdown(plain(words("records.withdraw_what", one=kind.one(language))))
            if st.button(words("records.withdraw_sure"), type="primary", key=f"withdraw-{key}"):
                act = "withdraw", 0
    for index, change in reversed(list(enumerate(changes))):
        before = changes[index - 1].content if index else None
        with st.container(border=True, gap="small", key=f"state-{key}-{change.version}"):
            st.markdown(plain(_signed(session, changes[: index + 1])))
            colon = words("frame.colon")
            lines = [
                f"{label}{colon}{new}" if before is None else f"{label}{colon}{old} → {new}"
                for label, old, new in records.differences(
                    session.snapshot, kind.name, before, change.content, language
                )
            ]
            if lines:
                st.caption("  \n".join(map(plain, lines)))
            is_other = any(row[name] != value for name, value in change.content.items())
            if (
                is_other
                and row["withdrawn_at"] is None
                and st.button(words("records.undo"), icon=":material/undo:", key=f"undo-{key}-{change.version}")
            ):
                act = "undo", change.version
    if act is not None:
        try:
            _act(session, kind, row, *act)
        except Conflict as error:
            who, when = signature(error.who)(language), local(session, error.when)
            problem.warning(plain(words("records.conflict", who=who, when=when)))
        except HuiyinError as error:
            problem.warning(plain(error.said(language)))
        else:
            _done(words(f"records.done_{act[0]}", one=kind.one(language)))


def _act(session: Session, kind: Kind, row: Mapping[str, Any], act: str, version: int) -> None:
    if act == "undo":
        session.undo_record(kind.name, row[kind.id], row["version"], version)
    elif act == "withdraw":
        session.withdraw_record(kind.name, row[kind.id], row["version"])
    else:
        session.restore_record(kind.name, row[kind.id], row["version"])


def _signed(session: Session, changes: Sequence[Change]) -> str:
    """The last of these states: what was done, by whom and when; a change back to an earlier state is called so."""
    *before, change = changes
    action = session.words(f"records.action_{change.action}")
    same = [each.version for each in before if each.content == change.content]
    if change.action == "change" and same:
        action = session.words("records.action_undo", version=same[0])
    return session.words(
        "records.state",
        version=change.version,
        action=action,
        who=signature(change.changed_by)(session.language),
        when=local(session, change.changed_at),
    )


def _done(sentence: str) -> None:
    """Close the drawer and say what was done on the page that is drawn next."""
    remember("records-said", sentence)
    st.rerun()


def say_done(session: Session) -> None:
    """Say once what the last drawer did; `app.py` calls it on every page."""
    sentence = recall("records-said")
    if sentence:
        remember("records-said", None)
        st.toast(plain(sentence), icon=":material/check:")


def _columns(session: Session, kind: Kind) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for field in kind.asked:
        label = field.label(session.language)
        if field.type == "month":
            columns[field.name] = st.column_config.DateColumn(label, format="YYYY-MM")
        elif field.type == "day":
            columns[field.name] = st.column_config.DateColumn(label, format=DAY_FORMAT)
        elif field.type == "count":
            columns[field.name] = st.column_config.NumberColumn(label, format="localized")
        else:
            columns[field.name] = st.column_config.TextColumn(label)
    columns["withdrawn_at"] = st.column_config.DatetimeColumn(
        session.words("records.withdrawn_at"), format="YYYY-MM-DD HH:mm", timezone=CITY_ZONE.key
    )
    return columns

"""One field of a record as a control, and the signature of whoever fills it in."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from dashboard.parts.components import plain
from dashboard.state.session import CITY_ZONE, Session, proxy_user, sign_as, signature_control
from queries import wording
from queries.measures import Ratio, measures
from queries.records.fields import Content, Field, Kind, amount_of
from queries.records.write import SIGNATURE_LENGTH
from queries.rules import RULE_SETS
from queries.views import records

DAY_FORMAT = "YYYY-MM-DD"
FIRST_DAY, LAST_DAY = date(1949, 1, 1), date(2100, 12, 31)


def ask(session: Session, kind: Kind, field: Field, content: Content, key: str, *, is_fixed: bool = False) -> Any:
    """A control for one field, filled with its value; what the reader has put in, None for nothing.

    Args:
        content: the record, for the value and for what decides how it is written.
        is_fixed: shown, not to be changed.
    """
    value = content.get(field.name, field.default)
    label = plain(field.label(session.language)) + (" *" if field.required else "")
    unit = field.unit(session.language) if field.unit else ""
    if unit and unit not in label:  # 接待批次 says its unit itself
        label += f"（{unit}）" if session.language == "zh" else f" ({unit})"
    about: dict[str, Any] = {
        "key": f"field-{key}", "disabled": is_fixed,
        "help": wording.capital(field.help(session.language)) if field.help else None,
    }  # fmt: skip
    if field.type in ("day", "month"):
        return st.date_input(
            label, value=value, min_value=FIRST_DAY, max_value=LAST_DAY, format=DAY_FORMAT, **about,
        )  # fmt: skip
    if field.type == "clock":
        at = None if value is None else time.fromisoformat(value)
        typed = st.time_input(label, value=at, step=timedelta(minutes=5), **about)
        return None if typed is None else f"{typed:%H:%M}"
    if field.type == "count":
        return st.number_input(label, min_value=0, step=1, value=value, **about)
    if field.type == "amount":
        is_share = isinstance(measures().get(str(content.get("measure"))), Ratio)
        typed = st.text_input(label, value="" if value is None else _amount(value, is_share), **about)
        return amount_of(typed or "")
    if field.type == "long":
        return st.text_area(label, value=value or "", max_chars=kind.longest(field.name), height=96, **about) or None
    if field.type in ("text", "case"):
        return st.text_input(label, value=value or "", max_chars=kind.longest(field.name), **about) or None
    options, said = _options(session, field, value)
    return st.selectbox(
        label, options, index=options.index(value) if value in options else None, format_func=said,
        placeholder=session.words("records.choose"), **about,
    )  # fmt: skip


def sign(session: Session, key: str) -> None:
    """Who signs: as the proxy says, else a line to sign in, filled in once a session."""
    words = session.words
    known = proxy_user(session.settings)
    if known:
        st.caption(plain(words("records.signed_by", who=known)))
        return
    state = signature_control(key)
    st.text_input(
        words("records.signature") + " *", max_chars=SIGNATURE_LENGTH, key=state, on_change=sign_as, args=(state,),
        help=words("records.signature_help"),
    )  # fmt: skip


def local(session: Session, moment: datetime | None) -> str:
    """A moment of the store (UTC) by the city's clock."""
    there = None if moment is None else moment.replace(tzinfo=UTC).astimezone(CITY_ZONE)
    return wording.moment(there, session.language)


def _amount(value: float, is_share: bool) -> str:
    return f"{value * 100:.6g}%" if is_share else f"{value:.10g}"


def _options(session: Session, field: Field, value: Any) -> tuple[list[Any], Callable[[Any], str]]:
    """What may be chosen, and how each reads; a value that stands there already is always offered."""
    language = session.language
    names: dict[Any, str] = {}
    if field.type == "yes_no":
        names = {True: session.words("records.yes"), False: session.words("records.no")}
    elif field.type == "choice":
        names = {term.key: term.label(language) for term in field.choices}
    elif field.type in ("office", "place", "scope"):
        wanted = [each for each in session.offices if field.type != "place" or each.kind != "department"]
        names = {each.key: each.name for each in wanted}
        if field.type == "scope":
            names = {"": session.words("records.whole_city")} | names
    elif field.type == "measure":
        names = {name: each.label(language) for name, each in measures().items()}
    elif field.type == "rules":
        names = {name: each.label(language) for name, each in RULE_SETS.items()}
    elif field.type == "record":
        names = dict(session.answer(records.titles, field.refers, language))
    if value is not None and value not in names:
        names[value] = records.in_words(session.snapshot, field, value, language)
    return list(names), names.__getitem__

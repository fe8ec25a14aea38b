"""What does the meeting screen show, in which order and for how long?"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from urllib.parse import urlencode, urljoin

import streamlit as st

from dashboard.forms.record_fields import sign
from dashboard.i18n import Words
from dashboard.parts.components import card, choose, heading, plain, title
from dashboard.screens import Page
from dashboard.state.controls import page_text
from dashboard.state.session import Session, note_control, recall, remember
from dashboard.wall import Content, Skipped, every_slide
from dashboard.wall.draft import Draft, added, chosen, lasts, moved, removed, save, save_look, timed
from dashboard.wall.look import PERIODS, PRESETS, THEMES, Look, look, months
from dashboard.wall.payload import Failed, made, seen_with
from dashboard.wall.programme import LONGEST, SHORTEST, USUAL, Entry, programme, walls
from queries import wording
from queries.errors import HuiyinError
from queries.measures import measure
from queries.vocabulary import LANGUAGES

ROW = (14, 4, 4)  # what it shows, seconds, buttons
NAME_LENGTH = 60


def render(session: Session) -> None:
    """The screens there are, the slides of one of them, its address and how it looks."""
    above = st.container()
    wall = _wall(session)
    draft: Draft = recall(f"wall.{wall}") or programme(session.snapshot.records, wall)
    looks: Look = recall(f"look.{wall}") or look(session.snapshot.records, wall)
    contents = list(made(seen_with(session, looks.period), draft, looks.preset))
    shown = [entry for entry, content in zip(draft, contents, strict=True) if isinstance(content, Content)]
    with above:
        round_ = wording.number(lasts(shown) / 60, session.language, 1)
        heading(session, session.words("slides.headline", wall=_name(session, wall), count=len(shown), minutes=round_))
    left, right = st.columns([7, 5], gap="small")
    with left, card("slides"):
        title(session, session.words("slides.order"), session.words("slides.order_note"))
        for at, (entry, content) in enumerate(zip(draft, contents, strict=True)):
            _row(session, wall, draft, at, entry, content)
        _add(session, wall, draft)
        _save(session, wall, draft, looks)
    with right:
        _look(session, wall, looks)
        _address(session, wall)


def _name(session: Session, wall: str) -> str:
    return session.words("slides.usual") if wall == USUAL else wall


def _wall(session: Session) -> str:
    """Which screen: one there is, or one that gets its name here."""
    words = session.words
    known = walls(session.snapshot.records)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        wall = choose(session, "wall", known, partial(_name, session), label=words("slides.wall"), menu=True)
        new = st.text_input(
            words("slides.new"), key=page_text("new"), max_chars=NAME_LENGTH, placeholder=words("slides.new_example"),
            label_visibility="collapsed", width=280,
        )  # fmt: skip
    name = " ".join(new.split())
    note_control("new", name, "")
    return name or wall


def _row(session: Session, wall: str, draft: Draft, at: int, entry: Entry, content: Content | Skipped | Failed) -> None:
    """One slide: what it says now or why it is left out, its seconds, its option, and where it goes."""
    words, key = session.words, f"{wall}-{at}-{entry.key}-{len(draft)}"
    number = f"{at + 1}" if isinstance(content, Content) else "—"
    said, seconds, buttons = st.columns(ROW, gap="small", vertical_alignment="center")
    with said, st.container(gap=None):
        st.markdown(f"**{number} {plain(words(f'wall.slide_{entry.slide}'))}**")
        st.caption(plain(_said(session, content)))
        for name, values in every_slide()[entry.slide].choices(session).items():
            _option(session, wall, draft, at, name, tuple(values), key)
    with seconds:
        now = st.number_input(
            words("slides.seconds"), SHORTEST, LONGEST, entry.seconds, 5, key=f"seconds-{key}",
            label_visibility="collapsed", help=words("slides.seconds"),
        )  # fmt: skip
        if now != entry.seconds:
            _keep(wall, timed(draft, at, int(now)))
    with buttons, st.container(horizontal=True, gap="small", key=f"steps-of-{key}"):
        for icon, word, step, off in (
            ("arrow_upward", "up", partial(moved, draft, at, -1), at == 0),
            ("arrow_downward", "down", partial(moved, draft, at, 1), at == len(draft) - 1),
            ("close", "remove", partial(removed, draft, at), len(draft) == 1),
        ):
            name = words(f"slides.{word}", slide=words(f"wall.slide_{entry.slide}"))
            if st.button(
                name, icon=f":material/{icon}:", help=name, key=f"{word}-{key}", disabled=off, type="tertiary"
            ):
                _keep(wall, step())


def _said(session: Session, content: Content | Skipped | Failed) -> str:
    if isinstance(content, Content):
        return content.sentence
    if isinstance(content, Skipped):
        return session.words("slides.skipped", reason=content.reason)
    return session.words("slides.failed")


def _option(session: Session, wall: str, draft: Draft, at: int, name: str, values: tuple[str, ...], key: str) -> None:
    if not values:
        return
    now = draft[at].options.get(name, values[0])
    picked = st.selectbox(
        session.words("slides.measure"), values, index=values.index(now) if now in values else 0,
        format_func=lambda each: measure(each).label(session.language), key=f"{name}-{key}",
        label_visibility="collapsed", help=session.words("slides.measure"),
    )  # fmt: skip
    if picked != now:
        _keep(wall, chosen(draft, at, name, picked, values[0]))


def _add(session: Session, wall: str, draft: Draft) -> None:
    words = session.words
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        picked = st.selectbox(
            words("slides.add"), list(every_slide()), index=None, format_func=lambda name: words(f"wall.slide_{name}"),
            placeholder=words("slides.add"), key=f"add-{wall}-{len(draft)}", label_visibility="collapsed", width=280,
        )  # fmt: skip
        if picked:
            _keep(wall, added(draft, picked))


def _save(session: Session, wall: str, draft: Draft, looks: Look) -> None:
    """What was changed goes to the screens only when it is saved."""
    words = session.words
    is_ordered, is_restyled = (recall(f"{kept}.{wall}") is not None for kept in ("wall", "look"))
    if not (is_ordered or is_restyled):
        st.caption(words("slides.unchanged"))
        return
    sign(session, "slides")
    with st.container(horizontal=True, gap="small"):
        saving = st.button(words("slides.save"), type="primary", icon=":material/save:", key="save-slides")
        if st.button(words("slides.discard"), key="discard-slides"):
            _forget(wall)
    if not saving:
        st.caption(words("slides.changed"))
        return
    try:
        if is_restyled:
            save_look(session, wall, looks)
            remember(f"look.{wall}", None)
        if is_ordered:
            save(session, wall, draft)
    except HuiyinError as error:
        st.warning(plain(error.said(session.language)), icon=":material/warning:")
        return
    st.toast(words("slides.saved"), icon=":material/check:")
    _forget(wall)


def _keep(wall: str, draft: Draft) -> None:
    remember(f"wall.{wall}", draft)
    st.rerun()


def _forget(wall: str) -> None:
    for kept in ("wall", "look"):
        remember(f"{kept}.{wall}", None)
    st.rerun()


def _look(session: Session, wall: str, looks: Look) -> None:
    """Colours, language, size and period of this screen; kept with it, so that nobody has to go there."""
    words = session.words
    periods = {name: words(f"filters.{name}") for name in PERIODS}
    periods |= {name: wording.month(date.fromisoformat(f"{name}-01"), session.language)
                for name in (looks.period, *months(session.as_of)) if name not in periods}  # fmt: skip
    with card("look"):
        title(session, words("slides.look"), words("slides.look_note"))
        with st.container(horizontal=True, gap="small"):
            now = replace(
                looks,
                theme=_pick(wall, "theme", {name: words(f"slides.theme_{name}") for name in THEMES}, looks, words),
                language=_pick(wall, "language", {"": words("slides.tongue_usual")}
                               | {name: words(f"frame.language_{name}") for name in LANGUAGES}, looks, words),
                preset=_pick(wall, "preset", {name: words(f"slides.size_{name}") for name in PRESETS}, looks, words),
                period=_pick(wall, "period", periods, looks, words),
            )  # fmt: skip
    if now != looks:
        remember(f"look.{wall}", now)
        st.rerun()


def _pick(wall: str, name: str, options: Mapping[str, str], looks: Look, words: Words) -> str:
    now = looks.content[name] or ""
    return st.selectbox(
        words(f"slides.{name}"), list(options), index=list(options).index(now), format_func=options.__getitem__,
        key=f"look-{wall}-{name}-{now}", width=210,
    )  # fmt: skip


def _address(session: Session, wall: str) -> None:
    """The address of the screen, and the screen itself, small."""
    words = session.words
    address = urljoin(st.context.url or "/", "wall" if wall == USUAL else f"wall?{urlencode({'screen': wall})}")
    with card("address"):
        title(session, words("slides.address"), words("slides.address_note"))
        st.code(address, language=None, wrap_lines=True)
        st.link_button(words("slides.open"), address, icon=":material/open_in_new:")
    with card("preview"):
        title(session, words("slides.preview"), words("slides.preview_note"))
        st.iframe(address, height=280, alt=words("slides.preview"))


PAGE = Page(name="slides", order=95, render=render, icon="tv", filtered=False, section="data", bureau_only=True)

"""Which views have been saved, and how do I get back to mine?"""

from collections.abc import Callable, Sequence
from dataclasses import asdict

import streamlit as st

from dashboard.forms.record_fields import sign
from dashboard.frame.link_menu import KIND, begin_with, open_view
from dashboard.parts.components import heading, plain
from dashboard.screens import Page, pages
from dashboard.state.session import Session, recall, remember
from queries import wording
from queries.errors import HuiyinError, InvalidRecord
from queries.records.fields import NO_PETITIONERS
from queries.views import saved
from queries.views.saved import SavedView


def render(session: Session) -> None:
    """Every saved view with what it is for, its owner's own with ways to change it."""
    words = session.words
    found = session.answer(saved.saved_views, session.signature, session.viewer.kind != "bureau")
    heading(session, words("views.heading", count=len(found)) if found else words("views.none"))
    _say_gone(session, found)
    if not session.signature:
        with st.container(width=360):
            st.caption(words("views.sign"))
            sign(session, "views")
    if not found:
        st.info(words("views.how"), icon=":material/bookmark_add:")
        return
    open_pages = {page.name for page in pages() if page.open_to(session)}
    for each in found:
        _view(session, each, can_open=each.page in open_pages)


def _say_gone(session: Session, found: Sequence[SavedView]) -> None:
    """Name the views this window showed a moment ago that somebody has withdrawn meanwhile."""
    seen_by = session.signature, session.pinned
    before, names = recall("views-drawn") or (None, {})
    listed = {each.view_id: each.name for each in found}
    remember("views-drawn", (seen_by, listed))
    gone = [name for number, name in names.items() if number not in listed and before == seen_by]
    if gone:
        said = session.words("views.gone", names=wording.listing(gone, session.language))
        st.info(plain(said), icon=":material/bookmark_remove:")


def _withdraw(session: Session, each: SavedView) -> None:
    session.withdraw_record(KIND, each.view_id, each.version)
    remember("views-drawn", None)  # known to the reader


def _view(session: Session, each: SavedView, *, can_open: bool) -> None:
    words = session.words
    mine = bool(session.signature) and each.owner == session.signature
    with st.container(border=True, key=f"view-{each.view_id}", gap=None):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if can_open:
                open_view(each.page, each.link, each.name)
            else:
                st.markdown(plain(each.name), width="content")
            if each.is_start:
                st.markdown(f":blue-badge[:material/home: {words('views.is_start')}]", width="content")
            if "data=" in each.link:
                st.markdown(f":gray-badge[:material/push_pin: {words('views.pinned')}]", width="content")
            st.space("stretch")
            if mine:
                _own(session, each)
        page = words(f"{each.page}.title") if words.has(f"{each.page}.title") else each.page
        st.caption(plain(" · ".join(filter(None, (page, each.owner, each.note)))))


def _own(session: Session, each: SavedView) -> None:
    words = session.words
    label = words("views.end_start" if each.is_start else "views.make_start")
    if st.button(label, key=f"start-{each.view_id}", type="tertiary", icon=":material/home:"):
        begin_with("" if each.is_start else str(each.view_id))
        _change(session, each, is_start=not each.is_start)
    drawn = recall(f"view-{each.view_id}")  # the version this window shows
    remember(f"view-{each.view_id}", each.version)
    menu = st.popover(words("views.change"), icon=":material/edit:", type="tertiary", key=f"change-{each.view_id}")
    with menu, st.form(f"form-{each.view_id}", border=False):
        name = st.text_input(words("links.name"), each.name, max_chars=120)
        note = st.text_input(words("links.note"), each.note, max_chars=500, help=NO_PETITIONERS(session.language))
        sent = st.form_submit_button(words("views.keep"))
        if sent and drawn != each.version:
            st.warning(plain(words("views.changed_meanwhile", name=each.name)))
        elif sent:
            _change(session, each, name=name.strip(), note=note.strip() or None)
    if st.button(words("views.withdraw"), key=f"withdraw-{each.view_id}", type="tertiary", icon=":material/delete:"):
        _try(session, lambda: _withdraw(session, each))


def _change(session: Session, each: SavedView, **values: object) -> None:
    content = {name: value for name, value in asdict(each).items() if name not in ("view_id", "version")}
    content = content | {"note": each.note or None} | values
    _try(session, lambda: session.save_record(KIND, content, each.view_id, each.version))


def _try(session: Session, write: Callable[[], object]) -> None:
    try:
        write()
    except InvalidRecord as error:
        for problems in error.problems.values():
            st.error(" ".join(plain(problem(session.language)) for problem in problems))
    except HuiyinError as error:
        st.error(plain(error.said(session.language)))
    else:
        st.rerun()


PAGE = Page(name="views", order=60, render=render, icon="bookmarks", section="analysis", filtered=False)

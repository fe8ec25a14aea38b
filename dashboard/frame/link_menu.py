"""The way to pass on what is on show: its link to copy, pinned to its data where wished, or a view saved by name."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import streamlit as st

from dashboard.forms.record_fields import sign
from dashboard.parts.components import plain
from dashboard.state.choices import Link
from dashboard.state.links import elsewhere
from dashboard.state.session import Session, current_link, keep_version, recall, remember
from queries.errors import HuiyinError, InvalidRecord
from queries.records.fields import NO_PETITIONERS
from queries.views import saved

KIND = "saved_view"
_copy = st.components.v2.component(
    "huiyin_copy_link",
    css=(Path(__file__).parent / "link_menu.css").read_text(encoding="utf-8"),
    js=(Path(__file__).parent / "link_menu.js").read_text(encoding="utf-8"),
)
START = "huiyin_start"  # the cookie with the number of the view a browser begins with
_keep_start = st.components.v2.component(
    START, js=(Path(__file__).parent / "start_page.js").read_text(encoding="utf-8")
)


def link_menu(session: Session, page: str) -> None:
    """A menu with the link of the page as it stands, and a form to save it as a view.

    Its inside is made when it is opened: only then the page's own controls are all in the link.
    """
    words = session.words
    menu = st.popover("", icon=":material/link:", key="link-menu", on_change="rerun", help=words("links.help"))
    if not menu.open:
        return
    with menu, st.container(width=420):
        pinned = session.is_pinned or st.toggle(words("links.pin"), key="link-pinned", help=words("links.pin_help"))
        link = current_link()
        if pinned:
            link |= {"data": [keep_version(session)], "rules": [session.filters.rules]}
        copy_link(session, link)
        _save(session, page, link)


def copy_link(session: Session, link: Mapping[str, list[str]]) -> None:
    """The link of this page as text that can be selected, and a button that copies it, also without https."""
    words = session.words
    said = {name: words(f"links.{name}") for name in ("link", "copy", "copied", "by_hand")}
    _copy(key="copy-link", data={"query": as_text(link), "words": said})


def as_text(link: Mapping[str, list[str]]) -> str:
    """Parameters as they stand in an address; what a browser shows as it is stays readable."""
    return urlencode(link, doseq=True, safe=",:|/-")


def parameters(text: str) -> Link:
    """The inverse of `as_text`; "-" stands for none."""
    return {} if text == "-" else parse_qs(text, keep_blank_values=True)


def _save(session: Session, page: str, link: Mapping[str, list[str]]) -> None:
    words, language = session.words, session.language
    st.markdown(f"**{words('links.save')}**")
    said = st.container()  # above the form, whose end lies below the menu's on a low screen
    times, just_now = recall("views-saved") or (0, False)
    if just_now:
        said.success(words("links.saved"), icon=":material/check:")
        remember("views-saved", (times, False))
    sign(session, "view")
    with st.form("save-view", border=False):  # empty after each view saved
        name = st.text_input(words("links.name"), max_chars=120, key=f"view-name-{times}")
        note = st.text_input(words("links.note"), max_chars=500, key=f"view-note-{times}",
                             help=NO_PETITIONERS(language))  # fmt: skip
        starts = st.checkbox(words("links.start"), key=f"view-start-{times}", help=words("links.start_help"))
        if not st.form_submit_button(words("links.save"), icon=":material/bookmark_add:"):
            return
    if not session.signature:
        said.error(words("links.sign_first"))
        return
    content = {"name": name.strip(), "owner": session.signature, "page": page, "link": as_text(link) or "-",
               "note": note.strip() or None, "is_start": starts}  # fmt: skip
    try:
        number = session.save_record(KIND, content)
    except InvalidRecord as error:
        for problems in error.problems.values():
            said.error(" ".join(plain(problem(language)) for problem in problems))
        return
    except HuiyinError as error:
        said.error(plain(error.said(language)))
        return
    if starts:
        begin_with(str(number))
    remember("views-saved", (times + 1, True))
    st.rerun()


def begin_where_wished(session: Session, page: str, *, is_front: bool) -> None:
    """On the plain front page: go to the view a reader begins with, the first time; afterwards only offer it."""
    if not is_front or session.is_empty or current_link() or session.is_pinned:
        return
    first = recall("began") is None
    remember("began", True)
    begun = "" if session.settings.user_header else st.context.cookies.get(START, "")
    view = session.answer(saved.start_of, session.signature, begun)
    if view is None:
        return
    if first and view.page != page:
        st.switch_page(st.Page(elsewhere, title=view.page, url_path=view.page), query_params=parameters(view.link))
    open_view(view.page, view.link, session.words("views.start", name=view.name))


def begin_with(number: str) -> None:
    """Let this browser begin with a view from now on; "" with the front page."""
    remember("start", number)


def keep_start(session: Session) -> None:
    """Tell the browser what `begin_with` said; call on every page."""
    number = recall("start")
    with st.container(key="start"):  # also while it is empty: an element more above a page would build it anew
        if number is not None and not session.settings.user_header:
            _keep_start(key="keep-start", data={"name": START, "view": number}, width="content", height="content")


def open_view(page: str, link: str, label: str) -> None:
    """A link that opens a saved view."""
    st.page_link(st.Page(elsewhere, title=page, url_path=page), label=plain(label), icon=":material/bookmark:",
                 query_params=parameters(link))  # fmt: skip

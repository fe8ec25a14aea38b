"""The front door: page settings, the session, the navigation, the filter bar, the page. Nothing else."""

import sys
from pathlib import Path

# `streamlit run dashboard/app.py` in a bare clone puts this folder on the path, not the one above it
ROOT = str(Path(__file__).parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from functools import partial

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.desk import Desk
from dashboard.forms.record_form import say_done
from dashboard.frame.filter_bar import filter_bar
from dashboard.frame.heard import heard
from dashboard.frame.link_menu import begin_where_wished, keep_start
from dashboard.frame.pinned import pinned_banner
from dashboard.frame.steps import one_step_each
from dashboard.parts.components import linked, no_data
from dashboard.screens import doors
from dashboard.state.session import asked_page, begin, enter_page, unread
from queries.settings import Settings

st.set_page_config(page_title="回音 Huiyin", page_icon="📮", layout="wide", initial_sidebar_state="collapsed")
settings = Settings.from_environment()
session = begin(settings, Desk(settings))
entries = {
    st.Page(
        partial(page.render, session),
        title=session.words(f"{page.name}.title"),
        url_path=address,
        icon=page.icon and f":material/{page.icon}:",
        default=page.order == 0,
        visibility="visible" if page.open_to(session) else "hidden",
    ): page
    for address, page in doors(session, asked_page()).items()
}
menu: dict[str, list[StreamlitPage]] = {}
for entry, listed in entries.items():
    menu.setdefault(listed.section and session.words(f"section.{listed.section}"), []).append(entry)
chosen = st.navigation(menu, position="hidden" if st.context.is_embedded else "top")
page = next(entries[entry] for entry in entries if entry.url_path == chosen.url_path)
enter_page()
one_step_each()
pinned_banner(session)
begin_where_wished(session, page.name, is_front=page.order == 0)
keep_start(session)
say_done(session)
has_something = not session.is_empty or (page.on_records and session.snapshot.records.newest_day is not None)
filter_bar(
    session,
    page.name,
    [each.name for each in entries.values() if each.open_to(session)],
    filtered=page.filtered and has_something,
)
foreign = st.empty()  # always, or Back to a link would move everything below and draw it anew
if page.filtered and not has_something:
    no_data(session)
else:
    chosen.run()
heard(session, page.name, filtered=page.filtered and has_something)
if unread():  # known only now: which controls a page has follows from what is chosen in others
    foreign.caption(session.words("frame.ignored_link", names=linked(session, unread())))

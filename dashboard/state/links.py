"""Ways from one page to another: the selection is carried over, narrowed to what was chosen there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.state.choices import Link
from dashboard.state.session import Session


def address(
    session: Session,
    where: Mapping[str, Sequence[str]] | None = None,
    *,
    period: tuple[date, date] | None = None,
    controls: Mapping[str, str] | None = None,
) -> Link:
    """The parameters of a page with some dimensions narrowed to keys and everything else as chosen.

    Args:
        period: first and last day, instead of the period chosen.
        controls: values of the page's own controls, as a link carries them.
    """
    kept = {**session.choices.where, **(where or {})}
    choices = session.choices.within(kept)
    if period:
        choices = replace(choices, period="custom", start=period[0], end=period[1])
    link = choices.link(session.snapshot.as_of) | {key: [value] for key, value in (controls or {}).items()}
    return link | {name: list(values) for name, values in session.frame.items()}


def link_to(
    session: Session,
    name: str,
    where: Mapping[str, Sequence[str]] | None = None,
    *,
    period: tuple[date, date] | None = None,
    controls: Mapping[str, str] | None = None,
) -> tuple[StreamlitPage, Link]:
    """A page, and the parameters of `address`."""
    # pages are told apart by their address, so this stands for the one `app.py` made
    page = st.Page(elsewhere, title=name, url_path=name)
    return page, address(session, where, period=period, controls=controls)


def open_page(
    session: Session,
    name: str,
    where: Mapping[str, Sequence[str]],
    *,
    period: tuple[date, date] | None = None,
    controls: Mapping[str, str] | None = None,
) -> None:
    """Go to a page as `link_to` names it, after a click that is no link; Back leads here again."""
    page, link = link_to(session, name, where, period=period, controls=controls)
    st.switch_page(page, query_params=link)


def elsewhere() -> None:
    """The body of a page that is only pointed at."""

"""What a reader can take away from a card: its figures as a file, its chart as a picture, the code that counts again.

The menu is filled when it is opened, in a fragment: a page of many cards costs next to nothing for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl
import streamlit as st

from dashboard.charts import FONTS
from dashboard.exports.card import FORMS, view_file
from dashboard.exports.sheets import selection_lines
from dashboard.parts.scripts import source
from dashboard.state.session import Session
from queries import wording
from queries.counting.recipe import code
from queries.dimensions import DIMENSIONS, GRAINS
from queries.filters import Filters
from queries.views import View

SCALE = 2  # pixels of a picture a CSS pixel: sharp in a document
CODE_HEIGHT = 260  # CSS pixels
Figures = pl.DataFrame | Callable[[], pl.DataFrame] | None

_CSS = """
.choices { display: flex; gap: 8px; }
button { font: 14px var(--st-font); color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: 6px; padding: 6px 12px; cursor: pointer; }
button:hover { color: var(--st-primary-color); border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
"""
_picture = st.components.v2.component("huiyin_chart_picture", css=_CSS, js=source("chart_picture.js"))


@dataclass(frozen=True)
class Card:
    """What a menu belongs to.

    Attributes:
        key: name of the card on its page.
        title, note: what stands over the chart, for its picture.
        has_chart: whether there is a chart with the key `figure-<key>`.
        figures: labelled figures instead of the view's frame, or what makes them when they are asked for.
        rows: how many rows these have, where there may be more than a format takes.
    """

    key: str
    title: str
    note: str = ""
    has_chart: bool = True
    figures: Figures = None
    rows: int = 0


def take_away(session: Session, view: View, card: Card) -> None:
    """The menu of a card, in a place of its own."""
    with st.container(width="content"):
        st.fragment(menu)(session, view, card)


def menu(session: Session, view: View, card: Card) -> None:
    """The menu of a card, filled when it is opened. Draw it in a fragment."""
    words = session.words
    opened = st.popover("", type="tertiary", icon=":material/download:", key=f"take-{card.key}",
                      help=words("take.help"), on_change="rerun")  # fmt: skip
    if not opened.open:
        return
    with opened:
        st.markdown(f"**{words('take.figures')}**")
        with st.container(horizontal=True, gap="small"):
            for form in FORMS:
                too_many = bool(form.most) and card.rows > form.most
                most = wording.number(form.most, session.language)
                st.download_button(
                    words(f"take.{form.ending}"),
                    data=lambda form=form: view_file(  # type: ignore[misc]  # bound now, called later
                        form, with_figures(view, card), card.key, title_of(session), session.snapshot,
                        session.language,
                    ),
                    file_name=f"{file_name(card.key, view)}.{form.ending}",
                    mime=form.media,
                    on_click="ignore",
                    key=f"take-{card.key}-{form.ending}",
                    help=words("take.too_many", most=most) if too_many else words(f"take.{form.ending}_help"),
                    disabled=too_many,
                )  # fmt: skip
        if card.has_chart:
            st.markdown(f"**{words('take.picture')}**")
            _picture(key=f"take-{card.key}-picture", data=_picture_data(session, view, card))
        _query(session, view, card)


def _query(session: Session, view: View, card: Card) -> None:
    """The measure, the selection, and the code that counts the figures again."""
    words, language = session.words, session.language
    if not view.measures:
        return
    st.markdown(f"**{words('take.query')}**")
    names = [each.name for each in view.measures]
    labels = {each.name: each.label(language) for each in view.measures}
    name = names[0]
    if len(names) > 1:
        name = st.selectbox(words("take.measure"), names, format_func=labels.__getitem__, key=f"take-{card.key}-of",
                            label_visibility="collapsed")  # fmt: skip
    text = code(session.snapshot, _counted(view), name, language, _groups(view))
    if text is None:
        st.caption(words("take.no_code"))
        return
    st.caption(words("take.query_note"))
    st.code(text, language="python", height=CODE_HEIGHT)


def _groups(view: View) -> list[str]:
    return [name for name in view.by if name in view.frame.columns and (name in DIMENSIONS or name in GRAINS)]


def _counted(view: View) -> Filters:
    """The selection the figures of a view are of: a course begins before the period chosen, and has whole periods."""
    filters, grains = view.filters, [GRAINS[name] for name in _groups(view) if name in GRAINS]
    if not grains or filters.start is None:
        return filters
    step = grains[0].step
    starts = view.frame[grains[0].name].drop_nulls().sort()
    if not starts.len() or starts[0] >= pl.Series([filters.start]).dt.truncate(step)[0]:
        return filters
    return replace(filters, start=starts[0], end=starts.tail(1).dt.offset_by(step)[0] - timedelta(days=1))


def with_figures(view: View, card: Card) -> View:
    """What the file of a card holds: its figures, and the period they are of."""
    if card.figures is None:
        return replace(view, filters=_counted(view))
    return replace(view, frame=card.figures if isinstance(card.figures, pl.DataFrame) else card.figures())


def file_name(key: str, view: View) -> str:
    """Name of a file of a card, without ending."""
    return f"huiyin_{key}_{view.as_of.isoformat()}_{view.snapshot_id[-6:]}"


def title_of(session: Session) -> str:
    """Who made a file and whether its data is invented."""
    demo = [session.words("frame.demo")] if session.snapshot.is_demo else []
    return " · ".join([session.settings.bureau or session.words("take.product"), *demo])


def _picture_data(session: Session, view: View, card: Card) -> dict[str, object]:
    palette = session.style.palette
    return {
        "figure": f"figure-{card.key}",
        "file": file_name(card.key, view),
        "title": card.title,
        "note": card.note,
        "foot": foot(session, view),
        "background": palette.background,
        "ink": palette.ink,
        "muted": palette.muted,
        "fonts": FONTS.split(", ", 1)[1],  # a picture knows the fonts of the computer, not the one the page brings
        "scale": SCALE,
        "words": {form: session.words(f"take.{form}_help") for form in ("png", "svg")},
    }


def foot(session: Session, view: View) -> str:
    """What a picture stands on, in one line: the filters, the day, the data, and that it is invented."""
    pairs = selection_lines(session.snapshot, _counted(view), session.language)
    colon = session.words("frame.colon")
    said = [f"{name}{colon}{value}" for name, value in pairs if value != wording.MISSING]
    return " · ".join([*said, title_of(session)])

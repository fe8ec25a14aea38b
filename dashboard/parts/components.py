"""The parts pages are made of: heading, cards, figures, tables, empty states. Words come in, nothing is computed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from typing import Literal, TypeVar

import polars as pl
import streamlit as st

from dashboard.parts.card_words import draw_words, words_of_card
from dashboard.state import narrowing
from dashboard.state.controls import page_choices, page_period, page_text
from dashboard.state.session import Session, note_control, page_control
from dashboard.state.stage import Parts
from queries import wording
from queries.counting.reasons import why_not
from queries.dimensions import DIMENSIONS
from queries.rules import REGULATION_2022
from queries.views import View, control
from queries.vocabulary import Text
from queries.working_days import is_working_day

LONGEST_LINKED = 40  # characters of a word of a link that a sentence repeats
VARIATIONS = {
    "common_cause": ("gray", "show_chart"),
    "improving": ("blue", "verified"),
    "concerning": ("orange", "priority_high"),
    "high": ("orange", "arrow_upward"),
    "low": ("orange", "arrow_downward"),
    "check_recording": ("orange", "fact_check"),
}
ASSURANCES = {
    "passes": ("blue", "check_circle"),
    "fails": ("orange", "cancel"),
    "hit_and_miss": ("gray", "casino"),
}
STALE_AFTER = 2  # working days (UX.md §5)
A_YEAR = 366  # calendar days; older data is not counted in working days
Name = TypeVar("Name", bound=str)
Heading = Text | str | Callable[[Session], Text | str]
HEADLINE = "headline"

_FOUND_LATER = re.compile(
    r"(?<=:)(?=(?:[\w/+-]*[a-z][\w/+-]*|[+-]1|100|1234):|//)|(?<=www)(?=\.)", re.ASCII | re.IGNORECASE
)
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(text: str) -> str:
    """Any text so that Markdown shows it as it is; names from a register are never markup."""
    # icons, emoji and web addresses are looked for after backslashes are gone: a sign not seen keeps them apart
    return _MARKUP.sub(r"\\\1", _FOUND_LATER.sub("\u2060", text.replace("\n", " ")))


def linked(session: Session, texts: Iterable[str]) -> str:
    """Words of a link as Markdown, long ones shortened: anything may stand in a link."""
    short = [each if len(each) <= LONGEST_LINKED else f"{each[:LONGEST_LINKED]}…" for each in texts]
    return plain(wording.listing(short, session.language))


def _said(session: Session, sentence: Text | str) -> str:
    return sentence if isinstance(sentence, str) else sentence(session.language)


def _headline(session: Session, sentence: Text | str) -> str:
    """A sentence as a heading, which ends without a stop."""
    return plain(_said(session, sentence).rstrip("。."))


def heading(session: Session, sentence: Heading, beside: Callable[[Session], None] | None = None) -> None:
    """The page's finding as its headline, and the line that says how fresh the data is.

    Args:
        sentence: a function of the session where figures of the page are shown ahead of its run; so is the headline.
        beside: draws a small control at the end of the line, such as `briefing_menu`.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="heading"):
        if isinstance(sentence, Text | str):
            st.markdown(f"# {_headline(session, sentence)}", width="stretch")
        else:
            session.stage.parts[HEADLINE] = partial(told_headline, sentence)
            draw_words(told_headline(sentence, session)[HEADLINE])
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            st.markdown(freshness(session), width="content")
            if beside:
                beside(session)
    if session.ignored:
        st.caption(session.words("frame.ignored_link", names=linked(session, session.ignored)))
    for name, keys in session.vanished.items():
        label = DIMENSIONS[name].label(session.language)
        said = session.words("frame.vanished", label=plain(label), names=linked(session, keys))
        st.warning(said, icon=":material/link_off:")


def told_headline(sentence: Callable[[Session], Text | str], session: Session) -> Parts:
    """What the component of the page's headline is told."""
    said = _said(session, sentence(session)).rstrip("。.")
    return {HEADLINE: words_of_card(session, HEADLINE, said, level=1)}


def freshness(session: Session) -> str:
    """Markdown of "data as of ... · snapshot ... · demo data"; amber when the data is old."""
    words, snapshot = session.words, session.snapshot
    if session.is_empty and not snapshot.records.newest_day:
        return f":gray[{words('frame.no_data_yet')}]"
    newest = wording.day(snapshot.as_of, session.language)
    parts = [words("frame.as_of", day=newest)]
    if session.as_of != snapshot.as_of:
        parts = [words("frame.seen_from", day=wording.day(session.as_of, session.language), newest=newest)]
    parts.append(words("frame.snapshot", id=snapshot.id[-6:]))
    if session.language == "zh" or session.filters.rules != REGULATION_2022.name:  # in English it is a line's length
        parts.append(session.filters.rule_set.label(session.language))
    if session.settings.bureau:
        parts.insert(0, session.settings.bureau)
    line = f":gray[{plain(' · '.join(parts))}]"
    if snapshot.is_demo:
        return f"{line} :blue-badge[{words('frame.demo')}]"
    if (session.today - snapshot.as_of).days > A_YEAR:
        return f"{line} :orange-badge[{words('frame.stale_for_long')}]"
    age = working_days(snapshot.as_of, session.today)
    return f"{line} :orange-badge[{words('frame.stale', days=age)}]" if age > STALE_AFTER else line


def working_days(start: date, end: date, most: int = A_YEAR) -> int:
    """Working days after `start` up to and including `end` by the Chinese calendar of holidays, at most `most`."""
    days = (start + timedelta(days=n) for n in range(1, min((end - start).days, most) + 1))
    return sum(is_working_day(day) for day in days)


@contextmanager
def card(key: str, height: int | str = "content") -> Iterator[None]:
    """A bordered box. `height` in pixels keeps neighbours in line; "stretch" fills the row."""
    with st.container(border=True, key=f"card-{key}", height=height, gap="small"):  # type: ignore[arg-type]  # int or one of three words, as Streamlit takes it
        yield


def title(session: Session, sentence: Text | str | None, note: str = "") -> None:
    """A card's finding, and under it period, cohort and what the marks mean."""
    with st.container(gap=None):
        if sentence is not None:
            st.markdown(f"## {_headline(session, sentence)}")
        if note:
            st.caption(plain(wording.capital(note)))


def variation(session: Session, view: View) -> None:
    """The marks of a share by month (`control.course`): what the newest month is, and what the target can expect."""
    found, kept = control.newest(view), control.assured(view)
    marks = [(found, VARIATIONS)] if found else []
    with st.container(horizontal=True, gap="small"):
        for name, icons in [*marks, *([(kept, ASSURANCES)] if kept else [])]:
            colour, icon = icons[name]
            said = plain(session.words(f"control.{name}"))
            st.markdown(f":{colour}-badge[:material/{icon}: {said}]", width="content")


def empty(session: Session, view: View | None = None) -> None:
    """Why there is nothing to see: the view's own sentences, else that the selection holds no items."""
    if view is not None and view.notes:
        said = [plain(sentence(session.language)) for sentence in view.notes]
        computable = any(why_not(each, session.snapshot, view.filters) is None for each in view.measures)
        narrowed = view.filters.start or view.filters.end or view.filters.where or view.as_of < session.snapshot.as_of
        if computable and narrowed and not session.choices.is_default:
            said.append(session.words("frame.widen"))
        st.info("\n\n".join(said), icon=":material/info:")
        return
    st.info(session.words("frame.nothing_found"), icon=":material/filter_alt_off:")


def no_data(session: Session) -> None:
    """The whole page while nothing was imported."""
    st.markdown(f"# {plain(session.words('frame.welcome'))}")
    st.info(session.words("frame.no_data"), icon=":material/upload_file:")


def notes(session: Session, sentences: Iterable[Text]) -> None:
    """What the reader must know, one line each, small."""
    said = dict.fromkeys(sentence(session.language) for sentence in sentences)
    if said:
        with st.container(gap="xxsmall"):
            for sentence in said:
                st.caption(plain(sentence))


def table(
    session: Session,
    frame: pl.DataFrame,
    headings: Mapping[str, str],
    *,
    key: str,
    shares: Sequence[str] = (),
    decimals: Sequence[str] = (),
    signed: Sequence[str] = (),
    sentences: Sequence[str] = (),
    height: int | str = "auto",
    rows: Sequence[narrowing.Row] = (),
    opens: Callable[[int], None] | None = None,
) -> None:
    """A frame as a table with our headings and formats.

    Args:
        headings: column to heading; also the order of the columns.
        shares: columns of numbers 0 to 1, shown in per cent with one decimal.
        decimals: columns shown with one decimal.
        signed: columns of differences of counts, shown with their sign.
        sentences: columns of text that need room.
        rows: what each row stands for (`narrowing.rows`); a click on it narrows the page to that.
        opens: goes to the page of the row with this number instead, when it is clicked.
    """
    headings = {name: wording.capital(heading) for name, heading in headings.items()}
    formats = dict.fromkeys(shares, "percent") | dict.fromkeys(decimals, "%.1f")
    formats = {name: "localized" for name in headings if frame.schema[name].is_integer()} | formats
    columns = {
        name: st.column_config.NumberColumn(heading, format=formats[name])
        if name in formats
        else st.column_config.Column(heading, width="large" if name in sentences else None)
        for name, heading in headings.items()
    }
    columns |= {name: st.column_config.TextColumn(headings[name], alignment="right") for name in signed}
    said = [
        pl.Series(name, [None if each is None else wording.signed(each) for each in frame[name]]) for name in signed
    ]
    st.dataframe(
        frame.with_columns(said).select(list(headings)),
        column_config=columns,
        hide_index=True,
        key=f"table-{key}",
        height=height,  # type: ignore[arg-type]  # pixels or "auto", as Streamlit takes it
        alt=session.words("frame.table_of", names="、".join(headings.values())),
        placeholder=wording.MISSING,
        **(narrowing.by_row(session, rows, f"table-{key}") if opens is None else narrowing.OPENING),
    )
    if opens is not None:
        st.caption(session.words("frame.rows_open"))
        for row in st.session_state[f"table-{key}"].selection.rows:
            opens(row)
    elif any(rows):
        st.caption(session.words("frame.rows_narrow"))


def choose(
    session: Session,
    name: str,
    options: Sequence[Name],
    labels: Callable[[Name], str],
    *,
    label: str,
    default: Name | None = None,
    menu: bool = False,
    width: int = 240,
) -> Name:
    """A switch that belongs to one page; its choice is in the link as `name=option`. Fit for use in a fragment.

    More than six options, or long ones (`menu`), stand in a list instead of side by side.
    """
    first = default or options[0]
    state = page_control(name, first, options)
    chosen: Name | None
    if menu or len(options) > 6:
        chosen = st.selectbox(label, options, format_func=labels, key=state, label_visibility="collapsed", width=width)
    else:
        chosen = st.segmented_control(
            label,
            options,
            format_func=lambda each: wording.capital(labels(each)),
            key=state,
            label_visibility="collapsed",
            required=True,
        )
    value = chosen or first
    note_control(name, value, first)
    return value


def choose_several(
    session: Session,
    name: str,
    options: Sequence[str],
    labels: Callable[[str], str],
    *,
    label: str,
    default: Sequence[str] = (),
    most: int | None = None,
    between: str = ",",
    width: int | Literal["stretch"] = "stretch",
    collapsed: bool = False,
) -> tuple[str, ...]:
    """A list of a page to choose several from; the choice is in the link as `name=one,two`, in the order chosen."""
    chosen = st.multiselect(
        label, options, format_func=labels, key=page_choices(name, default, options, between), max_selections=most,
        placeholder=label, select_all=False, label_visibility="collapsed" if collapsed else "visible",
        width=width,
    )  # fmt: skip
    value = tuple(str(each) for each in chosen) or tuple(default)
    note_control(name, between.join(value), between.join(default))
    return value


def choose_period(
    session: Session, name: str, *, label: str, default: tuple[date | None, date | None] | None = None
) -> str:
    """First and last day of a period of a page; in the link as `name=2021-01-01..2021-06-30`.

    Returns:
        As in the link; "" while only one of the days is chosen.
    """
    first, last = default or (None, None)
    usual = f"{first}..{last}" if first and last else ""
    chosen = st.date_input(label, key=page_period(name, usual), format="YYYY-MM-DD", width=230,
                           label_visibility="collapsed", help=label)  # fmt: skip
    value = f"{chosen[0]}..{chosen[1]}" if isinstance(chosen, tuple) and len(chosen) == 2 else ""
    note_control(name, value or usual, usual)
    return value


def type_in(session: Session, name: str, *, label: str, width: int = 180) -> str:
    """A text of a page, such as part of a name to look for; in the link as `name=text`."""
    text = st.text_input(label, key=page_text(name), width=width, max_chars=60, placeholder=label,
                         label_visibility="collapsed")  # fmt: skip
    value = (text or "").strip()
    note_control(name, value, "")
    return value

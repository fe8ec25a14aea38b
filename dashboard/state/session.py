"""One reader's session: language, colours, selection, data. The only module with `st.session_state` and caches.

The address bar and the widgets say the same at every moment. Streamlit's own binding of widgets to the address writes
the *labels* of the chosen options, which change with the language; links here carry keys, so the two are joined here:
`begin` decides once a run which of the two moved since the last one.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.charts import Chart, Drawing, Style, as_drawing
from dashboard.i18n import Words, choose_language
from dashboard.state.case_reader import CaseReader
from dashboard.state.choices import Choices, Link, read_link
from dashboard.state.filter_widgets import LOCAL, WIDGET, fill_widgets, from_widgets
from dashboard.state.import_work import ImportDesk
from dashboard.state.keeping import Keeping
from dashboard.state.kept import kept, store
from dashboard.state.stage import Stage
from dashboard.state.viewer import viewer_of
from queries import register, wording
from queries.access import BUREAU, Viewer, listed_for, visible_to
from queries.dimensions import DIMENSIONS
from queries.filters import Filters
from queries.records import write
from queries.settings import Settings
from queries.snapshot import Snapshot, current, pins
from queries.views import Asked, View

CITY_ZONE = ZoneInfo("Asia/Shanghai")  # the petition system's clock
_FILTER_PARAMETERS = {"from", "to", "as_of", "period", "rules", "convention", "target", *DIMENSIONS}

_FRAME = {"lang", "data"}
"""Parameters that say how and on which data everything is seen."""

T = TypeVar("T")


@dataclass(frozen=True)
class Session(Keeping):
    """What a page needs to know about its reader.

    Attributes:
        snapshot: the data as far as the reader may see it in figures; its `rows` are 0 when nothing was imported yet.
        filters: the selection.
        choices: the same as the filter bar shows it.
        today: the reader's calendar day, for the age of the data only; figures never use it.
        import_desk: None where importing is not offered.
        ignored: parameters of the link that were not understood.
        vanished: keys in the link that the data does not have, by dimension.
        pinned: name of the data version the link asks for, "" for the newest; `snapshot` is of that version unless it
            `is_lost`: then it is the newest.
        now: the data as it is now where `snapshot` is another (`newest`).
        viewer: who is looking; every answer that is kept is kept for such viewers only.
        frame: parameters that say how and on which data everything is seen, where a reader would see it otherwise.
        stage: what the page shows, as far as it can be shown ahead of a run (`dashboard.state.stage`).
    """

    settings: Settings
    language: str
    dark: bool
    snapshot: Snapshot
    filters: Filters
    choices: Choices
    today: date
    import_desk: ImportDesk | None = None
    ignored: tuple[str, ...] = ()
    vanished: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    locals: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pinned: str = ""
    is_lost: bool = False
    now: Snapshot | None = None
    viewer: Viewer = BUREAU
    frame: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    stage: Stage = field(default_factory=Stage, compare=False)

    @property
    def newest(self) -> Snapshot:
        """The data as it is now, whatever is pinned."""
        return self.now or self.snapshot

    @property
    def is_pinned(self) -> bool:
        """Whether an earlier state of the data may be on show, which no import changes any more."""
        return bool(self.pinned) and not self.is_lost

    def on_version(self, name: str) -> "Session":
        """The same reader on a version of the data; `is_lost` and the newest where that is not to be had."""
        newest, snapshot, is_lost = _data(self.settings, name)
        newest, snapshot = visible_to(self.viewer, newest), visible_to(self.viewer, snapshot)
        return replace(self, snapshot=snapshot, pinned=name, is_lost=is_lost, now=newest)

    @property
    def words(self) -> Words:
        """The words of the interface."""
        return Words(self.language)

    @property
    def style(self) -> Style:
        """How charts are drawn."""
        return Style(self.language, self.dark)

    @property
    def as_of(self) -> date:
        """The day figures are seen from."""
        return self.filters.as_of or self.snapshot.as_of

    @property
    def period(self) -> str:
        """The period chosen, in words."""
        return wording.period(self.filters.start, self.filters.end, self.language)

    @property
    def data_version(self) -> str:
        """Names the register and the records that every figure of this run stands on; a link takes it as `data`."""
        return pins.version_of(self.snapshot)

    @property
    def _kept_under(self) -> str:
        # the files as well as the name: a register rebuilt is not the one it was made of; and what one reader may see
        # another may not
        return f"{self.snapshot.id}|{self.data_version}|{self.viewer!r}|{self.settings.case_rows}"

    @property
    def is_empty(self) -> bool:
        """Whether there is no data at all."""
        return self.snapshot.rows["cases"] == 0

    @cached_property
    def cases(self) -> CaseReader | None:
        """The items this reader may list one by one; None where it may list none."""
        snapshot = listed_for(self.viewer, self.settings.case_rows, self.snapshot)
        if snapshot is None:
            return None
        version = pins.Version.read(self.data_version)
        newest = version.import_id if version else None
        return CaseReader(store(self.settings), snapshot, self.filters, self._kept_under, newest)

    def view(self, question: Callable[..., View], *arguments: Any) -> View:
        """The answer of a view function to the current selection, computed once for all readers who ask the same."""
        asked = Asked(question, arguments)
        key = f"{self._kept_under}|{self.filters!r}|{_named(asked)}"
        return kept(key, lambda: replace(question(self.snapshot, self.filters, *arguments), asked=asked))

    def again(self, view: View) -> View:
        """The answer to the question of a view under this session's selection."""
        assert view.asked is not None  # it came from a session
        return self.view(view.asked.question, *view.asked.arguments)

    def under(self, choices: Choices) -> "Session":
        """The same reader under another selection."""
        return replace(self, choices=choices, filters=choices.filters(self.snapshot.as_of))

    def answer(self, question: Callable[..., T], *arguments: Any) -> T:
        """Like `view`, for a function whose answer is not a `View`."""
        key = f"{self._kept_under}|{self.filters!r}|{_named(Asked(question, arguments))}"
        return kept(key, lambda: question(self.snapshot, self.filters, *arguments))

    def findings(self, import_id: int) -> Callable[[], pl.DataFrame]:
        """Reads what the checks found in one import when it is called; a download is made without a session."""
        opened = store(self.settings)
        return lambda: register.findings(opened, import_id)

    def examples(self, import_id: int) -> pl.DataFrame:
        """The first finding of every check of one import (`queries.register.examples`)."""
        return kept(
            f"{self.snapshot.id}|examples {import_id}", lambda: register.examples(store(self.settings), import_id)
        )

    def changes(self, import_id: int) -> Mapping[str, int]:
        """Values one import changed, by column (`queries.register.changes`)."""
        return kept(
            f"{self.snapshot.id}|changes {import_id}", lambda: register.changes(store(self.settings), import_id)
        )

    @property
    def signature(self) -> str:
        """Who signs what this reader writes: as the proxy says, else as they said themselves; "" until then."""
        return proxy_user(self.settings) or str(recall("signature") or "")

    def figure(self, view: View, chart: Chart, style: Style | None = None) -> Drawing:
        """The chart of a view, drawn once in the reader's style or another."""
        drawn = style or self.style
        if view.asked is None:
            return as_drawing(chart(view, drawn), drawn)
        key = f"{self._kept_under}|{view.snapshot_id}|{view.filters!r}|{_named(view.asked)}|{_name(chart)}|{drawn!r}"
        return kept(key, lambda: as_drawing(chart(view, drawn), drawn))


def begin(settings: Settings, import_desk: ImportDesk | None = None) -> Session:
    """The session of this run: reads address, widgets and browser, and brings address and widgets into line."""
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    usual = choose_language(None, st.context.locale, settings.language)
    ignored: tuple[str, ...] = ()
    vanished: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    arrived = _arrival(query)
    _keep_earlier(arrived)
    pinned = (_first(query, "data") if arrived == "address" else st.session_state.get("_data")) or ""
    newest, snapshot, is_lost = _data(settings, pinned)
    viewer = viewer_of(settings, st.context.headers.get_all, newest)
    newest, snapshot = visible_to(viewer, newest), visible_to(viewer, snapshot)
    if arrived == "address":
        language = choose_language(_first(query, "lang"), st.context.locale, settings.language)
        relevant = {name: values for name, values in query.items() if name in _FILTER_PARAMETERS}
        reading = read_link(relevant, snapshot.as_of, snapshot.offered)
        choices, ignored, vanished = reading.choices, reading.ignored, reading.vanished
        controls = {name: values[0] for name, values in query.items() if name not in _FILTER_PARAMETERS | _FRAME}
    else:
        language = st.session_state.get("language") or usual
        choices = st.session_state["_choices"]
        if arrived == "widget":
            choices = from_widgets(choices, snapshot, st.session_state)
        left = st.session_state.get("_left")
        # a plain address by Back cannot be told from a click in the navigation: whoever followed a link from this page
        # and chose nothing since finds it as they left it
        if arrived == "page" and left and left[0] == _page() and left[2] == choices:
            choices = left[1]
        controls = {} if arrived == "page" else dict(st.session_state["_locals"])
    if arrived == "address" and "_choices" in st.session_state and _page() != st.session_state.get("_page"):
        st.session_state["_left"] = (st.session_state.get("_page"), st.session_state["_choices"], choices)
    # Streamlit knows a chosen option by its label: in another language every choice has to be made again
    retold = language != st.session_state.get("_language")
    fill_widgets(choices, language, controls, everything=retold or arrived != "widget")
    st.session_state.update({"_locals": controls, "_choices": choices, "_language": language, "_data": pinned})
    st.session_state["_unread"] = set(controls) if arrived == "address" else set()
    link = choices.link(snapshot.as_of) | {name: [value] for name, value in controls.items()}
    if language != usual:
        link["lang"] = [language]
    if pinned:
        link["data"] = [pinned]
    # the address the reader came by stays as it is, or Back would lead to it again and again
    written = query if arrived == "address" else link
    _write_address(written, query)
    return Session(
        settings=settings,
        language=language,
        dark=st.context.theme.type == "dark",
        snapshot=snapshot,
        filters=choices.filters(snapshot.as_of),
        choices=choices,
        today=datetime.now(CITY_ZONE).date(),
        import_desk=import_desk,
        ignored=ignored,
        vanished=vanished,
        locals=MappingProxyType(controls),
        pinned=pinned,
        is_lost=is_lost,
        now=newest,
        viewer=viewer,
        frame=MappingProxyType({name: link[name] for name in sorted(_FRAME) if name in link}),
    )


def default_reader(settings: Settings, language: str, data: str = "") -> Session:
    """The session of someone who opens the plain address, or one pinned to `data`: for answers before anyone asks."""
    newest, snapshot, is_lost = _data(settings, data)
    choices = Choices()
    filters = choices.filters(snapshot.as_of)
    return Session(
        settings, language, False, snapshot, filters, choices, snapshot.as_of, pinned=data, is_lost=is_lost, now=newest
    )


def unpin() -> None:
    """Go back to the newest data (a callback)."""
    st.session_state["_data"] = ""


def keep_version(session: Session) -> str:
    """Keep the data of this run for good, so that a link with `data=` shows the same figures for ever.

    Returns:
        `session.data_version`.
    """
    pins.keep(session.settings, session.snapshot)
    return session.data_version


def _data(settings: Settings, pinned: str) -> tuple[Snapshot, Snapshot, bool]:
    """The newest data; that of the version pinned, or the newest again; whether the version is not to be had."""
    opened = store(settings)
    newest = current(settings, opened)
    if not pinned:
        return newest, newest, False
    if pinned == pins.version_of(newest):
        pins.keep(settings, newest)  # somebody holds a link to it
        return newest, newest, False
    found = pins.open_version(settings, newest, pinned, opened)
    return newest, found or newest, found is None


def clear() -> None:
    """Take every filter back (a callback)."""
    st.session_state["_choices"] = Choices()
    fill_widgets(Choices(), st.session_state.get("language", "zh"), {}, everything=True)


def narrow(dimension: str, key: str) -> None:
    """Keep one key of a dimension, or free the dimension when it is the only one kept (a callback)."""
    st.session_state[WIDGET + dimension] = turned(st.session_state.get(WIDGET + dimension) or (), key)


def turned(now: Sequence[str], key: str) -> list[str]:
    """The keys kept of a dimension after one of them was chosen: that alone, or none where it is the only one kept."""
    return [] if list(now) == [key] else [key]


def page_control(name: str, default: str, options: Sequence[str]) -> str:
    """Name of the widget state of a control that belongs to one page, seeded from the link; see `note_control`."""
    state = LOCAL + name
    if st.session_state.get("_locals", {}).get(name) in options:
        understood(name)
    if st.session_state.get(state) not in options:
        linked = st.session_state.get("_locals", {}).get(name)
        st.session_state[state] = linked if linked in options else default
        if "_values" in st.session_state:  # the option is gone, and it was not the reader who chose another
            st.session_state["_values"][state] = st.session_state[state]
    return state


def understood(name: str) -> None:
    """Note that the page has a control of that name and knows the value the link has for it."""
    st.session_state.get("_unread", set()).discard(name)


def unread() -> tuple[str, ...]:
    """Parameters of the link just opened that no control of the page has understood so far."""
    return tuple(sorted(st.session_state.get("_unread", ())))


def note_control(name: str, value: str, default: str) -> None:
    """Put the value of a page's control into the address; works within a fragment."""
    controls = dict(st.session_state.get("_locals", {}))
    controls.pop(name, None)
    if value != default:
        controls[name] = value
    if controls != st.session_state.get("_locals"):
        st.session_state["_locals"] = controls
        if value == st.query_params.get(name):
            return  # an address that says what goes without saying stays as the reader came by it: writing is a step
        link = {n: v for n, v in st.session_state.get("_link", {}).items() if n in _FILTER_PARAMETERS | _FRAME}
        query = {n: st.query_params.get_all(n) for n in st.query_params}
        _write_address(link | {n: [v] for n, v in controls.items()}, query)


def current_link() -> Link:
    """The parameters of the page as it stands, its own controls too."""
    return {name: list(values) for name, values in st.session_state.get("_link", {}).items()}


def remember(name: str, value: Any) -> None:
    """Keep something for this reader until the browser window is closed; None forgets it."""
    st.session_state[f"_kept.{name}"] = value


def recall(name: str) -> Any:
    """What `remember` keeps under the name; None when nothing."""
    return st.session_state.get(f"_kept.{name}")


def proxy_user(settings: Settings) -> str:
    """Who is signed in at the trusted proxy; "" where none is set up or it does not say."""
    name = settings.user_header
    said = st.context.headers.get(name) if name else None
    if not said:
        return ""
    with suppress(UnicodeError):  # headers are Latin-1 by the protocol; proxies send names in UTF-8 or percent-encoded
        said = said.encode("latin-1").decode("utf-8")
    return " ".join(unquote(said).split())[: write.SIGNATURE_LENGTH]


def signature_control(name: str) -> str:
    """Name of the widget state of a line to sign in; every such line shows what was signed last."""
    state = f"sign-{name}"
    st.session_state[state] = recall("signature") or ""
    return state


def sign_as(state: str) -> None:
    """Take what stands in a line to sign in as this reader's signature (a callback)."""
    remember("signature", " ".join(str(st.session_state[state] or "").split()) or None)


def asked_page() -> str:
    """The page the reader's address named last, whether there is such a page or not; "" for the front page."""
    context = get_script_run_ctx()
    if context and context.pages_manager.intended_page_name:  # told once, afterwards pages go by their number
        st.session_state["_asked"] = context.pages_manager.intended_page_name
    return str(st.session_state.get("_asked", ""))


def enter_page() -> None:
    """Remember on which page the reader is; call once the navigation is drawn."""
    st.session_state["_page"] = _page()


def _arrival(query: Link) -> Literal["address", "page", "widget"]:
    """What brought this run about: a link or Back, a click in the navigation, or anything else.

    A widget changed while the browser has not yet heard of the newest address sends the old one: the widget wins. Back
    before the browser has heard of the newest values sends an old address with the values of its own time, and Back
    right after Back with some of those that the first one left: the address wins. A click in the navigation sends no
    parameters: the selection is carried over.
    """
    known = st.session_state.get("_link")
    if known is None:
        return "address"
    turned = _page() != st.session_state.get("_page")
    earlier = [values for link, values in st.session_state.get("_earlier", []) if link == query]
    # a browser may have heard of the newest value of one widget and not of another
    before = (st.session_state["_values"], *earlier, *st.session_state["_taken_back"])
    untouched = all(
        any(values.get(name, value) == value for values in before) for name, value in _widget_values().items()
    )
    # on another page Streamlit has forgotten the widgets, and older values of theirs come up again
    if bool(query) if turned else query != known and untouched:
        return "address"
    return "page" if turned else "widget"


def _keep_earlier(arrived: str) -> None:
    """Remember for `_arrival` the newest addresses with the values of the widgets under each.

    And the values that one Back after the other has left, until the reader does something else.
    """
    left = []
    if "_link" in st.session_state:
        now = (st.session_state["_link"], st.session_state["_values"])
        st.session_state["_earlier"] = [*st.session_state.get("_earlier", [])[-3:], now]
        if arrived == "address":
            left = [*st.session_state["_taken_back"][-3:], st.session_state["_values"]]
    st.session_state["_taken_back"] = left


def _page() -> str | None:
    context = get_script_run_ctx()  # the page asked for is known here before the navigation is drawn
    return context.page_script_hash if context else None


def _widget_values() -> dict[str, Any]:
    names = [str(name) for name in st.session_state if str(name).startswith((WIDGET, LOCAL)) or name == "language"]
    return {name: st.session_state[name] for name in sorted(names)}


def _write_address(link: Link, query: Link) -> None:
    if link != query:
        st.query_params.from_dict(link)
    st.session_state["_link"] = link
    st.session_state["_values"] = _widget_values()


def _first(query: Link, name: str) -> str | None:
    return next(iter(query.get(name, [])), None)


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _named(asked: Asked) -> str:
    return f"{_name(asked.question)}{_told_apart(asked.arguments)!r}"


def _told_apart(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments as they name an answer: a file counts with the time of its last change."""
    return tuple(
        (str(each), each.stat().st_mtime_ns if each.exists() else 0) if isinstance(each, Path) else each
        for each in arguments
    )

"""A view as a card: its finding, its figure, its notes, the ways on and the files; and a card with several views.

What the components of a card are told is made by one function of the session (`Shown.told`), for the run of the page
and ahead of it (`dashboard.state.stage`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from dashboard.charts import Chart
from dashboard.parts import take_away
from dashboard.parts.card_words import draw_words, words_of_card
from dashboard.parts.components import Name, choose, empty, title
from dashboard.parts.plot import draw_plot
from dashboard.parts.plot import told as plot_told
from dashboard.parts.take_away import Card, Figures
from dashboard.state import narrowing
from dashboard.state.session import Session
from dashboard.state.stage import Make, Parts, Switch
from queries import wording
from queries.methods import method
from queries.views import View
from queries.vocabulary import Text

Note = str | Callable[[Session], str]
Sentence = Text | str | Callable[[Session, View], str] | None


def over_period(key: str) -> Callable[[Session], str]:
    """A note that names the period chosen.

    Args:
        key: of its words.
    """
    return lambda session: session.words(key, period=session.period)


@dataclass(frozen=True)
class Shown:
    """How a card shows a view, of the newest session or of one ahead of it; attributes as `show` has them."""

    key: str
    chart: Chart
    note: Note = ""
    sentence: Sentence = None
    more: Callable[[Session], Sequence[Text]] | None = None
    quiet: bool = False
    clicks: bool = False  # also where its marks narrow nothing
    narrows: bool = True

    def noted(self, session: Session) -> str:
        """The second line."""
        return wording.capital(self.note if isinstance(self.note, str) else self.note(session))

    def finding(self, session: Session, view: View) -> str:
        """The heading."""
        said = view.finding if self.sentence is None else self.sentence
        if said is None or isinstance(said, str):
            return said or ""
        return said(session.language) if isinstance(said, Text) else said(session, view)

    def told(self, session: Session, view: View) -> dict[str, dict[str, Any]]:
        """What the components of the card are told, by their names; nothing where the view has no figures."""
        if not has_figures(view):
            return {}
        key, finding = self.key, self.finding(session, view)
        help = _help(session, view, quiet=self.quiet)
        note, heading = self.noted(session), finding.rstrip("。.")
        chart, leads = session.figure(view, self.chart), self.narrows and narrowing.can_narrow(view)
        made = {
            f"title-{key}": words_of_card(session, f"title-{key}", heading, note, help),
            f"figure-{key}": plot_told(
                session,
                chart,
                key=f"figure-{key}",
                alt=finding or key,
                clicks=self.clicks or leads,
                leads=leads and not self.clicks,
                kind=getattr(self.chart, "__name__", ""),
            ),
        }
        more = self.more(session) if self.more else ()
        lines = [] if self.quiet else list(dict.fromkeys(each(session.language) for each in (*view.notes, *more)))
        return made | ({f"notes-{key}": words_of_card(session, f"notes-{key}", lines=lines)} if lines else {})


def show(
    session: Session,
    view: View,
    chart: Chart,
    *,
    key: str,
    note: Note = "",
    sentence: Sentence = None,
    boxed: bool = True,
    quiet: bool = False,
    more: Callable[[Session], Sequence[Text]] | None = None,
    table: Figures = None,
    on_click: Callable[[], None] | None = None,
    narrows: bool = True,
) -> None:
    """A view as a card: its finding, the figure, its notes, and the figures behind it to look at and download.

    Where nothing can be computed the reason stands in place of the figure.

    Args:
        key: stable name of the card on its page.
        note: second line: period, cohort, what the marks mean; a function where it depends on the selection.
        sentence: the heading, instead of the view's finding; a function where it depends on the figures.
        more: further notes, of a session.
        boxed: False where the page has drawn the card around several parts.
        quiet: the view's notes behind a question mark instead of under the figure, where room is short.
        table: labelled figures to take away instead of the view's frame, or what makes them.
        on_click: callback for a click on a mark, such as `controls.pick`; without it a click narrows the selection to
            what the mark stands for (`dashboard.state.narrowing`).
        narrows: False on a page that does not show the reader's selection.
    """
    card = Shown(key, chart, note, sentence, more, quiet=quiet, clicks=on_click is not None, narrows=narrows)
    figure = f"figure-{key}"
    session.stage.views.pop(figure, None)
    if narrows and on_click is None and narrowing.can_narrow(view):
        on_click = partial(narrowing.click, session, view, figure)
        session.stage.views[figure] = view
    if narrows and view.asked:
        session.stage.parts[key] = lambda there: card.told(there, there.again(view))
    finding = card.finding(session, view)
    with st.container(
        border=boxed, key=f"card-{key}" if boxed else None, gap="small", height="stretch" if boxed else "content"
    ):
        told = card.told(session, view)
        if not told:  # without the note, which tells of marks that are not there
            title(session, finding or None)
            if view.notes or view.finding is None:  # else the title has said it all
                empty(session, view)
            return
        with st.container(horizontal=True, gap="small", vertical_alignment="top"):
            with st.container():  # whose width is what the menus leave, however long the words
                draw_words(told[f"title-{key}"])
            with st.container(width="content"):
                _menus(
                    session, view, Card(key, finding.rstrip("。."), card.noted(session), figures=table), narrows=narrows
                )
        draw_plot(told[f"figure-{key}"], on_click)
        if f"notes-{key}" in told:
            draw_words(told[f"notes-{key}"])


@st.fragment
def _menus(session: Session, view: View, card: Card, *, narrows: bool) -> None:
    # one fragment for both: Streamlit copies all that is around a fragment
    with st.container(horizontal=True, gap="small"):
        if narrows:
            narrowing.menu(session, view, card.key)
        take_away.menu(session, view, card)


def _help(session: Session, view: View, *, quiet: bool) -> list[str | dict[str, str]]:
    """Behind a card's question mark: how its figures are made, with the way to the method, and notes kept quiet."""
    words, language = session.words, session.language
    said: list[str | dict[str, str]] = [sentence(language) for sentence in view.notes] if quiet else []
    for each in map(method, view.methods):
        said.append(words("frame.method", label=each.label(language), question=each.question(language)))
    if view.methods:
        said.append({"text": words("frame.methods"), "href": f"definitions?part=methods&lang={language}"})
    return said


def has_figures(view: View) -> bool:
    """Whether any row of a view has a value."""
    values = view.frame["value"] if "value" in view.frame.columns else None
    return view.frame.height > 0 if values is None else values.is_not_null().any()


@dataclass(frozen=True)
class Way:
    """One of several views a card can show; attributes as `Session.view` and `show` have them.

    Attributes:
        clicks: whether the page gives `show` an `on_click`.
    """

    question: Callable[..., View]
    chart: Chart
    note: Note = ""
    sentence: Sentence = None
    arguments: tuple[Any, ...] = ()
    clicks: bool = False

    def asked(self, session: Session) -> View:
        """The view."""
        return session.view(self.question, *self.arguments)


def one_of(
    session: Session, name: str, ways: Mapping[Name, Way], labels: Callable[[Name], str], *, label: str, card: str
) -> Name:
    """A control that says which view a card shows, as `choose`; its card is on the screen ahead of the run.

    Args:
        card: key with which `show` draws the way chosen.
    """

    def made(way: Way, there: Session) -> Parts:
        return Shown(card, way.chart, way.note, way.sentence, clicks=way.clicks).told(there, way.asked(there))

    with st.container(key=f"switch-{name}", width="content"):
        chosen = choose(session, name, list(ways), labels, label=label)
    made_by: dict[str, Make] = {option: partial(made, way) for option, way in ways.items()}
    session.stage.switches[name] = Switch(made_by, {option: labels(option) for option in ways}, chosen)
    return chosen


def show_way(
    session: Session, way: Way, card: str, table: Figures = None, on_click: Callable[[], None] | None = None
) -> None:
    """The way chosen, within a card that the page has drawn."""
    view = way.asked(session)
    show(session, view, way.chart, key=card, boxed=False, note=way.note, sentence=way.sentence, table=table,
         on_click=on_click)  # fmt: skip

"""The agenda of the monthly session as data: which questions each item asks, and how their answers are drawn.

The session's page, the briefing and the meeting screen read this one list, so that an item never shows one figure in
the room and another on paper. Names of items are in `queries.views.meeting.ITEMS`, words of panels in the catalogues
(`agenda.<panel>`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import polars as pl

from dashboard.charts import Chart, distribution
from dashboard.charts.comparison import interval_dots, tall_interval_dots
from dashboard.charts.concentration import ladder
from dashboard.charts.curves import day_bands
from dashboard.charts.gap import dumbbell, silence_bounds
from dashboard.charts.matrix import status_matrix
from dashboard.charts.signals import against_usual
from dashboard.charts.time_series import controlled_share, monthly_shares
from dashboard.i18n import Words
from queries import wording
from queries.filters import Filters
from queries.snapshot import Snapshot
from queries.views import (
    View,
    batches,
    closure,
    commitments,
    due,
    meeting,
    repeats,
    reports,
    signals,
    supervision,
    townships,
)
from queries.views.meeting import ITEMS, Span
from queries.vocabulary import Text

MOST_OFFICES = 12  # rows of the table of what is due

Sentence = Callable[[Snapshot, Filters], Text | None]


@dataclass(frozen=True)
class Panel:
    """One question of an item and how its answer is shown.

    Attributes:
        name: unique in the agenda; key of the card, the slide and the sheet. Words `agenda.<name>` say what it shows
            (for a table its heading), with `{period}` filled in.
        question, arguments: a view function, called as `question(snapshot, filters, *arguments)`.
        chart: how it is drawn; None where it is a table only.
        table: the rows for reading, `table(view, language)`, headings as `agenda.column_<column>`; None where the frame
            of the view (`dashboard.exports.sheets.sheet`) serves.
        span: the month of the session, or the year up to it.
        needs: a dimension the register must give, "" for none.
        page: the page that shows it in full. controls: that page's own choices, as in its link.
    """

    name: str
    question: Callable[..., View]
    chart: Chart | None = None
    table: Callable[[View, str], pl.DataFrame] | None = None
    arguments: tuple[Any, ...] = ()
    span: Span = "year"
    needs: str = ""
    page: str = ""
    controls: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def offered(self, snapshot: Snapshot) -> bool:
        """Whether this register can answer at all; an answer may still be empty and say why."""
        return not self.needs or snapshot.available(self.needs)

    def note(self, filters: Filters, language: str) -> str:
        """Period, cohort, what the marks mean."""
        period = wording.period(filters.start, filters.end, language)
        return Words(language)(f"agenda.{self.name}", period=period)


@dataclass(frozen=True)
class Item:
    """One item of the agenda.

    Attributes:
        key: as in `queries.views.meeting.ITEMS`; what decisions and marks refer to.
        sentence: the finding; None takes that of the first panel. sentence_span: its period.
        measures: headline shares whose change since the last session is told (`meeting.change_since_last`, span month).
        page: the page that shows the item in full; "" for none.
        cases: controls of the page of items that lists those the item is about, such as of and part; empty for none.
    """

    key: str
    panels: tuple[Panel, ...] = ()
    sentence: Sentence | None = None
    sentence_span: Span = "year"
    measures: tuple[str, ...] = ()
    page: str = ""
    cases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def label(self) -> Text:
        """Its name."""
        return ITEMS[self.key]


AGENDA: tuple[Item, ...] = (
    Item("commitments", (Panel("commitments", commitments.commitments, table=commitments.table, span="month"),)),
    Item(
        "headlines",
        (
            Panel("headlines", meeting.headlines, tall_interval_dots, span="month", page="overview"),
            Panel("months", closure.by_month, monthly_shares, page="closure"),
        ),
        measures=("on_time_reply_rate", "closure_rate", "repeat_share", "satisfaction_rate", "participation_rate"),
        page="overview",
    ),
    Item(
        "signals",
        (
            Panel("signal_topics", signals.topics_now, against_usual, needs="topic_l1", page="signals"),
            Panel("signal_places", signals.places_now, against_usual, needs="place", page="signals",
                  controls=MappingProxyType({"by": "place"})),
        ),
        sentence=lambda snapshot, filters: signals.signals(snapshot, filters).finding,
        page="signals",
    ),
    Item(
        "offices",
        (
            Panel("places", townships.dots, interval_dots, arguments=("on_time_reply_rate", "place"),
                  needs="place", page="townships"),
            Panel("offices", townships.dots, interval_dots, arguments=("on_time_reply_rate", "office"),
                  needs="office", page="townships", controls=MappingProxyType({"by": "office"})),
        ),
        measures=("on_time_reply_rate",),
        page="townships",
        cases=MappingProxyType({"of": "on_time_reply_rate", "part": "rest"}),
    ),
    Item(
        "deadlines",
        (
            Panel("deadlines", closure.deadlines, page="closure"),
            Panel("ages", closure.ages, distribution.ages, page="closure"),
            Panel("due_offices", due.due_by_group, arguments=("office", MOST_OFFICES), table=meeting.due_table,
                  needs="office", page="closure"),
        ),
        measures=("closure_rate",),
        page="closure",
        cases=MappingProxyType({"state": "overdue"}),
    ),
    Item(
        "repeats",
        (
            Panel("repeat_course", repeats.course, controlled_share, page="repeats"),
            Panel("ladder", batches.rungs, ladder, page="batches"),
        ),
        sentence=lambda snapshot, filters: repeats.headline(snapshot, filters).finding,
        measures=("repeat_share",),
        page="repeats",
        cases=MappingProxyType({"of": "repeat_share", "part": "numerator"}),
    ),
    Item(
        "satisfaction",
        (
            Panel("silence_gap", meeting.silence_by_place, dumbbell, needs="place", page="satisfaction"),
            Panel("silence_bounds", meeting.silence_bounds, silence_bounds, needs="place", page="satisfaction"),
        ),
        sentence=meeting.satisfaction_sentence,
        measures=("satisfaction_rate", "participation_rate"),
        page="satisfaction",
        cases=MappingProxyType({"of": "satisfaction_rate", "part": "rest"}),
    ),
    Item(
        "reports",
        (
            Panel("report_matrix", reports.matrix, status_matrix, page="reports"),
            Panel("report_offices", reports.by_office, table=reports.table, span="month", page="reports"),
        ),
        sentence=lambda snapshot, filters: reports.reports(snapshot, filters).finding,
        sentence_span="month",
        page="reports",
    ),
    Item(
        "supervision",
        (
            Panel("supervision_ages", supervision.ages, day_bands, page="supervision"),
            Panel("supervision_open", supervision.matters, table=meeting.open_matters_table, page="supervision"),
        ),
        sentence=lambda snapshot, filters: supervision.matters(snapshot, filters).finding,
        page="supervision",
    ),
    Item(
        "decisions",
        (
            Panel("decided", commitments.decided, table=commitments.table, span="month"),
            Panel("ledger", commitments.ledger, table=commitments.ledger_table, span="month"),
        ),
    ),
)  # fmt: skip
"""In the order of the session."""


def item(key: str) -> Item:
    """The item of that key; the first one for a key there is not."""
    return next((each for each in AGENDA if each.key == key), AGENDA[0])


def finding(each: Item, snapshot: Snapshot, filters: Callable[[Span], Filters]) -> Text | None:
    """The sentence of an item.

    Args:
        filters: the selection of a span, such as `Meeting.filters`.
    """
    if each.sentence is not None:
        return each.sentence(snapshot, filters(each.sentence_span))
    first = next((panel for panel in each.panels if panel.offered(snapshot)), None)
    return first.question(snapshot, filters(first.span), *first.arguments).finding if first else None

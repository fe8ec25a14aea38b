"""What a briefing opens with and no page shows by itself: how much came in."""

import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.parts import both, in_both, made, reasons, seen
from queries.vocabulary import Text

VOLUMES = ("registered_count", "people_count")


def volumes(snapshot: Snapshot, filters: Filters) -> View:
    """Items and people of the period: workload, never held against a target.

    Returns:
        One row a measure of VOLUMES; columns of `evaluate`.
    """
    chosen = seen(filters, snapshot)
    frame = evaluate(snapshot, VOLUMES, (), chosen)
    return made(snapshot, chosen, frame, VOLUMES, (), _said(frame, chosen), reasons(frame, snapshot, chosen))


def _said(frame: pl.DataFrame, filters: Filters) -> Text | None:
    counts = dict(frame.select("measure", "value").iter_rows())
    items, people = counts["registered_count"], counts["people_count"]
    if items is None:
        return None
    period = both(wording.period, filters.start, filters.end)
    if people is None:
        return in_both(
            "{period}登记{items}", "{items} registered in {period}", period=period, items=both(wording.items, items)
        )
    return in_both(
        "{period}登记{items}、{people}",
        "{items} registered in {period}, with {people}",
        period=period,
        items=both(wording.items, items),
        people=(f"{wording.number(people, 'zh')}人次", f"{wording.number(people, 'en')} people"),
    )

"""What the pages ask of the query layer: their calls, recorded while the pages are opened once."""

import inspect
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dashboard.bench.calls import FUNCTIONS, Call
from dashboard.cli.recorder import recorder_of
from dashboard.screens import pages
from dashboard.state.session import Session
from queries.days import add_months, month_start
from queries.dimensions import dimension_name
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot

MEASURED_PAGES = ("overview", "closure", "repeats", "townships", "satisfaction")
NARROW_PLACES, NARROW_CHANNELS, NARROW_MONTHS = 10, 3, 6


def scenarios(snapshot: Snapshot) -> dict[str, Filters]:
    """The selections measured: all time, the last twelve months, and a narrow one of 3 channels and 10 places."""
    end = snapshot.as_of
    year = add_months(month_start(end), -11)
    places = snapshot.dimension("place").filter(snapshot.dimension("place")["rows"] > 0)["key"].to_list()
    narrow = Filters(
        start=add_months(month_start(end), 1 - NARROW_MONTHS),
        end=end,
        as_of=end,
        where=(
            ("place", tuple(key for key in places if key)[-NARROW_PLACES:]),
            ("channel", tuple(snapshot.keys("channel")[:NARROW_CHANNELS])),
        ),
    )
    return {"all": Filters(as_of=end), "year": Filters(start=year, end=end, as_of=end), "narrow": narrow}


def opened(reader: Session, filters: Filters) -> dict[str, tuple[list[Call], float]]:
    """Open each page as the first reader does, without its figures: every view with its words.

    Returns:
        Page to its calls, each once (those about the few backlog items are left out), and the milliseconds it took.
    """
    found: dict[str, tuple[list[Call], float]] = {}
    for page in pages():
        if page.name in MEASURED_PAGES and page.warm is not None:
            recorder = recorder_of(reader, filters)
            _forget_answers()
            started = time.perf_counter()
            with _listening() as calls:
                page.warm(recorder)
            elapsed = (time.perf_counter() - started) * 1000
            asked = list(dict.fromkeys(call for call in calls if call.names or call.function != "evaluate"))
            found[page.name] = asked, elapsed
    return found


def _forget_answers() -> None:
    """Drop what the views keep, so that no page finds answers of another."""
    for module in [module for name, module in sys.modules.items() if name.startswith("queries.")]:
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear") and getattr(kept, "__module__", "").startswith("queries.views"):
                kept.cache_clear()


@contextmanager
def _listening() -> Iterator[list[Call]]:
    """Note every call of FUNCTIONS, from whichever module of `queries` it comes."""
    calls: list[Call] = []
    changed: list[tuple[Any, str, Any]] = []
    for name, function in FUNCTIONS.items():
        heard = _heard(name, function, calls)
        for module in [module for known, module in sys.modules.items() if known.startswith("queries")]:
            if getattr(module, name, None) is function:
                changed.append((module, name, function))
                setattr(module, name, heard)
    try:
        yield calls
    finally:
        for module, name, function in changed:
            setattr(module, name, function)


def _heard(name: str, function: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    signature = inspect.signature(function)

    def hear(*positional: Any, **named: Any) -> Any:
        given = signature.bind(*positional, **named).arguments
        asked = given.get("names", ())
        names = (asked,) if isinstance(asked, str) else tuple(asked)
        by = tuple(dimension_name(each) for each in given.get("by", ()))
        kept = tuple(each for each in names if measure(each).table != "backlog")
        calls.append(Call(name, kept, by, given.get("filters") or Filters()))
        return function(*positional, **named)

    return hear

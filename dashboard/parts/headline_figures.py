"""Headline figures: a row of cards, each a figure in words with its change, course and the way to its items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard.charts import Palette
from dashboard.parts.scripts import source
from dashboard.state.links import address, open_page
from dashboard.state.session import Session
from queries import wording
from queries.vocabulary import Text

_draw = st.components.v2.component(
    "huiyin_headline_figures",
    css=source("help.css", "headline_figures.css"),
    js=source("element.js", "part.js", "help.js", "headline_figures.js"),
    isolate_styles=False,  # paper and window sizes have rules for them too
)


@dataclass(frozen=True)
class Figure:
    """One headline figure: everything already in words.

    Attributes:
        change: against last year or the period before, empty when there is nothing to compare.
        verdict: beyond chance or not, in words.
        signal: whether the change is beyond chance; only then is it amber and has an arrow.
        small_print: numerator, denominator, interval.
        course: values of the newest months, for the small line.
        breach: a statutory deadline is broken; the only red there is.
        cases: parameters of the page of cases that list its items; empty where it has none.
    """

    label: str
    value: str
    change: str = ""
    verdict: str = ""
    signal: bool = False
    rising: bool = False
    small_print: Sequence[str] = ()
    course: Sequence[float] = ()
    help: str | None = None
    breach: bool = False
    cases: Mapping[str, str] = field(default_factory=dict)


def against_target(session: Session, share: float | None, target: float | None, better: str | None = "higher") -> str:
    """The target and the distance to it in words; empty where none is set."""
    if share is None or target is None:
        return ""
    goal = wording.goal(target, session.language)
    gap = round(share - target, 9)
    if gap <= 0 if better == "lower" else gap >= 0:
        return session.words("frame.target_reached", target=goal)
    return session.words("frame.target_missed", target=goal, points=wording.points(abs(gap), session.language))


def deadline(session: Session, horizon: str, items: int) -> Figure:
    """How many open items are "overdue", or due within so many days, as a headline figure."""
    label = session.words("closure.overdue") if horizon == "overdue" else session.words("closure.due", days=horizon)
    return Figure(
        label,
        wording.number(items, session.language),
        small_print=[session.words(f"closure.horizon_{horizon}")],
        breach=horizon == "overdue" and items > 0,
    )


def metrics(session: Session, make: Callable[[Session], Sequence[Figure]], key: str) -> None:
    """A row of headline figures of equal width; a click on the way to a figure's items goes there.

    Args:
        make: the figures of a session; of this one now, of another ahead of its run (`dashboard.state.stage`).
    """
    name = f"figures-{key}"
    session.stage.parts[name] = lambda there: {name: _data(there, make(there), name)}
    figures = make(session)
    result = _draw(key=name, data=_data(session, figures, name), on_go_change=_nothing)
    chosen = getattr(result, "go", None)
    if isinstance(chosen, int) and 0 <= chosen < len(figures) and figures[chosen].cases:
        open_page(session, "cases", {}, controls=figures[chosen].cases)


def _nothing() -> None:
    """Without a callback the component would not report its clicks."""


def _data(session: Session, figures: Sequence[Figure], name: str) -> dict[str, Any]:
    return {"name": name, "figures": [_card(session, figure) for figure in figures]}


def _card(session: Session, figure: Figure) -> dict[str, Any]:
    """What a card shows, as text."""
    words = session.words
    arrow = ("↑ " if figure.rising else "↓ ") if figure.signal else ""
    made: dict[str, Any] = {
        "label": figure.label,
        "value": figure.value,
        "breach": figure.breach,
        "help": figure.help or "",
        "ask": words("frame.meaning_of", name=figure.label),
        "change": f"{arrow}{figure.change}" if figure.change else "",
        "verdict": figure.verdict,
        "signal": figure.signal,
        "lines": [wording.capital(line) for line in figure.small_print],
    }
    if len(figure.course) > 1:
        made["course"] = sparkline(figure.course, session.style.palette, is_signal=figure.signal)
        made["course_of"] = f"{figure.label}: {words('frame.course')}"
    if figure.cases and session.cases is not None:
        made |= {
            "link": f"cases?{urlencode(address(session, controls=figure.cases), doseq=True)}",
            "items": words("frame.cases"),
            "items_of": words("frame.cases_help", name=figure.label),
        }
    return made


def verdict(session: Session, signal: int | None, doubt: Text | None = None) -> str:
    """What a change comes to: within or beyond chance, or an improvement that the recording speaks against."""
    if signal is None:
        return ""
    return session.words("overview.check_recording" if doubt is not None else f"overview.signal_{abs(signal)}")


def change_limits(session: Session, limits: tuple[float, float] | None) -> list[str]:
    """The line of small print that holds the interval of a change; none where it has no interval."""
    reach = wording.signed_interval(*limits, session.language) if limits else ""
    return [session.words("overview.change_limits", reach=reach)] if reach else []


def is_small(session: Session, denominator: int | None) -> bool:
    """Whether there are too few items for a share."""
    return (denominator or 0) < session.filters.rule_set.small_sample


def printed_share(
    session: Session, numerator: int, denominator: int, limits: tuple[float | None, float | None]
) -> tuple[str, str]:
    """A share as a card prints it, and under it the counts with the interval; of too few items only the counts."""
    counts = wording.fraction(numerator, denominator, session.language)
    if is_small(session, denominator):
        return session.words("charts.too_few"), counts
    reach = wording.interval(*limits, session.language)
    share = wording.per_cent(numerator / denominator, session.language)
    return share, session.words("overview.counts", counts=counts, reach=reach)


def sparkline(
    values: Sequence[float], palette: Palette, width: int = 272, height: int = 32, *, is_signal: bool = False
) -> str:
    """The course of a figure as a small line of SVG, its newest value a dot, amber where its change is beyond chance.

    Nothing in it comes from a register.
    """
    low, high = min(values), max(values)
    reach = (high - low) or 1.0
    step = (width - 10) / (len(values) - 1)
    points = [(5 + index * step, 5 + (high - value) / reach * (height - 10)) for index, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    line, dot = (palette.signal, palette.signal) if is_signal else (palette.neutral, palette.data)
    return (
        f'<svg aria-hidden="true" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<polyline points="{path}" fill="none" stroke="{line}" stroke-width="1.5" '
        f'stroke-linejoin="round"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{dot}"/></svg>'
    )

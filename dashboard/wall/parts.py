"""What several slides are made of: charts and sentences from views, and reasons why there is nothing to see."""

import json
from collections.abc import Iterable
from dataclasses import replace

from dashboard.charts import Chart as ChartFunction
from dashboard.charts import template
from dashboard.charts.comparison import LONGEST_NAME, shortened
from dashboard.parts.cards import has_figures
from dashboard.parts.headline_figures import against_target, is_small
from dashboard.state.session import Session
from dashboard.wall import Ask, Chart, Skipped, Tile
from queries import wording
from queries.views import View
from queries.vocabulary import Text

HOVER = ("customdata", "hovertemplate", "hovertext", "selected", "unselected", "ids")
"""Parts of a trace that only a mouse needs; nobody touches a figure on the screen."""


def chart(
    session: Session,
    view: View,
    draw: ChartFunction,
    *,
    title: str = "",
    weight: float = 1,
    narrow: bool = False,
) -> Chart:
    """The chart of a view, as the pages draw it; the screen makes it larger and gives it its size.

    Args:
        narrow: it has about half of the screen.
    """
    style = replace(session.style, narrow=narrow, fills=True)
    figure = json.loads(session.figure(view, draw, style).text)
    for trace in figure["data"]:
        for name in HOVER:
            trace.pop(name, None)
        trace["hoverinfo"] = "skip"
    del figure["layout"]["height"]  # it takes the room it is given
    figure["layout"]["template"] = template(style.dark).to_plotly_json()
    return Chart(figure, said(session, view.finding) or title, title, weight)


def share_tile(
    session: Session,
    label: str,
    numerator: int,
    denominator: int,
    limits: tuple[float | None, float | None],
    target: float | None,
    better: str | None = "higher",
) -> Tile:
    """A share in large, with its distance to the target, counts and 95 % limits; of too few items the counts only."""
    language = session.language
    counts = wording.fraction(numerator, denominator, language)
    if is_small(session, denominator):
        return Tile(label, session.words("charts.too_few"), small_print=[counts])
    share = numerator / denominator
    value = wording.per_cent(share, language)
    return Tile(
        label,
        value.removesuffix("%"),
        "%",
        target=against_target(session, share, target, better),
        small_print=[counts, session.words("charts.interval", reach=wording.interval(*limits, language))],
    )


def said(session: Session, sentence: Text | None) -> str:
    """A sentence in the screen's language; empty where there is none."""
    return sentence(session.language) if sentence else ""


def together(session: Session, sentences: Iterable[Text | None]) -> str:
    """Several findings as one sentence."""
    return joined(session, (said(session, sentence) for sentence in sentences))


def joined(session: Session, clauses: Iterable[str]) -> str:
    """Clauses as one line; empty ones are none."""
    return {"zh": "；", "en": "; "}[session.language].join(clause for clause in clauses if clause)


def marks(session: Session, view: View) -> str:
    """What the marks of a share by month with its limits mean, those that are there only."""
    frame, columns = view.frame, view.frame.columns
    event = f"event_{session.language}"
    there = {
        "target": "target" in columns and frame["target"].is_not_null().any(),
        "band": "limit_lower" in columns,
        "signal": "towards" in columns and (frame["towards"] != 0).any(),
        "open": (~frame["complete"] & frame["value"].is_not_null()).any(),
        "special": "left_out" in columns and frame["left_out"].any(),
        "event": event in columns and (frame[event] != "").any(),
    }
    between = {"zh": "，", "en": "; "}[session.language]
    return between.join(session.words(f"wall.mark_{name}") for name, is_there in there.items() if is_there)


def notes(session: Session, view: View, most: int = 1) -> str:
    """The first notes of a view; a screen has room for one."""
    return "".join(dict.fromkeys(sentence(session.language) for sentence in view.notes[:most]))


def why(session: Session, view: View) -> Skipped:
    """That a view has nothing to show, by its own notes if it has any."""
    return Skipped(notes(session, view) or session.words("wall.nothing"))


def alone(session: Session, view: View, by: str) -> Skipped | None:
    """That fewer than two groups have enough items, so that there is nothing to compare; None where there are two."""
    comparable = view.frame.filter(view.frame["band"] != "small")[by].n_unique()
    return Skipped(session.words("wall.alone")) if comparable < 2 else None


def is_empty(view: View) -> bool:
    """Whether there is nothing to draw."""
    return not view.frame.height or not has_figures(view)


def period(session: Session) -> str:
    """The period of the figures in words."""
    return wording.period(session.filters.start, session.filters.end, session.language)


def row_name(name: str, ask: Ask) -> str:
    """A name at the head of a table's row; an upright screen has two lines for it."""
    return shortened(name, 2 * LONGEST_NAME if ask.is_upright else LONGEST_NAME)


def others(session: Session, hidden: int) -> str:
    """That some groups are not shown; empty where all are."""
    return session.words("wall.others", count=wording.number(hidden, session.language)) if hidden > 0 else ""


def breakdown(session: Session) -> str | None:
    """The place or, where the register has none, the office; None where it has neither."""
    return next((name for name in ("place", "office") if session.snapshot.available(name)), None)

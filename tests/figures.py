"""What the components of a page say, as tests read it from what is sent to the browser."""

import json
from typing import Any

from tests.app_test import AppTest


def told(app: AppTest) -> dict[str, dict[str, Any]]:
    """What every part of a page is told, by its name."""
    sent = [json.loads(each.proto.json) for each in app.get("bidi_component") if each.proto.json]
    return {data["name"]: data for data in sent if isinstance(data, dict) and isinstance(data.get("name"), str)}


def headline_figures(app: AppTest) -> list[dict[str, Any]]:
    """Every headline figure of a page: label, value, lines, link and what else a card shows."""
    return [figure for data in told(app).values() for figure in data.get("figures", [])]


def words_of(app: AppTest) -> list[str]:
    """Everything the headline figures and the words of the cards say, a text each; a finding as a heading."""
    figures = [
        text
        for figure in headline_figures(app)
        for text in (figure["label"], figure["value"], figure["change"], figure["verdict"], *figure["lines"])
    ]
    cards = [
        text
        for card in told(app).values()
        if "finding" in card
        for text in (f"{'#' * card['level']} {card['finding']}", card["note"], *card["lines"], *map(str, card["help"]))
    ]
    return [*figures, *cards]

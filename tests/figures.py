"""What the headline figures of a page say, as tests read it from what is sent to the browser."""

import json
from typing import Any

from tests.app_test import AppTest


def headline_figures(app: AppTest) -> list[dict[str, Any]]:
    """Every headline figure of a page: label, value, lines, link and what else a card shows."""
    sent = [each.proto for each in app.get("bidi_component")]
    rows = [each for each in sent if each.component_name.endswith("huiyin_headline_figures")]
    return [figure for row in rows for figure in json.loads(row.json)["figures"]]


def words_of(app: AppTest) -> list[str]:
    """Everything the headline figures say, a text each."""
    return [
        text
        for figure in headline_figures(app)
        for text in (figure["label"], figure["value"], figure["change"], figure["verdict"], *figure["lines"])
    ]

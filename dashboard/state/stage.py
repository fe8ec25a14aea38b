"""What a reader's page shows, and how each part of it is made for another selection.

A click is answered twice. Streamlit runs the page anew, which decides what is on it, the address and the widgets; that
takes a browser three passes over the whole page. Ahead of that the figures alone are made for the new selection and
put where they stand (`dashboard.frame.ahead`). Both make a part by the same function of the session, so that the run
finds everything as it leaves it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from queries.views import View

Parts = Mapping[str, Mapping[str, Any]]
"""What components of ours are told, by their names on the page."""
Make = Callable[[Any], Parts]
"""What makes parts for a session (`dashboard.state.session`, which holds the stage)."""


@dataclass(frozen=True)
class Switch:
    """A control that changes one card or two.

    Attributes:
        ways: option to what makes the parts it changes, in the order of the options.
        words: option to how it is shown.
        chosen: the option chosen now.
    """

    ways: Mapping[str, Make]
    words: Mapping[str, str]
    chosen: str


@dataclass(frozen=True)
class Stage:
    """The parts of one page.

    Attributes:
        parts: by key of a card or a row of headline figures, in the order of the page: what makes it for a session.
        views: by name of a figure whose marks narrow the selection: what it shows.
        rows: by key of a table whose rows narrow the selection: what each stands for (`dashboard.state.narrowing`).
        switches: by name of a control of the page.
    """

    parts: dict[str, Make] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    rows: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    switches: dict[str, Switch] = field(default_factory=dict)

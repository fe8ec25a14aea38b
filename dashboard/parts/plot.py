"""A chart on a page: drawn by Plotly in the reader's browser, and kept there while its figures change.

Streamlit's own chart mounts anew at every change and draws twice each time. This one keeps its node, so that Plotly
alters only what differs; the looks common to all charts are sent once, and Plotly comes from the installed package.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from gzip import compress
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

from dashboard.charts import Drawing, template
from dashboard.parts.scripts import source
from dashboard.state.session import Session

ADDRESS = f"api/plotly-{version('plotly')}.js"
FOREVER = "public, max-age=31536000, immutable"  # the address changes with the file

_BEFORE = {
    "LIBRARY": ADDRESS,
    "TEMPLATES": {ground: template(ground == "dark").to_plotly_json() for ground in ("light", "dark")},
}
_draw = st.components.v2.component(
    "huiyin_plot",
    js="".join(f"const {name} = {json.dumps(value)};\n" for name, value in _BEFORE.items())
    + source("part.js", "plot.js"),
    isolate_styles=False,  # Plotly looks after its own
)


def plot(session: Session, drawing: Drawing, *, key: str, alt: str, on_click: Callable[[], None] | None = None) -> None:
    """Draw a chart.

    Args:
        key: stable name of the chart on its page; `controls.clicked` takes it.
        alt: what the chart says, for those who listen to it.
        on_click: callback for a click on a mark; `controls.clicked` then tells which.
    """
    draw_plot(told(session, drawing, key=key, alt=alt, clicks=on_click is not None), on_click)


def told(
    session: Session, drawing: Drawing, *, key: str, alt: str, clicks: bool, leads: bool = False, kind: str = ""
) -> dict[str, Any]:
    """What the component is told of a chart (`plot`).

    Args:
        clicks: whether anybody waits for a click. leads: whether its figures may be on the screen ahead of the run.
        kind: name of the chart, where one place shows one of several.
    """
    return {
        "name": key,
        "figure": drawing.text,
        "height": drawing.height,
        "ground": "dark" if session.dark else "light",
        "alt": alt,
        "clicks": clicks,
        "leads": leads,
        "kind": kind,
    }


def draw_plot(told: Mapping[str, Any], on_click: Callable[[], None] | None = None) -> None:
    """Draw what `told` says of a chart."""
    _draw(key=told["name"], data=told, on_click_change=on_click or _nothing)


def _nothing() -> None:
    """Nobody waits for a click."""


def plotly_js(request: Request) -> Response:
    """Plotly as the browser takes it, packed once."""
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_packed(), media_type="text/javascript", headers=headers | {"Content-Encoding": "gzip"})
    return Response(_script(), media_type="text/javascript", headers=headers)


def _script() -> bytes:
    return (files("plotly") / "package_data" / "plotly.min.js").read_bytes()


@cache
def _packed() -> bytes:
    return compress(_script(), mtime=0)

"""The figures a click leads to, ahead of the run of the page that the click sets off (`dashboard.state.stage`).

The browser asks for them by `ahead.js` and sets off the run once they are on the screen. Whatever cannot be made here
is left to the run, which says why.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from threading import Semaphore
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboard.state import narrowing, seats, sent
from dashboard.state.choices import Choices
from dashboard.state.session import Session
from dashboard.state.stage import Make, Parts
from dashboard.state.viewer import viewer_of

PATH = "/api/ahead/{token}"
MESSAGE = "application/octet-stream"
LINES = "application/x-ndjson"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Encoding": "identity",  # packing would hold a part back until others are made
    "X-Accel-Buffering": "no",
}

_resting = Semaphore(1)
"""For marks a pointer only rests on the server has one answer at a time: clicks go first."""

log = logging.getLogger("huiyin")


def address(session: Session) -> str:
    """Where this reader's browser asks, below the address of the app."""
    return PATH.removeprefix("/").format(token=seats.enter(session))


async def answer(request: Request) -> Response:
    """The parts of a reader's page after a click: a line of JSON each with `part` and `data`, as they are made.

    The body asked with is the message that Streamlit's own part of the page is about to send, or JSON: `figure` and
    `point` for a mark clicked, `switch` and `at` for an option of a control that changes one card, `filter` and `words`
    for an option of the filter bar, `release` for what is taken back of it, `clear` for everything; `rests` where
    nothing was clicked yet: then it may be answered with nothing.
    """
    session = seats.session_of(request.path_params["token"])
    if session is None or viewer_of(session.settings, request.headers.getlist, session.newest) != session.viewer:
        return Response(status_code=404)
    body = await request.body()
    try:
        is_message = request.headers.get("content-type") == MESSAGE
        asked = {"controls": sent.said(body)} if is_message else json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        return Response(status_code=400)
    lines = _one_at_a_time(session, asked) if asked.get("rests") else _lines(session, asked)
    return StreamingResponse(lines, media_type=LINES, headers=HEADERS)


def _one_at_a_time(session: Session, asked: Mapping[str, Any]) -> Iterator[str]:
    if _resting.acquire(blocking=False):
        try:
            yield from _lines(session, asked)
        finally:
            _resting.release()


def _lines(session: Session, asked: Mapping[str, Any]) -> Iterator[str]:
    try:
        for parts in _made(session, asked):
            for name, data in parts.items():
                yield json.dumps({"part": name, "data": data}, ensure_ascii=False) + "\n"
    except Exception:  # the run meets the same, and has words for the reader
        log.info("Nothing is shown ahead of a run", exc_info=True)


def _made(session: Session, asked: Mapping[str, Any]) -> Iterator[Parts]:
    on = session.stage
    switched = _switched(session, asked)
    if switched:
        yield switched(session)
        return
    choices = _choices(session, asked)
    if choices is None:
        return
    there = session.under(choices)
    # the card clicked first: its figures do not follow its own filter, so they are at hand while others are counted
    clicked = str(asked.get("figure", "")).removeprefix("figure-")
    for key in sorted(on.parts, key=lambda key: key != clicked):
        yield on.parts[key](there)


def _switched(session: Session, asked: Mapping[str, Any]) -> Make | None:
    """What makes the parts that a switch changes; None where none was asked for."""
    if "controls" in asked:
        return sent.switched(session, asked["controls"])
    switch, at = session.stage.switches.get(str(asked.get("switch"))), asked.get("at")
    ways = list(switch.ways.values()) if switch else []
    return ways[at] if isinstance(at, int) and 0 <= at < len(ways) else None


def _choices(session: Session, asked: Mapping[str, Any]) -> Choices | None:
    """The selection asked for; None where it is the present one or nothing that is known."""
    if "controls" in asked:
        meant = sent.meant(session, asked["controls"])
        return meant if meant != session.choices else None
    if asked.get("clear"):
        return Choices()
    if "release" in asked:
        return narrowing.without(session.choices, str(asked["release"]))
    if "filter" in asked:
        return sent.with_option(session, str(asked["filter"]), str(asked.get("words")))
    view, point = session.stage.views.get(str(asked.get("figure"))), asked.get("point")
    mark = narrowing.marked(session, view, point) if view and isinstance(point, dict) else None
    return narrowing.narrowed(session.choices, mark) if mark else None

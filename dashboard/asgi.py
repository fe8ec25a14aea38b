"""The server: Streamlit's app with a warm start, a health address and one calm sentence for errors.

Imports, the snapshot and the first page's answers are made before the first reader comes, and then taken out of the
garbage collector's sight: Streamlit collects after every run while holding the interpreter's lock, which costs a third
of every click otherwise (UX.md §3.3).
"""

import gc
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from dashboard.frame import ahead, arrival
from dashboard.frame.ask import index_for
from dashboard.i18n import Words, choose_language
from dashboard.parts import plot
from dashboard.screens import pages
from dashboard.state.session import default_reader
from dashboard.wall.server import ROUTES as WALL
from queries.errors import HuiyinError
from queries.settings import Settings
from queries.vocabulary import LANGUAGES

log = logging.getLogger("huiyin")


def warm_up(settings: Settings) -> None:
    """Open the data and make the answers and figures the first readers will ask for, in both languages."""
    import_module("pandas")  # Plotly and Streamlit look for it lazily, and two first readers would import it at once
    for language in LANGUAGES:
        reader = default_reader(settings, language)
        for page in pages():
            if page.warm is not None and not reader.is_empty:
                page.warm(reader)
    if not reader.is_empty:
        index_for(reader, [page.name for page in pages() if page.open_to(reader)])


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict[str, object]]:
    """Warm up, then freeze."""
    try:
        warm_up(Settings.from_environment())
    except (
        Exception
    ):  # warming up is a kindness: whatever fails here fails again on its page, with words for the reader
        log.exception("The first answers could not be made at start-up; the pages will say so.")
    gc.collect()
    gc.freeze()
    yield {}


async def health(request: Request) -> JSONResponse:
    """Whether the server answers; says nothing about the data."""
    return JSONResponse({"status": "ok"})


async def overview(request: Request) -> RedirectResponse:
    """The first page has no name in its address; who writes the one it has elsewhere arrives with the same filters."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


def calm(error: Exception) -> bool:
    """One sentence with a number for the reader; the log has the rest under that number."""
    number = secrets.token_hex(4)
    log.error("Error %s on a page", number, exc_info=error)
    language = choose_language(st.session_state.get("language"), st.context.locale, None)
    words = Words(language)
    reason = error.said(language) if isinstance(error, HuiyinError) else words("frame.error")
    st.error(f"{reason} {words('frame.error_number', number=number)}", icon=":material/error:")
    return True


app = st.App(
    Path(__file__).parent / "app.py",
    lifespan=lifespan,
    routes=[
        Route("/api/healthz", health),
        Route("/overview", overview),
        Route(f"/{plot.ADDRESS}", plot.plotly_js),
        Route(f"/{arrival.ADDRESS}", arrival.script),
        Route(ahead.PATH, ahead.answer, methods=["POST"]),
        *WALL,
    ],
    middleware=[Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5), Middleware(arrival.Arrival)],
    on_script_error=calm,
)

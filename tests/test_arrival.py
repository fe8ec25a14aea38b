"""Addresses of pages, also below a folder that a proxy takes off before it asks this server."""

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboard.frame.arrival import Arrival


def answer(path: str, query: str = "") -> dict[str, str]:
    """The headers of the answer to an address, and its status under "status"."""

    async def page(request: Request) -> Response:
        return HTMLResponse("<html><head></head></html>")

    app = Arrival(Starlette(routes=[Route("/{path:path}", page)]))
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "query_string": query.encode(),
             "headers": [], "http_version": "1.1", "scheme": "http", "server": ("here", 80)}  # fmt: skip
    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers | {"status": str(sent[0]["status"])}


@pytest.mark.parametrize(("path", "leads"), [("/cases/", "../cases"), ("/wall/", "../wall"), ("/x/cases", "../cases")])
def test_an_address_that_is_put_right_stays_in_the_folder_it_was_asked_in(path, leads):
    assert answer(path, "lang=en")["location"] == f"{leads}?lang=en"


@pytest.mark.parametrize("path", ["/", "/cases"])
def test_a_page_is_answered_where_it_was_asked(path):
    assert answer(path)["status"] == "200"

"""What a browser is told before the page of Streamlit begins: what it will need, and to keep the keys pressed early."""

from hashlib import sha256
from pathlib import Path

from starlette.datastructures import URL, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.parts import plot

_SCRIPT = (Path(__file__).parent / "arrival.js").read_bytes()
ADDRESS = f"api/arrival-{sha256(_SCRIPT).hexdigest()[:8]}.js"
_HEAD = b"<head>"


def script(request: Request) -> Response:
    """The script that runs before all others."""
    return Response(_SCRIPT, media_type="text/javascript", headers={"Cache-Control": plot.FOREVER})


class Arrival:
    """Alters what is a page of ours; the meeting screen brings its own.

    Plotly is fetched together with the page, not only once its first chart asks for it. An address below that of a page
    finds none of Streamlit's files, so its last part is taken for the page meant; so is one that ends with a slash.
    Both are said relative to what was asked: a proxy may have taken off a folder before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, its pages altered."""
        if scope["type"] == "http" and scope["method"] == "GET" and len(scope["path"]) > 1 and scope["path"][-1] == "/":
            await _leads(scope, f"../{scope['path'].strip('/').split('/')[-1]}")(scope, receive, send)
            return
        if scope["type"] != "http" or scope["path"].startswith("/wall"):
            await self.app(scope, receive, send)
            return
        # Streamlit packs what it sends, and a packed page cannot be altered; the server packs it afterwards
        unpacked = [each for each in scope["headers"] if each[0] != b"accept-encoding" or "." in scope["path"]]
        start: Message | None = None
        body = b""

        async def alter(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    start = message
                    return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            await self._page(start, body, scope, receive, send)

        await self.app({**scope, "headers": unpacked}, receive, alter)

    async def _page(self, start: Message, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        parts = scope["path"].removeprefix(scope.get("root_path", "")).strip("/").split("/")
        if len(parts) > 1:
            await _leads(scope, "../" * (len(parts) - 1) + parts[-1])(scope, receive, send)
            return
        headers = MutableHeaders(scope=start)
        headers.append("Link", f"<./{plot.ADDRESS}>; rel=preload; as=script")
        for name in ("etag", "last-modified"):  # they name the page as Streamlit has it
            del headers[name]
        body = body.replace(_HEAD, _HEAD + f'<script src="./{ADDRESS}"></script>'.encode(), 1)
        headers["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})


def _leads(scope: Scope, path: str) -> RedirectResponse:
    """To another path, the rest of the address kept."""
    return RedirectResponse(str(URL(scope=scope).replace(path=path, scheme="", netloc="")))

"""The addresses of the meeting screen: its page, its files, its slides. Plain answers, no session, no socket."""

import json
from collections import OrderedDict
from dataclasses import asdict
from pathlib import Path
from string import Template
from threading import Lock

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.charts import DARK, LIGHT
from dashboard.i18n import Words
from dashboard.parts.plot import FOREVER, plotly_js
from dashboard.wall.payload import PLOTLY, STATIC, Header, Screen, build, payload, reader, screen, version
from dashboard.wall.programme import USUAL
from queries.settings import Settings

A_WEEK = 7 * 24 * 3600  # seconds a browser may open the page without asking: a screen switched on while we are away
KEPT = 16  # answers: a few screens in two languages and two themes
PICTURES = {".png", ".jpg", ".jpeg", ".svg", ".webp"}
SAFE = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
}
_WORDS = ("paused", "pause", "resume", "next", "previous", "full_screen", "unreachable", "old", "waiting", "demo",
          "position", "slide", "more")  # fmt: skip


class Answers:
    """The newest answers by version, as bytes; a version is made once however many screens ask for it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def of(self, settings: Settings, screen: Screen, header: Header) -> tuple[str, bytes]:
        """Version and JSON of the answer to a screen; `header` says who asks."""
        session = reader(settings, screen, header)
        name = version(session, screen)
        with self._lock:
            if name not in self._kept:
                found = payload(session, screen)
                body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
                if any(slide.get("failed") for slide in found["slides"]):
                    return f"{name}-failed", body  # asked for again next time
                self._kept[name] = body
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(name)
            return name, self._kept[name]


_answers = Answers()


def asked(request: Request, settings: Settings) -> Screen:
    """The screen an address asks for, by its name behind the slash or as a parameter."""
    query = request.query_params
    name = request.path_params.get("screen") or query.get("screen") or query.get("wall") or USUAL
    return screen(settings, " ".join(name.split()), query)


def page(request: Request) -> Response:
    """The screen's page: it holds everything but the slides, so that it can wait for them by itself."""
    settings = Settings.from_environment()
    shown = asked(request, settings)
    root = "../" if "screen" in request.path_params else ""  # the page may lie one folder deeper than its files
    config = {
        "screen": asdict(shown),
        "face": shown.face,
        "build": build(),
        "root": root,
        "bureau": settings.bureau,
        "words": {code: _words(Words(code)) for code in ("zh", "en")},
        "palettes": {"light": asdict(LIGHT), "dark": asdict(DARK)},
    }
    template = Template((STATIC / "wall.html").read_text(encoding="utf-8"))
    text = template.substitute(
        language={"zh": "zh-CN"}.get(shown.language, shown.language),
        theme="dark" if shown.dark else "light",
        title=Words(shown.language)("wall.title"),
        root=root,
        build=build(),
        config=json.dumps(config, ensure_ascii=False).replace("<", "\\u003c"),
    )
    return Response(text, media_type="text/html", headers=SAFE | {"Cache-Control": f"max-age={A_WEEK}"})


def _words(words: Words) -> dict[str, str]:
    return {name: words(f"wall.{name}") for name in _WORDS}


def slides_json(request: Request) -> Response:
    """The slides, or 304 where the screen has them already."""
    settings = Settings.from_environment()
    name, body = _answers.of(settings, asked(request, settings), request.headers.getlist)
    headers = {"ETag": f'"{name}"', "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match", "").removeprefix("W/") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def static(request: Request) -> Response:
    """A file of ours, or the installed Plotly; whatever build is asked for, there is only this one."""
    name = request.path_params["name"]
    if name == PLOTLY:
        return plotly_js(request)
    if name not in {file.name for file in STATIC.iterdir() if file.suffix in (".js", ".css")}:
        return PlainTextResponse("", status_code=404)
    return FileResponse(STATIC / name, headers=SAFE | {"Cache-Control": FOREVER})


def worker(request: Request) -> Response:
    """The part of the screen that answers for us while we are away; it may speak for the page beside its folder."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
    return FileResponse(STATIC / "worker.js", media_type="text/javascript", headers=headers)


def emblem(request: Request) -> Response:
    """The bureau's emblem, where one is set."""
    file: Path | None = Settings.from_environment().emblem_file
    if file is None or file.suffix.lower() not in PICTURES or not file.exists():
        return PlainTextResponse("", status_code=404)
    return FileResponse(file, headers=SAFE | {"Cache-Control": "max-age=3600"})


ROUTES = [
    Route("/wall", page),
    Route("/wall/slides.json", slides_json),
    Route("/wall/emblem", emblem),
    Route("/wall/worker.js", worker),
    Route("/wall/static/{build}/{name}", static),
    Route("/wall/{screen}", page),  # last: the names above are no screens
]

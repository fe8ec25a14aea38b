"""`huiyin serve`: the dashboard as a web server."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from sqlalchemy.engine import make_url

from dashboard.cli.console import inform, progress, show_lines
from queries.errors import SettingsError
from queries.settings import Settings
from queries.store import open_store, store_version

ROOT = Path(__file__).parents[2]
START_SECONDS = 600.0  # a first snapshot of ten million items takes minutes on a small machine
POLL_SECONDS = 0.1


def serve(host: str, port: int, *, with_demo: bool = True) -> int:
    """Run the server until it is stopped.

    Returns:
        The exit code.
    """
    settings = Settings.from_environment()
    _must_be_free(host, port)
    if with_demo:
        load_demo_when_empty(settings)
    address = f"http://{_reachable(host)}:{port}"
    inform("Starting Huiyin ...")
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard" / "asgi.py")),
        *("--server.address", host, "--server.port", str(port)),
        *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
        # Streamlit's own greeting asks a server on the Internet for our address
        *("--logger.hideWelcomeMessage", "true"),
        *("--server.baseUrlPath", ""),  # a proxy takes its folder off; every address in a page is relative
    ]
    # Streamlit finds its own settings in the folder it is started in
    environment = os.environ | whole_addresses(settings)
    # a session of its own: Ctrl+C reaches this process alone, which then ends the server
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as server:
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # started with nohup: the terminal may go
                signal.signal(number, lambda *_: server.terminate())
        try:
            if _answers(server, f"{address}/api/healthz"):
                show_lines("", f"  回音 Huiyin: {address}", "  Ctrl+C stops it.", "")
            code = server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            inform("Stopped.")
            return 0
    return max(code, 0)


def whole_addresses(settings: Settings) -> dict[str, str]:
    """The environment that makes the same settings in any other folder."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        url = url.set(database=str(Path(url.database).resolve()))
    places = {"HUIYIN_PLACES": str(settings.places_file.resolve())} if settings.places_file else {}
    return {
        "HUIYIN_DATA_DIR": str(settings.data_dir),
        "HUIYIN_DATABASE_URL": url.render_as_string(hide_password=False),
        **places,
    }


def load_demo_when_empty(settings: Settings) -> None:
    """The demo register, where nothing was ever written into the database."""
    engine = open_store(settings)
    try:
        with engine.connect() as connection:
            version = store_version(connection)
    finally:
        engine.dispose()
    if version == 0:
        from seed import demo  # only needed on the very first start

        inform("No data yet: loading the demo register 演示数据 (an invented city).")
        with progress("demo register") as tell:
            demo.load(settings, progress=tell)


def _must_be_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"Cannot listen on {host}:{port}: {error.strerror}. Perhaps Huiyin is already running at "
                f"http://{_reachable(host)}:{port}. Open that, or choose another port with --port {port + 1}."
            ) from error


def _reachable(host: str) -> str:
    """The address by which this machine itself reaches a server that listens on `host`."""
    if host in ("0.0.0.0", ""):
        return "127.0.0.1"
    return f"[{'::1' if host == '::' else host}]" if ":" in host else host


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    """Wait until the server answers; False when it has ended instead."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # our own machine is not behind a proxy
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with direct.open(url, timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(POLL_SECONDS)
    return False

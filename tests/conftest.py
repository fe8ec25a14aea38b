"""Stores to test on: a fresh SQLite file, and a private PostgreSQL server where Debian's binaries are installed."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from queries.settings import Settings
from queries.store import open_store

SHARED = Path(os.environ.get("HUIYIN_SHARED") or Path(__file__).parents[2] / "shared")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own, on SQLite."""
    return Settings(tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'huiyin.db'}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The published registers."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("the published registers are not there (set HUIYIN_SHARED to the folder that holds data/)")
    return folder


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL of the `postgres` database of a server that listens on a socket in a folder of its own."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        pytest.skip("PostgreSQL's server is not installed (apt-get install postgresql)")
    bin_dir = binaries[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="huiyin-pg-"))
    user, group = _unprivileged()
    if user is not None:
        shutil.chown(folder, user, group)
    as_user = {"user": user, "group": group, "extra_groups": []} if user is not None else {}

    def call(*command: str | Path) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env={"LC_ALL": "C.UTF-8"}, **as_user)

    call(bin_dir / "initdb", "-D", folder / "data", "-U", "huiyin", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    call(bin_dir / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql+psycopg://huiyin@/postgres?host={folder}"
    finally:
        call(bin_dir / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database on the private server."""
    name = f"t{abs(hash(tmp_path)):x}"
    keeper = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with keeper.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgresql_server.replace("/postgres?", f"/{name}?")
    with keeper.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    keeper.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """An installation of its own, on each kind of database in turn."""
    if request.param == "sqlite":
        return settings
    return Settings(settings.data_dir, request.getfixturevalue("postgresql_url"))


@pytest.fixture
def store(any_settings: Settings) -> Iterator[Engine]:
    """An empty store of that installation."""
    engine = open_store(any_settings)
    yield engine
    engine.dispose()


def _unprivileged() -> tuple[int | None, int | None]:
    # the server refuses to run as root: take Debian's own account, or nobody
    if os.geteuid() != 0:
        return None, None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    pytest.skip("root, and no unprivileged user to run PostgreSQL as")

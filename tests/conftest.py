"""Stores to test on: a fresh SQLite file, and a private PostgreSQL server where Debian's binaries are installed."""

import gc
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import settings as property_tests
from sqlalchemy import Boolean, Engine, Integer, create_engine, text

from queries.counting.evaluate import evaluate
from queries.engines import DuckDBEngine, PolarsEngine
from queries.filters import Filters
from queries.schema import metadata
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames, current
from queries.snapshot.pins import version_of
from queries.snapshot.publish import builder_lock
from queries.store import open_store
from seed import demo
from tests.installations import DemoOf, bare, copied, empty

# no test is about how fast a machine is
property_tests.register_profile("any machine", deadline=None)
property_tests.register_profile("thorough", deadline=None, max_examples=1_000)
property_tests.load_profile("any machine")

SHARED = Path(os.environ.get("HUIYIN_SHARED") or Path(__file__).parents[2] / "shared")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole files to one worker, and to one worker all that needs the browser: it is started once, with one server."""
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "browser" if "tests/browser/" in nodeid else super()._split_scope(nodeid)

    return Files(config, log) if config.getvalue("dist") == "loadfile" else None


gc.disable()  # until all is imported and collected: it stays to the end, and is not looked through again and again


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


@pytest.fixture(scope="session")
def demo_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoOf]:
    """Installations with a demo register of so many items, each made once for all tests: to read, never to change."""
    read_only: dict[int, tuple[Settings, str]] = {}
    mine = tmp_path_factory.getbasetemp()
    of_all_workers = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine

    @cache
    def made(cases: int = demo.DEFAULT_CASES) -> Settings:
        folder = of_all_workers / f"demo-{cases}"
        settings, done = bare(folder), of_all_workers / "demos"
        with builder_lock(done):
            if not (done / str(cases)).exists():
                demo.load(empty(folder), cases)
                (done / str(cases)).touch()
        read_only[cases] = settings, version_of(current(settings))
        return settings

    yield made
    for cases, (settings, version) in read_only.items():
        assert version_of(current(settings)) == version, f"a test wrote to the demo of {cases} items that all share"


@pytest.fixture
def city(installed: Settings, tmp_path: Path) -> Settings:
    """A copy of the installation a module has named `installed`, to change."""
    return copied(installed, tmp_path / "city")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own, on SQLite."""
    return empty(tmp_path / "data")


@pytest.fixture
def never_opened(tmp_path: Path) -> Settings:
    """Where an installation would be, on SQLite; nothing is there yet."""
    return bare(tmp_path / "new")


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


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of an empty store on the private server, to copy."""
    name = "huiyin_template"
    _on_server(postgresql_server, f"CREATE DATABASE {name}")
    url = postgresql_server.replace("/postgres?", f"/{name}?")
    open_store(Settings(tmp_path_factory.mktemp("template"), url)).dispose()
    return name


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """URL of an empty database on the private server."""
    yield from _database(postgresql_server, "template1")


@pytest.fixture
def postgresql_store_url(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """URL of an empty store on the private server."""
    yield from _database(postgresql_server, postgresql_template)


_BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=_BOTH)
def empty_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An installation whose database has no tables yet, on each kind of database in turn."""
    settings = bare(tmp_path / "data")
    if request.param == "sqlite":
        return settings
    return Settings(settings.data_dir, request.getfixturevalue("postgresql_url"))


@pytest.fixture(params=_BOTH)
def any_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """An installation with an empty store, on each kind of database in turn."""
    if request.param == "postgresql":
        return Settings(settings.data_dir, request.getfixturevalue("postgresql_store_url"))
    return settings


@pytest.fixture
def store(any_settings: Settings) -> Iterator[Engine]:
    """An empty store of that installation."""
    engine = open_store(any_settings)
    yield engine
    engine.dispose()


_DATABASES = count()


def _database(server: str, template: str) -> Iterator[str]:
    name = f"test_{next(_DATABASES)}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.replace("/postgres?", f"/{name}?")
    _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(server: str, statement: str) -> None:
    keeper = create_engine(server, isolation_level="AUTOCOMMIT")
    with keeper.connect() as connection:
        connection.execute(text(statement))
    keeper.dispose()


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


@pytest.fixture
def register(tmp_path: Path) -> Callable[..., Snapshot]:
    """A register written as a text table: `register(cases, evaluations, backlog)`, each None or a table like

        place_code | due_at     | closed_at
        -----------+------------+-----------
        north      | 2022-06-01 | 2022-05-30

    with the headings of the schema. Blank cells are not given; what every case must have is filled in: case_id
    (c1, c2, ...) and registered_at (2022-01-01).
    """
    made = count(1)

    def build(cases: str = "", evaluations: str = "", backlog: str = "", **about: Any) -> Snapshot:
        rows = text_table(cases)
        for number, row in enumerate(rows, start=1):
            row["case_id"] = row.get("case_id") or f"c{number}"
            row["registered_at"] = row.get("registered_at") or "2022-01-01"
        return build_from_frames(
            tmp_path / f"snapshot{next(made)}",
            typed(rows),
            typed(text_table(evaluations)),
            typed(text_table(backlog)) if backlog else None,
            **about,
        )

    return build


def text_table(text: str) -> list[dict[str, str | None]]:
    """The rows of a text table."""
    lines = [line for line in text.splitlines() if line.strip() and not set(line.strip()) <= set("-+")]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [{name: cell or None for name, cell in zip(cells[0], row, strict=True)} for row in cells[1:]]


def typed(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    """Text rows in the types of the schema."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    kinds = {column.name: column.type for table in metadata.sorted_tables for column in table.columns}
    return frame.with_columns(
        (pl.col(name) == "yes").alias(name) if isinstance(kinds.get(name), Boolean) else pl.col(name).cast(pl.Int64)
        for name in frame.columns
        if isinstance(kinds.get(name), Boolean | Integer)
    )


@pytest.fixture(scope="session")
def duckdb_engine() -> Iterator[DuckDBEngine]:
    """One for all tests; it holds nothing between two questions."""
    with closing(DuckDBEngine(threads=1)) as engine:
        yield engine


@pytest.fixture(params=["polars", "duckdb"])
def figures(request: pytest.FixtureRequest) -> Callable[..., list[tuple[Any, ...]]]:
    """What a measure says of a register: (group, numerator, denominator, value) a row, on each engine in turn.

    `figures(snapshot, name, by, as_of="2022-06-30", ...)`; days are text, other options those of Filters.
    """
    engine = PolarsEngine() if request.param == "polars" else request.getfixturevalue("duckdb_engine")

    def read(snapshot: Snapshot, name: str, by: str | None = None, **options: Any) -> list[tuple[Any, ...]]:
        for day in {"as_of", "start", "end"} & set(options):
            options[day] = date.fromisoformat(options[day])
        frame = evaluate(snapshot, name, [by] if by else [], Filters(**options), engine)
        return frame.select(*([by] if by else []), "numerator", "denominator", "value").rows()

    return read

"""Generate registers, measure every engine on them, compare the answers."""

import importlib.util
import math
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from dashboard.bench.worker import ENGINES, Measured, Work, memory
from dashboard.bench.workload import opened, scenarios
from dashboard.cli.console import inform, progress
from dashboard.state.choices import Choices
from dashboard.state.session import Session
from queries.errors import SettingsError
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames, current
from seed import demo, load

FIRST_DAY, LAST_DAY = date(2016, 7, 1), date(2022, 6, 30)  # 72 months
PLACES_PER_MILLION = 300  # areas of the generated register, as many as a prefecture has townships
IMPORTED_AT_MOST = 1_000_000  # rows of the file that is imported
PEERS = ("duckdb", "pandas")


@dataclass(frozen=True)
class Imported:
    """The way of a file into the store and of the store into a snapshot.

    Attributes:
        first, again, snapshot: elapsed and CPU seconds of the import, of the same file again, of the snapshot.
        peak: MB resident at most.
    """

    rows: int
    first: tuple[float, float]
    again: tuple[float, float]
    snapshot: tuple[float, float]
    peak: float


@dataclass(frozen=True)
class Sized:
    """What was found at one size.

    Attributes:
        build_seconds: of a snapshot from frames, without making them.
        engines: what each worker found.
        whole_pages: (scenario, page) to milliseconds for the page's views, with words, once.
        work: scenario to page to the calls asked.
        differing: (engine, scenario, page, question) whose answer differs from ours.
    """

    rows: int
    disk: float
    build_seconds: float
    build_peak: float
    engines: dict[str, Measured]
    whole_pages: dict[tuple[str, str], float]
    work: Work
    differing: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def questions(self) -> dict[tuple[str, str], int]:
        """(scenario, page) to the number of calls."""
        return {(scenario, page): len(calls) for scenario, by in self.work.items() for page, calls in by.items()}


def missing_peers() -> list[str]:
    """Packages of the group `bench` that are not installed."""
    return [name for name in PEERS if importlib.util.find_spec(name) is None]


def measure_import(rows: int) -> Imported:
    """Import a generated CSV into SQLite, the same again, and build the snapshot from the store.

    In a process of its own, so that memory is that of the import alone.
    """
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as name:
        folder = Path(name)
        demo.write_file(folder / "register.csv", rows)
        code = "import sys; from dashboard.bench.run import import_once; import_once(sys.argv[1])"
        subprocess.run([sys.executable, "-c", code, name], check=True)
        return pickle.loads((folder / "imported.pickle").read_bytes())  # type: ignore[no-any-return]  # written by import_once


def import_once(folder: str) -> None:
    """See `measure_import`; leaves its finding in `imported.pickle`."""
    data = Path(folder, "data")
    settings = Settings(data, f"sqlite:///{data / 'huiyin.db'}")
    marks = [_now()]
    with progress("import") as tell:
        report = load.run([Path(folder, "register.csv")], settings, None, lambda now: tell(now.done, now.total))
    marks.append(_now())
    with progress("the same file again") as tell:
        load.run([Path(folder, "register.csv")], settings, None, lambda now: tell(now.done, now.total))
    marks.append(_now())
    current(settings)
    marks.append(_now())
    first, again, built = ((end[0] - start[0], end[1] - start[1]) for start, end in pairwise(marks))
    found = Imported(report.rows_read, first, again, built, memory()["peak"])
    Path(folder, "imported.pickle").write_bytes(pickle.dumps(found))


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def measure_size(cases: int, engines: Sequence[str], rounds: int | None = None) -> Sized:
    """Measure the pages of a register of this size in every engine, each page so often (`worker.ROUNDS`)."""
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as name:
        folder = Path(name)
        seconds, peak = _in_process("build", folder, cases)
        snapshot = Snapshot.open(folder / "snapshot")
        selections = scenarios(snapshot)
        *_, smallest = selections.values()
        settings = Settings(folder, "sqlite://")
        reader = Session(settings, "zh", False, snapshot, smallest, Choices(), snapshot.as_of)
        opened(reader, smallest)  # what is loaded once belongs to no page
        pages = {name: opened(reader, filters) for name, filters in selections.items()}
        work: Work = {name: {page: calls for page, (calls, _) in by.items()} for name, by in pages.items()}
        whole = {(name, page): elapsed for name, by in pages.items() for page, (_, elapsed) in by.items()}
        (folder / "work.pickle").write_bytes(pickle.dumps(work))
        _in_process("copies", folder, cases)
        found = {}
        for engine in engines:
            inform(f"{cases:,} items: {engine} ...")
            code = "import sys; from dashboard.bench.worker import main; main(*sys.argv[1:])"
            subprocess.run([sys.executable, "-c", code, engine, name, str(rounds or "")], check=True)
            found[engine] = pickle.loads((folder / f"{engine}.pickle").read_bytes())
        disk = sum(file.stat().st_size for file in (folder / "snapshot").rglob("*.arrow")) / 1e6
        return Sized(snapshot.rows["cases"], disk, seconds, peak, found, whole, work, _differing(found, work))


def _in_process(step: str, folder: Path, cases: int) -> tuple[float, float]:
    """Run a step of this module on its own; its seconds and its memory at most."""
    code = f"import sys; from dashboard.bench.run import {step}; {step}(sys.argv[1], int(sys.argv[2]))"
    subprocess.run([sys.executable, "-c", code, str(folder), str(cases)], check=True)
    seconds, peak = (folder / f"{step}.txt").read_text().split()
    return float(seconds), float(peak)


def build(folder: str, cases: int) -> None:
    """Generate a register and build its snapshot."""
    places = max(12, PLACES_PER_MILLION * cases // 1_000_000)
    spent = 0.0
    evaluations: list[pl.DataFrame] = []

    def batches() -> Iterator[pl.DataFrame]:
        nonlocal spent
        with progress(f"{cases:,} items") as tell:
            done, started = 0, time.perf_counter()
            for chunk in demo.register(cases, places=places, first_day=FIRST_DAY, last_day=LAST_DAY):
                spent += time.perf_counter() - started
                evaluations.append(chunk.evaluations)
                yield chunk.cases
                done += chunk.cases.height
                tell(done, cases)
                started = time.perf_counter()

    started = time.perf_counter()
    build_from_frames(Path(folder, "snapshot"), batches(), iter(evaluations))
    Path(folder, "build.txt").write_text(f"{time.perf_counter() - started - spent} {memory()['peak']}")


def copies(folder: str, cases: int) -> None:
    """The same rows for DuckDB: a table of its own, sorted by registration, and Parquet files."""
    import duckdb

    snapshot = Snapshot.open(Path(folder, "snapshot"))
    connection = duckdb.connect(str(Path(folder, "native.duckdb")))
    connection.execute("SET enable_progress_bar = false")
    for table in ("cases", "evaluations"):
        rows = pl.concat([part.frame for part in snapshot.partitions(table)])
        connection.register("rows", rows.to_arrow())
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM rows")
        connection.unregister("rows")
        rows.write_parquet(Path(folder, f"{table}.parquet"), compression="zstd", row_group_size=122_880)
    connection.close()
    Path(folder, "copies.txt").write_text(f"0 {memory()['peak']}")


def _differing(found: dict[str, Measured], work: Work) -> list[tuple[str, str, str, str]]:
    ours = found["huiyin"].answers
    wrong = []
    for engine, measured in found.items():
        for (scenario, page), answers in measured.answers.items():
            for call, own, other in zip(work[scenario][page], ours[scenario, page], answers, strict=True):
                for name, rows in own.items():
                    if rows and not _equal(rows, other[name]):
                        wrong.append((engine, scenario, page, f"{call.function} {name} by {', '.join(call.by) or '-'}"))
    return wrong


def _equal(rows: Sequence[tuple[Any, ...]], other: Sequence[tuple[Any, ...]]) -> bool:
    """Whether two answers hold the same counts, and the same quantiles up to the last bits of a float."""
    return len(rows) == len(other) and all(
        math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-9) if isinstance(one, float) and isinstance(two, float)
        else one == two
        for row, row_of_other in zip(rows, other, strict=True)
        for one, two in zip(row, row_of_other, strict=True)
    )  # fmt: skip


def usable_engines() -> list[str]:
    """Engines that can be measured here.

    Raises:
        SettingsError: the peers are not installed.
    """
    missing = missing_peers()
    if missing:
        raise SettingsError(
            f"Not installed: {', '.join(missing)}. They belong to the group `bench`: make bench installs them, "
            "or: uv sync --group bench."
        )
    return list(ENGINES)


__all__ = ["Imported", "Sized", "measure_import", "measure_size", "missing_peers", "usable_engines"]

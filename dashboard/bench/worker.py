"""One engine in a process of its own: opens the data, answers every call, says how long it took and how much it held.

Started by `dashboard.bench.run` with the engine and a folder: it holds the snapshot, its copies for the others, and
`work.pickle` (scenario to page to calls); `ENGINE.pickle` receives a `Measured`.
"""

import gc
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from dashboard.bench.calls import FUNCTIONS, Answer, Call
from queries.dimensions import GRAINS
from queries.snapshot import Snapshot

ROUNDS = {"huiyin": 5, "duckdb_planned": 5, "duckdb_parquet": 3, "pandas": 1}
"""How often each page is asked, once it has been answered; the median counts. The slow ones vary less."""

Work = dict[str, dict[str, list[Call]]]


@dataclass
class Measured:
    """What a worker found.

    Attributes:
        open_seconds: until the data could be asked.
        opened: private memory in MB of the process with the data open, and what opening added to it.
        peak: memory in MB at most, of the whole process.
        pages: (scenario, page) to (CPU milliseconds, elapsed milliseconds), medians of ROUNDS.
        answers: (scenario, page) to one answer a call, keys in place of codes.
    """

    open_seconds: float
    opened: dict[str, float] = field(default_factory=dict)
    peak: dict[str, float] = field(default_factory=dict)
    pages: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)


def main(engine: str, where: str, rounds: str = "") -> None:
    """Measure one engine, each page so often; without a number as often as ROUNDS says."""
    folder = Path(where)
    work: Work = pickle.loads((folder / "work.pickle").read_bytes())
    before = memory()
    started = time.perf_counter()
    ask, snapshot = ENGINES[engine](folder)
    measured = Measured(time.perf_counter() - started)
    after = memory()
    measured.opened = {"private": after["private"], "added": after["private"] - before["private"]}
    measured.peak = dict(after)
    for scenario, by_page in work.items():
        for page, calls in by_page.items():
            measured.answers[scenario, page] = [named(ask(call), call, snapshot) for call in calls]
            measured.pages[scenario, page] = timed(partial(_ask_all, ask, calls), int(rounds or ROUNDS[engine]))
            measured.peak = {kind: max(value, measured.peak[kind]) for kind, value in memory().items()}
    (folder / f"{engine}.pickle").write_bytes(pickle.dumps(measured))


def _ask_all(ask: "Ask", calls: Sequence[Call]) -> None:
    for call in calls:
        ask(call)


def timed(ask: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Median CPU and elapsed milliseconds of a few rounds."""
    cpu, wall = [], []
    for _ in range(rounds):
        gc.collect()
        c, w = time.process_time(), time.perf_counter()
        ask()
        cpu.append((time.process_time() - c) * 1000)
        wall.append((time.perf_counter() - w) * 1000)
    return sorted(cpu)[rounds // 2], sorted(wall)[rounds // 2]


def memory() -> dict[str, float]:
    """Private (anonymous) and resident memory of this process in MB, and what was resident at most (`peak`)."""
    # not getrusage: its maximum is inherited from the process that started this one
    kinds = {"RssAnon:": "private", "VmRSS:": "resident", "VmHWM:": "peak"}
    lines = [line.split() for line in Path("/proc/self/status").read_text().splitlines()]
    return {kinds[line[0]]: int(line[1]) / 1024 for line in lines if line and line[0] in kinds}


Ask = Callable[[Call], Answer]


def _huiyin(folder: Path) -> tuple[Ask, Snapshot]:
    snapshot = Snapshot.open(folder / "snapshot")
    for table in ("cases", "evaluations", "backlog"):
        for part in snapshot.partitions(table):
            _ = part.frame

    def ask(call: Call) -> Answer:
        function, arguments = FUNCTIONS[call.function], {"by": call.by, "filters": call.filters}
        if call.function == "matter_sizes":
            del arguments["by"]
        if call.function == "evaluate":
            arguments["names"] = call.names
        frame = function(snapshot, **arguments)
        if call.function != "evaluate":
            return {"": frame}
        return frame  # type: ignore[no-any-return]  # `named` reads the rows, outside the time measured

    return ask, snapshot


def _duckdb(folder: Path, *, planned: bool) -> tuple[Ask, Snapshot]:
    import duckdb

    from dashboard.bench import sql

    snapshot = Snapshot.open(folder / "snapshot")
    connection = duckdb.connect(str(folder / "native.duckdb") if planned else ":memory:", read_only=planned)
    connection.execute("SET enable_progress_bar = false")  # drawn after two seconds, at the expense of the query
    if not planned:
        for table in ("cases", "evaluations"):
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{folder / table}.parquet')")

    def query(text: str) -> list[tuple[Any, ...]]:
        return connection.execute(text).fetchall()

    return lambda call: sql.answer(query, snapshot, call, planned=planned), snapshot


def _pandas(folder: Path) -> tuple[Ask, Snapshot]:
    from dashboard.bench import frames

    snapshot = Snapshot.open(folder / "snapshot")
    tables = frames.tables(snapshot)
    return lambda call: frames.answer(tables, snapshot, call), snapshot


ENGINES: dict[str, Callable[[Path], tuple[Ask, Snapshot]]] = {
    "huiyin": _huiyin,
    "duckdb_planned": lambda folder: _duckdb(folder, planned=True),
    "duckdb_parquet": lambda folder: _duckdb(folder, planned=False),
    "pandas": _pandas,
}


def named(answer: Any, call: Call, snapshot: Snapshot) -> Answer:
    """An answer in one form for all engines: keys for codes, sorted, without measures the register cannot give."""
    if call.function == "evaluate" and not isinstance(answer, dict):
        return _ours(answer, call)
    if not isinstance(answer.get(""), list) and "" in answer:
        return {"": _ours_other(answer[""], call)}
    keys = {name: snapshot.dimension(name)["key"].to_list() for name in call.by if name not in GRAINS}
    found: Answer = {}
    for name, rows in answer.items():
        width = len(call.by)
        found[name] = sorted(
            (*(keys[at][cell] if at in keys else cell for at, cell in zip(call.by, row, strict=False)),
             *row[width:])
            for row in rows
        )  # fmt: skip
    return found


def _ours(frame: Any, call: Call) -> Answer:
    found: Answer = {}
    for name in call.names:
        computed = pl.col("reason").is_null() | (pl.col("reason") == "no_cases")
        rows = frame.filter((pl.col("measure") == name) & computed)
        quantile = name.startswith("days_to_close")
        found[name] = sorted(
            (
                *(row[group] for group in call.by),
                row["numerator"],
                row["numerator"] if row["denominator"] is None else row["denominator"],
                row["excluded"],
                row["value"] if quantile else None,
            )
            for row in rows.iter_rows(named=True)
        )
    return found


def _ours_other(frame: Any, call: Call) -> list[tuple[Any, ...]]:
    columns = {
        "open_ages": ["band", "items", "overdue"],
        "open_by_due_date": ["state", "low", "items"],
        "closing_days": ["days", "items"],
        "matter_sizes": ["items_per_matter", "matters", "items"],
        "satisfaction_components": [
            "satisfied", "basically_satisfied", "dissatisfied", "evaluated", "expired", "open",
        ],
    }[call.function]  # fmt: skip
    rows = frame.select(*call.by, *columns).rows()
    if call.function == "open_by_due_date":
        low = {1: 1, 8: 2, 15: 3, 31: 4}
        band = {"overdue": 0, "no_due_date": 5}
        rows = [(*row[:-3], band.get(row[-3], low.get(row[-2])), row[-1]) for row in rows]
    return sorted(rows)

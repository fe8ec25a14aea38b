"""The measured numbers as tables, as JSON, and against the targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.bench.run import Imported, Sized

PEERS = {
    "duckdb_planned": "DuckDB, our plan",
    "duckdb_parquet": "DuckDB on Parquet, SQL a measure",
    "pandas": "pandas",
}
TARGET_ROWS = 9_000_000  # targets are for ten million items, of which a few are not counted
OPEN_SECONDS, PRIVATE_MB = 0.15, 150.0
NARROW_MILLISECONDS = 20.0  # CPU, a page
RATIOS = {"duckdb_planned": 1.0, "duckdb_parquet": 3.0, "pandas": 6.0}
"""How much more CPU time than ours the peers need at least, over all pages of a selection."""

SCENARIOS = {"all": "all time", "year": "last 12 months", "narrow": "6 months, 3 channels, 10 places"}


@dataclass(frozen=True)
class Judged:
    """A target, what was measured, and whether it is met."""

    target: str
    measured: str
    met: bool


def page_rows(sized: Sized) -> list[list[str]]:
    """One line a selection and page: our CPU and elapsed milliseconds, each peer's CPU as a multiple of ours."""
    ours = sized.engines["huiyin"].pages
    lines = []
    for scenario in dict.fromkeys(scenario for scenario, _ in ours):
        pages = [page for known, page in ours if known == scenario]
        for page in [*pages, "together"]:
            wanted = pages if page == "together" else [page]
            own = _cpu(sized, "huiyin", scenario, wanted)
            elapsed = sum(ours[scenario, each][1] for each in wanted)
            whole = sum(sized.whole_pages[scenario, each] for each in wanted)
            times = [_cpu(sized, engine, scenario, wanted) for engine in PEERS if engine in sized.engines]
            cells = [f"{time:,.0f} ({time / own:.1f}x)" for time in times]
            questions = sum(sized.questions[scenario, each] for each in wanted)
            lines.append(
                [SCENARIOS[scenario], page, str(questions), f"{own:,.0f}", f"{elapsed:,.0f}", f"{whole:,.0f}", *cells]
            )
    return lines


def _cpu(sized: Sized, engine: str, scenario: str, pages: Sequence[str]) -> float:
    return sum(sized.engines[engine].pages[scenario, page][0] for page in pages)


def memory_rows(sized: Sized) -> list[list[str]]:
    """One line an engine: seconds to open; private MB once open, added by opening, at most; resident MB at most."""
    return [
        [
            PEERS.get(engine, "Huiyin"),
            f"{found.open_seconds:.3f}",
            f"{found.opened['private']:,.0f}",
            f"{found.opened['added']:,.0f}",
            f"{found.peak['private']:,.0f}",
            f"{found.peak['peak']:,.0f}",
        ]
        for engine, found in sized.engines.items()
    ]


def judged(sized: Sized) -> list[Judged]:
    """The targets, for a register of ten million items."""
    own = sized.engines["huiyin"]
    found = [Judged("all engines give the same answers", f"{len(sized.differing)} differ", not sized.differing)]
    for engine, least in RATIOS.items():
        for scenario, words in SCENARIOS.items():
            pages = [page for known, page in own.pages if known == scenario]
            ratio = _cpu(sized, engine, scenario, pages) / _cpu(sized, "huiyin", scenario, pages)
            found.append(
                Judged(f"{PEERS[engine]}, {words}: ≥ {least:g}x our CPU time", f"{ratio:.1f}x", ratio >= least)
            )
    slowest = max((time[0], page) for (scenario, page), time in own.pages.items() if scenario == "narrow")
    measured = f"{slowest[0]:.0f} ms ({slowest[1]})"
    found.append(Judged(f"narrow page ≤ {NARROW_MILLISECONDS:g} ms CPU", measured, slowest[0] <= NARROW_MILLISECONDS))
    found.append(Judged(f"open ≤ {OPEN_SECONDS:g} s", f"{own.open_seconds:.3f} s", own.open_seconds <= OPEN_SECONDS))
    private = own.opened["private"]
    found.append(
        Judged(
            f"private memory of a process with the snapshot open ≤ {PRIVATE_MB:g} MB",
            f"{private:.0f} MB",
            private <= PRIVATE_MB,
        )
    )
    return found


def as_json(imported: Imported | None, sizes: Sequence[Sized]) -> dict[str, Any]:
    """Every number measured."""
    return {
        "import": vars(imported) if imported else None,
        "sizes": [
            {
                "rows": sized.rows,
                "disk_mb": sized.disk,
                "build_seconds": sized.build_seconds,
                "build_peak_mb": sized.build_peak,
                "differing": [" ".join(each) for each in sized.differing],
                "questions": {f"{scenario} {page}": number for (scenario, page), number in sized.questions.items()},
                "whole_pages_ms": {f"{scenario} {page}": ms for (scenario, page), ms in sized.whole_pages.items()},
                "engines": {
                    engine: {
                        "open_seconds": found.open_seconds,
                        "opened_mb": found.opened,
                        "peak_mb": found.peak,
                        "pages": {
                            f"{scenario} {page}": {"cpu_ms": cpu, "elapsed_ms": elapsed}
                            for (scenario, page), (cpu, elapsed) in found.pages.items()
                        },
                    }
                    for engine, found in sized.engines.items()
                },
                "targets": [vars(each) for each in judged(sized)] if sized.rows >= TARGET_ROWS else None,
            }
            for sized in sizes
        ],
    }

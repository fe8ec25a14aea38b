"""The demo written as a file and imported gives the figures of the demo loaded directly."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from queries import snapshot as snapshots
from queries.counting.evaluate import evaluate
from queries.measures import measures
from queries.settings import Settings
from queries.snapshot import Snapshot
from seed import demo
from seed import load as registers
from tests.installations import DemoOf, copied, empty

CASES = 1_500
BREAKDOWNS = ((), ("place",), ("office",), ("month",), ("topic_l3",), ("is_repeat",))


def installation(folder: Path) -> Settings:
    return empty(folder)


@pytest.fixture(scope="module")
def direct(demo_of: DemoOf) -> Snapshot:
    return snapshots.current(demo_of(CASES))


def figures(snapshot: Snapshot, breakdown: tuple[str, ...]) -> pl.DataFrame:
    names = [name for name, measure in measures().items() if measure.table != "backlog"]
    return evaluate(snapshot, names, by=list(breakdown)).sort("measure", *breakdown)


@pytest.mark.parametrize(("name", "encoding"), [("r.csv", "gb18030"), ("r.tsv", "utf-8"), ("r.xlsx", "utf-8")])
def test_the_imported_file_gives_the_same_figures(direct: Snapshot, tmp_path: Path, name: str, encoding: str):
    settings = installation(tmp_path / "data")
    path = demo.write_file(tmp_path / name, CASES, encoding=encoding)
    report = registers.run(path, settings)
    assert (report.new, report.rejected, report.as_of) == (CASES, 0, direct.as_of)
    assert (report.ignored, report.dropped_personal) == ((), ())
    imported = snapshots.current(settings)
    assert not imported.is_demo
    for breakdown in BREAKDOWNS:
        assert_frame_equal(figures(imported, breakdown), figures(direct, breakdown))


def test_the_file_replaces_the_demo_it_was_written_from(tmp_path: Path, demo_of: DemoOf):
    settings = copied(demo_of(CASES), tmp_path / "data")
    registers.run(demo.write_file(tmp_path / "r.csv", CASES), settings)
    assert not snapshots.current(settings).is_demo

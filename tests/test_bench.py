"""The benchmark compares like with like: DuckDB and pandas, written by hand, give the answers of the pages."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboard.bench import report, run, workload
from dashboard.bench.run import Sized
from dashboard.cli import app

pytest.importorskip("duckdb", reason="duckdb is not installed (uv sync --group bench)")
pytest.importorskip("pandas", reason="pandas is not installed (uv sync --group bench)")
pytestmark = pytest.mark.filterwarnings("default")  # what the peers warn of is not ours to mend


def in_this_process(command: list[str], *, check: bool) -> None:
    """What a process of its own would do, without loading every library once more; only memory is measured by it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", command[2:])
        exec(command[2], {})


@pytest.fixture(scope="module")
def sized() -> Iterator[Sized]:
    """Measured under one selection of the three: each asks the same questions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "scenarios", lambda snapshot: {"narrow": workload.scenarios(snapshot)["narrow"]})
        patch.setattr(run.subprocess, "run", in_this_process)
        patch.setattr(report, "SCENARIOS", {"narrow": report.SCENARIOS["narrow"]})
        yield run.measure_size(3_000, run.usable_engines(), rounds=1)


def test_every_engine_gives_the_same_answers_on_every_page(sized: Sized) -> None:
    assert sized.differing == []


def test_every_page_asks_something_and_is_answered(sized: Sized) -> None:
    for engine, found in sized.engines.items():
        for place, answers in found.answers.items():
            assert len(answers) == sized.questions[place] > 0, (engine, place)
    everything = [
        rows for answers in sized.engines["huiyin"].answers.values() for each in answers for rows in each.values()
    ]
    assert sum(map(len, everything)) > 300


def test_a_wrong_answer_is_found(sized: Sized) -> None:
    found = sized.engines["pandas"]
    place = ("narrow", "overview")
    first = found.answers[place][0]
    name, rows = next(iter(first.items()))
    wrong = {**first, name: [(*rows[0][:-4], rows[0][-4] + 1, *rows[0][-3:]), *rows[1:]]}
    spoilt = replace(found, answers={**found.answers, place: [wrong, *found.answers[place][1:]]})
    differing = run._differing({"huiyin": sized.engines["huiyin"], "pandas": spoilt}, sized.work)
    assert [each[:3] for each in differing] == [("pandas", "narrow", "overview")]


def test_the_numbers_go_into_a_json_file(sized: Sized) -> None:
    told = json.loads(json.dumps(report.as_json(None, [sized])))
    assert told["sizes"][0]["rows"] == sized.rows
    assert set(told["sizes"][0]["engines"]) == {"huiyin", *report.PEERS}


def test_every_target_is_judged(sized: Sized) -> None:
    assert {each.met for each in report.judged(sized)} <= {True, False}
    assert len(report.judged(sized)) == 1 + len(report.RATIOS) * len(report.SCENARIOS) + 3


def test_a_missing_peer_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "missing_peers", lambda: ["duckdb"])
    result = CliRunner().invoke(app, ["bench"], env={"HUIYIN_DATA_DIR": str(tmp_path)})
    assert result.exit_code == 1
    assert "make bench" in result.stderr


@pytest.mark.parametrize("sizes", ["many", "10", "1000000,"])
def test_a_size_that_is_none_is_refused(sizes: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bench", "--cases", sizes], env={"HUIYIN_DATA_DIR": str(tmp_path)})
    assert result.exit_code == 2

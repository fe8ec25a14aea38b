"""The old state or the new one, whatever happens; and the demo makes way for the first real register."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import select

from queries.schema import import_run, office, petition_case, store_state, target
from queries.settings import Settings
from queries.store import open_store
from seed.load import check, run
from tests.installations import copied
from tests.seed.registers import write_register

ROWS = 12_000
FEW = 700
_IMPORT = """
import sys
from pathlib import Path
from queries.settings import Settings
from seed import load
from seed.readers import text
text.BLOCK_BYTES = 52_000  # many small chunks, many moments to be killed at
folder, path = Path(sys.argv[1]), sys.argv[2]
load.run(path, Settings(folder, f"sqlite:///{folder / 'huiyin.db'}"), progress=lambda p: print(p.phase, flush=True))
print("done", flush=True)
"""


def state(settings: Settings):
    with closing(sqlite3.connect(settings.data_dir / "huiyin.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        one = ("SELECT count(*) FROM petition_case", "SELECT count(closed_at) FROM petition_case",
               "SELECT count(*) FROM import_run", "SELECT version FROM store_state")  # fmt: skip
        return tuple(connection.execute(statement).fetchone()[0] for statement in one)


@pytest.fixture(scope="module")
def two_exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    old = write_register(folder / "old.csv", [{} for _ in range(1_000)])
    new = write_register(folder / "new.csv", [{"closed": "2022-04-01"} for _ in range(ROWS)])
    return old, new


def killed_after(settings: Settings, path, lines: int) -> bool:
    """Start an import, kill it once it printed so many lines; whether it was still running."""
    command = [sys.executable, "-c", _IMPORT, str(settings.data_dir), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(lines):
            if not process.stdout.readline():
                break
        os.kill(process.pid, signal.SIGKILL)
    return process.returncode == -signal.SIGKILL


def test_a_killed_import_leaves_the_old_state_and_the_next_one_completes(settings, two_exports):
    old, new = two_exports
    run(old, settings)
    before = state(settings)
    assert before == (1_000, 0, 1, 1)
    expected = (ROWS, ROWS, 2, 2)
    chosen = random.Random(7)
    for lines in (1, chosen.randint(2, 20), chosen.randint(25, 36), chosen.randint(37, 48)):
        assert killed_after(settings, new, lines)
        assert state(settings) in (before, expected)
        if state(settings) == expected:
            break
    if state(settings) == before:
        report = run(new, settings)
        assert (report.new, report.changed) == (ROWS - 1_000, 1_000)
    assert state(settings) == expected


def test_the_first_real_register_replaces_the_demo(tmp_path, settings, demo_of):
    copied(demo_of(FEW), settings.data_dir)
    register = write_register(tmp_path / "r.csv", [{}])
    dry = check(register, settings)
    report = run(register, settings)
    assert any("demo data is replaced" in note.en for note in dry.notes)
    assert any("demo data is replaced" in note.en for note in report.notes)
    engine = open_store(settings)
    with engine.connect() as connection:
        assert connection.execute(select(petition_case.c.case_id)).scalars().all() == ["ZH001"]
        assert connection.execute(select(import_run.c.is_demo)).scalars().all() == [False]
        assert set(connection.execute(select(office.c.office_id)).scalars()) == {"西岸镇", "住建局"}
        assert connection.execute(select(target)).all() == []
        assert connection.execute(select(store_state.c.version)).scalar() == 2
    engine.dispose()


def test_a_refused_register_leaves_the_demo(tmp_path, settings, demo_of):
    copied(demo_of(FEW), settings.data_dir)
    (tmp_path / "r.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Exception, match="registered at"):
        run(tmp_path / "r.csv", settings)
    engine = open_store(settings)
    with engine.connect() as connection:
        assert len(connection.execute(select(petition_case.c.case_no)).all()) == FEW
    engine.dispose()


def test_the_map_of_the_demo_goes_with_it_and_a_map_of_the_bureau_stays(settings, tmp_path, demo_of):
    copied(demo_of(FEW), settings.data_dir)
    assert settings.map_file.exists()
    run(write_register(tmp_path / "a.csv", [{}]), settings)
    assert not settings.map_file.exists()
    own = '{"features": [{"properties": {"name": "a"}, "geometry": null}]}'
    settings.map_file.write_text(own)
    run(write_register(tmp_path / "b.csv", [{}]), settings)
    assert settings.map_file.read_text() == own

"""What holds for every register: rows add up, nothing personal stays, a second import changes nothing."""

import csv
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.settings import Settings
from queries.store import open_store
from seed.load import check, run
from tests.examples import SLOW
from tests.installations import empty
from tests.seed.registers import HEADINGS, everything_in, stored

SECRET = "机密甲乙丙"  # stands in every personal cell; must be found nowhere
PERSONAL = ("姓名", "身份证号码", "联系电话", "住址", "投诉内容", "扬言内容", "Complainant Name", "home address")
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y.%m.%d %H:%M:%S")
_moments = st.datetimes(datetime(2000, 1, 1), datetime(2024, 12, 31)).map(lambda moment: moment.replace(microsecond=0))  # noqa: DTZ001  no zone
_written = st.tuples(_moments, st.sampled_from(_FORMS)).map(lambda pair: pair[0].strftime(pair[1]))
_noise = st.sampled_from(["", "-", "不详", "N/A", "0", "9999-99-99", "12月", "??", "2022-02-30"])
_rows = st.fixed_dictionaries(
    {
        "id": st.sampled_from([f"A{number}" for number in range(12)]) | st.just(""),
        "registered": _written | _written | _written | _noise,
        "channel": st.sampled_from(["来信", "来访", "信鸽", ""]),
        "people": st.sampled_from(["1", "2人", "0", "-3", "若干", ""]),
        "place": st.sampled_from(["西岸镇", " 西岸镇", "西岸镇(街道)", "西岸镇（街道）", ""]),
        "first": st.sampled_from(["是", "否", "", "?"]),
        "repeat": st.sampled_from(["是", "否", ""]),
        "national": st.sampled_from(["是", "否", ""]),
        "forwarded": _written | _noise,
        "accepted": _written | _noise,
        "due": _written | _noise,
        "closed": _written | _noise,
        "extended": st.sampled_from(["0", "30", "31", "x", ""]),
    }
)
_registers = st.lists(_rows, min_size=1, max_size=15)


@pytest.fixture
def fresh(tmp_path):
    """Makes installations with an empty store, one an example."""
    numbers = count()

    def make() -> Settings:
        return empty(tmp_path / str(next(numbers)))

    return make


def write(installation: Settings, rows, encoding="utf-8", name="register.csv") -> Path:
    path = installation.data_dir / name
    names = list(_rows_keys())
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(HEADINGS[name] for name in names), *PERSONAL])
        writer.writerows([*(row[name] for name in names), *([SECRET] * len(PERSONAL))] for row in rows)
    return path


def _rows_keys():
    return ("id", "registered", "channel", "people", "place", "first", "repeat", "national", "forwarded", "accepted",
            "due", "closed", "extended")  # fmt: skip


def held(installation: Settings):
    engine = open_store(installation)
    rows = stored(engine, "case_id", "registered_at", "closed_at", "place_code", "unusable", "import_id")
    engine.dispose()
    return rows


def text_of(installation: Settings) -> str:
    engine = open_store(installation)
    text = everything_in(engine)
    engine.dispose()
    return text


@given(rows=_registers, encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
@SLOW
def test_rows_add_up_a_second_import_changes_nothing_and_nothing_personal_stays(fresh, rows, encoding):
    installation = fresh()
    path = write(installation, rows, encoding)
    dry = check(path, installation)
    report = run(path, installation)
    kept = held(installation)
    assert report.rows_read == len(rows) == report.new + report.rejected
    assert (dry.new, dry.rejected, dry.quarantined, dry.checks) == (
        report.new, report.rejected, report.quarantined, report.checks,
    )  # fmt: skip
    assert len(kept) == report.new
    assert len({row[0] for row in kept}) == len(kept)
    assert sum(row[4] != 0 for row in kept) <= report.quarantined
    assert set(report.dropped_personal) == set(PERSONAL)
    again = run(path, installation)
    assert (again.new, again.changed, again.same) == (0, 0, report.new)
    assert (again.rejected, again.quarantined) == (report.rejected, report.quarantined)
    assert held(installation) == kept
    path.unlink()
    assert SECRET not in text_of(installation) + report.csv().decode() + repr(report)
    for file in installation.data_dir.rglob("*"):
        assert file.is_dir() or SECRET.encode() not in file.read_bytes()


@given(old=_registers, new=_registers)
@SLOW
def test_a_newer_file_leaves_what_it_alone_would_have_made_and_the_vanished(fresh, old, new):
    updated, alone = fresh(), fresh()
    run(write(updated, old), updated)
    before = {row[0]: row for row in held(updated)}
    report = run(write(updated, new), updated)
    run(write(alone, new), alone)
    expected = {row[0]: row[1:3] for row in held(alone)}
    result = {row[0]: row[1:3] for row in held(updated)}
    assert report.new + report.changed + report.same == len(expected)
    assert {identity: result[identity] for identity in expected} == expected
    vanished = set(before) - set(expected)
    assert {identity: result[identity] for identity in vanished} == {
        identity: before[identity][1:3] for identity in vanished
    }
    assert set(result) == set(expected) | vanished

"""Uploads are checked and imported one at a time, and nothing of them stays behind."""

import fcntl
import os
import time
from threading import Event

import pytest

from dashboard import desk as desk_module
from dashboard.desk import Desk, file_name
from dashboard.state.import_work import ImportWork, Upload
from queries.errors import BadMapping, StoreBusy, UnreadableFile
from queries.snapshot import current
from seed import load
from tests.installations import copied
from tests.seed.registers import write_register


@pytest.fixture
def register(tmp_path) -> Upload:
    return Upload("register.csv", write_register(tmp_path / "register.csv", [{}, {}]).read_bytes())


@pytest.fixture
def desk(settings) -> Desk:
    return Desk(settings)


def ended(work: ImportWork) -> ImportWork:
    work.wait(30)
    assert not work.is_running
    return work


def left_behind(settings) -> list[str]:
    return [path.name for path in (settings.data_dir / "uploads").iterdir()]


def test_a_check_reports_and_writes_nothing(desk, settings, register):
    work = ended(desk.check([register], None))
    assert work.error is None
    assert (work.report.new, work.report.import_id) == (2, None)
    assert current(settings).rows["cases"] == 0
    assert left_behind(settings) == []


def test_an_import_is_in_the_snapshot_when_the_work_has_ended(desk, settings, register):
    work = ended(desk.run([register], None))
    assert work.report.import_id == 1
    assert current(settings).rows["cases"] == 2
    assert left_behind(settings) == []
    assert desk.running is None


def test_what_a_check_announces_is_what_an_import_over_the_demo_does(desk, settings, register, demo_of):
    copied(demo_of(700), settings.data_dir)
    announced = ended(desk.check([register], None)).report
    done = ended(desk.run([register], None)).report
    assert announced.checks == done.checks
    assert (announced.new, announced.notes) == (done.new, done.notes)


@pytest.mark.parametrize(
    ("content", "error"), [(b"", UnreadableFile), (b"PK\x03\x04rest", UnreadableFile), (b"a,b\n1,2\n", BadMapping)]
)
def test_a_file_that_is_no_register_ends_the_work_and_is_deleted_too(content, error, desk, settings):
    work = ended(desk.check([Upload("x.csv", content)], None))
    assert isinstance(work.error, error)
    assert work.error.said("zh") != str(work.error)
    assert left_behind(settings) == []


def test_a_mapping_may_be_uploaded_as_well(desk, register):
    mapping = Upload("mine.toml", '[columns]\ncase_id = "信访件编号"\nregistered_at = "登记时间"\n'.encode())
    report = ended(desk.check([register], mapping)).report
    assert report.source == "mine"
    assert set(report.used) == {"case_id", "registered_at"}


def test_a_mapping_that_is_not_utf8_is_named_as_such(desk, register):
    work = ended(desk.check([register], Upload("mine.toml", '[columns]\n登记 = "时间"'.encode("gb18030"))))
    assert isinstance(work.error, BadMapping)
    assert "UTF-8" in str(work.error)


def test_uploads_lie_in_a_folder_of_this_account_alone(desk, settings, register, monkeypatch):
    modes = []

    def look(paths, *_):
        modes.extend(path.stat().st_mode & 0o777 for path in (paths[0].parent.parent, paths[0].parent.parent.parent))

    monkeypatch.setattr(load, "check", look)
    ended(desk.check([register], None))
    assert modes == [0o700, 0o700]


def test_a_second_import_is_refused_while_one_is_running(desk, register, monkeypatch):
    go, run = Event(), load.run

    def slow(*arguments):
        go.wait(30)
        return run(*arguments)

    monkeypatch.setattr(load, "run", slow)
    first = desk.run([register], None)
    assert desk.running is first
    second = ended(desk.run([register], None))
    assert isinstance(second.error, StoreBusy)
    assert desk.running is first
    go.set()
    assert ended(first).report.new == 2


def test_what_a_killed_server_left_is_deleted_with_the_next_upload(desk, settings, register):
    above = settings.data_dir / "uploads"
    for name in ("left", "in-use"):
        (above / name).mkdir(parents=True)
        (above / name / ".lock").touch()
    hour_ago = time.time() - 3_600
    for name in ("left", "in-use"):
        os.utime(above / name, (hour_ago, hour_ago))
    with (above / "in-use" / ".lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended(desk.check([register], None))
        assert left_behind(settings) == ["in-use"]


def test_a_file_name_from_a_browser_never_leads_out_of_its_folder():
    assert file_name("../../etc/passwd", set()) == "passwd"
    assert file_name("C:\\登记\\三月.csv", set()) == "三月.csv"
    assert file_name("..", set()) == "file"
    assert file_name("a\x00b\n.csv", set()) == "ab.csv"
    assert file_name("三月.csv", {"三月.csv"}) == "三月 (2).csv"
    assert len(file_name("信" * 300 + ".csv", set()).encode()) < 255


def test_two_files_of_one_name_are_both_read(desk, tmp_path):
    one = write_register(tmp_path / "one.csv", [{"id": "A1"}]).read_bytes()
    two = write_register(tmp_path / "two.csv", [{"id": "A2"}]).read_bytes()
    report = ended(desk.check([Upload("三月.csv", one), Upload("三月.csv", two)], None)).report
    assert report.new == 2
    assert [file["name"] for file in report.files] == ["三月.csv", "三月 (2).csv"]


def test_progress_says_how_long_it_will_take():
    go = Event()
    work = ImportWork("import", ["x"], lambda tell: (tell("importing", 50, 100), go.wait(30)))
    while work.total is None:
        time.sleep(0.001)
    assert work.share == 0.5
    assert work.seconds_left is not None
    work.tell("publishing", 0, None)
    assert (work.share, work.seconds_left) == (1.0, None)
    go.set()
    ended(work)


def test_every_shipped_mapping_is_offered_with_its_title(desk):
    titles = desk.mappings()
    assert titles
    assert all(title.zh and title.en for title in titles.values())
    assert "registered_at" in desk.guide()


def test_a_failure_of_the_snapshot_does_not_undo_an_import(desk, register, monkeypatch, caplog):
    def fail(_):
        raise OSError("disk full")

    monkeypatch.setattr(desk_module, "current", fail)
    assert ended(desk.run([register], None)).report.new == 2
    assert "could not be built" in caplog.text

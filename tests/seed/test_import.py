"""An import as an office does it: what goes in, what is kept out, what is said."""

# ruff: noqa: DTZ001  the clocks of a register carry no zone

from datetime import date, datetime

import pytest
from sqlalchemy import select

from queries.checks import CHECKS, UNUSABLE
from queries.errors import BadMapping, UnreadableFile
from queries.schema import case_change, case_evaluation, import_finding, import_run, office
from queries.store import store_version
from seed.load import Progress, check, run
from tests.seed.registers import everything_in, stored, write_register

FILE_ONLY = pytest.mark.parametrize("any_settings", ["sqlite"], indirect=True)
"""On one kind of database: of what is read and judged before anything is written."""


@pytest.fixture
def import_rows(tmp_path, store, any_settings):
    """Imports rows as one file; keyword arguments are further columns."""

    def imported(*rows, name="register.csv", mapping=None, **extra):
        return run(write_register(tmp_path / name, rows, **extra), any_settings, mapping)

    return imported


def version(store):
    with store.connect() as connection:
        return store_version(connection)


def test_a_register_with_chinese_headings_needs_no_mapping(import_rows, store):
    report = import_rows(
        {"channel": "上访", "people": "5人", "forwarded": "2022年3月1日 14时05分", "closed": "2022/4/1"},
        encoding="gb18030",
    )
    assert (report.new, report.rejected, report.quarantined) == (1, 0, 0)
    columns = ("case_id", "channel", "petitioner_count", "is_first_local", "is_repeat", "forwarded_at", "closed_at")
    assert stored(store, *columns) == [
        ("ZH001", "visit", 5, True, False, datetime(2022, 3, 1, 14, 5), datetime(2022, 4, 1))
    ]
    assert report.as_of == date(2022, 4, 1)


def test_columns_about_a_person_are_dropped_and_listed(import_rows, store, any_settings, tmp_path):
    extra = {"姓名": "某甲", "手机": "13800001111", "扬言内容": "去某处", "投诉内容": "某人某事", "查询码": "QC77"}
    report = import_rows({}, {"registered": "没有日期"}, {"people": "0"}, **extra)
    assert set(report.dropped_personal) == set(extra)
    report.to_xlsx(tmp_path / "report.xlsx")
    text = everything_in(store) + report.csv().decode() + repr(report)
    written = b"".join(path.read_bytes() for path in any_settings.data_dir.rglob("*") if path.is_file())
    for value in extra.values():
        assert value not in text
        assert value.encode() not in written


def test_a_matter_is_kept_as_a_keyed_hash_only(import_rows, store, any_settings):
    import_rows({"matter": "GL-900"}, {"matter": "GL-900"}, {"matter": "GL-901"}, {"matter": ""})
    (first,), (second,), (third,), (fourth,) = stored(store, "matter_id")
    assert first == second != third
    assert fourth is None
    assert len(first) == 16
    assert "GL-900" not in everything_in(store)
    assert any_settings.hash_key() not in everything_in(store).encode()


@FILE_ONLY
@pytest.mark.parametrize(
    ("row", "check_name"),
    [
        ({"id": ""}, "case_id_missing"),
        ({"registered": ""}, "registered_missing"),
        ({"registered": "昨天"}, "registered_unreadable"),
        ({"registered": "2057-01-01"}, "registered_in_future"),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_by_name(import_rows, store, row, check_name):
    report = import_rows({}, row)
    assert (report.rows_read, report.new, report.rejected) == (2, 1, 1)
    assert report.checks == {check_name: 1}
    (finding,) = report.findings.to_dicts()
    assert (finding["check_name"], finding["severity"], finding["row"]) == (check_name, "reject", 3)
    with store.connect() as connection:
        assert connection.execute(select(import_finding.c.check_name)).scalars().all() == [check_name]


@FILE_ONLY
@pytest.mark.parametrize(
    ("row", "check_name", "spoiled"),
    [
        ({"forwarded": "2022-02-27"}, "dates_out_of_order", ["forwarded_at"]),
        ({"forwarded": "2022-03-09", "closed": "2022-03-05"}, "dates_out_of_order", ["forwarded_at", "closed_at"]),
        (
            {"forwarded": "2022-03-09", "accepted": "2022-03-04", "closed": "2022-03-20"},
            "dates_out_of_order",
            ["forwarded_at", "accepted_at"],
        ),
        ({"accepted": "2022-03-05", "due": "2022-03-04"}, "due_before_accepted", ["due_at"]),
        ({"extended": "31"}, "extension_out_of_range", ["due_at"]),
        ({"extended": "-1"}, "extension_out_of_range", ["due_at"]),
        ({"people": "0"}, "petitioner_count_below_one", ["petitioner_count"]),
        ({"people": "几个"}, "number_unreadable", ["petitioner_count"]),
        ({"national": "是", "repeat": "是"}, "first_and_repeat", ["first"]),
        ({"confirmed": "是"}, "confirmed_but_open", ["confirmed_closed"]),
        ({"closed": "不详"}, "date_unreadable", ["closed_at"]),
        ({"closed": "9999-12-31"}, "date_out_of_range", ["closed_at"]),
        ({"closed": "2057-12-31"}, "date_in_future", ["closed_at"]),
    ],
)
def test_a_contradiction_spoils_just_the_columns_concerned(import_rows, store, row, check_name, spoiled):
    report = import_rows(row)
    quarantines = {name: n for name, n in report.checks.items() if CHECKS[name].severity == "quarantine"}
    assert quarantines == {check_name: 1}
    assert (report.new, report.quarantined) == (1, 1)
    assert stored(store, "unusable") == [(sum(UNUSABLE[name] for name in spoiled),)]


@FILE_ONLY
def test_a_date_without_a_time_is_compared_as_a_date(import_rows):
    report = import_rows({"registered": "2022-03-01 16:30", "forwarded": "2022-03-01", "closed": "2022-03-01"})
    assert report.quarantined == 0


@FILE_ONLY
def test_a_due_date_far_from_the_rule_is_only_warned_of(import_rows, store):
    report = import_rows(
        {"accepted": "2022-03-01", "due": "2022-06-30"}, {"accepted": "2022-03-01", "due": "2022-05-01"}
    )
    assert report.checks["due_differs_from_rule"] == 1
    assert report.quarantined == 0
    assert stored(store, "unusable") == [(0,), (0,)]


@FILE_ONLY
def test_a_number_given_twice_keeps_the_first_row(import_rows, store):
    report = import_rows({"id": "A1", "topic": "教育"}, {"id": "A2"}, {"id": "A1", "topic": "民政"})
    assert (report.new, report.rejected, report.checks) == (2, 1, {"case_id_repeated": 1})
    assert stored(store, "case_id", "topic_l1") == [("A1", "教育"), ("A2", "城乡建设")]


@FILE_ONLY
def test_a_rejected_row_does_not_take_the_number_with_it(import_rows, store):
    report = import_rows({"id": "A1", "registered": ""}, {"id": "A1"})
    assert report.checks == {"registered_missing": 1}
    assert stored(store, "case_id") == [("A1",)]


def test_the_same_file_twice_changes_nothing(import_rows, store):
    rows = [{"closed": "2022-04-01"}, {"people": "0"}, {"registered": ""}]
    import_rows(*rows)
    before, held = version(store), stored(store, "case_no", "case_id", "import_id", "unusable")
    again = import_rows(*rows)
    assert (again.new, again.changed, again.same, again.rejected) == (0, 0, 2, 1)
    assert version(store) == before
    assert stored(store, "case_no", "case_id", "import_id", "unusable") == held


def test_a_newer_file_updates_by_number_and_records_what_changed(import_rows, store):
    import_rows({}, {"closed": "2022-03-09"})
    before = version(store)
    report = import_rows({"closed": "2022-04-01", "topic": "教育"}, {"closed": "2022-03-09"})
    assert (report.new, report.changed, report.same) == (0, 1, 1)
    assert version(store) == before + 1
    with store.connect() as connection:
        changes = connection.execute(
            select(case_change.c.case_id, case_change.c.column, case_change.c.old_value, case_change.c.new_value)
        ).all()
    assert sorted(map(tuple, changes)) == [
        ("ZH001", "closed_at", None, "2022-04-01 00:00:00"),
        ("ZH001", "topic_l1", "城乡建设", "教育"),
    ]
    assert stored(store, "closed_at", "import_id") == [
        (datetime(2022, 4, 1), report.import_id), (datetime(2022, 3, 9), 1),
    ]  # fmt: skip


def test_a_file_without_a_column_leaves_that_column_alone(import_rows, store):
    import_rows({"forwarded": "2022-02-01", "closed": "2022-04-01"})
    report = import_rows({"topic": "教育"})
    assert report.changed == 1
    assert stored(store, "closed_at", "unusable") == [(datetime(2022, 4, 1), UNUSABLE["forwarded_at"])]


@FILE_ONLY
def test_a_corrected_row_can_be_used_again(import_rows, store):
    import_rows({"forwarded": "2022-02-01"})
    import_rows({"forwarded": "2022-03-02"})
    assert stored(store, "unusable") == [(0,)]


def test_a_vanished_case_is_warned_of_and_kept(import_rows, store):
    import_rows({}, {"registered": "2022-03-02"}, {"registered": "2022-03-03"})
    report = import_rows({}, {"registered": "2022-03-02"})
    assert report.checks == {"case_vanished": 1}
    assert report.findings["case_id"].to_list() == ["ZH003"]
    assert len(stored(store, "case_id")) == 3


def test_a_known_case_whose_row_is_rejected_has_not_vanished(import_rows, store):
    import_rows({}, {"registered": "2022-03-02"}, {"registered": "2022-03-03"})
    report = import_rows({}, {"registered": "2022-03-02"}, {"registered": ""})
    assert report.rejected == 1
    assert "case_vanished" not in report.checks
    assert len(stored(store, "case_id")) == 3


@FILE_ONLY
def test_a_new_month_does_not_make_the_old_ones_vanish(import_rows):
    import_rows(*({"registered": f"2022-03-{day:02d}"} for day in range(1, 9)))
    report = import_rows({"id": "B1", "registered": "2022-04-01"}, {"id": "B2", "registered": "2022-04-03"})
    assert report.new == 2
    assert "case_vanished" not in report.checks


@FILE_ONLY
def test_a_changed_registration_is_warned_of(import_rows):
    import_rows({})
    report = import_rows({"registered": "2022-02-28", "first": "否"})
    assert report.checks["registration_changed"] == 2


def test_a_later_file_of_one_import_updates_the_earlier_one(tmp_path, store, any_settings):
    first = write_register(tmp_path / "jan.csv", [{}, {}])
    second = write_register(tmp_path / "feb.csv", [{"closed": "2022-04-01"}, {}, {}])
    report = run([first, second], any_settings)
    assert (report.rows_read, report.new, report.changed, report.same) == (5, 3, 1, 1)
    assert [file["rows"] for file in report.files] == [2, 3]
    assert stored(store, "source_file") == [("feb.csv",), ("jan.csv",), ("feb.csv",)]


@FILE_ONLY
def test_spellings_of_one_name_become_one(import_rows, store):
    report = import_rows(
        {"place": "西岸镇（街道）"},
        {"place": "西岸镇(街道)"},
        {"place": " 西岸镇（街道） "},
        {"place": "5-1"},
        {"place": "51"},
    )
    assert report.checks["spellings_folded"] == 1
    places = {place for (place,) in stored(store, "place_code")}
    assert places == {"西岸镇（街道）", "5-1", "51"}
    with store.connect() as connection:
        listed = connection.execute(select(office.c.office_id, office.c.kind, office.c.is_listed)).all()
    assert ("西岸镇（街道）", "township", False) in [tuple(row) for row in listed]


@FILE_ONLY
def test_two_names_too_long_for_the_register_stay_two(import_rows, store):
    rows = [{"place": "很" * 120 + end} for end in ("一镇", "二镇", "一 镇")]
    assert import_rows(*rows).checks["text_shortened"] == 3
    first, second, third = (place for (place,) in stored(store, "place_code"))
    assert first == third
    assert first != second
    assert {len(first), len(second)} == {120}
    assert import_rows(*rows).same == 3


def test_a_heading_without_rows_is_refused_and_changes_nothing(tmp_path, any_settings, import_rows, store):
    import_rows({})
    write_register(tmp_path / "none.csv", [])
    with pytest.raises(UnreadableFile, match="no row below"):
        run(tmp_path / "none.csv", any_settings)
    assert len(stored(store, "case_id")) == 1


def test_a_name_keeps_the_spelling_it_has_in_the_store(import_rows, store):
    import_rows({"office": "Public Works"})
    import_rows({"office": "PUBLIC  WORKS"}, {"office": "PUBLIC WORKS"})
    assert stored(store, "responsible_office_id") == [("Public Works",)] * 2


def test_evaluations_beside_the_case_are_stored_for_both_targets(import_rows, store):
    extra = {
        "对信访部门评价状态": "已评价",
        "对信访部门满意度": "基本满意",
        "满意度": "不满意",
        "评价时间": "2022-05-01",
    }
    report = import_rows({}, **extra)
    assert report.evaluations == 2
    with store.connect() as connection:
        columns = (case_evaluation.c.target, case_evaluation.c.status, case_evaluation.c.score)
        rows = connection.execute(select(*columns).order_by(case_evaluation.c.target)).all()
    assert [tuple(row) for row in rows] == [
        ("bureau", "evaluated", "basically_satisfied"), ("office", "evaluated", "dissatisfied"),
    ]  # fmt: skip


@FILE_ONLY
def test_an_evaluation_that_contradicts_itself_is_rejected_and_the_case_kept(import_rows, store):
    report = import_rows({}, **{"评价状态": "已评价", "满意度": ""})
    assert (report.new, report.evaluations, report.checks) == (1, 0, {"evaluation_without_score": 1})
    assert len(stored(store, "case_id")) == 1


@FILE_ONLY
def test_a_word_outside_the_dictionary_is_said(import_rows, store):
    report = import_rows({"channel": "信鸽", "first": "也许"})
    assert report.checks == {"word_unknown": 2}
    assert stored(store, "channel", "is_first_local") == [("other", None)]


@FILE_ONLY
def test_how_ambiguous_dates_were_read_is_said(import_rows, store):
    report = import_rows({"registered": "3/4/2022", "closed": "25/4/2022"})
    assert stored(store, "registered_at") == [(datetime(2022, 4, 3),)]
    assert any("'登记时间' is read as day/month/year" in note.en for note in report.notes)


def test_a_dry_run_writes_nothing(tmp_path, never_opened):
    report = check(write_register(tmp_path / "r.csv", [{}, {"people": "0"}]), never_opened)
    assert (report.import_id, report.new, report.quarantined) == (None, 2, 1)
    assert not never_opened.data_dir.exists()


def test_a_dry_run_tells_new_from_changed_from_same(import_rows, tmp_path, store, any_settings):
    import_rows({}, {})
    before = everything_in(store)
    report = check(write_register(tmp_path / "r.csv", [{}, {"topic": "教育"}, {}]), any_settings)
    assert (report.new, report.changed, report.same) == (1, 1, 1)
    assert everything_in(store) == before


def test_a_failed_import_leaves_no_trace(import_rows, store, monkeypatch):
    import_rows({})
    before = everything_in(store)

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr("seed.load._store_findings", fail)
    with pytest.raises(RuntimeError):
        import_rows({"topic": "教育"}, {})
    assert everything_in(store) == before


def test_a_file_without_a_registration_time_is_refused_with_what_was_seen(tmp_path, never_opened):
    path = tmp_path / "r.csv"
    path.write_text("编号,日子\n1,2\n", encoding="utf-8")
    with pytest.raises(BadMapping, match=r"登记时间.*Headings seen: r\.csv: 编号, 日子"):
        run(path, never_opened)
    assert not never_opened.data_dir.exists()


def test_data_in_place_of_a_heading_is_not_repeated_in_the_message(tmp_path, settings):
    path = tmp_path / "r.csv"
    path.write_text("某甲,13800001111\n某乙,13800002222\n", encoding="utf-8")
    with pytest.raises(BadMapping) as caught:
        run(path, settings)
    assert "某甲" not in str(caught.value)


def test_no_file_is_an_error(settings):
    with pytest.raises(UnreadableFile, match="No file was given"):
        run([], settings)


def test_progress_ends_at_the_number_of_rows(tmp_path, settings):
    seen: list[Progress] = []
    run(write_register(tmp_path / "r.csv", [{}, {}, {}]), settings, progress=seen.append)
    assert seen[0] == Progress("reading", 3, None)
    assert seen[-1] == Progress("importing", 3, 3)


def test_the_run_is_kept_with_everything_said(import_rows, store, any_settings):
    report = import_rows({"people": "0"}, 姓名="某甲", 其他="x")
    with store.connect() as connection:
        row = connection.execute(select(import_run)).mappings().one()
    assert (row["source"], row["rows_read"], row["rows_new"], row["rows_quarantined"]) == ("register", 1, 1, 1)
    assert row["checks"] == '{"petitioner_count_below_one": 1}'
    for said in ("姓名", "其他", "信访件编号"):
        assert said in row["columns"]
    assert (any_settings.report_dir / row["report_file"]).read_bytes() == report.csv()


@FILE_ONLY
def test_a_formula_in_a_heading_or_number_is_harmless_in_the_report(import_rows):
    report = import_rows({"id": "=1+1", "people": "0"})
    assert "'=1+1" in report.csv().decode()


def test_a_number_of_a_person_in_a_name_is_not_kept(import_rows, store, any_settings):
    identity, mobile = "11010519491231002X", "13800138000"
    report = import_rows({"place": f"西岸镇 {mobile}"}, {"office": identity}, {"place": "西岸镇"})
    assert (report.new, report.checks) == (3, {"personal_number": 2})
    assert stored(store, "place_code", "responsible_office_id")[0] == (None, "住建局")
    text = everything_in(store) + report.csv().decode()
    written = b"".join(path.read_bytes() for path in any_settings.data_dir.rglob("*") if path.is_file())
    for value in (identity, mobile):
        assert value not in text
        assert value.encode() not in written


@FILE_ONLY
def test_identity_numbers_are_no_case_numbers(import_rows, store):
    identity = "11010519491231002X"
    report = import_rows({"id": identity}, {"id": "XF-2"})
    assert (report.new, report.rejected, report.checks) == (1, 1, {"case_id_personal": 1})
    assert identity not in everything_in(store) + report.csv().decode()


@FILE_ONLY
def test_case_numbers_of_eighteen_digits_with_a_date_inside_are_kept(import_rows):
    rows = [{"id": f"43018120220630{number:04d}"} for number in range(60)]
    assert (import_rows(*rows).new) == 60

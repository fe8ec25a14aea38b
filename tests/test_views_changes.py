"""Why a number changed: the register of then is rebuilt exactly, and the parts add up to the change exactly."""

# ruff: noqa: DTZ001  the clocks of a register carry no zone

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from hashlib import blake2b
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from dashboard.charts import Style
from dashboard.charts.waterfall import waterfall as draw_waterfall
from queries.checks import UNUSABLE
from queries.counting.evaluate import evaluate
from queries.counting.selection import evaluation_target
from queries.filters import Filters
from queries.measures import Count, Ratio, measures
from queries.schema import office
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames, current
from queries.snapshot.versions import Earlier, earlier
from queries.stats.change import Figure, Reason, explain_change
from queries.store import open_store, raise_version, writing
from queries.views import changes
from queries.views.changes import Then
from queries.views.why_changed import parts_shown, signed
from seed.load import run
from seed.load.backlog import merge_backlog
from seed.load.cases import CaseWriter, finish_run, start_run
from seed.load.repeats import derive_repeats
from tests.examples import SLOW
from tests.installations import bare, empty
from tests.invented import (
    BACKLOG,
    CASES,
    PLACES,
    START,
    Register,
    backlog_items,
    cases,
    evaluations,
    registers,
    selections,
    snapshot_of,
)
from tests.seed.registers import write_register

SHARES_AND_COUNTS = [name for name, each in measures().items() if isinstance(each, Ratio | Count)]
CORRECTABLE = ("registered_at", "accepted_at", "due_at", "closed_at", "closed_stated", "is_repeat", "is_first_national",
               "petitioner_count", "procedure", "place_code", "channel", "unusable")  # fmt: skip


@st.composite
def second_versions(draw: st.DrawFn, first: Register) -> Register:
    """What the next file may bring: some rows changed, some new, some left out, evaluations given and added."""
    known = []
    for row in first["cases"]:
        fate = draw(st.sampled_from(["same", "same", "changed", "absent"]))
        if fate == "changed":
            other = draw(cases())
            columns = draw(st.sets(st.sampled_from(CORRECTABLE), min_size=1, max_size=4))
            known.append(row | {name: other[name] for name in columns})
        elif fate == "same":
            known.append(row)
    many = len(first["cases"])
    new = [row | {"case_no": many + number} for number, row in enumerate(draw(st.lists(cases(), max_size=8)), start=1)]
    asked = {row["case_no"]: row["target"] for row in first["evaluations"]}
    given_now = []
    for row in (*known, *new):
        if draw(st.booleans()):
            found = draw(evaluations(row["case_no"]))
            given_now.append(found | {"target": asked.get(row["case_no"], found["target"])})
    batch = [draw(backlog_items) if draw(st.booleans()) else item for item in first["backlog"]]
    return {
        "cases": [*known, *new],
        "evaluations": given_now,
        "backlog": [*batch, *draw(st.lists(backlog_items, max_size=3))],
    }


@st.composite
def histories(draw: st.DrawFn) -> tuple[Register, Register]:
    first = draw(registers())
    return first, draw(second_versions(first))


@st.composite
def thens(draw: st.DrawFn) -> Then:
    chosen = draw(selections())
    assert chosen.as_of is not None
    return Then(chosen.as_of, chosen.start, chosen.end, chosen.rules, chosen.convention)


def as_imported(register: Register) -> pl.DataFrame:
    """The frame an importer would hand to the writer."""
    schema = {name: dtype for name, dtype in CASES.items() if name not in ("case_no", "matter_id", "unusable")}
    rows = [row | {"case_id": f"c{row['case_no']}"} for row in register["cases"]]
    frame = pl.DataFrame(rows, schema={"case_id": pl.String, **schema, "unusable": pl.Int64})
    if "petitioned_on" in frame.columns:
        frame = frame.with_columns(pl.col("petitioned_on").cast(pl.Date))
    hashed = [row["matter_id"] and blake2b(row["matter_id"].encode(), digest_size=16).digest() for row in rows]
    frame = frame.with_columns(pl.Series("matter_id", hashed, pl.Binary))
    given_by = {f"c{row['case_no']}": row for row in register["evaluations"]}
    for target in ("bureau", "office"):
        here = [given_by.get(case_id) for case_id in frame["case_id"]]
        here = [row if row and row["target"] == target else {} for row in here]
        for name, dtype in (("status", pl.String), ("score", pl.String), ("window_ends_at", pl.Datetime("us")),
                            ("evaluated_at", pl.Datetime("us"))):  # fmt: skip
            frame = frame.with_columns(pl.Series(f"{target}.{name}", [row.get(name) for row in here], dtype))
    return frame


def put(engine: Engine, register: Register) -> int:
    """Write a register as one import, by the writer every import uses."""
    with writing(engine) as connection:
        import_id = start_run(connection, source="register")
        writer = CaseWriter(connection, import_id=import_id, source="register")
        written = writer.write(as_imported(register))
        writer.close()
        items = [row | {"item_id": f"1/{number}", "unusable": 0} for number, row in enumerate(register["backlog"])]
        if items:
            schema = {"item_id": pl.String, "office_id": pl.String, "unusable": pl.Int64, **BACKLOG}
            frame = pl.DataFrame(items, schema=schema)
            merge_backlog(connection, frame, import_id=import_id, only_check=False)
        finish_run(connection, import_id, {"rows_new": written.cases.new, "as_of": START + timedelta(days=200)})
        raise_version(connection)
    return import_id


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store."""
    path = tmp_path_factory.mktemp("empty") / "huiyin.db"
    engine = open_store(Settings(path.parent, f"sqlite:///{path}"))
    with writing(engine) as connection:
        listed = [{"office_id": place, "name": place, "kind": "township", "is_listed": True} for place in PLACES]
        connection.execute(insert(office), listed)
    engine.dispose()
    return path


@contextmanager
def imported_twice(
    empty_store: Path, folder: Path, history: tuple[Register, Register]
) -> Iterator[tuple[Snapshot, Snapshot, Earlier]]:
    """The register after the first import as it was read then; as it is now; and as it is rebuilt now."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(empty_store, folder / "huiyin.db")
    installation = bare(folder)
    engine = open_store(installation)
    try:
        first = put(engine, history[0])
        then = current(installation, engine)
        put(engine, history[1])
        now = current(installation, engine)
        rebuilt = earlier(installation, now, first, engine)
        assert rebuilt is not None
        yield then, now, rebuilt
    finally:
        engine.dispose()


def counted(snapshot: Snapshot, filters: Filters) -> pl.DataFrame:
    names = [name for name, each in measures().items() if each.table == "cases" or not filters.where]
    return evaluate(snapshot, names, ("place",), filters).select(
        "measure", "place", "numerator", "denominator", "excluded", "value"
    )


@given(history=histories(), filters=selections())
@SLOW
def test_the_register_after_an_earlier_import_is_rebuilt_to_the_last_figure(history, filters, empty_store, tmp_path):
    with imported_twice(empty_store, tmp_path / "d", history) as (then, _, rebuilt):
        assert rebuilt.then.as_of == then.as_of
        assert rebuilt.then.coverage == then.coverage
        assert counted(rebuilt.then, filters).equals(counted(then, filters))


@given(
    history=histories(),
    filters=selections(),
    then=thens(),
    names=st.sets(st.sampled_from(SHARES_AND_COUNTS), min_size=8, max_size=12),
)
@SLOW
def test_the_parts_of_every_share_and_count_sum_exactly_to_its_change(
    history, filters, then, names, empty_store, tmp_path
):
    with imported_twice(empty_store, tmp_path / "d", history) as (published, now, rebuilt):
        pinned = replace(filters, evaluation_target=evaluation_target(now, filters))
        old = replace(pinned, as_of=then.as_of, start=then.start, end=then.end, rules=then.rules,
                      convention=then.convention)  # fmt: skip
        for name in sorted(names):
            found = changes.explained(now, filters, name, then, rebuilt)
            before, after = exact(published, name, old), exact(now, name, pinned)
            if before is None or after is None:
                assert found.change is None
                assert found.reasons
                continue
            assert found.change is not None
            assert sum((part.effect for part in found.change.parts), Fraction(0)) == after - before
            assert [part.reason for part in found.change.parts] == list(Reason)
            assert_moves_explain(found)
            frame = changes.waterfall(now, filters, name, then, rebuilt).frame
            assert frame["effect"].sum() == pytest.approx(float(after - before))


def exact(snapshot: Snapshot, name: str, filters: Filters) -> Fraction | None:
    row = evaluate(snapshot, name, (), filters).row(0, named=True)
    if row["reason"]:
        return None
    return Fraction(row["numerator"], row["denominator"] or 1)


def assert_moves_explain(found: changes.Explained) -> None:
    """Items counted in and out between two steps are exactly the difference of their counts."""
    assert found.change is not None
    if found.name in ("people_count", *(name for name in SHARES_AND_COUNTS if name.startswith("backlog"))):
        return  # people are not items; items of batches carry no number
    figures = [found.change.published, *(part.figure for part in found.change.parts)]
    for before, after, part in zip(figures, figures[1:], found.change.parts, strict=False):
        moved = found.moves[part.reason]
        assert moved is not None
        counting = moved.entered_counting - moved.left_counting + moved.turned_to - moved.turned_from
        assert after.numerator - before.numerator == counting
        if before.denominator is not None and after.denominator is not None:
            assert after.denominator - before.denominator == moved.entered - moved.left


@given(
    register=registers(),
    filters=selections(),
    then=thens(),
    names=st.sets(st.sampled_from(SHARES_AND_COUNTS), min_size=8, max_size=12),
)
@SLOW
def test_two_days_of_one_register_differ_only_by_rules_and_by_what_happened(register, filters, then, names):
    with_day = replace(filters, as_of=max(filters.as_of or then.as_of, then.as_of))
    with snapshot_of(register) as snapshot:
        for name in sorted(names):
            found = changes.explained(snapshot, with_day, name, then)
            if found.change is not None:
                effects = {part.reason: part.effect for part in found.change.parts}
                assert effects[Reason.LATE] == effects[Reason.CORRECTED] == 0


# --- one small story, by hand -----------------------------------------------------------------------------------------

MAY = Then(date(2022, 5, 31), None, None, "regulation2022", "observed")


def month_of(closed: str, due: str = "2022-05-20", **more: str) -> dict[str, str]:
    return {"registered": "2022-03-01 09:00:00", "due": due, "closed": closed, **more}


Story = tuple[Settings, Snapshot, Earlier]


def told(installation: Settings, tmp_path: Path) -> Story:
    """Closed of due at the end of May: 2 of 4. Then one late row, one closing date handed in, one deadline in June."""
    first = [month_of("2022-05-01"), month_of("2022-05-02"), month_of(""), month_of("")]
    second = [
        month_of("2022-05-01"),
        month_of("2022-05-02"),
        month_of("2022-05-18"),  # closed before the meeting, handed in after it
        month_of(""),
        month_of("2022-05-03"),  # registered in March, imported in June
        month_of("2022-06-15", due="2022-06-20"),  # due and closed after the meeting
    ]
    run(write_register(tmp_path / "may.csv", first), installation)
    run(write_register(tmp_path / "june.csv", second), installation)
    now = current(installation)
    rebuilt = earlier(installation, now, 1)
    assert rebuilt is not None
    return installation, now, rebuilt


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    """To read."""
    folder = tmp_path_factory.mktemp("story")
    return told(empty(folder / "data"), folder)


@pytest.fixture
def own_story(any_settings, tmp_path) -> Story:
    """To import into, on each kind of database in turn."""
    return told(any_settings, tmp_path)


def june() -> Filters:
    return Filters(as_of=date(2022, 6, 30))


def test_a_late_row_a_correction_and_a_new_month_each_have_their_part(own_story):
    _, now, rebuilt = own_story
    change = changes.explained(now, june(), "closure_rate", MAY, rebuilt).change
    assert change is not None
    assert (change.published, change.restated, change.now) == (Figure(2, 4), Figure(4, 5), Figure(5, 6))
    assert {part.reason: part.effect for part in change.parts} == {
        Reason.LATE: Fraction(3, 5) - Fraction(1, 2),
        Reason.CORRECTED: Fraction(1, 5),
        Reason.RULES: 0,
        Reason.REAL: Fraction(5, 6) - Fraction(4, 5),
    }


def test_the_items_behind_each_part_are_counted(story):
    _, now, rebuilt = story
    moved = changes.explained(now, june(), "closure_rate", MAY, rebuilt).moves
    assert (moved[Reason.LATE].entered, moved[Reason.CORRECTED].turned_to, moved[Reason.REAL].entered) == (1, 1, 1)
    assert moved[Reason.RULES].items == 0


def test_only_what_had_happened_by_then_counts_as_a_correction(story):
    _, now, rebuilt = story
    in_may = changes.touched(now, june(), MAY, rebuilt)
    assert (in_may.late, in_may.new, in_may.corrected) == (2, 0, 1)
    assert [(label.zh, items) for label, items in in_may.columns] == [("办结时间", 1)]
    before_it = replace(MAY, as_of=date(2022, 5, 10))
    assert changes.touched(now, june(), before_it, rebuilt).corrected == 0


def test_the_sentence_and_the_steps_say_the_same(story):
    _, now, rebuilt = story
    view = changes.waterfall(now, june(), "closure_rate", MAY, rebuilt)
    assert view.finding.zh == (
        "由50.0%（2/4件）到83.3%（5/6件），上升33.3个百分点：补登 +10.0，更正 +20.0，口径变化 0，实际变化 +3.3。"
    )
    assert view.frame["step"].to_list() == ["then", "late", "corrected", "rules", "restated", "real", "now"]
    parts = view.frame.filter(~pl.col("is_total"))
    assert [signed(shown, effect, True, "zh") for shown, effect in parts.select("shown", "effect").rows()] == [
        "+10.0", "+20.0", "0", "+3.3",
    ]  # fmt: skip
    headline = changes.headline(now, june(), "closure_rate", MAY, rebuilt)
    assert headline.zh == "办结率比2022年5月31日上升33.3个百分点，其中实际变化+3.3"
    assert headline.en == "Closure rate: up 33.3 pp since 31 May 2022, of which real change +3.3"


def test_the_parts_shown_add_up_to_the_figure_of_then_as_known_now_and_from_there_to_that_of_now():
    change = explain_change(
        Figure(1060, 1127), with_late=Figure(1060, 1127), with_corrections=Figure(1054, 1127),
        under_new_rules=Figure(1054, 1127), now=Figure(1346, 1434),
    )  # fmt: skip
    shown = parts_shown(change)  # 94.1 %, then as known now 93.5 %, now 93.9 %
    assert [float(shown[reason]) for reason in Reason] == [0, -0.006, 0, 0.004]


def test_where_every_item_is_left_out_the_reason_is_its_dates_not_that_nothing_fits(tmp_path):
    row = {"registered_at": "2022-03-01", "due_at": "2022-04-30", "closed_at": "2022-03-20",
           "unusable": UNUSABLE["closed_at"]}  # fmt: skip
    register = build_from_frames(tmp_path / "s", pl.DataFrame([row]))
    view = changes.waterfall(register, june(), "on_time_reply_rate", MAY)
    assert view.frame.is_empty()
    assert all("every item that fits is left out" in note.en for note in view.notes)


def test_a_count_changes_by_whole_items(story):
    _, now, rebuilt = story
    headline = changes.headline(now, june(), "registered_count", MAY, rebuilt)
    assert headline.zh == "登记件数比2022年5月31日增加2件，而实际变化为0"
    assert changes.headline(now, june(), "overdue_count", MAY, rebuilt).zh.startswith("超期未办结件数比")


def test_nothing_changed_is_said_so(story):
    _, now, _ = story
    same = replace(MAY, as_of=date(2022, 6, 30))
    assert changes.headline(now, june(), "closure_rate", same).zh == "办结率与2022年6月30日相同，没有变化"
    assert changes.waterfall(now, june(), "closure_rate", same).finding.en == "Still 83.3% (5 of 6), nothing changed."


def test_a_figure_that_could_not_be_computed_then_is_not_compared(story):
    _, now, rebuilt = story
    long_ago = replace(MAY, as_of=date(2022, 3, 2))
    view = changes.waterfall(now, june(), "closure_rate", long_ago, rebuilt)
    assert view.frame.is_empty()
    assert "2022年3月2日" in view.notes[0].zh
    assert "无法比较" in changes.headline(now, june(), "closure_rate", long_ago, rebuilt).zh


def test_other_rules_are_a_part_of_their_own(register):
    snapshot = register("""
        matter_id | registered_at | closed_at  | is_first_national
        ----------+---------------+------------+------------------
        m1        | 2022-01-01    | 2022-01-10 | yes
        m1        | 2022-05-20    |            | no
        m2        | 2022-01-01    | 2022-01-10 | yes
    """)
    chosen = Filters(as_of=date(2022, 12, 31), rules="regulation2022_180")
    then = Then(date(2022, 12, 31), None, None, "regulation2022", "observed")
    change = changes.explained(snapshot, chosen, "resolved_once_rate", then).change
    assert {part.reason: part.effect for part in change.parts if part.effect} == {Reason.RULES: Fraction(-1, 2)}


def test_silence_counted_otherwise_is_a_change_of_rules(register):
    snapshot = register(
        "case_id\na\nb",
        """
        case_id | target | status    | score        | window_ends_at | evaluated_at
        --------+--------+-----------+--------------+----------------+-------------
        a       | bureau | evaluated | dissatisfied | 2022-02-01     | 2022-01-20
        b       | bureau | expired   |              | 2022-02-01     |
        """,
    )
    then = Then(date(2022, 6, 30), None, None, "regulation2022", "observed")
    chosen = Filters(as_of=date(2022, 6, 30), convention="silence_is_satisfied")
    change = changes.explained(snapshot, chosen, "satisfaction_rate", then).change
    assert {part.reason: part.effect for part in change.parts if part.effect} == {Reason.RULES: Fraction(1, 2)}


def test_with_one_import_there_is_nothing_earlier(settings, tmp_path):
    run(write_register(tmp_path / "may.csv", [month_of("2022-05-01")]), settings)
    assert changes.earlier_imports(current(settings), Filters()) == ()


def test_imports_before_the_first_rows_are_not_offered(story):
    _, now, _ = story
    assert [each.import_id for each in changes.earlier_imports(now, Filters())] == [1]


def test_a_register_rebuilt_once_is_kept(story):
    installation, now, rebuilt = story
    again = earlier(installation, now, 1)
    assert again == rebuilt
    assert len([path for path in (installation.data_dir / "history").iterdir() if path.is_dir()]) == 1


def test_after_another_import_the_reader_must_reload_first(own_story, tmp_path):
    installation, now, _ = own_story
    run(write_register(tmp_path / "july.csv", [month_of("2022-05-09")]), installation)
    assert earlier(installation, now, 2) is None


def test_rows_hidden_from_a_reader_are_hidden_in_the_register_of_then(story):
    installation, now, _ = story
    hidden = now.hide("channel", ["visit"])
    rebuilt = earlier(installation, hidden, 1)
    assert rebuilt is not None
    assert changes.explained(hidden, june(), "registered_count", MAY, rebuilt).change.published == Figure(0)
    assert changes.touched(hidden, june(), MAY, rebuilt) is None


def test_a_changed_matter_link_is_said_to_be_unknown(settings, tmp_path):
    def rows(first: str) -> list[dict[str, str]]:
        return [month_of("2022-01-10", matter=first), month_of("2022-01-10", matter="B")]

    run(write_register(tmp_path / "one.csv", rows("A")), settings)
    run(write_register(tmp_path / "two.csv", rows("C")), settings)
    now = current(settings)
    rebuilt = earlier(settings, now, 1)
    assert rebuilt is not None
    assert rebuilt.links_unknown == 1
    then = replace(MAY, as_of=date(2022, 6, 30))
    notes = changes.waterfall(now, Filters(as_of=date(2022, 12, 31)), "resolved_once_rate", then, rebuilt).notes
    assert any("关联件编号" in note.zh for note in notes)
    elsewhere = changes.waterfall(now, june(), "registered_count", then, rebuilt).notes
    assert not any("关联件编号" in note.zh for note in elsewhere)


def test_repeat_flags_derived_anew_are_put_back(any_settings):
    def case(number: str, day: int) -> dict[str, Any]:
        return {"case_id": number, "registered_at": datetime(2022, 3, day), "matter_id": b"m" * 16}

    engine = open_store(any_settings)
    for rows in ([case("b", 9)], [case("a", 2)]):  # the second import brings an earlier petition of the same matter
        with writing(engine) as connection:
            number = start_run(connection, source="register")
            writer = CaseWriter(connection, import_id=number, source="register")
            writer.write(pl.DataFrame(rows))
            writer.close()
            derive_repeats(connection, "register", "is_repeat", 30, import_id=number)
            finish_run(connection, number, {"rows_new": 1})
            raise_version(connection)
    now = current(any_settings, engine)
    rebuilt = earlier(any_settings, now, 1, engine)
    engine.dispose()
    assert rebuilt is not None
    shares = [evaluate(each, "repeat_share").row(0, named=True) for each in (rebuilt.then, now)]
    assert [(row["numerator"], row["denominator"]) for row in shares] == [(0, 1), (1, 2)]


@pytest.mark.parametrize("style", [Style("zh"), Style("en", dark=True)], ids=str)
@pytest.mark.parametrize("name", ["closure_rate", "registered_count"])
def test_the_waterfall_prints_every_figure_with_its_counts(name, style, story):
    _, now, rebuilt = story
    view = changes.waterfall(now, june(), name, MAY, rebuilt)
    figure = draw_waterfall(view, style).checked
    assert len(figure.layout.annotations) == view.frame.height
    assert len(figure.to_json()) < 40_000
    colours = {colour for trace in figure.data if trace.type == "bar" for colour in trace.marker.color}
    assert colours == {style.palette.neutral, style.palette.data}


def test_a_waterfall_without_movement_can_be_drawn(register):
    snapshot = register("case_id\na")
    then = Then(date(2022, 6, 30), None, None, "regulation2022", "observed")
    view = changes.waterfall(snapshot, Filters(as_of=date(2022, 6, 30)), "overdue_count", then)
    assert view.frame.is_empty() or draw_waterfall(view, Style("zh")).checked.data


def test_a_correction_of_an_evaluation_names_whose_it_is():
    assert changes.column_label("bureau.score").zh == "对信访部门评价结果"
    assert changes.column_label("office").en == "evaluation of the office (added)"
    assert changes.column_label("place_code").zh == "问题属地"

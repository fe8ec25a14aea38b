"""The bureau's programmes: whatever is on record and whatever day it is seen from, the counts belong together."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import wording
from queries.filters import Filters
from queries.snapshot import Snapshot, build_from_frames, current
from queries.views import batches, forwarding, periods, reports, supervision
from tests.examples import SLOW
from tests.installations import DemoOf

START = date(2022, 1, 1)
CASES = pl.DataFrame({"registered_at": ["2022-01-01", "2022-07-30"], "place_code": ["north", "south"]})
OFFICES = pl.DataFrame(
    {"office_id": ["north", "south"], "name": ["北镇", "南镇"], "kind": ["township"] * 2, "is_listed": [True] * 2}
)
DAY = st.integers(0, 200)


def day(number: int | None) -> date | None:
    return None if number is None else START + timedelta(days=number)


def kept(folder, **records) -> Snapshot:
    """A register of two townships with records of the bureau."""
    backlog = pl.DataFrame(records["backlog_item"]) if records.get("backlog_item") else None
    return build_from_frames(folder, CASES, (), backlog, OFFICES, records)


@pytest.fixture(scope="module")
def demo_snapshot(demo_of: DemoOf) -> Snapshot:
    return current(demo_of(3_000))


# Batches


@st.composite
def batch_items(draw):
    rows = []
    for number in range(draw(st.integers(1, 12))):
        assigned = draw(st.integers(0, 60))
        reported = draw(st.none() | st.integers(0, 60))
        result = (
            draw(st.sampled_from([None, "recognised", "returned", "under_review"])) if reported is not None else None
        )
        decided = result in ("recognised", "returned")
        reviewed = assigned + reported + draw(st.integers(0, 40)) if decided else None
        back = reviewed + draw(st.integers(0, 40)) if result == "recognised" and draw(st.booleans()) else None
        rows.append(
            {
                "item_id": f"i{number}",
                "batch": draw(st.sampled_from(["一", "二"])),
                "place_code": draw(st.sampled_from(["north", "south"])),
                "office_id": draw(st.sampled_from(["north", None])),
                "leader_assigned": draw(st.booleans()),
                "assigned_on": day(assigned),
                "reported_on": day(None if reported is None else assigned + reported),
                "reviewed_on": day(reviewed),
                "review_result": result,
                "reflow_on": day(back),
                "unusable": int(draw(st.integers(0, 9)) == 0),
            }
        )
    return rows


def typed_rows(rows):
    schema = dict.fromkeys(("assigned_on", "reported_on", "reviewed_on", "reflow_on"), pl.Date) | {
        "office_id": pl.String, "review_result": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema_overrides=schema)


@SLOW
@given(batch_items(), DAY)
def test_the_ladder_is_what_the_single_items_say_and_the_same_by_every_breakdown(tmp_path_factory, rows, number):
    snapshot = build_from_frames(
        tmp_path_factory.mktemp("b") / "s", CASES, (), typed_rows(rows), OFFICES, {"backlog_item": rows}
    )
    filters = Filters(as_of=day(number))
    states = batches.items(snapshot, filters).frame
    usable = states.filter(pl.col("state") != "contradictory")
    counted = {
        "assigned": usable.height,
        "named": int(usable["is_named"].sum()),
        "reported": usable.filter(pl.col("reported_on").is_not_null()).height,
        "recognised": usable.filter(pl.col("state").is_in(["recognised", "came_back"])).height,
        "returned": usable.filter(pl.col("state") == "returned").height,
        "under_review": usable.filter(pl.col("state") == "under_review").height,
        "reflowed": usable.filter(pl.col("state") == "came_back").height,
        "excluded": states.height - usable.height,
    }
    for by in batches.GROUPS:
        frame = batches.ladder(snapshot, filters, by).frame
        if "assigned" not in frame.columns:  # nothing was ever reported: there is no such rate
            continue
        assert {name: frame[name].sum() for name in counted} == counted
        assert (frame["recognised"] <= frame["assigned"]).all()
        assert (frame["reflowed"] <= frame["recognised"]).all()
        for row in frame.filter(pl.col("assigned") > 0).iter_rows(named=True):
            assert row["reported_of"] == row["assigned"]
            if row["recognised_rate"] is not None:  # never one share without the other
                assert row["reported_rate"] is not None


@SLOW
@given(batch_items(), DAY, st.integers(0, 60))
def test_what_has_happened_stays_happened(tmp_path_factory, rows, number, later):
    snapshot = build_from_frames(
        tmp_path_factory.mktemp("b") / "s", CASES, (), typed_rows(rows), OFFICES, {"backlog_item": rows}
    )
    before, after = (batches.ladder(snapshot, Filters(as_of=day(n))).frame for n in (number, number + later))
    if "assigned" not in after.columns:
        return
    for name in ("assigned", "reported", "recognised", "reflowed", "excluded"):
        assert before[name].sum() <= after[name].sum()


def test_the_demo_shows_the_batches_of_the_half_year_and_of_any_earlier_day(demo_snapshot):
    whole = batches.ladder(demo_snapshot, Filters())
    assert whole.frame.select("assigned", "named", "reported", "recognised", "recognised_of").rows() == [
        (32, 32, 32, 31, 32),
        (10, 10, 10, 0, 0),
    ]
    assert whole.frame["recognised_rate"].to_list() == [31 / 32, None]
    assert whole.finding.zh.startswith("第一批32件上报32件、认定31件；第二批10件上报10件、认定未说明")
    assert "recognition not stated" in whole.finding.en
    before = batches.ladder(demo_snapshot, Filters(as_of=date(2022, 2, 28))).frame
    assert before.select("assigned", "reported").rows() == [(32, 32)]
    assert batches.ladder(demo_snapshot, Filters(as_of=date(2021, 4, 19))).frame.is_empty()


def test_waiting_is_counted_in_days_and_says_on_whom(tmp_path):
    item = {"batch": "一", "assigned_on": day(0), "place_code": "north", "unusable": 0}
    rows = [
        item | {"item_id": "a", "leader_assigned": None, "office_id": None},
        item | {"item_id": "b", "leader_assigned": True, "office_id": "north"},
        item | {"item_id": "c", "leader_assigned": True, "office_id": "north", "reported_on": day(10)},
        item | {"item_id": "d", "leader_assigned": True, "office_id": "north", "reported_on": day(10),
                "reviewed_on": day(20), "review_result": "returned"},
        item | {"item_id": "e", "leader_assigned": True, "office_id": "north", "reported_on": day(10),
                "reviewed_on": day(20), "review_result": "recognised"},
    ]  # fmt: skip
    view = batches.items(kept(tmp_path / "s", backlog_item=rows), Filters(as_of=day(30)))
    waits = {row["item_id"]: (row["state"], row["waits_on"], row["waiting_days"]) for row in view.frame.to_dicts()}
    assert waits == {
        "a": ("unnamed", "bureau", 30),
        "b": ("open", "office", 30),
        "c": ("not_stated", "above", 20),
        "d": ("returned", "office", 10),
        "e": ("recognised", None, None),
    }
    assert (
        view.finding.zh == "等信访局（包案）的1件，最长30天；等责任单位的2件，最长30天；等上级（认定）的1件，最长20天"
    )


def test_backflow_is_estimated_from_ten_recognised_items_on(demo_snapshot):
    few = batches.no_reflow(demo_snapshot, Filters(as_of=date(2021, 10, 1)))
    assert few.frame.is_empty()
    assert "满10件" in few.notes[0].zh
    curve = batches.no_reflow(demo_snapshot, Filters()).frame
    assert curve["at_risk"].min() >= 5


def test_time_to_recognition_never_rests_on_fewer_than_five(demo_snapshot):
    view = batches.to_recognition(demo_snapshot, Filters())
    assert view.frame["at_risk"].min() >= 5
    assert view.frame["value"].is_sorted()
    assert f"在交办后{wording.days(view.frame['median'][0], 'zh')}（95%区间" in view.finding.zh


def test_batches_are_told_in_the_order_they_were_assigned_and_not_of_their_names(tmp_path):
    months = {"第一批": 1, "第二批": 2, "第三批": 3}
    items = [
        {"item_id": name, "batch": name, "assigned_on": f"2022-{month:02}-01", "reported_on": "2022-04-01"}
        for name, month in months.items()
    ]
    view = batches.ladder(kept(tmp_path / "s", backlog_item=items), Filters(as_of=date(2022, 6, 30)))
    assert view.frame["batch"].to_list() == list(months)
    told = view.finding.zh
    assert told.index("第一批") < told.index("第二批") < told.index("第三批")


def test_an_office_in_two_batches_counts_once_a_batch_and_with_both_in_its_own_line(tmp_path):
    row = {"place_code": "north", "office_id": "north", "leader_assigned": True, "reflow_on": None, "unusable": 0}
    items = [
        row | {"item_id": "a", "batch": "一", "assigned_on": date(2021, 12, 20), "reported_on": date(2022, 1, 5),
               "reviewed_on": date(2022, 1, 20), "review_result": "recognised"},
        row | {"item_id": "b", "batch": "二", "assigned_on": date(2022, 2, 1), "reported_on": None,
               "reviewed_on": None, "review_result": None},
    ]  # fmt: skip
    snapshot = kept(tmp_path / "s", backlog_item=items)
    for by, expected in (("batch", [("一", 1, 1), ("二", 1, 0)]), ("office", [("north", 2, 1)])):
        frame = batches.ladder(snapshot, Filters(as_of=date(2022, 6, 30)), by).frame
        assert frame.select(by, "assigned", "recognised").rows() == expected


def test_a_batch_of_few_items_is_called_few_and_not_missing(tmp_path):
    item = {"item_id": "1", "batch": "first", "assigned_on": "2022-03-01", "review_result": "under_review"}
    view = batches.to_recognition(kept(tmp_path / "s", backlog_item=[item]), Filters(as_of=date(2022, 6, 30)))
    assert view.frame.is_empty()
    assert view.notes[0].zh == "1件太少，不画认定用时。"


# Reports


REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["north", "south", "bureau of water"]),
        st.integers(0, 7),
        st.none() | st.integers(-3, 20),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[:2],
)
DUE = [date(2022, month, number) for month in (1, 2, 3, 4) for number in reports.DUE_DAYS]


@SLOW
@given(REPORTS, st.integers(10, 150))
def test_cells_of_the_matrix_add_up_to_every_total(tmp_path_factory, rows, number):
    records = [
        {
            "report_id": at,
            "office_id": office,
            "due_on": DUE[due],
            "reported_on": None if delay is None else DUE[due] + timedelta(days=delay),
            "problem_count": None if delay is None else count,
        }
        for at, (office, due, delay, count) in enumerate(rows)
    ]
    snapshot = kept(tmp_path_factory.mktemp("r") / "s", problem_report=records)
    as_of = day(number)
    filters = Filters(as_of=as_of)
    cells = reports.reports(snapshot, filters).frame
    offices, dates = reports.by_office(snapshot, filters).frame, reports.by_date(snapshot, filters).frame
    assert cells.height == cells["office"].n_unique() * cells["due_on"].n_unique()
    for status in reports.STATUSES:
        count = cells.filter(pl.col("status") == status).height
        assert offices[status].sum() == dates[status].sum() == count
    assert cells.filter(pl.col("reported_on") > as_of).is_empty()
    assert cells.filter(pl.col("due_on") > as_of).is_empty()
    seen = [row for row in records if row["reported_on"] and row["reported_on"] <= as_of and row["due_on"] <= as_of]
    assert cells.filter(pl.col("status") != "missing").height == len(seen)
    assert (cells["problem_count"].sum() or 0) == sum(row["problem_count"] for row in seen)
    assert reports.next_due(snapshot, as_of) > as_of


def test_a_report_of_no_problems_is_a_report_and_a_later_one_is_not_there_yet(tmp_path):
    rows = [
        {"office_id": "north", "due_on": date(2022, 1, 13), "reported_on": date(2022, 1, 13), "problem_count": 0},
        {"office_id": "south", "due_on": date(2022, 1, 13), "reported_on": date(2022, 1, 15), "problem_count": 2},
    ]
    snapshot = kept(tmp_path / "s", problem_report=rows)
    then = reports.reports(snapshot, Filters(as_of=date(2022, 1, 14)))
    assert then.frame.select("office", "status", "is_zero").rows() == [
        ("north", "on_time", True),
        ("south", "missing", False),
    ]
    assert then.finding.zh == "2022年1月13日：2个单位中按时1个、缺报1个（南镇）"
    now = reports.reports(snapshot, Filters(as_of=date(2022, 1, 20)))
    assert now.frame["status"].to_list() == ["on_time", "late"]
    assert now.frame["days_late"].to_list() == [0, 2]
    assert reports.deadline(snapshot, Filters(as_of=date(2022, 1, 20))).zh == "下次上报：2022年1月28日（还有8天）"


def test_an_office_that_was_never_entered_is_missing_and_a_moved_deadline_replaces_the_13th(tmp_path):
    rows = [{"office_id": "north", "due_on": date(2022, 2, 14), "reported_on": date(2022, 2, 14)}]
    snapshot = kept(tmp_path / "s", problem_report=rows)
    frame = reports.reports(snapshot, Filters(as_of=date(2022, 2, 20))).frame
    assert frame.select("office", "due_on", "status").rows() == [
        ("north", date(2022, 2, 14), "on_time"),
        ("south", date(2022, 2, 14), "missing"),
    ]


@pytest.mark.parametrize(
    ("given", "as_of", "passed", "following"),
    [
        (["2021-12-13"], "2022-01-05", ["2021-12-13", "2021-12-28"], "2022-01-13"),  # over the turn of the year
        (["2021-12-28", "2022-01-12"], "2022-01-12", ["2021-12-28", "2022-01-12"], "2022-01-28"),  # a day early
        (["2025-01-13", "2025-02-05"], "2025-02-02", ["2025-01-13"], "2025-02-05"),  # the 28th put off past 春节
        (["2025-01-13", "2025-02-05", "2025-02-13"], "2025-02-20", ["2025-01-13", "2025-02-05", "2025-02-13"],
         "2025-02-28"),
    ],
)  # fmt: skip
def test_a_deadline_moved_for_a_holiday_stands_for_the_nearest_one_not_on_record(
    tmp_path, given, as_of, passed, following
):
    rows = [{"report_id": n, "office_id": "north", "due_on": due, "reported_on": due, "problem_count": 0,
             "problem_kinds": None} for n, due in enumerate(given)]  # fmt: skip
    snapshot = kept(tmp_path / "s", problem_report=rows)
    day = date.fromisoformat(as_of)
    assert [str(each) for each in reports.due_dates(snapshot, Filters(as_of=day))] == passed
    assert str(reports.next_due(snapshot, day)) == following


def test_the_newest_due_date_is_told_whatever_the_period_and_totals_are_of_the_period(tmp_path):
    rows = [
        {"report_id": n, "office_id": "north", "due_on": due, "reported_on": due, "problem_count": 1}
        for n, due in enumerate((date(2022, 4, 28), date(2022, 5, 13)))
    ]
    filters = Filters(date(2022, 4, 1), date(2022, 4, 30), as_of=date(2022, 5, 13))
    snapshot = kept(tmp_path / "s", problem_report=rows)
    assert reports.reports(snapshot, filters).finding.zh.startswith("2022年5月13日")
    assert reports.by_date(snapshot, filters).frame["due_on"].to_list() == [date(2022, 4, 28)]
    assert reports.by_office(snapshot, filters).frame["problems"].sum() == 1


def test_kinds_are_counted_by_report_whatever_stands_between_them(tmp_path):
    rows = [
        {"office_id": "north", "due_on": date(2022, 1, 13), "reported_on": date(2022, 1, 13), "problem_count": 3,
         "problem_kinds": "城乡建设、劳动社保、城乡建设"},
        {"office_id": "south", "due_on": date(2022, 1, 13), "reported_on": date(2022, 1, 13), "problem_count": 1,
         "problem_kinds": "城乡建设；积水"},
    ]  # fmt: skip
    view = reports.kinds(kept(tmp_path / "s", problem_report=rows), Filters(as_of=date(2022, 1, 20)))
    frame = view.frame
    assert view.finding.zh == "问题最多见于城乡建设、劳动社保、积水"  # the last two are named as often
    assert frame.select("kind", "en", "items", "of", "offices").rows() == [
        ("城乡建设", "Urban and rural construction", 2, 2, 2),
        ("劳动社保", "Labour and social security", 1, 2, 1),
        ("积水", "积水", 1, 2, 1),
    ]


# Supervision


MATTERS = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from(["north", "south", None]),
        st.integers(0, 100),
        st.none() | st.integers(0, 80),
        st.none() | st.integers(-2, 120),
    ),
    min_size=1,
    max_size=15,
)


@SLOW
@given(MATTERS, DAY)
def test_states_ages_and_offices_of_matters_add_up(tmp_path_factory, rows, number):
    tables = {"rectification_item": [], "supervision_item": []}
    for at, (is_finding, office, opened, due, closed) in enumerate(rows):
        dates = {"office_id": office, "due_on": day(None if due is None else opened + due)}
        end = day(None if closed is None else opened + closed)
        if is_finding:
            row = {"rectification_id": at, "found_on": day(opened), "finding": "x", "done_on": end}
            tables["rectification_item"].append(dates | row)
        else:
            row = {"supervision_id": at, "kind": "督办", "subject": "x", "listed_on": day(opened), "closed_on": end}
            tables["supervision_item"].append(dates | row)
    snapshot = kept(tmp_path_factory.mktemp("u") / "s", **tables)
    as_of = day(number)
    filters = Filters(as_of=as_of)
    frame = supervision.matters(snapshot, filters).frame
    assert frame.height == sum(opened <= number for _, _, opened, _, _ in rows)
    assert frame.filter(pl.col("closed_on") > as_of).is_empty()
    counted = frame.filter(~pl.col("is_contradictory"))
    overdue = counted.filter(pl.col("state") == "overdue")
    assert (overdue["due_on"] <= as_of).all()
    ages = supervision.ages(snapshot, filters).frame
    assert ages["items"].sum() == overdue.height
    offices = supervision.by_office(snapshot, filters).frame
    assert offices["items"].sum() == counted.height
    assert (offices["closed"] + offices["open"] == offices["items"]).all()
    assert offices["overdue"].sum() == overdue.height
    kinds = supervision.kinds(snapshot, filters)[1:]
    assert sum(supervision.matters(snapshot, filters, kind).frame.height for kind in kinds) == frame.height


def test_a_matter_is_overdue_once_its_day_has_ended_and_late_where_it_closed_after_it(tmp_path):
    rows = [
        {"supervision_id": n, "kind": "督办", "subject": "x", "office_id": "north", "listed_on": day(0),
         "due_on": day(30), "closed_on": day(end)}
        for n, end in enumerate((None, 30, 31))
    ]  # fmt: skip
    snapshot = kept(tmp_path / "s", supervision_item=rows)

    def states(number):
        frame = supervision.matters(snapshot, Filters(as_of=day(number))).frame
        return dict(frame.select("record_id", "state").rows())

    assert states(29) == {0: "soon", 1: "soon", 2: "soon"}
    assert states(30) == {0: "overdue", 1: "closed", 2: "overdue"}
    assert states(31) == {0: "overdue", 1: "closed", 2: "closed_late"}
    view = supervision.matters(snapshot, Filters(as_of=day(40)))
    assert view.finding.zh == "3件中已办结2件，超期未结1件，最长超10天"
    assert supervision.ages(snapshot, Filters(as_of=day(29))).finding.zh == "没有超期未结的事项"


# Special periods


def roster(**cells):
    """Entries named by the first letter of a place and the day of March 2022."""
    places = {"n": "north", "s": "south"}
    return [
        {"reception_id": n, "day": date(2022, 3, int(at[1])), "place_code": places[at[0]], **entry}
        for n, (at, entry) in enumerate(cells.items())
    ]


PERIOD = {"period_id": 1, "name_zh": "会期", "name_en": "Session", "kind": "congress",
          "starts_on": "2022-03-04", "ends_on": "2022-03-06"}  # fmt: skip


def test_not_entered_is_not_the_same_as_nobody_on_duty(tmp_path):
    on = {"post_on_duty": "值班领导", "received_count": 3, "settled_count": 1}
    entries = roster(n4=on, n5={"post_on_duty": None}, n6=on, s4=on)
    snapshot = kept(tmp_path / "s", special_period=[PERIOD], reception_day=entries)
    view = periods.coverage(snapshot, Filters(as_of=date(2022, 3, 31)), "1")
    cells = {(row["place_code"], row["day"].day): row["status"] for row in view.frame.to_dicts()}
    assert cells == {
        ("north", 4): "covered", ("north", 5): "absent", ("north", 6): "covered",
        ("south", 4): "covered", ("south", 5): "unknown", ("south", 6): "unknown",
    }  # fmt: skip
    assert view.finding.zh == "值班3/6点次到位，其中休息日1/4；南镇、北镇有缺口"
    received = periods.receptions(snapshot, Filters(as_of=date(2022, 3, 31)), "1")
    assert received.finding.zh == "接访9批次，现场化解 33.3%（3/9批次）"
    overview = periods.overview(snapshot, Filters(as_of=date(2022, 3, 31))).frame.row(0, named=True)
    assert (overview["covered"], overview["missing"], overview["unknown"]) == (3, 1, 2)


def test_a_reception_nobody_came_to_is_no_gap_and_a_period_without_a_roster_shows_no_nought(tmp_path):
    nobody = {"post_on_duty": "值班领导", "received_count": 0, "settled_count": 0}
    earlier = PERIOD | {"period_id": 2, "name_zh": "早会", "starts_on": "2022-02-01", "ends_on": "2022-02-03"}
    snapshot = kept(tmp_path / "s", special_period=[PERIOD, earlier], reception_day=roster(n4=nobody))
    chosen = Filters(as_of=date(2022, 3, 31))
    assert periods.receptions(snapshot, chosen, "1").finding.zh == "接访0批次"
    table = {row["name"]: row for row in periods.table(periods.overview(snapshot, chosen), "zh").to_dicts()}
    assert (table["会期"]["duty"], table["会期"]["settled"]) == ("1/6", "0批次")
    assert (table["早会"]["duty"], table["早会"]["settled"]) == ("—", "—")


def test_days_after_the_as_of_day_are_planned_or_to_come_and_bring_no_visits(tmp_path):
    on = {"post_on_duty": "值班领导", "received_count": 3, "settled_count": 1}
    snapshot = kept(tmp_path / "s", special_period=[PERIOD], reception_day=roster(n4=on, n5=on))
    view = periods.coverage(snapshot, Filters(as_of=date(2022, 3, 4)), "1")
    north = view.frame.filter(pl.col("place_code") == "north")
    assert north["status"].to_list() == ["covered", "planned", "future"]
    assert north["received_count"].to_list() == [3, None, None]
    nothing_entered = kept(tmp_path / "n", special_period=[PERIOD])
    received = periods.receptions(nothing_entered, Filters(as_of=date(2022, 3, 4)), "1")
    assert received.notes[0].zh == "还没有登记接访批次。"
    before = periods.overview(snapshot, Filters(as_of=date(2022, 3, 3)))
    assert before.frame.is_empty()
    assert before.notes[0].zh.startswith("尚未开始：")
    assert PERIOD["name_zh"] in before.notes[0].zh
    assert "尚未开始" not in "".join(
        note.zh for note in periods.overview(snapshot, Filters(as_of=date(2022, 3, 4))).notes
    )


@pytest.mark.parametrize(("a_day", "word"), [(12, "明显多于平常"), (2, "没有超出偶然的差别")])
def test_the_sentence_says_beyond_chance_where_it_is(tmp_path, a_day, word):
    days = [START + timedelta(days=n) for n in range(120)]
    inside = {date(2022, 3, number) for number in (4, 5, 6)}
    counts = [(at, a_day if at in inside else 2) for at in days]
    cases = pl.DataFrame({"registered_at": [at for at, count in counts for _ in range(count)]})
    snapshot = build_from_frames(tmp_path / "s", cases, records={"special_period": [PERIOD]})
    view = periods.overview(snapshot, Filters(as_of=date(2022, 4, 30)))
    row = view.frame.row(0, named=True)
    assert row["count"] == 3 * a_day
    assert row["expected"] == pytest.approx(6.0)
    assert word in view.finding.zh
    assert (row["direction"] == 1) == (a_day == 12)


def test_ordinary_days_lie_in_no_special_period_and_have_the_same_weekday(tmp_path):
    other = PERIOD | {"period_id": 2, "starts_on": "2022-02-05", "ends_on": "2022-04-30"}
    cases = pl.DataFrame({"registered_at": [START + timedelta(days=n) for n in range(119)]})
    snapshot = build_from_frames(tmp_path / "s", cases, records={"special_period": [PERIOD, other]})
    frame = periods.overview(snapshot, Filters(as_of=date(2022, 4, 29))).frame
    row = frame.filter(pl.col("period") == "1").row(0, named=True)
    # only 4 February is a Friday within four weeks, and that was a holiday; no Saturday or Sunday is left at all
    assert (row["count"], row["direction"], row["left_out"]) == (None, None, 3)
    assert "没有可比的平常日子" in periods.against_usual(row).zh


# Same-day forwarding


def test_delays_calendar_and_waiting_are_the_same_items_as_the_rate(demo_snapshot):
    filters = Filters(date(2022, 1, 1), date(2022, 6, 30))
    official = forwarding.headline(demo_snapshot, filters).frame.row(0, named=True)
    delays = forwarding.delays(demo_snapshot, filters).frame
    assert delays["items"].sum() == official["denominator"]
    assert delays["items"][0] == official["numerator"]
    days = forwarding.calendar(demo_snapshot, filters).frame
    assert days["numerator"].sum() <= official["numerator"]
    for group in forwarding.CLOCK:
        parts = forwarding.by_group(demo_snapshot, filters, group=group).frame
        assert parts["denominator"].sum() == official["denominator"]
    waiting = forwarding.waiting(demo_snapshot, filters)
    assert (waiting.frame.select(pl.sum_horizontal(forwarding.BANDS)).to_series() == waiting.frame["items"]).all()
    assert forwarding.total_waiting(waiting) == delays["items"][-1]


def test_the_headline_names_both_readings_and_the_closing_time_of_the_rules(demo_snapshot):
    said = forwarding.headline(demo_snapshot, Filters(date(2022, 1, 1), date(2022, 6, 30))).finding
    assert "非工作日和17:30后顺延为" in said.zh
    later = Filters(date(2022, 1, 1), date(2022, 6, 30), rules="regulation2022_1800")
    assert "after 18:00" in forwarding.headline(demo_snapshot, later).finding.en


def test_off_hours_are_lower_in_the_demo_and_the_reading_lifts_them(demo_snapshot):
    filters = Filters(date(2022, 1, 1), date(2022, 6, 30))
    shares = forwarding.headline(demo_snapshot, filters).frame["value"].to_list()
    assert shares[0] < shares[1] < shares[2]


def test_a_register_without_forwarding_says_why(tmp_path):
    snapshot = kept(tmp_path / "s")
    assert forwarding.offered(snapshot, Filters()) == ()
    for view in (forwarding.waiting(snapshot, Filters()), forwarding.delays(snapshot, Filters())):
        assert view.frame.is_empty()
        assert "无法计算" in view.notes[0].zh

"""The figures of the programme pages beside a count of its own, straight on the rows of the database."""

import sqlite3
from collections import Counter
from datetime import date, timedelta

import polars as pl
import pytest

from queries.filters import Filters
from queries.snapshot import current
from queries.views import batches, forwarding, periods, reports, supervision

DAYS = [date(2021, 12, 31), date(2022, 3, 15), date(2022, 6, 30)]
DAY_COLUMNS = ("assigned_on", "reported_on", "reviewed_on", "reflow_on", "due_on", "day", "starts_on", "ends_on",
               "listed_on", "closed_on", "found_on", "done_on")  # fmt: skip


@pytest.fixture(scope="module")
def settings(demo_of):
    return demo_of(3_000)


@pytest.fixture(scope="module")
def snapshot(settings):
    return current(settings)


@pytest.fixture(scope="module")
def rows(settings):
    """Reads a table of the database as it is, days as days."""
    connection = sqlite3.connect(settings.data_dir / "huiyin.db")

    def read(table):
        found = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in found.description]
        frame = pl.DataFrame(found.fetchall(), schema=names, orient="row", infer_schema_length=None)
        return frame.with_columns(pl.col(name).cast(pl.String).str.to_date() for name in names if name in DAY_COLUMNS)

    yield read
    connection.close()


def by(frame, *columns):
    """Rows as tuples, in no order."""
    return Counter(tuple(row) for row in frame.select(columns).iter_rows())


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(("group", "column"), [("batch", "batch"), ("place", "place_code"), ("office", "office_id")])
def test_the_ladder_of_batches(rows, snapshot, day, group, column):
    expected = {}
    for row in rows("backlog_item").filter(pl.col("assigned_on") <= day).iter_rows(named=True):
        counts = expected.setdefault(row[column] or "", Counter())
        reported = row["reported_on"] is not None and row["reported_on"] <= day
        reviewed = reported and row["reviewed_on"] is not None and row["reviewed_on"] <= day
        recognised = reviewed and row["review_result"] == "recognised"
        counts.update(
            assigned=1,
            named=bool(row["lead_post"]) and bool(row["office_id"]),
            reported=reported,
            recognised=recognised,
            returned=reviewed and row["review_result"] == "returned",
            reflowed=recognised and row["reflow_on"] is not None and row["reflow_on"] <= day,
        )
    found = batches.ladder(snapshot, Filters(as_of=day), group).frame
    names = ("assigned", "named", "reported", "recognised", "returned", "reflowed")
    ours = {row[group]: tuple(row[name] or 0 for name in names) for row in found.iter_rows(named=True)}
    assert ours == {key: tuple(counts[name] for name in names) for key, counts in expected.items()}
    waiting = batches.items(snapshot, Filters(as_of=day)).frame
    assert waiting.height == sum(counts["assigned"] for counts in expected.values())


def first_petitions(rows, day):
    """First petitions of the half year up to a day whose day of forwarding and flags of a first one can be used."""
    cases = rows("petition_case").filter(pl.col("counted") == 1, pl.col("is_first_national") == 1)
    cases = cases.with_columns(
        pl.col("registered_at", "forwarded_at", "closed_at").str.slice(0, 19).str.to_datetime()
    ).with_columns(registered=pl.col("registered_at").dt.date(), forwarded=pl.col("forwarded_at").dt.date())
    usable = (pl.col("unusable").cast(pl.Int64) & (1 | 128)) == 0  # forwarded_at, first
    return cases.filter(pl.col("registered").is_between(half_year(day), day) & usable).with_columns(
        same_day=(pl.col("forwarded") == pl.col("registered")).fill_null(False)
    )


def half_year(day):
    return date(day.year, 1 if day.month <= 6 else 7, 1)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(
    ("group", "expression"),
    [
        ("register_level", pl.col("register_level")),
        ("channel", pl.col("channel")),
        ("weekday", (pl.col("registered").dt.weekday() - 1).cast(pl.String)),
        ("hour", pl.col("registered_at").dt.hour().cast(pl.String)),
    ],
)
def test_same_day_forwarding(rows, snapshot, day, group, expression):
    cases = first_petitions(rows, day)
    counted = cases.group_by(expression.alias("key")).agg(pl.col("same_day").sum(), pl.len())
    filters = Filters(start=half_year(day), end=day, as_of=day)
    found = forwarding.by_group(snapshot, filters, group=group).frame.filter(pl.col("denominator") > 0)
    assert by(found, group, "numerator", "denominator") == by(counted, "key", "same_day", "len")
    whole = forwarding.headline(snapshot, filters).frame.row(0, named=True)
    assert (whole["numerator"], whole["denominator"]) == (cases["same_day"].sum(), cases.height)
    waits = cases.filter((pl.col("forwarded").is_null()) | (pl.col("forwarded") > day)).height
    assert forwarding.delays(snapshot, filters).frame["items"].to_list()[-1] == waits


@pytest.mark.parametrize("day", DAYS)
def test_coverage_of_duty_in_special_periods(rows, snapshot, day):
    towns = set(rows("office").filter(kind="township", is_listed=1)["office_id"])
    roster = rows("reception_day")
    expected = {}
    for period in rows("special_period").filter(pl.col("starts_on") <= day).iter_rows(named=True):
        own = roster.filter(pl.col("day").is_between(period["starts_on"], period["ends_on"]))
        places = towns | set(own["place_code"])
        so_far = own.filter(pl.col("day") <= day)
        days = (min(period["ends_on"], day) - period["starts_on"]).days + 1
        covered = so_far.filter(pl.col("post_on_duty").fill_null("").str.strip_chars() != "").height
        expected[str(period["period_id"])] = (
            days, covered, so_far.height - covered, days * len(places) - so_far.height,
            so_far["received_count"].sum(), so_far["settled_count"].sum(),
        )  # fmt: skip
    found = periods.overview(snapshot, Filters(as_of=day)).frame
    names = ("period", "days", "covered", "missing", "unknown", "received", "settled")
    assert {row[0]: row[1:] for row in found.select(names).iter_rows()} == expected


@pytest.mark.parametrize("day", DAYS)
def test_reports_of_the_13th_and_28th(rows, snapshot, day):
    given = rows("problem_report")
    asked = {each for each in given["due_on"] if each <= day}
    offices = set(given.filter(pl.col("reported_on") <= day)["office_id"]) | set(
        rows("office").filter(kind="township", is_listed=1)["office_id"]
    )
    handed_in = {(row["office_id"], row["due_on"]): row["reported_on"] for row in given.iter_rows(named=True)}
    expected = Counter()
    for due in asked:
        for office in offices:
            on = handed_in.get((office, due))
            is_missing = on is None or on > day
            expected[office, due, "missing" if is_missing else "on_time" if on <= due else "late"] += 1
    found = reports.reports(snapshot, Filters(as_of=day)).frame
    assert by(found, "office", "due_on", "status") == expected


@pytest.mark.parametrize("day", DAYS)
def test_matters_under_supervision(rows, snapshot, day):
    listed = [
        (row["listed_on"], row["due_on"], row["closed_on"]) for row in rows("supervision_item").iter_rows(named=True)
    ]
    found_put_right = [
        (row["found_on"], row["due_on"], row["done_on"]) for row in rows("rectification_item").iter_rows(named=True)
    ]
    expected = Counter()
    for opened, due, closed in (*listed, *found_put_right):
        if opened > day:
            continue
        if closed is not None and closed <= day:
            state, over = ("closed_late" if due and closed > due else "closed"), (closed - due).days if due else 0
        else:
            closed = None
            state = (
                "no_deadline" if due is None else "overdue" if due <= day
                else "soon" if due <= day + timedelta(14) else "open"
            )  # fmt: skip
            over = (day - due).days if due else 0
        expected[state, max(over, 0), ((closed or day) - opened).days] += 1
    found = supervision.matters(snapshot, Filters(as_of=day)).frame.with_columns(pl.col("days_over").fill_null(0))
    assert by(found, "state", "days_over", "days_open") == expected

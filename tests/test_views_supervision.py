"""Supervision and rectification: whatever is on record and whatever day it is seen from, the counts belong together."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from queries.filters import Filters
from queries.views import supervision
from tests.examples import SLOW
from tests.programmes import DAY, day, kept

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

"""Complaints about officials are never shown to an office (Regulation Art. 30)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from queries.access import BUREAU, Viewer, visible_to
from queries.counting.distributions import matter_sizes, open_ages, satisfaction_components
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from tests.examples import SLOW
from tests.invented import Register, halves, registers, snapshot_of


def test_the_bureau_sees_every_row(register):
    snapshot = register("""
        purpose
        ----------
        accusation
        request
    """)
    assert visible_to(BUREAU, snapshot) is snapshot


def test_an_office_sees_no_accusation_in_any_breakdown(register):
    snapshot = register("""
        purpose    | place_code
        -----------+-----------
        accusation | north
        request    | north
        accusation | south
    """)
    seen = visible_to(Viewer("office", "north"), snapshot)
    assert evaluate(seen, "registered_count", ["purpose"])["purpose"].to_list() == ["request"]
    assert evaluate(seen, "registered_count", ["place"])["numerator"].to_list() == [1]


def test_an_office_cannot_tell_from_its_own_item_that_an_accusation_followed(register):
    snapshot = register("""
        case_id | matter_id | purpose    | registered_at | closed_at  | is_first_national
        --------+-----------+------------+---------------+------------+------------------
        a       | m1        | request    | 2022-01-03    | 2022-01-10 | yes
        b       | m1        | accusation | 2022-02-01    |            | no
        c       | m2        | request    | 2022-01-03    | 2022-01-10 | yes
        d       | m2        | accusation | 2022-02-01    |            | no
        e       | m2        | request    | 2022-03-01    |            | no
        f       | m3        | request    | 2022-01-03    | 2022-01-10 | yes
    """)
    late = at("2022-12-31")
    told = {who: evaluate(visible_to(viewer, snapshot), "resolved_once_rate", [], late).row(0, named=True)
            for who, viewer in (("bureau", BUREAU), ("office", Viewer("office", "x")))}  # fmt: skip
    assert (told["bureau"]["numerator"], told["bureau"]["denominator"]) == (1, 3)
    assert (told["office"]["numerator"], told["office"]["denominator"]) == (2, 3)


def at(day: str) -> Filters:
    return Filters(as_of=date.fromisoformat(day), evaluation_target="bureau")


OF_ALL = ["column_empty", "undated"]
purposes = st.sampled_from([None, "accusation", "request"])


@given(register=registers(), names=halves, data=st.data())
@SLOW
def test_an_office_sees_what_it_would_see_without_the_accusations(
    register: Register, names: list[str], data: st.DataObject
) -> None:
    rows = [row | {"purpose": data.draw(purposes)} for row in register["cases"]]
    others = {row["case_no"] for row in rows if row["purpose"] != "accusation"}
    allowed = {
        "cases": [row for row in rows if row["case_no"] in others],
        "evaluations": [row for row in register["evaluations"] if row["case_no"] in others],
        "backlog": register["backlog"],
    }
    with snapshot_of({**register, "cases": rows}) as whole, snapshot_of(allowed) as part:
        seen = visible_to(Viewer("office", "north"), whole)
        for day in ("2022-02-15", "2022-06-30"):
            filters = at(day)
            both = [evaluate(one, names, [], filters) for one in (seen, part)]
            # what a column holds at all, and whether most closings have a day, is said of the whole register
            computed = ~(both[0]["reason"].is_in(OF_ALL) | both[1]["reason"].is_in(OF_ALL)).fill_null(False)
            told = [one.select("measure", "numerator", "excluded").filter(computed) for one in both]
            assert told[0].equals(told[1])
            assert open_ages(seen, [], filters).equals(open_ages(part, [], filters))
            if part.coverage.get("matter_id"):
                assert matter_sizes(seen, filters).equals(matter_sizes(part, filters))
            parts = [satisfaction_components(one, [], filters)["asked"].to_list() for one in (seen, part)]
            assert parts[0] == parts[1]

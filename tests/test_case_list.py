"""A list opened from a figure holds exactly the items that were counted, and nothing a reader may not see."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.access import BUREAU, CASE_ROWS, STRANGER, Viewer, listed_for
from queries.cases.case_list import COLUMNS, NOTHING, ROLES, SORTS, STATES, USUAL, Question, found, of_same_matter, rows
from queries.cases.case_list import batch_items as in_batches
from queries.counting.evaluate import evaluate
from queries.dimensions import DIMENSIONS
from queries.filters import Filters
from queries.measures import Count, Ratio, measures
from queries.schema import petition_case
from queries.snapshot import Snapshot, build_from_frames
from queries.views import cases
from tests.conftest import typed
from tests.examples import SLOW
from tests.invented import Register, halves, registers, selections, snapshot_of


def listed(snapshot: Snapshot, name: str, role: str, filters: Filters) -> int:
    question = Question(name, role)  # type: ignore[arg-type]  # one of ROLES
    if measures()[name].table == "backlog":
        return in_batches(snapshot, filters, question).height
    one = found(snapshot, filters, question)
    return one.people if one.people is not None and role == "numerator" else len(one.numbers)


@given(register=registers(), filters=selections(), names=halves)
@SLOW
def test_the_list_of_every_measure_is_as_long_as_its_figure(
    register: Register, filters: Filters, names: list[str]
) -> None:
    with snapshot_of(register) as snapshot:
        for name in names:
            each = measures()[name]
            figure = evaluate(snapshot, name, (), filters).row(0, named=True)
            if figure["numerator"] is None:
                assert listed(snapshot, name, "numerator", filters) == 0, name
                continue
            counts = {role: listed(snapshot, name, role, filters) for role in ROLES}
            assert counts["numerator"] == figure["numerator"], name
            if not isinstance(each, Count) or each.weight is None:
                assert counts["excluded"] == figure["excluded"], name
            if isinstance(each, Ratio):
                assert counts["denominator"] == figure["denominator"], name
                assert counts["rest"] == figure["denominator"] - figure["numerator"], name


@given(register=registers(), filters=selections(), sort=st.sampled_from([*SORTS, *(f"-{name}" for name in SORTS)]))
@SLOW
def test_no_order_loses_or_doubles_an_item_and_states_add_up(register: Register, filters: Filters, sort: str) -> None:
    with snapshot_of(register) as snapshot:
        usual = found(snapshot, filters, Question()).numbers.to_list()
        assert sorted(found(snapshot, filters, Question(sort=sort)).numbers.to_list()) == sorted(usual)
        by_state = [found(snapshot, filters, Question(state=state)).numbers.to_list() for state in STATES]
        # due soon is a part of open
        assert sorted(number for name, each in zip(STATES, by_state, strict=True) if name != "soon" for number in each
                      ) == sorted(usual)  # fmt: skip
        assert set(by_state[1]) <= set(by_state[0])
        frame = rows(snapshot, filters, usual)
        assert frame["case_no"].to_list() == usual
        shown = dict(frame.select("case_no", "state").iter_rows())
        for state, numbers in zip(STATES, by_state, strict=True):
            assert {shown[number] for number in numbers} <= ({state} if state != "open" else {"open", "soon"})


OFFICES = (None, "north", "south")
viewers = st.sampled_from([BUREAU, STRANGER, Viewer("office", "north"), Viewer("office", "south"),
                           Viewer("office", "nowhere")])  # fmt: skip


@given(
    register=registers(),
    filters=selections(),
    names=halves,
    viewer=viewers,
    policy=st.sampled_from(CASE_ROWS),
    data=st.data(),
)
@SLOW
def test_no_reader_ever_gets_the_rows_of_another(
    register: Register, filters: Filters, names: list[str], viewer: Viewer, policy: str, data: st.DataObject
) -> None:
    purposes = st.sampled_from([None, "accusation", "request"])
    held = {
        row["case_no"]: (
            data.draw(st.sampled_from(OFFICES)),
            data.draw(purposes),
        )
        for row in register["cases"]
    }
    own = [row | {"responsible_office_id": held[row["case_no"]][0], "purpose": held[row["case_no"]][1]}
           for row in register["cases"]]  # fmt: skip
    with snapshot_of({**register, "cases": own}) as snapshot:
        seen = listed_for(viewer, policy, snapshot)  # type: ignore[arg-type]  # one of CASE_ROWS
        if policy == "nobody" or (viewer != BUREAU and (policy == "bureau" or viewer == STRANGER)):
            assert seen is None
            return
        assert seen is not None
        everything = {row["case_no"] for row in own}
        allowed = everything if viewer == BUREAU else {
            number for number, (office, purpose) in held.items() if office == viewer.office and purpose != "accusation"
        }  # fmt: skip
        got: set[int] = set(rows(seen, filters, sorted(everything))["case_no"].to_list())
        for name in names:
            for role in ROLES:
                got |= set(found(seen, filters, Question(name, role)).numbers.to_list())
        for number in everything:
            got |= set(of_same_matter(seen, filters, number))
        assert got <= allowed
        if viewer == BUREAU and filters.where == () and filters.start is None:
            assert len(found(seen, filters, Question()).numbers) == evaluate(snapshot, "registered_count", (), filters)[
                "numerator"][0]  # fmt: skip


def test_an_office_lists_what_the_offices_below_it_answer_for(register):
    snapshot = register(
        """
        responsible_office_id
        ---------------------
        bureau
        north
        south
        """
    )
    offices = pl.DataFrame({"key": ["", "bureau", "north", "south"], "parent": [None, None, "bureau", None]})
    snapshot._shared.read["office"] = snapshot.dimension("office").drop("parent").join(offices, on="key", how="left")
    seen = listed_for(Viewer("office", "bureau"), "own", snapshot)
    assert seen is not None
    assert len(found(seen, Filters(), Question()).numbers) == 2


def test_what_happened_after_the_as_of_day_is_not_on_the_list(register):
    snapshot = register(
        """
        registered_at | closed_at  | outcome   | due_at
        --------------+------------+-----------+-----------
        2022-01-01    | 2022-03-01 | supported | 2022-02-15
        2022-02-20    |            |           | 2022-04-20
        """
    )
    before = replace(Filters(), as_of=date(2022, 2, 10))
    frame = rows(snapshot, before, [1, 2])
    assert frame.select("case_no", "state", "closed", "outcome").rows() == [(1, "soon", None, 0)]
    assert found(snapshot, before, Question()).numbers.to_list() == [1]


@pytest.mark.parametrize(("words", "expected"), [
    ("c1", [1]), ("城建", [1, 2]), ("城建 北", [1]), (".*", []), ("%", []), ("_", []), ("[", []), ("城建 c2", [2]),
])  # fmt: skip
def test_a_search_finds_every_word_as_it_is_written(register, words, expected):
    snapshot = register(
        """
        place_code | topic_l1
        -----------+---------
        北镇       | 城建
        南镇       | 城建
        南镇       | 民政
        """
    )
    ids = {"c1": 1, "c2": 2, "c3": 3}

    def holding(term: str) -> list[int]:
        return [number for case_id, number in ids.items() if term in case_id]

    one = found(snapshot, Filters(), Question(search=words, sort="registered"), holding)
    assert one.numbers.to_list() == expected


def test_a_list_can_show_the_columns_of_the_register_that_speak_of_the_item_and_no_other():
    of_the_register = {"matter_id", "source", "source_file", "source_row", "import_id", "first_import_id", "case_no",
                       "counted", "unusable"}  # fmt: skip
    assert set(COLUMNS) - {"state", "days"} <= {
        *DIMENSIONS, *(column.name for column in petition_case.columns), "petitioned", "registered", "forwarded",
        "received", "accepted", "due", "replied", "closed",
    }  # fmt: skip
    assert not set(COLUMNS) & of_the_register
    assert set(USUAL) <= set(COLUMNS)


@pytest.mark.parametrize("asked", ["matter", "matter_id", "case_no", "unusable", "姓名", "source_file"])
def test_a_column_outside_the_list_is_never_shown_whatever_the_link_says(register, asked):
    snapshot = register("""
        matter_id | place_code
        ----------+-----------
        secret    | north
    """)
    frame = rows(snapshot, Filters(), [1])
    shown = cases.table(frame, {1: "c1"}, snapshot, (asked, "case_id", "place"), "zh")
    assert shown.columns == ["case_id", "place"]
    assert shown.rows() == [("c1", "north")]


def test_a_list_of_nothing_is_empty(register):
    snapshot = register("place_code\nnorth")
    assert len(NOTHING.numbers) == 0
    assert rows(snapshot, Filters(), []).is_empty()
    assert len(found(snapshot, Filters(), Question(search="nowhere")).numbers) == 0


def test_items_of_one_matter_find_each_other_without_its_number(register):
    snapshot = register(
        """
        matter_id | purpose
        ----------+-----------
        m1        | request
        m1        | accusation
        m2        | request
        m1        | request
                  | request
        """
    )
    assert of_same_matter(snapshot, Filters(), 1) == (2, 4)
    assert of_same_matter(snapshot.hide("purpose", ["accusation"]), Filters(), 1) == (4,)
    assert of_same_matter(snapshot, Filters(), 5) == ()


@pytest.mark.parametrize("name", list(measures()))
def test_the_sentence_over_a_list_carries_the_figure_it_was_opened_from(register, name):
    snapshot = register(
        """
        registered_at | due_at     | closed_at  | accepted_at | forwarded_at | petitioner_count | is_repeat | matter_id
        --------------+------------+------------+-------------+--------------+------------------+-----------+----------
        2022-01-01    | 2022-03-01 | 2022-02-01 | 2022-01-05  | 2022-01-01   | 2                | no        | m
        2022-01-02    | 2022-03-01 |            | 2022-01-05  | 2022-01-03   | 3                | no        | n
        """
    )
    filters = Filters(as_of=date(2022, 6, 30))
    count = len(found(snapshot, filters, Question(name)).numbers)
    said = cases.headline(snapshot, filters, Question(name), count)
    assert f"{count}件" in said.zh
    figure = evaluate(snapshot, name, (), filters).row(0, named=True)
    if figure["denominator"] and isinstance(measures()[name], Ratio):
        assert f"{figure['numerator']}/{figure['denominator']}件" in said.zh


@pytest.mark.parametrize(("typed", "items"), [("lanxi", 1), ("LXZ", 1), ("xizhen", 1), ("wcx", 0), ("岚", 1)])
def test_a_place_is_found_by_pinyin_and_initials_too(register, typed, items):
    snapshot = register("""
        place_code | topic_l1
        -----------+---------
        岚溪镇     | 能源
        禾墟镇     | 教育
    """)
    found_now = found(snapshot, Filters(as_of=date(2022, 6, 30)), Question(search=typed))
    assert len(found_now.numbers) == items


def test_a_list_is_put_into_the_order_of_every_column_it_shows_but_the_number(tmp_path):
    cases = typed([
        {"case_id": "a", "registered_at": "2022-01-01", "closed_at": "2022-01-05", "channel": "visit"},
        {"case_id": "b", "registered_at": "2022-01-02", "due_at": "2022-01-20", "channel": "letter"},
        {"case_id": "c", "registered_at": "2022-01-03", "due_at": "2022-06-20", "channel": "phone"},
    ])  # fmt: skip
    held = build_from_frames(tmp_path / "s", cases, as_of=date(2022, 2, 1))
    assert set(COLUMNS) - set(SORTS) == {"case_id"}
    assert found(held, Filters(), Question(sort="state")).numbers.to_list() == [2, 3, 1]
    assert found(held, Filters(), Question(sort="-state")).numbers.to_list() == [1, 3, 2]

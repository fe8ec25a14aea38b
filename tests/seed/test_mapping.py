"""Mapping files: what they can say, and what they are told when they are wrong."""

# ruff: noqa: DTZ001  the clocks of a register carry no zone

import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from queries.errors import BadMapping
from queries.schema import case_evaluation
from queries.store import open_store
from seed.columns import COLUMNS
from seed.load import run
from seed.mapping import RegisterMapping, shipped_names
from tests.seed.registers import stored

README = Path(__file__).parents[2] / "seed" / "mappings" / "README.md"


@pytest.fixture
def settings(never_opened):
    """A wrong mapping leaves no trace of an import, not even a folder."""
    return never_opened


@pytest.fixture
def imported(tmp_path, settings):
    """Imports text with a mapping; returns the report and a function for stored columns."""

    def import_it(text, mapping):
        (tmp_path / "r.csv").write_text(text, encoding="utf-8")
        (tmp_path / "m.toml").write_text(mapping, encoding="utf-8")
        return run(tmp_path / "r.csv", settings, tmp_path / "m.toml")

    return import_it


@pytest.fixture
def columns(settings):
    def read(*names):
        engine = open_store(settings)
        rows = stored(engine, *names)
        engine.dispose()
        return rows

    return read


def test_a_closing_date_counts_only_where_the_state_says_so(imported, columns):
    imported(
        "id,opened,closed,state\n1,2022-01-01,2022-01-05,Closed - fixed\n2,2022-01-01,2022-01-06,Reopened\n",
        """
        [columns]
        case_id = "id"
        registered_at = "opened"
        closed_at = { heading = "closed", when = { heading = "state", in = ["Closed*"] } }
        closed_stated = { heading = "state", true = ["Closed*"], otherwise = false }
        """,
    )
    assert columns("closed_at", "closed_stated") == [(datetime(2022, 1, 5), True), (None, False)]


def test_a_date_and_a_time_in_two_columns_are_joined(imported, columns):
    imported(
        "id,day,clock\n1,2022-01-01,14:05\n2,2022-01-02,\n",
        '[columns]\ncase_id = "id"\nregistered_at = { headings = ["day", "clock"], join = " " }',
    )
    assert columns("registered_at") == [(datetime(2022, 1, 1, 14, 5),), (datetime(2022, 1, 2),)]


def test_a_deadline_can_be_a_number_of_days_after(imported, columns):
    imported(
        "id,opened,sla,hours\n1,2022-01-01 08:00,5,36\n2,2022-01-01,x,\n",
        """
        [columns]
        case_id = "id"
        registered_at = "opened"
        due_at = { after = "registered_at", days = "sla" }
        closed_at = { after = "registered_at", days = "hours", unit = "hours" }
        accepted_at = { after = "registered_at", days = 1 }
        """,
    )
    assert columns("due_at", "closed_at", "accepted_at") == [
        (datetime(2022, 1, 6, 8), datetime(2022, 1, 2, 20), datetime(2022, 1, 2, 8)),
        (None, None, datetime(2022, 1, 2)),
    ]


def test_part_of_a_cell_can_be_taken(imported, columns):
    imported(
        "id,opened,place\n1,2022-01-01,District 5 - North\n2,2022-01-01,none\n",
        """
        [columns]
        case_id = "id"
        registered_at = "opened"
        place_code = { heading = "place", pattern = '^District (\\d+)' }
        """,
    )
    assert columns("place_code") == [("5",), (None,)]


def test_the_first_filled_of_several_columns_is_taken(imported, columns):
    imported(
        "id,opened,a,b\n1,2022-01-01,,x\n2,2022-01-01,y,z\n",
        '[columns]\ncase_id = "id"\nregistered_at = "opened"\nplace_code = { headings = ["a", "b"] }',
    )
    assert columns("place_code") == [("x",), ("y",)]


def test_words_constants_missing_words_and_prefix(imported, columns):
    report = imported(
        "id,opened,how,place\n1,2022-01-01,Tweet,NA\n2,2022-01-01,walk in,A\n3,2022-01-01,other thing,A\n",
        """
        [file]
        missing = ["NA"]
        [id]
        prefix = "x-"
        [columns]
        case_id = "id"
        registered_at = "opened"
        place_code = "place"
        channel = { heading = "how", values = { "tweet" = "online", "walk*" = "来访", "*" = "other" } }
        [constants]
        register_level = "county"
        is_repeat = false
        """,
    )
    assert columns("case_id", "channel", "place_code", "register_level", "is_repeat") == [
        ("x-1", "online", None, "county", False),
        ("x-2", "visit", "A", "county", False),
        ("x-3", "other", "A", "county", False),
    ]
    assert report.checks == {}
    assert report.constants == {"register_level": "county", "is_repeat": "false"}


def test_scores_become_evaluations_and_silence_what_the_mapping_says(imported, settings):
    imported(
        "id,opened,stars\n1,2022-01-01,5\n2,2022-01-01,1\n3,2022-01-01,\n",
        """
        [columns]
        case_id = "id"
        registered_at = "opened"
        [evaluation.office]
        score = { heading = "stars", values = { "5" = "satisfied", "1" = "dissatisfied" } }
        silent = "expired"
        """,
    )
    engine = open_store(settings)
    with engine.connect() as connection:
        rows = connection.execute(select(case_evaluation.c.status, case_evaluation.c.score)).all()
    engine.dispose()
    assert sorted(tuple(row) for row in rows if row.score) == [
        ("evaluated", "dissatisfied"),
        ("evaluated", "satisfied"),
    ]
    assert [row.status for row in rows if not row.score] == ["expired"]


def test_heading_rows_and_first_row_can_be_named(imported, columns):
    report = imported(
        "Report of,2022\nCase,Dates\nid,opened\n(text),(date)\n1,2022-01-01\n",
        '[file]\nheader_rows = [2, 3]\nfirst_row = 5\n[columns]\ncase_id = "Case / id"\nregistered_at = "opened"',
    )
    assert (report.rows_read, columns("case_id")) == (1, [("1",)])


def test_a_zone_converts_values_that_carry_an_offset(imported, columns):
    imported(
        "id,opened\n1,2022-01-01T20:00:00Z\n",
        '[dates]\nzone = "Asia/Shanghai"\n[columns]\ncase_id = "id"\nregistered_at = "opened"',
    )
    assert columns("registered_at") == [(datetime(2022, 1, 2, 4),)]


def test_days_before_months_can_be_demanded(imported, columns):
    imported(
        "id,opened,closed\n1,3/4/2022,5-6-22\n",
        '[dates]\norder = "day_first"\n[columns]\ncase_id = "id"\nregistered_at = "opened"\nclosed_at = "closed"',
    )
    assert columns("registered_at", "closed_at") == [(datetime(2022, 4, 3), datetime(2022, 6, 5))]


def test_numbers_can_be_derived_from_some_columns(imported, columns):
    mapping = '[id]\ncolumns = ["day", "who"]\n[columns]\nregistered_at = "day"\nclosed_at = "closed"'
    imported("day,who,closed\n2022-01-01,a,\n2022-01-01,b,\n2022-01-01,b,\n", mapping)
    (first,), (second,), (third,) = sorted(columns("case_id"), key=lambda row: len(row[0]))
    report = imported("day,who,closed\n2022-01-01,a,2022-02-01\n2022-01-01,b,\n2022-01-01,b,\n", mapping)
    assert third.endswith("~2")
    assert (report.new, report.changed, report.same) == (0, 1, 2)
    assert {first, second, third} == {identity for (identity,) in columns("case_id")}


def test_repeats_are_found_by_matter_also_over_two_imports(imported, columns):
    mapping = """
        [columns]
        case_id = "id"
        registered_at = "opened"
        matter_id = { headings = ["Address", "type"], missing = ["unknown"] }
        is_repeat = { same_matter_within_days = 30 }
        is_first_local = { same_matter_within_days = 30 }
        """
    imported("id,opened,Address,type\n1,2022-01-01,Road 1,x\n2,2022-01-31,Road 1,x\n3,2022-01-02,unknown,x\n", mapping)
    expected = [(False, True), (True, False), (None, None)]
    assert columns("is_repeat", "is_first_local") == expected
    report = imported("id,opened,Address,type\n4,2022-03-02 00:00:01,Road 1,x\n5,2021-12-31,Road 1,x\n", mapping)
    assert report.dropped_personal == ("Address",)
    assert columns("is_repeat", "is_first_local") == [(True, False), *expected[1:], (False, True), (False, True)]


def test_two_registers_may_not_share_numbers_unless_prefixed(imported, columns):
    plain = '[columns]\ncase_id = "id"\nregistered_at = "opened"'
    imported("id,opened\n1,2022-01-01\n", 'name = "one"\n' + plain)
    report = imported("id,opened\n1,2022-01-01\n2,2022-01-01\n", 'name = "two"\n' + plain)
    assert (report.new, report.checks) == (1, {"case_id_taken": 1})
    assert columns("case_id", "source") == [("1", "one"), ("2", "two")]


def test_automatic_fills_what_the_mapping_does_not_name(imported, columns):
    imported(
        "信访件编号,立案日,问题属地\n1,2022-01-01,西岸镇\n",
        'automatic = true\n[columns]\nregistered_at = "立案日"',
    )
    assert columns("case_id", "place_code") == [("1", "西岸镇")]


def test_a_column_may_be_optional(imported, columns):
    imported(
        "id,opened\n1,2022-01-01\n",
        '[columns]\ncase_id = "id"\nregistered_at = "opened"\nclosed_at = { heading = "closed", optional = true }',
    )
    assert columns("closed_at") == [(None,)]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("[columns", "is not TOML"),
        ('[colums]\nregistered_at = "x"', "there is no key 'colums'. Did you mean: columns"),
        ('[columns]\ncase_id = "x"', "registered_at is missing"),
        ('[columns]\nregistered_on = "x"', "no column 'registered_on'. Did you mean: registered_at"),
        ('[columns]\nregistered_at = "opened"\nclosed_at = "opned"', "no such heading. Did you mean: opened"),
        ('[columns]\nregistered_at = "opned"', "Did you mean: 'opened'"),
        ('[columns]\nregistered_at = { headin = "x" }', "no key 'headin'. Did you mean: heading"),
        ('[columns]\nregistered_at = 3', "write a heading"),
        ('[columns]\nregistered_at = { formats = ["%Y"] }', "heading is missing"),
        ('[columns]\nregistered_at = "opened"\nchannel = { heading = "id", values = { "a" = "pigeon" } }',
         "'pigeon' is not a word of channel. Did you mean: phone"),
        ('[columns]\nregistered_at = "opened"\n[constants]\nregister_level = "countty"', "Did you mean: county"),
        ('[columns]\nregistered_at = "opened"\n[constants]\nregistered_at = "2022-01-01"', "leave one of the two out"),
        ('[columns]\nregistered_at = "opened"\nplace_code = "Phone"', "a column about a person"),
        ('[columns]\nregistered_at = "opened"\n[id]\ncolumns = ["Phone"]', "a column about a person"),
        ('[columns]\nregistered_at = "opened"\n[id]\ncolumns = ["nowhere"]', "names 'nowhere'"),
        ('[columns]\nregistered_at = "opened"\n[dates]\nzone = "Asia/Shangai"', "Did you mean: Asia/Shanghai"),
        ('[columns]\nregistered_at = "opened"\n[dates]\norder = "dmy"', "There are: day_first, month_first"),
        ('[columns]\nregistered_at = "opened"\nclosed_at = { heading = "id", when = { heading = "id" } }',
         "either in or"),
        ('[columns]\nregistered_at = "opened"\ndue_at = { after = "registered_at" }', "belong together"),
        ('[columns]\nregistered_at = "opened"\nis_repeat = { same_matter_within_days = 9 }', "needs a matter_id"),
        ('[columns]\nregistered_at = "opened"\nplace_code = { heading = "id", pattern = "x" }', "in parentheses"),
        ('[columns]\nregistered_at = "opened"\n[unsupported]\nclosing_rate = "x"', "no such measure"),
        ('[columns]\nregistered_at = "opened"\n[evaluation.clerk]\nscore = "id"', "There are: bureau, office"),
        ('name = "demo"\n[columns]\nregistered_at = "opened"', "name of the demo register"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_told_what_is_accepted(imported, settings, mapping, said):
    with pytest.raises(BadMapping, match=re.escape(said)):
        imported("id,opened,Phone\n1,2022-01-01,1\n", mapping)
    assert not settings.data_dir.exists()


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_mappings_are_sound(name):
    mapping = RegisterMapping.load(name)
    assert mapping.name == name
    assert mapping.title is not None


def test_an_unknown_mapping_is_told_of_the_shipped_ones():
    with pytest.raises(BadMapping, match="Did you mean: nyc_311"):
        RegisterMapping.load("nyc311")


def test_the_manual_names_every_key_and_every_column():
    manual = README.read_text("utf-8")
    from seed.mapping import _SECTIONS

    keys = {key for keys in _SECTIONS.values() for key in keys}
    names = {name.split(".")[-1] for name in COLUMNS}
    assert [word for word in sorted(keys | names) if f"`{word}`" not in manual] == []


def test_every_example_of_the_manual_is_a_mapping():
    examples = re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), flags=re.DOTALL)
    assert len(examples) >= 5
    for example in examples:
        RegisterMapping.parse(example)

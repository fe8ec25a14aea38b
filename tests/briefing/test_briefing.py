"""The briefing as data: what the page says, no more and no less, for any register."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dashboard.agenda import AGENDA, finding
from dashboard.briefing import Briefing, Column, Part, Section, Table, legible, printed
from dashboard.briefing.compose import file_stem
from dashboard.briefing.request import briefing_for, file_stem_for, usual_month
from dashboard.exports.briefings import FORMATS
from dashboard.exports.grids import grid, shared_out
from dashboard.exports.layout import headed
from dashboard.exports.plans import CoursePlan, RowPlan, note_on, plan
from dashboard.i18n import Words
from dashboard.state.session import Session, default_reader
from queries import wording
from queries.access import STRANGER, visible_to
from queries.filters import Filters
from queries.records import meetings, write
from queries.records.meetings import Terms
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames
from queries.store import open_store
from tests.briefing.briefings import (
    briefing_of,
    many_places,
    odd_names,
    one_case,
    session_of,
    without_deadlines,
)
from tests.installations import DemoOf, copied


def test_it_goes_through_the_agenda_and_says_what_the_page_says(snapshot: Snapshot, made: Briefing) -> None:
    session = session_of(snapshot)
    keys = [section.key for section in made.sections]
    assert keys == [item.key for item in AGENDA if item.key in keys]
    for item in AGENDA:
        said = finding(item, snapshot, session.filters)
        if said and item.panels:
            section = next(section for section in made.sections if section.key == item.key)
            assert said.zh in [part.finding for part in section.parts]


def test_every_chart_of_the_agenda_that_has_figures_is_there_or_has_a_table(snapshot: Snapshot, made: Briefing) -> None:
    shown = {table.name for table in made.tables}
    drawn = {exhibit.draw for section in made.sections for part in section.parts for exhibit in part.exhibits}
    for item in AGENDA:
        for panel in item.panels:
            view = panel.question(snapshot, session_of(snapshot).filters(panel.span), *panel.arguments)
            if view.frame.height and panel.offered(snapshot):
                assert panel.name in shown or panel.chart in drawn, panel.name


def test_a_share_of_a_table_is_the_quotient_of_the_columns_it_names(made: Briefing) -> None:
    found = 0
    for table in made.tables:
        for at, column in enumerate(table.columns):
            for row in table.rows if column.ratio else ():
                above, below = (row[place] for place in column.ratio or ())
                if row[at] is not None:
                    assert row[at] == pytest.approx(above / below), (table.name, row)  # type: ignore[operator]  # counts
                    found += 1
    assert found > 20


def test_every_measure_of_a_figure_is_defined(made: Briefing) -> None:
    names = {each.name for each in made.definitions}
    assert {"on_time_reply_rate", "closure_rate", "repeat_share", "satisfaction_rate", "registered_count"} <= names
    assert all(each.meaning and each.cohort and each.unit for each in made.definitions)


def test_it_carries_filters_versions_and_that_the_data_is_invented(made: Briefing) -> None:
    basis = dict(made.basis)
    assert "v1.0" in basis.values()
    assert "2022年6月" in basis.values()
    assert "v1.0" in made.footer
    assert "演示数据" in made.footer
    assert made.caveat


def test_a_chosen_place_is_named_among_the_filters(snapshot: Snapshot) -> None:
    place = snapshot.keys("place")[0]
    made = briefing_of(snapshot, where=(("place", (place,)),))
    assert snapshot.labels("place", "zh")[place] in dict(made.basis).values()


def test_the_file_is_named_by_office_month_and_version(made: Briefing) -> None:
    assert made.file_stem == "云江市信访局_2022年6月_信访研判简报_v1.0"


@pytest.mark.parametrize("bureau", ["a/b\\c:d*e?f", "局" * 200, "../..", " . ", "局\x00\n名"])
def test_no_name_of_an_office_breaks_the_name_of_a_file(bureau: str) -> None:
    stem = file_stem(bureau, date(2022, 6, 1), "v1.0", "zh")
    assert not set(stem) & set('/\\:*?"<>|\n\x00 ')
    assert len(f"{stem}.docx".encode()) <= 255
    assert stem.endswith("v1.0")
    assert not stem.startswith(".")


def test_cells_are_printed_as_the_pages_print_them() -> None:
    cells = [
        (0.925, "share", "92.5%"),
        (-0.012, "points", "−1.2"),
        (0.012, "points", "+1.2"),
        (0.0, "points", "0.0"),
        ((0.891, 0.923), "interval", "89.1–92.3%"),
        (1234, "count", "1,234"),
        (date(2022, 6, 30), "day", "30 Jun 2022"),
        (None, "share", wording.MISSING),
    ]
    for value, kind, said in cells:
        assert printed(value, Column("", kind), "en") == said  # type: ignore[arg-type]  # kinds as written


def test_characters_no_document_may_hold_are_left_out() -> None:
    assert legible("东\x0b镇\x00\ud800") == "东镇"


def test_a_long_text_does_not_push_the_other_columns_off_the_page() -> None:
    table = Table("t", "", (Column("a"), Column("b", "count")), (("长" * 300, 5),))
    assert grid(table, "zh").wishes == ((120, 10), (4, 4))
    wide, narrow = shared_out([(120, 10), (4, 4)], 100, 1, 2) or [0, 0]
    assert (wide, narrow) == (94, 6)
    assert shared_out([(120, 60), (50, 50)], 100, 1, 2) is None


def test_beside_several_columns_a_long_text_stands_below_its_row() -> None:
    columns = tuple(Column(name) for name in ("state", "what", "office", "due", "verdict"))
    shown = grid(Table("t", "", columns, (("open", "clean up", "north", "30 Jun 2022", "long " * 20),)), "en")
    assert shown.headings == ("state", "what", "office", "due")
    assert shown.lines[0].below.startswith("verdict: long long")


def test_charts_on_paper_have_the_figures_of_their_views(made: Briefing) -> None:
    kinds = set()
    for section in made.sections:
        for exhibit in (exhibit for part in section.parts for exhibit in part.exhibits):
            drawn = plan(exhibit, "zh")
            kinds.add(type(drawn))
            if isinstance(drawn, CoursePlan):
                measures = exhibit.view.measures
                for line, each in zip(drawn.lines, measures, strict=True):
                    rows = exhibit.view.frame.sort("month")
                    rows = rows.filter(pl.col("measure") == each.name) if len(measures) > 1 else rows
                    assert list(line.values) == rows["value"].to_list()
            if isinstance(drawn, RowPlan) and {"value", "numerator"} <= {*exhibit.view.frame.columns}:
                for row, shown in zip(exhibit.view.frame.iter_rows(named=True), drawn.rows, strict=False):
                    assert [mark.at for mark in shown.marks] in ([], [row["value"]])
                    assert shown.counts == wording.fraction(row["numerator"], row["denominator"], "zh")
    assert kinds == {CoursePlan, RowPlan}


ODD = [one_case, without_deadlines, odd_names, many_places]


@pytest.mark.parametrize(
    ("register", "language"),
    [*((make, "zh") for make in (*ODD, None)), (odd_names, "en"), (None, "en")],
    ids=lambda each: getattr(each, "__name__", each or "empty"),
)
def test_any_register_gives_a_briefing_in_every_format(
    tmp_path: Path, register: Callable[[], pl.DataFrame] | None, language: str
) -> None:
    frame = register() if register else pl.DataFrame(schema={"case_id": pl.String, "registered_at": pl.String})
    made = briefing_of(build_from_frames(tmp_path / "s", frame), language, bureau="局 <&> = $x$ #1 *")
    for each in FORMATS.values():
        assert len(each.write(made)) > 1_000, each.name


def test_of_very_many_places_paper_shows_those_apart_and_the_largest_and_says_so(tmp_path: Path) -> None:
    made = briefing_of(build_from_frames(tmp_path / "s", many_places()))
    table = next(table for table in made.annexes if table.name == "places")
    assert len(table.rows) == 3_001
    assert len(table.on_paper) == 60
    assert "大镇" in [row[0] for row in table.on_paper]
    assert "3,001" in table.notes[0]


def test_a_chart_says_how_many_groups_it_leaves_out(made: Briefing) -> None:
    exhibits = [exhibit for section in made.sections for part in section.parts for exhibit in part.exhibits]
    crowded = [(exhibit, drawn) for exhibit in exhibits if (drawn := plan(exhibit, "zh")) and isinstance(drawn, RowPlan)
               and drawn.hidden]  # fmt: skip
    assert crowded
    for exhibit, drawn in crowded:
        assert f"其余{drawn.hidden}个" in note_on(exhibit, drawn, "zh")


def session_for(settings: Settings, **chosen: object) -> Session:
    return replace(default_reader(settings, "zh"), filters=Filters(**chosen))  # type: ignore[arg-type]  # its fields


def test_the_briefing_of_a_closed_session_stays_on_the_data_it_was_closed_on(tmp_path: Path, demo_of: DemoOf) -> None:
    settings = replace(copied(demo_of(700), tmp_path), bureau="云江市信访局")
    engine = open_store(settings)
    reader = session_for(settings)
    month = usual_month(reader)
    version = meetings.close(settings, engine, Terms(month, reader.as_of, "regulation2022"), by="test", version=None)
    before = briefing_for(session_for(settings), month)
    goal = {"measure": "closure_rate", "valid_from": date(2022, 1, 1), "value": 0.5, "source": "later"}
    write.save(engine, "target", goal, by="test")
    engine.dispose()
    later = session_for(settings)
    assert later.data_version != version
    after = briefing_for(later, month)
    assert after.data_version == version
    headlines = [next(one for one in made.sections if one.key == "headlines") for made in (before, after)]
    assert headlines[0].parts[0].tables == headlines[1].parts[0].tables
    assert file_stem_for(later, month) == after.file_stem == before.file_stem
    assert Words("zh")("briefing.closed") in dict(after.basis).values()


def test_a_month_is_over_before_there_is_a_briefing_of_it(demo_of: DemoOf) -> None:
    settings = demo_of(700)
    assert usual_month(session_for(settings)) == date(2022, 6, 1)
    assert usual_month(session_for(settings, end=date(2022, 3, 31))) == date(2022, 3, 1)
    assert usual_month(session_for(settings, end=date(2022, 3, 30))) == date(2022, 2, 1)
    assert usual_month(session_for(settings, end=date(2023, 3, 31))) == date(2022, 6, 1)


def test_an_office_is_told_that_complaints_about_officials_are_left_out(snapshot: Snapshot) -> None:
    seen = briefing_of(visible_to(STRANGER, snapshot))
    assert Words("zh")("briefing.hidden") in dict(seen.basis).values()


def test_no_count_is_printed_as_a_share(made: Briefing) -> None:
    for table in made.tables:
        for at, column in enumerate(table.columns):
            values = [row[at] for row in table.rows if row[at] is not None and column.kind == "share"]
            assert all(0 <= value <= 1 for value in values), (table.name, column.heading)  # type: ignore[operator]  # shares


def test_every_heading_is_in_the_readers_words(snapshot: Snapshot, made: Briefing) -> None:
    for table in made.tables:
        assert not [column.heading for column in table.columns if re.fullmatch("[A-Za-z_ ]*", column.heading)], (
            table.name
        )


def test_what_each_office_reported_is_a_row_an_office_and_a_column_a_day_it_was_due(made: Briefing) -> None:
    table = next(table for table in made.tables if table.name == "report_matrix")
    assert len({row[0] for row in table.rows}) == len(table.rows)
    assert all(re.fullmatch(r"\d+/(13|28)", column.heading) for column in table.columns[1:])
    assert {cell for row in table.rows for cell in row[1:]} <= {"按时", "迟报", "缺报", None}


def test_a_batch_of_old_items_is_one_row_with_what_is_not_stated_left_empty(made: Briefing) -> None:
    table = next(table for table in made.tables if table.name == "ladder")
    assert [row[0] for row in table.rows] == ["第一批", "第二批"]
    assert table.rows[0][1] == 32
    assert None in table.rows[1]


def test_only_findings_are_numbered_and_a_single_one_is_a_paragraph() -> None:
    several = Section("k", "Heading", (Part("one"), Part("", ("text",)), Part("two", ("more",))))
    assert [(heading, texts) for heading, texts, _ in headed(several, 3, "en")] == [
        ("3.1 One.", ()),
        ("", ("Text.",)),
        ("3.2 Two.", ("More.",)),
    ]
    assert [(heading, texts) for heading, texts, _ in headed(Section("k", "H", (Part("甲"),)), 3, "zh")] == [
        ("", ("甲。",))
    ]


def test_a_sentence_is_said_once_in_a_section(made: Briefing) -> None:
    for section in made.sections:
        findings = [part.finding for part in section.parts if part.finding]
        assert len(findings) == len(set(findings)), section.key

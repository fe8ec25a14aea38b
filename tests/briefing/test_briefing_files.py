"""The briefing as files: every format says the page's figures, in its layout, and can be opened again."""

import io
import re
from typing import Any

import polars as pl
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from openpyxl import load_workbook
from pptx import Presentation
from pptx.util import Inches
from pypdf import PdfReader

from dashboard.briefing import Briefing
from dashboard.exports import fonts, pictures, typeset
from dashboard.exports.briefings import FORMATS
from dashboard.exports.layout import OFFICIAL
from dashboard.exports.plans import CoursePlan, RowPlan, plan
from queries import wording
from queries.snapshot import Snapshot, build_from_frames
from queries.views import closure, meeting, townships
from tests.briefing.briefings import briefing_of, odd_names, session_of


@pytest.fixture(scope="session")
def files(snapshot: Snapshot, made: Briefing) -> dict[str, dict[str, bytes]]:
    return {
        language: {name: each.write(briefing) for name, each in FORMATS.items()}
        for language, briefing in (("zh", made), ("en", briefing_of(snapshot, "en")))
    }


def texts_of(form: str, content: bytes) -> str:
    """Everything a reader can read, blanks left out: a line may break anywhere."""
    file = io.BytesIO(content)
    if form == "docx":
        document = Document(file)
        found = [element.text or "" for element in document.element.iter(qn("w:t"))]
    elif form == "pptx":
        found = [run for slide in Presentation(file).slides for run in slide_texts(slide)]
    elif form == "xlsx":
        found = [str(cell) for sheet in load_workbook(file) for row in sheet.iter_rows(values_only=True)
                 for cell in row if cell is not None]  # fmt: skip
    else:
        found = [page.extract_text() for page in PdfReader(file).pages]
    return re.sub(r"\s", "", "".join(found))


def slide_texts(slide: Any) -> list[str]:
    found = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    found += [cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", ["docx", "pptx", "pdf"])
def test_the_figures_are_those_of_the_page(
    snapshot: Snapshot,
    files: dict[str, dict[str, bytes]],
    form: str,
    language: str,
) -> None:
    session = session_of(snapshot)
    said = texts_of(form, files[language][form])
    wanted = []
    for row in meeting.headlines(snapshot, session.filters("month")).frame.iter_rows(named=True):
        wanted += [wording.per_cent(row["value"], language),
                   wording.fraction(row["numerator"], row["denominator"], language),
                   wording.interval(row["lower"], row["upper"], language)]  # fmt: skip
    places = townships.dots(snapshot, session.filters("year"), "on_time_reply_rate", "place")
    wanted += [places.finding(language) if places.finding else ""]
    if form == "pptx":  # elsewhere they are in a picture, and in the annex
        wanted += [wording.fraction(*row, language) for row in places.frame.select("numerator", "denominator").rows()]
    for row in closure.deadlines(snapshot, session.filters("year")).frame.iter_rows(named=True):
        wanted.append(wording.number(row["items"], language))
    missing = [text for text in wanted if re.sub(r"\s", "", text).casefold() not in said.casefold()]
    assert not missing


@pytest.mark.parametrize("form", list(FORMATS))
def test_every_file_says_whose_it_is_its_versions_its_definitions_and_that_it_is_invented(
    files: dict[str, dict[str, bytes]], form: str
) -> None:
    said = texts_of(form, files["zh"][form])
    if form == "docx":
        document = Document(io.BytesIO(files["zh"][form]))
        said += "".join(paragraph.text for paragraph in document.sections[0].footer.paragraphs)
    for text in ("演示数据", "v1.0", "2022年6月30日", "信访工作条例（2022）", "按期答复率", "限"):
        assert text in said, text


def test_the_document_has_the_official_layout(files: dict[str, dict[str, bytes]]) -> None:
    document = Document(io.BytesIO(files["zh"]["docx"]))
    page = document.sections[0]
    measured = [page.page_width, page.page_height, page.top_margin, page.bottom_margin, page.left_margin,
                page.right_margin]  # fmt: skip
    assert [round(length / Mm(1)) for length in measured] == [210, 297, 37, 35, 28, 26]
    normal = document.styles["Normal"]
    assert normal.paragraph_format.line_spacing == Pt(28)
    assert normal.font.size == Pt(16)
    properties = normal.element.rPr
    assert properties.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert properties.find(qn("w:lang")).get(qn("w:eastAsia")) == "zh-CN"
    title = next(paragraph for paragraph in document.paragraphs if paragraph.style.name == "Title")
    assert title.runs[0]._r.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "方正小标宋简体"
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings[0].startswith("一、")
    assert any(paragraph.text.startswith("（一）") for paragraph in document.paragraphs)
    body = [paragraph for paragraph in document.paragraphs if paragraph.paragraph_format.first_line_indent]
    assert all(paragraph._p.pPr.ind.get(qn("w:firstLineChars")) == "200" for paragraph in body)
    assert "PAGE" in page.footer._element.xml
    assert page.footer.paragraphs[0].text.startswith("— ")


def test_headings_of_tables_are_repeated_and_pictures_stay_with_their_captions(
    files: dict[str, dict[str, bytes]],
) -> None:
    document = Document(io.BytesIO(files["zh"]["docx"]))
    assert document.tables
    assert all(table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None for table in document.tables)
    pictures_of = [paragraph for paragraph in document.paragraphs if "<pic:pic" in paragraph._p.xml]
    assert pictures_of
    assert all(paragraph.paragraph_format.keep_with_next for paragraph in pictures_of)
    assert all('descr="' in paragraph._p.xml for paragraph in pictures_of)


def test_fonts_that_may_stand_in_are_named(files: dict[str, dict[str, bytes]]) -> None:
    document = Document(io.BytesIO(files["zh"]["docx"]))
    table = next(part for part in document.part.package.iter_parts() if str(part.partname).endswith("fontTable.xml"))
    said = table.blob.decode()
    assert 'w:name="方正小标宋简体"' in said
    assert fonts.TITLE[1] in said


def test_the_trends_on_slides_are_native_charts_with_the_views_numbers(
    snapshot: Snapshot,
    files: dict[str, dict[str, bytes]],
) -> None:
    slides = Presentation(io.BytesIO(files["zh"]["pptx"]))
    assert (slides.slide_width, slides.slide_height) == (Inches(13.333), Inches(7.5))
    charts = [shape.chart for slide in slides.slides for shape in slide.shapes if shape.has_chart]
    frame = closure.by_month(snapshot, session_of(snapshot).filters("year")).frame.sort("month")
    wanted = frame.filter(pl.col("measure") == "on_time_reply_rate")["value"].to_list()
    lines = [list(series.values) for chart in charts for series in chart.plots[0].series]
    assert any(line == pytest.approx(wanted, nan_ok=True) for line in lines if len(line) == len(wanted))
    assert not any(shape.shape_type == 13 for slide in slides.slides for shape in slide.shapes)  # 13: a picture


def test_no_text_on_a_slide_is_smaller_than_sixteen_points(files: dict[str, dict[str, bytes]]) -> None:
    for language in ("zh", "en"):
        slides = Presentation(io.BytesIO(files[language]["pptx"]))
        for slide in slides.slides:
            for run in slide._element.iter(qn("a:r")):
                assert int(run.find(qn("a:rPr")).get("sz")) >= 1600
                assert run.find(qn("a:rPr")).find(qn("a:ea")).get("typeface") == "微软雅黑"
            bottom = max(shape.top + shape.height for shape in slide.shapes)
            right = max(shape.left + shape.width for shape in slide.shapes)
            assert bottom <= slides.slide_height, slide.shapes.title.text_frame.text
            assert right <= slides.slide_width
            assert slide.shapes.title.text_frame.text


def test_the_workbook_has_typed_cells_and_rates_that_can_be_followed(
    snapshot: Snapshot,
    files: dict[str, dict[str, bytes]],
) -> None:
    content = io.BytesIO(files["zh"]["xlsx"])
    formulas, values = load_workbook(content), load_workbook(content, data_only=True)
    name = next(name for name in formulas.sheetnames if name.startswith("主要指标"))
    frame = meeting.headlines(snapshot, session_of(snapshot).filters("month")).frame
    for number, row in enumerate(frame.iter_rows(named=True), start=4):
        assert values[name].cell(number, 2).value == row["numerator"]
        assert values[name].cell(number, 4).value == pytest.approx(row["value"])
        assert formulas[name].cell(number, 4).value == f'=IF(C{number}>0,B{number}/C{number},"")'
        assert formulas[name].cell(number, 4).number_format == "0.0%"
    assert formulas[name].freeze_panes == "B4"
    assert formulas[name].print_title_rows == "$3:$3"
    assert formulas.sheetnames[:2] == ["数据口径", "主要结论"]


def test_a_name_never_becomes_a_formula_in_the_workbook(tmp_path: Any) -> None:
    content = FORMATS["xlsx"].write(briefing_of(build_from_frames(tmp_path / "s", odd_names())))
    cells = [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == "=1+1" for cell in cells)
    assert all(cell.data_type == "s" for cell in cells if cell.value == "=1+1")
    assert all(str(cell.value).startswith("=IF(") for cell in cells if cell.data_type == "f")


def test_the_pdf_is_tagged_has_its_fonts_inside_and_a_title(files: dict[str, dict[str, bytes]]) -> None:
    reader = PdfReader(io.BytesIO(files["zh"]["pdf"]))
    assert reader.metadata is not None
    assert reader.metadata.title == "2022年6月信访工作分析"
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert len(reader.pages) > 3


def test_the_same_figures_give_the_same_files(snapshot: Snapshot, files: dict[str, dict[str, bytes]]) -> None:
    again = briefing_of(snapshot)
    for name in ("pdf", "xlsx"):
        assert FORMATS[name].write(again) == files["zh"][name]


def test_without_a_chinese_font_pictures_of_either_kind_still_come(
    made: Briefing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "_families", lambda: ())
    exhibits = [exhibit for section in made.sections for part in section.parts for exhibit in part.exhibits]
    plans = {type(found): found for exhibit in exhibits if (found := plan(exhibit, "zh"))}
    assert set(plans) == {RowPlan, CoursePlan}
    for each in plans.values():
        assert pictures.png.__wrapped__(each, "zh").startswith(b"\x89PNG")


def test_this_machine_can_say_whether_it_has_chinese_fonts() -> None:
    assert isinstance(typeset.has_chinese_font(), bool)
    assert fonts.installed(["b", "a", "c"], ["a", "b"]) == ["b", "a"]


def test_a_page_of_the_official_layout_holds_text_156_millimetres_wide() -> None:
    assert OFFICIAL.text_width == 156

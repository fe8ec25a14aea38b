"""A briefing as slides: one finding each, with charts and tables that can be edited in PowerPoint and WPS."""

import io
from collections.abc import Sequence
from datetime import datetime, time
from math import ceil
from typing import Any

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from dashboard.briefing import Briefing, Column, Kind, Part, Section, Table, legible, width_of
from dashboard.charts import LIGHT
from dashboard.exports import slide_charts
from dashboard.exports.grids import Grid, Line, grid, shared_out
from dashboard.exports.layout import sentence
from dashboard.exports.plans import CoursePlan, RowPlan, note_on, plan
from dashboard.exports.slide_charts import LEAST, rgb, set_font
from dashboard.i18n import Words
from queries import wording

WIDTH, HEIGHT = 13.333, 7.5  # inches, 16:9
EDGE = 0.6
TITLE_TOP, TITLE_HEIGHT = 0.35, 1.15
BODY_TOP, BODY_BOTTOM = 1.6, 6.85
FOOT_TOP = 6.9
TITLE_SIZES = ((52, 32), (76, 28), (104, 24), (999, 20))  # half characters that fit into two lines, points
LINE = 0.34  # inches of a line of text
HALF = 0.122  # inches of half a character of the smallest text
CELL_ROOM = 0.16  # inches beside the text of a cell
UNEVEN = 1.15  # of its lines a wrapped text takes more than its length says
TEXTS_BESIDE = 3  # sentences there is room for above a chart; more have a slide of their own
ROWS_BESIDE = 9  # rows of a chart that leave room for more than one sentence
_TITLE_ONLY = 5


def pptx_bytes(briefing: Briefing) -> bytes:
    """The slides as a file."""
    out = io.BytesIO()
    _Writer(briefing).presentation.save(out)
    return out.getvalue()


class _Writer:
    """Writes the slides of one briefing in order."""

    def __init__(self, briefing: Briefing) -> None:
        self.briefing, self.language = briefing, briefing.language
        self.words = Words(briefing.language)
        self.presentation = Presentation()
        self.presentation.slide_width, self.presentation.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self._properties()
        self._cover()
        rest: list[str] = []
        for section in briefing.sections:
            if not any(part.exhibits or part.tables for part in section.parts):
                rest += self._said(section)
                continue
            carried: tuple[str, ...] = ()
            for part, following in zip(section.parts, (*section.parts[1:], None), strict=True):
                carried = self._part(section.heading, part, carried, is_last=following is None)
        if rest:
            self._text_slide(self.words("briefing.others"), rest)
        self._basis()

    def _said(self, section: Section) -> list[str]:
        """The sentences of an item that has nothing to show, each with the item's name."""
        texts = [text for part in section.parts for text in (part.finding, *part.paragraphs, *part.notes) if text]
        return [self.words("briefing.pair", name=section.heading, value=text) for text in texts]

    def _properties(self) -> None:
        properties, briefing = self.presentation.core_properties, self.briefing
        properties.title, properties.author = legible(briefing.title), legible(briefing.bureau or "Huiyin")
        properties.subject, properties.comments = briefing.period, legible(briefing.footer)
        properties.language = "zh-CN" if self.language == "zh" else "en-GB"
        properties.created = properties.modified = datetime.combine(briefing.as_of, time())

    def _cover(self) -> None:
        slide = self._slide(self.briefing.title, size=44, top=2.3)
        lines = [self.briefing.bureau, self.words("briefing.as_of", day=self._day()),
                 self.words("briefing.caveat_line") if self.briefing.caveat else ""]  # fmt: skip
        box = self._box(slide, EDGE, 3.7, WIDTH - 2 * EDGE, 1.8)
        for at, line in enumerate(line for line in lines if line):
            self._line(box, line, 24, LIGHT.muted, first=at == 0)

    def _day(self) -> str:
        return wording.day(self.briefing.as_of, self.language)

    def _part(self, heading: str, part: Part, carried: tuple[str, ...], *, is_last: bool) -> tuple[str, ...]:
        """A slide for every chart and table of a part, else one for its sentences.

        Args:
            carried: sentences of the part before, which had nothing to show.

        Returns:
            The part's sentences where they are few and it has nothing to show: the next slide has room for them.
        """
        title = part.finding or heading
        drawn = [(exhibit, found) for exhibit in part.exhibits if (found := plan(exhibit, self.language))]
        if not drawn and not part.tables and not is_last and len(part.paragraphs) < TEXTS_BESIDE:
            return (*carried, part.finding, *part.paragraphs) if part.finding else (*carried, *part.paragraphs)
        text = [*carried, *part.paragraphs]
        if not drawn and not part.tables:
            self._text_slide(title, [*text, *part.notes])
            return ()
        crowded = any(isinstance(found, RowPlan) and len(found.rows) > ROWS_BESIDE for _, found in drawn[:1])
        beside = text if len(text) <= (1 if crowded else TEXTS_BESIDE) else []
        if text and not beside:
            self._text_slide(title, text)
        for number, (exhibit, found) in enumerate(drawn):
            slide = self._slide(title)
            below = self._above(slide, beside if number == 0 else [])
            note = note_on(exhibit, found, self.language)
            used = self._caption(slide, exhibit.title + (self.words("briefing.aside", text=note) if note else ""))
            area = (EDGE, BODY_TOP + below, WIDTH - 2 * EDGE, BODY_BOTTOM - BODY_TOP - used - below)
            if isinstance(found, CoursePlan):
                slide_charts.draw_course(slide, found, area, self.language, legible(exhibit.title))
            else:
                slide_charts.draw_rows(slide, found, area)
        for table in part.tables:
            self._table(table.title if drawn or not part.finding else title, table, [] if drawn else beside)
        return ()

    def _text_slide(self, title: str, texts: Sequence[str]) -> None:
        slide = self._slide(title)
        box = self._box(slide, EDGE, BODY_TOP, WIDTH - 2 * EDGE, BODY_BOTTOM - BODY_TOP)
        size = 24 if sum(width_of(text) for text in texts) < 700 else 20 if len(texts) < 9 else LEAST
        for at, text in enumerate(texts):
            paragraph = self._line(box, sentence(text, self.language), size, LIGHT.ink, first=at == 0)
            paragraph.space_after = Pt(size * 0.6)

    def _above(self, slide: Any, texts: Sequence[str]) -> float:
        """Sentences between the title and what is shown; returns the inches they take."""
        if not texts:
            return 0.0
        box = self._box(slide, EDGE, BODY_TOP - 0.1, WIDTH - 2 * EDGE, LINE * len(texts))
        for at, text in enumerate(texts):
            self._line(box, sentence(text, self.language), 18, LIGHT.ink, first=at == 0)
        return self._lines(texts) + 0.05

    def _lines(self, texts: Sequence[str]) -> float:
        return float(sum(-(-width_of(text) // 92) for text in texts) * LINE)

    def _table(self, title: str, table: Table, beside: Sequence[str] = ()) -> None:
        shown = grid(table, self.language)
        widths = _widths(shown)
        notes = " ".join(table.notes)
        room = BODY_BOTTOM - BODY_TOP - (_caption_height(notes) if notes else 0) - self._lines(beside)
        sheets = _dealt(shown.lines, widths, room - _height(shown.headings, widths))
        for at, sheet in enumerate(sheets, start=1):
            part = self.words("briefing.slide_part", part=at, parts=len(sheets)) if len(sheets) > 1 else ""
            slide = self._slide(title + part)
            top = BODY_TOP + self._above(slide, beside if at == 1 else [])
            if notes:
                self._caption(slide, notes)
            self._grid(slide, shown, sheet, widths, top)

    def _grid(self, slide: Any, shown: Grid, sheet: Sequence[Line], widths: list[float], top: float) -> None:
        rows: list[tuple[str, ...]] = [shown.headings]
        for line in sheet:
            rows += [line.cells, (line.below,)] if line.below else [line.cells]
        heights = [_height(row, widths if len(row) > 1 else [sum(widths)]) for row in rows]
        shape = slide.shapes.add_table(len(rows), len(widths), Inches(EDGE), Inches(top),
                                       Inches(WIDTH - 2 * EDGE), Inches(sum(heights)))  # fmt: skip
        made = shape.table
        _plain_style(shape)
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Inches(width)
        for number, (texts, height) in enumerate(zip(rows, heights, strict=True)):
            made.rows[number].height = Inches(height)
            if len(texts) < len(widths):
                made.cell(number, 0).merge(made.cell(number, len(widths) - 1))
            # a text below belongs to its row: the line is under both
            lined = number + 1 == len(rows) or len(rows[number + 1]) == len(widths)
            for at, text in enumerate(texts):
                self._cell(made.cell(number, at), text, shown.columns[at].kind if len(texts) > 1 else "text",
                           is_heading=number == 0, lined=lined)  # fmt: skip

    def _cell(self, cell: Any, text: str, kind: Kind, *, is_heading: bool, lined: bool) -> None:
        cell.margin_top = cell.margin_bottom = Inches(0.03)
        cell.margin_left = cell.margin_right = Inches(CELL_ROOM / 2)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.fill.background()
        if lined:
            _underline(cell, LIGHT.ink if is_heading else LIGHT.grid, 1.25 if is_heading else 0.75)
        paragraph = cell.text_frame.paragraphs[0]
        self._run(paragraph, text, LEAST, LIGHT.muted if is_heading else LIGHT.ink, bold=is_heading)
        paragraph.alignment = PP_ALIGN.LEFT if kind in ("text", "day", "month") else PP_ALIGN.RIGHT

    def _basis(self) -> None:
        """What the figures stand on, then the definitions."""
        words, briefing = self.words, self.briefing
        basis = Table(
            "basis",
            words("briefing.basis"),
            (Column(words("briefing.name_heading")), Column(words("briefing.value_heading"))),
            briefing.basis,
        )
        self._table(basis.title, basis)
        columns = tuple(Column(words(f"briefing.{name}_heading")) for name in ("measure", "definition", "cohort"))
        rows = tuple((each.label, each.meaning, each.cohort) for each in briefing.definitions)
        if rows:
            self._table(words("briefing.definitions_slide"), Table("definitions", "", columns, rows))

    def _slide(self, title: str, *, size: float | None = None, top: float = TITLE_TOP) -> Any:
        """A slide with its title, and below what everything on it stands on."""
        slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[_TITLE_ONLY])
        shape = slide.shapes.title
        shape.left, shape.top = Inches(EDGE), Inches(top)
        shape.width, shape.height = Inches(WIDTH - 2 * EDGE), Inches(TITLE_HEIGHT)
        frame = shape.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
        frame.margin_left = frame.margin_right = 0
        paragraph = frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.LEFT
        text = legible(title[:1].upper() + title[1:])
        fitting = next(points for most, points in TITLE_SIZES if width_of(text) <= most or most == 999)
        self._run(paragraph, text, size or fitting, LIGHT.ink, bold=True)
        foot = self._box(slide, EDGE, FOOT_TOP, WIDTH - 2 * EDGE, 0.42)
        self._line(foot, self.briefing.footer, LEAST, LIGHT.muted, first=True)
        return slide

    def _caption(self, slide: Any, text: str) -> float:
        """A line above the foot; returns the inches it takes."""
        height = _caption_height(text)
        box = self._box(slide, EDGE, BODY_BOTTOM - height, WIDTH - 2 * EDGE, height)
        self._line(box, text, LEAST, LIGHT.muted, first=True)
        return height

    def _box(self, slide: Any, left: float, top: float, width: float, height: float) -> Any:
        frame = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height)).text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        return frame

    def _line(self, frame: Any, text: str, size: float, colour: str, *, first: bool) -> Any:
        paragraph = frame.paragraphs[0] if first else frame.add_paragraph()
        self._run(paragraph, text, size, colour)
        return paragraph

    def _run(self, paragraph: Any, text: str, size: float, colour: str, *, bold: bool = False) -> None:
        run = paragraph.add_run()
        run.text = legible(text)
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = rgb(colour)
        set_font(run._r.get_or_add_rPr(), self.language)


def _caption_height(text: str) -> float:
    return 0.3 * min(-(-width_of(text) // 100), 6) + 0.08


def _widths(shown: Grid) -> list[float]:
    """Widths of the columns in inches: as their texts want, long ones wrap."""
    room = WIDTH - 2 * EDGE
    return shared_out(shown.wishes, room, HALF, CELL_ROOM) or [room / len(shown.wishes)] * len(shown.wishes)


def _height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Height of a row in inches, by the text that takes the most lines; a broken line is seldom full."""
    pairs = zip(texts, widths, strict=True)
    most = max(ceil(width_of(text) * HALF / (width - CELL_ROOM) * UNEVEN - UNEVEN + 0.99) for text, width in pairs)
    return 0.27 * max(most, 1) + 0.13


def _dealt(lines: Sequence[Line], widths: list[float], room: float) -> list[list[Line]]:
    """Rows dealt over as few slides as hold them, about as many on each."""
    heights = [
        _height(line.cells, widths) + (_height([line.below], [sum(widths)]) if line.below else 0) for line in lines
    ]
    least = max(1, -(-sum(heights) // room))
    level = max(sum(heights) / least, max(heights, default=0.0))
    sheets: list[list[Line]] = [[]]
    used = 0.0
    for line, height in zip(lines, heights, strict=True):
        if sheets[-1] and (used + height > room or used + height / 2 > level + 1e-9):
            sheets.append([])
            used = 0.0
        sheets[-1].append(line)
        used += height
    return sheets


def _plain_style(shape: Any) -> None:
    """No bands and no fill: lines below the rows are enough."""
    properties = shape._element.graphic.graphicData.tbl.tblPr
    for name in ("bandRow", "firstRow"):
        properties.set(name, "1" if name == "firstRow" else "0")
    style = properties.find(qn("a:tableStyleId"))
    if style is not None:
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's "No Style, No Grid"


def _underline(cell: Any, colour: str, points: float) -> None:
    properties = cell._tc.get_or_add_tcPr()
    line = properties.makeelement(qn("a:lnB"), {"w": str(int(points * 12_700))})
    fill = line.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": colour.lstrip("#")}))
    line.append(fill)
    properties.insert(0, line)

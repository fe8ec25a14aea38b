"""A briefing as a document for Word and WPS, in the layout of official documents where it is Chinese."""

import io
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, time
from typing import Any, cast

from docx import Document
from docx.document import Document as Docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.shared import Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from dashboard.briefing import Briefing, Column, Exhibit, Part, Section, Table, legible
from dashboard.charts import LIGHT
from dashboard.exports import word
from dashboard.exports.grids import grid
from dashboard.exports.layout import CELL_SIDE, LAYOUTS, PAGE, RED, RIGHT, Type, caption, definition, fitting, headed
from dashboard.exports.pictures import png
from dashboard.exports.plans import note_on, plan
from dashboard.i18n import Words
from queries import wording

FOOT_LINE = 8.5  # points


def docx_bytes(briefing: Briefing) -> bytes:
    """The document as a file."""
    out = io.BytesIO()
    _Writer(briefing).document.save(out)
    return out.getvalue()


class _Writer:
    """Writes one briefing from top to bottom; counts its figures and tables."""

    def __init__(self, briefing: Briefing) -> None:
        self.briefing, self.language = briefing, briefing.language
        self.words, self.layout = Words(briefing.language), LAYOUTS[briefing.language]
        self.document: Docx = Document()
        self.figures = self.tables = 0
        self._page()
        word.set_styles(self.document, self.layout)
        word.name_fonts(self.document, self.layout)
        self._properties()
        self._head()
        for number, section in enumerate(briefing.sections, start=1):
            self._section(number, section)
        self._annexes()
        self._basis(len(briefing.sections) + 1)

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
        top, bottom, left, right = self.layout.margins
        section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
        section.left_margin, section.right_margin = Mm(left), Mm(right)
        section.footer_distance = Mm(min(25, bottom - 8))
        foot = section.footer.paragraphs[0]
        self._tight(foot)
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        before, after = self.layout.numbers
        self._run(foot, before, self.layout.foot)
        word.page_field(self._run(foot, "", self.layout.foot))
        self._run(foot, after, self.layout.foot)
        line = section.footer.add_paragraph()
        self._tight(line)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(line, self.briefing.footer, replace(self.layout.cell, size=FOOT_LINE), LIGHT.muted)

    def _properties(self) -> None:
        properties, briefing = self.document.core_properties, self.briefing
        properties.title, properties.author = legible(briefing.title), legible(briefing.bureau or "Huiyin")
        properties.subject, properties.comments = briefing.period, legible(briefing.footer)
        properties.language = "zh-CN" if self.language == "zh" else "en-GB"
        # a document made twice of the same figures is the same: the day is theirs, not that of the click
        properties.created = properties.modified = datetime.combine(briefing.as_of, time())

    def _head(self) -> None:
        """Series, month, bureau and day above a line; the title; what must be said of invented data."""
        briefing, layout = self.briefing, self.layout
        official = self.language == "zh"
        head = self._paragraph("", exact=False)
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER if official else WD_ALIGN_PARAGRAPH.LEFT
        self._run(head, briefing.head, layout.head, RED if official else LIGHT.muted)
        line = self._paragraph("", exact=False)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(layout.text_width), WD_TAB_ALIGNMENT.RIGHT)
        day = self.words("briefing.as_of", day=wording.day(briefing.as_of, self.language))
        self._run(line, f"{briefing.bureau}\t{day}" if briefing.bureau else day, layout.small)
        word.line_below(line, RED if official else LIGHT.grid, 1.5 if official else 0.75)
        title = self._paragraph("", exact=False)
        title.style = self.document.styles["Title"]
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER if official else WD_ALIGN_PARAGRAPH.LEFT
        title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(22), Pt(14)
        self._run(title, briefing.title, layout.title)
        if briefing.caveat:
            caveat = self._paragraph("", exact=False)
            caveat.alignment = WD_ALIGN_PARAGRAPH.CENTER if official else WD_ALIGN_PARAGRAPH.LEFT
            caveat.paragraph_format.space_after = Pt(8)
            self._run(caveat, self.words("briefing.caveat_line"), layout.heading)

    def _section(self, number: int, section: Section) -> None:
        self._heading(wording.heading(number, self.language) + section.heading, 1)
        for heading, texts, part in headed(section, number, self.language):
            if heading:
                self._heading(heading, 2)
            for text in texts:
                self._text(text)
            self._part(part)

    def _part(self, part: Part) -> None:
        for exhibit in part.exhibits:
            self._exhibit(exhibit)
        for table in part.tables:
            self._table(table, self.words("briefing.table", number=self._next_table(), title=table.title))
        if part.notes:
            self._note(" ".join(part.notes) if self.language == "en" else "".join(part.notes))

    def _next_table(self) -> int:
        self.tables += 1
        return self.tables

    def _exhibit(self, exhibit: Exhibit) -> None:
        drawn = plan(exhibit, self.language)
        if drawn is None:
            return
        self.figures += 1
        place = self._paragraph("", exact=False)
        place.alignment = WD_ALIGN_PARAGRAPH.CENTER
        place.paragraph_format.keep_with_next = True
        place.paragraph_format.space_before = Pt(6)
        picture = place.add_run().add_picture(io.BytesIO(png(drawn, self.language)), Mm(self.layout.text_width - 1))
        word.describe(picture, legible(exhibit.title))
        below = self._paragraph("", exact=False)
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        below.paragraph_format.space_after = Pt(8)
        self._run(
            below,
            caption(exhibit.title, note_on(exhibit, drawn, self.language), self.figures, self.language),
            self.layout.cell,
        )

    def _annexes(self) -> None:
        for at, table in enumerate(self.briefing.annexes, start=1):
            title = self._heading(self.words("briefing.annex", number=at, title=table.title), 1, indent=False)
            title.paragraph_format.page_break_before = at == 1
            title.paragraph_format.space_before = Pt(0 if at == 1 else 12)
            self._table(table, "")

    def _table(self, table: Table, said: str) -> None:
        layout = self.layout
        if said:
            above = self._paragraph("", exact=False)
            above.paragraph_format.keep_with_next = True
            above.paragraph_format.space_before, above.paragraph_format.space_after = Pt(6), Pt(3)
            above.alignment = WD_ALIGN_PARAGRAPH.CENTER
            self._run(above, said, layout.small)
        shown = grid(table, self.language)
        size, widths = fitting(shown, layout)
        kind = replace(layout.cell, size=size)
        made = self.document.add_table(rows=1, cols=len(shown.columns), style="Table Grid")
        made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        word.cell_margins(made, CELL_SIDE)
        for column, width in zip(list(made.columns), widths, strict=True):
            column.width = Mm(width)
        first = made._tbl.tr_lst[0]
        blank = deepcopy(first)  # python-docx looks cells up each time: copied rows are much quicker for long annexes
        self._row(first, shown.headings, shown.columns, widths, kind, is_heading=True)
        for line in shown.lines:
            row = deepcopy(blank)
            made._tbl.append(row)
            self._row(row, line.cells, shown.columns, widths, kind)
            if line.below:
                word.keep_with_next_row(row)
                under = deepcopy(blank)
                made._tbl.append(under)
                word.join_cells(under)
                self._row(under, (line.below,), (Column(""),), [sum(widths)], kind)
        self._note("".join(table.notes) if self.language == "zh" else " ".join(table.notes))

    def _row(
        self, row: Any, texts: Sequence[str], columns: Sequence[Column], widths: Sequence[float], kind: Type,
        *, is_heading: bool = False,
    ) -> None:  # fmt: skip
        word.keep_row_whole(row, is_heading=is_heading)
        for cell, text, column, width in zip(row.tc_lst, texts, columns, widths, strict=True):
            cell.width = cast("Length", Mm(width))
            paragraph = Paragraph(cell.p_lst[0], cast("Any", self.document._body))
            self._tight(paragraph)
            self._run(paragraph, text, kind, bold=is_heading)
            centred = is_heading or column.kind in ("day", "month")
            flush = WD_ALIGN_PARAGRAPH.RIGHT if column.kind in RIGHT else WD_ALIGN_PARAGRAPH.LEFT
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else flush

    def _basis(self, number: int) -> None:
        """What the figures stand on, and how each measure is defined."""
        words = self.words
        self._heading(wording.heading(number, self.language) + words("briefing.basis"), 1)
        for name, value in self.briefing.basis:
            self._text(words("briefing.pair", name=name, value=value), self.layout.small)
        for each in self.briefing.definitions:
            paragraph = self._text("", self.layout.small)
            self._run(paragraph, words("briefing.pair", name=each.label, value=""), self.layout.small, bold=True)
            self._run(paragraph, definition(each, self.language), self.layout.small)

    def _heading(self, text: str, level: int, *, indent: bool = True) -> Paragraph:
        paragraph = self.document.add_paragraph(style=f"Heading {level}")
        if indent:
            word.indent_first_line(paragraph, self.layout.indent, self.layout.body.size)
        self._run(paragraph, text, self.layout.heading if level == 1 else self.layout.subheading)
        paragraph.paragraph_format.keep_with_next = True
        return paragraph

    def _text(self, text: str, kind: Type | None = None) -> Paragraph:
        paragraph = self._paragraph("", exact=kind is None)
        size = (kind or self.layout.body).size
        word.indent_first_line(paragraph, self.layout.indent, size)
        if kind is not None:
            paragraph.paragraph_format.line_spacing = 1.3
        else:
            paragraph.paragraph_format.space_after = Pt(0 if self.layout.is_exact else 6)
        if self.language == "zh":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        if text:
            self._run(paragraph, text, kind or self.layout.body)
        return paragraph

    def _note(self, text: str) -> None:
        if not text:
            return
        paragraph = self._paragraph("", exact=False)
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(3), Pt(6)
        self._run(paragraph, text, self.layout.cell, LIGHT.muted)

    def _paragraph(self, text: str, *, exact: bool = True) -> Paragraph:
        paragraph = self.document.add_paragraph(text)
        if not exact:  # a picture in an exact line would be cut to one line
            self._tight(paragraph)
        return paragraph

    def _tight(self, paragraph: Paragraph) -> None:
        shape = paragraph.paragraph_format
        shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
        shape.space_before = shape.space_after = Pt(0)

    def _run(self, paragraph: Paragraph, text: str, kind: Type, colour: str = "#000000", *, bold: bool = False) -> Run:
        run = paragraph.add_run(legible(text))
        word.set_type(run._r.get_or_add_rPr(), kind)
        run.font.size, run.font.bold = Pt(kind.size), kind.bold or bold
        run.font.color.rgb = RGBColor.from_string(colour.lstrip("#"))
        return run

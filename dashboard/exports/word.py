"""What python-docx has no words for: fonts of two scripts, indents in characters, page fields, lines, repeated rows."""

from typing import Any

from docx.document import Document as Docx
from docx.enum.text import WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from dashboard.exports.layout import Layout, Type

_FONT_TABLE = "application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"
_THEMED = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


def set_type(properties: Any, kind: Type) -> None:
    """Families and language of a run or a style: Latin letters in one font, Chinese ones in another."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in _THEMED:
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), kind.latin)
    fonts.set(qn("w:eastAsia"), kind.chinese[0])
    language = properties.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        properties.append(language)
    # without it Word takes the punctuation for Japanese or Traditional and centres it
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")


def set_styles(document: Docx, layout: Layout) -> None:
    """The styles of the text and the headings; black, without the theme's fonts."""
    kinds = {
        "Normal": layout.body,
        "Title": layout.title,
        "Heading 1": layout.heading,
        "Heading 2": layout.subheading,
    }
    for name, kind in kinds.items():
        style: Any = document.styles[name]
        set_type(style.element.get_or_add_rPr(), kind)
        style.font.size, style.font.bold, style.font.italic = Pt(kind.size), kind.bold, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        shape = style.paragraph_format
        shape.space_before = Pt(0 if layout.is_exact or name == "Normal" else 10)
        shape.space_after = Pt(0 if layout.is_exact or name == "Normal" else 4)
        if layout.is_exact:
            shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(layout.line)
        else:
            shape.line_spacing = layout.line
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)


def name_fonts(document: Docx, layout: Layout) -> None:
    """The fonts the document names, each with those that may stand in for it."""
    lists = {kind.chinese for kind in (layout.head, layout.title, layout.body, layout.heading, layout.subheading,
                                       layout.cell, layout.foot)}  # fmt: skip
    entries = "".join(
        f'<w:font w:name="{first}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="86"/>'
        f'<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for first, *others in sorted(lists)
    )
    table = parse_xml(f"<w:fonts {nsdecls('w')}>{entries}</w:fonts>")
    for part in document.part.package.iter_parts():
        if part.content_type == _FONT_TABLE:
            part._blob = _serialised(table)


def _serialised(element: Any) -> bytes:
    return bytes(serialize_part_xml(element))


def indent_first_line(paragraph: Paragraph, characters: int, size: float) -> None:
    """Move the first line in by characters, and by as many points for programs that do not count characters."""
    if not characters:
        return
    paragraph.paragraph_format.first_line_indent = Pt(characters * size)
    paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), str(characters * 100))


def page_field(run: Run) -> None:
    """The number of the page."""
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "1"), ("end", "")):
        if kind == "":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = text
        elif kind == "text":
            element = OxmlElement("w:t")
            element.text = text
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def line_below(paragraph: Paragraph, colour: str, points: float) -> None:
    """A line under a paragraph."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", str(int(points * 8))), ("space", "4"), ("color", colour.lstrip("#"))):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def keep_row_whole(row: Any, *, is_heading: bool) -> None:
    """No row is torn over two pages; the heading is repeated on each."""
    properties = row.get_or_add_trPr()
    names = ("w:cantSplit", "w:tblHeader") if is_heading else ("w:cantSplit",)
    for name in names:
        element = OxmlElement(name)
        element.set(qn("w:val"), "true")
        properties.append(element)


def cell_margins(table: Any, millimetres: float) -> None:
    """The room at the sides of every cell of a table."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(int(Mm(millimetres).twips)))
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(margins)
    else:
        properties.append(margins)


def join_cells(row: Any) -> None:
    """One cell over the whole width of a row."""
    first, *others = row.tc_lst
    for cell in others:
        row.remove(cell)
    first.grid_span = len(others) + 1


def keep_with_next_row(row: Any) -> None:
    """The row is not parted from the one below."""
    for cell in row.tc_lst:
        for paragraph in cell.p_lst:
            paragraph.get_or_add_pPr().get_or_add_keepNext()


def describe(picture: Any, text: str) -> None:
    """What a picture shows, for those who cannot see it."""
    picture._inline.docPr.set("descr", text)

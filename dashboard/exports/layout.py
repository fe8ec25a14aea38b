"""How a document on paper looks: in Chinese as official documents do (GB/T 9704-2012), in English plain.

Lengths are millimetres on the page and points in the text. Both the DOCX and the PDF read these values.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.briefing import Definition, Kind, Part, Section, legible
from dashboard.exports import fonts
from dashboard.exports.grids import Grid, shared_out
from dashboard.i18n import Words
from queries import wording

PAGE = (210, 297)  # A4
MILLIMETRES = 0.3528  # of a point
CELL_SIDE = 1.2  # millimetres between the line and the text of a cell
CELL_ROOM = 2 * CELL_SIDE + 0.4  # millimetres beside the text of a cell
SMALLER = (9.0, 8.0, 7.0)  # points of the text of a wide table
RIGHT: tuple[Kind, ...] = ("count", "share", "points", "number", "interval")  # kinds of cells set flush right
RED = "#C00000"  # the head line of an official document, and nothing else


@dataclass(frozen=True)
class Type:
    """A kind of text: families for Chinese and Latin characters, size in points."""

    chinese: tuple[str, ...]
    latin: str
    size: float
    bold: bool = False


@dataclass(frozen=True)
class Layout:
    """One layout.

    Attributes:
        margins: top, bottom, left, right.
        line: points from line to line; exactly so where `is_exact`, else a multiple of the size.
        indent: characters by which a paragraph's first line moves in.
        numbers: how pages are numbered, with {page}.
    """

    margins: tuple[float, float, float, float]
    head: Type
    title: Type
    body: Type
    heading: Type
    subheading: Type
    small: Type
    cell: Type
    foot: Type
    line: float
    is_exact: bool
    indent: int
    numbers: tuple[str, str]

    @property
    def text_width(self) -> float:
        """Millimetres between the margins."""
        return PAGE[0] - self.margins[2] - self.margins[3]


OFFICIAL = Layout(
    margins=(37, 35, 28, 26),
    head=Type(fonts.TITLE, fonts.LATIN_SERIF, 32),
    title=Type(fonts.TITLE, fonts.LATIN_SERIF, 22),  # 二号
    body=Type(fonts.BODY, fonts.LATIN_SERIF, 16),  # 三号
    heading=Type(fonts.HEADING, fonts.LATIN_SERIF, 16),
    subheading=Type(fonts.SUBHEADING, fonts.LATIN_SERIF, 16),
    small=Type(fonts.BODY, fonts.LATIN_SERIF, 12),  # 小四
    cell=Type(fonts.FOOT, fonts.LATIN_SERIF, 10.5),  # 五号
    foot=Type(fonts.FOOT, fonts.LATIN_SERIF, 14),  # 四号
    line=28,
    is_exact=True,
    indent=2,
    numbers=("— ", " —"),
)
PLAIN = Layout(
    margins=(25, 25, 25, 25),
    head=Type(fonts.SCREEN, fonts.LATIN_SANS, 13, bold=True),
    title=Type(fonts.SCREEN, fonts.LATIN_SANS, 20, bold=True),
    body=Type(fonts.FOOT, fonts.LATIN_SERIF, 11),
    heading=Type(fonts.SCREEN, fonts.LATIN_SANS, 14, bold=True),
    subheading=Type(fonts.SCREEN, fonts.LATIN_SANS, 11.5, bold=True),
    small=Type(fonts.FOOT, fonts.LATIN_SERIF, 9.5),
    cell=Type(fonts.FOOT, fonts.LATIN_SERIF, 9),
    foot=Type(fonts.FOOT, fonts.LATIN_SERIF, 9),
    line=1.25,
    is_exact=False,
    indent=0,
    numbers=("", ""),
)
LAYOUTS = {"zh": OFFICIAL, "en": PLAIN}


def sentence(text: str, language: str) -> str:
    """A text that begins and ends as a sentence does."""
    text = wording.capital(text)
    return text if text.endswith((".", "。", "！", "？", "!", "?")) else text + ("。" if language == "zh" else ".")


def definition(each: Definition, language: str) -> str:
    """A definition in one line, without the name of the measure."""
    words = Words(language)
    said = words("briefing.definition", meaning=each.meaning, cohort=each.cohort, unit=each.unit)
    return said + (words("briefing.definition_source", source=each.source) if each.source else "")


def headed(section: Section, number: int, language: str) -> Iterator[tuple[str, tuple[str, ...], Part]]:
    """The parts of a section, each with its heading, "" for none, and its paragraphs.

    Findings are numbered headings where there are several, else the only one is a paragraph.
    """
    several, at = sum(bool(part.finding) for part in section.parts) > 1, 0
    for part in section.parts:
        finding = legible(sentence(part.finding, language)) if part.finding else ""
        texts = tuple(legible(sentence(text, language)) for text in part.paragraphs)
        if finding and several:
            at += 1
            yield wording.subheading(number, at, language) + finding, texts, part
        else:
            yield "", (finding, *texts) if finding else texts, part


def caption(title: str, note: str, number: int, language: str) -> str:
    """What stands under a figure."""
    words = Words(language)
    said = words("briefing.figure", number=number, title=title)
    return said + words("briefing.aside", text=note) if note else said


def fitting(grid: Grid, layout: Layout) -> tuple[float, list[float]]:
    """Size of the text of a table in points, the smaller the more columns there are, and widths in millimetres."""
    for size in (layout.cell.size, *(size for size in SMALLER if size < layout.cell.size)):
        widths = shared_out(grid.wishes, layout.text_width, size * MILLIMETRES / 2 * 1.06, CELL_ROOM)
        if widths:
            return size, widths
    return SMALLER[-1], [layout.text_width / len(grid.wishes)] * len(grid.wishes)

"""The formats a briefing can be written in."""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.briefing import Briefing
from queries.errors import UnknownName


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        name: as on the command line, and the ending of the file.
        mime: media type of a download.
        write: makes the file.
    """

    name: str
    mime: str
    write: Callable[[Briefing], bytes]


# the libraries of a format are loaded when a file is asked for: a page that only offers it must open at once
def _docx(briefing: Briefing) -> bytes:
    from dashboard.exports.document import docx_bytes

    return docx_bytes(briefing)


def _pptx(briefing: Briefing) -> bytes:
    from dashboard.exports.slides import pptx_bytes

    return pptx_bytes(briefing)


def _xlsx(briefing: Briefing) -> bytes:
    from dashboard.exports.workbook import xlsx_bytes

    return xlsx_bytes(briefing)


def _pdf(briefing: Briefing) -> bytes:
    from dashboard.exports.typeset import pdf_bytes

    return pdf_bytes(briefing)


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    each.name: each
    for each in (
        Format("docx", f"{_OFFICE}.wordprocessingml.document", _docx),
        Format("pptx", f"{_OFFICE}.presentationml.presentation", _pptx),
        Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet", _xlsx),
        Format("pdf", "application/pdf", _pdf),
    )
}


def format_of(name: str) -> Format:
    """The format of that name.

    Raises:
        UnknownName: with the formats there are.
    """
    if name not in FORMATS:
        raise UnknownName("briefing format", name, FORMATS)
    return FORMATS[name]


def draws_chinese(name: str) -> bool:
    """Whether this machine has the fonts for what a format draws itself; a workbook and slides draw nothing."""
    if name == "docx":
        from dashboard.exports.pictures import has_chinese_font as picture_font

        return picture_font()
    if name == "pdf":
        from dashboard.exports.typeset import has_chinese_font as pdf_font

        return pdf_font()
    return True

"""A briefing as PDF: the same layout as the document, set by Typst, without an office program and without network."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst

from dashboard.briefing import Briefing, Exhibit, Part, Table, legible
from dashboard.charts import LIGHT
from dashboard.exports import fonts
from dashboard.exports.grids import grid
from dashboard.exports.layout import CELL_SIDE, LAYOUTS, RED, RIGHT, Layout, caption, definition, fitting, headed
from dashboard.exports.pictures import png
from dashboard.exports.plans import note_on, plan
from dashboard.i18n import Words
from queries import wording

TEMPLATE = Path(__file__).with_name("paper.typ")


def pdf_bytes(briefing: Briefing) -> bytes:
    """The document as PDF, tagged, with its fonts inside."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paper.typ").write_bytes(TEMPLATE.read_bytes())
        content = _Content(briefing, folder).data()
        (folder / "data.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        made = datetime.combine(briefing.as_of, time(), UTC)
        return bytes(typst.compile(folder / "paper.typ", root=folder, timestamp=made, font_paths=_fonts()))


def has_chinese_font() -> bool:
    """Whether this machine has a font for the Chinese characters of a PDF."""
    return bool(fonts.installed((*fonts.BODY, *fonts.HEADING, *fonts.CHART), _fonts().families()))


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


class _Content:
    """Everything the template sets, with pictures as files in its folder."""

    def __init__(self, briefing: Briefing, folder: Path) -> None:
        self.briefing, self.folder, self.language = briefing, folder, briefing.language
        self.words, self.layout = Words(briefing.language), LAYOUTS[briefing.language]
        self.figures = self.tables = 0

    def data(self) -> dict[str, Any]:
        """The content as plain values."""
        briefing, words = self.briefing, self.words
        sections = [
            {
                "heading": wording.heading(number, self.language) + legible(section.heading),
                "parts": [self._part(*parts) for parts in headed(section, number, self.language)],
            }
            for number, section in enumerate(briefing.sections, start=1)
        ]  # fmt: skip
        annexes = [
            {"title": words("briefing.annex", number=number, title=legible(table.title)), **self._table(table, "")}
            for number, table in enumerate(briefing.annexes, start=1)
        ]
        return {
            "layout": _layout(self.layout),
            "lang": self.language,
            "region": "cn" if self.language == "zh" else "gb",
            "muted": LIGHT.muted,
            "red": RED if self.language == "zh" else LIGHT.muted,
            "title": legible(briefing.title),
            "author": legible(briefing.bureau or "Huiyin"),
            "footer": briefing.footer,
            "head": briefing.head,
            "bureau": briefing.bureau,
            "as_of": words("briefing.as_of", day=wording.day(briefing.as_of, self.language)),
            "caveat": words("briefing.caveat_line") if briefing.caveat else "",
            "sections": sections,
            "annexes": annexes,
            "basis": {
                "heading": wording.heading(len(briefing.sections) + 1, self.language) + words("briefing.basis"),
                "lines": [words("briefing.pair", name=name, value=value) for name, value in briefing.basis],
                "definitions": [
                    {
                        "label": words("briefing.pair", name=each.label, value=""),
                        "text": definition(each, self.language),
                    }
                    for each in briefing.definitions
                ],
            },
        }

    def _part(self, heading: str, texts: Sequence[str], part: Part) -> dict[str, Any]:
        return {
            "heading": heading,
            "paragraphs": texts,
            "exhibits": [made for exhibit in part.exhibits if (made := self._exhibit(exhibit))],
            "tables": [self._table(table, self._next_table(table)) for table in part.tables],
            "note": self._joined(part.notes),
        }

    def _exhibit(self, exhibit: Exhibit) -> dict[str, str] | None:
        drawn = plan(exhibit, self.language)
        if drawn is None:
            return None
        self.figures += 1
        file = f"figure{self.figures}.png"
        (self.folder / file).write_bytes(png(drawn, self.language))
        said = caption(exhibit.title, note_on(exhibit, drawn, self.language), self.figures, self.language)
        return {"file": file, "alt": legible(exhibit.title), "caption": legible(said)}

    def _next_table(self, table: Table) -> str:
        self.tables += 1
        return self.words("briefing.table", number=self.tables, title=legible(table.title))

    def _table(self, table: Table, said: str) -> dict[str, Any]:
        shown = grid(table, self.language)
        size, widths = fitting(shown, self.layout)
        return {
            "caption": said,
            "size": size,
            "widths": widths,
            "side": CELL_SIDE,
            "right": [column.kind in RIGHT for column in shown.columns],
            "headings": shown.headings,
            "rows": [{"cells": line.cells, "below": line.below} for line in shown.lines],
            "note": self._joined(table.notes),
        }

    def _joined(self, texts: Sequence[str]) -> str:
        return legible(("" if self.language == "zh" else " ").join(texts))


def _layout(layout: Layout) -> dict[str, Any]:
    """The layout with families that stand in where a machine lacks those named."""
    plain = asdict(layout)
    for value in plain.values():
        if isinstance(value, dict):
            value["latin"] = [value["latin"], *fonts.LATIN_STAND_INS[value["latin"]]]
    return plain | {"text_width": layout.text_width}

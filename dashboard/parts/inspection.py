"""The parts that show what an import did or would do: checks with an example each, columns, notes, downloads.

The import page shows them of a report in hand, the data quality page of an import in the store.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import polars as pl
import streamlit as st

from dashboard.exports.findings import findings_csv, findings_workbook
from dashboard.parts.components import plain
from dashboard.state.session import Session
from queries import wording
from queries.views import quality

MOST_HIGH = 12  # rows a table shows before it scrolls
LISTED = 200  # rows of findings shown on the page; the file has all of them
FILES = {"csv": ("text/csv", findings_csv),
         "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", findings_workbook)}  # fmt: skip


@dataclass(frozen=True)
class Brought:
    """What an import said of its files.

    Attributes:
        used: our column to heading; constants: our column to the value of all rows.
        notes: what was decided or assumed, in the reader's language.
    """

    used: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()
    dropped_personal: Sequence[str] = ()
    notes: Sequence[str] = ()


def checks(session: Session, counts: Mapping[str, int], examples: pl.DataFrame, key: str) -> None:
    """The checks that found something: what happened to the rows, how many, and where the first one stands.

    Args:
        counts: rows by check.
        examples: findings, from which the first of each check is named.
    """
    words, language = session.words, session.language
    frame = quality.found_by_checks(counts)
    if frame.is_empty():
        st.caption(f":material/check: {words('inspection.nothing_found')}")
        return
    first = {row["check"]: row for row in reversed(examples.to_dicts())}
    text_table(
        session,
        ("check", "findings", "severity", "example"),
        [
            (
                plain(label),
                wording.number(findings, language),
                words(f"inspection.severity_{severity}"),
                f":gray[{plain(where(session, first.get(check)))}]" if check in first else "",
            )
            for check, severity, label, findings in frame.select("check", "severity", language, "findings").rows()
        ],
        words("inspection.checks"),
    )


def text_table(session: Session, names: Sequence[str], rows: Sequence[Sequence[str]], about: str) -> None:
    """A short table whose sentences wrap; cells are Markdown, so whatever comes from a register is made `plain`.

    Args:
        names: of the columns, as in the catalogue's "inspection.column_...".
        about: what it shows, for those who do not see it.
    """
    headings = [session.words(f"inspection.column_{name}") for name in names]
    frame = pl.DataFrame(list(rows), schema=dict.fromkeys(headings, pl.String), orient="row")
    st.table(frame, border="horizontal", alt=session.words("frame.table_of", names=about))


def table_height(frame: pl.DataFrame) -> int | Literal["content"]:
    """As high as its rows, up to MOST_HIGH of them."""
    return "content" if frame.height <= MOST_HIGH else 38 + 33 * MOST_HIGH


def where(session: Session, finding: Mapping[str, Any] | None) -> str:
    """Where a finding stands: row, heading, sheet, file, as far as they are known."""
    if finding is None:
        return ""
    words = session.words
    parts = [words("inspection.row", row=finding["row"])] if finding.get("row") is not None else []
    if finding.get("column"):
        parts.append(words("inspection.heading", name=finding["column"]))
    parts += [str(finding[name]) for name in ("sheet", "file") if finding.get(name)]
    if not parts or finding.get("row") is None:
        kind = quality.value_class(finding.get("value_class"), session.language)
        parts += [text for text in (finding.get("case_id"), kind) if text]
    return " · ".join(parts)


def rows_found(session: Session, found: pl.DataFrame, key: str) -> None:
    """The first findings row by row."""
    words, language = session.words, session.language
    head = found.head(LISTED)
    labels = quality.found_by_checks(dict.fromkeys(head["check"], 1))
    named = dict(zip(labels["check"], labels[language], strict=True))
    shown = head.select(
        pl.Series("check", [named.get(name, name) for name in head["check"]], pl.String),
        "file", "sheet", "row", "column",
        pl.Series("value", [quality.value_class(value, language) for value in head["value_class"]], pl.String),
        "case_id",
    )  # fmt: skip
    filled = [name for name in shown.columns if any(cell not in (None, "") for cell in shown[name])]
    st.dataframe(
        shown.select(filled),
        column_config={name: st.column_config.Column(words(f"inspection.column_{name}")) for name in filled},
        hide_index=True,
        key=f"rows-{key}",
        height=table_height(shown),
        placeholder="",
        alt=words("frame.table_of", names=words("inspection.rows_title")),
    )
    if found.height > LISTED:
        st.caption(words("inspection.first_rows", count=LISTED))


def columns(session: Session, brought: Brought) -> None:
    """Which headings were used, which were not, which were dropped because they are about persons, and the notes."""
    words = session.words
    if brought.notes:
        st.caption("\n".join(f"- {plain(note)}" for note in brought.notes))
    for name in ("dropped_personal", "ignored"):
        headings = getattr(brought, name)
        if headings:
            listed = "、".join(headings) if session.language == "zh" else ", ".join(headings)
            st.markdown(f"**{words(f'inspection.{name}')}** {plain(listed)}")
    given = [(name, heading) for name, heading in brought.used.items()]
    given += [(name, f"= {value}") for name, value in brought.constants.items()]
    if not given:
        return
    with st.expander(words("inspection.used", count=len(given)), key=f"used-{len(given)}"):
        frame = pl.DataFrame(
            {
                "ours": [quality.label(name)(session.language) for name, _ in given],
                "heading": [heading for _, heading in given],
                "name": [name for name, _ in given],
            }
        )
        st.dataframe(
            frame,
            column_config={
                name: st.column_config.Column(words(f"inspection.used_{name}")) for name in ("ours", "heading", "name")
            },
            hide_index=True,
            key="table-used",
            height=table_height(frame),
            alt=words("frame.table_of", names=words("inspection.used_ours")),
        )


def downloads(session: Session, findings: Callable[[], pl.DataFrame], name: str) -> None:
    """The findings as files, made when asked for.

    Args:
        findings: brings them; called outside any session.
        name: of the files, without ending.
    """
    language = session.language
    with st.container(horizontal=True, gap="small"):
        for ending, (mime, write) in FILES.items():
            st.download_button(
                session.words(f"inspection.download_{ending}"),
                data=partial(_written, findings, write, language),
                file_name=f"{name}.{ending}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                key=f"download-{name}-{ending}",
            )


def _written(findings: Callable[[], pl.DataFrame], write: Callable[[pl.DataFrame, str], bytes], language: str) -> bytes:
    return write(findings(), language)

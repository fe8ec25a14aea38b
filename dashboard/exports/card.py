"""The figures of one card as a file."""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.exports import Pack, Sheet
from dashboard.exports.sheets import selection_lines, sheet
from dashboard.exports.tables import sheet_csv, sheet_parquet
from dashboard.exports.workbook import workbook
from queries.snapshot import Snapshot
from queries.views import View


@dataclass(frozen=True)
class Form:
    """One format of a file: its ending, its media type, what makes it, and how many rows it is made for (0: any)."""

    ending: str
    media: str
    make: Callable[[Pack, Sheet], bytes]
    most: int = 0


FORMS = (
    Form("csv", "text/csv", sheet_csv),
    Form(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda pack, _: workbook(pack),
        most=50_000,
    ),
    Form("parquet", "application/vnd.apache.parquet", sheet_parquet),
)


def view_file(form: Form, view: View, name: str, title: str, snapshot: Snapshot, language: str) -> bytes:
    """The figures of a view in a format, with what they stand on.

    Args:
        name: short, fit for a worksheet.
        title: names the bureau, says so when the data is invented.
    """
    found = sheet(view, "", name, snapshot, language)
    pack = Pack(
        title=title,
        language=language,
        sheets=(found,),
        selection=selection_lines(snapshot, view.filters, language),
        measures=view.measures,
        filters=view.filters,
        as_of=view.as_of,
        snapshot_id=view.snapshot_id,
    )
    return form.make(pack, found)

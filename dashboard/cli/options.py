"""The options that several commands share, and what was asked with them; imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from dashboard.state.choices import PERIODS

PRESETS = tuple(name for name in PERIODS if name != "custom")
_PANEL = "Selection (as on the pages)"

Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="DIMENSION=KEY",
        help="Keep these only, e.g. topic_l1=城乡建设 or channel=visit,letter; may be repeated.",
        rich_help_panel=_PANEL,
    ),
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="DAY", help="First day of the period, e.g. 2022-01-01.", rich_help_panel=_PANEL),
]
To = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day of the period.", rich_help_panel=_PANEL)]
Period = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=f"A period by name instead: {', '.join(PRESETS)}. Without any, the whole register.",
        rich_help_panel=_PANEL,
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        metavar="DAY",
        help="Count only what happened up to this day; without it, the newest date in the register.",
        rich_help_panel=_PANEL,
    ),
]
Rules = Annotated[
    str | None, typer.Option(metavar="NAME", help="Rule set, e.g. regulation2022.", rich_help_panel=_PANEL)
]
Convention = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Satisfaction: observed or silence_is_satisfied.", rich_help_panel=_PANEL),
]
Target = Annotated[
    str | None, typer.Option(metavar="NAME", help="Evaluation of: bureau or office.", rich_help_panel=_PANEL)
]
Language = Annotated[str | None, typer.Option("--language", "-l", metavar="zh|en", help="Language of names.")]


Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="CSV, TSV, XLSX, XLS or Parquet; several belong to one register."),
]
MappingOption = Annotated[
    str | None,
    typer.Option(
        "--mapping",
        "-m",
        metavar="NAME|FILE",
        help="How the columns of a foreign register become ours: a shipped mapping or a TOML file "
        "(seed/mappings/README.md). Without one, headings are recognised by themselves.",
    ),
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write the rows that need a person's eye to this .csv or .xlsx."),
]


@dataclass(frozen=True)
class Asked:
    """The selection as it was typed; `dashboard.cli.selection` makes filters of it."""

    where: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    period: str | None = None
    as_of: str | None = None
    rules: str | None = None
    convention: str | None = None
    target: str | None = None

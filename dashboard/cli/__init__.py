"""The command line `huiyin`: demo, check, import, records, template, statistics, figures, export, serve, bench.

With `dashboard.desk` and `dashboard.bench` the only place that knows both the loader (`seed`) and the dashboard.
Results go to standard output, everything else to standard error. Exit codes: 0 done; 1 a file, the database or the
environment needs correction; 2 something was asked for that does not exist; 70 a fault in this software, whose details
are in the log; 130 interrupted.
"""

import os
import traceback
from datetime import UTC, datetime
from typing import Any

import typer
from typer.core import TyperGroup

from dashboard.cli import commands
from dashboard.cli.console import complain
from queries.errors import HuiyinError, UsageError
from queries.settings import Settings

CORRECTION, WRONG_USE, FAULT = 1, 2, 70  # 70: EX_SOFTWARE of sysexits.h


class Exports(TyperGroup):
    """What can be exported; a file or folder without the name of a command before it means the figures of the pages."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Read the arguments of the group."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["pages", *args]
        return super().parse_args(ctx, args)


class Commands(TyperGroup):
    """Turns errors into one message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command named."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            complain(str(error))
            raise typer.Exit(WRONG_USE) from error
        except HuiyinError as error:
            complain(str(error))
            raise typer.Exit(CORRECTION) from error
        except Exception as error:
            if isinstance(error, typer.Exit | typer.Abort | BrokenPipeError) or hasattr(error, "exit_code"):
                raise  # the library's own way to say "usage error" and to stop
            complain(_written_down(error))
            raise typer.Exit(FAULT) from error


def _written_down(error: Exception) -> str:
    """What to tell the reader of a fault whose traceback was put into the log."""
    told = f"A fault in Huiyin itself ({type(error).__name__}). What was in the database before is still there."
    if os.environ.get("HUIYIN_DEBUG"):
        traceback.print_exception(error)
        return told
    try:
        log = Settings.from_environment().data_dir / "huiyin.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as out:
            out.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
            traceback.print_exception(error, file=out)
    except (OSError, HuiyinError):
        return f"{told} Run again with HUIYIN_DEBUG=1 to see the details."
    return f"{told} The details are in '{log}'; please report them."


app = typer.Typer(
    name="huiyin",
    cls=Commands,
    help="Huiyin 回音: how well offices answer petitions. Data and database are set by HUIYIN_DATA_DIR and "
    "HUIYIN_DATABASE_URL; without them the embedded database in the folder data is used.",
    epilog="Exit codes: 0 done · 1 a file, the database or the environment needs correction · 2 asked for something "
    "that does not exist · 70 a fault in Huiyin.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(commands.demo)
app.command()(commands.check)
app.command("import")(commands.import_files)
app.command()(commands.records)
app.command()(commands.template)
app.command()(commands.statistics)
app.command()(commands.figures)
exports = typer.Typer(cls=Exports, no_args_is_help=True)
exports.command("pages")(commands.export_pages)
exports.command("briefing")(commands.export_briefing)
app.add_typer(exports, name="export", help="Write files: the figures of the pages, or the briefing of a month.")
app.command()(commands.serve)
app.command()(commands.bench)


def main() -> None:
    """The console command."""
    app()

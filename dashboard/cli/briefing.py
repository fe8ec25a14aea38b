"""`huiyin export briefing`: the briefing of a month as files, fit for a scheduler.

Every file is made before the first is put in its place, and each appears whole or not at all. Standard output has the
files written, one a line; everything else goes to standard error.
"""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from dashboard.briefing import Briefing
from dashboard.briefing.request import briefing_for
from dashboard.cli.console import inform, show_lines
from dashboard.cli.options import Asked
from dashboard.cli.selection import reading_language, selection
from dashboard.exports.briefings import FORMATS, Format, draws_chinese, format_of
from dashboard.state.held import held_session
from dashboard.state.session import default_reader
from queries.days import month_start
from queries.errors import InputError, UsageError
from queries.filters import Filters
from queries.settings import Settings
from queries.snapshot import Snapshot
from queries.views.meeting import Meeting, newest_month


def briefing(month: str | None, formats: str, output: Path, asked: Asked, language: str | None) -> None:
    """Write the briefing of a month; the arguments are those of the command."""
    chosen = _formats(formats)
    settings = Settings.from_environment()
    reader = default_reader(settings, reading_language(language, settings))
    if reader.is_empty:
        raise InputError(
            "The register is empty. Import one with `huiyin import FILE`, or load the demo: `huiyin demo`."
        )
    wanted = _month(month, reader.snapshot)
    reader = replace(reader, filters=selection(reader.snapshot, asked))
    made = briefing_for(reader, wanted)
    for said in _overruled(held_session(reader, wanted)[0], reader.filters, asked):
        inform(said)
    for each in chosen:
        if not draws_chinese(each.name):
            inform(
                f"No Chinese font is installed on this machine: characters in the {each.name.upper()} will be missing. "
                "Install one (Debian, Ubuntu: apt-get install fonts-noto-cjk) and run again."
            )
    show_lines(*map(str, write_all(output, made, chosen)))


def _overruled(held: Meeting, chosen: Filters, asked: Asked) -> list[str]:
    """What was asked for in vain, since the session is recorded otherwise: a sentence an option."""
    options = (
        ("--as-of", asked.as_of, chosen.as_of, held.as_of),
        ("--rules", asked.rules, chosen.rules, held.rules),
        ("--convention", asked.convention, chosen.convention, held.convention),
        ("--target", asked.target, chosen.evaluation_target, held.evaluation_target),
    )
    how = "is closed" if held.is_closed else "is recorded"
    what_to_do = "Reopen it first" if held.is_closed else "Change its record first"
    return [
        f"{name} {typed} was not followed: the session of {held.month:%Y-%m} {how} with {recorded or 'any'}. "
        f"{what_to_do} if it must be counted otherwise."
        for name, typed, wanted, recorded in options
        if typed and wanted != recorded
    ]


def _formats(names: str) -> list[Format]:
    wanted = [name.strip().lower() for name in names.split(",") if name.strip()]
    if not wanted:
        raise UsageError(f"--format is empty. Give one or several of: {','.join(FORMATS)}.")
    return [format_of(name) for name in dict.fromkeys(wanted)]


def _month(text: str | None, snapshot: Snapshot) -> date:
    """The month asked for, else the newest that is over in the register."""
    newest = newest_month(snapshot.as_of)
    if text is None:
        return newest
    try:
        wanted = date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise UsageError(f"'{text}' is not a month. Write it as 2022-06.") from None
    if wanted > newest:
        raise UsageError(
            f"{text} is not over in the register, whose newest day is {snapshot.as_of}. Import the newer register "
            f"first; the newest month there can be a briefing of is {newest:%Y-%m}."
        )
    if snapshot.first_day and wanted < month_start(snapshot.first_day):
        raise UsageError(f"The register begins in {snapshot.first_day:%Y-%m}; there is nothing for {text}.")
    return wanted


def write_all(folder: Path, made: Briefing, formats: list[Format]) -> list[Path]:
    """Make every file, then put all of them in their places; a file of the same name is replaced.

    Raises:
        InputError: the folder cannot be written to; nothing was replaced.
    """
    contents = {f"{made.file_stem}.{each.name}": each.write(made) for each in formats}
    waiting: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            target = folder / name
            # short: the name of the file may already be as long as a name can be
            aside = folder / f".huiyin-{os.getpid()}-{len(waiting)}.part"
            waiting[aside] = target
            with aside.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
        for aside, target in waiting.items():
            aside.replace(target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"'{folder}' cannot be written to ({reason}). Choose another folder with --output, or free its space and "
            "rights, and run again."
        ) from error
    finally:
        for aside in waiting:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
    return [path.resolve() for path in waiting.values()]

"""What the command line writes to a terminal: progress bars, tables, one-line messages.

Progress and messages go to standard error; a progress bar is drawn only where somebody can see it.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text as Plain

WIDTH_OF_FILES = 180  # columns, where the output is no terminal and nobody can say how wide it is

Report = Callable[[int, int | None], None]
"""Told how much is done, and of how much in all where that is known."""


def inform(message: str) -> None:
    """A line for the reader, beside the result."""
    _console(error=True).print(Plain(message), soft_wrap=True)


def complain(message: str) -> None:
    """An error."""
    _console(error=True).print(Plain("Error: ", style="bold red") + Plain(message, style="default"), soft_wrap=True)


@contextmanager
def progress(what: str) -> Iterator[Report]:
    """A bar with rows done, rows in all and the time left; nothing where standard error is no terminal."""
    console = _console(error=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> None:
    """A table on standard output; `numbers` are the columns set flush right. No text is taken as markup."""
    table = Table(title=title or None, title_justify="left", title_style="bold")
    for at, name in enumerate(headings):
        table.add_column(Plain(name), justify="right" if at in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Plain(cell) for cell in row))
    _console().print(table)


def show_lines(*lines: str) -> None:
    """Lines on standard output."""
    for line in lines:
        _console().print(Plain(line), soft_wrap=True)


def _console(*, error: bool = False) -> Console:
    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else WIDTH_OF_FILES, highlight=False)

"""The import desk: joins the import page to the loader. With `cli`, the only module that knows both sides.

Uploaded files hold what may never be kept (names, addresses, complaints). They lie in a folder only this account can
read, for as long as one check or import takes; what a killed server left behind goes with the next one.
"""

import fcntl
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import TYPE_CHECKING, Any

from dashboard.state.import_work import ImportWork, Tell, Upload
from queries.errors import StoreBusy
from queries.settings import Settings
from queries.snapshot import current
from queries.store import open_store
from queries.vocabulary import Text

if TYPE_CHECKING:
    from seed.load import Progress
    from seed.record_files import RecordReport
    from seed.statistics_files import StatisticsReport

log = logging.getLogger("huiyin")

NAME_LENGTH = 80  # characters of a file name that are kept, so that its bytes fit every file system
YOUNG_SECONDS = 60  # a folder this young may not have its lock yet
_LOCK = ".lock"

_imports: dict[str, ImportWork] = {}  # by database: the import this process has under way, or had last
_one_at_a_time: dict[str, Lock] = {}


@dataclass(frozen=True)
class Desk:
    """The loader as the import page sees it (`dashboard.state.import_work.ImportDesk`)."""

    settings: Settings

    def mappings(self) -> Mapping[str, Text]:
        """Names of the shipped mappings, and what they are for."""
        return _shipped()

    def guide(self) -> str:
        """How to write a mapping file (Markdown)."""
        return files("seed").joinpath("mappings", "README.md").read_text("utf-8")

    def check(self, files: Sequence[Upload], mapping: str | Upload | None) -> ImportWork:
        """Start a dry run: it writes nothing, and the files are deleted when it ends."""
        from seed import load  # the loader's libraries are only needed on this page

        return self._start("check", files, mapping, load.check)

    def run(self, files: Sequence[Upload], mapping: str | Upload | None) -> ImportWork:
        """Start an import; the work ends with `StoreBusy` while another one is writing."""
        from seed import load

        lock = _one_at_a_time.setdefault(self.settings.database_url, Lock())
        # taken here and not in the work's own thread: whoever asked first is first
        is_first = lock.acquire(blocking=False)
        try:
            return self._start("import", files, mapping, _alone(load.run, lock if is_first else None))
        except BaseException:
            if is_first:
                lock.release()
            raise

    def records(self, file: Upload, by: str, *, only_check: bool) -> "RecordReport":
        """Read a file of records and write them, signed; `only_check` writes nothing.

        Raises:
            UnreadableFile, StoreBusy: nothing was written.
        """
        from seed.record_files import load_records

        store = open_store(self.settings)
        try:
            with _lay_down(self.settings, [file], None) as (paths, _):
                return load_records(paths[0], store, by=by, only_check=only_check)
        finally:
            store.dispose()

    def statistics(self, file: Upload, by: str, *, only_check: bool) -> "StatisticsReport":
        """Read an aggregate statistics workbook and keep its tables, signed; `only_check` writes nothing.

        Raises:
            UnreadableFile, StoreBusy: nothing was written.
        """
        from seed.statistics_files import load_statistics

        store = open_store(self.settings)
        try:
            with _lay_down(self.settings, [file], None) as (paths, _):
                return load_statistics(paths[0], store, by=by, only_check=only_check)
        finally:
            store.dispose()

    @property
    def running(self) -> ImportWork | None:
        """The import this server is carrying out now, whoever started it."""
        work = _imports.get(self.settings.database_url)
        return work if work is not None and work.is_running else None

    def _start(
        self, kind: Any, files: Sequence[Upload], mapping: str | Upload | None, load: Callable[..., Any]
    ) -> ImportWork:
        before = self.running
        folder = _lay_down(self.settings, files, mapping)

        def do(tell: Tell) -> Any:
            with folder as (paths, path):
                return load(paths, self.settings, path, lambda now: _pass_on(now, tell))

        work = ImportWork(kind, [file.name for file in files], do)
        if kind == "import" and before is None:
            _imports[self.settings.database_url] = work
        return work


def _alone(run: Callable[..., Any], lock: "Lock | None") -> Callable[..., Any]:
    """The import, followed by the new snapshot; refused without the lock, which another import of this server holds."""

    def alone(paths: Sequence[Path], settings: Settings, mapping: Any, progress: Callable[[Any], None]) -> Any:
        if lock is None:
            raise StoreBusy("Another import is running on this server. Nothing of this one was written.")
        try:
            report = run(paths, settings, mapping, progress)
            progress(None)
            _publish(settings)
        finally:
            lock.release()
        return report

    return alone


def _publish(settings: Settings) -> None:
    try:
        current(settings)
    except Exception:  # the rows are in; the next page builds the snapshot, or says why it cannot
        log.exception("The snapshot after the import could not be built.")


def _pass_on(now: "Progress | None", tell: Tell) -> None:
    if now is None:
        tell("publishing", 0, None)
    else:
        tell(now.phase, now.done, now.total)


@contextmanager
def _lay_down(
    settings: Settings, files: Sequence[Upload], mapping: str | Upload | None
) -> Iterator[tuple[list[Path], str | Path | None]]:
    """The uploads as files, for as long as the block lasts."""
    above = settings.data_dir / "uploads"
    above.mkdir(parents=True, exist_ok=True)
    above.chmod(0o700)
    _sweep(above)
    folder = Path(mkdtemp(dir=above))  # mode 700
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # given back by the system when this process dies
            paths = _write(folder / "files", files)
            own = _write(folder / "mapping", [mapping])[0] if isinstance(mapping, Upload) else mapping
            yield paths, own
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(above: Path) -> None:
    """Delete the folders of servers that are no more."""
    for folder in above.iterdir():
        try:
            if time.time() - folder.stat().st_mtime < YOUNG_SECONDS:
                continue
            with (folder / _LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # in use, or not locked yet
            continue


def _write(folder: Path, uploads: Sequence[Upload]) -> list[Path]:
    folder.mkdir()
    paths: list[Path] = []
    for upload in uploads:
        path = folder / file_name(upload.name, {path.name for path in paths})
        path.write_bytes(upload.content)
        paths.append(path)
    return paths


def file_name(name: str, taken: set[str]) -> str:
    """A name from a browser as the name of a file here: no folders, not too long, none twice."""
    plain = "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
    plain = plain.strip().lstrip(".") or "file"
    stem, dot, ending = plain.rpartition(".")
    stem, ending = (stem[:NAME_LENGTH], f"{dot}{ending[:12]}") if dot else (plain[:NAME_LENGTH], "")
    numbered = (f"{stem} ({number}){ending}" for number in range(2, len(taken) + 3))
    return next(each for each in (f"{stem}{ending}", *numbered) if each not in taken)


@cache
def _shipped() -> dict[str, Text]:
    from seed.mapping import RegisterMapping, shipped_names

    return {name: RegisterMapping.load(name).title or Text(name, name) for name in shipped_names()}

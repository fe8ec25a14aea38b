"""The import's own checks on the demo's rows, so that a demo and the import of its file are judged alike."""

import hmac

import polars as pl

from queries.checks import CHECKS
from seed.columns import COLUMNS
from seed.convert import FINDINGS
from seed.demo.cases import SOURCE_FILE
from seed.load.job import Job
from seed.load.names import add_met, offices, unlisted
from seed.load.register_checks import Closures
from seed.load.report import as_findings
from seed.row_checks import check_rows

HEADINGS = {name: column.headings[0] for name, column in COLUMNS.items()}
_NAMES = {"place_code": ("place_unknown", "township"), "responsible_office_id": ("office_unknown", "department")}
_SEVERE = [name for name, check in CHECKS.items() if check.severity == "quarantine"]


class Inspection:
    """Checks frame after frame; findings go to the job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._listed = offices(job.connection, listed_only=True)
        self._met: dict[str, str] = {}
        self._closures = Closures()

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows ready to be written: matter hashed, unusable columns marked."""
        named = frame.rename({"source_row": "row"}).with_columns(pl.col("row").cast(pl.Int64), unusable=pl.lit(0))
        checked, broken = check_rows(named, HEADINGS)
        found = [broken, *(self._strangers(checked, column, *about) for column, about in _NAMES.items())]
        self._job.quarantined += pl.concat(found).filter(pl.col("check").is_in(_SEVERE))["row"].n_unique()
        self._job.findings.add(as_findings(found, SOURCE_FILE, ""))
        self._closures.add(checked)
        hashed = _hashed(checked["matter_id"], self._job.key)
        return checked.rename({"row": "source_row"}).with_columns(hashed)

    def finish(self) -> None:
        """Say what only the whole register shows; add the offices met that are on no list."""
        self._closures.report(self._job)
        add_met(self._job.connection, self._met)

    def _strangers(self, frame: pl.DataFrame, column: str, check: str, kind: str) -> pl.DataFrame:
        strange = frame.filter(unlisted(frame[column], self._listed))
        self._met |= dict.fromkeys(strange[column].unique(), kind)
        said = {"check": check, "column": HEADINGS[column], "value_class": "name"}
        return strange.with_columns(pl.lit(text).alias(name) for name, text in said.items()).select(list(FINDINGS))


def _hashed(matters: pl.Series, key: bytes) -> pl.Series:
    """The matter numbers as keyed hashes of 16 bytes."""
    known = matters.unique(maintain_order=True)
    hashes = [hmac.digest(key, matter.encode(), "sha256")[:16] for matter in known]
    table = pl.DataFrame({"matter_id": known, "hash": pl.Series(hashes, dtype=pl.Binary)})
    joined = matters.to_frame().join(table, on="matter_id", how="left", maintain_order="left")
    return joined["hash"].rename("matter_id")

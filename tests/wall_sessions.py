"""Readers of the meeting screen on other registers than the demo."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from dashboard.state.kept import kept as kept_answers
from dashboard.state.session import Session
from queries.snapshot import build_from_frames


def on(session: Session, cases: dict[str, list], tmp_path: Path, **about) -> Session:
    """The session of a reader of another register."""
    snapshot = build_from_frames(tmp_path / "snapshot", pl.DataFrame(cases), **about)
    kept_answers.clear()  # registers of tests have one name
    return replace(session, snapshot=snapshot, now=snapshot, filters=replace(session.filters, start=None, end=None))


def bare(session: Session, tmp_path: Path) -> Session:
    """A register that knows when items were registered and closed, and nothing else."""
    dates = {"registered_at": ["2022-05-02", "2022-05-09", "2022-06-20"], "closed_at": ["2022-05-20", None, None]}
    return on(session, {"case_id": ["a", "b", "c"], **dates}, tmp_path)

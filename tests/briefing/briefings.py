"""Briefings to test, and odd registers to make them of."""

import polars as pl

from dashboard.briefing import Briefing
from dashboard.briefing.compose import compose
from queries.filters import Filters
from queries.snapshot import Snapshot
from queries.views import meeting


def briefing_of(snapshot: Snapshot, language: str = "zh", bureau: str = "云江市信访局", **chosen: object) -> Briefing:
    base = Filters(**chosen)  # type: ignore[arg-type]  # fields of Filters
    session = meeting.meeting_of(snapshot, base, meeting.newest_month(snapshot.as_of))
    return compose(snapshot, session, language, bureau=bureau, data_version="v1.0", base=base)


def session_of(snapshot: Snapshot) -> meeting.Meeting:
    return meeting.meeting_of(snapshot, Filters(), meeting.newest_month(snapshot.as_of))


def cases(**columns: list[object]) -> pl.DataFrame:
    height = max(len(values) for values in columns.values())
    return pl.DataFrame({"case_id": [f"c{number}" for number in range(height)], **columns})


def one_case() -> pl.DataFrame:
    return cases(registered_at=["2022-05-02"], place_code=["东镇"], due_at=["2022-05-31"], closed_at=["2022-05-31"])


def without_deadlines() -> pl.DataFrame:
    return cases(
        registered_at=["2022-05-02", "2022-06-03"], closed_at=["2022-05-20", None], channel=["letter", "visit"]
    )


def odd_names() -> pl.DataFrame:
    names = ["=1+1", "<b>&amp;", "#let x", "$a$ *b* _c_", "@SUM(A1)", "东\x0b镇", "\\{}[]", "很长的镇名" * 20]
    return cases(
        registered_at=["2022-03-02"] * len(names) * 12,
        due_at=["2022-05-01"] * len(names) * 12,
        closed_at=["2022-05-31"] * len(names) * 12,
        place_code=names * 12,
    )


def many_places() -> pl.DataFrame:
    places = [f"镇{number}" for number in range(3_000)] * 2 + ["大镇"] * 400
    late = ["2022-05-31"] * 400
    return cases(
        registered_at=["2022-03-02"] * len(places),
        due_at=["2022-05-01"] * len(places),
        closed_at=["2022-04-20"] * 6_000 + late,
        place_code=places,
    )

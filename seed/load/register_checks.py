"""What only the whole register shows: vanished cases, clumps of closures, dates that can be read two ways."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from queries.checks import UNUSABLE
from queries.vocabulary import Text
from seed.columns import COLUMNS
from seed.convert import Survey
from seed.layout import Layout
from seed.load.bulk import fetch_frame
from seed.load.job import Job
from seed.load.merge import Merge

CLUMP_CASES = 5  # closures of one office within a minute, DOMAIN.md §6
DEADLINE_DAYS = (59, 60)  # days after acceptance (registration where that is not given), DOMAIN.md §6
DEADLINE_CASES = 5  # closures on those days from which on an office is named
DEADLINE_SHARE = 0.25  # of its closures
SAME_EXPORT_SHARE = 0.5  # of the cases known: from here on a file is taken for a full export of the register


def kept_bits(columns: Sequence[str]) -> int:
    """The bits of `unusable` that a file without some columns says nothing about, so that they stay as they were."""
    said = 0
    for name in columns:
        spoils = COLUMNS[name].spoils if name in COLUMNS else None
        said |= UNUSABLE[spoils] if spoils else 0
    return sum(UNUSABLE.values()) & ~said


def note_orders(job: Job, survey: Survey, layouts: Sequence[Layout]) -> None:
    """Say how dates like 3/4/2022 were read where a column has such."""
    given = {name: source.order for layout in layouts for name, source in layout.mapping.columns.items()}
    common = {evidence.order for evidence in survey.orders.values() if evidence.order}
    for name, evidence in survey.orders.items():
        if not evidence.slashed or given.get(name) or job.mapping.order:
            continue
        heading = next((layout.used.get(name) for layout in layouts if name in layout.used), name)
        first = (evidence.order or next(iter(sorted(common)), "month_first")) == "day_first"
        order = Text("日/月/年", "day/month/year") if first else Text("月/日/年", "month/day/year")
        if evidence.order:
            why = Text("由该列中大于12的数判定", "decided by numbers over 12 in the column")
        elif common:
            why = Text("该列两可，从其他日期列", "the column fits both, the other date columns decide")
        else:
            why = Text("该列两可，未能判定，请在映射中用 dates.order 指明",
                        "nothing in the files decides it; say it in the mapping with dates.order")  # fmt: skip
        job.note(f"“{heading}”按{order.zh}读取：{why.zh}", f"'{heading}' is read as {order.en}: {why.en}")
        if evidence.contradicts_itself:
            job.note(f"“{heading}”中两种日期写法并存", f"'{heading}' mixes both orders of day and month")


def note_vanished(
    job: Job, before: pl.DataFrame, merge: Merge, numbers: Sequence[pl.Series], first: date | None, last: date | None
) -> None:
    """Warn of cases known before and absent now; they are kept.

    A file that brings at least SAME_EXPORT_SHARE of the known cases is a full export, in which all are expected. A
    smaller one (a month, say) is expected to hold the cases registered between its own first and last registration.

    Args:
        numbers: of every row of each file; a rejected row's number is there, whatever is wrong with the row.
    """
    if before.is_empty() or first is None or last is None:
        return
    there = [merge.seen, *(pl.DataFrame({"case_id": ids.drop_nulls().cast(pl.String)}) for ids in numbers)]
    seen = pl.concat(there).unique()
    missing = before.join(seen, on="case_id", how="anti")
    if len(seen) < SAME_EXPORT_SHARE * len(before):
        source = job.mapping.name.replace("'", "''")
        within = fetch_frame(
            job.connection,
            f"SELECT case_id FROM petition_case WHERE source = '{source}' AND registered_at >= '{first} 00:00:00' "
            f"AND registered_at <= '{last} 23:59:59.999999'",
            ["case_id"],
        )
        missing = missing.join(within, on="case_id", how="semi")
    listed = [{"case_id": identity, "value_class": "not in the files"} for identity in missing["case_id"].head(1_000)]
    job.findings.warn("case_vanished", len(missing), listed)


class Closures:
    """Counts closures by office and minute, and by days taken."""

    def __init__(self) -> None:
        self._minutes: list[pl.DataFrame] = []
        self._days: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Count the closures of one chunk."""
        if not {"closed_at", "responsible_office_id"} <= set(frame.columns):
            return
        start = (
            pl.coalesce("accepted_at", "registered_at") if "accepted_at" in frame.columns else pl.col("registered_at")
        )
        closed = frame.filter(pl.col("closed_at").is_not_null() & pl.col("responsible_office_id").is_not_null()).select(
            office="responsible_office_id",
            minute=pl.col("closed_at").dt.truncate("1m"),
            has_time=pl.col("closed_at").dt.time() != pl.time(0),
            days=(pl.col("closed_at").dt.date() - start.dt.date()).dt.total_days(),
        )
        self._minutes.append(closed.filter("has_time").group_by("office", "minute").len("cases"))
        at_deadline = pl.col("days").is_in(list(DEADLINE_DAYS)).sum()
        self._days.append(closed.group_by("office").agg(pl.len().alias("closed"), at_deadline.alias("at_deadline")))

    def report(self, job: Job) -> None:
        """Warn of what needs a look, in neutral words."""
        if not self._minutes:
            return
        minutes = pl.concat(self._minutes).group_by("office", "minute").agg(pl.col("cases").sum())
        clumps = minutes.filter(pl.col("cases") >= CLUMP_CASES)
        listed = [{"value_class": f"{cases} closures in a minute"} for cases in clumps["cases"].head(1_000)]
        job.findings.warn("closures_clumped", int(clumps["cases"].sum()), listed)
        days = pl.concat(self._days).group_by("office").agg(pl.col("closed", "at_deadline").sum())
        late = days.filter(
            (pl.col("at_deadline") >= DEADLINE_CASES) & (pl.col("at_deadline") >= DEADLINE_SHARE * pl.col("closed"))
        )
        listed = [{"value_class": f"{cases} closures on days 59-60"} for cases in late["at_deadline"].head(1_000)]
        job.findings.warn("closures_at_deadline", int(late["at_deadline"].sum()), listed)

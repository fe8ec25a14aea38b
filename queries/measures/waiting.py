"""How long: the days an item takes from one date of the register to another, as a quantile.

A wait that still runs is as much a part of the answer as one that has ended: leaving open items out makes every office
look quicker than it is. So waits are followed up to the day they are seen from, and their quantiles are those of the
Kaplan–Meier curve (STATISTICS.md §2); an item closed before it got there was followed up to its closing. Where only
items with both dates are meant, or only open ones, the quantile is the plain one.
"""

from typing import Literal

import narwhals as nw

from queries.coding import YES, code
from queries.measures import Basis, Cohort, Duration, Need, Predicate, at_quantile
from queries.measures.backlog import assigned, decided_day, not_stated, recognised
from queries.measures.needs import (
    ACCEPTED,
    BACKLOG,
    CLOSED,
    CLOSED_AT,
    CLOSED_BEFORE,
    DUE,
    EVALUATED_AT,
    EVALUATED_CLOSED,
    FORWARDED,
    PETITIONED,
    RECEIVED_AT,
    REPLIED,
    REPORTED,
    REVIEWED,
)
from queries.measures.satisfaction import WINDOW_END, evaluated
from queries.measures.terms import ACCEPTED as ACCEPTED_COHORT
from queries.measures.terms import ASSIGNED, DAYS, REGISTERED, always, due_day, known, matured, open_item, overdue
from queries.measures.terms import DUE as DUE_COHORT
from queries.measures.terms import RECEIVED as RECEIVED_COHORT
from queries.vocabulary import Text

SECONDS_A_DAY = 86400


def _day(column: str) -> Predicate:
    return lambda basis: nw.col(column).cast(nw.Int64)


def _due(basis: Basis) -> nw.Expr:
    return due_day(basis).cast(nw.Int64)


def _decided(basis: Basis) -> nw.Expr:
    return decided_day(basis).cast(nw.Int64)


def _now(basis: Basis) -> nw.Expr:
    return nw.lit(basis.as_of, dtype=nw.Int64)


def _closing(basis: Basis) -> nw.Expr:
    """The day of closing as far as it has come, else the day all is seen from."""
    return nw.when(nw.col("closed_day") <= basis.as_of).then(nw.col("closed_day").cast(nw.Int64)).otherwise(_now(basis))


def _has_come(day: Predicate) -> Predicate:
    return lambda basis: known(day(basis) <= basis.as_of)


def _days(start: Predicate, end: Predicate) -> Predicate:
    """Whole days between two days, in seconds."""
    return lambda basis: (end(basis) - start(basis)) * SECONDS_A_DAY


def _wait(
    name: str,
    of: Text,
    meaning: Text,
    *needs: Need,
    start: Predicate,
    ended: Predicate,
    end: Predicate,
    rows: Predicate = always,
    cohort: Cohort = REGISTERED,
    source: str,
    is_case: bool = True,
) -> Duration:
    """Days from one date to another, waits that still run followed to the as-of day or to the closing of the item.

    Args:
        ended: whether the second date has come; never null.
        rows: among which items.
        is_case: whether the rows are items, which may be closed before the second date comes.
    """

    def last(basis: Basis) -> nw.Expr:
        until = _closing(basis) if is_case else _now(basis)
        return nw.when(ended(basis)).then(end(basis)).otherwise(until)

    def followed(basis: Basis) -> nw.Expr:
        inside = rows(basis) & (start(basis) <= basis.as_of) & (last(basis) >= start(basis))
        if not is_case:
            return inside
        # closed, and nobody knows when: how long it was followed cannot be told
        undated = nw.col("closed_day").is_null() & (nw.col("closed_stated") == YES)
        return inside & (ended(basis) | ~undated)

    each = Duration(
        name=name,
        label=of,
        meaning=Text(
            f"{meaning.zh}；尚未到的按已等天数计入（Kaplan–Meier）",
            f"{meaning.en}; what has not got there counts as waiting so far (Kaplan–Meier)",
        ),
        table="cases" if is_case else "backlog",
        cohort=cohort,
        uses=(*needs, CLOSED_BEFORE) if is_case else needs,
        unit=DAYS,
        better="lower",
        source=source,
        of=of,
        where=followed,
        seconds=_days(start, last),
        ended=ended,
    )
    return at_quantile(each, 0.5)


def _plain(
    name: str,
    of: Text,
    meaning: Text,
    *needs: Need,
    where: Predicate,
    seconds: Predicate,
    cohort: Cohort = REGISTERED,
    source: str,
    table: Literal["cases", "evaluations"] = "cases",
) -> Duration:
    """Days of items of which each has its number."""
    each = Duration(
        name=name,
        label=of,
        meaning=meaning,
        table=table,
        cohort=cohort,
        uses=needs,
        unit=DAYS,
        better="lower",
        source=source,
        of=of,
        where=where,
        seconds=seconds,
    )
    return at_quantile(each, 0.5)


def _handed_over(basis: Basis) -> nw.Expr:
    # what a bureau handles itself is never forwarded
    return always(basis) & (nw.col("handling_mode") != code("handling_mode", "self"))


def _petitioned_first(basis: Basis) -> nw.Expr:
    return always(basis) & (nw.col("petitioned_day") <= nw.col("registered_day"))


def _measured(basis: Basis) -> nw.Expr:
    return always(basis) & (nw.col("closed_day") <= basis.as_of) & ~nw.col("close_seconds").is_null()


def _close_seconds(basis: Basis) -> nw.Expr:
    return nw.col("close_seconds")


def _missed(basis: Basis) -> nw.Expr:
    """Past the due date and not closed by it."""
    return matured(basis) & ~known(nw.col("closed_day") <= due_day(basis))


def _answered_after_closing(basis: Basis) -> nw.Expr:
    return always(basis) & evaluated(basis) & (nw.col("evaluated_day") >= nw.col("closed_day"))


def _result_stated(basis: Basis) -> nw.Expr:
    return assigned(basis) & ~not_stated(basis)


def _recognised(basis: Basis) -> nw.Expr:
    return known(recognised(basis))


_registered, _forwarded, _received = _day("registered_day"), _day("forwarded_day"), _day("received_day")
_accepted, _replied, _closed = _day("accepted_day"), _day("replied_day"), _day("closed_day")

MEASURES = (
    _plain(
        "days_to_close", Text("办理天数", "Days to close"),
        Text("从登记到办结的天数，只含已办结件", "days from registration to closing, closed items only"),
        CLOSED_AT, where=_measured, seconds=_close_seconds, source="DOMAIN §3",
    ),
    _wait(
        "days_until_closed", Text("含未办结件的办理天数", "Days to close, open items included"),
        Text("从登记到办结的天数", "days from registration to closing"),
        CLOSED_AT, start=_registered, end=_closed, ended=_has_come(_closed), source="DOMAIN §3",
    ),
    _plain(
        "days_to_register", Text("登记天数", "Days to register"),
        Text("从信访到登记的天数", "days from the petition to its registration"),
        PETITIONED, where=_petitioned_first, seconds=_days(_day("petitioned_day"), _registered),
        source="信访工作条例 Art. 22",
    ),
    _wait(
        "days_to_forward", Text("转送天数", "Days to forward"),
        Text("从登记到转送（交办）的天数，自办件除外",
             "days from registration to forwarding, without items handled by oneself"),
        FORWARDED, rows=_handed_over, start=_registered, end=_forwarded, ended=_has_come(_forwarded),
        source="信访工作条例 Art. 22",
    ),
    _wait(
        "days_to_accept", Text("受理天数", "Days to accept"),
        Text("从登记到受理的天数", "days from registration to acceptance"),
        ACCEPTED, start=_registered, end=_accepted, ended=_has_come(_accepted), source="信访工作条例 Art. 22",
    ),
    _wait(
        "office_days_to_accept", Text("责任单位受理天数", "Days to accept at the office"),
        Text("从到达责任单位到受理的天数", "days from the office's receipt to acceptance"),
        RECEIVED_AT, ACCEPTED, start=_received, end=_accepted, ended=_has_come(_accepted), cohort=RECEIVED_COHORT,
        source="信访工作条例 Art. 23",
    ),
    _wait(
        "days_to_reply", Text("答复天数", "Days to reply"),
        Text("从登记到答复的天数", "days from registration to the reply"),
        REPLIED, start=_registered, end=_replied, ended=_has_come(_replied), source="信访工作条例 Art. 34",
    ),
    _wait(
        "days_in_handling", Text("受理后办理天数", "Days from acceptance to closing"),
        Text("从受理到办结的天数", "days from acceptance to closing"),
        ACCEPTED, CLOSED_AT, start=_accepted, end=_closed, ended=_has_come(_closed), cohort=ACCEPTED_COHORT,
        source="信访工作条例 Art. 34",
    ),
    _wait(
        "days_late", Text("逾期天数", "Days late"),
        Text("未按期办结的件从办理期限到办结的天数", "days from the due date to closing, of items not closed by it"),
        DUE, CLOSED_AT, rows=_missed, start=_due, end=_closed, ended=_has_come(_closed), cohort=DUE_COHORT,
        source="信访工作条例 Art. 34",
    ),
    _plain(
        "days_open", Text("在办件已办天数", "Age of open items"),
        Text("未办结件从登记到统计截止日的天数", "days from registration to the as-of day, of open items"),
        CLOSED, where=open_item, seconds=_days(_registered, _now), source="DOMAIN §3",
    ),
    _plain(
        "days_overdue", Text("超期件已超天数", "Days overdue of open items"),
        Text("超期未办结件从办理期限到统计截止日的天数",
             "days from the due date to the as-of day, of overdue open items"),
        CLOSED, DUE, where=overdue, seconds=_days(_due, _now), source="信访工作条例 Art. 34",
    ),
    _plain(
        "days_to_evaluate", Text("办结后评价天数", "Days from closing to evaluation"),
        Text("从办结到评价的天数，只含办结后评价的：办结前已评价的（对信访部门多是如此）和未评价的不计",
             "days from closing to the evaluation, of those evaluated after closing: not those evaluated before it, as "
             "the bureau mostly is, nor those in silence"),
        EVALUATED_AT, EVALUATED_CLOSED, where=_answered_after_closing,
        seconds=_days(_closed, _day("evaluated_day")), cohort=WINDOW_END, source="DOMAIN §3", table="evaluations",
    ),
    _wait(
        "backlog_days_to_report", Text("积案上报天数", "Days to report old items as settled"),
        Text("从交办到上报办结的天数", "days from assignment to the report as settled"),
        BACKLOG, REPORTED, rows=assigned, start=_day("assigned_day"), end=_day("reported_day"),
        ended=_has_come(_day("reported_day")), cohort=ASSIGNED, source="DOMAIN §1, §3", is_case=False,
    ),
    _wait(
        "backlog_days_to_recognise", Text("积案认定天数", "Days to recognise old items as settled"),
        Text("从交办到认定化解的天数（已上报而未填报审核结果的不计）",
             "days from assignment to recognition (reported ones without a stated result left out)"),
        BACKLOG, REVIEWED, rows=_result_stated, start=_day("assigned_day"), end=_decided, ended=_recognised,
        cohort=ASSIGNED, source="DOMAIN §1, §3", is_case=False,
    ),
)  # fmt: skip

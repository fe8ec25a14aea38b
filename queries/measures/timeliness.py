"""Whether in time: acceptance, forwarding, reply by the deadline, closure."""

import narwhals as nw

from queries.coding import NOT_GIVEN, YES
from queries.measures import Basis, Cohort, Count, Need, Predicate, Ratio, Zones
from queries.measures.needs import (
    ACCEPTED,
    CLOSED,
    DUE,
    FIRST,
    FORWARDED,
    ON_TIME,
    RECEIVED,
    REGISTERED_TIME,
)
from queries.measures.terms import DUE as DUE_COHORT
from queries.measures.terms import (
    ITEMS,
    OFFICE_DEADLINE,
    PER_CENT,
    REGISTER_DEADLINE,
    REGISTERED,
    always,
    closed,
    due_day,
    first,
    known,
    matured,
    office_deadline,
    open_item,
)
from queries.vocabulary import Text


def _register_deadline_passed(basis: Basis) -> nw.Expr:
    return nw.col("registered_day") + basis.rules.register_days <= basis.as_of


def _accepted_after_registration(basis: Basis) -> nw.Expr:
    return nw.col("accepted_day") <= nw.col("registered_day") + basis.rules.register_days


def _sent_and_deadline_passed(basis: Basis) -> nw.Expr:
    sent = known(nw.col("forwarded_day") <= basis.as_of) | known(nw.col("received_day") <= basis.as_of)
    return always(basis) & sent & (office_deadline(basis) <= basis.as_of)


def _accepted_by_office(basis: Basis) -> nw.Expr:
    return nw.col("accepted_day") <= office_deadline(basis)


def _first_registered(basis: Basis) -> nw.Expr:
    return always(basis) & first(basis)


def _forwarded_same_day(basis: Basis) -> nw.Expr:
    return nw.col("forwarded_day") == nw.col("registered_day")


def unforwarded(basis: Basis) -> nw.Expr:
    """A first petition that is neither forwarded nor closed."""
    return open_item(basis) & first(basis) & ~known(nw.col("forwarded_day") <= basis.as_of)


def _next_day_off(basis: Basis) -> nw.Expr:
    """The day a registration counts for: the next working day where offices do not work."""
    return _next_working_day_where(nw.col("is_off_day") == YES)


def _next_day_after_hours(basis: Basis) -> nw.Expr:
    """The same, and also where it was registered after offices closed."""
    return _next_working_day_where((nw.col("is_off_day") == YES) | _after_closing(basis))


def _after_closing(basis: Basis) -> nw.Expr:
    """Registered after offices closed, each day by the time that held on it."""
    usual = basis.rules.closing_time
    closing = nw.lit(usual.hour * 60 + usual.minute)
    for start, minute in basis.closing:
        closing = nw.when(nw.col("registered_day") >= start).then(nw.lit(minute)).otherwise(closing)
    return nw.col("registered_minute") > closing


def _next_working_day_where(postponed: nw.Expr) -> nw.Expr:
    return nw.when(postponed).then(nw.col("next_working_day")).otherwise(nw.col("registered_day"))


def _by_postponed_day(name: str, zh: str, en: str, day: Predicate, *needs: Need) -> Ratio:
    """A reading of 日清日结 in which some registrations count for the next working day (DOMAIN.md §7)."""

    def numerator(basis: Basis) -> nw.Expr:
        return nw.col("forwarded_day") <= day(basis)

    def denominator(basis: Basis) -> nw.Expr:
        return _first_registered(basis) & (day(basis) <= basis.as_of)

    return Ratio(
        name=name,
        label=Text(f"日清日结率（{zh}顺延）", f"Same-day forwarding rate ({en} count for the next working day)"),
        meaning=Text(
            f"登记当日（{zh}登记的，至下一工作日）转送（交办）的初次信访 ÷ 该日已过的初次信访",
            f"first petitions forwarded on the day of registration ({en}: by the next working day) ÷ first petitions "
            "whose day has passed",
        ),
        table="cases",
        cohort=REGISTERED,
        uses=(FIRST, FORWARDED, *needs),
        unit=PER_CENT,
        better="higher",
        source="DOMAIN §1 日清日结, §7",
        numerator=numerator,
        denominator=denominator,
    )


def _only_stated(basis: Basis) -> nw.Expr:
    # the source says "on time" or "late" and gives no deadline
    return due_day(basis).is_null() & (nw.col("on_time_stated") > NOT_GIVEN)


def _reply_due(basis: Basis) -> nw.Expr:
    return always(basis) & (known(due_day(basis) <= basis.as_of) | _only_stated(basis))


def _replied_on_time(basis: Basis) -> nw.Expr:
    by_date = known(nw.col("closed_day") <= due_day(basis))
    return by_date | (_only_stated(basis) & (nw.col("on_time_stated") == YES))


def _closed_on_unknown_day(basis: Basis) -> nw.Expr:
    # closed by its status, without a date: whether that was in time cannot be told
    undated = nw.col("closed_day").is_null() & (nw.col("closed_stated") == YES)
    return undated & ~due_day(basis).is_null()


def _reply_day(basis: Basis) -> nw.Expr:
    return nw.coalesce(due_day(basis), nw.when(nw.col("on_time_stated") > NOT_GIVEN).then(nw.col("registered_day")))


def _reply_span(basis: Basis, zones: Zones) -> tuple[int | None, int | None]:
    if zones("on_time_stated")[1] == NOT_GIVEN:
        return DUE_COHORT.span(basis, zones)
    return None, None


REPLY_DUE = Cohort(
    "reply_due", Text("办理期限（无期限的按登记日期）", "due date (registration where none)"), _reply_day, _reply_span
)


MEASURES = (
    Ratio(
        name="timely_acceptance_rate",
        label=Text("及时受理率（信访部门）", "Timely acceptance rate (bureau)"),
        meaning=Text(
            "登记后15日内受理 ÷ 15日已满的全部信访件", "accepted within 15 days ÷ all whose 15 days have passed"
        ),
        table="cases",
        cohort=REGISTER_DEADLINE,
        uses=(ACCEPTED,),
        unit=PER_CENT,
        better="higher",
        source="信访工作条例 Art. 22",
        numerator=_accepted_after_registration,
        denominator=_register_deadline_passed,
    ),
    Ratio(
        name="office_acceptance_rate",
        label=Text("及时受理率（责任单位）", "Timely acceptance rate (office)"),
        meaning=Text(
            "责任单位收到后15日内受理（收到时间不详的，登记后30日内）÷ 受理期限已满的全部转送件",
            "accepted within 15 days of the office's receipt (unknown: 30 days of registration) ÷ all sent "
            "whose deadline has passed",
        ),
        table="cases",
        cohort=OFFICE_DEADLINE,
        uses=(ACCEPTED, RECEIVED),
        unit=PER_CENT,
        better="higher",
        source="信访工作条例 Art. 23",
        numerator=_accepted_by_office,
        denominator=_sent_and_deadline_passed,
    ),
    Ratio(
        name="same_day_forwarding_rate",
        label=Text("日清日结率", "Same-day forwarding rate"),
        meaning=Text(
            "登记当日转送（交办）的初次信访 ÷ 初次信访",
            "first petitions forwarded on the day of registration ÷ first petitions",
        ),
        table="cases",
        cohort=REGISTERED,
        uses=(FIRST, FORWARDED),
        unit=PER_CENT,
        better="higher",
        source="DOMAIN §1 日清日结",
        numerator=_forwarded_same_day,
        denominator=_first_registered,
    ),
    Count(
        name="unforwarded_count",
        label=Text("待转送初次件", "First petitions not forwarded yet"),
        meaning=Text("截至统计日既未转送（交办）也未办结的初次信访", "first petitions neither forwarded nor closed"),
        table="cases",
        cohort=REGISTERED,
        uses=(FIRST, FORWARDED, CLOSED),
        unit=ITEMS,
        better="lower",
        source="DOMAIN §1 日清日结",
        where=unforwarded,
    ),
    _by_postponed_day("forwarding_rate_off_days", "非工作日", "non-working days", _next_day_off),
    _by_postponed_day(
        "forwarding_rate_after_hours",
        "非工作日和下班后",
        "non-working days and evenings",
        _next_day_after_hours,
        REGISTERED_TIME,
    ),
    Ratio(
        name="on_time_reply_rate",
        label=Text("按期答复率", "On-time reply rate"),
        meaning=Text(
            "办理期限内办结 ÷ 办理期限已过的信访件（无期限而登记了“是否按期”的，按其登记）",
            "closed by the due date ÷ items whose due date has passed (without a due date: as the source states it)",
        ),
        table="cases",
        cohort=REPLY_DUE,
        uses=(ON_TIME,),
        unit=PER_CENT,
        better="higher",
        source="信访工作条例 Art. 34",
        numerator=_replied_on_time,
        denominator=_reply_due,
        unknown=_closed_on_unknown_day,
    ),
    Ratio(
        name="closure_rate",
        label=Text("办结率", "Closure rate"),
        meaning=Text("已办结 ÷ 办理期限已过的信访件", "closed ÷ items whose due date has passed"),
        table="cases",
        cohort=DUE_COHORT,
        uses=(CLOSED, DUE),
        unit=PER_CENT,
        better="higher",
        source="DOMAIN §3; 信访工作条例 Art. 34",
        numerator=closed,
        denominator=matured,
    ),
    Ratio(
        name="closed_share",
        label=Text("已办结占比", "Closed share"),
        meaning=Text(
            "已办结 ÷ 已登记（含未到期，仅供参考）", "closed ÷ registered (not yet due ones included: context only)"
        ),
        table="cases",
        cohort=REGISTERED,
        uses=(CLOSED,),
        unit=PER_CENT,
        better="neither",
        source="DOMAIN §3",
        numerator=closed,
        denominator=always,
    ),
)

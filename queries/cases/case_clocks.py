"""The statutory clocks of one item: when each began, when it runs out, when it was stopped (DOMAIN.md §2).

Day counts are those of the rule set. Day N ends at the end of that day. A due date the source gives wins over the one
computed. Everything is seen from the as-of day: a step taken later has not been taken yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from queries.days import has_ended
from queries.rules import RuleSet
from queries.vocabulary import Text

State = Literal["met", "late", "running", "overdue", "used", "lapsed"]
STATES: dict[State, Text] = {
    "met": Text("按期完成", "met"),
    "late": Text("超期完成", "met late"),
    "running": Text("计时中", "running"),
    "overdue": Text("已超期", "overdue"),
    "used": Text("已提出", "used"),
    "lapsed": Text("期满未提出", "not used"),
}
"""How a clock stands on the as-of day; "used" and "lapsed" are of a petitioner's rights: never a breach."""


@dataclass(frozen=True)
class Clock:
    """One period the regulation or the source sets.

    Attributes:
        started_on: its first day is the one after; None while it has not begun.
        due_on: its last day.
        done_on: the day of the step that stops it; None while it has not been taken.
        days_left: to the end of `due_on` from the as-of day, negative when over; None once done.
        source: article, or that the register gives the day.
    """

    name: str
    label: Text
    started_on: date | None
    due_on: date | None
    done_on: date | None
    state: State
    days_left: int | None
    source: Text


def clocks(
    moments: Mapping[str, datetime],
    rules: RuleSet,
    as_of: date,
    *,
    extended_days: int = 0,
    timed: bool = True,
    is_closed: bool = False,
) -> tuple[Clock, ...]:
    """Every clock that applies to an item.

    Args:
        moments: register columns of days and moments that are given (`queries.cases.case_store.MOMENTS`).
        extended_days: of the handling.
        timed: the procedure is one on which the handling period runs (Art. 31(6)).
        is_closed: closed by its status, where no closing day is given.
    """
    seen = {name: when.date() for name, when in moments.items() if when.date() <= as_of or name == "due_at"}
    registered = seen["registered_at"]
    sent = seen.get("forwarded_at") or seen.get("received_by_office_at")
    found = [
        _clock("register", registered, rules.register_days, sent or seen.get("accepted_at"), as_of, Text(
            "条例第22条：登记后{days}日内转送", "Art. 22: routed within {days} days of registration")),
    ]  # fmt: skip
    received = seen.get("received_by_office_at")
    if sent or "accepted_at" in seen:
        start, length = (
            (received, rules.office_acceptance_days) if received else (registered, rules.unknown_receipt_days)
        )
        words = Text("条例第23条：收到后{days}日内受理告知", "Art. 23: notice within {days} days of receipt")
        if not received:
            words = Text("条例第22、23条：收到日期不详，按登记后{days}日计",
                         "Art. 22, 23: receipt unknown, {days} days from registration")  # fmt: skip
        found.append(_clock("notice", start, length, seen.get("accepted_at"), as_of, words))
    handling = _handling(seen, rules, as_of, extended_days, timed, is_closed)
    if handling:
        found.append(handling)
    answered = seen.get("closed_at") or seen.get("replied_at")
    for name, asked, done, article in (
        ("review", "review_requested_at", "review_done_at", 35),
        ("recheck", "recheck_requested_at", "recheck_done_at", 36),
    ):
        if answered and (asked in seen or (name == "review" and timed)):
            words = Text(f"条例第{article}条：{{days}}日内提出", f"Art. {article}: asked for within {{days}} days")
            right = _clock(f"{name}_request", answered, rules.review_days, seen.get(asked), as_of, words)
            found.append(_as_right(right))
        if asked in seen:
            words = Text(f"条例第{article}条：{{days}}日内答复，听证时间不计",
                         f"Art. {article}: answered within {{days}} days, time of hearings not counted")  # fmt: skip
            found.append(_clock(name, seen[asked], rules.review_days, seen.get(done), as_of, words))
        answered = seen.get(done)
    return tuple(found)


LABELS = {
    "register": Text("登记转送", "Registering and routing"),
    "notice": Text("受理告知", "Notice of acceptance"),
    "handle": Text("办理答复", "Handling"),
    "review_request": Text("可申请复查", "Right to ask for review"),
    "review": Text("复查", "Review"),
    "recheck_request": Text("可申请复核", "Right to ask for re-review"),
    "recheck": Text("复核", "Re-review"),
}


def _handling(
    seen: Mapping[str, date], rules: RuleSet, as_of: date, extended: int, timed: bool, is_closed: bool
) -> Clock | None:
    accepted, given = seen.get("accepted_at"), seen.get("due_at")
    computed = accepted + timedelta(days=rules.handling_days + extended) if accepted and timed else None
    due = given or computed
    if due is None:
        return None
    long = Text(f"，延长{extended}日", f" and {extended} more") if extended else Text("", "")
    source = Text(f"条例第34条：受理后{rules.handling_days}日{long.zh}",
                  f"Art. 34: {rules.handling_days} days{long.en} from acceptance")  # fmt: skip
    if given:
        source = Text("登记数据给出的办理期限", "due date given by the register")
        if computed and abs((given - computed).days) > 1:
            source = Text(f"登记数据给出的办理期限；按条例计算为{computed.isoformat()}",
                          f"due date given by the register; by the regulation {computed.isoformat()}")  # fmt: skip
    done = seen.get("closed_at")
    state = _state(due, done, as_of)
    if done is None and is_closed:
        state = "met"  # on which day is not known, so no more can be said against anyone
    left = None if done or is_closed else (due - as_of).days
    return Clock("handle", LABELS["handle"], accepted or seen["registered_at"], due, done, state, left, source)


def _clock(name: str, start: date, length: int, done: date | None, as_of: date, words: Text) -> Clock:
    due = start + timedelta(days=length)
    source = Text(words.zh.format(days=length), words.en.format(days=length))
    left = None if done else (due - as_of).days
    return Clock(name, LABELS[name], start, due, done, _state(due, done, as_of), left, source)


def _as_right(clock: Clock) -> Clock:
    # asking is the petitioner's right: it can lapse, it cannot be broken
    state: State = "lapsed" if clock.state == "overdue" else "used" if clock.done_on else clock.state
    return Clock(clock.name, clock.label, clock.started_on, clock.due_on, clock.done_on, state, clock.days_left,
                 clock.source)  # fmt: skip


def _state(due: date, done: date | None, as_of: date) -> State:
    if done is not None:
        return "met" if done <= due else "late"
    # a due date has passed when its day has ended: by the end of the as-of day
    return "overdue" if has_ended(due, as_of) else "running"


__all__ = ["LABELS", "STATES", "Clock", "clocks"]

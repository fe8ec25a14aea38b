"""Earlier monthly sessions of the demo 演示数据: two that were held and closed, what they decided and what came of it.

Offices and posts are invented, nobody is named. The sessions are closed on the demo's own register, since an invented
city has only one.
"""

from datetime import date, datetime
from typing import Any

from queries.rules import REGULATION_2022
from seed.demo import truths
from seed.demo.city import BUREAU

Row = dict[str, Any]

SESSIONS = (
    (date(2022, 4, 1), date(2022, 4, 30), date(2022, 5, 6)),
    (date(2022, 5, 1), date(2022, 5, 31), date(2022, 6, 7)),
)
"""Month, as-of day, day held."""


def meetings() -> list[Row]:
    """The sessions; they are closed once there is a data version to close them on (`close`)."""
    return [
        {"meeting_id": number, "month": month, "as_of": as_of, "rules": REGULATION_2022.name, "state": "open",
         "held_on": held, "note": "演示：虚构的研判会"}
        for number, (month, as_of, held) in enumerate(SESSIONS, 1)
    ]  # fmt: skip


def closed(data_version: str) -> list[Row]:
    """What closing changes in each of them, in the order of `meetings`."""
    agenda = "commitments,headlines,signals,offices,deadlines,repeats,satisfaction"
    return [
        {"meeting_id": number, "state": "closed", "data_version": data_version, "discussed": agenda,
         "closed_at": datetime(held.year, held.month, held.day, 9, 30)}  # noqa: DTZ001  UTC, as the store keeps it
        for number, (_, _, held) in enumerate(SESSIONS, 1)
    ]  # fmt: skip


def _promise(
    session: int, agenda: str, question: str, office: str, text: str, due: date, measure: str, **ended: Any
) -> tuple[Row, Row]:
    _, _, held = SESSIONS[session - 1]
    common = {"office_id": office, "meeting_id": session, "agenda": agenda}
    done = ended.get("state") == "closed"
    item = {**common, "opened_on": held, "question": f"{question}（演示）", "state": "closed" if done else "open",
            "closed_on": ended.get("closed_on") if done else None}  # fmt: skip
    decision = {"decided_on": held, "text": f"{text}（演示）", "owner_post": "主要负责人", "due_on": due,
                "measure": measure, "state": "open", "closed_on": None, "evidence": None, **common,
                **ended}  # fmt: skip
    return item, decision


PROMISES = (
    _promise(1, "deadlines", f"{truths.SLOW_PLACE}临期件积压", truths.SLOW_PLACE, "每周三清理15日内到期件",
             date(2022, 5, 31), "on_time_reply_rate"),
    _promise(1, "satisfaction", f"{truths.LOW_OFFICE}评价告知不到位", truths.LOW_OFFICE, "答复当日发送查询码并登记",
             date(2022, 5, 31), "participation_rate", state="closed", closed_on=date(2022, 6, 7),
             evidence="抽查20件均已告知（演示）"),
    _promise(1, "headlines", "夜间网上信访件次日才转送", BUREAU, "值班人员21时前转送当日件", date(2022, 5, 31),
             "same_day_forwarding_rate", state="dropped", closed_on=date(2022, 6, 7),
             evidence="并入日清日结考核，不再单列（演示）"),
    _promise(2, "signals", f"{truths.RISING_PLACE}异味投诉增多", truths.RISING_PLACE, "企业整改期间每周公布监测结果",
             date(2022, 7, 31), "registered_count"),
    _promise(2, "repeats", "多次重复事项没有包案责任人", BUREAU, "三次以上重复件逐件明确包案职务", date(2022, 6, 20),
             "repeat_share"),
)  # fmt: skip
"""A ledger item and a decision each: some kept, some overdue, one dropped."""

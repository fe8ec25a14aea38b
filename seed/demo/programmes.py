"""The bureau's programmes in the demo: offices, batches, special periods, reception, reports, targets, inspections.

Everything is 演示数据: offices and posts are invented, nobody is named. Rows are dictionaries by column of
`queries.schema`; keys the database gives (item numbers) are left out unless another row refers to them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any

import numpy as np

from queries.days import add_months
from seed.demo import truths
from seed.demo.city import BUREAU, CITY, DEPARTMENTS, PREFECTURE, PROVINCE, TOWNSHIPS, city
from seed.demo.season import SPECIAL_PERIODS

Row = dict[str, Any]
INSPECTION = date(2022, 4, 11)  # of the prefecture
FIRST_PUT_RIGHT = ("石汀镇", date(2022, 4, 22))
REPORT_DAYS = (13, 28)  # of every month
REPORTING_SINCE = date(2022, 1, 1)
BATCH_ASSIGNED = {"第一批": date(2021, 4, 20), "第二批": date(2022, 3, 1)}
BATCH_REPORTED = {"第一批": (60, 270), "第二批": (30, 110)}  # days after assignment, first and last
BATCH_PLACES = ("云汀镇", "柳渚镇", "岚溪镇", "月埠镇", "松屏镇", "石汀镇", "竹屿镇", "禾墟镇")
BATCH_OFFICES = ("自然资源局", "住房和城乡建设局", "人力资源和社会保障局", "农业农村局", "交通运输局")


def programmes(seed: int, places: int = len(TOWNSHIPS)) -> dict[str, list[Row]]:
    """Rows of every table but cases and evaluations, in an order that satisfies the references between them.

    Args:
        seed: the same one gives the same rows.
        places: number of areas, as in `register`.
    """
    rng = np.random.default_rng([seed, 7])
    return {
        "office": offices(places),
        "backlog_item": backlog(rng),
        "target": targets(),
        "special_period": [
            {"name_zh": p.name_zh, "name_en": p.name_en, "kind": p.kind, "starts_on": p.starts_on, "ends_on": p.ends_on}
            for p in SPECIAL_PERIODS
        ],
        "reception_day": reception(rng),
        "problem_report": problem_reports(rng),
        "rectification_item": rectification(),
        "supervision_item": supervision(),
        "ledger_item": [{"ledger_id": number, **item} for number, (item, _) in enumerate(_LEDGER, 1)],
        "decision": [{"ledger_id": number, **decided} for number, (_, decided) in enumerate(_LEDGER, 1)],
        "context_event": events(),
    }


def offices(places: int = len(TOWNSHIPS)) -> list[Row]:
    """The office list: province, prefecture, city, its townships with people, its departments."""
    where = city(places)

    def row(name: str, kind: str, parent: str | None, population: int | None = None) -> Row:
        return {"office_id": name, "name": name, "kind": kind, "parent_id": parent, "population": population,
                "aliases": "[]", "is_listed": True}  # fmt: skip

    above = [row(PROVINCE, "province", None), row(PREFECTURE, "prefecture", PROVINCE)]
    people = zip(where.places, where.populations, strict=True)
    return [
        *above,
        row(CITY, "county", PREFECTURE, sum(where.populations)),
        *(row(name, "township", CITY, population) for name, population in people),
        *(row(name, "department", CITY) for name in DEPARTMENTS),
    ]


def backlog(rng: np.random.Generator) -> list[Row]:
    """The two batches of long-standing matters (积案), each with a lead leader and a responsible office."""
    return list(chain.from_iterable(_batch(rng, number, name) for number, name in enumerate(truths.BATCHES, 1)))


def _batch(rng: np.random.Generator, number: int, name: str) -> Iterable[Row]:
    counts, assigned = truths.BATCHES[name], BATCH_ASSIGNED[name]
    recognised, under_review = counts["recognised"] or 0, counts["under_review"] or 0
    first, last = BATCH_REPORTED[name]
    for item in range(1, (counts["assigned"] or 0) + 1):
        reported = assigned + timedelta(days=int(rng.integers(first, last)))
        reviewed = reported + timedelta(days=int(rng.integers(25, 90))) if item <= recognised else None
        under = recognised < item <= recognised + under_review
        came_back = reviewed is not None and item <= (counts["reflow"] or 0)
        yield {
            "item_id": f"YS-JA{number}-{item:02d}",
            "batch": name,
            "assigned_on": assigned,
            "leader_assigned": True,
            "office_id": BATCH_OFFICES[int(rng.integers(len(BATCH_OFFICES)))],
            "place_code": BATCH_PLACES[int(rng.integers(len(BATCH_PLACES)))],
            "reported_on": reported if item <= (counts["reported"] or 0) else None,
            "reviewed_on": reviewed,
            "review_result": "recognised" if reviewed else "under_review" if under else None,
            "reflow_on": reviewed + timedelta(days=41) if reviewed and came_back else None,
        }


def targets() -> list[Row]:
    """The prefecture's targets for the city in 2022, invented."""
    year = {"scope": "", "valid_from": date(2022, 1, 1), "valid_to": date(2022, 12, 31), "source": truths.TARGET_SOURCE}
    return [{"measure": measure, "value": value, **year} for measure, value in truths.TARGETS.items()]


def reception(rng: np.random.Generator) -> list[Row]:
    """Every day of a special period, weekends included, a leader receives: one of the city and one in each township."""
    days = sorted(set(chain.from_iterable(period.days for period in SPECIAL_PERIODS)))
    rows = []
    for day in days:
        for place in (CITY, *(town.name for town in TOWNSHIPS)):
            received = int(rng.poisson(6 if place == CITY else 1.4))
            settled = int(rng.binomial(received, 0.45))
            post = "值班市领导" if place == CITY else "值班镇街领导"
            rows.append(
                {"day": day, "place_code": place, "post_on_duty": post, "received_count": received,
                 "settled_count": settled}
            )  # fmt: skip
    return rows


def problem_reports(rng: np.random.Generator) -> list[Row]:
    """What townships and departments report on the 13th and 28th: mostly on the day, some late, a few never."""
    months = [add_months(REPORTING_SINCE, n) for n in range(6)]
    rows = []
    for due in (month.replace(day=day) for month in months for day in REPORT_DAYS):
        for office in (*(town.name for town in TOWNSHIPS), *(name for name in DEPARTMENTS if name != BUREAU)):
            delay = int(rng.choice([0, 0, 0, 0, 0, 0, 0, 1, 2, 4, -1]))  # -1: not reported
            reported = None if delay < 0 else min(due + timedelta(days=delay), truths.LAST_DAY)
            found = None if reported is None else int(rng.poisson(1.1))
            rows.append({"office_id": office, "due_on": due, "reported_on": reported, "problem_count": found})
    return rows


def rectification() -> list[Row]:
    """Findings of the prefecture's inspection and when each was put right."""
    place, done = FIRST_PUT_RIGHT
    found: Sequence[tuple[str, str, date | None]] = (
        ("初次信访件未按日清日结要求当日转送", place, done),
        ("重复信访事项未逐件明确包案责任", "云汀镇", date(2022, 5, 6)),
        ("答复意见书格式不规范", "自然资源局", date(2022, 5, 10)),
        ("未在 15 日内告知受理情况", truths.SLOW_PLACE, date(2022, 6, 2)),
        ("信访事项查询码未告知信访人", truths.LOW_OFFICE, None),
        ("值班接访台账不完整", "月埠镇", date(2022, 5, 20)),
    )
    return [
        {
            "found_on": INSPECTION,
            "finding": f"{finding}（演示）",
            "office_id": office,
            "due_on": date(2022, 5, 31),
            "done_on": put_right,
            "evidence": "整改报告（演示）" if put_right else None,
        }
        for finding, office, put_right in found
    ]


def supervision() -> list[Row]:
    """Hard problems under supervision (一事一策、挂牌督办): an owner, a plan, a deadline, a close."""
    items: Sequence[tuple[str, str, str, date, date, date | None]] = (
        (
            "挂牌督办",
            truths.RISING_PLACE,
            "工业异味：企业限期治理，按周公布监测结果",
            date(2022, 4, 18),
            date(2022, 7, 31),
            None,
        ),
        (
            "挂牌督办",
            truths.LOW_OFFICE,
            "安置房逾期交付：分楼栋排定交付日期",
            date(2022, 3, 15),
            date(2022, 6, 15),
            date(2022, 6, 10),
        ),
        ("一事一策", truths.SLOW_PLACE, "征地补偿款：核对清册后分批发放", date(2022, 3, 15), date(2022, 6, 30), None),
        (
            "一事一策",
            "人力资源和社会保障局",
            "建筑工程欠薪：工资专户代发",
            date(2022, 1, 20),
            date(2022, 2, 28),
            date(2022, 2, 25),
        ),
        ("督办", "交通运输局", "乡道硬化：明确开工时间并公示", date(2022, 5, 16), date(2022, 8, 15), None),
    )
    return [
        {
            "office_id": office,
            "kind": kind,
            "plan": f"{plan}（演示）",
            "owner_post": "包案市领导",
            "listed_on": listed,
            "due_on": due,
            "closed_on": closed,
        }
        for kind, office, plan, listed, due, closed in items
    ]


def events() -> list[Row]:
    """Dated events that may explain a change in a chart."""
    dated = (
        (date(2022, 1, 1), "初次信访件日清日结开始", "Same-day forwarding of first petitions begins", "rule"),
        (date(2022, 3, 1), "第二批积案交办", "Second backlog batch assigned", "programme"),
        (INSPECTION, "上级督查（演示）", "Inspection by the prefecture (demo)", "inspection"),
        (date(2022, 4, 25), "信访业务培训（演示）", "Training of petition staff (demo)", "training"),
        (date(2022, 5, 1), "《信访工作条例》施行", "Regulation on Petition Work in force", "rule"),
        (date(2022, 5, 10), "条例宣传活动（演示）", "Public information on the regulation (demo)", "publicity"),
    )
    return [{"day": day, "name_zh": zh, "name_en": en, "kind": kind} for day, zh, en, kind in dated]


def _matter(
    opened: date,
    question: str,
    office: str,
    closed: date | None,
    decided: date,
    text: str,
    due: date,
    measure: str | None,
) -> tuple[Row, Row]:
    item = {
        "opened_on": opened,
        "question": f"{question}（演示）",
        "office_id": office,
        "state": "closed" if closed else "open",
        "closed_on": closed,
    }
    decision = {
        "decided_on": decided,
        "text": f"{text}（演示）",
        "office_id": office,
        "owner_post": "主要负责人",
        "due_on": due,
        "measure": measure,
    }
    return item, decision


_LEDGER = (
    _matter(date(2022, 1, 13), "部分初次信访件隔日才转送", BUREAU, date(2022, 3, 28), date(2022, 1, 28),
            "网上信访件每日 17 时前清空", date(2022, 2, 28), "same_day_forwarding_rate"),
    _matter(date(2022, 2, 28), f"{truths.SLOW_PLACE}办理时间偏长", truths.SLOW_PLACE, None, date(2022, 3, 28),
            "按周报送临期件，提前 15 天预警", date(2022, 6, 30), "on_time_reply_rate"),
    _matter(date(2022, 4, 13), f"{truths.RISING_PLACE}工业异味扰民件增多", truths.RISING_PLACE, None, date(2022, 4, 28),
            "会同生态环境分局入企检查", date(2022, 7, 31), "registered_count"),
    _matter(date(2022, 4, 28), f"{truths.LOW_OFFICE}参评率低", truths.LOW_OFFICE, None, date(2022, 5, 28),
            "答复时当面告知查询码和评价方式", date(2022, 7, 31), "participation_rate"),
    _matter(date(2022, 5, 13), "重复信访集中在少数事项", BUREAU, None, date(2022, 5, 28),
            "三次以上重复件逐件明确包案责任", date(2022, 8, 31), "repeat_share"),
)  # fmt: skip

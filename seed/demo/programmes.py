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
from seed.demo.meetings import PROMISES, meetings
from seed.demo.season import SPECIAL_PERIODS

Row = dict[str, Any]
INSPECTION = date(2022, 4, 11)  # of the prefecture
FIRST_PUT_RIGHT = ("石汀镇", date(2022, 4, 22))
REPORT_DAYS = (13, 28)  # of every month
REPORTING_SINCE = date(2022, 1, 1)
ROSTER_UNKNOWN = {("栖霞岭乡", date(2022, 2, 5)), ("栖霞岭乡", date(2022, 2, 6)), ("望川乡", date(2022, 5, 22))}
ROSTER_EMPTY = {("月埠镇", date(2022, 5, 22)), ("月埠镇", date(2022, 3, 6))}
PROBLEMS_PER_REPORT = 1.1
USUAL_PROBLEMS = ("城乡建设", "劳动社保", "自然资源", "农村农业", "生态环境", "交通运输")  # the commonest first
LATE_SHARE = {"栖霞岭乡": 0.45, "教育局": 0.35}  # the others: REPORT_LATE
REPORT_LATE, REPORT_MISSING = 0.06, 0.02
BATCH_ASSIGNED = {"第一批": date(2021, 4, 20), "第二批": date(2022, 3, 1)}
BATCH_REPORTED = {"第一批": (60, 270), "第二批": (30, 110)}  # days after assignment, first and last
BATCH_PLACES = ("云汀镇", "柳渚镇", "岚溪镇", "月埠镇", "松屏镇", "石汀镇", "竹屿镇", "禾墟镇")
LEAD_POSTS = ("市委副书记", "常务副市长", "政法委书记", "分管副市长", "市人大常委会副主任", "市政协副主席")
BATCH_OFFICES = ("自然资源局", "住房和城乡建设局", "人力资源和社会保障局", "农业农村局", "交通运输局")


def programmes(seed: int, places: int = len(TOWNSHIPS)) -> dict[str, list[Row]]:
    """Rows of every table but cases and evaluations, in an order that satisfies the references between them.

    Args:
        seed: the same one gives the same rows.
        places: number of areas, as in `register`.
    """
    rng = np.random.default_rng([seed, 7])
    every = (*(_like_promises(*each) for each in _LEDGER), *PROMISES)
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
        "meeting": meetings(),
        "ledger_item": [{"ledger_id": number, **item} for number, (item, _) in enumerate(every, 1)],
        "decision": [{"ledger_id": number, **decided} for number, (_, decided) in enumerate(every, 1)],
        "context_event": events(),
        "rebaseline": rebaselines(),
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
            "lead_post": LEAD_POSTS[item % len(LEAD_POSTS)],
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
    """Every day of a special period, weekends included, a leader receives: one of the city and one in each township.

    Two townships have gaps: one sent no roster for the first weekend, one had nobody on duty on a Sunday.
    """
    days = sorted(set(chain.from_iterable(period.days for period in SPECIAL_PERIODS)))
    rows = []
    for day in days:
        for place in (CITY, *(town.name for town in TOWNSHIPS)):
            received = int(rng.poisson(6 if place == CITY else 1.4))
            settled = int(rng.binomial(received, 0.45))
            post: str | None = "值班市领导" if place == CITY else "值班镇街领导"
            if (place, day) in ROSTER_UNKNOWN:
                continue
            if (place, day) in ROSTER_EMPTY:
                post, received, settled = None, 0, 0
            rows.append(
                {"day": day, "place_code": place, "post_on_duty": post, "received_count": received,
                 "settled_count": settled}
            )  # fmt: skip
    return rows


def problem_reports(rng: np.random.Generator) -> list[Row]:
    """What townships and departments report on the 13th and 28th: mostly on the day, some late, a few never.

    One township and one department are late more often; about a third of the reports say "no problems".
    """
    months = [add_months(REPORTING_SINCE, n) for n in range(6)]
    rows = []
    for due in (month.replace(day=day) for month in months for day in REPORT_DAYS):
        for office in (*(town.name for town in TOWNSHIPS), *(name for name in DEPARTMENTS if name != BUREAU)):
            is_late = rng.random() < LATE_SHARE.get(office, REPORT_LATE)
            delay = int(rng.choice([1, 1, 2, 4])) if is_late else -int(rng.integers(0, 2))
            is_missing = rng.random() < REPORT_MISSING
            count = int(rng.poisson(PROBLEMS_PER_REPORT))
            kinds = _problem_kinds(rng, office, count)
            reported = due + timedelta(days=delay)
            is_there = not is_missing and reported <= truths.LAST_DAY
            rows.append(
                {
                    "office_id": office,
                    "due_on": due,
                    "reported_on": reported if is_there else None,
                    "problem_count": count if is_there else None,
                    "problem_kinds": "、".join(kinds) or None if is_there else None,
                }
            )
    return rows


def _problem_kinds(rng: np.random.Generator, office: str, count: int) -> list[str]:
    """Kinds of the problems of one report, each once; a department reports what it answers for."""
    offered = DEPARTMENTS.get(office) or USUAL_PROBLEMS
    weights = 1 / np.arange(1, len(offered) + 1)
    drawn = rng.choice(len(offered), size=count, p=weights / weights.sum())
    kinds = sorted({int(place) for place in drawn})
    if office == truths.RISING_PLACE and count and truths.RISING_TOPIC_L1 in offered:
        return list(dict.fromkeys([truths.RISING_TOPIC_L1, *(offered[place] for place in kinds)]))[:count]
    return [offered[place] for place in kinds]


def rectification() -> list[Row]:
    """Findings of the prefecture's inspection and when each was put right."""
    place, done = FIRST_PUT_RIGHT
    due = date(2022, 5, 31)
    found: Sequence[tuple[str, str, str, str, date, date | None]] = (
        ("初次信访件未按日清日结要求当日转送", place, "分管镇长", "专人当日清件，每日对账", due, done),
        ("重复信访事项未逐件明确包案责任", "云汀镇", "镇党委书记", "逐件明确包案领导并报备", due, date(2022, 5, 6)),
        ("答复意见书格式不规范", "自然资源局", "分管副局长", "统一文书模板并抽查", due, date(2022, 5, 10)),
        ("未在15日内告知受理情况", truths.SLOW_PLACE, "分管镇长", "受理告知专人盯办", due, date(2022, 6, 2)),
        ("信访事项查询码未告知信访人", truths.LOW_OFFICE, "分管副局长", "答复时当面告知并登记", due, None),
        ("值班接访台账不完整", "月埠镇", "分管镇长", "补齐台账，每周核对", due, date(2022, 5, 20)),
        ("疑难事项会商记录缺失", "农业农村局", "分管副局长", "建立会商记录制度", date(2022, 7, 15), None),
        ("排查报告多次迟报", "栖霞岭乡", "乡长", "明确报送人和备岗", date(2022, 6, 30), date(2022, 6, 24)),
    )
    return [
        {
            "found_on": INSPECTION,
            "finding": f"{finding}（演示）",
            "office_id": office,
            "owner_post": owner,
            "plan": f"{plan}（演示）",
            "due_on": due_on,
            "done_on": put_right,
            "evidence": f"整改报告〔2022〕{number}号（演示）" if put_right else None,
        }
        for number, (finding, office, owner, plan, due_on, put_right) in enumerate(found, 1)
    ]


def supervision() -> list[Row]:
    """Hard problems under supervision (一事一策、挂牌督办): an owner, a plan, a deadline, a close."""
    low = truths.LOW_OFFICE
    items: Sequence[tuple[str, str, str, str, str, str, str | None, str | None]] = (
        ("挂牌督办", truths.RISING_PLACE, "工业异味", "企业限期治理，按周公布监测结果", "分管副市长",
         "2022-04-18", "2022-07-31", None),
        ("挂牌督办", low, "安置房逾期交付", "分楼栋排定交付日期", "分管副市长",
         "2022-03-15", "2022-06-15", "2022-06-10"),
        ("挂牌督办", low, "商品房不动产证办理", "分批补齐手续，按月公布进度", "分管副市长",
         "2021-11-08", "2022-03-31", None),
        ("挂牌督办", "自然资源局", "采石场复绿", "分区复绿，季度验收", "分管副市长",
         "2021-09-13", "2022-03-31", "2022-04-19"),
        ("一事一策", truths.SLOW_PLACE, "征地补偿款", "核对清册后分批发放", "镇党委书记",
         "2022-03-15", "2022-06-30", None),
        ("一事一策", "人力资源和社会保障局", "建筑工程欠薪", "工资专户代发", "局长",
         "2022-01-20", "2022-02-28", "2022-02-25"),
        ("一事一策", "云汀镇", "老旧小区停车", "居民议事，分区施划车位", "镇长",
         "2022-02-21", "2022-05-31", "2022-05-27"),
        ("一事一策", "禾墟镇", "灌溉渠维修", "列入年度项目，汛期前完工", "镇长",
         "2022-01-10", "2022-05-15", "2022-05-30"),
        ("一事一策", "农业农村局", "集体资产分红", "清产核资后公示", "局长", "2022-02-14", "2022-06-20", None),
        ("督办", "交通运输局", "乡道硬化", "明确开工时间并公示", "局长", "2022-05-16", "2022-08-15", None),
        ("督办", "水利局", "农村饮水", "更换主管，分村通水", "局长", "2022-03-07", "2022-06-30", "2022-06-21"),
        ("督办", "柳渚镇", "道路积水", "雨季前清淤", "镇长", "2022-05-09", None, None),
    )  # fmt: skip
    return [
        {
            "office_id": office,
            "kind": kind,
            "subject": f"{subject}（演示）",
            "plan": f"{plan}（演示）",
            "owner_post": owner,
            "listed_on": date.fromisoformat(listed),
            "due_on": date.fromisoformat(due) if due else None,
            "closed_on": date.fromisoformat(closed) if closed else None,
            "evidence": f"销号报告〔2022〕{number}号（演示）" if closed else None,
        }
        for number, (kind, office, subject, plan, owner, listed, due, closed) in enumerate(items, 1)
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


def rebaselines() -> list[Row]:
    """From the first month of same-day forwarding on its shares have limits of their own."""
    measures = ("same_day_forwarding_rate", "forwarding_rate_off_days", "forwarding_rate_after_hours")
    reason = "2022年1月1日起实行日清日结（演示）"
    return [{"measure": name, "scope": "", "month": truths.SAME_DAY_SINCE, "reason": reason} for name in measures]


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


def _like_promises(item: Row, decision: Row) -> tuple[Row, Row]:
    """The rows with the columns those of a session have: one insert takes rows of one shape."""
    without = dict.fromkeys(("meeting_id", "agenda"))
    return item | without, decision | without | {"state": "open", "closed_on": None, "evidence": None}


_LEDGER = (
    _matter(date(2022, 1, 13), "部分初次信访件隔日才转送", BUREAU, date(2022, 3, 28), date(2022, 1, 28),
            "网上信访件每日17时前清空", date(2022, 2, 28), "same_day_forwarding_rate"),
    _matter(date(2022, 2, 28), f"{truths.SLOW_PLACE}办理时间偏长", truths.SLOW_PLACE, None, date(2022, 3, 28),
            "按周报送临期件，提前15天预警", date(2022, 6, 30), "on_time_reply_rate"),
    _matter(date(2022, 4, 13), f"{truths.RISING_PLACE}工业异味扰民件增多", truths.RISING_PLACE, None, date(2022, 4, 28),
            "会同生态环境分局入企检查", date(2022, 7, 31), "registered_count"),
    _matter(date(2022, 4, 28), f"{truths.LOW_OFFICE}参评率低", truths.LOW_OFFICE, None, date(2022, 5, 28),
            "答复时当面告知查询码和评价方式", date(2022, 7, 31), "participation_rate"),
    _matter(date(2022, 5, 13), "重复信访集中在少数事项", BUREAU, None, date(2022, 5, 28),
            "三次以上重复件逐件明确包案责任", date(2022, 8, 31), "repeat_share"),
)  # fmt: skip

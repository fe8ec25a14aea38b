"""Small registers as files, and what the store holds after an import."""

import csv
from pathlib import Path

from sqlalchemy import Engine, select

from queries.schema import petition_case

HEADINGS = {
    "id": "信访件编号",
    "matter": "关联件编号",
    "registered": "登记时间",
    "level": "登记机构级别",
    "channel": "信访形式",
    "people": "信访人数",
    "place": "问题属地",
    "topic": "内容分类",
    "first": "本机构初次",
    "national": "全国初次",
    "repeat": "重复信访",
    "forwarded": "转送(交办)时间",
    "received": "到达责任单位时间",
    "office": "责任单位",
    "accepted": "受理(告知)时间",
    "due": "办理期限",
    "extended": "延期天数",
    "replied": "答复时间",
    "closed": "办结时间",
    "confirmed": "审核认定办结标志",
}
PLAIN = {
    "registered": "2022-03-01 09:00:00",
    "level": "县",
    "channel": "来访",
    "people": "1",
    "place": "西岸镇",
    "topic": "城乡建设",
    "first": "是",
    "national": "否",
    "repeat": "否",
    "office": "住建局",
}


def write_register(path: Path, rows, encoding="utf-8", headings=HEADINGS, **extra) -> Path:
    """A CSV register: each row overrides the plain one; `extra` are further columns, heading to value."""
    filled = [PLAIN | {"id": f"ZH{number:03d}"} | row for number, row in enumerate(rows, start=1)]
    used = {name for row in filled for name in row} | {"registered"}
    names = [name for name in headings if name in used]
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(headings[name] for name in names), *extra])
        writer.writerows([*(row.get(name, "") for name in names), *extra.values()] for row in filled)
    return path


def stored(engine: Engine, *columns) -> list[tuple]:
    """The given columns of all cases, in the order of their numbers."""
    with engine.connect() as connection:
        query = select(*(petition_case.c[name] for name in columns)).order_by(petition_case.c.case_id)
        return [tuple(row) for row in connection.execute(query)]


def everything_in(engine: Engine) -> str:
    """All text of the whole store, to look for what must not be there."""
    from queries.schema import metadata

    with engine.connect() as connection:
        return "\n".join(
            repr(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(select(table))
        )

"""What may happen to a store after somebody looked at it: imports of corrections, offices renamed."""

# ruff: noqa: DTZ001  the clocks of a register carry no zone

from datetime import datetime

import polars as pl
from sqlalchemy import Engine, insert, select, update

from queries.records import write
from queries.schema import office, petition_case
from queries.store import raise_version, writing
from seed.load.cases import CaseWriter, finish_run, start_run


def correct(engine: Engine) -> None:
    """A second import: a third of the items changed, new ones, an office renamed; and records changed."""
    with writing(engine) as connection:
        known = connection.execute(select(petition_case.c.case_id, petition_case.c.registered_at)).all()
        run = start_run(connection, source="demo")
        writer = CaseWriter(connection, import_id=run, source="demo")
        changed = [
            {"case_id": key, "registered_at": at, "due_at": at, "closed_at": None, "is_repeat": True}
            for key, at in known[::3]
        ]
        added = [{"case_id": f"late{n}", "registered_at": datetime(2022, 5, 3), "due_at": datetime(2022, 6, 3),
                  "closed_at": None, "is_repeat": False} for n in range(40)]  # fmt: skip
        writer.write(pl.DataFrame([*changed, *added]))
        writer.close()
        finish_run(connection, run, {"rows_new": 40, "rows_changed": len(changed)})
        raise_version(connection)
    write.save(engine, "target", {"measure": "closure_rate", "valid_from": datetime(2022, 6, 1).date(), "value": 0.99,
                                  "source": "later"}, by="test")  # fmt: skip


def rename_an_office(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(office).where(office.c.kind == "township").values(name="新名"))
        connection.execute(insert(office).values(office_id="新镇", name="新镇", kind="township", is_listed=True))
        raise_version(connection)

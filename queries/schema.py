"""The tables of the system of record (DOMAIN.md §6): SQLAlchemy Core, the same on SQLite and PostgreSQL.

Names of columns are the register's. There is no column for a person: no name, number, address, age or text of a
complaint, and no key that would join two items of one petitioner except the keyed hash of a *matter*.

`case_no` is the integer by which the snapshot refers to a row; `import_id` of a row is the import that last wrote it,
`first_import_id` the one that first did. With the old values in `case_change` the register can be seen as it stood
after any import (`queries.snapshot.versions`).
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

import_run = Table(
    "import_run",
    metadata,
    Column("import_id", Integer, primary_key=True),
    Column("imported_at", DateTime, nullable=False),
    Column("source", String(80), nullable=False),  # name of the mapping, or "demo"; one register keeps one source
    Column("files", Text, nullable=False),  # JSON list of {name, bytes, sha256, rows}
    Column("mapping", Text),  # the mapping as used (TOML)
    Column("as_of", Date),  # newest date in the files
    Column("is_demo", Boolean, nullable=False, default=False),
    Column("rows_read", Integer, nullable=False, default=0),
    Column("rows_new", Integer, nullable=False, default=0),
    Column("rows_changed", Integer, nullable=False, default=0),
    Column("rows_same", Integer, nullable=False, default=0),
    Column("rows_rejected", Integer, nullable=False, default=0),
    Column("rows_quarantined", Integer, nullable=False, default=0),
    Column("checks", Text, nullable=False, default="{}"),  # JSON {check name: count}
    Column("columns", Text, nullable=False, default="{}"),  # JSON {used, ignored, dropped_personal, constants, notes}
    Column("unsupported", Text, nullable=False, default="{}"),  # JSON {measure: {"zh": why, "en": why}}
    Column("report_file", String(200)),  # file name in the report folder
)

import_finding = Table(  # every rejected, quarantined or doubtful row: what the downloadable report is made of
    "import_finding",
    metadata,
    Column("finding_id", Integer, primary_key=True),
    Column("import_id", ForeignKey("import_run.import_id"), nullable=False, index=True),
    Column("check_name", String(60), nullable=False),
    Column("severity", String(10), nullable=False),  # reject, quarantine, warn
    Column("file", String(200)),
    Column("sheet", String(80)),
    Column("row", Integer),  # as a person counts in that file, the heading is row 1
    Column("column", String(120)),  # heading in the file
    Column("value_class", String(60)),  # "date in words", "empty", "number < 1": never the value of a text
    Column("case_id", String(80), index=True),
    Column("reason", Text, nullable=False),  # JSON {"zh": ..., "en": ...}
)

office = Table(
    "office",
    metadata,
    Column("office_id", String(120), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(20), nullable=False, default="unknown"),
    Column("parent_id", ForeignKey("office.office_id")),
    Column("population", Integer),
    Column("aliases", Text, nullable=False, default="[]"),  # JSON list of other spellings
    Column("is_listed", Boolean, nullable=False, default=False),  # from an office list; false: only met in a register
    Column("valid_from", Date),
    Column("valid_to", Date),
)
"""Townships and departments in one tree; a place of a case is the township (or area) of that `office_id`."""

petition_case = Table(
    "petition_case",
    metadata,
    Column("case_no", Integer, primary_key=True),
    Column("case_id", String(80), nullable=False, unique=True),
    Column("matter_id", LargeBinary(16)),  # keyed hash, never the number itself
    Column("petitioned_on", Date),
    Column("registered_at", DateTime, nullable=False, index=True),
    Column("register_level", String(20)),
    Column("register_body", String(120)),
    Column("channel", String(20)),
    Column("petitioner_count", Integer),
    Column("affected_count", Integer),
    Column("is_group", Boolean),
    Column("place_code", String(120), index=True),
    Column("topic_l1", String(120)),
    Column("topic_l2", String(120)),
    Column("topic_l3", String(120)),
    Column("purpose", String(20)),
    Column("procedure", String(20)),
    Column("is_legal_matter", Boolean),
    Column("counted", Boolean, nullable=False, default=True),
    Column("is_first_local", Boolean),
    Column("is_first_national", Boolean),
    Column("is_repeat", Boolean),
    Column("is_backlog", Boolean),
    Column("handling_mode", String(20)),
    Column("forwarded_at", DateTime),
    Column("received_by_office_at", DateTime),
    Column("responsible_office_id", String(120), index=True),
    Column("accepted_at", DateTime),
    Column("due_at", DateTime),
    Column("extended_days", Integer),
    Column("replied_at", DateTime),
    Column("closed_at", DateTime, index=True),
    Column("outcome", String(20)),
    Column("confirmed_closed", Boolean),
    Column("closed_stated", Boolean),  # the source's status says closed; stands in where it gives no closing date
    Column("on_time_stated", Boolean),  # the source says "on time"; stands in where it gives no due date
    Column("review_requested_at", DateTime),
    Column("review_done_at", DateTime),
    Column("recheck_requested_at", DateTime),
    Column("recheck_done_at", DateTime),
    Column("supervised_at", DateTime),
    Column("query_code_status", String(20)),
    Column("unusable", Integer, nullable=False, default=0),  # bits of queries.checks.UNUSABLE
    Column("source", String(80), nullable=False),
    Column("source_file", String(200)),
    Column("source_row", Integer),
    Column("import_id", ForeignKey("import_run.import_id"), nullable=False, index=True),
    Column("first_import_id", Integer),  # the import that first wrote the row; None: import_id
)

case_evaluation = Table(
    "case_evaluation",
    metadata,
    Column("case_id", ForeignKey("petition_case.case_id"), primary_key=True),
    Column("target", String(10), primary_key=True),  # bureau, office
    Column("status", String(10), nullable=False),
    Column("score", String(20)),
    Column("window_ends_at", DateTime),
    Column("evaluated_at", DateTime),
    Column("import_id", ForeignKey("import_run.import_id"), nullable=False, index=True),
    Column("first_import_id", Integer),
)

case_change = Table(  # what an update changed, value by value
    "case_change",
    metadata,
    Column("change_id", Integer, primary_key=True),
    Column("import_id", ForeignKey("import_run.import_id"), nullable=False, index=True),
    Column("case_id", String(80), nullable=False, index=True),
    Column("column", String(60), nullable=False),
    Column("old_value", String(200)),
    Column("new_value", String(200)),
)

backlog_item = Table(
    "backlog_item",
    metadata,
    Column("item_id", String(80), primary_key=True),
    Column("batch", String(40), nullable=False),
    Column("assigned_on", Date, nullable=False),
    Column("leader_assigned", Boolean),  # a lead city leader is named (yes or no, never who petitioned)
    Column("office_id", String(120)),
    Column("place_code", String(120)),
    Column("case_id", String(80)),
    Column("reported_on", Date),
    Column("reviewed_on", Date),
    Column("review_result", String(20)),  # None: not stated
    Column("reflow_on", Date),
    Column("unusable", Integer, nullable=False, default=0),  # 1: its dates contradict each other, left out of rates
    Column("import_id", ForeignKey("import_run.import_id")),
    Column("first_import_id", Integer),
    Column("lead_post", String(120)),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

rule_set = Table(
    "rule_set",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("in_force", Date, nullable=False),
    Column("content", Text, nullable=False),  # JSON of queries.rules.RuleSet
)

target = Table(
    "target",
    metadata,
    Column("target_id", Integer, primary_key=True),
    Column("measure", String(60), nullable=False),
    Column("scope", String(120), nullable=False, default=""),  # office_id, or "" for the whole city
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("value", Float, nullable=False),  # 0 to 1 for rates
    Column("source", String(200), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
    UniqueConstraint("measure", "scope", "valid_from"),
)

special_period = Table(
    "special_period",
    metadata,
    Column("period_id", Integer, primary_key=True),
    Column("name_zh", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

reception_day = Table(
    "reception_day",
    metadata,
    Column("reception_id", Integer, primary_key=True),
    Column("day", Date, nullable=False),
    Column("place_code", String(120), nullable=False),
    Column("post_on_duty", String(120)),  # a post, not a person
    Column("received_count", Integer),
    Column("settled_count", Integer),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
    UniqueConstraint("day", "place_code"),
)

problem_report = Table(
    "problem_report",
    metadata,
    Column("report_id", Integer, primary_key=True),
    Column("office_id", String(120), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("reported_on", Date),
    Column("problem_count", Integer),
    Column("problem_kinds", Text),
    Column("note", Text),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
    UniqueConstraint("office_id", "due_on"),
)

ledger_item = Table(
    "ledger_item",
    metadata,
    Column("ledger_id", Integer, primary_key=True),
    Column("opened_on", Date, nullable=False),
    Column("question", Text, nullable=False),
    Column("office_id", String(120)),
    Column("state", String(20), nullable=False),
    Column("closed_on", Date),
    Column("meeting_id", Integer),
    Column("agenda", String(40)),  # item of the agenda it came up under
    Column("link", Text),  # page and parameters of the view it was seen on
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", Integer, primary_key=True),
    Column("ledger_id", ForeignKey("ledger_item.ledger_id")),
    Column("decided_on", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("office_id", String(120)),
    Column("owner_post", String(120)),
    Column("due_on", Date),
    Column("measure", String(60)),
    Column("meeting_id", Integer),
    Column("agenda", String(40)),
    Column("state", String(20), nullable=False, default="open", server_default="open"),
    Column("closed_on", Date),
    Column("evidence", Text),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

meeting = Table(  # one monthly session
    "meeting",
    metadata,
    Column("meeting_id", Integer, primary_key=True),
    Column("month", Date, nullable=False, unique=True),  # its first day
    Column("as_of", Date, nullable=False),
    Column("rules", String(60), nullable=False),
    Column("convention", String(40), nullable=False, default="observed", server_default="observed"),
    Column("evaluation_target", String(20)),  # bureau, office; None: the bureau's where there is any
    Column("state", String(20), nullable=False, default="open"),  # open, closed
    Column("held_on", Date),
    Column("closed_at", DateTime),  # UTC
    Column("data_version", String(120)),  # of a closed one: the figures it is held to
    Column("discussed", String(200)),  # items of the agenda that were dealt with, joined by ","
    Column("note", Text),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

rectification_item = Table(
    "rectification_item",
    metadata,
    Column("rectification_id", Integer, primary_key=True),
    Column("found_on", Date, nullable=False),
    Column("finding", Text, nullable=False),
    Column("office_id", String(120)),
    Column("due_on", Date),
    Column("done_on", Date),
    Column("evidence", String(200)),
    Column("owner_post", String(120)),
    Column("plan", Text),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

supervision_item = Table(
    "supervision_item",
    metadata,
    Column("supervision_id", Integer, primary_key=True),
    Column("case_id", String(80)),
    Column("office_id", String(120)),
    Column("kind", String(40), nullable=False),
    Column("plan", Text),
    Column("owner_post", String(120)),
    Column("listed_on", Date, nullable=False),
    Column("due_on", Date),
    Column("closed_on", Date),
    Column("subject", String(200)),
    Column("evidence", String(200)),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

context_event = Table(
    "context_event",
    metadata,
    Column("event_id", Integer, primary_key=True),
    Column("day", Date, nullable=False),
    Column("name_zh", String(120), nullable=False),
    Column("name_en", String(120), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

rebaseline = Table(  # from a month on, a control chart is drawn with new limits, for a reason somebody gave
    "rebaseline",
    metadata,
    Column("rebaseline_id", Integer, primary_key=True),
    Column("measure", String(60), nullable=False),
    Column("scope", String(120), nullable=False, default=""),  # office or place, or "" for the whole city
    Column("month", Date, nullable=False),  # its first day
    Column("reason", Text, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
    UniqueConstraint("measure", "scope", "month"),
)

closing_time = Table(  # from a day on, when offices close; what is registered later may count for the next working day
    "closing_time",
    metadata,
    Column("closing_time_id", Integer, primary_key=True),
    Column("valid_from", Date, nullable=False),
    Column("closes", String(5), nullable=False),  # by the clock of the city, 17:30
    Column("source", String(120), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
    UniqueConstraint("valid_from"),
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("view_id", Integer, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("owner", String(120), nullable=False),  # as the saver signs
    Column("page", String(60), nullable=False),
    Column("link", Text, nullable=False),  # parameters of the page
    Column("note", Text),
    Column("is_start", Boolean, nullable=False, default=False),  # the owner's start page
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

wall_slide = Table(  # one slide of one meeting screen
    "wall_slide",
    metadata,
    Column("slide_id", Integer, primary_key=True),
    Column("wall", String(60), nullable=False),
    Column("position", Integer, nullable=False),
    Column("slide", String(40), nullable=False),
    Column("seconds", Integer, nullable=False, default=20),
    Column("options", Text),  # JSON
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

wall_screen = Table(  # how one meeting screen looks
    "wall_screen",
    metadata,
    Column("screen_id", Integer, primary_key=True),
    Column("wall", String(60), nullable=False),
    Column("theme", String(20), nullable=False),
    Column("language", String(20)),  # without: the bureau's usual one
    Column("preset", String(20), nullable=False),
    Column("period", String(20), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("withdrawn_at", DateTime),
)

record_change = Table(  # every state every record ever had, in the order of writing
    "record_change",
    metadata,
    Column("change_id", Integer, primary_key=True),
    Column("kind", String(60), nullable=False),  # name of the table
    Column("record_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("action", String(20), nullable=False),  # add, change, withdraw, restore
    Column("changed_at", DateTime, nullable=False),  # UTC
    Column("changed_by", String(120), nullable=False),  # as the writer signs, or the import
    Column("content", Text, nullable=False),  # JSON of the row after the change
    Index("ix_record_change_record", "kind", "record_id"),
)

statistics_table = Table(  # one sheet of an aggregate workbook, as printed
    "statistics_table",
    metadata,
    Column("table_id", Integer, primary_key=True),
    Column("title", String(200), nullable=False),
    Column("file", String(200), nullable=False),
    Column("sheet", String(80), nullable=False),
    Column("line", String(20), nullable=False, default=""),  # party, government, "" where the sheet does not say
    Column("starts_on", Date),  # of the period printed
    Column("ends_on", Date),
    Column("headings", Text, nullable=False),  # JSON: of each column its headings, from the top row down
    Column("label_column", Integer, nullable=False),  # index of the column of offices
    Column("first_row", Integer, nullable=False),  # row of the sheet the heading begins in
    Column("notes", Text, nullable=False, default="[]"),  # JSON: lines below the table
    Column("digest", String(64), nullable=False),  # of headings and cells: the same table is not kept twice
    Column("is_demo", Boolean, nullable=False, default=False),
    Column("imported_at", DateTime, nullable=False),  # UTC
    Column("imported_by", String(120), nullable=False),
    Column("withdrawn_at", DateTime),
    Column("withdrawn_by", String(120)),
)

statistics_row = Table(
    "statistics_row",
    metadata,
    Column("row_id", Integer, primary_key=True),
    Column("table_id", ForeignKey("statistics_table.table_id"), nullable=False, index=True),
    Column("row", Integer, nullable=False),  # as a person counts them in that sheet
    Column("label", String(120), nullable=False),
    Column("kind", String(10), nullable=False),  # queries.workbooks.RowKind
    Column("office_id", String(120)),  # None: no office of that name
    Column("cells", Text, nullable=False),  # JSON: texts as printed
)

kept_register = Table(  # a state of the register somebody needs for good, should its files be lost
    "kept_register",
    metadata,
    Column("register", String(40), primary_key=True),  # as `Snapshot.version`
    Column("seal", String(80), nullable=False),  # of every value in it (`queries.snapshot.seal`)
    Column("offices", Text, nullable=False),  # JSON: rows of `office` as they were
    Column("kept_at", DateTime, nullable=False),  # UTC
)

RECORD_TABLES = (
    "target", "special_period", "reception_day", "problem_report", "rectification_item", "supervision_item",
    "context_event", "ledger_item", "decision", "backlog_item", "rebaseline", "meeting",
    "saved_view", "wall_slide", "wall_screen", "closing_time",
)  # fmt: skip
"""What the bureau itself keeps (`queries.records`); each has `version` and `withdrawn_at`."""

store_state = Table(  # one row: what the next snapshot must contain
    "store_state",
    metadata,
    Column("only", SmallInteger, primary_key=True, default=1),
    Column("version", Integer, nullable=False, default=0),  # raised in the transaction of every write of figures
)

Index("ix_petition_case_source_registered", petition_case.c.source, petition_case.c.registered_at)

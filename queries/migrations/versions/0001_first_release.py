"""The register, its imports and the office's own records."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The register, its imports and the office's own records."""
    op.create_table(
        "context_event",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_context_event"),
    )
    op.create_table(
        "import_run",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_same", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("rows_quarantined", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("unsupported", sa.Text(), nullable=False),
        sa.Column("report_file", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("import_id", name="pk_import_run"),
    )
    op.create_table(
        "ledger_item",
        sa.Column("ledger_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("office_id", sa.String(length=120), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ledger_id", name="pk_ledger_item"),
    )
    op.create_table(
        "office",
        sa.Column("office_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.String(length=120), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["office.office_id"], name="fk_office_parent_id_office"),
        sa.PrimaryKeyConstraint("office_id", name="pk_office"),
    )
    op.create_table(
        "problem_report",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("problem_count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("report_id", name="pk_problem_report"),
        sa.UniqueConstraint("office_id", "due_on", name="uq_problem_report_office_id"),
    )
    op.create_table(
        "reception_day",
        sa.Column("reception_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place_code", sa.String(length=120), nullable=False),
        sa.Column("post_on_duty", sa.String(length=120), nullable=True),
        sa.Column("received_count", sa.Integer(), nullable=True),
        sa.Column("settled_count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("reception_id", name="pk_reception_day"),
        sa.UniqueConstraint("day", "place_code", name="uq_reception_day_day"),
    )
    op.create_table(
        "rectification_item",
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("office_id", sa.String(length=120), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("rectification_id", name="pk_rectification_item"),
    )
    op.create_table(
        "rule_set",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("in_force", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rule_set"),
    )
    op.create_table(
        "special_period",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("period_id", name="pk_special_period"),
    )
    op.create_table(
        "store_state",
        sa.Column("only", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_store_state"),
    )
    op.create_table(
        "supervision_item",
        sa.Column("supervision_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=True),
        sa.Column("office_id", sa.String(length=120), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("owner_post", sa.String(length=120), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("supervision_id", name="pk_supervision_item"),
    )
    op.create_table(
        "target",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("target_id", name="pk_target"),
        sa.UniqueConstraint("measure", "scope", "valid_from", name="uq_target_measure"),
    )
    op.create_table(
        "backlog_item",
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("leader_assigned", sa.Boolean(), nullable=True),
        sa.Column("office_id", sa.String(length=120), nullable=True),
        sa.Column("place_code", sa.String(length=120), nullable=True),
        sa.Column("case_id", sa.String(length=80), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("review_result", sa.String(length=20), nullable=True),
        sa.Column("reflow_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.import_id"], name="fk_backlog_item_import_id_import_run"),
        sa.PrimaryKeyConstraint("item_id", name="pk_backlog_item"),
    )
    op.create_table(
        "case_change",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("column", sa.String(length=60), nullable=False),
        sa.Column("old_value", sa.String(length=200), nullable=True),
        sa.Column("new_value", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.import_id"], name="fk_case_change_import_id_import_run"),
        sa.PrimaryKeyConstraint("change_id", name="pk_case_change"),
    )
    op.create_index("ix_case_change_case_id", "case_change", ["case_id"], unique=False)
    op.create_index("ix_case_change_import_id", "case_change", ["import_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("ledger_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("office_id", sa.String(length=120), nullable=True),
        sa.Column("owner_post", sa.String(length=120), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("measure", sa.String(length=60), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger_item.ledger_id"], name="fk_decision_ledger_id_ledger_item"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decision"),
    )
    op.create_table(
        "import_finding",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("check_name", sa.String(length=60), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("sheet", sa.String(length=80), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("column", sa.String(length=120), nullable=True),
        sa.Column("value_class", sa.String(length=60), nullable=True),
        sa.Column("case_id", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.import_id"], name="fk_import_finding_import_id_import_run"),
        sa.PrimaryKeyConstraint("finding_id", name="pk_import_finding"),
    )
    op.create_index("ix_import_finding_import_id", "import_finding", ["import_id"], unique=False)
    op.create_table(
        "petition_case",
        sa.Column("case_no", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("matter_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("petitioned_on", sa.Date(), nullable=True),
        sa.Column("registered_at", sa.DateTime(), nullable=False),
        sa.Column("register_level", sa.String(length=20), nullable=True),
        sa.Column("register_body", sa.String(length=120), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("petitioner_count", sa.Integer(), nullable=True),
        sa.Column("affected_count", sa.Integer(), nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=True),
        sa.Column("place_code", sa.String(length=120), nullable=True),
        sa.Column("topic_l1", sa.String(length=120), nullable=True),
        sa.Column("topic_l2", sa.String(length=120), nullable=True),
        sa.Column("topic_l3", sa.String(length=120), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=True),
        sa.Column("procedure", sa.String(length=20), nullable=True),
        sa.Column("is_legal_matter", sa.Boolean(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("is_first_local", sa.Boolean(), nullable=True),
        sa.Column("is_first_national", sa.Boolean(), nullable=True),
        sa.Column("is_repeat", sa.Boolean(), nullable=True),
        sa.Column("is_backlog", sa.Boolean(), nullable=True),
        sa.Column("handling_mode", sa.String(length=20), nullable=True),
        sa.Column("forwarded_at", sa.DateTime(), nullable=True),
        sa.Column("received_by_office_at", sa.DateTime(), nullable=True),
        sa.Column("responsible_office_id", sa.String(length=120), nullable=True),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("extended_days", sa.Integer(), nullable=True),
        sa.Column("replied_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("confirmed_closed", sa.Boolean(), nullable=True),
        sa.Column("closed_stated", sa.Boolean(), nullable=True),
        sa.Column("on_time_stated", sa.Boolean(), nullable=True),
        sa.Column("review_requested_at", sa.DateTime(), nullable=True),
        sa.Column("review_done_at", sa.DateTime(), nullable=True),
        sa.Column("recheck_requested_at", sa.DateTime(), nullable=True),
        sa.Column("recheck_done_at", sa.DateTime(), nullable=True),
        sa.Column("supervised_at", sa.DateTime(), nullable=True),
        sa.Column("query_code_status", sa.String(length=20), nullable=True),
        sa.Column("unusable", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("source_file", sa.String(length=200), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.import_id"], name="fk_petition_case_import_id_import_run"),
        sa.PrimaryKeyConstraint("case_no", name="pk_petition_case"),
        sa.UniqueConstraint("case_id", name="uq_petition_case_case_id"),
    )
    op.create_index("ix_petition_case_closed_at", "petition_case", ["closed_at"], unique=False)
    op.create_index("ix_petition_case_import_id", "petition_case", ["import_id"], unique=False)
    op.create_index("ix_petition_case_place_code", "petition_case", ["place_code"], unique=False)
    op.create_index("ix_petition_case_registered_at", "petition_case", ["registered_at"], unique=False)
    op.create_index("ix_petition_case_responsible_office_id", "petition_case", ["responsible_office_id"], unique=False)
    op.create_index("ix_petition_case_source_registered", "petition_case", ["source", "registered_at"], unique=False)
    op.create_table(
        "case_evaluation",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("target", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("score", sa.String(length=20), nullable=True),
        sa.Column("window_ends_at", sa.DateTime(), nullable=True),
        sa.Column("evaluated_at", sa.DateTime(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["petition_case.case_id"], name="fk_case_evaluation_case_id_petition_case"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.import_id"], name="fk_case_evaluation_import_id_import_run"
        ),
        sa.PrimaryKeyConstraint("case_id", "target", name="pk_case_evaluation"),
    )
    op.create_index("ix_case_evaluation_import_id", "case_evaluation", ["import_id"], unique=False)

"""Records of the bureau can be changed by people: versions, dated withdrawal, and the history of every change."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = (
    "target",
    "special_period",
    "reception_day",
    "problem_report",
    "rectification_item",
    "supervision_item",
    "context_event",
    "ledger_item",
    "decision",
    "backlog_item",
)
WITH_VERSION = ("ledger_item", "decision")


def upgrade() -> None:
    """Add versions and withdrawal to every record, what programmes need beside, re-baselines and the history."""
    for table in TABLES:
        if table not in WITH_VERSION:
            op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        op.add_column(table, sa.Column("withdrawn_at", sa.DateTime(), nullable=True))
    op.add_column("backlog_item", sa.Column("lead_post", sa.String(120), nullable=True))
    op.add_column("problem_report", sa.Column("problem_kinds", sa.Text(), nullable=True))
    op.add_column("problem_report", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("rectification_item", sa.Column("owner_post", sa.String(120), nullable=True))
    op.add_column("rectification_item", sa.Column("plan", sa.Text(), nullable=True))
    op.add_column("supervision_item", sa.Column("subject", sa.String(200), nullable=True))
    op.add_column("supervision_item", sa.Column("evidence", sa.String(200), nullable=True))
    op.create_table(
        "rebaseline",
        sa.Column("rebaseline_id", sa.Integer(), primary_key=True),
        sa.Column("measure", sa.String(60), nullable=False),
        sa.Column("scope", sa.String(120), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.UniqueConstraint("measure", "scope", "month"),
    )
    op.create_table(
        "record_change",
        sa.Column("change_id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("record_id", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )
    op.create_index("ix_record_change_record", "record_change", ["kind", "record_id"])

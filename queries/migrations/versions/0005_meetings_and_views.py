"""Meetings of the monthly session, decisions with a state, saved views, and the slides of the meeting screen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables, and what the ledger and its decisions need beside."""
    op.create_table(
        "meeting",
        sa.Column("meeting_id", sa.Integer(), primary_key=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("rules", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("data_version", sa.String(120), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.UniqueConstraint("month"),
    )
    op.add_column("ledger_item", sa.Column("meeting_id", sa.Integer(), nullable=True))
    op.add_column("ledger_item", sa.Column("agenda", sa.String(40), nullable=True))
    op.add_column("ledger_item", sa.Column("link", sa.Text(), nullable=True))
    op.add_column("decision", sa.Column("meeting_id", sa.Integer(), nullable=True))
    op.add_column("decision", sa.Column("agenda", sa.String(40), nullable=True))
    op.add_column("decision", sa.Column("state", sa.String(20), nullable=False, server_default="open"))
    op.add_column("decision", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("decision", sa.Column("evidence", sa.Text(), nullable=True))
    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("page", sa.String(60), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("is_start", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
    )
    op.create_table(
        "wall_slide",
        sa.Column("slide_id", sa.Integer(), primary_key=True),
        sa.Column("wall", sa.String(60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("slide", sa.String(40), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("options", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
    )

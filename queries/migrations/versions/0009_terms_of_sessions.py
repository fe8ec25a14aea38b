"""A session remembers the convention and whose evaluation it was seen by; a kept register its seal and its offices."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns and the table; sessions so far were all seen by the usual convention."""
    op.add_column("meeting", sa.Column("convention", sa.String(40), nullable=False, server_default="observed"))
    op.add_column("meeting", sa.Column("evaluation_target", sa.String(20), nullable=True))
    op.create_table(
        "kept_register",
        sa.Column("register", sa.String(40), primary_key=True),
        sa.Column("seal", sa.String(80), nullable=False),
        sa.Column("offices", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
    )

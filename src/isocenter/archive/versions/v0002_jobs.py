"""Jobs, as rows that outlive the process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of jobs."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "job",
        sa.Column("id", number, primary_key=True, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in ("kind", "title", "wanted", "state")),
        sa.Column("created", number, nullable=False),
        sa.Column("started", number, nullable=True),
        sa.Column("ended", number, nullable=True),
        *(sa.Column(name, number, nullable=False, server_default="0") for name in ("done", "failed")),
        sa.Column("total", number, nullable=True),
        *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in ("words", "findings")),
    )


def downgrade() -> None:
    """Jobs are forgotten."""
    op.drop_table("job")

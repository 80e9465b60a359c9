"""Jobs keep what they moved over the network, and how."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Earlier jobs moved nothing that is known."""
    op.add_column("job", sa.Column("transfer", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """What was moved is forgotten."""
    op.drop_column("job", "transfer")

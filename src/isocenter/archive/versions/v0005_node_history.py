"""The past of the nodes: their echoes, hours, changes, what is usual of them, and when they are being worked on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("node_echo", "node_hour", "node_event", "node_memory", "maintenance")


def _texts(names: str, **options: Any) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=False, server_default="", **options) for name in names.split()]


def _numbers(names: str, **options: Any) -> list[sa.Column[Any]]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return [sa.Column(name, kind, **{"nullable": False, **options}) for name in names.split()]


def upgrade() -> None:
    """Make the tables: nothing of before was kept."""
    key = {"primary_key": True, "autoincrement": False}
    zero = {"server_default": "0"}
    op.create_table(
        "node_echo",
        *_texts("node", primary_key=True),
        *_numbers("moment", **key),
        *_texts("place outcome"),
        *_numbers("microseconds"),
        *_numbers("excused", **zero),
    )
    op.create_table(
        "node_hour",
        *_texts("node", primary_key=True),
        *_numbers("hour", **key),
        *_numbers("asked answered excused microseconds slowest", **zero),
    )
    op.create_table(
        "node_event", *_numbers("id", **key), *_texts("node kind words"), *_numbers("moment"), *_numbers("good", nullable=True)
    )
    op.create_table("node_memory", *_texts("node", primary_key=True), *_texts("document"))
    op.create_table("maintenance", *_numbers("id", **key), *_texts("node repeats words"), *_numbers("begins minutes"))
    op.create_index("node_event_by_node", "node_event", ["node", "id"])


def downgrade() -> None:
    """The past is forgotten."""
    op.drop_index("node_event_by_node")
    for table in _TABLES:
        op.drop_table(table)

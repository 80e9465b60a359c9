"""What a list of studies sorts and searches by: when and from whom the latest instance came, and one text to look in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from isocenter.archive.folding import fold_search

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXTS = """
UPDATE study SET search_text = (
    SELECT fold_search(p.patient_name, p.patient_id, study.accession_number, study.study_description)
    FROM patient p WHERE p.id = study.patient_ref)
"""
_ORIGINS = """
UPDATE study SET (received, origin_ref) = (
    SELECT i.received, i.origin_ref FROM instance i JOIN series se ON se.id = i.series_ref
    WHERE se.study_ref = study.id ORDER BY i.received DESC, i.id DESC LIMIT 1)
WHERE EXISTS (SELECT 1 FROM instance i JOIN series se ON se.id = i.series_ref WHERE se.study_ref = study.id)
"""


def upgrade() -> None:
    """Add the columns, fill them from the rows that are there, and index them."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.add_column("study", sa.Column("received", number, nullable=False, server_default="0"))
    op.add_column("study", sa.Column("origin_ref", number, nullable=False, server_default="0"))
    op.add_column("study", sa.Column("search_text", sa.Text, nullable=False, server_default=""))
    connection = op.get_bind()
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.create_function("fold_search", -1, fold_search, deterministic=True)
    connection.exec_driver_sql(_TEXTS)
    connection.exec_driver_sql(_ORIGINS)
    op.create_index("study_by_listing", "study", ["study_date", "study_time", "search_text", "modalities_in_study"])
    op.create_index("set_aside_by_study", "set_aside", ["study_instance_uid"])


def downgrade() -> None:
    """The list is only what the other columns say."""
    op.drop_index("set_aside_by_study")
    op.drop_index("study_by_listing")
    for name in ("received", "origin_ref", "search_text"):
        op.drop_column("study", name)

"""The first index: patients, studies, series, instances, what is set aside, the feed, settings, nodes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PATIENT = """identity patient_name patient_id issuer_of_patient_id patient_birth_date patient_birth_time patient_sex
other_patient_ids ethnic_group patient_comments patient_name_folded"""
STUDY = """study_instance_uid study_date study_time accession_number study_id study_description referring_physician_name
name_of_physicians_reading_study admitting_diagnoses_description patient_age patient_size patient_weight
occupation additional_patient_history referring_physician_name_folded name_of_physicians_reading_study_folded
modalities_in_study sop_classes_in_study"""
SERIES = """series_instance_uid modality series_number series_date series_time series_description body_part_examined
protocol_name laterality patient_position frame_of_reference_uid manufacturer manufacturer_model_name
institution_name institutional_department_name station_name operators_name performing_physician_name
performed_procedure_step_start_date performed_procedure_step_start_time operators_name_folded
performing_physician_name_folded"""
INSTANCE = """sop_instance_uid sop_class_uid instance_number acquisition_number content_date content_time image_type
number_of_frames rows columns bits_allocated transfer_syntax blob"""
ORIGIN = "calling_ae_title called_ae_title address implementation_version_name source"
SET_ASIDE = "patient_id patient_name study_instance_uid series_instance_uid kept_blob differences"
CHANGE = "kind study_instance_uid series_instance_uid sop_instance_uid calling_ae_title"
CALLER = "calling_ae_title called_ae_title address"
CALLER_TEXTS = "implementation_class_uid implementation_version_name wanted reason"

INDICES = (
    ("patient_by_identity", "patient", ["identity"], True),
    ("patient_by_patient_id", "patient", ["patient_id"], False),
    ("patient_by_name", "patient", ["patient_name_folded"], False),
    ("study_by_uid", "study", ["study_instance_uid"], True),
    ("study_by_patient", "study", ["patient_ref"], False),
    ("study_by_date", "study", ["study_date"], False),
    ("study_by_accession_number", "study", ["accession_number"], False),
    ("series_by_uid", "series", ["series_instance_uid"], True),
    ("series_by_study", "series", ["study_ref"], False),
    ("instance_by_uid", "instance", ["sop_instance_uid"], True),
    ("instance_by_series", "instance", ["series_ref"], False),
    ("origin_by_values", "origin", ORIGIN.split(), True),
    ("set_aside_by_uid", "set_aside", ["sop_instance_uid"], False),
)


def _texts(names: str, **options: Any) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=False, server_default="", **options) for name in names.split()]


def _numbers(names: str, **options: Any) -> list[sa.Column[Any]]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return [sa.Column(name, kind, **{"nullable": False, **options}) for name in names.split()]


def _stored() -> list[sa.Column[Any]]:
    checksum: sa.Column[Any] = sa.Column("checksum", sa.LargeBinary(16), nullable=False)
    return [*_numbers("ordinal", nullable=True), *_numbers("byte_count received origin_ref"), checksum]


def _key() -> sa.Column[Any]:
    return _numbers("id", primary_key=True, autoincrement=False)[0]


def _parent(name: str) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column(f"{name}_ref", kind, sa.ForeignKey(f"{name}.id"), nullable=False)


def upgrade() -> None:
    """Make every table and index."""
    counts = {"server_default": "0"}
    op.create_table("patient", _key(), *_texts(PATIENT), *_numbers("study_count series_count instance_count", **counts))
    op.create_table("study", _key(), _parent("patient"), *_texts(STUDY), *_numbers("series_count instance_count", **counts))
    op.create_table("series", _key(), _parent("study"), *_texts(SERIES), *_numbers("instance_count", **counts))
    op.create_table("instance", _key(), _parent("series"), *_texts(INSTANCE), *_stored())
    op.create_table("origin", _key(), *_texts(ORIGIN))
    op.create_table("set_aside", _key(), *_texts(SET_ASIDE), *_texts(INSTANCE), *_stored())
    op.create_table("change", *_numbers("serial", primary_key=True, autoincrement=False), *_numbers("occurred"), *_texts(CHANGE))
    op.create_table("doomed", *_texts("blob", primary_key=True))
    op.create_table(
        "node",
        *_texts("name", primary_key=True),
        *_texts("ae_title host document"),
        *_numbers("port"),
        *_numbers("position", **counts),
    )
    op.create_table("rejected_caller", *_texts(CALLER, primary_key=True), *_texts(CALLER_TEXTS), *_numbers("first last count"))
    op.create_table("setting", *_texts("name", primary_key=True), *_texts("value"))
    for name, table, columns, unique in INDICES:
        op.create_index(name, table, columns, unique=unique)


def downgrade() -> None:
    """There is nothing before it."""
    for table in ("instance", "series", "study", "patient", "origin", "set_aside", "change", "doomed"):
        op.drop_table(table)
    for table in ("node", "rejected_caller", "setting"):
        op.drop_table(table)

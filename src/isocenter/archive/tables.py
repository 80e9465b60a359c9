"""The index as SQLAlchemy Core tables: what migrations are checked against, and what another dialect is generated from.

Only migrations and tests come here; the running archive speaks plain SQL through the driver. Secondary indices on `instance` are
kept to two, because each costs a page a commit: its UID, whose neighbours in a series lie near each other, and its series.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

from isocenter.archive.schema import COUNTERS, MULTIPLE_VALUES, TABLE_OF_LEVEL, folded, folded_attributes, received_attributes
from isocenter.model.attributes import Level

METADATA = MetaData()
_INTEGER = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="", **options)


def _number(name: str, **options: Any) -> Column[int]:
    return Column(name, _INTEGER, nullable=False, **options)


def _serial(name: str = "id") -> Column[int]:
    return _number(name, primary_key=True, autoincrement=False)


def _parent(table: str) -> Column[int]:
    return Column(f"{table}_ref", _INTEGER, ForeignKey(f"{table}.id"), nullable=False)


def _attributes(level: Level) -> list[Column[Any]]:
    columns: list[Column[Any]] = [_text(attribute.column) for attribute in received_attributes(level)]
    columns += [_text(folded(attribute.column)) for attribute in folded_attributes(level)]
    columns += [_number(name, server_default="0") for name in COUNTERS.get(TABLE_OF_LEVEL[level], ())]
    return columns


def _stored() -> list[Column[Any]]:
    return [
        Column("ordinal", _INTEGER, nullable=True),
        _text("transfer_syntax"),
        _text("blob"),
        _number("byte_count"),
        Column("checksum", LargeBinary(16), nullable=False),
        _number("received"),
        _number("origin_ref"),
    ]


PATIENT = Table("patient", METADATA, _serial(), _text("identity"), *_attributes(Level.PATIENT))
STUDY = Table(
    "study",
    METADATA,
    _serial(),
    _parent("patient"),
    *_attributes(Level.STUDY),
    *(_text(name) for name in MULTIPLE_VALUES),
    _number("received", server_default="0"),
    _number("origin_ref", server_default="0"),
    _text("search_text"),
)
SERIES = Table("series", METADATA, _serial(), _parent("study"), *_attributes(Level.SERIES))
INSTANCE = Table(
    "instance",
    METADATA,
    _serial(),
    _parent("series"),
    *_attributes(Level.IMAGE),
    *_stored(),
)
ORIGIN = Table(
    "origin",
    METADATA,
    _serial(),
    _text("calling_ae_title"),
    _text("called_ae_title"),
    _text("address"),
    _text("implementation_version_name"),
    _text("source"),
)
SET_ASIDE = Table(
    "set_aside",
    METADATA,
    _serial(),
    _text("patient_id"),
    _text("patient_name"),
    _text("study_instance_uid"),
    _text("series_instance_uid"),
    *_attributes(Level.IMAGE),
    *_stored(),
    _text("kept_blob"),
    _text("differences"),
)
CHANGE = Table(
    "change",
    METADATA,
    _serial("serial"),
    _text("kind"),
    _number("occurred"),
    _text("study_instance_uid"),
    _text("series_instance_uid"),
    _text("sop_instance_uid"),
    _text("calling_ae_title"),
)
DOOMED = Table("doomed", METADATA, _text("blob", primary_key=True))
NODE = Table(
    "node",
    METADATA,
    _text("name", primary_key=True),
    _text("ae_title"),
    _text("host"),
    _number("port"),
    _text("document"),
    _number("position", server_default="0"),
)
REJECTED_CALLER = Table(
    "rejected_caller",
    METADATA,
    _text("calling_ae_title", primary_key=True),
    _text("called_ae_title", primary_key=True),
    _text("address", primary_key=True),
    _text("implementation_class_uid"),
    _text("implementation_version_name"),
    _text("wanted"),
    _text("reason"),
    _number("first"),
    _number("last"),
    _number("count"),
)
SETTING = Table("setting", METADATA, _text("name", primary_key=True), _text("value"))
JOB = Table(
    "job",
    METADATA,
    _serial(),
    _text("kind"),
    _text("title"),
    _text("wanted"),
    _text("state"),
    _number("created"),
    Column("started", _INTEGER, nullable=True),
    Column("ended", _INTEGER, nullable=True),
    _number("done", server_default="0"),
    _number("failed", server_default="0"),
    Column("total", _INTEGER, nullable=True),
    _text("words"),
    _text("findings"),
    _text("transfer"),
)
NODE_ECHO = Table(
    "node_echo",
    METADATA,
    _text("node", primary_key=True),
    _number("moment", primary_key=True),
    _text("place"),
    _number("microseconds"),
    _text("outcome"),
    _number("excused", server_default="0"),
)
NODE_HOUR = Table(
    "node_hour",
    METADATA,
    _text("node", primary_key=True),
    _number("hour", primary_key=True),
    *(_number(name, server_default="0") for name in ("asked", "answered", "excused", "microseconds", "slowest")),
)
NODE_EVENT = Table(
    "node_event",
    METADATA,
    _serial(),
    _text("node"),
    _number("moment"),
    _text("kind"),
    _text("words"),
    Column("good", _INTEGER, nullable=True),
)
NODE_MEMORY = Table("node_memory", METADATA, _text("node", primary_key=True), _text("document"))
MAINTENANCE = Table(
    "maintenance",
    METADATA,
    _serial(),
    _text("node"),
    _number("begins"),
    _number("minutes"),
    _text("repeats"),
    _text("words"),
)

Index("patient_by_identity", PATIENT.c.identity, unique=True)
Index("patient_by_patient_id", PATIENT.c.patient_id)
Index("patient_by_name", PATIENT.c.patient_name_folded)
Index("study_by_uid", STUDY.c.study_instance_uid, unique=True)
Index("study_by_patient", STUDY.c.patient_ref)
Index("study_by_date", STUDY.c.study_date)
Index("study_by_listing", STUDY.c.study_date, STUDY.c.study_time, STUDY.c.search_text, STUDY.c.modalities_in_study)
Index("study_by_accession_number", STUDY.c.accession_number)
Index("series_by_uid", SERIES.c.series_instance_uid, unique=True)
Index("series_by_study", SERIES.c.study_ref)
Index("instance_by_uid", INSTANCE.c.sop_instance_uid, unique=True)
Index("instance_by_series", INSTANCE.c.series_ref)
Index(
    "origin_by_values",
    ORIGIN.c.calling_ae_title,
    ORIGIN.c.called_ae_title,
    ORIGIN.c.address,
    ORIGIN.c.implementation_version_name,
    ORIGIN.c.source,
    unique=True,
)
Index("node_event_by_node", NODE_EVENT.c.node, NODE_EVENT.c.id)
Index("set_aside_by_uid", SET_ASIDE.c.sop_instance_uid)
Index("set_aside_by_study", SET_ASIDE.c.study_instance_uid)

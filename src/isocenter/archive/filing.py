"""Where one instance belongs in the index, and the rows that put it there.

An `Entry` comes in, its place comes out: filed, the same as one that is there, or set aside because it contradicts one. Speaks
plain SQL on the cursor of an open transaction; knows the parents of recent series by heart, and counts at `flush` what was added.
No thread, no commit: the index writer and the rebuilding of an index both drive it. After a rollback `forget` must be called.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from isocenter.archive.contradictions import (
    Differences,
    KeptInstance,
    KeptPatient,
    instance_differences,
    patient_differences,
    series_differences,
)
from isocenter.archive.entry import IMAGE_TAGS, Entry
from isocenter.archive.folding import fold_names, fold_search
from isocenter.archive.schema import folded, folded_attributes, received_attributes, to_microseconds
from isocenter.base.limits import PARENTS_CACHED_MAX
from isocenter.model.attributes import Attribute, Level
from isocenter.model.changes import ChangeKind

_Known = TypeVar("_Known")


@dataclass(frozen=True, slots=True)
class Filed:
    """A new row of the index."""

    serial: int


@dataclass(frozen=True, slots=True)
class Same:
    """Checksum and length are those of a row that is there, in `table`, whose bytes are in `blob`."""

    serial: int
    blob: str
    table: str = "instance"


@dataclass(frozen=True, slots=True)
class Aside:
    """A new row beside the index."""

    serial: int
    differences: Differences


Place = Filed | Same | Aside


@dataclass(slots=True)
class _Study:
    id: int
    uid: str
    patient: KeptPatient
    modalities: list[str]
    sop_classes: list[str]


@dataclass(slots=True)
class _Series:
    id: int
    uid: str
    study: _Study


@dataclass(slots=True)
class _Added:
    """What a transaction adds to the counters of a series and of the rows above it."""

    series: _Series
    new_studies: int = 0
    new_series: int = 0
    instances: int = 0
    received: int = 0
    origin: int = 0


def insert_statement(table: str, columns: Sequence[str], tail: str = "") -> str:
    """INSERT of one row of that table."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}){tail}"


def _columns(attributes: Iterable[Attribute]) -> tuple[str, ...]:
    return tuple(attribute.column for attribute in attributes)


_PATIENT, _STUDY, _SERIES, _IMAGE = (received_attributes(level) for level in Level)
_STORED_COLUMNS = (*_columns(_IMAGE), "ordinal", "transfer_syntax", "blob", "byte_count", "checksum", "received", "origin_ref")
_ORIGIN_COLUMNS = ("calling_ae_title", "called_ae_title", "address", "implementation_version_name", "source")


def _insert_level(table: str, level: Level, *first: str) -> str:
    twins = (folded(attribute.column) for attribute in folded_attributes(level))
    return insert_statement(table, (*first, *_columns(received_attributes(level)), *twins))


_INSERT_PATIENT = _insert_level("patient", Level.PATIENT, "id", "identity")
_INSERT_STUDY = _insert_level("study", Level.STUDY, "id", "patient_ref", "search_text")
_INSERT_SERIES = _insert_level("series", Level.SERIES, "id", "study_ref")
_INSERT_INSTANCE = insert_statement("instance", ("id", "series_ref", *_STORED_COLUMNS), " ON CONFLICT(sop_instance_uid) DO NOTHING")
_INSERT_ASIDE = insert_statement(
    "set_aside",
    ("id", "patient_id", "patient_name", "study_instance_uid", "series_instance_uid", "kept_blob", "differences", *_STORED_COLUMNS),
)
_INSERT_CHANGE = insert_statement(
    "change",
    ("serial", "kind", "occurred", "study_instance_uid", "series_instance_uid", "sop_instance_uid", "calling_ae_title"),
)
_COUNTING = (
    "CREATE TEMP VIEW IF NOT EXISTS added AS "
    "SELECT 0 AS patient, 0 AS study, 0 AS series, 0 AS new_studies, 0 AS new_series, 0 AS instances, 0 AS received, 0 AS origin",
    """CREATE TEMP TRIGGER IF NOT EXISTS count_added INSTEAD OF INSERT ON added BEGIN
    UPDATE series SET instance_count = instance_count + NEW.instances WHERE id = NEW.series;
    UPDATE study SET series_count = series_count + NEW.new_series, instance_count = instance_count + NEW.instances,
        origin_ref = CASE WHEN NEW.received >= received THEN NEW.origin ELSE origin_ref END,
        received = max(received, NEW.received) WHERE id = NEW.study;
    UPDATE patient SET study_count = study_count + NEW.new_studies, series_count = series_count + NEW.new_series,
        instance_count = instance_count + NEW.instances WHERE id = NEW.patient;
    END""",
)
"""All counters above a series in one statement: each statement passes the interpreter's lock on, which costs more than its work."""
_PATIENT_OF = "p.id, p.patient_id, p.issuer_of_patient_id, p.patient_name"
_STUDY_OF = f"st.id, st.study_instance_uid, st.modalities_in_study, st.sop_classes_in_study, {_PATIENT_OF}"
_SELECT_SERIES = (
    f"SELECT se.id, {_STUDY_OF} FROM series se JOIN study st ON st.id = se.study_ref JOIN patient p ON p.id = st.patient_ref "
    "WHERE se.series_instance_uid = ?"
)
_SELECT_STUDY = f"SELECT {_STUDY_OF} FROM study st JOIN patient p ON p.id = st.patient_ref WHERE st.study_instance_uid = ?"
_SELECT_PATIENT = f"SELECT {_PATIENT_OF} FROM patient p WHERE p.identity = ?"
SELECT_KEPT = (
    f"SELECT i.id, i.blob, i.byte_count, i.checksum, st.study_instance_uid, se.series_instance_uid, {_PATIENT_OF}, "
    f"{', '.join('i.' + column for column in _columns(_IMAGE))} FROM instance i JOIN series se ON se.id = i.series_ref "
    "JOIN study st ON st.id = se.study_ref JOIN patient p ON p.id = st.patient_ref WHERE i.sop_instance_uid = ?"
)


class Filing:
    """The index through the eyes of whoever adds to it. One thread, one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self._series: OrderedDict[str, _Series] = OrderedDict()
        self._studies: OrderedDict[str, _Study] = OrderedDict()
        self._origins: dict[tuple[str, ...], int] = {}
        self._added: dict[int, _Added] = {}
        for statement in _COUNTING:
            self._cursor.execute(statement)
        self.forget()

    def forget(self) -> None:
        """Know nothing by heart: rows were changed or rolled back by somebody else."""
        self._series.clear()
        self._studies.clear()
        self._origins.clear()
        self._added.clear()
        self._ids = {table: self._last("id", table) for table in ("patient", "study", "series", "origin")}
        self.last_serial = max(self._last("id", "instance"), self._last("id", "set_aside"), self._last("serial", "change"))

    def _last(self, column: str, table: str) -> int:
        return int(self._cursor.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0])

    def _next(self, table: str) -> int:
        self._ids[table] += 1
        return self._ids[table]

    def next_serial(self) -> int:
        """The next line of the change feed."""
        self.last_serial += 1
        return self.last_serial

    def file(self, entry: Entry) -> Place:
        """Put one instance where it belongs; `entry.serial` is kept where it is set already (an index rebuilt)."""
        series, differences = self._parent(entry)
        if series is not None and not entry.collides:
            serial = entry.serial or self.last_serial + 1
            self._cursor.execute(_INSERT_INSTANCE, (serial, series.id, *self._stored(entry)))
            if self._cursor.rowcount == 1:
                self.last_serial = max(serial, self.last_serial)
                self._count(series, entry)
                sop_class = entry.value("SOPClassUID")
                if sop_class not in series.study.sop_classes:
                    series.study.sop_classes.append(sop_class)
                    self._write_values(series.study)
                return Filed(serial)
        return self._beside(entry, differences)

    def _beside(self, entry: Entry, differences: Differences) -> Place:
        kept = self._cursor.execute(SELECT_KEPT, (entry.value("SOPInstanceUID"),)).fetchone()
        measure = (entry.byte_count, entry.checksum)
        if not entry.collides:
            if kept is not None and (kept[2], kept[3]) == measure:
                return Same(kept[0], kept[1])
            aside = self._cursor.execute(
                "SELECT id, blob FROM set_aside WHERE sop_instance_uid = ? AND byte_count = ? AND checksum = ?",
                (entry.value("SOPInstanceUID"), *measure),
            ).fetchone()
            if aside is not None:
                return Same(aside[0], aside[1], "set_aside")
        if kept is not None:
            differences = instance_differences(KeptInstance(kept[4], kept[5], KeptPatient(*kept[6:10]), kept[3], kept[10:]), entry)
        serial = entry.serial or self.last_serial + 1
        self.last_serial = max(serial, self.last_serial)
        self._cursor.execute(
            _INSERT_ASIDE,
            (
                serial,
                *map(entry.value, ("PatientID", "PatientName", "StudyInstanceUID", "SeriesInstanceUID")),
                kept[1] if kept is not None else "",
                json.dumps(differences, ensure_ascii=False),
                *self._stored(entry),
            ),
        )
        self.write_change(
            serial,
            ChangeKind.SET_ASIDE,
            to_microseconds(entry.arrival.received),
            *map(entry.value, ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")),
            entry.arrival.calling_ae_title,
        )
        return Aside(serial, differences)

    def rebind(self, same: Same, blob: str) -> bool:
        """A row's own blob turned out to be damaged: let it have this one. False when the row has another one by now."""
        self._cursor.execute(f"UPDATE {same.table} SET blob = ? WHERE id = ? AND blob = ?", (blob, same.serial, same.blob))
        if self._cursor.rowcount != 1:
            return False
        self._cursor.execute("INSERT OR IGNORE INTO doomed VALUES (?)", (same.blob,))
        return True

    def write_change(self, serial: int, kind: ChangeKind, occurred: int, *texts: str) -> None:
        """A line of the feed that is no instance row: `texts` are study, series and instance UID, and the calling AE title."""
        self._cursor.execute(_INSERT_CHANGE, (serial, kind.value, occurred, *texts))

    def flush(self) -> None:
        """Bring the counters up to date; to be called before every commit."""
        for added in self._added.values():
            study = added.series.study
            counts = (added.new_studies, added.new_series, added.instances, added.received, added.origin)
            self._cursor.execute(
                "INSERT INTO added VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (study.patient.id, study.id, added.series.id, *counts)
            )
        self._added.clear()

    def _adding(self, series: _Series) -> _Added:
        added = self._added.get(series.id)
        if added is None:
            added = self._added[series.id] = _Added(series)
        return added

    def _count(self, series: _Series, entry: Entry) -> None:
        added = self._adding(series)
        added.instances += 1
        received = to_microseconds(entry.arrival.received)
        if received >= added.received:
            added.received, added.origin = received, self._origin(entry)

    def _stored(self, entry: Entry) -> tuple[object, ...]:
        arrival = entry.arrival
        return (
            *map(entry.text, IMAGE_TAGS),
            entry.ordinal,
            arrival.transfer_syntax,
            entry.blob,
            entry.byte_count,
            entry.checksum,
            to_microseconds(arrival.received),
            self._origin(entry),
        )

    def _origin(self, entry: Entry) -> int:
        arrival = entry.arrival
        values = (
            arrival.calling_ae_title,
            arrival.called_ae_title,
            arrival.address,
            arrival.implementation_version_name,
            arrival.source,
        )
        known = self._origins.get(values)
        if known is None:
            where = " AND ".join(f"{column} = ?" for column in _ORIGIN_COLUMNS)
            row = self._cursor.execute(f"SELECT id FROM origin WHERE {where}", values).fetchone()
            known = int(row[0]) if row else self._next("origin")
            if row is None:
                self._cursor.execute(insert_statement("origin", ("id", *_ORIGIN_COLUMNS)), (known, *values))
            if len(self._origins) >= PARENTS_CACHED_MAX:
                self._origins.clear()
            self._origins[values] = known
        return known

    def _parent(self, entry: Entry) -> tuple[_Series | None, Differences]:
        """The series row that the entry belongs below, made if need be; None and what differs when it contradicts the index."""
        uid = entry.value("SeriesInstanceUID")
        series = self._series.get(uid) or self._load_series(uid)
        if series is not None:
            differences = series_differences(series.study.uid, series.study.patient, entry)
            return (None, differences) if differences else (series, ())
        study_uid = entry.value("StudyInstanceUID")
        study = self._studies.get(study_uid) or self._load_study(study_uid)
        if study is not None:
            differences = patient_differences(study.patient, entry)
            if differences:
                return None, differences
        if self._cursor.execute("SELECT 1 FROM instance WHERE sop_instance_uid = ?", (entry.value("SOPInstanceUID"),)).fetchone():
            return None, ()
        new_study = study is None
        study = study or self._make_study(entry, study_uid)
        return self._make_series(entry, uid, study, new_study=new_study), ()

    def _load_series(self, uid: str) -> _Series | None:
        row = self._cursor.execute(_SELECT_SERIES, (uid,)).fetchone()
        if row is None:
            return None
        study = self._studies.get(row[2]) or self._know_study(row[1:])
        return self._know_series(_Series(row[0], uid, study))

    def _load_study(self, uid: str) -> _Study | None:
        row = self._cursor.execute(_SELECT_STUDY, (uid,)).fetchone()
        return self._know_study(row) if row else None

    def _know_study(self, row: Sequence[Any]) -> _Study:
        id_, uid, modalities, sop_classes, *patient = row
        study = _Study(id_, uid, KeptPatient(*patient), _split(modalities), _split(sop_classes))
        return self._remember(self._studies, study.uid, study)

    def _know_series(self, series: _Series) -> _Series:
        return self._remember(self._series, series.uid, series)

    @staticmethod
    def _remember(known: OrderedDict[str, _Known], uid: str, row: _Known) -> _Known:
        known[uid] = row
        if len(known) > PARENTS_CACHED_MAX:
            known.popitem(last=False)
        return row

    def _make_study(self, entry: Entry, uid: str) -> _Study:
        identity = entry.patient_identity()
        row = self._cursor.execute(_SELECT_PATIENT, (identity,)).fetchone()
        patient = KeptPatient(*row) if row else self._make_patient(entry, identity)
        study = _Study(self._next("study"), uid, patient, [], [])
        described = map(entry.value, ("AccessionNumber", "StudyDescription"))
        search_text = fold_search(patient.name, patient.patient_id, *described)
        self._cursor.execute(_INSERT_STUDY, (study.id, patient.id, search_text, *_texts(entry, Level.STUDY)))
        return self._remember(self._studies, uid, study)

    def _make_patient(self, entry: Entry, identity: str) -> KeptPatient:
        values = map(entry.value, ("PatientID", "IssuerOfPatientID", "PatientName"))
        patient = KeptPatient(self._next("patient"), *values)
        self._cursor.execute(_INSERT_PATIENT, (patient.id, identity, *_texts(entry, Level.PATIENT)))
        return patient

    def _make_series(self, entry: Entry, uid: str, study: _Study, *, new_study: bool) -> _Series:
        series = _Series(self._next("series"), uid, study)
        self._cursor.execute(_INSERT_SERIES, (series.id, study.id, *_texts(entry, Level.SERIES)))
        added = self._adding(series)
        added.new_studies += new_study
        added.new_series += 1
        modality = entry.value("Modality")
        if modality and modality not in study.modalities:
            study.modalities.append(modality)
            self._write_values(study)
        return self._know_series(series)

    def _write_values(self, study: _Study) -> None:
        self._cursor.execute(
            "UPDATE study SET modalities_in_study = ?, sop_classes_in_study = ? WHERE id = ?",
            ("\\".join(study.modalities), "\\".join(study.sop_classes), study.id),
        )


def _texts(entry: Entry, level: Level) -> list[str]:
    texts = [entry.text(attribute.tag) for attribute in received_attributes(level)]
    return texts + [fold_names(entry.text(attribute.tag)) for attribute in folded_attributes(level)]


def _split(values: str) -> list[str]:
    return values.split("\\") if values else []

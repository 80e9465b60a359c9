"""A small index, filled with plain INSERTs: each `add` is one instance, its parents are made where they are new."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from isocenter.archive.folding import fold_names
from isocenter.archive.index_file import IndexFile, connect
from isocenter.archive.migrations import bring_up_to_date
from isocenter.archive.schema import folded, folded_attributes, received_attributes
from isocenter.model.attributes import BY_KEYWORD, Level

DEFAULTS = {
    "PatientID": "4711",
    "PatientName": "Doe^John",
    "StudyInstanceUID": "1.2",
    "StudyDate": "20260102",
    "SeriesInstanceUID": "1.2.1",
    "Modality": "CT",
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2",
}


class FewRows:
    """An index in a folder, and the connection that fills it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.index = IndexFile(folder)
        bring_up_to_date(self.index.path)
        self.connection = connect(self.index.path)
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.execute("INSERT INTO origin VALUES (1, 'CT-1', 'ISOCENTER', '10.0.0.7', 'V1', 'dimse')")

    def add(self, blob: str = "", transfer_syntax: str = "1.2.840.10008.1.2.1", **keywords: str) -> int:
        """One instance; its row number."""
        values = {**DEFAULTS, **keywords}
        row = int(
            self._value("SELECT max(coalesce((SELECT max(id) FROM instance), 0), coalesce((SELECT max(serial) FROM change), 0))")
        )
        row += 1
        values.setdefault("SOPInstanceUID", f"1.2.3.{row}")
        patient = self._parent(Level.PATIENT, values, identity=values["PatientID"])
        study = self._parent(Level.STUDY, values, patient_ref=patient)
        series = self._parent(Level.SERIES, values, study_ref=study)
        number = values.get("InstanceNumber", "")
        self.insert(
            "instance", self.columns(Level.IMAGE, values), id=row, series_ref=series, blob=blob or f"{row:09d}", received=row,
            byte_count=100, checksum=row.to_bytes(16, "big"), origin_ref=1, transfer_syntax=transfer_syntax,
            ordinal=int(number) if number else None,
        )  # fmt: skip
        self._count(patient, study, series, values)
        return row

    def insert(self, table: str, columns: dict[str, object], **more: object) -> None:
        both = {**columns, **more}
        marks = ", ".join("?" * len(both))
        self.connection.execute(f"INSERT INTO {table} ({', '.join(both)}) VALUES ({marks})", list(both.values()))

    def columns(self, level: Level, values: dict[str, str]) -> dict[str, object]:
        columns: dict[str, object] = {one.column: values.get(one.keyword, "") for one in received_attributes(level)}
        columns |= {folded(one.column): fold_names(values.get(one.keyword, "")) for one in folded_attributes(level)}
        return columns

    def _parent(self, level: Level, values: dict[str, str], **more: object) -> int:
        table = {Level.PATIENT: "patient", Level.STUDY: "study", Level.SERIES: "series"}[level]
        unique = {Level.PATIENT: "PatientID", Level.STUDY: "StudyInstanceUID", Level.SERIES: "SeriesInstanceUID"}[level]
        asked = f"SELECT id FROM {table} WHERE {BY_KEYWORD[unique].column} = ?"
        found = self.connection.execute(asked, (values[unique],)).fetchone()
        if found is None:
            row = int(self._value(f"SELECT coalesce(max(id), 0) + 1 FROM {table}"))
            self.insert(table, self.columns(level, values), id=row, **more)
            return row
        return int(found[0])

    def _count(self, patient: int, study: int, series: int, values: dict[str, str]) -> None:
        run = self.connection.execute
        run("UPDATE series SET instance_count = (SELECT count(*) FROM instance WHERE series_ref = ?1) WHERE id = ?1", (series,))
        run(
            "UPDATE study SET series_count = (SELECT count(*) FROM series WHERE study_ref = ?1), instance_count = "
            "(SELECT sum(instance_count) FROM series WHERE study_ref = ?1), modalities_in_study = "
            "(SELECT group_concat(modality, '\\') FROM (SELECT DISTINCT modality FROM series WHERE study_ref = ?1)), "
            "sop_classes_in_study = ?2 WHERE id = ?1",
            (study, values["SOPClassUID"]),
        )
        run(
            "UPDATE patient SET study_count = (SELECT count(*) FROM study WHERE patient_ref = ?1), series_count = "
            "(SELECT sum(series_count) FROM study WHERE patient_ref = ?1), instance_count = "
            "(SELECT sum(instance_count) FROM study WHERE patient_ref = ?1) WHERE id = ?1",
            (patient,),
        )

    def _value(self, sql: str) -> int:
        return int(self.connection.execute(sql).fetchone()[0])

    def close(self) -> None:
        self.connection.close()


def evaluate(sql: str, parameters: tuple[object, ...], table: str, columns: dict[str, str]) -> bool:
    """What a condition says of one row that has just these columns."""
    connection = sqlite3.connect(":memory:")
    try:
        row = ", ".join(f"? AS {name}" for name in columns)
        found = connection.execute(
            f"SELECT 1 FROM (SELECT {row}) AS {table} WHERE {sql}", (*columns.values(), *parameters)
        ).fetchall()
        return bool(found)
    finally:
        connection.close()

"""Taking instances out of the index: the rows, the counters above them, the lines of the feed, and the blobs that nobody needs.

Everything here runs on the cursor of an open transaction of the index writer. Blobs are only doomed by it: they are unlinked after
the commit, and by the next start if that is interrupted. The line of an arrival stays in the feed, followed by one of the removal.
"""

from __future__ import annotations

import sqlite3

from isocenter.archive.blobs import BlobStore
from isocenter.archive.filing import Filing
from isocenter.archive.schema import to_microseconds
from isocenter.base.clock import SystemClock
from isocenter.model.attributes import Level
from isocenter.model.changes import ChangeKind

_ABOVE = """
SELECT i.id, i.blob, i.received, st.study_instance_uid, se.series_instance_uid, i.sop_instance_uid, o.calling_ae_title,
       se.id, st.id, p.id
FROM instance i JOIN series se ON se.id = i.series_ref JOIN study st ON st.id = se.study_ref
JOIN patient p ON p.id = st.patient_ref JOIN origin o ON o.id = i.origin_ref
"""
_WHERE = {
    Level.PATIENT: "p.patient_id = ?",
    Level.STUDY: "st.study_instance_uid = ?",
    Level.SERIES: "se.series_instance_uid = ?",
    Level.IMAGE: "i.sop_instance_uid = ?",
}


def remove_below(cursor: sqlite3.Cursor, filing: Filing, level: Level, unique_key: str, *, tell: bool = True) -> int:
    """Remove all instances below the entity with that unique key, PatientID or UID; how many there were.

    Without `tell` the feed says nothing of it and no blob is doomed: another index said and did that already.
    """
    rows = cursor.execute(f"{_ABOVE} WHERE {_WHERE[level]} ORDER BY i.id", (unique_key,)).fetchall()
    return _remove(cursor, filing, rows, doom=tell, tell=tell)


def remove_set_aside(cursor: sqlite3.Cursor, filing: Filing, serial: int) -> bool:
    """Remove an instance that was set aside; False when there is none of that number."""
    row = cursor.execute(
        "SELECT blob, study_instance_uid, series_instance_uid, sop_instance_uid FROM set_aside WHERE id = ?", (serial,)
    ).fetchone()
    if row is None:
        return False
    cursor.execute("DELETE FROM set_aside WHERE id = ?", (serial,))
    cursor.execute("INSERT OR IGNORE INTO doomed VALUES (?)", (row[0],))
    filing.write_change(filing.next_serial(), ChangeKind.REMOVED, _now(), *row[1:], "")
    return True


def take_back(cursor: sqlite3.Cursor, filing: Filing, serial: int) -> None:
    """Remove the row of an arrival whose blob did not become durable, in the index or set aside; its blob is left to the caller."""
    rows = cursor.execute(f"{_ABOVE} WHERE i.id = ?", (serial,)).fetchall()
    if rows:
        _remove(cursor, filing, rows, doom=False, tell=True)
        return
    aside = cursor.execute(
        "SELECT study_instance_uid, series_instance_uid, sop_instance_uid FROM set_aside WHERE id = ?", (serial,)
    ).fetchone()
    if aside is not None:
        cursor.execute("DELETE FROM set_aside WHERE id = ?", (serial,))
        filing.write_change(filing.next_serial(), ChangeKind.REMOVED, _now(), *aside, "")


def sweep_doomed(cursor: sqlite3.Cursor, store: BlobStore) -> int:
    """Unlink the blobs whose rows are gone; how many. Raises VolumeFailed, and those that are left stay doomed."""
    blobs = [row[0] for row in cursor.execute("SELECT blob FROM doomed")]
    for blob in blobs:
        store.remove(blob)
        cursor.execute("DELETE FROM doomed WHERE blob = ?", (blob,))
    return len(blobs)


def _now() -> int:
    return to_microseconds(SystemClock().now())


def _remove(cursor: sqlite3.Cursor, filing: Filing, rows: list[tuple[int | str, ...]], *, doom: bool, tell: bool) -> int:
    now = _now()
    filing.flush()
    for id_, blob, received, study_uid, series_uid, uid, calling, *_ in rows:
        cursor.execute("DELETE FROM instance WHERE id = ?", (id_,))
        if tell:
            filing.write_change(int(id_), ChangeKind.STORED, int(received), *map(str, (study_uid, series_uid, uid, calling)))
            filing.write_change(filing.next_serial(), ChangeKind.REMOVED, now, *map(str, (study_uid, series_uid, uid, "")))
        if doom:
            cursor.execute("INSERT OR IGNORE INTO doomed VALUES (?)", (blob,))
    for series in {int(row[7]) for row in rows}:
        _recount(cursor, "series", "instance", series, ("instance_count = (SELECT count(*) FROM instance WHERE series_ref = ?1)",))
    for study in {int(row[8]) for row in rows}:
        _recount(cursor, "study", "series", study, _STUDY_COUNTS)
        _rewrite_values(cursor, study)
    for patient in {int(row[9]) for row in rows}:
        _recount(cursor, "patient", "study", patient, _PATIENT_COUNTS)
    if rows:
        filing.forget()
    return len(rows)


_STUDY_COUNTS = (
    "series_count = (SELECT count(*) FROM series WHERE study_ref = ?1)",
    "instance_count = (SELECT coalesce(sum(instance_count), 0) FROM series WHERE study_ref = ?1)",
    "(received, origin_ref) = (SELECT i.received, i.origin_ref FROM instance i JOIN series se ON se.id = i.series_ref "
    "WHERE se.study_ref = ?1 ORDER BY i.received DESC, i.id DESC LIMIT 1)",
)
_PATIENT_COUNTS = (
    "study_count = (SELECT count(*) FROM study WHERE patient_ref = ?1)",
    "series_count = (SELECT coalesce(sum(series_count), 0) FROM study WHERE patient_ref = ?1)",
    "instance_count = (SELECT coalesce(sum(instance_count), 0) FROM study WHERE patient_ref = ?1)",
)


def _recount(cursor: sqlite3.Cursor, table: str, child: str, id_: int, counts: tuple[str, ...]) -> None:
    """Count anew what is below a row, and remove the row when that is nothing."""
    if cursor.execute(f"SELECT 1 FROM {child} WHERE {table}_ref = ? LIMIT 1", (id_,)).fetchone():
        cursor.execute(f"UPDATE {table} SET {', '.join(counts)} WHERE id = ?1", (id_,))
    else:
        cursor.execute(f"DELETE FROM {table} WHERE id = ?", (id_,))


def _rewrite_values(cursor: sqlite3.Cursor, study: int) -> None:
    modalities = cursor.execute(
        "SELECT modality FROM series WHERE study_ref = ? AND modality <> '' GROUP BY modality ORDER BY min(id)", (study,)
    ).fetchall()
    classes = cursor.execute(
        "SELECT i.sop_class_uid FROM instance i JOIN series se ON se.id = i.series_ref WHERE se.study_ref = ? "
        "GROUP BY i.sop_class_uid ORDER BY min(i.id)",
        (study,),
    ).fetchall()
    cursor.execute(
        "UPDATE study SET modalities_in_study = ?, sop_classes_in_study = ? WHERE id = ?",
        ("\\".join(row[0] for row in modalities), "\\".join(row[0] for row in classes), study),
    )

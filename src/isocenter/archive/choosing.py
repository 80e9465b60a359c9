"""One instance set aside takes the place of the one that it contradicts: what a person chose who saw both values.

Runs on the cursor of an open transaction of the index writer: the kept instance goes as every removed one does, the other is filed
anew, and whatever else was set aside beside them is compared with what is kept now. All of it happens, or nothing.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Final

from isocenter.archive.blobs import BlobStore
from isocenter.archive.contradictions import KeptInstance, KeptPatient, instance_differences
from isocenter.archive.entry import Entry
from isocenter.archive.filing import SELECT_KEPT, Filed, Filing
from isocenter.archive.removal import remove_below
from isocenter.archive.stored_entry import read_entry
from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.model.attributes import Level

_ONE: Final = "SELECT blob, sop_instance_uid FROM set_aside WHERE id = ?"
_OTHERS: Final = "SELECT id, blob FROM set_aside WHERE sop_instance_uid = ?"


def blob_set_aside(cursor: sqlite3.Cursor, serial: int) -> str | None:
    """The blob of an instance set aside; None where there is none of that number."""
    row = cursor.execute(_ONE, (serial,)).fetchone()
    return str(row[0]) if row else None


def use_set_aside(cursor: sqlite3.Cursor, filing: Filing, store: BlobStore, serial: int, entry: Entry) -> bool:
    """File `entry`, read from the blob of that number, in place of the kept instance of its UID; False where it is gone meanwhile.

    Raises LocalError, and nothing has changed, where no instance of its UID is kept, or where others contradict it too.
    """
    uid = entry.value("SOPInstanceUID")
    if cursor.execute(_ONE, (serial,)).fetchone() != (entry.blob, uid):
        return False
    if not remove_below(cursor, filing, Level.IMAGE, uid):
        raise LocalError(
            f"No instance {uid} is kept that this one could replace: it contradicts the patient or study that it names."
        )
    cursor.execute("DELETE FROM set_aside WHERE id = ?", (serial,))
    place = filing.file(entry)
    if not isinstance(place, Filed):
        differing = ", ".join(keyword for keyword, _, _ in getattr(place, "differences", ()))
        raise LocalError(
            f"It contradicts other instances of its series as well ({differing}): remove those first, or keep the old one."
        )
    filing.flush()
    _compare_others(cursor, store, uid)
    return True


def _compare_others(cursor: sqlite3.Cursor, store: BlobStore, uid: str) -> None:
    """Let what is still set aside under that UID say how it differs from what is kept now."""
    kept = cursor.execute(SELECT_KEPT, (uid,)).fetchone()
    now = KeptInstance(kept[4], kept[5], KeptPatient(*kept[6:10]), kept[3], kept[10:])
    for serial, blob in cursor.execute(_OTHERS, (uid,)).fetchall():
        try:
            other = read_entry(store, blob, verify=False)
        except (OSError, UnreadableDataset):
            continue
        differences = json.dumps(instance_differences(now, other), ensure_ascii=False)
        cursor.execute("UPDATE set_aside SET differences = ?, kept_blob = ? WHERE id = ?", (differences, kept[1], serial))

"""The instances that are kept beside the index because they contradict it: the `Quarantine` port.

Rows of `set_aside` come out as `SetAside`, in the order of their arrival, read page by page. An instance there hangs below nothing:
the UIDs and the patient of its own data set come with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from isocenter.archive.index_reader import Halt, IndexReader, Row, Stream
from isocenter.archive.schema import from_microseconds, received_attributes
from isocenter.base.limits import QUERY_PAGE_ROWS
from isocenter.model.attributes import Level
from isocenter.model.records import Instance, SetAside

_IMAGE: Final = received_attributes(Level.IMAGE)
_FIXED: Final = (
    "s.id, s.differences, s.series_instance_uid, s.study_instance_uid, s.transfer_syntax, s.blob, s.byte_count, s.checksum, "
    "s.received, origin.calling_ae_title, origin.called_ae_title, origin.address"
)
_KEYWORDS: Final = ("PatientID", "PatientName", *(attribute.keyword for attribute in _IMAGE))
_SELECT: Final = (
    f"SELECT {_FIXED}, s.patient_id, s.patient_name, {', '.join(f's.{attribute.column}' for attribute in _IMAGE)} "
    "FROM set_aside AS s JOIN origin ON origin.id = s.origin_ref WHERE s.id"
)
_COUNT: Final = _FIXED.count(",") + 1


class IndexQuarantine:
    """What one archive has set aside. Any thread."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def set_aside(self) -> Stream[SetAside]:
        """All of them, oldest first; those that arrive meanwhile come last."""
        return Stream(self._pages)

    def one(self, number: int) -> SetAside | None:
        """The one with this `SetAside.id`."""
        rows = self._reader.rows(f"{_SELECT} = ?", (number,))
        return _set_aside(rows[0]) if rows else None

    def _pages(self, halt: Halt) -> Iterator[SetAside]:
        after = 0
        while rows := self._reader.rows(f"{_SELECT} > ? ORDER BY s.id LIMIT ?", (after, QUERY_PAGE_ROWS), halt):
            yield from map(_set_aside, rows)
            after = rows[-1][0]


def _set_aside(row: Row) -> SetAside:
    number, differences, series, study, transfer_syntax, blob, byte_count, checksum, received, *origin = row[:_COUNT]
    calling, called, address = origin
    attributes = dict(zip(_KEYWORDS, row[_COUNT:], strict=True))
    attributes |= {"StudyInstanceUID": study, "SeriesInstanceUID": series}
    instance = Instance(
        sop_class_uid=attributes["SOPClassUID"],
        sop_instance_uid=attributes["SOPInstanceUID"],
        series_instance_uid=series,
        study_instance_uid=study,
        transfer_syntax=transfer_syntax,
        blob=blob,
        byte_count=byte_count,
        checksum=checksum.hex(),
        received=from_microseconds(received),
        calling_ae_title=calling,
        called_ae_title=called,
        address=address,
        attributes=attributes,
    )
    return SetAside(number, instance, tuple((keyword, kept, arriving) for keyword, kept, arriving in json.loads(differences)))

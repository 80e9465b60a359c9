"""The directory of a medium, DICOMDIR: what is on it by patient, study, series and image (PS3.10 8, PS3.3 F).

Instances with the names of their files come in, in series order; the bytes of the file go out. It is made from what the index
knows: no file is opened for it. Only images are listed, because the records of documents need what the index does not keep; those
are on the medium and readable without it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from isocenter.base.ids import new_uid
from isocenter.dataset import part10
from isocenter.model.attributes import BY_KEYWORD
from isocenter.model.records import Instance
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

DIRECTORY_CLASS: Final = "1.2.840.10008.1.3.10"
_RT_DOSE: Final = "1.2.840.10008.5.1.4.1.1.481.2"
_SHORT_BYTES_MAX: Final = 0xFFFE
_KEYS: Final = {
    "PATIENT": ("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    "STUDY": ("StudyDate", "StudyTime", "AccessionNumber", "StudyDescription", "StudyInstanceUID", "StudyID"),
    "SERIES": ("Modality", "SeriesDescription", "SeriesInstanceUID", "SeriesNumber"),
    "IMAGE": ("InstanceNumber",),
}
"""What each kind of record says, in the order of the tags (PS3.3 F.5)."""
_NEEDED: Final = {"PatientID": "UNKNOWN", "StudyID": "1", "SeriesNumber": "0", "InstanceNumber": "0"}
"""What a record may not lack, and what stands for it where an instance does."""


@dataclass(slots=True)
class _Record:
    """One record: its elements after the three that say where others are, and the records under it."""

    elements: bytes
    below: dict[str, _Record] = field(default_factory=dict)
    at: int = 0

    @property
    def length(self) -> int:
        """Bytes of its whole item."""
        return 8 + 12 + 10 + 12 + len(self.elements)


class MediaDirectory:
    """The directory of one medium while it is made."""

    def __init__(self) -> None:
        self._root = _Record(b"")

    def add(self, instance: Instance, parts: tuple[str, ...]) -> None:
        """List an instance under the parts of its file's name. What is no image is left out."""
        attributes = instance.attributes
        if not attributes.get("Rows") or instance.sop_class_uid == _RT_DOSE:
            return
        patient = _found(self._root, attributes["PatientID"], "PATIENT", instance)
        study = _found(patient, instance.study_instance_uid, "STUDY", instance)
        series = _found(study, instance.series_instance_uid, "SERIES", instance)
        file = (
            _element(0x00041500, "CS", "\\".join(parts))
            + _element(0x00041510, "UI", instance.sop_class_uid)
            + _element(0x00041511, "UI", instance.sop_instance_uid)
            + _element(0x00041512, "UI", instance.transfer_syntax)
        )
        series.below[instance.sop_instance_uid] = _Record(_elements("IMAGE", instance, file))

    def file_bytes(self) -> bytes:
        """The whole file."""
        head = part10.header(sop_class_uid=DIRECTORY_CLASS, sop_instance_uid=new_uid(), transfer_syntax=EXPLICIT_VR_LITTLE_ENDIAN)
        # Identifier, two offsets, the flag, and the head of the sequence, all of a length that is known.
        first = len(head) + len(_before(0, 0, 0))
        end = _placed(self._root, first)
        patients = list(self._root.below.values())
        start = _before(patients[0].at if patients else 0, patients[-1].at if patients else 0, end - first)
        return b"".join((head, start, *_written(self._root)))


def _found(above: _Record, key: str, kind: str, instance: Instance) -> _Record:
    record = above.below.get(key)
    if record is None:
        record = above.below[key] = _Record(_elements(kind, instance))
    return record


def _elements(kind: str, instance: Instance, file: bytes = b"") -> bytes:
    said = [_element(0x00041430, "CS", kind), file, _element(0x00080005, "CS", "ISO_IR 192")]
    for keyword in _KEYS[kind]:
        attribute = BY_KEYWORD[keyword]
        said.append(_element(attribute.tag, attribute.vr, instance.attributes.get(keyword, "") or _NEEDED.get(keyword, "")))
    return b"".join(said)


def _element(tag: int, vr: str, text: str) -> bytes:
    value = text.encode("utf-8")
    if len(value) % 2:
        value += b"\0" if vr == "UI" else b" "
    # What an index keeps has at most a kilobyte; nothing here can be longer than a short length says.
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode("ascii"), min(len(value), _SHORT_BYTES_MAX)) + value


def _before(first: int, last: int, length: int) -> bytes:
    return (
        _element(0x00041130, "CS", "ISOCENTER")
        + struct.pack("<HH2sHI", 0x0004, 0x1200, b"UL", 4, first)
        + struct.pack("<HH2sHI", 0x0004, 0x1202, b"UL", 4, last)
        + struct.pack("<HH2sHH", 0x0004, 0x1212, b"US", 2, 0)
        + struct.pack("<HH2sxxI", 0x0004, 0x1220, b"SQ", length)
    )


def _placed(above: _Record, at: int) -> int:
    """Say of all records under one where they will be; where they end."""
    for record in above.below.values():
        record.at = at
        at = _placed(record, at + record.length)
    return at


def _written(above: _Record) -> list[bytes]:
    records = list(above.below.values())
    said = []
    for number, record in enumerate(records):
        following = records[number + 1].at if number + 1 < len(records) else 0
        lower = next(iter(record.below.values())).at if record.below else 0
        said.append(
            struct.pack("<HHI", 0xFFFE, 0xE000, record.length - 8)
            + struct.pack("<HH2sHI", 0x0004, 0x1400, b"UL", 4, following)
            + struct.pack("<HH2sHH", 0x0004, 0x1410, b"US", 2, 0xFFFF)
            + struct.pack("<HH2sHI", 0x0004, 0x1420, b"UL", 4, lower)
            + record.elements
        )
        said += _written(record)
    return said

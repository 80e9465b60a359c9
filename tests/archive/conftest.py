"""Small data sets, made byte by byte, and arrivals that bring them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from isocenter.archive.archive import Archive
from isocenter.model.records import Arrival, StoreResult

CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"

_TAGS = {
    "SpecificCharacterSet": (0x00080005, "CS"),
    "ImageType": (0x00080008, "CS"),
    "SOPClassUID": (0x00080016, "UI"),
    "SOPInstanceUID": (0x00080018, "UI"),
    "StudyDate": (0x00080020, "DA"),
    "StudyTime": (0x00080030, "TM"),
    "AccessionNumber": (0x00080050, "SH"),
    "Modality": (0x00080060, "CS"),
    "ReferringPhysicianName": (0x00080090, "PN"),
    "StudyDescription": (0x00081030, "LO"),
    "SeriesDescription": (0x0008103E, "LO"),
    "PatientName": (0x00100010, "PN"),
    "PatientID": (0x00100020, "LO"),
    "IssuerOfPatientID": (0x00100021, "LO"),
    "PatientBirthDate": (0x00100030, "DA"),
    "StudyInstanceUID": (0x0020000D, "UI"),
    "SeriesInstanceUID": (0x0020000E, "UI"),
    "StudyID": (0x00200010, "SH"),
    "SeriesNumber": (0x00200011, "IS"),
    "InstanceNumber": (0x00200013, "IS"),
}


def make_dataset(pixels: bytes = b"\0" * 64, **values: str | bytes) -> bytes:
    """An explicit VR little endian data set of these keywords, with pixels."""
    elements = sorted((*_TAGS[keyword], value) for keyword, value in values.items())
    parts = []
    for tag, vr, value in elements:
        raw = value.encode("utf-8") if isinstance(value, str) else value
        raw += (b"\0" if vr == "UI" else b" ") * (len(raw) % 2)
        parts.append(struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), len(raw)) + raw)
    parts.append(struct.pack("<HH2sH", 0x0028, 0x0010, b"US", 2) + struct.pack("<H", 8))
    parts.append(struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, len(pixels)) + pixels)
    return b"".join(parts)


def make_instance(uid: str = "1.2.3.1.1.1", pixels: bytes = b"\0" * 64, **values: str | bytes) -> bytes:
    """A data set of a CT image whose other UIDs follow from its own, unless given; an empty value leaves an element out."""
    series, study = uid.rpartition(".")[0], uid.rpartition(".")[0].rpartition(".")[0]
    whole: dict[str, str | bytes] = {
        "SOPClassUID": CT,
        "SOPInstanceUID": uid,
        "SeriesInstanceUID": series,
        "StudyInstanceUID": study,
        "PatientID": "4711",
        "PatientName": "Doe^John",
        "Modality": "CT",
        "InstanceNumber": "7",
        "StudyDate": "20260102",
        **values,
    }
    return make_dataset(pixels, **{keyword: value for keyword, value in whole.items() if value})


def make_arrival(uid: str = "1.2.3.1.1.1", **values: object) -> Arrival:
    """How it came, from CT-1 to ISOCENTER."""
    return Arrival(
        **{
            "sop_class_uid": CT,
            "sop_instance_uid": uid,
            "transfer_syntax": EXPLICIT,
            "received": datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
            "calling_ae_title": "CT-1",
            "called_ae_title": "ISOCENTER",
            "address": "10.0.0.7",
            "implementation_version_name": "MODALITY_1",
            **values,
        }
    )


Store = Callable[..., StoreResult]


@pytest.fixture
def archive(tmp_path) -> Iterator[Archive]:
    """An empty archive on the disk."""
    with Archive(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def instance() -> Callable[..., bytes]:
    return make_instance


@pytest.fixture
def arrival() -> Callable[..., Arrival]:
    return make_arrival


@pytest.fixture
def store(archive) -> Store:
    """Store one instance of that UID, in pieces of that many bytes; keywords change its values."""
    return lambda uid="1.2.3.1.1.1", **values: store_in(archive, uid, **values)


def store_in(archive: Archive, uid: str, piece: int = 100, **values: str | bytes) -> StoreResult:
    """The same in any archive."""
    content = make_instance(uid, **values)
    reception = archive.begin(make_arrival(uid))
    for offset in range(0, len(content), piece):
        reception.write(memoryview(content)[offset : offset + piece])
    return reception.finish()

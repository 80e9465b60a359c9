"""What one instance says of itself, as the index will file it.

The values that skim found and what is known of the arrival come in; decoded text comes out, only where somebody asks, because
most instances belong to a series whose rows are there already. Here is decided what is a UID and who is a patient. Text is in
Unicode's form NFC, without padding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Protocol
from unicodedata import normalize

from isocenter.archive.folding import fold_names
from isocenter.archive.schema import received_attributes
from isocenter.base.limits import TEXTS_CACHED_MAX
from isocenter.model.attributes import ATTRIBUTES, BY_KEYWORD, Level
from isocenter.model.records import Arrival, Instance, Mismatch, Unreadable

_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_UID_LENGTH_MAX = 64
_LEGACY_DATE = re.compile(r"[0-9]{4}\.[0-9]{2}\.[0-9]{2}")
"""A date as ACR-NEMA wrote it; a reader has to take it (PS3.5 6.2), and a range only finds it as YYYYMMDD."""
_INTEGER = re.compile(r"[+-]?[0-9]{1,12}")
_SEPARATOR = "\x1f"

_TAG = {attribute.keyword: attribute.tag for attribute in ATTRIBUTES}
_DATES = frozenset(attribute.tag for attribute in ATTRIBUTES if attribute.vr == "DA")
_REQUIRED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
_REQUIRED_TAGS = tuple(_TAG[keyword] for keyword in _REQUIRED)
IMAGE_TAGS = tuple(attribute.tag for attribute in received_attributes(Level.IMAGE))


class Values(Protocol):
    """Where the text of an attribute comes from: a skim of the data set."""

    def text(self, tag: int) -> str: ...


class Entry:
    """One instance, ready to be filed. Used by one thread at a time: the one that received it, then the index writer."""

    __slots__ = ("_texts", "_values", "arrival", "blob", "byte_count", "checksum", "collides", "serial")

    def __init__(self, arrival: Arrival, values: Values, *, blob: str, byte_count: int, checksum: bytes) -> None:
        self.arrival = arrival
        self.blob = blob
        self.byte_count = byte_count
        self.checksum = checksum
        self.collides = False
        self.serial: int | None = None
        self._values = values
        self._texts: dict[int, str] = {}

    def text(self, tag: int) -> str:
        """The decoded value of an attribute; empty where the data set had none."""
        text = self._texts.get(tag)
        if text is None:
            text = self._values.text(tag)
            if text:
                text = _as_filed(tag, text)
            self._texts[tag] = text
        return text

    def value(self, keyword: str) -> str:
        """The same by keyword."""
        return self.text(_TAG[keyword])

    @property
    def ordinal(self) -> int | None:
        """InstanceNumber as a number; None where it is none, or absurd."""
        number = self.value("InstanceNumber")
        return int(number) if _INTEGER.fullmatch(number) else None

    def fault(self) -> Unreadable | Mismatch | None:
        """Why this cannot be filed at all; None when it can."""
        uids = [self.text(tag) for tag in _REQUIRED_TAGS]
        if not all(uids):
            missing = tuple(keyword for keyword, uid in zip(_REQUIRED, uids, strict=True) if not uid)
            return Unreadable(f"The data set has no {', '.join(missing)}", missing)
        for keyword, uid in zip(_REQUIRED, uids, strict=True):
            if not is_uid(uid):
                return Unreadable(f"{keyword} is not a UID: {uid[:80]!r}")
        for keyword, said in (("SOPClassUID", self.arrival.sop_class_uid), ("SOPInstanceUID", self.arrival.sop_instance_uid)):
            if self.value(keyword) != said.rstrip(" \0"):
                return Mismatch(f"The command says {keyword} {said[:80]!r}, the data set {self.value(keyword)!r}")
        return None

    def patient_identity(self) -> str:
        """What makes two patients one row: the ID and its issuer; without an ID, name and birth date."""
        patient_id = self.value("PatientID")
        if patient_id:
            return f"{patient_id}{_SEPARATOR}{self.value('IssuerOfPatientID')}"
        name = fold_names(self.value("PatientName"))
        return f"{_SEPARATOR}{_SEPARATOR}{name}{_SEPARATOR}{self.value('PatientBirthDate')}"

    def instance(self) -> Instance:
        """The noun of the house for it; its attributes are decoded when they are read."""
        arrival = self.arrival
        return Instance(
            sop_class_uid=self.value("SOPClassUID"),
            sop_instance_uid=self.value("SOPInstanceUID"),
            series_instance_uid=self.value("SeriesInstanceUID"),
            study_instance_uid=self.value("StudyInstanceUID"),
            transfer_syntax=arrival.transfer_syntax,
            blob=self.blob,
            byte_count=self.byte_count,
            checksum=self.checksum.hex(),
            received=arrival.received,
            calling_ae_title=arrival.calling_ae_title,
            called_ae_title=arrival.called_ae_title,
            address=arrival.address,
            attributes=_Attributes(self),
        )


@lru_cache(maxsize=TEXTS_CACHED_MAX)
def _as_filed(tag: int, text: str) -> str:
    text = text.strip(" \0")
    if not text.isascii():
        text = normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    if tag in _DATES and _LEGACY_DATE.fullmatch(text):
        text = text.replace(".", "")
    return text.replace("\0", " ")


class _Attributes(Mapping[str, str]):
    """An entry's received attributes by keyword."""

    __slots__ = ("_entry",)

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    def __getitem__(self, keyword: str) -> str:
        if BY_KEYWORD[keyword].computed:
            raise KeyError(keyword)
        return self._entry.value(keyword)

    def __iter__(self) -> Iterator[str]:
        return (attribute.keyword for attribute in ATTRIBUTES if not attribute.computed)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def is_uid(text: str) -> bool:
    """Digits and dots, at most 64; leading zeros are forgiven, because devices send them (PS3.5 9.1)."""
    return len(text) <= _UID_LENGTH_MAX and _UID.fullmatch(text) is not None

"""What a peer of the lab keeps: objects in memory, found by the matching of PS3.4 C.2.2.2, or by less where its habits say so.

Comes in: data sets as they were sent, and identifiers. Goes out: answers and objects. Bounded in number; the oldest goes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from isocenter.base.limits import LAB_OBJECTS_MAX
from isocenter.lab.faults.habits import Habits

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

LEVELS = ("PATIENT", "STUDY", "SERIES", "IMAGE")
_LEVEL_KEY = {"PATIENT": "PatientID", "STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID", "IMAGE": "SOPInstanceUID"}
_DATES = frozenset({"StudyDate", "SeriesDate", "PatientBirthDate", "AcquisitionDate", "ContentDate"})
_NAMES = frozenset({"PatientName", "ReferringPhysicianName"})
_NOT_MATCHED = frozenset({"QueryRetrieveLevel", "SpecificCharacterSet", "RetrieveAETitle", "TimezoneOffsetFromUTC"})


@dataclass(frozen=True, slots=True)
class Kept:
    """One object: what identifies it, its attributes as text by keyword, and its bytes as they are now."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    data_set: bytes
    words: Mapping[str, str]


class DateStar(ValueError):
    """A `*` as a date, from somebody who calls that an error."""


class Memory:
    """The objects of one peer. One thread."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._kept: dict[str, Kept] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, kept: Kept) -> None:
        """Remember an object as the habits will have it: values coerced, elements dropped, or nothing at all."""
        if self._habits.forgets:
            return
        if self._habits.coerces or self._habits.drops:
            kept = _changed(kept, self._habits)
        self._kept[kept.sop_instance_uid] = kept
        while len(self._kept) > LAB_OBJECTS_MAX:
            del self._kept[next(iter(self._kept))]

    def by_uid(self, sop_instance_uid: str) -> Kept | None:
        return self._kept.get(sop_instance_uid)

    def search(self, keys: Mapping[str, str], level: str) -> Iterator[Mapping[str, str]]:
        """One answer for each patient, study, series or image that matches. Raises `DateStar`."""
        if self._habits.finds:
            yield {key: self._habits.finds.get(key, "") for key in keys if key not in _NOT_MATCHED}
            return
        told = set()
        for kept in self.matching(keys):
            words = self._words_of(kept)
            name = words.get(_LEVEL_KEY[level], "")
            if name not in told:
                told.add(name)
                yield {key: words.get(key, "") for key in keys if key not in _NOT_MATCHED}

    def matching(self, keys: Mapping[str, str]) -> list[Kept]:
        """The objects that match all keys. Raises `DateStar`."""
        if self._habits.is_blind:
            return []
        return [kept for kept in list(self._kept.values()) if self._matches(self._words_of(kept), keys)]

    def _words_of(self, kept: Kept) -> dict[str, str]:
        study = kept.words.get("StudyInstanceUID", "")
        of_study = [one.words for one in self._kept.values() if one.words.get("StudyInstanceUID", "") == study]
        modalities = sorted({words["Modality"] for words in of_study if words.get("Modality")})
        return dict(kept.words) | {
            "ModalitiesInStudy": "\\".join(modalities),
            "NumberOfStudyRelatedInstances": str(len(of_study)),
            "NumberOfStudyRelatedSeries": str(len({words.get("SeriesInstanceUID", "") for words in of_study})),
        }

    def _matches(self, words: Mapping[str, str], keys: Mapping[str, str]) -> bool:
        for key, wanted in keys.items():
            if not wanted or key in _NOT_MATCHED:
                continue
            if key in words:
                if not self._is_match(key, words[key], wanted):
                    return False
            elif not self._habits.ignores_unknown_keys:
                return False
        return True

    def _is_match(self, key: str, value: str, wanted: str) -> bool:
        if key in _DATES:
            if wanted == "*" and self._habits.date_star_fails:
                raise DateStar(f"{wanted!r} is no date")
            return _is_date(value, wanted)
        if wanted == "*" and not value:
            return not self._habits.excludes_by_star
        if key in _NAMES and self._habits.folds_names:
            value, wanted = value.upper(), wanted.upper()
        values = value.split("\\") if value else [""]
        return any(fnmatchcase(one, pattern.replace("[", "[[]")) for one in values for pattern in wanted.split("\\"))


def _is_date(value: str, wanted: str) -> bool:
    """A date, or a range of them, as eight digits (PS3.4 C.2.2.2.5)."""
    if "-" not in wanted:
        return value == wanted
    first, _, last = wanted.partition("-")
    return bool(value) and (first or "00000000") <= value <= (last or "99999999")


def read(data_set: bytes, transfer_syntax: str, sop_class_uid: str, sop_instance_uid: str) -> Kept:
    """An object as it came. Raises `UnreadableDataset` where it cannot be read."""
    from isocenter.lab.faults.objects import words_of

    return Kept(sop_class_uid, sop_instance_uid, transfer_syntax, data_set, words_of(data_set, transfer_syntax))


def _changed(kept: Kept, habits: Habits) -> Kept:
    from isocenter.lab.faults.objects import edited, words_of

    def edit(dataset: Dataset) -> None:
        for keyword, value in habits.coerces.items():
            setattr(dataset, keyword, value)
        for keyword in habits.drops:
            if keyword in dataset:
                delattr(dataset, keyword)

    data_set = edited(kept.data_set, kept.transfer_syntax, edit)
    return replace(kept, data_set=data_set, words=words_of(data_set, kept.transfer_syntax))

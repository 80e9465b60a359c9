"""What another node is asked: matching keys as a person types them, made into an identifier (PS3.4 C.4).

Keys go in as KEYWORD=VALUE, by keyword or tag; a `Question` goes out. Raises UsageError for a key that cannot be understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from isocenter.base.errors import LocalError, UsageError
from isocenter.standard.transfer_syntax import IMPLICIT_VR_LITTLE_ENDIAN


class At(StrEnum):
    """The levels of the Query/Retrieve model, as a person spells them."""

    PATIENT = "patient"
    STUDY = "study"
    SERIES = "series"
    IMAGE = "image"


class RootName(StrEnum):
    """The information models, as a person spells them."""

    STUDY = "study"
    PATIENT = "patient"
    PATIENT_STUDY_ONLY = "patient-study-only"


RETURNED = {
    At.PATIENT: ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "NumberOfPatientRelatedStudies"),
    At.STUDY: (
        "PatientName", "PatientID", "StudyDate", "StudyTime", "ModalitiesInStudy", "StudyDescription", "AccessionNumber",
        "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances", "StudyInstanceUID",
    ),
    At.SERIES: (
        "Modality", "SeriesNumber", "SeriesDescription", "BodyPartExamined", "NumberOfSeriesRelatedInstances", "StudyInstanceUID",
        "SeriesInstanceUID",
    ),
    At.IMAGE: ("InstanceNumber", "SOPClassUID", "Rows", "Columns", "NumberOfFrames", "SeriesInstanceUID", "SOPInstanceUID"),
}  # fmt: skip
"""What is asked for where the person does not say."""

UNIQUE = {At.PATIENT: 0x00100020, At.STUDY: 0x0020000D, At.SERIES: 0x0020000E, At.IMAGE: 0x00080018}
"""The unique key of each level (PS3.4 C.6.1.1 and C.6.2.1)."""

_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{8}")
_CLASSES = {
    (RootName.PATIENT, "find"): "1.2.840.10008.5.1.4.1.2.1.1",
    (RootName.PATIENT, "move"): "1.2.840.10008.5.1.4.1.2.1.2",
    (RootName.PATIENT, "get"): "1.2.840.10008.5.1.4.1.2.1.3",
    (RootName.STUDY, "find"): "1.2.840.10008.5.1.4.1.2.2.1",
    (RootName.STUDY, "move"): "1.2.840.10008.5.1.4.1.2.2.2",
    (RootName.STUDY, "get"): "1.2.840.10008.5.1.4.1.2.2.3",
    (RootName.PATIENT_STUDY_ONLY, "find"): "1.2.840.10008.5.1.4.1.2.3.1",
    (RootName.PATIENT_STUDY_ONLY, "move"): "1.2.840.10008.5.1.4.1.2.3.2",
    (RootName.PATIENT_STUDY_ONLY, "get"): "1.2.840.10008.5.1.4.1.2.3.3",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query: its level, its keys by tag (empty values are only asked for), and the tags in the order of their columns."""

    level: At
    root: RootName
    keys: dict[int, str]

    @property
    def unique_keys(self) -> list[int]:
        """Of its level and those above it, as far as the model has them; its own last."""
        levels = list(At)[self.root is RootName.STUDY : list(At).index(self.level) + 1]
        return [UNIQUE[level] for level in levels]

    def sop_class(self, operation: str) -> str:
        return _CLASSES[self.root, operation]

    def identifier(self, transfer_syntax: str) -> bytes:
        """The identifier's bytes; it declares UTF-8 where a key needs more than ASCII (PS3.5 6.1)."""
        from isocenter.dataset import identifier

        declared = "" if all(value.isascii() for value in self.keys.values()) else "ISO_IR 192"
        return identifier.encode({**self.keys, 0x00080052: self.level.name}, transfer_syntax, declared)


def question(level: At, root: RootName | None, keys: Sequence[str], *, returned: bool = True) -> Question:
    """The query that the keys mean. Without `returned` only what was typed is asked for, as a retrieval needs it."""
    found = dict.fromkeys(map(tag_of, RETURNED[level]), "") if returned else {}
    for text in keys:
        keyword, _, value = text.partition("=")
        found[tag_of(keyword.strip())] = value
    if root is None:
        root = RootName.PATIENT if level is At.PATIENT else RootName.STUDY
    if level is At.PATIENT and root is RootName.STUDY:
        raise UsageError("The Study Root has no patient level; use --root patient.")
    asked = Question(level, root, found)
    try:
        asked.identifier(IMPLICIT_VR_LITTLE_ENDIAN)
    except LocalError as error:
        raise UsageError(f"{error}.") from error
    return asked


def tag_of(text: str) -> int:
    """The tag that a keyword such as PatientName, or a tag such as 0010,0010, means. Raises UsageError."""
    digits = text.strip("()").replace(",", "")
    if _HEXADECIMAL.fullmatch(digits):
        return int(digits, 16)
    from pydicom.datadict import tag_for_keyword

    number = tag_for_keyword(text) if text else None
    if number is None:
        raise UsageError(f"{text!r} is neither a keyword such as PatientName nor a tag such as 0010,0010.")
    return int(number)


def keyword_of(tag: int) -> str:
    """The keyword of a tag, or the tag itself as eight digits."""
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag) or f"{tag:08X}"

"""Which classes and transfer syntaxes matter to a role: what the matrix of `contexts_step` proposes.

Comes in: a role, and the class that the device will send. Goes out: pairs of class and syntax, what this role cannot do without
first. UIDs are those of PS3.6 Table A-1.
"""

from __future__ import annotations

from collections.abc import Iterator
from re import fullmatch

from isocenter.base.limits import UID_BYTES_MAX
from isocenter.model.checkup import Role
from isocenter.standard import sop_class as classes
from isocenter.standard import transfer_syntax as syntaxes

PLAIN = (syntaxes.IMPLICIT_VR_LITTLE_ENDIAN, syntaxes.EXPLICIT_VR_LITTLE_ENDIAN)
COMPRESSED = (
    syntaxes.JPEG_2000_LOSSLESS,
    syntaxes.JPEG_LOSSLESS_FIRST_ORDER,
    syntaxes.JPEG_BASELINE,
    syntaxes.RLE_LOSSLESS,
    syntaxes.JPEG_LS_LOSSLESS,
    syntaxes.JPEG_2000,
    syntaxes.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    syntaxes.EXPLICIT_VR_BIG_ENDIAN,
)
"""Beside the plain ones, the likeliest first."""

_STORED = "1.2.840.10008.5.1.4.1.1"
IMAGES = (
    classes.CT_IMAGE,
    classes.MR_IMAGE,
    classes.COMPUTED_RADIOGRAPHY_IMAGE,
    f"{_STORED}.1.1",
    f"{_STORED}.1.2",
    classes.ULTRASOUND_IMAGE,
    f"{_STORED}.3.1",
    classes.SECONDARY_CAPTURE_IMAGE,
    f"{_STORED}.12.1",
    f"{_STORED}.12.2",
    f"{_STORED}.20",
    f"{_STORED}.128",
    f"{_STORED}.2.1",
    f"{_STORED}.4.1",
    f"{_STORED}.77.1.4",
)
"""CT, MR, CR, DX, MG, US and its clips, SC, XA, RF, NM, PT, enhanced CT and MR, photographs."""
DOCUMENTS = (
    f"{_STORED}.88.11",
    f"{_STORED}.88.22",
    f"{_STORED}.88.33",
    f"{_STORED}.88.59",
    f"{_STORED}.88.67",
    f"{_STORED}.11.1",
    f"{_STORED}.104.1",
    f"{_STORED}.481.2",
    f"{_STORED}.481.3",
    f"{_STORED}.481.5",
    f"{_STORED}.66.4",
)
"""Reports, key objects, dose reports, presentation states, PDF, radiotherapy, segmentations."""
FINDING = (classes.STUDY_ROOT_FIND, classes.PATIENT_ROOT_FIND, classes.PATIENT_STUDY_ONLY_FIND)
RETRIEVING = (
    classes.STUDY_ROOT_MOVE,
    classes.STUDY_ROOT_GET,
    classes.PATIENT_ROOT_MOVE,
    classes.PATIENT_ROOT_GET,
    classes.PATIENT_STUDY_ONLY_MOVE,
    classes.PATIENT_STUDY_ONLY_GET,
)
OTHER_SERVICES = (
    classes.STORAGE_COMMITMENT_PUSH,
    classes.MODALITY_WORKLIST_FIND,
    classes.MODALITY_PERFORMED_PROCEDURE_STEP,
)
PRINTER = "1.2.840.10008.5.1.1.16"
PRESENTATION_LUT = "1.2.840.10008.5.1.1.23"
PRINTING = (classes.BASIC_GRAYSCALE_PRINT_MANAGEMENT, classes.BASIC_COLOR_PRINT_MANAGEMENT, PRINTER, PRESENTATION_LUT)


def pairs(role: Role, storage_class_uid: str) -> list[tuple[str, str]]:
    """Every class in every syntax that is to be proposed, none twice; what the role cannot do without comes first."""
    return list(dict.fromkeys(_pairs(role, storage_class_uid)))


def _pairs(role: Role, sent: str) -> Iterator[tuple[str, str]]:
    yield from _each((classes.VERIFICATION,), PLAIN)
    if role is Role.PRINTER:
        yield from _each(PRINTING, PLAIN)
    elif role is Role.MODALITY:
        yield from _each((classes.STORAGE_COMMITMENT_PUSH,), PLAIN)
    else:
        if role is Role.ARCHIVE:
            yield from _each((*FINDING, *RETRIEVING, *OTHER_SERVICES), PLAIN)
        yield from _each((sent,), (*PLAIN, *COMPRESSED))
        yield from _each(IMAGES, (*PLAIN, *COMPRESSED))
        yield from _each(DOCUMENTS, PLAIN)


def _each(uids: tuple[str, ...], in_syntaxes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((uid, syntax) for uid in uids for syntax in in_syntaxes)


_MODALITIES = {
    "CT": classes.CT_IMAGE,
    "MR": classes.MR_IMAGE,
    "CR": classes.COMPUTED_RADIOGRAPHY_IMAGE,
    "SC": classes.SECONDARY_CAPTURE_IMAGE,
    "OT": classes.SECONDARY_CAPTURE_IMAGE,
    "US": classes.ULTRASOUND_IMAGE,
    "DX": f"{_STORED}.1.1", "PX": f"{_STORED}.1.1", "MG": f"{_STORED}.1.2", "IO": f"{_STORED}.1.3",
    "XA": f"{_STORED}.12.1", "RF": f"{_STORED}.12.2", "NM": f"{_STORED}.20", "PT": f"{_STORED}.128",
    "SR": f"{_STORED}.88.33", "KO": f"{_STORED}.88.59", "PR": f"{_STORED}.11.1",
    "PDF": f"{_STORED}.104.1", "DOC": f"{_STORED}.104.1",
    "RTSTRUCT": f"{_STORED}.481.3", "RTDOSE": f"{_STORED}.481.2", "RTPLAN": f"{_STORED}.481.5",
    "SEG": f"{_STORED}.66.4", "XC": f"{_STORED}.77.1.4", "ES": f"{_STORED}.77.1.1",
}  # fmt: skip


def class_of(word: str) -> str:
    """The class that a modality sends as a rule, or the UID itself; empty for what is neither."""
    if found := _MODALITIES.get(word.strip().upper()):
        return found
    return word if fullmatch(r"[0-2](\.(0|[1-9][0-9]*))+", word) and len(word) <= UID_BYTES_MAX else ""

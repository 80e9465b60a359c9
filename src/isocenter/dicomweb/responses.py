"""Answers in the DICOM JSON Model: the results of a search, and what became of what was stored (PS3.18 10.6.3, Annex I, Annex F).

Decoded texts by keyword, as the catalogue gives them, come in; the bytes of one JSON object go out. A value that is not what its VR
says goes out as text (PS3.18 F.2.3), so that one odd value never hides its result. Nothing is collected: one object at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from isocenter.base.limits import PROBLEM_CHARACTERS_MAX
from isocenter.dataset.value_text import NUMBER_FORMATS, SINGLE_TEXT_VRS, vr_of
from isocenter.dicomweb.queries import INSTANCE_AVAILABILITY, RETRIEVE_URL, WRITTEN
from isocenter.dicomweb.resources import path_of
from isocenter.dicomweb.value_json import name_json, number_json
from isocenter.model.attributes import Level
from isocenter.model.records import Conflict, Duplicate, Full, Mismatch, Stored, StoreResult, Unreadable
from isocenter.standard import status

ONLINE = "ONLINE"
"""Everything that the index knows is on a disk of ours (PS3.4 C.4.1.1.3.2)."""

_NUMBER_VRS = frozenset({"IS", "DS", *NUMBER_FORMATS})

_encode = json.JSONEncoder(ensure_ascii=False).encode


def _text_json(text: str) -> str:
    return _encode(text)


def _value_json(vr: str) -> Callable[[str], str]:
    if vr == "PN":
        return name_json
    return number_json if vr in _NUMBER_VRS else _text_json


class ResultWriter:
    """Writes the results of one search as JSON objects.

    `returned` are (tag, name in the catalogue's answer or ""), as a question to the catalogue gives them; attributes without a name
    are not known here and are left out. `base_url` is that of the service, without a slash at its end.
    """

    def __init__(self, returned: Sequence[tuple[int, str]], level: Level, base_url: str) -> None:
        self._level = level
        self._base_url = base_url
        named = {tag: name for tag, name in returned if name and tag not in WRITTEN}
        before = [tag for tag in named if tag < INSTANCE_AVAILABILITY]
        between = [tag for tag in named if INSTANCE_AVAILABILITY < tag < RETRIEVE_URL]
        after = [tag for tag in named if tag > RETRIEVE_URL]
        self._runs = [[_element(tag, named[tag]) for tag in sorted(tags)] for tags in (before, between, after)]

    def write(self, answer: Mapping[str, str]) -> bytes:
        """One result; the answer holds the unique keys down to the level of the search."""
        before, between, after = self._runs
        pieces = [_written(element, answer[element[0]]) for element in before]
        pieces.append(_AVAILABILITY)
        pieces += [_written(element, answer[element[0]]) for element in between]
        pieces.append(f'"{RETRIEVE_URL:08X}":{{"vr":"UR","Value":[{_encode(self._base_url + self._path(answer))}]}}')
        pieces += [_written(element, answer[element[0]]) for element in after]
        # Half a surrogate pair, which no UTF-8 can hold, must not end the answer.
        return f"{{{','.join(pieces)}}}".encode("utf-8", "replace")

    def _path(self, answer: Mapping[str, str]) -> str:
        series = answer["SeriesInstanceUID"] if self._level >= Level.SERIES else ""
        instance = answer["SOPInstanceUID"] if self._level >= Level.IMAGE else ""
        return path_of(answer["StudyInstanceUID"], series, instance)


_Element = tuple[str, str, Callable[[str], str], bool]
_AVAILABILITY = f'"{INSTANCE_AVAILABILITY:08X}":{{"vr":"CS","Value":["{ONLINE}"]}}'


def _element(tag: int, name: str) -> _Element:
    vr = vr_of(tag)
    return name, f'"{tag:08X}":{{"vr":"{vr}"', _value_json(vr), vr in SINGLE_TEXT_VRS


def _written(element: _Element, text: str) -> str:
    _, head, value, single = element
    if not text:
        return head + "}"
    if single or "\\" not in text:
        return f'{head},"Value":[{value(text)}]}}'
    # An empty one among several values is null (PS3.18 F.2.5).
    return f'{head},"Value":[{",".join([value(part) if part else "null" for part in text.split(chr(92))])}]}}'


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One instance that is durable. `warning` is a Warning Reason (0008,1196), 0 for none, and `text` says why.

    `path` is empty where it cannot be retrieved: it is kept beside the archive.
    """

    sop_class_uid: str
    sop_instance_uid: str
    path: str
    warning: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class FailedItem:
    """One part that was not stored. `reason` is a Failure Reason (0008,1197); UIDs are empty where it never said them."""

    reason: int
    text: str
    sop_class_uid: str = ""
    sop_instance_uid: str = ""


MISSING_KEYS = status.CANNOT_UNDERSTAND + 2
"""Of the range C000 to CFFF, as C-STORE has it: the data set lacks what it is filed by."""

TRANSFER_SYNTAX_UNKNOWN = 0xC122
"""Referenced Transfer Syntax not supported (PS3.18 Table I.2-2)."""

REASONS: tuple[tuple[str, int], ...] = (
    ("The disk is full or has failed", status.OUT_OF_RESOURCES),
    (
        "The part belongs to another study than the path names, or names itself otherwise than its data set",
        status.DATA_SET_MISMATCH,
    ),
    ("The part cannot be read as a DICOM instance, or its bulk data did not come", status.CANNOT_UNDERSTAND),
    ("An identifier that instances are filed by is missing", MISSING_KEYS),
    ("The transfer syntax is none that is stored here", TRANSFER_SYNTAX_UNKNOWN),
    ("The SOP class is none that is stored here", status.SOP_CLASS_NOT_SUPPORTED),
    ("The archive failed; its log says why", status.PROCESSING_FAILURE),
)
"""What may happen to one part of a store request, and its Failure Reason (PS3.18 Table I.2-2), for the conformance statement."""


def failed(result: StoreResult, sop_class_uid: str = "", sop_instance_uid: str = "") -> FailedItem | None:
    """What the archive's word for a refused instance is called here; None where it is durable."""
    match result:
        case Stored() | Duplicate() | Conflict():
            return None
        case Full(reason):
            return FailedItem(status.OUT_OF_RESOURCES, reason, sop_class_uid, sop_instance_uid)
        case Mismatch(reason):
            return FailedItem(status.DATA_SET_MISMATCH, reason, sop_class_uid, sop_instance_uid)
        case Unreadable(reason, missing):
            return FailedItem(MISSING_KEYS if missing else status.CANNOT_UNDERSTAND, reason, sop_class_uid, sop_instance_uid)


def store_status(stored: Sequence[StoredItem], refused: Sequence[FailedItem]) -> int:
    """The HTTP status of a store request (PS3.18 10.5.3): 200 all, 202 some or with a warning, 409 none, 507 none, no space."""
    if stored:
        return 202 if refused or any(item.warning for item in stored) else 200
    return 507 if refused and all(item.reason == status.OUT_OF_RESOURCES for item in refused) else 409


def store_response(base_url: str, study: str, stored: Sequence[StoredItem], refused: Sequence[FailedItem]) -> bytes:
    """The Store Instances Response Module (PS3.18 Table I.1-1), with an Error Comment (0000,0902) for each refusal.

    `study` is the study that all of them belong to, or empty where there are several.
    """
    module: dict[str, object] = {"00081190": _json("UR", base_url + path_of(study) if study else "")}
    known = [item for item in refused if item.sop_instance_uid]
    others = [item for item in refused if not item.sop_instance_uid]
    if known:
        module["00081198"] = {"vr": "SQ", "Value": [_references(item) | _reason(item) for item in known]}
    if stored:
        module["00081199"] = {"vr": "SQ", "Value": [_references(item) | _location(base_url, item) for item in stored]}
    if others:
        module["0008119A"] = {"vr": "SQ", "Value": [_reason(item) for item in others]}
    return json.dumps(module, ensure_ascii=False).encode("utf-8", "replace")


def _json(vr: str, value: object) -> dict[str, object]:
    return {"vr": vr, "Value": [value]} if value != "" else {"vr": vr}


def _references(item: StoredItem | FailedItem) -> dict[str, object]:
    return {"00081150": _json("UI", item.sop_class_uid), "00081155": _json("UI", item.sop_instance_uid)}


def _location(base_url: str, item: StoredItem) -> dict[str, object]:
    warning: dict[str, object] = {"00000902": _json("LO", item.text), "00081196": _json("US", item.warning)} if item.warning else {}
    return warning | {"00081190": _json("UR", base_url + item.path if item.path else "")}


def _reason(item: FailedItem) -> dict[str, object]:
    # Longer than an LO may be where it has to: a reason that is cut in its middle explains nothing.
    return {"00000902": _json("LO", item.text[:PROBLEM_CHARACTERS_MAX]), "00081197": _json("US", item.reason)}

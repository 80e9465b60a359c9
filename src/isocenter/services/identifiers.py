"""Identifiers of requests and of responses: from their bytes to what was asked, from what is answered to its bytes.

The transfer syntax of the presentation context and the character set of the request decide how (PS3.4 C.4.1.1.3). A request that
declares no character set is read in its node's; an answer is written in the request's single-byte set where all of its
values can be, else in UTF-8. Which keys mean what is not known here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pydicom import Dataset
from pydicom.dataelem import DataElement
from pydicom.multival import MultiValue

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.log import PATIENTS
from isocenter.dataset.character_set import choose
from isocenter.dataset.identifier import decode, encode
from isocenter.dimse.exchange import Request
from isocenter.model.attributes import SPECIFIC_CHARACTER_SET
from isocenter.model.ports import Answer
from isocenter.services.keys import Asked
from isocenter.services.responses import Refusal
from isocenter.standard import status

log = logging.getLogger("isocenter.services")
_patients = logging.getLogger(PATIENTS)


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a request asked: its elements in tag order, and the character set that it, or else its node, declares."""

    elements: tuple[Asked, ...]
    character_set: str


def read(request: Request) -> Identifier:
    """The identifier of a request; raises `Refusal` where it has none that can be read."""
    if not request.identifier:
        raise Refusal("the request came without an identifier", status=status.DATA_SET_MISMATCH)
    node = request.caller.node
    default = node.character_set if node is not None else ""
    try:
        dataset = decode(request.identifier, request.context.transfer_syntax, default)
    except UnreadableDataset as error:
        raise Refusal(f"the identifier: {error}", status=status.DATA_SET_MISMATCH) from None
    if _patients.isEnabledFor(logging.INFO):
        asked = ", ".join(f"{element.keyword or element.tag}={text}" for element in dataset if (text := _text(element)))
        _patients.info("%s (%s) asks for %s", request.caller.ae_title, request.caller.address, asked)
    declared = _text(dataset[SPECIFIC_CHARACTER_SET]) if SPECIFIC_CHARACTER_SET in dataset else ""
    return Identifier(tuple([_asked(element) for element in dataset]), declared or default)


def _asked(element: DataElement) -> Asked:
    tag = int(element.tag)
    if element.VR == "SQ":
        return Asked(tag, matches_inside=any(_has_value(item) for item in element.value or ()))
    return Asked(tag, _text(element))


def _has_value(item: Dataset) -> bool:
    return any(_has_value(inner) for element in item if element.VR == "SQ" for inner in element.value or ()) or any(
        _text(element).strip(" \0*\\") for element in item if element.VR != "SQ"
    )


def _text(element: DataElement) -> str:
    value = element.value
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, MultiValue | list | tuple):
        return "\\".join(map(str, value))
    return str(value)


def encode_uids(tag: int, uids: Sequence[str], transfer_syntax: str) -> bytes:
    """An identifier with one list of UIDs, such as Failed SOP Instance UID List (0008,0058)."""
    return encode({tag: "\\".join(uids)}, transfer_syntax)


class AnswerWriter:
    """Writes the answers to one query.

    `returned` are (tag, name in the catalogue's answer or ""), `fixed` the texts by tag that every answer repeats. Each answer
    declares the character set that it is written in where it is not ASCII or the request declared one, and always where
    `always_declares`.
    """

    def __init__(
        self,
        returned: Sequence[tuple[int, str]],
        fixed: dict[int, str],
        *,
        transfer_syntax: str,
        character_set: str,
        always_declares: bool,
    ) -> None:
        self._names = [(tag, name) for tag, name in returned if name]
        self._always = {tag: "" for tag, _ in returned} | fixed | ({SPECIFIC_CHARACTER_SET: ""} if always_declares else {})
        self._transfer_syntax = transfer_syntax
        self._character_set = character_set

    def write(self, answer: Answer) -> bytes:
        """One match as an identifier."""
        values = self._always.copy()
        for tag, name in self._names:
            values[tag] = answer[name]
        declared, _ = choose(self._character_set, values.values())
        try:
            return encode(values, self._transfer_syntax, declared)
        except LocalError:
            return encode(self._writable(values, declared), self._transfer_syntax, declared)

    def _writable(self, values: dict[int, str], declared: str) -> dict[int, str]:
        """The same without the values that are not what their VR says, as devices send them: one must not hide its match."""
        writable = {}
        for tag, text in values.items():
            try:
                encode({tag: text}, self._transfer_syntax, declared)
                writable[tag] = text
            except LocalError as error:
                writable[tag] = ""
                log.warning("a value is left out of an answer: %s", type(error).__name__)
        return writable

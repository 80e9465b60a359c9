"""Identifiers of DIMSE messages: the small data sets that are read and written whole (PS3.7 9.1, PS3.5 7).

Comes in: answers as text by keyword or tag, or the bytes of an identifier. Goes out: bytes in any of the uncompressed transfer
syntaxes, or a pydicom `Dataset`. Writing is on the path of every match of a query. Reading is bounded in bytes, elements and
depth (see `identifier_reader`), and what is malformed is an `UnreadableDataset`, nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final

from pydicom import Dataset
from pydicom.datadict import tag_for_keyword

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import IDENTIFIER_BYTES_MAX, TAGS_CACHED_MAX
from isocenter.dataset import character_set, identifier_reader
from isocenter.dataset.character_set import CharacterSet
from isocenter.dataset.deflated import deflated, inflated
from isocenter.dataset.skim import ITEM, LONG_VRS, named
from isocenter.dataset.value_text import CHARACTER_SET_VRS, NUMBER_FORMATS, vr_of
from isocenter.standard import transfer_syntax as syntaxes

Value = str | Sequence[Mapping[str, "Value"] | Mapping[int, "Value"]]
"""Text, several values separated by backslashes; or, for a sequence, its items."""

Answers = Mapping[str, Value] | Mapping[int, Value]

SPECIFIC_CHARACTER_SET: Final = 0x00080005
_SHORT_LENGTH_MAX: Final = 0xFFFE
_IMPLICIT, _EXPLICIT, _BIG = range(3)
_TEXT, _LATIN, _UID, _NUMBERS, _TAGS, _SEQUENCE, _BYTES = range(7)
_ITEM: Final = {_IMPLICIT: "<HHI", _EXPLICIT: "<HHI", _BIG: ">HHI"}
_LONG_LENGTH: Final = {_IMPLICIT: struct.Struct("<I"), _EXPLICIT: struct.Struct("<I"), _BIG: struct.Struct(">I")}
_SHORT_LENGTH: Final = {_EXPLICIT: struct.Struct("<H"), _BIG: struct.Struct(">H")}


@lru_cache(maxsize=TAGS_CACHED_MAX)
def _plan(key: str | int, mode: int) -> tuple[int, int, bytes, bool]:
    """How an element is written: its tag, the kind of its value, what comes before its length, and whether that has 16 bits."""
    tag = tag_for_keyword(key) if isinstance(key, str) else key
    if tag is None:
        raise LocalError(f"{key!r} is no keyword of the data dictionary")
    if tag >> 16 == ITEM >> 16:
        raise LocalError(f"{named(tag)} is no element, but an item or delimiter")
    vr = vr_of(tag)
    if vr == "SQ":
        kind = _SEQUENCE
    elif vr in CHARACTER_SET_VRS or vr == "UN":
        kind = _TEXT
    elif vr in NUMBER_FORMATS:
        kind = _NUMBERS
    else:
        kind = {"UI": _UID, "AT": _TAGS, "OB": _BYTES, "OW": _BYTES}.get(vr, _LATIN)
    start = struct.pack(_ITEM[mode][:-1], tag >> 16, tag & 0xFFFF)
    if mode == _IMPLICIT:
        return tag, kind, start, False
    long = vr.encode("ascii") in LONG_VRS
    return tag, kind, start + vr.encode("ascii") + (b"\0\0" if long else b""), not long


def encode(answers: Answers, transfer_syntax: str, character_set_declared: str = "") -> bytes:
    """An identifier with these elements, in ascending order.

    Texts of the VRs that have one are written in `character_set_declared`, which then is an element too; take it from
    `character_set.choose`. Binary numbers come as digits, tags as `(0010,0020)` or `00100020`. A value too long for the 16-bit
    length of its VR is written as UN (PS3.5 6.2.2). Raises LocalError for an unknown keyword, for a number that is none or does not
    fit, and for a character that the character set does not have.
    """
    syntax = syntaxes.of(transfer_syntax)
    mode = _BIG if not syntax.little_endian else _EXPLICIT if syntax.explicit_vr else _IMPLICIT
    body = _encode_elements(answers, mode, character_set.of(character_set_declared), character_set_declared)
    if not syntax.deflated:
        return body
    return deflated(body)


def _encode_elements(answers: Answers, mode: int, charset: CharacterSet, declared: str) -> bytes:
    rows: list[tuple[int, bytes]] = []
    for key, text in answers.items():
        tag, kind, start, short = _plan(key, mode)
        if tag == SPECIFIC_CHARACTER_SET and declared:
            continue
        rows.append((tag, _element(tag, kind, start, short, text, mode, charset)))
    if declared:
        tag, kind, start, short = _plan(SPECIFIC_CHARACTER_SET, mode)
        rows.append((tag, _element(tag, kind, start, short, declared, mode, charset)))
    rows.sort(key=itemgetter(0))
    return b"".join([row[1] for row in rows])


def _element(tag: int, kind: int, start: bytes, short: bool, text: Value, mode: int, charset: CharacterSet) -> bytes:
    pad = b" "
    if not text:
        value = b""
    elif not isinstance(text, str):
        if kind != _SEQUENCE:
            raise LocalError(f"{named(tag)} is no sequence, and cannot have items")
        value = _items(text, mode, charset)
    elif kind == _TEXT:
        value = text.encode("ascii") if text.isascii() else charset.encode(text)
    elif kind == _LATIN:
        value = text.encode("latin-1", "replace")
    elif kind == _UID:
        value, pad = text.encode("latin-1", "replace"), b"\0"
    elif kind == _NUMBERS:
        value = _numbers(tag, text, mode)
    elif kind == _TAGS:
        value = _tags(tag, text, mode)
    else:
        raise LocalError(f"{named(tag)} cannot be written from the text {text!r}")
    length = len(value)
    if length & 1:
        value += pad
        length += 1
    if not short:
        return start + _LONG_LENGTH[mode].pack(length) + value
    if length > _SHORT_LENGTH_MAX:
        return start[:4] + b"UN\0\0" + _LONG_LENGTH[mode].pack(length) + value
    return start + _SHORT_LENGTH[mode].pack(length) + value


def _items(items: Sequence[Answers], mode: int, charset: CharacterSet) -> bytes:
    contents = [_encode_elements(item, mode, charset, "") for item in items]
    return b"".join([struct.pack(_ITEM[mode], 0xFFFE, 0xE000, len(content)) + content for content in contents])


def _numbers(tag: int, text: str, mode: int) -> bytes:
    code = NUMBER_FORMATS[vr_of(tag)]
    order = ">" if mode == _BIG else "<"
    try:
        values = [float(part) if code in "fd" else int(part) for part in text.split("\\")]
        return struct.pack(f"{order}{len(values)}{code}", *values)
    except (ValueError, OverflowError, struct.error) as error:
        raise LocalError(f"{named(tag)} cannot be written from the text {text!r}: {error}") from error


def _tags(tag: int, text: str, mode: int) -> bytes:
    try:
        values = [int(part.strip("() ").replace(",", ""), 16) for part in text.split("\\")]
        halves = [half for value in values for half in (value >> 16, value & 0xFFFF)]
        return struct.pack(f"{'>' if mode == _BIG else '<'}{len(halves)}H", *halves)
    except (ValueError, struct.error) as error:
        raise LocalError(f"{named(tag)} cannot be written from the text {text!r}: {error}") from error


def decode(data: bytes | bytearray | memoryview, transfer_syntax: str, undeclared: str = "") -> Dataset:
    """An identifier as a pydicom data set, all its values converted and its texts decoded.

    `undeclared` is the character set of texts where the identifier declares none.

    Text of a number VR that is no number (a wild card, say) stays text. A data set that is plainly explicit where its syntax is
    implicit, or the reverse, is read as what it is. Raises UnreadableDataset with tag and offset for bytes over
    `IDENTIFIER_BYTES_MAX`, elements over `IDENTIFIER_ELEMENTS_MAX`, depth over `SEQUENCE_DEPTH_MAX`, and anything malformed.
    """
    whole = bytes(data)
    if len(whole) > IDENTIFIER_BYTES_MAX:
        raise UnreadableDataset(f"the identifier has {len(whole)} bytes, more than the {IDENTIFIER_BYTES_MAX} allowed")
    syntax = syntaxes.of(transfer_syntax)
    if syntax.deflated and whole:
        whole = inflated(whole, IDENTIFIER_BYTES_MAX, "identifier")
    return identifier_reader.read(whole, little_endian=syntax.little_endian, explicit_vr=syntax.explicit_vr, undeclared=undeclared)

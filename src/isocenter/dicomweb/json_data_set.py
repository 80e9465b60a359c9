"""From the DICOM JSON Model to a data set in Explicit VR Little Endian (PS3.18 F.2, 10.5.2; PS3.5 7.1.2).

The metadata of a store request comes in as JSON; pieces go out for each instance, encoded bytes and the holes between them that
bulk data will fill. `Problem` 400 for what is no JSON of such objects, `UnreadableDataset` with the tag for an instance that cannot
be written. Numbers in text keep the digits that were sent. No address that a client names is ever fetched: bulk data comes in the
same request or not at all.
"""

from __future__ import annotations

import json
import re
import struct
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import SEQUENCE_DEPTH_MAX
from isocenter.dataset.skim import LONG_VRS, SHORT_VRS, named
from isocenter.dataset.value_text import CHARACTER_SET_VRS, NUMBER_FORMATS, SINGLE_TEXT_VRS, TEXT_VRS
from isocenter.dicomweb.problems import Problem, quoted

SPECIFIC_CHARACTER_SET: Final = 0x00080005
UTF_8: Final = b"ISO_IR 192"
SHORT_VALUE_BYTES_MAX: Final = 0xFFFE
LONG_VALUE_BYTES_MAX: Final = 0xFFFFFFFE

_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")
_DECIMAL_STRING_CHARACTERS = 16
_FLOATS = frozenset({"FL", "FD"})
_VRS = {vr.decode() for vr in LONG_VRS | SHORT_VRS}
_LONG = {vr.decode() for vr in LONG_VRS}
_SOURCES = ("Value", "InlineBinary", "BulkDataURI")
_GROUPS_OF_NAMES = ("Alphabetic", "Ideographic", "Phonetic")
_ITEM = struct.Struct("<HHI")


class _Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Hole:
    """An element of the top level whose value is elsewhere; `uri` is what the metadata calls it."""

    tag: int
    vr: str
    uri: str


def instances(content: bytes) -> list[Mapping[str, Any]]:
    """The instances of the metadata part: an array of objects, or one object. Raises `Problem` 400."""
    try:
        found = json.loads(content, parse_float=_Number, parse_int=_Number, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Problem(400, f"the metadata is not JSON: {why}") from None
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Problem(400, "the metadata is no array of JSON objects, one for each instance (PS3.18 F.2.1)")
    if not found:
        raise Problem(400, "the metadata holds no instance")
    return found


def text(instance: Mapping[str, Any], tag: int) -> str:
    """The first value of an element of the top level, where it is text or a number; empty where it is not."""
    element = instance.get(f"{tag:08X}")
    values = element.get("Value") if isinstance(element, dict) else None
    return values[0].strip(" \0") if isinstance(values, list) and values and isinstance(values[0], str) else ""


def addresses(instance: Mapping[str, Any]) -> list[str]:
    """The addresses of all bulk data of an instance, inside sequences too, in no order. Raises UnreadableDataset."""
    writer = _Writer(lambda _uri: b"")
    writer.pieces(instance)
    return writer.addresses


def encoded(instance: Mapping[str, Any], bulk: Callable[[str], bytes]) -> list[bytes | Hole]:
    """The data set in pieces; `bulk` gives what an address inside a sequence stands for. Raises UnreadableDataset."""
    return _Writer(bulk).pieces(instance)


def element_header(tag: int, vr: str, length: int) -> bytes:
    """What stands before a value; 0xFFFFFFFF is an undefined length. Raises UnreadableDataset for a length that the VR forbids."""
    start = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode("ascii"))
    if vr in _LONG:
        if length > LONG_VALUE_BYTES_MAX and length != LONG_VALUE_BYTES_MAX + 1:
            raise _wrong(tag, f"has {length} bytes, more than a length of 32 bits can say")
        return start + struct.pack("<HI", 0, length)
    if length > SHORT_VALUE_BYTES_MAX:
        raise _wrong(tag, f"has {length} bytes, more than the VR {vr} allows")
    return start + struct.pack("<H", length)


class _Writer:
    """Writes one instance, with the values of its sequences."""

    def __init__(self, bulk: Callable[[str], bytes]) -> None:
        self._bulk = bulk
        self._is_wide = False
        self.addresses: list[str] = []

    def pieces(self, instance: Mapping[str, Any]) -> list[bytes | Hole]:
        pieces: list[bytes | Hole] = []
        run: list[bytes] = []
        for _, element in self._elements(instance, 0):
            if isinstance(element, bytes):
                run.append(element)
                continue
            pieces += [b"".join(run), element]
            run.clear()
        return [*pieces, b"".join(run)]

    def _elements(self, instance: Mapping[str, Any], depth: int) -> list[tuple[int, bytes | Hole]]:
        """The elements in the order of their tags. JSON is UTF-8, and so is what is written (PS3.18 F.2)."""
        if depth > SEQUENCE_DEPTH_MAX:
            raise UnreadableDataset(f"sequences are nested deeper than {SEQUENCE_DEPTH_MAX} levels")
        found: dict[int, bytes | Hole] = {}
        around, self._is_wide = self._is_wide, False
        for key, element in instance.items():
            if _TAG.fullmatch(key) is None:
                raise UnreadableDataset(f"{quoted(key)} is not a tag of eight hexadecimal digits")
            tag = int(key, 16)
            if tag in found:
                raise _wrong(tag, "is there twice")
            if tag >> 16 in (0x0000, 0x0002) or tag & 0xFFFF == 0:
                continue
            if tag >> 16 == 0xFFFE:
                raise _wrong(tag, "is no element")
            found[tag] = self._element(tag, element, depth)
        if SPECIFIC_CHARACTER_SET in found or self._is_wide:
            found[SPECIFIC_CHARACTER_SET] = element_header(SPECIFIC_CHARACTER_SET, "CS", len(UTF_8)) + UTF_8
        self._is_wide = around
        return [(tag, found[tag]) for tag in sorted(found)]

    def _element(self, tag: int, element: Any, depth: int) -> bytes | Hole:
        vr = element.get("vr") if isinstance(element, dict) else None
        if not isinstance(vr, str) or vr not in _VRS:
            raise _wrong(tag, "has no VR that PS3.5 6.2 knows")
        given = [name for name in _SOURCES if name in element]
        if len(given) > 1:
            raise _wrong(tag, f"has {' and '.join(given)}, of which one is allowed")
        if not given:
            return element_header(tag, vr, 0)
        content = element[given[0]]
        if given[0] == "BulkDataURI":
            content = content[0] if isinstance(content, list) and len(content) == 1 else content
            if not isinstance(content, str) or isinstance(content, _Number):
                raise _wrong(tag, "has a BulkDataURI that is no text")
            self.addresses.append(content)
            if depth == 0:
                return Hole(tag, vr, content)
            value = _even(self._bulk(content))
        elif given[0] == "InlineBinary":
            value = _even(_inline(tag, content))
        else:
            value = self._value(tag, vr, content, depth)
        return element_header(tag, vr, len(value)) + value

    def _value(self, tag: int, vr: str, values: Any, depth: int) -> bytes:
        if not isinstance(values, list):
            raise _wrong(tag, "has a Value that is no array")
        if vr == "SQ":
            return b"".join([self._item(tag, item, depth) for item in values])
        if vr in NUMBER_FORMATS:
            return b"".join([_packed(tag, vr, value) for value in values if value is not None])
        if vr == "AT":
            return b"".join([_tag_value(tag, value) for value in values if value is not None])
        if vr not in TEXT_VRS:
            raise _wrong(tag, f"has the VR {vr}, whose value is InlineBinary or BulkDataURI")
        if vr in SINGLE_TEXT_VRS and len(values) > 1:
            raise _wrong(tag, f"has {len(values)} values, of which the VR {vr} allows one")
        joined = "\\".join([_text_value(tag, vr, value) for value in values])
        self._is_wide = self._is_wide or not joined.isascii()
        try:
            written = joined.encode("utf-8" if vr in CHARACTER_SET_VRS else "ascii")
        except UnicodeEncodeError:
            raise _wrong(tag, f"has a character that the VR {vr} cannot hold") from None
        return _even(written, b"\0" if vr == "UI" else b" ")

    def _item(self, tag: int, item: Any, depth: int) -> bytes:
        if item is not None and not isinstance(item, dict):
            raise _wrong(tag, "has an item that is no object")
        content = b"".join([piece for _, piece in self._elements(item or {}, depth + 1) if isinstance(piece, bytes)])
        if len(content) > LONG_VALUE_BYTES_MAX:
            raise _wrong(tag, "has an item that is too long")
        return _ITEM.pack(0xFFFE, 0xE000, len(content)) + content


def _text_value(tag: int, vr: str, value: Any) -> str:
    if value is None:
        return ""
    if vr == "PN" and isinstance(value, dict):
        groups = ["" if value.get(name) is None else value[name] for name in _GROUPS_OF_NAMES]
        if not all(isinstance(group, str) and not isinstance(group, _Number) for group in groups):
            raise _wrong(tag, "has a name whose groups are no texts")
        return "=".join(groups).rstrip("=")
    if not isinstance(value, str):
        raise _wrong(tag, "has a value that is neither text nor a number")
    if isinstance(value, _Number) and vr == "DS":
        return _decimal_string(tag, value)
    if isinstance(value, _Number) and vr == "IS":
        return _integer_string(tag, value)
    return str(value)


def _decimal_string(tag: int, value: str) -> str:
    """A number as a DS: the digits that were sent, or as many of them as fit (PS3.5 6.2)."""
    if len(value) <= _DECIMAL_STRING_CHARACTERS:
        return str(value)
    number = _float(tag, value)
    return next(
        text
        for digits in range(_DECIMAL_STRING_CHARACTERS, 0, -1)
        if len(text := f"{number:.{digits}g}") <= _DECIMAL_STRING_CHARACTERS
    )


def _integer_string(tag: int, value: str) -> str:
    """A number as an IS: JavaScript knows no other ones than floating point, and may write 3.0 for 3."""
    whole, _, fraction = value.partition(".")
    if _INTEGER.fullmatch(whole) is None or fraction.strip("0"):
        raise _wrong(tag, f"has the value {quoted(value, 40)}, which is no whole number")
    return whole


def _float(tag: int, value: str) -> float:
    if _DECIMAL.fullmatch(value) is None and value not in ("NaN", "Infinity", "-Infinity", "inf", "-inf"):
        raise _wrong(tag, f"has the value {quoted(value, 40)}, which is no number")
    return float(value)


def _packed(tag: int, vr: str, value: Any) -> bytes:
    if not isinstance(value, str):
        raise _wrong(tag, "has a value that is no number")
    if vr not in _FLOATS and _INTEGER.fullmatch(value) is None:
        raise _wrong(tag, f"has the value {quoted(value, 40)}, which is no whole number")
    try:
        return struct.pack(f"<{NUMBER_FORMATS[vr]}", _float(tag, value) if vr in _FLOATS else int(value))
    except (struct.error, OverflowError):
        raise _wrong(tag, f"has the value {quoted(value, 40)}, which the VR {vr} cannot hold") from None


def _tag_value(tag: int, value: Any) -> bytes:
    if not isinstance(value, str) or _TAG.fullmatch(value) is None:
        raise _wrong(tag, "has a value that is no tag of eight hexadecimal digits")
    return struct.pack("<HH", int(value[:4], 16), int(value[4:], 16))


def _inline(tag: int, content: Any) -> bytes:
    content = content[0] if isinstance(content, list) and len(content) == 1 else content
    if not isinstance(content, str):
        raise _wrong(tag, "has an InlineBinary that is no text")
    try:
        return b64decode(content, validate=True)
    except (NoBase64, ValueError):
        raise _wrong(tag, "has an InlineBinary that is no Base64") from None


def _even(value: bytes, padding: bytes = b"\0") -> bytes:
    return value + padding if len(value) & 1 else value


def _wrong(tag: int, text: str) -> UnreadableDataset:
    return UnreadableDataset(f"{named(tag)} {text}")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")

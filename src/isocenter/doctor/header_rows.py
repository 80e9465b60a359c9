"""The attributes at the beginning of a data set, as far as it was recorded: for reading, with patients masked.

Comes in: the first bytes of a data set, how long it was, its transfer syntax. Go out: rows, and where the masked values lie. It
reads what is there and says where it stops (PS3.5 7.1, 7.5, A.5); it never raises, and never goes deeper or further than the
limits say.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from isocenter.base.limits import INSPECTED_ROWS_MAX, INSPECTED_VALUE_CHARACTERS_MAX, RECORDED_DATA_BYTES, SEQUENCE_DEPTH_MAX
from isocenter.dataset import character_set, value_text
from isocenter.dataset.skim import ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, SPECIFIC_CHARACTER_SET, UNDEFINED, looks_explicit
from isocenter.dataset.written import as_written
from isocenter.imaging.elements import LONG_LENGTH_VRS
from isocenter.model.ladder import HeaderRow
from isocenter.standard import transfer_syntax
from isocenter.standard.patient import says_who

_PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
_PRIVATE_SYNTAX = "1.2.840.10008.1.2"


@dataclass(slots=True)
class HeaderRows:
    """What was read. `masked` are (first byte, behind the last one) of values that name a patient, in the bytes that came in.

    `cut` is a sentence where not everything could be read, and then `read_until` is where it stopped.
    """

    rows: list[HeaderRow] = field(default_factory=list)
    masked: list[tuple[int, int]] = field(default_factory=list)
    counted: int = 0
    cut: str = ""
    read_until: int = 0


@dataclass(slots=True)
class _Nest:
    """A sequence or an item that is open; `end` is None for one that a delimiter ends."""

    is_item: bool
    end: int | None
    is_masked: bool
    items: int = 0


def read(data: bytes, byte_count: int, syntax_uid: str, *, names: bool = False) -> HeaderRows:
    """The rows of `data`, the beginning of a data set of `byte_count` bytes; `names` says that patients may be told."""
    syntax = transfer_syntax.of(syntax_uid or _PRIVATE_SYNTAX)
    if syntax.deflated:
        found = _Reading(_inflated(data), byte_count, explicit=True, little=True, names=names).read()
        # Where a value lies among the compressed bytes nobody can say: all of them are masked.
        found.masked = [(0, len(data))]
        found.read_until = len(data)
        return found
    explicit, little = as_written(memoryview(data), explicit=syntax.explicit_vr, little=syntax.little_endian)
    return _Reading(data, byte_count, explicit=explicit, little=little, names=names).read()


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, RECORDED_DATA_BYTES * 4)
    except zlib.error:
        return b""


class _Reading:
    def __init__(self, data: bytes, byte_count: int, *, explicit: bool, little: bool, names: bool) -> None:
        self.data = data
        self.byte_count = byte_count
        self.explicit = explicit
        self.order = "<" if little else ">"
        self.little = little
        self.names = names
        self.declared = character_set.of("")
        self.open: list[_Nest] = []
        self.found = HeaderRows()

    def read(self) -> HeaderRows:
        data, found = self.data, self.found
        position = 0
        while position < len(data):
            while self.open and self.open[-1].end is not None and position >= self.open[-1].end:
                self.open.pop()
            if len(found.rows) >= INSPECTED_ROWS_MAX:
                found.cut = f"only the first {INSPECTED_ROWS_MAX} rows are shown"
                break
            after = self._step(position)
            if after is None:
                break
            position = after
        found.read_until = min(max(position, found.read_until), len(data))
        if not found.cut and self.byte_count > len(data):
            found.cut = f"the first {len(data)} of {self.byte_count} bytes were recorded"
        return found

    def _step(self, position: int) -> int | None:
        """Read what begins there; where the next one does, None where reading ends."""
        data = self.data
        if position + 8 > len(data):
            return None
        group, number, length = struct.unpack_from(f"{self.order}HHI", data, position)
        tag = group << 16 | number
        if group == 0xFFFE:
            return self._delimited(tag, length, position)
        vr, value, length = self._header(tag, position, length)
        self.found.counted += 1
        is_masked = not self.names and (says_who(tag) or vr == "PN" or any(nest.is_masked for nest in self.open))
        if tag in _PIXELS:
            text = "compressed frames" if length == UNDEFINED else f"{length:,} bytes"
            self._row(tag, vr, text, is_masked=False)
            self.found.read_until = value
            return None
        if vr == "SQ" or length == UNDEFINED:
            return self._sequence(tag, vr, value, length, is_masked)
        end = value + length
        if end > len(data):
            short = end > self.byte_count
            claim = f"{length:,} bytes" + (f", where {max(0, self.byte_count - value):,} are left" if short else ", not recorded")
            self._row(tag, vr, claim, is_masked=is_masked and not short)
            self.found.read_until = value
            return None
        if is_masked and length:
            self.found.masked.append((value, end))
            self._row(tag, vr, "", is_masked=True)
        else:
            self._row(tag, vr, self._text(tag, vr, data[value:end]), is_masked=False)
        return end

    def _header(self, tag: int, position: int, length: int) -> tuple[str, int, int]:
        code = self.data[position + 4 : position + 6]
        if not self.explicit or not looks_explicit(code):
            return value_text.vr_of(tag), position + 8, length
        vr = code.decode("ascii")
        if vr not in LONG_LENGTH_VRS:
            return vr, position + 8, int(struct.unpack_from(f"{self.order}H", self.data, position + 6)[0])
        if position + 12 > len(self.data):
            return vr, position + 12, 0
        return vr, position + 12, int(struct.unpack_from(f"{self.order}I", self.data, position + 8)[0])

    def _sequence(self, tag: int, vr: str, value: int, length: int, is_masked: bool) -> int | None:
        if len(self.open) >= SEQUENCE_DEPTH_MAX * 2:
            self.found.cut = "sequences are nested deeper than is shown"
            return None
        if is_masked and length:
            self._row(tag, "SQ", "", is_masked=True)
        else:
            self._row(tag, "SQ" if vr != "UN" else vr, "", is_masked=False)
        self.open.append(_Nest(False, None if length == UNDEFINED else value + length, is_masked))
        return value

    def _delimited(self, tag: int, length: int, position: int) -> int | None:
        if tag == ITEM:
            if not self.open:
                self.found.cut = "an item stands where an attribute should"
                return None
            sequence = self.open[-1]
            if sequence.is_item:
                self.open.pop()
                sequence = self.open[-1] if self.open else sequence
            sequence.items += 1
            end = None if length == UNDEFINED else position + 8 + length
            self.open.append(_Nest(True, end, sequence.is_masked))
            return position + 8
        if tag in (ITEM_DELIMITER, SEQUENCE_DELIMITER):
            while self.open:
                nest = self.open.pop()
                if nest.is_item == (tag == ITEM_DELIMITER):
                    break
            return position + 8
        self.found.cut = "bytes that are no attribute"
        return None

    def _row(self, tag: int, vr: str, value: str, *, is_masked: bool) -> None:
        depth = sum(nest.is_item for nest in self.open)
        within_masked = not self.names and any(nest.is_masked for nest in self.open)
        if not within_masked:
            self.found.rows.append(HeaderRow(depth, tag, vr, name_of(tag), value, is_masked))

    def _text(self, tag: int, vr: str, raw: bytes) -> str:
        if tag == SPECIFIC_CHARACTER_SET:
            self.declared = character_set.of(raw.decode("latin-1").strip(" \0"))
        if vr in value_text.TEXT_VRS or vr in value_text.NUMBER_FORMATS:
            known = value_text.vr_of(tag)
            if known == "UN" or known != vr:
                text = _by_vr(vr, raw, self.declared, little=self.little)
            else:
                text = value_text.decode(tag, raw[: INSPECTED_VALUE_CHARACTERS_MAX * 4], self.declared, little_endian=self.little)
            return text if len(text) <= INSPECTED_VALUE_CHARACTERS_MAX else text[:INSPECTED_VALUE_CHARACTERS_MAX] + " …"
        return f"{len(raw):,} bytes" if raw else ""


def _by_vr(vr: str, raw: bytes, declared: character_set.CharacterSet, *, little: bool) -> str:
    """The text of an attribute that the dictionary knows otherwise, or not."""
    if vr in value_text.NUMBER_FORMATS:
        return value_text.decode_numbers(vr, raw[: INSPECTED_VALUE_CHARACTERS_MAX * 4], little_endian=little)
    return declared.decode(raw[: INSPECTED_VALUE_CHARACTERS_MAX * 4], vr).strip(" \0")


def name_of(tag: int) -> str:
    """The standard's name of an attribute; what is private or unknown says so."""
    from pydicom.datadict import dictionary_description

    try:
        return dictionary_description(tag)
    except KeyError:
        return "private" if tag >> 16 & 1 else "unknown"


def query_words(data: bytes, byte_count: int, syntax_uid: str) -> str:
    """The level and the matching keys of a query, such as `, study level, by Patient ID, Study Date 20260101`; patients' values are
    left out."""
    found = read(data, byte_count, syntax_uid)
    level, keys = "", []
    for row in found.rows:
        if row.tag == 0x00080052:
            level = row.value
        elif row.depth == 0 and (row.value or row.is_masked) and row.tag not in (SPECIFIC_CHARACTER_SET, 0x00080053, 0x00080054):
            value = row.value if row.value and len(row.value) <= _KEY_CHARACTERS_MAX else ""
            keys.append(f"{row.name} {value}".strip())
    words = f", {level.lower()} level" if level else ""
    return words + (f", by {', '.join(keys[:_KEYS_MAX])}{' …' if len(keys) > _KEYS_MAX else ''}" if keys else "")


_KEYS_MAX = 4
_KEY_CHARACTERS_MAX = 20

"""Recorded bytes without patients and passcodes: the same length, so that every length in them stays true.

Crossings come in, bytes go out. A masked value is written over with letters X. What cannot be read is masked from there on, since
nobody knows what it holds; so is what a device says in words of its own, the error comment of an answer for instance.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

from isocenter.dimse import commands
from isocenter.doctor import header_rows
from isocenter.doctor.crossings import Crossing, Crossings, Shape
from isocenter.model.recording import Segment

_HEADER_BYTES = 6
_FIXED_BYTES = 68
_USER_INFORMATION = 0x50
_USER_IDENTITIES = (0x58, 0x59)
_ASSOCIATES = (0x01, 0x02)
_HEADERS_BYTES = 12
_ELEMENT = Struct("<HHI")
_GROUP_LENGTH = 0x00000000
_ERROR_COMMENT = 0x00000902
_SAID_ALWAYS = commands.ELEMENTS - {_ERROR_COMMENT} | {_GROUP_LENGTH}
FOREIGN_BYTES_SHOWN = 16
"""Enough to tell a protocol by."""


def masked_bytes(crossing: Crossing, *, names: bool = False) -> bytes:
    """The first recorded bytes of a crossing, without passcodes. Of a message only its first headers and command may be shown.

    Of what is not DICOM a patient may be told by any byte behind the first ones, of a command by its free text.
    """
    raw = bytearray(crossing.raw)
    if crossing.shape is Shape.PDU and crossing.kind in _ASSOCIATES:
        for start, end in identities(bytes(raw)):
            raw[start:end] = b"X" * (end - start)
    elif crossing.shape is Shape.FOREIGN and not names:
        del raw[FOREIGN_BYTES_SHOWN:]
    elif crossing.shape is Shape.MESSAGE and not names:
        masked = _of_command(crossing)
        if not crossing.command_bytes.startswith(raw[_HEADERS_BYTES : _HEADERS_BYTES + len(crossing.command_bytes)]):
            # In several pieces, or behind something else: where its text lies here nobody has counted.
            masked = [(0, len(raw))]
        for start, end in masked:
            first, last = _HEADERS_BYTES + start, min(_HEADERS_BYTES + end, len(raw))
            raw[first:last] = b"X" * (last - first)
    return bytes(raw)


def _of_command(crossing: Crossing) -> list[tuple[int, int]]:
    """Where a command says something in words of its own: its comment, and elements that no command has (PS3.7 E.1).

    That is all of one that could not be read.
    """
    data = bytes(crossing.command_bytes)
    if crossing.command is None:
        return [(0, len(data))]
    found = []
    offset = 0
    while offset + _ELEMENT.size <= len(data):
        group, element, length = _ELEMENT.unpack_from(data, offset)
        offset += _ELEMENT.size
        if group << 16 | element not in _SAID_ALWAYS:
            found.append((offset, offset + length))
        offset += length
    return found


def identities(pdu: bytes) -> list[tuple[int, int]]:
    """Where the values of user identity items lie in an A-ASSOCIATE (PS3.7 D.3.3.7), their lengths left as they are."""
    found: list[tuple[int, int]] = []
    for kind, start, end in _items(pdu, _HEADER_BYTES + _FIXED_BYTES, len(pdu)):
        if kind == _USER_INFORMATION:
            for inner, at, stop in _items(pdu, start, end):
                if inner in _USER_IDENTITIES:
                    # Type and wish for an answer stand before the fields of a request.
                    found += _fields(pdu, at + 2 if inner == _USER_IDENTITIES[0] else at, stop)
    return found


def _fields(pdu: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The values of fields with a length of two bytes each; one whose length is not true takes all that is left."""
    found = []
    while start + 2 < end:
        stop = min(start + 2 + int.from_bytes(pdu[start : start + 2], "big"), end)
        found.append((start + 2, stop))
        start = stop
    return found


def _items(data: bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    """(type, first byte of the value, behind its last) of each item (PS3.8 9.3.1), as far as lengths are true."""
    found = []
    while start + 4 <= end:
        stop = start + 4 + int.from_bytes(data[start + 2 : start + 4], "big")
        if stop > end:
            # A length that is not true: whatever follows may belong to it.
            found.append((data[start], start + 4, end))
            break
        found.append((data[start], start + 4, stop))
        start = stop
    return found


Patch = tuple[int, bytes]
"""(offset in the kept bytes of a segment, what stands there instead)."""


def patches(segments: Iterable[Segment], *, names: bool = False) -> dict[int, list[Patch]]:
    """What is to be written over, by the serials of segments. With `names` only passcodes are."""
    reader = Crossings()
    found: dict[int, list[Patch]] = {}
    for crossing in reader.feed(segments):
        _patch(found, crossing, reader, names=names)
    for crossing in reader.rest():
        _patch(found, crossing, reader, names=names)
    return found


def _patch(found: dict[int, list[Patch]], crossing: Crossing, reader: Crossings, *, names: bool) -> None:
    if crossing.shape is Shape.PDU:
        if crossing.kind in _ASSOCIATES:
            masked = [(start - _HEADER_BYTES, end - _HEADER_BYTES) for start, end in identities(bytes(crossing.raw))]
            _write(found, crossing.places, masked)
    elif names:
        return
    elif crossing.shape is Shape.FOREIGN:
        _write(found, crossing.places, [(FOREIGN_BYTES_SHOWN, _whole(crossing))])
    else:
        _write(found, crossing.command_places, _of_command(crossing))
        if crossing.places:
            _write(found, crossing.places, _of_data(crossing, reader))


def _of_data(crossing: Crossing, reader: Crossings) -> list[tuple[int, int]]:
    """Where a data set may name a patient, and all that nobody could read."""
    whole = _whole(crossing)
    answers = reader.accept.contexts if reader.accept is not None else ()
    syntax = next((one.transfer_syntax for one in answers if one.id == crossing.context_id and one.result == 0), "")
    if crossing.command is None or (reader.accept is not None and not syntax):
        return [(0, whole)]
    rows = header_rows.read(bytes(crossing.data), crossing.data_bytes, syntax)
    return [*rows.masked, (rows.read_until, whole)]


def _whole(crossing: Crossing) -> int:
    return sum(count for _, _, count in crossing.places)


def _write(found: dict[int, list[Patch]], places: Iterable[tuple[int, int, int]], masked: Iterable[tuple[int, int]]) -> None:
    """Turn stretches of what a crossing carries into patches of the segments that it came in."""
    for start, end in masked:
        before = 0
        for serial, offset, count in places:
            first, last = max(start - before, 0), min(end - before, count)
            if first < last:
                found.setdefault(serial, []).append((offset + first, b"X" * (last - first)))
            before += count


def patched(segment: Segment, made: Iterable[Patch]) -> bytes:
    """The kept bytes of a segment with its patches."""
    kept = bytearray(segment.kept)
    for offset, text in made:
        kept[offset : offset + len(text)] = text
    return bytes(kept)

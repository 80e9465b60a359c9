"""Palette colour lookup tables: from stored values to red, green and blue (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6, C.7.9).

Comes in: the attributes of an image. Goes out: for each value that a pixel can have, three bytes. Each colour has a first value of
its own; a value below a table takes its first entry, one above it its last. Segmented tables are expanded to the number of entries
that the descriptor promises and not one more. Data that are too short are refused, never read beyond.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isocenter.base.errors import UnreadableDataset
from isocenter.imaging.attributes import Attributes
from isocenter.imaging.elements import tag_text
from isocenter.imaging.stored_values import Array, Cell, values_of_patterns

DESCRIPTORS = (0x00281101, 0x00281102, 0x00281103)
_DATA = (0x00281201, 0x00281202, 0x00281203)
_SEGMENTED_DATA = (0x00281221, 0x00281222, 0x00281223)
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Channel:
    """One colour: `first` is the value that its first entry is for; entries are 16-bit words."""

    first: int
    bits: int
    entries: Array


def read(image: Attributes, *, signed: bool) -> tuple[Channel, ...]:
    """The red, green and blue tables of an image; `UnreadableDataset` names what is missing or too short."""
    return tuple(_channel(image, number, signed=signed) for number in range(3))


def colours(channels: tuple[Channel, ...], cell: Cell) -> Array:
    """Red, green and blue, a byte each, for every pattern of the stored bits, in the order of the patterns."""
    values = values_of_patterns(cell)
    wide = any(int(channel.entries.max()) > 255 for channel in channels)
    columns = []
    for channel in channels:
        entries = (channel.entries >> 8 if wide else channel.entries).astype(np.uint8)
        columns.append(entries[np.clip(values - channel.first, 0, entries.size - 1)])
    return np.stack(columns, axis=1)


def _channel(image: Attributes, number: int, *, signed: bool) -> Channel:
    tag = DESCRIPTORS[number]
    descriptor = image.shorts(tag, signed=signed)
    if len(descriptor) != 3:
        raise UnreadableDataset(f"the palette's descriptor {tag_text(tag)} has {len(descriptor)} values, not 3")
    count, first, bits = descriptor[0] & 0xFFFF or 0x10000, descriptor[1], descriptor[2] & 0xFFFF
    if bits not in (8, 16):
        raise UnreadableDataset(f"the palette's descriptor {tag_text(tag)} says {bits} bits an entry, not 8 or 16")
    if image.element(_DATA[number]) is not None:
        entries = _plain(image.words(_DATA[number]), count, bits, _DATA[number])
    elif image.element(_SEGMENTED_DATA[number]) is not None:
        entries = _segmented(image.words(_SEGMENTED_DATA[number]), count, bits, _SEGMENTED_DATA[number])
    else:
        raise UnreadableDataset(f"the palette has no data {tag_text(_DATA[number])}")
    return Channel(first, bits, entries)


def _plain(content: bytes, count: int, bits: int, tag: int) -> Array:
    if len(content) >= 2 * count:
        return np.frombuffer(content, "<u2")[:count]
    if bits == 8 and len(content) >= count:
        return np.frombuffer(content, np.uint8)[:count].astype(np.uint16)  # two entries in a word, the low byte first
    text = f"the palette's data {tag_text(tag)} have {len(content)} bytes, {count} entries of {bits} bits were promised"
    raise UnreadableDataset(text)


def _segmented(content: bytes, count: int, bits: int, tag: int) -> Array:
    """The entries that segments describe (PS3.3 C.7.9.2). The bytes of 8-bit segments lie one after the other."""
    width = bits // 8
    out: list[int] = []

    def fail(why: str, position: int) -> UnreadableDataset:
        return UnreadableDataset(f"the segmented palette {tag_text(tag)} {why} at its byte {position}")

    def word(position: int) -> int:
        if position + width > len(content):
            raise fail("ends within a segment", position)
        return int.from_bytes(content[position : position + width], "little")

    def simple(position: int) -> int:
        opcode, length = word(position), word(position + width)
        position += 2 * width
        if opcode == _DISCRETE:
            if position + length * width > len(content):
                raise fail(f"promises {length} values that are not there", position)
            out.extend(struct.unpack_from(f"<{length}{'B' if width == 1 else 'H'}", content, position))
            return position + length * width
        if opcode != _LINEAR:
            raise fail(f"has a segment of kind {opcode}", position)
        if not out:
            raise fail("begins with a linear segment", position)
        start, end = out[-1], word(position)
        out.extend(_between(start, end, length))
        return position + width

    _expand(content, width, count, out, word, simple)
    if len(out) < count:
        raise fail(f"gives {len(out)} entries, {count} were promised,", len(content))
    return np.array(out[:count], np.uint16)


def _between(start: int, end: int, length: int) -> list[int]:
    """`length` values from after `start` to `end`, evenly, halves to the even one."""
    return [round(start + (end - start) * step / length) for step in range(1, length + 1)]


def _expand(
    content: bytes, width: int, count: int, out: list[int], word: Callable[[int], int], simple: Callable[[int], int]
) -> None:
    """Read segments until the promised number of entries is there; an indirect one repeats simple ones, never indirect ones."""
    position = 0
    while len(out) < count and position + 2 * width <= len(content):
        if word(position) != _INDIRECT:
            position = simple(position)
            continue
        copies, position = word(position + width), position + 2 * width
        parts = 4 if width == 1 else 2
        source = sum(word(position + part * width) << 8 * width * part for part in range(parts))
        position += parts * width
        for _ in range(copies):
            if len(out) >= count:
                break
            source = simple(source)

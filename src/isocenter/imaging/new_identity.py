"""A data set under other UIDs, all else bit for bit, with a note of those that it came with (PS3.3 C.12.1.1.9).

Comes in: a data set in one piece and the new values of some of its UIDs. Go out: the pieces of the new one, in the same transfer
syntax. What is replaced stands in an item of Original Attributes Sequence (0400,0561), so that nobody has to guess where it came
from. Retired group lengths of the groups that change are left out, as PS3.5 7.2 allows. No value but those UIDs is understood.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isocenter.base.errors import UnreadableDataset
from isocenter.dataset.deflated import deflated, inflated
from isocenter.imaging.elements import LONG_LENGTH_VRS, Element, Reader, syntax_of
from isocenter.standard import transfer_syntax as syntaxes

ORIGINAL_ATTRIBUTES = 0x04000561
_MODIFIED_ATTRIBUTES, _MOMENT, _SYSTEM, _SOURCE, _REASON = 0x04000550, 0x04000562, 0x04000563, 0x04000564, 0x04000565
_ITEM = 0xFFFEE000


@dataclass(frozen=True, slots=True)
class Note:
    """Who changed it and when: `moment` as a DT (PS3.5 6.2), `system` this software, `source` who sent what was changed."""

    moment: str
    system: str
    source: str


def with_new_uids(view: memoryview, transfer_syntax: str, uids: Mapping[int, str], note: Note) -> list[bytes | memoryview]:
    """The data set with those values at its top level, by tag. Raises UnreadableDataset, also where it has not all of them."""
    announced = syntaxes.of(transfer_syntax)
    if announced.deflated:
        plain = memoryview(inflated(view))
        return [deflated(b"".join(_pieces(plain, syntaxes.EXPLICIT_VR_LITTLE_ENDIAN, uids, note)))]
    return list(_pieces(view, transfer_syntax, uids, note))


def _pieces(view: memoryview, transfer_syntax: str, uids: Mapping[int, str], note: Note) -> Iterator[bytes | memoryview]:
    syntax = syntax_of(view, syntaxes.of(transfer_syntax))
    elements = Reader(view, explicit=syntax.explicit_vr, little=syntax.little_endian).elements(0, len(view))
    if missing := sorted(uids.keys() - {element.tag for element in elements}):
        raise UnreadableDataset(f"it has no ({missing[0] >> 16:04X},{missing[0] & 0xFFFF:04X})")
    writer = _Writer(explicit=syntax.explicit_vr, little=syntax.little_endian)
    lengths = {(tag >> 16) << 16 for tag in (*uids, ORIGINAL_ATTRIBUTES)}
    item = writer.note(view, [element for element in elements if element.tag in uids], note)
    is_noted = False
    unchanged = 0
    for element in elements:
        is_next = not is_noted and element.tag >= ORIGINAL_ATTRIBUTES
        if element.tag not in uids and element.tag not in lengths and not is_next:
            continue
        yield view[unchanged : element.start]
        unchanged = element.start
        if is_next:
            is_noted = True
            before = bytes(view[element.value : element.value + element.length]) if element.tag == ORIGINAL_ATTRIBUTES else b""
            yield writer.element(ORIGINAL_ATTRIBUTES, "SQ", before + item)
        if element.tag in uids:
            yield writer.element(element.tag, "UI", uids[element.tag].encode("ascii"))
        if element.tag in uids or element.tag in lengths or element.tag == ORIGINAL_ATTRIBUTES:
            unchanged = element.end
    # what only pads the data set may not stand before another element
    yield view[unchanged : elements[-1].end if elements else 0]
    if not is_noted:
        yield writer.element(ORIGINAL_ATTRIBUTES, "SQ", item)


class _Writer:
    """Elements as one data set writes them."""

    def __init__(self, *, explicit: bool, little: bool) -> None:
        self._explicit = explicit
        self._order = "<" if little else ">"

    def element(self, tag: int, vr: str, value: bytes) -> bytes:
        """One element; `value` is padded to an even length (PS3.5 6.2)."""
        value += (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
        place = struct.pack(self._order + "HH", tag >> 16, tag & 0xFFFF)
        if not self._explicit:
            return place + struct.pack(self._order + "L", len(value)) + value
        if vr in LONG_LENGTH_VRS:
            return place + vr.encode("ascii") + struct.pack(self._order + "HL", 0, len(value)) + value
        return place + vr.encode("ascii") + struct.pack(self._order + "H", len(value)) + value

    def item(self, content: bytes) -> bytes:
        """One item of a sequence."""
        return struct.pack(self._order + "HHL", _ITEM >> 16, _ITEM & 0xFFFF, len(content)) + content

    def note(self, view: memoryview, replaced: list[Element], note: Note) -> bytes:
        """The item that holds the values that these elements had."""
        old = b"".join(self.element(one.tag, "UI", bytes(view[one.value : one.value + one.length])) for one in replaced)
        return self.item(
            self.element(_MODIFIED_ATTRIBUTES, "SQ", self.item(old))
            + self.element(_MOMENT, "DT", note.moment.encode("ascii"))
            + self.element(_SYSTEM, "LO", note.system.encode("ascii"))
            + self.element(_SOURCE, "LO", note.source.encode("ascii", "replace"))
            + self.element(_REASON, "CS", b"CORRECT")
        )

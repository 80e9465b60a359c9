"""A stored data set as one object of the DICOM JSON Model (PS3.18 F), and the values that are left out of it.

Comes in: a data set in one piece and its transfer syntax; nothing else of it is copied than what is written, so a map of a file of
gigabytes will do. Goes out: JSON in UTF-8, attributes in ascending order, without group lengths. Pixels always, and other values
above a limit, stand as BulkDataURI, and `element` gives them. The pixels of one instance must never come to be held here, and no
more than `HEADER_BYTES_MAX` of values is ever written inline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import (
    HEADER_BYTES_MAX,
    INDEXED_VALUE_BYTES_MAX,
    INLINE_BINARY_BYTES_MAX,
    INLINE_VALUE_BYTES_MAX,
    SEQUENCE_DEPTH_MAX,
)
from isocenter.dataset.deflated import inflated
from isocenter.dataset.skim import PIXEL_DATA_TAGS, UNDEFINED, named
from isocenter.dataset.value_text import TEXT_VRS
from isocenter.dicomweb.elements import (
    NO_VR,
    Elements,
    Head,
    Mode,
    check_depth,
    holds_fragments,
    mode_inside,
    wrong,
)
from isocenter.dicomweb.surroundings import Surroundings
from isocenter.dicomweb.value_json import BINARY_VRS, attribute, little_endian, utf_8, written
from isocenter.standard import transfer_syntax

VERSION: Final = 1
"""Counted up with every change of what is written, so that nobody keeps an older one."""

_BULK_VRS: Final = BINARY_VRS | {"DS", "FL", "FD", "IS", "LT", "SL", "SS", "ST", "SV", "UC", "UL", "US", "UT", "UV"}
"""VRs whose values may stand elsewhere (PS3.18 F.2.2)."""
_PATH: Final = re.compile(rf"[0-9A-Fa-f]{{8}}(?:/[1-9][0-9]{{0,6}}/[0-9A-Fa-f]{{8}}){{0,{SEQUENCE_DEPTH_MAX}}}\Z")
_BEFORE_PATH, _AFTER_PATH = b"\0", b"\1"  # control bytes, which never stand in JSON as they are


def metadata(data_set: bytes | memoryview, syntax_uid: str, bulk_data_uri: str) -> bytes:
    """The data set as one JSON object. `bulk_data_uri` has `{path}` where the path goes that `element` takes.

    Raises UnreadableDataset, with the offset, for bytes that are no data set.
    """
    syntax = transfer_syntax.of(syntax_uid)
    view = memoryview(inflated(data_set) if syntax.deflated else data_set)
    writer = _Writer(Elements(view, Mode(syntax.explicit_vr, "<" if syntax.little_endian else ">")))
    found = writer.whole()
    before, _, after = bulk_data_uri.partition("{path}")
    if _BEFORE_PATH in found:
        found = found.replace(_BEFORE_PATH, _escaped(before)).replace(_AFTER_PATH, _escaped(after))
    return found


def bulk_data_uri(template: str, study_instance_uid: str, series_instance_uid: str, sop_instance_uid: str) -> str:
    """`template` with `{study}`, `{series}` and `{instance}` filled in; `{path}` stays."""
    return (
        template.replace("{study}", study_instance_uid)
        .replace("{series}", series_instance_uid)
        .replace("{instance}", sop_instance_uid)
    )


def element(data_set: bytes | memoryview, syntax_uid: str, path: str) -> bytes:
    """The value of one element: tags and item numbers from 1 joined by slashes, such as 00480200/2/00282000.

    Words are little endian, texts UTF-8 (PS3.18 F.2.2, note 4). Of an encapsulated value the fragments after the offset table are
    given, joined. Raises LocalError where there is no such element, UnreadableDataset for bytes that are no data set.
    """
    if not _PATH.match(path):
        raise LocalError(f"{path[:80]!r} is no path of tags and item numbers, such as 00480200/2/00282000")
    syntax = transfer_syntax.of(syntax_uid)
    view = memoryview(inflated(data_set) if syntax.deflated else data_set)
    elements = Elements(view, Mode(syntax.explicit_vr, "<" if syntax.little_endian else ">"))
    stretch = _Stretch(0, len(view), elements.mode, False, 0, Surroundings())
    *above, last = path.split("/")
    for tag, number in zip(above[::2], above[1::2], strict=True):
        stretch = _item(elements, stretch, _found(elements, stretch, int(tag, 16)), int(number))
    head, mode, end = _found(elements, stretch, int(last, 16)), stretch.mode, stretch.end
    if holds_fragments(head):
        pieces = [view[start : start + length] for start, length in elements.fragments(head, end, mode.order) if length >= 0]
        return b"".join(pieces[1:])
    vr = stretch.around.vr(head)
    if vr == "SQ" or head[3] == UNDEFINED:
        raise LocalError(f"{named(head[0])} is a sequence, which has no value of its own")
    value = bytes(view[head[2] : elements.stop(head, end)])
    return utf_8(vr, value, stretch.around.declared) if vr in TEXT_VRS else little_endian(vr, value, mode.order)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The elements of a data set or of an item: from where to where, and how they are to be read."""

    offset: int
    end: int
    mode: Mode
    delimited: bool
    depth: int
    around: Surroundings


class _Writer:
    """One data set on its way to JSON; it recurses as deep as sequences nest, which is bounded."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements
        self._view = elements.view
        self._inline = 0

    def whole(self) -> bytes:
        return self._object(0, len(self._view), self._elements.mode, Surroundings(), 0, b"", delimited=False)[0]

    def _object(
        self, offset: int, end: int, mode: Mode, around: Surroundings, depth: int, path: bytes, *, delimited: bool
    ) -> tuple[bytes, int]:
        """The elements up to `end`, or up to the item's delimiter where `delimited`, as one object; and where they ended."""
        elements, view = self._elements, self._view
        around = around.inside()
        written_last, ascending = -1, True
        pieces: dict[int, bytes] = {}
        while not elements.is_over(offset, end, depth):
            head = elements.head(offset, end, mode)
            tag, _, start, length = head
            if tag >> 16 == 0xFFFE and elements.ends_item(head, offset, delimited=delimited):
                return _braced(pieces, ascending), start
            vr = around.vr(head)
            if vr == "SQ" or (length == UNDEFINED and not holds_fragments(head)):
                piece, offset = self._sequence(head, end, mode, around, depth, path)
                ascending, written_last = ascending and tag > written_last, tag
                pieces[tag] = piece
                continue
            offset = elements.past(head, end, mode, depth) if length == UNDEFINED else elements.stop(head, end)
            ascending, written_last = ascending and tag > written_last, tag
            if tag & 0xFFFF == 0:
                continue
            if _stands_elsewhere(tag, vr, length):
                pieces[tag] = b'"%08X":{"vr":"%s","BulkDataURI":"\0%s%08X\1"}' % (tag, vr.encode(), path, tag)
                continue
            value = bytes(view[start:offset])
            self._count(length, start)
            if around.are_told_by(head):
                around.note(tag, value, mode.order)
            if length <= INDEXED_VALUE_BYTES_MAX:
                pieces[tag] = attribute(tag, vr, value, around.declared, mode.order)
            else:
                pieces[tag] = b'"%08X":' % tag + written(vr, value, around.declared, mode.order)
        if delimited:
            raise wrong(f"an item has no end before byte {offset}", offset)
        return _braced(pieces, ascending), offset

    def _sequence(self, head: Head, end: int, mode: Mode, around: Surroundings, depth: int, path: bytes) -> tuple[bytes, int]:
        """One sequence as an attribute, and where it ended; one in a value of unknown VR that makes no sense stays that value."""
        tag, written_vr, start, length = head
        if length != UNDEFINED:
            stop = self._elements.stop(head, end)
            if written_vr in (NO_VR, b"UN"):
                try:
                    return self._items(head, stop, mode, around, depth, path)[0], stop
                except UnreadableDataset:
                    if length > INLINE_BINARY_BYTES_MAX:
                        return b'"%08X":{"vr":"UN","BulkDataURI":"\0%s%08X\1"}' % (tag, path, tag), stop
                    return b'"%08X":' % tag + written("UN", bytes(self._view[start:stop]), b"", "<"), stop
            return self._items(head, stop, mode, around, depth, path)[0], stop
        return self._items(head, end, mode, around, depth, path)

    def _items(self, head: Head, end: int, mode: Mode, around: Surroundings, depth: int, path: bytes) -> tuple[bytes, int]:
        check_depth(depth, head)
        elements = self._elements
        inside, offset = mode_inside(head, mode), head[2]
        objects: list[bytes] = []
        while (item := elements.item(offset, end, head, inside)) is not None:
            inner, start, stop = item
            inner_path = b"%s%08X/%d/" % (path, head[0], len(objects) + 1)
            delimited = elements.is_delimited(start, inside.order)
            content, offset = self._object(start, stop, inner, around, depth + 1, inner_path, delimited=delimited)
            objects.append(content)
        if head[3] == UNDEFINED:
            offset += 8
        if not objects:
            return b'"%08X":{"vr":"SQ"}' % head[0], offset
        return b'"%08X":{"vr":"SQ","Value":[%s]}' % (head[0], b",".join(objects)), offset

    def _count(self, length: int, offset: int) -> None:
        self._inline += length
        if self._inline > HEADER_BYTES_MAX:
            raise wrong(f"the data set has more than {HEADER_BYTES_MAX} bytes of attributes", offset)


def _stands_elsewhere(tag: int, vr: str, length: int) -> bool:
    if tag in PIXEL_DATA_TAGS or length == UNDEFINED:
        return length > 0
    if length <= INLINE_BINARY_BYTES_MAX:
        return False
    return vr in BINARY_VRS or (length > INLINE_VALUE_BYTES_MAX and vr in _BULK_VRS)


def _braced(pieces: dict[int, bytes], ascending: bool) -> bytes:
    return b"{%s}" % b",".join(pieces.values() if ascending else [pieces[tag] for tag in sorted(pieces)])


def _found(elements: Elements, stretch: _Stretch, tag: int) -> Head:
    """The last element of that tag, as the last is what counts."""
    found: Head | None = None
    offset, end, mode, around = stretch.offset, stretch.end, stretch.mode, stretch.around
    while not elements.is_over(offset, end, stretch.depth):
        head = elements.head(offset, end, mode)
        if head[0] >> 16 == 0xFFFE and elements.ends_item(head, offset, delimited=stretch.delimited):
            break
        if head[0] == tag:
            found = head
        if around.are_told_by(head):
            around.note(head[0], bytes(elements.view[head[2] : elements.stop(head, end)]), mode.order)
        offset = elements.past(head, end, mode, stretch.depth)
    if found is None:
        raise LocalError(f"there is no {named(tag)} in the data set, or not there")
    return found


def _item(elements: Elements, stretch: _Stretch, head: Head, number: int) -> _Stretch:
    """That item of a sequence, counted from 1."""
    if stretch.around.vr(head) != "SQ" or holds_fragments(head):
        raise LocalError(f"{named(head[0])} is no sequence")
    check_depth(stretch.depth, head)
    inside, offset = mode_inside(head, stretch.mode), head[2]
    end = stretch.end if head[3] == UNDEFINED else elements.stop(head, stretch.end)
    item = elements.item(offset, end, head, inside)
    for _ in range(number - 1):
        if item is not None:
            item = elements.item(elements.past_item(item, inside.order, stretch.depth + 1), end, head, inside)
    if item is None:
        raise LocalError(f"{named(head[0])} has no item {number}")
    inner, start, stop = item
    return _Stretch(start, stop, inner, elements.is_delimited(start, inside.order), stretch.depth + 1, stretch.around.inside())


def _escaped(uri: str) -> bytes:
    """A URI within quotes of JSON."""
    return uri.replace("\\", "%5C").replace('"', "%22").encode("ascii", "xmlcharrefreplace")

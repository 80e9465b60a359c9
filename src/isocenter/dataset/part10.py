"""The head of a DICOM file: preamble, prefix and file meta information (PS3.10 7.1).

Comes in: what a file says of itself, or its first bytes. Goes out: those bytes, or what they say and where the data set starts.
The preamble is always zeroed, so that no file of ours is also a program. Nothing past the file meta information is read, except
to tell how a data set is written where no one says so.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.ids import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from isocenter.base.limits import FILE_META_BYTES_MAX, HEADERS_CACHED_MAX
from isocenter.dataset.skim import LONG_VRS, SHORT_VRS, looks_explicit, named
from isocenter.standard.transfer_syntax import EXPLICIT_VR_BIG_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN

PREAMBLE_BYTES: Final = 128
PREFIX: Final = b"DICM"
VERSION: Final = 0x00020001
MEDIA_STORAGE_SOP_CLASS_UID: Final = 0x00020002
MEDIA_STORAGE_SOP_INSTANCE_UID: Final = 0x00020003
TRANSFER_SYNTAX_UID: Final = 0x00020010
IMPLEMENTATION_CLASS: Final = 0x00020012
IMPLEMENTATION_VERSION: Final = 0x00020013
SOURCE_AE_TITLE: Final = 0x00020016
SENDING_AE_TITLE: Final = 0x00020017
RECEIVING_AE_TITLE: Final = 0x00020018
SOURCE_ADDRESS: Final = 0x00020026
PRIVATE_INFORMATION_CREATOR: Final = 0x00020100
PRIVATE_INFORMATION: Final = 0x00020102

_PADDINGS: Final = {"UI": b"\0", "SH": b" ", "AE": b" ", "UR": b" ", "OB": b"\0"}
_GROUPS_OF_FIRST_ELEMENTS: Final = frozenset({0x0004, 0x0008, 0x0010, 0x0018, 0x0020, 0x0028})


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What a file says before its data set, which starts `dataset_offset` bytes from the file's start.

    `meta` holds the raw values of group 0002 by tag. `transfer_syntax` is the one stated or, where `guessed`, the one that the
    data set looks written in. `oddities` are sentences about what was tolerated.
    """

    meta: Mapping[int, bytes]
    dataset_offset: int
    transfer_syntax: str
    guessed: bool
    oddities: tuple[str, ...]

    def text(self, tag: int) -> str:
        """A value of the file meta information without its padding; empty where it is absent."""
        return self.meta.get(tag, b"").decode("latin-1").strip(" \0")

    @property
    def private_information(self) -> bytes:
        """Our own bytes as `header` wrote them, or none where another implementation wrote the file."""
        ours = self.text(PRIVATE_INFORMATION_CREATOR) == IMPLEMENTATION_CLASS_UID
        return self.meta.get(PRIVATE_INFORMATION, b"") if ours else b""


def _element(tag: int, vr: str, value: bytes) -> bytes:
    if len(value) & 1:
        value += _PADDINGS[vr]
    start = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode("ascii")
    if vr in ("OB", "UR"):
        return start + struct.pack("<HI", 0, len(value)) + value
    return start + struct.pack("<H", len(value)) + value


def _text_element(tag: int, vr: str, text: str) -> bytes:
    return _element(tag, vr, text.encode("latin-1", "replace")) if text else b""


def header(
    *,
    sop_class_uid: str,
    sop_instance_uid: str,
    transfer_syntax: str,
    source_ae_title: str = "",
    sending_ae_title: str = "",
    receiving_ae_title: str = "",
    source_address: str = "",
    private_information: bytes = b"",
) -> bytes:
    """The bytes before a data set: zeroed preamble, prefix, and group 0002 in Explicit VR Little Endian (PS3.10 7.1).

    Its length depends on the lengths of the fields alone: room for it can be left, and it can be written last, when a checksum of
    fixed length in `private_information` is known. `source_address` is a Source Presentation Address, such as
    `dicom://10.1.2.3:104`. Empty fields are left out. Raises LocalError where all of it is over `FILE_META_BYTES_MAX`.
    """
    before, after = _around_instance(
        sop_class_uid, transfer_syntax, source_ae_title, sending_ae_title, receiving_ae_title, source_address
    )
    size = len(before) + len(sop_instance_uid) + len(after) + len(private_information)
    if size > FILE_META_BYTES_MAX // 2:
        raise LocalError(f"file meta information of {size} bytes is more than half of the {FILE_META_BYTES_MAX} allowed")
    instance = _text_element(MEDIA_STORAGE_SOP_INSTANCE_UID, "UI", sop_instance_uid)
    private = _CREATOR + _element(PRIVATE_INFORMATION, "OB", private_information) if private_information else b""
    length = len(before) + len(instance) + len(after) + len(private)
    return b"".join((_START, length.to_bytes(4, "little"), before, instance, after, private))


@lru_cache(maxsize=HEADERS_CACHED_MAX)
def _around_instance(
    sop_class_uid: str, transfer_syntax: str, source: str, sending: str, receiving: str, source_address: str
) -> tuple[bytes, bytes]:
    """What stands before and after the SOP Instance UID in group 0002: the same for all that one association brings."""
    before = _element(VERSION, "OB", b"\0\1") + _text_element(MEDIA_STORAGE_SOP_CLASS_UID, "UI", sop_class_uid)
    fields = (
        (TRANSFER_SYNTAX_UID, "UI", transfer_syntax),
        (IMPLEMENTATION_CLASS, "UI", IMPLEMENTATION_CLASS_UID),
        (IMPLEMENTATION_VERSION, "SH", IMPLEMENTATION_VERSION_NAME),
        (SOURCE_AE_TITLE, "AE", source),
        (SENDING_AE_TITLE, "AE", sending),
        (RECEIVING_AE_TITLE, "AE", receiving),
        (SOURCE_ADDRESS, "UR", source_address),
    )
    return before, b"".join(_text_element(tag, vr, text) for tag, vr, text in fields)


_START: Final = bytes(PREAMBLE_BYTES) + PREFIX + b"\2\0\0\0UL\4\0"
_CREATOR: Final = _element(PRIVATE_INFORMATION_CREATOR, "UI", IMPLEMENTATION_CLASS_UID.encode("ascii"))


def read_header(buffer: bytes | bytearray | memoryview) -> FileHeader:
    """Reads the head of a file from its first bytes; `FILE_META_BYTES_MAX` and 1 KiB of them are always enough.

    Tolerated, and told in `oddities`: no preamble, no prefix, no file meta information at all, a wrong group length, file meta
    information in implicit VR, no transfer syntax (then Implicit VR Little Endian, the default, where nothing else shows).
    Raises UnreadableDataset, naming tag and offset, where the bytes end inside the file meta information, where that is over its
    limit, and where they do not look like DICOM.
    """
    view = memoryview(buffer).cast("B") if not isinstance(buffer, bytes) else memoryview(buffer)
    start, oddities = _start_of_meta(view)
    meta: dict[int, bytes] = {}
    end = _read_meta(view, start, meta, oddities)
    stated_length = meta.get(0x00020000)
    if stated_length is not None and start + 12 + int.from_bytes(stated_length, "little") != end:
        oddities.append(
            f"the file meta information says {int.from_bytes(stated_length, 'little')} bytes, but has {end - start - 12}"
        )
    stated = meta.get(TRANSFER_SYNTAX_UID, b"").decode("latin-1").strip(" \0")
    if stated:
        return FileHeader(meta, end, stated, False, tuple(oddities))
    oddities.append("no transfer syntax is stated" if meta else "there is no file meta information")
    guess = guess_transfer_syntax(view[end:]) or (IMPLICIT_VR_LITTLE_ENDIAN if meta else "")
    if not guess:
        raise UnreadableDataset(f"the bytes from {end} on do not look like a DICOM data set", offset=end)
    return FileHeader(meta, end, guess, True, tuple(oddities))


def _start_of_meta(view: memoryview) -> tuple[int, list[str]]:
    if bytes(view[PREAMBLE_BYTES : PREAMBLE_BYTES + 4]) == PREFIX:
        return PREAMBLE_BYTES + 4, []
    if bytes(view[:4]) == PREFIX:
        return 4, ["there is no preamble"]
    return 0, ["there is no preamble and no DICM prefix"]


def _read_meta(view: memoryview, start: int, meta: dict[int, bytes], oddities: list[str]) -> int:
    """Reads group 0002 into `meta`; returns where it ends, whatever its group length says."""
    offset, end = start, len(view)
    implicit = False
    while offset + 8 <= end and bytes(view[offset : offset + 2]) == b"\2\0":
        group, element, vr, length = struct.unpack_from("<HH2sH", view, offset)
        tag = group << 16 | element
        value_start = offset + 8
        if vr in LONG_VRS:
            if offset + 12 > end:
                raise _cut(tag, offset)
            (length,) = struct.unpack_from("<I", view, offset + 8)
            value_start = offset + 12
        elif vr not in SHORT_VRS and not looks_explicit(vr):
            (length,) = struct.unpack_from("<I", view, offset + 4)
            implicit = True
        stop = value_start + length
        if stop - start > FILE_META_BYTES_MAX:
            raise UnreadableDataset(
                f"{named(tag)} at byte {offset} makes the file meta information larger than {FILE_META_BYTES_MAX} bytes",
                offset=offset,
            )
        if stop > end:
            raise _cut(tag, offset)
        meta[tag] = bytes(view[value_start:stop])
        offset = stop
    if 0 < end - offset < 8 and bytes(view[offset : offset + 2]) == b"\2\0":
        raise UnreadableDataset(f"the bytes end inside a tag of the file meta information at byte {offset}", offset=offset)
    if implicit:
        oddities.append("the file meta information is in implicit VR")
    return offset


def _cut(tag: int, offset: int) -> UnreadableDataset:
    return UnreadableDataset(f"the bytes end inside {named(tag)} of the file meta information at byte {offset}", offset=offset)


def guess_transfer_syntax(view: memoryview) -> str:
    """How a bare data set looks written: one of the three uncompressed syntaxes, or an empty text where it looks like none.

    The first element must be of a group that data sets begin with; in implicit VR the one after it must follow in order too, since
    nearly any text would do otherwise.
    """
    if len(view) < 8:
        return ""
    explicit = bytes(view[4:6]) in LONG_VRS | SHORT_VRS
    if explicit and int.from_bytes(view[:2], "little") in _GROUPS_OF_FIRST_ELEMENTS:
        return EXPLICIT_VR_LITTLE_ENDIAN
    if explicit and int.from_bytes(view[:2], "big") in _GROUPS_OF_FIRST_ELEMENTS:
        return EXPLICIT_VR_BIG_ENDIAN
    group, element, length = struct.unpack_from("<HHI", view)
    if group not in _GROUPS_OF_FIRST_ELEMENTS or length & 1 or length > FILE_META_BYTES_MAX:
        return ""
    after = 8 + length
    if after + 4 <= len(view):
        next_group, next_element = struct.unpack_from("<HH", view, after)
        if (next_group, next_element) <= (group, element) or next_group > 0x7FE0:
            return ""
    elif after != len(view):
        return ""
    return IMPLICIT_VR_LITTLE_ENDIAN

"""What skim and the metadata accept can be rendered, indexed and transcoded too: data sets that are not written as they say."""

from __future__ import annotations

import struct

import pytest

from isocenter.imaging import decode, transcode
from isocenter.imaging.frame_index import index_frames
from isocenter.imaging.frames import locate
from isocenter.imaging.render import render
from isocenter.model.pictures import Rendering
from isocenter.standard import transfer_syntax as uids

WORDS = struct.pack("<4H", 1, 2, 3, 400)
ATTRIBUTES = ((0x0002, "US", b"\1\0"), (0x0004, "CS", b"MONOCHROME2 "), (0x0010, "US", b"\2\0"), (0x0011, "US", b"\2\0"),
              (0x0100, "US", b"\x10\0"), (0x0101, "US", b"\x10\0"), (0x0102, "US", b"\x0f\0"), (0x0103, "US", b"\0\0"))  # fmt: skip


def explicit(group: int, number: int, vr: str, value: bytes, order: str = "<") -> bytes:
    head = struct.pack(order + "HH2s", group, number, vr.encode())
    if vr in ("OW", "UN"):
        return head + struct.pack(order + "HL", 0, len(value)) + value
    return head + struct.pack(order + "H", len(value)) + value


def implicit(group: int, number: int, _vr: str, value: bytes) -> bytes:
    return struct.pack("<HHL", group, number, len(value)) + value


def image(write) -> bytes:
    return b"".join([write(0x0028, *one) for one in ATTRIBUTES] + [write(0x7FE0, 0x0010, "OW", WORDS)])


def big() -> bytes:
    def write(group: int, number: int, vr: str, value: bytes) -> bytes:
        swapped = value[::-1] if vr == "US" else struct.pack(">4H", *struct.unpack("<4H", value)) if vr == "OW" else value
        return explicit(group, number, vr, swapped, ">")

    return image(write)


def mixed() -> bytes:
    """One element is implicit, in an explicit data set."""

    def write(group: int, number: int, vr: str, value: bytes) -> bytes:
        return (implicit if number == 0x0011 else explicit)(group, number, vr, value)

    return image(write)


FORMS = {
    "implicit": image(implicit),
    "explicit": image(explicit),
    "big": big(),
    "mixed": mixed(),
    "padded": image(explicit) + bytes(4),
}
SYNTAXES = (uids.IMPLICIT_VR_LITTLE_ENDIAN, uids.EXPLICIT_VR_LITTLE_ENDIAN, uids.EXPLICIT_VR_BIG_ENDIAN)


@pytest.mark.parametrize("announced", SYNTAXES)
@pytest.mark.parametrize("form", FORMS)
def test_the_same_pixels_come_out_whatever_was_announced(form: str, announced: str) -> None:
    content = FORMS[form]
    pixels = locate(content, announced)
    assert decode.native_frame(memoryview(content), pixels, 0) == WORDS
    assert render(content, announced, 1, Rendering("image/png")) == render(
        FORMS["explicit"], uids.EXPLICIT_VR_LITTLE_ENDIAN, 1, Rendering("image/png")
    )
    other = uids.EXPLICIT_VR_LITTLE_ENDIAN if announced != uids.EXPLICIT_VR_LITTLE_ENDIAN else uids.IMPLICIT_VR_LITTLE_ENDIAN
    changed = transcode.transcode(content, announced, other)
    assert decode.native_frame(memoryview(changed), locate(changed, other), 0) == WORDS


@pytest.mark.parametrize("announced", SYNTAXES)
@pytest.mark.parametrize("form", FORMS)
def test_the_index_of_frames_says_ready_for_little_endian_words_alone(form: str, announced: str) -> None:
    content = FORMS[form]
    index = index_frames(lambda offset, length: content[offset : offset + length], len(content), announced)
    assert index.ready == (form != "big")
    if index.ready:
        ((offset, length),) = index.of(1)
        assert content[offset : offset + length] == WORDS

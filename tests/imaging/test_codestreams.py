import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import UnreadableDataset
from isocenter.imaging import codestreams
from isocenter.imaging.decode import imagecodecs

sides = st.integers(1, 3000)


@given(sides, sides, st.sampled_from([(8, 1), (16, 1), (8, 3)]))
def test_a_jpeg_header_is_read_with_any_segments_before_it(rows: int, columns: int, kind: tuple[int, int]) -> None:
    precision, components = kind
    frame = (
        b"\xff\xc3" + struct.pack(">HBHHB", 8 + 3 * components, precision, rows, columns, components) + b"\x01\x11\x00" * components
    )
    content = b"junk" + b"\xff\xd8\xff\xe0\x00\x04ab" + b"\xff\xff\xfe\x00\x02" + frame
    found = codestreams.jpeg(content)
    assert (found.rows, found.columns, found.precision, found.components) == (rows, columns, precision, components)
    assert found.start == 4


@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (16, 32), (40, 50), (300, 7), (256, 256), (513, 1025), (90, 160)])
def test_the_size_in_a_jpeg_xl_header_is_the_size_of_the_image(shape: tuple[int, int]) -> None:
    for kind in (np.uint8, np.uint16):
        codestream = imagecodecs().jpegxl_encode(np.zeros(shape, kind), lossless=True, effort=1)
        found = codestreams.jpeg_xl(codestream)
        assert (found.rows, found.columns) == shape


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16])
def test_a_jpeg_2000_header_tells_precision_and_sign(kind: type) -> None:
    codestream = imagecodecs().jpeg2k_encode(np.zeros((30, 20), kind), level=0, codecformat="j2k", reversible=True)
    found = codestreams.jpeg_2000(codestream)
    assert (found.rows, found.columns, found.components) == (30, 20, 1)
    assert (found.precision, found.signed) == (np.dtype(kind).itemsize * 8, kind is np.int16)


def test_a_jpeg_2000_header_with_too_many_tiles_is_refused() -> None:
    siz = struct.pack(">HHLLLLLLLLHBBB", 41, 0, 65536, 65536, 0, 0, 1, 1, 0, 0, 1, 7, 1, 1)
    with pytest.raises(UnreadableDataset, match="4294967296 tiles"):
        codestreams.jpeg_2000(b"\xff\x4f\xff\x51" + siz)


@given(
    st.binary(max_size=100), st.sampled_from([b"", b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"])
)
def test_any_bytes_have_a_header_or_are_refused(content: bytes, start: bytes) -> None:
    whole = start + content
    for read in (codestreams.jpeg, codestreams.jpeg_2000, codestreams.jpeg_xl):
        try:
            found = read(whole)
        except UnreadableDataset:
            continue
        # What stands before a codestream does not change what its header says.
        assert read(whole[found.start :]) == replace(found, start=0)


def jpeg_of(*segments: tuple[int, bytes], frame: bytes = b"\x08\0\1\0\1\3\1\x11\0\2\x11\0\3\x11\0") -> bytes:
    parts = [b"\xff\xd8"]
    parts += [struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content for marker, content in (*segments, (0xC0, frame))]
    return b"".join(parts) + b"\xff\xda\0\2"


ADOBE = b"Adobe\0\x64\0\0\0\0"
JFIF = b"JFIF\0\1\1\0\0\1\0\1\0\0"


@pytest.mark.parametrize(
    ("codestream", "colour"),
    [
        (jpeg_of(), ""),
        (jpeg_of((0xE0, JFIF)), "YBR_FULL"),
        (jpeg_of((0xEE, ADOBE + b"\0")), "RGB"),
        (jpeg_of((0xEE, ADOBE + b"\1")), "YBR_FULL"),
        (jpeg_of((0xE0, JFIF), (0xEE, ADOBE + b"\0")), "RGB"),
        (jpeg_of((0xEE, b"Adobe")), ""),
        (jpeg_of(frame=b"\x08\0\1\0\1\3R\x11\0G\x11\0B\x11\0"), "RGB"),
        (jpeg_of((0xE0, JFIF), frame=b"\x08\0\1\0\1\3R\x11\0G\x11\0B\x11\0"), "YBR_FULL"),
        (jpeg_of((0xFE, b"RGB")), ""),
        (b"", ""),
        (b"\xff\xd8\xff", ""),
        (b"no JPEG at all", ""),
    ],
)
def test_a_jpegs_markers_say_what_its_colours_are(codestream: bytes, colour: str) -> None:
    assert codestreams.jpeg_colour(codestream) == colour


@given(st.binary(max_size=80))
def test_any_bytes_have_a_colour_or_none(tail: bytes) -> None:
    assert codestreams.jpeg_colour(b"\xff\xd8\xff" + tail) in ("", "RGB", "YBR_FULL")

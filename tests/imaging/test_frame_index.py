import struct
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_files

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import FRAME_HEAD_BYTES
from isocenter.imaging.frame_index import index_frames
from isocenter.imaging.frames import locate
from isocenter.standard import transfer_syntax as uids

EXPLICIT, IMPLICIT, BIG, JPEG = (
    uids.EXPLICIT_VR_LITTLE_ENDIAN,
    uids.IMPLICIT_VR_LITTLE_ENDIAN,
    uids.EXPLICIT_VR_BIG_ENDIAN,
    uids.JPEG_BASELINE,
)


def element(tag, vr, value, length=None, order="<"):
    length = len(value) if length is None else length
    head = struct.pack(order + "HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    if vr in ("OB", "OW", "SQ", "UN", "OV", "UT"):
        return head + b"\0\0" + struct.pack(order + "L", length) + value
    return head + struct.pack(order + "H", length) + value


def image(rows=4, columns=4, frames=1, pixels=b"", before=b"", vr="OW", order="<"):
    short = struct.Struct(order + "H").pack
    return b"".join(
        (
            before,
            element(0x00280002, "US", short(1), order=order),
            element(0x00280008, "IS", f"{frames:<2}".encode(), order=order),
            element(0x00280010, "US", short(rows), order=order),
            element(0x00280011, "US", short(columns), order=order),
            element(0x00280100, "US", short(8), order=order),
            pixels,
        )
    )


def fragments(*values, closed=True):
    items = b"".join(struct.pack("<HHL", 0xFFFE, 0xE000, len(value)) + value for value in values)
    return element(0x7FE00010, "OB", items + (struct.pack("<HHL", 0xFFFE, 0xE0DD, 0) if closed else b""), 0xFFFFFFFF)


class Stored:
    """A data set that counts what is read of it."""

    def __init__(self, content):
        self.content = bytes(content)
        self.bytes_read = 0

    def read(self, offset, length):
        assert 0 <= offset <= len(self.content)
        found = self.content[offset : offset + length]
        self.bytes_read += len(found)
        return found

    def index(self, syntax=EXPLICIT):
        return index_frames(self.read, len(self.content), syntax)


def files():
    found = []
    for name in get_testdata_files("*.dcm"):
        try:
            with open(name, "rb") as file:
                start = pydicom.filereader.dcmread(file, stop_before_pixels=True, specific_tags=[])
                syntax = str(start.file_meta.TransferSyntaxUID)
        except Exception:
            continue
        if not uids.of(syntax).deflated:
            found.append((name, syntax))
    return found


@pytest.mark.parametrize(("name", "syntax"), files(), ids=lambda value: Path(value).name)
def test_the_frames_of_real_files_are_where_locating_in_the_whole_finds_them(name, syntax):
    with open(name, "rb") as file:
        pydicom.filereader.read_preamble(file, True)
        pydicom.filereader._read_file_meta_info(file)
        content = file.read()
    try:
        whole = locate(content, syntax)
    except (LocalError, UnreadableDataset) as error:
        with pytest.raises(type(error)):
            Stored(content).index(syntax)
        return
    index = Stored(content).index(syntax)
    assert index.count == len(whole.frames)
    assert index.description == whole.description
    if index.ready:
        assert [index.of(number + 1) for number in range(index.count)] == [frame.pieces for frame in whole.frames]


def test_of_a_native_image_no_pixel_is_read():
    stored = Stored(image(1024, 1024, 9, element(0x7FE00010, "OB", bytes(9 << 20))))
    index = stored.index()
    assert stored.bytes_read <= FRAME_HEAD_BYTES
    assert index.ready
    assert index.of(9) == ((len(stored.content) - (1 << 20), 1 << 20),)


def test_of_an_encapsulated_image_only_the_headers_of_fragments_are_read():
    stored = Stored(image(4, 4, 3, fragments(b"", *(bytes([n]) * 500_000 for n in (1, 2, 3)))))
    index = stored.index(JPEG)
    assert stored.bytes_read < FRAME_HEAD_BYTES + 100
    assert index.ready
    for number in (1, 2, 3):
        ((offset, length),) = index.of(number)
        assert stored.content[offset : offset + length] == bytes([number]) * 500_000


def test_attributes_before_the_pixels_may_be_longer_than_the_first_read():
    long = element(0x00081030, "UT", b"x" * (3 * FRAME_HEAD_BYTES))
    sequence = element(0x00081140, "SQ", struct.pack("<HHLHHL", 0xFFFE, 0xE000, 0, 0xFFFE, 0xE0DD, 0), 0xFFFFFFFF)
    stored = Stored(image(before=long + sequence, pixels=element(0x7FE00010, "OB", bytes(16))))
    assert stored.index().of(1) == ((len(stored.content) - 16, 16),)


@pytest.mark.parametrize("syntax", [BIG, uids.GE_PRIVATE_IMPLICIT])
def test_samples_of_another_byte_order_are_not_ready_to_go_out(syntax):
    if syntax == BIG:
        stored = Stored(image(pixels=element(0x7FE00010, "OB", bytes(16), order=">"), order=">"))
        assert not stored.index(syntax).ready
    else:
        assert not Stored(implicit()).index(syntax).ready
        assert Stored(implicit()).index(IMPLICIT).ready


def implicit():
    rows = ((0x00280010, b"\4\0"), (0x00280011, b"\4\0"), (0x00280100, b"\x08\0"), (0x7FE00010, bytes(16)))
    return b"".join(struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value)) + value for tag, value in rows)


def test_what_cannot_be_is_refused_with_its_reason():
    with pytest.raises(LocalError, match="no Pixel Data"):
        Stored(image()).index()
    with pytest.raises(LocalError, match="deflated"):
        Stored(image()).index(uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)
    with pytest.raises(UnreadableDataset, match="2 frames need 32"):
        Stored(image(frames=2, pixels=element(0x7FE00010, "OB", bytes(16)))).index()
    with pytest.raises(UnreadableDataset, match="claims 400 bytes"):
        Stored(image(pixels=element(0x7FE00010, "OB", bytes(16), 400))).index()
    with pytest.raises(UnreadableDataset, match="never closed"):
        Stored(image(pixels=fragments(b"", b"abcd", closed=False))).index(JPEG)
    with pytest.raises(UnreadableDataset, match="loose"):
        Stored(struct.pack("<HHL", 0xFFFE, 0xE00D, 0) + image()).index()


@pytest.mark.parametrize("closed", [True, False])
def test_a_data_set_that_ends_anywhere_is_refused_or_unchanged(closed):
    whole = image(2, 2, 2, fragments(b"", b"abcd", b"efgh"), element(0x00081030, "LO", b"AB")) if closed else implicit()
    syntax = JPEG if closed else IMPLICIT
    right = Stored(whole).index(syntax)
    for length in range(len(whole)):
        try:
            index = Stored(whole[:length]).index(syntax)
        except (LocalError, UnreadableDataset):
            continue
        assert index == right


@given(st.binary(max_size=200), st.sampled_from([EXPLICIT, IMPLICIT, BIG, JPEG]))
def test_any_bytes_are_an_index_within_them_or_an_error(content, syntax):
    stored = Stored(image(before=content[:100], pixels=content[100:]))
    try:
        index = stored.index(syntax)
    except (LocalError, UnreadableDataset):
        return
    for number in range(1, min(index.count, 50) + 1):
        if index.ready:
            assert all(offset + length <= len(stored.content) for offset, length in index.of(number))

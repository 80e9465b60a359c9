"""Images that cannot be: kept as they came, and refused one by one when somebody wants them in another syntax (PS3.3 C.7.6.3)."""

from __future__ import annotations

import struct

from tests.hostile.strangers import (
    ALL_SYNTAXES,
    HTJ2K_ID,
    JPEG_2000_ID,
    JPEG_ID,
    JPEG_LOSSLESS_ID,
    JPEG_LS_ID,
    JPEG_XL_ID,
    MPEG2_ID,
    RLE_ID,
    SEQUENCE_END,
    STORE_ID,
    UNDEFINED,
    WILL_RECEIVE,
    Peer,
    data_set,
    element,
    items,
    received,
)

NATIVE = element(0x7FE00010, b"OW", bytes(64))


def encapsulated(*fragments: bytes, table: bytes = b"", end: bytes = SEQUENCE_END) -> bytes:
    return element(0x7FE00010, b"OB", items(table, *fragments, undefined=False) + end, UNDEFINED)


def numbers(*pairs: tuple[int, int | str]) -> tuple[bytes, ...]:
    """Elements of group 0028 and its like: numbers as US, texts as IS."""
    return tuple(
        element(tag, b"US", struct.pack("<H", number)) if isinstance(number, int) else element(tag, b"IS", number)
        for tag, number in pairs
    )


def image(*pairs: tuple[int, int | str]) -> tuple[bytes, ...]:
    plain = {0x00280002: 1, 0x00280010: 8, 0x00280011: 8, 0x00280100: 8, 0x00280101: 8, 0x00280102: 7, 0x00280103: 0}
    return (element(0x00280004, b"CS", "MONOCHROME2"), *numbers(*{**plain, **dict(pairs)}.items()))


def jpeg(rows: int, columns: int, more: bytes = b"") -> bytes:
    """The head of a baseline JPEG that claims this size, and no data."""
    frame = struct.pack(">BHHB3B", 8, rows, columns, 1, 1, 0x11, 0)
    table = b"\xff\xdb\x00\x43\x00" + b"\x01" * 64
    codes = b"\xff\xc4\x00\x14\x00\x01" + bytes(15) + b"\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    return b"\xff\xd8" + table + b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + codes + scan + more + b"\xff\xd9"


def jpeg_2000(side: int, tile: int) -> bytes:
    size = struct.pack(">HIIIIIIIIHBBB", 0, side, side, 0, 0, tile, tile, 0, 0, 1, 7, 1, 1)
    head = b"\xff\x4f\xff\x51" + struct.pack(">H", len(size) + 2) + size
    style = b"\xff\x52\x00\x0c\x00\x00\x00\x01\x00\x05\x04\x04\x00\x00"
    quantized = b"\xff\x5c\x00\x13\x40" + bytes(range(0, 128, 8))
    return head + style + quantized + b"\xff\x90\x00\x0a" + bytes(8) + b"\xff\x93\xff\xd9"


def jpeg_ls(near: int) -> bytes:
    frame = b"\xff\xd8\xff\xf7\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"
    return frame + b"\xff\xda\x00\x08\x01\x01\x00" + bytes((near, 0, 0)) + b"\xff\xd9"


def rle(*offsets: int, runs: bytes = b"") -> bytes:
    return struct.pack("<16I", *(*offsets, *[0] * 16)[:16]) + runs


HUGE = ((0x00280010, 65535), (0x00280011, 65535))
LONG = b"\xff\xff\xff\xff\xff\xff\xff\x7f"
IMAGES = {
    "66 65535 x 65535 x 2^31-1 frames": (STORE_ID, (*image(*HUGE, (0x00280008, "2147483647")), NATIVE)),
    "66 12 bits allocated": (STORE_ID, (*image((0x00280100, 12), (0x00280101, 12), (0x00280102, 11)), NATIVE)),
    "66 0 bits allocated": (STORE_ID, (*image((0x00280100, 0)), NATIVE)),
    "66 64 bits, high bit beyond": (STORE_ID, (*image((0x00280100, 64), (0x00280102, 200), (0x00280103, 7)), NATIVE)),
    "66 no samples": (STORE_ID, (*image((0x00280002, 0)), NATIVE)),
    "66 65535 samples, planar 5": (STORE_ID, (*image((0x00280002, 65535), (0x00280006, 5)), NATIVE)),
    "66 frames that are no number": (STORE_ID, (*image((0x00280008, "abc")), NATIVE)),
    "66 negative frames in JPEG": (JPEG_ID, (*image((0x00280008, "-1")), encapsulated(jpeg(8, 8)))),
    "67 pixels too short": (STORE_ID, (*image(), element(0x7FE00010, b"OW", b"12"))),
    "67 pixels of an odd length": (STORE_ID, (*image(), element(0x7FE00010, b"OB", bytes(63), 63))),
    "67 native pixels where JPEG was agreed": (JPEG_ID, (*image(), NATIVE)),
    "67 float and integer pixels": (STORE_ID, (*image(), element(0x7FE00008, b"OF", bytes(256)), NATIVE)),
    "68 offsets out of the pixels": (JPEG_ID, (*image((0x00280008, "2")), encapsulated(jpeg(8, 8), jpeg(8, 8), table=b"\xf0" * 8))),
    "68 fragments of no bytes": (JPEG_ID, (*image(), encapsulated(*[b""] * 1000))),
    "68 more fragments than frames": (JPEG_ID, (*image(), encapsulated(*[jpeg(8, 8)] * 100))),
    "68 an extended table of 2^63": (JPEG_ID, (*image((0x00280008, "2")), element(0x7FE00001, b"OV", LONG * 2),
                                               element(0x7FE00002, b"OV", LONG * 2), encapsulated(jpeg(8, 8), jpeg(8, 8)))),
    "68 pixels without their end": (JPEG_ID, (*image(), encapsulated(jpeg(8, 8), end=b""))),
    "68 JPEG that claims 65535 x 65535": (JPEG_ID, (*image(*HUGE), encapsulated(jpeg(65535, 65535)))),
    "68 JPEG of another size than the attributes": (JPEG_ID, (*image(), encapsulated(jpeg(65535, 65535)))),
    "68 JPEG whose segments end nowhere": (JPEG_ID, (*image(), encapsulated(b"\xff\xd8\xff\xe0\x00\x00" + b"\xff" * 5000))),
    "68 lossless JPEG cut off": (JPEG_LOSSLESS_ID, (*image(), encapsulated(jpeg(8, 8).replace(b"\xff\xc0", b"\xff\xc3")[:90]))),
    "68 JPEG that claims 30000 x 30000": (JPEG_ID, (*image((0x00280010, 30000), (0x00280011, 30000)),
                                                    encapsulated(jpeg(30000, 30000)))),
    "68 JPEG 2000 of 2^32 tiles": (JPEG_2000_ID, (*image(*HUGE), encapsulated(jpeg_2000(65535, 1)))),
    "68 JPEG 2000 without data": (JPEG_2000_ID, (*image(), encapsulated(jpeg_2000(8, 8)))),
    "68 HTJ2K cut off": (HTJ2K_ID, (*image(), encapsulated(jpeg_2000(8, 8)[:40]))),
    "68 JPEG-LS with a NEAR of 255": (JPEG_LS_ID, (*image(), encapsulated(jpeg_ls(255)))),
    "68 JPEG XL of noise": (JPEG_XL_ID, (*image(), encapsulated(b"\xff\x0a" + bytes(range(256))))),
    "68 RLE of 255 segments": (RLE_ID, (*image(), encapsulated(rle(255, *[64] * 15)))),
    "68 RLE that reaches back and beyond": (RLE_ID, (*image(), encapsulated(rle(3, 64, 0xFFFFFFFF, 0)))),
    "68 RLE runs past the end": (RLE_ID, (*image(), encapsulated(rle(1, 64, runs=b"\x7f\x01\x81")))),
    "68 video that is a stub": (MPEG2_ID, (*image(), encapsulated(b"\0\0\1\xb3"))),
    "69 a palette with nothing in it": (RLE_ID, (*image(), element(0x00281101, b"US", b"\0\0\xff\xff\x10\0"),
                                                 element(0x00281201, b"OW", b"1234"), encapsulated(rle(1, 64)))),
    "69 an overlay of 65535 rows": (RLE_ID, (*image(), element(0x60000010, b"US", b"\xff\xff"),
                                             element(0x60000050, b"SS", b"\x00\x80" * 2),
                                             element(0x60003000, b"OW", b"12"), encapsulated(rle(1, 64)))),
    "69 a window of no width": (RLE_ID, (*image(), element(0x00281050, b"DS", "1e308"), element(0x00281051, b"DS", "0\\NaN"),
                                         encapsulated(rle(1, 64)))),
}  # fmt: skip


def test_groups_66_to_69_images_that_cannot_be_are_kept_and_fail_alone_when_they_must_be_transcoded(archive, peer):
    """Stored in many syntaxes, then fetched by a peer that takes native ones only: each comes, or fails, and the rest goes on."""
    good = 3
    peer.associate(ALL_SYNTAXES)
    for number, (context_id, elements) in enumerate(IMAGES.values()):
        uid = f"1.2.66.1.{number + 1}"
        answer = peer.store(data_set(uid, *elements, study="1.2.66", series="1.2.66.1"), uid, context_id)
        assert answer.status == 0, (list(IMAGES)[number], answer.error_comment)
    for number in range(good):
        uid = f"1.2.66.2.{number + 1}"
        assert peer.store(data_set(uid, *image(), study="1.2.66", series="1.2.66.2", pixels=bytes(64)), uid).status == 0
    with Peer(archive.port) as destination:
        destination.associate(WILL_RECEIVE)
        answer, came = received(destination, "1.2.66")
    assert len(came) == answer.completed
    assert answer.completed + answer.failed == len(IMAGES) + good
    assert {f"1.2.66.2.{number + 1}" for number in range(good)} <= set(came)
    assert answer.failed >= len(IMAGES) // 2
    assert answer.status == 0xB000

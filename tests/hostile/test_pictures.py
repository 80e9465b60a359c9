"""Images that cannot be, asked for as pictures, frames and attributes: each fails alone, with its reason, and in time."""

from __future__ import annotations

import struct
import time

import pytest
from tests.hostile.browsers import DICOM_JSON, OCTETS, STUDIES, answered
from tests.hostile.conftest import Archived
from tests.hostile.strangers import ALL_SYNTAXES, RLE_ID, STORE_ID, Peer, data_set, element
from tests.hostile.test_images import IMAGES, encapsulated, image, rle

from isocenter.base.limits import MIB

ANSWER_SECONDS = 20.0
UL_SIDES = (element(0x00280010, b"UL", struct.pack("<L", 0x10001)), element(0x00280011, b"UL", struct.pack("<L", 0x10001)))
PALETTE = tuple(
    raw
    for number in (1, 2, 3)
    for raw in (
        element(0x00281100 + number, b"US", struct.pack("<3H", 2, 0, 16)),
        element(0x00281200 + number, b"OW", b"\0\0\xff\xff"),
    )
)
INDICES = encapsulated(struct.pack("<16I", 1, 64, *[0] * 14) + bytes((63, *range(192, 256))))
LYING = {
    **IMAGES,
    "66 sides of 32 bits (CVE-2026-5442)": (STORE_ID, (*image(), *UL_SIDES, element(0x7FE00010, b"OW", bytes(64)))),
    "69 indices behind a palette of two": (
        RLE_ID, (*image(), element(0x00280004, b"CS", "PALETTE COLOR"), *PALETTE, INDICES)),
    "69 a palette that is segmented without end": (
        RLE_ID, (*image(), element(0x00280004, b"CS", "PALETTE COLOR"), *PALETTE,
                 *(element(0x00281220 + n, b"OW", struct.pack("<4H", 2, 65535, 65535, 65535)) for n in (1, 2, 3)), INDICES)),
    "69 a modality LUT of nothing": (RLE_ID, (*image(), element(0x00283000, b"SQ", b""), encapsulated(rle(1, 64)))),
}  # fmt: skip


@pytest.fixture(scope="module")
def lying(serving: Archived) -> list[str]:
    """The paths of all of them, stored."""
    paths = []
    with Peer(serving.port) as peer:
        peer.associate(ALL_SYNTAXES)
        for number, (context_id, elements) in enumerate(LYING.values()):
            uid = f"1.2.66.1.{number + 1}"
            assert peer.store(data_set(uid, *elements, study="1.2.66", series="1.2.66.1"), uid, context_id).status == 0
            paths.append(f"{STUDIES}/1.2.66/series/1.2.66.1/instances/{uid}")
    return paths


ASKED = {"/rendered": "image/png", "/thumbnail": "image/jpeg", "/frames/1": OCTETS, "/metadata": DICOM_JSON,
         "/bulkdata/7FE00010": "*/*", "": "application/dicom"}  # fmt: skip


@pytest.mark.parametrize("below", ASKED)
def test_groups_66_to_69_cve_2026_5437_to_5445_an_image_that_lies_fails_alone_and_says_why(page, lying, below):
    """Orthanc's faults of 2026: sizes that overflow, palettes and codestreams that lead a decoder out of its memory."""
    failed = 0
    for name, path in zip(LYING, lying, strict=True):
        began = time.monotonic()
        answer = answered(page.http, path + below, Accept=ASKED[below])
        assert answer.status == 200 or answer.status in range(400, 500) or answer.status == 503, (name, answer.body[:300])
        assert time.monotonic() - began < ANSWER_SECONDS, name
        if answer.status != 200:
            failed += 1
            assert answer.json["detail"], name
            assert str(page.data).encode() not in answer.body
        assert len(answer.body) < 4 * MIB, name
    assert failed >= len(LYING) // 4 or below in ("/metadata", "/bulkdata/7FE00010", "")


def test_a_series_with_images_that_lie_still_tells_the_attributes_of_the_others(page, lying):
    answer = answered(page.http, f"{STUDIES}/1.2.66/series/1.2.66.1/metadata", Accept=DICOM_JSON)
    assert answer.status == 200
    assert len(answer.json) >= len(LYING) // 2

"""Pixels that break what decodes them: it happens in a process that is ended, one call fails with its reason, the house lives."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil
import pytest
from starlette.testclient import TestClient
from tests.hostile.conftest import ECHO_SECONDS, house_in, wait_until
from tests.hostile.strangers import (
    RLE_ID,
    STORE_ID,
    SYNTAX_IDS,
    WILL_RECEIVE,
    Peer,
    data_set,
    echo_seconds,
    element,
    received,
)
from tests.hostile.test_images import IMAGES, NATIVE, encapsulated, image, rle

from isocenter.base.errors import Exhausted, IsocenterError, LocalError, UnreadableDataset
from isocenter.base.limits import MIB
from isocenter.daemon import compose, pictures
from isocenter.daemon.dicom_web import web_house
from isocenter.jobs.pool import Pool
from isocenter.model.pictures import Rendering, Viewport, Window
from isocenter.model.records import Arrival, Instance, Stored
from isocenter.standard import transfer_syntax as uids
from isocenter.standard.sop_class import CT_IMAGE
from isocenter.web.app import app

SYNTAXES = {number: uid for uid, number in SYNTAX_IDS.items()} | {STORE_ID: uids.EXPLICIT_VR_LITTLE_ENDIAN}
PNG = Rendering("image/png")
CALL_SECONDS = 2.0
"""What a call may take here, so that a codec that hangs does not keep the tests waiting."""


def kept(house, uid: str, elements, context_id: int) -> Instance:
    """Stored as if it had come by C-STORE in the syntax of that context."""
    reception = house.archive.begin(Arrival(CT_IMAGE, uid, SYNTAXES[context_id], datetime(2026, 1, 2, tzinfo=UTC)))
    reception.write(data_set(uid, *elements, study="1.2.67", series="1.2.67.1"))
    stored = reception.finish()
    assert isinstance(stored, Stored)
    return stored.instance


def asked_everything(house, instance: Instance) -> dict[str, str]:
    """Every question about the pixels of an instance; why it was not answered, empty where it was."""
    asks = {
        "count": lambda: house.pictures.frame_count(instance),
        "picture": lambda: house.pictures.rendered(instance, 1, PNG),
        "small picture": lambda: house.pictures.rendered(instance, 1, Rendering("image/jpeg", viewport=Viewport(16, 16))),
        "windowed": lambda: house.pictures.rendered(instance, 1, Rendering("image/png", window=Window(1e308, 1e-308))),
        "last frame": lambda: house.pictures.rendered(instance, 2**31 - 1, PNG),
        "frame": lambda: list(house.pictures.frames(instance, [1], uids.EXPLICIT_VR_LITTLE_ENDIAN)),
        "coded frame": lambda: list(house.pictures.frames(instance, [1, 1], uids.JPEG_LS_LOSSLESS)),
        "data set": lambda: house.pictures.data_set(instance, uids.IMPLICIT_VR_LITTLE_ENDIAN),
        "metadata": lambda: house.pictures.metadata([instance], "http://here/{instance}/{path}"),
        "pixels": lambda: house.pictures.bulk_data(instance, "7FE00010"),
    }
    outcomes = {}
    for name, ask in asks.items():
        try:
            ask()
            outcomes[name] = ""
        except IsocenterError as error:
            outcomes[name] = str(error) or "no reason"
    return outcomes


def test_groups_66_to_69_images_that_cannot_be_are_asked_for_in_every_way_and_fail_with_a_reason(house):
    before = psutil.Process().memory_info().rss
    for number, (name, (context_id, elements)) in enumerate(IMAGES.items()):
        outcomes = asked_everything(house, kept(house, f"1.2.67.1.{number + 1}", elements, context_id))
        assert outcomes["last frame"], name
        assert not outcomes["metadata"] or "without their end" in name, name
        assert not [reason for reason in outcomes.values() if "no reason" in reason or "unexpectedly" in reason], (name, outcomes)
    good = kept(house, "1.2.67.1.1000", (*image(), NATIVE), STORE_ID)
    assert {name for name, reason in asked_everything(house, good).items() if reason} == {"windowed", "last frame"}
    assert psutil.Process().memory_info().rss - before < 64 * MIB
    assert min(echo_seconds(house.listener.port) for _ in range(5)) < ECHO_SECONDS


LONG_ROWS = (element(0x00280010, b"UL", struct.pack("<L", 0x10001)), element(0x00280011, b"UL", struct.pack("<L", 0x10001)))
DESCRIPTORS = {tag: element(tag, b"US", struct.pack("<3H", 0, 0, 16)) for tag in (0x00281101, 0x00281102, 0x00281103)}
TABLES = {tag: element(tag, b"OW", b"\1\2\3\4") for tag in (0x00281201, 0x00281202, 0x00281203)}
PALETTE = (element(0x00280004, b"CS", "PALETTE COLOR"), *DESCRIPTORS.values(), *TABLES.values())
FAR = struct.pack("<3H", 2, 0xFFFF, 16)
FAR_PALETTE = (PALETTE[0], *(element(tag, b"US", FAR) for tag in DESCRIPTORS), *TABLES.values())


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        pytest.param((*image(), *LONG_ROWS, NATIVE), "is not one US value", id="Rows and Columns as UL, whose product overflows"),
        pytest.param((*image((0x00280010, 65535), (0x00280011, 65535)), NATIVE), "65535", id="a frame far beyond its bytes"),
        pytest.param((*image(), *PALETTE, NATIVE), r"\(0028,[0-9A-F]{4}\)", id="a palette of 65536 entries in four bytes"),
        pytest.param((*image((0x00280100, 32), (0x00280101, 32), (0x00280102, 31)), PALETTE[0], *PALETTE[1:], element(
            0x7FE00010, b"OW", b"\xff" * 256)), "palette", id="an index of 32 bits into a palette"),
    ],
)  # fmt: skip
def test_cve_2026_5437_to_5445_sizes_and_indices_that_overflow_are_refused(house, elements, text):
    with pytest.raises((UnreadableDataset, LocalError), match=text):
        house.pictures.rendered(kept(house, "1.2.67.2.1", elements, STORE_ID), 1, PNG)


def test_cve_2026_5437_to_5445_an_index_outside_of_its_palette_takes_the_nearest_entry(house):
    pixels = element(0x7FE00010, b"OW", bytes(range(64)))
    instance = kept(house, "1.2.67.2.2", (*image(), *FAR_PALETTE, pixels), STORE_ID)
    assert house.pictures.rendered(instance, 1, PNG).startswith(b"\x89PNG")


@pytest.fixture
def breaking(tmp_path, monkeypatch):
    """A house whose codecs crash, hang or claim what is there, where a frame says so."""
    monkeypatch.setenv("ISOCENTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr(compose, "Pool", partial(Pool, tasks="broken_codecs"))
    monkeypatch.setattr(pictures, "WORKER_SECONDS_MAX", CALL_SECONDS)
    monkeypatch.setattr(pictures, "WORKER_TRANSCODE_SECONDS_MAX", CALL_SECONDS)
    with house_in(tmp_path / "data") as opened:
        yield opened


def faulty(house, number: int, word: str) -> Instance:
    return kept(house, f"1.2.67.3.{number}", (*image(), encapsulated(rle(1, 64, runs=word.encode()))), RLE_ID)


@pytest.mark.parametrize(
    ("word", "text"), [("CRASH", "SIGSEGV"), ("HANG", f"more than {CALL_SECONDS:g} seconds"), ("CLAIM", "of memory")]
)
def test_group_68_a_codec_that_crashes_hangs_or_claims_gigabytes_fails_alone(breaking, word, text):
    bad, good = faulty(breaking, 1, word), faulty(breaking, 2, "\x7f" + "1" * 64)
    with ThreadPoolExecutor(2) as callers:
        failing = [callers.submit(breaking.pictures.rendered, bad, 1, PNG) for _ in range(2)]
        wait_until(lambda: breaking.pictures._pool.process_count() > 0, "no process was started")
        tries = [echo_seconds(breaking.listener.port) for _ in range(5)]
        for call in failing:
            with pytest.raises(Exhausted, match=text):
                call.result()
    assert min(tries) < ECHO_SECONDS
    with pytest.raises(UnreadableDataset):
        breaking.pictures.rendered(good, 1, PNG)
    assert breaking.pictures.frame_count(bad) == 1
    assert not [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize(("word", "text"), [("CRASH", "SIGSEGV"), ("HANG", "more than 2 seconds"), ("CLAIM", "of memory")])
def test_group_68_over_http_a_codec_that_fails_is_a_sentence_of_json_and_the_next_request_is_served(breaking, word, text):
    good = kept(breaking, "1.2.67.3.9", (*image(), element(0x7FE00010, b"OW", bytes(64))), STORE_ID)
    path = f"/studies/{good.study_instance_uid}/series/{good.series_instance_uid}/instances/"
    with TestClient(
        app(lambda *_: None, web_house(breaking)), base_url="http://127.0.0.1", raise_server_exceptions=False
    ) as browser:
        bad = faulty(breaking, 1, word).sop_instance_uid
        for below, accept in (("/rendered", "image/png"), ("/frames/1", 'multipart/related; type="application/octet-stream"')):
            answer = browser.get(f"/dicom-web{path}{bad}{below}", headers={"accept": accept})
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert text in answer.json()["detail"]
        assert browser.get(f"/dicom-web{path}{good.sop_instance_uid}/rendered", headers={"accept": "image/png"}).status_code == 200


def test_group_68_a_c_get_past_codecs_that_crash_and_hang_brings_the_rest(breaking):
    for number, word in enumerate(("CRASH", "HANG", "CLAIM")):
        faulty(breaking, number + 1, word)
    good = kept(breaking, "1.2.67.3.9", (*image(), element(0x7FE00010, b"OW", bytes(64))), STORE_ID)
    with Peer(breaking.listener.port) as peer:
        peer.associate(WILL_RECEIVE)
        answer, came = received(peer, "1.2.67")
    assert (answer.completed, answer.failed, answer.status) == (1, 3, 0xB000)
    assert came == [good.sop_instance_uid]


def test_group_68_a_flood_of_crashes_starts_no_more_processes_than_there_may_be(breaking):
    bad, others = faulty(breaking, 1, "CRASH"), len(psutil.Process().children())
    most = breaking.pictures._pool._size
    with ThreadPoolExecutor(8) as callers:
        failing = [callers.submit(breaking.pictures.rendered, bad, 1, PNG) for _ in range(16)]
        for call in failing:
            with pytest.raises(Exhausted, match="SIGSEGV"):
                call.result()
            assert breaking.pictures._pool.process_count() <= most
            assert len(psutil.Process().children()) <= others + 2 * most

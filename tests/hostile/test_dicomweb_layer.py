"""DICOMweb from strangers who ask: ranges, Accept headers, frame lists, pictures, searches, and downloads that nobody reads."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.hostile.browsers import DICOM_JSON, OCTETS, STUDIES, Browser, answered, asked, page_seconds, request
from tests.hostile.conftest import ECHO_SECONDS, Archived, wait_until
from tests.hostile.strangers import Peer, data_set, echo_seconds
from tests.hostile.test_images import image

from isocenter.base.limits import MIB

STUDY, SERIES, FRAMES, SIDE = "1.2.80", "1.2.80.1", 20, 512
INSTANCE = f"{STUDIES}/{STUDY}/series/{SERIES}/instances/1.2.80.1.1"
FRAME_BYTES = SIDE * SIDE * 2
REFUSED = range(400, 500)


@pytest.fixture(scope="module")
def held(serving: Archived) -> Archived:
    """The archive holds one multi-frame image of 10 MiB."""
    pairs = ((0x00280008, str(FRAMES)), (0x00280010, SIDE), (0x00280011, SIDE))
    bits = ((0x00280100, 16), (0x00280101, 16), (0x00280102, 15))
    with Peer(serving.port) as peer:
        peer.associate()
        raw = data_set("1.2.80.1.1", *image(*pairs, *bits), study=STUDY, series=SERIES, pixels=bytes(FRAMES * FRAME_BYTES))
        assert peer.store(raw, "1.2.80.1.1").status == 0
    return serving


RANGES = {
    "82 a thousand that overlap": "bytes=" + ",".join(["0-"] * 1000),
    "82 a thousand of one byte": "bytes=" + ",".join(["0-0"] * 1000),
    "82 five hundred steps": "bytes=" + ",".join(f"{number * 2}-{number * 2}" for number in range(500)),
    "82 beyond the end": "bytes=9000000000000000000-",
    "82 a number beyond all": f"bytes=0-{'9' * 1000}",
    "82 backwards": "bytes=10-5",
    "82 a suffix of nothing": "bytes=-0",
    "82 a suffix beyond the start": "bytes=-9999999999",
    "82 two signs": "bytes=--5",
    "82 another unit": "lines=0-5",
    "82 no unit": "0-5",
    "82 nothing": "bytes=",
    "82 spaces and letters": "bytes= a - b ",
    "82 only commas": "bytes=" + "," * 2000,
    "82 Arabic digits": "bytes=\xd9\xa1-\xd9\xa2",
}


@pytest.mark.parametrize("asked_for", RANGES.values(), ids=RANGES)
def test_a_range_never_gives_more_than_the_value_and_takes_no_time(page, held, asked_for):
    """CVE-2025-62727: a header of ranges that kept Starlette busy for minutes."""
    answer = answered(page.http, f"{INSTANCE}/bulkdata/7FE00010", Range=asked_for, Accept="*/*")
    assert answer.status in (200, 206, 400, 416), answer.body[:300]
    assert len(answer.body) <= FRAMES * FRAME_BYTES + 100_000
    if answer.status == 416:
        assert answer.headers["content-range"] == f"bytes */{FRAMES * FRAME_BYTES}"


def test_group_82_a_range_of_something_that_changed_is_the_whole(page, held):
    path = f"{INSTANCE}/bulkdata/7FE00010"
    part_of = answered(page.http, path, Range="bytes=1-4", Accept="*/*")
    assert (part_of.status, len(part_of.body)) == (206, 4)
    whole = answered(page.http, path, Range="bytes=1-4", If_Range='"another"', Accept="*/*")
    assert (whole.status, len(whole.body) >= FRAMES * FRAME_BYTES) == (200, True)


ACCEPTS = {
    "83 five hundred types": ", ".join(f"image/x{number}" for number in range(500)),
    "83 a q of letters": "image/png; q=abc",
    "83 a q beyond one": "image/png; q=9999999999999999999999",
    "83 a q of nothing at all": "*/*; q=0",
    "83 a syntax that nobody has": 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.3',
    "83 a syntax that is none": 'multipart/related; type="application/octet-stream"; transfer-syntax=../../x',
    "83 half a string": 'multipart/related; type="application/oct',
    "83 types without slashes": "a, b, c",
    "83 semicolons": ";" * 4000,
    "83 commas": "," * 4000,
    "83 backslashes": 'multipart/related; type="' + "\\" * 4001 + '"',
    "83 a type in a type in a type": 'multipart/related; type="multipart/related"',
}


@pytest.mark.parametrize("accept", ACCEPTS.values(), ids=ACCEPTS)
@pytest.mark.parametrize("below", ["/frames/1", "/rendered", "/metadata", ""])
def test_an_accept_header_that_makes_no_sense_is_refused_or_passed_over(page, held, accept, below):
    answer = answered(page.http, INSTANCE + below, Accept=accept)
    assert answer.status in (200, 400, 406), (answer.status, answer.body[:300])
    assert len(answer.body) < FRAMES * FRAME_BYTES + MIB


PICTURES = {
    "84 frame 0": "/frames/0",
    "84 frame -1": "/frames/-1",
    "84 a frame behind the last": "/frames/21",
    "84 a frame of 2^63": f"/frames/{1 << 63}",
    "84 a frame of a thousand digits": f"/frames/{'9' * 1000}",
    "84 a frame of letters": "/frames/one",
    "84 a frame in Arabic digits": "/frames/%D9%A1",
    "84 frames of commas": "/frames/" + "," * 1000,
    "84 a million frames": "/frames/" + "1," * 1_000_000 + "1",
    "84 a viewport beyond all": "/frames/1/rendered?viewport=99999,99999",
    "84 a viewport of nothing": "/frames/1/rendered?viewport=0,0",
    "84 a viewport of 2^31": f"/rendered?viewport={1 << 31},{1 << 31}",
    "84 a viewport of letters": "/rendered?viewport=a,b",
    "84 a viewport of one": "/rendered?viewport=5",
    "84 a region behind the picture": "/rendered?viewport=10,10,1e9,1e9,10,10",
    "84 a region of no number": "/rendered?viewport=10,10,nan,nan,nan,nan",
    "84 a window of no number": "/rendered?window=nan,nan,linear",
    "84 a window without end": "/rendered?window=inf,1e308,linear",
    "84 a window of no width": "/rendered?window=40,0,linear",
    "84 a window of a shape that is none": "/rendered?window=40,400,../x",
    "84 half a window": "/rendered?window=40",
    "84 a quality of a milliard": "/rendered?quality=1000000000",
    "84 a quality less than nothing": "/rendered?quality=-1",
    "84 a type in the query that is none": "/rendered?accept=../../x",
    "84 a thumbnail of a street": "/thumbnail?viewport=99999,99999",
}


@pytest.mark.parametrize("below", PICTURES.values(), ids=PICTURES)
def test_a_picture_that_cannot_be_is_refused_before_it_is_made(page, held, below):
    accept = "image/jpeg" if "rendered" in below or "thumbnail" in below else OCTETS
    answer = asked(page.http, INSTANCE + below, Accept=accept)
    assert answer is None or answer.status in REFUSED, (answer.status, answer.body[:300])


ODD = ["viewport=10,10,-5,-5,10,10", "annotation=<script>alert(1)</script>", "quality=1&quality=2", "nonsense=../../x", "window="]


@pytest.mark.parametrize("query", ODD)
def test_group_84_what_is_only_odd_gives_a_picture_or_a_reason(page, held, query):
    answer = answered(page.http, f"{INSTANCE}/rendered?{query}", Accept="image/png")
    assert answer.status in (200, 400), answer.body[:300]
    assert answer.status == 400 or answer.body.startswith(b"\x89PNG")
    assert not any("<script>" in value for value in answer.headers.values())


def test_group_84_a_frame_a_thousand_times_is_refused_or_streamed(page, held):
    """500 MiB of answer: whoever reads gets them, whoever does not costs nothing."""
    path = f"{INSTANCE}/frames/{','.join(['1'] * 1000)}"
    before = page.process.memory_info().rss
    with ExitStack() as opened:
        for _ in range(8):
            browser = opened.enter_context(Browser(page.http, window=4096))
            browser.send(request(path, Accept=OCTETS))
        for _ in range(5):
            assert page_seconds(page.http) < 2
        assert min(echo_seconds(page.port) for _ in range(5)) < ECHO_SECONDS
        grown = page.process.memory_info().rss - before
    assert grown < 96 * MIB, f"memory grew by {grown / MIB:.0f} MiB"


SEARCHES = {
    "85 a limit less than nothing": "limit=-1",
    "85 a limit beyond all": "limit=1000000000000000000000000",
    "85 a limit of letters": "limit=all",
    "85 an offset less than nothing": "offset=-1",
    "85 an offset beyond all": "offset=1000000000000000000000000",
    "85 a keyword that is none": "NoSuchKeyword=1",
    "85 a tag that is none": "0010ZZZZ=1",
    "85 a path through what is no sequence": "00100010.00100020=1",
    "85 fuzzy letters": "fuzzymatching=perhaps",
    "85 fields that are none": "includefield=NoSuchKeyword",
    "85 a thousand fields": "&".join(["includefield=ZZZ"] * 1000),
    "85 a date that is none": "StudyDate=today",
    "85 the same key twice": "PatientID=1&PatientID=2",
    "85 a UID that is none": "StudyInstanceUID=../../x",
    "85 a thousand wild cards": "PatientName=" + "*?" * 1000,
    "85 not UTF-8": "PatientName=%FF%FE",
}


@pytest.mark.parametrize("query", SEARCHES.values(), ids=SEARCHES)
def test_a_search_that_makes_no_sense_is_refused_or_finds_nothing(page, held, query):
    answer = answered(page.http, f"{STUDIES}?{query}", Accept=DICOM_JSON)
    assert answer.status in (200, 204, 400, 414, 431), (answer.status, answer.body[:300])
    if answer.status == 400:
        assert str(answer.json["detail"])


@pytest.mark.parametrize(
    "value", ["%25%25", "_%25", "' OR '1'='1", '";--', "<script>alert(1)</script>", "=cmd|x", "\u202edoe", "*%00*"]
)
def test_group_85_what_means_something_elsewhere_means_itself(page, held, value):
    answer = answered(
        page.http, f"{STUDIES}?PatientName={value.replace(' ', '%20').encode('utf-8').decode('latin-1')}", Accept=DICOM_JSON
    )
    assert answer.status in (200, 204, 400), (answer.status, answer.body[:300])
    assert answer.status == 400 or not answer.body or answer.json == []


def test_group_85_an_offset_behind_the_end_finds_nothing(page, held):
    answer = answered(page.http, f"{STUDIES}?offset=1000000", Accept=DICOM_JSON)
    assert answer.status in (200, 204)
    assert not answer.body or answer.json == []


def test_group_90_who_leaves_in_the_middle_of_a_download_leaves_nothing_behind(page, held):
    before = page.process.num_fds()
    paths = [f"{INSTANCE}/bulkdata/7FE00010", f"{STUDIES}/{STUDY}", f"{INSTANCE}/frames/1,2,3,4,5", f"{INSTANCE}/rendered"]
    for number in range(300):
        with Browser(page.http, window=4096) as browser:
            browser.send(request(paths[number % len(paths)], Accept="*/*"))
            if number % 2:
                browser.sock.recv(1000)
    wait_until(lambda: page.process.num_fds() <= before + 16, "downloads that ended keep their descriptors")


ECHOES = """
import json, sys
from tests.hostile.strangers import echo_seconds
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps(sorted(echo_seconds(int(sys.argv[1])) for _ in range(10))))
"""


@contextmanager
def echoing(port: int) -> Iterator[Callable[[], list[float]]]:
    """Ten echoes, sorted, from a process of their own: the threads of this one would hold them up."""
    with subprocess.Popen(
        [sys.executable, "-c", ECHOES, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as child:
        assert child.stdout.readline() == "ready\n"

        def echoes() -> list[float]:
            return json.loads(child.communicate("go\n", timeout=60)[0])

        yield echoes


def test_group_90_a_hundred_whole_studies_at_once_are_streamed(page, held):
    count, done = 100, []

    def download() -> None:
        answer = asked(page.http, f"{STUDIES}/{STUDY}", Accept='multipart/related; type="application/dicom"; transfer-syntax=*')
        done.append(answer is not None and answer.status == 200 and len(answer.body) > FRAMES * FRAME_BYTES)

    threads = [threading.Thread(target=download) for _ in range(count)]
    with echoing(page.port) as echoes:
        for thread in threads:
            thread.start()
        taken = echoes()
        for thread in threads:
            thread.join()
    assert done == [True] * count
    assert taken[5] < ECHO_SECONDS, f"{[round(one * 1000) for one in taken]} ms"


def test_group_90_head_and_other_methods_on_every_resource(page, held):
    below = ["", "/metadata", "/frames/1", "/rendered", "/thumbnail", "/bulkdata/7FE00010"]
    for path in [STUDIES, f"{STUDIES}/{STUDY}", *[INSTANCE + one for one in below]]:
        for method in ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = answered(page.http, path, method)
            assert answer.status < 500, (method, path, answer.body)
    assert answered(page.http, f"{INSTANCE}/frames/1", Accept=OCTETS).status == 200, "nothing of it was removed"


MARKUP = "<script>alert(1)</script>"


def test_orthanc_2023_markup_in_a_request_or_a_name_stays_text(page):
    """Orthanc 1.12.2, CVE-2025-54862: what was sent came back in an error, as a page."""
    for path in (f"{STUDIES}/{MARKUP}", f"{STUDIES}?{MARKUP}=1", f"/dicom-web/{MARKUP}", f"/{MARKUP}.js", f"/api/{MARKUP}"):
        answer = answered(page.http, path, Accept="text/html, */*")
        assert answer.status in (400, 404, 406)
        assert answer.headers["content-type"].split(";")[0] in ("application/json", "application/problem+json")
        assert answer.headers["x-content-type-options"] == "nosniff"

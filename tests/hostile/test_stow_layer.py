"""STOW-RS from strangers: bodies that are packed, cut, endless or of rubbish, JSON that is no instance, pointers to elsewhere."""

from __future__ import annotations

import gzip
import json
import struct
import zlib

import pytest
from tests.hostile.browsers import (
    BOUNDARY,
    DICOM_JSON,
    DICOM_PARTS,
    END,
    JSON_PARTS,
    STUDIES,
    Answer,
    Lure,
    answered,
    asked,
    file_of,
    part,
)
from tests.hostile.conftest import Archived
from tests.hostile.strangers import element

from isocenter.base.limits import MIB
from isocenter.standard.sop_class import CT_IMAGE

REFUSED = range(400, 500)


def instances(archive: Archived) -> int:
    return int(answered(archive.http, "/api/status").json["instances"])


def stowed(archive: Archived, body: bytes, content_type: str = DICOM_PARTS, path: str = STUDIES, **headers: str) -> Answer | None:
    return asked(archive.http, path, "POST", body=body, Content_Type=content_type, Accept=DICOM_JSON, **headers)


INNER = b"--i\r\n\r\n" + file_of("1.2.79.1.2") + b"\r\n--i--"
FORM = 'Content-Disposition: form-data; name="../x"'
GOOD = part(file_of("1.2.79.1.1"))
BODIES = {
    "79 no boundary": ('multipart/related; type="application/dicom"', GOOD + END),
    "79 an empty boundary": ('multipart/related; type="application/dicom"; boundary=', GOOD + END),
    "79 a boundary of 8 KiB": (f"multipart/related; boundary={'b' * 8192}", b"--" + b"b" * 8192 + b"\r\n\r\n"),
    "79 a boundary with a line break": ('multipart/related; boundary="a\tb"', b"--a\tb\r\n\r\n\r\n--a\tb--"),
    "79 a boundary that does not come": (DICOM_PARTS, bytes(100_000)),
    "79 nothing at all": (DICOM_PARTS, b""),
    "79 no part": (DICOM_PARTS, END),
    "79 no end": (DICOM_PARTS, GOOD),
    "79 an end in the middle of a header": (DICOM_PARTS, f"--{BOUNDARY}\r\nContent-Ty".encode()),
    "79 a million parts of nothing": (DICOM_PARTS, part(b"", None) * 1_000_000 + END),
    "79 a part of nothing": (DICOM_PARTS, part(b"") + END),
    "79 headers without an end": (DICOM_PARTS, f"--{BOUNDARY}\r\n".encode() + b"X-A: a\r\n" * 400_000),
    "79 a header of a MiB": (DICOM_PARTS, f"--{BOUNDARY}\r\nX-A: ".encode() + b"a" * MIB + b"\r\n\r\n" + END),
    "79 lines of nothing before the first part": (DICOM_PARTS, b"\r\n" * 4_000_000 + END),
    "79 parts that begin the delimiter for ever": (DICOM_PARTS, GOOD + f"\r\n--{BOUNDARY[:-1]}".encode() * 200_000),
    "79 a part of HTML": (DICOM_PARTS, part(b"<script>alert(1)</script>", "text/html") + END),
    "79 parts within a part": (DICOM_PARTS, part(INNER, "multipart/related; boundary=i") + END),
    "79 a part that is no DICOM": (DICOM_PARTS, part(b"MZ" + bytes(1000)) + END),
    "79 a part that is cut off": (DICOM_PARTS, part(file_of("1.2.79.1.3")[:-5]) + END),
    "79 a type that nobody knows": (DICOM_PARTS.replace("application/dicom", "text/plain"), part(b"x", "text/plain") + END),
    "79 no multipart": ("text/plain", b"hello"),
    "79 a form": (f"multipart/form-data; boundary={BOUNDARY}", part(b"x", None, FORM) + END),
    "79 no type": ("", GOOD + END),
    "79 a type of rubbish": (";;;=,\"", GOOD + END),
    "80 a study that is another's": (DICOM_PARTS, GOOD + END),
}  # fmt: skip


@pytest.mark.parametrize(("content_type", "body"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_wrong_is_refused_and_nothing_of_it_is_stored(page, content_type, body):
    before = instances(page)
    path = f"{STUDIES}/1.2.79.999" if body == GOOD + END and content_type == DICOM_PARTS else STUDIES
    answer = stowed(page, body, content_type, path)
    assert answer is None or answer.status in REFUSED, (answer.status, answer.body[:300])
    if answer is not None and answer.body:
        assert isinstance(answer.json, dict)
        assert str(page.data).encode() not in answer.body
    assert instances(page) == before


def test_group_79_what_is_only_strange_is_stored_as_it_is(page):
    """A location that leads outside, a syntax that lies, pixels that look like a delimiter: the bytes of the part alone count."""
    pixels = f"\r\n--{BOUNDARY[:-1]}\r\n--{BOUNDARY[:-1]}--\r\n".encode() * 50
    raw = file_of("1.2.79.2.1", study="1.2.79.2", series="1.2.79.2.1", pixels=pixels + bytes(len(pixels) % 2))
    strange = part(
        raw,
        "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.90",
        "Content-Location: ../../../../tmp/x",
        "Content-ID: <../x>",
    )
    answer = stowed(page, b"preamble" + strange + END + b"epilogue")
    assert answer is not None
    assert answer.status in (200, 202), answer.body
    path = f"{STUDIES}/1.2.79.2/series/1.2.79.2.1/instances/1.2.79.2.1"
    kept = answered(page.http, path, Accept="application/dicom; transfer-syntax=*")
    assert kept.body[-(len(raw) - 400) :] == raw[400:]


def test_group_80_good_and_bad_together_are_told_apart(page):
    parts = [
        part(file_of("1.2.79.3.1", study="1.2.79.3", series="1.2.79.3.1")),
        part(b"no dicom at all"),
        part(file_of("1.2.79.4.1", study="1.2.79.4", series="1.2.79.4.1")),
        part(file_of("../../x", study="1.2.79.3", series="1.2.79.3.1")),
    ]
    answer = stowed(page, b"".join(parts) + END, path=f"{STUDIES}/1.2.79.3")
    assert answer is not None
    assert answer.status == 202, answer.body
    stored = answer.json["00081199"]["Value"]
    assert [one["00081155"]["Value"] for one in stored] == [["1.2.79.3.1"]]
    assert len(answer.json["00081198"]["Value"]) >= 2
    assert instances(page) >= 1


ENCODED = {
    "78 a bomb": ("gzip", gzip.compress(part(b"") + bytes(10 * MIB)) * 200),
    "78 a bomb in a bomb": ("gzip, gzip", gzip.compress(gzip.compress(bytes(10 * MIB)) * 200)),
    "78 a deflate bomb": ("deflate", zlib.compress(bytes(100 * MIB), 1)),
    "78 gzip that is none": ("gzip", b"no gzip at all" * 100),
    "78 gzip that is cut off": ("gzip", gzip.compress(GOOD + END)[:-20]),
    "78 deflate that is none": ("deflate", bytes(range(256))),
    "78 brotli": ("br", bytes(range(256))),
    "78 a coding that nobody knows": ("x-unknown", GOOD + END),
    "78 a hundred codings": (", ".join(["gzip"] * 100), gzip.compress(GOOD + END)),
}


@pytest.mark.parametrize(("coding", "body"), ENCODED.values(), ids=ENCODED)
def test_a_packed_body_is_refused_or_bounded(page, coding, body):
    before = instances(page)
    answer = stowed(page, body, Content_Encoding=coding)
    assert answer is None or answer.status in REFUSED, answer.body[:300]
    assert instances(page) == before
    assert page.process.memory_info().rss - page.rss < 96 * MIB


def json_instance(uid: str, **more: object) -> dict[str, object]:
    """A CT image in the DICOM JSON Model; `more` are elements by tag, its `x` in front taken off."""
    texts = {
        "00080016": CT_IMAGE,
        "00080018": uid,
        "0020000D": "1.2.79.5",
        "0020000E": "1.2.79.5.1",
        "00020010": "1.2.840.10008.1.2.1",
    }
    return {tag: {"vr": "UI", "Value": [value]} for tag, value in texts.items()} | {tag[1:]: value for tag, value in more.items()}


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "http://127.0.0.1:{port}/x", "gopher://127.0.0.1:{port}/x",
                                 "http://169.254.169.254/latest", f"http://127.0.0.1:{{own}}{STUDIES}/1.2/series/1.3/instances/1.4/bulkdata/7FE00010",
                                 "../../../../etc/passwd", "", "cid:nobody"])  # fmt: skip
def test_group_80_bulk_data_is_never_fetched_from_where_a_client_points(page, uri):
    before = instances(page)
    with Lure() as lure:
        pointed = {"vr": "OW", "BulkDataURI": uri.format(port=lure.port, own=page.http)}
        body = json.dumps([json_instance("1.2.79.5.1", x7FE00010=pointed)]).encode()
        answer = stowed(page, part(body, DICOM_JSON) + END, JSON_PARTS)
        assert answer is not None
        assert answer.status in REFUSED, answer.body
        assert not lure.was_asked()
    assert instances(page) == before


DEEP = b'{"00081140":{"vr":"SQ","Value":[' * 100_000 + b"]}}" * 100_000
PLAIN = json.dumps(json_instance("1.2.79.6.1")).encode()[:-1]
JSONS = {
    "94 nested a hundred thousand times": b"[" * 100_000 + b"]" * 100_000,
    "94 sequences a hundred thousand deep": b"[" + DEEP + b"]",
    "94 no JSON": b"<xml/>",
    "94 nothing": b"",
    "94 cut off": b"[" + PLAIN,
    "94 a mark in front": b"\xef\xbb\xbf[" + PLAIN[:-5],
    "94 not UTF-8": b'["\xff\xfe"]',
    "94 no array of objects": b"[1, 2, 3]",
    "94 a number": b"42",
    "94 a tag that is none": b"[" + PLAIN + b',"zzzz":{"vr":"LO","Value":["x"]}}]',
    "94 a tag of 7 digits": b"[" + PLAIN + b',"0010001":{"vr":"LO","Value":["x"]}}]',
    "94 a VR that is none": b"[" + PLAIN + b',"00100010":{"vr":"??","Value":["x"]}}]',
    "94 a value of the wrong kind": b"[" + PLAIN + b',"00100010":{"vr":"PN","Value":{}}}]',
    "94 a name of the wrong kind": b"[" + PLAIN + b',"00100010":{"vr":"PN","Value":[{"Alphabetic":[1]}]}}]',
    "94 not a number": b"[" + PLAIN + b',"00280010":{"vr":"US","Value":[NaN]}}]',
    "94 infinity": b"[" + PLAIN + b',"00180088":{"vr":"FD","Value":[1e999]},"00280010":{"vr":"US","Value":[Infinity]}}]',
    "94 a number of ten million digits": b"[" + PLAIN + b',"00280010":{"vr":"US","Value":[' + b"9" * 10_000_000 + b"]}}]",
    "94 a number that does not fit": b"[" + PLAIN + b',"00280010":{"vr":"US","Value":[70000]}}]',
    "94 half a character": b"[" + PLAIN + b',"00280010":{"vr":"US","Value":["\\ud800"]}}]',
    "94 binary that is none": b"[" + PLAIN + b',"7FE00010":{"vr":"OB","InlineBinary":"%%%"}}]',
    "94 binary and values": b"[" + PLAIN + b',"7FE00010":{"vr":"OB","InlineBinary":"AA==","Value":[{}],"BulkDataURI":"x"}}]',
    "94 prototypes": b'[{"__proto__":{"vr":"UI"},"constructor":1}]',
}


@pytest.mark.parametrize("body", JSONS.values(), ids=JSONS)
def test_json_that_is_no_instance_is_refused(page, body):
    before = instances(page)
    answer = stowed(page, part(body, DICOM_JSON) + END, JSON_PARTS)
    assert answer is None or answer.status in REFUSED, (answer.status, answer.body[:300])
    assert instances(page) == before


def test_group_94_a_million_keys_are_read_or_refused_in_time_and_memory(page):
    keys = ",".join(f'"0011{number % 0xFFFF:04X}":{{"vr":"LO","Value":["x"]}}' for number in range(1_000_000))
    body = b"[" + PLAIN + b"," + keys.encode() + b"}]"
    answer = stowed(page, part(body, DICOM_JSON) + END, JSON_PARTS)
    assert answer is None or answer.status in REFUSED, answer.body[:300]


def test_cve_2019_11687_a_file_that_is_a_program_too_comes_back_without_it(page):
    """CVE-2019-11687: the preamble of a Part 10 file may be the head of a program."""
    raw = (
        b"MZ"
        + struct.pack("<126s", b"program")
        + file_of("1.2.79.7.1", element(0x00104000, b"LT", "x"), study="1.2.79.7", series="1.2.79.7.1")[128:]
    )
    answer = stowed(page, part(raw) + END)
    assert answer is not None
    assert answer.status == 200, answer.body
    path = f"{STUDIES}/1.2.79.7/series/1.2.79.7.1/instances/1.2.79.7.1"
    kept = answered(page.http, path, Accept="application/dicom; transfer-syntax=*")
    assert (kept.status, kept.body[:132]) == (200, bytes(128) + b"DICM")
    assert kept.headers["content-type"].startswith("application/dicom")
    assert kept.headers["x-content-type-options"] == "nosniff"

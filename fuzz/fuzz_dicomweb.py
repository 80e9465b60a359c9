"""Whatever a path, a query, a header or a body of many parts is, it is read or refused with a status of the table, within bounds.

    python fuzz/fuzz_dicomweb.py [seconds] [seed]

Method: 1. real paths, queries, Accept and Range headers, Content-Types and multipart bodies are damaged: words and
bytes put in, runs cut out or doubled. 2. Each is given to its reader; nothing but `Problem` may come of it, and what it says
must fit a header and a JSON body. 3. A body is read whole and cut at random: both readings must give the same parts or the same
refusal, and no more is held than the headers of one part. 4. `one` is the entry for a coverage-guided fuzzer such as Atheris;
without one, damage is drawn at random.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable

from isocenter.base.limits import MULTIPART_HEADER_BYTES_MAX
from isocenter.dicomweb import media, multipart, queries, ranges, resources
from isocenter.dicomweb.multipart import MultipartReader, PartBegan, PartBytes
from isocenter.dicomweb.problems import TITLES, Problem
from isocenter.dicomweb.representations import frame_form, in_parts, instance_form
from isocenter.standard import transfer_syntax

BOUNDARY = b"b0undary"
WHOLE = 1000
BODY = (
    b"preamble\r\n--b0undary\r\nContent-Type: application/dicom\r\n\r\nDICM\r\n--b0undary \r\n\r\n\r\n--b0undaryX\r\n"
    b"\r\n--b0undary\r\nContent-Type: image/jls; transfer-syntax=1.2.3\r\nContent-Location: /x\r\n\r\n\r\n--b0undary--\r\nepilogue"
)
SEEDS: dict[str, list[bytes]] = {
    "path": [route.template.format(study="1.2", series="3.4", instance="5.6", frames="1,2,3", path="00480200/2/00282000").encode()
             for route in resources.ROUTES],
    "query": [
        b"PatientName=DOE*&limit=10&offset=20&includefield=00081030,00080060&fuzzymatching=true",
        b"StudyInstanceUID=1.2,1.3&StudyDate=20200101-20201231&00100020=%5C%2A&RequestAttributesSequence.ScheduledProcedureStepID=1",
    ],
    "accept": [
        b'multipart/related; type="application/octet-stream"; transfer-syntax=*; q=0.5, image/jls, */*;q=0.1',
        b"multipart/related;type=application/dicom;transfer-syntax=1.2.840.10008.1.2.4.80,application/dicom+json",
    ],
    "content type": [b'multipart/related; type="application/dicom"; boundary="b0undary"'],
    "range": [b"bytes=0-10,5-20,-1,900-", b"bytes=999-"],
    "body": [BODY],
}  # fmt: skip
WORDS = (
    *(
        b"\r\n",
        b"--",
        b"--b0undary",
        b"\r\n--b0undary",
        b"\r\n\r\n",
        b'"',
        b"\\",
        b";",
        b",",
        b"=",
        b"/",
        b"..",
        b"%00",
        b"%25",
        b"&",
    ),
    *(b"*", b"\0", b" ", b"-", b"0", b"9" * 30, b"\xff", b"q=", b"image/*", b"studies", b"metadata", b"all"),
)


def _path(data: bytes) -> None:
    found = resources.resource(data.decode("latin-1"))
    for name in (found.study, found.series, found.instance):
        assert len(name) <= 64, "a name longer than a UID"
        assert not name.strip("0123456789."), "a name that is no UID"


def _query(data: bytes) -> None:
    found = queries.search(resources.resource("/studies"), queries.pairs(data))
    assert all(len(text) < 1000 and text.isascii() and text.isprintable() for text in found.warnings), (
        "a warning that fits no header"
    )


def _accept(data: bytes) -> None:
    accepted = media.accepted(data.decode("latin-1"))
    assert all(0 <= item.quality <= 1 for item in accepted), "a quality that is none"
    stored = transfer_syntax.ALL[len(data) % len(transfer_syntax.ALL)].uid
    for choose in (
        lambda: media.choose(accepted, ("image/jpeg", "image/png")),
        lambda: frame_form(accepted, stored, lambda _stored, _wanted: True, one=True),
        lambda: instance_form(accepted, one=False),
        lambda: in_parts(accepted),
    ):
        _told(lambda _data, choose=choose: choose(), b"")


def _content_type(data: bytes) -> None:
    multipart.related(data.decode("latin-1"))


def _range(data: bytes) -> None:
    parts = ranges.ranges(data.decode("latin-1"), WHOLE)
    assert sum(part.length for part in parts) <= WHOLE, "more than there is"
    assert all(0 <= part.offset < part.offset + part.length <= WHOLE for part in parts), "bytes that are not there"


def _body(data: bytes) -> None:
    """The first byte says how the rest is cut."""
    rest = data[1:]
    assert _reading(rest, len(rest) or 1) == _reading(rest, (data[0] if data else 0) % 40 + 1), "cutting changed the reading"


def _reading(body: bytes, size: int) -> object:
    """The parts of a body that comes in runs of that size, or its refusal."""
    reader = MultipartReader(BOUNDARY)
    parts: list[tuple[object, bytearray]] = []
    try:
        for start in range(0, len(body), size):
            for event in reader.feed(body[start : start + size]):
                if isinstance(event, PartBegan):
                    parts.append((event.headers, bytearray()))
                elif isinstance(event, PartBytes):
                    parts[-1][1].extend(event.view)
            assert len(reader._held) <= MULTIPART_HEADER_BYTES_MAX + 16, "it holds more than it may"
        reader.close()
    except Problem as problem:
        return problem.status, [headers for headers, _ in parts]
    return parts


READERS: dict[str, Callable[[bytes], None]] = {
    "path": _path,
    "query": _query,
    "accept": _accept,
    "content type": _content_type,
    "range": _range,
    "body": _body,
}


def _told(reader: Callable[[bytes], object], data: bytes) -> None:
    refusal: Problem | None = None
    try:
        reader(data)
    except Problem as problem:
        refusal = problem
    if refusal is not None:
        assert refusal.status in TITLES, "a status that is in no table"
        assert json.loads(refusal.body())["detail"], "a refusal without a reason"
        assert refusal.detail.isprintable(), "a refusal that breaks a line"


def one(data: bytes) -> None:
    """Runs one input, whose first byte says what it is; raises anything but `Problem` where the promise is broken."""
    names = list(READERS)
    _told(READERS[names[data[0] % len(names)] if data else "path"], data[1:])


def damaged(data: bytes, chance: random.Random) -> bytes:
    """`data` after a few accidents."""
    out = bytearray(data)
    for _ in range(chance.randint(0, 5)):
        a, b = sorted((chance.randint(0, len(out)), chance.randint(0, len(out))))
        kind = chance.randrange(4)
        if kind == 0 and out:
            out[min(a, len(out) - 1)] = chance.randrange(256)
        elif kind == 1:
            del out[a : min(b, a + 20)]
        elif kind == 2:
            out[a:a] = out[a : min(b, a + 40)] * chance.choice([1, 1, 1, 200])
        else:
            out[a:a] = chance.choice(WORDS)
    return bytes(out)


def run(inputs: int, seed: int) -> None:
    """So many damaged inputs of every kind."""
    chance = random.Random(seed)
    for number in range(inputs):
        name = list(READERS)[number % len(READERS)]
        start = bytes([chance.randrange(256)]) if name == "body" else b""
        data = start + damaged(chance.choice(SEEDS[name]), chance)
        try:
            _told(READERS[name], data)
        except Exception:
            print(f"{name}: {data!r}", file=sys.stderr)
            raise


def main(seconds: float, seed: int) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run(6000, seed)
        seed += 1


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else 0)

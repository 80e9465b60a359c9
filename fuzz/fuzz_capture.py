"""Whatever a capture file holds, it is read or refused with a sentence, and every ladder of it can be drawn.

    python fuzz/fuzz_capture.py [seconds] [seed]

Method: 1. an export of ours is the seed: an association with its messages, as pcapng. 2. Bytes are changed, cut out or doubled.
3. The file comes in pieces. 4. Each connection found is drawn as a ladder, told in a line, and exported again.
5. `one` is the entry for a coverage-guided fuzzer such as Atheris; without one, changes are drawn at random.
"""

from __future__ import annotations

import contextlib
import random
import sys
import time
from datetime import UTC, datetime

from isocenter.base.errors import UsageError
from isocenter.dimse import commands
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor.capture_reading import CaptureReading
from isocenter.doctor.digest import digest
from isocenter.doctor.ladder import ladder
from isocenter.doctor.message_details import details
from isocenter.doctor.pcapng import export
from isocenter.model.recording import Endpoint, Recording
from isocenter.net.tap import Tap
from isocenter.wire import pdu_codec
from isocenter.wire.outlet import value_header
from isocenter.wire.pdu import (
    AnsweredContext,
    AssociateAccept,
    AssociateRequest,
    ProposedContext,
    ReleaseReply,
    ReleaseRequest,
    UserInformation,
)

SYNTAX = "1.2.840.10008.1.2.1"
CLASS = "1.2.840.10008.5.1.4.1.1.2"
HEADER = b"\x10\0\x10\0PN\x04\0A^B \x20\0\x13\0IS\x02\x007 \x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"


def seed() -> bytes:
    """A short association as a capture."""
    tap = Tap(Recording("t", datetime(2026, 1, 1, tzinfo=UTC), Endpoint("10.0.0.1", 5000), Endpoint("10.0.0.2", 104)), 0.0)
    request = AssociateRequest("B", "A", (ProposedContext(1, CLASS, (SYNTAX,)),), UserInformation(16384))
    tap.took(True, pdu_codec.encode(request), 0.1, 0.1)
    accept = AssociateAccept("B", "A", (AnsweredContext(1, 0, SYNTAX),), UserInformation(16384))
    tap.took(False, pdu_codec.encode(accept), 0.2, 0.2)
    for number in range(1, 7):
        asked = commands.encode(
            Command(field=CommandField.C_STORE_RQ, message_id=number, affected_sop_class_uid=CLASS, has_data_set=True)
        )
        answered = commands.encode(Command(field=CommandField.C_STORE_RSP, message_id_being_responded_to=number, status=0))
        data = HEADER + bytes(number * 7000)
        whole = value_header(1, 3, len(asked)) + asked + value_header(1, 2, len(data)) + data
        tap.took(True, whole, float(number), number + 0.1)
        tap.took(False, value_header(1, 3, len(answered)) + answered, number + 0.2, number + 0.2)
    tap.took(True, pdu_codec.encode(ReleaseRequest()), 9.0, 9.0)
    tap.took(False, pdu_codec.encode(ReleaseReply()), 9.1, 9.1)
    return b"".join(export([tap], "fuzz", names=True))


def one(data: bytes, piece: int = 4096) -> None:
    """Reads one file; raises anything but UsageError where the promise is broken."""
    reading = CaptureReading("fuzz")
    taps: list[Tap] = []
    with contextlib.suppress(UsageError):
        for start in range(0, len(data), piece):
            taps += reading.feed(data[start : start + piece])
        taps += reading.end()
    for tap in taps:
        told = ladder(tap)
        digest(tap)
        for rung in told.rungs[:20]:
            if rung.number:
                details(tap, rung.number, names=bool(rung.number % 2))
        assert sum(map(len, export([tap], "fuzz"))) > 0


def changed(data: bytes, chance: random.Random) -> bytes:
    """The seed with some of it wrong."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(made))
        match chance.randrange(4):
            case 0:
                made[at] = chance.randrange(256)
            case 1:
                del made[at : at + chance.randint(1, 200)]
            case 2:
                made[at:at] = made[at : at + chance.randint(1, 400)]
            case 3:
                made[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", chance.randbytes(4)))
        if not made:
            break
    return bytes(made)


def main(seconds: float, number: int) -> None:
    chance, whole = random.Random(number), seed()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        one(
            changed(whole, chance), chance.choice((1, 7, 500, 4096, 1_000_000)) if len(whole) < 2000 else chance.choice((501, 4096))
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0, int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time()))

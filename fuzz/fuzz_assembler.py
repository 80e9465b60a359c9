"""Whatever fragments come in whatever order, the assembler yields whole messages in turn or raises PeerError.

    python fuzz/fuzz_assembler.py [seconds] [seed]

Method: 1. bytes are taken as a script of fragments: context, kind, last or not, and how many of the following bytes they carry.
2. Half of the scripts begin with a real command, so that data sets are reached. 3. Events must alternate: begun, parts, ended.
4. `one` is the entry for a coverage-guided fuzzer such as Atheris; without one, scripts are drawn at random.
"""

from __future__ import annotations

import contextlib
import random
import sys
import time

from isocenter.base.errors import PeerError
from isocenter.dimse.assembler import Assembler, DataPart, MessageBegun, MessageEnded
from isocenter.dimse.commands import Command, CommandField, encode
from isocenter.dimse.exchange import AgreedContext
from isocenter.wire.events import Fragment

AGREED = {n: AgreedContext(n, "1.2.840.10008.1.1", "1.2.840.10008.1.2") for n in (1, 3)}
STORE = encode(Command(field=CommandField.C_STORE_RQ, message_id=1, has_data_set=True))


def fragments(script: bytes) -> list[Fragment]:
    """The fragments that a script of bytes stands for."""
    out = []
    position = 0
    while position + 2 <= len(script):
        control, size = script[position], script[position + 1]
        position += 2
        body = STORE if control & 8 else script[position : position + size]
        position += 0 if control & 8 else size
        out.append(Fragment((1, 3, 5, 0)[control >> 6], bool(control & 1), bool(control & 2), memoryview(body)))
    return out


def one(script: bytes) -> None:
    """Runs one script; raises anything but PeerError where the promise is broken."""
    assembler = Assembler(AGREED)
    in_message = False
    with contextlib.suppress(PeerError):
        for fragment in fragments(script):
            for part in assembler.received(fragment):
                assert isinstance(part, MessageBegun) is not in_message, "a message began inside another, or a part came before one"
                assert not isinstance(part, DataPart) or part.view.nbytes, "an empty part"
                in_message = not isinstance(part, MessageEnded)
            assert not (in_message and assembler.between_messages), "it lost count"


def main(seconds: float, seed: int) -> None:
    chance = random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = bytes([0b1011, 0]) if chance.random() < 0.5 else b""
        one(start + chance.randbytes(chance.randint(0, 60)))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else 0)

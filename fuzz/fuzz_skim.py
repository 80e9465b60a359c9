"""Whatever a data set's bytes are and however they are cut, the skim says the same, or raises UnreadableDataset, and holds little.

    python fuzz/fuzz_skim.py [seconds] [seed]

Method: 1. a small real data set in each syntax is damaged: bytes replaced, runs cut out, doubled or moved. 2. It is read whole, and
cut at random. 3. Both readings must give the same values, or the same error at the same offset; a broken deflated stream alone may
give an error where the pieces before its break gave values, since zlib keeps what it had. 4. What the skim holds must stay
under one window. 5. `one` is the entry for a coverage-guided fuzzer such as Atheris; without one, damage is drawn at random.
"""

from __future__ import annotations

import random
import sys
import time

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import SKIM_WINDOW_BYTES
from isocenter.dataset.identifier import encode
from isocenter.dataset.skim import Skim
from isocenter.model.attributes import RECEIVED_TAGS
from isocenter.standard.transfer_syntax import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
)

SYNTAXES = (
    IMPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
)
ANSWERS = {
    "SOPInstanceUID": "1.2.3", "StudyInstanceUID": "1.2", "PatientName": "Müller", "Rows": "512", "PatientComments": "x" * 300,
    "ReferencedStudySequence": [{"ReferencedSOPInstanceUID": "1"}, {"ReferencedSeriesSequence": [{"Modality": "CT"}]}],
    "RetrieveURL": "http://a",
}  # fmt: skip
SEEDS = {syntax: encode(ANSWERS, syntax, "ISO_IR 100") for syntax in SYNTAXES}


def reading(data: bytes, syntax: str, cuts: list[int]) -> object:
    """What comes of reading `data` in runs of these sizes and the rest: values, or an error's text and offset."""
    skim = Skim(syntax, RECEIVED_TAGS)
    position = 0
    try:
        for size in [*cuts, len(data)]:
            done = skim.feed(memoryview(data)[position : position + size])
            position += size
            assert len(skim._pending) <= SKIM_WINDOW_BYTES, "it holds more than it may"
            if done:
                break
        skim.finish()
    except UnreadableDataset as error:
        return str(error), error.offset
    return skim.values


def one(data: bytes, syntax: str, cuts: list[int]) -> None:
    """Runs one data set; raises anything but UnreadableDataset where the promise is broken."""
    whole, cut = reading(data, syntax, []), reading(data, syntax, cuts)
    if syntax == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN and not (isinstance(whole, dict) and isinstance(cut, dict)):
        return
    assert whole == cut, "cutting changed the reading"


def damaged(data: bytes, chance: random.Random) -> bytes:
    """`data` after a few accidents."""
    out = bytearray(data)
    for _ in range(chance.randint(0, 4)):
        a, b = sorted((chance.randint(0, len(out)), chance.randint(0, len(out))))
        kind = chance.randrange(5)
        if kind == 0 and out:
            out[min(a, len(out) - 1)] = chance.choice([0, 1, 8, 0xE0, 0xFE, 0xFF, chance.randrange(256)])
        elif kind == 1:
            del out[a : min(b, a + 20)]
        elif kind == 2:
            out[a:a] = out[a : min(b, a + 40)]
        elif kind == 3:
            out[a:a] = chance.choice(
                [b"\xff\xff\xff\xff", b"\xfe\xff\x00\xe0\xff\xff\xff\xff", b"\xfe\xff\xdd\xe0\0\0\0\0", b"UN\0\0"]
            )
        else:
            out[a:a] = chance.randbytes(chance.randint(0, 12))
    return bytes(out)


def main(seconds: float, seed: int) -> None:
    chance = random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        syntax = chance.choice(SYNTAXES)
        longest = chance.choice([1, 3, 20, 200])
        one(damaged(SEEDS[syntax], chance), chance.choice([syntax, *SYNTAXES]), [chance.randint(0, longest) for _ in range(400)])


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else 0)

"""Invariant: whatever bytes arrive, in whatever pieces, an association only parses or aborts, stays bounded, and ends.

In: bytes from atheris where it is installed, else random mutations of the seeds here, for a given number of runs. Out: nothing,
or the bytes that broke the invariant, as a traceback. Run: python fuzz/fuzz_pdu.py [runs] [seed]
"""

from __future__ import annotations

import importlib.util
import random
import struct
import sys

from isocenter.base.limits import RECEIVE_ROOM_BYTES
from isocenter.wire.association import Association
from isocenter.wire.events import Aborted, Closed, Fragment, Requested
from isocenter.wire.negotiation import negotiate
from isocenter.wire.pdu import (
    Abort,
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ExtendedNegotiation,
    ProposedContext,
    ReleaseReply,
    ReleaseRequest,
    RoleSelection,
    UserIdentity,
    UserInformation,
)
from isocenter.wire.pdu_codec import encode
from isocenter.wire.states import State

RUNS = 20_000
PDU_BYTES_MAX = 4096
USER = UserInformation(
    PDU_BYTES_MAX, "1.2.3", "NAME", (1, 1), (RoleSelection("1.2", True, True),), (ExtendedNegotiation("1.2", b"\1\1"),),
    identity=UserIdentity(2, b"name", b"word", True),
)  # fmt: skip
REQUEST = AssociateRequest("CALLED", "CALLING", tuple(ProposedContext(at, "1.2", ("1.3", "1.4")) for at in (1, 3)), USER)
CONTEXTS = (AnsweredContext(1, 0, "1.3"), AnsweredContext(3, 4, "1.3"))
ACCEPT = AssociateAccept("CALLED", "CALLING", CONTEXTS, UserInformation(PDU_BYTES_MAX))
OPERATIONS = frozenset({"store", "get"})


class Table:
    """One storage class."""

    def transfer_syntaxes(self, abstract_syntax: str) -> tuple[str, ...]:
        return ("1.3",) if abstract_syntax == "1.2" else ()

    def operation(self, abstract_syntax: str) -> str:
        return "store"

    def may_be_scu(self, abstract_syntax: str) -> bool:
        return True

    def extended_answers(self, request: tuple[ExtendedNegotiation, ...]) -> tuple[ExtendedNegotiation, ...]:
        return request


def values(*each: tuple[int, int, bytes]) -> bytes:
    body = b"".join(struct.pack(">IBB", len(payload) + 2, context_id, flags) + payload for context_id, flags, payload in each)
    return struct.pack(">BxI", 4, len(body)) + body


SEEDS = [
    encode(REQUEST) + values((1, 3, b"command"), (1, 2, b"data" * 100)) + encode(ReleaseRequest()),
    encode(REQUEST) + values((1, 1, b"a")) + values((1, 3, b"")) + values((1, 0, b"x")) * 30 + encode(Abort(2, 1)),
    encode(ACCEPT) + values((1, 3, b"response")) + encode(ReleaseReply()),
    encode(ACCEPT) + encode(ReleaseRequest()) + encode(ReleaseReply()),
    encode(AssociateReject(1, 1, 1)),
]
INTERESTING = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\1",
    b"\xff\xff",
    b"\0\1",
    b"\0\0\x10\0",
    b"\0\0\x10\1",
)


def one(raw: bytes) -> None:
    """Both roles read the bytes; the first two say how they are cut and when the user has had enough."""
    chunk, patience = (raw[0] + 1, raw[1]) if len(raw) > 1 else (256, 255)
    requestor = Association.requestor(0.0)
    requestor.request(REQUEST, 0.0)
    for association in (Association.acceptor(0.0), requestor):
        play(association, raw[2:], chunk, patience)


def play(association: Association, raw: bytes, chunk: int, patience: int) -> None:
    told = 0
    closed = False
    for at in range(0, len(raw), chunk):
        piece = raw[at : at + chunk]
        space = association.space()
        assert len(space) >= len(piece), "no room is lent"
        space[: len(piece)] = piece
        association.received(len(piece), 0.0)
        for event in association.events():
            assert not closed, "something was told after the end"
            closed = isinstance(event, Closed)
            told += 1
            react(association, event, impatient=told > patience)
    association.received_eof(0.0)
    association.tick(10_000.0)
    events = list(association.events())
    assert closed or isinstance(events[-1], Closed), "the end was not told"
    assert association.state is State.IDLE, association.state
    assert association.wants_close
    assert association.deadline() is None
    assert association._inlet.room_bytes <= RECEIVE_ROOM_BYTES


def react(association: Association, event: object, *, impatient: bool) -> None:
    if isinstance(event, Requested):
        encode(event.request)
        answer = negotiate(event.request, Table(), operations=OPERATIONS, pdu_bytes_max=PDU_BYTES_MAX)
        if isinstance(answer, AssociateAccept):
            association.accept(answer, 0.0)
        else:
            association.reject(answer, 0.0)
    elif isinstance(event, Fragment):
        assert len(event.view) <= PDU_BYTES_MAX
        assert event.context_id % 2 == 1
    elif isinstance(event, Aborted):
        assert event.why
    if impatient and association.state is State.READY:
        association.release(0.0)
    while association.outgoing():
        pass


def mutated(chance: random.Random) -> bytes:
    """A seed with some bytes changed, repeated, cut out or replaced by numbers that parsers stumble over."""
    raw = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(0, 6)):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(5):
            case 0:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                number = chance.choice(INTERESTING)
                raw[at : at + len(number)] = number
            case 2:
                del raw[at : at + chance.randint(1, 40)]
            case 3:
                raw[at:at] = raw[at : at + chance.randint(1, 80)]
            case 4:
                raw[at:at] = chance.choice(SEEDS)[: chance.randint(1, 200)]
    return bytes([chance.randrange(256), chance.randrange(256)]) + bytes(raw)


def run(runs: int, seed: int) -> None:
    """Random mutations; the failing bytes are part of the error."""
    chance = random.Random(seed)
    for _ in range(runs):
        raw = mutated(chance)
        try:
            one(raw)
        except Exception as error:
            raise AssertionError(f"broken by bytes.fromhex({raw.hex()!r})") from error


def main() -> None:
    if importlib.util.find_spec("atheris") is None:
        run(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
        return
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

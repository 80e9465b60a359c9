"""Invariant: whatever bytes arrive, in whatever pieces, an association only parses or aborts, stays bounded, and ends.

A header that promises what may not come, a P-DATA-TF above the announced maximum or a control PDU of an impossible length, ends it
at that header: no byte behind it is waited for, stored or told. A reading of its own, `doomed_at`, says where that is. Each input
has a bound of steps and of processor time, so that a parser that turns in circles is a finding.

In: bytes from atheris where it is installed, else random mutations of the seeds here, for a given number of runs. Out: nothing,
or the bytes that broke the invariant, as a traceback. Run: python fuzz/fuzz_pdu.py [runs] [seed]
"""

from __future__ import annotations

import importlib.util
import random
import signal
import struct
import sys
from collections.abc import Iterator

from isocenter.base.limits import CONTROL_PDU_BYTES_MAX, RECEIVE_ROOM_BYTES
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
PDU_BYTES_MAX = 512
"""What both sides announce: little, so that a short input can be too long for it."""
CPU_SECONDS = 5
"""For one input of some KiB, which takes milliseconds."""
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
FULL = bytes(PDU_BYTES_MAX - 6)
SEEDS += [
    encode(REQUEST)
    + values((1, 3, bytes(PDU_BYTES_MAX - 6)))
    + values((1, 2, bytes(PDU_BYTES_MAX - 6)))
    + encode(ReleaseRequest()),
    encode(ACCEPT) + values((1, 3, bytes(PDU_BYTES_MAX - 6))) + values((1, 1, b"a"), (1, 3, b"b")) + encode(ReleaseReply()),
]
LENGTHS = (0, 1, 3, 4, 5, 6, 7, 67, 68, PDU_BYTES_MAX, PDU_BYTES_MAX + 1, PDU_BYTES_MAX + 6, CONTROL_PDU_BYTES_MAX,
           CONTROL_PDU_BYTES_MAX + 1, 0x7FFFFFFC, 0xFFFFFFF0, 0xFFFFFFFF)  # fmt: skip
SHORT = (3, 5, 6, 7)
"""Types of PDUs that have four bytes behind their header: A-ASSOCIATE-RJ, A-RELEASE-RQ, A-RELEASE-RP, A-ABORT."""
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


def headers(raw: bytes) -> Iterator[tuple[int, int, int]]:
    """Position, type and length of each PDU, as far as their headers have arrived."""
    at = 0
    while at + 6 <= len(raw):
        kind, length = struct.unpack_from(">BxI", raw, at)
        yield at, kind, length
        at += 6 + length


def doomed_at(raw: bytes) -> int | None:
    """Where the first header stands whose PDU can never be taken, in whatever state; None where there is none."""
    for at, kind, length in headers(raw):
        least, most = {1: (68, CONTROL_PDU_BYTES_MAX), 2: (68, CONTROL_PDU_BYTES_MAX), 4: (6, PDU_BYTES_MAX)}.get(kind, (4, 4))
        if not 1 <= kind <= 7 or not least <= length <= most:
            return at
    return None


def one(raw: bytes) -> None:
    """Both roles read the bytes; the first two say how they are cut and when the user has had enough."""
    cut, patience = (raw[0], raw[1]) if len(raw) > 1 else (255, 255)
    requestor = Association.requestor(0.0)
    requestor.request(REQUEST, 0.0)
    for association in (Association.acceptor(0.0), requestor):
        # Small pieces take the long way through the inlet, a whole input the short one.
        play(association, raw[2:], cut + 1 if cut < 200 else 4000, patience)


def play(association: Association, raw: bytes, chunk: int, patience: int) -> None:
    told = payload_bytes = 0
    closed = False
    doom = doomed_at(raw)
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
            assert told <= 2 * (at + len(piece)) + 8, "more was told than can have come"
            payload_bytes += len(event.view) if isinstance(event, Fragment) else 0
            react(association, event, impatient=told > patience)
        if doom is not None and at + len(piece) >= doom + 6:
            assert association.state in (State.AWAITING_CLOSE, State.IDLE), (
                f"a PDU that cannot be is waited for in {association.state}"
            )
            assert payload_bytes <= doom, "data of a PDU that is too long was told"
    association.received_eof(0.0)
    association.tick(10_000.0)
    events = list(association.events())
    assert closed or isinstance(events[-1], Closed), "the end was not told"
    assert association.state is State.IDLE, association.state
    assert association.wants_close
    assert association.deadline() is None
    assert association.room_bytes <= RECEIVE_ROOM_BYTES
    assert_sent_in_bounds(association)


def assert_sent_in_bounds(association: Association) -> None:
    """What is sent ends after a bounded number of asks."""
    for _ in range(100):
        if not association.outgoing():
            return
    raise AssertionError("there is always more to send")


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
    assert_sent_in_bounds(association)


def stretched(raw: bytearray, chance: random.Random) -> None:
    """One PDU gets another length, and sometimes as many bytes; its one value, too, so that nothing but the length is wrong."""
    at, kind, length = chance.choice(list(headers(bytes(raw))))
    wanted = chance.choice((*LENGTHS, PDU_BYTES_MAX + 1, PDU_BYTES_MAX + 2))
    struct.pack_into(">I", raw, at + 2, wanted)
    if wanted < 2 * PDU_BYTES_MAX and chance.random() < 0.8:
        body = raw[at + 6 : at + 6 + min(length, wanted)]
        if kind == 4 and wanted >= 6 and len(body) >= 6:
            struct.pack_into(">I", body, 0, wanted - 4)
        raw[at + 6 : at + 6 + length] = body + bytes(wanted - len(body))


def mutated(chance: random.Random) -> bytes:
    """A seed with some bytes changed, repeated, cut out or replaced by numbers that parsers stumble over."""
    raw = bytearray(chance.choice(SEEDS))
    if chance.random() < 0.3:
        stretched(raw, chance)
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


class Hung(Exception):
    """One input took more processor time than any may."""


def hung(_number: int, _frame: object) -> None:
    raise Hung(f"one input took more than {CPU_SECONDS} s of processor time")


def guarded(raw: bytes) -> None:
    """`one`, stopped where it does not end; on systems without such a timer it is trusted to."""
    if not hasattr(signal, "setitimer"):
        one(raw)
        return
    before = signal.signal(signal.SIGVTALRM, hung)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        one(raw)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def run(runs: int, seed: int) -> None:
    """Random mutations; the failing bytes are part of the error."""
    chance = random.Random(seed)
    for _ in range(runs):
        raw = mutated(chance)
        try:
            guarded(raw)
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

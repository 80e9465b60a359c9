"""Speed of the upper layer alone, without sockets: MB/s and microseconds a PDU, in and out, at 16 KiB and 128 KiB.

In: nothing. Out: a table on the standard output. Run: python bench/bench_wire.py
"""

from __future__ import annotations

import statistics
import sys
import time

from isocenter.wire.association import Association
from isocenter.wire.events import Requested
from isocenter.wire.pdu import AnsweredContext, AssociateAccept, AssociateRequest, ProposedContext, UserInformation

KIB = 1024
PAYLOAD_BYTES = 16 * KIB * KIB
TURNS = 15
CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
IMPLICIT = "1.2.840.10008.1.2"


def established(pdu_bytes_max: int) -> tuple[Association, Association]:
    """A requestor and an acceptor in Sta6, both receiving PDUs of this size."""
    requestor, acceptor = Association.requestor(0.0), Association.acceptor(0.0)
    user = UserInformation(pdu_bytes_max=pdu_bytes_max, implementation_class_uid="1.2.3")
    requestor.request(AssociateRequest("B", "A", (ProposedContext(1, CT_STORAGE, (IMPLICIT,)),), user), 0.0)
    fill(acceptor, b"".join(requestor.outgoing()))
    for event in acceptor.events():
        assert isinstance(event, Requested)
        acceptor.accept(AssociateAccept("B", "A", (AnsweredContext(1, 0, IMPLICIT),), user), 0.0)
    fill(requestor, b"".join(acceptor.outgoing()))
    list(requestor.events())
    return requestor, acceptor


def fill(association: Association, raw: bytes) -> None:
    space = association.space()
    space[: len(raw)] = raw
    association.received(len(raw), 0.0)


def bench_in(pdu_bytes_max: int, reads_bytes: int) -> tuple[float, int]:
    """CPU seconds for the payload to pass the inlet, without the kernel's copy into the room, and the PDUs it took."""
    requestor, acceptor = established(pdu_bytes_max)
    requestor.send_message(1, b"c" * 120, [bytes(PAYLOAD_BYTES)])
    stream = bytearray()
    pdus = 0
    while buffers := requestor.outgoing():
        pdus += len(buffers) // 2
        for buffer in buffers:
            stream += buffer
    spent = 0.0
    position = received = 0
    while position < len(stream):
        begin = time.process_time_ns()
        space = acceptor.space()
        spent += time.process_time_ns() - begin
        size = min(len(space), reads_bytes, len(stream) - position)
        space[:size] = stream[position : position + size]
        position += size
        begin = time.process_time_ns()
        acceptor.received(size, 0.0)
        for event in acceptor.events():
            received += len(event[3])
        spent += time.process_time_ns() - begin
    assert received == PAYLOAD_BYTES + 120
    return spent / 1e9, pdus


def bench_out(pdu_bytes_max: int) -> tuple[float, int]:
    """CPU seconds to plan the payload's PDUs, and how many they are."""
    requestor, _ = established(pdu_bytes_max)
    payload = bytes(PAYLOAD_BYTES)
    begin = time.process_time_ns()
    requestor.send_message(1, b"c" * 120, [payload])
    buffers_out = 0
    while buffers := requestor.outgoing():
        buffers_out += len(buffers)
    return (time.process_time_ns() - begin) / 1e9, buffers_out // 2


def row(name: str, runs: list[tuple[float, int]]) -> str:
    seconds = statistics.median(run[0] for run in runs)
    pdus = runs[0][1]
    return f"{name:<34}{PAYLOAD_BYTES / seconds / 1e6:>10,.0f} MB/s{seconds * 1e3:>9.2f} ms{seconds / pdus * 1e6:>8.2f} us a PDU\n"


def run() -> None:
    for pdu_bytes_max in (16 * KIB, 128 * KIB):
        size = f"{pdu_bytes_max // KIB} KiB"
        for reads_bytes in (64 * KIB, 512 * KIB):
            runs = [bench_in(pdu_bytes_max, reads_bytes) for _ in range(TURNS)]
            sys.stdout.write(row(f"in, PDUs of {size}, reads of {reads_bytes // KIB} KiB", runs))
        sys.stdout.write(row(f"out, PDUs of {size}", [bench_out(pdu_bytes_max) for _ in range(TURNS)]))


if __name__ == "__main__":
    run()

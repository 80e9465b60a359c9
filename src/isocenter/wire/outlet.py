"""What is to be sent, in order: control PDUs as bytes, messages as P-DATA headers between untouched views of their buffers.

In: encoded PDUs, and messages whose data may be lazy and large. Out: lists of buffers for one `sendmsg` each, bounded, that end
where a PDU ends. It obeys PS3.8 9.3.5 and PS3.8 Annex E. Payload is not copied, scraps excepted; a lazy source is asked only for
what is handed out next. No state is decided here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from struct import Struct

from isocenter.base.limits import BYTES_JOINED_MAX, OUTGOING_BUFFERS_MAX, OUTGOING_BYTES_MAX
from isocenter.wire.pdu_codec import P_DATA_TF

Buffer = bytes | bytearray | memoryview

_HEADER_AND_VALUE = Struct(">BxIIBB")
_IS_COMMAND = 1
_IS_LAST = 2
_VALUE_HEADER_BYTES = 6
_VALUE_LENGTH_EXTRA = 2


def value_header(context_id: int, flags: int, payload_bytes: int) -> bytes:
    """The twelve bytes before the payload of a P-DATA-TF with one value."""
    return _HEADER_AND_VALUE.pack(
        P_DATA_TF, payload_bytes + _VALUE_HEADER_BYTES, payload_bytes + _VALUE_LENGTH_EXTRA, context_id, flags
    )


def fragmented(context_id: int, flags: int, source: Iterable[Buffer], payload_bytes_max: int) -> Iterator[list[Buffer]]:
    """One message part as P-DATA-TF PDUs, each a header and its views; full ones until the last, which alone is marked as last.

    Where a source ends is known only when it has, so the newest PDU waits until more bytes come or none do.
    """
    full_header = value_header(context_id, flags, payload_bytes_max)
    views: list[Buffer] = []
    gathered = 0
    for buffer in source:
        view = memoryview(buffer).cast("B")
        position, length = 0, len(view)
        while position < length:
            if gathered == payload_bytes_max:
                yield [full_header, *views]
                views = []
                gathered = 0
            stop = min(position + payload_bytes_max - gathered, length)
            if stop - position >= BYTES_JOINED_MAX:
                views.append(view[position:stop])
            elif views and isinstance(views[-1], bytearray):
                views[-1] += view[position:stop]
            else:
                views.append(bytearray(view[position:stop]))
            gathered += stop - position
            position = stop
    yield [value_header(context_id, flags | _IS_LAST, gathered), *views]


class Outlet:
    """One direction of one association: first in, first out."""

    __slots__ = ("_plans", "payload_bytes_max")

    def __init__(self) -> None:
        self._plans: deque[bytes | Iterator[list[Buffer]]] = deque()
        self.payload_bytes_max = 0

    def limit(self, pdu_bytes_max: int) -> None:
        """Send no P-DATA-TF with a variable field over this; payloads are kept even, as peers expect of data sets."""
        self.payload_bytes_max = (pdu_bytes_max - _VALUE_HEADER_BYTES) & ~1

    def add(self, pdu: bytes) -> None:
        """Queue an encoded PDU."""
        self._plans.append(pdu)

    def add_message(self, context_id: int, command: bytes, data: Iterable[Buffer] | None) -> None:
        """Queue a command set and, after it, a data set whose buffers must not change before they are sent."""
        size = self.payload_bytes_max
        if len(command) <= size:
            self._plans.append(value_header(context_id, _IS_COMMAND | _IS_LAST, len(command)) + command)
        else:
            self._plans.append(fragmented(context_id, _IS_COMMAND, (command,), size))
        if data is not None:
            self._plans.append(fragmented(context_id, 0, data, size))

    def clear(self) -> None:
        """Forget what was not handed out."""
        self._plans.clear()

    def outgoing(self) -> list[Buffer]:
        """The next buffers to send, empty where nothing waits. What a lazy source raises passes through and empties the queue."""
        out: list[Buffer] = []
        count = 0
        plans = self._plans
        try:
            while plans and count < OUTGOING_BYTES_MAX and len(out) < OUTGOING_BUFFERS_MAX:
                plan = plans[0]
                if isinstance(plan, bytes):
                    out.append(plan)
                    count += len(plan)
                    plans.popleft()
                    continue
                for pdu in plan:
                    out += pdu
                    count += sum(map(len, pdu))
                    if count >= OUTGOING_BYTES_MAX or len(out) >= OUTGOING_BUFFERS_MAX:
                        break
                else:
                    plans.popleft()
        except BaseException:
            plans.clear()
            raise
        return out

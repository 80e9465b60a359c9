"""Sending many instances to one node, over several associations at once.

Instances go in, an `Outcome` for each comes out, in the order in which they are settled. An instance whose association broke is
tried once more on a new one; when no new one can be had, the rest is told why, one by one. Threads live here and end here.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from isocenter.base.errors import IsocenterError, LinkLost
from isocenter.base.limits import SEND_ATTEMPTS_MAX
from isocenter.daemon.looking import Found
from isocenter.daemon.transcoding import transcode
from isocenter.jobs.searching import Call
from isocenter.net import client
from isocenter.net.outgoing import Sendable, propose
from isocenter.net.requestor import Proposal, Requestor, open_association
from isocenter.standard.status import Kind, kind_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one instance. `status` is None where no answer came; `why` is empty for success."""

    found: Found
    status: int | None
    why: str
    byte_count: int

    @property
    def is_kept(self) -> bool:
        """True where the other side has it now: a warning is a success with a remark."""
        return self.status is not None and kind_of(self.status) in (Kind.SUCCESS, Kind.WARNING)


class Consignment:
    """The instances that are to go to one node, shared by the associations that carry them."""

    def __init__(self, call: Call, instances: Sequence[Found]) -> None:
        self.call = call
        self._waiting = deque((found, 0) for found in instances)
        self._pairs = tuple(dict.fromkeys((found.sop_class_uid, found.transfer_syntax) for found in instances))
        self._settled: SimpleQueue[Outcome | IsocenterError | None] = SimpleQueue()
        self._stop = threading.Event()

    def deliver(self, associations: int) -> Iterator[Outcome]:
        """Send everything. The first association is opened before this returns anything.

        Raises LinkLost, Refused or LocalError where not even one can be opened.
        """
        count = max(1, min(associations, len(self._waiting)))
        first = self._open()
        threads = [
            threading.Thread(target=self._carry, args=(first if number == 0 else None,), daemon=True) for number in range(count)
        ]
        for thread in threads:
            thread.start()
        return self._outcomes(threads)

    def _outcomes(self, threads: list[threading.Thread]) -> Iterator[Outcome]:
        running = len(threads)
        broken = "the association broke"
        try:
            while running:
                settled = self._settled.get()
                if settled is None:
                    running -= 1
                elif isinstance(settled, IsocenterError):
                    broken = str(settled)
                else:
                    yield settled
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
        while self._waiting:
            yield Outcome(self._waiting.popleft()[0], None, broken, 0)

    def _open(self) -> Requestor:
        proposal = Proposal(propose(self._pairs, self.call.node.transfer_syntaxes))
        return open_association(self.call.node, proposal, calling_ae_title=self.call.calling_ae_title)

    def _carry(self, requestor: Requestor | None) -> None:
        try:
            while self._waiting and not self._stop.is_set():
                requestor = requestor or self._open()
                self._carry_on(requestor)
                requestor = None
        except IsocenterError as error:
            self._settled.put(error)
        finally:
            self._settled.put(None)

    def _carry_on(self, requestor: Requestor) -> None:
        """Send on one association until nothing waits, or it breaks."""
        taken: deque[tuple[Found, int]] = deque()
        try:
            with requestor:
                for sent in client.store(requestor, self._sendables(taken), transcode):
                    found, _ = taken.popleft()
                    self._settled.put(Outcome(found, sent.status, _why(sent.reason, sent.comment), sent.byte_count))
        except LinkLost as error:
            for place, (found, attempts) in enumerate(list(taken)):
                # Only the first of them can have been on its way; the one after it was merely made ready.
                attempts += place == 0
                if attempts >= SEND_ATTEMPTS_MAX:
                    self._settled.put(Outcome(found, None, str(error), 0))
                else:
                    self._waiting.append((found, attempts))

    def _sendables(self, taken: deque[tuple[Found, int]]) -> Iterable[Sendable]:
        while not self._stop.is_set():
            try:
                found, attempts = self._waiting.popleft()
            except IndexError:
                return
            taken.append((found, attempts))
            yield Sendable(found.sop_class_uid, found.sop_instance_uid, found.transfer_syntax, found.open)


def _why(reason: str, comment: str) -> str:
    return f"{reason} ({comment})" if reason and comment else reason

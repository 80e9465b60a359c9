"""C-STORE sub-operations of C-GET and C-MOVE (PS3.7 9.1.3 and 9.1.4): a service's `Forward` becomes what happened to each instance.

Comes in: instances as the index knows them, in their thread's iterator. Goes out: one `SubOperation` for each, exactly one. C-GET
uses the requestor's own association. C-MOVE opens several, as long as there is work and the destination accepts them; each has a
thread. C-CANCEL is looked for all the time, and what was under way then is still counted where it ends soon.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import TYPE_CHECKING

from isocenter.base.errors import IsocenterError, LinkLost, LocalError, Refused
from isocenter.base.limits import (
    CANCEL_SECONDS,
    RETRIEVE_AHEAD_INSTANCES,
    RETRIEVE_ASSOCIATIONS_MAX,
    RETRIEVE_LISTEN_SECONDS,
    RETRIEVE_LOOK_SECONDS,
    RETRIEVE_OPENINGS_FAILED_MAX,
)
from isocenter.dimse.exchange import Cancelled, Forward, SubOperation
from isocenter.model.ports import BlobReader, OutgoingWitness, Transcoder
from isocenter.model.records import Instance, Node
from isocenter.net.outgoing import Sendable, propose
from isocenter.net.requestor import Proposal, Requestor, open_association
from isocenter.net.sending import Channel, Sending, Sent
from isocenter.net.sockets import NobodyListens

if TYPE_CHECKING:
    import ssl

Look = Callable[[], bool]
"""Reads what came on the requestor's association meanwhile: True once it has cancelled. Raises `LinkLost` when it is gone."""

Pair = tuple[str, str]
_PERMANENT = 1
ONE_AT_A_TIME = ("1.2.276.0.7230010.3.0.",)
"""Implementation Class UIDs that begin so get one association, whatever the node takes. DCMTK's dcmqrscp names a file by the second
in which it comes: of two that come over two associations at once, now and then one is overwritten, and both were acknowledged."""


class Forwarder:
    """Runs the sub-operations of any number of retrievals. Any thread. `ae_title` is the one that we call others with."""

    def __init__(
        self,
        blobs: BlobReader,
        transcoder: Transcoder | None,
        *,
        ae_title: str,
        tls: ssl.SSLContext | None = None,
        witness: OutgoingWitness | None = None,
    ) -> None:
        self._blobs = blobs
        self._transcoder = transcoder
        self._open = partial(open_association, calling_ae_title=ae_title, tls=tls, witness=witness)

    def run(self, forward: Forward, channel: Channel, look: Look) -> Iterator[SubOperation]:
        """What becomes of each instance, as it happens. `channel` is the association that the request came on.

        Raises `Cancelled` after a C-CANCEL, and `LinkLost` when the requestor is gone. Close it when leaving early.
        """
        if forward.destination is None:
            return self._back(forward, channel, look)
        return self.deliver(forward, forward.destination, look)

    def deliver(self, forward: Forward, destination: Node, look: Look) -> Iterator[SubOperation]:
        """The same to a node, where nobody's association is to be answered on; `look` says True once it shall end."""
        return _Delivery(forward, destination, self._sendable, self._transcoder, self._open).run(look)

    def _sendable(self, instance: Instance) -> Sendable:
        return Sendable(
            instance.sop_class_uid,
            instance.sop_instance_uid,
            instance.transfer_syntax,
            partial(self._blobs.open, instance.blob),
        )

    def _back(self, forward: Forward, channel: Channel, look: Look) -> Iterator[SubOperation]:
        sending = Sending(channel, self._transcoder)
        pairs = ((instance, self._sendable(instance)) for instance in forward.instances)
        following = next(pairs, None)
        try:
            while following is not None:
                if look():
                    raise Cancelled("the requestor cancelled the C-GET")
                (instance, sendable), following = following, next(pairs, None)
                sent = sending.store(sendable, following[1] if following is not None else None)
                yield sub_operation(instance, sent)
        finally:
            sending.close()


def sub_operation(instance: Instance, sent: Sent) -> SubOperation:
    """The outcome in the service's words, the peer's own comment included."""
    reason = f"{sent.reason} It says: {sent.comment}" if sent.comment and sent.reason else sent.reason
    return SubOperation(instance, sent.status, reason)


class _Delivery:
    """One C-MOVE: a bounded queue of instances, the threads that send them, and a queue of outcomes."""

    def __init__(
        self,
        forward: Forward,
        node: Node,
        sendable: Callable[[Instance], Sendable],
        transcoder: Transcoder | None,
        opener: Callable[[Node, Proposal], Requestor],
    ) -> None:
        self.node = node
        self.transcoder = transcoder
        self.forward = forward
        self.results: SimpleQueue[SubOperation] = SimpleQueue()
        self.is_stopping = False
        self.pairs: dict[Pair, None] = {}
        self._opener = opener
        self._sendable = sendable
        self._instances = iter(forward.instances)
        self._work: SimpleQueue[tuple[Instance, Sendable] | None] = SimpleQueue()
        self._workers: list[_Courier] = []
        self.workers_max = max(1, min(RETRIEVE_ASSOCIATIONS_MAX, node.associations_max))
        self._under_way = 0

    def run(self, look: Look) -> Iterator[SubOperation]:
        ahead = list(islice(self._instances, RETRIEVE_AHEAD_INSTANCES))
        for instance in ahead:
            self.pairs[instance.sop_class_uid, instance.transfer_syntax] = None
        self._instances = chain(ahead, self._instances)
        try:
            while self._fill():
                if look():
                    yield from self._cancelled()
                    raise Cancelled("the requestor cancelled the C-MOVE")
                try:
                    ended = self.results.get(timeout=RETRIEVE_LOOK_SECONDS)
                except Empty:
                    continue
                self._under_way -= 1
                yield ended
        finally:
            self._stop()

    def _fill(self) -> bool:
        """Keep the queue full and enough threads at work; False when everything has ended."""
        while self._under_way < 2 * self.workers_max:
            instance = next(self._instances, None)
            if instance is None:
                break
            self.pairs.setdefault((instance.sop_class_uid, instance.transfer_syntax))
            self._work.put((instance, self._sendable(instance)))
            self._under_way += 1
        workers = self._workers
        is_wanted = not workers or (len(workers) < self.workers_max and not self._work.empty())
        if self._under_way and is_wanted and all(worker.has_sent for worker in workers):
            # One more at a time, each after the one before has proved that the destination takes it.
            worker = _Courier(self, is_first=not workers)
            workers.append(worker)
            threading.Thread(target=worker.run, name=f"C-MOVE to {self.node.ae_title}", daemon=True).start()
        return self._under_way > 0

    def _cancelled(self) -> Iterator[SubOperation]:
        """What was under way and ends soon still counts; what waits is not begun."""
        while self.take(wait=False) is not None:
            self._under_way -= 1
        until = monotonic() + CANCEL_SECONDS / 2
        while self._under_way and (left := until - monotonic()) > 0:
            try:
                ended = self.results.get(timeout=left)
            except Empty:
                return
            self._under_way -= 1
            yield ended

    def _stop(self) -> None:
        is_complete = self._under_way == 0
        self.is_stopping = True
        while self.take(wait=False) is not None:
            continue
        self._work.put(None)
        if not is_complete:
            for worker in self._workers:
                worker.interrupt("the C-MOVE has ended")

    def take(self, *, wait: bool) -> tuple[Instance, Sendable] | None:
        """The next instance; None where there is none, or will never be again when waiting."""
        try:
            found = self._work.get(block=wait)
        except Empty:
            return None
        if found is None:
            self._work.put(None)
        return found

    def open(self, pair: Pair | None) -> tuple[Requestor, frozenset[Pair]]:
        """An association for all that is known to come, `pair` first; and what it was opened for."""
        wanted = dict.fromkeys([*([pair] if pair else []), *list(self.pairs)])
        contexts = propose(wanted, self.node.transfer_syntaxes)
        classes = {context.abstract_syntax for context in contexts}
        return self._opener(self.node, Proposal(contexts)), frozenset(known for known in wanted if known[0] in classes)


class _Courier:
    """One thread with one association to the destination, opened when it is needed and again when it broke."""

    def __init__(self, delivery: _Delivery, *, is_first: bool) -> None:
        self.has_sent = False
        self._delivery = delivery
        self._is_first = is_first
        self._requestor: Requestor | None = None
        self._sending: Sending | None = None
        self._pairs: frozenset[Pair] = frozenset()
        self._openings_failed = 0
        self._hopeless = ""

    def run(self) -> None:
        """The thread: until no work is left. A further association that is refused gives up before it takes any."""
        delivery = self._delivery
        if not self._is_first:
            try:
                self._connect(None)
            except (IsocenterError, OSError):
                return
            self.has_sent = True
        item = delivery.take(wait=True)
        while item is not None:
            upcoming = delivery.take(wait=False)
            instance, sendable = item
            try:
                outcome = self._deliver(instance, sendable, upcoming[1] if upcoming else None)
            except Exception as error:
                self._disconnect()
                outcome = SubOperation(instance, None, f"it could not be sent: {type(error).__name__}: {error}")
            delivery.results.put(outcome)
            item = upcoming or delivery.take(wait=True)
        self._disconnect(in_order=True)

    def interrupt(self, why: str) -> None:
        """Wake the thread where it waits for the destination; from any thread."""
        requestor = self._requestor
        if requestor is not None:
            requestor.link.interrupt(why)

    def _deliver(self, instance: Instance, sendable: Sendable, upcoming: Sendable | None) -> SubOperation:
        """Send one instance; where the association breaks under it, once more on a new one."""
        reason = self._hopeless
        for _ in range(0 if self._hopeless else 2):
            if self._delivery.is_stopping:
                reason = "the C-MOVE has ended"
                break
            pair = (sendable.sop_class_uid, sendable.transfer_syntax)
            if self._sending is None or pair not in self._pairs:
                try:
                    self._connect(pair)
                except IsocenterError as error:
                    reason = self._not_opened(error)
                    break
            assert self._sending is not None, "connected just now"
            try:
                sent = self._sending.store(sendable, upcoming)
            except LinkLost as error:
                reason = str(error)
                self._disconnect()
                continue
            self.has_sent = True
            return sub_operation(instance, sent)
        return SubOperation(instance, None, reason)

    def _not_opened(self, error: IsocenterError) -> str:
        self._openings_failed += 1
        is_final = isinstance(error, Refused) and error.result == _PERMANENT
        if is_final or self._openings_failed >= RETRIEVE_OPENINGS_FAILED_MAX:
            self._hopeless = str(error)
        return str(error)

    def _connect(self, pair: Pair | None) -> None:
        """Raises `LinkLost`, `Refused`, or `LocalError` where the destination takes nothing of what was proposed."""
        self._disconnect(in_order=True)
        delivery = self._delivery
        self._requestor, self._pairs = self._open(pair)
        if self._requestor.accept.user.implementation_class_uid.startswith(ONE_AT_A_TIME):
            delivery.workers_max = 1
        self._openings_failed = 0
        self._sending = Sending(
            self._requestor,
            delivery.transcoder,
            preferred=delivery.node.transfer_syntaxes,
            move_originator_ae_title=delivery.forward.move_originator_ae_title,
            move_originator_message_id=delivery.forward.move_originator_message_id,
        )

    def _open(self, pair: Pair | None) -> tuple[Requestor, frozenset[Pair]]:
        """As `_Delivery.open`, but the very first call is repeated for a moment while nobody listens yet."""
        is_first_call, self._is_first = self._is_first, False
        until = monotonic() + (RETRIEVE_LISTEN_SECONDS if is_first_call else 0.0)
        while True:
            try:
                return self._delivery.open(pair)
            except NobodyListens:
                if monotonic() >= until or self._delivery.is_stopping:
                    raise
            sleep(RETRIEVE_LOOK_SECONDS)

    def _disconnect(self, *, in_order: bool = False) -> None:
        sending, self._sending = self._sending, None
        requestor, self._requestor = self._requestor, None
        if sending is not None:
            sending.close()
        if requestor is not None:
            try:
                if in_order:
                    requestor.release()
                else:
                    requestor.abort()
            except (LocalError, OSError):
                requestor.link.close()

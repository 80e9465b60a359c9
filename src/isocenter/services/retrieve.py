"""Retrieval (PS3.4 C.4.2 and C.4.3): C-MOVE and C-GET as one conversation with the catalogue and whoever sends.

A request with the bytes of its identifier comes in; out go a `Forward` for the instances that it selects, pending responses with
exact counts as sub-operations end, and one final response. No instance is opened here, and none is counted that did not end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError, LocalError, UsageError
from isocenter.base.limits import FAILED_UIDS_BYTES_MAX, RETRIEVE_PENDING_RESPONSES, RETRIEVE_PENDING_SECONDS
from isocenter.dimse.exchange import Cancelled, Forward, Reply, Request, Service, SubOperation
from isocenter.model.ports import Catalogue
from isocenter.model.query import Query, Root
from isocenter.model.records import Node
from isocenter.services.identifiers import encode_uids, read
from isocenter.services.keys import selection
from isocenter.services.responses import MOVE_DESTINATION, Refusal, respond
from isocenter.standard import status
from isocenter.standard.status import Kind

Destination = Callable[[str], Node | None]
"""From the Move Destination of a C-MOVE to the node that it names, None where we know none that can be called."""

ANSWERS = (
    ("Sub-operations go on, with counts", status.PENDING),
    ("Every instance was sent, or none matched", status.SUCCESS),
    ("Some were not sent, or were taken with a warning: with the failed UIDs", status.SUB_OPERATIONS_FAILED),
    ("None was sent: with the failed UIDs and the first reason", status.OUT_OF_RESOURCES_SUB_OPERATIONS),
    ("The archive cannot tell what matches", status.OUT_OF_RESOURCES_MATCHES),
    ("C-MOVE: the Move Destination is missing or is no node that can be called", status.MOVE_DESTINATION_UNKNOWN),
    ("The identifier breaks the rules: with the offending element", status.DATA_SET_MISMATCH),
    ("The archive failed; its log says why", status.CANNOT_UNDERSTAND),
    ("C-CANCEL came: with counts", status.CANCEL),
)
"""What happened, and the status that says so: a table for the conformance statement."""

FAILED_SOP_INSTANCE_UID_LIST = 0x00080058


class _Tally:
    """The counts of one retrieval; `total` is corrected where the archive changed between counting and sending."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.completed = self.failed = self.warning = 0
        self.first_reason = ""
        self.failed_uids: list[str] = []
        self._uid_bytes = 0

    @property
    def done(self) -> int:
        return self.completed + self.failed + self.warning

    @property
    def remaining(self) -> int:
        return max(self.total - self.done, 0)

    def count(self, ended: SubOperation) -> None:
        kind = Kind.FAILURE if ended.status is None else status.kind_of(ended.status)
        if kind is Kind.SUCCESS:
            self.completed += 1
        elif kind is Kind.WARNING or ended.status == status.DUPLICATE_SOP_INSTANCE:
            # A destination that has the instance already is no reason to fail a retrieval.
            self.warning += 1
        else:
            self.failed += 1
            self._remember(ended)

    def _remember(self, ended: SubOperation) -> None:
        if not self.first_reason:
            self.first_reason = ended.reason or (status.describe(ended.status, "store") if ended.status is not None else "")
        uid = ended.instance.sop_instance_uid
        if self._uid_bytes + len(uid) + 1 <= FAILED_UIDS_BYTES_MAX:
            self._uid_bytes += len(uid) + 1
            self.failed_uids.append(uid)


class Retrieval:
    """C-MOVE and C-GET over one catalogue. `ae_title` is our own; `strict` holds identifiers to the hierarchy."""

    def __init__(self, catalogue: Catalogue, destination: Destination, clock: Clock, *, ae_title: str, strict: bool) -> None:
        self._catalogue = catalogue
        self._destination = destination
        self._clock = clock
        self._ae_title = ae_title
        self._strict = strict

    def get(self, request: Request, root: Root, *, relational: bool) -> Service:
        """C-GET: everything goes back on the requestor's own association. Raises `Refusal` before anything is sent."""
        yield from self._send(request, self._query(request, root, relational), None)

    def move(self, request: Request, root: Root, *, relational: bool) -> Service:
        """C-MOVE: everything goes to the Move Destination. Raises `Refusal` before anything is sent."""
        title = request.command.move_destination.strip(" \0")
        if not title:
            raise _unknown("Move Destination (0000,0600) is missing")
        node = self._destination(title)
        if node is None and title != self._ae_title:
            raise _unknown(f"no node {title} is known here that can be called")
        query = self._query(request, root, relational)
        if node is None:
            # To ourselves: everything that matches is here, durable and findable, which is all that sending could achieve.
            yield respond(request, status.SUCCESS, counts=(None, self._total(query), 0, 0))
            return
        yield from self._send(request, query, node)

    def _query(self, request: Request, root: Root, relational: bool) -> Query:
        return selection(read(request).elements, root, strict=self._strict and not relational)

    def _total(self, query: Query) -> int:
        try:
            return self._catalogue.count_instances(query)
        except UsageError as error:
            raise Refusal(str(error), status=status.DATA_SET_MISMATCH) from None
        except IsocenterError:
            raise Refusal("the archive cannot tell what matches", status=status.OUT_OF_RESOURCES_MATCHES) from None

    def _send(self, request: Request, query: Query, node: Node | None) -> Service:
        tally = _Tally(self._total(query))
        if tally.total == 0:
            yield _final(request, tally)
            return
        forward = Forward(
            self._catalogue.instances(query),
            node,
            move_originator_ae_title=request.caller.ae_title if node else "",
            move_originator_message_id=(request.command.message_id or 0) if node else 0,
        )
        sub_operations: Iterator[SubOperation] | None = None
        try:
            sub_operations = yield forward
            if sub_operations is None:
                raise LocalError("whoever drives a service answers a Forward with what becomes of its instances")
            yield from self._report(request, tally, sub_operations)
        except Cancelled:
            _close(sub_operations)
            yield _cancelled(request, tally)
        else:
            yield _final(request, tally)
        finally:
            _close(sub_operations)

    def _report(self, request: Request, tally: _Tally, sub_operations: Iterator[SubOperation]) -> Service:
        """A pending response for each hundredth of the whole, and whenever a while has passed without one."""
        every = max(tally.total // RETRIEVE_PENDING_RESPONSES, 1)
        due = self._clock.monotonic() + RETRIEVE_PENDING_SECONDS
        reported = 0
        for ended in sub_operations:
            tally.count(ended)
            now = self._clock.monotonic()
            if tally.done - reported >= every or now >= due:
                reported = tally.done
                due = now + RETRIEVE_PENDING_SECONDS
                yield respond(request, status.PENDING, counts=(tally.remaining, tally.completed, tally.failed, tally.warning))


def _close(iterator: object) -> None:
    """End a generator that is left early, before the final response says that nothing goes on."""
    close = getattr(iterator, "close", None)
    if close is not None:
        close()


def _unknown(text: str) -> Refusal:
    return Refusal(text, status=status.MOVE_DESTINATION_UNKNOWN, offending=(MOVE_DESTINATION,))


def _failed_list(request: Request, tally: _Tally) -> bytes | None:
    if not tally.failed_uids:
        return None
    return encode_uids(FAILED_SOP_INSTANCE_UID_LIST, tally.failed_uids, request.context.transfer_syntax)


def _cancelled(request: Request, tally: _Tally) -> Reply:
    return respond(
        request,
        status.CANCEL,
        identifier=_failed_list(request, tally),
        counts=(tally.remaining, tally.completed, tally.failed, tally.warning),
    )


def _final(request: Request, tally: _Tally) -> Reply:
    if tally.failed and tally.failed == tally.done:
        code = status.OUT_OF_RESOURCES_SUB_OPERATIONS
    elif tally.failed or tally.warning:
        code = status.SUB_OPERATIONS_FAILED
    else:
        code = status.SUCCESS
    return respond(
        request,
        code,
        text=tally.first_reason,
        identifier=_failed_list(request, tally),
        counts=(None, tally.completed, tally.failed, tally.warning),
    )

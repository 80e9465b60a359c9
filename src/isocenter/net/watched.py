"""An association that we opened, as it is told to whoever watches: counted while it is used, summed up when it is over.

The requestor says what it sends and gets; a summary of the house's own words goes out. Written by the thread that uses the
association only. One that was never accepted is told as well, with the reason.
"""

from __future__ import annotations

import socket

from isocenter.base.clock import Clock, SystemClock
from isocenter.base.errors import Refused
from isocenter.base.ids import new_token
from isocenter.dimse.commands import OPERATIONS, Command
from isocenter.dimse.exchange import Reply, Request
from isocenter.model.ports import OutgoingWitness
from isocenter.model.records import AssociationOutcome, AssociationSummary, Node
from isocenter.net.blocking import Link
from isocenter.net.messages import End
from isocenter.net.recorder import Recorder
from isocenter.net.sockets import place
from isocenter.net.tap import Tap
from isocenter.standard.status import Kind, describe, kind_of
from isocenter.wire.pdu import AssociateAccept, ProposedContext


class Watched:
    """One association to a node, from the call to its end."""

    def __init__(self, witness: OutgoingWitness, node: Node, calling_ae_title: str, clock: Clock | None = None) -> None:
        self._witness = witness
        self._clock = clock or SystemClock()
        self._is_over = False
        self.summary = AssociationSummary(
            token=new_token(),
            calling_ae_title=calling_ae_title,
            called_ae_title=node.ae_title,
            address=place(node.host, node.port),
            opened=self._clock.now(),
            node=node.name,
            outgoing=True,
        )

    def recorded(self, sock: socket.socket) -> Tap | None:
        """Where its bytes are kept, if the witness has a recorder."""
        recorder = getattr(self._witness, "recorder", None)
        if not isinstance(recorder, Recorder):
            return None
        tap = recorder.of_socket(sock, outgoing=True)
        tap.recording.summary = self.summary
        return tap

    def accepted(self, proposed: tuple[ProposedContext, ...], accept: AssociateAccept) -> None:
        """It is open."""
        answers = {context.id: context.transfer_syntax for context in accept.contexts if context.result == 0}
        summary = self.summary
        summary.implementation_class_uid = accept.user.implementation_class_uid
        summary.implementation_version_name = accept.user.implementation_version_name
        summary.contexts = tuple((one.id, one.abstract_syntax, answers.get(one.id, "")) for one in proposed)
        self._witness.opened(summary)

    def failed(self, error: Exception) -> None:
        """It never came about."""
        self._end(AssociationOutcome.REJECTED if isinstance(error, Refused) else AssociationOutcome.LOST, str(error))

    def asked(self, command: Command) -> None:
        """A request goes out."""
        operation = OPERATIONS.get(command.field)
        if operation is not None:
            self.summary.requests[operation] = self.summary.requests.get(operation, 0) + 1
            self._witness.served()

    def stored(self, response: Command, link: Link) -> None:
        """The node answered a C-STORE of ours."""
        status = response.status or 0
        if kind_of(status) is Kind.FAILURE:
            self.summary.failures["store"] = self.summary.failures.get("store", 0) + 1
            self.summary.last_failure = describe(status, "store")
        else:
            self.summary.sent += 1
        self._counted(link)

    def served(self, request: Request, reply: Reply, link: Link) -> None:
        """We answered a C-STORE of the node's (C-GET)."""
        uid = request.command.affected_sop_class_uid
        if kind_of(reply.command.status or 0) is not Kind.FAILURE:
            self.summary.instances[uid] = self.summary.instances.get(uid, 0) + 1
        self._counted(link)

    def ended(self, end: End | None, link: Link) -> None:
        """It is over. Idempotent."""
        self._counted(link)
        if end is None or end.released:
            self._end(AssociationOutcome.RELEASED, "")
        else:
            self._end(end.outcome, end.why)

    def _counted(self, link: Link) -> None:
        self.summary.bytes_in, self.summary.bytes_out = link.bytes_in, link.bytes_out
        self._witness.served()

    def _end(self, outcome: AssociationOutcome, reason: str) -> None:
        if not self._is_over:
            self._is_over = True
            self.summary.ended, self.summary.outcome, self.summary.reason = self._clock.now(), outcome, reason
            self._witness.ended(self.summary)

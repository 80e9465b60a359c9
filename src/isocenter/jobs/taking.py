"""One way of a retrieval, under way: C-GET with its instances, C-MOVE to ourselves (PS3.4 C.4.2, C.4.3), or DICOMweb.

Questions of unique keys go in; counts go to the job as they come. A node may answer without saying how far it is: what comes by
C-GET is counted here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, cast

from isocenter.base.clock import Clock
from isocenter.base.limits import RETRIEVE_RESPONSE_SECONDS
from isocenter.dimse.exchange import Reply, Request, StoreInProgress
from isocenter.jobs.questions import Question
from isocenter.jobs.queue import Course
from isocenter.jobs.retrieving import Tally, get_proposal
from isocenter.jobs.searching import Call
from isocenter.model.ports import Intake
from isocenter.model.records import Full, Mismatch, StoreResult, Unreadable
from isocenter.standard.status import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from isocenter.net.client import Response

Receive = Callable[[Request], StoreInProgress]


class Taking:
    """One way, used once. `here` is how many of the wanted instances were here before: they count as done.

    `is_open` once the node agreed to talk; `refused` counts the instances that this side could not keep.
    """

    def __init__(self, call: Call, course: Course, here: int) -> None:
        self.tally = Tally()
        self.is_open = False
        self.refused = 0
        self._call = call
        self._course = course
        self._here = here
        self._came = 0
        self._bytes_coming = 0

    def get(self, questions: Sequence[Question], receive: Receive) -> None:
        """Ask for them on the same association. Raises LinkLost, Refused and LocalError."""
        from isocenter.net import client

        self._course.moves("get")
        proposal = get_proposal(self._call, questions, self._course.find)
        sop_class = questions[0].sop_class("get")
        with self._call.open(proposal) as requestor:
            self.is_open = True
            for one in questions:
                responses = client.get(requestor, sop_class, one.identifier, self._counted(receive), self._served)
                self._watch(responses, "get")

    def move(self, questions: Sequence[Question], ae_title: str) -> None:
        """Have them sent to our own listener, which that node knows as `ae_title` or by the title that we call it under.

        Raises LinkLost, Refused and LocalError.
        """
        from isocenter.net import client
        from isocenter.net.requestor import Proposal

        self._course.moves("move")
        sop_class, to = questions[0].sop_class("move"), self._call.node.local_ae_title or ae_title
        with self._call.open(Proposal(client.query_contexts(sop_class))) as requestor:
            self.is_open = True
            for one in questions:
                self._watch(client.move(requestor, sop_class, one.identifier, to), "move")

    def web(self, questions: Sequence[Question], intake: Intake, clock: Clock) -> None:
        """Fetch them over DICOMweb, one address after the other. Raises LinkLost and LocalError."""
        from isocenter.jobs import web_taking
        from isocenter.net import http_client

        self._course.moves("web")
        for address in web_taking.addresses(self._call, questions):
            self._course.check()
            connected = self._call.connected
            with http_client.get(address, web_taking.ACCEPT, connected=connected, seconds=RETRIEVE_RESPONSE_SECONDS) as answer:
                self.is_open = True
                for uid, byte_count, result in web_taking.Filing(intake, clock, self._call.node).results(answer):
                    self._filed(uid, byte_count, result)
                    self._course.check()

    def _filed(self, uid: str, byte_count: int, result: StoreResult) -> None:
        if isinstance(result, Full | Unreadable | Mismatch):
            self.refused += 1
            self.tally.failed += 1
            self.tally.words = self.tally.words or result.reason
            self._course.find(f"{uid or 'An instance'}: {result.reason}")
        else:
            self._came += 1
            self._course.carried(1, byte_count)
        self._reached(self._came, self.tally.failed, 0)

    @property
    def kept(self) -> int:
        """How many came and are kept."""
        return max(self.tally.kept, self._came)

    def _watch(self, responses: Iterator[Response], operation: str) -> None:
        """Count until the final response; leaving early sends C-CANCEL."""
        final = None
        with closing(cast("Generator[Response, None, None]", responses)):
            for response in responses:
                counts = response.command
                done = max(self.tally.kept + (counts.completed or 0) + (counts.warning or 0), self._came)
                if operation == "move":
                    self._course.carried(done - self._came)
                    self._came = done
                failed = self.tally.failed + (counts.failed or 0)
                self._reached(done, failed, counts.remaining or 0)
                final = response
                if response.is_pending:
                    self._course.check()
        assert final is not None, "every operation has a final response"
        self.tally.add(final, operation)

    def _served(self, request: Request, reply: Reply, _seconds: float) -> None:
        """One instance of a C-GET was answered."""
        byte_count, self._bytes_coming = self._bytes_coming, 0
        code = reply.command.status
        if code is not None and kind_of(code) is Kind.FAILURE:
            self.refused += 1
            self._course.find(f"{request.command.affected_sop_instance_uid}: {reply.command.error_comment or f'{code:04X}'}")
            return
        self._came += 1
        self._course.carried(1, byte_count)
        self._reached(self._came, self.tally.failed, 0)

    def _reached(self, done: int, failed: int, remaining: int) -> None:
        total = self._here + done + failed + remaining
        self._course.reached(self._here + done, failed, max(total, self._course.job.total or 0))

    def _counted(self, receive: Receive) -> Receive:
        def begin(request: Request) -> StoreInProgress:
            return _Counted(receive(request), self._add_bytes)

        return begin

    def _add_bytes(self, count: int) -> None:
        self._bytes_coming += count


class _Counted:
    """A store in progress whose bytes are counted as they pass."""

    def __init__(self, store: StoreInProgress, passed: Callable[[int], None]) -> None:
        self._store = store
        self._passed = passed

    def write(self, view: memoryview) -> None:
        self._passed(view.nbytes)
        self._store.write(view)

    def finish(self) -> Reply:
        return self._store.finish()

    def abandon(self) -> None:
        self._store.abandon()

"""The job `retrieve`: instances of another node into this archive, by C-GET or by C-MOVE to ourselves (PS3.4 C.4.2, C.4.3).

Comes in: the name of a node and matching keys. Goes out: counts as they come, and what the node said at the end. What C-GET brings
passes the same intake as a C-STORE; what C-MOVE brings comes through the listener, so that node has to know us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, cast

from isocenter.base.clock import Clock
from isocenter.base.errors import UsageError
from isocenter.dimse.exchange import Reply, Request, StoreInProgress
from isocenter.jobs.questions import UNIQUE, At, Question, RootName, keyword_of, question
from isocenter.jobs.queue import Course, Outcome, Wanted
from isocenter.jobs.retrieving import Tally, get_proposal, narrowed
from isocenter.jobs.searching import Call
from isocenter.model.jobs import JobState
from isocenter.model.ports import Intake
from isocenter.model.records import Node
from isocenter.services import storage
from isocenter.standard.status import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from isocenter.net.client import Response

BY = ("get", "move")


class Fetching:
    """Retrievals into one archive. `node_named` raises UsageError for whom we do not know or cannot call."""

    def __init__(self, node_named: Callable[[str], Node], intake: Intake, clock: Clock, ae_title: str) -> None:
        self._node_named = node_named
        self._intake = intake
        self._clock = clock
        self._ae_title = ae_title

    def title(self, wanted: Wanted) -> str:
        """`Retrieve study 1.2.3 from CT1`. Raises UsageError for what cannot be asked."""
        asked = _asked(wanted)
        self._node_named(wanted["node"])
        if wanted["by"] not in BY:
            raise UsageError(f"A retrieval goes by {' or '.join(BY)}, not by {wanted['by']!r}.")
        if not any(value.strip(" *") for value in asked.keys.values()):
            raise UsageError("Say what to retrieve, for example StudyInstanceUID; everything is too much.")
        tag = UNIQUE[asked.level]
        # Only UIDs are told: other keys may name a patient, and titles go into the log.
        what = asked.keys.get(tag, "") if asked.level is not At.PATIENT else ""
        others = "" if what else f" by {', '.join(keyword_of(tag) for tag, value in asked.keys.items() if value)}"
        return f"Retrieve {asked.level.value} {what or others.strip()} from {wanted['node']}"

    def run(self, wanted: Wanted, course: Course) -> Outcome:
        """Ask, receive, count. Raises LinkLost, Refused, LocalError and UsageError in words for the job."""
        call = Call(self._node_named(wanted["node"]), self._ae_title, lambda link: course.waits_for(link.interrupt))
        course.say("Looking for what matches.")
        questions = narrowed(call, _asked(wanted), course.check)
        if not questions:
            return Outcome(JobState.DONE, "Nothing there matches.")
        course.check()
        course.say("The instances are coming.")
        tally = Tally()
        if wanted["by"] == "get":
            self._get(call, questions, tally, course)
        else:
            self._move(call, questions, tally, course)
        came = f"{tally.kept} instance{'s'[: tally.kept != 1]} came"
        if tally.is_success:
            return Outcome(JobState.DONE, f"{came}." if tally.kept else "Nothing there matches.")
        for uid in tally.failed_uids:
            course.find(f"{uid} did not come.")
        return Outcome(JobState.PARTLY if tally.kept else JobState.FAILED, f"{came}, {tally.failed} failed: {tally.words}")

    def _get(self, call: Call, questions: list[Question], tally: Tally, course: Course) -> None:
        from isocenter.net import client

        def served(request: Request, reply: Reply, _seconds: float) -> None:
            code = reply.command.status
            if code is not None and kind_of(code) is Kind.FAILURE:
                course.find(f"{request.command.affected_sop_instance_uid}: {reply.command.error_comment or f'{code:04X}'}")

        proposal = get_proposal(call, questions, course.find)
        sop_class = questions[0].sop_class("get")
        with call.open(proposal) as requestor:
            for one in questions:
                _watch(client.get(requestor, sop_class, one.identifier, self._receive, served), "get", tally, course)

    def _move(self, call: Call, questions: list[Question], tally: Tally, course: Course) -> None:
        from isocenter.net import client
        from isocenter.net.requestor import Proposal

        sop_class = questions[0].sop_class("move")
        proposal = Proposal(client.query_contexts(sop_class))
        to = call.node.local_ae_title or self._ae_title
        with call.open(proposal) as requestor:
            for one in questions:
                _watch(client.move(requestor, sop_class, one.identifier, to), "move", tally, course)

    def _receive(self, request: Request) -> StoreInProgress:
        return storage.receive(request, self._intake, self._clock)


def _asked(wanted: Wanted) -> Question:
    keys = [f"{keyword}={value}" for keyword, value in wanted["keys"].items()]
    root = RootName(wanted["root"]) if wanted.get("root") else None
    return question(At(wanted["level"]), root, keys, returned=False)


def _watch(responses: Iterator[Response], operation: str, tally: Tally, course: Course) -> None:
    """Count until the final response; leaving early sends C-CANCEL."""
    final = None
    with closing(cast("Generator[Response, None, None]", responses)):
        for response in responses:
            counts = response.command
            done = tally.kept + (counts.completed or 0) + (counts.warning or 0)
            failed = tally.failed + (counts.failed or 0)
            course.reached(done, failed, done + failed + (counts.remaining or 0))
            final = response
            if response.is_pending:
                course.check()
    assert final is not None, "every operation has a final response"
    tally.add(final, operation)

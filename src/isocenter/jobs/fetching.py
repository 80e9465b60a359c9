"""The job `retrieve`: instances of another node into this archive, by C-GET, by C-MOVE to ourselves, or over DICOMweb.

Comes in: the name of a node and matching keys. Goes out: counts as they come, and what the node said at the end. What C-GET brings
passes the same intake as a C-STORE; what C-MOVE brings comes through the listener, so that node has to know us. What is here
already is not asked for again. By `auto` the way that worked with the node before comes first, then the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from isocenter.base.clock import Clock
from isocenter.base.errors import LinkLost, LocalError, UsageError
from isocenter.dimse.exchange import Request, StoreInProgress
from isocenter.jobs.lacking import Lacking, instances_here, lacking, query_of
from isocenter.jobs.questions import UNIQUE, At, Question, RootName, keyword_of, question
from isocenter.jobs.queue import Course, Outcome, Wanted
from isocenter.jobs.retrieving import narrowed
from isocenter.jobs.searching import Call
from isocenter.jobs.taking import Taking
from isocenter.model.jobs import JobState
from isocenter.model.ports import Catalogue, Intake, OutgoingWitness
from isocenter.model.records import Node
from isocenter.services import storage

WAYS = ("get", "move")
WEB = "web"
BY = ("auto", *WAYS, WEB)
_NAMES = {"get": "C-GET", "move": "C-MOVE", WEB: "DICOMweb"}


class Fetching:
    """Retrievals into one archive. `node_named` raises UsageError for whom we do not know or cannot call.

    `way_known` gives the way that worked last with a node, or an empty text.
    """

    def __init__(
        self,
        node_named: Callable[[str], Node],
        intake: Intake,
        catalogue: Catalogue,
        clock: Clock,
        ae_title: str,
        way_known: Callable[[str], str] = lambda _: "",
        witness: OutgoingWitness | None = None,
    ) -> None:
        self._node_named = node_named
        self._intake = intake
        self._catalogue = catalogue
        self._clock = clock
        self._ae_title = ae_title
        self._way_known = way_known
        self._witness = witness

    def title(self, wanted: Wanted) -> str:
        """`Retrieve study 1.2.3 from CT1`. Raises UsageError for what cannot be asked."""
        asked = _asked(wanted)
        node = self._node_named(wanted["node"])
        if wanted["by"] not in BY:
            raise UsageError(f"A retrieval goes by {' or '.join(BY)}, not by {wanted['by']!r}.")
        if wanted["by"] == WEB and not node.dicomweb_url:
            raise UsageError(f"{node.name} has no DICOMweb address; enter one, or retrieve by {' or '.join(WAYS)}.")
        if not any(value.strip(" *") for value in asked.keys.values()):
            raise UsageError("Say what to retrieve, for example StudyInstanceUID; everything is too much.")
        tag = UNIQUE[asked.level]
        # Only UIDs are told: other keys may name a patient, and titles go into the log.
        what = asked.keys.get(tag, "") if asked.level is not At.PATIENT else ""
        others = "" if what else f" by {', '.join(keyword_of(tag) for tag, value in asked.keys.items() if value)}"
        return f"Retrieve {asked.level.value} {what or others.strip()} from {wanted['node']}"

    def run(self, wanted: Wanted, course: Course) -> Outcome:
        """Ask, receive, count. Raises LinkLost, Refused, LocalError and UsageError in words for the job."""
        node = self._node_named(wanted["node"])
        call = Call(node, self._ae_title, lambda link: course.waits_for(link.interrupt), self._witness)
        course.say("Looking for what matches.")
        meant = narrowed(call, _asked(wanted), course.check)
        if not meant:
            return Outcome(JobState.DONE, "Nothing there matches.")
        left = self._lacking(call, meant, course) if wanted.get("missing_only", True) else Lacking(meant)
        if not left.questions:
            course.reached(left.here, total=left.here)
            return Outcome(JobState.DONE, f"{_counted(left.here)} there, and here already.")
        course.check()
        course.say("The instances are coming.")
        course.reached(left.here, total=(wanted.get("shown") or {}).get("instances") or None)
        return self._by_any(call, meant, left, self._ways(wanted, call.node), course)

    def _ways(self, wanted: Wanted, node: Node) -> list[str]:
        """The ways to try, in order."""
        if wanted["by"] != "auto":
            return [wanted["by"]]
        if node.dicomweb_url:
            return [WEB]
        known = self._way_known(wanted["node"])
        return sorted(WAYS, key=lambda way: way != known)

    def _lacking(self, call: Call, meant: Sequence[Question], course: Course) -> Lacking:
        try:
            return lacking(call, meant, self._catalogue, course.check)
        except LocalError as error:
            course.find(f"What is lacking could not be asked for ({error}); all of it is.")
            return Lacking(list(meant))

    def _by_any(self, call: Call, meant: Sequence[Question], left: Lacking, ways: Sequence[str], course: Course) -> Outcome:
        """One way after the other, until everything came or none is left."""
        kept = 0
        said: list[str] = []
        for number, way in enumerate(ways):
            is_last = number == len(ways) - 1
            taking, broke = Taking(call, course, left.here), ""
            try:
                self._take(taking, way, left.questions)
            except (LinkLost, LocalError) as error:
                # Nobody who cannot be reached is called twice; one who hangs up on C-GET may yet know C-MOVE.
                if course.is_stopping or (isinstance(error, LinkLost) and not taking.is_open):
                    raise
                if is_last and not said and not taking.kept:
                    raise
                broke = str(error)
            kept += taking.kept
            if not broke and taking.tally.is_success and not taking.refused:
                return self._done(meant, kept, way, course)
            said.append(f"By {_NAMES[way]}: {broke or taking.tally.words or 'not everything could be kept here.'}")
            if taking.refused or is_last:
                break
            course.find(f"{said[-1]} It goes on by {_NAMES[ways[number + 1]]}.")
            if taking.kept:
                left = self._lacking(call, meant, course)
                if not left.questions:
                    return self._done(meant, kept, way, course)
        return self._partly(meant, kept, taking, said, course)

    def _take(self, taking: Taking, way: str, questions: Sequence[Question]) -> None:
        if way == WEB:
            taking.web(questions, self._intake, self._clock)
        elif way == "get":
            taking.get(questions, self._receive)
        else:
            taking.move(questions, self._ae_title)

    def _done(self, meant: Sequence[Question], kept: int, way: str, course: Course) -> Outcome:
        here = self._count_again(meant, course)
        if not kept:
            return Outcome(JobState.DONE, "Nothing there matches.")
        course.reached(here, 0, here)
        return Outcome(JobState.DONE, f"{_counted(kept)} came by {_NAMES[way]}; counted again: {here}.")

    def _partly(self, meant: Sequence[Question], kept: int, taking: Taking, said: list[str], course: Course) -> Outcome:
        here, tally = self._count_again(meant, course), taking.tally
        for uid in tally.failed_uids:
            course.find(f"{uid} did not come.")
        course.reached(here, tally.failed, max(here + tally.failed, course.job.total or 0))
        failed = f", {tally.failed} failed" if tally.failed else ""
        if taking.refused:
            failed += f"; {taking.refused} could not be kept here"
        return Outcome(JobState.PARTLY if kept else JobState.FAILED, f"{_counted(kept)} came{failed}. {' '.join(said)}")

    def _count_again(self, meant: Sequence[Question], course: Course) -> int:
        """How many of what was meant are here now. What C-MOVE brought came through the listener: its bytes are found here."""
        transfer, began = course.job.transfer, course.job.started
        if transfer is not None and began is not None and transfer.instances and not transfer.byte_count:
            came = (one for asked in meant for one in instances_here(self._catalogue, asked) if one.received >= began)
            course.carried(0, sum(one.byte_count for one in came))
        return sum(self._catalogue.count_instances(query_of(asked)) for asked in meant)

    def _receive(self, request: Request) -> StoreInProgress:
        return storage.receive(request, self._intake, self._clock)


def _counted(count: int) -> str:
    return f"{count} instance{'s'[: count != 1]}"


def _asked(wanted: Wanted) -> Question:
    keys = [f"{keyword}={value}" for keyword, value in wanted["keys"].items()]
    root = RootName(wanted["root"]) if wanted.get("root") else None
    return question(At(wanted["level"]), root, keys, returned=False)

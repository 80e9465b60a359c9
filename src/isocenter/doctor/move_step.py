"""C-MOVE of the test object back to ourselves (PS3.4 C.4.2): the archive must know our title and reach our port.

Comes in: a visit with a stored test object and a way back. Goes out: a step that says which of the three agreements fails: our
title in its list, our port reached, its call accepted here. What came is kept in the visit for the comparison. The listener is open
before the request is sent, and whoever calls meanwhile is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from isocenter.base.errors import UsageError
from isocenter.base.limits import CHECKUP_REACHING_MILLISECONDS
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor import signs
from isocenter.doctor.talk import Answer, Talk, Tape, Trouble, opened, proposed, refused, step_of
from isocenter.doctor.visit import Arrivals, TestObject, Visit, patiently
from isocenter.jobs.questions import UNIQUE, At, Question, RootName
from isocenter.model.checkup import Layer, Outcome, Sign, Step
from isocenter.net.return_listener import NOTHING_ACCEPTED, TURNED_AWAY
from isocenter.standard import transfer_syntax
from isocenter.standard.status import Kind, kind_of

ROOTS = (RootName.STUDY, RootName.PATIENT)
_PATIENT_ID = 0x00100020
_DESTINATION_UNKNOWN = frozenset({0xA801, 0xC003, 0xC801, 0xC013})
_SETTLES_SECONDS = 0.5
"""What an archive that failed gets to end its call to us, so that its end is told too."""

_TURNED_AWAY = f"{TURNED_AWAY}: "
_ENDS_SECONDS = 0.1
"""The same where nobody is seen to call: a connection that spoke no DICOM is told when it has ended."""

Caller = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Came:
    """What a retrieval brought: the final response, the object or None, and how the other side called us meanwhile."""

    answer: Answer
    data: bytes | None
    callers: tuple[Caller, ...]
    to: str = ""
    product: str = ""

    @property
    def is_failure(self) -> bool:
        return kind_of(self.answer.status) in (Kind.FAILURE, Kind.CANCEL)

    @property
    def has_waited(self) -> bool:
        """True where it failed so late that the archive must have called somewhere: an unknown title is answered at once."""
        return self.is_failure and self.answer.milliseconds >= CHECKUP_REACHING_MILLISECONDS

    @property
    def said(self) -> str:
        """The final status in words, with the other side's own comment."""
        return signs.said("move", self.answer.status, self.answer.command.error_comment, self.product)

    @property
    def brief(self) -> str:
        """The same for one line."""
        return signs.brief("move", self.answer.status, self.answer.command.error_comment, self.product)


def move(visit: Visit) -> Step:
    """Have the test object sent to us."""
    if visit.test_object is None or not visit.test_object.is_stored:
        return Step(Layer.MOVE, Outcome.SKIPPED, "nothing was stored that could be sent back")
    if visit.return_path is None:
        return Step(Layer.MOVE, Outcome.SKIPPED, "no port was opened here for the way back")
    return step_of(Layer.MOVE, visit, _move)


def _move(visit: Visit, tape: Tape) -> Step:
    test_object, way = visit.test_object, visit.return_path
    assert test_object is not None, "the step is skipped without one"
    assert way is not None, "the step is skipped without one"
    proposal = proposed(*(Question(At.STUDY, root, {}).sop_class("move") for root in ROOTS))
    try:
        with way.opened(test_object.sop_instance_uid) as arrivals, opened(visit, proposal, tape, "move") as talk:
            root = next((one for one in ROOTS if talk.contexts(Question(At.STUDY, one, {}).sop_class("move"))), None)
            if root is None:
                raise refused(proposal, talk.accept, "move")
            came = _asked(visit, talk, root, arrivals)
            if came.data is not None:
                test_object.came_back, test_object.came_back_in = came.data, arrivals.transfer_syntax
                if arrivals.leaves_copy:
                    visit.remarks.append(f"The copy that came back is in the archive here: study {test_object.study_instance_uid}.")
    except UsageError as error:
        raise Trouble(str(error), "move-return-closed", why=str(error)) from error
    return _judged(visit, came)


def keys_of(test_object: TestObject, level: At, root: RootName) -> dict[int, str]:
    """The unique keys of the test object, as far as a level (PS3.4 C.4.2.2.1)."""
    keys = {UNIQUE[At.STUDY]: test_object.study_instance_uid}
    if root is RootName.PATIENT:
        keys[_PATIENT_ID] = test_object.patient_id
    if level is At.IMAGE:
        keys |= {UNIQUE[At.SERIES]: test_object.series_instance_uid, UNIQUE[At.IMAGE]: test_object.sop_instance_uid}
    return keys


def _asked(visit: Visit, talk: Talk, root: RootName, arrivals: Arrivals) -> Came:
    """Ask for the image; where that fails and not because of its destination, for its study: some archives move nothing smaller."""
    came = _one(visit, talk, root, At.IMAGE, arrivals)
    if came.is_failure and not came.callers and not came.has_waited and came.answer.status not in _DESTINATION_UNKNOWN:
        again = _one(visit, talk, root, At.STUDY, arrivals)
        if not again.is_failure or again.callers:
            return again
    if came.is_failure and not came.callers and visit.consent.titles:
        return next(_spelt_otherwise(visit, talk, root, arrivals), came)
    return came


def our_title(visit: Visit) -> str:
    """The title under which the other side knows us, and sends to us."""
    return visit.node.local_ae_title or visit.own_ae_title


def _spelt_otherwise(visit: Visit, talk: Talk, root: RootName, arrivals: Arrivals) -> Iterator[Came]:
    """The same to our title in other capitals: what brings the archive to us, if anything does."""
    ours = our_title(visit)
    for spelling in dict.fromkeys((ours.upper(), ours.lower(), ours.title())):
        if spelling != ours and not visit.is_stopped():
            visit.pause(visit.patience.pause)
            came = _one(visit, talk, root, At.IMAGE, arrivals, spelling)
            if not came.is_failure or came.callers:
                yield came


def _one(visit: Visit, talk: Talk, root: RootName, level: At, arrivals: Arrivals, to: str = "") -> Came:
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    asked = Question(level, root, keys_of(test_object, level, root))
    sop_class = asked.sop_class("move")
    context = talk.contexts(sop_class)[0]
    to = to or our_title(visit)
    command = Command(field=CommandField.C_MOVE_RQ, affected_sop_class_uid=sop_class, move_destination=to, priority=0)
    data = asked.identifier(context.transfer_syntax)
    what = f"C-MOVE of the test {'image' if level is At.IMAGE else 'study'} to {to}"
    answer = list(talk.ask(context, command, data, visit.patience.retrieve, what))[-1]
    failed = kind_of(answer.status) in (Kind.FAILURE, Kind.CANCEL)
    patience = visit.patience.arrival
    if failed:
        patience = min(patience, _SETTLES_SECONDS if callers_of(visit, arrivals) else _ENDS_SECONDS)
    came = patiently(visit, lambda seconds: arrivals.wait_for(test_object.sop_instance_uid, seconds), patience)
    return Came(answer, came, callers_of(visit, arrivals), to, visit.product)


def callers_of(visit: Visit, arrivals: Arrivals) -> tuple[Caller, ...]:
    """How the other side called us: from its address or under its title. Many call an archive, each on its own business.

    Whoever calls a listener of our own is the other side, behind a translated address perhaps.
    """
    callers = tuple(arrivals.callers())
    theirs = tuple(one for one in callers if one[0] == visit.address or one[1] == visit.node.ae_title)
    if not arrivals.is_alone:
        return theirs
    return tuple(one for one in callers if one in theirs or not one[1]) or callers


def _judged(visit: Visit, came: Came) -> Step:
    counts = came.answer.command
    facts: dict[str, Any] = {
        "status": f"{came.answer.status:04X}",
        "completed": counts.completed,
        "failed": counts.failed,
        "warning": counts.warning,
        "milliseconds": came.answer.milliseconds,
        "callers": [list(caller) for caller in came.callers],
    }
    if came.to != our_title(visit):
        words = f"it sends to {came.to}, and not to {our_title(visit)}"
        sign = Sign("move-title-spelled", {"known_as": came.to, "called": our_title(visit)})
        return Step(Layer.MOVE, Outcome.FAILED, words, facts=facts, sign=sign)
    if came.data is None:
        words, sign = _why_not(visit, came)
        return Step(Layer.MOVE, Outcome.FAILED, words, facts=facts, sign=sign)
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    syntax = transfer_syntax.name_of(test_object.came_back_in)
    facts["transfer_syntax"] = test_object.came_back_in
    words = f"it came back in {syntax}, {came.answer.milliseconds:.0f} ms"
    to = our_title(visit)
    other = next((called for _, _, called, _ in came.callers if called and called != to), "")
    if kind_of(came.answer.status) is not Kind.SUCCESS:
        sign = Sign("move-came-anyway", {"status": facts["status"], "said": came.said})
        visit.remarks.append(f"It reports {came.said} to a C-MOVE, although the object came.")
        return Step(Layer.MOVE, Outcome.WARNED, f"{words}, and it reports {came.said}", facts=facts, sign=sign)
    if other:
        visit.remarks.append(
            f"It calls us {other} when it delivers, and was told {to}: a side that checks its title turns it away."
        )
        return Step(
            Layer.MOVE,
            Outcome.WARNED,
            f"{words}, called {other}",
            facts=facts,
            sign=Sign("return-other-title", {"to_title": other}),
        )
    return Step(Layer.MOVE, Outcome.PASSED, words, facts=facts)


def _why_not(visit: Visit, came: Came) -> tuple[str, Sign]:
    """Nothing came: by who called us, else by what was answered."""
    said = {"said": came.said, "status": f"{came.answer.status:04X}"}
    if came.callers:
        return _called_and_failed(came.callers[-1], said)
    counts = came.answer.command
    if came.has_waited:
        seconds = f"{came.answer.milliseconds / 1000:.1f}"
        return f"it answers {came.brief} after {seconds} s, and nobody called us", Sign("move-waited", {**said, "seconds": seconds})
    if came.is_failure or kind_of(came.answer.status) is Kind.WARNING:
        told = {"said": came.said, "completed": str(counts.completed or 0), "failed": str(counts.failed or 0)}
        return f"it answers {came.brief}, and nobody called us", signs.of_status("move", came.answer.status, **told)
    to = our_title(visit)
    if counts.completed and to == visit.node.ae_title:
        return f"it sent the image to itself: {to} is its own title too", Sign("move-same-title")
    if counts.completed or counts.warning:
        completed = (counts.completed or 0) + (counts.warning or 0)
        return f"it says that {completed} were sent, and nobody called us", Sign("move-elsewhere", {"completed": str(completed)})
    seconds = f"{visit.patience.arrival:g}"
    if counts.completed is None and counts.remaining is None:
        return f"it says that it is done, and nothing came within {seconds} s", Sign("move-later", {"seconds": seconds})
    return "it says that it is done, and sent nothing", Sign("move-nothing")


def _called_and_failed(caller: Caller, said: dict[str, str]) -> tuple[str, Sign]:
    """The archive reached us, and the object did not come."""
    address, calling, called, why = caller
    why = why.rstrip(".")
    facts = {**said, "from_address": address, "calling": calling, "to_title": called, "why": why.removeprefix(_TURNED_AWAY)}
    who = f"{calling or 'a connection'} from {address} reached us"
    if not calling:
        return f"{who} and did not ask for an association: {why}", Sign("return-stranger", facts)
    if why.startswith(_TURNED_AWAY):
        return f"{who} and was {why}", Sign("return-rejected", facts)
    if why.startswith(NOTHING_ACCEPTED):
        return f"{who}, and {why}", Sign("return-refused-contexts", facts)
    if "P-DATA-TF of" in why:
        return f"{who} and sent a longer PDU than it may: {why}", Sign("return-pdu-too-long", facts)
    if "answered here by" in why:
        return f"{who}: {why}", Sign("return-failed", facts)
    return f"{who}, and the object did not come: {why}", Sign("return-empty", facts)

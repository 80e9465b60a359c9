"""Finding the test object again: acknowledged is not stored until a search shows it (PS3.4 C.4.1).

Comes in: a visit whose test object was taken. Goes out: a step: found by its own UID, found elsewhere (another patient, another
study), or lost without a word. The answer's values are compared with what was sent. Archives that index later get some seconds.
An archive may answer with what was not asked for: an answer that does not name our own object is somebody's, and is only counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocenter.base.limits import CHECKUP_LOOK_SECONDS, CHECKUP_STORED_SECONDS
from isocenter.doctor import signs
from isocenter.doctor.identity import PATIENT_NAME
from isocenter.doctor.questions import Search, ask, value_of
from isocenter.doctor.talk import Talk, Tape, opened, proposed, refused, step_of
from isocenter.doctor.visit import TestObject, Visit
from isocenter.jobs.questions import UNIQUE, At, Question, RootName
from isocenter.model.checkup import Layer, Outcome, Sign, Step

if TYPE_CHECKING:
    from pydicom import Dataset

_PATIENT_NAME, _PATIENT_ID, _STUDIES_UID = 0x00100010, 0x00100020, 0x0020000D
_ROOTS = (RootName.STUDY, RootName.PATIENT)


def find_again(visit: Visit) -> Step:
    """Search for the object that was just stored."""
    if visit.test_object is None or not visit.test_object.is_stored:
        return Step(Layer.FIND_AGAIN, Outcome.SKIPPED, "nothing was stored that could be found")
    return step_of(Layer.FIND_AGAIN, visit, _find_again)


def _find_again(visit: Visit, tape: Tape) -> Step:
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    proposal = proposed(*(Question(At.STUDY, root, {}).sop_class("find") for root in _ROOTS))
    with opened(visit, proposal, tape, "find") as talk:
        root = next((root for root in _ROOTS if talk.contexts(Question(At.STUDY, root, {}).sop_class("find"))), None)
        if root is None:
            raise refused(proposal, talk.accept, "find")
        found, others, waited = _by_uid(visit, talk, root, test_object)
        if found.is_failure:
            said = {"level": "image", "root": root.value, "said": found.words}
            sign = signs.of_status("find", found.status or 0, **said)
            return Step(Layer.FIND_AGAIN, Outcome.FAILED, f"the search for it fails: {found.words}", sign=sign)
        study = ask(talk, _study(root, {_STUDIES_UID: test_object.study_instance_uid}), visit.patience.response)
        _only(study, _STUDIES_UID, test_object.study_instance_uid)
        if not found.answers and others:
            return _unmatched(others)
        if not found.answers:
            return _lost(visit, talk, root, study)
    return _found(visit, found, study, waited)


def _by_uid(visit: Visit, talk: Talk, root: RootName, test_object: TestObject) -> tuple[Search, int, float]:
    """The object by its own UID, asked for until it is there or the time is over; how many others came, and the seconds it took."""
    keys = {
        UNIQUE[At.STUDY]: test_object.study_instance_uid,
        UNIQUE[At.SERIES]: test_object.series_instance_uid,
        UNIQUE[At.IMAGE]: test_object.sop_instance_uid,
    }
    if root is RootName.PATIENT:
        keys[_PATIENT_ID] = test_object.patient_id
    began = visit.clock.monotonic()
    while True:
        found = ask(talk, Question(At.IMAGE, root, keys), visit.patience.response, "C-FIND of the test object by its UID")
        others = _only(found, UNIQUE[At.IMAGE], test_object.sop_instance_uid)
        waited = visit.clock.monotonic() - began
        if found.is_failure or found.answers or waited >= CHECKUP_STORED_SECONDS or visit.is_stopped():
            return found, others, waited
        visit.pause(CHECKUP_LOOK_SECONDS)


def _only(search: Search, tag: int, value: str) -> int:
    """Drop the answers that are of something else than was asked for, which may be a patient's; how many those were."""
    came = len(search.answers)
    search.answers = [answer for answer in search.answers if value_of(answer, tag).rstrip("\0 ") == value]
    return came - len(search.answers)


def _unmatched(others: int) -> Step:
    """It answered, and never with what was asked for: whether the object is there cannot be told."""
    facts = {"answers_of_others": others}
    words = f"a search for its UID brought {others} answer{'' if others == 1 else 's'}, none of them the test image"
    return Step(Layer.FIND_AGAIN, Outcome.FAILED, words, facts=facts, sign=Sign("found-others", {"count": str(others)}))


def _study(root: RootName, keys: dict[int, str]) -> Question:
    asked = dict.fromkeys((_PATIENT_NAME, _PATIENT_ID, _STUDIES_UID), "")
    return Question(At.STUDY, root, {**asked, **keys})


def _lost(visit: Visit, talk: Talk, root: RootName, study: Search) -> Step:
    """It was acknowledged, and it is not there: is its study, is its patient?"""
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    if study.answers:
        words = "it was taken, its study is there, and the image itself is not found by its UID"
        return Step(Layer.FIND_AGAIN, Outcome.FAILED, words, sign=Sign("found-study-only"))
    patient = ask(talk, _study(root, {_PATIENT_ID: test_object.patient_id}), visit.patience.response)
    _only(patient, _PATIENT_ID, test_object.patient_id)
    others = [uid for answer in patient.answers if (uid := value_of(answer, _STUDIES_UID))]
    facts: dict[str, Any] = {"studies_of_the_test_patient": len(others)}
    words = f"it was taken, and after {CHECKUP_STORED_SECONDS:g} s no search finds it"
    return Step(Layer.FIND_AGAIN, Outcome.FAILED, words, facts=facts, sign=Sign("found-nothing", {"studies": str(len(others))}))


def _found(visit: Visit, found: Search, study: Search, waited: float) -> Step:
    facts: dict[str, Any] = {"seconds_until_found": round(waited, 1), "milliseconds": found.milliseconds}
    words = "it is there" if waited < CHECKUP_LOOK_SECONDS else f"it is there, after {waited:.1f} s"
    if len(study.answers) > 1:
        facts["studies_with_its_uid"] = len(study.answers)
        visit.remarks.append("Its study is listed more than once under one Study Instance UID.")
        return Step(Layer.FIND_AGAIN, Outcome.WARNED, f"{words}, and its study is listed {len(study.answers)} times", facts=facts)
    changed = _changed(visit, study.answers[0]) if study.answers else {}
    if changed:
        told = ", ".join(f"{keyword} is now {value!r}" for keyword, value in changed.items())
        visit.remarks.append(f"The archive files the object under other words than were sent: {told}.")
        facts["changed"] = changed
        sign = Sign("found-changed", {"changed": told})
        return Step(Layer.FIND_AGAIN, Outcome.WARNED, f"{words}, changed: {told}", facts=facts, sign=sign)
    return Step(Layer.FIND_AGAIN, Outcome.PASSED, f"{words}, found in {found.milliseconds:.0f} ms", facts=facts)


def _changed(visit: Visit, answer: Dataset) -> dict[str, str]:
    """What the archive calls the test patient otherwise, in an answer that names our own study."""
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    sent = {"PatientName": (_PATIENT_NAME, PATIENT_NAME), "PatientID": (_PATIENT_ID, test_object.patient_id)}
    came = {keyword: (value_of(answer, tag), value) for keyword, (tag, value) in sent.items()}
    return {keyword: now for keyword, (now, value) in came.items() if now and now.strip("^ ") != value}

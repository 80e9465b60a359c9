"""C-FIND at each root and level (PS3.4 C.4.1, C.6): which models it searches, what it answers, and how fast.

Comes in: a visit with an association behind it. Goes out: a step. Only the test patient is asked for, so that no search is broad
and no patient's name is read. A failing search is tried again without its keys, one by one; without the patient's only for a study
that nobody has.
"""

from __future__ import annotations

import re
from statistics import median
from typing import Any

from isocenter.base.ids import new_uid
from isocenter.base.limits import CHECKUP_HELD_BACK_MILLISECONDS, CHECKUP_LATE_MILLISECONDS, CHECKUP_SEARCH_MILLISECONDS
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor import signs
from isocenter.doctor.identity import PATIENT_ID
from isocenter.doctor.questions import Search, ask, value_of
from isocenter.doctor.talk import Talk, Tape, opened, proposed, refused, step_of
from isocenter.doctor.visit import Visit
from isocenter.jobs.questions import UNIQUE, At, Question, RootName, keyword_of
from isocenter.model.checkup import Layer, Outcome, Sign, Step
from isocenter.standard.sop_class import VERIFICATION

ROOTS = {
    RootName.STUDY: (At.STUDY, At.SERIES, At.IMAGE),
    RootName.PATIENT: (At.PATIENT, At.STUDY, At.SERIES, At.IMAGE),
    RootName.PATIENT_STUDY_ONLY: (At.PATIENT, At.STUDY),
}
"""The levels of each model, outermost first; the Study Root is asked first because every archive has it (PS3.4 C.3)."""

_PATIENT_ID = 0x00100020
_UID = re.compile(r"[0-9.]{1,64}")
"""What may be asked for again: an answer with anything else in the place of a UID would make the next search a broad one."""
_ECHOES = 3
_RETURNED = {
    At.PATIENT: (0x00100010,),
    At.STUDY: (0x00080020, 0x00080061),
    At.SERIES: (0x00080060,),
    At.IMAGE: (0x00200013,),
}


def find(visit: Visit) -> Step:
    """Search for the test patient in every model that the other side offers."""
    return step_of(Layer.FIND, visit, _find)


def _find(visit: Visit, tape: Tape) -> Step:
    proposal = proposed(*(Question(At.STUDY, root, {}).sop_class("find") for root in ROOTS), VERIFICATION)
    found: dict[RootName, dict[At, Search]] = {}
    with opened(visit, proposal, tape, "find") as talk:
        offered = [root for root in ROOTS if talk.contexts(Question(At.STUDY, root, {}).sop_class("find"))]
        if not offered:
            raise refused(proposal, talk.accept, "find")
        for root in offered:
            found[root] = _levels(visit, talk, root)
        disliked = _disliked(visit, talk, offered[0], found)
        echo_milliseconds = _echo(visit, talk)
    return _judged(visit, found, echo_milliseconds, disliked)


def _disliked(visit: Visit, talk: Talk, root: RootName, found: dict[RootName, dict[At, Search]]) -> str:
    """The key without which the first level of a failing model is searched; empty where none is to blame, or nothing fails."""
    level = ROOTS[root][0]
    if not all(levels[ROOTS[one][0]].is_failure for one, levels in found.items()):
        return ""
    question = _question(root, level, {})
    for tag in question.keys:
        if tag != UNIQUE[level]:
            keys = {one: value for one, value in question.keys.items() if one != tag}
            if tag == _PATIENT_ID:
                # What is left of the keys would ask for everything that is there.
                keys[UNIQUE[level]] = new_uid()
            what = f"the same C-FIND without {keyword_of(tag)}"
            if not ask(talk, Question(level, root, keys), visit.patience.response, what).is_failure:
                return keyword_of(tag)
    return ""


def _question(root: RootName, level: At, above: dict[int, str]) -> Question:
    """What is asked at a level: the test patient at the first one, below it what those above gave."""
    keys = dict.fromkeys((UNIQUE[level], *_RETURNED[level]), "") | above
    if level in (At.PATIENT, ROOTS[root][0]):
        keys[_PATIENT_ID] = PATIENT_ID
    return Question(level, root, keys)


def _levels(visit: Visit, talk: Talk, root: RootName) -> dict[At, Search]:
    """The levels of one model, each with the unique keys of those above it (PS3.4 C.4.1.2.1)."""
    searches: dict[At, Search] = {}
    above: dict[int, str] = {}
    for level in ROOTS[root]:
        searches[level] = found = ask(talk, _question(root, level, above), visit.patience.response)
        if found.is_failure:
            break
        own = PATIENT_ID if level is At.PATIENT else ""
        first = next((text for answer in found.answers if _UID.fullmatch(text := value_of(answer, UNIQUE[level]))), "")
        above[UNIQUE[level]] = own or first or new_uid()
    return searches


def _echo(visit: Visit, talk: Talk) -> float | None:
    """The median time of a C-ECHO on the same association: what a message without a data set costs."""
    if not (contexts := talk.contexts(VERIFICATION)):
        return None
    command = Command(field=CommandField.C_ECHO_RQ, affected_sop_class_uid=VERIFICATION)
    times = [list(talk.ask(contexts[0], command, None, visit.patience.response, "C-ECHO"))[-1].milliseconds for _ in range(_ECHOES)]
    return median(times)


def _judged(visit: Visit, found: dict[RootName, dict[At, Search]], echo_milliseconds: float | None, disliked: str) -> Step:
    facts: dict[str, Any] = {
        "roots": {
            root.value: {level.value: search.as_facts() for level, search in levels.items()} for root, levels in found.items()
        }
    }
    failing = [(root, level, search) for root, levels in found.items() for level, search in levels.items() if search.is_failure]
    working = [root for root, levels in found.items() if not any(search.is_failure for search in levels.values())]
    if not working:
        root, level, search = failing[0]
        said = {"level": level.value, "root": root.value, "said": search.words}
        sign = signs.of_status("find", search.status or 0, **said)
        if disliked:
            facts["disliked"] = disliked
            sign = Sign("find-key-disliked", {**said, "status": f"{search.status or 0:04X}", "key": disliked})
        words = f"a search at the {level.value} level of the {root.value} root fails: {search.words}"
        return Step(Layer.FIND, Outcome.FAILED, words, facts=facts, sign=sign)
    searches = [search for levels in found.values() for search in levels.values()]
    sign_of_time = slow(searches, echo_milliseconds)
    times = [search.milliseconds for search in searches]
    words = f"{len(searches)} searches in {_listed([root.value for root in working])} root, median {median(times):.0f} ms"
    if failing:
        root, level, search = failing[0]
        visit.remarks.append(f"A search at the {level.value} level of the {root.value} root fails: {search.words}")
        words += f"; the {root.value} root fails at the {level.value} level"
    if any(search.ignores_keys for search in searches):
        visit.remarks.append("It answers FF01: it ignores some optional keys, so more may come than was asked for.")
        sign_of_time = sign_of_time or Sign("find-keys-ignored")
    if sign_of_time is not None and sign_of_time.code != "find-keys-ignored":
        visit.remarks.append(
            f"Searches are slow: {sign_of_time.facts['milliseconds']} ms each, while an echo takes {sign_of_time.facts['echo']} ms."
        )
    outcome = Outcome.WARNED if failing or sign_of_time is not None else Outcome.PASSED
    return Step(Layer.FIND, outcome, words, facts=facts, sign=sign_of_time)


def slow(searches: list[Search], echo_milliseconds: float | None) -> Sign | None:
    """The sign of time lost: steps of 40 ms where echoes cost none, or a long wait for the first response."""
    longest = max(search.first_milliseconds for search in searches)
    shortest = min(search.milliseconds for search in searches)
    told = {"milliseconds": f"{shortest:.0f}", "echo": "?" if echo_milliseconds is None else f"{echo_milliseconds:.0f}"}
    lost = 0.0 if echo_milliseconds is None else shortest - echo_milliseconds
    if longest >= CHECKUP_LATE_MILLISECONDS or lost >= CHECKUP_SEARCH_MILLISECONDS:
        return Sign("find-late", {**told, "milliseconds": f"{longest:.0f}"})
    return Sign("find-slow", told) if lost >= CHECKUP_HELD_BACK_MILLISECONDS else None


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

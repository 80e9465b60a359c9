"""C-ECHO, ten times on one association: is it alive, and how long does a small message take (layer `echo`)?

Comes in: a visit whose association was accepted. Goes out: a step with the least, the median and the longest time. Times that come
in steps of 40 ms, late or very unevenly are told although the echo is answered (PS3.7 9.1.5).
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from isocenter.base.limits import CHECKUP_ECHOES, CHECKUP_SLOW_ECHO_MILLISECONDS
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor.endurance import Found, at_once, in_silence
from isocenter.doctor.talk import Talk, Tape, Trouble, opened, proposed, step_of
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Layer, Outcome, Sign, Step
from isocenter.standard.sop_class import VERIFICATION
from isocenter.standard.status import SUCCESS, describe

_STEP_MILLISECONDS = (35.0, 60.0)
_UNEVEN_TIMES = 20.0
_UNEVEN_MILLISECONDS = 200.0


def echo_ten_times(visit: Visit) -> Step:
    """Ask ten times, and tell the median; with consent look at what needs patience too."""
    step = step_of(Layer.ECHO, visit, _echo)
    looks = [look for look, is_wanted in ((at_once, visit.consent.many), (in_silence, visit.consent.idle)) if is_wanted]
    for look in looks:
        if step.outcome in (Outcome.PASSED, Outcome.WARNED) and not visit.is_stopped():
            step = _with(visit, step, look(visit))
    return step


def _with(visit: Visit, step: Step, found: Found) -> Step:
    if found.remark:
        visit.remarks.append(found.remark)
    step = replace(step, facts={**step.facts, **found.facts})
    return step if found.sign is None else replace(step, outcome=Outcome.WARNED, sign=found.sign)


def _echo(visit: Visit, tape: Tape) -> Step:
    times: list[float] = []
    with opened(visit, proposed(VERIFICATION), tape, "echo") as talk:
        for _ in range(CHECKUP_ECHOES):
            if visit.is_stopped():
                break
            times.append(_once(talk, visit))
    if not times:
        return Step(Layer.ECHO, Outcome.SKIPPED, "stopped by you")
    return _told(visit, times)


def _once(talk: Talk, visit: Visit) -> float:
    contexts = talk.contexts(VERIFICATION)
    command = Command(field=CommandField.C_ECHO_RQ, affected_sop_class_uid=VERIFICATION)
    for answer in talk.ask(contexts[0], command, None, visit.patience.response, "C-ECHO"):
        if answer.status != SUCCESS:
            raise Trouble(
                f"it answers the echo with {describe(answer.status, 'echo')}", "echo-failed", status=describe(answer.status, "echo")
            )
        return answer.milliseconds
    raise Trouble("no answer came", "echo-silent", seconds=f"{visit.patience.response:g}")


def _told(visit: Visit, times: list[float]) -> Step:
    middle, longest = median(times), max(times)
    figures = {
        "least": round(min(times), 1),
        "median": round(middle, 1),
        "longest": round(longest, 1),
        "count": len(times),
        "connect": visit.connect_milliseconds,
    }
    words = f"{len(times)} answers, {figures['least']:g} to {figures['longest']:g} ms, median {figures['median']:g} ms"
    step = Step(Layer.ECHO, Outcome.PASSED, words, figures["median"], facts=figures)
    own_share = middle - visit.connect_milliseconds
    if _STEP_MILLISECONDS[0] <= own_share <= _STEP_MILLISECONDS[1] and longest < 2 * _STEP_MILLISECONDS[1]:
        visit.remarks.append(
            f"Each small message waits about {middle:.0f} ms for nothing: one side holds back small packets "
            "(Nagle's algorithm). Programs built with DCMTK stop that with TCP_NODELAY=1 in their environment."
        )
        return replace(step, outcome=Outcome.WARNED, sign=Sign("echo-steps", figures))
    if own_share > CHECKUP_SLOW_ECHO_MILLISECONDS:
        visit.remarks.append(f"Each echo takes {middle:.0f} ms, and the connection itself {visit.connect_milliseconds:g} ms.")
        return replace(step, outcome=Outcome.WARNED, sign=Sign("echo-slow", figures))
    if longest > _UNEVEN_MILLISECONDS and longest > _UNEVEN_TIMES * middle:
        visit.remarks.append(
            f"The longest of {len(times)} echoes took {longest:.0f} ms, the median {middle:.0f} ms: packets get lost."
        )
        return replace(step, outcome=Outcome.WARNED, sign=Sign("echo-uneven", figures))
    return step

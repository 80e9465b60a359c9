"""The climb: one layer after the other until one fails, each told as soon as it is done.

Comes in: a `Visit`. Goes out: a `Checkup`, again after every step, the last one with its verdict. A step never raises for what the
other side does; it returns what it saw. Which layers a role needs is a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from time import perf_counter

from isocenter.base.errors import UsageError
from isocenter.base.ids import new_token
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Checkup, Layer, Outcome, Role, Sign, Step, Verdict

_CONNECTING = (Layer.NAME, Layer.ROUTE, Layer.TCP, Layer.FIRST_BYTES, Layer.TLS, Layer.TITLES, Layer.CONTEXTS, Layer.ECHO)

PLANS: Mapping[Role, tuple[Layer, ...]] = {
    Role.ARCHIVE: (
        *_CONNECTING,
        Layer.FIND, Layer.STORE, Layer.FIND_AGAIN, Layer.MOVE, Layer.GET, Layer.COMPARE, Layer.COMMITMENT, Layer.CLEAN_UP,
    ),
    Role.WORKSTATION: (*_CONNECTING, Layer.STORE, Layer.CLEAN_UP),
    Role.MODALITY: _CONNECTING,
    Role.PRINTER: (*_CONNECTING, Layer.PRINTER),
}  # fmt: skip
"""Which layers are climbed. A modality only sends: what it sends is seen at our own door, not by calling it."""

StepOf = Callable[[Visit], Step]
Diagnosis = Callable[[Visit, Step], Verdict]


def examine(
    visit: Visit, steps: Mapping[Layer, StepOf], diagnosis: Diagnosis, tell: Callable[[Checkup], None] = lambda checkup: None
) -> Checkup:
    """Climb until a step fails, `visit.is_stopped` says so, or the plan is done. What `Layer.CLEAN_UP` does is done in any case."""
    plan = PLANS[visit.role]
    node = visit.node
    checkup = Checkup(
        token=new_token(),
        node=node.name,
        ae_title=node.ae_title,
        host=node.host,
        port=node.port,
        role=visit.role,
        own_ae_title=node.local_ae_title or visit.own_ae_title,
        own_address="",
        own_port=visit.own_port,
        began=visit.clock.now(),
        steps=tuple(Step(layer) for layer in plan),
        secure=visit.security is not None,
    )
    tell(checkup)
    failed: Step | None = None
    for layer in plan:
        if (failed is not None or visit.is_stopped()) and layer is not Layer.CLEAN_UP:
            continue
        step = _timed(steps[layer], visit, layer)
        if step.outcome is Outcome.FAILED and visit.is_stopped() and layer is not Layer.CLEAN_UP:
            # What an interrupted step saw is no finding.
            step = replace(step, outcome=Outcome.SKIPPED, words="stopped by you", sign=None)
        failed = failed or (step if step.outcome is Outcome.FAILED else None)
        verdict = diagnosis(visit, failed) if failed is not None and checkup.verdict is None else checkup.verdict
        checkup = replace(_noted(checkup, visit), steps=_with(checkup.steps, step), verdict=verdict)
        tell(checkup)
    checkup = replace(checkup, ended=visit.clock.now(), is_stopped=visit.is_stopped())
    tell(checkup)
    return checkup


def _timed(step_of: StepOf, visit: Visit, layer: Layer) -> Step:
    began = perf_counter()
    try:
        step = step_of(visit)
    except UsageError as error:
        # Files of ours that were read a layer ago can be gone by now: never the other side's fault.
        words = str(error).rstrip(".")
        step = Step(layer, Outcome.FAILED, words, sign=Sign("own-error", {"why": words}))
    assert step.layer is layer
    if step.milliseconds is not None or step.outcome is Outcome.SKIPPED:
        return step
    return replace(step, milliseconds=round((perf_counter() - began) * 1000, 1))


def _with(steps: tuple[Step, ...], step: Step) -> tuple[Step, ...]:
    return tuple(step if other.layer is step.layer else other for other in steps)


def _noted(checkup: Checkup, visit: Visit) -> Checkup:
    """The checkup with what the visit has found out by now."""
    user = visit.accept.user if visit.accept is not None else None
    return replace(
        checkup,
        own_address=visit.own_address,
        product=visit.product,
        implementation_class_uid=user.implementation_class_uid if user else "",
        implementation_version_name=user.implementation_version_name if user else "",
        pdu_bytes_max=user.pdu_bytes_max if user else None,
        attempts=tuple(visit.attempts),
        contexts=tuple(visit.contexts),
        remarks=tuple(visit.remarks),
    )

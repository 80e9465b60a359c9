"""The doctor's house call: every layer's step joined, and a visit made ready for it.

Comes in: a call as the other verbs have it, the role, what is permitted. Goes out: a `Visit`, and the steps for `checkup.examine`.
Steps are imported when they are asked for: an echo of the command line does not wait for what a test image needs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

from isocenter.base.clock import Clock, SystemClock
from isocenter.doctor.checkup import StepOf, examine
from isocenter.doctor.diagnosis import verdict
from isocenter.doctor.products import usual_titles
from isocenter.doctor.visit import Consent, Patience, ReturnPath, Security, Visit
from isocenter.jobs.searching import Call
from isocenter.model.checkup import Checkup, Layer, Role, Step
from isocenter.model.records import RejectedCaller
from isocenter.nodes.address import covers, parsed
from isocenter.standard.sop_class import CT_IMAGE

_STEPS: Mapping[Layer, tuple[str, str]] = {
    Layer.NAME: ("name_step", "look_at_name"),
    Layer.ROUTE: ("route_step", "look_at_route"),
    Layer.TCP: ("tcp_step", "open_connection"),
    Layer.FIRST_BYTES: ("first_bytes_step", "look_at_first_bytes"),
    Layer.TLS: ("tls_step", "shake_hands"),
    Layer.TITLES: ("titles_step", "judge_titles"),
    Layer.CONTEXTS: ("contexts_step", "look_at_contexts"),
    Layer.ECHO: ("echo_step", "echo_ten_times"),
    Layer.FIND: ("find_step", "find"),
    Layer.STORE: ("store_step", "store"),
    Layer.FIND_AGAIN: ("find_again_step", "find_again"),
    Layer.MOVE: ("move_step", "move"),
    Layer.GET: ("get_step", "get"),
    Layer.COMPARE: ("compare_step", "compare"),
    Layer.COMMITMENT: ("commitment_step", "commitment"),
    Layer.PRINTER: ("printer_step", "printer"),
    Layer.CLEAN_UP: ("clean_up_step", "clean_up"),
}
"""Room and function of each layer."""

_PAUSE_SLICE_SECONDS = 0.1


def steps() -> dict[Layer, StepOf]:
    """The step of every layer."""
    return {layer: _late(room, function) for layer, (room, function) in _STEPS.items()}


def _late(room: str, function: str) -> StepOf:
    def step(visit: Visit) -> Step:
        found: StepOf = getattr(import_module(f"isocenter.doctor.{room}"), function)
        return found(visit)

    return step


def visit(
    call: Call,
    role: Role,
    own_port: int,
    *,
    clock: Clock | None = None,
    consent: Consent | None = None,
    security: Security | None = None,
    return_path: ReturnPath | None = None,
    storage_class_uid: str = CT_IMAGE,
    patience: Patience | None = None,
    callers: Iterable[RejectedCaller] = (),
    known_product: str = "",
    is_stopped: Callable[[], bool] = lambda: False,
) -> Visit:
    """A visit to the node of `call`, under its calling title. `callers` are those who were turned away at our door.

    `known_product` is what it was when it was examined before, empty where it never was.
    """
    ours_heard, theirs_heard = heard(call, callers)
    return Visit(
        node=call.node,
        role=role,
        own_ae_title=call.calling_ae_title,
        own_port=own_port,
        clock=clock or SystemClock(),
        consent=consent or Consent(),
        security=security,
        return_path=return_path,
        storage_class_uid=storage_class_uid,
        is_stopped=is_stopped,
        pause=lambda seconds: pause(seconds, is_stopped),
        patience=patience or Patience(),
        our_titles_heard=ours_heard,
        their_titles_heard=theirs_heard,
        their_usual_titles=usual_titles(known_product, call.node.port),
        witness=call.witness,
    )


def run(visited: Visit, tell: Callable[[Checkup], None] = lambda checkup: None) -> Checkup:
    """One checkup from the name to the last layer of its role, told after every step."""
    return examine(visited, steps(), verdict, tell)


def heard(call: Call, callers: Iterable[RejectedCaller]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(how this node spelled our title, which titles it called itself), of those who were turned away, the latest first.

    Only callers from the node's own address count, as far as that is written as one; a name is not looked up for it.
    """
    node = call.node
    ours, theirs = node.local_ae_title or call.calling_ae_title, node.ae_title
    from_there = []
    for caller in sorted(callers, key=lambda one: one.last, reverse=True):
        address = parsed(caller.address)
        if address is not None and covers(node.host, address, lambda name: frozenset()):
            from_there.append(caller)
    ours_heard = dict.fromkeys(caller.called_ae_title for caller in from_there if caller.called_ae_title != ours)
    theirs_heard = dict.fromkeys(caller.calling_ae_title for caller in from_there if caller.calling_ae_title != theirs)
    return tuple(ours_heard), tuple(theirs_heard)


def pause(seconds: float, is_stopped: Callable[[], bool]) -> None:
    """Wait so long, or until it is stopped."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not is_stopped():
        time.sleep(min(left, _PAUSE_SLICE_SECONDS))

"""What only patience shows, done with consent: how many associations it takes at once, and whether a silent one lasts.

Comes in: a visit whose echo was answered. Goes out: what was found, for the layer of the echo. Every association that is held is
released; nothing is asked on it. It obeys PS3.8 7.2; the number and the time are bounded.
"""

from __future__ import annotations

from contextlib import ExitStack
from time import monotonic
from typing import NamedTuple

from isocenter.base.limits import CHECKUP_ASSOCIATIONS_AT_ONCE
from isocenter.doctor.answer import Answer, Said
from isocenter.doctor.asking import ask, open_line, part, request_of
from isocenter.doctor.network import Ending, Line, TlsFailed, Unreached
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Sign
from isocenter.wire import pdu_codec
from isocenter.wire.pdu import ReleaseRequest

_RELEASED_BYTES = 10


class Found(NamedTuple):
    """A remark in a sentence, its facts for the report, and its sign where it is a fault; empty where all is well."""

    remark: str
    facts: dict[str, object]
    sign: Sign | None = None


def at_once(visit: Visit) -> Found:
    """Hold associations until one more is not accepted, at most CHECKUP_ASSOCIATIONS_AT_ONCE."""
    held: list[tuple[Line, Answer]] = []
    refusal = ""
    with ExitStack() as stack:
        while len(held) < CHECKUP_ASSOCIATIONS_AT_ONCE and not visit.is_stopped():
            try:
                line = stack.enter_context(open_line(visit))
                answer = ask(line, request_of(visit), visit.patience.associate)
            except (Unreached, TlsFailed) as error:
                refusal = f"no further connection is made: {error}"
                break
            if answer.said is not Said.ACCEPTED:
                refusal = f"it {answer.predicate}"
                break
            held.append((line, answer))
        for line, answer in held:
            part(line, answer)
    if visit.is_stopped():
        # Where we stopped counting is no limit of the device's.
        return Found("", {})
    count = len(held)
    facts: dict[str, object] = {"at_once": count, "then": refusal}
    if not refusal:
        return Found("", facts)
    if not count:
        # The echo had one: what was refused here is haste, not company.
        return Found(f"After the echo the next association was not had at once: {refusal}. It may need a pause between two.", facts)
    remark = f"It takes {count} association{'' if count == 1 else 's'} at once; at the next one {refusal}."
    return Found(remark, facts, Sign("one-at-a-time" if count == 1 else "few-at-once", facts) if count <= 2 else None)


def in_silence(visit: Visit) -> Found:
    """Hold one association and say nothing: does it last, and who ends it?"""
    seconds = visit.patience.idle
    try:
        with open_line(visit) as line:
            answer = ask(line, request_of(visit), visit.patience.associate)
            if answer.said is not Said.ACCEPTED:
                return Found("", {})
            began = monotonic()
            first = line.exactly(1, began + seconds)
            lasted = monotonic() - began
            how_it_ended = line.ending
            if first or how_it_ended in (Ending.CLOSED, Ending.RESET):
                return _ended(first, line, lasted)
            if how_it_ended is Ending.STOPPED:
                return Found("", {})
            line.send(pdu_codec.encode(ReleaseRequest()))
            came = line.exactly(_RELEASED_BYTES, monotonic() + visit.patience.associate)
    except (Unreached, TlsFailed):
        return Found("", {})
    facts: dict[str, object] = {"silence_seconds": round(seconds), "ended_by": ""}
    if came[:1] == bytes((pdu_codec.RELEASE_RP,)) or line.ending is Ending.CLOSED:
        return Found("", facts)
    remark = (
        f"After {seconds:.0f} s of silence nothing came back on an association that was still open: "
        "a firewall on the way has forgotten the connection."
    )
    return Found(remark, facts | {"ended_by": "between"}, Sign("silence-forgotten", {"seconds": round(seconds)}))


def _ended(first: bytes, line: Line, lasted: float) -> Found:
    how = (
        "an A-ABORT"
        if first == bytes((pdu_codec.ABORT,))
        else "a reset"
        if line.ending is Ending.RESET
        else "closing the connection"
    )
    remark = f"It ends an association after {lasted:.0f} s of silence, by {how}: use one for each job, and do not keep it."
    facts: dict[str, object] = {"silence_seconds": round(lasted), "ended_by": how}
    return Found(remark, facts, Sign("silence-ended", {"seconds": round(lasted), "how": how}))

"""Equal rows of a ladder folded into one: the twenty-six images between the first and the last.

Rungs come in with the crossings that they are of, folded rungs go out. What is out of the ordinary is never folded away: a row with
a warning stands for itself.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from isocenter.base.limits import LADDER_RUN_MIN
from isocenter.dimse.commands import CommandField
from isocenter.doctor.crossing_words import byte_words, noun, time_words
from isocenter.doctor.crossings import Crossing, Shape
from isocenter.model.ladder import Rung, RungKind, Tone
from isocenter.standard.status import Kind, kind_of

Signature = tuple[object, ...]


@dataclass(slots=True)
class _Unit:
    """A request with all that belongs to it, or a single row. `signature` is what makes two of them equal."""

    rungs: list[Rung] = field(default_factory=list)
    crossings: list[Crossing] = field(default_factory=list)
    is_odd: bool = False

    def signature(self) -> Signature | None:
        if self.is_odd or not self.crossings or self.crossings[0].shape is not Shape.MESSAGE:
            return None
        return tuple(_sign(crossing) for crossing in self.crossings)


def _sign(crossing: Crossing) -> Signature:
    command = crossing.command
    if command is None:
        return (crossing.number,)
    return crossing.forth, command.field, command.status, crossing.context_id, command.affected_sop_class_uid, crossing.is_complete


def folded(rungs: Sequence[Rung], crossings: Mapping[int, Crossing]) -> list[Rung]:
    """The rows with runs in place of equal ones."""
    units = _units(rungs, crossings)
    made: list[Rung] = []
    start = 0
    while start < len(units):
        signature = units[start].signature()
        stop = start + 1
        while signature is not None and stop < len(units) and units[stop].signature() == signature:
            stop += 1
        alike = units[start:stop]
        if len(alike) >= LADDER_RUN_MIN:
            made += _inner(alike[0])
            made.append(_run(alike[1:-1]))
            made += _inner(alike[-1])
        else:
            for unit in alike:
                made += _inner(unit)
        start = stop
    return made


def _units(rungs: Iterable[Rung], crossings: Mapping[int, Crossing]) -> list[_Unit]:
    units: list[_Unit] = []
    waiting: list[Rung] = []
    for rung in rungs:
        crossing = crossings.get(rung.number)
        if rung.kind is RungKind.SILENCE:
            waiting.append(rung)
            continue
        is_request = crossing is None or not crossing.is_response
        if is_request or not units:
            units.append(_Unit())
        unit = units[-1]
        unit.rungs += (*waiting, rung)
        waiting = []
        if crossing is not None:
            unit.crossings.append(crossing)
        unit.is_odd = unit.is_odd or rung.tone is not Tone.PLAIN or rung.kind is not RungKind.MESSAGE
    return units


def _inner(unit: _Unit) -> list[Rung]:
    """A unit's own rows, its pending answers folded: the first match is as good as the next."""
    numbers = {crossing.number: crossing for crossing in unit.crossings}
    pending = [rung for rung in unit.rungs if _is_pending(numbers.get(rung.number))]
    if len(pending) < LADDER_RUN_MIN:
        return unit.rungs
    gone = {id(rung) for rung in pending[1:]}
    made = []
    for rung in unit.rungs:
        if rung is pending[1]:
            made.append(_pending_run(pending[1:]))
        if id(rung) not in gone and not (rung.kind is RungKind.SILENCE and pending[0].at < rung.at < pending[-1].at):
            made.append(rung)
    return made


def _is_pending(crossing: Crossing | None) -> bool:
    command = crossing.command if crossing is not None else None
    return command is not None and command.status is not None and kind_of(command.status) is Kind.PENDING


def _pending_run(rungs: Sequence[Rung]) -> Rung:
    is_find = rungs[0].title.startswith("C-FIND")
    count = len(rungs)
    return Rung(
        RungKind.RUN, 0, rungs[0].at, rungs[-1].until, f"{count} more {'matches' if is_find else 'answers'}",
        f"until {rungs[-1].words}" if not is_find else byte_words(sum(rung.byte_count or 0 for rung in rungs)),
        forth=rungs[0].forth, byte_count=sum(rung.byte_count or 0 for rung in rungs), first=rungs[0].number, last=rungs[-1].number,
        count=count,
    )  # fmt: skip


def _run(units: Sequence[_Unit]) -> Rung:
    """One row for equal exchanges."""
    first, last = units[0], units[-1]
    requests = [unit.crossings[0] for unit in units]
    command = requests[0].command
    assert command is not None, "only messages that were read are equal"
    count = len(units)
    title = f"{count} more exchanges"
    if command.field == CommandField.C_STORE_RQ:
        one = noun(command.affected_sop_class_uid)
        title = f"{count} more images" if one.endswith("image") else f"{count} more {one} objects"
    elif command.field == CommandField.C_ECHO_RQ:
        title = f"{count} more echoes"
    words = []
    answered = [unit for unit in units if len(unit.crossings) > 1]
    if answered:
        # The first answer is that to the request; those of a C-GET around it come after it.
        status = answered[0].crossings[1].command
        times = [unit.crossings[1].began - unit.crossings[0].ended for unit in answered]
        code = f"{status.status:04X}" if status is not None and status.status is not None else "nothing"
        words.append(f"each answered {code}, {time_words(max(0.0, statistics.median(times)))} the median")
    byte_count = sum(crossing.byte_count for crossing in requests)
    words.append(byte_words(byte_count))
    return Rung(
        RungKind.RUN, 0, first.rungs[0].at, last.rungs[-1].until, title, ", ".join(words), forth=requests[0].forth,
        byte_count=byte_count, first=first.crossings[0].number, last=last.crossings[-1].number, count=count,
    )  # fmt: skip

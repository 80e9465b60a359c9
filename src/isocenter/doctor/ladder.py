"""A recording as a ladder, and as one line of a list.

Comes in: a `Recorded`. Goes out: a `Ladder` of rungs in plain words, folded, with where the time went; the rungs of a run on their
own; a `Digest`. Nothing here names a patient.
"""

from __future__ import annotations

from collections import Counter

from isocenter.base.limits import LADDER_RUNGS_MAX
from isocenter.dimse.commands import CommandField
from isocenter.doctor import folding, time_shares
from isocenter.doctor.crossing_words import byte_words, command_name, nouns, time_words
from isocenter.doctor.crossings import Crossing, Crossings, Shape
from isocenter.doctor.rungs import Rungs, place
from isocenter.model.ladder import Ladder, Party, Rung, RungKind
from isocenter.model.recording import Endpoint, Origin, Recorded, Recording
from isocenter.standard.status import Kind, kind_of
from isocenter.wire.pdu import ControlPdu


class Reading:
    """One recording, read once: its crossings in time, and what was negotiated."""

    def __init__(self, recorded: Recorded) -> None:
        self.recording: Recording = recorded.recording
        self.reader = Crossings()
        found = list(self.reader.feed(recorded.segments()))
        # By their beginning: what was sent while something long came in stands where it began.
        self.crossings = sorted((*found, *self.reader.rest()), key=lambda crossing: (crossing.began, crossing.number))
        self.by_number = {crossing.number: crossing for crossing in self.crossings}
        self.totals = Counter(
            (crossing.forth, command.affected_sop_class_uid)
            for crossing in self.crossings
            if (command := crossing.command) is not None and command.field == CommandField.C_STORE_RQ
        )

    def rungs(self) -> tuple[list[Rung], Rungs]:
        """All rows, and what was counted on the way."""
        used = Counter(crossing.context_id for crossing in self.crossings if crossing.context_id)
        maker = Rungs(self.recording, self.reader, self.totals, used)
        return [rung for crossing in self.crossings for rung in maker.take(crossing)], maker

    @property
    def seconds(self) -> float:
        """From the connection to its end, or to the last byte."""
        if self.recording.ended is not None:
            return self.recording.ended
        return max((crossing.ended for crossing in self.crossings), default=0.0)


def titles(recording: Recording, reader: Crossings) -> tuple[str, str]:
    """What the two sides call themselves; their addresses where no association told."""
    request = reader.request
    if request is not None:
        return request.calling_ae_title.strip() or "no title", request.called_ae_title.strip() or "no title"
    summary = recording.summary
    if summary is not None:
        return summary.calling_ae_title, summary.called_ae_title
    caller, called = place(recording.caller) or "the caller", place(recording.called) or "the called side"
    if recording.origin is Origin.HOUSE:
        return ("Isocenter", called) if recording.outgoing else (caller, "Isocenter")
    return caller, called


def ladder(recorded: Recorded) -> Ladder:
    """The whole ladder, equal rows folded; what is more than LADDER_RUNGS_MAX rows is left out in the middle."""
    reading = Reading(recorded)
    recording = reading.recording
    rows, maker = reading.rungs()
    shown = [maker.connect(), *folding.folded(rows, reading.by_number)]
    if len(shown) > LADDER_RUNGS_MAX:
        half = LADDER_RUNGS_MAX // 2
        gone = shown[half:-half]
        run = Rung(
            RungKind.RUN, 0, gone[0].at, gone[-1].until, f"{len(gone)} more rows", "not alike",
            first=_first(gone), last=_last(gone), count=len(gone),
        )  # fmt: skip
        shown = [*shown[:half], run, *shown[-half:]]
    names = titles(recording, reading.reader)
    sums = Sums(reading.crossings, recording)
    if (end := maker.end(sums.nothing_lost(), names)) is not None:
        shown.append(end)
    parts = time_shares.shares(maker.times.seconds, _side_words(recording, names))
    return Ladder(
        token=recording.token,
        origin=recording.origin,
        began=recording.began,
        seconds=reading.seconds,
        is_over=recording.ended is not None,
        caller=Party(names[0], _address(recording.caller), "calls"),
        called=Party(names[1], _address(recording.called), "is called"),
        rungs=tuple(shown),
        shares=parts,
        sum=sums.words(reading.seconds),
        rate=sums.rate(reading.seconds),
        verdict=time_shares.verdict(parts),
    )


def _first(rungs: list[Rung]) -> int:
    return next((rung.first or rung.number for rung in rungs if rung.first or rung.number), 0)


def _last(rungs: list[Rung]) -> int:
    return next((rung.last or rung.number for rung in reversed(rungs) if rung.last or rung.number), 0)


def _address(end: Endpoint) -> str:
    return end.address


def _side_words(recording: Recording, names: tuple[str, str]) -> dict[str, str]:
    if recording.origin is Origin.HOUSE:
        return {}
    return {"caller": f"{names[0]} silent", "called": f"{names[1]} at work"}


def run(recorded: Recorded, first: int, last: int) -> list[Rung]:
    """The rows that a run stands for, LADDER_RUNGS_MAX at most."""
    rows, _ = Reading(recorded).rungs()
    numbers = {rung.number: place for place, rung in enumerate(rows) if rung.number}
    if first not in numbers or last not in numbers:
        return []
    return rows[numbers[first] : numbers[last] + 1][:LADDER_RUNGS_MAX]


class Sums:
    """What a connection did, counted: requests by service, instances by class, failures, and how it ended."""

    def __init__(self, crossings: list[Crossing], recording: Recording) -> None:
        self.recording = recording
        self.stores: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.matches = 0
        self.failed = 0
        self.failure = ""
        self.data_bytes = 0
        self.end: ControlPdu | None = None
        self.foreign: Crossing | None = None
        self.moved = ""
        for crossing in crossings:
            self._count(crossing)

    def _count(self, crossing: Crossing) -> None:
        command = crossing.command
        if command is None:
            if crossing.shape is Shape.PDU and crossing.pdu is not None:
                self.end = crossing.pdu
            elif crossing.shape is Shape.FOREIGN and self.foreign is None:
                self.foreign = crossing
            return
        self.moved = command.move_destination or self.moved
        if command.field == CommandField.C_STORE_RQ:
            self.stores[command.affected_sop_class_uid] += 1
            self.data_bytes += crossing.data_bytes
        if not crossing.is_response:
            self.requests[command_name(command).removesuffix("-RQ")] += 1
            return
        status = command.status or 0
        kind = kind_of(status)
        if kind is Kind.PENDING:
            self.matches += command.field == CommandField.C_FIND_RSP
        elif kind is Kind.FAILURE:
            self.failed += 1
            self.failure = f"{status:04X}"
        elif command.field == CommandField.C_STORE_RSP:
            self.answers["stored"] += 1

    def words(self, seconds: float) -> str:
        """`28 images, 14.7 MB, 0.76 s`."""
        parts = []
        if self.stores:
            parts.append(self.objects())
        if self.data_bytes:
            parts.append(byte_words(self.data_bytes))
        if self.matches:
            parts.append(f"{self.matches} match{'es'[: 2 * (self.matches != 1)]}")
        if not parts:
            parts.append(byte_words(self.recording.bytes_forth + self.recording.bytes_back))
        return ", ".join((*parts, time_words(seconds)))

    def objects(self) -> str:
        """`28 CT images`, or `28 objects` of several classes."""
        total = sum(self.stores.values())
        return nouns(next(iter(self.stores)), total) if len(self.stores) == 1 else f"{total} objects"

    def rate(self, seconds: float) -> str:
        """`37 a second`."""
        total = sum(self.stores.values())
        return f"{total / seconds:.3g} a second" if total > 1 and seconds > 0 else ""

    def nothing_lost(self) -> str:
        """`, nothing lost: 28 sent, 28 stored`, or how many were not."""
        total, stored = sum(self.stores.values()), self.answers["stored"]
        if not total:
            return ""
        if self.recording.lost_bytes:
            return ""
        return f", {'nothing lost' if stored == total else f'{total - stored} not stored'}: {total} sent, {stored} stored"

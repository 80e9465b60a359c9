"""One recorded connection in a line: who, what they did, and whether it went well.

A `Recorded` comes in, a `Digest` goes out. What was read once is kept until the recording has grown, so that a page may ask often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from isocenter.base.clock import Clock
from isocenter.base.limits import DIGEST_SECONDS, RECORDED_HEAD_BYTES
from isocenter.dimse.commands import CommandField
from isocenter.doctor.crossing_words import nouns, time_words, told
from isocenter.doctor.ladder import Reading, Sums, titles
from isocenter.doctor.rungs import place
from isocenter.model.ladder import Digest, Standing
from isocenter.model.recording import Ending, Origin, Recorded, Recording
from isocenter.model.records import AssociationSummary
from isocenter.standard.status import REJECTION_REASONS
from isocenter.wire.pdu import Abort, AssociateReject

NodeOf = Callable[[str, str], str]
"""(AE title, address) to the node's name, empty where there is none."""


def digest(recorded: Recorded, node_of: NodeOf = lambda title, address: "") -> Digest:
    """The line of one recording."""
    reading = Reading(recorded)
    names = titles(reading.recording, reading.reader)
    words, standing = _outcome(reading, Sums(reading.crossings, reading.recording))
    made = _line(reading.recording, names, words, standing, node_of)
    return replace(made, search=_search(reading, (made.search, *names)))


def busy(recording: Recording, summary: AssociationSummary, now: datetime, node_of: NodeOf) -> Digest:
    """The line of an association that goes on, by what its own thread has counted: nothing is read."""
    names = summary.calling_ae_title, summary.called_ae_title
    return _line(recording, names, _doing(summary, (now - summary.opened).total_seconds()), Standing.BUSY, node_of)


def _doing(summary: AssociationSummary, seconds: float) -> str:
    """`storing, 118 CT images, 40/s`."""
    for count, doing in ((sum(summary.instances.values()), "storing"), (summary.sent, "sending")):
        if count:
            what = nouns(next(iter(summary.instances)), count) if len(summary.instances) == 1 else f"{count} objects"
            return f"{doing}, {what}, {count / max(seconds, 0.1):.3g}/s"
    asked = [f"C-{operation.upper()}" for operation in summary.requests]
    return f"{', '.join(asked)}, still open" if asked else "associated"


def _line(recording: Recording, names: tuple[str, str], words: str, standing: Standing, node_of: NodeOf) -> Digest:
    if recording.origin is Origin.HOUSE:
        way = "out" if recording.outgoing else "in"
        title, end = (names[1], recording.called) if recording.outgoing else (names[0], recording.caller)
        title = (recording.summary.node if recording.summary is not None else "") or node_of(title, end.address) or title
        address = end.address
    else:
        way, title = "between", f"{names[0]} to {names[1]}"
        address = f"{place(recording.caller)} to {place(recording.called)}"
    return Digest(
        token=recording.token,
        origin=recording.origin,
        began=recording.began,
        title=title,
        address=address,
        way=way,
        words=words,
        standing=standing,
        byte_count=recording.bytes_forth + recording.bytes_back,
        label=recording.label,
        search="\n".join((title, address, words, recording.label)).lower(),
    )


def _outcome(reading: Reading, sums: Sums) -> tuple[str, Standing]:
    """What happened, and how it is to be seen."""
    recording, accept = reading.recording, reading.reader.accept
    end = sums.end
    us = " us" if recording.origin is Origin.HOUSE and recording.outgoing else ""
    if isinstance(end, AssociateReject):
        why = REJECTION_REASONS.get((end.source, end.reason), "no reason known").removesuffix(" not recognized")
        return f"refused{us}, {why}", Standing.BAD
    if sums.foreign is not None:
        foreign = told(sums.foreign, None)
        is_secret = foreign.title == "TLS"
        words = foreign.title if is_secret else f"{foreign.title}, {foreign.words}"
        return words, Standing.GOOD if is_secret else Standing.BAD
    if reading.reader.request is None:
        if recording.ended is None:
            return "connected, says nothing yet", Standing.BUSY
        return recording.reason or "connected, and said nothing", Standing.BAD
    deeds = _deeds(reading, sums)
    if isinstance(end, Abort) or recording.ending is Ending.RESET:
        how = "aborted" if isinstance(end, Abort) else "the connection broke"
        done = f" after {sums.objects()}" if sums.stores else f" after {deeds}" if sums.requests else ""
        return how + done, Standing.CHANGED if sums.requests else Standing.BAD
    if recording.ended is None:
        return f"{deeds}, still open" if sums.requests else "associated", Standing.BUSY
    if accept is None:
        return "was never answered", Standing.BAD
    refused = sum(one.result != 0 for one in accept.contexts)
    if sums.failed:
        words = f"{deeds}; {sums.failed} failed, {sums.failure}"
        return words, Standing.CHANGED if sums.failed < sum(sums.requests.values()) else Standing.BAD
    if refused:
        return f"{deeds}; {refused} context{'s'[: refused != 1]} refused", Standing.CHANGED
    return deeds, Standing.GOOD


def _deeds(reading: Reading, sums: Sums) -> str:
    """`C-STORE, 28 CT images, 0.76 s`."""
    # The stores of a C-GET are its own.
    services = [one for one in sums.requests if one != "C-STORE" or "C-GET" not in sums.requests]
    parts = [f"C-MOVE to {sums.moved}"] if sums.moved else services[:_SERVICES_NAMED]
    if not parts:
        parts = ["asked for nothing"]
    if sums.stores:
        parts.append(sums.objects())
    elif sums.matches:
        parts.append(f"{sums.matches} answer{'s'[: sums.matches != 1]}")
    elif (count := sum(sums.requests.values())) > 1:
        parts.append(f"{count} times")
    parts.append(time_words(reading.seconds))
    return ", ".join(parts)


_SERVICES_NAMED = 2


def _search(reading: Reading, words: Iterable[str]) -> str:
    """All that somebody may look for: titles, addresses, statuses, UIDs. In small letters."""
    found = dict.fromkeys(filter(None, words))
    for crossing in reading.crossings:
        command = crossing.command
        if command is None:
            continue
        if crossing.is_response:
            if command.status is not None:
                found[f"{command.status:04X}"] = None
        elif command.field == CommandField.C_STORE_RQ:
            found[command.affected_sop_instance_uid] = None
        found[command.move_destination] = None
    return "\n".join(found).lower()


@dataclass(frozen=True, slots=True)
class _Known:
    """A line, of what state of its recording, and when that was read."""

    state: object
    line: Digest
    read_at: float

    def may_stand(self, recording: Recording, now: float) -> bool:
        """Whether the words of one that goes on may stay as they are: to read it whole for each look costs more and more."""
        if recording.ended is not None or recording.summary is not None:
            return False
        return self.line.byte_count > RECORDED_HEAD_BYTES and now - self.read_at < DIGEST_SECONDS


class Digests:
    """The lines of all recordings, each worked out again only after it has grown. One thread at a time."""

    def __init__(self, clock: Clock, node_of: NodeOf = lambda title, address: "") -> None:
        self._clock = clock
        self._node_of = node_of
        self._kept: dict[str, _Known] = {}

    def of(self, recordings: Iterable[Recorded]) -> list[Digest]:
        """In the order given."""
        kept: dict[str, _Known] = {}
        for recorded in recordings:
            recording = recorded.recording
            state = _state(recording)
            known = self._kept.get(recording.token)
            if known is None or known.state != state:
                now = self._clock.monotonic()
                if known is not None and known.may_stand(recording, now):
                    known = replace(known, line=replace(known.line, byte_count=recording.bytes_forth + recording.bytes_back))
                else:
                    known = _Known(state, self._line(recorded), now)
            kept[recording.token] = known
        self._kept = kept
        return [known.line for known in kept.values()]

    def _line(self, recorded: Recorded) -> Digest:
        recording = recorded.recording
        if recording.ended is None and recording.summary is not None:
            return busy(recording, recording.summary, self._clock.now(), self._node_of)
        return digest(recorded, self._node_of)


def _state(recording: Recording) -> object:
    return recording.bytes_forth, recording.bytes_back, recording.ended, recording.lost_bytes

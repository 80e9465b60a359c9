"""Crossings to rungs: one row of the ladder after the other, with the silences between.

Comes in: the crossings of one recording in time, one at a time, so that a ladder can be watched while it grows. Goes out: rungs.
Equal ones are folded elsewhere.
"""

from __future__ import annotations

import statistics
from collections import Counter, deque
from collections.abc import Mapping

from isocenter.base.limits import LADDER_SILENCE_SECONDS, LADDER_SLOW_SECONDS, LADDER_SLOW_TIMES
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor import time_shares
from isocenter.doctor.crossing_words import Told, context_lines, time_words, told
from isocenter.doctor.crossings import Crossing, Crossings, Shape
from isocenter.doctor.header_rows import query_words
from isocenter.model.ladder import ContextLine, Rung, RungKind, Tone
from isocenter.model.recording import Ending, Endpoint, Origin, Recording
from isocenter.wire.pdu import AssociateAccept
from isocenter.wire.pdu_codec import ASSOCIATE_AC, ASSOCIATE_RJ, RELEASE_RP

_QUERIES = (CommandField.C_FIND_RQ, CommandField.C_MOVE_RQ, CommandField.C_GET_RQ)
_ANSWERS = (ASSOCIATE_AC, ASSOCIATE_RJ, RELEASE_RP)
_ANSWERS_COMPARED = 50
_ANSWERS_NEEDED = 5
_NEAR_SECONDS = 0.00005
_KINDS = {Shape.PDU: RungKind.PDU, Shape.MESSAGE: RungKind.MESSAGE, Shape.FOREIGN: RungKind.FOREIGN, Shape.LOST: RungKind.LOST}


def place(end: Endpoint) -> str:
    """Address and port in one word; nothing for an end that is not known."""
    host = f"[{end.address}]" if ":" in end.address else end.address
    return f"{host}:{end.port}" if end.port else host


def _is_answer(crossing: Crossing) -> bool:
    """True where the time before it is that of an answer, and no silence; nobody knows what was before what was forgotten."""
    if crossing.shape is Shape.PDU:
        return crossing.kind in _ANSWERS
    return crossing.is_response or crossing.shape is Shape.LOST


class Rungs:
    """The rows of one recording. `reader` knows what was negotiated; `totals` are how many objects of each class there are in all,
    `used` how many messages went by each context."""

    def __init__(
        self,
        recording: Recording,
        reader: Crossings,
        totals: Mapping[tuple[bool, str], int] | None = None,
        used: Mapping[int, int] | None = None,
    ) -> None:
        self.recording = recording
        self.times = time_shares.Times(recording)
        self.stores: Counter[tuple[bool, str]] = Counter()
        self.stored = 0
        self._reader = reader
        self._totals = totals or {}
        self._used = used or {}
        self._until = 0.0
        self._asked: dict[tuple[bool, int], tuple[Crossing, str]] = {}
        self._latest: dict[int, deque[float]] = {}

    def connect(self) -> Rung:
        """The first row: who came from where."""
        recording = self.recording
        away = recording.round_trip_seconds
        far = "" if away is None else f", {time_words(away)} away" if away >= _NEAR_SECONDS else ", less than 0.1 ms away"
        if recording.origin is Origin.HOUSE and recording.outgoing:
            words = f"a TCP connection to {place(recording.called)}{far}"
        else:
            words = f"{place(recording.caller) or 'somebody'} opened a TCP connection{far}"
        return Rung(RungKind.CONNECT, 0, 0.0, 0.0, words=words)

    def take(self, crossing: Crossing) -> list[Rung]:
        """The rows that it adds: itself, and the silence before it."""
        made = []
        silence = crossing.began - self._until
        if silence >= LADDER_SILENCE_SECONDS and crossing.number > 1 and not _is_answer(crossing):
            made.append(self._silence(self._until, crossing))
        self.times.add(crossing)
        self._until = max(self._until, crossing.ended)
        made.append(self._rung(crossing))
        return made

    def _silence(self, since: float, crossing: Crossing) -> Rung:
        words = f"{time_words(crossing.began - since)} of silence"
        command = crossing.command
        recording = self.recording
        who = "the caller" if crossing.forth else "the called side"
        if recording.origin is Origin.HOUSE:
            who = "Isocenter" if crossing.forth == recording.outgoing else "the device"
        if command is not None and command.field == CommandField.C_STORE_RQ and any(self.stores.values()):
            words += f", {who} prepares the next image"
        return Rung(RungKind.SILENCE, 0, since, crossing.began, words=words)

    def _rung(self, crossing: Crossing) -> Rung:
        words = self._told(crossing)
        remark = ""
        tone = words.tone
        if crossing.is_response and crossing.command is not None:
            remark = self._answered(crossing, crossing.command)
            tone = Tone.WARN if remark and tone is Tone.PLAIN else tone
        contexts: tuple[ContextLine, ...] = ()
        if isinstance(crossing.pdu, AssociateAccept):
            contexts = context_lines(self._reader.request, crossing.pdu, self._used)
        return Rung(
            _KINDS[crossing.shape], crossing.number, crossing.began, crossing.ended, words.title, words.words, remark, tone,
            crossing.forth, crossing.byte_count, contexts,
        )  # fmt: skip

    def _told(self, crossing: Crossing) -> Told:
        command = crossing.command
        if command is None or crossing.is_response:
            return told(crossing, self._reader.request)
        key = crossing.forth, command.affected_sop_class_uid
        ordinal = keys = ""
        if command.field == CommandField.C_STORE_RQ:
            self.stores[key] += 1
            total = self._totals.get(key, 0)
            ordinal = f"{self.stores[key]} of {total}" if total > 1 else str(self.stores[key]) if not self._totals else ""
        elif command.field in _QUERIES:
            keys = query_words(bytes(crossing.data), crossing.data_bytes, self.syntax_of(crossing))
        if command.message_id is not None:
            self._asked[crossing.forth, command.message_id] = crossing, key[1]
        return told(crossing, self._reader.request, ordinal, keys)

    def syntax_of(self, crossing: Crossing) -> str:
        """The transfer syntax of a message's context; empty where the negotiation was not recorded."""
        accept = self._reader.accept
        answers = accept.contexts if accept is not None else ()
        return next((one.transfer_syntax for one in answers if one.id == crossing.context_id and one.result == 0), "")

    def _answered(self, crossing: Crossing, command: Command) -> str:
        """How long an answer took, where that was long beside those before it."""
        found = self._asked.get((not crossing.forth, command.message_id_being_responded_to or 0))
        if found is None:
            return ""
        asked = found[0]
        seconds = crossing.began - asked.ended
        latest = self._latest.setdefault(command.field, deque(maxlen=_ANSWERS_COMPARED))
        usual = statistics.median(latest) if len(latest) >= _ANSWERS_NEEDED else None
        latest.append(seconds)
        if seconds < LADDER_SLOW_SECONDS or usual is None or seconds < usual * LADDER_SLOW_TIMES:
            return ""
        return time_shares.slow_words(self.recording, crossing, seconds)

    def end(self, sum_words: str, names: tuple[str, str]) -> Rung | None:
        """The last row, once the connection is closed; `names` are those of the caller and the called."""
        recording = self.recording
        if recording.ended is None:
            return None
        if recording.ending is Ending.RESET:
            words = f"the connection broke: {recording.reason}" if recording.reason else "the connection broke"
            return Rung(RungKind.END, 0, recording.ended, recording.ended, words=words, tone=Tone.BAD)
        who = names[0] if recording.ending is Ending.CALLER else names[1]
        words = f"closed by {who}"
        if recording.reason:
            words += f": {recording.reason}"
        return Rung(RungKind.END, 0, recording.ended, recording.ended, words=words + sum_words)

"""Where the time of a connection went: the device, the network, the disk, the writer of the index, Isocenter itself.

Crossings come in, shares go out. The time in which bytes of one thing cross is the network's; the time until the next thing begins
belongs to the side that says it. For an answer of ours the archive has said what it waited for. Between two other devices there are
only their two sides and the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from isocenter.doctor.crossing_words import time_words
from isocenter.doctor.crossings import Crossing
from isocenter.model.ladder import Share
from isocenter.model.recording import Origin, Recording

_WORDS = {
    "device": "device silent",
    "network": "network",
    "writer": "waiting for the writer",
    "disk": "disk",
    "isocenter": "Isocenter",
    "caller": "the caller silent",
    "called": "the called side at work",
}
_ORDER = tuple(_WORDS)


class Times:
    """The sums, grown by one crossing after the other."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._until = 0.0
        self.seconds: dict[str, float] = {}

    def add(self, crossing: Crossing) -> None:
        """The next crossing in time."""
        for kind, seconds in between(self._recording, self._until, crossing).items():
            self._spend(kind, seconds)
        self._spend("network", crossing.ended - max(crossing.began, min(self._until, crossing.ended)))
        self._until = max(self._until, crossing.ended)

    def _spend(self, kind: str, seconds: float) -> None:
        if seconds > 0:
            self.seconds[kind] = self.seconds.get(kind, 0.0) + seconds


def between(recording: Recording, until: float, crossing: Crossing) -> Mapping[str, float]:
    """Who took the time from `until`, when the thing before was over, to the beginning of this one."""
    seconds = crossing.began - until
    if seconds <= 0:
        return {}
    if recording.origin is not Origin.HOUSE:
        return {"caller" if crossing.forth else "called": seconds}
    if crossing.forth != recording.outgoing:
        return {"device": seconds}
    spent = crossing.spent
    if spent is None:
        return {"isocenter": seconds}
    disk = min(spent.disk, seconds)
    writer = min(spent.writer, seconds - disk)
    return {"writer": writer, "disk": disk, "isocenter": seconds - disk - writer}


def shares(seconds: Mapping[str, float], words: Mapping[str, str] = _WORDS) -> tuple[Share, ...]:
    """The parts in their order, none that is nothing."""
    return tuple(
        Share(kind, words.get(kind, _WORDS[kind]), seconds[kind]) for kind in _ORDER if seconds.get(kind, 0.0) >= _LEAST_SECONDS
    )


_LEAST_SECONDS = 0.00005
"""What would be shown as 0.0 ms."""


def verdict(parts: Iterable[Share]) -> str:
    """`half of it was the device`: the largest part, where one stands out; empty otherwise."""
    listed = sorted(parts, key=lambda part: -part.seconds)
    whole = sum(part.seconds for part in listed)
    if not listed or whole <= 0:
        return ""
    share = listed[0].seconds / whole
    if share < _OUTSTANDING:
        return ""
    how = next(words for least, words in _FRACTIONS if share >= least)
    return f"{how} of it was {_WHO[listed[0].kind]}"


_OUTSTANDING = 0.4
_FRACTIONS = ((0.9, "nearly all"), (0.72, "three quarters"), (0.6, "two thirds"), (0.0, "half"))
_WHO = {
    "device": "the device",
    "network": "the network",
    "writer": "waiting for the writer",
    "disk": "the disk",
    "isocenter": "Isocenter",
    "caller": "the caller",
    "called": "the called side",
}


def slow_words(recording: Recording, crossing: Crossing, seconds: float) -> str:
    """`41 ms, the disk was slow`: an answer that took long, and why where that is known."""
    parts = between(recording, crossing.began - seconds, crossing)
    longest = max(parts, key=lambda kind: parts[kind], default="")
    why = {"disk": ", the disk was slow", "writer": ", the index was busy"}.get(longest, "")
    return time_words(seconds) + why

"""How often a node was there, from the hours that are kept of it.

Hours come in, parts of a stretch of time and percentages go out. What was left unanswered within a window of maintenance counts
neither for nor against a node. Nothing here reads or keeps anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from isocenter.model.history import Hour, PastEvent

_AWAY = ("does not answer", "refuses")


@dataclass(frozen=True, slots=True)
class Part:
    """The echoes of one part of the time shown; `milliseconds` is the mean of the answered ones, None where there were none."""

    begins: datetime
    asked: int
    answered: int
    excused: int
    milliseconds: float | None
    slowest: float | None

    @property
    def failed(self) -> int:
        return self.asked - self.answered - self.excused


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch in which it did not answer; `until` is None where it still does not. `words` is what was said then."""

    since: datetime
    until: datetime | None
    words: str


def percentage(hours: Iterable[Hour]) -> float | None:
    """How many in a hundred echoes were answered, of those that count; None where none does."""
    counted = answered = 0
    for hour in hours:
        counted += hour.asked - hour.excused
        answered += hour.answered
    return 100.0 * answered / counted if counted else None


def parts(hours: Iterable[Hour], since: datetime, until: datetime, count: int) -> list[Part]:
    """The time from `since` to `until` in `count` equal parts, oldest first; an hour belongs to the part in which it begins."""
    width = (until - since) / count
    bins: list[list[Hour]] = [[] for _ in range(count)]
    for hour in hours:
        number = (hour.hour - since) // width
        if 0 <= number < count:
            bins[number].append(hour)
    return [_part(since + number * width, one) for number, one in enumerate(bins)]


def mean(hours: Iterable[Hour]) -> float | None:
    """The mean time of the answered echoes, in milliseconds."""
    total, count = 0.0, 0
    for hour in hours:
        total += hour.milliseconds
        count += hour.answered
    return total / count if count else None


def outages(events: Sequence[PastEvent], count: int) -> list[Outage]:
    """The latest stretches without an answer, latest first, out of a node's events, latest first."""
    found: list[Outage] = []
    until: datetime | None = None
    away: PastEvent | None = None
    for event in events:
        if event.kind != "echo":
            continue
        if event.words.startswith(_AWAY):
            # Of several in a row the oldest began it: a node that first refuses and then is silent is away once.
            away = event
        else:
            # Whatever else it said, it was there again, and not only where it came back by the book.
            if away is not None:
                found.append(Outage(away.moment, until, away.words))
            away, until = None, event.moment
    if away is not None:
        found.append(Outage(away.moment, until, away.words))
    return found[:count]


def whole_hours(moment: datetime, back: timedelta) -> datetime:
    """The beginning of the hour that lies so far back."""
    then = moment - back
    return then.replace(minute=0, second=0, microsecond=0)


def _part(begins: datetime, hours: Sequence[Hour]) -> Part:
    slowest = max((hour.slowest for hour in hours if hour.answered), default=None)
    return Part(
        begins,
        sum(hour.asked for hour in hours),
        sum(hour.answered for hour in hours),
        sum(hour.excused for hour in hours),
        mean(hours),
        slowest,
    )

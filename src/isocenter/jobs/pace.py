"""How fast something goes: over the last seconds, and in sum.

Counts go in as they grow, with the monotonic moment in seconds; rates come out. Time is an argument.
"""

from __future__ import annotations

from collections import deque

from isocenter.base.limits import PACE_SAMPLE_SECONDS, PACE_SECONDS
from isocenter.model.jobs import Pace, Transfer


class Meter:
    """One transfer under way, from its first moment on."""

    def __init__(self, by: str, now: float) -> None:
        self._by = by
        self._began = now
        self._instances = 0
        self._byte_count = 0
        self._samples: deque[tuple[float, int, int]] = deque([(now, 0, 0)])

    def carried(self, now: float, instances: int, byte_count: int) -> None:
        """So many more instances, whose data sets have so many bytes; 0 where that is not known."""
        self._instances += instances
        self._byte_count += byte_count
        if now - self._samples[-1][0] >= PACE_SAMPLE_SECONDS:
            self._samples.append((now, self._instances, self._byte_count))
        # One sample older than the span stays, so that the span is always covered.
        while len(self._samples) > 2 and now - self._samples[1][0] >= PACE_SECONDS:
            self._samples.popleft()

    def transfer(self, now: float) -> Transfer:
        """What moved so far."""
        return Transfer(self._by, self._instances, self._byte_count, round(now - self._began, 3))

    def pace(self, now: float) -> Pace | None:
        """How fast it went in the last seconds; None before that can be told."""
        moment, instances, byte_count = self._samples[0]
        seconds = now - moment
        if seconds < PACE_SAMPLE_SECONDS:
            return None
        return Pace((self._instances - instances) / seconds, (self._byte_count - byte_count) / seconds)

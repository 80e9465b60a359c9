"""What is at hand while somebody looks at a series picture by picture: where its instances lie.

Comes in: each instance that a picture was asked of. Goes out: the instances of a series that is looked at, without asking the index
for each, until nobody has looked at it for SERIES_AT_HAND_SECONDS. What has been removed meanwhile shows in its file, which whoever
uses this must look for. The event loop's own, but for `list_of`.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from isocenter.base.errors import IsocenterError
from isocenter.base.limits import SERIES_AT_HAND_AGAIN_SECONDS, SERIES_AT_HAND_MAX, SERIES_AT_HAND_SECONDS
from isocenter.model.records import Instance


class Lies(NamedTuple):
    """An instance, without its attributes, how many frames it has, and its file."""

    instance: Instance
    frame_count: int
    path: str


@dataclass(slots=True)
class _Series:
    """`first` is the instance that was asked for first, `lies` None until the series was listed. Times are the loop's."""

    first: str
    expiry: asyncio.TimerHandle
    lies: Mapping[str, Lies] | None = None
    listed: float = -math.inf
    used: float = 0.0


class AtHand:
    """`list_of` lists a series by SOP Instance UID, in a thread; empty for one that is too long."""

    def __init__(self, list_of: Callable[[str, str], Awaitable[Mapping[str, Lies]]]) -> None:
        self._list_of = list_of
        self._series: OrderedDict[tuple[str, str], _Series] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, study: str, series: str, instance: str) -> Lies | None:
        """Where an instance lies, if its series is at hand.

        It is listed once a second instance of it was asked for, and again, after a while, where one is missing: series grow.
        """
        loop = asyncio.get_running_loop()
        key = (study, series)
        looked_at = self._series.get(key)
        if looked_at is None:
            expiry = loop.call_later(SERIES_AT_HAND_SECONDS, self._expire, key)
            looked_at = self._series[key] = _Series(instance, expiry)
            if len(self._series) > SERIES_AT_HAND_MAX:
                self._series.popitem(last=False)[1].expiry.cancel()
        else:
            self._series.move_to_end(key)
        looked_at.used = now = loop.time()
        found = looked_at.lies.get(instance) if looked_at.lies else None
        is_too_long = looked_at.lies is not None and not looked_at.lies
        if found or is_too_long or instance == looked_at.first or now - looked_at.listed < SERIES_AT_HAND_AGAIN_SECONDS:
            return found
        looked_at.listed = now
        # The loop itself keeps no task alive.
        task = asyncio.create_task(self._list(looked_at, study, series))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return None

    async def _list(self, looked_at: _Series, study: str, series: str) -> None:
        # Where it cannot be listed, each instance is looked for by itself, and its own error is told.
        with suppress(IsocenterError):
            looked_at.lies = await self._list_of(study, series)

    def _expire(self, key: tuple[str, str]) -> None:
        looked_at, loop = self._series[key], asyncio.get_running_loop()
        if (left := looked_at.used + SERIES_AT_HAND_SECONDS - loop.time()) > 0:
            looked_at.expiry = loop.call_later(left, self._expire, key)
        else:
            del self._series[key]

"""What is at hand while somebody looks at a series picture by picture: where its instances lie.

Comes in: each instance that a picture was asked of. Goes out: the instances of a series that is looked at, without asking the index
for each, until nobody has looked at it for SERIES_AT_HAND_SECONDS. What has been removed meanwhile shows in its file, which whoever
uses this must look for. The event loop's own, but for `list_of`.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from isocenter.base.errors import IsocenterError
from isocenter.base.limits import SERIES_AT_HAND_MAX, SERIES_AT_HAND_SECONDS
from isocenter.model.records import Instance


class Lies(NamedTuple):
    """An instance, without its attributes, how many frames it has, and its file."""

    instance: Instance
    frame_count: int
    path: str


@dataclass(slots=True)
class _Series:
    first: str
    lies: Mapping[str, Lies] = field(default_factory=dict)
    is_listed: bool = False
    expiry: asyncio.TimerHandle | None = None


class AtHand:
    """`list_of` lists a series by SOP Instance UID, in a thread; empty for one that is too long."""

    def __init__(self, list_of: Callable[[str, str], Awaitable[Mapping[str, Lies]]]) -> None:
        self._list_of = list_of
        self._series: OrderedDict[tuple[str, str], _Series] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, study: str, series: str, instance: str) -> Lies | None:
        """Where an instance lies, if its series is at hand; it is fetched once a second instance of it was asked for."""
        key = (study, series)
        looked_at = self._series.get(key)
        if looked_at is None:
            looked_at = self._series[key] = _Series(instance)
            if len(self._series) > SERIES_AT_HAND_MAX:
                self._forget(next(iter(self._series)))
        elif not looked_at.is_listed and looked_at.first != instance:
            looked_at.is_listed = True
            # The loop itself keeps no task alive.
            task = asyncio.create_task(self._list(looked_at, study, series))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._series.move_to_end(key)
        if looked_at.expiry is not None:
            looked_at.expiry.cancel()
        looked_at.expiry = asyncio.get_running_loop().call_later(SERIES_AT_HAND_SECONDS, self._forget, key)
        return looked_at.lies.get(instance)

    async def _list(self, looked_at: _Series, study: str, series: str) -> None:
        # Where it cannot be listed, each instance is looked for by itself, and its own error is told.
        with suppress(IsocenterError):
            looked_at.lies = await self._list_of(study, series)

    def _forget(self, key: tuple[str, str]) -> None:
        looked_at = self._series.pop(key, None)
        if looked_at is not None and looked_at.expiry is not None:
            looked_at.expiry.cancel()

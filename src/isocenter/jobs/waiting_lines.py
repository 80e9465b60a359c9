"""A bounded queue whose oldest lines were dealt with while new ones came.

Comes in: what waits, and what of it is done. What came meanwhile stays, also where it has pushed out some of what is done. Whoever
calls holds the lock of the queue.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TypeVar

Line = TypeVar("Line")


def take_off(waiting: deque[Line], done: Sequence[Line]) -> None:
    """Remove those that are done, which are the oldest as far as they are still there."""
    passed = {id(line) for line in done}
    while waiting and id(waiting[0]) in passed:
        waiting.popleft()

"""What the pages about the nodes' past stand on: who watches them, and what is kept.

`daemon` joins it. Everything may be used from any thread; reading the past and asking other archives blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from isocenter.jobs.alarm import Alarm
from isocenter.jobs.drift import DriftWatch
from isocenter.jobs.other_lists import OtherLists
from isocenter.jobs.windows import Windows
from isocenter.model.checkup import Checkup
from isocenter.model.history import HistoryShelf
from isocenter.model.records import Node


@dataclass(frozen=True, slots=True)
class Vigil:
    """`catch_up` writes what waits, so that `history` has it, and looks at what others changed; `stirred` says that what is kept of
    a node is other than before. `reports` are the kept checkups of each node, the latest first; `interval_minutes` is how often a
    node is asked, 0 for never.
    """

    history: HistoryShelf
    windows: Windows
    drift: DriftWatch
    alarm: Alarm
    lists: OtherLists
    reports: Callable[[], Mapping[str, Sequence[Checkup]]]
    catch_up: Callable[[], None]
    stirred: Callable[[str], None]
    renamed: Callable[[str, str], None]
    forgotten: Callable[[str], None]
    interval_minutes: Callable[[Node], int]

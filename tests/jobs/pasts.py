"""A shelf of the past that lives in memory, for tests of those who write and read it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from isocenter.base.errors import LocalError
from isocenter.model.history import Batch, Hour


class Past:
    """The port `HistoryShelf`. While `is_broken`, nothing can be written."""

    def __init__(self):
        self.batches: list[Batch] = []
        self.kept, self.documents, self.pruned = [], {}, []
        self.is_broken = False

    def write(self, batch):
        if self.is_broken:
            raise LocalError("the disk is full")
        self.batches.append(batch)
        self.documents.update(batch.memories)

    def prune(self, echoes_before, before):
        self.pruned.append((echoes_before, before))

    def echoes(self, since):
        return sorted((e for b in self.batches for e in b.echoes if e.moment >= since), key=lambda e: e.moment)

    def hours(self, since, node=None):
        sums = defaultdict(lambda: [0, 0, 0, 0.0, 0.0])
        for echo in self.echoes(since):
            one = sums[echo.node, echo.moment.replace(minute=0, second=0, microsecond=0)]
            answered = echo.outcome == "answered"
            one[0] += 1
            one[1] += answered
            one[2] += echo.excused and not answered
            one[3] += echo.milliseconds * answered
            one[4] = max(one[4], echo.milliseconds * answered)
        return [Hour(name, hour, *one) for (name, hour), one in sorted(sums.items(), key=lambda x: x[0][1]) if node in (None, name)]

    def events(self, count, node=None):
        return [e for b in reversed(self.batches) for e in reversed(b.events) if node in (None, e.node)][:count]

    def memories(self):
        return self.documents

    def windows(self):
        return list(self.kept)

    def put_window(self, window):
        kept = window if window.id else replace(window, id=max((one.id for one in self.kept), default=0) + 1)
        self.kept = [one for one in self.kept if one.id != kept.id] + [kept]
        return kept

    def remove_window(self, number):
        before = len(self.kept)
        self.kept = [one for one in self.kept if one.id != number]
        return len(self.kept) < before

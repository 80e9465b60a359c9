"""Whoever watches the nodes of a house, joined: their past, their drift, the alarm, and what other archives say of them.

Only the page's thread comes here, after DICOM answers. What was known before this process is taken up first; what is to be kept is
written last, before the archive closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from isocenter.archive.history_rows import HistoryRows
from isocenter.archive.index_reader import IndexReader
from isocenter.base.clock import Clock
from isocenter.base.errors import UsageError
from isocenter.base.limits import CHECKUPS_COMPARED_MAX
from isocenter.daemon import alerting
from isocenter.daemon.compose import House
from isocenter.daemon.kept_reports import KeptReports
from isocenter.jobs.alarm import Alarm
from isocenter.jobs.chronicle import Chronicle
from isocenter.jobs.drift import DriftWatch
from isocenter.jobs.other_lists import OtherLists
from isocenter.jobs.windows import Windows
from isocenter.model.checkup import Checkup
from isocenter.model.records import Node
from isocenter.nodes.book import NodeBook
from isocenter.web.vigil import Vigil


def vigil(house: House, book: NodeBook, clock: Clock) -> Vigil:
    """Join it and take up what was known; where there is a page, it is written down by itself."""
    reader = IndexReader(house.archive.index)
    house.closing.callback(reader.close)
    shelf = HistoryRows(reader, house.archive.perform)
    windows = Windows(shelf)
    drift = DriftWatch(house.standings, book, clock)
    alarm = Alarm(alerting.ways(lambda: house.settings, clock), windows, clock, lambda: house.settings.alert_after)
    lists = OtherLists(clock)
    reports = _Reports(KeptReports(house.place.folder), drift)

    def more(name: str) -> Mapping[str, Any]:
        return {**drift.memory(name), **alarm.memory(name), **lists.memory(name)}

    def beside() -> None:
        reports.look()
        for name in gone.look():
            forgotten(name)

    chronicle = Chronicle(shelf, house.standings, windows, clock, lambda: house.settings.history_days, more, beside)
    memories = chronicle.take_up()
    gone = _Gone(house, set(memories))
    for keeper in (drift, alarm, lists):
        keeper.restore(memories)
    drift.keep_with(chronicle.stirred)
    for follower in (chronicle, drift, alarm):
        house.standings.follow(follower)
    house.strangers.tell(drift.stranger)
    reports.look()

    def renamed(was: str, name: str) -> None:
        for keeper in (house.standings, drift, alarm, lists):
            keeper.rename(was, name)
        chronicle.renamed(was, name)

    def forgotten(name: str) -> None:
        for keeper in (drift, alarm, lists):
            keeper.forget(name)
        house.standings.forget(name)
        chronicle.forgotten(name)

    house.closing.callback(chronicle.close)
    house.closing.callback(alarm.close)
    alarm.start()
    if house.settings.http:
        chronicle.start()
    return Vigil(
        history=shelf,
        windows=windows,
        drift=drift,
        alarm=alarm,
        lists=lists,
        reports=reports.by_node,
        catch_up=chronicle.catch_up,
        stirred=chronicle.stirred,
        renamed=renamed,
        forgotten=forgotten,
        interval_minutes=lambda node: interval_minutes(house, node),
    )


class _Gone:
    """The nodes that are none any more, whoever removed them: another process may have, or somebody while nothing ran."""

    def __init__(self, house: House, known: set[str]) -> None:
        self._house = house
        self._known = known

    def look(self) -> set[str]:
        """The names of those that went since the last look."""
        now = {node.name for node in self._house.shelf.nodes()}
        gone, self._known = self._known - now, now
        return gone


def interval_minutes(house: House, node: Node) -> int:
    """How often a node is asked; 0 for never."""
    return house.settings.echo_minutes if node.echo_minutes is None else node.echo_minutes


class _Reports:
    """The kept reports, as far as the watch needs them: each is read once, when its folder has one more."""

    def __init__(self, kept: KeptReports, drift: DriftWatch) -> None:
        self._kept = kept
        self._drift = drift
        self._seen: frozenset[str] = frozenset()
        self._checkups: Mapping[str, Checkup] = {}

    def look(self) -> None:
        """Compare each new report with what is usual."""
        try:
            tokens = frozenset(self._kept.tokens())
            if tokens == self._seen:
                return
            self._seen = tokens
            if len(tokens) > CHECKUPS_COMPARED_MAX:
                tokens = frozenset(report.token for report in self._kept.listed()[:CHECKUPS_COMPARED_MAX])
        except OSError:
            return
        new = {token: checkup for token in tokens - self._checkups.keys() if (checkup := self._read(token)) is not None}
        for checkup in sorted(new.values(), key=lambda checkup: checkup.began):
            self._drift.reported(checkup)
        known = {token: checkup for token, checkup in self._checkups.items() if token in tokens}
        self._checkups = known | {token: _lean(checkup) for token, checkup in new.items()}

    def _read(self, token: str) -> Checkup | None:
        try:
            return self._kept.report(token).checkup
        except UsageError:
            return None

    def by_node(self) -> Mapping[str, Sequence[Checkup]]:
        """Those of each node, the latest first."""
        self.look()
        found: dict[str, list[Checkup]] = {}
        for one in sorted(self._checkups.values(), key=lambda one: one.began, reverse=True):
            found.setdefault(one.node, []).append(one)
        return found


def _lean(checkup: Checkup) -> Checkup:
    """What is asked of an old checkup: how its steps went, without all that crossed the wire."""
    steps = tuple(replace(step, exchanges=(), facts={}, sign=None) for step in checkup.steps)
    return replace(checkup, steps=steps, attempts=(), contexts=())

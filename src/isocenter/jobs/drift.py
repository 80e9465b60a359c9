"""Watches the nodes for what is other than it was when they were commissioned, or seen first, and says so when it happens.

Comes in: echoes, calls, strangers under a node's title or at its address, and kept reports of the doctor. Goes out: events in a
node's story, and the flag that its lamp shows until somebody says that it is meant so. Nothing here calls anybody. Any thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError
from isocenter.jobs import drifting
from isocenter.jobs.drifting import Drift, Habits
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.standings import Standings
from isocenter.jobs.stories import Event
from isocenter.model.checkup import Checkup
from isocenter.model.records import AssociationSummary, Node
from isocenter.nodes import wildcard
from isocenter.nodes.address import is_this_computer, parsed
from isocenter.nodes.book import NodeBook
from isocenter.standard.sop_class import STORAGE

_log = logging.getLogger("isocenter.jobs")


class DriftWatch:
    """Follows the standings of one house."""

    def __init__(self, standings: Standings, book: NodeBook, clock: Clock) -> None:
        self._standings = standings
        self._book = book
        self._clock = clock
        self._lock = threading.Lock()
        self._habits: dict[str, Habits] = {}
        self._told: Callable[[str], None] = lambda name: None

    def keep_with(self, told: Callable[[str], None]) -> None:
        """Have `told` called with the name of a node whose habits are other than before."""
        self._told = told

    # ---- what is seen ----

    def echoed(self, node: Node, moment: datetime, echoed: Echoed) -> None:
        """See `Follower`."""
        if echoed.echo is not Echo.ANSWERED or not (echoed.implementation_class_uid or echoed.implementation_version_name):
            return
        value = drifting.said(echoed.implementation_version_name, echoed.implementation_class_uid)
        seen = [(drifting.IMPLEMENTATION, value, "")]
        with self._lock:
            habits = self._habits.get(node.name)
            if habits is not None and drifting.ENTRY in habits.usual:
                seen.append((drifting.ENTRY, _entry(node), ""))
        self._saw(node, moment, seen)

    def heard(self, summary: AssociationSummary) -> None:
        """See `Follower`; while the list cannot be read, nothing is seen."""
        node = None
        with suppress(IsocenterError):
            node = self._book.named(summary.node)
        if node is None or not wildcard.is_one_device(node):
            return
        moment = summary.ended or summary.opened
        caller = drifting.said(summary.implementation_version_name, summary.implementation_class_uid)
        seen = [(drifting.CALLER, caller, ""), (drifting.CALLED, summary.called_ae_title, "")]
        if not is_this_computer(summary.address):
            seen.append((drifting.ADDRESS, summary.address, ""))
            seen.append((drifting.TITLE, summary.calling_ae_title, ""))
        for _, class_uid, syntax in summary.contexts:
            if class_uid in STORAGE:
                seen.append((drifting.CLASS, "asked", class_uid))
                if syntax and summary.instances.get(class_uid):
                    seen.append((drifting.SYNTAX, syntax, class_uid))
        self._saw(node, moment, seen, is_call=True)

    def turned(self, name: str, kind: str, event: Event) -> None:
        """See `Follower`."""

    def stranger(self, calling_ae_title: str, address: str) -> None:
        """Somebody called who is no node: one with a node's title, or from the address of one?"""
        if is_this_computer(address):
            return
        with suppress(IsocenterError):
            self._knocked(calling_ae_title.strip(), address)

    def _knocked(self, title: str, address: str) -> None:
        moment = self._clock.now()
        titled = [node for node in self._book.titled(title) if wildcard.is_one_device(node)]
        if len(titled) == 1:
            node = titled[0]
            if parsed(node.host) is not None:
                self._saw(node, moment, [(drifting.ADDRESS, address, "")], usual={drifting.ADDRESS: node.host})
            elif self._has_called(node.name):
                # Entered by a name: what it is known at is where it called from.
                self._saw(node, moment, [(drifting.ADDRESS, address, "")])
        if titled or not title:
            return
        here = [node for node in self._book.at(address) if wildcard.is_one_device(node)]
        if len(here) == 1:
            self._saw(here[0], moment, [(drifting.TITLE, title, "")], usual={drifting.TITLE: here[0].ae_title})

    def _has_called(self, name: str) -> bool:
        with self._lock:
            habits = self._habits.get(name)
            return habits is not None and drifting.ADDRESS in habits.usual

    def reported(self, checkup: Checkup) -> None:
        """A report of the doctor was kept: the first of a node is its commissioning, the later ones are compared with that."""
        node = self._book.named(checkup.node)
        if node is None or not checkup.implementation_class_uid:
            return
        contexts = {
            f"{one.sop_class_uid} {one.transfer_syntax}": one.result == 0 for one in checkup.contexts if one.result is not None
        }
        value = drifting.said(checkup.implementation_version_name, checkup.implementation_class_uid)
        entry = f"{checkup.ae_title} at {checkup.host.lower()}:{checkup.port}"
        with self._lock:
            habits = self._habits.setdefault(node.name, Habits())
            if habits.latest_report is not None and checkup.began <= habits.latest_report:
                return
            is_first, habits.latest_report = habits.latest_report is None, checkup.began
            if is_first:
                habits.commission(drifting.IMPLEMENTATION, value, checkup.began)
                habits.commission(drifting.ENTRY, entry, checkup.began)
            drift = habits.reported(checkup.began, contexts)
        self._tell(node, [drift] if drift is not None else [])
        if not is_first:
            self._saw(node, checkup.began, [(drifting.IMPLEMENTATION, value, ""), (drifting.ENTRY, entry, "")])

    # ---- what is known ----

    def open(self, name: str) -> list[Drift]:
        """What about a node is other than usual, the latest first."""
        with self._lock:
            habits = self._habits.get(name)
            return sorted(habits.open.values(), key=lambda drift: drift.since, reverse=True) if habits else []

    def accept(self, node: Node, key: str = "") -> bool:
        """Somebody says that it is meant so, one of them or all; False where there is nothing to accept."""
        moment = self._clock.now()
        with self._lock:
            habits = self._habits.get(node.name)
            keys = [] if habits is None else [key] if key else list(habits.open)
            taken = [drift for one in keys if habits is not None and (drift := habits.accept(one, moment)) is not None]
            short = habits.short if habits is not None else ""
        if not taken:
            return False
        self._standings.flag(node.name, short)
        for drift in taken:
            self._standings.tell(node, "person", Event(moment, f"taken as usual: {drift.words}", None))
        self._told(node.name)
        return True

    def memory(self, name: str) -> dict[str, Any]:
        """What is to outlive the process, as JSON."""
        with self._lock:
            habits = self._habits.get(name)
            return {} if habits is None else {"habits": drifting.as_json(habits)}

    def restore(self, memories: Mapping[str, Mapping[str, Any]]) -> None:
        """What was known before this process; a document that is none is left out."""
        for name, words in memories.items():
            if "habits" not in words:
                continue
            try:
                habits = drifting.of_json(words["habits"])
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                _log.warning("What was usual of %s cannot be read, and is learned anew: %s", name, error)
                continue
            with self._lock:
                self._habits.setdefault(name, habits)
            self._standings.flag(name, habits.short)

    def rename(self, was: str, name: str) -> None:
        """A node has another name, and is the same."""
        with self._lock:
            if was in self._habits:
                self._habits[name] = self._habits.pop(was)

    def forget(self, name: str) -> None:
        """A node is none any more."""
        with self._lock:
            self._habits.pop(name, None)

    # ---- inside ----

    def _saw(
        self,
        node: Node,
        moment: datetime,
        seen: list[tuple[str, str, str]],
        is_call: bool = False,
        usual: Mapping[str, str] | None = None,
    ) -> None:
        """`usual` are values that hold where nothing was seen yet: those of the entry."""
        with self._lock:
            habits = self._habits.setdefault(node.name, Habits())
            before = habits.short, len(habits.usual)
            if is_call and habits.began is None:
                habits.began = moment
            for aspect, value in (usual or {}).items():
                if aspect not in habits.usual:
                    habits.saw(aspect, value, moment)
            drifts = [drift for aspect, value, subject in seen if (drift := habits.saw(aspect, value, moment, subject)) is not None]
            is_other = before != (habits.short, len(habits.usual))
        if drifts or is_other:
            self._tell(node, drifts)

    def _tell(self, node: Node, drifts: list[Drift]) -> None:
        with self._lock:
            habits = self._habits.get(node.name)
            short = habits.short if habits is not None else ""
        self._standings.flag(node.name, short)
        for drift in drifts:
            self._standings.tell(node, "drift", Event(drift.since, drift.words, None))
        self._told(node.name)


def _entry(node: Node) -> str:
    return f"{node.ae_title} at {node.host.lower()}:{node.port}"

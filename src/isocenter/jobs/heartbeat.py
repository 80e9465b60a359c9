"""Asks each known node now and then, by C-ECHO, whether it is there.

Comes in: the list of nodes, as it is at each look, how often each is asked, and how to ask one. Goes out: outcomes, to the
standings. A node that is new, or has moved, is asked with the next look, the others when their time has come. A few at once, and
never one twice at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError
from isocenter.base.limits import ECHO_LOOK_SECONDS, ECHO_NODES_MAX, ECHOES_AT_ONCE_MAX
from isocenter.jobs.echoing import Echoed
from isocenter.jobs.standings import Standings
from isocenter.model.records import Node
from isocenter.nodes import wildcard

_log = logging.getLogger("isocenter.jobs")


class Heartbeat:
    """One round after the other, between `start` and `close`."""

    def __init__(
        self,
        nodes: Callable[[], Sequence[Node]],
        ask: Callable[[Node], Echoed],
        standings: Standings,
        clock: Clock,
        interval_seconds: Callable[[Node], float],
    ) -> None:
        """`ask` blocks and does not raise; it is called from several threads. A node with an interval of 0 is never asked."""
        self._nodes = nodes
        self._ask = ask
        self._standings = standings
        self._clock = clock
        self._interval_seconds = interval_seconds
        self._waiting: SimpleQueue[Node | None] = SimpleQueue()
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, name="heartbeat", daemon=True)]
        self._threads += [
            threading.Thread(target=self._work, name=f"heartbeat {number + 1}", daemon=True) for number in range(ECHOES_AT_ONCE_MAX)
        ]

    def look(self) -> None:
        """Have everybody asked whose time has come."""
        nodes = self._nodes()
        self._standings.keep_only({node.name for node in nodes})
        now = self._clock.now()
        wanted = [(node, self._interval_seconds(node)) for node in nodes if wildcard.is_one_device(node)]
        for node, interval in [one for one in wanted if one[1] > 0][:ECHO_NODES_MAX]:
            asked = self._standings.asked(node)
            if asked is not None and (now - asked).total_seconds() < interval:
                continue
            with self._lock:
                if node.name in self._asked:
                    continue
                self._asked.add(node.name)
            self._waiting.put(node)

    def work(self) -> bool:
        """Ask the next one that waits; False at the end."""
        node = self._waiting.get()
        if node is None or self._stopping.is_set():
            return False
        try:
            with self._standings.asking(node):
                self._standings.note(node, self._ask(node))
        finally:
            with self._lock:
                self._asked.discard(node.name)
        return True

    def start(self) -> None:
        """Begin; the first look comes after ECHO_LOOK_SECONDS."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Ask nobody any more; an echo under way is not waited for."""
        self._stopping.set()
        for _ in self._threads:
            self._waiting.put(None)

    def _run(self) -> None:
        is_told = False
        while not self._stopping.wait(ECHO_LOOK_SECONDS):
            try:
                self.look()
                is_told = False
            except IsocenterError as error:
                _log.debug("The nodes cannot be read now: %s", error)
            except Exception:
                # Said once and not with every look, which would fill the log.
                if not is_told:
                    _log.exception("The nodes cannot be asked by themselves now; it is tried again and again")
                is_told = True

    def _work(self) -> None:
        going = True
        while going:
            try:
                going = self.work()
            except Exception:
                _log.exception("An echo failed in a way that nobody expected; the nodes are asked all the same")

"""A few worker processes that can be killed, for work that may crash, hang or want gigabytes: pixels and codecs.

Comes in: calls, from any number of threads. Goes out: what the tasks return. Processes are started when they are needed and ended
when nobody calls for a while; the callers that wait have an order and a maximum. A call has its seconds and its memory: past them
its process is killed, its caller is told `Exhausted`, and nobody else notices.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from isocenter.base.errors import Exhausted
from isocenter.base.limits import (
    WORKER_CALLERS_MAX,
    WORKER_IDLE_SECONDS,
    WORKER_MEMORY_BYTES_MAX,
    WORKER_PATIENCE_SECONDS,
    WORKER_SECONDS_MAX,
    WORKER_WATCH_SECONDS,
    WORKERS_MAX,
)
from isocenter.jobs.parcels import Arguments, Buffer
from isocenter.jobs.process import WorkerProcess

TASKS = "isocenter.jobs.tasks"


class _Turn:
    """One caller that waits; whoever ends its wait says with which process, or None for leave to start one."""

    __slots__ = ("has_come", "is_over", "worker")

    def __init__(self) -> None:
        self.has_come = threading.Lock()
        self.has_come.acquire()
        self.worker: WorkerProcess | None = None
        self.is_over = False


class Begun:
    """A task under way in a process, for one who has other things to do: `advance` when `fileno` is readable, to the end."""

    def __init__(self, worker: WorkerProcess, give_back: Callable[[WorkerProcess], None]) -> None:
        self._worker = worker
        self._give_back = give_back
        self.fileno = worker.fileno

    def advance(self) -> list[bytes] | None:
        """What the task returned, None while there is more to come. Raises as `Pool.call` does."""
        pieces = None
        try:
            pieces = self._worker.advance()
        except BaseException:
            self._give_back(self._worker)
            raise
        if pieces is not None:
            self._give_back(self._worker)
        return pieces


class Pool:
    """Up to `size` processes that run the functions of the module `tasks` by name. Any thread."""

    def __init__(
        self,
        size: int | None = None,
        *,
        tasks: str = TASKS,
        niceness: int = 0,
        idle_seconds: float = WORKER_IDLE_SECONDS,
        watches_memory: bool = sys.platform != "linux",
    ) -> None:
        """`size` is by default one for each core. `niceness` above 0 lets everything else on this computer go first.

        `watches_memory`: the server looks at what each process holds, where the system cannot limit that by itself.
        """
        self._size = size or min(_cores(), WORKERS_MAX)
        self._tasks = tasks
        self._niceness = niceness
        self._idle_seconds = idle_seconds
        self._watches_memory = watches_memory
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._count = 0
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._waiting: deque[_Turn] = deque()
        self._watcher: threading.Thread | None = None

    def call(
        self,
        task: str,
        arguments: Arguments,
        *,
        seconds: float = WORKER_SECONDS_MAX,
        memory_bytes: int = WORKER_MEMORY_BYTES_MAX,
        payload: Buffer = b"",
        patience_seconds: float = WORKER_PATIENCE_SECONDS,
    ) -> list[bytes]:
        """Run one task in a process of its own and wait for what it returns.

        `payload` reaches it as an argument of that name. `patience_seconds` is how long to wait for a free process. Raises
        `Exhausted` for what takes too long or too much, kills its process, or finds too many waiting; and what the task raised:
        `UnreadableDataset`, `LocalError`, `UsageError`, FileNotFoundError.
        """
        worker = self._taken(patience_seconds)
        try:
            return worker.call(task, arguments, seconds=seconds, memory_bytes=memory_bytes, payload=payload)
        finally:
            self._give_back(worker)

    def begin(
        self,
        task: str,
        arguments: Arguments,
        *,
        seconds: float = WORKER_SECONDS_MAX,
        memory_bytes: int = WORKER_MEMORY_BYTES_MAX,
    ) -> Begun | None:
        """Begin one task without waiting for anything; None where no process is idle. Raises `Exhausted`."""
        with self._lock:
            if not self._idle:
                return None
            worker = self._idle.pop()
            if worker.is_dead():
                # As rare as this is, whoever waits for a process may start the next one.
                self._idle.insert(0, worker)
                return None
            self._busy.add(worker)
        try:
            worker.begin(task, arguments, seconds=seconds, memory_bytes=memory_bytes)
        except BaseException:
            self._give_back(worker)
            raise
        return Begun(worker, self._give_back)

    def process_count(self) -> int:
        """How many processes there are now."""
        with self._lock:
            return self._count

    def close(self) -> None:
        """Kill what works, end what waits. Whoever calls now or later is told `Exhausted`. Idempotent."""
        with self._lock:
            self._closing.set()
            idle, self._idle = self._idle, []
            self._count -= len(idle)
            for worker in self._busy:
                worker.kill("the archive is being closed")
            while self._waiting:
                self._call_up(self._waiting.popleft(), None, is_over=True)
            watcher = self._watcher
        for worker in idle:
            worker.end()
        if watcher is not None:
            watcher.join()

    def _taken(self, patience_seconds: float) -> WorkerProcess:
        """A process for one caller, who gives it back."""
        worker = None
        with self._lock:
            if self._closing.is_set():
                raise Exhausted("the archive is being closed")
            turn = None
            if self._idle:
                worker = self._idle.pop()
            elif self._count < self._size:
                self._count += 1
            elif len(self._waiting) >= WORKER_CALLERS_MAX:
                raise Exhausted(f"too much is asked for at once: {WORKER_CALLERS_MAX} wait already")
            else:
                turn = _Turn()
                self._waiting.append(turn)
        if turn is not None:
            worker = self._awaited(turn, patience_seconds)
        if worker is not None and worker.is_dead():
            worker.end()
            worker = None
        worker = worker or self._started()
        with self._lock:
            self._busy.add(worker)
        return worker

    def _awaited(self, turn: _Turn, patience_seconds: float) -> WorkerProcess | None:
        if not turn.has_come.acquire(timeout=patience_seconds):
            with self._lock:
                if turn in self._waiting:
                    self._waiting.remove(turn)
                    raise Exhausted(f"no process was free for it within {patience_seconds:g} seconds")
        if turn.is_over:
            raise Exhausted("the archive is being closed")
        return turn.worker

    def _started(self) -> WorkerProcess:
        """A new process, in the place that the caller has been given."""
        try:
            worker = WorkerProcess(self._tasks, niceness=self._niceness)
        except OSError as error:
            with self._lock:
                self._leave_place()
            raise Exhausted(f"no process could be started for it: {error}") from error
        with self._lock:
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="workers", daemon=True)
                self._watcher.start()
        return worker

    def _give_back(self, worker: WorkerProcess) -> None:
        with self._lock:
            self._busy.discard(worker)
            if worker.is_spent or self._closing.is_set():
                self._leave_place()
            elif self._waiting:
                self._call_up(self._waiting.popleft(), worker)
                return
            else:
                self._idle.append(worker)
                return
        worker.end()

    def _leave_place(self) -> None:
        """Under the lock: a process is no more, and the next caller may start one in its place."""
        if self._waiting:
            self._call_up(self._waiting.popleft(), None)
        else:
            self._count -= 1

    def _call_up(self, turn: _Turn, worker: WorkerProcess | None, *, is_over: bool = False) -> None:
        turn.worker, turn.is_over = worker, is_over
        turn.has_come.release()

    def _watch(self) -> None:
        """The watcher's thread: until there is no process left."""
        while True:
            is_closing = self._closing.wait(WORKER_WATCH_SECONDS)
            now = monotonic()
            with self._lock:
                for worker in self._busy:
                    if trespass := worker.trespass(now, watches_memory=self._watches_memory):
                        worker.kill(trespass)
                overdue = [worker for worker in self._idle if now - worker.idle_since > self._idle_seconds]
                self._idle = [worker for worker in self._idle if worker not in overdue]
                self._count -= len(overdue)
                is_done = is_closing or self._count == 0
                if is_done:
                    self._watcher = None
            for worker in overdue:
                worker.end()
            if is_done:
                return


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

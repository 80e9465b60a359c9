"""One worker process as the server sees it: started, called, ended.

Comes in: a task and its arguments. Goes out: pieces of bytes, or the error of the house that the task raised there. A fresh program
is started, never a fork of this process, whose threads may hold locks. Whatever goes wrong in a call, the process is not used again
and the caller is told `Exhausted`.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic

from isocenter.base.errors import Exhausted, LocalError, PeerError, UnreadableDataset, UsageError
from isocenter.base.limits import (
    MIB,
    WORKER_ANSWER_BYTES_MAX,
    WORKER_END_SECONDS,
    WORKER_PIPE_BYTES,
    WORKER_READ_BYTES,
    WORKER_START_SECONDS,
)
from isocenter.jobs import parcels
from isocenter.jobs.parcels import Arguments, Buffer, Kind

_log = logging.getLogger("isocenter.jobs")
_SIGNALS = {number.value: number.name for number in signal.Signals}
_PROGRAM = "isocenter.jobs.worker"
_SOURCES = Path(__file__).resolve().parents[2]


class WorkerProcess:
    """Used by one caller at a time; `kill` and the times may be asked from any thread."""

    def __init__(self, tasks: str, *, niceness: int = 0) -> None:
        """Start one; it gets ready while the first call is on its way to it. Raises OSError where the system has none to give."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _PROGRAM, tasks, str(niceness)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=_environment(),
        )
        assert self._process.stdin is not None, "asked for"
        assert self._process.stdout is not None, "asked for"
        self._input = self._process.stdin
        self._output = self._process.stdout
        for pipe in (self._input, self._output):
            _widen(pipe.fileno())
        self._incoming = parcels.Incoming(0)
        self._task = ""
        self.is_ready = False
        self._deadline = 0.0
        self._seconds = 0.0
        self._memory_bytes = 0
        self._verdict = ""
        self.is_spent = False
        self.idle_since = monotonic()

    def call(self, task: str, arguments: Arguments, *, seconds: float, memory_bytes: int, payload: Buffer = b"") -> list[bytes]:
        """Let the process do `task`, and wait. Raises what the task raised, and `Exhausted` where the process did not survive it.

        Where `is_spent` says so afterwards, it must be ended: a call that was broken off leaves half an answer in the pipe.
        """
        self.begin(task, arguments, seconds=seconds, memory_bytes=memory_bytes, payload=payload)
        # An event loop that watched it may have left it so that it does not wait.
        os.set_blocking(self._output.fileno(), True)
        while (pieces := self.advance()) is None:
            pass
        return pieces

    def begin(self, task: str, arguments: Arguments, *, seconds: float, memory_bytes: int, payload: Buffer = b"") -> None:
        """Ask for `task`. Raises `Exhausted` where the process is gone. Whoever begins must `advance` to the end."""
        self._task = task
        self._memory_bytes = memory_bytes
        self._seconds = seconds
        self.is_spent = True
        try:
            if not self.is_ready:
                self._await_start()
            self._deadline = monotonic() + seconds
            self._incoming = parcels.Incoming(WORKER_ANSWER_BYTES_MAX)
            descriptor = self._input.fileno()
            parcels.write_request(
                lambda view: os.write(descriptor, view),
                task,
                arguments,
                seconds=seconds,
                memory_bytes=memory_bytes,
                payload=payload,
            )
        except (OSError, PeerError) as broken:
            raise self._died(str(broken)) from broken
        except BaseException:
            self._rest()
            raise

    def fileno(self) -> int:
        """What becomes readable when there is something to `advance` with."""
        return self._output.fileno()

    def advance(self) -> list[bytes] | None:
        """Take what came of the answer, waiting for some of it; the pieces where that was all. Raises as `call` does."""
        try:
            chunk = os.read(self._output.fileno(), WORKER_READ_BYTES)
            answer = self._incoming.feed(chunk)
            error = None if answer is None or answer.kind is Kind.PIECES else self._error(self._task, answer.pieces)
        except BlockingIOError:
            return None
        except (OSError, PeerError) as broken:
            raise self._died(str(broken)) from broken
        except BaseException:
            self._rest()
            raise
        if not chunk:
            raise self._died("")
        if answer is None:
            return None
        self._rest()
        self.is_spent = answer.is_last or bool(self._verdict)
        if error is not None:
            raise error
        return answer.pieces

    def _rest(self) -> None:
        """No call is under way any more."""
        self._deadline = 0.0
        self.idle_since = monotonic()

    def _died(self, text: str) -> Exhausted:
        obituary = self._obituary(self._task, text)
        self._rest()
        return Exhausted(obituary)

    def _await_start(self) -> None:
        self._deadline = monotonic() + WORKER_START_SECONDS
        answer = parcels.read_answer(self._output, 0)
        if answer is None:
            raise PeerError("a worker process ended before it was ready")
        self.is_ready = True

    def _error(self, task: str, pieces: list[bytes]) -> Exception:
        """The error of the house in an answer; a fault that nobody foresaw goes to the log with its place.

        Raises `PeerError` where the answer is none of ours.
        """
        try:
            words = json.loads(pieces[0])
            name, text, where, offset = (str(words[word]) for word in ("error", "text", "where", "offset"))
            if name == "UnreadableDataset":
                return UnreadableDataset(text, offset=int(offset))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise PeerError(f"a worker process answers with an error that cannot be read: {error}") from error
        if name == "MemoryError":
            return Exhausted(f"it needed more than {self._memory_bytes // MIB} MiB of memory")
        known = {"LocalError": LocalError, "UsageError": UsageError, "Exhausted": Exhausted, "FileNotFoundError": FileNotFoundError}
        if name in known:
            return known[name](text)
        _log.error("%s failed at %s: %s: %s", task, where, name, text)
        return LocalError(f"it failed unexpectedly: {name}: {text}")

    def _obituary(self, task: str, text: str) -> str:
        """Why the process is gone, as a sentence; and to the log, because a codec that crashes should be looked at."""
        self._process.kill()
        self.end()
        code = self._process.returncode
        died = _SIGNALS.get(-(code or 0), f"exit code {code}")
        reason = self._verdict or text or f"the process that worked on it died of it ({died})"
        _log.warning("A worker process ended in %s: %s (%s)", task, reason, died)
        return reason

    def kill(self, verdict: str) -> None:
        """End it at once, whatever it does; whoever waits for it is told `verdict`."""
        self._verdict = self._verdict or verdict
        self._process.kill()

    def is_dead(self) -> bool:
        """Whether it ended while nobody called it."""
        return self._process.poll() is not None

    def trespass(self, now: float, *, watches_memory: bool) -> str:
        """What the call that is under way has taken too much of, as a sentence; empty where nothing."""
        if self._deadline and now > self._deadline:
            return f"it took more than {self._seconds:g} seconds" if self.is_ready else "its process did not get ready"
        if watches_memory and self.is_ready and self._resident_bytes() > self._memory_bytes:
            return f"it needed more than {self._memory_bytes // MIB} MiB of memory"
        return ""

    def _resident_bytes(self) -> int:
        import psutil

        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def end(self) -> None:
        """Let it go: it ends when its input does, and is killed where it does not. Idempotent."""
        for pipe in (self._input, self._output):
            pipe.close()
        if self._deadline or not self.is_ready:
            self._process.kill()
        try:
            self._process.wait(WORKER_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    """Ours, and where our own code is: sources that are not installed would not be found, or others in their place."""
    environment = dict(os.environ)
    if _SOURCES.name not in ("site-packages", "dist-packages"):
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_SOURCES), environment.get("PYTHONPATH"))))
    # A library that computes with as many threads as there are cores reserves memory for each.
    return environment | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _widen(descriptor: int) -> None:
    """Fewer switches between the two processes; a system that does not grant it has a narrow pipe, which works as well."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, WORKER_PIPE_BYTES)

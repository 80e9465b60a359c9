"""A worker process: `python -m isocenter.jobs.worker <module of tasks> <niceness>`.

Comes in: calls, on its input, one at a time. Go out: answers. It ends when its input does, when a call takes more than its time,
even where the server is gone and a codec hangs, and after a call that ran out of memory. It may be killed at any moment: it writes
no file, holds no lock, and knows no socket. What C code prints cannot get between the answers.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import WORKER_CODE_BYTES, WORKER_ERROR_CHARACTERS_MAX, WORKER_GRACE_SECONDS, WORKER_KEPT_BYTES_MAX
from isocenter.jobs import parcels
from isocenter.jobs.parcels import Buffer, Kind, Request

resource: ModuleType | None
try:
    import resource
except ImportError:  # Windows has no such limits: there the server watches
    resource = None

_OOM_SCORE = "800"
Tasks = dict[str, Callable[..., Iterable[Buffer]]]


def run(module: str, niceness: int) -> None:
    """Serve until the input ends. `niceness` above 0 lets other processes go first, where the system knows that."""
    calls, answers = _own_pipes()
    _lower_standing(niceness)
    tasks: Tasks = importlib.import_module(module).TASKS
    with os.fdopen(calls, "rb") as reader, os.fdopen(answers, "wb", buffering=0) as writer:
        parcels.write_answer(writer.write, Kind.READY)
        is_last = False
        while not is_last and (request := parcels.read_request(reader)) is not None:
            is_last = _serve(tasks, request, writer.write)


def _own_pipes() -> tuple[int, int]:
    """The two pipes under other numbers, and nothing left under those that C code reads and prints to."""
    calls, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return calls, answers


def _lower_standing(niceness: int) -> None:
    """A crash leaves no core with a patient in it; short of memory, we go before the server.

    Ctrl-C and a stop of the whole group of processes are the server's to answer, which may want to finish what runs.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(niceness)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write(_OOM_SCORE)


def _serve(tasks: Tasks, request: Request, write: parcels.Write) -> bool:
    """Do one call and answer it; True where this process should do no other."""
    arguments = dict(request.arguments)
    if request.payload:
        arguments["payload"] = request.payload
    _begin(request.seconds, request.memory_bytes)
    is_last = False
    try:
        kind, pieces = Kind.PIECES, list(tasks[request.task](**arguments))
    except BaseException as error:  # a Rust codec's panic is no Exception
        kind, pieces = Kind.ERROR, [_told(error)]
        is_last = isinstance(error, MemoryError)
    _end()
    is_last = is_last or _resident_bytes() - sum(memoryview(piece).nbytes for piece in pieces) > WORKER_KEPT_BYTES_MAX
    parcels.write_answer(write, kind, pieces, is_last=is_last)
    return is_last


def _begin(seconds: float, memory_bytes: int) -> None:
    if resource is None:
        return
    # Nobody catches this alarm: it ends the process within C code too.
    signal.setitimer(signal.ITIMER_REAL, seconds + WORKER_GRACE_SECONDS)
    if sys.platform == "linux":  # elsewhere the server watches
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = memory_bytes + WORKER_CODE_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


def _end() -> None:
    """A large answer and a slow reader are no fault of the call."""
    if resource is None:
        return
    signal.setitimer(signal.ITIMER_REAL, 0)
    if sys.platform == "linux":
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _told(error: BaseException) -> bytes:
    """An error as words, with the place where it arose for the log."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
    text = str(error)[:WORKER_ERROR_CHARACTERS_MAX]
    offset = error.offset if isinstance(error, UnreadableDataset) else 0
    return json.dumps({"error": type(error).__name__, "text": text, "where": where, "offset": offset}).encode()


def _resident_bytes() -> int:
    """The memory that is ours alone; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            _, resident, shared = statm.read().split()[:3]
    except OSError:
        return 0
    return (int(resident) - int(shared)) * resource.getpagesize() if resource is not None else 0


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]))

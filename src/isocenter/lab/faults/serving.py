"""Peers of the lab on a port: by name from the catalogue, or by habits of one's own.

Comes in: what to be, and where. Goes out: an asyncio server that somebody closes. Only `practise` runs a loop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from isocenter.base.errors import UsageError
from isocenter.lab.faults.catalogue import Practice
from isocenter.lab.faults.habits import Habits
from isocenter.lab.faults.line import Ended, Line
from isocenter.lab.faults.peer import Peer
from isocenter.lab.faults.strangers import Stranger

_LOCAL = "127.0.0.1"


async def serve_habits(habits: Habits, host: str = _LOCAL, port: int = 0, tls: Any = None) -> tuple[asyncio.Server, Peer]:
    """A peer with these habits, listening; `tls` is a context of `net.tls`. Raises OSError where the port cannot be had."""
    peer = Peer(habits)
    return await asyncio.start_server(peer.meet, host, port, ssl=tls), peer


async def serve_stranger(stranger: Stranger, host: str = _LOCAL, port: int = 0) -> asyncio.Server:
    """Somebody who speaks no DICOM, listening. Raises OSError where the port cannot be had."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        with contextlib.suppress(Ended, asyncio.CancelledError):
            await stranger(line)
        await line.close()

    return await asyncio.start_server(meet, host, port)


@contextlib.asynccontextmanager
async def serving(practice: Practice, host: str = _LOCAL, port: int = 0) -> AsyncIterator[int]:
    """A fault of the catalogue, listening while the block runs; gives its port. Raises `UsageError` where that cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        tls = _tls(Path(folder)) if practice.is_tls else None
        try:
            if practice.stranger is not None:
                server = await serve_stranger(practice.stranger, host, port)
            else:
                server, _ = await serve_habits(practice.habits or Habits(), host, port, tls)
        except OSError as error:
            raise UsageError(f"cannot listen at {host}, port {port}: {error.strerror or error}") from error
        async with server:
            yield server.sockets[0].getsockname()[1]


def _tls(folder: Path) -> Any:
    from isocenter.lab.faults.certificates import self_signed
    from isocenter.net.tls import listening_context

    return listening_context(*self_signed(folder))


def knowing(practice: Practice, title: str, place: tuple[str, int]) -> Practice:
    """The same fault, by somebody who knows this title as a destination, where it is not just that which is wrong with it."""
    habits = practice.habits
    if habits is None or habits.destinations or practice.fault == "M1":
        return practice
    return replace(practice, habits=replace(habits, destinations={title: place}))


def practise(practice: Practice, host: str, port: int, listening: Callable[[int], None]) -> None:
    """Show this fault until the process is interrupted; `listening` is told the port. Raises `UsageError`."""

    async def show() -> None:
        async with serving(practice, host, port) as got:
            listening(got)
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(show())

"""Work of another process, awaited by the event loop itself: no thread waits for it.

Comes in: work that is under way, whose descriptor tells when there is more of it. Goes out: what it made, or its error. A client
that goes away ends its own waiting, never the work.
"""

from __future__ import annotations

import asyncio
import sys

from isocenter.model.ports import UnderWay

CAN_WATCH = sys.platform != "win32"
"""Whether the event loop can watch the pipe of a process."""


async def finished(work: UnderWay) -> bytes:
    """What it made. Raises what `work.advance` raises."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[bytes] = loop.create_future()
    descriptor = work.fileno()

    def advance() -> None:
        try:
            made = work.advance()
        except Exception as error:
            loop.remove_reader(descriptor)
            if not result.done():
                result.set_exception(error)
        else:
            if made is not None:
                loop.remove_reader(descriptor)
                if not result.done():
                    result.set_result(made)

    loop.add_reader(descriptor, advance)
    return await result

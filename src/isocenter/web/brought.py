"""A file that a person brings as the body of a request: passed on piece by piece, never gathered, never longer than it may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from isocenter.base.limits import SEND_BYTES
from isocenter.dicomweb.problems import Problem

BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
"""How a route that takes such a file describes it in the document of the API."""


def check_length(request: Request, bytes_max: int) -> None:
    """Raise `Problem` 413 where a request says beforehand that its file is too long."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > bytes_max:
        raise _too_long(bytes_max)


async def pass_on(request: Request, write: Callable[[bytes], None], bytes_max: int) -> None:
    """Give the whole file to `write`, in the thread pool. Raises `Problem` where it is too long or breaks off."""
    count, held = 0, bytearray()
    try:
        async for run in request.stream():
            count += len(run)
            if count > bytes_max:
                raise _too_long(bytes_max)
            held += run
            if len(held) >= SEND_BYTES:
                await run_in_threadpool(write, bytes(held))
                held.clear()
    except ClientDisconnect:
        raise Problem(400, "The file broke off.") from None
    await run_in_threadpool(write, bytes(held))


def _too_long(bytes_max: int) -> Problem:
    sentence = f"The file is longer than the {bytes_max} bytes that are taken at once."
    return Problem(413, sentence, headers=(("Connection", "close"),))

"""How a server and its worker processes talk: sized messages through two pipes.

Comes in and goes out: a `Request`, a task's name and arguments with bytes beside them; an `Answer`, pieces of bytes or an error.
Plain numbers and JSON, never pickles: a codec that was taken over by what it decoded must not be able to run code in the server.
Every length of an answer is checked before anything is allocated for it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from isocenter.base.errors import PeerError
from isocenter.base.limits import WORKER_PIECES_MAX, WORKER_READ_BYTES

Buffer = bytes | bytearray | memoryview
Arguments = dict[str, Any]
_REQUEST = struct.Struct("<LQ")
_ANSWER = struct.Struct("<BBL")


class Reader(Protocol):
    """A pipe's end that blocks until it has bytes; a reader of requests gives fewer than asked for only at the end."""

    def read(self, byte_count: int, /) -> bytes: ...


Write = Callable[[Buffer], int]
"""Writes some of the bytes and says how many."""


class Kind(IntEnum):
    """What an answer is. READY comes once, unasked, from a process that is up."""

    READY = 0
    PIECES = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Request:
    """A call: `payload` is bytes that need not be text, such as a data set that is in no file."""

    task: str
    arguments: Arguments
    seconds: float
    memory_bytes: int
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. After one that `is_last` the process ends."""

    kind: Kind
    pieces: list[bytes]
    is_last: bool = False


def write_request(
    write: Write, task: str, arguments: Arguments, *, seconds: float, memory_bytes: int, payload: Buffer = b""
) -> None:
    """Send a call. Raises OSError where the pipe is closed."""
    words = json.dumps([task, arguments, seconds, memory_bytes]).encode()
    _write_all(write, _REQUEST.pack(len(words), len(payload)) + words)
    if payload:
        _write_all(write, payload)


def read_request(reader: Reader) -> Request | None:
    """The next call; None when the other end is gone."""
    head = reader.read(_REQUEST.size)
    if len(head) < _REQUEST.size:
        return None
    words_length, payload_length = _REQUEST.unpack(head)
    words, payload = reader.read(words_length), reader.read(payload_length)
    if len(words) < words_length or len(payload) < payload_length:
        return None
    task, arguments, seconds, memory_bytes = json.loads(words)
    return Request(task, arguments, seconds, memory_bytes, payload)


def write_answer(write: Write, kind: Kind, pieces: Sequence[Buffer] = (), *, is_last: bool = False) -> None:
    """Send an answer; the pieces are written from where they are."""
    lengths = [memoryview(piece).nbytes for piece in pieces]
    head = _ANSWER.pack(kind, is_last, len(pieces)) + struct.pack(f"<{len(pieces)}Q", *lengths)
    for piece in (head, *pieces):
        _write_all(write, piece)


class Incoming:
    """An answer while it arrives: `feed` it what came, and it is there when `feed` returns it."""

    def __init__(self, byte_count_max: int) -> None:
        self._byte_count_max = byte_count_max
        self._chunks: list[bytes] = []
        self._missing = _ANSWER.size
        self._kind: Kind | None = None
        self._is_last = False
        self._lengths: list[int] | None = None
        self._pieces: list[bytes] = []

    @property
    def wanted(self) -> int:
        """How many bytes may be read now so that none of them belongs to what follows the answer."""
        return min(self._missing, WORKER_READ_BYTES)

    def feed(self, chunk: bytes) -> Answer | None:
        """Take what came; the answer where that was the end of it.

        Raises `PeerError` for what no worker of ours says: an unknown kind, too many pieces, more bytes than were allowed or told.
        """
        while len(chunk) >= self._missing:
            part, chunk = (chunk, b"") if len(chunk) == self._missing else (chunk[: self._missing], chunk[self._missing :])
            self._take(b"".join((*self._chunks, part)) if self._chunks else part)
            if self._kind is not None and self._lengths is not None and len(self._pieces) == len(self._lengths):
                if chunk:
                    raise PeerError(f"a worker process goes on for {len(chunk)} bytes after its answer")
                return Answer(self._kind, self._pieces, self._is_last)
        if chunk:
            self._chunks.append(chunk)
            self._missing -= len(chunk)
        return None

    def _take(self, part: bytes) -> None:
        """One whole part: the head, the table of lengths, or a piece."""
        self._chunks = []
        if self._kind is None:
            number, is_last, count = _ANSWER.unpack(part)
            if number not in iter(Kind) or count > WORKER_PIECES_MAX:
                raise PeerError(f"a worker process answers with kind {number} and {count} pieces")
            self._kind, self._is_last, self._missing = Kind(number), bool(is_last), 8 * count
            if not count:
                self._lengths = []
        elif self._lengths is None:
            self._lengths = list(struct.unpack(f"<{len(part) // 8}Q", part))
            if sum(self._lengths) > self._byte_count_max:
                raise PeerError(f"a worker process answers with {sum(self._lengths)} bytes, {self._byte_count_max} were allowed")
            self._missing = self._lengths[0]
        else:
            self._pieces.append(part)
            following = self._lengths[len(self._pieces) :]
            self._missing = following[0] if following else 0


def read_answer(reader: Reader, byte_count_max: int) -> Answer | None:
    """The next answer; None where the process ended before it was complete. Raises `PeerError` as `Incoming.feed` does."""
    incoming = Incoming(byte_count_max)
    while chunk := reader.read(incoming.wanted):
        if (answer := incoming.feed(chunk)) is not None:
            return answer
    return None


def _write_all(write: Write, content: Buffer) -> None:
    view = memoryview(content)
    if view.nbytes and view.format != "B":
        view = view.cast("B")
    while view:
        view = view[write(view) :]

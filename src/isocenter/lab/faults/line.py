"""A line to somebody, as PDUs and messages, that may also be used wrongly (PS3.8 9.3, PS3.7 6.3).

Comes in: an asyncio connection. Goes out: control PDUs and whole messages, and whatever bytes its owner wants sent, legal or not.
Everything read is bounded, and silence has an end. Whatever ends the line, the peer's close included, raises `Ended`.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from dataclasses import dataclass

from isocenter.base.errors import IsocenterError, PeerError
from isocenter.base.limits import CONTROL_PDU_BYTES_MAX, LAB_MESSAGE_BYTES_MAX, LAB_SILENCE_SECONDS
from isocenter.dimse import commands
from isocenter.dimse.commands import Command
from isocenter.lab.faults.habits import Ending, How
from isocenter.net.sockets import reset_on_close
from isocenter.wire.outlet import fragmented
from isocenter.wire.pdu import Abort, ControlPdu, ReleaseRequest
from isocenter.wire.pdu_codec import NAMES, P_DATA_TF, decode, encode

_HEADER = struct.Struct(">BxI")
_VALUE = struct.Struct(">IBB")
_IS_COMMAND, _IS_LAST = 1, 2
_VALUE_EXTRA = 6


class Ended(IsocenterError):
    """The line is over: the other side closed or aborted it, was silent for too long, or spoke no DICOM."""


@dataclass(frozen=True, slots=True)
class Message:
    """One whole message; `data` is empty where the command announces none."""

    context_id: int
    command: Command
    data: bytes


class Line:
    """One connection; `pdu_bytes` is the size of the P-DATA-TF that we send. One task."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.pdu_bytes = CONTROL_PDU_BYTES_MAX

    async def first_bytes(self, count: int = 1) -> bytes:
        """Whatever comes first, at least one byte. Raises `Ended`."""
        return await self._read(count, exactly=False)

    async def pdu(self) -> tuple[int, bytes]:
        """The next PDU: its type and variable field. Raises `Ended`, also for a PDU that is none or too long."""
        kind, length = _HEADER.unpack(await self._read(_HEADER.size))
        if kind not in NAMES or length > max(CONTROL_PDU_BYTES_MAX, LAB_MESSAGE_BYTES_MAX * (kind == P_DATA_TF)):
            raise Ended(f"a PDU of type {kind:02X}H with {length} bytes")
        return kind, await self._read(length)

    async def control(self) -> ControlPdu:
        """The next PDU, which must not be data. Raises `Ended`."""
        kind, body = await self.pdu()
        if kind == P_DATA_TF:
            raise Ended("data came where none is due")
        return _decoded(kind, body)

    async def message(self) -> Message | ReleaseRequest:
        """The next whole message, or the wish to end. Raises `Ended`."""
        context_id, command, data, got = 0, b"", bytearray(), None
        while True:
            kind, body = await self.pdu()
            if kind != P_DATA_TF:
                pdu = _decoded(kind, body)
                if isinstance(pdu, ReleaseRequest):
                    return pdu
                raise Ended("aborted by the other side" if isinstance(pdu, Abort) else f"{NAMES[kind]} out of turn")
            for context_id, flags, part in _values(body):
                if flags & _IS_COMMAND:
                    command += part
                else:
                    data += part
                if len(command) + len(data) > LAB_MESSAGE_BYTES_MAX:
                    raise Ended(f"a message with more than {LAB_MESSAGE_BYTES_MAX} bytes")
                if not flags & _IS_LAST:
                    continue
                if flags & _IS_COMMAND:
                    got = _command(command)
                    if got.has_data_set:
                        continue
                if got is not None:
                    return Message(context_id, got, bytes(data))

    async def _read(self, count: int, *, exactly: bool = True) -> bytes:
        try:
            async with asyncio.timeout(LAB_SILENCE_SECONDS):
                raw = await (self._reader.readexactly(count) if exactly else self._reader.read(count))
        except asyncio.IncompleteReadError as error:
            raise Ended("closed by the other side") from error
        except (OSError, TimeoutError) as error:
            raise Ended(str(error) or "silence") from error
        if not raw and count:
            raise Ended("closed by the other side")
        return raw

    async def tell(self, pdu: ControlPdu) -> None:
        """Send a control PDU. Raises `Ended`."""
        await self.send(encode(pdu))

    async def say(self, context_id: int, command: Command, data: bytes | None = None) -> None:
        """Send a message. Raises `Ended`."""
        await self.send(self.message_bytes(context_id, command, data))

    def message_bytes(self, context_id: int, command: Command, data: bytes | None = None) -> bytes:
        """A message as P-DATA-TF PDUs of our size."""
        payload = max(1, self.pdu_bytes - _VALUE_EXTRA)
        parts = list(fragmented(context_id, _IS_COMMAND, [commands.encode(command)], payload))
        if data is not None:
            parts += fragmented(context_id, 0, [data], payload)
        return b"".join(bytes(view) for part in parts for view in part)

    async def send(self, raw: bytes) -> None:
        """Send bytes, whatever they are. Raises `Ended`."""
        try:
            async with asyncio.timeout(LAB_SILENCE_SECONDS):
                self._writer.write(raw)
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise Ended(str(error)) from error

    async def hold(self) -> None:
        """Say nothing, and read whatever comes until the other side closes. Raises `Ended` in the end."""
        while True:
            await self._read(CONTROL_PDU_BYTES_MAX, exactly=False)

    async def end(self, ending: Ending, answer: bytes = b"") -> None:
        """End the line as told, after so much of `answer` as is told. Always raises `Ended`."""
        if ending.after_bytes is not None:
            await self.send(answer[: ending.after_bytes])
        if ending.how is How.ABORT:
            await self.tell(Abort(ending.source, ending.reason))
        elif ending.how is How.RELEASE:
            await self.tell(ReleaseRequest())
            with contextlib.suppress(Ended):
                await self.pdu()
        elif ending.how is How.RST:
            reset_on_close(self._writer.get_extra_info("socket"))
            self._writer.transport.abort()
        raise Ended(f"our own end: {ending.how.value}")

    async def close(self) -> None:
        """Close the connection; never raises for what the other side did."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()


def _decoded(kind: int, body: bytes) -> ControlPdu:
    try:
        return decode(kind, body)
    except PeerError as error:
        raise Ended(str(error)) from error


def _command(raw: bytes) -> Command:
    try:
        return commands.decode(raw)
    except PeerError as error:
        raise Ended(str(error)) from error


def _values(body: bytes) -> list[tuple[int, int, bytes]]:
    """The presentation data values of a P-DATA-TF: context, flags, bytes (PS3.8 9.3.5.1)."""
    found, position = [], 0
    while position + _VALUE.size <= len(body):
        length, context_id, flags = _VALUE.unpack_from(body, position)
        end = position + 4 + length
        if length < 2 or end > len(body):
            raise Ended(f"a presentation data value of {length} bytes in a P-DATA-TF of {len(body)}")
        found.append((context_id, flags, body[position + _VALUE.size : end]))
        position = end
    if position != len(body):
        raise Ended("bytes after the last presentation data value")
    return found

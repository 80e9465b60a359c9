"""The words of `/api/inspector`: recorded connections, ladders, single messages, proxies, captures.

Nouns of the house go in, models go out. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from isocenter.base.limits import NODE_NAME_CHARACTERS_MAX
from isocenter.model.ladder import Digest, Ladder, MessageDetails, Rung, RungKind, Standing, Tone
from isocenter.model.recording import Origin
from isocenter.web.api_words import Words
from isocenter.web.inspection import CaptureRead, Proxy, Room


class RoomWords(Words):
    """The memory that recordings share; `bytes_max` is 0 where the setting `recorded_mib` is."""

    bytes_max: int
    byte_count: int
    since: datetime | None

    @classmethod
    def of(cls, room: Room) -> RoomWords:
        return cls.model_validate(room, from_attributes=True)


class ProxyWords(Words):
    """A port of this computer that passes on to a device, and shows their talk."""

    listen_port: int
    host: str
    port: int
    node: str
    callers: int
    open_connections: int

    @classmethod
    def of(cls, proxy: Proxy) -> ProxyWords:
        return cls.model_validate(proxy, from_attributes=True)


class ProxyWanted(Words):
    """Where to listen, and whom to pass on to."""

    listen_port: int = Field(ge=1, le=0xFFFF, description="The port that a device is pointed to instead of its usual one.")
    node: str = Field(
        min_length=1, max_length=NODE_NAME_CHARACTERS_MAX + 300, description="A saved name, or TITLE@host:port."
    )  # fmt: skip


class DigestWords(Words):
    """One connection in a line. `way` is in, out, or between two others."""

    token: str
    origin: Origin
    began: datetime
    title: str
    address: str
    way: str
    words: str
    standing: Standing
    byte_count: int
    label: str

    @classmethod
    def of(cls, digest: Digest) -> DigestWords:
        return cls.model_validate(digest, from_attributes=True)


class RecordingsTold(Words):
    """What is recorded, latest first; `more` says that older ones are kept."""

    version: int
    room: RoomWords
    recordings: list[DigestWords]
    kept: int = Field(description="How many there are, found or not.")
    more: bool
    proxies: list[ProxyWords]


class ContextLineWords(Words):
    """A presentation context as it was proposed and answered; `result` is null where no answer was seen."""

    id: int
    abstract_syntax: str
    name: str
    proposed: list[str]
    transfer_syntax: str
    result: int | None
    words: str
    messages: int


class RungWords(Words):
    """One row. `at` and `until` are seconds since the connection began; `forth` points from the caller to the called."""

    kind: RungKind
    number: int
    at: float
    until: float
    title: str
    words: str
    remark: str
    tone: Tone
    forth: bool | None
    byte_count: int | None
    contexts: list[ContextLineWords]
    first: int
    last: int
    count: int

    @classmethod
    def of(cls, rung: Rung) -> RungWords:
        return cls.model_validate(rung, from_attributes=True)


class ShareWords(Words):
    """A part of the time."""

    kind: str
    words: str
    seconds: float


class PartyWords(Words):
    """One of the two sides."""

    title: str
    address: str
    part: str


class LadderWords(Words):
    """One connection from its beginning to its end."""

    token: str
    origin: Origin
    began: datetime
    seconds: float
    is_over: bool
    caller: PartyWords
    called: PartyWords
    rungs: list[RungWords]
    shares: list[ShareWords]
    sum: str
    rate: str
    verdict: str

    @classmethod
    def of(cls, ladder: Ladder) -> LadderWords:
        return cls.model_validate(ladder, from_attributes=True)


class RunTold(Words):
    """The rows that a run stands for."""

    rungs: list[RungWords]


class AttributeRow(Words):
    """One attribute; `value` is empty where it is masked."""

    depth: int
    tag: int
    vr: str
    name: str
    value: str
    is_masked: bool


class MessageWords(Words):
    """One thing that crossed, in full. `raw` is hexadecimal."""

    number: int
    title: str
    caption: str
    moment: datetime
    sentences: list[str]
    shares: list[ShareWords]
    command: list[AttributeRow]
    data_set: list[AttributeRow]
    counted: int
    cut: str
    raw: Annotated[str, BeforeValidator(bytes.hex)]
    raw_words: str
    is_masked: bool

    @classmethod
    def of(cls, details: MessageDetails) -> MessageWords:
        return cls.model_validate(details, from_attributes=True)


class CaptureTold(Words):
    """What was found in a capture file."""

    tokens: list[str]
    packets: int
    others: int
    remark: str

    @classmethod
    def of(cls, found: CaptureRead) -> CaptureTold:
        return cls.model_validate(found, from_attributes=True)

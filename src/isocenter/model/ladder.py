"""One connection as a ladder, for whoever shows it: what crossed, in plain words, with its moments and sizes.

`doctor` makes it of a recording; the page and the command line draw it. Moments are seconds since the connection began, but for
`began`. What names a patient is masked already, or was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from isocenter.model.recording import Origin


class Tone(Enum):
    """How a rung is to be seen. Normal is plain."""

    PLAIN = "plain"
    WARN = "warn"
    BAD = "bad"


class RungKind(Enum):
    """What a rung is: `RUN` stands for equal ones, `SILENCE` for time in which nothing came, `LOST` for what was forgotten."""

    CONNECT = "connect"
    PDU = "pdu"
    MESSAGE = "message"
    FOREIGN = "foreign"
    RUN = "run"
    SILENCE = "silence"
    LOST = "lost"
    END = "end"


@dataclass(frozen=True, slots=True)
class ContextLine:
    """One presentation context as it was answered; `result` is None where no answer was seen (PS3.8 9.3.3.2).

    `messages` is how many went by it.
    """

    id: int
    abstract_syntax: str
    name: str
    proposed: tuple[str, ...]
    transfer_syntax: str
    result: int | None
    words: str
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Rung:
    """`number` is that of the crossing, 0 for what is none. `forth` points from the caller to the called.

    Of a run `first` to `last` are the crossings that it stands for, and `count` says how many things that were.
    """

    kind: RungKind
    number: int
    at: float
    until: float
    title: str = ""
    words: str = ""
    remark: str = ""
    tone: Tone = Tone.PLAIN
    forth: bool | None = None
    byte_count: int | None = None
    contexts: tuple[ContextLine, ...] = ()
    first: int = 0
    last: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the time. `kind` is device, network, writer, disk, isocenter, caller or called."""

    kind: str
    words: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two sides, as its titles and addresses tell it; `part` is what it does: calls, or is called."""

    title: str
    address: str
    part: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """The whole connection. `sum` and `rate` say what it did, `verdict` where most of the time went."""

    token: str
    origin: Origin
    began: datetime
    seconds: float
    is_over: bool
    caller: Party
    called: Party
    rungs: tuple[Rung, ...]
    shares: tuple[Share, ...]
    sum: str
    rate: str
    verdict: str


class Standing(Enum):
    """How a connection went: still going on, in order, partly, or not at all."""

    BUSY = "busy"
    GOOD = "good"
    CHANGED = "changed"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Digest:
    """One connection in a line. `title` is the other side's; `way` is in, out, or between two others."""

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
    search: str


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """One attribute. `is_masked` says that the value was there and is not told. Items are rows of their own, one `depth` deeper."""

    depth: int
    tag: int
    vr: str
    name: str
    value: str
    is_masked: bool = False


@dataclass(frozen=True, slots=True)
class MessageDetails:
    """One crossing in full. `raw` are its first bytes as they crossed, patients masked; `raw_words` says what they are.

    `counted` is how many attributes were read, `cut` a sentence where not all of the data set was recorded or readable.
    """

    number: int
    title: str
    caption: str
    moment: datetime
    sentences: tuple[str, ...]
    shares: tuple[Share, ...]
    command: tuple[HeaderRow, ...]
    data_set: tuple[HeaderRow, ...]
    counted: int
    cut: str
    raw: bytes
    raw_words: str
    is_masked: bool

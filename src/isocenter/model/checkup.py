"""A checkup of the connection to a node: the layers climbed, what each of them saw, and the verdict.

The doctor writes it; the page, the reports and the command line read it. Nothing here calls anybody. `as_json` and `of_json` are
each other's inverse, so that a run can be kept and compared with one of months later.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints


class Layer(Enum):
    """One rung of the ladder, in the order in which it is climbed."""

    NAME = "name"
    ROUTE = "route"
    TCP = "tcp"
    FIRST_BYTES = "first bytes"
    TLS = "tls"
    TITLES = "titles"
    """The A-ASSOCIATE-RQ and its answer: every reject source and reason, an abort, silence; and AE titles."""
    CONTEXTS = "contexts"
    ECHO = "echo"
    FIND = "find"
    STORE = "store"
    FIND_AGAIN = "find again"
    MOVE = "move"
    GET = "get"
    COMPARE = "compare"
    COMMITMENT = "commitment"
    PRINTER = "printer"
    CLEAN_UP = "clean up"


class Outcome(Enum):
    """How a step went. `SKIPPED`: it does not apply, and its words say why. `UNTRIED`: it was not reached."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNTRIED = "untried"


class Side(Enum):
    """Who has to change something. `BETWEEN` is the network; `UNDECIDED` says that it cannot be told from outside."""

    OURS = "ours"
    THEIRS = "theirs"
    BETWEEN = "between"
    UNDECIDED = "undecided"


class Role(Enum):
    """What the other device is to us: it chooses the steps that matter."""

    ARCHIVE = "archive"
    MODALITY = "modality"
    WORKSTATION = "workstation"
    PRINTER = "printer"


@dataclass(frozen=True, slots=True)
class Sign:
    """What was seen, as one word of the tables `doctor/tables/signs_*.toml`, and the particulars that fill its sentences."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thing that crossed the wire, `sent` or `got`: what it was in words, and its first bytes (CHECKUP_RAW_BYTES_MAX).

    `recording` finds the whole connection among the recorded ones, as long as it is kept; empty where it was not recorded.
    """

    moment: datetime
    direction: str
    words: str
    raw: bytes
    byte_count: int
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One layer as it went. `words` is what it saw, a sentence without a full stop; `facts` is JSON for reports and differences."""

    layer: Layer
    outcome: Outcome = Outcome.UNTRIED
    words: str = ""
    milliseconds: float | None = None
    exchanges: tuple[Exchange, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    sign: Sign | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One spelling that was tried on an association of its own, and what the other side said."""

    calling_ae_title: str
    called_ae_title: str
    said: str
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class ContextAnswer:
    """One class in one transfer syntax, and the result of its presentation context (PS3.8 9.3.3.2); None where none came."""

    sop_class_uid: str
    transfer_syntax: str
    result: int | None


@dataclass(frozen=True, slots=True)
class Cause:
    """A fault of the table that explains what was seen: what it is, and who changes what. `fault` is its identifier, such as A2."""

    fault: str
    sentence: str
    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """What to type on the other side in a product's own words. `where` names its file or dialog, `then` what makes it take effect.

    `before` is the line as it must stand there now, where that is known. `mind` says why that product cannot take it as it stands,
    empty where it can. `form` is text for a line of a file or a command, fields for the boxes of a dialog, one a line.
    """

    product: str
    where: str
    text: str
    then: str = ""
    before: str = ""
    mind: str = ""
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong, and what to do. `headline` is one plain sentence; `causes` are ranked, most likely first.

    `here` is to be changed on our side, `there` to be asked of the other side. `undecided` says honestly what cannot be told apart
    from outside, empty where it can. `known_as` and `called` are the title that the other side expects and the one that was used,
    where they differ in letters.
    """

    layer: Layer
    side: Side
    headline: str
    explanation: str
    causes: tuple[Cause, ...] = ()
    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    undecided: str = ""
    known_as: str = ""
    called: str = ""


@dataclass(frozen=True, slots=True)
class Checkup:
    """One run of the doctor, finished or under way (`ended` None). `verdict` is None while nothing failed.

    `product` is what the other side seems to be, empty where it never spoke. `remarks` are sentences about what works and yet will
    bite: a slow echo, a compressed syntax refused, a test object that could not be removed.
    """

    token: str
    node: str
    ae_title: str
    host: str
    port: int
    role: Role
    own_ae_title: str
    own_address: str
    own_port: int
    began: datetime
    ended: datetime | None = None
    product: str = ""
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    pdu_bytes_max: int | None = None
    steps: tuple[Step, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    contexts: tuple[ContextAnswer, ...] = ()
    remarks: tuple[str, ...] = ()
    verdict: Verdict | None = None
    secure: bool = False
    is_stopped: bool = False
    """True where somebody ended it: what was not reached then, or broken off, says nothing."""

    @property
    def is_whole(self) -> bool:
        """Whether it was climbed to the end of its plan: it was not stopped, and nothing is untried."""
        return self.ended is not None and not self.is_stopped and all(one.outcome is not Outcome.UNTRIED for one in self.steps)

    def step(self, layer: Layer) -> Step | None:
        """The step of a layer; None where the role does not need it."""
        return next((step for step in self.steps if step.layer is layer), None)


T = TypeVar("T")


def as_json(found: Any) -> Any:
    """Any noun of this room as JSON: enumerations as their values, bytes as hexadecimal digits, moments as ISO 8601 in UTC."""
    match found:
        case Enum():
            return found.value
        case bytes():
            return found.hex()
        case datetime():
            return found.isoformat()
        case Mapping():
            return {str(key): as_json(value) for key, value in found.items()}
        case tuple() | list() | set() | frozenset():
            return [as_json(value) for value in found]
    if dataclasses.is_dataclass(found):
        return {one.name: as_json(getattr(found, one.name)) for one in fields(found)}
    return found


def of_json(kind: type[T], words: Mapping[str, Any]) -> T:
    """What `as_json` wrote; fields that are missing have their default. Raises ValueError for what is no such noun."""
    try:
        hints = _hints(typing.cast("typing.Hashable", kind))
        return kind(**{name: _of(hints[name], value) for name, value in words.items() if name in hints})
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"not a {kind.__name__.lower()}: {error}") from error


@cache
def _hints(kind: typing.Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def _of(hint: Any, value: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _of(next(one for one in inner if one is not type(None)), value)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{value!r} is no list")
        return tuple(_of(inner[0], one) for one in value)
    if origin is Mapping and not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is no object")
    if isinstance(hint, type):
        if issubclass(hint, Enum):
            return hint(value)
        if dataclasses.is_dataclass(hint):
            return of_json(hint, value)
        if hint is bytes:
            return bytes.fromhex(value)
        if hint is datetime:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError(f"{value!r} has no time zone")
            return moment
        if not isinstance(value, _PLAIN.get(hint, object)) or (isinstance(value, bool) and hint is not bool):
            raise ValueError(f"{value!r} is no {hint.__name__}")
    return value


_PLAIN: Mapping[type, Any] = {str: str, int: int, float: int | float, bool: bool}
"""What JSON has for a plain value: a whole number is a float, too."""

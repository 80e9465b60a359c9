"""How a node stands and what is known of it, as nouns; `standings` keeps them.

Nothing here calls or keeps anything. Moments are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from isocenter.jobs.echoing import Echo
from isocenter.model.records import Node


class Verdict(Enum):
    """How a node stands with us."""

    ANSWERS = "answers"
    CHANGED = "changed"
    """It answers, and something about it is other than usual."""
    NO_ECHO = "no echo"
    """An association, and no C-ECHO on it."""
    REFUSES_OURS = "refuses our title"
    REFUSES_ITS_OWN = "refuses its title"
    REFUSES = "refuses"
    SILENT = "silent"
    PORT_CLOSED = "port closed"
    """The computer is there, and nothing listens where its entry says."""
    NOT_LISTENING = "not listening"
    """It calls us, and nothing of it ever answered."""
    UNASKED = "unasked"
    ONLY_CALLS = "only calls"
    """Its entry stands for many devices, which cannot be called."""


class Answer(NamedTuple):
    """One echo: when, in seconds since 1970, how long it took, and what became of it."""

    at: float
    milliseconds: float
    echo: Echo


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a node; `is_good` None where it is neither good nor bad."""

    moment: datetime
    words: str
    is_good: bool | None


@dataclass(slots=True)
class CalledAs:
    """How often and when last a node called us by one title."""

    count: int
    last: datetime


@dataclass(slots=True)
class Calls:
    """What a node did when it called us. `titles` are those that it called, `failed` counts requests that we refused, `fetched`
    those of the `received` instances that a C-MOVE of ours asked for: the others it sent by itself."""

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    address: str = ""
    called_ae_title: str = ""
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    received: int = 0
    fetched: int = 0
    sent: int = 0
    failed: int = 0
    titles: dict[str, CalledAs] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a node stands now. `since` is when that began, `asked` when it was last asked, `words` what came of it.

    `answered` is when it last answered, `changed` two words for what about it is other than usual, empty where nothing is.
    """

    verdict: Verdict
    words: str
    milliseconds: float | None
    asked: datetime | None
    since: datetime | None
    is_busy: bool
    last_call: datetime | None
    answered: datetime | None = None
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """The echoes of one part of the last day: how many, how many were not answered, and the median of the others."""

    asked: int
    failed: int
    milliseconds: float | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of a node: its latest answers, oldest first, its changes, latest first, and what it said of itself."""

    answers: tuple[Answer, ...]
    events: tuple[Event, ...]
    implementation_class_uid: str
    implementation_version_name: str
    pdu_bytes_max: int | None
    calls: Calls


def place_of(node: Node) -> str:
    """Where an entry leads: one that moved is another place, and the answers were those of the old one."""
    return "\\".join((node.ae_title, node.host.lower(), str(node.port), node.dicomweb_url))


def median(milliseconds: list[float]) -> float | None:
    """The middle one; None of none."""
    return sorted(milliseconds)[len(milliseconds) // 2] if milliseconds else None


def bar(answers: list[Answer]) -> Bar:
    """These answers as one bar."""
    times = [answer.milliseconds for answer in answers if answer.echo is Echo.ANSWERED]
    return Bar(len(answers), len(answers) - len(times), median(times))


def calls_as_json(calls: Calls) -> dict[str, Any]:
    """What is kept of it over a restart; `calls_of_json` is its inverse."""
    plain = {name: getattr(calls, name) for name in _PLAIN}
    moments = {name: moment_text(getattr(calls, name)) for name in ("first", "last")}
    titles = {title: [one.count, moment_text(one.last)] for title, one in calls.titles.items()}
    return {**plain, **moments, "titles": titles}


def calls_of_json(words: dict[str, Any]) -> Calls:
    """What an older version did not count yet is none. Raises ValueError, TypeError or KeyError for what is no such document."""
    calls = Calls(**{name: words[name] for name in _PLAIN if name in words})
    calls.first, calls.last = moment_of(words["first"]), moment_of(words["last"])
    for title, (count, last) in words["titles"].items():
        moment = moment_of(last)
        if moment is not None:
            calls.titles[title] = CalledAs(int(count), moment)
    return calls


_PLAIN = (
    "count", "address", "called_ae_title", "implementation_class_uid", "implementation_version_name", "received", "fetched", "sent",
    "failed",
)  # fmt: skip


def moment_of(text: str | None) -> datetime | None:
    """A moment as JSON has it."""
    return None if text is None else datetime.fromisoformat(text)


def moment_text(moment: datetime | None) -> str | None:
    """The same the other way round."""
    return None if moment is None else moment.isoformat()

"""One query language for C-FIND and QIDO-RS (PS3.4 C.2.2.2).

A key names an attribute and how it must match. Values are decoded text, in the attribute's own form (a date is YYYYMMDD);
how they are compared (case, accents, padding) is the catalogue's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from isocenter.model.attributes import Level


class Root(Enum):
    """The information models of Query/Retrieve (PS3.4 C.3.1)."""

    PATIENT = "Patient Root"
    STUDY = "Study Root"
    PATIENT_STUDY_ONLY = "Patient/Study Only"


@dataclass(frozen=True, slots=True)
class Single:
    """Single value matching (PS3.4 C.2.2.2.1)."""

    value: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """List of UID matching (PS3.4 C.2.2.2.2), and the same for other attributes when several values are given."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Wild card matching (PS3.4 C.2.2.2.4): `*` is any run of characters, `?` exactly one."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Range:
    """Range matching (PS3.4 C.2.2.2.5); an empty end is open. Both ends belong to the range."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class CombinedRange:
    """Combined date and time matching (PS3.4 C.2.2.2.5.4): ends are (date, time); `time` names the time's keyword."""

    time: str
    low: tuple[str, str]
    high: tuple[str, str]


Match = Single | AnyOf | Wildcard | Range | CombinedRange


@dataclass(frozen=True, slots=True)
class Key:
    """One matching key; universal matching is the absence of a key."""

    keyword: str
    match: Match


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. `returned` are the keywords asked for (indexed ones); `extra_tags` are tags that only the blob can answer.

    `limit` None is unlimited.
    """

    level: Level
    keys: tuple[Key, ...] = ()
    returned: tuple[str, ...] = ()
    extra_tags: tuple[int, ...] = ()
    root: Root = Root.STUDY
    limit: int | None = None
    offset: int = 0

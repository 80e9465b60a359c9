"""The words of searching other nodes over `/api`: what is here of it, how many match, how retrieving went."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from isocenter.base.limits import API_COUNTED_MAX, API_HERE_MAX, QUERY_KEYS_MAX
from isocenter.web.api_words import LevelName, RootWord, Words


class HereAsked(Words):
    """Patients by their IDs, all else by UIDs."""

    level: Literal["patient", "study", "series"] = "study"
    values: list[str] = Field(max_length=API_HERE_MAX, examples=[["1.2.3"]])


class HereWords(Words):
    """How many instances of each are in this archive; what is not here at all is left out."""

    instances: dict[str, int]


class CountAsked(Words):
    """A C-FIND of which only the number of answers matters, up to `limit` of them."""

    node: str
    level: LevelName = "study"
    root: RootWord | None = None
    keys: dict[str, str] = Field(default={}, max_length=QUERY_KEYS_MAX, examples=[{"PatientName": "DOE*"}])
    limit: int = Field(default=1000, ge=1, le=API_COUNTED_MAX)


class CountWords(Words):
    """How many match. `more`: the counting ended at its limit or took too long, and there are others."""

    count: int
    more: bool


class WhyAsked(Words):
    """A C-FIND that finds fewer than expected. Several modalities are joined by backslashes, and counted one by one."""

    node: str
    level: LevelName = "study"
    root: RootWord | None = None
    keys: dict[str, str] = Field(default={}, max_length=QUERY_KEYS_MAX, examples=[{"PatientName": "DOE"}])


class FoundWords(Words):
    """How many a search finds. `more`: it was cut there; `failure` is what the other side said where it failed."""

    count: int
    more: bool
    failure: str


class WithoutWords(Words):
    """The same search without one key."""

    keyword: str
    value: str
    found: FoundWords


class CureWords(Words):
    """Another spelling that was tried and finds more: `keyword` with `value` instead of the key `replaces`.

    `fault` is its row in the table of faults, such as Q5; `words` says what to do.
    """

    fault: str
    replaces: str
    keyword: str
    value: str
    words: str
    found: FoundWords


class WhyWords(Words):
    """Which keys keep the rest out. `together`: only leaving out all of the guilty ones at once finds more."""

    whole: FoundWords
    without: list[WithoutWords]
    guilty: list[str]
    together: bool
    cures: list[CureWords]
    words: str


class ExperienceWords(Words):
    """What the latest retrievals from a node have shown.

    `by` is the way that worked last, empty where none did yet; the rates are 0 where they are not known.
    """

    node: str
    by: Literal["", "get", "move", "web"]
    instances_per_second: float
    bytes_per_instance: float

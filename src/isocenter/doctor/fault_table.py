"""The faults that keep two devices apart, from `tables/faults.toml`: what each is, how it looks, and who changes what; and from
`tables/untellable.toml` those that cannot be told apart from outside.

Comes in: the table, which travels with the package, and what is known of the two devices. Goes out: `Fault` rows and `Cause` nouns
with their sentences filled in. The identifiers (`A2`, `T1`) are stable: verdicts, log patterns and the documents name them. A table
that breaks its own rules raises ValueError with the row's identifier: it is a fault of this package, never of a stranger.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from isocenter.model.checkup import Cause, Layer, Side

PLACES = ("our_title", "our_address", "our_port", "their_title", "host", "port")
"""What the sentences of this table may leave open, written as {our_title}."""

_IDENTIFIER = re.compile(r"(N|R|T|P|S|A|C|E|Q|ST|M|G|K|W|X|H)([1-9][0-9]?)")
_PLACE = re.compile(r"\{(\w+)\}")
_SOURCE = re.compile(r"obs|docs|K|read( [\w.]+)?")

FAMILIES: Mapping[str, str] = {
    "N": "The name",
    "R": "The route",
    "T": "TCP",
    "P": "Another protocol on the port",
    "S": "TLS",
    "A": "The association and the AE titles",
    "C": "Presentation contexts",
    "E": "C-ECHO",
    "Q": "C-FIND",
    "ST": "C-STORE",
    "M": "C-MOVE, the return path",
    "G": "C-GET",
    "K": "Storage commitment",
    "W": "The worklist",
    "X": "Time, size and habits",
    "H": "The computer itself",
}
"""What the letters of an identifier stand for, in the order of the ladder."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One row. `seen` is what the caller sees of it, `tell_from` what tells it from its look-alikes, both empty where unknown.

    `here` is what to change on our side, `there` what to ask of the other side or of whoever runs what lies between. `sources` say
    how it is known: obs (seen between real products), read FILE, docs, K (the standard's own text, or not checked).
    """

    identifier: str
    layer: Layer
    side: Side
    fault: str
    seen: str
    tell_from: str
    here: tuple[str, ...]
    there: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def family(self) -> str:
        """The letters of the identifier, a key of `FAMILIES`."""
        return self.identifier.rstrip("0123456789")

    def cause(self, facts: Mapping[str, Any]) -> Cause:
        """This fault between two devices, of which `facts` (the names of `PLACES`) are known."""
        return Cause(
            fault=self.identifier,
            sentence=filled(self.fault, facts),
            here=tuple(filled(sentence, facts) for sentence in self.here),
            there=tuple(filled(sentence, facts) for sentence in self.there),
        )


def fault(identifier: str) -> Fault:
    """The row of an identifier, such as A2. Raises KeyError for one that is in no row."""
    return faults()[identifier]


@cache
def faults() -> Mapping[str, Fault]:
    """All rows by identifier, in the order of the ladder."""
    with resources.files("isocenter.doctor").joinpath("tables", "faults.toml").open("rb") as table:
        rows = tomllib.load(table)
    return {identifier: _checked(identifier, row) for identifier, row in rows.items()}


@dataclass(frozen=True, slots=True)
class Untellable:
    """What cannot be told apart from outside: `faults` that look alike, the same in words, and what is honestly said of it."""

    seen: str
    product: str
    may_be: tuple[str, ...]
    faults: tuple[str, ...]
    say: str


@cache
def untellable() -> tuple[Untellable, ...]:
    """All such rows. Raises ValueError where one names a fault that is in no row of the table of faults."""
    with resources.files("isocenter.doctor").joinpath("tables", "untellable.toml").open("rb") as table:
        rows = tomllib.load(table)["untellable"]
    for row in rows:
        if unknown := [identifier for identifier in row["faults"] if identifier not in faults()]:
            raise ValueError(f"untellable.toml, {row['seen']}: no fault {', '.join(unknown)}")
    return tuple(Untellable(row["seen"], row["product"], tuple(row["may_be"]), tuple(row["faults"]), row["say"]) for row in rows)


def filled(template: str, facts: Mapping[str, Any]) -> str:
    """The sentence with its {places} filled; a place that is not known stands there in capitals: OUR_TITLE.

    Values come in as they are and are never read as templates, whatever a stranger put into them.
    """
    return _PLACE.sub(lambda found: str(facts[found[1]]) if facts.get(found[1]) not in (None, "") else found[1].upper(), template)


def _checked(identifier: str, row: Mapping[str, Any]) -> Fault:
    try:
        found = Fault(
            identifier=identifier,
            layer=Layer(row["layer"]),
            side=Side(row["side"]),
            fault=row["fault"],
            seen=row["seen"],
            tell_from=row["tell_from"],
            here=tuple(row["here"]),
            there=tuple(row["there"]),
            sources=tuple(row["sources"]),
        )
    except (KeyError, ValueError) as error:
        raise ValueError(f"faults.toml, {identifier}: {error}") from error
    if not _IDENTIFIER.fullmatch(identifier):
        raise ValueError(f"faults.toml, {identifier}: not an identifier")
    for text in (found.fault, *found.here, *found.there):
        unknown = {place for place in _PLACE.findall(text) if place not in PLACES}
        if unknown or not text.endswith("."):
            raise ValueError(f"faults.toml, {identifier}: {text!r} is no sentence, or leaves open {', '.join(sorted(unknown))}")
    if not found.sources or not all(_SOURCE.fullmatch(source) for source in found.sources):
        raise ValueError(f"faults.toml, {identifier}: sources are obs, docs, K or read FILE")
    return found

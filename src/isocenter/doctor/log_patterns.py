"""What products write into their logs, from `tables/log_*.toml`: patterns, what each means, and how a product's lines look.

Comes in: the tables, which travel with the package. Goes out: `Product` and `Pattern` rows, and the match of a line. Every
repetition in a pattern is bounded, so that no line of a stranger takes long; a pattern is only tried on a line that has what it
cannot do without. A table that breaks its own rules raises ValueError with the pattern: it is a fault of this package, never of a
stranger.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

PASSING = "passing"
LAYERS = ("name", "route", "tcp", "first bytes", "tls", "titles", "contexts", "echo", "find", "store", "move", "get", "commitment",
          "worklist", "object", "computer", PASSING)  # fmt: skip
"""Where a line belongs: the rungs of the ladder, the object itself, the computer it runs on, and what is no fault."""

NAMES_DEVICES_ONLY = frozenset({"name", "route", "tcp", "first bytes", "tls", "titles", "contexts", "echo", "computer"})
"""Layers below anything that says who a patient is: their lines name devices, titles and addresses."""

TABLES = ("conquest", "orthanc", "dcmtk", "pynetdicom", "fodicom", "isocenter", "dcm4che")
"""The files, in the order in which a line without any shape is tried: dcm4che last, for it has words of any Java program."""

_LITERAL_CHARACTERS_MIN = 3
_GROUP = re.compile(r"\{(\d)\}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a product's log. `cause` and `remedy` hold {1} for what the first group matched.

    `faults` are identifiers of the table of faults, the most likely first. `needles` are literal texts, of which a line that
    matches has at least one; none says nothing.
    """

    product: str
    layer: str
    pattern: str
    cause: str
    remedy: str
    faults: tuple[str, ...]
    source: str
    example: str
    needles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """How one product's lines look (`shape`), whom they name (`who`, groups title, address, reversed), and what they say.

    Where `remembers_until` is not empty, a line that names the other device speaks for those that follow it, until a line matches.
    """

    name: str
    shape: str
    who: tuple[str, ...]
    remembers_until: str
    patterns: tuple[Pattern, ...]
    needled: tuple[tuple[str, Pattern], ...]
    """Each needle with its pattern, in the order of the patterns; an empty needle is in every line."""

    def looks_like(self, line: str) -> bool:
        """True where a line begins or looks as this product's do, whatever it says."""
        return compiled(self.shape).search(line) is not None

    def find(self, line: str) -> tuple[Pattern, re.Match[str]] | None:
        """The first pattern that the line matches."""
        for pattern in [pattern for needle, pattern in self.needled if needle in line]:
            if (match := compiled(pattern.pattern).search(line)) is not None:
                return pattern, match
        return None


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The expression, made at its first use: all of them together take a tenth of a second."""
    return re.compile(pattern)


@cache
def products() -> Mapping[str, Product]:
    """All products by name, in the order of `TABLES`."""
    folder = resources.files("isocenter.doctor").joinpath("tables")
    read = []
    for name in TABLES:
        with folder.joinpath(f"log_{name}.toml").open("rb") as table:
            read.append(_product(tomllib.load(table)))
    return {product.name: product for product in read}


def product_named(name: str) -> Product:
    """The product as a person writes its name: capitals, blanks and hyphens do not count. Raises KeyError for an unknown one."""
    wanted = _bare(name)
    return next((product for known, product in products().items() if _bare(known) == wanted), None) or products()[name]


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _product(table: Mapping[str, Any]) -> Product:
    name = table["product"]
    patterns = tuple(_pattern(name, row) for row in table["patterns"])
    return Product(
        name=name,
        shape="|".join(f"(?:{shape})" for shape in table["shapes"]),
        who=tuple(table["who"]),
        remembers_until=table.get("remembers_until", ""),
        patterns=patterns,
        needled=tuple((needle, pattern) for pattern in patterns for needle in pattern.needles or ("",)),
    )


def _pattern(product: str, row: Mapping[str, Any]) -> Pattern:
    if row["layer"] not in LAYERS:
        raise ValueError(f"{product}: {row['pattern']}: no layer is named {row['layer']}")
    return Pattern(
        product=product,
        layer=row["layer"],
        pattern=row["pattern"],
        cause=row["cause"],
        remedy=row["remedy"],
        faults=tuple(row["faults"]),
        source=row["source"],
        example=row["example"],
        needles=needles(row["pattern"]),
    )


def unfilled(sentence: str) -> str:
    """The sentence with an ellipsis for each of its groups: what it means without a word of the log."""
    return _GROUP.sub("…", sentence)


def filled(sentence: str, match: re.Match[str]) -> str:
    """The sentence with its groups filled in; what a stranger wrote there is never read as a sentence to fill."""
    groups = match.groups()

    def group(found: re.Match[str]) -> str:
        number = int(found[1])
        return (groups[number - 1] or "").strip() if 0 < number <= len(groups) else ""

    whole = re.sub(r"\s{2,}", " ", _GROUP.sub(group, sentence)).strip()
    return f"{whole[:-1]}." if whole.endswith((":", ",")) else whole


def needles(pattern: str) -> tuple[str, ...]:
    """Literal texts of which every line that the expression matches has at least one; empty where there is no such text.

    Reads the little of the language that the tables use: literals, escapes, classes, groups, bounds and alternatives.
    """
    found: list[str] = []
    for alternative in _alternatives(pattern):
        best = max(_required(alternative), key=lambda texts: min(map(len, texts)), default=())
        if not best or min(map(len, best)) < _LITERAL_CHARACTERS_MIN:
            return ()
        found += best
    return tuple(dict.fromkeys(found))


def _alternatives(pattern: str) -> Iterator[str]:
    """The parts between the bars that stand in no group."""
    begin = depth = 0
    for at, piece in _pieces(pattern):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and not depth:
            yield pattern[begin:at]
            begin = at + 1
    yield pattern[begin:]


def _required(alternative: str) -> Iterator[tuple[str, ...]]:
    """What an expression without bars of its own must have: runs of literals, and what each of its groups must have."""
    run = ""
    depth = begin = 0
    pieces = [*_pieces(alternative), (len(alternative), "")]
    for (at, piece), (_, after) in pairwise(pieces):
        optional = after[:1] in {"?", "*"} or after[:2] == "{0"
        if piece == "(" and not depth:
            begin = at + 1
        depth += (piece == "(") - (piece == ")")
        if piece == ")" and not depth and not optional:
            inner = needles(re.sub(r"^\?:", "", alternative[begin:at]))
            if inner:
                yield inner
        literal = _literal(piece) if not depth and piece != ")" else ""
        if literal and not optional:
            run += literal
        if run and (not literal or optional or after[:1] in {"+", "{"} or not after):
            yield (run,)
            run = ""


def _literal(piece: str) -> str:
    """The character that a piece stands for, empty where it stands for more than one."""
    if piece[:1] == "\\":
        return piece[1] if not piece[1].isalnum() else ""
    return piece if len(piece) == 1 and piece not in "^$.|()?*+" else ""


def _pieces(pattern: str) -> Iterator[tuple[int, str]]:
    """An expression cut into escapes, classes, bounds and single characters, each with its place."""
    for found in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|.", pattern, re.DOTALL):
        yield found.start(), found[0]

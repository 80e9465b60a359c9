"""From what was seen to what is wrong: a sign, the table of faults and the tables of products become a verdict.

Comes in: a visit, and the step that failed. Goes out: a `Verdict`: the layer, who changes what, causes ranked, lines to copy, and
what cannot be told from outside. Which sign means what is data (`tables/signs_*.toml`); nothing here knows a single fault. Values
that a stranger sent fill sentences and are never read as templates.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from typing import Any

from isocenter.doctor import products
from isocenter.doctor.fault_table import fault, filled
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Cause, Layer, Line, Side, Sign, Step, Verdict

TABLES = ("signs_network.toml", "signs_data.toml")
UNKNOWN = "unknown"
"""The sign whose row speaks for one that no table has."""

_THEIR_LIST = frozenset({"A2", "A3", "A16", "M1", "M3", "M4", "M14", "K2"})
"""Faults of the list in which the other side keeps us: then the lines to type there are of use."""
_TOOLKITS = frozenset({"dcmtk"})
"""What only a toolkit's name tells is not yet a product: no row of one of its products holds."""


@dataclass(frozen=True, slots=True)
class SignRow:
    """What a sign means. `causes` are faults of the table, the likeliest first; `here` and `there` stand before those of the first
    fault, or `alone`.

    An empty `side` is that of the first fault. `lines`: whether the lines to type on the other side help; None where the faults
    tell. `undecided` says what cannot be told apart. `by_product` holds the rows of products that mean something else by it.
    """

    headline: str
    explanation: str
    side: str = ""
    causes: tuple[str, ...] = ()
    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    undecided: str = ""
    lines: bool | None = None
    alone: bool = False
    by_product: Mapping[str, Mapping[str, Any]] | None = None

    def of_product(self, product: str) -> SignRow:
        """The row as this product means it."""
        for name in _names(product):
            own = (self.by_product or {}).get(name)
            if own is not None:
                return replace(self, **_values(own))
        return self


@cache
def signs() -> Mapping[str, SignRow]:
    """Every sign of the tables. Raises ValueError with its code for a row that breaks the rules."""
    found: dict[str, SignRow] = {}
    for name in TABLES:
        place = resources.files("isocenter.doctor").joinpath("tables", name)
        if not place.is_file():
            continue
        for code, words in tomllib.loads(place.read_text(encoding="utf-8")).items():
            if code in found:
                raise ValueError(f"{name}, {code}: stands in two tables")
            try:
                found[code] = _checked(words)
            except (TypeError, KeyError, ValueError) as error:
                raise ValueError(f"{name}, {code}: {error}") from error
    return found


def verdict(visit: Visit, step: Step) -> Verdict:
    """What a failed step means."""
    sign = step.sign or Sign(UNKNOWN, {})
    facts = facts_of(visit, step, sign)
    row = (signs().get(sign.code) or signs()[UNKNOWN]).of_product(visit.product)
    causes = _causes(row, visit, step.layer, facts)
    side = Side(row.side) if row.side else fault(row.causes[0]).side if row.causes else Side.UNDECIDED
    told = () if row.alone else causes if side is Side.UNDECIDED else causes[:1]
    here = _unique([*(filled(one, facts) for one in row.here), *(one for cause in told for one in cause.here)])
    there = _unique([*(filled(one, facts) for one in row.there), *(one for cause in told for one in cause.there)])
    if not here and side is Side.OURS:
        here = next((cause.here for cause in causes if cause.here), ())
    if not there and side in (Side.THEIRS, Side.BETWEEN):
        there = next((cause.there for cause in causes if cause.there), ())
    return Verdict(
        layer=step.layer,
        side=side,
        headline=_sentence(row.headline, facts, stop=False),
        explanation=_sentence(row.explanation, facts),
        causes=causes,
        here=here,
        there=there,
        lines=_lines(visit, row, facts),
        undecided=_sentence(row.undecided, facts),
        known_as=str(sign.facts.get("known_as", "")),
        called=str(sign.facts.get("called", "")),
    )


def facts_of(visit: Visit, step: Step, sign: Sign) -> dict[str, Any]:
    """What fills the sentences: the two devices, and the particulars of the sign, which win."""
    node = visit.node
    return {
        "our_title": node.local_ae_title or visit.own_ae_title,
        "our_address": visit.own_address,
        "our_port": visit.own_port,
        "their_title": node.ae_title,
        "host": node.host,
        "port": node.port,
        "node": node.name,
        "address": visit.address,
        "product": visit.product or "the other program",
        "words": step.words,
    } | dict(sign.facts)


def _causes(row: SignRow, visit: Visit, layer: Layer, facts: Mapping[str, Any]) -> tuple[Cause, ...]:
    doubted = [code for sign in visit.doubts if layer in _BELOW for code in signs()[sign.code].causes[:1]]
    return tuple(fault(identifier).cause(facts) for identifier in dict.fromkeys([*row.causes, *doubted]))


_BELOW = frozenset({Layer.TCP, Layer.FIRST_BYTES, Layer.TLS, Layer.TITLES})
"""Layers at which something odd about the name or the route may be the cause."""


def _lines(visit: Visit, row: SignRow, facts: Mapping[str, Any]) -> tuple[Line, ...]:
    wanted = row.lines if row.lines is not None else bool(_THEIR_LIST.intersection(row.causes[:3]))
    if not wanted:
        return ()
    ours = products.Own(str(facts["our_title"]), visit.own_address or "OUR_ADDRESS", visit.own_port)
    theirs = products.Own(visit.node.ae_title, visit.node.host, visit.node.port)
    known_as = str(facts.get("known_as", ""))
    before = products.Own(known_as, ours.host, ours.port) if known_as and facts.get("called") == ours.ae_title else None
    return products.lines(ours, visit.product or _usually_at(visit.node.port), theirs=theirs, before=before)


def _usually_at(port: int) -> str:
    """The one product that listens there unless somebody changed it: a guess, good enough to show its line first."""
    usual = [one.key for one in products.products() if one.own_port == port]
    return usual[0] if len(usual) == 1 else ""


def _names(product: str) -> list[str]:
    """A product as the tables may call it: as it is, its first word, and its key."""
    whole = product.strip().lower()
    first = whole.split(" ")[0]
    exact = any(whole in (one.key, one.name.lower()) for one in products.products())
    known = products.product_of(whole) if exact or first not in _TOOLKITS else None
    return [name for name in dict.fromkeys((whole, known.key if known else "", first)) if name]


def _sentence(template: str, facts: Mapping[str, Any], *, stop: bool = True) -> str:
    text = " ".join(filled(template, facts).split())
    return text if not stop or not text or text[-1] in ".?!" else f"{text}."


def _unique(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence for sentence in sentences if sentence))


_KEYS = frozenset(one.name for one in fields(SignRow))


def _values(words: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(words) - _KEYS
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} is no part of a sign")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in words.items()}


def _checked(words: Mapping[str, Any]) -> SignRow:
    row = SignRow(**_values(words))
    for one in (row, *(replace(row, **_values(own)) for own in (row.by_product or {}).values())):
        for identifier in one.causes:
            fault(identifier)
        if one.side:
            Side(one.side)
        elif not one.causes:
            raise ValueError("neither a side nor a fault that has one")
    return row

"""What a status means to one product alone, from `tables/codes.toml`; for all others the printed standard's words.

Comes in: a status as it travels (PS3.7 Annex C), and who answered it to what. Goes out: one sentence.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from isocenter.standard.status import describe


@dataclass(frozen=True, slots=True)
class PrivateCode:
    """One row: what `code` means to `product` (empty: to any) in answers of `services`."""

    product: str
    services: tuple[str, ...]
    code: int
    meaning: str
    source: str


@cache
def codes() -> tuple[PrivateCode, ...]:
    """All rows."""
    with resources.files("isocenter.doctor").joinpath("tables", "codes.toml").open("rb") as table:
        rows = tomllib.load(table)["codes"]
    return tuple(
        PrivateCode(row["product"], tuple(row["services"]), int(row["code"], 16), row["meaning"], row["source"]) for row in rows
    )


def meaning(code: int, product: str, service: str) -> str:
    """`C003: The destination is not known in acrnema.map.`; the standard's sentence where the product has none of its own."""
    for row in codes():
        if row.code == code and service in row.services and row.product.lower() in {"", product.lower()}:
            return f"{code:04X}: {row.meaning}"
    return describe(code, service)

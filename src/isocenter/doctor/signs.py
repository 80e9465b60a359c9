"""From a DIMSE status to the code of a sign: its own where the tables have one, that of its range, or that of its operation.

Comes in: an operation and a number. Goes out: a code such as `store-A7xx`. The ranges are those of PS3.7 Annex C; the codes are the
keys of `tables/signs_data.toml`.
"""

from __future__ import annotations

from typing import Any

from isocenter.doctor.private_codes import meaning
from isocenter.model.checkup import Sign
from isocenter.standard.status import describe, status_of

_OWN = {
    "find": (0xA700, 0xA900, 0xFE00, 0x0110, 0x0122, 0x0124),
    "store": (0x0110, 0x0111, 0x0117, 0x0119, 0x0122, 0x0124, 0xFE00),
    "move": (
        0x0110, 0x0122, 0x0124, 0xA701, 0xA702, 0xA801, 0xA900, 0xB000, 0xFE00,
        0xC001, 0xC002, 0xC003, 0xC004, 0xC005, 0xC013, 0xC801,
    ),
    "get": (0xA701, 0xA702, 0xA900, 0xFE00, 0xB000, 0x0110, 0x0122, 0x0124),
    "commit": (0x0110, 0x0112, 0x0115, 0x0122, 0x0123, 0x0124, 0x0131, 0x0213),
    "print": (0x0110, 0x0112, 0x0122, 0x0124),
}  # fmt: skip
_RANGES = {"store": ((0xA700, 0xA7FF, "A7xx"), (0xA900, 0xA9FF, "A9xx"), (0xC000, 0xCFFF, "Cxxx"))}
_BRIEF_CHARACTERS = 80
_UNABLE = (0xC000, 0xCFFF, "Cxxx")


def of_status(operation: str, status: int, **facts: Any) -> Sign:
    """The sign of a failing status; its facts hold the number as `status`, four hexadecimal digits."""
    facts["status"] = f"{status:04X}"
    if status in _OWN[operation]:
        return Sign(f"{operation}-{status:04X}", facts)
    for first, last, name in _RANGES.get(operation, (_UNABLE,)):
        if first <= status <= last:
            return Sign(f"{operation}-{name}", facts)
    return Sign(f"{operation}-failed", facts)


def said(service: str, status: int, comment: str = "", product: str = "") -> str:
    """A status in words, as this product means it where it is known; and the other side's own comment, as it came.

    `A801 Refused: move destination unknown. The archive does not know that AE title. It says: no such title`.
    """
    words = describe(status, service)
    for name in (product, product.partition(" ")[0]):
        own = meaning(status, name, service) if name else words
        if own != words:
            words = own.replace(":", f" ({name}):", 1)
            break
    return f"{words.rstrip('.')}. It says: {comment}" if comment else words


def brief(service: str, status: int, comment: str = "", product: str = "") -> str:
    """The same for one line of the ladder: in full where it is short, else the number with its name."""
    words = said(service, status, comment, product).rstrip(".")
    row = status_of(status, service)
    return words if len(words) <= _BRIEF_CHARACTERS or row is None else f"{status:04X} {row.name}"


def codes() -> set[str]:
    """Every code that `of_status` can give."""
    own = {f"{operation}-{status:04X}" for operation, statuses in _OWN.items() for status in statuses}
    ranges = {f"{operation}-{name}" for operation in _OWN for _, _, name in _RANGES.get(operation, (_UNABLE,))}
    return own | ranges | {f"{operation}-failed" for operation in _OWN}

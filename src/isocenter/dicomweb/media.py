"""Media types: what a header says, and what of the accepted we can give (PS3.18 8.7, RFC 9110 12.5.1).

The header Accept and the query parameter `accept` come in, ordered `MediaRange`s go out, and from those and what is stored the
choice: a media type, a transfer syntax, one part or many. `Problem` 406 where there is none, 400 for a list that cannot be read at
all. What a transfer syntax can be turned into is asked of the caller. Nobody gets a type or a syntax that they did not accept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from isocenter.base.limits import ACCEPT_BYTES_MAX, MEDIA_RANGES_MAX
from isocenter.dicomweb.problems import Problem, quoted

DICOM = "application/dicom"
DICOM_JSON = "application/dicom+json"
JSON = "application/json"
OCTET_STREAM = "application/octet-stream"
MULTIPART_RELATED = "multipart/related"
ANY_SYNTAX = "*"

Transcodable = Callable[[str, str], bool]
"""(stored transfer syntax, wanted one) to whether the first can become the second, as `imaging.transcode.can`."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TYPE = re.compile(rf"\s*({_TOKEN})(?:/({_TOKEN}))?\s*")
# Type names with a slash are to be quoted, and hardly anybody does.
_PARAMETER = re.compile(rf"""\s*;\s*(?:({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))\s*)?""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LOST_PLUS = re.compile(r"(?<=[0-9A-Za-z]) (?=[0-9A-Za-z])")
_QUALITY = re.compile(r"[01]?(?:\.[0-9]{0,6})?")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type with its parameters, names in lower case: `essence` is `type/subtype`."""

    essence: str
    parameters: tuple[tuple[str, str], ...] = ()

    def parameter(self, name: str) -> str:
        """The first value of that name; empty where there is none."""
        return next((value for key, value in self.parameters if key == name), "")


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One thing that a client accepts. `essence` may hold `*`; for multipart/related it is the type of the parts.

    `transfer_syntax` is empty where none is named and `*` for any; `quality` runs from 0 (not accepted) to 1. `second` are those of
    the header where the query parameter says something too.
    """

    essence: str
    multipart: bool = False
    transfer_syntax: str = ""
    quality: float = 1.0
    second: bool = False

    @property
    def order(self) -> tuple[bool, float]:
        """Sorts what is liked better before what is liked less."""
        return self.second, -self.quality

    def covers(self, essence: str) -> bool:
        """Whether a type falls into this range."""
        return self.essence in (essence, "*/*") or (self.essence.endswith("/*") and essence.startswith(self.essence[:-1]))


ANYTHING = MediaRange("*/*")


def media_type(text: str) -> MediaType:
    """A Content-Type. Raises `Problem` 400 where it cannot be read."""
    found, end = _media_type(text, 0)
    if found is None or end != len(text):
        raise Problem(400, f"{quoted(text)} is not a media type")
    return found


def _media_type(text: str, start: int) -> tuple[MediaType | None, int]:
    """The media type at `start`, and where it ends; None where there is none."""
    match = _TYPE.match(text, start)
    if match is None:
        return None, start
    kind, subtype = match[1].lower(), (match[2] or "").lower()
    if not subtype and kind != "*":
        return None, start
    position = match.end()
    parameters: list[tuple[str, str]] = []
    while (match := _PARAMETER.match(text, position)) is not None:
        position = match.end()
        name, value, plain = match.groups()
        if name:
            parameters.append((name.lower(), plain if value is None else _ESCAPED.sub(r"\1", value)))
    return MediaType(f"{kind}/{subtype or '*'}", tuple(parameters)), position


@lru_cache(maxsize=256)
def accepted(header: str | None, parameter: str | None = None) -> tuple[MediaRange, ...]:
    """What a client accepts, best first: by quality, then in the order in which it says so.

    `parameter` is the query parameter `accept`; the header Accept counts where nothing of that can be given (PS3.18 8.7.8.1).
    Neither means anything. Entries that cannot be read are left out. Raises `Problem` 400 for a list of only those, or longer than
    we bound.
    """
    from_header = _listed("Accept", header.strip()) if header and header.strip() else []
    if parameter and parameter.strip():
        # In a query, the plus sign of application/dicom+json is read as a space.
        ranges = _listed("accept", _LOST_PLUS.sub("+", parameter.strip())) + [replace(item, second=True) for item in from_header]
    else:
        ranges = from_header or [ANYTHING]
    return tuple(sorted(ranges, key=lambda item: item.order))


def _listed(name: str, text: str) -> list[MediaRange]:
    if len(text) > ACCEPT_BYTES_MAX:
        raise Problem(400, f"{name} is longer than {ACCEPT_BYTES_MAX} characters")
    ranges: list[MediaRange] = []
    position = count = 0
    while position < len(text):
        found, end = _media_type(text, position)
        stop = text.find(",", end)
        stop = len(text) if stop < 0 else stop
        count += 1
        if count > MEDIA_RANGES_MAX:
            raise Problem(400, f"{name} has more than {MEDIA_RANGES_MAX} media ranges")
        read = _media_range(found) if found is not None and not text[end:stop].strip() else None
        if read is not None:
            ranges.append(read)
        position = stop + 1
    if not ranges:
        raise Problem(400, f"{name} cannot be read: {quoted(text)}")
    return ranges


def _media_range(found: MediaType) -> MediaRange | None:
    quality = found.parameter("q") or "1"
    if _QUALITY.fullmatch(quality) is None or float(quality) > 1:
        return None
    multipart = found.essence in (MULTIPART_RELATED, "multipart/*")
    essence = (found.parameter("type").strip().lower() or "*/*") if multipart else found.essence
    if "/" not in essence or _TYPE.fullmatch(essence) is None:
        return None
    return MediaRange(essence, multipart, found.parameter("transfer-syntax").strip(), float(quality))


def choose(ranges: Sequence[MediaRange], offers: Sequence[str]) -> str:
    """The offer that is accepted best, as one part: a type that is named beats a range of the same quality, then the
    client's order counts, then ours. Raises `Problem` 406.
    """
    best: tuple[tuple[bool, float], bool, int, int] | None = None
    chosen = ""
    for preference, offer in enumerate(offers):
        covering = [(item, place) for place, item in enumerate(ranges) if not item.multipart and item.covers(offer)]
        if not covering:
            continue
        item, place = min(covering, key=_specific)
        rank = (item.order, item.essence != offer, place, preference)
        if item.quality > 0 and (best is None or rank < best):
            best, chosen = rank, offer
    if not chosen:
        raise not_acceptable(ranges, offers)
    return chosen


def _specific(covering: tuple[MediaRange, int]) -> tuple[bool, bool, bool, int]:
    """Sorts the range that says most exactly what it means before the others (RFC 9110 12.5.1)."""
    item, place = covering
    return item.second, item.essence == "*/*", item.essence.endswith("*"), place


def not_acceptable(ranges: Sequence[MediaRange], offers: Sequence[str]) -> Problem:
    """The 406 that says what was asked for and what can be had."""
    asked = ", ".join(_printed(item) for item in ranges[:8]) + (", ..." if len(ranges) > 8 else "")
    return Problem(406, f"of what is accepted ({asked}) nothing can be given; there is {', '.join(offers)}")


def _printed(item: MediaRange) -> str:
    kind = f'{MULTIPART_RELATED}; type="{item.essence}"' if item.multipart else item.essence
    kind += f"; transfer-syntax={item.transfer_syntax}" if item.transfer_syntax else ""
    return "".join(character if character.isprintable() else "?" for character in kind)[:160]

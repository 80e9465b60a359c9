"""Searches over HTTP: from the parameters of a URL to what is asked of the archive (PS3.18 8.3.4, 10.6.1).

The query of a URL and the resource that is searched come in, a `Search` goes out: (tag, text) pairs just as an identifier of C-FIND
would hold them, what to return, how many. `Problem` 400 names the attribute that cannot be understood, since a misspelt one that is
ignored finds everything. Parameters of other servers are ignored (PS3.18 8.3); what is, is told in `warnings`, in the words of the
standard where it has them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import parse_qsl

from pydicom.datadict import tag_for_keyword

from isocenter.base.limits import QUERY_KEYS_MAX, QUERY_OFFSET_MAX, QUERY_PARAMETERS_MAX, QUERY_RESULTS_MAX, QUERY_STRING_BYTES_MAX
from isocenter.dataset.value_text import SINGLE_TEXT_VRS, vr_of
from isocenter.dicomweb.problems import Problem, quoted
from isocenter.dicomweb.resources import Kind, Resource
from isocenter.model.attributes import ATTRIBUTES, BY_KEYWORD, UNIQUE_KEYS, Level

INSTANCE_AVAILABILITY = 0x00080056
RETRIEVE_URL = 0x00081190
WRITTEN = frozenset({INSTANCE_AVAILABILITY, RETRIEVE_URL})
"""What every result holds of our own making."""

RETURNED: dict[Level, tuple[int, ...]] = {
    Level.STUDY: (
        *(0x00080020, 0x00080030, 0x00080050, 0x00080061, 0x00080090, 0x00081030, 0x00100010, 0x00100020),
        *(0x00100030, 0x00100040, 0x0020000D, 0x00200010, 0x00201206, 0x00201208),
    ),
    Level.SERIES: (0x00080060, 0x0008103E, 0x0020000E, 0x00200011, 0x00201209, 0x00400244, 0x00400245),
    Level.IMAGE: (0x00080016, 0x00080018, 0x00200013, 0x00280008, 0x00280010, 0x00280011, 0x00280100),
}
"""What every result of a level holds (PS3.18 Tables 10.6.3-3 to 10.6.3-5), and Study Description, which every worklist shows.

Instance Availability and Retrieve URL, which every result holds too, are not asked of the archive: `responses` writes them."""

FUZZY_WARNING = "The fuzzymatching parameter is not supported. Only literal matching has been performed."
"""The words of PS3.18 8.3.4.2."""

EMPTY_WARNING = "The emptyvaluematching parameter is not supported. Empty Value Matching has not been performed."
"""The words of PS3.18 8.3.4.5. Multiple Value Matching is always performed (PS3.18 8.3.4.6)."""

IGNORED = frozenset({"accept", "charset"})
"""Parameters of every resource, which are read elsewhere (PS3.18 8.3.3)."""

_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DIGITS_MAX = 18
_FOREIGN = re.compile(r"[a-z_][A-Za-z0-9_-]*")
"""Names of parameters that others have added; keywords begin with a capital, tags with a digit as a rule."""
_NAME_SHOWN = 64
_NAMES_SHOWN = 8
_NEAR = 0.8
"""Alike in four fifths of its letters: a slip, not another word."""
_SWITCHES = ("fuzzymatching", "emptyvaluematching", "multiplevaluematching")
_MEANT = {name.lower(): name for name in (*BY_KEYWORD, "limit", "offset", "includefield", *_SWITCHES)}
_LIST_VRS = frozenset({"UI", "CS"})
"""VRs in which a comma, which belongs to no value of theirs, separates values (PS3.18 8.3.4.1)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One attribute to match with or to return: as an element of an identifier; empty text means to return it.

    `matches_inside` is True for a sequence of which an inner attribute has to match.
    """

    tag: int
    text: str = ""
    matches_inside: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What one search asks for: `wanted` in the order of their tags, the unique keys down to the level always among them.

    `limit` None means as many as there are, up to our own maximum. `warnings` are for the header Warning.
    """

    level: Level
    wanted: tuple[Wanted, ...]
    limit: int | None = None
    offset: int = 0
    warnings: tuple[str, ...] = ()


def pairs(query_string: bytes) -> list[tuple[str, str]]:
    """The parameters of a URL's query, decoded, in their order. Raises `Problem` 414 for too many, 400 for no UTF-8."""
    if len(query_string) > QUERY_STRING_BYTES_MAX:
        raise Problem(414, f"the parameters are longer than {QUERY_STRING_BYTES_MAX} bytes")
    if not query_string:
        return []
    if query_string.count(b"&") >= QUERY_PARAMETERS_MAX:
        raise Problem(400, f"there are more than {QUERY_PARAMETERS_MAX} parameters")
    try:
        return parse_qsl(query_string.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict")
    except UnicodeError:
        raise Problem(400, "the parameters of the URL are not UTF-8") from None


def search(resource: Resource, parameters: Sequence[tuple[str, str]]) -> Search:
    """What is asked of a resource that can be searched, such as /studies. Raises `Problem` 400, which names the parameter."""
    return _Reading(resource).read(parameters)


class _Reading:
    """The parameters of one search, taken one by one."""

    def __init__(self, resource: Resource) -> None:
        self._level = resource.level
        self._keys: dict[int, str] = {}
        self._inside: set[int] = set()
        self._fixed = {
            UNIQUE_KEYS[level].tag: uid for level, uid in ((Level.STUDY, resource.study), (Level.SERIES, resource.series)) if uid
        }
        self._included = set(_returned(resource))
        self._numbers: dict[str, int] = {}
        self._warnings: list[str] = []
        self._left_out: list[str] = []
        self._unheeded: list[str] = []

    def read(self, parameters: Sequence[tuple[str, str]]) -> Search:
        if len(parameters) > QUERY_PARAMETERS_MAX:
            raise Problem(400, f"there are more than {QUERY_PARAMETERS_MAX} parameters")
        for name, value in parameters:
            self._take(name, value)
        texts = dict.fromkeys(self._included - WRITTEN, "") | self._keys | self._fixed
        if len(texts) > QUERY_KEYS_MAX:
            raise Problem(400, f"more than {QUERY_KEYS_MAX} attributes are asked for")
        limit = self._numbers.get("limit")
        return Search(
            self._level,
            tuple(Wanted(tag, texts[tag], tag in self._inside) for tag in sorted(texts)),
            None if limit is None else min(limit, QUERY_RESULTS_MAX),
            self._numbers.get("offset", 0),
            tuple(dict.fromkeys(self._told())),
        )

    def _told(self) -> list[str]:
        """The warnings: few and short whatever was asked, and nothing but ASCII, since they stand in a header."""
        told = list(self._warnings)
        if self._left_out:
            told.append(f"The includefield parameter names what is no attribute and was left out: {_some(self._left_out)}.")
        if self._unheeded:
            told.append(f"Parameters that are not supported were ignored: {_some(self._unheeded)}.")
        return told

    def _take(self, name: str, value: str) -> None:
        if name in IGNORED:
            return
        if name in ("limit", "offset"):
            self._number(name, value)
        elif name == "includefield":
            self._include(value)
        elif name in _SWITCHES:
            self._switch(name, value)
        elif _FOREIGN.fullmatch(name) and not _nearest(name):
            self._unheeded.append(name)
        else:
            self._match(name, value)

    def _number(self, name: str, value: str) -> None:
        if name in self._numbers:
            raise Problem(400, f"{name} is given twice")
        if not value.isascii() or not value.isdecimal():
            raise Problem(400, f"{name}={quoted(value)} is not a number of results")
        number = int(value) if len(value) <= _DIGITS_MAX else 10**_DIGITS_MAX
        if name == "offset" and number > QUERY_OFFSET_MAX:
            raise Problem(400, f"{name}={quoted(value)} is more than {QUERY_OFFSET_MAX}")
        self._numbers[name] = number

    def _switch(self, name: str, value: str) -> None:
        if value not in ("true", "false"):
            raise Problem(400, f"{name}={quoted(value)} is neither true nor false")
        if value == "true" and name == "fuzzymatching":
            self._warnings.append(FUZZY_WARNING)
        elif value == "true" and name == "emptyvaluematching":
            self._warnings.append(EMPTY_WARNING)

    def _include(self, value: str) -> None:
        for name in value.split(","):
            if name == "all":
                self._included.update(attribute.tag for attribute in ATTRIBUTES if attribute.level <= self._level)
                continue
            path = _path(name)
            if path:
                self._included.add(path[0])
            else:
                self._left_out.append(name)
            if len(self._included) > QUERY_KEYS_MAX:
                raise Problem(400, f"includefield names more than {QUERY_KEYS_MAX} attributes")

    def _match(self, name: str, value: str) -> None:
        path = _path(name)
        if not path:
            raise Problem(400, f"{quoted(name)} is neither an attribute nor a parameter of a search{_nearest(name)}")
        if _CONTROL.search(value):
            raise Problem(400, f"{name} has a control character in its value")
        tag = path[0]
        if len(path) > 1:
            self._included.add(tag)
            if value.strip(" *"):
                self._inside.add(tag)
            return
        vr = vr_of(tag)
        if vr == "SQ":
            raise Problem(400, f"{name} is a sequence; name the attribute in it that has to match, such as {name}.PatientID")
        text = _text(vr, value)
        fixed = self._fixed.get(tag)
        if fixed is not None and text not in ("", "*", fixed):
            raise Problem(400, f"{name}={quoted(value)} contradicts the path, which names {fixed}")
        known = self._keys.get(tag, text)
        if known != text and vr == "UI" and known and text:
            text = f"{known}\\{text}"  # a list of UIDs, as some clients write it
        elif known != text:
            raise Problem(400, f"{name} is given twice")
        self._keys[tag] = text


def _returned(resource: Resource) -> list[int]:
    """What is returned without being asked for: a search in all studies tells of the levels above too (PS3.18 10.6.3.3)."""
    level = resource.level
    tags = [*RETURNED[level], *(UNIQUE_KEYS[above].tag for above in (Level.STUDY, Level.SERIES, Level.IMAGE) if above <= level)]
    if resource.kind in (Kind.SERIES_OF_ALL, Kind.INSTANCES_OF_ALL):
        tags += RETURNED[Level.STUDY]
    if resource.kind in (Kind.INSTANCES_OF_ALL, Kind.INSTANCES_OF_STUDY):
        tags += RETURNED[Level.SERIES]
    return tags


def _some(names: Sequence[str]) -> str:
    """A few of the names that somebody sent, in ASCII."""
    text = ", ".join(quoted(name, _NAME_SHOWN) for name in names[:_NAMES_SHOWN]) + (", ..." if len(names) > _NAMES_SHOWN else "")
    return text.encode("ascii", "replace").decode()


def _nearest(name: str) -> str:
    """The rest of a sentence that names what was probably meant."""
    found = get_close_matches(name.lower(), _MEANT, 1, _NEAR) if len(name) <= _NAME_SHOWN else []
    return f"; was {_MEANT[found[0]]} meant?" if found else ""


def _path(name: str) -> tuple[int, ...]:
    """The tags that a parameter's name leads through, by keyword or by eight hexadecimal digits; none where it is no attribute."""
    tags = []
    for word in name.split("."):
        # The dictionary has retired elements with an empty keyword.
        tag = int(word, 16) if _TAG.fullmatch(word) else tag_for_keyword(word) if word else None
        if tag is None or not 0x0008 <= tag >> 16 < 0xFFFE:
            return ()
        tags.append(tag)
    return tuple(tags)


def _text(vr: str, value: str) -> str:
    """A value as an identifier would hold it: several of them with backslashes between."""
    if vr in SINGLE_TEXT_VRS:
        return value
    if vr in _LIST_VRS:
        return "\\".join(word.strip() for word in value.replace(",", "\\").split("\\"))
    return value

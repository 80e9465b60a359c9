"""From the identifier of a C-FIND, C-MOVE or C-GET to a query of the house (PS3.4 C.4.1.2, C.4.2.1.4, C.6).

The elements of an identifier come in, a `Question` goes out: what to look for, and what every answer must hold. `Refusal` names
the element that breaks the rules. Lax by default, as the devices in use need it: keys above the level may be absent or of any
kind, since the catalogue can search any way round; `strict` asks for the hierarchy of PS3.4 C.4.1.3.1.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.datadict import keyword_for_tag

from isocenter.base.limits import QUERY_KEYS_MAX
from isocenter.dataset.value_text import TEXT_VRS, vr_of
from isocenter.model.attributes import BY_KEYWORD, BY_TAG, SPECIFIC_CHARACTER_SET, UNIQUE_KEYS, Attribute, Level
from isocenter.model.query import CombinedRange, Key, Match, Query, Range, Root, Single
from isocenter.services.matching import Unmatchable, match_of
from isocenter.services.responses import Refusal
from isocenter.standard import status

QUERY_RETRIEVE_LEVEL = 0x00080052
RETRIEVE_AE_TITLE = 0x00080054
INSTANCE_AVAILABILITY = 0x00080056
QUERY_RETRIEVE_VIEW = 0x00080053
TIMEZONE_OFFSET = 0x00080201

LEVELS: dict[Root, tuple[Level, ...]] = {
    Root.PATIENT: (Level.PATIENT, Level.STUDY, Level.SERIES, Level.IMAGE),
    Root.STUDY: (Level.STUDY, Level.SERIES, Level.IMAGE),
    Root.PATIENT_STUDY_ONLY: (Level.PATIENT, Level.STUDY),
}
"""The levels of each information model (PS3.4 C.6.1.1, C.6.2.1, C.6.3.1)."""

MATCHED_COMPUTED = frozenset({"ModalitiesInStudy", "SOPClassesInStudy"})
"""Computed attributes that may be matched with; counts can only be asked for."""

STANDS_FOR: dict[tuple[Level, str], str] = {
    (Level.STUDY, "Modality"): "ModalitiesInStudy",
    (Level.STUDY, "SOPClassUID"): "SOPClassesInStudy",
    (Level.PATIENT, "Modality"): "ModalitiesInStudy",
    (Level.PATIENT, "SOPClassUID"): "SOPClassesInStudy",
    (Level.PATIENT, "ModalitiesInStudy"): "ModalitiesInStudy",
    (Level.PATIENT, "SOPClassesInStudy"): "SOPClassesInStudy",
}
"""Keys of a deeper level that devices put into a query, and what they mean by them: some study below has it."""

_DATE_AND_TIME = tuple(
    (date.keyword, date.keyword.removesuffix("Date") + "Time")
    for date in BY_KEYWORD.values()
    if date.vr == "DA" and date.keyword.removesuffix("Date") + "Time" in BY_KEYWORD
)
_SKIPPED = frozenset({SPECIFIC_CHARACTER_SET, QUERY_RETRIEVE_LEVEL, QUERY_RETRIEVE_VIEW, RETRIEVE_AE_TITLE, INSTANCE_AVAILABILITY})


@dataclass(frozen=True, slots=True)
class Asked:
    """One element of an identifier: decoded text, several values joined by a backslash.

    `matches_inside` is True for a sequence whose items hold values to match with.
    """

    tag: int
    text: str = ""
    matches_inside: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What one identifier asks for.

    `returned` are (tag, name in the catalogue's answer or ""), `fixed` the texts that every answer repeats;
    `unmatched` are the optional keys that could not be matched with.
    """

    query: Query
    returned: tuple[tuple[int, str], ...]
    fixed: dict[int, str]
    unmatched: tuple[int, ...] = ()


def printed(tag: int) -> str:
    """A tag as a person reads it: `PatientID (0010,0020)`, or the number alone."""
    number = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    keyword = keyword_for_tag(tag)
    return f"{keyword} {number}" if keyword else number


def _refusal(tag: int, text: str) -> Refusal:
    return Refusal(f"{printed(tag)} {text}", status=status.DATA_SET_MISMATCH, offending=(tag,))


def level_of(asked: Sequence[Asked], root: Root) -> Level:
    """The Query/Retrieve level of an identifier; raises `Refusal` where there is none, or none of this model."""
    text = next((element.text for element in asked if element.tag == QUERY_RETRIEVE_LEVEL), None)
    name = (text or "").strip(" \0").upper()
    if not name:
        raise _refusal(QUERY_RETRIEVE_LEVEL, "is missing")
    if name not in Level.__members__ or Level[name] not in LEVELS[root]:
        raise _refusal(QUERY_RETRIEVE_LEVEL, f"is no level of {root.value}")
    return Level[name]


def question(asked: Sequence[Asked], root: Root, *, strict: bool = False, combined: bool = False) -> Question:
    """What a C-FIND identifier asks for; `combined` where date and time ranges were negotiated as one (PS3.4 C.5.1.1).

    Raises `Refusal` for more keys or values than we bound, a level outside the model and keys that cannot be matched with.
    """
    if len(asked) > QUERY_KEYS_MAX:
        raise Refusal(f"the identifier has more than {QUERY_KEYS_MAX} keys", status=status.DATA_SET_MISMATCH)
    level = level_of(asked, root)
    matches: dict[str, Match] = {}
    returned: list[tuple[int, str]] = []
    fixed: dict[int, str] = {}
    extra: list[int] = []
    unmatched: list[int] = []
    for element in asked:
        tag = element.tag
        if tag in _SKIPPED or not tag & 0xFFFF:
            continue
        attribute = BY_TAG.get(tag)
        if attribute is not None:
            match = _match(attribute, element)
            returned.append((tag, attribute.keyword if attribute.level <= level else ""))
            keyword = _matched_as(attribute, level)
            if match is not None and keyword:
                matches[keyword] = match
            elif match is not None:
                unmatched.append(tag)
            continue
        if _is_private_creator(tag):
            fixed[tag] = element.text
        elif tag != TIMEZONE_OFFSET and (element.matches_inside or element.text.strip(" \0*")):
            unmatched.append(tag)
        is_extra = level is Level.IMAGE and _can_be_read(tag)
        returned.append((tag, f"{tag:08X}" if is_extra else ""))
        if is_extra:
            extra.append(tag)
    if strict:
        _check_hierarchy(matches, level, root)
    if combined:
        matches = _combine(matches)
    query = Query(
        level=level,
        keys=tuple(Key(keyword, match) for keyword, match in matches.items()),
        returned=tuple(dict.fromkeys(name for tag, name in returned if name and tag in BY_TAG)),
        extra_tags=tuple(extra),
        root=root,
    )
    return Question(query, tuple(returned), fixed, tuple(unmatched))


def selection(asked: Sequence[Asked], root: Root, *, strict: bool = False) -> Query:
    """Which instances a C-MOVE or C-GET identifier selects, by unique keys (PS3.4 C.4.2.1.4).

    Raises `Refusal` where the level's own unique key has no value: everything is not an answer to that.
    """
    if len(asked) > QUERY_KEYS_MAX:
        raise Refusal(f"the identifier has more than {QUERY_KEYS_MAX} keys", status=status.DATA_SET_MISMATCH)
    level = level_of(asked, root)
    texts = {element.tag: element for element in asked}
    matches: dict[str, Match] = {}
    issuer = BY_KEYWORD["IssuerOfPatientID"]
    for attribute in (*UNIQUE_KEYS.values(), issuer):
        if attribute.level > level or attribute.tag not in texts:
            continue
        match = _exact(attribute, texts[attribute.tag])
        if match is not None:
            matches[attribute.keyword] = match
    own = UNIQUE_KEYS[level]
    if own.keyword not in matches:
        raise _refusal(own.tag, "is missing")
    if strict:
        _check_hierarchy(matches, level, root)
    return Query(level=level, keys=tuple(Key(keyword, match) for keyword, match in matches.items()), root=root)


def _match(attribute: Attribute, element: Asked) -> Match | None:
    try:
        return match_of(attribute.vr, element.text)
    except Unmatchable as error:
        raise _refusal(attribute.tag, str(error)) from None


def _exact(attribute: Attribute, element: Asked) -> Match | None:
    """A unique key of a retrieval: values as they are, where a query would see wild cards."""
    try:
        return match_of("UI", element.text)
    except Unmatchable as error:
        raise _refusal(attribute.tag, str(error)) from None


def _matched_as(attribute: Attribute, level: Level) -> str:
    """The keyword that a key is matched with at `level`; empty where it cannot be."""
    if attribute.level > level:
        return STANDS_FOR.get((level, attribute.keyword), "")
    if attribute.computed and attribute.keyword not in MATCHED_COMPUTED:
        return ""
    return attribute.keyword


def _check_hierarchy(matches: dict[str, Match], level: Level, root: Root) -> None:
    """One single value for the unique key of each level above (PS3.4 C.4.1.3.1.1)."""
    for above in LEVELS[root]:
        if above >= level:
            return
        key = UNIQUE_KEYS[above]
        match = matches.get(key.keyword)
        if match is None:
            raise _refusal(key.tag, "is missing")
        if not isinstance(match, Single):
            raise _refusal(key.tag, "has more than a single value")


def _combine(matches: dict[str, Match]) -> dict[str, Match]:
    """Ranges of a date and its time become one range of moments (PS3.4 C.2.2.2.5.4)."""
    combined = dict(matches)
    for date, time in _DATE_AND_TIME:
        days, hours = matches.get(date), matches.get(time)
        if isinstance(days, Range) and isinstance(hours, Range):
            combined[date] = CombinedRange(time, (days.low, hours.low), (days.high, hours.high))
            del combined[time]
    return combined


def _is_private_creator(tag: int) -> bool:
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def _can_be_read(tag: int) -> bool:
    """True for the attributes that a stored instance can answer with text: public, and of a VR that is text."""
    return not tag >> 16 & 1 and vr_of(tag) in TEXT_VRS

"""What a device sent, looked at once: is its clock right, what does it call itself, which letters does it write, are its UIDs good?

Comes in: the headers of its latest instances in the DICOM JSON Model (PS3.18 F.2), each with the moment at which it came. Goes out:
a `Sample` with what was seen and sentences about what is doubtful. Nothing of a patient is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from statistics import median
from typing import Any

from isocenter.base.limits import REPORT_CLOCK_SKEW_SECONDS
from isocenter.doctor.identity import PATIENT_ID
from isocenter.model.report import Doubt, Sample, Seen
from isocenter.standard.sop_class import name_of as class_name
from isocenter.standard.transfer_syntax import name_of as syntax_name

_IDENTITY: tuple[tuple[str, str], ...] = (
    ("Manufacturer", "00080070"),
    ("Model", "00081090"),
    ("Station name", "00081010"),
    ("Institution", "00080080"),
    ("Software", "00181020"),
    ("Serial number", "00181000"),
    ("Modality", "00080060"),
    ("Character set", "00080005"),
)
_DATES: tuple[tuple[str, str], ...] = (
    ("00080012", "00080013"),
    ("00080023", "00080033"),
    ("00080022", "00080032"),
    ("00080021", "00080031"),
)
"""Date and time of the instance's creation, its content, its acquisition, its series: the first that is there is nearest to now."""

_OFFSET = "00080201"
_PATIENT_ID = "00100020"
_UIDS = (("Study Instance UID", "0020000D"), ("Series Instance UID", "0020000E"), ("SOP Instance UID", "00080018"))
_UID = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*")
_TEXTS = ("00100010", "00081030", "0008103E", "00080080", "00081010", "00080090")
"""Where letters outside ASCII are met: names and descriptions."""


@dataclass(frozen=True, slots=True)
class Header:
    """One instance: its attributes, when it came (UTC), and how it was encoded."""

    attributes: Mapping[str, Any]
    received: datetime
    sop_class_uid: str
    transfer_syntax: str


def sample(headers: Sequence[Header], *, local: tzinfo = UTC) -> Sample:
    """Look at them. `local` is the time zone that a device without Timezone Offset From UTC is taken to be in.

    Test images of the doctor itself, which a device may have sent back, say nothing of it and are left out.
    """
    headers = [header for header in headers if _text(header.attributes, _PATIENT_ID) != PATIENT_ID]
    if not headers:
        return Sample(0)
    moments = sorted(header.received for header in headers)
    seen = [Seen(name, found) for name, tag in _IDENTITY if (found := _met(headers, tag))]
    seen.append(Seen("SOP classes", _counted(class_name(header.sop_class_uid) for header in headers)))
    seen.append(Seen("Transfer syntaxes", _counted(syntax_name(header.transfer_syntax) for header in headers)))
    seen.append(Seen("UID roots", _counted(_root(_text(header.attributes, "00080018")) for header in headers)))
    skew = _skew(headers, local)
    doubts = [*_clock(skew, headers), *_names(headers), *_letters(headers), *_uids(headers)]
    return Sample(len(headers), moments[0], moments[-1], tuple(seen), tuple(doubts), skew)


def _values(attributes: Mapping[str, Any], tag: str) -> list[Any]:
    element = attributes.get(tag)
    values = element.get("Value", []) if isinstance(element, Mapping) else []
    return values if isinstance(values, list) else []


def _text(attributes: Mapping[str, Any], tag: str) -> str:
    values = _values(attributes, tag)
    return values[0].strip() if values and isinstance(values[0], str) else ""


def _counted(values: Any) -> tuple[str, ...]:
    return tuple(value for value, _ in Counter(value for value in values if value).most_common())


def _met(headers: Sequence[Header], tag: str) -> tuple[str, ...]:
    return _counted(
        "\\".join(str(value).strip() for value in _values(header.attributes, tag) if isinstance(value, str | int | float))
        for header in headers
    )


def _root(uid: str) -> str:
    """The beginning of a UID that belongs to its maker: registered roots have seven parts at most, 2.25 two (PS3.5 9.1)."""
    parts = uid.split(".")
    return "2.25" if parts[:2] == ["2", "25"] else ".".join(parts[:7])


def _skew(headers: Sequence[Header], local: tzinfo) -> float | None:
    """How many seconds the device's clock is ahead of ours: the median over instances that it dates nearest to their arrival.

    An instance is made before it comes, so that a small negative figure is the time that sending took. None without dates, and
    where everything is more than a day old: old images say nothing about a clock.
    """
    found = []
    for header in headers:
        if (made := _made(header, local)) is not None:
            ahead = (made - header.received).total_seconds()
            if abs(ahead) < timedelta(days=1).total_seconds():
                found.append(ahead)
    return round(median(found), 1) if found else None


def _made(header: Header, local: tzinfo) -> datetime | None:
    zone = _zone(_text(header.attributes, _OFFSET)) or local
    for date, time in _DATES:
        day, clock = _text(header.attributes, date), _text(header.attributes, time)
        digits = re.fullmatch(r"(\d{2})(\d{2})(\d{2})?(?:\.(\d{1,6}))?", clock)
        if re.fullmatch(r"\d{8}", day) and digits:
            hour, minute, second, fraction = digits.groups()
            try:
                made = datetime.strptime(day, "%Y%m%d").replace(
                    hour=int(hour), minute=int(minute), second=min(int(second or 0), 59)
                )
            except ValueError:
                continue
            return made.replace(microsecond=int((fraction or "0").ljust(6, "0")), tzinfo=zone)
    return None


def _zone(offset: str) -> timezone | None:
    """Such as +0100 (PS3.3 C.12.1.1.8)."""
    found = re.fullmatch(r"([+-])(\d{2})(\d{2})", offset)
    if not found:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes)) if minutes < 24 * 60 else None


def _clock(skew: float | None, headers: Sequence[Header]) -> list[Doubt]:
    if skew is None:
        return [Doubt("quiet", "Its clock cannot be told from what it sent: the images are older than a day, or have no time.")]
    if skew > REPORT_CLOCK_SKEW_SECONDS:
        return [Doubt("bad", f"Its clock is {_span(skew)} ahead: it dated images later than they came. Set it by NTP.")]
    if skew < -REPORT_CLOCK_SKEW_SECONDS:
        zone = "" if any(_text(header.attributes, _OFFSET) for header in headers) else " or is in another time zone,"
        return [
            Doubt(
                "warn",
                f"It dated images {_span(-skew)} before they came: its clock is slow,{zone} or it sent them that much later.",
            )
        ]
    return [Doubt("good", "Its clock agrees with ours.")]


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"


def _names(headers: Sequence[Header]) -> list[Doubt]:
    found = []
    stations = _met(headers, "00081010")
    if not stations:
        found.append(Doubt("warn", "It sends no Station Name: rooms with the same title cannot be told apart later."))
    elif len(stations) > 1:
        found.append(Doubt("warn", f"It sends several Station Names: {', '.join(stations[:4])}."))
    if not _met(headers, "00080080"):
        found.append(Doubt("quiet", "It sends no Institution Name."))
    return found


def _letters(headers: Sequence[Header]) -> list[Doubt]:
    """Letters outside ASCII without Specific Character Set, and letters that came out broken (PS3.3 C.12.1.1.2)."""
    undeclared, broken = 0, 0
    for header in headers:
        texts = "".join(str(value) for tag in _TEXTS for value in _values(header.attributes, tag))
        undeclared += not texts.isascii() and not _values(header.attributes, "00080005")
        broken += "\N{REPLACEMENT CHARACTER}" in texts
    found = []
    if undeclared:
        found.append(
            Doubt("bad", f"{undeclared} of {len(headers)} instances have letters outside ASCII and name no character set.")
        )
    if broken:
        found.append(
            Doubt("bad", f"{broken} of {len(headers)} instances have letters that are none in the character set they name.")
        )
    return found or [Doubt("good", "The letters of its texts fit the character set that it names.")]


def _uids(headers: Sequence[Header]) -> list[Doubt]:
    """UIDs that are none (PS3.5 9.1), and instances that say another class than they were sent as."""
    wrong: Counter[str] = Counter()
    for header in headers:
        for name, tag in _UIDS:
            uid = _text(header.attributes, tag)
            if not uid or len(uid) > 64 or not _UID.fullmatch(uid):
                wrong[name] += 1
    if wrong:
        said = ", ".join(f"{name} in {count}" for name, count in wrong.most_common())
        return [Doubt("bad", f"UIDs that are no UIDs: {said} of {len(headers)} instances.")]
    return [Doubt("good", "Its UIDs are well formed.")]

"""Explains a log: which layer each line speaks of, what it means, and who has to change what.

Comes in: lines of any product's log, of several products mixed, as a stream of any size. Goes out: what each line says that is
known, and what they say together: the first fault, how often, from whom, since when. A line is cut at `EXPLAIN_LINE_CHARACTERS_MAX`
and what is remembered is bounded, so that a log of gigabytes needs no memory. Patients' names are taken out of every line that goes
out, and no sentence holds one.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from isocenter.base.limits import EXPLAIN_CALLERS_MAX, EXPLAIN_LINE_CHARACTERS_MAX
from isocenter.doctor import private_codes
from isocenter.doctor.log_patterns import PASSING, Pattern, Product, compiled, filled, products

NAME_LEFT_OUT = "[name]"
_NAMES = (
    # After the attribute, as long as a name in one script is; and to the end of its word, where it is written in three.
    (
        re.compile(r"(Patient'?s?[ _]?Nam\w{0,2}['\"]?\s{0,3}[=:\[]\s{0,3}['\"\[]{0,2})[^'\"\]]{1,64}[^\s'\"\]]{0,130}"),
        rf"\1{NAME_LEFT_OUT}",
    ),
    (re.compile(r"(\(?0010,0010\)?[^'\"\[]{0,20}['\"\[])[^'\"\]]{1,64}[^\s'\"\]]{0,130}"), rf"\1{NAME_LEFT_OUT}"),
    (re.compile(r"((?:Old|New|Refused)=')[^']{1,194}"), rf"\1{NAME_LEFT_OUT}"),
    # Between quotes or brackets the whole value is the name, blanks and all.
    (re.compile(r"(?<=['\"\[(<])[^'\"\[\]()<>=,;:|\\/^\n]{1,64}\^[^'\"\[\]()<>=,;:|\\/\n]{0,64}"), NAME_LEFT_OUT),
    # A person's name as DICOM writes it (PS3.5 6.2.1), wherever it stands.
    (re.compile(r"[^\s'\"\[\]()<>=,;:|\\/^]{1,64}\^[^'\"\[\]()<>=,;:|\\/\n]{0,64}"), NAME_LEFT_OUT),
)
_MARKS_OF_NAMES = ("^", "Patient", "0010,0010", "='")
"""What a line with a name has, whichever of the expressions finds it; most lines have none."""
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:[.,]\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|^\d{8} \d\d:\d\d:\d\d|(?<=^[EWIT])\d{4} \d\d:\d\d:\d\d|\b\d\d:\d\d:\d\d\b"
)
_MOMENT_WITHIN = 120
_STATUS = re.compile(
    r"(?:\b0x|[Ss]tatus:? ?=? ?)([0-9A-Fa-f]{4})H?\b|\b[Ee]rror code ([0-9a-f]{4}) \(|failed: ([0-9A-F]{4}) [A-Z][a-z]"
)


@dataclass(frozen=True, slots=True)
class Explained:
    """One line. `pattern` is what it was recognised by, None where nothing is known of it; then only its product may be.

    `status` is the meaning of a DIMSE status that the line names. `title` and `address` are the device on the other end, `moment`
    the time that it gives, of a day as it is written there; all empty where the line does not say.
    """

    number: int
    text: str
    product: str = ""
    pattern: Pattern | None = None
    cause: str = ""
    remedy: str = ""
    status: str = ""
    moment: str = ""
    title: str = ""
    address: str = ""

    @property
    def is_fault(self) -> bool:
        """True where the line tells of something that went wrong."""
        return self.pattern is not None and self.pattern.layer != PASSING


def lines_of(stream: BinaryIO) -> Iterator[str]:
    """The lines of a log in UTF-8, UTF-16 with its mark, or near them; what is longer than a line may be is left out of it."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(_Readable(stream))
    head = buffered.peek(2)[:2]
    encoding = "utf-16" if head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    text = io.TextIOWrapper(buffered, encoding=encoding, errors="replace", newline=None)
    try:
        while piece := text.readline(EXPLAIN_LINE_CHARACTERS_MAX):
            if not piece.strip("\0"):
                # A log that was emptied while its program wrote on has a hole of zeros before its next line.
                continue
            rest = piece
            while not rest.endswith("\n") and len(rest) == EXPLAIN_LINE_CHARACTERS_MAX:
                rest = text.readline(EXPLAIN_LINE_CHARACTERS_MAX)
            yield piece.strip("\0").rstrip("\n")
    finally:
        text.detach()


class _Readable(io.RawIOBase):
    """Any stream of bytes as one that can be looked ahead in."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, room: memoryview) -> int:  # type: ignore[override]
        piece = self._stream.read(len(room))
        room[: len(piece)] = piece
        return len(piece)


def explain(lines: Iterable[str], product: Product | None = None) -> Iterator[Explained]:
    """Every line with what is known of it, in their order. With `product` all lines are its; otherwise each is recognised."""
    ear = _Ear(product)
    for number, line in enumerate(lines, start=1):
        yield ear.heard(number, line[:EXPLAIN_LINE_CHARACTERS_MAX])


class _Ear:
    """Who spoke last, so that lines that look alike in two products, and lines that continue others, are taken rightly."""

    def __init__(self, product: Product | None) -> None:
        self._given = product
        self._last: Product | None = product
        self._caller = ("", "")

    def heard(self, number: int, line: str) -> Explained:
        shown = masked(line)
        for product in self._candidates(line):
            if (found := product.find(line)) is None:
                continue
            pattern, match = found
            self._last = product
            title, address = self._who(product, line)
            return Explained(
                number=number,
                text=shown,
                product=product.name,
                pattern=pattern,
                cause=masked(filled(pattern.cause, match)),
                remedy=masked(filled(pattern.remedy, match)),
                status=_status(product.name, pattern, line),
                moment=_moment(line),
                title=title,
                address=address,
            )
        return Explained(number, shown, moment=_moment(line))

    def _candidates(self, line: str) -> list[Product]:
        """The products that this line may be of: those whose shape it has; of a line without any, all. The last speaker first."""
        if self._given is not None:
            return [self._given]
        shaped = [product for product in products().values() if product.looks_like(line)]
        tried = shaped or list(products().values())
        return sorted(tried, key=lambda product: product is not self._last)

    def _who(self, product: Product, line: str) -> tuple[str, str]:
        title = address = ""
        for who in product.who:
            if found := compiled(who).search(line):
                groups = found.groupdict()
                title = title or (groups.get("title") or "").strip()
                address = address or groups.get("address") or _turned(groups.get("reversed"))
        if product.remembers_until:
            known = self._caller
            named = (title or ("" if address else known[0]), address or known[1])
            self._caller = ("", "") if compiled(product.remembers_until).search(line) else named
            return named
        return title, address


def _turned(reversed_address: str | None) -> str:
    """An IPv4 address that was written as eight digits with its bytes in reverse."""
    return ".".join(str(byte) for byte in bytes.fromhex(reversed_address)[::-1]) if reversed_address else ""


def masked(line: str) -> str:
    """The line without what is a patient's name, or may be one."""
    if not any(mark in line for mark in _MARKS_OF_NAMES):
        return line
    for name, instead in _NAMES:
        line = name.sub(instead, line)
    return line


def _moment(line: str) -> str:
    found = _MOMENT.search(line[:_MOMENT_WITHIN])
    return re.sub(r"^(\d{4})?(\d\d)(\d\d) ", lambda day: "-".join(filter(None, day.groups())) + " ", found[0]) if found else ""


def _status(product: str, pattern: Pattern, line: str) -> str:
    if pattern.layer == PASSING or (found := _STATUS.search(line)) is None:
        return ""
    code = int(next(group for group in found.groups() if group), 16)
    return private_codes.meaning(code, product, pattern.layer) if code else ""


@dataclass(slots=True)
class Repeated:
    """One pattern as often as it was found. `first` is its first line; `callers` how often each title and address, at most
    `EXPLAIN_CALLERS_MAX` of them."""

    first: Explained
    last_number: int
    last_moment: str
    count: int = 0
    callers: dict[tuple[str, str], int] = field(default_factory=dict)


class Summary:
    """What the lines of a log say together. Bounded by the number of patterns, however long the log."""

    def __init__(self) -> None:
        self.lines = 0
        self.known = 0
        self.faults = 0
        self.products: dict[str, int] = {}
        self._groups: dict[tuple[str, str], Repeated] = {}

    def add(self, line: Explained) -> None:
        """Count one line."""
        self.lines += 1
        if line.pattern is None:
            return
        self.known += 1
        self.faults += line.is_fault
        self.products[line.product] = self.products.get(line.product, 0) + 1
        group = self._groups.setdefault((line.product, line.pattern.pattern), Repeated(line, line.number, line.moment))
        group.count += 1
        group.last_number = line.number
        group.last_moment = line.moment or group.last_moment
        caller = (line.title, line.address)
        if any(caller) and (caller in group.callers or len(group.callers) < EXPLAIN_CALLERS_MAX):
            group.callers[caller] = group.callers.get(caller, 0) + 1

    @property
    def first_fault(self) -> Explained | None:
        """The earliest line that tells of a fault."""
        return next((group.first for group in self.groups() if group.first.is_fault), None)

    def groups(self) -> list[Repeated]:
        """Every pattern that was found, in the order of its first line."""
        return sorted(self._groups.values(), key=lambda group: group.first.number)

    def repeated(self, line: Explained) -> Repeated:
        """The group of a line that was added and is known."""
        assert line.pattern is not None
        return self._groups[line.product, line.pattern.pattern]


def caller_named(title: str, address: str) -> str:
    """`CT_ROOM2 (10.0.0.7)`, or what is known of it."""
    return f"{title} ({address})" if title and address else title or address

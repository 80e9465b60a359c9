"""A small archive in memory behind the ports, and what services are asked with.

`Shelf` is a catalogue that compares as plainly as the standard reads, `Tray` an intake that gives the results it was told to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from isocenter.base.clock import FixedClock
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import AgreedContext, Caller, Forward, Reply, Request, SubOperation
from isocenter.model.attributes import BY_KEYWORD, UNIQUE_KEYS, Level, of_level
from isocenter.model.query import AnyOf, CombinedRange, Match, Query, Range, Single, Wildcard
from isocenter.model.records import Arrival, Instance, Node, Stored, StoreResult
from isocenter.services.roster import Roster
from isocenter.standard import sop_class, transfer_syntax

EVERYTHING = frozenset({"echo", "store", "find", "move", "get"})
IMPLICIT = transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN
EXPLICIT = transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN
PEOPLE = (
    ("P1", "DOE^JOHN", "19500101", "M", "20260101", "1000", "THORAX"),
    ("P2", "Müller^Jürgen", "19600229", "M", "20260215", "103015.5", "SCHÄDEL"),
    ("P3", "Люкceмбypг", "19700303", "F", "20260301", "11", "ГРУДНАЯ КЛЕТКА"),
    ("P4", "Διονυσιος", "19800404", "M", "20260410", "143000", "ΘΩΡΑΚΑΣ"),
    ("P5", "Yamada^Tarou=山田^太郎=やまだ^たろう", "19900505", "M", "20260520", "235959", "胸部"),
    ("P6", "ﾔﾏﾀﾞ^ﾊﾅｺ=山田^花子=やまだ^はなこ", "19950606", "F", "20260630", "090000", "頭部"),
)
"""One patient each alphabet, with a study of two series (CT and SR), two images and one report."""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


class Shelf:
    """A `Catalogue` over a list of instances; a key of a deeper level selects what has at least one such below."""

    def __init__(self, instances: list[Instance]) -> None:
        self.held = instances
        self.queries: list[Query] = []
        self.closed = 0

    def find(self, query: Query) -> Iterator[dict[str, str]]:
        self.queries.append(query)
        groups: dict[tuple[str, ...], list[Instance]] = {}
        for instance in self._matching(query):
            groups.setdefault(self._identity(instance, query.level), []).append(instance)
        return self._answers(query, list(groups.values()))

    def _answers(self, query: Query, groups: list[list[Instance]]) -> Iterator[dict[str, str]]:
        try:
            for group in groups:
                answer = {name: self._value(name, group[0], query.level) for name in query.returned}
                answer |= {f"{tag:08X}": group[0].attributes.get(f"{tag:08X}", "") for tag in query.extra_tags}
                yield answer
        finally:
            self.closed += 1

    def instances(self, query: Query) -> Iterator[Instance]:
        return iter(self._matching(query))

    def count_instances(self, query: Query) -> int:
        return len(self._matching(query))

    def instance(self, sop_instance_uid: str) -> Instance | None:
        return next((i for i in self.held if i.sop_instance_uid == sop_instance_uid), None)

    def _identity(self, instance: Instance, level: Level) -> tuple[str, ...]:
        return tuple(instance.attributes[UNIQUE_KEYS[above].keyword] for above in Level if above <= level)

    def _matching(self, query: Query) -> list[Instance]:
        return [i for i in self.held if all(self._matches(i, key.keyword, key.match, query.level) for key in query.keys)]

    def _value(self, keyword: str, instance: Instance, level: Level) -> str:
        own = self._identity(instance, level)
        below = [i for i in self.held if self._identity(i, level) == own]
        if keyword == "ModalitiesInStudy":
            return "\\".join(sorted({i.attributes["Modality"] for i in below}))
        if keyword == "SOPClassesInStudy":
            return "\\".join(sorted({i.sop_class_uid for i in below}))
        if keyword.endswith("RelatedInstances"):
            return str(len(below))
        if keyword.endswith("RelatedSeries"):
            return str(len({i.series_instance_uid for i in below}))
        if keyword.endswith("RelatedStudies"):
            return str(len({i.study_instance_uid for i in below}))
        return instance.attributes.get(keyword, "")

    def _matches(self, instance: Instance, keyword: str, match: Match, level: Level) -> bool:
        value = self._value(keyword, instance, level)
        if isinstance(match, CombinedRange):
            moment = (value, self._value(match.time, instance, level))
            return match.low <= moment and (not match.high[0] or moment <= match.high)
        if BY_KEYWORD[keyword].vr == "PN":
            return any(_compare(_folded(group), match) for group in (value, *value.split("=")))
        return any(_compare(one, match) for one in value.split("\\"))


def _compare(value: str, match: Match) -> bool:
    fold = _folded if not value.isascii() or value.lower() == value else str
    if isinstance(match, Single):
        return value == fold(match.value)
    if isinstance(match, AnyOf):
        return value in [fold(one) for one in match.values]
    if isinstance(match, Wildcard):
        pattern = re.escape(fold(match.pattern)).replace(r"\*", ".*").replace(r"\?", ".")
        return re.fullmatch(pattern, value) is not None
    assert isinstance(match, Range)
    return bool(value) and match.low <= value and (not match.high or value <= match.high)


def _instance(person: tuple[str, ...], series: int, number: int) -> Instance:
    patient, name, birth, sex, date, time, description = person
    study = f"1.2.3.{patient[1:]}"
    series_uid = f"{study}.{series}"
    uid = f"{series_uid}.{number}"
    modality, class_uid = ("CT", sop_class.CT_IMAGE) if series == 1 else ("SR", "1.2.840.10008.5.1.4.1.1.88.22")
    known = {a.keyword: "" for level in Level for a in of_level(level) if not a.computed} | {
        "PatientID": patient, "PatientName": name, "PatientBirthDate": birth, "PatientSex": sex,
        "StudyInstanceUID": study, "StudyDate": date, "StudyTime": time, "StudyDescription": description,
        "AccessionNumber": f"A{patient[1:]}", "SeriesInstanceUID": series_uid, "SeriesNumber": str(series),
        "Modality": modality, "SOPInstanceUID": uid, "SOPClassUID": class_uid, "InstanceNumber": str(number),
        "Rows": "512", "Columns": "512", "00180050": "2.5",
    }  # fmt: skip
    return Instance(
        class_uid,
        uid,
        series_uid,
        study,
        EXPLICIT,
        f"blob-{uid}",
        1000,
        "0" * 32,
        datetime(2026, 1, 1, tzinfo=UTC),
        attributes=known,
    )


class Tray:
    """An `Intake` that remembers what came and gives `result`, or raises it."""

    def __init__(self) -> None:
        self.result: StoreResult | Exception | None = None
        self.at_begin: Exception | None = None
        self.arrivals: list[Arrival] = []
        self.received = bytearray()
        self.abandoned = 0

    def begin(self, arrival: Arrival) -> Tray:
        if self.at_begin is not None:
            raise self.at_begin
        self.arrivals.append(arrival)
        return self

    def write(self, view: memoryview | bytes) -> None:
        self.received += view

    def finish(self) -> StoreResult:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result or Stored(_instance(PEOPLE[0], 1, 1))

    def abandon(self) -> None:
        self.abandoned += 1


def encoded(dataset: Dataset, syntax: str = EXPLICIT) -> bytes:
    """A data set as pydicom writes it."""
    known = transfer_syntax.of(syntax)
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = not known.explicit_vr, known.little_endian
    write_dataset(buffer, dataset)
    return buffer.getvalue()


def decoded(identifier: bytes, syntax: str = EXPLICIT) -> Dataset:
    """A data set as pydicom reads it."""
    known = transfer_syntax.of(syntax)
    dataset = read_dataset(DicomBytesIO(identifier), not known.explicit_vr, known.little_endian)
    dataset.walk(lambda _, element: element.value)
    return dataset


@pytest.fixture
def people() -> tuple[tuple[str, ...], ...]:
    return PEOPLE


@pytest.fixture
def shelf() -> Shelf:
    return Shelf([_instance(person, series, number) for person in PEOPLE for series, number in ((1, 1), (1, 2), (2, 1))])


@pytest.fixture
def tray() -> Tray:
    return Tray()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def nodes() -> dict[str, Node]:
    return {"WORKSTATION": Node("workstation", "WORKSTATION", "10.0.0.9", 11112)}


@pytest.fixture
def make_roster(shelf, tray, clock, nodes) -> Callable[..., Roster]:
    """A roster over the shelf and the tray; arguments change its settings."""

    def make(**settings) -> Roster:
        given = {"ae_title": "ISOCENTER", "intake": tray, "catalogue": shelf, "destination": nodes.get, "clock": clock}
        return Roster(**(given | settings))

    return make


@pytest.fixture
def roster(make_roster) -> Roster:
    return make_roster()


@pytest.fixture
def request_of() -> Callable[..., Request]:
    """A request as a driver would hand it over; arguments that are a command's own change the command."""

    def make(
        field: CommandField,
        sop_class_uid: str,
        identifier: bytes = b"",
        *,
        syntax: str = EXPLICIT,
        operations: frozenset[str] = EVERYTHING,
        node: Node | None = None,
        extended=(),
        context: str | None = None,
        **command,
    ) -> Request:
        given = {
            "field": field,
            "message_id": 7,
            "affected_sop_class_uid": sop_class_uid,
            "has_data_set": bool(identifier),
            "priority": 0,
        }
        return Request(
            AgreedContext(1, sop_class_uid if context is None else context, syntax),
            Command(**(given | command)),
            identifier,
            Caller("CALLER", "ISOCENTER", "10.0.0.7", operations, node, implementation_version_name="TEST_1", extended=extended),
        )

    return make


@pytest.fixture
def tools() -> SimpleNamespace:
    """The plain functions of this file, which tests cannot import."""
    return SimpleNamespace(encoded=encoded, decoded=decoded, run=run)


def run(service, outcome: Callable[[Instance], SubOperation] | None = None) -> tuple[list[Reply], list[Forward]]:
    """Drive a service to its end as a pump would: its replies, and the forwards that it asked for."""
    replies: list[Reply] = []
    forwards: list[Forward] = []
    answer = None
    while True:
        try:
            item = service.send(answer)
        except StopIteration:
            return replies, forwards
        answer = None
        if isinstance(item, Forward):
            forwards.append(item)
            answer = ((outcome or (lambda i: SubOperation(i, 0)))(instance) for instance in item.instances)
        else:
            replies.append(item)

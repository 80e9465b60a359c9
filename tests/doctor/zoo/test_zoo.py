"""The zoo: every fault of the table is made, the doctor looks, and the table says what it has to find."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
from tests.doctor.zoo import searches
from tests.doctor.zoo.examination import Found
from tests.doctor.zoo.table import ROWS, SEARCHES_FOR_NOTHING, Asked, Row
from tests.doctor.zoo.worlds import Worlds

from isocenter.doctor import fault_table
from isocenter.model.checkup import Layer, Outcome, Role, Side

AT_ONCE = 16
"""Rows that are examined at the same time: nearly all of their time is waiting for what does not come."""

TIMED = (
    "echo-44-ms", "echo-slow", "lossy-line", "find-slow", "nobody-here", "nobody-there", "firewall-says-no", "router-prohibits",
)  # fmt: skip
"""Rows whose sign is a time: they are examined afterwards, one after the other.

Where a refusal by ICMP comes back at once, connect() may still hold the socket; then Linux puts it aside until the next SYN.
"""

TRIES = 3

_quiet = threading.Lock()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    made = Worlds(tmp_path_factory.mktemp("zoo"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def findings(worlds, request):
    """What the doctor found, by the name of the row, of all rows that this run is to look at."""
    selected = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    wanted = [parameters["row"] for parameters in selected if isinstance(parameters.get("row"), Row)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = {row.name: pool.submit(worlds.examine, row) for row in wanted if row.name not in TIMED}
        others = list(found.values())
        yield found | {row.name: pool.submit(_alone, worlds, row, others) for row in wanted if row.name in TIMED}


def _alone(worlds: Worlds, row: Row, others: list[Future[Found]]) -> Found:
    """A row that is about time; measured again where this computer was busy with something else."""
    wait(others)
    with _quiet:
        for _ in range(TRIES):
            found = worlds.examine(row)
            if found.verdict is not None and found.verdict.causes[0].fault == row.named:
                break
        return found


def told(found: Found) -> str:
    """Everything that matters of a finding, for the message of a failing test."""
    tried = [step for step in found.checkup.steps if step.outcome is not Outcome.UNTRIED]
    steps = "\n".join(f"    {step.layer.value}: {step.outcome.value}, {step.words} {step.sign or ''}" for step in tried)
    verdict = found.verdict
    if verdict is None:
        return f"no verdict\n{steps}"
    causes = ", ".join(cause.fault for cause in verdict.causes)
    return f"{verdict.layer.value}, {verdict.side.value}: {verdict.headline} [{causes}] {verdict.undecided}\n{steps}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_verdict_names_the_layer_the_side_and_the_fault(row: Row, findings: dict[str, Future[Found]]):
    found = findings[row.name].result()
    verdict = found.verdict
    said = told(found)
    assert verdict is not None, said
    causes = [cause.fault for cause in verdict.causes]
    if row.is_remark:
        assert found.step is not None, said
        assert found.step.outcome in (Outcome.WARNED, Outcome.SKIPPED), said
    else:
        assert found.checkup.verdict is not None, said
    assert (verdict.layer, verdict.side) == (row.layer, row.side), said
    assert (sign_of(found, row), causes[0] if causes else "") == (row.sign, row.named), said
    assert row.fault in causes or not row.fault, said
    if verdict.side is Side.UNDECIDED and not row.is_remark:
        assert verdict.undecided, said
    if row.together:
        assert set(row.together) <= set(causes), said
        assert verdict.undecided, said
    if row.known_as:
        assert verdict.known_as == row.known_as, said
    if row.product:
        assert row.product.lower() in found.checkup.product.lower(), said
    assert_plain(verdict, said)


def sign_of(found: Found, row: Row) -> str:
    """The sign of the layer that failed, or of the one that warns."""
    layer = row.layer if row.is_remark or found.verdict is None else found.verdict.layer
    step = found.checkup.step(layer)
    return step.sign.code if step is not None and step.sign is not None else ""


def assert_plain(verdict, said: str) -> None:
    """Sentences without gaps, and somebody who has something to do."""
    assert verdict.headline, said
    assert not verdict.headline.endswith("."), said
    sentences = [verdict.headline, verdict.explanation, verdict.undecided, *verdict.here, *verdict.there]
    assert not any("{" in sentence for sentence in sentences), sentences
    if verdict.side is Side.OURS:
        assert verdict.here, said
    elif verdict.side is Side.THEIRS:
        assert verdict.there, said
    else:
        assert verdict.here or verdict.there, said


def test_every_row_stands_for_a_fault_of_the_table_and_has_a_name_of_its_own():
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        for identifier in {row.fault, row.named, *row.together} - {""}:
            assert fault_table.fault(identifier)


def test_the_zoo_is_large():
    assert len({row.fault for row in ROWS}) >= 60


@pytest.mark.parametrize("asked", SEARCHES_FOR_NOTHING, ids=lambda asked: asked.name)
def test_the_key_that_excluded_everything_is_named_with_a_spelling_that_finds(asked: Asked, worlds: Worlds):
    found = searches.why(worlds.loopback, worlds.products, asked)
    assert found.guilty == (asked.guilty,), found
    assert found.cures, found
    cure = found.cures[0]
    assert (cure.fault, cure.value) == (asked.fault, asked.value.replace("{study}", searches.study_uid())), found
    assert cure.found.count or cure.found.more, found
    assert found.words.startswith(asked.guilty), found


UNTELLABLE = {
    "Silence on connecting": ("firewall-drops", "backlog-full"),
    "1/1/7 from dcmqrscp": ("dcmqrscp-caller", "dcmqrscp-host", "dcmqrscp-nat"),
    "C000 from Orthanc to a C-MOVE": ("orthanc-move-unknown", "orthanc-move-port"),
    "C004 from Conquest": ("move-not-found-conquest",),
    "FE00 from Conquest": ("move-stopped-conquest",),
    "A801 from pynetdicom": ("qrscp-unknown", "qrscp-port", "pynetdicom-move"),
    "1/1/1, rejected without a reason": ("no-reason", "licence", "nothing-in-common"),
    "The connection is closed after the association request": ("closes-after-request", "resets-after-request"),
    "A C-MOVE that says it is complete": ("move-late",),
}
"""What cannot be told apart from outside, with the rows that show it."""

TOLD_ALL_THE_SAME = {
    "Alert 40 in TLS 1.2": ("client-certificate-1.2", "no-cipher"),
    "DCMTK's implementation UID": ("dcmqrscp-move-unknown",),
    "3 as the result of a context from Orthanc or dcmqrscp": ("orthanc-syntax", "orthanc-class", "other-syntax-as-class"),
}
"""What one answer does not tell, and the doctor does with a second question."""

NOT_MADE = {"Two network cards, NAT or a proxy between"}


def test_everything_that_cannot_be_told_apart_is_in_the_table():
    known = {row.seen for row in fault_table.untellable()}
    assert known == UNTELLABLE.keys() | TOLD_ALL_THE_SAME.keys() | NOT_MADE
    rows = {row.name: row for row in ROWS}
    for names in UNTELLABLE.values():
        assert all(rows[name].together for name in names)
    for names in TOLD_ALL_THE_SAME.values():
        assert all(rows[name].named == rows[name].fault for name in names)


HEALTHY = (
    Row("good-archive", "", "a good archive", "return:good", Layer.CLEAN_UP, Side.THEIRS),
    Row("good-workstation", "", "a good workstation", "lab:good", Layer.CLEAN_UP, Side.THEIRS, role=Role.WORKSTATION),
    Row("good-modality", "", "a good modality", "lab:good", Layer.ECHO, Side.THEIRS, role=Role.MODALITY),
    Row("good-printer", "", "a good printer", "lab:good", Layer.PRINTER, Side.THEIRS, role=Role.PRINTER),
    Row("good-many", "", "a good archive, with every consent", "return:good", Layer.ECHO, Side.THEIRS, consent=("many", "idle")),
    Row("good-tls", "", "a good archive behind TLS", "tls:right", Layer.ECHO, Side.THEIRS),
    Row("good-client", "", "TLS with a certificate of ours", "tls:wants-ours", Layer.ECHO, Side.THEIRS),
    Row("good-dcmqrscp", "", "dcmqrscp set right", "dcmqrscp:right", Layer.CLEAN_UP, Side.THEIRS, title="DCMQRSCP"),
    Row("good-storescp", "", "storescp set right", "storescp:right", Layer.CLEAN_UP, Side.THEIRS, role=Role.WORKSTATION),
    Row("good-pynetdicom", "", "pynetdicom set right", "pynetdicom:right", Layer.ECHO, Side.THEIRS, role=Role.MODALITY),
)
"""Where nothing is wrong: then nothing is said to be wrong."""


@pytest.mark.parametrize("healthy", HEALTHY, ids=lambda healthy: healthy.name)
def test_who_is_well_is_not_told_to_be_ill(healthy: Row, worlds: Worlds):
    found = worlds.examine(healthy)
    said = told(found)
    assert found.checkup.verdict is None, said
    assert found.checkup.ended is not None, said
    tried = [step.outcome for step in found.checkup.steps]
    assert not {Outcome.FAILED, Outcome.UNTRIED} & set(tried), said

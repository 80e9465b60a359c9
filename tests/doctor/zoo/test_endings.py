"""Whatever a peer does at whatever request: the layer is right, the sign fits, and the verdict has something to say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from tests.doctor.zoo import local
from tests.doctor.zoo.examination import Found, examine
from tests.doctor.zoo.loopback import Loopback
from tests.doctor.zoo.table import Row
from tests.doctor.zoo.test_zoo import AT_ONCE, assert_plain, told

from isocenter.doctor import signs
from isocenter.lab.faults.habits import Ending, Habits, How
from isocenter.model.checkup import Layer, Outcome, Role, Side

LAYERS = {
    "find": Layer.FIND,
    "store": Layer.STORE,
    "move": Layer.MOVE,
    "get": Layer.GET,
    "commitment": Layer.COMMITMENT,
    "print": Layer.PRINTER,
}
ENDINGS = {How.FIN: "closed", How.RST: "closed", How.ABORT: "aborted", How.RELEASE: "released"}
STATUSES = {
    "find": (0x0110, 0x0122, 0x0124, 0xA700, 0xA900, 0xC000, 0xC123, 0xFE00),
    "store": (0x0110, 0x0111, 0x0117, 0x0119, 0x0122, 0x0124, 0x0213, 0xA700, 0xA7FF, 0xA900, 0xC000, 0xCFFF, 0xFE00),
    "move": (0x0110, 0x0122, 0x0124, 0x0213, 0xA701, 0xA702, 0xA801, 0xA900, 0xC000, 0xC001, 0xC002, 0xC013, 0xC801, 0xFE00),
    "get": (0x0110, 0x0122, 0x0124, 0x0213, 0xA701, 0xA702, 0xA900, 0xC000, 0xFE00),
    "commitment": (0x0110, 0x0112, 0x0115, 0x0122, 0x0123, 0x0124, 0x0131, 0x0213, 0xC000),
    "print": (0x0110, 0x0112, 0x0122, 0x0124, 0x0213, 0xC000),
}


@dataclass(frozen=True, eq=False)
class Deed:
    """What a peer does at one operation, and the sign that it has to leave."""

    operation: str
    what: str
    sign: str
    habits: Habits

    @property
    def row(self) -> Row:
        role = Role.PRINTER if self.operation == "print" else Role.ARCHIVE
        return Row(f"{self.operation}-{self.what}", "A17", "", "", LAYERS[self.operation], Side.THEIRS, role=role, is_remark=True)


def deeds() -> list[Deed]:
    found = []
    for operation in LAYERS:
        word = "commit" if operation == "commitment" else operation
        for how, name in ENDINGS.items():
            found.append(Deed(operation, how.value, f"{word}-{name}", Habits(ends={operation: Ending(how)})))
        found.append(Deed(operation, "is silent", f"{word}-silent", Habits(silent=frozenset({operation}))))
        found.append(Deed(operation, "wrong id", f"{word}-wrong-id", Habits(wrong_message_ids=frozenset({operation}))))
        for status in STATUSES[operation]:
            code = signs.of_status(word, status).code
            found.append(Deed(operation, f"{status:04X}", code, Habits(statuses={operation: status})))
    return found


DEEDS = deeds()


@pytest.fixture(scope="module")
def findings(request):
    loopback = Loopback()
    wanted = [item.callspec.params["deed"] for item in request.session.items if "deed" in getattr(item, "fixturenames", ())]

    def look(deed: Deed) -> Found:
        with local.with_habits(loopback, deed.habits, deed.row) as target:
            return examine(deed.row, target)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {deed: pool.submit(look, deed) for deed in wanted}
    loopback.close()


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: f"{deed.operation} {deed.what}")
def test_each_deed_leaves_its_sign_at_its_layer(deed, findings):
    found = findings[deed].result()
    said = told(found)
    assert found.step is not None, said
    assert found.step.outcome in (Outcome.FAILED, Outcome.WARNED), said
    assert found.step.sign is not None, said
    assert found.step.sign.code == deed.sign, said
    assert found.verdict is not None, said
    assert found.verdict.layer is LAYERS[deed.operation], said
    assert found.verdict.explanation, said
    assert_plain(found.verdict, said)

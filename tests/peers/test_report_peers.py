"""Reports about real archives: what a reset of an Orthanc looks like months later, and what it says of itself."""

from __future__ import annotations

import pytest
from tests.peers.processes import Orthanc

from isocenter.base.clock import SystemClock
from isocenter.doctor import clinic, products
from isocenter.doctor.difference import difference
from isocenter.doctor.visit import Consent, Patience
from isocenter.jobs.searching import Call
from isocenter.model.checkup import Checkup, Role
from isocenter.model.records import Node
from isocenter.model.report import Report

pytestmark = pytest.mark.peers


def examined(orthanc: Orthanc, known_product: str = "") -> Report:
    node = Node("Teaching archive", "TEACHING", "127.0.0.1", orthanc.port)
    visit = clinic.visit(
        Call(node, "ISOCENTER"),
        Role.MODALITY,
        11112,
        consent=Consent(titles=True),
        patience=Patience(pause=0.05),
        known_product=known_product,
    )
    checkup: Checkup = clinic.run(visit)
    return Report("", SystemClock().now(), checkup)


def test_an_orthanc_that_lost_its_title_is_said_to_be_reset(tmp_path):
    first = Orthanc.start(tmp_path / "before", DicomAet="TEACHING", DicomCheckCalledAet=True)
    try:
        before = examined(first)
    finally:
        first.server.end()
    assert before.checkup.verdict is None
    assert products.product_of(before.checkup.product).key == "orthanc"
    again = Orthanc.start(tmp_path / "after", DicomAet="ORTHANC", DicomCheckCalledAet=True)
    try:
        after = examined(again, before.checkup.product)
    finally:
        again.server.end()
    sentences = [change.sentence for change in difference(before, after).changes]
    assert sentences[0] == "The AE title was reset to its default: it is ORTHANC again, and TEACHING is refused."
    assert "AE titles: this worked and fails now." in sentences


def test_an_orthanc_that_stayed_as_it_was_has_no_difference(tmp_path):
    orthanc = Orthanc.start(tmp_path / "same", DicomAet="TEACHING", DicomCheckCalledAet=True)
    try:
        one, other = examined(orthanc), examined(orthanc)
    finally:
        orthanc.server.end()
    # How fast it was is this computer's affair, which has other things to do.
    assert [change.sentence for change in difference(one, other).changes if change.what != "time"] == []

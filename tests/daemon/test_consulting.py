"""A checkup of the page between two running houses: the way back is the house's own port, and nothing of it stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.waiting import a_free_port, wait_for
from tests.web.houses import lived

from isocenter.daemon.consulting import TLS_FOLDER
from isocenter.jobs.echoing import try_echo
from isocenter.jobs.searching import Call
from isocenter.model.checkup import Checkup, Layer, Outcome, Role
from isocenter.model.records import Node
from isocenter.standard.sop_class import CT_IMAGE
from isocenter.web.clinic import CheckupAsked, Secured

PEM = "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "here") as house:
        yield house


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "there", "THERE") as house:
        yield house


def examined(house, node: Node, **asked) -> Checkup:
    wanted = CheckupAsked(node, Role.MODALITY, CT_IMAGE, frozenset())
    token = house.api.clinic.start(replace(wanted, **asked)).token
    wait_for(lambda: house.api.clinic.one(token).ended is not None)
    return house.api.clinic.one(token)


def test_an_archive_is_climbed_to_its_last_layer_and_the_copy_that_came_back_is_gone(here, there):
    there.knows(here)
    checkup = examined(here, there.node, role=Role.ARCHIVE, consent=frozenset({"store"}))
    assert checkup.verdict is None
    outcomes = {step.layer: step.outcome for step in checkup.steps}
    assert outcomes[Layer.MOVE] is outcomes[Layer.GET] is outcomes[Layer.COMPARE] is Outcome.PASSED
    assert (checkup.own_ae_title, checkup.own_port) == ("ISOCENTER", here.house.settings.port)
    assert here.browser.get("/api/status").json()["instances"] == 0
    titles = checkup.step(Layer.TITLES).exchanges[-1]
    (kept,) = [one for one in here.browser.get("/api/inspector").json()["recordings"] if one["token"] == titles.recording]
    assert (kept["way"], kept["byte_count"] >= titles.byte_count) == ("out", True)


def test_without_consent_nothing_is_stored(here, there):
    before = there.browser.get("/api/status").json()["instances"]
    checkup = examined(here, there.node, role=Role.ARCHIVE)
    assert checkup.step(Layer.STORE).outcome is Outcome.SKIPPED
    assert there.browser.get("/api/status").json()["instances"] == before


def test_the_doctor_calls_under_the_title_that_the_house_has_now(here, there):
    assert here.house.device.change({"aet": "WARD_4"}) == []
    try:
        assert examined(here, there.node).own_ae_title == "WARD_4"
    finally:
        here.house.device.change({"aet": "ISOCENTER"})


def test_a_title_that_was_let_in_under_another_spelling_is_remembered(here):
    closed = Node("closed", "CLOSED", "127.0.0.1", a_free_port())
    here.house.shelf.put_node(closed)
    us = Node("us", "ISOCENTRE", "127.0.0.1", here.house.settings.port)
    try_echo(Call(us, "CLOSED"))
    wait_for(lambda: here.house.standings.story(closed).calls.called_ae_title == "ISOCENTRE")
    checkup = examined(here, closed)
    assert checkup.verdict.layer is Layer.TCP


def test_what_is_pasted_as_an_authority_is_used_for_this_checkup_and_is_gone_then(here, there, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    checkup = examined(here, there.node, secured=Secured(PEM, check_host=False))
    assert checkup.secure
    assert checkup.verdict.layer in {Layer.TLS, Layer.FIRST_BYTES}
    wait_for(lambda: list(tmp_path.iterdir()) == [])


def test_what_this_device_shows_of_itself_lies_in_the_data_folder(here, there):
    folder = here.house.place.folder / TLS_FOLDER
    folder.mkdir()
    (folder / "certificate.pem").write_text("no certificate", encoding="utf-8")
    (folder / "key.pem").write_text("no key", encoding="utf-8")
    checkup = examined(here, there.node, secured=Secured())
    assert checkup.verdict is not None
    assert checkup.ended is not None

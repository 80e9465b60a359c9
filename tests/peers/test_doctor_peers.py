"""The doctor's data layers at other people's archives: what each of them says when the way back is wrong, and when it is right."""

from __future__ import annotations

import json
import sys

import pytest
from tests.peers.processes import House, Orthanc, QueryRetrieve, Receiver, Server, a_free_port, is_listening

from isocenter.base.clock import SystemClock
from isocenter.doctor import clinic
from isocenter.doctor.visit import Patience
from isocenter.jobs.searching import Call
from isocenter.model.checkup import Layer, Outcome, Role, Side
from isocenter.model.records import Node
from isocenter.net.return_listener import ReturnListener

PATIENCE = Patience(response=10, retrieve=10, arrival=2, commitment=3, pause=0)
TITLE = "DOCTOR"


def examined(aet: str, port: int, own_port: int, role: Role = Role.ARCHIVE, **more):
    """A whole climb to a peer on this computer, with a listener of ours at `own_port`."""
    clock = SystemClock()
    call = Call(Node(aet.lower(), aet, "127.0.0.1", port), TITLE)
    visit = clinic.visit(
        call, role, own_port, patience=PATIENCE, return_path=ReturnListener(own_port, clock, address="127.0.0.1"), **more
    )
    return clinic.run(visit)


def outcomes(checkup) -> dict[Layer, Outcome]:
    return {step.layer: step.outcome for step in checkup.steps}


def sign(checkup) -> str:
    failed = next(step for step in checkup.steps if step.outcome is Outcome.FAILED)
    return failed.sign.code


@pytest.fixture(scope="module")
def own_port():
    return a_free_port()


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory, own_port):
    peer = Orthanc.start(tmp_path_factory.mktemp("orthanc"), DicomModalities={"iso": [TITLE, "127.0.0.1", own_port]})
    yield peer
    peer.server.end()


@pytest.fixture(scope="module")
def dcmqrscp(tmp_path_factory, own_port):
    peer = QueryRetrieve.start(tmp_path_factory.mktemp("dcmqrscp"), {TITLE: own_port})
    yield peer
    peer.server.end()


@pytest.fixture(scope="module")
def qrscp(tmp_path_factory, own_port):
    folder, port = tmp_path_factory.mktemp("qrscp"), a_free_port()
    (folder / "qrscp.cfg").write_text(
        f"[DEFAULT]\nae_title: QRSCP\nport: {port}\nmax_pdu: 16382\nacse_timeout: 30\ndimse_timeout: 30\nnetwork_timeout: 30\n"
        f"bind_address: 127.0.0.1\ninstance_location: {folder}\ndatabase_location: {folder / 'db.sqlite'}\n"
        f"[{TITLE}]\naddress: 127.0.0.1\nport: {own_port}\n"
    )
    server = Server([sys.executable, "-m", "pynetdicom", "qrscp", "-c", str(folder / "qrscp.cfg")], folder / "qrscp.log")
    server.wait_until(lambda: is_listening(port))
    yield port
    server.end()


@pytest.mark.parametrize("peer", ["orthanc", "dcmqrscp", "qrscp"])
def test_an_archive_that_knows_us_passes_every_layer_and_gives_back_what_it_took(peer, request, own_port):
    found = request.getfixturevalue(peer)
    port, aet = (found, "QRSCP") if peer == "qrscp" else (found.port, found.aet)
    checkup = examined(aet, port, own_port)
    assert checkup.verdict is None, checkup.verdict
    told = outcomes(checkup)
    for layer in (Layer.FIND, Layer.STORE, Layer.FIND_AGAIN, Layer.MOVE, Layer.GET, Layer.COMPARE):
        assert told[layer] is Outcome.PASSED, checkup.step(layer)
    assert "as they were sent" in checkup.step(Layer.COMPARE).words
    assert told[Layer.COMMITMENT] is (Outcome.PASSED if peer == "orthanc" else Outcome.WARNED)
    assert told[Layer.CLEAN_UP] is Outcome.WARNED


@pytest.mark.parametrize(
    ("peer", "code", "first"),
    [("orthanc", "move-Cxxx", {"M1", "M2"}), ("dcmqrscp", "move-A702", {"M2", "M3"}), ("qrscp", "move-A801", {"M1", "M2"})],
)
def test_another_port_than_the_archive_knows_fails_at_the_way_back(peer, code, first, request):
    found = request.getfixturevalue(peer)
    port, aet = (found, "QRSCP") if peer == "qrscp" else (found.port, found.aet)
    checkup = examined(aet, port, a_free_port())
    assert (checkup.verdict.layer, sign(checkup)) == (Layer.MOVE, code)
    assert checkup.verdict.causes[0].fault in first
    assert "No connection reached our listener" in checkup.verdict.explanation


def test_a_title_that_dcmqrscp_does_not_know_is_its_own_to_enter(tmp_path):
    peer = QueryRetrieve.start(tmp_path, {"OTHER": a_free_port()})
    try:
        checkup = examined(peer.aet, peer.port, a_free_port())
    finally:
        peer.server.end()
    assert (sign(checkup), checkup.verdict.side, checkup.verdict.causes[0].fault) == ("move-A801", Side.THEIRS, "M1")
    assert any(TITLE in sentence for sentence in checkup.verdict.there)


def test_an_orthanc_that_hangs_up_on_a_search_has_not_got_us_in_its_list(tmp_path):
    peer = Orthanc.start(tmp_path, DicomAlwaysAllowFind=False)
    try:
        checkup = examined(peer.aet, peer.port, a_free_port())
    finally:
        peer.server.end()
    assert (checkup.verdict.layer, sign(checkup)) == (Layer.FIND, "find-aborted")
    assert (checkup.verdict.side, checkup.verdict.causes[0].fault) == (Side.THEIRS, "A16")
    assert checkup.verdict.lines


def test_a_receiver_takes_the_class_that_will_be_sent(tmp_path):
    peer = Receiver.start(tmp_path)
    try:
        checkup = examined(
            "STORESCP", peer.port, a_free_port(), Role.WORKSTATION, storage_class_uid="1.2.840.10008.5.1.4.1.1.88.11"
        )
        [stored] = peer.files()
    finally:
        peer.server.end()
    assert checkup.verdict is None
    assert checkup.step(Layer.STORE).facts["sop_instance_uid"] == stored


def test_our_own_archive_passes_until_it_should_know_our_port(tmp_path):
    archive = House.start(tmp_path / "house", "--policy", "open")
    try:
        stranger = examined(archive.aet, archive.port, a_free_port())
        port = a_free_port()
        archive.know(TITLE, port)
        known = examined(archive.aet, archive.port, port)
    finally:
        archive.server.end()
    assert (stranger.verdict.layer, sign(stranger)) == (Layer.MOVE, "move-A801")
    assert known.verdict is None
    assert outcomes(known)[Layer.COMPARE] is Outcome.PASSED


def test_the_way_back_through_the_running_archive_is_seen_from_the_command_line(tmp_path, orthanc):
    archive = House.start(tmp_path / "house", "--policy", "open")
    name = orthanc.know(archive, AET="HOUSE")
    try:
        said = json.loads(
            archive.cli("doctor", f"{orthanc.aet}@127.0.0.1:{orthanc.port}", "--aet", "HOUSE", "--json", codes=(0, 1))
        )
    finally:
        archive.server.end()
        orthanc.ask(f"/modalities/{name}", method="DELETE")
    steps = {step["layer"]: step for step in said["steps"]}
    assert steps["move"]["outcome"] == "passed", steps["move"]
    assert steps["compare"]["outcome"] == "passed"
    assert any("is in the archive here" in remark for remark in said["remarks"])

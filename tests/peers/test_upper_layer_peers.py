"""DCMTK's tools and pynetdicom against the archive, each way: associations, the five operations, and no 40 ms anywhere."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise

import pydicom
import pytest

from isocenter.model.records import AssociationOutcome, Node
from isocenter.net import client
from isocenter.net.files import sendable
from isocenter.net.outgoing import propose
from isocenter.net.requestor import Proposal, open_association
from isocenter.standard.sop_class import CT_IMAGE, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

pytestmark = pytest.mark.peers

STALL_SECONDS = 0.04
"""What Nagle's algorithm and a delayed acknowledgement cost together, where nobody prevents it."""


def study_keys(uid: str) -> list[str]:
    return ["-k", "0008,0052=STUDY", "-k", f"0020,000d={uid}"]


def send(node, folder):
    with open_association(node, Proposal(propose([(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)])), calling_ae_title="TESTER") as requestor:
        return list(client.store(requestor, [sendable(path) for path in sorted(folder.iterdir())]))


def pixels(folder) -> dict[str, bytes]:
    read = [pydicom.dcmread(path) for path in folder.iterdir()]
    return {str(dataset.SOPInstanceUID): dataset.PixelData for dataset in read}


def test_echoscu_is_answered(station, run):
    assert "Received Echo Response (Success)" in run("echoscu", "-v", "127.0.0.1", station.port)
    station.wait_until_ended()
    assert station.diary.ended[0].outcome is AssociationOutcome.RELEASED


def test_echoscu_proposing_all_it_has_is_answered(station, run):
    run("echoscu", "-v", "-pts", "38", "-ppc", "128", "127.0.0.1", station.port)


@pytest.mark.parametrize("pdu_bytes", ["4096", "16384", "131072"])
def test_storescu_may_have_any_pdu_size(station, run, make_images, pdu_bytes):
    folder = make_images(2, side=256)
    run("storescu", "+sd", "-pdu", pdu_bytes, "--max-send-pdu", pdu_bytes, "127.0.0.1", station.port, str(folder))
    assert station.diary.served == [("store", 0)] * 2


def test_storescu_aborting_leaves_the_archive_in_order(station, run):
    run("echoscu", "--abort", "127.0.0.1", station.port)
    run("echoscu", "127.0.0.1", station.port)
    station.wait_until_ended(2)
    assert [ended.outcome for ended in station.diary.ended] == [AssociationOutcome.ABORTED, AssociationOutcome.RELEASED]


@pytest.mark.parametrize("tuned", [True, False], ids=["TCP_NODELAY", "as shipped"])
def test_no_store_of_storescu_waits_for_an_acknowledgement(station, run, make_images, tuned):
    folder = make_images(200)
    run("storescu", "+sd", "127.0.0.1", station.port, str(folder), tuned=tuned)
    assert station.diary.served == [("store", 0)] * 200
    gaps = [after - before for before, after in pairwise(station.diary.arrivals)]
    # The disk may take its time now and then; a stall of the network would come with every image.
    assert statistics.median(gaps) < STALL_SECONDS / 2
    assert sum(gap > STALL_SECONDS for gap in gaps) < 20


def test_no_store_of_our_own_waits_for_an_acknowledgement(station, make_images):
    began = time.monotonic()
    assert [sent.status for sent in send(station.node(), make_images(200))] == [0] * 200
    assert (time.monotonic() - began) / 200 < STALL_SECONDS / 2


def test_no_store_into_storescp_waits_for_an_acknowledgement(storescp, make_images):
    folder, node = storescp()
    images = make_images(200)
    began = time.monotonic()
    assert [sent.status for sent in send(node, images)] == [0] * 200
    assert (time.monotonic() - began) / 200 < STALL_SECONDS / 2
    assert pixels(folder) == pixels(images)


def test_storescp_is_echoed(storescp):
    _, node = storescp()
    with open_association(node, Proposal(client.query_contexts(VERIFICATION)), calling_ae_title="TESTER") as requestor:
        assert client.echo(requestor).status == 0


def test_findscu_movescu_and_getscu_find_and_bring_back_what_storescu_sent(
    station, run, make_images, free_port, tmp_path, study_of
):
    images = make_images(5)
    run("storescu", "+sd", "127.0.0.1", station.port, str(images))
    study = study_of(images)
    assert study in run("findscu", "-S", "-k", "0008,0052=STUDY", "-k", "0020,000d", "127.0.0.1", station.port)

    got = tmp_path / "got"
    got.mkdir()
    run("getscu", "-S", *study_keys(study), "-od", str(got), "127.0.0.1", station.port)
    assert pixels(got) == pixels(images)

    moved = tmp_path / "moved"
    moved.mkdir()
    station.nodes["MOVESCU"] = Node("movescu", "MOVESCU", "127.0.0.1", free_port)
    run("movescu", "-S", "+P", str(free_port), *study_keys(study), "-od", str(moved), "127.0.0.1", station.port)
    assert pixels(moved) == pixels(images)


def test_a_move_to_storescp_brings_all_on_several_associations(station, run, make_images, storescp, study_of):
    folder, station.nodes["RECEIVER"] = storescp("--fork")
    images = make_images(60, side=128)
    send(station.node(), images)
    began = time.monotonic()
    output = run("movescu", "-v", "-S", "-aem", "RECEIVER", *study_keys(study_of(images)), "127.0.0.1", station.port)
    assert "Received Final Move Response (Success)" in output
    assert pixels(folder) == pixels(images)
    assert time.monotonic() - began < 60 * STALL_SECONDS


def test_a_move_to_a_receiver_that_takes_one_association_falls_back_to_one(station, run, make_images, storescp, study_of):
    folder, station.nodes["RECEIVER"] = storescp("--single-process")
    images = make_images(20)
    send(station.node(), images)
    run("movescu", "-S", "-aem", "RECEIVER", *study_keys(study_of(images)), "127.0.0.1", station.port)
    assert pixels(folder) == pixels(images)


def test_a_move_to_nobody_fails_with_a_reason(station, run, make_images, free_port, study_of):
    images = make_images(3)
    send(station.node(), images)
    station.nodes["NOBODY"] = Node("nobody", "NOBODY", "127.0.0.1", free_port)
    output = run("movescu", "-d", "-S", "-aem", "NOBODY", *study_keys(study_of(images)), "127.0.0.1", station.port, fails=True)
    assert "0xa702" in output
    assert "Failed Suboperations          : 3" in output


def test_an_image_is_transcoded_for_a_receiver_that_takes_implicit_vr_alone(station, run, make_images, storescp, study_of):
    folder, station.nodes["RECEIVER"] = storescp("+xi")
    images = make_images(2)
    send(station.node(), images)
    run("movescu", "-S", "-aem", "RECEIVER", *study_keys(study_of(images)), "127.0.0.1", station.port)
    assert pixels(folder) == pixels(images)
    written = pydicom.dcmread(next(folder.iterdir()), stop_before_pixels=True)
    assert written.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2"


def test_pynetdicom_echoes_and_stores(station, make_images):
    from pynetdicom import AE

    entity = AE(ae_title="PYNETDICOM")
    entity.add_requested_context(VERIFICATION)
    entity.add_requested_context(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)
    association = entity.associate("127.0.0.1", int(station.port), ae_title="ISOCENTER")
    assert association.is_established
    try:
        assert association.send_c_echo().Status == 0
        for path in make_images(3).iterdir():
            assert association.send_c_store(pydicom.dcmread(path)).Status == 0
    finally:
        association.release()
    station.wait_until_ended()
    assert station.diary.ended[0].instances == {CT_IMAGE: 3}


def test_pynetdicom_is_echoed_and_stored_to(make_images, free_port):
    from pynetdicom import AE, evt

    received = {}

    def keep(event):
        received[str(event.dataset.SOPInstanceUID)] = event.dataset.PixelData
        return 0

    entity = AE(ae_title="PYNETDICOM")
    entity.add_supported_context(VERIFICATION)
    entity.add_supported_context(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)
    server = entity.start_server(("127.0.0.1", free_port), block=False, evt_handlers=[(evt.EVT_C_STORE, keep)])
    node = Node("pynetdicom", "PYNETDICOM", "127.0.0.1", free_port)
    images = make_images(3)
    try:
        with open_association(node, Proposal(client.query_contexts(VERIFICATION)), calling_ae_title="TESTER") as requestor:
            assert client.echo(requestor).status == 0
        assert [sent.status for sent in send(node, images)] == [0, 0, 0]
    finally:
        server.shutdown()
    assert received == pixels(images)

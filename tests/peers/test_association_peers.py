"""Associations as peers see them: policies at the door, negotiation of everything optional, speed, and one association for all."""

from __future__ import annotations

import time
from contextlib import contextmanager

import pydicom
import pytest
from tests.peers.processes import a_free_port, run, uid_of

from isocenter.model.records import Node
from isocenter.standard.sop_class import CT_IMAGE, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

pytestmark = pytest.mark.peers

STUDY_ROOT_FIND, STUDY_ROOT_MOVE, STUDY_ROOT_GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
FAILED = tuple(range(1, 128))
STUDY = ["-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID"]


@contextmanager
def associated(house, *contexts: str, extended=(), called="ISOCENTER", calling="PYNETDICOM", accepted=True):
    """An association of pynetdicom."""
    from pynetdicom import AE

    entity = AE(ae_title=calling)
    for uid in contexts or (VERIFICATION,):
        entity.add_requested_context(uid, [EXPLICIT_VR_LITTLE_ENDIAN, "1.2.840.10008.1.2"])
    association = entity.associate("127.0.0.1", house.port, ae_title=called, ext_neg=list(extended))
    assert association.is_established is accepted
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


# C-ECHO


def test_echoscu_and_gdcmscu_are_answered(house):
    assert "Received Echo Response (Success)" in run("echoscu", "-v", *house.address)
    run("gdcmscu", "--echo", *house.address, "--call", "ISOCENTER", codes=(0, -6))
    house.wait_until_said("GDCMSCU (127.0.0.1) echoed")


def test_orthanc_echoes(house, orthanc):
    orthanc.ask(f"/modalities/{orthanc.know(house)}/echo", {})


def test_isocenter_echoes_everybody(house, orthanc, receive, query_retrieve):
    for aet, port in (("ORTHANC", orthanc.port), ("STORESCP", receive().port), ("DCMQRSCP", query_retrieve({}).port)):
        house.know(aet, port)
        assert "it is there and speaks DICOM" in house.cli("echo", aet)


def test_echoscu_may_repeat_on_one_association_without_stalls(house):
    began = time.monotonic()
    run("echoscu", "--repeat", "300", *house.address)
    assert time.monotonic() - began < 300 * 0.02


# The door


def test_by_default_this_computer_may_call_any_title(house):
    run("echoscu", "-aec", "WHOEVER", *house.address)


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    from tests.peers.processes import House

    house = House.start(tmp_path_factory.mktemp("strict"), "--policy", "strict", "--strict-identifiers")
    house.know("KNOWN", a_free_port())
    house.know("ECHO_STORE", a_free_port(), operations=frozenset({"echo", "store"}))
    yield house
    assert house.server.end() == 0, house.said()


def test_strict_rejects_a_wrong_called_title_in_the_words_of_the_standard(strict):
    output = run("echoscu", "-v", "-aet", "KNOWN", "-aec", "WRONG", *strict.address, codes=FAILED)
    assert "Result: Rejected Permanent, Source: Service User" in output
    assert "Reason: Called AE Title Not Recognized" in output
    with associated(strict, called="WRONG", calling="KNOWN", accepted=False) as association:
        answer = association.acceptor.primitive
        assert (answer.result, answer.result_source, answer.diagnostic) == (1, 1, 7)
    strict.wait_until_said("It called 'WRONG', but this archive's title is 'ISOCENTER'.")


def test_strict_rejects_a_stranger_who_wants_more_than_an_echo(strict):
    output = run("findscu", "-S", "-aet", "STRANGER", "-aec", "ISOCENTER", *STUDY, *strict.address, codes=FAILED)
    assert "Reason: Calling AE Title Not Recognized" in output
    run("echoscu", "-aet", "STRANGER", "-aec", "ISOCENTER", *strict.address)
    strict.wait_until_said("isocenter node add STRANGER --aet STRANGER --host 127.0.0.1")


def test_strict_gives_a_known_node_what_its_entry_says(strict, make_images):
    images = make_images(2)
    run("storescu", "-aet", "ECHO_STORE", "-aec", "ISOCENTER", "+sd", *strict.address, str(images))
    with associated(strict, VERIFICATION, CT_IMAGE, STUDY_ROOT_FIND, calling="ECHO_STORE") as association:
        assert {context.abstract_syntax: context.result for context in association.rejected_contexts} == {STUDY_ROOT_FIND: 1}
        assert association.send_c_echo().Status == 0
    run("findscu", "-S", "-aet", "KNOWN", "-aec", "ISOCENTER", *STUDY, *strict.address)


def test_a_rejected_caller_is_served_once_it_is_entered(strict):
    asked = ["-S", "-aet", "NEWCOMER", "-aec", "ISOCENTER", *STUDY, *strict.address]
    run("findscu", *asked, codes=FAILED)
    strict.know("NEWCOMER", a_free_port())
    run("findscu", *asked)


def test_identifiers_are_held_to_the_hierarchy_where_asked_for_unless_relational_was_negotiated(strict):
    from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation

    relational = SOPClassExtendedNegotiation()
    relational.sop_class_uid, relational.service_class_application_information = STUDY_ROOT_FIND, b"\x01"
    query = pydicom.Dataset()
    query.QueryRetrieveLevel, query.PatientID, query.SOPInstanceUID = "IMAGE", "P1", ""
    for extended, status in (((), 0xA900), ((relational,), 0x0000)):
        with associated(strict, STUDY_ROOT_FIND, calling="KNOWN", extended=extended) as association:
            assert [answer.Status for answer, _ in association.send_c_find(query, STUDY_ROOT_FIND)][-1] == status


def test_open_serves_everybody_and_says_what_strict_would_have_refused(start_house):
    house = start_house("--policy", "open")
    run("findscu", "-S", "-aet", "STRANGER", "-aec", "WRONG", *STUDY, *house.address)
    house.wait_until_said("The policy strict would have refused")


def test_isocenter_is_told_why_it_is_rejected(strict, receive, house):
    assert house.cli("echo", f"WRONG@127.0.0.1:{strict.port}", "--aet", "KNOWN", codes=(4,)) == ""
    assert house.cli("find", f"ISOCENTER@127.0.0.1:{strict.port}", "--aet", "STRANGER", codes=(4,)) == ""
    receiver = receive("--refuse")
    house.cli("echo", f"STORESCP@127.0.0.1:{receiver.port}", codes=(4,))
    house.cli("echo", f"NOBODY@127.0.0.1:{a_free_port()}", codes=(3,))


# What may be negotiated


def test_storescu_may_say_who_its_user_is(house, make_images):
    images = str(next(make_images(1).iterdir()))
    run("storescu", "--user", "radiographer", *house.address, images)
    run("storescu", "--user", "radiographer", "--password", "secret", "--pos-response", *house.address, images)
    run("storescu", "--user", "radiographer", "--empty-password", *house.address, images)
    assert "secret" not in house.said()


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("wants_answer", [True, False])
def test_every_kind_of_user_identity_is_survived(house, kind, wants_answer):
    from pynetdicom.pdu_primitives import UserIdentityNegotiation

    identity = UserIdentityNegotiation()
    identity.user_identity_type, identity.primary_field = kind, b"radiographer"
    identity.secondary_field = b"secret" if kind == 2 else b""
    identity.positive_response_requested = wants_answer
    with associated(house, extended=[identity]) as association:
        answered = [
            item
            for item in association.acceptor.user_information
            if "ServerResponse" in repr(item) or hasattr(item, "server_response")
        ]
        assert association.send_c_echo().Status == 0
    assert bool(answered) is (wants_answer and kind in (1, 2)) or not wants_answer


@pytest.mark.parametrize("window", [(0, 0), (1, 1), (5, 7), (65535, 65535)])
def test_any_asynchronous_window_is_answered_with_one_and_one(house, window):
    from pynetdicom.pdu_primitives import AsynchronousOperationsWindowNegotiation

    proposed = AsynchronousOperationsWindowNegotiation()
    proposed.maximum_number_operations_invoked, proposed.maximum_number_operations_performed = window
    with associated(house, extended=[proposed]) as association:
        assert association.acceptor.asynchronous_operations == (1, 1)
        assert association.send_c_echo().Status == 0


def test_all_128_contexts_are_answered(house):
    with associated(house, *[f"1.2.840.10008.5.1.4.1.1.{number}" for number in range(2, 129)], VERIFICATION) as association:
        assert len(association.accepted_contexts) + len(association.rejected_contexts) == 128
        assert association.send_c_echo().Status == 0


# One association for everything


def test_one_association_serves_all_operations_in_turn(house, make_images, receive, study_of):
    from pynetdicom import AE, build_role, evt

    images = make_images(4)
    receiver = receive()
    house.know("RECEIVER", receiver.port)
    received = []

    def keep(event):
        received.append(event.dataset.SOPInstanceUID)
        return 0

    entity = AE(ae_title="PYNETDICOM")
    for uid in (VERIFICATION, STUDY_ROOT_FIND, STUDY_ROOT_MOVE, STUDY_ROOT_GET):
        entity.add_requested_context(uid)
    entity.add_requested_context(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)
    roles = [build_role(CT_IMAGE, scu_role=True, scp_role=True)]
    association = entity.associate("127.0.0.1", house.port, ext_neg=roles, evt_handlers=[(evt.EVT_C_STORE, keep)])
    assert association.is_established
    query = pydicom.Dataset()
    query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", study_of(images)
    try:
        for _ in range(2):
            assert association.send_c_echo().Status == 0
            for path in images.iterdir():
                assert association.send_c_store(pydicom.dcmread(path)).Status == 0
            assert [status.Status for status, _ in association.send_c_find(query, STUDY_ROOT_FIND)] == [0xFF00, 0]
            assert [status.Status for status, _ in association.send_c_get(query, STUDY_ROOT_GET)][-1] == 0
            assert [status.Status for status, _ in association.send_c_move(query, "RECEIVER", STUDY_ROOT_MOVE)][-1] == 0
    finally:
        association.release()
    uids = sorted(uid_of(path) for path in images.iterdir())
    assert sorted(received) == sorted(uids * 2)
    assert sorted(receiver.files()) == uids


def test_two_hundred_images_of_an_unmodified_storescu_do_not_stall(house, make_images):
    images = make_images(200)
    began = time.monotonic()
    run("storescu", "+sd", *house.address, str(images))
    # Nagle's algorithm and delayed acknowledgements would cost 40 ms an image: eight seconds.
    assert time.monotonic() - began < 6


def test_a_node_with_its_own_title_for_us_is_called_under_it(house, receive, make_images, study_of):
    from isocenter.daemon.library import open_shelf

    images = make_images(1)
    run("storescu", "+sd", *house.address, str(images))
    receiver = receive()
    with open_shelf(house.folder) as shelf:
        shelf.put_node(Node("alias", "ALIAS", "127.0.0.1", receiver.port, local_ae_title="OUR_OTHER_NAME"))
    run("movescu", "-S", "-aem", "ALIAS", *STUDY[:2], "-k", f"StudyInstanceUID={study_of(images)}", *house.address)
    receiver.server.end()
    (path,) = receiver.folder.iterdir()
    assert pydicom.dcmread(path, stop_before_pixels=True).file_meta.get("SourceApplicationEntityTitle") == "OUR_OTHER_NAME"

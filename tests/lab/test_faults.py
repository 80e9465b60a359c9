"""The lab's peers: the one without bad habits serves everything, each other one does what its sentence says."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doctor.zoo.loopback import Loopback
from tests.waiting import wait_for

from isocenter.base.errors import LinkLost, LocalError, Refused, UsageError
from isocenter.base.limits import CONTROL_PDU_BYTES_MAX
from isocenter.dataset import identifier
from isocenter.dimse import commands
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor import fault_table
from isocenter.lab.faults import catalogue, certificates, commitment, door, memory
from isocenter.lab.faults.catalogue import PRACTICES
from isocenter.lab.faults.habits import Commits, Ending, Habits, How, Moves
from isocenter.lab.faults.line import Ended, Line
from isocenter.lab.faults.memory import Memory
from isocenter.lab.faults.retrieval import Tally
from isocenter.lab.faults.serving import practise, serving
from isocenter.lab.phantom import ct_series, data_set_bytes
from isocenter.model.records import Node
from isocenter.net import client
from isocenter.net.requestor import Proposal, open_association
from isocenter.net.tls import connecting_context, listening_context
from isocenter.standard.sop_class import (
    BASIC_GRAYSCALE_PRINT_MANAGEMENT,
    CT_IMAGE,
    STORAGE_COMMITMENT_PUSH,
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
    STUDY_ROOT_MOVE,
    VERIFICATION,
)
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire.outlet import fragmented, value_header
from isocenter.wire.pdu import (
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ProposedContext,
    ReleaseRequest,
    RoleSelection,
    UserInformation,
)
from isocenter.wire.pdu_codec import encode

CLASSES = (
    VERIFICATION,
    CT_IMAGE,
    STUDY_ROOT_FIND,
    STUDY_ROOT_MOVE,
    STUDY_ROOT_GET,
    STORAGE_COMMITMENT_PUSH,
    BASIC_GRAYSCALE_PRINT_MANAGEMENT,
)


@pytest.fixture(scope="module")
def loopback():
    world = Loopback()
    yield world
    world.close()


@pytest.fixture(scope="module")
def image():
    return next(ct_series(5, slices=1, side_pixels=32))


def proposal(*, as_scp_of: tuple[str, ...] = ()) -> Proposal:
    return Proposal(client.query_contexts(*CLASSES), as_scp_of)


def called(port: int, title: str = "FAULTY", calling: str = "ISOCENTER", **more):
    return open_association(Node("faulty", title, "127.0.0.1", port), proposal(**more), calling_ae_title=calling)


def store(requestor, image) -> int:
    context = requestor.context_for(CT_IMAGE)
    raw = data_set_bytes(image)
    number = requestor.new_message_id()
    command = Command(
        field=CommandField.C_STORE_RQ,
        message_id=number,
        affected_sop_class_uid=CT_IMAGE,
        affected_sop_instance_uid=str(image.SOPInstanceUID),
        priority=0,
        has_data_set=True,
    )
    requestor.send(context.id, command, [raw])
    return requestor.response(number, 5).command.status


def query(keys: dict[str, str]):
    return lambda syntax: identifier.encode(keys, syntax)


def study_of(image) -> dict[str, str]:
    return {"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": str(image.StudyInstanceUID)}


def test_a_peer_without_bad_habits_echoes_stores_and_finds(loopback, image):
    with loopback.peer(Habits()) as (port, peer), called(port) as requestor:
        assert client.echo(requestor).status == 0
        assert store(requestor, image) == 0
        assert len(peer.memory) == 1
        keys = study_of(image) | {"PatientName": str(image.PatientName)[:3] + "*", "StudyDate": "19000101-", "PatientID": ""}
        found = list(client.find(requestor, STUDY_ROOT_FIND, query(keys)))
        assert [response.is_pending for response in found] == [True, False]
        answer = identifier.decode(found[0].identifier, found[0].transfer_syntax)
        assert answer.PatientID == image.PatientID
        none = list(client.find(requestor, STUDY_ROOT_FIND, query(keys | {"PatientName": "Nobody"})))
        assert [response.command.status for response in none] == [0]


def test_it_moves_what_it_has_to_a_destination_that_it_knows(loopback, image):
    with loopback.peer(Habits(title="THERE")) as (there, receiver):
        habits = Habits(destinations={"THERE": ("127.0.0.1", there)})
        with loopback.peer(habits) as (port, _), called(port) as requestor:
            store(requestor, image)
            told = list(client.move(requestor, STUDY_ROOT_MOVE, query(study_of(image)), "THERE"))
            assert (told[-1].command.status, told[-1].command.completed, told[-1].command.failed) == (0, 1, 0)
            assert len(receiver.memory) == 1
            assert receiver.heard[0].calling_ae_title == "FAULTY"
            unknown = list(client.move(requestor, STUDY_ROOT_MOVE, query(study_of(image)), "ELSEWHERE"))
            assert unknown[-1].command.status == 0xA801


def test_it_sends_back_what_is_got_where_the_caller_offers_to_receive(loopback, image):
    received = []

    class Kept:
        def __init__(self, request):
            self.request = request

        def write(self, view):
            received.append(bytes(view))

        def finish(self):
            from isocenter.dimse.exchange import Reply

            command = self.request.command
            return Reply(
                Command(
                    field=CommandField.C_STORE_RSP,
                    message_id_being_responded_to=command.message_id,
                    affected_sop_class_uid=command.affected_sop_class_uid,
                    affected_sop_instance_uid=command.affected_sop_instance_uid,
                    status=0,
                )
            )

        def abandon(self): ...

    with loopback.peer(Habits()) as (port, _):
        with called(port, as_scp_of=(CT_IMAGE,)) as requestor:
            requestor.receive = Kept
            # An association on which we are the SCP of a class is not one to send it on.
            with called(port) as other:
                store(other, image)
            told = list(client.get(requestor, STUDY_ROOT_GET, query(study_of(image)), Kept))
            assert (told[-1].command.status, told[-1].command.completed) == (0, 1)
        assert b"".join(received) == data_set_bytes(image)
        with called(port) as requestor:
            told = list(client.get(requestor, STUDY_ROOT_GET, query(study_of(image)), Kept))
            assert told[-1].command.status == 0xA702


def asked(requestor, command: Command, data: bytes | None = None, uid: str = STORAGE_COMMITMENT_PUSH):
    requestor.send(requestor.context_for(uid).id, command, [data] if data is not None else None)


def commitment_request(image, syntax: str) -> bytes:
    items = [{"ReferencedSOPClassUID": CT_IMAGE, "ReferencedSOPInstanceUID": str(image.SOPInstanceUID)}]
    return identifier.encode({"TransactionUID": "1.2.3", "ReferencedSOPSequence": items}, syntax)


@pytest.mark.parametrize(("is_stored", "event"), [(True, 1), (False, 2)])
def test_it_commits_to_what_it_has_and_says_what_it_has_not(image, is_stored, event):
    kept = Memory(Habits())
    if is_stored:
        kept.keep(memory.read(data_set_bytes(image), EXPLICIT_VR_LITTLE_ENDIAN, CT_IMAGE, str(image.SOPInstanceUID)))
    report = commitment.judge(commitment_request(image, EXPLICIT_VR_LITTLE_ENDIAN), EXPLICIT_VR_LITTLE_ENDIAN, kept, 0)
    assert report.event_type_id == event
    told = identifier.decode(report.identifier(EXPLICIT_VR_LITTLE_ENDIAN), EXPLICIT_VR_LITTLE_ENDIAN)
    assert told.TransactionUID == "1.2.3"
    assert ("FailedSOPSequence" in told) is not is_stored
    assert ("ReferencedSOPSequence" in told) is is_stored


def raw_association(port: int, *contexts: tuple[str, str], roles: tuple[RoleSelection, ...] = ()) -> socket.socket:
    """An association of a few lines, where the house's own requestor would say no."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=5)
    proposed = tuple(ProposedContext(2 * n + 1, uid, (syntax,)) for n, (uid, syntax) in enumerate(contexts))
    sock.sendall(encode(AssociateRequest("FAULTY", "ISOCENTER", proposed, UserInformation(16384, "1.2.3", roles=roles))))
    assert read_pdu(sock)[0] == 2
    return sock


def read_exactly(sock: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        more = sock.recv(count - len(got))
        assert more, "closed"
        got += more
    return got


def read_pdu(sock: socket.socket) -> tuple[int, bytes]:
    kind, length = struct.unpack(">BxI", read_exactly(sock, 6))
    return kind, read_exactly(sock, length)


def read_command(sock: socket.socket) -> Command:
    while True:
        kind, body = read_pdu(sock)
        assert kind == 4
        if body[5] & 1:
            return commands.decode(body[6:])


def send(sock: socket.socket, context_id: int, command: Command, data: bytes | None = None) -> None:
    parts = list(fragmented(context_id, 1, [commands.encode(command)], 16000))
    if data is not None:
        parts += fragmented(context_id, 0, [data], 16000)
    sock.sendall(b"".join(bytes(view) for part in parts for view in part))


N_ACTION = Command(
    field=CommandField.N_ACTION_RQ,
    message_id=1,
    requested_sop_class_uid=STORAGE_COMMITMENT_PUSH,
    requested_sop_instance_uid="1.2.840.10008.1.20.1.1",
    action_type_id=1,
    has_data_set=True,
)


def test_the_result_of_commitment_comes_on_the_same_association(loopback, image):
    context = (STORAGE_COMMITMENT_PUSH, EXPLICIT_VR_LITTLE_ENDIAN)
    with loopback.peer(Habits(commits=Commits.SAME)) as (port, _), raw_association(port, context) as sock:
        send(sock, 1, N_ACTION, commitment_request(image, EXPLICIT_VR_LITTLE_ENDIAN))
        assert read_command(sock).status == 0
        event = read_command(sock)
        assert (event.field, event.event_type_id) == (CommandField.N_EVENT_REPORT_RQ, 2)


def test_or_on_one_of_its_own_with_the_roles_reversed(loopback, image):
    with loopback.peer(Habits(title="ISOCENTER")) as (back, us):
        habits = Habits(commits=Commits.NEW, destinations={"ISOCENTER": ("127.0.0.1", back)})
        with loopback.peer(habits) as (port, _):
            with raw_association(port, (STORAGE_COMMITMENT_PUSH, EXPLICIT_VR_LITTLE_ENDIAN)) as sock:
                send(sock, 1, N_ACTION, commitment_request(image, EXPLICIT_VR_LITTLE_ENDIAN))
                assert read_command(sock).status == 0
                sock.sendall(encode(ReleaseRequest()))
                assert read_pdu(sock)[0] == 6
            wait_for(lambda: bool(us.heard), 4.0)
            assert us.heard[0].user.roles == (RoleSelection(STORAGE_COMMITMENT_PUSH, scu=False, scp=True),)


def test_a_printer_tells_its_state(loopback):
    context = (BASIC_GRAYSCALE_PRINT_MANAGEMENT, IMPLICIT_VR_LITTLE_ENDIAN)
    with loopback.peer(Habits()) as (port, _), raw_association(port, context) as sock:
        send(sock, 1, Command(field=CommandField.N_GET_RQ, message_id=1, requested_sop_class_uid="1.2"))
        answer = read_command(sock)
        assert (answer.status, answer.has_data_set) == (0, True)


def test_an_unknown_context_is_answered_with_an_abort(loopback):
    with loopback.peer(Habits()) as (port, _), raw_association(port, (VERIFICATION, IMPLICIT_VR_LITTLE_ENDIAN)) as sock:
        send(sock, 9, Command(field=CommandField.C_ECHO_RQ, message_id=1, affected_sop_class_uid=VERIFICATION))
        assert read_pdu(sock)[0] == 7


@pytest.mark.parametrize("name", PRACTICES)
def test_every_fault_listens_and_stands_in_the_table_of_faults(name):
    practice = catalogue.practice(name)
    assert not practice.fault or fault_table.fault(practice.fault).identifier == practice.fault
    assert practice.sentence
    assert not practice.sentence.endswith(".")

    async def listens() -> None:
        async with serving(practice) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.suppress(ConnectionError):
                writer.write_eof()
                await reader.read()
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    asyncio.run(listens())


@pytest.mark.parametrize(
    ("statuses", "final"),
    [((0, 0), 0), ((0, 0xB000), 0xB000), ((0, 0xA700), 0xB000), ((0xA700, None), 0xA702), ((), 0)],
)
def test_sub_operations_are_summed_up_as_the_standard_says(statuses, final):
    tally = Tally(len(statuses))
    for status in statuses:
        tally.count(status)
    assert (tally.final(), tally.remaining) == (final, 0)
    assert tally.completed + tally.failed + tally.warning == len(statuses)


def test_an_unknown_name_is_told_with_those_that_come_near():
    with pytest.raises(UsageError, match="there is no-ct"):
        catalogue.practice("noct")


def test_a_port_that_is_taken_is_said(loopback):
    with loopback.peer(Habits()) as (port, _), pytest.raises(UsageError, match=f"port {port}"):
        practise(catalogue.practice("silent"), "127.0.0.1", port, lambda got: None)


@pytest.mark.parametrize(
    ("habits", "titles", "rejection"),
    [
        (Habits(called=("ARCHIVE",)), ("FAULTY", "ISOCENTER"), (1, 1, 7)),
        (Habits(calling=("MODALITY",)), ("FAULTY", "ISOCENTER"), (1, 1, 3)),
        (Habits(called=("ARCHIVE",), calling=("MODALITY",)), ("FAULTY", "ISOCENTER"), (1, 1, 7)),
        (Habits(called=("ARCHIVE",), calling=("MODALITY",), judges_calling_first=True), ("FAULTY", "ISOCENTER"), (1, 1, 3)),
        (Habits(called=("archive",)), ("ARCHIVE", "ISOCENTER"), (1, 1, 7)),
        (Habits(called=("archive",), folds_case=True), ("ARCHIVE", "ISOCENTER"), None),
        (Habits(rejects=(2, 3, 1)), ("FAULTY", "ISOCENTER"), (2, 3, 1)),
        (Habits(wants_identity=(1, 2, 1)), ("FAULTY", "ISOCENTER"), (1, 2, 1)),
        (Habits(classes=frozenset(), rejects_if_nothing=(1, 1, 1)), ("FAULTY", "ISOCENTER"), (1, 1, 1)),
    ],
)
def test_the_door_turns_away_as_its_habits_say(habits, titles, rejection):
    request = AssociateRequest(*titles, client.query_contexts(VERIFICATION), UserInformation(16384, "1.2.3"))
    answer = door.answer(request, habits)
    assert answer == AssociateReject(*rejection) if rejection else isinstance(answer, AssociateAccept)


def test_the_door_knows_the_protocol_and_counts_its_lines():
    request = AssociateRequest("FAULTY", "US", client.query_contexts(VERIFICATION), UserInformation(16384))
    assert door.answer(replace(request, application_context="1.2.3"), Habits()) == AssociateReject(1, 1, 2)
    assert door.answer(replace(request, protocol_version=2), Habits()) == AssociateReject(1, 2, 2)
    assert door.answer(request, Habits(wants_implementation=True)) == AssociateReject(1, 1, 1)
    assert door.answer(request, Habits(lines_max=2), 2) == AssociateReject(2, 3, 2)
    assert isinstance(door.answer(request, Habits(lines_max=2), 1), AssociateAccept)


@pytest.mark.parametrize(
    ("habits", "results"),
    [
        (Habits(), (0, 0)),
        (Habits(refuses={CT_IMAGE: 1}), (0, 1)),
        (Habits(classes=frozenset({VERIFICATION})), (0, 3)),
        (Habits(syntaxes=("1.2.840.10008.1.2.2",)), (4, 4)),
        (Habits(syntaxes=("1.2.840.10008.1.2.2",), result_of_syntax=3), (3, 3)),
    ],
)
def test_contexts_get_the_result_of_the_habits(habits, results):
    request = AssociateRequest("FAULTY", "US", client.query_contexts(VERIFICATION, CT_IMAGE), UserInformation(16384))
    assert tuple(context.result for context in door.answer(request, habits).contexts) == results


def heard(port: int, first: bytes = b"", *, wait: float = 5) -> bytes:
    """Everything that comes for these bytes, until the other side closes; a reset is told as RST."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as sock:
        got = b""
        try:
            sock.sendall(first)
            while more := sock.recv(4096):
                got += more
        except ConnectionResetError:
            return got + b"RST"
        except TimeoutError:
            return got + b"..."
        return got


ECHO_REQUEST = encode(AssociateRequest("FAULTY", "US", client.query_contexts(VERIFICATION), UserInformation(16384, "1.2.3")))


@pytest.mark.parametrize(
    ("habits", "answer"),
    [
        (Habits(ends={"request": Ending(How.FIN)}), b""),
        (Habits(ends={"request": Ending(How.RST)}), b"RST"),
        (Habits(ends={"request": Ending(How.ABORT, 2, 6)}), bytes.fromhex("07000000000400000206")),
        (Habits(rejects=(1, 1, 7)), bytes.fromhex("03000000000400010107") + b"..."),
        (Habits(silent=frozenset({"request"})), b"..."),
        (Habits(greeting=b"hello", silent=frozenset({"request"})), b"hello..."),
        (Habits(answer=b"what?"), b"what?"),
    ],
)
def test_a_line_ends_as_its_habits_say(loopback, habits, answer):
    with loopback.peer(habits) as (port, _):
        assert heard(port, ECHO_REQUEST, wait=0.4) == answer


def test_a_line_can_end_before_a_word(loopback):
    with loopback.peer(Habits(ends={"connect": Ending(How.FIN)})) as (port, _):
        assert heard(port) == b""
    with loopback.peer(Habits(ends={"connect": Ending(How.RST)})) as (port, _):
        try:
            got = heard(port)
        except ConnectionResetError:
            got = b"RST"  # it came while the connection was still being made
        assert got == b"RST"


def test_an_answer_can_be_cut_in_the_middle(loopback):
    with loopback.peer(Habits(ends={"request": Ending(How.FIN, after_bytes=40)})) as (port, _):
        got = heard(port, ECHO_REQUEST)
        assert len(got) == 40
        assert got[0] == 2


@pytest.mark.parametrize(
    ("name", "first", "begins"),
    [
        ("web", b"\x01\x00", b"HTTP/1.1 400"),
        ("web", b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200"),
        ("patient-web", b"\x01\x00", b"..."),
        ("patient-web", b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200"),
        ("proxy", b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 407"),
        ("gateway", b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 503"),
        ("ssh", b"", b"SSH-2.0-"),
        ("mail", b"", b"220 "),
        ("ftp", b"", b"220 "),
        ("screen", b"", b"RFB "),
        ("telnet", b"", b"\xff\xfd"),
        ("hl7", ECHO_REQUEST, b"..."),
        ("eager-hl7", ECHO_REQUEST, b"\x0bMSH"),
        ("remote-desktop", ECHO_REQUEST, b"\x03\x00\x00\x13"),
        ("file-share", ECHO_REQUEST, b"\x00\x00\x00\x23\xffSMB"),
    ],
)
def test_strangers_speak_their_own_language(loopback, name, first, begins):
    with loopback.stranger(PRACTICES[name].stranger) as port:
        assert heard(port, first, wait=0.3).startswith(begins)


def test_one_at_a_time_means_that_a_silent_caller_blocks_the_next(loopback):
    with loopback.peer(Habits(is_serial=True)) as (port, _):
        with socket.create_connection(("127.0.0.1", port)):
            assert heard(port, ECHO_REQUEST, wait=0.3) == b"..."
        with called(port) as requestor:
            assert client.echo(requestor).status == 0


def test_a_full_house_rejects_the_next_and_has_room_again_afterwards(loopback):
    with loopback.peer(Habits(lines_max=1)) as (port, _):
        with called(port) as first:
            assert client.echo(first).status == 0
            with pytest.raises(Refused) as refused:
                called(port)
            assert (refused.value.result, refused.value.source, refused.value.reason) == (2, 3, 2)
        with called(port) as again:
            assert client.echo(again).status == 0


@pytest.mark.parametrize(
    ("name", "status"),
    [(one.name, one.habits.statuses["store"]) for one in PRACTICES.values() if one.habits and "store" in one.habits.statuses],
)
def test_a_store_is_answered_with_the_status_of_the_habits(loopback, image, name, status):
    with loopback.peer(PRACTICES[name].habits) as (port, peer), called(port) as requestor:
        assert store(requestor, image) == status
        assert len(peer.memory) == (status >> 12 == 0xB)


def test_what_is_coerced_or_dropped_is_so_in_what_is_kept(loopback, image):
    habits = Habits(coerces={"PatientName": "CHANGED^BY PEER"}, drops=("StudyDescription",))
    with loopback.peer(habits) as (port, peer), called(port) as requestor:
        assert store(requestor, image) == 0
        kept = peer.memory.by_uid(str(image.SOPInstanceUID))
        assert kept.words["PatientName"] == "CHANGED^BY PEER"
        assert "StudyDescription" not in kept.words
        assert kept.words["PatientID"] == image.PatientID


def test_who_forgets_says_that_all_is_well(loopback, image):
    with loopback.peer(Habits(forgets=True)) as (port, peer), called(port) as requestor:
        assert store(requestor, image) == 0
        assert len(peer.memory) == 0


def test_a_quota_refuses_what_is_above_it(loopback, image):
    with loopback.peer(Habits(quota=1)) as (port, _), called(port) as requestor:
        assert store(requestor, image) == 0
        assert store(requestor, image) == 0xA700


def test_after_an_image_the_line_can_end(loopback, image):
    with loopback.peer(Habits(after_store=Ending(How.ABORT))) as (port, _), called(port) as requestor:
        assert store(requestor, image) == 0
        with pytest.raises(LinkLost):
            client.echo(requestor)


def test_who_is_not_allowed_gets_an_abort_at_the_request(loopback, image):
    with loopback.peer(Habits(only_titles={"find": ("FRIEND",)})) as (port, _):
        with called(port, calling="FRIEND") as friend:
            assert list(client.find(friend, STUDY_ROOT_FIND, query(study_of(image))))[-1].command.status == 0
        requestor = called(port)
        assert client.echo(requestor).status == 0
        with pytest.raises(LinkLost, match="abort"):
            list(client.find(requestor, STUDY_ROOT_FIND, query(study_of(image))))
        requestor.abort()


def test_more_than_a_doctor_needs_at_once_are_not_served(loopback, monkeypatch):
    monkeypatch.setattr("isocenter.lab.faults.peer.LAB_LINES_MAX", 1)
    with loopback.peer(Habits()) as (port, _):
        with called(port) as first:
            assert client.echo(first).status == 0
            assert heard(port).removesuffix(b"RST") == b""
        with called(port) as again:
            assert client.echo(again).status == 0


def test_another_message_id_is_no_answer(loopback):
    context = (VERIFICATION, IMPLICIT_VR_LITTLE_ENDIAN)
    with loopback.peer(Habits(wrong_message_ids=frozenset({"echo"}))) as (port, _), raw_association(port, context) as sock:
        send(sock, 1, Command(field=CommandField.C_ECHO_RQ, message_id=1, affected_sop_class_uid=VERIFICATION))
        assert read_command(sock).message_id_being_responded_to == 78


@pytest.mark.parametrize(
    ("habits", "status", "completed"),
    [
        (Habits(moves=Moves.NOWHERE, destinations={"HERE": ("127.0.0.1", 1)}), 0, 1),
        (Habits(destinations={"HERE": ("127.0.0.1", 1)}), 0xA702, 0),
        (Habits(destinations={"HERE": ("127.0.0.1", 1)}, unreachable_destination=0xC005), 0xC005, 0),
        (Habits(destinations={"here": ("127.0.0.1", 1)}), 0xA801, None),
        (Habits(destinations={"here": ("127.0.0.1", 1)}, folds_destination=True), 0xA702, 0),
    ],
)
def test_a_move_fails_as_the_habits_say(loopback, image, habits, status, completed):
    with loopback.peer(habits) as (port, _), called(port) as requestor:
        store(requestor, image)
        last = list(client.move(requestor, STUDY_ROOT_MOVE, query(study_of(image)), "HERE"))[-1].command
        assert (last.status, last.completed) == (status, completed)


@pytest.mark.parametrize(
    ("habits", "keys", "count"),
    [
        (Habits(), {"PatientName": "head*"}, 0),
        (Habits(folds_names=True), {"PatientName": "*"}, 1),
        (Habits(), {"StudyDate": "*"}, 0),
        (Habits(), {"ModalitiesInStudy": "CT"}, 1),
        (Habits(), {"ModalitiesInStudy": "ct"}, 0),
        (Habits(is_blind=True), {}, 0),
        (Habits(excludes_by_star=True, drops=("AccessionNumber",)), {"AccessionNumber": "*"}, 1),
        (Habits(excludes_by_star=True, coerces={"AccessionNumber": ""}), {"AccessionNumber": "*"}, 0),
        (Habits(ignores_unknown_keys=False), {"InstitutionAddress": "somewhere"}, 0),
        (Habits(), {"InstitutionAddress": "somewhere"}, 1),
    ],
)
def test_matching_obeys_the_standard_or_the_habits(loopback, image, habits, keys, count):
    with loopback.peer(habits) as (port, _), called(port) as requestor:
        store(requestor, image)
        told = list(client.find(requestor, STUDY_ROOT_FIND, query(study_of(image) | keys)))
        assert len(told) - 1 == count


def test_a_star_as_a_date_can_be_an_error_and_answers_can_be_limited(loopback, image):
    with loopback.peer(Habits(date_star_fails=True)) as (port, _), called(port) as requestor:
        store(requestor, image)
        assert next(client.find(requestor, STUDY_ROOT_FIND, query(study_of(image) | {"StudyDate": "*"}))).command.status == 0xC000
    with loopback.peer(Habits(answers_max=1)) as (port, _), called(port) as requestor:
        for one in ct_series(6, slices=2, side_pixels=16):
            store(requestor, one)
        keys = {"QueryRetrieveLevel": "IMAGE", "SOPInstanceUID": ""}
        told = [response.command.status for response in client.find(requestor, STUDY_ROOT_FIND, query(keys))]
        assert told == [0xFF00, 0xFE00]


def test_no_level_is_no_question(loopback):
    with loopback.peer(Habits()) as (port, _), called(port) as requestor:
        assert next(client.find(requestor, STUDY_ROOT_FIND, query({"PatientID": ""}))).command.status == 0xA900


def test_memory_is_bounded(image, monkeypatch):
    monkeypatch.setattr(memory, "LAB_OBJECTS_MAX", 2)
    kept = Memory(Habits())
    for uid in ("1.1", "1.2", "1.3"):
        kept.keep(replace(memory.read(data_set_bytes(image), EXPLICIT_VR_LITTLE_ENDIAN, CT_IMAGE, uid)))
    assert [kept.by_uid(uid) is not None for uid in ("1.1", "1.2", "1.3")] == [False, True, True]


def read_messages(chunks: list[bytes]) -> list[object]:
    """What a line makes of these bytes, and how it ended."""

    async def read() -> list[object]:
        reader = asyncio.StreamReader()
        for chunk in chunks:
            reader.feed_data(chunk)
        reader.feed_eof()
        line, got = Line(reader, None), []
        try:
            while True:
                got.append(await line.message())
        except Ended as error:
            got.append(str(error))
        return got

    return asyncio.run(read())


WHOLE = b"".join(
    bytes(view)
    for part in (
        *fragmented(1, 1, [commands.encode(Command(field=CommandField.C_STORE_RQ, message_id=3, has_data_set=True))], 11),
        *fragmented(1, 0, [b"0123456789" * 3], 7),
    )
    for view in part
)


@given(st.lists(st.integers(0, len(WHOLE)), max_size=8))
def test_messages_are_the_same_however_they_are_cut(cuts):
    edges = [0, *sorted(cuts), len(WHOLE)]
    got = read_messages([WHOLE[start:end] for start, end in pairwise(edges)])
    assert len(got) == 2
    assert got[0].command.message_id == 3
    assert got[0].data == b"0123456789" * 3


@given(st.integers(0, len(WHOLE) - 1))
def test_a_message_that_is_cut_short_is_none(count):
    assert read_messages([WHOLE[:count]]) == ["closed by the other side"]


@given(st.binary(max_size=200))
def test_no_bytes_of_a_stranger_are_more_than_an_end(raw):
    assert isinstance(read_messages([raw])[-1], str)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (bytes.fromhex("480000000000"), "type 48H"),
        (struct.pack(">BxI", 1, CONTROL_PDU_BYTES_MAX + 1), "bytes"),
        (struct.pack(">BxI", 4, 2**32 - 1), "bytes"),
        (struct.pack(">BxIIBB", 4, 6, 1, 1, 3), "presentation data value"),
        (struct.pack(">BxIIBB", 4, 6, 99, 1, 3), "presentation data value"),
        (value_header(1, 3, 4) + b"\0\0\0\0", "command set"),
        (encode(ReleaseRequest())[:-1], "closed"),
    ],
)
def test_what_is_no_message_ends_the_line_with_a_sentence(raw, why):
    assert why in read_messages([raw])[-1]


def test_certificates_are_what_they_claim(tmp_path, loopback):
    authority = certificates.Authority(tmp_path)
    right = authority.issue("right")
    with loopback.peer(Habits(), tls=listening_context(*right)) as (port, _):
        node = Node("faulty", "FAULTY", "127.0.0.1", port)
        tls = connecting_context(authority.certificate)
        with open_association(node, proposal(), calling_ae_title="US", tls=tls) as requestor:
            assert client.echo(requestor).status == 0
    for name, files, words in (
        ("expired", authority.issue("old", days=(-30, -1)), "expired"),
        ("not yet", authority.issue("new", days=(1, 30)), "not yet valid"),
        ("name", authority.issue("other", ("elsewhere.example.org",)), "match"),
        ("issuer", certificates.self_signed(tmp_path), "self-signed"),
    ):
        with loopback.peer(Habits(), tls=listening_context(*files)) as (port, _):
            node = Node("faulty", "FAULTY", "127.0.0.1", port)
            with pytest.raises(LinkLost, match=words):
                open_association(node, proposal(), calling_ae_title="US", tls=connecting_context(authority.certificate))
            assert name


def test_nothing_in_common_is_said_by_our_own_requestor(loopback):
    with loopback.peer(PRACTICES["nothing-accepted"].habits) as (port, _), pytest.raises(LocalError):
        called(port)

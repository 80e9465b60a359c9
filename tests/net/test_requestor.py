from __future__ import annotations

import socket
import threading

import pytest

from isocenter.base.errors import LinkLost, LocalError, Refused
from isocenter.base.ids import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from isocenter.dimse.commands import Command, CommandField
from isocenter.model.records import AssociationOutcome, Node, TurnedAway
from isocenter.net import client, requestor
from isocenter.net.requestor import Proposal, open_association
from isocenter.standard.sop_class import CT_IMAGE, STUDY_ROOT_FIND, VERIFICATION
from isocenter.standard.status import REJECTION_REASONS
from isocenter.wire.outlet import value_header
from isocenter.wire.pdu import AnsweredContext, AssociateAccept, ExtendedNegotiation, UserIdentity, UserInformation
from isocenter.wire.pdu_codec import encode

ECHO = Proposal(client.query_contexts(VERIFICATION))


@pytest.fixture
def scripted():
    """A peer that reads one PDU for each entry of its script and writes that entry: bytes, or None to close."""
    threads = []

    def begin(*script: bytes | None) -> Node:
        server = socket.create_server(("127.0.0.1", 0))

        def serve():
            with server, server.accept()[0] as sock:
                sock.settimeout(10)
                for answer in script:
                    head = sock.recv(6, socket.MSG_WAITALL)
                    sock.recv(int.from_bytes(head[2:], "big"), socket.MSG_WAITALL)
                    if answer is None:
                        return
                    sock.sendall(answer)
                while sock.recv(4096):
                    pass

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return Node("peer", "PEER", "127.0.0.1", server.getsockname()[1])

    yield begin
    for thread in threads:
        thread.join(15)
        assert not thread.is_alive()


def accept(*results: int) -> bytes:
    contexts = tuple(AnsweredContext(2 * number + 1, result, "1.2.840.10008.1.2") for number, result in enumerate(results))
    return encode(AssociateAccept("PEER", "ME", contexts, UserInformation(pdu_bytes_max=16384, implementation_class_uid="1.2")))


def opened(node: Node, proposal: Proposal = ECHO):
    return open_association(node, proposal, calling_ae_title="ME")


def test_we_say_who_we_are_and_what_we_want(start):
    station = start()
    admit, seen = station.doorman.admit, []
    station.doorman.admit = lambda request, address: (seen.append(request), admit(request, address))[1]
    identity = UserIdentity(2, b"ann", b"secret", response_requested=True)
    proposal = Proposal(
        client.query_contexts(VERIFICATION, CT_IMAGE),
        as_scp_of=(CT_IMAGE, CT_IMAGE),
        extended=(ExtendedNegotiation(CT_IMAGE, b"\1"),),
        identity=identity,
    )
    with opened(station.node(pdu_bytes_max=65536), proposal) as association:
        assert association.accept.user.implementation_version_name == IMPLEMENTATION_VERSION_NAME
        assert association.agreed[3].peer_is_scu
        assert not association.agreed[3].peer_is_scp
        assert association.agreed[1].peer_is_scp
    (request,) = seen
    assert (request.called_ae_title, request.calling_ae_title) == ("ISOCENTER", "ME")
    assert request.user.implementation_class_uid == IMPLEMENTATION_CLASS_UID
    assert request.user.pdu_bytes_max == 65536
    assert len(request.user.roles) == 1
    assert request.user.identity == identity
    assert "secret" not in repr(identity)


@pytest.mark.parametrize(("source", "reason"), [*REJECTION_REASONS, (9, 9)])
def test_every_rejection_is_told_in_words(start, source, reason):
    station = start()
    station.doorman.admission = TurnedAway(2, source if source < 4 else 1, reason, "why")
    with pytest.raises(Refused) as caught:
        opened(station.node())
    assert caught.value.reason == reason
    assert str(caught.value).startswith(f"ISOCENTER (127.0.0.1:{station.listener.port}): rejected for now: ")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ((None,), "the peer closed the connection"),
        ((b"\7\0\0\0\0\4\0\0\2\1",), "aborted by the service provider: unrecognized PDU"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), "HTTP"),
        ((b"\2\0\0\0\0\1\0",), "."),
        ((accept(0)[:50] + b"",), "."),
    ],
    ids=["closed", "aborted", "a web server", "nonsense", "cut"],
)
def test_what_goes_wrong_at_the_door_names_the_node_and_the_cause(scripted, script, words, monkeypatch):
    monkeypatch.setattr(requestor, "ASSOCIATE_SECONDS", 0.3)
    with pytest.raises(LinkLost, match=rf"PEER \(127\.0\.0\.1:\d+\).*{words}"):
        opened(scripted(*script))


def test_a_node_that_does_not_answer_is_not_waited_for_for_ever(scripted, monkeypatch):
    monkeypatch.setattr(requestor, "ASSOCIATE_SECONDS", 0.1)
    with pytest.raises(LinkLost, match=r"did not answer our association request within 0.1 s"):
        opened(scripted(b""))


def test_a_node_that_cannot_be_reached_is_named():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(LinkLost, match=rf"GONE: no connection to 127.0.0.1:{port}: connection refused"):
        opened(Node("gone", "GONE", "127.0.0.1", port))


def test_none_of_it_accepted_is_no_association(scripted):
    with pytest.raises(LocalError, match="none of what was proposed"):
        opened(scripted(accept(3), b"\6\0\0\0\0\4\0\0\0\0"))


def test_what_was_not_proposed_cannot_be_accepted(scripted):
    with pytest.raises(LinkLost, match="context 3 is answered and was not proposed"):
        opened(scripted(accept(0, 0)))


def response(message_id: int) -> bytes:
    from isocenter.dimse.commands import encode as encode_command

    coded = encode_command(Command(field=CommandField.C_ECHO_RSP, message_id_being_responded_to=message_id, status=0))
    return value_header(1, 3, len(coded)) + coded


def test_answers_to_other_messages_are_passed_over(scripted):
    node = scripted(accept(0), response(77) + response(1), b"\6\0\0\0\0\4\0\0\0\0")
    with opened(node) as association:
        assert client.echo(association).status == 0


def test_a_node_that_hangs_up_in_the_middle_is_named_with_the_cause(scripted):
    with (
        opened(scripted(accept(0), None)) as association,
        pytest.raises(LinkLost, match=r"PEER \(.*the peer closed the connection"),
    ):
        client.echo(association)


def test_a_node_that_answers_no_more_is_aborted(scripted):
    with opened(scripted(accept(0), b"")) as association:
        association.send(1, Command(field=CommandField.C_ECHO_RQ, message_id=1, affected_sop_class_uid=VERIFICATION))
        with pytest.raises(LinkLost, match=r"nothing came for 0.1 s"):
            association.response(1, 0.1)


def test_stores_that_nobody_expects_are_refused_and_the_wait_goes_on(scripted):
    from isocenter.dimse.commands import encode as encode_command

    coded = encode_command(
        Command(field=CommandField.C_STORE_RQ, message_id=5, affected_sop_class_uid=VERIFICATION, has_data_set=True)
    )
    store = value_header(1, 3, len(coded)) + coded + value_header(1, 2, 4) + b"data"
    node = scripted(accept(0), store + response(1), b"", b"\6\0\0\0\0\4\0\0\0\0")
    with opened(node) as association:
        assert client.echo(association).status == 0


def test_an_exception_inside_aborts(start):
    station = start()

    def leave():
        with opened(station.node()):
            raise KeyError

    with pytest.raises(KeyError):
        leave()
    station.wait_until(lambda: station.diary.ended)
    assert station.diary.ended[0].outcome is AssociationOutcome.ABORTED


def test_ending_twice_is_ending_once(start):
    association = opened(start().node())
    association.release()
    association.release()
    association.abort()


def test_message_ids_begin_again_after_the_last(start):
    with opened(start().node()) as association:
        association._last_message_id = 0xFFFF
        assert association.new_message_id() == 1


def test_only_what_was_accepted_has_a_context(start):
    with opened(start().node()) as association, pytest.raises(LocalError, match="ISOCENTER accepted no presentation context"):
        association.context_for(STUDY_ROOT_FIND)

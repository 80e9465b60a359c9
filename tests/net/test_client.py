from __future__ import annotations

from itertools import chain, repeat

import pytest

from isocenter.base.errors import LinkLost, LocalError
from isocenter.dimse.exchange import Forward
from isocenter.net import client
from isocenter.net.files import Folder
from isocenter.net.outgoing import Sendable, propose
from isocenter.net.requestor import Proposal, open_association
from isocenter.standard.sop_class import CT_IMAGE, MR_IMAGE, STUDY_ROOT_FIND, STUDY_ROOT_GET, STUDY_ROOT_MOVE, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, JPEG_2000_LOSSLESS


def opened(station, *classes, proposal=None, **more):
    proposal = proposal or Proposal(client.query_contexts(*classes))
    return open_association(station.node(**more), proposal, calling_ae_title="TESTER")


def query(transfer_syntax: str) -> bytes:
    return b"Q" + transfer_syntax.encode()[-1:]


def sendable(instance, blobs):
    return Sendable(instance.sop_class_uid, instance.sop_instance_uid, instance.transfer_syntax, lambda: blobs.open(instance.blob))


def test_an_echo_is_answered(start):
    station = start()
    with opened(station, VERIFICATION) as requestor:
        assert client.echo(requestor).status == 0
        assert client.echo(requestor).status == 0
    station.wait_until(lambda: station.diary.ended)
    assert station.diary.ended[0].requests == {"echo": 2}
    assert station.diary.ended[0].calling_ae_title == "TESTER"


def test_the_calling_title_of_a_node_wins(start):
    station = start()
    with opened(station, VERIFICATION, local_ae_title="OTHER"):
        pass
    station.wait_until(lambda: station.diary.ended)
    assert station.diary.ended[0].calling_ae_title == "OTHER"


def test_what_was_not_accepted_cannot_be_asked(start):
    with opened(start(), VERIFICATION) as requestor, pytest.raises(LocalError, match="accepted no presentation context"):
        next(client.find(requestor, STUDY_ROOT_FIND, query))


def test_a_search_gives_its_answers_in_order_and_the_final_one_last(start):
    with opened(start(find_count=50), STUDY_ROOT_FIND) as requestor:
        answers = list(client.find(requestor, STUDY_ROOT_FIND, query))
    assert [answer.identifier for answer in answers] == [*[b"Q1%08d" % number for number in range(50)], b""]
    assert [answer.is_pending for answer in answers] == [*repeat(True, 50), False]
    assert answers[-1].command.status == 0


def test_leaving_a_search_early_cancels_it_and_the_association_goes_on(start):
    station = start(find_count=100_000, find_pause=0.001)
    with opened(station, STUDY_ROOT_FIND, VERIFICATION) as requestor:
        answers = client.find(requestor, STUDY_ROOT_FIND, query)
        next(answers)
        answers.close()
        assert client.echo(requestor).status == 0
    station.wait_until(lambda: station.diary.ended)
    assert ("find", 0xFE00) in station.diary.requests


def test_instances_are_stored_as_they_are(start, make_instance, data_of, blobs):
    station = start()
    sizes = [0, 1, 1001, 70_000, 3_000_000]
    sendables = [sendable(make_instance(f"1.9.{size}", size), blobs) for size in sizes]
    with opened(station, proposal=Proposal(propose([(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)]))) as requestor:
        outcomes = list(client.store(requestor, sendables))
    assert [outcome.status for outcome in outcomes] == [0] * len(sizes)
    assert station.table.kept == {f"1.9.{size}": data_of(f"1.9.{size}", size) for size in sizes}
    assert [outcome.sendable for outcome in outcomes] == sendables
    station.wait_until(lambda: station.diary.ended)
    assert station.diary.ended[0].instances == {CT_IMAGE: len(sizes)}
    assert station.diary.ended[0].bytes_in > sum(sizes)


def test_one_failure_does_not_stop_the_rest(start, make_instance, blobs):
    station = start(store_statuses=chain([0xA700], repeat(0)))
    here, gone, other = make_instance("1.1"), make_instance("1.2"), make_instance("1.3", sop_class=MR_IMAGE)
    last = make_instance("1.4")
    items = [sendable(one, blobs) for one in (here, gone, other, last)]
    items[1] = Sendable(CT_IMAGE, "1.2", EXPLICIT_VR_LITTLE_ENDIAN, lambda: blobs.open(gone.blob + ".gone"))
    with opened(station, proposal=Proposal(propose([(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)]))) as requestor:
        outcomes = list(client.store(requestor, items))
    assert [outcome.status for outcome in outcomes] == [0xA700, None, None, 0]
    assert "A700" in outcomes[0].reason
    assert outcomes[0].comment == "as told"
    assert "its file cannot be opened: No such file" in outcomes[1].reason
    assert "does not take MR Image Storage" in outcomes[2].reason


def test_another_syntax_is_transcoded_where_the_node_takes_no_other(start, make_instance, blobs):
    station = start()
    instance = make_instance("1.1", 10, syntax=JPEG_2000_LOSSLESS)

    def transcode(data, stored, wanted):
        return b"%s to %s" % (stored[-2:].encode(), wanted[-2:].encode())

    contexts = client.query_contexts(CT_IMAGE)
    with opened(station, proposal=Proposal(contexts)) as requestor:
        (outcome,) = client.store(requestor, [sendable(instance, blobs)], transcode)
    assert outcome.status == 0
    assert station.table.kept["1.1"] == b"90 to .1"


def test_a_retrieval_comes_back_on_the_same_association_into_a_folder(start, make_instance, data_of, tmp_path):
    instances = [make_instance(f"1.8.{number}", 100_000 + number) for number in range(5)]
    station = start(forward=lambda request: Forward(iter(instances), None))
    folder = tmp_path / "out"
    folder.mkdir()
    into = Folder(folder)
    told = []
    proposal = client.get_proposal(STUDY_ROOT_GET, [(CT_IMAGE, (EXPLICIT_VR_LITTLE_ENDIAN,))])
    with opened(station, proposal=proposal) as requestor:
        answers = list(
            client.get(requestor, STUDY_ROOT_GET, query, into.receive, lambda request, reply, seconds: told.append(reply))
        )
    assert [answer.command.completed for answer in answers] == [1, 2, 3, 4, 5, 5]
    assert answers[-1].command.status == 0
    assert len(told) == 5
    assert sorted(path.name for path in into.written) == [f"1.8.{number}.dcm" for number in range(5)]
    assert into.written[0].read_bytes().endswith(data_of("1.8.0", 100_000))
    assert all(outcome.status == 0 for outcome in station.table.outcomes)


def test_what_the_requestor_cannot_keep_is_counted_as_failed(start, make_instance, tmp_path):
    instances = [make_instance("1.8.1"), make_instance("1.8.2", sop_class=MR_IMAGE)]
    station = start(forward=lambda request: Forward(iter(instances), None))
    into = Folder(tmp_path / "missing")
    proposal = client.get_proposal(STUDY_ROOT_GET, [(CT_IMAGE, (EXPLICIT_VR_LITTLE_ENDIAN,))])
    with opened(station, proposal=proposal) as requestor:
        answers = list(client.get(requestor, STUDY_ROOT_GET, query, into.receive))
    assert answers[-1].command.failed == 2
    assert [outcome.status for outcome in station.table.outcomes] == [0xA700, None]
    assert "does not take MR Image Storage" in station.table.outcomes[1].reason


def test_leaving_a_retrieval_early_stops_it(start, make_instance, tmp_path):
    instances = [make_instance(f"1.8.{number}", 50_000) for number in range(300)]
    station = start(forward=lambda request: Forward(iter(instances), None))
    into = Folder(tmp_path)
    proposal = client.get_proposal(STUDY_ROOT_GET, [(CT_IMAGE, (EXPLICIT_VR_LITTLE_ENDIAN,))])
    with opened(station, proposal=proposal) as requestor:
        answers = client.get(requestor, STUDY_ROOT_GET, query, into.receive)
        next(answers)
        answers.close()
    station.wait_until(lambda: station.diary.ended)
    assert station.diary.requests[-1] == ("get", 0xFE00)
    assert 1 <= len(into.written) < 300


def test_a_move_sends_elsewhere_and_reports_counts(start, make_instance):
    destination = start()
    instances = [make_instance(f"1.8.{number}") for number in range(7)]
    archive = start(forward=lambda request: Forward(iter(instances), destination.node(), "TESTER", request.command.message_id))
    with opened(archive, STUDY_ROOT_MOVE) as requestor:
        answers = list(client.move(requestor, STUDY_ROOT_MOVE, query, "THERE"))
    assert answers[-1].command.status == 0
    assert answers[-1].command.completed == 7
    assert len(destination.table.kept) == 7
    assert archive.table.served[0].command.move_destination == "THERE"
    assert {request.command.move_originator_ae_title for request in destination.table.kept_requests} == {"TESTER"}


def test_a_peer_that_breaks_off_is_named_with_the_cause(start):
    station = start(find_count=1_000_000)

    def search():
        with opened(station, STUDY_ROOT_FIND) as requestor:
            for number, _ in enumerate(client.find(requestor, STUDY_ROOT_FIND, query)):
                if number == 3:
                    station.listener.stop(0.0)

    with pytest.raises(LinkLost, match=r"ISOCENTER \(127.0.0.1:\d+\): aborted by the service provider"):
        search()


def test_more_classes_than_an_association_has_room_for_are_refused():
    with pytest.raises(LocalError, match="room for 127"):
        client.get_proposal(STUDY_ROOT_GET, [(f"1.2.{number}", (IMPLICIT_VR_LITTLE_ENDIAN,)) for number in range(128)])


def test_a_get_offers_each_syntax_apart_while_there_is_room():
    compressed = tuple(f"1.2.840.10008.1.2.4.{number}" for number in range(100, 160))
    syntaxes = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, *compressed)

    def offered(classes):
        return client.get_proposal(STUDY_ROOT_GET, [(f"1.2.{number}", syntaxes) for number in range(classes)])

    assert [context.transfer_syntaxes for context in offered(1).contexts[1:]] == [(uid,) for uid in syntaxes]
    assert [context.transfer_syntaxes for context in offered(40).contexts[1:4]] == [
        syntaxes[:2], compressed[:1], compressed[1:51]
    ]  # fmt: skip
    for classes in (1, 2, 3, 40, 63, 64, 127):
        proposal = offered(classes)
        assert len(proposal.contexts) <= 128
        assert [context.id for context in proposal.contexts] == list(range(1, 2 * len(proposal.contexts), 2))
        assert len(set(proposal.as_scp_of)) == classes
        assert all(len(context.transfer_syntaxes) <= 50 for context in proposal.contexts)
        assert {context.abstract_syntax for context in proposal.contexts} == {STUDY_ROOT_GET, *proposal.as_scp_of}

"""The way back: C-MOVE to our own listener, C-GET, comparison and commitment, with peers that fail at each step."""

from __future__ import annotations

import contextlib
import dataclasses
import time

import pytest
from pydicom import Dataset
from tests.doctor.scripted import PLAIN, Peer, archive_peer, reply, visit_to

from isocenter.base.clock import SystemClock
from isocenter.base.errors import LinkLost, Refused
from isocenter.dataset import identifier
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor.commitment_step import commitment
from isocenter.doctor.compare_step import _little, compare
from isocenter.doctor.get_step import get
from isocenter.doctor.move_step import move
from isocenter.doctor.store_step import store
from isocenter.doctor.visit import Consent
from isocenter.model.checkup import Outcome
from isocenter.model.records import Node
from isocenter.net.client import query_contexts
from isocenter.net.requestor import Proposal, open_association
from isocenter.net.return_listener import ReturnListener
from isocenter.standard.sop_class import CT_IMAGE, STORAGE_COMMITMENT_PUSH, STUDY_ROOT_MOVE, VERIFICATION
from isocenter.standard.transfer_syntax import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    JPEG_BASELINE,
)
from isocenter.wire.pdu import RoleSelection


class World:
    """A peer, a visit to it with an object stored, and our way back. `calls_us` is what the peer does on a C-MOVE."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.peer = Peer(self.serve)
        stack.callback(self.peer.close)
        self.way = ReturnListener(0, SystemClock(), address="127.0.0.1")
        self.visit = visit_to(self.peer.node, return_path=self.way)
        self.visit.address = "127.0.0.1"
        self.status, self.counts = 0, {"completed": 1, "failed": 0, "warning": 0, "remaining": 0}
        self.calls_us = lambda: None

    def serve(self, request):
        if request.context.abstract_syntax == STUDY_ROOT_MOVE:
            self.calls_us()
        yield reply(request, self.status, **self.counts)

    def call(self, *, called: str = "ISOCENTER", uid: str = "", change=lambda data: data, syntax: str = "") -> int:
        """Deliver the stored object to the listener of the visit; the status that it answered."""
        test_object = self.visit.test_object
        node = Node("us", called, "127.0.0.1", self.way.port)
        with open_association(node, Proposal(query_contexts(CT_IMAGE)), calling_ae_title="PEER") as requestor:
            context = requestor.context_for(CT_IMAGE)
            command = Command(
                field=CommandField.C_STORE_RQ,
                message_id=1,
                affected_sop_class_uid=CT_IMAGE,
                affected_sop_instance_uid=uid or test_object.sop_instance_uid,
                has_data_set=True,
            )
            requestor.send(context.id, command, (change(test_object.data_set),))
            return requestor.response(1).command.status


@pytest.fixture
def world():
    with contextlib.ExitStack() as stack:
        made = World(stack)
        store(made.visit)
        yield made


def test_an_archive_sends_it_back_both_ways_byte_for_byte(tmp_path):
    way = ReturnListener(0, SystemClock(), address="127.0.0.1")
    nodes: dict[str, Node] = {}
    with archive_peer(tmp_path / "archive", nodes) as node:
        visit = visit_to(node, return_path=way)
        store(visit)
        with way.opened():
            port = way.port
        nodes["ISOCENTER"] = Node("us", "ISOCENTER", "127.0.0.1", port)
        steps = [move(visit), get(visit), compare(visit)]
    assert [step.outcome for step in steps] == [Outcome.PASSED] * 3, [step.words for step in steps]
    assert steps[0].facts["callers"][0][:3] == ["127.0.0.1", "PEER", "ISOCENTER"]
    assert "as they were sent" in steps[2].words


def test_without_an_object_or_a_way_back_nothing_is_asked():
    visit = visit_to(Node("nobody", "NOBODY", "127.0.0.1", 9))
    assert {step(visit).outcome for step in (move, get, compare, commitment)} == {Outcome.SKIPPED}


def test_what_comes_is_kept_for_the_comparison(world):
    world.calls_us = world.call
    assert move(world.visit).outcome is Outcome.PASSED
    assert world.visit.test_object.came_back == world.visit.test_object.data_set


@pytest.mark.parametrize(
    ("status", "code"),
    [(0xA801, "move-A801"), (0xA702, "move-A702"), (0xC000, "move-Cxxx"), (0xC003, "move-C003"), (0xC005, "move-C005"),
     (0xC801, "move-C801"), (0xFE00, "move-FE00"), (0xB000, "move-B000"), (0xA900, "move-A900"), (0x0124, "move-0124")],
)  # fmt: skip
def test_a_failure_without_a_call_is_told_by_its_status(world, status, code):
    world.status = status
    step = move(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)
    assert "nobody called us" in step.words


def test_an_archive_that_fails_late_has_called_somebody(world, monkeypatch):
    monkeypatch.setattr("isocenter.doctor.move_step.CHECKUP_REACHING_MILLISECONDS", 0.0)
    world.status = 0xC000
    step = move(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "move-waited")


def test_sent_elsewhere_is_told_from_sent_later_and_from_nothing_sent(world):
    codes = []
    for counts in ({"completed": 1, "remaining": 0}, {}, {"completed": 0, "failed": 0, "warning": 0, "remaining": 0}):
        world.counts = counts
        codes.append(move(world.visit).sign.code)
    assert codes == ["move-elsewhere", "move-later", "move-nothing"]


@pytest.mark.parametrize("consents", [True, False])
def test_our_title_in_other_capitals_is_tried_with_consent(world, consents):
    asked = []

    def serve(request):
        if request.context.abstract_syntax != STUDY_ROOT_MOVE:
            yield reply(request, 0)
            return
        asked.append(request.command.move_destination)
        if asked[-1] == "isocenter":
            world.call(called="isocenter")
        yield reply(request, 0 if asked[-1] == "isocenter" else 0xA801)

    world.peer.serve_with = serve
    world.visit.consent = Consent(titles=consents)
    step = move(world.visit)
    assert step.sign.code == ("move-title-spelled" if consents else "move-A801")
    if consents:
        assert (step.sign.facts["known_as"], step.sign.facts["called"]) == ("isocenter", "ISOCENTER")
    else:
        assert set(asked) == {"ISOCENTER"}


def test_an_archive_with_our_own_title_sends_to_itself(world):
    world.visit.own_ae_title = "PEER"
    step = move(world.visit)
    assert step.sign.code == "move-same-title"


def test_a_stop_is_heeded_while_something_is_waited_for(world):
    world.counts = {}
    world.visit.patience = dataclasses.replace(world.visit.patience, arrival=600)
    world.visit.is_stopped = lambda: True
    began = time.monotonic()
    assert move(world.visit).sign.code == "move-later"
    assert time.monotonic() - began < 30


def test_an_archive_that_calls_us_and_delivers_nothing_is_told_with_its_call(world):
    def empty():
        node = Node("us", "ISOCENTER", "127.0.0.1", world.way.port)
        with open_association(node, Proposal(query_contexts(CT_IMAGE)), calling_ae_title="PEER"):
            pass

    world.calls_us, world.status = empty, 0xA702
    step = move(world.visit)
    assert (step.outcome, step.sign.code, step.sign.facts["calling"]) == (Outcome.FAILED, "return-empty", "PEER")


def test_a_connection_that_speaks_no_dicom_is_a_stranger(world):
    import socket

    def knock():
        with socket.create_connection(("127.0.0.1", world.way.port)) as sock:
            sock.sendall(b"\x16\x03\x01\x02\x00\x01")
            sock.settimeout(1)
            with contextlib.suppress(OSError):
                sock.recv(100)

    world.calls_us, world.status = knock, 0xA702
    assert move(world.visit).sign.code == "return-stranger"


def test_a_pdu_that_is_longer_than_agreed_is_told_as_such(world):
    def shout():
        node = Node("us", "ISOCENTER", "127.0.0.1", world.way.port)
        with (
            contextlib.suppress(LinkLost),
            open_association(node, Proposal(query_contexts(CT_IMAGE)), calling_ae_title="PEER") as requestor,
        ):
            requestor.link.stream.sendmsg([b"\x04\0" + (300_000).to_bytes(4, "big") + bytes(300_000)])
            requestor.response(1, 1)

    world.calls_us, world.status = shout, 0xA702
    assert move(world.visit).sign.code == "return-pdu-too-long"


class Busy:
    """The way back through an archive that others call too, as the daemon has it: each row of `others` is one of them."""

    def __init__(self, way, others):
        self.way, self.others = way, others

    @contextlib.contextmanager
    def opened(self, uid=""):
        with self.way.opened(uid) as kept:
            own = kept.callers
            kept.callers = lambda: [*own(), *self.others]
            kept.__class__ = type("Shared", (type(kept),), {"is_alone": False})
            yield kept


SCANNER = ("10.9.9.9", "CT", "OTHER", "asked for nothing")
REFUSED = ("10.9.9.9", "CT", "OTHER", "turned away: no such title")
KNOCKED = ("10.9.9.9", "", "", "silence")


def test_a_scanner_that_stores_meanwhile_is_nothing_of_the_other_sides(world):
    world.visit.return_path = Busy(world.way, [SCANNER, REFUSED, KNOCKED])
    world.status = 0xA702
    assert move(world.visit).sign.code == "move-A702"
    world.status, world.calls_us = 0, world.call
    step = move(world.visit)
    assert step.outcome is Outcome.PASSED
    assert "10.9.9.9" not in repr(step.facts)


def test_who_calls_a_listener_of_our_own_is_the_other_side_whatever_its_address(world):
    def from_behind():
        # What called us came through a router that translates: neither its address nor its title is the one that we call.
        world.visit.address, world.visit.node = "192.0.2.1", dataclasses.replace(world.visit.node, ae_title="BEHIND")
        world.call(called="ISOCENTRE")

    world.calls_us = from_behind
    assert move(world.visit).sign.code == "return-other-title"


def test_a_scanner_that_is_refused_meanwhile_is_no_report_of_commitment(world):
    committing(world, on_new=False)
    world.visit.return_path = Busy(world.way, [REFUSED])
    assert commitment(world.visit).sign.code == "commit-no-report"


def test_another_called_title_is_a_remark(world):
    world.calls_us = lambda: world.call(called="ISOCENTRE")
    step = move(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "return-other-title")


def test_an_object_that_comes_with_a_failing_status_came(world):
    world.calls_us, world.status = world.call, 0xC000
    step = move(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "move-came-anyway")


def test_the_image_of_somebody_else_is_never_taken(world):
    answered = []
    world.calls_us = lambda: answered.append(world.call(uid="1.2.3.4"))
    step = move(world.visit)
    assert answered[0] == 0xA700
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "return-failed")


def test_a_port_that_is_taken_is_our_own_fault(world):
    with world.way.opened():
        taken = ReturnListener(world.way.port, SystemClock(), address="127.0.0.1")
        world.visit.return_path = taken
        step = move(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "move-return-closed")
    assert str(taken.port) in step.words


def test_an_archive_that_moves_whole_studies_only_is_asked_for_the_study(world):
    levels = []

    def serve(request):
        level = identifier.decode(request.identifier, request.context.transfer_syntax).QueryRetrieveLevel
        levels.append(level)
        if level == "STUDY":
            world.call()
        yield reply(request, 0 if level == "STUDY" else 0xA900)

    world.peer.serve_with = serve
    assert move(world.visit).outcome is Outcome.PASSED
    assert levels == ["IMAGE", "STUDY"]


def only(*classes):
    return lambda uid: PLAIN if uid in (*classes, VERIFICATION) else ()


def test_a_refused_retrieval_is_told_and_for_get_it_is_no_failure(world):
    world.peer.syntaxes = only(CT_IMAGE)
    assert (move(world.visit).outcome, move(world.visit).sign.code) == (Outcome.FAILED, "move-class-refused")
    step = get(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "get-class-refused")


def test_objects_that_may_not_come_back_on_the_association_are_told(world, monkeypatch):
    monkeypatch.setattr(world.peer, "may_be_scu", lambda uid: False)
    step = get(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "get-storage-refused")


def test_a_role_that_is_not_answered_is_told(world, monkeypatch):
    monkeypatch.setattr("isocenter.wire.negotiation.RoleSelection", lambda uid, scu, scp: RoleSelection(uid, scu=True, scp=False))
    step = get(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "get-role-refused")


def test_a_get_that_says_done_and_sends_nothing_fails(world):
    step = get(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "get-nothing")


def test_a_failing_get_is_a_warning_where_the_move_worked(world):
    world.visit.test_object.came_back = b"here"
    world.status = 0xA702
    step = get(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "get-A702")


def changed(world, change, syntax=EXPLICIT_VR_LITTLE_ENDIAN):
    from isocenter.doctor.test_object import written

    test_object = world.visit.test_object
    sent = identifier.decode(test_object.data_set, test_object.transfer_syntax)
    change(sent)
    test_object.came_back, test_object.came_back_in = written(sent, syntax), syntax
    return compare(world.visit)


def test_another_syntax_alone_is_no_change(world):
    step = changed(world, lambda sent: None, IMPLICIT_VR_LITTLE_ENDIAN)
    assert step.outcome is Outcome.PASSED, step.words


def test_what_was_changed_dropped_and_added_is_named(world):
    def change(sent):
        sent.PatientID = "0001"
        del sent.StationName
        sent.PatientComments = None
        sent.RetrieveAETitle = "PEER"

    step = changed(world, change)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "compare-changed")
    assert step.facts["changed"] == [
        "RetrieveAETitle was added: 'PEER'",
        "StationName is gone",
        "PatientID was 'ISOCENTER-TEST', is '0001'",
        "PatientComments was 'Synthetic: made by a computer, of nobody.', is empty",
    ]


def test_missing_and_changed_pixels_fail(world):
    def drop(sent):
        del sent.PixelData

    def spoil(sent):
        sent.PixelData = b"\xff" * 4 + sent.PixelData[4:]

    assert changed(world, drop).sign.code == "compare-pixels-missing"
    step = changed(world, spoil)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "compare-pixels-changed")


@pytest.mark.parametrize("extra", [b"\0", b"\0\0", b"\0\0\0"])
def test_an_odd_number_of_pixel_bytes_is_compared_in_any_order(extra):
    pixels, words = b"\1\2\3\4" + extra, Dataset()
    words.BitsAllocated = 16
    swapped = _little(pixels, words, EXPLICIT_VR_BIG_ENDIAN)
    assert swapped[:4] == b"\2\1\4\3"
    assert len(swapped) == len(pixels) & ~1


def test_loss_is_told_by_the_syntax(world):
    step = changed(world, lambda sent: None)
    world.visit.test_object.came_back_in = JPEG_BASELINE
    step = compare(world.visit)
    assert step.sign.code == "compare-pixels-changed"


@pytest.mark.parametrize("bytes_back", [b"", b"\x10", b"\x10\0\x10\0PN\xff\xff", b"HTTP/1.1 200 OK", bytes(5000)])
def test_what_is_no_data_set_is_no_error_of_ours(world, bytes_back):
    test_object = world.visit.test_object
    test_object.came_back, test_object.came_back_in = bytes_back, EXPLICIT_VR_LITTLE_ENDIAN
    assert compare(world.visit).outcome is not Outcome.PASSED


def committing(world, *, on_new: bool, failed: int = 0, status: int = 0):
    def report(asked) -> bytes:
        one = {0x00081150: CT_IMAGE, 0x00081155: world.visit.test_object.sop_instance_uid}
        words = {0x00081195: str(asked.TransactionUID)}
        words |= {0x00081198: [{**one, 0x00081197: str(failed)}]} if failed else {0x00081199: [one]}
        return identifier.encode(words, IMPLICIT_VR_LITTLE_ENDIAN)

    def serve(request):
        if request.command.field != CommandField.N_ACTION_RQ:
            yield reply(request, 0)
            return
        asked = identifier.decode(request.identifier, request.context.transfer_syntax)
        answer = reply(request, status)
        yield dataclasses.replace(answer, command=dataclasses.replace(answer.command, field=CommandField.N_ACTION_RSP))
        if on_new:
            node = Node("us", "ISOCENTER", "127.0.0.1", world.way.port)
            contexts = tuple(
                dataclasses.replace(one, transfer_syntaxes=(IMPLICIT_VR_LITTLE_ENDIAN,))
                for one in query_contexts(STORAGE_COMMITMENT_PUSH)
            )
            proposal = Proposal(contexts, as_scp_of=(STORAGE_COMMITMENT_PUSH,))
            with open_association(node, proposal, calling_ae_title="PEER") as requestor:
                command = Command(
                    field=CommandField.N_EVENT_REPORT_RQ,
                    message_id=1,
                    affected_sop_class_uid=STORAGE_COMMITMENT_PUSH,
                    affected_sop_instance_uid="1.2.840.10008.1.20.1.1",
                    event_type_id=2 if failed else 1,
                    has_data_set=True,
                )
                requestor.send(1, command, (report(asked),))
                assert requestor.response(1).command.status == 0

    world.peer.serve_with = serve


@pytest.mark.parametrize(("failed", "code"), [(0, None), (0x0112, "commit-report-failed")])
def test_a_report_on_a_new_association_counts(world, failed, code):
    committing(world, on_new=True, failed=failed)
    step = commitment(world.visit)
    assert (step.sign.code if step.sign else None) == code, step.words
    assert step.outcome is (Outcome.FAILED if failed else Outcome.PASSED)
    assert step.facts["reported_on"] == "a new association"


def test_a_report_that_never_comes_is_told(world):
    committing(world, on_new=False)
    step = commitment(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "commit-no-report")


def test_a_report_that_this_side_refuses_is_our_own_fault(world, monkeypatch):
    monkeypatch.setattr("isocenter.net.return_listener._Door.may_be_scu", lambda self, uid: False)
    committing(world, on_new=True)
    step = commitment(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "commit-report-rejected")


def test_a_refused_request_is_told_by_its_status(world):
    committing(world, on_new=False, status=0x0110)
    assert commitment(world.visit).sign.code == "commit-0110"


def test_an_archive_without_commitment_is_no_failure(world):
    world.peer.syntaxes = only(CT_IMAGE)
    step = commitment(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "commit-class-refused")
    assert "no storage commitment" in world.visit.remarks[-1]


def test_what_our_own_door_turned_away_is_told_with_its_reason(world, monkeypatch):
    from isocenter.model.records import TurnedAway

    monkeypatch.setattr(
        "isocenter.net.return_listener._Door.admit", lambda self, request, address: TurnedAway(1, 1, 3, "a stranger.")
    )

    def knock():
        with contextlib.suppress(Refused):
            world.call()

    world.calls_us, world.status = knock, 0xA702
    step = move(world.visit)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "return-rejected")
    assert (step.sign.facts["why"], step.sign.facts["to_title"]) == ("a stranger", "ISOCENTER")

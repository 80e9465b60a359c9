"""The way back through an archive: what comes is seen and removed, what was here stays, reports are taken while awaited."""

from __future__ import annotations

import contextlib

import pytest

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_reader import IndexReader
from isocenter.base.clock import SystemClock
from isocenter.base.errors import UsageError
from isocenter.base.limits import CHECKUP_CALLERS_MAX
from isocenter.daemon.association_ledger import AssociationLedger
from isocenter.daemon.way_back import AwaitedReports, BesideArchive, ThroughArchive, for_command_line
from isocenter.dataset import identifier
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import AgreedContext, Caller, Request
from isocenter.lab.phantom import ct_series, data_set_bytes
from isocenter.model.records import Arrival, AssociationOutcome, AssociationSummary
from isocenter.net.return_listener import ReturnListener
from isocenter.services.roster import Roster
from isocenter.standard.sop_class import CT_IMAGE, STORAGE_COMMITMENT_PUSH
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN

CLOCK = SystemClock()


@pytest.fixture
def archive(tmp_path):
    with contextlib.ExitStack() as stack:
        opened = stack.enter_context(Archive(tmp_path / "data"))
        reader = IndexReader(opened.index)
        stack.callback(reader.close)
        opened.catalogue = IndexCatalogue(reader, opened)
        yield opened


@pytest.fixture
def ledger():
    return AssociationLedger(CLOCK)


@pytest.fixture
def way(archive, ledger):
    return ThroughArchive(archive.catalogue, archive, ledger, AwaitedReports(), archive.remove, CLOCK)


def deliver(archive) -> tuple[str, bytes]:
    image = next(ct_series(1, slices=1, side_pixels=16))
    data, uid = data_set_bytes(image), str(image.SOPInstanceUID)
    reception = archive.begin(Arrival(CT_IMAGE, uid, EXPLICIT_VR_LITTLE_ENDIAN, CLOCK.now()))
    reception.write(data)
    reception.finish()
    return uid, data


UID = str(next(ct_series(1, slices=1, side_pixels=16)).SOPInstanceUID)


def test_what_comes_is_seen_whole_and_removed_again(archive, way):
    with way.opened(UID) as arrivals:
        assert arrivals.wait_for(UID, 0) is None
        _, data = deliver(archive)
        assert arrivals.wait_for(UID, 2) == data
        assert arrivals.transfer_syntax == EXPLICIT_VR_LITTLE_ENDIAN
        assert (arrivals.leaves_copy, arrivals.takes_reports) == (False, True)
    assert archive.catalogue.instance(UID) is None


def test_what_was_here_before_stays(archive, way):
    deliver(archive)
    with way.opened(UID) as arrivals:
        assert arrivals.wait_for(UID, 0) is not None
    assert archive.catalogue.instance(UID) is not None


def test_only_those_who_came_since_are_told(ledger, way):
    def summary(title, **more):
        return AssociationSummary("t" + title, title, "ISOCENTER", "10.0.0.5", CLOCK.now(), **more)

    ledger.ended(summary("BEFORE"))
    with way.opened(UID) as arrivals:
        ledger.ended(summary("PACS", requests={"store": 1}, contexts=((1, CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN),)))
        ledger.ended(summary("REFUSED", contexts=((1, CT_IMAGE, ""),)))
        ledger.left("10.0.0.6", "silence")
        ledger.opened(summary("STILL", outcome=AssociationOutcome.OPEN))
        came = arrivals.callers()
    assert came == [
        ("10.0.0.5", "PACS", "ISOCENTER", "1 x store"),
        ("10.0.0.5", "REFUSED", "ISOCENTER", "nothing that it proposed was accepted here"),
        ("10.0.0.6", "", "", "silence"),
        ("10.0.0.5", "STILL", "ISOCENTER", "asked for nothing"),
    ]


def report_request() -> Request:
    words = {0x00081195: "9.9", 0x00081199: [{0x00081150: CT_IMAGE, 0x00081155: "1.2"}]}
    command = Command(field=CommandField.N_EVENT_REPORT_RQ, message_id=3, affected_sop_class_uid=STORAGE_COMMITMENT_PUSH)
    context = AgreedContext(1, STORAGE_COMMITMENT_PUSH, IMPLICIT_VR_LITTLE_ENDIAN)
    identifier_bytes = identifier.encode(words, IMPLICIT_VR_LITTLE_ENDIAN)
    return Request(context, command, identifier_bytes, Caller("PACS", "ISOCENTER", "10.0.0.5", frozenset()))


def test_commitment_is_offered_while_a_report_is_awaited_and_never_else(archive):
    reports = AwaitedReports()
    roster = Roster(
        ae_title="ISOCENTER",
        intake=archive,
        catalogue=archive.catalogue,
        destination=lambda title: None,
        clock=CLOCK,
        reports=reports.taker,
    )
    assert (roster.transfer_syntaxes(STORAGE_COMMITMENT_PUSH), roster.may_be_scu(STORAGE_COMMITMENT_PUSH)) == ((), False)
    assert [reply.command.status for reply in roster.serve(report_request())] == [0x0122]
    came = []
    with reports.awaited(came.append):
        assert roster.transfer_syntaxes(STORAGE_COMMITMENT_PUSH)
        assert roster.may_be_scu(STORAGE_COMMITMENT_PUSH)
        assert roster.operation(STORAGE_COMMITMENT_PUSH) == ""
        assert [reply.command.status for reply in roster.serve(report_request())] == [0]
    assert came == [("9.9", ("1.2",), ())]
    assert reports.taker() is None


def test_a_report_reaches_the_checkup_that_waits_for_its_transaction(way):
    with way.opened() as arrivals:
        arrivals.report(("9.9", ("1.2",), ()))
        assert arrivals.wait_for_report("9.9", 0) == ("9.9", ("1.2",), ())
        assert arrivals.wait_for_report("8.8", 0) is None


def test_reports_without_end_take_no_more_than_their_room(way):
    with way.opened() as arrivals:
        for number in range(3 * CHECKUP_CALLERS_MAX):
            arrivals.report((str(number), (), ()))
        assert len(arrivals._reports) == CHECKUP_CALLERS_MAX
        assert arrivals.wait_for_report(str(3 * CHECKUP_CALLERS_MAX - 1), 0) is not None


def test_who_is_known_as_another_node_calls_on_its_own_business(archive, ledger):
    reports, remove = AwaitedReports(), archive.remove
    way = ThroughArchive(archive.catalogue, archive, ledger, reports, remove, CLOCK, "pacs")
    with way.opened(UID) as arrivals:
        for node in ("pacs", "ct", ""):
            ledger.ended(AssociationSummary("t" + node, node.upper(), "ISOCENTER", "10.0.0.5", CLOCK.now(), node=node))
        assert [caller[1] for caller in arrivals.callers()] == ["PACS", ""]
        assert not arrivals.is_alone


def test_an_archive_beside_us_is_looked_into(archive):
    with BesideArchive(archive.folder, CLOCK).opened(UID) as arrivals:
        assert arrivals.wait_for(UID, 0) is None
        _, data = deliver(archive)
        assert arrivals.wait_for(UID, 2) == data
        assert arrivals.callers() == []
        assert (arrivals.leaves_copy, arrivals.takes_reports) == (True, False)
    assert archive.catalogue.instance(UID) is not None


def test_a_folder_without_an_archive_is_a_plain_error(tmp_path):
    with pytest.raises(UsageError), BesideArchive(tmp_path, CLOCK).opened(UID):
        raise AssertionError


def test_the_command_line_listens_itself_where_nobody_does(tmp_path):
    assert isinstance(for_command_line(tmp_path, 11112, CLOCK, is_running=False), ReturnListener)
    assert isinstance(for_command_line(tmp_path, 11112, CLOCK, is_running=True), BesideArchive)

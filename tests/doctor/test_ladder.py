from __future__ import annotations

import pytest
from tests.doctor.talks import HEADER, REQUEST, Talk, element

from isocenter.base.clock import FixedClock
from isocenter.base.limits import DIGEST_SECONDS
from isocenter.dimse import commands
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor.digest import Digests, digest
from isocenter.doctor.ladder import ladder, run
from isocenter.doctor.message_details import details
from isocenter.model.ladder import RungKind, Standing, Tone
from isocenter.model.recording import Ending, Origin
from isocenter.model.records import AssociationSummary, Spent
from isocenter.standard.sop_class import CT_IMAGE, STUDY_ROOT_FIND
from isocenter.wire.outlet import value_header
from isocenter.wire.pdu import Abort, AssociateReject


def rows(tap):
    return [(rung.title, rung.words) for rung in ladder(tap).rungs]


def test_an_association_is_told_from_the_connection_to_its_end():
    talk = Talk().open()
    talk.store(1, spent=Spent(0.0001, 0.0002))
    told = rows(talk.close())
    assert told == [
        ("", "10.0.0.21:49822 opened a TCP connection"),
        ("A-ASSOCIATE-RQ", "asks for ISOCENTER, 3 contexts"),
        ("A-ASSOCIATE-AC", "2 of 3 accepted, PDU up to 128 KB"),
        ("C-STORE-RQ", "CT image, context 3, 2 PDUs"),
        ("C-STORE-RSP 0000", "stored, on disk and findable"),
        ("A-RELEASE-RQ", "nothing more to ask"),
        ("A-RELEASE-RP", "goodbye"),
        ("", "closed by CT-ROOM-2, nothing lost: 1 sent, 1 stored"),
    ]


def test_contexts_stand_with_the_answer_and_say_what_was_refused():
    talk = Talk().open()
    accepted = ladder(talk.close()).rungs[2]
    assert [(line.id, line.words, line.transfer_syntax) for line in accepted.contexts] == [
        (1, "accepted", "Explicit VR LE"), (3, "accepted", "Explicit VR LE"), (5, "class refused", ""),
    ]  # fmt: skip
    assert accepted.tone is Tone.WARN


def test_equal_exchanges_fold_between_the_first_and_the_last_and_unfold_again():
    talk = Talk().open()
    for number in range(1, 29):
        talk.store(number)
    tap = talk.close()
    told = ladder(tap)
    (folded,) = [rung for rung in told.rungs if rung.kind is RungKind.RUN]
    assert (folded.title, folded.count) == ("26 more images", 26)
    assert folded.words.startswith("each answered 0000, 1.0 ms the median")
    assert [rung.words for rung in told.rungs if rung.title == "C-STORE-RQ"] == [
        "CT image 1 of 28, context 3, 2 PDUs", "CT image 28 of 28, context 3, 2 PDUs",
    ]  # fmt: skip
    inner = run(tap, folded.first, folded.last)
    assert sum(rung.title == "C-STORE-RQ" for rung in inner) == 26
    assert told.sum.startswith("28 CT images")


def test_a_failure_is_never_folded_away():
    talk = Talk().open()
    for number in range(1, 21):
        talk.store(number, status=0xA700 if number == 11 else 0)
    told = ladder(talk.close())
    (bad,) = [rung for rung in told.rungs if rung.tone is Tone.BAD]
    assert bad.title == "C-STORE-RSP A700"
    assert len([rung for rung in told.rungs if rung.kind is RungKind.RUN]) == 2
    assert digest(talk.tap).standing is Standing.CHANGED


def test_a_slow_answer_says_so_and_why():
    talk = Talk().open()
    for number in range(1, 10):
        talk.store(number)
    talk.store(10, wait=0.041, spent=Spent(0.035, 0.001))
    told = ladder(talk.close())
    (slow,) = [rung for rung in told.rungs if rung.remark]
    assert slow.remark == "41.0 ms, the disk was slow"
    assert slow.tone is Tone.WARN


def test_silence_is_a_row_of_its_own_and_says_whose_it_is():
    talk = Talk().open()
    talk.store(1, after=0.5).store(2)
    told = ladder(talk.close())
    (silence,) = [rung for rung in told.rungs if rung.kind is RungKind.SILENCE]
    assert silence.words == "500 ms of silence, the device prepares the next image"
    assert told.verdict == "nearly all of it was the device"


def test_time_is_shared_out_to_the_last_bit():
    talk = Talk().open()
    for number in range(1, 6):
        talk.store(number, wait=0.01, spent=Spent(0.004, 0.003))
    told = ladder(talk.close())
    kinds = {share.kind: share.seconds for share in told.shares}
    assert kinds["disk"] == pytest.approx(0.02)
    assert kinds["writer"] == pytest.approx(0.015)
    assert kinds["network"] == pytest.approx(0.01)
    assert sum(kinds.values()) == pytest.approx(told.seconds, abs=0.002)


def test_patients_are_masked_and_told_only_when_they_are_asked_for():
    tap = Talk().open().store(1).close()
    number = next(rung.number for rung in ladder(tap).rungs if rung.title == "C-STORE-RQ")
    masked, told = details(tap, number), details(tap, number, names=True)
    assert {row.name for row in masked.data_set if row.is_masked} == {"Patient's Name", "Patient ID", "Referring Physician's Name"}
    assert "SECRET" not in repr(masked)
    assert "ROSA" not in repr(masked)
    assert ("Patient's Sex", "M") in {(row.name, row.value) for row in masked.data_set}
    assert ("Patient's Name", "SECRET^SAMUEL") in {(row.name, row.value) for row in told.data_set}
    assert masked.data_set[-1].value == "4,000 bytes"


def test_a_passcode_is_shown_to_nobody():
    tap = Talk().open().close()
    request = details(tap, 1, names=True)
    assert b"geheim" not in request.raw
    assert b"otto" not in request.raw
    assert "passcode is not shown" in " ".join(request.sentences)


def test_keys_of_a_query_are_named_and_patients_are_not():
    talk = Talk().open()
    keys = element(0x00080020, "DA", b"20260101") + element(0x00080052, "CS", b"STUDY") + element(0x00100010, "PN", b"SECRET*")
    ask = Command(field=CommandField.C_FIND_RQ, message_id=1, affected_sop_class_uid=STUDY_ROOT_FIND, has_data_set=True)
    talk.message(True, 1, ask, keys)
    assert rows(talk.close())[3] == ("C-FIND-RQ", "Study Root, study level, by Study Date 20260101, Patient's Name")


def test_matches_fold_behind_the_first():
    talk = Talk().open()
    ask = Command(field=CommandField.C_FIND_RQ, message_id=1, affected_sop_class_uid=STUDY_ROOT_FIND, has_data_set=True)
    talk.message(True, 1, ask, element(0x00080052, "CS", b"STUDY"))
    for status in (*[0xFF00] * 12, 0):
        answer = Command(field=CommandField.C_FIND_RSP, message_id_being_responded_to=1, status=status, has_data_set=bool(status))
        talk.message(False, 1, answer, HEADER if status else b"")
    told = rows(talk.close())
    assert ("C-FIND-RSP FF00", "a match") in told
    assert any(title == "11 more matches" for title, _ in told)
    assert ("C-FIND-RSP 0000", "that was all") in told
    assert digest(talk.tap).words.startswith("C-FIND, 12 answers")


def test_a_rejection_and_an_abort_are_told_in_the_words_of_the_standard():
    talk = Talk(outgoing=True).pdu(True, REQUEST).pdu(False, AssociateReject(1, 1, 3))
    talk.tap.ended(talk.at, Ending.CALLED)
    line = digest(talk.tap)
    assert (line.words, line.standing, line.way, line.title) == ("refused us, calling AE title", Standing.BAD, "out", "ISOCENTER")
    aborted = Talk().open().store(1).pdu(False, Abort(2, 2))
    aborted.tap.ended(aborted.at, Ending.CALLED)
    assert rows(aborted.tap)[-2] == ("A-ABORT", "aborted by the service provider: unexpected PDU (2/2)")
    assert digest(aborted.tap).words == "aborted after 1 CT image"


def test_what_is_no_dicom_is_called_by_its_name():
    talk = Talk().say(True, b"GET /studies HTTP/1.1\r\nHost: x\r\n\r\n")
    talk.tap.ended(talk.at, Ending.CALLED)
    assert rows(talk.tap)[1] == ("HTTP", "not DICOM: GET /studies HTTP/1.1")
    assert digest(talk.tap).standing is Standing.BAD


def test_a_message_that_was_cut_off_says_so():
    talk = Talk().open()
    sent = Command(field=CommandField.C_STORE_RQ, message_id=1, affected_sop_class_uid=CT_IMAGE, has_data_set=True)
    body = commands.encode(sent)
    talk.say(True, value_header(3, 3, len(body)) + body + value_header(3, 2, 900) + bytes(100))
    talk.tap.ended(talk.at, Ending.RESET, "the connection was reset")
    told = rows(talk.tap)
    assert told[3] == ("C-STORE-RQ", "CT image, context 3, 2 PDUs, not complete")
    assert told[-1][1] == "the connection broke: the connection was reset"


def test_between_two_others_each_side_has_its_own_time():
    talk = Talk(origin=Origin.PROXY).open().store(1, wait=0.2, after=0.6)
    told = ladder(talk.close())
    assert {share.words for share in told.shares} == {"CT-ROOM-2 silent", "ISOCENTER at work", "network"}
    assert digest(talk.tap).title == "CT-ROOM-2 to ISOCENTER"


def test_what_was_forgotten_stands_in_its_place_and_reading_goes_on_behind_it():
    talk = Talk().open()
    for number in range(1, 2200):
        talk.store(number % 60000)
    talk.tap.segments()
    assert talk.tap.drop_oldest(1_000_000)
    told = ladder(talk.close())
    lost = [rung for rung in told.rungs if rung.kind is RungKind.LOST]
    assert lost
    assert all("were not kept" in rung.words for rung in lost)
    assert told.rungs[-2].title == "A-RELEASE-RP"
    assert not [rung for rung in told.rungs if rung.kind is RungKind.FOREIGN]


def test_a_line_is_worked_out_again_only_when_there_is_more():
    talk = Talk().open()
    digests = Digests(FixedClock())
    first = digests.of([talk.tap])
    assert digests.of([talk.tap])[0] is first[0]
    talk.store(1)
    (second,) = digests.of([talk.tap])
    assert second is not first[0]
    assert second.standing is Standing.BUSY
    assert "1.2.1" in second.search
    assert "0000" in second.search


def test_an_association_that_goes_on_is_told_by_what_it_has_counted():
    talk = Talk().open()
    clock = FixedClock(talk.tap.recording.began)
    talk.tap.recording.summary = AssociationSummary("t", "CT-ROOM-2", "ISOCENTER", "10.0.0.21", clock.now(), node="scanner")
    assert Digests(clock).of([talk.tap])[0].words == "associated"
    talk.tap.recording.summary.instances[CT_IMAGE] = 118
    clock.advance(2.95)
    (line,) = Digests(clock).of([talk.tap])
    assert (line.title, line.words, line.standing) == ("scanner", "storing, 118 CT images, 40/s", Standing.BUSY)


def test_the_line_of_a_long_connection_between_two_others_is_not_read_whole_for_each_look():
    talk = Talk(origin=Origin.PROXY).open()
    for number in range(1, 30):
        talk.store(number)
    clock = FixedClock(talk.tap.recording.began)
    digests = Digests(clock)
    (first,) = digests.of([talk.tap])
    talk.store(30)
    (second,) = digests.of([talk.tap])
    assert second.words == first.words
    assert second.byte_count > first.byte_count
    clock.advance(DIGEST_SECONDS)
    (third,) = digests.of([talk.tap])
    assert "30 CT images" in third.words
    talk.store(31)
    assert "31 CT images" in digests.of([talk.close()])[0].words

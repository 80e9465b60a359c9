import logging
from datetime import UTC, datetime, timedelta

import pytest

from isocenter.base.clock import FixedClock
from isocenter.daemon.association_ledger import AssociationLedger
from isocenter.daemon.witness import LogWitness
from isocenter.model.records import AssociationOutcome, AssociationSummary
from isocenter.wire.pdu import AssociateRequest, UserInformation

CT = "1.2.840.10008.5.1.4.1.1.2"
START = datetime(2026, 1, 1, tzinfo=UTC)


def a_witness():
    return LogWitness(AssociationLedger(FixedClock(START)))


def summary(**fields):
    known = {"token": "00000001", "calling_ae_title": "CT2", "called_ae_title": "ISOCENTER", "address": "10.0.0.7", "opened": START}
    return AssociationSummary(
        **(known | {"ended": START + timedelta(seconds=0.4), "outcome": AssociationOutcome.RELEASED} | fields)
    )


@pytest.fixture
def told(caplog):
    def tell(ended):
        caplog.clear()
        a_witness().association_ended(ended)
        return caplog.records[-1].getMessage(), caplog.records[-1].levelname

    caplog.set_level(logging.DEBUG, "isocenter")
    return tell


def test_a_store_is_told_in_one_calm_line(told):
    line, level = told(summary(node="CT-ROOM-2", instances={CT: 120}, bytes_in=63_000_000, requests={"store": 120}))
    assert line == "CT-ROOM-2 (10.0.0.7) stored 120 CT images, 63 MB in 0.4 s"
    assert level == "INFO"


def test_an_unknown_caller_is_named_by_its_title(told):
    assert told(summary(requests={"echo": 1}))[0] == "CT2 (10.0.0.7) echoed in 0.4 s"


def test_several_classes_and_deeds_are_joined(told):
    line, _ = told(
        summary(
            instances={CT: 1, "1.2.840.10008.5.1.4.1.1.88.11": 2},
            bytes_in=900,
            requests={"find": 3, "get": 1},
            sent=2,
            bytes_out=2_500_000,
        )
    )
    assert line == (
        "CT2 (10.0.0.7) stored 2 Basic Text SR and 1 CT image, 900 bytes, searched 3 times, asked to get and was sent 2 objects, "
        "2.5 MB in 0.4 s"
    )


def test_a_report_of_commitment_is_told_as_what_it_is(told):
    line, _ = told(summary(requests={"0100": 1}))
    assert "reported on storage commitment" in line


def test_what_a_move_sent_is_not_measured_by_the_association_that_asked_for_it(told):
    line, _ = told(summary(requests={"move": 2}, sent=40, bytes_out=8300))
    assert line == "CT2 (10.0.0.7) asked to move 2 times and had 40 objects sent in 0.4 s"


def test_failures_and_bad_endings_are_warnings_with_their_reason(told):
    line, level = told(
        summary(
            requests={"store": 2},
            failures={"store": 2},
            last_failure="A700 no room",
            outcome=AssociationOutcome.LOST,
            reason="reset by peer",
        )
    )
    assert level == "WARNING"
    assert "2 failed: A700 no room" in line
    assert line == "CT2 (10.0.0.7) tried to store in 0.4 s; 2 failed: A700 no room; the connection was lost (reset by peer)"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.004, "4 ms"), (0.0996, "100 ms"), (0.1, "0.1 s"), (59.0, "59.0 s"), (83.0, "1 min 23 s")]
)
def test_a_time_is_told_as_short_as_it_is(told, seconds, words):
    line, _ = told(summary(requests={"echo": 1}, ended=START + timedelta(seconds=seconds)))
    assert line == f"CT2 (10.0.0.7) echoed in {words}"


def test_several_kinds_are_listed_with_commas(told):
    line, _ = told(summary(instances={CT: 3, "1.2.840.10008.5.1.4.1.1.4": 2, "1.2.3": 1}, bytes_in=5))
    assert "stored 3 CT images, 2 MR images and 1 unknown SOP class 1.2.3, 5 bytes" in line


def test_a_caller_turned_away_comes_with_the_line_to_type(caplog):
    request = AssociateRequest("ISOCENTRE", "NEW CT", (), UserInformation())
    a_witness().caller_rejected(request, "10.0.0.9", "It is not a known node.")
    assert "isocenter node add 'NEW CT' --aet 'NEW CT' --host 10.0.0.9" in caplog.text


def test_open_associations_are_known_until_they_end():
    witness = a_witness()
    one, two = summary(token="1"), summary(token="2")
    witness.association_opened(one)
    witness.association_opened(two)
    witness.association_ended(one)
    assert witness.ledger.open_associations() == [two]


def test_the_debug_log_shows_contexts_and_answers_in_words(caplog):
    caplog.set_level(logging.DEBUG, "isocenter")
    witness = a_witness()
    opened = summary(contexts=((1, CT, "1.2.840.10008.1.2.1"), (3, "1.2.840.10008.1.1", "")))
    witness.association_opened(opened)
    witness.request_served(opened, "store", 0xA700, 0.0012)
    assert "1 CT Image Storage in 1.2.840.10008.1.2.1; 3 Verification SOP Class refused" in caplog.text
    assert "store took 1.2 ms: A700" in caplog.text

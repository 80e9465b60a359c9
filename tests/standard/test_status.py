"""Statuses, rejections and aborts in words."""

import pynetdicom.status as theirs
import pytest
from pynetdicom.pdu import A_ASSOCIATE_RJ

from isocenter.standard import status
from isocenter.standard.status import Kind

TABLES = {
    "echo": theirs.VERIFICATION_SERVICE_CLASS_STATUS,
    "store": theirs.STORAGE_SERVICE_CLASS_STATUS,
    "find": theirs.QR_FIND_SERVICE_CLASS_STATUS,
    "move": theirs.QR_MOVE_SERVICE_CLASS_STATUS,
    "get": theirs.QR_GET_SERVICE_CLASS_STATUS,
    "worklist": theirs.MODALITY_WORKLIST_SERVICE_CLASS_STATUS,
    "print": theirs.PRINT_JOB_MANAGEMENT_SERVICE_CLASS_STATUS,
    "commitment": theirs.STORAGE_COMMITMENT_SERVICE_CLASS_STATUS,
}


@pytest.mark.parametrize("service", TABLES)
def test_kinds_agree_with_pynetdicom_for_every_status_of_the_service(service):
    for code, (kind, _) in TABLES[service].items():
        row = status.status_of(code, service)
        assert row is not None, f"{code:04X}"
        assert not row.services or service in row.services, f"{code:04X}"
        assert row.kind.value == kind.lower() == status.kind_of(code).value, f"{code:04X}"


def test_every_row_is_a_range_of_one_kind_with_a_sentence():
    for row in status.STATUSES:
        assert 0 <= row.first <= row.last <= 0xFFFF
        assert {status.kind_of(code) for code in range(row.first, row.last + 1)} == {row.kind}
        assert row.meaning.endswith(".")


def test_the_same_code_is_described_by_its_service():
    assert "changed" in status.describe(0xB000, "store")
    assert "counts" in status.describe(0xB000, "move")
    assert "space" in status.describe(0xA742, "store") or "full" in status.describe(0xA742, "store")


def test_an_unknown_code_is_still_described():
    assert status.describe(0xB123) == "B123 is a warning that the standard does not name; its sender's manual may."
    assert status.kind_of(0x0999) is Kind.FAILURE


def test_named_codes_are_in_the_table():
    for name, code in vars(status).items():
        if name.isupper() and isinstance(code, int):
            assert status.status_of(code) is not None, name


def test_rejections_are_those_of_the_standard():
    pdu = A_ASSOCIATE_RJ()
    for source, reason in status.REJECTION_REASONS:
        pdu.source, pdu.reason_diagnostic = source, reason
        assert pdu.reason_str
    assert status.describe_rejection(1, 1, 7) == (
        "rejected permanently: called AE title not recognized, says the service user (1/1/7)"
    )
    assert "does not name" in status.describe_rejection(9, 9, 9)


def test_aborts_are_told_with_source_and_reason():
    assert status.describe_abort(2, 6) == "aborted by the service provider: invalid PDU parameter value (2/6)"
    assert status.describe_abort(0, 6) == "aborted by the service user (0/6)"

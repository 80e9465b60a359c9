"""The address by which this computer is told to others, and what a log says in technician mode."""

from __future__ import annotations

import pytest

from isocenter.base.config import Settings
from isocenter.daemon.explaining import Explaining, own_address
from isocenter.doctor.log_patterns import NAMES_DEVICES_ONLY, products


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        (("127.0.0.1", "10.0.0.5"), "10.0.0.5"),
        (("fe80::1", "2001:db8::5", "192.168.1.5"), "192.168.1.5"),
        (("2001:db8::5",), "2001:db8::5"),
        (("127.0.0.1", "::1", "169.254.3.4"), ""),
        ((), ""),
    ],
)
def test_an_address_that_others_can_reach_is_told(addresses, told):
    assert own_address(addresses) == told


def explained(log: str, **settings):
    return Explaining(lambda: Settings(**settings), lambda: "").explain(log.encode(), "")


REFUSED = (
    "W1123 08:14:02.112233 main.cpp:443] DICOM authorization rejected for AET CT1 on IP 10.0.0.7: This AET is not listed in "
    'configuration option "DicomModalities"'
)
FAILED = "E1123 08:14:02.112233 StoreScp.cpp:170] Exception while storing DICOM: Jane Doe, born 19010203, number 4711"


def test_in_technician_mode_no_text_of_a_log_comes_back_and_its_meaning_does():
    open_mode, hidden = explained(f"{FAILED}\n{REFUSED}\n"), explained(f"{FAILED}\n{REFUSED}\n", technician=True)
    assert "4711" in open_mode.shown[0].text
    assert "4711" in open_mode.groups[0].cause
    assert not any(word in str(hidden) for word in ("4711", "Jane", "Doe", "19010203"))
    assert [(line.number, line.text, line.group) for line in hidden.shown] == [(1, "", 0), (2, "", 1)]
    assert hidden.groups[0].cause == "The object could not be stored, and Orthanc answers A700: …"
    assert hidden.groups[1] == open_mode.groups[1]


@pytest.mark.parametrize("product", products().values(), ids=lambda product: product.name)
def test_in_technician_mode_only_lines_about_devices_fill_a_sentence(product):
    for pattern in product.patterns:
        told = explained(pattern.example, technician=True)
        if pattern.layer not in NAMES_DEVICES_ONLY:
            assert [group.cause.count("…") for group in told.groups] == [pattern.cause.count("{")]

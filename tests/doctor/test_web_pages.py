"""Web pages that name the product beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doctor.doors import closing, door, rejecting, saying, silent, visit_at

from isocenter.doctor import products, titles_step, web_pages
from isocenter.doctor.products import Neighbour
from isocenter.doctor.titles_step import judge_titles
from isocenter.doctor.visit import Consent
from isocenter.doctor.web_pages import Page, look_around, read

ORTHANC = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"DicomAet" : "ORTHANC", "DicomPort" : 4242}'
TWO_TITLES = b'[{"dicomAETitle":"DCM4CHEE"},{"dicomAETitle":"WORKLIST"}]'


@given(st.binary(max_size=300))
def test_no_page_raises(said):
    assert read(8042, "/system", said) is None or b"DicomAet" in said


@pytest.mark.parametrize(
    ("place", "said", "page"),
    [
        ((8042, "/system"), ORTHANC, ("orthanc", ("ORTHANC",), 4242)),
        ((8042, "/system"), b'{"DicomAet" : "A_TITLE_OF_17_CHR", "DicomPort" : 99999}', ("orthanc", (), 0)),
        ((8080, "/dcm4chee-arc/aets"), TWO_TITLES, ("dcm4chee", ("DCM4CHEE", "WORKLIST"), 0)),
    ],
)  # fmt: skip
def test_a_page_tells_product_titles_and_port(place, said, page):
    assert read(*place, said)[:3] == page


def test_a_page_of_somebody_else_tells_nothing():
    assert read(8042, "/system", b"HTTP/1.1 200 OK\r\n\r\n<html>hello</html>") is None


def test_pages_are_asked_one_after_the_other_until_one_tells(monkeypatch):
    pauses = []
    with door(closing) as nobody, door(silent) as quiet, door(saying(ORTHANC)) as orthanc:
        places = [Neighbour(port, "/system", "orthanc", "words") for port in (nobody, quiet, orthanc)]
        monkeypatch.setattr(products, "neighbours", lambda: tuple(places))
        monkeypatch.setattr(products, "near", lambda port, path, said: places[2] if "DicomAet" in said else None)
        found = look_around(visit_at(1, pause=pauses.append))
    assert found == Page("orthanc", ("ORTHANC",), 4242, f"port {orthanc}/system")
    assert len(pauses) == 3


def test_the_title_on_its_own_page_is_believed_when_it_refuses_the_one_that_was_called(monkeypatch):
    monkeypatch.setattr(titles_step, "look_around", lambda visit: Page("orthanc", ("ORTHANC",), 4242, "port 8042/system"))
    with door(rejecting(1, 1, 7)) as port:
        step = judge_titles(visit_at(port, consent=Consent(neighbours=True)))
        assert judge_titles(visit_at(port)).sign.code == "reject-called"
    assert (step.sign.code, step.sign.facts["known_as"]) == ("titles-called-heard", "ORTHANC")
    assert "8042" in step.sign.facts["heard"]


def test_nothing_is_asked_when_stopped():
    assert web_pages.look_around(visit_at(1, is_stopped=lambda: True)) is None

"""Logs explained over `/api`: bounded, by product or by shape, without patients' names; and the table of faults."""

from __future__ import annotations

from dataclasses import fields

import pytest
from tests.web.houses import OURS, lived

from isocenter.base.limits import EXPLAIN_BYTES_MAX, EXPLAIN_LINES_MAX
from isocenter.web import log_reading, words_explain

REFUSED = (
    "W1123 08:14:02.112233 main.cpp:443] DICOM authorization rejected for AET CT1 on IP 10.0.0.7: This AET is not listed in "
    'configuration option "DicomModalities"\n'
)
CLASH = "***Refused to enter inconsistent link PatientNam into DICOMStudies: PatientID = '4711', Old='Roe', Refused='Doe'\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("explain")) as lived_in:
        yield lived_in


def explained(house, log: str | bytes, **query) -> dict:
    answer = house.browser.post("/api/explain", content=log, headers=OURS, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_log_is_grouped_with_the_lines_that_say_it(house):
    told = explained(house, "hello\n" + REFUSED * 3 + "I: Requesting Association\n")
    assert (told["lines"], told["known"], told["faults"]) == (5, 4, 3)
    group = told["groups"][0]
    assert (group["product"], group["layer"], group["count"], group["first_line"], group["last_line"]) == (
        "Orthanc", "titles", 3, 2, 4,
    )  # fmt: skip
    assert group["faults"] == ["A16"]
    assert group["callers"] == [{"title": "CT1", "address": "10.0.0.7", "count": 3}]
    assert [(line["number"], line["group"]) for line in told["shown"]] == [(2, 0), (3, 0), (4, 0), (5, 1)]
    assert [one["is_fault"] for one in told["groups"]] == [True, False]


def test_no_patient_s_name_comes_back(house):
    answer = house.browser.post("/api/explain", content=CLASH, headers=OURS)
    assert "4711" in answer.text
    assert "Doe" not in answer.text
    assert "Roe" not in answer.text


def test_a_named_product_is_asked_alone_and_an_unknown_one_is_told(house):
    assert explained(house, REFUSED, product="Conquest")["known"] == 0
    answer = house.browser.post("/api/explain", content=REFUSED, headers=OURS, params={"product": "Sectra"})
    assert (answer.status_code, "Orthanc" in answer.text) == (400, True)
    assert "fo-dicom" in house.browser.get("/api/explain").json()


def test_a_log_in_utf_16_is_read_as_well(house):
    assert explained(house, REFUSED.encode("utf-16"))["faults"] == 1


def test_the_lines_shown_are_bounded_and_all_are_counted(house):
    told = explained(house, REFUSED * (EXPLAIN_LINES_MAX + 5))
    assert (len(told["shown"]), told["groups"][0]["count"]) == (EXPLAIN_LINES_MAX, EXPLAIN_LINES_MAX + 5)


def test_a_log_that_is_too_long_is_told_where_it_can_go(house):
    answer = house.browser.post("/api/explain", content=b"x" * (EXPLAIN_BYTES_MAX + 1), headers=OURS)
    assert (answer.status_code, "isocenter explain FILE" in answer.text) == (413, True)


def test_an_empty_log_says_nothing(house):
    assert explained(house, "")["lines"] == 0


def test_another_site_cannot_have_a_log_explained(house):
    assert house.browser.post("/api/explain", content=REFUSED).status_code == 403


def test_a_fault_is_told_with_this_device_filled_in(house):
    entry = house.browser.get("/api/faults/A2").json()
    assert (entry["layer"], entry["side"], entry["family"]) == ("titles", "theirs", "The association and the AE titles")
    assert "Add ISOCENTER at " in entry["there"][0]
    assert f"port {house.house.settings.port}" in entry["there"][0]


@pytest.mark.parametrize(("identifier", "status"), [("A99", 404), ("nonsense", 400)])
def test_what_is_no_fault_is_not_found(house, identifier, status):
    assert house.browser.get(f"/api/faults/{identifier}").status_code == status


@pytest.mark.parametrize(
    ("noun", "words"),
    [
        (log_reading.LogCaller, words_explain.ExplainedCallerWords),
        (log_reading.LogGroup, words_explain.ExplainedGroupWords),
        (log_reading.LogLine, words_explain.ExplainedLineWords),
        (log_reading.LogExplained, words_explain.LogExplanation),
        (log_reading.FaultEntry, words_explain.FaultWords),
    ],
)
def test_the_words_have_every_field_of_the_noun(noun, words):
    assert {one.name for one in fields(noun)} <= set(words.model_fields)

"""Searching over DICOMweb: where a question is asked, and what becomes of answers that are none."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from isocenter.base.errors import LocalError
from isocenter.jobs import web_searching
from isocenter.jobs.questions import At, Question, RootName, question
from isocenter.jobs.searching import Call, answers, text_of
from isocenter.model.records import Node
from isocenter.net import http_client

PACS = Call(Node("pacs", "PACS", "10.0.0.9", dicomweb_url="https://10.0.0.9/dicom-web/"), "HERE")
NAME, ID, STUDY, SERIES, INSTANCE = 0x00100010, 0x00100020, 0x0020000D, 0x0020000E, 0x00080018


def asked(level: At, keys: dict[int, str]) -> Question:
    return Question(level, RootName.STUDY, keys)


@pytest.mark.parametrize(
    ("level", "keys", "expected"),
    [
        (At.STUDY, {NAME: "DOE*", STUDY: ""}, "/studies?PatientName=DOE*&includefield=0020000D&limit=7"),
        (At.STUDY, {STUDY: "1.2\\1.3"}, "/studies?StudyInstanceUID=1.2,1.3&limit=7"),
        (At.STUDY, {NAME: "Ä ^&=+#%", STUDY: ""}, "/studies?PatientName=%C3%84%20^%26%3D%2B%23%25&includefield=0020000D&limit=7"),
        (At.SERIES, {STUDY: "1.2", SERIES: ""}, "/studies/1.2/series?includefield=0020000E&limit=7"),
        (At.SERIES, {STUDY: "*", SERIES: ""}, "/series?includefield=0020000D&includefield=0020000E&limit=7"),
        (At.IMAGE, {STUDY: "1.2", SERIES: "1.3", INSTANCE: ""}, "/studies/1.2/series/1.3/instances?includefield=00080018&limit=7"),
        (At.IMAGE, {STUDY: "../x", INSTANCE: "1"}, "/studies/..%2Fx/instances?SOPInstanceUID=1&limit=7"),
    ],
)
def test_unique_keys_are_the_path_and_the_others_parameters(level, keys, expected):
    assert web_searching.address(PACS.service, asked(level, keys), 7) == f"https://10.0.0.9/dicom-web{expected}"


@pytest.fixture
def server(monkeypatch):
    """Answers that a server gives one after the other; what it was asked."""
    said: list[bytes] = []
    heard: list[str] = []

    class Answer:
        def body(self, bytes_max):
            return said.pop(0) if said else b""

    @contextmanager
    def get(url, accept, **_):
        heard.append(url)
        yield Answer()

    monkeypatch.setattr(http_client, "get", get)
    return said, heard


def study(uid: str, **more: object) -> dict[str, object]:
    return {"0020000D": {"vr": "UI", "Value": [uid]}, **more}


def test_answers_are_data_sets_as_those_of_c_find_and_nonsense_among_them_is_left_out(server):
    said, _ = server
    name = {"00100010": {"vr": "PN", "Value": [{"Alphabetic": "DOE^JOHN", "Ideographic": "山"}]}}
    modalities = {"00080061": {"vr": "CS", "Value": ["CT", "SR"]}}
    said.append(json.dumps([study("1.2", **name, **modalities), 7, None, {"0020000D": 3}, study("1.2"), study("1.3")]).encode())
    wanted = question(At.STUDY, None, ["PatientName=DOE*"])
    first, second = answers(PACS, wanted)
    assert (text_of(first, NAME), text_of(first, 0x00080061)) == ("DOE^JOHN=山", "CT\\SR")
    assert text_of(second, STUDY) == "1.3"


@pytest.mark.parametrize("body", [b"<html>", b'{"a": 1}', b"[" * 100_000, b"\xff"])
def test_what_is_no_list_of_data_sets_is_an_error_with_the_name_of_the_node(server, body):
    server[0].append(body)
    with pytest.raises(LocalError, match="pacs answers a search with"):
        list(answers(PACS, asked(At.STUDY, {STUDY: ""})))


def test_page_after_page_is_asked_until_one_is_short_or_brings_nothing_new(server, monkeypatch):
    monkeypatch.setattr(web_searching, "WEB_ANSWERS_PAGE", 2)
    said, heard = server
    said += [json.dumps([study("1"), study("2")]).encode(), json.dumps([study("3")]).encode()]
    assert [text_of(one, STUDY) for one in answers(PACS, asked(At.STUDY, {STUDY: ""}))] == ["1", "2", "3"]
    assert [url.split("limit=")[1] for url in heard] == ["2", "2&offset=2"]
    said += [json.dumps([study("1"), study("2")]).encode()] * 9
    assert [text_of(one, STUDY) for one in answers(PACS, asked(At.STUDY, {STUDY: ""}))] == ["1", "2"]
    assert len(heard) == 4


def test_a_limit_is_asked_for_and_kept(server):
    said, heard = server
    said.append(json.dumps([study(str(number)) for number in range(1, 9)]).encode())
    assert len(list(answers(PACS, asked(At.STUDY, {STUDY: ""}), 3))) == 3
    assert heard[0].endswith("limit=3")


def test_patients_are_gathered_from_their_studies(server):
    said, heard = server
    counted = {"00201206": {"vr": "IS", "Value": [2]}, "00201208": {"vr": "IS", "Value": [10]}}
    patient = {"00100020": {"vr": "LO", "Value": ["P1"]}, "00100010": {"vr": "PN", "Value": [{"Alphabetic": "DOE"}]}}
    said.append(json.dumps([study("1", **patient, **counted), study("2", **patient, **counted), study("3")]).encode())
    wanted = question(At.PATIENT, None, ["PatientName=D*", "NumberOfPatientRelatedInstances="])
    [found] = answers(PACS, wanted)
    assert (text_of(found, ID), text_of(found, 0x00201200), text_of(found, 0x00201204)) == ("P1", "2", "20")
    assert "/studies?PatientName=D*" in heard[0]

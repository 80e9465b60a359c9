"""Checkups over `/api`: asked for, watched, ended; what is told is what the house's own nouns say."""

from __future__ import annotations

import threading
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient
from tests.web.houses import OURS, lived

from isocenter.base.clock import SystemClock
from isocenter.daemon.checkups import Checkups
from isocenter.model import checkup as nouns
from isocenter.model.checkup import (
    Attempt,
    Cause,
    Checkup,
    ContextAnswer,
    Exchange,
    Layer,
    Line,
    Outcome,
    Role,
    Side,
    Sign,
    Step,
    Verdict,
)
from isocenter.model.records import Node
from isocenter.web import words_doctor
from isocenter.web.api import api

MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
REFUSED = Checkup(
    token="t1",
    node="Teaching archive",
    ae_title="ORTHANC",
    host="10.0.0.12",
    port=4242,
    role=Role.ARCHIVE,
    own_ae_title="ISOCENTER",
    own_address="10.0.0.5",
    own_port=11112,
    began=MOMENT,
    product="Orthanc",
    steps=(
        Step(Layer.NAME, Outcome.PASSED, "an address was given", 0.1),
        Step(
            Layer.TITLES,
            Outcome.FAILED,
            "refuses your title",
            3.8,
            (Exchange(MOMENT, "got", "A-ASSOCIATE-RJ", bytes.fromhex("0300000000040001 0103"), 10),),
            {"result": 1},
            Sign("rejected calling", {"tried": ("A", "B")}),
        ),
        Step(Layer.ECHO),
    ),
    attempts=(Attempt("ISOCENTRE", "ORTHANC", "accepted", True),),
    contexts=(ContextAnswer("1.2", "1.2.840.10008.1.2", None),),
    remarks=("slow",),
    verdict=Verdict(
        Layer.TITLES,
        Side.THEIRS,
        "It refuses your title",
        "It expects ISOCENTRE.",
        (Cause("A2", "It knows you by another title.", ("x",), ("y",)),),
        ("x",),
        ("y",),
        (Line("Orthanc", "orthanc.json", "text", "restart it"),),
        "",
        "ISOCENTRE",
        "ISOCENTER",
    ),
)


@pytest.fixture
def wanted():
    return []


@pytest.fixture
def go():
    go = threading.Event()
    yield go
    go.set()


@pytest.fixture
def here(tmp_path, wanted, go):
    """A house whose doctor says what it is told to say, and ends when it is let."""

    def climb(asked, stopped, tell):
        wanted.append(asked)
        found = replace(REFUSED, node=asked.node.name)
        tell(found)
        go.wait(10)
        tell(replace(found, ended=MOMENT))

    with lived(tmp_path / "here") as house:
        house.house.shelf.put_node(Node("CT", "CT_1", "10.0.0.7", 104))
        house.house.shelf.put_node(Node("range", "MANY", "10.1.0.0/16"))
        house.api = replace(house.api, clinic=Checkups(climb, SystemClock()))
        with TestClient(api(house.api), base_url="http://127.0.0.1:8114", raise_server_exceptions=False) as browser:
            house.browser = browser
            yield house


def begin(house, **wanted):
    return house.browser.post("/api/checkups", json={"node": "CT"} | wanted, headers=OURS)


def test_a_checkup_is_begun_watched_and_listed(here):
    answer = begin(here)
    assert answer.status_code == 202, answer.text
    place = answer.headers["location"]
    told = here.browser.get(place).json()
    assert told == answer.json()
    assert (told["node"], told["ended"], told["verdict"]["known_as"]) == ("CT", None, "ISOCENTRE")
    assert told["steps"][1]["exchanges"][0]["raw"] == "03000000000400010103"
    assert told["steps"][1]["sign"] == {"code": "rejected calling", "facts": {"tried": ["A", "B"]}}
    assert told["names"] == {"1.2": "unknown SOP class 1.2", "1.2.840.10008.1.2": "Implicit VR Little Endian"}
    (short,) = here.browser.get("/api/checkups").json()["checkups"]
    assert (short["node"], short["layer"], short["failed"]) == ("CT", "titles", True)


def test_everything_that_may_be_asked_for_arrives_at_the_doctor(here, wanted):
    begin(here, role="printer", storage_class_uid="1.2.3", consent=["titles"], secured={"check_host": False, "authority": "PEM"})
    (asked,) = wanted
    assert (asked.node.ae_title, asked.role, asked.storage_class_uid) == ("CT_1", Role.PRINTER, "1.2.3")
    assert asked.consent == {"titles"}
    assert (asked.secured.authority, asked.secured.check_host) == ("PEM", False)


def test_without_a_word_a_test_image_may_be_stored_and_nothing_else(here, wanted):
    begin(here)
    assert (wanted[0].consent, wanted[0].secured) == ({"store"}, None)


def test_one_that_runs_is_not_begun_again_and_can_be_cancelled_once(here, go):
    place = begin(here).headers["location"]
    assert begin(here).status_code == 409
    assert here.browser.post(f"{place}/cancel", headers=OURS).status_code == 200
    go.set()
    for thread in threading.enumerate():
        if thread.name == "checkup of CT":
            thread.join(10)
    assert here.browser.post(f"{place}/cancel", headers=OURS).status_code == 409
    assert here.browser.get(place).json()["ended"] is not None


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"node": "nobody"}, 404),
        ({"node": "range"}, 409),
        ({"role": "king"}, 400),
        ({"storage_class_uid": "x"}, 400),
        ({"consent": ["everything"]}, 400),
        ({"secured": {"authority": "x" * 70_000}}, 400),
    ],
)
def test_what_cannot_be_asked_for_is_refused(here, wanted, status):
    assert begin(here, **wanted).status_code == status


def test_a_foreign_page_begins_and_ends_nothing(here, wanted):
    assert here.browser.post("/api/checkups", json={"node": "CT"}).status_code == 403
    assert wanted == []
    place = begin(here).headers["location"]
    assert here.browser.post(f"{place}/cancel").status_code == 403
    assert here.browser.get("/api/checkups/nothing").status_code == 404


PAIRS = [
    (noun, getattr(words_doctor, f"{noun.__name__}Words"))
    for noun in (Sign, Exchange, Step, Attempt, ContextAnswer, Cause, Line, Verdict, Checkup)
]


@pytest.mark.parametrize(("noun", "words"), PAIRS, ids=[noun.__name__ for noun, _ in PAIRS])
def test_the_words_have_every_field_of_the_noun(noun, words):
    assert set(words.model_fields) - {"names"} == {one.name for one in fields(noun)}


@pytest.mark.parametrize(
    ("kind", "words"), [("Layer", "LayerName"), ("Outcome", "OutcomeName"), ("Side", "SideName"), ("Role", "RoleName")]
)
def test_the_words_name_every_value_of_an_enumeration(kind, words):
    assert [one.value for one in getattr(nouns, kind)] == list(getattr(words_doctor, words).__args__)

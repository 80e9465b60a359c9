"""Titles and ports over `/api`."""

from __future__ import annotations

from dataclasses import fields

import pytest
from tests.web.houses import OURS, lived

from isocenter.jobs import reachability as nouns
from isocenter.model.records import Node
from isocenter.web import words_reachability


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("titles") / "here", naming_rule="SITE_MOD_nn") as house:
        house.house.shelf.put_node(Node("CT room 1", "KH_CT_01", "127.0.0.1", 104))
        house.house.shelf.put_node(Node("stray", "STRAY", "10.255.255.1", 104))
        house.house.shelf.put_node(Node("range", "MANY", "10.1.0.0/16"))
        yield house


def test_the_next_free_title_is_proposed_by_the_rule(here):
    told = here.browser.get("/api/free-title", params={"site": "KH", "mod": "ct"}).json()
    assert told == {"rule": "SITE_MOD_nn", "asked": ["SITE", "MOD"], "title": "KH_CT_02", "sentence": "", "strays": ["STRAY"]}


def test_a_missing_word_is_asked_for(here):
    told = here.browser.get("/api/free-title", params={"site": "KH"}).json()
    assert (told["title"], told["sentence"]) == ("", "Say what MOD is, in letters and digits: the rule is SITE_MOD_nn.")


def test_who_reached_the_port_and_who_could_is_listed(here):
    told = here.browser.get("/api/port-from-outside").json()
    assert (told["port"], told["reached"], told["askable"]) == (here.house.settings.port, [], ["stray"])


def test_a_node_of_this_computer_proves_nothing(here):
    answer = here.browser.post("/api/port-from-outside", json={"node": "CT room 1"}, headers=OURS).json()
    assert answer["is_open"] is None
    assert "proves nothing" in answer["sentence"]


@pytest.mark.parametrize(("name", "status"), [("nobody", 404), ("range", 409)])
def test_who_cannot_be_asked_is_told(here, name, status):
    assert here.browser.post("/api/port-from-outside", json={"node": name}, headers=OURS).status_code == status
    assert here.browser.post("/api/port-from-outside", json={"node": name}).status_code == 403


@pytest.mark.parametrize(
    ("words", "noun"),
    [(words_reachability.ReachedWords, nouns.Reached), (words_reachability.PortAnswerWords, nouns.PortAnswer)],
)
def test_what_is_told_is_what_the_house_s_nouns_hold(words, noun):
    assert set(words.model_fields) == {field.name for field in fields(noun)}

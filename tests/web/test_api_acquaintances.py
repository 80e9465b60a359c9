"""Who knows whom over `/api`, between real houses and with another archive's own list."""

from __future__ import annotations

import pytest
from tests.jobs.test_other_lists import MODALITIES, SYSTEM, orthanc
from tests.waiting import wait_for
from tests.web.houses import OURS, lived

from isocenter.jobs.echoing import try_echo
from isocenter.jobs.searching import Call
from isocenter.model.records import Node


@pytest.fixture
def here(tmp_path):
    with lived(tmp_path / "here") as house:
        yield house


def facts(house) -> dict[tuple[str, str], dict]:
    answer = house.browser.get("/api/acquaintances")
    assert answer.status_code == 200, answer.text
    return {(one["of"], one["to"]): one for one in answer.json()["facts"]}


def test_each_direction_is_told_as_soon_as_something_is_known(here, tmp_path):
    with lived(tmp_path / "there", "THERE") as there:
        here.knows(there)
        assert facts(here)["", "there"]["knowing"] == "set"
        assert ("there", "") not in facts(here)
        here.browser.post("/api/echo", json={"node": "there"}, headers=OURS)
        assert facts(here)["", "there"]["knowing"] == "works"
        assert try_echo(Call(here.node, "THERE")).words
        wait_for(lambda: ("there", "") in facts(here))
        assert facts(here)["there", ""]["knowing"] == "works"
        assert not facts(here)["there", ""]["one_sided"]


def test_one_that_calls_us_by_another_title_is_one_sided(here, tmp_path):
    with lived(tmp_path / "there", "THERE") as there:
        here.knows(there)
        here.browser.post("/api/echo", json={"node": "there"}, headers=OURS)
        wrong = Node("x", "ISOCENTRE", "127.0.0.1", here.house.settings.port)
        try_echo(Call(wrong, "THERE"))
        wait_for(lambda: ("there", "") in facts(here))
        fact = facts(here)["there", ""]
        assert (fact["knowing"], fact["words"], fact["one_sided"]) == ("wrong", "calls us ISOCENTRE, and we are ISOCENTER", True)
        tolerated = here.browser.get("/api/door").json()["tolerated"]
        assert [(one["called_ae_title"], one["node"]) for one in tolerated] == [("ISOCENTRE", "there")]
        assert here.browser.get("/api/door").json()["strict_would_refuse"] == ["THERE"]


def test_another_archives_list_is_asked_only_when_somebody_wants_it(here):
    answers = {"/system": SYSTEM, "/modalities": MODALITIES, "/modalities/isocenter/echo": 200}
    with orthanc(answers) as (node, paths):
        here.house.shelf.put_node(node)
        facts(here)
        assert paths == []
        told = here.browser.post("/api/acquaintances/list", json={"node": "PACS"}, headers=OURS)
        assert told.status_code == 200, told.text
        (found,) = told.json()["lists"]
        assert [(one["ae_title"], one["node"]) for one in found["entries"]] == [("ISOCENTER", ""), ("OLD", None), ("ODD", None)]
        fact = facts(here)["PACS", ""]
        assert (fact["knowing"], fact["words"]) == ("wrong", "has us in its list at 10.0.0.5:11112")
        told = here.browser.post("/api/acquaintances/echo", json={"node": "PACS", "entry": "isocenter"}, headers=OURS)
        assert told.status_code == 200, told.text
        assert facts(here)["PACS", ""]["knowing"] == "works"


@pytest.mark.parametrize(("asked", "status"), [({"node": "nobody"}, 404), ({"node": "many"}, 409), ({"node": "gone"}, 502)])
def test_whoever_cannot_be_asked_is_said_so(here, asked, status):
    here.house.shelf.put_node(Node("many", "CT*", "10.0.0.0/8"))
    here.house.shelf.put_node(Node("gone", "G", "127.0.0.1", dicomweb_url="http://127.0.0.1:9/dicom-web"))
    assert here.browser.post("/api/acquaintances/list", json=asked, headers=OURS).status_code == status

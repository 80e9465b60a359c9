"""Nodes over `/api`: entered as on the command line, in force at once, and only what is entered is ever called."""

from __future__ import annotations

import json
import threading

import pytest
from tests.waiting import a_free_port, wait_for
from tests.web.houses import OURS, lived

from isocenter.lab import phantom
from isocenter.model.records import Node
from isocenter.nodes import formats

CT = {"ae_title": "CT_1", "host": "10.0.0.7", "port": 4242}


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "there", "THERE") as house:
        house.keep(phantom.ct_series(1, slices=2, side_pixels=16))
        house.keep(phantom.mr_series(2, slices=1, side_pixels=16))
        yield house


def names(house) -> list[str]:
    return [node["name"] for node in house.browser.get("/api/nodes").json()]


@pytest.mark.parametrize("name", ["CT 1", "Ärzte", "a/b/c", "x?y#z%", "export"])
def test_a_node_is_put_seen_changed_and_removed(here, name):
    from urllib.parse import quote

    place = f"/api/nodes/{quote(name, safe='/')}"
    put = here.browser.put(place, json=CT, headers=OURS)
    assert put.status_code == 200, put.text
    assert here.browser.get(place).json() == put.json()["node"] | {"name": name}
    assert name in names(here)
    here.browser.put(place, json=CT | {"operations": ["echo"], "notes": "moved"}, headers=OURS)
    assert here.browser.get(place).json()["operations"] == ["echo"]
    assert here.house.shelf.nodes()[-1].notes == "moved"
    assert here.browser.delete(place, headers=OURS).status_code == 204
    assert here.browser.get(place).status_code == 404
    assert here.browser.delete(place, headers=OURS).status_code == 404


def test_what_a_node_says_is_what_the_archive_knows(here):
    said = CT | {
        "operations": ["store", "echo"], "transfer_syntaxes": ["1.2.840.10008.1.2.1"], "pdu_bytes_max": 16384,
        "associations_max": 2, "character_set": "ISO_IR 192", "local_ae_title": "US", "notes": "two\nlines",
    }  # fmt: skip
    here.browser.put("/api/nodes/full", json=said, headers=OURS)
    node = next(node for node in here.house.shelf.nodes() if node.name == "full")
    assert node == Node("full", "CT_1", "10.0.0.7", 4242, frozenset({"echo", "store"}), ("1.2.840.10008.1.2.1",), 16384, 2,
                        "ISO_IR 192", "US", "two\nlines")  # fmt: skip
    here.house.shelf.remove_node("full")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ae_title": "A TITLE THAT IS TOO LONG"}, "DICOM allows 16"),
        ({"host": "http://10.0.0.7"}, "web address"),
        ({"port": 0}, "Port 0 does not exist"),
        ({"port": "many"}, "body.port"),
        ({"operations": ["fly"]}, "body.operations.0"),
        ({"colour": "red"}, "body.colour"),
        ({"host": None}, "body.host"),
    ],
)
def test_a_fault_keeps_an_entry_out_and_is_named(here, change, said):
    refused = here.browser.put("/api/nodes/bad", json=CT | change, headers=OURS)
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"
    assert said in refused.json()["detail"]
    assert "bad" not in names(here)


def test_what_is_doubtful_is_kept_and_told(here):
    here.browser.put("/api/nodes/first", json=CT, headers=OURS)
    told = here.browser.put("/api/nodes/second", json=CT, headers=OURS).json()["findings"]
    assert "already known as first" in told[0]["sentence"]
    assert told[0]["fault"] is False
    for name in ("first", "second"):
        here.house.shelf.remove_node(name)


@pytest.mark.parametrize(("method", "path", "body"), [
    ("PUT", "/api/nodes/x", CT), ("DELETE", "/api/nodes/x", None), ("POST", "/api/node-lists", {"text": ""}),
    ("POST", "/api/echo", {"node": "x"}), ("POST", "/api/find", {"node": "x"}), ("POST", "/api/jobs", {"kind": "check"}),
    ("POST", "/api/jobs/1/cancel", None), ("POST", "/api/jobs/1/again", None), ("DELETE", "/api/set-aside/1", None),
    ("POST", "/api/check", None), ("POST", "/api/reindex", None), ("POST", "/api/debug?on=1", None),
])  # fmt: skip
def test_a_change_from_a_foreign_page_is_refused_before_it_is_looked_at(here, method, path, body):
    refused = here.browser.request(method, path, json=body)
    assert refused.status_code == 403
    assert "X-Isocenter" in refused.json()["detail"]
    assert here.browser.get("/api/jobs").json() == {"jobs": [], "held": [], "under_way": 0}


@pytest.mark.parametrize("format_name", formats.NAMES)
def test_a_list_goes_out_and_comes_back_in_each_format(here, format_name):
    here.browser.put("/api/nodes/CT_1", json=CT, headers=OURS)
    out = here.browser.get(f"/api/node-lists/{format_name}").json()
    assert out["format"] == format_name
    here.house.shelf.remove_node("CT_1")
    came = here.browser.post("/api/node-lists", json={"text": out["text"], "format": format_name}, headers=OURS).json()
    assert [(node["ae_title"], node["host"], node["port"]) for node in came["nodes"]] == [("CT_1", "10.0.0.7", 4242)]
    for name in names(here):
        here.house.shelf.remove_node(name)


def test_one_bad_line_never_loses_the_others(here):
    text = "name,aet,host,port\nA,A,10.0.0.1,104\nB,,10.0.0.2,104\nC,C,10.0.0.3,x\nD,D,10.0.0.4,104\n"
    came = here.browser.post("/api/node-lists", json={"text": text, "file_name": "list.csv"}, headers=OURS).json()
    assert [node["name"] for node in came["nodes"]] == ["A", "D"]
    assert {finding["line"] for finding in came["findings"] if finding["fault"]} == {3, 4}
    for name in ("A", "D"):
        here.house.shelf.remove_node(name)


def test_a_list_that_does_not_say_what_it_is_is_asked_about(here):
    refused = here.browser.post("/api/node-lists", json={"text": "?"}, headers=OURS)
    assert refused.status_code == 400
    assert "name one of toml" in refused.json()["detail"]


def test_an_echo_says_in_words_what_came_of_it(here, there):
    here.knows(there)
    here.house.shelf.put_node(Node("gone", "GONE", "127.0.0.1", a_free_port()))
    answered = here.browser.post("/api/echo", json={"node": "there"}, headers=OURS).json()
    assert (answered["outcome"], answered["words"]) == ("answered", "it is there and speaks DICOM")
    lost = here.browser.post("/api/echo", json={"node": "gone"}, headers=OURS).json()
    assert lost["outcome"] == "lost"
    assert "GONE" in lost["words"]
    assert here.browser.post("/api/echo", json={"node": "nobody"}, headers=OURS).status_code == 404


def test_what_stands_for_many_devices_cannot_be_called(here):
    here.house.shelf.put_node(Node("range", "MANY", "10.1.0.0/16"))
    for path in ("/api/echo", "/api/find"):
        assert here.browser.post(path, json={"node": "range"}, headers=OURS).status_code == 409
    wanted = {"kind": "send", "node": "range", "values": ["1.2"]}
    assert here.browser.post("/api/jobs", json=wanted, headers=OURS).status_code == 409


def test_a_search_gives_what_matches_by_keyword(here, there):
    here.knows(there)
    found = here.browser.post("/api/find", json={"node": "there", "keys": {"ModalitiesInStudy": "MR"}}, headers=OURS).json()
    assert [answer["ModalitiesInStudy"] for answer in found["answers"]] == ["MR"]
    assert found["more"] is False
    cut = here.browser.post("/api/find", json={"node": "there", "limit": 1, "returned": ["StudyID"]}, headers=OURS).json()
    assert len(cut["answers"]) == 1
    assert cut["more"] is True
    assert "StudyID" in cut["answers"][0]


def test_every_level_can_be_searched(here, there):
    here.knows(there)
    for level, count in (("patient", 2), ("study", 2), ("series", 2), ("image", 3)):
        found = here.browser.post("/api/find", json={"node": "there", "level": level}, headers=OURS)
        assert len(found.json()["answers"]) == count, found.text


def test_a_search_that_cannot_be_asked_or_is_not_answered_says_so(here, there):
    here.knows(there)
    bad = here.browser.post("/api/find", json={"node": "there", "keys": {"Nonsense": "1"}}, headers=OURS)
    assert (bad.status_code, "neither a keyword" in bad.text) == (400, True)
    here.house.shelf.put_node(Node("gone", "GONE", "127.0.0.1", a_free_port()))
    lost = here.browser.post("/api/find", json={"node": "gone"}, headers=OURS)
    assert (lost.status_code, "GONE" in lost.json()["detail"]) == (502, True)


def test_when_all_calls_wait_another_is_refused_and_the_page_still_answers(here, there, monkeypatch):
    here.knows(there)
    gate = threading.Event()
    from isocenter.web import api_nodes

    echo = api_nodes.try_echo

    def slow(call):
        assert gate.wait(20)
        return echo(call)

    monkeypatch.setattr(api_nodes, "try_echo", slow)
    monkeypatch.setattr(here.api.calls, "total_tokens", 1)
    first = threading.Thread(target=here.browser.post, args=("/api/echo",), kwargs={"json": {"node": "there"}, "headers": OURS})
    first.start()
    try:
        wait_for(lambda: here.api.calls.borrowed_tokens > 0)
        assert here.browser.post("/api/echo", json={"node": "there"}, headers=OURS).status_code == 503
        assert here.browser.get("/api/nodes").status_code == 200
    finally:
        gate.set()
        first.join()


def test_who_was_turned_away_is_listed(here, there):
    assert here.browser.get("/api/rejected-callers").json() == []
    there.house.shelf.put_node(Node("here", "HERE", "10.9.9.9"))
    from datetime import UTC, datetime

    from isocenter.model.records import RejectedCaller

    moment = datetime(2026, 1, 1, tzinfo=UTC)
    here.house.shelf.remember_caller(RejectedCaller("X", "Y", "10.0.0.9", "1.2", "V", ("CT Image Storage",), "why", moment, moment))
    [caller] = here.browser.get("/api/rejected-callers").json()
    assert caller["calling_ae_title"] == "X"
    assert caller["wanted"] == ["CT Image Storage"]
    assert caller["first"] == "2026-01-01T00:00:00Z"


def test_a_body_that_is_no_json_or_too_long_is_refused(here):
    bad = here.browser.put("/api/nodes/x", content=b"{", headers=OURS | {"content-type": "application/json"})
    assert bad.status_code == 400
    long = here.browser.post("/api/echo", content=b" " * (33 << 20), headers=OURS | {"content-type": "application/json"})
    assert long.status_code == 413
    deep = json.dumps({"node": "x"}).encode()[:-1] + b',"a":' + b"[" * 100_000
    assert here.browser.post("/api/echo", content=deep, headers=OURS | {"content-type": "application/json"}).status_code == 400

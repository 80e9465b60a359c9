"""The network over `/api`: this device changes live, nodes tell how they stand, and the door says who knocked."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime

import pytest
from tests.waiting import a_free_port, wait_for
from tests.web.houses import OURS, lived

from isocenter.base.limits import NODE_BARS
from isocenter.jobs.echoing import Echo, try_echo
from isocenter.jobs.searching import Call
from isocenter.model.records import Node, RejectedCaller

CT = {"ae_title": "CT_1", "host": "10.0.0.7", "port": 4242}
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def here(tmp_path):
    with lived(tmp_path / "here") as house:
        yield house


@pytest.fixture
def there(tmp_path):
    with lived(tmp_path / "there", "THERE") as house:
        yield house


def device(house) -> dict:
    answer = house.browser.get("/api/device")
    assert answer.status_code == 200, answer.text
    return answer.json()


def change(house, **wanted):
    return house.browser.put("/api/device", json=wanted, headers=OURS)


def state(house, name: str) -> dict:
    return next(one for one in house.browser.get("/api/node-states").json()["nodes"] if one["name"] == name)


def turned_away(house, title: str = "CT_9", called: str = "ISOCENTER", address: str = "10.0.0.9") -> None:
    house.house.shelf.remember_caller(RejectedCaller(title, called, address, "1.2", "V", ("CT",), "why", MOMENT, MOMENT))


def test_the_device_tells_its_title_port_and_addresses(here):
    told = device(here)
    assert (told["ae_title"], told["port"], told["policy"]) == ("ISOCENTER", here.house.settings.port, "loopback")
    assert [one["address"] for one in told["addresses"]] == ["127.0.0.1"]
    assert told["latest_call"] is None


def test_a_new_title_and_port_are_in_force_at_once_and_everywhere(here, there):
    there.knows(here)
    here.knows(there)
    port = a_free_port()
    answer = change(here, ae_title="WARD_4", port=port)
    assert answer.status_code == 200, answer.text
    assert answer.json()["notes"] == []
    assert (device(here)["ae_title"], device(here)["port"]) == ("WARD_4", port)
    assert here.browser.get("/api/status").json()["port"] == port
    moved = Node("moved", "WARD_4", "127.0.0.1", port)
    assert try_echo(Call(moved, "THERE")).echo is Echo.ANSWERED
    seen = there.house.standings.version
    assert here.browser.post("/api/echo", json={"node": "there"}, headers=OURS).json()["outcome"] == "answered"
    wait_for(lambda: there.house.standings.version > seen)


def test_an_association_that_is_under_way_outlives_the_change(here):
    from isocenter.net import client
    from isocenter.net.requestor import Proposal, open_association
    from isocenter.standard.sop_class import VERIFICATION

    with open_association(here.node, Proposal(client.query_contexts(VERIFICATION)), calling_ae_title="CT") as open_one:
        assert change(here, ae_title="OTHER", port=a_free_port()).status_code == 200
        assert client.echo(open_one).status == 0


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"ae_title": "A TITLE THAT IS TOO LONG"}, "DICOM allows 16"),
        ({"port": 0}, "1 to 65535"),
        ({"policy": "whim"}, "body.policy"),
    ],
)
def test_what_cannot_be_is_refused_by_name(here, wanted, said):
    refused = change(here, **wanted)
    assert (refused.status_code, said in refused.text) == (400, True)
    assert device(here)["ae_title"] == "ISOCENTER"


def test_a_taken_port_is_refused_with_a_free_one(here):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = change(here, port=taken.getsockname()[1])
    assert refused.status_code == 400
    assert "is free" in refused.json()["detail"]


@pytest.mark.parametrize(("method", "path", "body"), [
    ("PUT", "/api/device", {"ae_title": "X"}), ("POST", "/api/node-findings", {"name": "x", "entry": CT}),
    ("POST", "/api/door/ignored", {"address": "10.0.0.9"}),
])  # fmt: skip
def test_a_change_from_a_foreign_page_is_refused(here, method, path, body):
    assert here.browser.request(method, path, json=body).status_code == 403
    assert device(here)["ae_title"] == "ISOCENTER"


def test_an_echo_is_seen_in_the_nodes_state_and_story(here, there):
    here.knows(there)
    assert state(here, "there")["verdict"] == "unasked"
    here.browser.post("/api/echo", json={"node": "there"}, headers=OURS)
    now = state(here, "there")
    assert now["verdict"] == "answers"
    assert now["milliseconds"] > 0
    assert len(now["bars"]) == NODE_BARS
    assert now["bars"][-1]["asked"] == 1
    story = here.browser.get("/api/node-states/there").json()
    assert [answer["outcome"] for answer in story["answers"]] == ["answered"]
    assert story["implementation_version_name"].startswith("ISOCENTER")
    assert story["pdu_bytes_max"] > 0
    assert here.browser.get("/api/node-states/nobody").status_code == 404


def test_one_that_is_gone_says_since_when_and_why(here):
    here.house.shelf.put_node(Node("gone", "GONE", "127.0.0.1", a_free_port()))
    here.browser.post("/api/echo", json={"node": "gone"}, headers=OURS)
    now = state(here, "gone")
    assert (now["verdict"], now["milliseconds"]) == ("port closed", None)
    assert "nothing listens on that port" in now["words"]
    assert now["since"] == now["asked"]
    assert here.browser.get("/api/node-states/gone").json()["events"][0]["good"] is False


def test_what_a_node_did_when_it_called_is_in_its_story(here, there):
    here.house.shelf.put_node(Node("there", "THERE", "127.0.0.1", there.house.settings.port))
    there.knows(here)
    there.browser.post("/api/echo", json={"node": "isocenter"}, headers=OURS)
    wait_for(lambda: here.browser.get("/api/node-states/there").json()["calls"]["count"] == 1)
    calls = here.browser.get("/api/node-states/there").json()["calls"]
    assert (calls["called_ae_title"], calls["address"]) == ("ISOCENTER", "127.0.0.1")


def test_an_entry_is_examined_while_it_is_written(here):
    def found(name="CT 1", was="", **entry):
        answer = here.browser.post("/api/node-findings", json={"name": name, "was": was, "entry": CT | entry}, headers=OURS)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert found() == []
    assert "DICOM allows 16" in found(ae_title="A TITLE THAT IS TOO LONG")[0]["sentence"]
    here.browser.put("/api/nodes/CT 1", json=CT, headers=OURS)
    assert "would replace" in found()[0]["sentence"]
    assert found(was="CT 1") == []
    assert found("CT 2", was="CT 1") == []
    assert "already known" in found("CT 2")[0]["sentence"]
    assert [node.name for node in here.house.shelf.nodes()] == ["CT 1"]


def test_a_node_gets_another_name_in_one_step(here):
    here.browser.put("/api/nodes/old", json=CT, headers=OURS)
    renamed = here.browser.put("/api/nodes/new?was=old", json=CT | {"port": 105}, headers=OURS)
    assert (renamed.status_code, renamed.json()["findings"]) == (200, [])
    assert [(node.name, node.port) for node in here.house.shelf.nodes()] == [("new", 105)]
    refused = here.browser.put("/api/nodes/third?was=new", json=CT | {"port": 0}, headers=OURS)
    assert refused.status_code == 400
    assert [node.name for node in here.house.shelf.nodes()] == ["new"]


def test_whoever_was_turned_away_stands_at_the_door_until_it_is_entered(here):
    turned_away(here)
    (caller,) = here.browser.get("/api/door").json()["callers"]
    assert (caller["calling_ae_title"], caller["node"], caller["ignored"]) == ("CT_9", "", False)
    here.browser.put("/api/nodes/CT 9", json={"ae_title": "CT_9", "host": "10.0.0.8"}, headers=OURS)
    assert here.browser.get("/api/door").json()["callers"][0]["node"] == "CT 9"
    here.browser.put("/api/nodes/CT 9", json={"ae_title": "CT_9", "host": "10.0.0.9"}, headers=OURS)
    assert here.browser.get("/api/door").json()["callers"] == []


def test_under_strict_a_known_node_that_calls_another_title_stays_at_the_door(here):
    here.browser.put("/api/nodes/CT 9", json={"ae_title": "CT_9", "host": "10.0.0.9"}, headers=OURS)
    turned_away(here, called="ISOCENTRE")
    assert here.browser.get("/api/door").json()["callers"] == []
    change(here, policy="strict")
    assert here.browser.get("/api/door").json()["callers"][0]["called_ae_title"] == "ISOCENTRE"
    change(here, policy="open")
    assert here.browser.get("/api/door").json()["callers"] == []


def test_whoever_is_ignored_is_marked_and_can_be_shown_again(here):
    turned_away(here)
    who = {"calling_ae_title": "CT_9", "called_ae_title": "ISOCENTER", "address": "10.0.0.9"}
    told = here.browser.post("/api/door/ignored", json=who, headers=OURS).json()
    assert told["callers"][0]["ignored"] is True
    turned_away(here)
    assert here.browser.get("/api/door").json()["callers"][0]["ignored"] is True
    told = here.browser.post("/api/door/ignored", json=who | {"ignored": False}, headers=OURS).json()
    assert told["callers"][0]["ignored"] is False


def test_what_speaks_no_dicom_is_at_the_door_too(here):
    with socket.create_connection(("127.0.0.1", here.house.settings.port)) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\n\r\n")
        wait_for(lambda: here.browser.get("/api/door").json()["connections"])
    (one,) = here.browser.get("/api/door").json()["connections"]
    assert (one["address"], one["count"], "HTTP" in one["why"]) == ("127.0.0.1", 1, True)


def test_the_live_page_is_told_how_many_nodes_answer(here, there):
    from isocenter.web.api_network import neighbours

    here.knows(there)
    here.house.shelf.put_node(Node("gone", "GONE", "127.0.0.1", a_free_port()))
    before = neighbours(here.api)
    assert {name: before[name] for name in ("answering", "silent", "unasked")} == {"answering": 0, "silent": 0, "unasked": 2}
    for name in ("there", "gone"):
        here.browser.post("/api/echo", json={"node": name}, headers=OURS)
    after = neighbours(here.api)
    assert {name: after[name] for name in ("answering", "silent", "unasked")} == {"answering": 1, "silent": 1, "unasked": 0}
    assert after["version"] > before["version"]


def test_asking_from_many_threads_loses_nothing(here, there):
    here.knows(there)
    threads = [
        threading.Thread(target=here.browser.post, args=("/api/echo",), kwargs={"json": {"node": "there"}, "headers": OURS})
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    story = here.browser.get("/api/node-states/there").json()
    assert len(story["answers"]) == 6
    assert story["state"]["is_busy"] is False

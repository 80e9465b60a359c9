"""The inspector over `/api`: what was recorded, in words and as a capture; proxies; captures of others; never a patient unasked."""

from __future__ import annotations

import pytest
from tests.waiting import a_free_port, wait_for
from tests.web.houses import OURS, Lived, lived

from isocenter.dimse.commands import Command, CommandField
from isocenter.lab import phantom
from isocenter.model.records import Node
from isocenter.net import client
from isocenter.net.requestor import Proposal, open_association
from isocenter.standard.sop_class import VERIFICATION
from isocenter.web.api_inspector import STREAMED
from isocenter.wire.pdu import ProposedContext

EXPLICIT = "1.2.840.10008.1.2.1"


@pytest.fixture(scope="module")
def images():
    return list(phantom.ct_series(1, slices=6, side_pixels=64))


@pytest.fixture
def here(tmp_path):
    with lived(tmp_path / "here") as house:
        yield house


def called(house: Lived, title: str = "CT-ROOM-2", port: int = 0, images=()):
    """An association from this computer that echoes, and stores; over, and recorded, when this returns."""
    node = Node("it", house.house.settings.aet, "127.0.0.1", port or house.house.settings.port)
    contexts = client.query_contexts(VERIFICATION)
    contexts += tuple(ProposedContext(3, one.SOPClassUID, (EXPLICIT,)) for one in images[:1])
    with open_association(node, Proposal(contexts), calling_ae_title=title) as peer:
        client.echo(peer)
        for number, one in enumerate(images, 100):
            command = Command(field=CommandField.C_STORE_RQ, message_id=number, affected_sop_class_uid=one.SOPClassUID,
                              affected_sop_instance_uid=one.SOPInstanceUID, has_data_set=True, priority=0)  # fmt: skip
            peer.send(3, command, [phantom.data_set_bytes(one)])
            assert peer.response(number).command.status == 0
    wait_for(lambda: told(house)["recordings"][0]["standing"] != "busy")


def told(house: Lived, **query) -> dict:
    answer = house.browser.get("/api/inspector", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_connection_is_in_the_list_and_found_by_title_status_and_uid(here, images):
    called(here, images=images)
    called(here, "US-ROOM-4")
    found = told(here)
    assert [(one["title"], one["way"], one["standing"]) for one in found["recordings"]] == [
        ("US-ROOM-4", "in", "good"), ("CT-ROOM-2", "in", "good"),
    ]  # fmt: skip
    assert "6 CT images" in found["recordings"][1]["words"]
    for needle in ("ct-room", "0000", images[3].SOPInstanceUID):
        assert "CT-ROOM-2" in {one["title"] for one in told(here, search=needle)["recordings"]}
    assert [one["title"] for one in told(here, search=images[3].SOPInstanceUID)["recordings"]] == ["CT-ROOM-2"]
    assert told(here, search="nobody")["kept"] == 2
    assert found["room"]["bytes_max"] == 64 * 1024 * 1024
    assert found["room"]["byte_count"] > 1000


def test_a_known_node_is_called_by_its_name_and_our_own_calls_are_recorded_too(here):
    here.house.shelf.put_node(Node("scanner two", "CT-ROOM-2", "127.0.0.1", 104))
    called(here)
    assert told(here)["recordings"][0]["title"] == "scanner two"
    here.knows(here)
    echoed = here.browser.post("/api/echo", json={"node": "isocenter"}, headers=OURS)
    assert echoed.status_code == 200, echoed.text
    ways = {(one["title"], one["way"]) for one in told(here)["recordings"]}
    assert ("isocenter", "out") in ways


def test_a_ladder_unfolds_and_a_message_is_told_without_its_patient(here, images):
    called(here, images=images)
    token = told(here)["recordings"][0]["token"]
    ladder = here.browser.get(f"/api/inspector/{token}").json()
    assert [rung["title"] for rung in ladder["rungs"] if rung["title"].startswith("A-")] == [
        "A-ASSOCIATE-RQ", "A-ASSOCIATE-AC", "A-RELEASE-RQ", "A-RELEASE-RP",
    ]  # fmt: skip
    [run] = [rung for rung in ladder["rungs"] if rung["kind"] == "run"]
    inner = here.browser.get(f"/api/inspector/{token}/rungs", params={"first": run["first"], "last": run["last"]}).json()["rungs"]
    assert [rung["title"] for rung in inner if rung["kind"] == "message"] == ["C-STORE-RQ", "C-STORE-RSP 0000"] * 4
    number = inner[0]["number"]
    place = f"/api/inspector/{token}/messages/{number}"
    name = str(images[0].PatientName)
    masked, plain = here.browser.get(place), here.browser.get(place, params={"names": True})
    assert name not in masked.text
    assert masked.json()["is_masked"]
    assert name in plain.text
    assert bytes.fromhex(masked.json()["raw"])[0] == 4
    kinds = {share["kind"] for share in ladder["shares"]}
    assert {"device", "network", "disk", "isocenter"} <= kinds


def titles(ladder: dict) -> list[str]:
    """Of all that was said; a silence as long as the shortest one that is told may be told or not, as its times are rounded."""
    return [rung["title"] for rung in ladder["rungs"] if rung["kind"] != "silence"]


def test_an_export_is_a_capture_without_patients_and_comes_back_as_the_same_ladder(here, images):
    called(here, images=images)
    token = told(here)["recordings"][0]["token"]
    capture = here.browser.get("/api/inspector/export", params={"token": token})
    assert capture.headers["content-type"] == "application/x-pcapng"
    assert capture.content[:4] == b"\x0a\x0d\x0d\x0a"
    name = str(images[0].PatientName).encode()
    assert name not in capture.content
    assert name in here.browser.get("/api/inspector/export", params={"token": token, "names": True}).content
    found = here.browser.post("/api/inspector/import", content=capture.content, headers=OURS, params={"name": "a.pcapng"}).json()
    assert (len(found["tokens"]), found["others"], found["remark"]) == (1, 0, "")
    first, again = (here.browser.get(f"/api/inspector/{one}").json() for one in (token, found["tokens"][0]))
    assert again["origin"] == "file"
    assert titles(first) == titles(again)
    line = next(one for one in told(here)["recordings"] if one["token"] == found["tokens"][0])
    assert (line["label"], line["way"]) == ("a.pcapng", "between")


def test_what_is_no_capture_or_too_long_is_refused(here, monkeypatch):
    from isocenter.web import api_inspector

    answer = here.browser.post("/api/inspector/import", content=b"PK\x03\x04 no capture at all, but a zip", headers=OURS)
    assert (answer.status_code, "no capture file" in answer.json()["detail"]) == (400, True)
    monkeypatch.setattr(api_inspector, "PCAP_FILE_BYTES_MAX", 100)
    assert here.browser.post("/api/inspector/import", content=bytes(101), headers=OURS).status_code == 413
    assert "/api/inspector/import" in STREAMED


def test_a_proxy_stands_between_a_device_and_an_archive(here):
    port = a_free_port()
    target = f"ISOCENTER@127.0.0.1:{here.house.settings.port}"
    opened = here.browser.post("/api/inspector/proxies", json={"listen_port": port, "node": target}, headers=OURS)
    assert opened.status_code == 201, opened.text
    called(here, port=port)
    wait_for(lambda: {one["way"] for one in told(here)["recordings"] if one["standing"] == "good"} == {"in", "between"})
    [proxy] = told(here)["proxies"]
    assert (proxy["listen_port"], proxy["node"], proxy["callers"]) == (port, "ISOCENTER", 1)
    line = next(one for one in told(here)["recordings"] if one["way"] == "between")
    assert (line["title"], line["origin"]) == ("CT-ROOM-2 to ISOCENTER", "proxy")
    taken = here.browser.post("/api/inspector/proxies", json={"listen_port": port, "node": target}, headers=OURS)
    assert taken.status_code == 400
    assert here.browser.delete(f"/api/inspector/proxies/{port}", headers=OURS).status_code == 204
    assert here.browser.delete(f"/api/inspector/proxies/{port}", headers=OURS).status_code == 404


@pytest.mark.parametrize(("node", "words"), [("nobody", "no node named"), ("A@B", ""), ("X@10.0.0.1:0", "TCP port")])
def test_a_proxy_to_nobody_is_refused_with_a_sentence(here, node, words):
    if not words:
        here.house.shelf.put_node(Node("A@B", "MANY", "10.0.0.0/8", 104))
        words = "stands for many devices"
    answer = here.browser.post("/api/inspector/proxies", json={"listen_port": a_free_port(), "node": node}, headers=OURS)
    assert (answer.status_code, words in answer.json()["detail"]) == (400, True)


def test_what_is_forgotten_is_gone_and_says_so(here):
    called(here)
    token = told(here)["recordings"][0]["token"]
    assert here.browser.delete("/api/inspector").status_code == 403
    assert here.browser.delete("/api/inspector", headers=OURS).status_code == 204
    assert told(here)["recordings"] == []
    for place in (token, f"{token}/rungs?first=1&last=2", f"{token}/messages/1"):
        answer = here.browser.get(f"/api/inspector/{place}")
        assert (answer.status_code, "took its room" in answer.json()["detail"]) == (404, True)
    assert here.browser.get("/api/inspector/export", params={"token": token}).status_code == 404


def test_nothing_is_recorded_where_the_setting_says_so_and_no_patient_told_in_technician_mode(tmp_path, images):
    with lived(tmp_path / "off", recorded_mib=0) as house:
        node = Node("it", "ISOCENTER", "127.0.0.1", house.house.settings.port)
        with open_association(node, Proposal(client.query_contexts(VERIFICATION)), calling_ae_title="X") as peer:
            client.echo(peer)
        assert told(house)["room"] == {"bytes_max": 0, "byte_count": 0, "since": None}
        assert told(house)["recordings"] == []
    with lived(tmp_path / "technician", technician=True) as house:
        called(house, images=images)
        token = told(house)["recordings"][0]["token"]
        name = str(images[0].PatientName)
        assert name.encode() not in house.browser.get("/api/inspector/export", params={"token": token, "names": True}).content
        ladder = house.browser.get(f"/api/inspector/{token}").json()
        number = next(rung["number"] for rung in ladder["rungs"] if rung["title"] == "C-STORE-RQ")
        assert name not in house.browser.get(f"/api/inspector/{token}/messages/{number}", params={"names": True}).text


def test_whoever_listens_hears_that_something_was_recorded(here):
    before = told(here)["version"]
    called(here)
    assert told(here)["version"] > before

"""Who knows whom and the heartbeat in the browser: pairs are walked, windows kept, alerts tried, drift taken as meant."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect
from pynetdicom import AE
from pynetdicom.sop_class import Verification
from tests.browser.test_accessibility import findings
from tests.jobs.test_other_lists import SYSTEM, orthanc
from tests.peers.processes import House
from tests.web.test_api_vigil import webhook

from isocenter.daemon.library import open_shelf
from isocenter.jobs.echoing import try_echo
from isocenter.jobs.searching import Call
from isocenter.model.records import Node


@pytest.fixture
def peer(empty) -> Node:
    """A node of the list that answers C-ECHO."""
    server = AE("PEER")
    server.add_supported_context(Verification)
    running = server.start_server(("127.0.0.1", 0), block=False)
    node = Node("Peer", "PEER", "127.0.0.1", running.socket.getsockname()[1])
    with open_shelf(empty.folder) as shelf:
        shelf.put_node(node)
    yield node
    running.shutdown()


def called(house: House, title: str, ours: str) -> None:
    """A node calls the house, by a title."""
    assert try_echo(Call(Node("x", ours, "127.0.0.1", house.port), title)).words


def test_a_pair_that_works_one_way_only_is_marked_and_explained(empty, peer, browse):
    called(empty, "PEER", "ISOCENTRE")
    page = browse(empty, "/network")
    page.get_by_role("button", name="Echo all").click()
    expect(page.get_by_role("option", name="Peer")).to_contain_text(" ms")
    page.get_by_role("link", name="Who knows whom").click()
    assert "view=company" in page.url
    expect(page.get_by_role("gridcell", name="Peer to This device: entered wrongly, one-sided")).to_be_visible()
    side = page.get_by_role("complementary", name="The chosen pair")
    expect(side).to_contain_text("Peer calls us ISOCENTRE, and we are ISOCENTER")
    expect(side).to_contain_text("We reach it.")
    assert findings(page) == []
    page.get_by_role("gridcell", name="Peer to This device").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("gridcell", name="the same device").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("gridcell", name="This device to Peer")).to_have_attribute("aria-selected", "true")
    assert "to=Peer" in page.url


def test_whoever_calls_us_otherwise_is_at_the_door_and_can_be_answered(empty, peer, browse):
    called(empty, "PEER", "ISOCENTRE")
    page = browse(empty, "/network")
    door = page.get_by_role("region", name="Callers at the door")
    expect(door).to_contain_text("Let in; strict mode would refuse it")
    expect(door).to_contain_text("Strict mode would also have refused PEER")
    door.get_by_role("button", name="Also answer to ISOCENTRE").first.click()
    expect(door.get_by_role("button", name="Also answer to ISOCENTRE")).to_have_count(0)
    with open_shelf(empty.folder) as shelf:
        assert [node.local_ae_title for node in shelf.nodes()] == ["ISOCENTRE"]


def test_an_orthanc_tells_whom_it_knows(empty, browse):
    entries = {"us": ["ISOCENTER", "10.9.9.9", 104], "peer": ["PEER", "127.0.0.1", 4000]}
    answers = {"/system": SYSTEM, "/modalities": entries, "/modalities/peer/echo": 200}
    with orthanc(answers) as (archive, _):
        with open_shelf(empty.folder) as shelf:
            shelf.put_node(archive)
            shelf.put_node(Node("Peer", "PEER", "127.0.0.1", 4000))
        page = browse(empty, "/network?view=company&of=PACS&to=Peer")
        side = page.get_by_role("complementary", name="The chosen pair")
        side.get_by_role("region", name="Its own list, PACS").get_by_role("button", name="Ask it for its list").click()
        expect(side).to_contain_text("PACS has it in its list")
        side.get_by_title("Have PACS call PEER by C-ECHO").click()
        expect(side).to_contain_text("PACS reaches it")
        expect(page.get_by_role("gridcell", name="PACS to This device: entered wrongly")).to_be_visible()
        assert findings(page) == []


def test_a_window_of_maintenance_is_entered_and_removed(empty, peer, browse):
    page = browse(empty, "/network?view=heartbeat", allowed=["400"])
    page.get_by_role("option", name="Peer").wait_for()
    page.get_by_role("button", name="Add").click()
    dialog = page.get_by_role("dialog", name="Add a window of maintenance")
    dialog.get_by_label("Minutes").fill("0")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("1 to")
    dialog.get_by_label("Minutes").fill("90")
    dialog.get_by_label("What for").fill("new detector")
    dialog.get_by_role("button", name="Add").click()
    side = page.get_by_role("complementary", name="Maintenance and alerts")
    expect(side).to_contain_text("Peer: new detector")
    expect(side).to_contain_text(", now")
    assert findings(page) == []
    side.get_by_role("button", name="Remove the window of Peer").click()
    expect(side).not_to_contain_text("new detector")


def test_the_time_shown_is_in_the_address_and_the_past_is_told(empty, peer, browse):
    with open_shelf(empty.folder) as shelf:
        shelf.remove_node("Peer")
        shelf.put_node(replace(peer, name="Fresh"))
    page = browse(empty, "/network")
    page.get_by_role("button", name="Echo all").click()
    expect(page.get_by_role("option", name="Fresh")).to_contain_text(" ms")
    page.get_by_role("link", name="Heartbeat").click()
    expect(page.get_by_role("option", name=re.compile("^Fresh, asked every 5 min, 100 % answered"))).to_be_visible()
    page.get_by_role("button", name="Week").click()
    expect(page.get_by_text("Last 7 days")).to_be_visible()
    assert "days=7" in page.url
    page.get_by_role("button", name="Its story").click()
    page.get_by_role("region", name="Fresh: what is known of it").wait_for()


def test_an_alert_is_set_and_tried_with_what_came_of_it(empty, peer, browse):
    page = browse(empty, "/network?view=heartbeat", allowed=["400"])
    with webhook() as (url, taken):
        page.get_by_role("button", name="Change…").click()
        dialog = page.get_by_role("dialog", name="Alerts")
        dialog.get_by_label("Webhook").fill("mail me")
        dialog.get_by_role("button", name="Change").click()
        expect(dialog.get_by_role("alert")).to_contain_text("no web address")
        dialog.get_by_label("Webhook").fill(url)
        dialog.get_by_role("button", name="Change").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_role("list", name="What was told")).to_contain_text("told by webhook")
        assert taken[0]["alerts"][0]["kind"] == "test"
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("list", name="What was told")).to_contain_text("webhook failed")


def test_what_is_other_than_usual_stands_with_the_node_until_it_is_meant_so(empty, browse):
    for number, name in enumerate(("OLD_1", "NEW_2")):
        server = AE("PEER")
        server.implementation_version_name = name
        server.add_supported_context(Verification)
        running = server.start_server(("127.0.0.1", 0), block=False)
        port = running.socket.getsockname()[1]
        with open_shelf(empty.folder) as shelf:
            shelf.put_node(Node("Twice", "PEER", "127.0.0.1", port))
        page = browse(empty, "/network?node=Twice")
        page.get_by_role("button", name="Echo all").click()
        expect(page.get_by_role("region", name="Twice: what is known of it")).to_contain_text(name)
        running.shutdown()
        if number:
            story = page.get_by_role("region", name="Twice: what is known of it")
            expect(story).to_contain_text("It is NEW_2 now, was OLD_1")
            assert findings(page) == []
            story.get_by_role("button", name="It is meant so").click()
            expect(story.get_by_role("button", name="It is meant so")).to_have_count(0)
            expect(story).to_contain_text("taken as usual")


@pytest.mark.parametrize("view", ["company", "heartbeat"])
def test_both_fit_a_small_screen_and_axe_finds_nothing(empty, peer, browse, view):
    page = browse(empty, f"/network?view={view}", size="small")
    page.get_by_text("PEER").first.wait_for()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024

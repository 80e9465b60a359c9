"""The network page: this device changes live, nodes are entered, asked and forgotten, callers appear at the door by themselves."""

from __future__ import annotations

import socket

import pytest
from playwright.sync_api import expect
from pynetdicom import AE
from pynetdicom.sop_class import Verification
from tests.browser.test_accessibility import findings
from tests.peers.processes import House, a_free_port, wait_for

from isocenter.base.clock import SystemClock
from isocenter.daemon.library import open_shelf
from isocenter.jobs.echoing import Echo, try_echo
from isocenter.jobs.searching import Call
from isocenter.model.records import Node, RejectedCaller

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def peer():
    """Another program's server, which answers C-ECHO; its port."""
    server = AE("PEER")
    server.add_supported_context(Verification)
    running = server.start_server(("127.0.0.1", 0), block=False)
    yield running.socket.getsockname()[1]
    running.shutdown()


def turned_away(house: House, title: str, address: str = "10.0.0.9", called: str = "ISOCENTER") -> None:
    moment = SystemClock().now()
    with open_shelf(house.folder) as shelf:
        shelf.remember_caller(
            RejectedCaller(title, called, address, "1.2", "SIM", ("CT Image Storage",), f"{title!r} is not known.", moment, moment)
        )


def fill(page, **fields: str) -> None:
    form = page.get_by_role("dialog")
    for label, value in fields.items():
        form.get_by_label(label, exact=True).fill(value)


def test_an_empty_list_says_what_a_node_is_and_how_one_comes(empty, browse):
    page = browse(empty, "/network")
    page.get_by_text("No node is known yet").wait_for()
    page.get_by_role("main").get_by_role("button", name="Add node").last.click()
    assert "form=add" in page.url
    page.get_by_role("dialog", name="Add a node").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_node_is_entered_with_its_faults_told_as_one_types_and_asked_once_it_is_kept(empty, peer, browse):
    page = browse(empty, "/network?form=add")
    fill(page, Name="Peer", Host="127.0.0.1", Port=str(peer))
    page.get_by_role("dialog").get_by_label("AE title").fill("A TITLE THAT IS TOO LONG")
    page.get_by_text("DICOM allows 16").wait_for()
    expect(page.get_by_role("dialog").get_by_role("button", name="Add node")).to_be_disabled()
    page.get_by_role("dialog").get_by_label("AE title").fill("PEER")
    expect(page.get_by_text("DICOM allows 16")).to_have_count(0)
    page.get_by_role("dialog").get_by_role("button", name="Add node").click()
    row = page.get_by_role("option", name="Peer, PEER at 127.0.0.1")
    expect(row).to_contain_text(" ms")
    story = page.get_by_role("region", name="Peer: what is known of it")
    expect(story).to_contain_text("PYNETDICOM")
    expect(story).to_contain_text("1 of 1 echo answered")


def test_one_that_is_switched_off_says_so_in_its_row_and_its_story(empty, browse):
    empty.know("GONE", a_free_port())
    page = browse(empty, "/network")
    page.get_by_role("button", name="Echo all").click()
    expect(page.get_by_role("option", name="GONE")).to_contain_text("port closed")
    expect(page.get_by_role("region", name="GONE: what is known of it")).to_contain_text("nothing listens on that port")
    expect(page.get_by_role("status", name="State of the archive")).to_contain_text("1 node does not answer")


def test_by_keyboard_alone_a_node_is_chosen_renamed_and_forgotten(empty, browse):
    empty.know("FIRST", 4001)
    empty.know("SECOND", 4002)
    page = browse(empty, "/network")
    page.get_by_role("listbox", name="Nodes").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="SECOND")).to_have_attribute("aria-selected", "true")
    assert "node=SECOND" in page.url
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Edit SECOND").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type("Third")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name="Third, SECOND")).to_have_attribute("aria-selected", "true")
    page.get_by_role("listbox", name="Nodes").focus()
    page.keyboard.press("Delete")
    page.get_by_role("dialog", name="Forget Third?").get_by_role("button", name="Forget Third").click()
    expect(page.get_by_role("option")).to_have_count(1)
    with open_shelf(empty.folder) as shelf:
        assert [node.name for node in shelf.nodes()] == ["FIRST"]


def test_a_caller_appears_by_itself_and_becomes_a_node(empty, browse):
    page = browse(empty, "/network")
    page.get_by_text("No node is known yet").wait_for()
    port = empty.port
    with socket.create_connection(("127.0.0.1", port)) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
        card = page.get_by_role("article").filter(has_text="Not DICOM")
        expect(card).to_contain_text("HTTP")
    turned_away(empty, "CT_9")
    card = page.get_by_role("article").filter(has_text="CT_9")
    assert try_echo(Call(Node("us", "ISOCENTER", "127.0.0.1", port), "ANYBODY")).echo is Echo.ANSWERED
    card.get_by_role("button", name="Add this node").click()
    dialog = page.get_by_role("dialog", name="Add CT_9")
    expect(dialog.get_by_label("Host", exact=True)).to_have_value("10.0.0.9")
    dialog.get_by_role("button", name="Add node").click()
    page.get_by_role("option", name="CT_9, CT_9 at 10.0.0.9").wait_for()
    expect(page.get_by_role("article").filter(has_text="CT_9")).to_have_count(0)


def test_going_back_leaves_no_caller_behind(empty, browse):
    turned_away(empty, "CT_9")
    page = browse(empty, "/network")
    page.get_by_role("article").filter(has_text="CT_9").get_by_role("button", name="Add this node").click()
    page.get_by_role("dialog", name="Add CT_9").wait_for()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Add node").first.click()
    expect(page.get_by_role("dialog", name="Add a node").get_by_label("Host", exact=True)).to_have_value("")


def test_whoever_is_ignored_goes_and_can_be_shown_again(empty, browse):
    turned_away(empty, "NOISE", "10.0.0.77")
    page = browse(empty, "/network")
    page.get_by_role("article").filter(has_text="NOISE").get_by_role("button", name="Ignore").click()
    expect(page.get_by_role("article").filter(has_text="NOISE")).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="ignored").click()
    page.get_by_role("article").filter(has_text="NOISE").get_by_role("button", name="Show again").click()
    expect(page.get_by_role("article").filter(has_text="NOISE").get_by_role("button", name="Ignore")).to_be_visible()


def test_a_misspelt_title_is_shown_letter_by_letter(empty, browse):
    turned_away(empty, "OLD", called="ISOCENTRE")
    page = browse(empty, "/network")
    page.get_by_role("img", name="It called ISOCENTRE, you are ISOCENTER").wait_for()


def test_what_others_send_stays_text(empty, browse):
    turned_away(empty, HOSTILE[:16], called="\u202eX")
    with open_shelf(empty.folder) as shelf:
        shelf.put_node(Node(HOSTILE, "X", "10.0.0.5", notes=HOSTILE))
    page = browse(empty, "/network")
    page.get_by_role("option", name=HOSTILE).wait_for()
    assert page.locator("script", has_text="alert(1)").count() == 0


def test_a_list_comes_and_goes_in_another_programs_words(empty, browse):
    page = browse(empty, "/network")
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("menuitem", name="A list as text").click()
    expect(page.get_by_role("dialog").get_by_label("or its text")).to_be_focused()
    page.get_by_role("dialog").get_by_label("or its text").fill("CT2  10.0.0.21  104  un\nMR2  10.0.0.31  oops  un\n")
    page.get_by_role("button", name="Take over").click()
    page.get_by_text("1 node added or replaced").wait_for()
    page.get_by_text("Line 2, left out").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name="Orthanc").click()
    expect(page.get_by_role("dialog").locator("pre")).to_contain_text('"10.0.0.21"')
    with page.expect_download() as download:
        page.get_by_role("button", name="Save orthanc.json").click()
    assert "CT2" in download.value.path().read_text(encoding="utf-8")


def test_this_device_changes_its_title_and_port_live(empty, browse):
    page = browse(empty, "/network")
    page.get_by_role("button", name="Change").click()
    port = a_free_port()
    fill(page, **{"AE title": "WARD_4", "Port": str(port)})
    page.get_by_role("dialog").get_by_role("button", name="Change").click()
    page.get_by_text("the next start").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("region", name="This device and what to tell")).to_contain_text("WARD_4  ")
    expect(page.get_by_role("status", name="State of the archive")).to_contain_text(str(port))
    assert try_echo(Call(Node("us", "WARD_4", "127.0.0.1", port), "ANYBODY")).echo is Echo.ANSWERED
    page.get_by_role("button", name="Change").click()
    fill(page, **{"AE title": "ISOCENTER", "Port": str(empty.port)})
    page.get_by_role("dialog").get_by_role("button", name="Change").click()
    wait_for("the old port", lambda: try_echo(Call(Node("us", "X", "127.0.0.1", empty.port), "ANYBODY")).echo is Echo.ANSWERED)


def test_a_port_that_is_taken_is_refused_where_it_was_asked_for(empty, browse):
    page = browse(empty, "/network?form=device", allowed=["status of 400"])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        fill(page, Port=str(taken.getsockname()[1]))
        page.get_by_role("dialog").get_by_role("button", name="Change").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("is taken")


@pytest.mark.parametrize("size", ["large", "small"])
def test_a_full_page_fits_and_axe_finds_nothing_serious(empty, browse, size):
    for number in range(30):
        empty.know(f"NODE_{number}", 5000 + number)
    turned_away(empty, "CT_8", called="ISOCENTRE")
    page = browse(empty, "/network", size=size)
    page.get_by_role("option").first.wait_for()
    page.get_by_role("region", name="NODE_0: what is known of it").get_by_text("Answer time").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == []
    page.goto(page.url.split("?")[0] + "?node=NODE_3&form=edit")
    page.get_by_role("dialog", name="Edit NODE_3").wait_for()
    assert findings(page) == []


def test_the_sheet_for_the_other_side_is_printed_alone(empty, browse):
    page = browse(empty, "/network?form=sheet")
    sheet = page.get_by_role("dialog", name="Setup sheet")
    expect(sheet).to_contain_text(str(empty.port))
    expect(sheet.get_by_role("img", name="QR code")).to_be_visible()
    page.evaluate("window.print = () => undefined")
    sheet.get_by_role("button", name="Print").click()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    expect(sheet.get_by_role("img", name="QR code")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.get_by_text("Callers at the door")).to_be_visible()

"""The page Connections: the doctor climbs live and says who changes what; a device is added step by step; reports are kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from pynetdicom import AE
from pynetdicom.sop_class import Verification
from tests.browser.test_accessibility import findings
from tests.peers.processes import House, a_free_port, is_listening, wait_for

from isocenter.daemon.library import open_shelf
from isocenter.jobs.echoing import Echo, try_echo
from isocenter.jobs.searching import Call
from isocenter.model.records import Node

HOSTILE = "<script>alert(1)</script>"
BEGIN = re.compile("^Test( again)?$")


@pytest.fixture
def strict():
    """Another program's server that serves one title only, and that is not ours; its port."""
    server = AE("STRICT")
    server.require_calling_aet = ["ISOCENTRE"]
    server.add_supported_context(Verification)
    running = server.start_server(("127.0.0.1", 0), block=False)
    yield running.socket.getsockname()[1]
    running.shutdown()


@pytest.fixture(scope="module")
def there(workstation, tmp_path_factory):
    """A second archive."""
    other = House.start(tmp_path_factory.mktemp("there"), "--aet", "THERE")
    wait_for("the other archive", lambda: is_listening(other.port))
    yield other
    other.server.end()


def side(page):
    return page.get_by_role("region", name="The ladder of layers")


def found(page):
    return page.get_by_role("region", name="What was found")


def test_a_node_that_was_not_tested_says_what_will_be_done_each_layer_in_one_sentence(empty, browse):
    empty.know("QUIET", a_free_port())
    page = browse(empty, "/connections")
    expect(found(page).get_by_role("heading", name="Not tested yet")).to_be_visible()
    expect(side(page).get_by_role("listitem")).to_have_count(16)
    side(page).get_by_role("listitem").filter(has_text="Presentation contexts").locator("[tabindex]").focus()
    expect(page.get_by_role("tooltip")).to_contain_text("which kinds of objects may cross")


def test_without_a_node_the_page_says_where_one_is_entered(empty, browse):
    page = browse(empty, "/connections")
    page.get_by_text("No node that can be called is known yet").wait_for()
    page.get_by_role("main").get_by_role("link", name="Add a device").last.click()
    page.get_by_role("heading", level=2, name="The device").wait_for()


def test_an_address_of_a_node_that_is_gone_says_so(empty, browse):
    page = browse(empty, "/connections?node=GONE%20LONG%20AGO")
    page.get_by_text("No node named GONE LONG AGO can be called").wait_for()


def test_a_closed_port_stops_the_climb_and_says_who_changes_what(empty, browse):
    port = a_free_port()
    empty.know("GONE", port)
    page = browse(empty, "/connections")
    side(page).get_by_role("button", name=BEGIN).click()
    expect(side(page)).to_contain_text("Stopped at layer 3 of 16")
    expect(side(page).get_by_role("listitem").filter(has_text="TCP")).to_contain_text("failed")
    expect(side(page).get_by_role("listitem").filter(has_text="AE titles")).to_contain_text("not reached")
    expect(found(page).get_by_role("region", name="Ask of the other side")).to_be_visible()
    expect(found(page).get_by_role("region", name="On your side")).to_contain_text("title ISOCENTER, 9 letters, no stray space")
    page.reload()
    expect(side(page)).to_contain_text("Stopped at layer 3 of 16")


def test_a_refused_title_is_found_by_trial_once_that_is_allowed_and_used_for_this_node_alone(empty, strict, browse):
    empty.know("STRICT", strict)
    page = browse(empty, "/connections?node=STRICT&as=modality")
    side(page).get_by_role("button", name=BEGIN).click()
    expect(found(page).get_by_role("heading", level=2)).to_contain_text("does not know your title")
    wire = found(page).get_by_role("region", name="What went over the wire")
    expect(wire).to_contain_text("it does not recognise who is calling")
    expect(found(page)).to_contain_text("one a second")
    expect(found(page).get_by_role("table")).to_have_count(0)
    found(page).get_by_role("button", name="Try other spellings").click()
    expect(found(page).get_by_role("img", name="it knows ISOCENTRE, you are ISOCENTER")).to_be_visible(timeout=40_000)
    expect(found(page).get_by_role("row").filter(has_text="accepted").first).to_contain_text("ISOCENTRE")
    found(page).get_by_role("button", name="Be ISOCENTRE for this node").click()
    expect(found(page).get_by_role("heading", level=2)).to_contain_text("It works")
    expect(found(page).get_by_role("region", name="From the device to here")).to_contain_text("has not called yet")
    with open_shelf(empty.folder) as shelf:
        assert [node.local_ae_title for node in shelf.nodes()] == ["ISOCENTRE"]


def test_while_somebody_changes_something_there_it_tests_again_by_itself_and_stores_nothing(empty, there, browse):
    empty.know("THERE", there.port)
    there.know("ISOCENTER", empty.port)
    page = browse(empty, "/connections?node=THERE&as=workstation")
    side(page).get_by_role("switch", name="every 5 s").press("Space")
    expect(side(page)).to_contain_text("All 8 layers, 1 left out,", timeout=30_000)
    expect(side(page).get_by_role("listitem").filter(has_text="C-STORE")).to_contain_text("left out")
    side(page).get_by_role("switch", name="every 5 s").press("Space")


def test_an_archive_is_climbed_to_the_last_byte_and_the_way_back_is_ours(empty, there, browse):
    empty.know("THERE", there.port)
    there.know("ISOCENTER", empty.port)
    page = browse(empty, "/connections?node=THERE&as=archive")
    side(page).get_by_role("button", name=BEGIN).click()
    expect(found(page).get_by_role("heading", level=2)).to_contain_text("It works", timeout=60_000)
    expect(found(page).get_by_role("heading", level=2)).to_contain_text("sent back")
    expect(side(page)).to_contain_text("All 15 layers")
    table = found(page).get_by_role("table")
    expect(table.get_by_role("row").filter(has_text="CT Image").first).to_contain_text("accepted")
    side(page).get_by_role("button", name="C-MOVE back to you").click()
    assert "layer=move" in page.url
    expect(found(page).get_by_role("region", name="What went over the wire")).to_contain_text("C-MOVE")
    assert findings(page) == []
    assert empty.find("-k", "PatientID=ISOCENTER-TEST") == [], "the copy that came back is gone"


def test_a_test_can_be_stopped_and_begun_again(empty, browse):
    with open_shelf(empty.folder) as shelf:
        shelf.put_node(Node("FAR", "FAR", "192.0.2.77", 104))
    page = browse(empty, "/connections?node=FAR", allowed=["status of 409"])
    side(page).get_by_role("button", name=BEGIN).click()
    stop = side(page).get_by_role("button", name="Stop")
    again = side(page).get_by_role("button", name="Test again")
    expect(stop.or_(again)).to_be_visible()
    if stop.is_visible():
        stop.click()
    expect(again).to_be_visible(timeout=40_000)


def test_what_the_other_side_is_asked_for_can_be_copied_as_a_message(empty, strict, browse):
    empty.know("STRICT", strict)
    page = browse(empty, "/connections?node=STRICT&as=modality")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    side(page).get_by_role("button", name=BEGIN).click()
    found(page).get_by_role("button", name="Copy as message").click()
    found(page).get_by_role("button", name="Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("To whoever looks after STRICT at 127.0.0.1")
    assert "ISOCENTER" in text
    assert "calling AE title" in text


def test_how_it_is_tested_is_chosen_by_keyboard(empty, strict, browse):
    empty.know("STRICT", strict)
    page = browse(empty, "/connections?node=STRICT&as=archive")
    side(page).get_by_role("button", name="tested as archive").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="archive").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="modality")).to_be_checked()
    assert "as=modality" in page.url
    page.get_by_role("switch", name="Over TLS").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Certificate of its authority")).to_be_visible()
    page.keyboard.press("Escape")
    expect(side(page).get_by_role("button", name="tested as modality, TLS")).to_be_focused()
    expect(side(page).get_by_role("listitem")).to_have_count(8)
    side(page).get_by_role("button", name=BEGIN).focus()
    page.keyboard.press("Enter")
    expect(found(page).get_by_role("heading", level=2)).to_contain_text("TLS", timeout=40_000)


def test_the_palette_leads_to_the_test_of_a_node(empty, browse):
    empty.know("ONE", 4001)
    empty.know("TWO", 4002)
    page = browse(empty, "/connections")
    side(page).get_by_role("button", name="Node ONE, choose another").wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("test two")
    page.keyboard.press("Enter")
    side(page).get_by_role("button", name="Node TWO, choose another").wait_for()


def test_what_others_are_called_stays_text(empty, browse):
    with open_shelf(empty.folder) as shelf:
        shelf.put_node(Node(HOSTILE, "X", "127.0.0.1", a_free_port()))
    page = browse(empty, "/connections?as=modality")
    side(page).get_by_role("button", name=BEGIN).click()
    expect(side(page)).to_contain_text("Stopped at layer 3")
    expect(side(page).get_by_role("button", name=HOSTILE)).to_be_visible()
    assert page.locator("script", has_text="alert(1)").count() == 0


def test_a_device_is_added_step_by_step_with_its_faults_told_as_one_types(empty, there, browse):
    there.know("ISOCENTER", empty.port)
    page = browse(empty, "/connections?view=add")
    page.get_by_role("radio", name="archive").click()
    page.get_by_label("What you call it").fill("The other archive")
    page.get_by_label("Address").fill("127.0.0.1")
    page.get_by_label("Port", exact=True).fill(str(there.port))
    page.get_by_label("AE title").fill("A TITLE THAT IS TOO LONG")
    page.get_by_text("DICOM allows 16").wait_for()
    expect(page.get_by_role("button", name="Add it, and go on")).to_be_disabled()
    page.get_by_label("AE title").fill("THERE")
    page.get_by_role("button", name="Add it, and go on").click()
    page.get_by_role("heading", level=2, name="What to enter there").wait_for()
    expect(page.get_by_role("button", name="Copy the AE title")).to_be_visible()
    page.get_by_role("combobox", name="What product is it?").click()
    page.get_by_role("option", name="Orthanc").click()
    expect(page.get_by_role("region", name="At the device: Orthanc")).to_contain_text(f'"127.0.0.1", {empty.port}')
    page.get_by_role("button", name="Next: the test", exact=True).click()
    main = page.get_by_role("region", name="The test")
    main.get_by_role("button", name=BEGIN).click()
    expect(main).to_contain_text("Nothing failed", timeout=60_000)
    expect(main.get_by_role("listitem").filter(has_text="C-STORE")).to_contain_text("left out")
    page.get_by_role("button", name="Next: the test image, both ways").click()
    image = page.get_by_role("region", name="The test image, both ways")
    expect(image).to_contain_text("It has not called yet")
    image.get_by_role("button", name="Store the test image there").click()
    expect(image.get_by_role("listitem").filter(has_text="Compare every byte")).to_contain_text("passed", timeout=60_000)
    node = Node("us", "ISOCENTER", "127.0.0.1", empty.port, local_ae_title="THERE")
    assert try_echo(Call(node, "THERE")).echo is Echo.ANSWERED
    expect(image).to_contain_text("It has called")
    page.get_by_role("button", name="Next: the report").click()
    page.get_by_label("Technician").fill("K. Weber")
    page.get_by_role("button", name="Save report").click()
    page.get_by_role("status").filter(has_text="The report is kept").wait_for()
    page.go_back()
    page.get_by_role("heading", level=2, name="The test image, both ways").wait_for()


def test_a_walk_is_taken_up_again_by_its_address(empty, browse):
    empty.know("HALF", a_free_port())
    page = browse(empty, "/connections?view=add&node=HALF&as=archive&step=test")
    page.get_by_role("heading", level=2, name="The test").wait_for()
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("heading", level=2, name="What to enter there").wait_for()
    page.get_by_role("navigation", name="Steps").get_by_role("button", name=re.compile("^The device")).click()
    expect(page.get_by_role("textbox", name="AE title")).to_have_value("HALF")


@pytest.mark.parametrize("size", ["large", "small"])
@pytest.mark.parametrize("address", ["", "&view=add&step=enter", "&view=add&step=image", "&view=add&step=device"])
def test_every_state_fits_and_axe_finds_nothing_serious(empty, strict, browse, address, size):
    empty.know("STRICT", strict)
    page = browse(empty, f"/connections?node=STRICT&as=archive{address}", size=size)
    page.get_by_role("heading", level=2).first.wait_for()
    if not address:
        side(page).get_by_role("button", name=BEGIN).click()
        expect(side(page)).to_contain_text("Stopped at layer")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == []
    if not address:
        side(page).get_by_role("button", name="tested as").click()
        page.get_by_role("radio", name="archive").wait_for()
        assert findings(page) == []

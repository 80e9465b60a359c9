"""The inspector: connections as they come, a ladder by mouse and keyboard, one message in full, patients only where asked for."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect
from tests.browser.callers import calling
from tests.browser.conftest import SIZES
from tests.browser.test_accessibility import findings
from tests.doctor.talks import Talk
from tests.peers.processes import a_free_port

from isocenter.base.limits import LADDER_SLOW_SECONDS
from isocenter.doctor.pcapng import export
from isocenter.lab import phantom

ADDRESS = "/connections?view=inspector"
SLICES = 9


@pytest.fixture(scope="module")
def images():
    return list(phantom.ct_series(5, slices=SLICES, side_pixels=64))


def stored(house, title, images=(), port=0):
    """An association that echoes and stores, over when this returns."""
    with calling(house, title, stores=bool(images), port=port) as caller:
        caller.echo()
        for image in images:
            caller.store(image)


def stored_evenly(house, title, images):
    """The same under a title that begins so: the first time that no answer was slow, which the ladder would show apart."""
    for number in range(20):
        slowest = 0.0
        with calling(house, f"{title}{number}") as caller:
            caller.echo()
            for image in images:
                began = time.perf_counter()
                caller.store(image)
                slowest = max(slowest, time.perf_counter() - began)
        if slowest < LADDER_SLOW_SECONDS:
            return f"{title}{number}"
    pytest.fail(f"of twenty associations each had an answer of more than {LADDER_SLOW_SECONDS} s")


def listed(page):
    return page.get_by_role("region", name="Recorded connections").get_by_role("listitem")


def ladder(page):
    return page.get_by_role("region", name="The ladder")


def message(page):
    return page.get_by_role("complementary", name="The message")


def test_a_connection_appears_as_it_comes_and_its_ladder_is_told_in_plain_words(house, browse, images):
    page = browse(house, ADDRESS)
    row = listed(page).filter(has_text=stored_evenly(house, "CT-ROOM-2", images))
    expect(row).to_contain_text(f"{SLICES} CT images")
    row.get_by_role("button").click()
    expect(ladder(page)).to_contain_text("asks for ISOCENTER, 2 contexts")
    expect(ladder(page)).to_contain_text(f"{SLICES - 2} more images")
    expect(ladder(page)).to_contain_text(f"nothing lost: {SLICES} sent, {SLICES} stored")
    expect(ladder(page).get_by_role("table", name="Presentation contexts")).to_contain_text("CT Image")


def test_patients_are_masked_until_they_are_asked_for_and_when_the_eye_is_closed(house, browse, images):
    stored(house, "CT-ROOM-3", images)
    page = browse(house, ADDRESS)
    listed(page).filter(has_text="CT-ROOM-3").get_by_role("button").click()
    ladder(page).get_by_role("button", name="C-STORE-RQ").first.click()
    expect(message(page)).to_contain_text("hands over one CT image")
    name = str(images[0].PatientName)
    expect(message(page).get_by_role("row", name="Patient's Name")).to_contain_text("masked")
    expect(message(page)).not_to_contain_text(name)
    page.get_by_role("button", name="Names masked").click()
    expect(message(page)).to_contain_text(name)
    page.get_by_role("button", name="Names on").click()
    expect(message(page)).not_to_contain_text(name)
    expect(page.get_by_role("button", name="Names masked")).to_be_disabled()


def test_the_keyboard_walks_connections_and_messages_and_opens_a_run_in_its_place(house, browse, images):
    title = stored_evenly(house, "CT-ROOM-4", images)
    stored(house, "MR-ROOM-4")
    page = browse(house, ADDRESS)
    listed(page).filter(has_text="MR-ROOM-4").get_by_role("button").click()
    page.keyboard.press("ArrowDown")
    expect(listed(page).filter(has_text=title).get_by_role("button")).to_have_attribute("aria-current", "true")
    ladder(page).get_by_role("button", name="A-ASSOCIATE-RQ").click()
    page.keyboard.press("ArrowDown")
    expect(message(page)).to_contain_text("agrees to talk")
    run = ladder(page).get_by_role("button", name=f"{SLICES - 2} more images")
    run.focus()
    page.keyboard.press("Enter")
    expect(ladder(page)).to_contain_text(f"CT image 2 of {SLICES}")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(message(page)).to_contain_text("answers message")


def test_a_connection_is_found_by_a_uid_in_it_and_nothing_is_said_to_be_nothing(house, browse, images):
    stored(house, "CT-ROOM-5", images)
    stored(house, "US-ROOM-5")
    page = browse(house, ADDRESS)
    page.get_by_label("Search the connections").fill(images[4].SOPInstanceUID)
    expect(listed(page).filter(has_text="US-ROOM-5")).to_have_count(0)
    expect(listed(page).first).to_contain_text("CT image")
    page.get_by_label("Search the connections").fill("nobody at all")
    expect(page.get_by_text("Nothing like that was recorded")).to_be_visible()


def test_a_capture_is_exported_masked_and_one_of_others_is_read(house, browse, tmp_path):
    stored(house, "CT-ROOM-6")
    page = browse(house, ADDRESS, allowed=["400"])
    page.get_by_role("button", name="Export pcapng").click()
    with page.expect_download() as loading:
        page.get_by_role("menuitem", name="This connection").click()
    assert loading.value.path().read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"
    talk = Talk().open()
    talk.store(1)
    capture = tmp_path / "vendor.pcapng"
    capture.write_bytes(b"".join(export([talk.close()], "a vendor", names=True)))
    page.get_by_label("Capture file to import").set_input_files(capture)
    expect(page.get_by_role("status").filter(has_text="vendor.pcapng")).to_contain_text("1 DICOM connection")
    expect(listed(page).filter(has_text="vendor.pcapng")).to_contain_text("CT-ROOM-2 to ISOCENTER")
    expect(ladder(page)).to_contain_text("10.0.0.21:49822 opened a TCP connection")
    page.get_by_label("Capture file to import").set_input_files(
        {"name": "a.pcap", "mimeType": "", "buffer": b"nothing that is a capture at all"}
    )
    expect(page.get_by_role("alert")).to_contain_text("no capture file")


def test_a_proxy_is_opened_shows_the_talk_of_two_others_and_is_closed(house, browse):
    page = browse(house, ADDRESS)
    page.get_by_role("button", name="Proxy").click()
    dialog = page.get_by_role("dialog")
    port = a_free_port()
    dialog.get_by_label("Listen on port").fill(str(port))
    dialog.get_by_label("Pass on to").fill(f"ISOCENTER@127.0.0.1:{house.port}")
    dialog.get_by_role("button", name="Open").click()
    expect(dialog.get_by_role("list", name="Open proxies")).to_contain_text(f"port {port} passes on to ISOCENTER")
    stored(house, "CT-ROOM-8", port=port)
    expect(dialog).to_contain_text("1 call")
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(dialog.get_by_role("list", name="Open proxies")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(listed(page).filter(has_text="CT-ROOM-8 to ISOCENTER")).to_have_count(1)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_scrolls_sideways_and_everybody_can_use_it(house, browse, images, size):
    stored(house, "CT-ROOM-9", images)
    page = browse(house, ADDRESS, size=size)
    listed(page).filter(has_text="CT-ROOM-9").first.get_by_role("button").click()
    ladder(page).get_by_role("button", name="C-STORE-RQ").first.click()
    expect(message(page)).to_contain_text("hands over")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == []
    page.get_by_role("button", name="Proxy").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert findings(page) == []

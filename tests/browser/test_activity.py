"""The activity page: who calls, what arrives and what is said appears by itself, and can be searched, held still, looked into."""

from __future__ import annotations

import socket

import pytest
from playwright.sync_api import expect
from tests.browser import callers
from tests.browser.callers import calling
from tests.browser.test_accessibility import findings
from tests.peers.processes import House

from isocenter.base.ids import IMPLEMENTATION_VERSION_NAME
from isocenter.lab import phantom

HOSTILE = "<script>alert(1)</script>^X"


def echoed(house: House, title: str) -> None:
    with calling(house, title) as caller:
        caller.echo()


def stored(house: House, title: str, seed: int, count: int = 2, **values: str) -> None:
    images = list(phantom.ct_series(seed, slices=count, side_pixels=64))
    for image in images:
        for keyword, value in values.items():
            setattr(image, keyword, value)
    callers.stored(house, title, images)


def rows(page):
    return page.get_by_role("region", name="Associations").locator("tbody tr")


def lines(page):
    return page.get_by_role("log", name="Lines of the log")


def test_whoever_calls_appears_by_itself_and_stays_with_what_it_did(house, browse):
    page = browse(house, "/activity")
    page.get_by_role("heading", name="Associations").wait_for()
    with calling(house, "CT-ROOM-2") as caller:
        row = rows(page).filter(has_text="CT-ROOM-2")
        expect(row).to_contain_text("nothing asked yet")
        for image in phantom.ct_series(1, slices=3, side_pixels=64):
            caller.store(image)
        expect(row).to_contain_text("storing, 3 CT images")
    expect(row).to_contain_text("stored 3 CT images")
    expect(row).to_contain_text("released")
    expect(lines(page)).to_contain_text("CT-ROOM-2 (127.0.0.1) stored 3 CT images")


def test_images_show_who_sent_them_as_they_arrive(house, browse):
    page = browse(house, "/activity")
    pane = page.get_by_role("region", name="Arriving images")
    pane.wait_for()
    stored(house, "MR-SKYRA", 2, PatientName=HOSTILE)
    tile = pane.get_by_role("link", name="from MR-SKYRA").first
    expect(tile.locator("img")).to_be_visible()
    expect(tile).to_contain_text("<script>alert(1)</script>")
    assert tile.locator("img").evaluate("one => new Promise(done => one.complete ? done(true) : one.onload = () => done(true))")
    assert tile.locator("img").evaluate("one => one.naturalWidth") > 0
    page.get_by_role("button", name="Names on").click()
    expect(tile).not_to_contain_text("script")
    tile.click()
    assert "/viewer?study=" in page.url


def test_one_association_is_shown_whole_and_has_an_address(house, browse):
    echoed(house, "LOOKED_AT")
    page = browse(house, "/activity")
    rows(page).filter(has_text="LOOKED_AT").get_by_role("button").click()
    panel = page.get_by_role("complementary", name="One association")
    expect(panel).to_contain_text("Verification SOP Class")
    expect(panel).to_contain_text("2 of 2 accepted")
    expect(panel).to_contain_text(IMPLEMENTATION_VERSION_NAME)
    page.reload()
    expect(panel).to_contain_text("LOOKED_AT echoed")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.go_back()
    expect(panel).to_be_visible()


def test_what_we_ask_of_others_is_among_them(house, browse):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    house.know("NOBODY_THERE", port)
    page = browse(house, "/activity")
    page.get_by_role("heading", name="Associations").wait_for()
    asked = page.request.post(
        f"http://127.0.0.1:{house.http}/api/echo", data={"node": "NOBODY_THERE"}, headers={"X-Isocenter": "1"}
    )
    assert asked.json()["outcome"] == "lost"
    row = rows(page).filter(has_text="could not be reached")
    expect(row).to_contain_text("NOBODY_THERE")
    expect(row).to_contain_text(f"127.0.0.1:{port}")
    row.get_by_label("we called").wait_for()


def test_associations_are_found_by_what_they_did(house, browse):
    echoed(house, "FINDER_1")
    with socket.create_connection(("127.0.0.1", house.port)) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\n\r\n")
        browser.recv(100)
    page = browse(house, "/activity?view=associations")
    box = page.get_by_role("searchbox", name="Search the associations")
    box.fill("finder echoed")
    expect(rows(page)).to_have_count(1)
    assert "who=finder" in page.url
    box.fill("http")
    expect(rows(page).first).to_contain_text("made no association")
    box.fill("nobody does this")
    page.get_by_text("Nobody like that has called").wait_for()


def test_the_log_is_searched_and_held_still_and_goes_on(house, browse):
    echoed(house, "BEFORE")
    page = browse(house, "/activity?view=log")
    expect(lines(page)).to_contain_text("BEFORE")
    page.get_by_role("button", name="Pause").click()
    echoed(house, "MEANWHILE")
    page.get_by_role("button", name="Go on, ").wait_for()
    expect(lines(page)).not_to_contain_text("MEANWHILE")
    page.get_by_role("button", name="Go on, ").click()
    expect(lines(page)).to_contain_text("MEANWHILE")
    page.get_by_role("searchbox", name="Search the log").fill("meanwhile ECHOED")
    expect(lines(page).locator("time")).to_have_count(1)
    expect(lines(page).locator("mark").first).to_have_text("MEANWHILE")
    page.get_by_text("Errors", exact=True).click()
    page.get_by_text("No line says that").wait_for()
    assert "level=errors" in page.url


def test_the_debug_switch_shows_every_command(house, browse):
    page = browse(house, "/activity?view=log")
    switch = page.get_by_role("switch", name="Debug")
    expect(switch).to_be_enabled()
    with page.expect_response(lambda answer: "/api/debug" in answer.url):
        switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    echoed(house, "TALKATIVE")
    expect(lines(page)).to_contain_text("opened: 1 Verification")
    page.reload()
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")


def test_a_job_is_watched_and_started_again(house, browse):
    page = browse(house, "/activity?view=jobs")
    page.get_by_text("No jobs yet").wait_for()
    asked = page.request.post(f"http://127.0.0.1:{house.http}/api/jobs", data={"kind": "check"}, headers={"X-Isocenter": "1"})
    assert asked.status == 202
    job = page.get_by_role("region", name="Jobs").get_by_role("listitem").filter(has_text="Check blobs and index")
    expect(job).to_contain_text("Nothing was found")
    job.get_by_role("button", name="Start again").click()
    expect(job).to_contain_text("Nothing was found")


def test_rows_are_walked_and_chosen_by_keyboard_alone(house, browse):
    for number in range(3):
        echoed(house, f"KEY_{number}")
    page = browse(house, "/activity")
    rows(page).filter(has_text="KEY_2").get_by_role("button").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="One association")).to_contain_text("KEY_1")


@pytest.mark.parametrize("size", ["large", "small"])
def test_a_full_page_fits_and_axe_finds_nothing_serious(house, browse, size):
    stored(house, "AXE_CT", 5, count=4)
    page = browse(house, "/activity", size=size)
    rows(page).filter(has_text="AXE_CT").first.wait_for()
    page.get_by_role("region", name="Arriving images").locator("img").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == []
    rows(page).filter(has_text="AXE_CT").first.get_by_role("button").click()
    page.get_by_text("Presentation contexts").wait_for()
    assert findings(page) == []

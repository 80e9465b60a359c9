"""The maintenance page: the disk in figures, checks that say what they find, and the choice between two instances."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.callers import stored
from tests.browser.test_accessibility import findings
from tests.peers.processes import House

from isocenter.lab import phantom

SEEDS = iter(range(100, 200))


def contradicted(house: House, count: int = 1, **values: str) -> str:
    """Images that are here already, sent again with other values; the UID of the first."""
    seed = next(SEEDS)
    stored(house, "CT-ROOM-2", phantom.ct_series(seed, slices=count, side_pixels=64))
    again = list(phantom.ct_series(seed, slices=count, side_pixels=64))
    for image in again:
        for keyword, value in values.items():
            setattr(image, keyword, value)
    stored(house, "US-ROOM-4", again)
    return str(again[0].SOPInstanceUID)


def decided(page) -> None:
    """Nothing is set aside any more."""
    page.get_by_text("Nothing is set aside").wait_for()


def test_the_archive_is_counted_and_the_disk_is_shared_out(house, browse):
    stored(house, "CT-ROOM-2", phantom.ct_series(1, slices=3, side_pixels=64))
    panel = browse(house, "/maintenance").get_by_role("region", name="Archive and disk")
    expect(panel).to_contain_text("Images and documents")
    expect(panel).to_contain_text("Today 3 images")
    expect(panel).to_contain_text("At the rate of the last 24 hours the disk lasts")
    expect(panel).to_contain_text(str(house.folder))


def test_a_check_and_a_try_out_say_what_they_found(house, browse):
    page = browse(house, "/maintenance")
    page.get_by_role("button", name="Check now").click()
    kinds = page.get_by_role("region", name="Check and rebuild").get_by_role("listitem")
    expect(kinds.filter(has_text="Reads every image")).to_contain_text("Nothing was found")
    page.get_by_role("button", name="Try out").click()
    expect(kinds.filter(has_text="throws it away")).to_contain_text("0 differing")
    page.get_by_text("Every image is there, whole, and as the index says.").wait_for()
    assert "job=compare" in page.url


def test_a_rebuilding_asks_first_and_says_what_a_try_out_found(house, browse):
    page = browse(house, "/maintenance")
    page.get_by_role("button", name="Try out").click()
    page.get_by_text("Every image is there, whole, and as the index says.").wait_for()
    page.get_by_role("button", name="Rebuild…").click()
    question = page.get_by_role("dialog", name="Rebuild the index?")
    expect(question).to_contain_text("A try-out")
    expect(question).to_contain_text("Nothing was found")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_be_hidden()
    page.get_by_role("button", name="Rebuild…").click()
    question.get_by_role("button", name="Rebuild the index").click()
    kinds = page.get_by_role("region", name="Check and rebuild").get_by_role("listitem")
    expect(kinds.filter(has_text="swaps it in")).to_contain_text("Nothing was found")


def test_what_is_set_aside_shows_both_sides_and_the_old_one_stays(house, browse):
    contradicted(house, InstanceNumber="77")
    page = browse(house, "/maintenance?view=set-aside")
    sides = page.get_by_role("region", name="Both sides")
    expect(sides).to_contain_text("The same image is here already, with other values.")
    row = sides.get_by_role("row").filter(has_text="Instance Number")
    expect(row.locator("mark").last).to_have_text("77")
    for picture in ("In the archive", "Set aside"):
        image = sides.get_by_role("img", name=picture)
        expect(image).to_be_visible()
        page.wait_for_function("one => one.naturalWidth > 0", arg=image.element_handle())
    page.get_by_role("button", name="Keep the old…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove 1 image set aside").click()
    decided(page)


def test_the_new_one_takes_the_place_of_the_old(house, browse):
    uid = contradicted(house, InstanceNumber="78")
    page = browse(house, "/maintenance?view=set-aside")
    page.get_by_role("button", name="Use the new…").click()
    expect(page.get_by_role("dialog")).to_contain_text("takes the place of the one from CT-ROOM-2")
    page.get_by_role("dialog").get_by_role("button", name="Replace 1 image").click()
    decided(page)
    [found] = page.request.get(
        f"http://127.0.0.1:{house.http}/dicom-web/instances?SOPInstanceUID={uid}&includefield=InstanceNumber",
        headers={"Accept": "application/dicom+json"},
    ).json()
    assert found["00200013"]["Value"] == [78]


def test_all_of_a_kind_are_decided_at_once_and_both_are_kept(house, browse):
    contradicted(house, 3, InstanceNumber="79")
    page = browse(house, "/maintenance?view=set-aside")
    expect(page.get_by_role("checkbox", name="All 3 of this kind")).to_be_checked()
    page.get_by_role("button", name="The next one").click()
    page.get_by_text("2 of 3").wait_for()
    assert "item=" in page.url
    page.get_by_role("button", name="Keep both…").click()
    page.get_by_role("dialog").get_by_role("button", name="File 3 images under new UIDs").click()
    decided(page)


def test_names_are_hidden_on_both_sides_when_the_eye_is_closed(house, browse):
    contradicted(house, PatientID="SOMEBODY ELSE", SOPInstanceUID="2.25.4711")
    page = browse(house, "/maintenance?view=set-aside")
    expect(page.get_by_role("main")).to_contain_text("SOMEBODY ELSE")
    page.get_by_text("No image here has its UID").wait_for()
    page.get_by_role("button", name="Names on").click()
    expect(page.get_by_role("main")).not_to_contain_text("SOMEBODY ELSE")
    page.get_by_role("button", name="Keep the old…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove 1 image set aside").click()
    decided(page)


def test_every_setting_says_where_it_comes_from(house, browse):
    page = browse(house, "/maintenance?view=settings")
    row = page.get_by_role("row").filter(has_text="The TCP port for DICOM")
    expect(row).to_contain_text(str(house.port))
    expect(row).to_contain_text("the command line")
    page.get_by_role("searchbox", name="Search the settings").fill("deletes nothing like it")
    page.get_by_text("No setting says that").wait_for()
    page.get_by_role("searchbox", name="Search the settings").fill("web_delete")
    expect(page.locator("tbody tr")).to_have_count(1)


@pytest.mark.parametrize("size", ["large", "small"])
def test_every_view_fits_and_axe_finds_nothing_serious(house, browse, size):
    contradicted(house, InstanceNumber="80")
    page = browse(house, "/maintenance", size=size)
    page.get_by_role("region", name="Archive and disk").get_by_text("Other files").wait_for()
    for view in ("set-aside", "settings", ""):
        page.goto(f"http://127.0.0.1:{house.http}/maintenance?view={view}")
        page.get_by_role("main").locator("section").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert findings(page) == []

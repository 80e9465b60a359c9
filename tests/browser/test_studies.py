"""The list of studies in Chromium: searched, sorted, chosen by hand and by keyboard, live, and with a hundred thousand rows."""

from __future__ import annotations

import io
import re
import time
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator

import pydicom
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.test_accessibility import findings
from tests.peers.processes import House, a_free_port, is_listening, wait_for

from isocenter.lab import index_rows, phantom

HOSTILE = "<script>alert(1)</script>^X"
BACKWARDS = "\u202eEVIL^ROW"
PATIENTS = {"ALPHA^ANNA": ("CT", 3), "BETA^BERT": ("MR", 2), HOSTILE: ("CT", 1), BACKWARDS: ("CT", 1)}


def images_of(name: str, seed: int, modality: str, count: int) -> Iterator[pydicom.Dataset]:
    for image in phantom.series(modality, seed) if modality != "CT" else phantom.ct_series(seed, slices=count, side_pixels=32):
        if int(image.InstanceNumber) > count:
            return
        image.SpecificCharacterSet, image.PatientName = "ISO_IR 192", name
        image.StudyDescription, image.StudyDate, image.AccessionNumber = f"HEAD {modality}", f"2026010{seed}", f"ACC-{seed}"
        yield image


def bring(house: House, images: Iterable[pydicom.Dataset]) -> None:
    """Into the archive as if dropped on the page."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, image in enumerate(images):
            archive.writestr(f"{number}.dcm", phantom.file_bytes(image))
    request = urllib.request.Request(
        f"http://127.0.0.1:{house.http}/api/import?name=x.zip", packed.getvalue(), {"X-Isocenter": "1"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        answer.read()


@pytest.fixture(scope="module")
def filled(house) -> House:
    for seed, (name, (modality, count)) in enumerate(PATIENTS.items(), 1):
        bring(house, images_of(name, seed, modality, count))
    return house


def rows(page: Page) -> Locator:
    return page.locator("[role=row][data-uid]")


def row(page: Page, text: str) -> Locator:
    return rows(page).filter(has_text=text)


def patients(page: Page) -> list[str]:
    return [text.splitlines()[0] for text in rows(page).locator("[role=gridcell]:nth-child(2) bdi").all_inner_texts()]


@pytest.fixture
def page(filled, browse) -> Page:
    found = browse(filled)
    expect(rows(found)).to_have_count(4, timeout=15_000)
    return found


def test_names_are_text_whatever_they_hold(page):
    assert set(patients(page)) == set(PATIENTS)
    # a direction that a name turns ends with the name
    cell = row(page, "EVIL").locator("[role=gridcell]").nth(1)
    assert cell.locator("bdi").count() == 1
    page.get_by_role("button", name="Names on").click()
    expect(row(page, "ALPHA")).to_have_count(0)
    expect(rows(page)).to_have_count(4)


def test_the_list_narrows_as_one_types_and_the_address_holds_it(page):
    page.keyboard.press("/")
    page.keyboard.type("anna ct")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text("1 of 4")).to_be_visible()
    expect(page).to_have_url(re.compile(r"search=anna\+ct"))
    page.reload()
    expect(rows(page)).to_have_count(1)
    assert page.get_by_role("searchbox").input_value() == "anna ct"
    page.get_by_role("searchbox").fill("nobody")
    page.get_by_role("button", name="Clear the filters").click()
    expect(rows(page)).to_have_count(4)


def test_chips_filter_and_carry_their_own_cross(page):
    filters = page.get_by_role("search", name="Filters")
    filters.get_by_role("button", name="Modality").click()
    page.get_by_role("checkbox", name="MR").click()
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Escape")
    filters.get_by_role("button", name="Any modality: clear MR").click()
    expect(rows(page)).to_have_count(4)
    filters.get_by_role("button", name="Study date").click()
    page.get_by_label("From", exact=True).fill("2026-01-02")
    page.get_by_label("To", exact=True).fill("2026-01-03")
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("Escape")
    page.go_back()
    page.go_back()
    expect(rows(page)).to_have_count(4)


def test_a_heading_sorts_both_ways(page):
    heading = page.get_by_role("columnheader").get_by_role("button", name="Patient", exact=True)
    heading.click()
    expect(rows(page).first).to_contain_text("script")
    heading.click()
    expect(rows(page).last).to_contain_text("script")
    assert "sort=patient" in page.url


def test_a_study_is_found_chosen_and_opened_by_keyboard_alone(page):
    page.keyboard.press("/")
    page.keyboard.type("beta")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("region", name="Selected study")).to_contain_text("1 series, 2 images")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/viewer\?study="))
    page.go_back()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("region", name="Selected study")).to_contain_text("1 series, 2 images")


def test_several_are_chosen_with_control_and_shift(page):
    rows(page).nth(0).click()
    rows(page).nth(2).click(modifiers=["Shift"])
    panel = page.get_by_role("region", name="Selected study")
    expect(panel).to_contain_text("3 studies")
    rows(page).nth(1).click(modifiers=["Control"])
    expect(panel).to_contain_text("2 studies")
    page.keyboard.press("Escape")
    expect(panel).to_contain_text("Choose a study")


def test_a_series_has_its_picture_and_its_size(page):
    row(page, "ALPHA").click()
    card = page.get_by_role("option").first
    expect(card).to_contain_text("3 images")
    picture = card.locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth; }") > 0


def test_the_header_is_searched_as_one_types(page):
    row(page, "ALPHA").click()
    page.get_by_role("button", name="Header").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("searchbox").fill("patient name")
    expect(drawer.get_by_text("ALPHA^ANNA")).to_be_visible()
    expect(drawer.get_by_text("(0028,0030)")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def test_a_study_is_downloaded_as_a_zip(page):
    row(page, "ALPHA").click()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="The study as a zip file").click()
    with zipfile.ZipFile(started.value.path()) as archive:
        assert sum(not name.endswith("DICOMDIR") for name in archive.namelist()) >= 3


def test_a_study_is_sent_to_a_node_and_what_came_of_it_is_said(filled, page):
    filled.know("AWAY", a_free_port())
    row(page, "BETA").click()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("menuitem", name="AWAY").first.click()
    expect(page.get_by_role("status").get_by_text("to AWAY")).to_be_visible()


def test_what_arrives_above_does_not_move_the_row_under_the_pointer(filled, page):
    wanted = row(page, "ALPHA")
    wanted.hover()
    before = wanted.bounding_box()
    images = list(images_of("OMEGA^OTTO", 9, "CT", 2))
    bring(filled, images)
    expect(page.get_by_text("5", exact=True).first).to_be_visible()
    expect(rows(page)).to_have_count(5)
    assert wanted.bounding_box() == before
    page.mouse.move(5, 5)
    expect(rows(page).first).to_contain_text("OMEGA")
    expect(rows(page).first).to_be_in_viewport(ratio=1)
    forget(page, "OMEGA")


def forget(page: Page, text: str) -> None:
    row(page, text).click()
    # what is asked for and removed meanwhile would be a 404 in the console
    expect(page.get_by_role("option").first).to_contain_text(" mm")
    page.get_by_role("option").first.locator("img").evaluate("image => image.decode()")
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Delete")).click()
    expect(row(page, text)).to_have_count(0)


def test_deleting_asks_with_the_numbers_and_says_that_it_is_for_good(filled, page):
    bring(filled, images_of("DOOMED^DORA", 8, "CT", 3))
    row(page, "DOOMED").click()
    page.get_by_role("button", name="Delete…").click()
    question = page.get_by_role("dialog", name="Delete this study?")
    expect(question).to_contain_text("1 series with 3 images")
    expect(question).to_contain_text("cannot be undone")
    question.get_by_role("button", name="Cancel").click()
    expect(row(page, "DOOMED")).to_have_count(1)
    forget(page, "DOOMED")
    expect(rows(page)).to_have_count(4)


@pytest.mark.parametrize("size", ["large", "small"])
def test_nothing_serious_is_found_by_axe(filled, browse, size):
    page = browse(filled, size=size)
    row(page, "ALPHA").click()
    page.get_by_role("option").first.wait_for()
    found = findings(page)
    assert found == [], "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing scrolls sideways"


@pytest.fixture(scope="module")
def crowded(workstation, tmp_path_factory) -> Iterator[House]:
    """A hundred thousand studies, of which only the index exists."""
    folder = tmp_path_factory.mktemp("crowded")
    index_rows.fill(folder / "data" / "index" / "index-0001.sqlite", studies=100_000, instances=100_000)
    house = House.start(folder)
    wait_for("the page", lambda: is_listening(house.http))
    yield house
    house.server.end()


def test_a_hundred_thousand_studies_are_scrolled_and_searched_without_waiting(crowded, browse):
    page = browse(crowded, allowed=["404"])  # there is no picture of a row without its blob
    expect(page.get_by_text("100,000")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.press("Enter")
    begun = time.monotonic()
    page.keyboard.press("End")
    expect(page.locator("[role=row][aria-rowindex='100001'][data-uid]")).to_be_visible()
    assert rows(page).count() < 100, "only rows in sight exist"
    page.keyboard.press("/")
    page.keyboard.type("p0000042")
    expect(page.get_by_text(re.compile(r"\d+ of 100,000"))).to_be_visible()
    expect(rows(page).first).to_contain_text(re.compile(r"P0000(042|42\d)"))
    assert time.monotonic() - begun < 10, "it took too long, even for a busy computer"


def test_the_list_is_found_as_it_was_left_and_keeps_the_keys(crowded, browse):
    page = browse(crowded, allowed=["404"])  # there is no picture of a row without its blob
    rows(page).first.click()
    for _ in range(12):
        page.keyboard.press("PageDown")
    chosen = page.locator("[role=row][aria-selected=true]")
    expect(chosen).to_be_in_viewport()
    place = int(chosen.get_attribute("aria-rowindex") or 0)
    assert place > 100
    page.get_by_role("link", name="Maintenance").click()
    page.get_by_role("heading", level=1, name="Maintenance").wait_for()
    page.go_back()
    expect(page.locator(f"[role=row][aria-rowindex='{place}'][aria-selected=true]")).to_be_in_viewport()

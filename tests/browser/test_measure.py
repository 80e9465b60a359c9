"""Measuring in Chromium: numbers that phantoms have, kept as a report and read again; masks, contours, papers, the header."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from tests.browser.measure_phantoms import CONTOUR, CT, DETECTOR, MASK, PAPERS, SIDE, UNSIZED, write
from tests.browser.test_accessibility import findings
from tests.browser.test_viewer import shown, study_of
from tests.peers.processes import House, is_listening, wait_for


@pytest.fixture(scope="module")
def archive(workstation, tmp_path_factory):
    """An archive with the phantoms."""
    folder = tmp_path_factory.mktemp("phantoms")
    write(folder)
    house = House.start(tmp_path_factory.mktemp("house"))
    wait_for("the page", lambda: is_listening(house.http))
    house.cli("import", str(folder))
    yield house
    house.server.end()


@pytest.fixture
def opened(archive, browse):
    def opened(name: str, *, size: str = "large") -> Page:
        page = browse(archive, f"/viewer?study={study_of(archive, name)}", size=size)
        page.locator("[data-cell] canvas").first.wait_for()
        shown(page)
        page.keyboard.press("Home")
        return page

    return opened


class Picture:
    """The first cell: where its pixels are on the screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        box = page.locator("[data-cell='0']").first.bounding_box()
        assert box is not None
        self.zoom = min(box["width"], box["height"]) / SIDE
        self.middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def at(self, column: float, row: float) -> tuple[float, float]:
        return tuple(
            middle + self.zoom * (place - (SIDE - 1) / 2) for middle, place in zip(self.middle, (column, row), strict=True)
        )

    def drag(self, key: str, begin: tuple[float, float], end: tuple[float, float]) -> None:
        """Choose a tool by its key and draw."""
        self.page.keyboard.press(key)
        self.page.mouse.move(*self.at(*begin))
        self.page.mouse.down()
        self.page.mouse.move(*self.at((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2))
        self.page.mouse.move(*self.at(*end))
        self.page.mouse.up()

    def click(self, *place: float) -> None:
        self.page.mouse.click(*self.at(*place))


def listed(page: Page):
    """The measurements of the panel."""
    return page.get_by_role("complementary", name="Side panel").locator("li button[aria-pressed]")


def annotations(house: House, name: str) -> dict:
    place = f"http://127.0.0.1:{house.http}/api/studies/{study_of(house, name)}/annotations"
    with urllib.request.urlopen(place, timeout=20) as answer:
        return json.load(answer)


def test_a_length_says_its_millimetres_and_the_attribute_that_gives_them(opened):
    page = opened(CT)
    Picture(page).drag("l", (14, 64), (114, 64))
    expect(listed(page)).to_have_count(1)
    expect(listed(page)).to_contain_text(re.compile(r"Length\s*66\.\d mm\s*Pixel Spacing, 0\.661 mm a pixel"))
    assert "(0028,0030)" in page.locator("svg[data-measurements='0'] text").first.text_content()
    marked = page.locator("[data-keyword='PixelSpacing']")
    expect(marked).to_contain_text("calibrates 1 measurement")
    expect(marked).to_be_in_viewport()


def test_a_region_is_kept_as_a_report_and_comes_back_with_its_numbers(opened, archive):
    page = opened(CT)
    picture = Picture(page)
    picture.drag("r", (39.5, 49.5), (59.5, 69.5))
    picture.drag("e", (53.5, 57.5), (74.5, 70.5))
    expect(listed(page)).to_have_count(2)
    page.get_by_role("button", name="Save as SR").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    [report] = annotations(archive, CT)["reports"]
    rectangle = {one["name"]: one for one in report["measurements"][0]["quantities"]}
    assert rectangle["mean"]["value"] == pytest.approx(384.6425, abs=1e-4)
    assert rectangle["standard_deviation"]["value"] == pytest.approx(294.8631, abs=1e-4)
    assert (rectangle["minimum"]["value"], rectangle["maximum"]["value"]) == (-30, 1129)
    assert rectangle["mean"]["unit"] == "HU"
    assert report["measurements"][0]["calibration"].startswith("Pixel Spacing")
    before = [one.inner_text() for one in listed(page).all()]
    page.reload()
    shown(page)
    expect(listed(page)).to_have_count(2)
    assert [one.inner_text().split("\n")[:2] for one in listed(page).all()] == [one.split("\n")[:2] for one in before]
    page.keyboard.press("Home")
    expect(page.locator("svg[data-measurements='0'] [data-measured]")).to_have_count(2)
    listed(page).first.click()
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Save as SR").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    [report] = annotations(archive, CT)["reports"]
    assert [one["kind"] for one in report["measurements"]] == ["ellipse"]


def test_without_a_size_there_are_pixels_and_a_reason(opened):
    page = opened(UNSIZED)
    Picture(page).drag("l", (14, 64), (114, 64))
    expect(listed(page)).to_contain_text(re.compile(r"(100\.\d|99\.\d) px"))
    expect(listed(page)).to_contain_text("No attribute of this image gives a size in the patient.")
    assert page.get_by_role("img", name=re.compile("^Scale of")).count() == 0


def test_a_detector_says_that_the_patient_is_smaller(opened):
    page = opened(DETECTOR)
    Picture(page).drag("l", (14, 64), (114, 64))
    expect(listed(page)).to_contain_text("15.0 mm")
    expect(listed(page)).to_contain_text("at detector: larger than the patient")


def test_angles_take_clicks_and_keys_undo_redo_and_delete_what_was_drawn(opened):
    page = opened(DETECTOR)
    picture = Picture(page)
    page.keyboard.press("a")
    for place in ((30, 30), (30, 60), (60, 60)):
        picture.click(*place)
    expect(listed(page)).to_contain_text("90.0°")
    page.keyboard.press("Shift+A")
    for place in ((20, 90), (60, 90), (20, 100), (60, 120)):
        picture.click(*place)
    expect(listed(page)).to_have_count(2)
    expect(listed(page).last).to_contain_text(re.compile(r"2[67]\.\d°"))
    page.keyboard.press("Delete")
    expect(listed(page)).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(listed(page)).to_have_count(2)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(listed(page)).to_have_count(0)
    page.keyboard.press("Control+Shift+Z")
    expect(listed(page)).to_have_count(1)
    page.keyboard.press("l")
    picture.click(20, 20)
    page.keyboard.press("Escape")
    picture.page.mouse.move(*picture.at(90, 90))
    expect(listed(page)).to_have_count(1)


def test_by_keyboard_alone_a_length_is_drawn_and_moved(opened):
    page = opened(DETECTOR)
    page.keyboard.press("l")
    page.keyboard.press("Shift+Enter")
    expect(listed(page)).to_have_count(1)
    before = listed(page).inner_text()
    page.get_by_role("button", name="First handle of Length").focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(listed(page)).not_to_have_text(before)
    expect(listed(page)).to_contain_text("mm")


def test_a_shape_is_held_by_its_handles_and_by_its_line(opened):
    page = opened(DETECTOR)
    picture = Picture(page)
    picture.drag("l", (20, 20), (60, 20))
    expect(listed(page)).to_contain_text("6.0")
    picture.drag("l", (60, 20), (100, 20))
    expect(listed(page)).to_have_count(1)
    expect(listed(page)).to_contain_text("12.0 mm")
    picture.drag("l", (40, 20), (40, 50))
    expect(listed(page)).to_contain_text("12.0 mm")
    picture.click(100, 50)
    expect(listed(page)).to_have_count(1)


def test_a_mask_lies_on_its_image_pixel_for_pixel(opened):
    page = opened(CT)
    page.get_by_role("button", name=re.compile("LESION")).click()
    expect(page.get_by_role("button", name="Lesion one")).to_be_visible()
    canvas = page.locator("canvas[data-masks='1']")
    expect(canvas).to_be_visible()
    picture = Picture(page)
    box = canvas.bounding_box()
    assert box is not None
    places = [picture.at(column, row) for row in range(SIDE) for column in range(SIDE)]
    lit = canvas.evaluate(
        """(canvas, places) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return places.map(([x, y]) => (data[4 * (Math.round(y) * canvas.width + Math.round(x)) + 3] > 0 ? 1 : 0));
        }""",
        [(x - box["x"], y - box["y"]) for x, y in places],
    )
    assert np.array_equal(np.array(lit).reshape(SIDE, SIDE), MASK)
    page.keyboard.press("End")
    expect(page.locator("canvas[data-masks]")).to_have_count(0)


def test_a_contour_lies_on_its_image_and_on_no_other(opened):
    page = opened(CT)
    page.get_by_role("button", name=re.compile("PLAN")).click()
    expect(page.get_by_role("button", name="Heart")).to_be_visible()
    path = page.locator("svg[data-contours] path")
    expect(path).to_have_count(1)
    picture = Picture(page)
    box = page.locator("svg[data-contours]").bounding_box()
    assert box is not None
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", path.get_attribute("d") or "")]
    wanted = [value - origin for x, y in CONTOUR for value, origin in zip(picture.at(x, y), (box["x"], box["y"]), strict=True)]
    assert np.allclose(numbers, wanted, atol=0.6)
    assert path.get_attribute("stroke") == "#ff8000"
    page.get_by_role("button", name="Heart").click()
    expect(path).to_have_count(0)
    page.get_by_role("button", name="Heart").click()
    page.keyboard.press("End")
    expect(path).to_have_count(0)


def test_key_images_are_kept_and_shown_again(opened, archive):
    page = opened(CT)
    page.keyboard.press("k")
    expect(page.get_by_role("img", name="Key image")).to_be_visible()
    wait_for("the selection", lambda: bool(annotations(archive, CT)["selections"]))
    [selection] = annotations(archive, CT)["selections"]
    assert selection["code"] == "113000"
    page.reload()
    shown(page)
    page.keyboard.press("Home")
    expect(page.get_by_role("img", name="Key image")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_role("img", name="Key image")).to_have_count(0)


def test_a_report_and_a_pdf_can_be_read(archive, browse):
    page = browse(archive, f"/viewer?study={study_of(archive, PAPERS)}")
    page.get_by_role("button", name=re.compile("The report")).click()
    expect(page.locator("article")).to_contain_text("Report")
    page.get_by_role("button", name=re.compile("The letter")).click()
    frame = page.locator("iframe[title='The letter']")
    expect(frame).to_be_visible()
    place = urllib.parse.urljoin(page.url, frame.get_attribute("src") or "")
    with urllib.request.urlopen(place, timeout=20) as answer:
        assert answer.headers["content-type"] == "application/pdf"


def test_the_header_is_searched_by_tag_name_and_value_and_masks_names(opened):
    page = opened(DETECTOR)
    panel = page.get_by_role("complementary", name="Side panel")
    expect(panel.get_by_text("Patient's Name")).to_be_visible()
    expect(panel).to_contain_text(re.compile(r"Header.*\d+ attributes"))
    panel.get_by_label("Search the header").fill("0018,1164")
    expect(panel.locator("[data-keyword]")).to_have_count(1)
    expect(panel.locator("[data-keyword='ImagerPixelSpacing']")).to_contain_text("gives the size of a pixel")
    panel.get_by_label("Search the header").fill("patient's name")
    expect(panel.locator("[data-keyword='PatientName']")).to_contain_text("MEASURE^DETECTOR")
    page.get_by_role("button", name="Names on").click()
    expect(panel.locator("[data-keyword='PatientName']")).not_to_contain_text("MEASURE")


def test_on_a_small_screen_the_panel_opens_from_its_strip(opened):
    page = opened(CT, size="small")
    panel = page.get_by_role("complementary", name="Side panel")
    expect(panel).to_have_count(0)
    strip = page.get_by_role("toolbar", name="Side panel sections")
    strip.get_by_role("button", name="Header").click()
    expect(panel.get_by_label("Search the header")).to_be_visible()
    strip.get_by_role("button", name="Header").click()
    expect(panel).to_have_count(0)


@pytest.mark.parametrize("size", ["large", "small"])
def test_axe_finds_nothing_serious_where_something_is_measured(opened, size):
    page = opened(CT, size=size)
    Picture(page).drag("l", (20, 20), (60, 60))
    page.locator("svg[data-measurements='0'] [data-measured]").first.wait_for()
    assert findings(page) == []

"""The viewer in Chromium, on small phantoms: what is on the canvas, what the hand and the keys do, what the address says."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
import urllib.request
from io import BytesIO

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import ROOT, SECONDS
from tests.browser.test_accessibility import findings
from tests.browser.viewer_phantoms import CLIP, CT, HOSTILE, MR, SIDE, stored_values, write
from tests.peers.processes import House, is_listening, wait_for

expect.set_options(timeout=SECONDS * 1000)


@pytest.fixture(scope="module")
def phantoms(workstation, tmp_path_factory):
    """An archive with the phantoms."""
    folder = tmp_path_factory.mktemp("phantoms")
    write(folder)
    house = House.start(tmp_path_factory.mktemp("house"))
    wait_for("the page", lambda: is_listening(house.http))
    house.cli("import", str(folder))
    yield house
    house.server.end()


@pytest.fixture
def opened(phantoms, browse):
    """`page = opened("PHANTOM^CT")`: the study of a patient, its first picture on the screen."""

    def opened(name: str, *, size: str = "large", cells: int = 1) -> Page:
        page = browse(phantoms, f"/viewer?study={study_of(phantoms, name)}", size=size)
        shown(page, cells)
        return page

    return opened


def study_of(house: House, name: str) -> str:
    """The Study Instance UID of the only study of a patient."""
    query = urllib.parse.urlencode({"PatientName": name})
    with urllib.request.urlopen(f"http://127.0.0.1:{house.http}/dicom-web/studies?{query}", timeout=20) as answer:
        return str(json.load(answer)[0]["0020000D"]["Value"][0])


def shown(page: Page, cells: int = 1) -> None:
    """Wait until so many cells have their pictures."""
    expect(page.locator("[data-cell] canvas")).to_have_count(cells)
    expect(page.locator("[data-cell] [role=progressbar]")).to_have_count(0)
    expect(page.locator("[data-cell]").first.get_by_text(re.compile(r"\d×$"))).to_be_visible()


def corner(page: Page, words: str, cell: int = 0):
    return page.locator(f"[data-cell='{cell}']").get_by_text(words)


def canvas_of(page: Page, cell: int = 0) -> np.ndarray:
    """A cell's canvas as rows of red, green, blue and alpha."""
    picture, width, height = page.evaluate(
        """cell => {
          const canvas = document.querySelector(`[data-cell="${cell}"] canvas`);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let text = "";
          for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
          return [btoa(text), canvas.width, canvas.height];
        }""",
        cell,
    )
    return np.frombuffer(base64.b64decode(picture), np.uint8).reshape(height, width, 4)


def linear(values: np.ndarray, center: float, width: float) -> np.ndarray:
    """PS3.3 C.11.2.1.2.1."""
    return np.clip(((values - (center - 0.5)) / (width - 1) + 0.5) * 255, 0, 255)


def instance(house: House, page: Page, number: int) -> pydicom.Dataset:
    """The stored instance that is shown as that image of the active series, counted from 1."""
    found = page.evaluate(
        """async number => {
          const study = new URLSearchParams(location.search).get("study");
          const cell = new URLSearchParams(location.search).getAll("cell")[0].split("_")[0];
          const answer = await fetch(`/dicom-web/studies/${study}/series/${cell}/instances?limit=500&includefield=00200013`);
          const all = await answer.json();
          return [study, cell, all.find(one => Number(one["00200013"].Value[0]) === number)["00080018"].Value[0]];
        }""",
        number,
    )
    study, series, uid = found
    url = f"http://127.0.0.1:{house.http}/dicom-web/studies/{study}/series/{series}/instances/{uid}?accept=application/dicom"
    with urllib.request.urlopen(url, timeout=20) as answer:
        return pydicom.dcmread(BytesIO(answer.read()))


def placed(page: Page) -> None:
    """Wait until the address has caught up with what is shown."""
    page.wait_for_url(re.compile(r"layout="))


def test_a_picture_shown_one_to_one_has_the_grey_levels_of_the_standard(phantoms, opened):
    page = opened(CT)
    placed(page)
    page.keyboard.press("Shift+F")
    expect(corner(page, "1.00×")).to_be_visible()
    expect(corner(page, "Image 13 of 24")).to_be_visible()
    stored = instance(phantoms, page, 13)
    canvas = canvas_of(page)[..., 0].astype(float)
    rows, columns = np.nonzero(canvas)
    top, left = rows.min(), columns.min()
    assert (np.ptp(rows), np.ptp(columns)) == (SIDE - 1, SIDE - 1)
    there = canvas[top : top + SIDE, left : left + SIDE]
    assert np.abs(there - linear(stored_values(stored), 40, 400)).max() <= 1


def test_the_wheel_the_arrows_and_the_slider_go_through_the_images(opened):
    page = opened(CT)
    cell = page.locator("[data-cell='0']")
    cell.hover()
    page.mouse.wheel(0, 120)
    expect(corner(page, "Image 14 of 24")).to_be_visible()
    cell.get_by_role("application", name=re.compile("Head")).focus()
    for key, number in (("ArrowUp", 13), ("PageDown", 23), ("End", 24), ("Home", 1), ("ArrowRight", 2)):
        page.keyboard.press(key)
        expect(corner(page, f"Image {number} of 24")).to_be_visible()
    slider = cell.get_by_role("slider", name="Slice")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + 6, box["y"] + box["height"] - 10)
    expect(corner(page, "Image 24 of 24")).to_be_visible()


def test_a_drag_changes_the_window_and_keys_choose_one_by_name(opened):
    page = opened(CT)
    expect(corner(page, "C 40  W 400")).to_be_visible()
    box = page.locator("[data-cell='0']").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 20, steps=4)
    page.mouse.up()
    expect(corner(page, "C 40  W 400")).to_be_hidden()
    page.keyboard.press("3")
    expect(corner(page, "C 480  W 2500  Bone")).to_be_visible()
    page.keyboard.press("0")
    expect(corner(page, "C 40  W 400")).to_be_visible()


def test_three_planes_share_a_point_and_scroll_through_the_volume(opened):
    page = opened(CT)
    page.keyboard.press("m")
    shown(page, 4)
    for cell, (words, letters) in enumerate((("Axial MPR", "ARLP"), ("Coronal MPR", "HRLF"), ("Sagittal MPR", "HAPF"))):
        expect(corner(page, words, cell)).to_be_visible()
        for letter in letters:
            expect(page.locator(f"[data-cell='{cell}']").get_by_text(letter, exact=True)).to_be_visible()
        assert canvas_of(page, cell)[..., 0].std() > 20, f"{words} is a picture"
    before = page.locator("[data-cell='3']").get_by_text(re.compile(r"Image \d+ of 24")).inner_text()
    page.locator("[data-cell='0']").hover()
    for _ in range(12):
        page.mouse.wheel(0, 120)
    expect(page.locator("[data-cell='3']").get_by_text(before)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("[data-cell]")).to_have_count(1)


def test_the_address_brings_everything_back(opened):
    page = opened(CT)
    page.keyboard.press("2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("h")
    page.keyboard.press("i")
    page.wait_for_url(re.compile(r"_14_acquired_c-600w1500_t0hi"))
    page.reload()
    expect(corner(page, "Image 14 of 24")).to_be_visible()
    expect(corner(page, "C -600  W 1500")).to_be_visible()
    expect(page.locator("[data-cell='0']").get_by_text("L", exact=True)).to_be_visible()


def test_back_undoes_a_layout_but_not_each_image(opened):
    page = opened(MR, cells=3)
    placed(page)
    page.get_by_role("button", name="Layout, now 2 × 2").click()
    page.get_by_role("menuitem", name="1 × 1").click()
    page.wait_for_url(re.compile(r"layout=1x1"))
    expect(page.get_by_role("menu")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(corner(page, "Image 14 of 24")).to_be_visible()
    page.wait_for_url(re.compile(r"_14_acquired"))
    page.go_back()
    shown(page, 3)


def test_cells_of_one_patient_are_tied_by_reference_lines_and_scroll_by_place(opened):
    page = opened(MR, cells=3)
    lines = page.locator("[data-cell='1'] line")
    expect(lines).to_have_count(1)
    before = lines.get_attribute("y1")
    page.locator("[data-cell='0']").hover()
    for _ in range(3):
        page.mouse.wheel(0, 120)
    expect(lines).not_to_have_attribute("y1", before)
    page.keyboard.press("n")
    expect(lines).to_have_count(0)


def test_a_series_is_dragged_into_a_cell(opened):
    page = opened(MR, cells=3)
    strip = page.get_by_role("navigation", name="Series")
    strip.get_by_role("button", name=re.compile("T1 sagittal")).drag_to(page.locator("[data-cell='3']"))
    shown(page, 4)
    expect(corner(page, "3 T1 sagittal", 3)).to_be_visible()


def test_a_clip_plays_at_the_pace_of_its_file_and_stops(opened):
    page = opened(CLIP)
    play = page.get_by_role("button", name="Play")
    expect(play).to_have_attribute("aria-pressed", "true")
    number = page.locator("[data-cell='0']").get_by_text(re.compile(r"Frame \d+ of 10"))
    first = number.inner_text()
    expect(number).not_to_have_text(first)
    page.keyboard.press("Escape")
    expect(play).to_have_attribute("aria-pressed", "false")
    still = number.inner_text()
    page.wait_for_timeout(200)
    assert number.inner_text() == still


def test_the_picture_is_saved_as_it_is_seen(opened):
    page = opened(CT)
    with page.expect_download() as waiting:
        page.keyboard.press("Shift+S")
    content = waiting.value.path().read_bytes()
    assert content.startswith(b"\x89PNG")
    assert waiting.value.suggested_filename.endswith("-13.png")


def test_names_are_text_and_masked_with_the_eye_closed(phantoms, opened):
    page = opened("<script>*")
    name = page.locator("[data-cell='0'] bdi").first
    assert name.inner_text() == HOSTILE
    page.get_by_role("button", name="Names on").click()
    expect(page.get_by_text("reversed")).to_have_count(0)


def test_everything_is_done_by_keyboard(opened):
    page = opened(CT)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="All keys")
    expect(dialog.get_by_text("Flip left and right")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Zoom", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Window", exact=True)).to_have_attribute("aria-pressed", "true")


KEYS = """() => [...document.querySelectorAll("[role=dialog] section")]
  .flatMap(section => [...section.children].slice(1))
  .map(line => [[...line.querySelectorAll("kbd")].map(key => key.textContent), line.firstElementChild.textContent])
  .filter(([keys]) => keys.length > 0)"""


def test_the_page_of_the_docs_lists_the_keys_that_the_viewer_tells(opened):
    page = opened(CT)
    page.keyboard.press("?")
    page.get_by_role("dialog", name="All keys").wait_for()
    told = [f"| {', '.join(f'`{key}`' for key in keys)} | {words} |" for keys, words in page.evaluate(KEYS)]
    written = (ROOT / "docs" / "workstation.md").read_text(encoding="utf-8")
    assert "\n".join(["| key | does |", "|---|---|", *told]) in written


def test_a_small_screen_keeps_all_tools_behind_the_last_icon(opened):
    page = opened(CT, size="small")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="More tools").click()
    page.get_by_role("menuitem", name="Invert").click()
    page.wait_for_url(re.compile(r"t0i"))


@pytest.mark.parametrize("size", ["large", "small"])
def test_axe_finds_nothing_serious_in_the_viewer(opened, size):
    assert findings(opened(MR, size=size, cells=3)) == []


def test_the_scale_is_as_long_as_it_says(opened):
    page = opened(CT)
    page.keyboard.press("Shift+F")
    scale = page.get_by_role("img", name="Scale of 20 cm")
    expect(scale).to_be_visible()
    assert scale.locator("path").evaluate("path => path.getBBox().height") == pytest.approx(200, abs=0.1)


def test_a_study_that_is_not_here_says_so(phantoms, browse):
    page = browse(phantoms, "/viewer?study=1.2.3.4")
    page.get_by_text("This study is not in the archive").wait_for()


def test_the_palette_says_why_something_cannot_be_done_now(opened):
    page = opened("PHANTOM^CLIP")
    page.keyboard.press("Control+k")
    page.keyboard.type("Three planes")
    planes = page.get_by_role("option", name="Three planes")
    expect(planes).to_be_disabled()
    assert planes.inner_text().splitlines()[-1] not in ("", "Viewer")
    page.keyboard.press("Enter")
    page.get_by_role("combobox").fill("Save the picture")
    expect(page.get_by_role("option", name="Save the picture")).to_be_enabled()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".png")

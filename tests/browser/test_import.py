"""The empty archive and how it is filled: samples, files and folders, zips that are broken, a device that calls."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import pytest
from playwright.sync_api import expect
from tests.browser.test_accessibility import findings
from tests.peers.processes import House, is_listening, wait_for

from isocenter.lab import phantom

DIALOG = "[role=dialog]"


@pytest.fixture(scope="module")
def empty(workstation, tmp_path_factory):
    """An archive that stays empty."""
    house = House.start(tmp_path_factory.mktemp("empty"))
    wait_for("the page", lambda: is_listening(house.http))
    yield house
    house.server.end()


def files(seed: int, count: int, **changes) -> list[bytes]:
    images = list(phantom.ct_series(seed, slices=count, side_pixels=32))
    for image in images:
        for keyword, value in changes.items():
            setattr(image, keyword, value)
    return [phantom.file_bytes(image) for image in images]


def zipped(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return stream.getvalue()


def bring(page, contents: dict[str, bytes]) -> None:
    """Choose files in the dialog."""
    page.get_by_role("button", name="Import", exact=True).click()
    with page.expect_file_chooser() as asked:
        page.locator(DIALOG).get_by_role("button", name="Choose files").click()
    asked.value.set_files([{"name": name, "mimeType": "", "buffer": content} for name, content in contents.items()])
    expect(page.locator(DIALOG)).to_contain_text("What came in")


def drop(page, contents: dict[str, bytes]) -> None:
    """Drop files on the window, as a hand does."""
    page.get_by_role("heading", level=1).wait_for()
    page.evaluate(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, bytes] of Object.entries(files)) transfer.items.add(new File([new Uint8Array(bytes)], name));
            for (const kind of ["dragenter", "dragover", "drop"])
                document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }""",
        {name: list(content) for name, content in contents.items()},
    )


@pytest.mark.parametrize("size", ["large", "small"])
def test_an_empty_archive_offers_three_ways_and_fits_the_screen(empty, browse, size):
    page = browse(empty, size=size)
    for way in ("Drop files here", "Make sample studies", "Point a device here"):
        expect(page.get_by_role("heading", name=way)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("214 images")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wait_for("the pictures", lambda: page.evaluate("[...document.images].every(image => image.naturalWidth > 0)"))


def test_the_lamp_lights_when_a_device_calls_and_one_click_adds_it(empty, browse):
    page = browse(empty)
    expect(page.get_by_text("Nobody has called yet")).to_be_visible()
    command = [sys.executable, "-m", "isocenter", "echo", empty.node, "--aet", "CT_ROOM_2"]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    expect(page.get_by_text("CT_ROOM_2")).to_be_visible()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name="Added").click()
    expect(page).to_have_url(f"http://127.0.0.1:{empty.http}/network?node=CT_ROOM_2")


def test_files_zips_and_what_is_none_come_to_their_ends_with_a_reason_each(house, browse):
    page = browse(house)
    first, second = files(1, 2)
    disc = zipped({"DICOM/1": second, "viewer.exe": b"MZ" + bytes(300)})
    no_study = files(2, 1, StudyInstanceUID="")[0]
    bring(
        page,
        {
            "1.dcm": first,
            "disc.zip": zipped({"disc.zip": disc}),
            "cut.zip": disc[:-30],
            "none.dcm": no_study,
            "notes.txt": b"hello",
        },
    )
    dialog = page.locator(DIALOG)
    expect(dialog).to_contain_text("2 images came in, in 1 study.")
    expect(dialog).to_contain_text("2 stored, 3 refused, 1 left out")
    expect(dialog).to_contain_text("cut.zip")
    expect(dialog).to_contain_text("It is a damaged zip archive")
    expect(dialog).to_contain_text("disc.zip!disc.zip!viewer.exe")
    expect(dialog).to_contain_text("StudyInstanceUID")
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("main")).to_contain_text("Head phantom")


def test_files_dropped_on_any_page_are_imported(house, browse):
    page = browse(house, "/activity")
    drop(page, {f"{number}.dcm": content for number, content in enumerate(files(3, 5))})
    expect(page.locator(DIALOG)).to_contain_text("5 images came in, in 1 study.")
    page.keyboard.press("Escape")
    drop(page, {f"{number}.dcm": content for number, content in enumerate(files(3, 5))})
    expect(page.locator(DIALOG)).to_contain_text("Everything was there already")


def test_a_picture_of_the_page_that_is_dragged_is_not_imported(empty, browse):
    page = browse(empty)
    page.locator("main img").first.drag_to(page.get_by_role("heading", level=2))
    expect(page.get_by_text("Drop to import")).to_have_count(0)
    expect(page.locator(DIALOG)).to_have_count(0)


def test_values_of_patients_and_names_of_files_stay_text_and_are_masked_with_the_names(house, browse):
    page = browse(house)
    drop(page, {"a.dcm": files(4, 1)[0]})
    dialog = page.locator(DIALOG)
    expect(dialog).to_contain_text("1 image came in")
    page.keyboard.press("Escape")
    drop(page, {"<img src=x onerror=alert(1)>.dcm": files(4, 1, PatientID="<script>alert(1)</script>")[0]})
    expect(dialog).to_contain_text("'<script>alert(1)</script>' here")
    expect(dialog).to_contain_text("<img src=x onerror=alert(1)>.dcm")
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Names on").click()
    drop(page, {"b.dcm": files(4, 1, PatientID="OTHER")[0]})
    expect(dialog).to_contain_text("PatientID is '•••' in the archive and '•••' here")


def test_an_import_is_asked_for_and_ended_by_keyboard_alone(house, browse):
    page = browse(house)
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("import")
    expect(page.get_by_role("option", name="Import files…")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(DIALOG)).to_contain_text("Drop files anywhere on this page")
    expect(page.locator(DIALOG).get_by_role("button", name="Choose files")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_have_count(0)


@pytest.mark.parametrize("size", ["large", "small"])
def test_axe_finds_nothing_serious_in_question_and_report(house, browse, size):
    page = browse(house, size=size)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(DIALOG)).to_contain_text("Choose a folder")
    assert findings(page) == []
    drop(page, {"a.dcm": files(8, 1)[0], "notes.txt": b"hello", "b.dcm": b"none", "c.dcm": b"none"})
    expect(page.locator(DIALOG)).to_contain_text("What came in")
    assert findings(page) == []


def test_an_import_that_is_cancelled_says_what_came_in(house, browse):
    page = browse(house)
    held = []
    page.route("**/api/import*", lambda route: held.append(route) if "2.dcm" in route.request.url else route.continue_())
    drop(page, {f"{number}.dcm": content for number, content in enumerate(files(5, 3))})
    dialog = page.locator(DIALOG)
    expect(dialog).to_contain_text("2 of 3 files")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_contain_text("Cancelled. 2 images had come in until then, and stayed.")


def test_an_archive_that_is_gone_ends_the_import_with_a_sentence(house, browse):
    page = browse(house, allowed=["ERR_FAILED"])
    page.route("**/api/import*", lambda route: route.abort())
    drop(page, {"1.dcm": files(6, 1)[0]})
    expect(page.locator(DIALOG)).to_contain_text("The import stopped before its end. The connection to the archive broke off.")


def test_an_export_is_a_zip_that_can_be_imported_elsewhere(house, browse):
    page = browse(house)
    drop(page, {f"{number}.dcm": content for number, content in enumerate(files(7, 3))})
    expect(page.locator(DIALOG)).to_contain_text("3 images came in")
    study = next(phantom.ct_series(7, slices=1, side_pixels=32)).StudyInstanceUID
    answer = page.request.get(f"http://127.0.0.1:{house.http}/api/archive.zip?study={study}")
    drop(page, {"study.zip": answer.body()})
    expect(page.locator(DIALOG)).to_contain_text("Everything was there already")

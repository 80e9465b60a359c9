"""Explain a log: pasted, dropped or chosen; what it says on the left, its lines with their meaning on the right."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import SIZES
from tests.browser.test_accessibility import findings

REFUSED = (
    "W1123 08:14:02.112233 main.cpp:443] DICOM authorization rejected for AET {title} on IP 10.0.0.7: This AET is not listed in "
    'configuration option "DicomModalities"'
)
HOSTILE = "<img src=x onerror=alert(1)>"
LOG = "\n".join(
    [
        "nothing that is known",
        *(REFUSED.format(title=f"CT{number}") for number in range(3)),
        f"[SRV1] ***Host '{HOSTILE}' did not accept the connection",
        "I: Requesting Association",
    ]
)
ADDRESS = "/connections?view=explain"
_DROP = """([text, name]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "text/plain" }));
  const target = document.querySelector('[aria-label="Explain a log"]');
  for (const kind of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


def lines(page):
    return page.get_by_role("region", name="The lines", exact=True).get_by_role("listitem")


def said(page):
    return page.get_by_role("region", name="What the log says")


def test_pasted_lines_are_explained_by_keyboard_alone(house, browse):
    page = browse(house, ADDRESS)
    page.get_by_label("Lines of a log").fill(LOG)
    page.keyboard.press("Control+Enter")
    expect(said(page)).to_contain_text("4 faults in 6 lines of Orthanc and Conquest, from line 2 at 11-23 08:14:02")
    expect(said(page)).to_contain_text("lines 2 to 4, CT0 (10.0.0.7), CT1 (10.0.0.7), and 1 more")
    expect(lines(page).filter(has_text="Add CT0 to DicomModalities")).to_have_count(1)
    expect(lines(page).filter(has_text="2 lines that say it again")).to_have_count(1)
    expect(lines(page).filter(has_text=HOSTILE)).to_have_count(1)


def test_repeats_are_unfolded_one_thing_is_looked_at_alone_and_lines_without_a_fault_are_shown(house, browse):
    page = browse(house, ADDRESS)
    page.get_by_label("Lines of a log").fill(LOG)
    page.get_by_role("button", name="Explain", exact=True).click()
    page.get_by_role("button", name="2 lines that say it again").click()
    expect(lines(page).filter(has_text="for AET CT2")).to_have_count(1)
    said(page).get_by_role("button", name="3 times").click()
    expect(lines(page).filter(has_text="for AET CT")).to_have_count(3)
    expect(lines(page).filter(has_text="did not accept")).to_have_count(0)
    said(page).get_by_role("button", name="3 times").click()
    page.get_by_label("Lines without a fault").check(force=True)
    expect(lines(page).filter(has_text="Requesting Association").first).to_be_visible()


def test_a_file_is_dropped_and_nothing_is_imported(house, browse):
    page = browse(house, ADDRESS)
    page.get_by_label("Lines of a log").wait_for()
    page.evaluate(_DROP, [LOG, "server.log"])
    expect(said(page)).to_contain_text("server.log")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Another log").click()
    page.get_by_label("Lines of a log").wait_for()


def test_a_fault_has_an_entry_and_an_address(house, browse):
    page = browse(house, f"{ADDRESS}&fault=A16")
    entry = page.get_by_role("dialog")
    expect(entry).to_contain_text("aborts the first request")
    expect(entry).to_contain_text("Add ISOCENTER at")
    page.keyboard.press("Escape")
    expect(entry).to_have_count(0)
    assert "fault" not in page.url
    page.get_by_role("button", name="Show an example").click()
    page.get_by_role("button", name="Fault M1").click()
    expect(page.get_by_role("dialog")).to_contain_text("does not know the title")


def test_a_log_of_nothing_known_says_what_to_do(house, browse):
    page = browse(house, ADDRESS)
    page.get_by_label("Lines of a log").fill("one\ntwo\n")
    page.get_by_role("button", name="Explain", exact=True).click()
    expect(said(page)).to_contain_text("choose the product above")


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_and_nothing_sticks_out(house, browse, size):
    page = browse(house, ADDRESS, size=size)
    page.get_by_label("Lines of a log").wait_for()
    assert findings(page) == []
    page.get_by_role("button", name="Show an example").click()
    page.get_by_role("button", name="Another log").wait_for()
    page.get_by_label("Lines without a fault").check(force=True)
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Fault A16").first.click()
    page.get_by_role("dialog").get_by_text("Ask of the other side").wait_for()
    assert findings(page) == []

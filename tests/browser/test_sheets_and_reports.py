"""The tabs Setup sheets and Reports of the page Connections: what to enter on both sides, and what changed since the last time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from tests.browser.test_accessibility import findings
from tests.doctor.reports import fine, refused, sample
from tests.peers.processes import House

from isocenter.daemon.kept_reports import KeptReports
from isocenter.daemon.library import open_shelf
from isocenter.model.records import Node
from isocenter.model.report import Report

KEPT = datetime(2026, 5, 4, 9, 31, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def known(empty) -> House:
    """The house with two nodes and without reports."""
    with open_shelf(empty.folder) as shelf:
        shelf.put_node(Node("Teaching archive", "ORTHANC", "10.0.0.12", 4242))
        shelf.put_node(Node("CT room 2", "CT-2", "10.0.0.21", 104))
    kept = KeptReports(empty.folder)
    for report in kept.listed():
        kept.remove(report.token)
    return empty


@pytest.fixture
def reported(known) -> House:
    """With a report of half a year ago, and one of now, when the device has lost its title."""
    kept = KeptReports(known.folder)
    kept.keep(Report("first", KEPT, fine(), "A. Technician", "4711", "Radiology", sample=sample()))
    later = Report("second", KEPT + timedelta(days=180), refused(), HOSTILE, remark=HOSTILE, sample=sample(Station_name=("CT3",)))
    kept.keep(later)
    return known


def test_a_pair_says_what_to_enter_on_both_sides_in_their_products_words(known, browse):
    page = browse(known, "/connections?view=sheets")
    page.get_by_role("region", name="Devices with a setup sheet").get_by_role("button", name="Teaching archive").click()
    page.get_by_role("combobox", name="Product of Teaching archive").click()
    there = page.get_by_role("region", name="On Teaching archive")
    expect(there).to_contain_text('"isocenter" : [ "ISOCENTER"')
    page.get_by_role("option", name="Conquest").click()
    expect(there).to_contain_text("acrnema.map")
    expect(there.get_by_role("img", name="QR code with title, address and port of Teaching archive")).to_be_visible()
    here = page.get_by_role("region", name="On ISOCENTER")
    expect(here).to_contain_text("isocenter node add 'Teaching archive' --aet ORTHANC --host 10.0.0.12 --port 4242")
    assert "product=conquest" in page.url
    href = page.get_by_role("link", name="PDF to print").get_attribute("href")
    assert page.request.get(f"http://127.0.0.1:{known.http}{href}").body().startswith(b"%PDF-")


def test_two_other_devices_are_a_pair_by_keyboard(known, browse):
    page = browse(known, "/connections?view=sheets&node=CT%20room%202&product=modality")
    page.get_by_role("combobox", name="One side").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Teaching")
    page.get_by_role("option", name="Teaching archive").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="On CT room 2")).to_contain_text("ORTHANC")
    expect(page.get_by_role("heading", name="Teaching archive and CT room 2")).to_be_visible()


def test_without_nodes_the_tab_says_what_comes_first(empty, browse):
    page = browse(empty, "/connections?view=sheets")
    expect(page.get_by_text("No node is known yet")).to_be_visible()


def test_without_reports_the_tab_says_how_to_keep_one(known, browse):
    page = browse(known, "/connections?view=reports")
    expect(page.get_by_text("No report is kept yet")).to_be_visible()


def test_a_report_says_what_changed_since_the_one_before(reported, browse):
    page = browse(reported, "/connections?view=reports")
    changed = page.get_by_role("region", name="What changed since")
    expect(changed).to_contain_text("The AE title was reset to its default: it is ORTHANC again, and TEACHING is refused.")
    expect(changed).to_contain_text("It calls its station CT3 now.")
    expect(page.get_by_role("region", name="Tests")).to_contain_text("it refuses its title")
    expect(page.get_by_role("region", name="Remarks")).to_contain_text(HOSTILE)
    page.get_by_role("region", name="Kept reports").get_by_role("button").nth(1).click()
    expect(page.get_by_role("region", name="Report", exact=True)).to_contain_text("order 4711")
    expect(page.get_by_role("region", name="Classes and transfer syntaxes").first).to_contain_text("CT Image")
    assert "report=first" in page.url
    page.get_by_role("combobox", name="Compared with the report of").click()
    page.get_by_role("option").first.click()
    expect(page.get_by_role("region", name="What changed until")).to_contain_text("reset to its default")


def test_a_report_is_found_and_removed_after_a_question(reported, browse):
    page = browse(reported, "/connections?view=reports")
    listed = page.get_by_role("region", name="Kept reports")
    page.get_by_label("Find a report").fill("4711 radiology")
    expect(listed.get_by_role("button")).to_have_count(1)
    listed.get_by_role("button").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the report").click()
    page.get_by_label("Find a report").fill("")
    expect(listed.get_by_role("button")).to_have_count(1)
    assert [one.token for one in KeptReports(reported.folder).listed()] == ["second"]


@pytest.mark.parametrize(
    ("address", "said"),
    [("sheets&node=Nobody", "No node named Nobody can be called"), ("reports&report=gone", "This report is not kept")],
)
def test_what_the_address_names_and_is_not_there_is_said(reported, browse, address, said):
    page = browse(reported, f"/connections?view={address}")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_role("link", name="PDF to print")).to_have_count(0)
    page.get_by_role("link", name="Choose another").click()
    expect(page.get_by_role("link", name="PDF to print")).to_be_visible()


@pytest.mark.parametrize("view", ["sheets", "reports"])
@pytest.mark.parametrize("size", ["large", "small"])
def test_the_tabs_fit_and_axe_finds_nothing_serious(reported, browse, view, size):
    with_many = replace(fine(), contexts=fine().contexts * 4, node="x" * 60)
    KeptReports(reported.folder).keep(Report("many", KEPT + timedelta(days=300), with_many, "y" * 200))
    page = browse(reported, f"/connections?view={view}", size=size)
    page.get_by_role("link", name="PDF to print").wait_for()
    page.get_by_role("region", name="On ISOCENTER" if view == "sheets" else "Tests").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == []

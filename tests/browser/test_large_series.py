"""A series of a thousand slices, and the viewer where there is no WebGL: the same page, never a blank."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from tests.browser.conftest import launched
from tests.browser.test_viewer import canvas_of, corner, shown, study_of
from tests.peers.processes import House, is_listening, wait_for

from isocenter.lab import phantom

SLICES = 1000


@pytest.fixture(scope="module")
def thousand(workstation, tmp_path_factory):
    """An archive with one CT of a thousand slices."""
    folder = tmp_path_factory.mktemp("thousand")
    for number, image in enumerate(phantom.ct_series(21, slices=SLICES, side_pixels=64)):
        image.PatientName = "THOUSAND^SLICES"
        image.save_as(folder / f"{number:04}.dcm", enforce_file_format=True)
    house = House.start(tmp_path_factory.mktemp("house"))
    wait_for("the page", lambda: is_listening(house.http))
    house.cli("import", str(folder))
    yield house
    house.server.end()


def test_a_thousand_slices_are_opened_walked_through_and_all_fetched(thousand, browse):
    page = browse(thousand, f"/viewer?study={study_of(thousand, 'THOUSAND^SLICES')}")
    page.evaluate("performance.setResourceTimingBufferSize(5000)")
    shown(page)
    expect(corner(page, re.compile(r"Image 501 of 1,?000"))).to_be_visible()
    box = page.locator("[data-cell='0'] canvas").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    for _ in range(10):
        page.mouse.wheel(0, 100)
    expect(corner(page, re.compile(r"Image 511 of 1,?000"))).to_be_visible()
    wait_for("the slice is drawn", lambda: int(canvas_of(page)[..., 0].max()) > 200)
    page.keyboard.press("End")
    expect(corner(page, re.compile(r"Image 1,?000 of 1,?000"))).to_be_visible()
    page.keyboard.press("Home")
    expect(corner(page, re.compile(r"Image 1 of 1,?000"))).to_be_visible()
    fetched = "performance.getEntriesByType('resource').filter(one => one.name.includes('/frames/')).length"
    wait_for("all slices come", lambda: page.evaluate(fetched) >= SLICES - 1)


def test_without_webgl_stacks_and_planes_are_drawn_all_the_same(thousand, browse, playwright):
    address = f"/viewer?study={study_of(thousand, 'THOUSAND^SLICES')}"
    with_webgl = browse(thousand, address)
    shown(with_webgl)
    drawn = canvas_of(with_webgl)
    with launched(playwright, "--disable-3d-apis") as browser:
        page = browse(thousand, address, browser=browser)
        assert page.evaluate("document.createElement('canvas').getContext('webgl2')") is None
        shown(page)
        assert np.array_equal(canvas_of(page), drawn)
        page.keyboard.press("m")
        shown(page, 4)
        for cell in range(3):
            wait_for("a plane is drawn", lambda cell=cell: int(canvas_of(page, cell)[..., 0].max()) > 200)

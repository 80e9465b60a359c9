"""Query and retrieve in Chromium: two archives, one asked by the page of the other."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_accessibility import findings
from tests.peers.processes import House, a_free_port
from tests.waiting import wait_for

from isocenter.lab import phantom

STUDIES = {"ALPHA^CT": 12, "BETA^CT": 3, "<b>GAMMA</b>^CT": 2}
"""Patients of the other archive, and how many images each has there; of BETA one is here as well."""


@pytest.fixture(scope="module")
def there(house, tmp_path_factory) -> Iterator[House]:
    """The other archive, which knows this one, and is known here as `Main archive`."""
    other = House.start(tmp_path_factory.mktemp("there"), "--aet", "MAIN")
    other.know("ISOCENTER", house.port)
    files = tmp_path_factory.mktemp("files")
    here = written(files)
    other.cli("import", str(files))
    house.cli("import", str(here))
    ask(house, "PUT", "/api/nodes/Main%20archive", {"ae_title": "MAIN", "host": "127.0.0.1", "port": other.port})
    ask(house, "PUT", "/api/nodes/Nobody", {"ae_title": "NOBODY", "host": "127.0.0.1", "port": a_free_port()})
    yield other
    other.server.end()


def written(folder: Path) -> Path:
    """The files of all studies; of one image a copy besides, whose path is returned."""
    copy = folder.parent / "copy.dcm"
    for number, (name, count) in enumerate(STUDIES.items()):
        for image in phantom.ct_series(number + 1, slices=count, side_pixels=32):
            image.PatientName, image.StudyDescription, image.StudyDate = name, f"HEAD {number}", f"2026010{number + 1}"
            path = folder / f"{number}-{image.InstanceNumber}.dcm"
            path.write_bytes(phantom.file_bytes(image))
            if name == "BETA^CT":
                copy.write_bytes(path.read_bytes())
    return copy


def ask(house: House, method: str, path: str, body: object = None) -> object:
    request = urllib.request.Request(
        f"http://127.0.0.1:{house.http}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"X-Isocenter": "1", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read() or b"null")


def address(**parameters: str) -> str:
    return "/query?" + urllib.parse.urlencode({"node": "Main archive", "level": "study", **parameters})


def rows(page: Page):
    return page.get_by_role("grid", name="Answers").get_by_role("row").filter(has=page.get_by_role("gridcell"))


def row(page: Page, name: str):
    return rows(page).filter(has_text=name)


def test_a_search_by_keyboard_alone_lists_what_the_node_has_and_what_is_here(house, there, browse):
    page = browse(house, "/query")
    page.get_by_text("What does Main archive have?").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("*ct")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(3)
    expect(row(page, "ALPHA")).to_contain_text("Not here")
    expect(row(page, "BETA")).to_contain_text("1 of 3 here")
    page.get_by_text("End of list. 3 studies match").wait_for()
    assert "name=*ct" in urllib.parse.unquote(page.url)
    page.reload()
    expect(rows(page)).to_have_count(3)


def test_names_of_patients_are_text_and_masked_with_the_eye(house, there, browse):
    page = browse(house, address(name="*", date="20260101-20260131", asked="1"))
    expect(rows(page).filter(has_text="<b>GAMMA</b>")).to_have_count(1)
    page.get_by_role("button", name="Names on").click()
    expect(rows(page).filter(has_text="GAMMA")).to_have_count(0)
    expect(rows(page).filter(has_text="•••••")).to_have_count(3)


def test_what_is_chosen_comes_and_only_what_is_lacking_is_asked_for(house, there, browse):
    page = browse(house, address(name="beta*", asked="1"))
    grid = page.get_by_role("grid", name="Answers")
    expect(rows(page)).to_have_count(1)
    grid.focus()
    page.keyboard.press("Space")
    expect(rows(page)).to_have_attribute("aria-selected", "true")
    page.get_by_text("2 of 3 images to come").wait_for()
    page.get_by_role("button", name="Retrieve 1").click()
    expect(row(page, "BETA")).to_contain_text("All here")
    queue = page.get_by_role("region", name="Retrieve queue").get_by_role("listitem")
    expect(queue).to_contain_text("3 of 3")
    expect(queue).to_contain_text("counted again: 3")
    expect(queue).to_contain_text("C-GET")
    [job] = ask(house, "GET", "/api/jobs")["jobs"]
    assert job["transfer"]["instances"] == 2
    queue.get_by_role("button", name="Open").click()
    page.wait_for_url("**/viewer?study=*")
    page.go_back()
    expect(rows(page)).to_have_count(1)


def test_a_node_that_is_not_there_says_so_where_it_was_asked(house, there, browse):
    page = browse(house, address(node="Nobody", name="x", asked="1"), allowed=["status of 502"])
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Nobody could not be searched")
    expect(alert).to_contain_text("nothing listens on that port")
    page.get_by_text("does not answer", exact=True).wait_for()


def test_a_retrieval_that_fails_says_why_and_can_be_tried_again(house, there, browse):
    wanted = {"kind": "retrieve", "node": "Nobody", "keys": {"StudyInstanceUID": "1.2.3"}, "shown": {"patient_name": "LOST^ONE"}}
    job = f"/api/jobs/{ask(house, 'POST', '/api/jobs', wanted)['id']}"
    page = browse(house, "/query")
    line = page.get_by_role("region", name="Retrieve queue").get_by_role("listitem").filter(has_text="LOST^ONE")
    line.get_by_role("button", name="failed").click()
    page.get_by_role("dialog").get_by_text("nothing listens on that port").first.wait_for()
    page.keyboard.press("Escape")
    first = ask(house, "GET", job)["ended"]
    line.get_by_role("button", name="Retry").click()
    wait_for(lambda: ask(house, "GET", job)["ended"] not in (None, first))
    page.reload()
    line.get_by_role("button", name="failed").click()
    page.get_by_role("button", name="Take it off the list").click()
    expect(line).to_have_count(0)


def test_why_so_few_shows_which_key_keeps_the_others_out(house, there, browse):
    page = browse(house, address(name="*ct", date="20260101", asked="1"))
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Why so few?").click()
    dialog = page.get_by_role("dialog", name="Why so few?")
    expect(dialog.get_by_role("listitem").filter(has_text="without patient name")).to_contain_text("1 study")
    date = dialog.get_by_role("listitem").filter(has_text="without study date")
    expect(date).to_contain_text("3 studies")
    date.get_by_role("button", name="Search without it").click()
    expect(rows(page)).to_have_count(3)
    page.go_back()
    expect(rows(page)).to_have_count(1)


def test_why_so_few_offers_the_spelling_that_finds_more(house, there, browse):
    page = browse(house, address(name='"beta"', asked="1"))
    page.get_by_text("No study matches").wait_for()
    page.get_by_role("button", name="Why so few?").click()
    dialog = page.get_by_role("dialog", name="Why so few?")
    dialog.get_by_text("Patient name keeps the others out. Put a * behind the name").wait_for()
    dialog.get_by_role("listitem").filter(has_text="beta*").get_by_role("button", name="Search so").click()
    expect(rows(page)).not_to_have_count(0)


def test_everything_is_asked_for_after_a_warning_with_its_number(house, there, browse):
    page = browse(house, "/query")
    page.get_by_role("button", name="Everything…").click()
    dialog = page.get_by_role("dialog", name="Ask Main archive for everything?")
    dialog.get_by_text("It has 3 studies").wait_for()
    dialog.get_by_role("button", name="List all 3").click()
    expect(rows(page)).to_have_count(3)


def test_patients_and_series_can_be_listed_too(house, there, browse):
    page = browse(house, address(name="*ct", asked="1"))
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Series", exact=True).first.click()
    expect(page.get_by_role("columnheader", name="Series", exact=True)).to_have_count(0)
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Patient", exact=True).first.click()
    page.get_by_role("columnheader", name="Studies").wait_for()
    expect(rows(page)).to_have_count(3)


def test_a_query_is_saved_and_asked_again(house, there, browse):
    page = browse(house, address(name="beta*", asked="1"))
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Saved queries").click()
    page.get_by_role("menuitem", name="Save this query…").click()
    page.get_by_label("Under which name").fill("All of Beta")
    page.keyboard.press("Enter")
    page.goto(f"http://127.0.0.1:{house.http}/query")
    page.get_by_role("button", name="Saved queries").click()
    page.get_by_role("menuitem", name="All of Beta").click()
    expect(rows(page)).to_have_count(1)


def test_the_queue_is_held_and_goes_on(house, there, browse):
    ask(house, "POST", "/api/jobs/hold?kind=retrieve&on=1")
    page = browse(house, address(name="alpha*", asked="1"))
    rows(page).click()
    page.get_by_role("button", name="Retrieve 1").click()
    line = page.get_by_role("region", name="Retrieve queue").get_by_role("listitem").filter(has_text="ALPHA")
    expect(line).to_contain_text("held until the queue goes on")
    page.get_by_role("button", name="Go on").click()
    expect(line).to_contain_text("12 of 12")
    page.get_by_role("button", name="Clear done").click()
    expect(line).to_have_count(0)


@pytest.mark.parametrize("size", ["large", "small"])
def test_axe_finds_nothing_serious_among_answers(house, there, browse, size):
    page = browse(house, address(name="*ct", asked="1"), size=size)
    expect(rows(page)).to_have_count(3)
    row(page, "ALPHA").click()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""What every page stands in: the rail, the status line, the palette; every page by its address, without an error, by keyboard."""

import pytest

PAGES = {
    "/": "Studies",
    "/query": "Query",
    "/network": "Network",
    "/connections": "Connections",
    "/activity": "Activity",
    "/maintenance": "Maintenance",
}


@pytest.mark.parametrize("size", ["large", "small"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_comes_by_its_address(house, browse, address, size):
    page = browse(house, address, size=size)
    page.get_by_role("heading", level=1, name=PAGES[address]).wait_for()
    assert (
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=PAGES[address]).get_attribute("aria-current")
        == "page"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing scrolls sideways"


def test_the_status_line_says_who_and_where_we_are(house, browse):
    line = browse(house).get_by_role("status", name="State of the archive")
    line.get_by_text("ISOCENTER").wait_for()
    assert str(house.port) in line.inner_text()
    assert "free" in line.inner_text()


def test_the_palette_goes_anywhere_by_keyboard_alone(house, browse):
    page = browse(house)
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("maint")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Maintenance").wait_for()
    assert page.url.endswith("/maintenance")
    page.go_back()
    page.get_by_role("heading", level=1, name="Studies").wait_for()


def test_the_eye_in_the_rail_stays_closed_after_a_reload(house, browse):
    page = browse(house)
    page.get_by_role("button", name="Names on").click()
    page.reload()
    page.get_by_role("button", name="Names off").wait_for()


def test_an_address_that_names_nothing_says_so(house, browse):
    browse(house, "/nowhere").get_by_text("There is no such page").wait_for()

"""A setup sheet names both devices to each other, in each one's own words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from isocenter.base.limits import PAPER_SHEETS_MAX
from isocenter.doctor import paper_text, products
from isocenter.doctor.paper import NewPage
from isocenter.doctor.setup_sheet import department, essentials, offered, paper, sheet
from isocenter.model.setup_sheet import End

MADE = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
HERE = End("ISOCENTER", "ISOCENTER", "10.0.0.5", 11112, "isocenter", 8114, "sudo ufw allow 11112/tcp")
THERE = End("Teaching archive", "ORTHANC", "10.0.0.12", 4242, "orthanc")


def test_each_side_is_told_the_other():
    shown = sheet(HERE, THERE)
    assert '"isocenter" : [ "ISOCENTER", "10.0.0.5", 11112 ]' in shown.there.lines[0].text
    assert shown.here.lines[0].text == "isocenter node add 'Teaching archive' --aet ORTHANC --host 10.0.0.12 --port 4242"
    assert shown.there.test.startswith("curl -X POST http://10.0.0.12:8042/modalities/isocenter/echo")


def test_every_product_makes_a_sheet_with_both_titles_ports_and_a_way_to_test():
    for one in products.products():
        words = paper_text.text(paper(sheet(HERE, replace(THERE, product=one.key)), MADE))
        for part in ("ISOCENTER", "10.0.0.5", "ORTHANC", "10.0.0.12", "4242", "Then test both ways", one.name):
            assert part in words, (one.key, part)
        assert "{" + "AET}" not in words


def test_a_device_of_unknown_make_is_told_title_address_and_port():
    half = sheet(HERE, replace(THERE, product="")).there
    assert half.product == "Any DICOM device"
    assert half.lines[0].text == "AE title: ISOCENTER\nIP address: 10.0.0.5\nPort: 11112"


def test_two_devices_of_which_none_is_this_one_make_a_sheet():
    words = paper_text.text(paper(sheet(replace(THERE, name="a"), End("b", "CT-1", "10.0.0.21", 104, "conquest")), MADE))
    assert "ORTHANC  10.0.0.12  4242  un" in words
    assert '"CT-1", "10.0.0.21", 104' in words


def test_a_port_of_a_web_page_is_doubted():
    traps = sheet(HERE, replace(THERE, port=8042)).there.traps
    assert any("Port 8042" in trap and "HTTP" in trap for trap in traps)
    assert not any("Port 4242" in trap for trap in sheet(HERE, THERE).there.traps)


def test_a_title_that_a_product_cannot_hold_is_told_on_its_sheet():
    words = paper_text.text(paper(sheet(replace(HERE, ae_title="ISO CENTER"), replace(THERE, product="conquest")), MADE))
    assert "no place for a title with a space" in words


def test_the_code_holds_what_has_to_be_entered_and_nothing_else():
    assert essentials(THERE) == "AE title ORTHANC\nAddress 10.0.0.12\nPort 4242"


def test_a_department_lists_who_is_who_and_gives_each_pair_its_page():
    sheets = [sheet(HERE, replace(THERE, name=f"node {at}", ae_title=f"NODE{at}")) for at in range(3)]
    made = department(sheets, MADE, site="Radiology")
    assert sum(isinstance(block, NewPage) for block in made.blocks) == 3
    words = paper_text.text(made)
    assert words.startswith("Radiology\nSetup sheets of 3 pairs of devices")
    assert len(re.findall("^ISOCENTER +ISOCENTER +10.0.0.5", words, re.MULTILINE)) == 1


def test_a_department_has_a_largest_size_and_says_what_is_left_out():
    sheets = [sheet(HERE, replace(THERE, ae_title=f"NODE{at}")) for at in range(PAPER_SHEETS_MAX + 2)]
    assert "2 more pairs are left out." in paper_text.text(department(sheets, MADE))


def test_every_product_is_offered_by_a_key_of_its_own():
    keys = [one.key for one in offered()]
    assert len(keys) == len(set(keys)) == len(products.products())

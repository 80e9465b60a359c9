"""Setup sheets over `/api`: both sides of a pair as words and as documents, which can do nothing but be read."""

from __future__ import annotations

from dataclasses import fields

import pytest
from tests.web.houses import lived

from isocenter.model import setup_sheet as nouns
from isocenter.model.records import Node
from isocenter.web import words_sheets


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("sheets") / "here") as house:
        house.house.shelf.put_node(Node("Teaching archive", "ORTHANC", "10.0.0.12", 4242, notes="<b>Room 3</b>"))
        house.house.shelf.put_node(Node("CT/2", "CT-2", "10.0.0.21", 104))
        house.house.shelf.put_node(Node("range", "MANY", "10.1.0.0/16"))
        yield house


def sheet(house, **query):
    return house.browser.get("/api/setup-sheet", params=query)


def test_products_are_listed_with_what_they_are_until_somebody_changes_it(here):
    told = here.browser.get("/api/products").json()["products"]
    assert {"key": "orthanc", "name": "Orthanc", "kind": "archive", "own_title": "ORTHANC", "own_port": 4242} in told


def test_a_pair_is_told_what_to_enter_on_both_sides(here):
    told = sheet(here, node="Teaching archive", product="orthanc", address="10.0.0.5").json()
    port = here.house.settings.port
    assert told["there"]["lines"][0]["text"] == f'"isocenter" : [ "ISOCENTER", "10.0.0.5", {port} ]'
    assert told["here"]["lines"][0]["text"] == "isocenter node add 'Teaching archive' --aet ORTHANC --host 10.0.0.12 --port 4242"
    assert (told["here"]["at"]["ae_title"], told["there"]["product"], told["known_product"]) == ("ISOCENTER", "Orthanc", "orthanc")


def test_a_device_that_is_not_saved_has_a_sheet_too(here):
    told = sheet(here, ae_title="NEW", host="10.0.0.9", port=11112, product="weasis").json()
    assert told["there"]["at"]["host"] == "10.0.0.9"


def test_what_is_guessed_can_be_set_aside(here):
    assert sheet(here, node="Teaching archive").json()["there"]["product"] == "Orthanc"
    assert sheet(here, node="Teaching archive", product="any").json()["there"]["product"] == "Any DICOM device"


def test_two_nodes_are_a_pair(here):
    told = sheet(here, node="Teaching archive", product="orthanc", other="CT/2", other_product="modality").json()
    assert "AE title (called AE, remote AE, application name): ORTHANC" in told["here"]["lines"][0]["text"]
    assert '"CT-2", "10.0.0.21", 104' in told["there"]["lines"][0]["text"]
    assert told["here"]["at"]["opens_port"] == ""


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"node": "nobody"}, 404),
        ({"node": "range"}, 409),
        ({"node": "CT/2", "product": "nothing"}, 400),
        ({"node": "CT/2", "other": "nobody"}, 404),
        ({"ae_title": "A\\B", "host": "10.0.0.9"}, 400),
        ({"ae_title": "NEW"}, 400),
    ],
)
def test_what_is_no_pair_is_told(here, query, status):
    answer = sheet(here, **query)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize(("form", "begin"), [("pdf", b"%PDF-"), ("html", b"<!doctype html>"), ("text", b"ISOCENTER and CT/2")])
def test_a_sheet_is_printed_in_each_form(here, form, begin):
    answer = here.browser.get("/api/setup-sheet/document", params={"node": "CT/2", "form": form})
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(begin)
    assert answer.headers["content-disposition"].startswith('inline; filename="setup-CT-2.')


def test_a_page_to_print_can_run_and_load_nothing(here):
    answer = here.browser.get("/api/setup-sheet/document", params={"node": "Teaching archive", "form": "html"})
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "&lt;b&gt;Room 3&lt;/b&gt;" in answer.text


def test_the_whole_department_is_one_document_without_those_that_stand_for_many(here):
    answer = here.browser.get("/api/setup-sheets/document", params={"form": "text"})
    assert "Setup sheets of 2 pairs of devices" in answer.text
    assert "MANY" not in answer.text
    assert here.browser.get("/api/setup-sheets/document").content.startswith(b"%PDF-")


def test_this_device_is_told_in_every_product_s_words(here):
    told = here.browser.get("/api/own-lines", params={"address": "10.0.0.5"}).json()
    products = [line["product"] for line in told["lines"]]
    assert len(products) == len(set(products)) == len(here.browser.get("/api/products").json()["products"])
    assert all("10.0.0.5" in line["text"] for line in told["lines"])


@pytest.mark.parametrize(
    ("words", "noun", "left_out"),
    [
        (words_sheets.ProductWords, nouns.ProductOffered, set()),
        (words_sheets.EndWords, nouns.End, {"web_port"}),
        (words_sheets.HalfWords, nouns.Half, {"other"}),
    ],
)
def test_what_is_told_is_what_the_house_s_nouns_hold(words, noun, left_out):
    assert set(words.model_fields) == {field.name for field in fields(noun)} - left_out

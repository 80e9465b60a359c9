"""Setup sheets on the command line: for a saved node, one that is not, two nodes, all of them."""

from __future__ import annotations

import pytest

from isocenter.cli.exits import Exit


def test_a_saved_node_has_a_sheet_in_its_product_s_words(call):
    call("node", "add", "Teaching archive", "--aet", "ORTHANC", "--host", "10.0.0.12", "--port", "4242")
    said = call("sheet", "Teaching archive", "-p", "orthanc", "--address", "10.0.0.5")
    assert said.code == 0
    assert '"isocenter" : [ "ISOCENTER", "10.0.0.5", 11112 ]' in said.out
    assert "isocenter node add 'Teaching archive' --aet ORTHANC --host 10.0.0.12 --port 4242" in said.out


def test_a_node_that_is_not_saved_and_a_pair_of_two_have_sheets(call):
    said = call("sheet", "CT@10.0.0.21:104", "--with", "ARC@10.0.0.12:5678", "--with-product", "conquest", "--json")
    [made] = said.json
    assert made["here"]["lines"][0]["text"].split() == ["CT", "10.0.0.21", "104", "un"]
    assert made["there"]["product"] == "Any DICOM device"


def test_all_nodes_are_one_document(call, tmp_path):
    call("node", "add", "one", "--aet", "ONE", "--host", "10.0.0.1")
    call("node", "add", "many", "--aet", "MANY", "--host", "10.1.0.0/16")
    pdf, html = tmp_path / "all.pdf", tmp_path / "all.html"
    assert call("sheet", "--all", "--pdf", str(pdf), "--html", str(html)).out.count("is written.") == 2
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert "ONE" in html.read_text(encoding="utf-8")
    assert "MANY" not in html.read_text(encoding="utf-8")


def test_products_are_listed(call):
    assert "orthanc" in call("sheet", "--products").out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "Say which node"),
        (("nobody",), "no node named"),
        (("A@10.0.0.1", "--product", "nothing"), "no product 'nothing'"),
        (("A@10.0.0.1", "--pdf", "no/such/folder/x.pdf"), "cannot be written"),
    ],
)
def test_what_cannot_be_made_is_told(call, arguments, why):
    said = call("sheet", *arguments)
    assert (said.code, why in said.err) == (Exit.USAGE, True), said.err

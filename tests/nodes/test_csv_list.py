import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.nodes.csv_list import read


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_column_names_of_spreadsheets_are_taken(separator):
    text = "Name,AE Title,IP address,Port,Comment\nct,CT1,10.0.0.7,4242,next to the lift\n".replace(",", separator)
    (node,) = read(text).nodes
    assert (node.name, node.ae_title, node.host, node.port, node.notes) == ("ct", "CT1", "10.0.0.7", 4242, "next to the lift")


def test_the_first_row_must_name_the_columns():
    found = read("CT1,10.0.0.7,104\n")
    assert found.nodes == ()
    assert "must name the columns" in found.findings[0].sentence
    assert "empty" in read("\n \n").findings[0].sentence


def test_a_column_without_meaning_is_told_once():
    found = read("aet,host,floor\nA,10.0.0.1,3\nB,10.0.0.2,4\n")
    assert len(found.nodes) == 2
    assert ["floor" in finding.sentence for finding in found.findings] == [True]


def test_one_bad_row_costs_itself_only():
    found = read('aet,host,port\nA,10.0.0.1,x\nB,"10.0.0.2,104\nC,10.0.0.3,104,9,9\nD,10.0.0.4,104\n"E"x,h,1\n,,\nF,10.0.0.6,104')
    assert [node.ae_title for node in found.nodes] == ["D", "F"]
    assert [finding.line for finding in found.findings] == [2, 3, 4, 6]


def test_a_missing_quotation_mark_does_not_swallow_the_rows_up_to_the_next_one():
    found = read('aet,host,port\nA,"10.0.0.1,104\nB,10.0.0.2,104\nC,"10.0.0.3",104\n')
    assert [node.ae_title for node in found.nodes] == ["B", "C"]
    assert [finding.line for finding in found.findings] == [2]


def test_a_quoted_note_may_run_over_lines():
    found = read('aet,host,notes\nA,10.0.0.1,"first\nsecond"\nB,10.0.0.2,x\n')
    assert [node.notes for node in found.nodes] == ["first\nsecond", "x"]


@given(st.text(alphabet='aethos,"\n;\t 1.', max_size=200))
def test_any_text_gives_findings_or_nodes_and_never_an_error(text):
    read("aet,host,port\n" + text)
    read(text)

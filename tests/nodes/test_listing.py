import pytest

from isocenter.base.errors import UsageError
from isocenter.base.limits import NODES_IMPORTED_MAX
from isocenter.model.records import Node
from isocenter.nodes.listing import FIELDS, Gathering, in_order, node_of, not_kept


def test_an_entry_needs_a_title_and_a_host():
    for entry in ({}, {"ae_title": "A"}, {"host": "h"}, {"ae_title": " ", "host": "h"}):
        with pytest.raises(UsageError, match=r"The entry has no (ae_title|host)\."):
            node_of(entry)


def test_an_entry_without_a_name_is_saved_under_its_title():
    assert node_of({"ae_title": "CT1", "host": "h"}) == Node("CT1", "CT1", "h")
    assert node_of({"name": "", "ae_title": "CT1", "host": "h"}).name == "CT1"


def test_an_at_sign_in_a_title_does_not_get_into_the_name():
    assert node_of({"ae_title": "CT@2", "host": "h"}) == Node("CT_2", "CT@2", "h")


def test_a_device_that_may_ask_for_nothing_is_not_one_that_may_ask_for_everything():
    assert node_of({"ae_title": "A", "host": "h", "operations": "none"}).operations == frozenset()
    assert node_of({"ae_title": "A", "host": "h", "operations": []}).operations == frozenset()
    assert len(node_of({"ae_title": "A", "host": "h"}).operations) == 5


def test_numbers_and_lists_may_be_text():
    node = node_of({"ae_title": "A", "host": "h", "port": " 104 ", "operations": "Echo store", "transfer_syntaxes": "1.2 1.3"})
    assert (node.port, node.operations, node.transfer_syntaxes) == (104, {"echo", "store"}, ("1.2", "1.3"))


@pytest.mark.parametrize(
    ("key", "value"),
    [("port", "x"), ("port", "²"), ("port", True), ("port", 1.5), ("port", "9" * 11), ("operations", 3), ("operations", [1]),
     ("host", 7), ("ae_title", ["A"]), ("notes", None)],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_named(key, value):
    with pytest.raises(UsageError, match=f"{key} must be"):
        node_of({"ae_title": "A", "host": "h"} | {key: value})


def test_the_first_entry_of_a_name_is_kept():
    gathering = Gathering()
    assert gathering.add(1, Node("a", "A", "h"))
    assert not gathering.add(2, Node("a", "B", "h"))
    found = gathering.done()
    assert [node.ae_title for node in found.nodes] == ["A"]
    assert [(finding.line, finding.fault) for finding in found.findings] == [(2, True)]


def test_one_title_at_two_places_is_told_and_kept():
    gathering = Gathering()
    gathering.add(1, Node("a", "A", "10.0.0.1"))
    gathering.add(2, Node("b", "A", "10.0.0.2"))
    found = gathering.done()
    assert len(found.nodes) == 2
    assert "AE title A of a" in found.findings[0].sentence


def test_a_list_is_bounded_and_says_where_it_was_cut():
    gathering = Gathering()
    for number in range(NODES_IMPORTED_MAX + 3):
        gathering.add(number + 1, Node(f"n{number}", f"N{number}", "10.0.0.1"))
    found = gathering.done()
    assert len(found.nodes) == NODES_IMPORTED_MAX
    assert [finding.line for finding in found.findings if finding.fault] == [NODES_IMPORTED_MAX + 1]


def test_operations_are_written_in_the_order_that_people_expect():
    assert in_order({"get", "store", "echo", "move", "find"}) == ["echo", "store", "find", "move", "get"]


def test_what_a_format_cannot_hold_is_named_in_one_sentence():
    node = Node("ct", "CT1", "h", pdu_bytes_max=16384, notes="x", operations=frozenset({"echo"}))
    (finding,) = not_kept(node, frozenset({"ae_title", "host", "port"}))
    assert finding.sentence == "The format has no place for the name, operations, PDU size and notes of ct."
    assert not finding.fault
    assert not_kept(node, frozenset(FIELDS)) == []

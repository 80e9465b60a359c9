import pytest

from isocenter.base.errors import LocalError
from isocenter.model.records import Node
from isocenter.nodes.book import NodeBook

CT = Node("ct", "CT1", "10.0.0.7", 104)
NAMED = Node("mr", "MR1", "mr.example.org", 104)
WARD = Node("ward", "VIEWER", "10.1.0.0/16", 104)
ROOM = Node("room", "VIEWER", "10.1.2.0/24", 104)
DESK = Node("desk", "VIEWER", "10.1.2.3", 104)
CHEAP = Node("cheap", "V*", "*", 1234)
SPECIAL = Node("special", "VX*", "10.9.9.9", 1234)


def resolve(name):
    return {"mr.example.org": frozenset({"10.0.0.9"})}.get(name, frozenset())


def test_a_change_on_the_shelf_is_in_force_with_the_next_question(shelf):
    kept = shelf(CT)
    book = NodeBook(kept)
    assert book.destination("NEW") is None
    kept.put_node(Node("new", "NEW", "10.0.0.1"))
    assert book.destination("NEW").host == "10.0.0.1"
    kept.remove_node("new")
    assert book.destination("NEW") is None


def test_the_shelf_is_read_once_as_long_as_nothing_changes(shelf):
    kept = shelf(CT)
    book = NodeBook(kept)
    for _ in range(5):
        book.destination("CT1")
        book.caller("CT1", "10.0.0.7", resolve)
    assert kept.copies == 1


def test_a_change_between_the_two_questions_to_the_shelf_is_not_missed(shelf):
    kept = shelf(CT)
    book = NodeBook(kept)
    read = kept.nodes

    def changed_meanwhile():
        before = read()
        kept.nodes = read
        kept.put_node(Node("new", "NEW", "10.0.0.1"))
        return before

    kept.nodes = changed_meanwhile
    assert book.destination("NEW") is None
    assert book.destination("NEW") is not None


def test_a_shelf_that_cannot_be_read_leaves_the_last_copy(shelf):
    kept = shelf(CT)
    book = NodeBook(kept)

    def fail():
        raise LocalError("the disk is gone")

    version, kept.version = kept.version, fail
    with pytest.raises(LocalError):
        book.destination("CT1")
    kept.version = version
    assert book.destination("CT1") == CT
    kept.version = fail
    assert book.destination("CT1") == CT


def test_a_name_is_found_in_any_case_unless_two_differ_in_nothing_else(shelf):
    book = NodeBook(shelf(CT))
    assert book.named("ct") == book.named("CT") == CT
    assert book.named("mr") is None
    two = NodeBook(shelf(CT, Node("Ct", "X", "h")))
    assert two.named("ct") == CT
    assert two.named("CT") is None


def test_a_destination_is_found_by_its_exact_title_and_padding_does_not_count(shelf):
    book = NodeBook(shelf(CT, WARD))
    assert book.destination("CT1 ") == CT
    assert book.destination("ct1") is None
    assert book.nearly_titled("ct_1") == (CT,)


def test_a_range_is_no_destination(shelf):
    assert NodeBook(shelf(WARD)).destination("VIEWER") is None
    assert NodeBook(shelf(WARD, DESK)).destination("VIEWER") == DESK


def test_a_title_at_two_places_is_no_destination(shelf):
    other = Node("ct2", "CT1", "10.0.0.8", 104)
    book = NodeBook(shelf(CT, other, WARD, ROOM))
    assert book.destination("CT1") is None
    assert NodeBook(shelf(CT, Node("again", "CT1", "10.0.0.7", 104))).destination("CT1") == CT


def test_an_exact_title_comes_before_wildcards_and_the_longest_wildcard_first(shelf):
    exact = Node("v1", "V1", "10.0.0.1", 104)
    book = NodeBook(shelf(CHEAP, SPECIAL, exact))
    assert book.destination("V1") == exact
    assert book.destination("VX1").host == "10.9.9.9"
    assert book.destination("V10.0.0.5").host == "10.0.0.5"
    assert book.destination("W1") is None


def test_a_caller_is_known_by_title_and_address(shelf):
    book = NodeBook(shelf(CT, NAMED))
    assert book.caller("CT1 ", "::ffff:10.0.0.7", resolve) == CT
    assert book.caller("MR1", "10.0.0.9", resolve) == NAMED
    assert book.caller("CT1", "10.0.0.8", resolve) is None
    assert book.caller("ct1", "10.0.0.7", resolve) is None
    assert book.caller("", "10.0.0.7", resolve) is None
    assert book.caller("CT1", "nonsense", resolve) is None


def test_the_most_exact_entry_speaks_for_a_caller(shelf):
    book = NodeBook(shelf(WARD, DESK, ROOM))
    assert book.caller("VIEWER", "10.1.2.3", resolve) == DESK
    assert book.caller("VIEWER", "10.1.2.4", resolve) == ROOM
    assert book.caller("VIEWER", "10.1.3.4", resolve) == WARD
    assert book.caller("VIEWER", "10.2.3.4", resolve) is None


def test_a_wildcard_caller_must_come_from_the_address_that_its_title_makes(shelf):
    book = NodeBook(shelf(CHEAP))
    assert book.caller("V10.0.0.5", "10.0.0.5", resolve).ae_title == "V10.0.0.5"
    assert book.caller("V10.0.0.5", "10.0.0.6", resolve) is None


def test_a_wildcard_over_a_range_lets_its_callers_in(shelf):
    anybody = Node("any", "WS*", "10.1.0.0/16")
    book = NodeBook(shelf(anybody))
    assert book.caller("WS7", "10.1.2.3", resolve) == anybody
    assert book.caller("WS7", "10.2.2.3", resolve) is None


def test_only_names_with_the_callers_title_are_resolved(shelf):
    asked = []

    def resolve_noted(name):
        asked.append(name)
        return frozenset()

    book = NodeBook(shelf(NAMED, Node("other", "OTHER", "other.example.org")))
    book.caller("MR1", "10.0.0.9", resolve_noted)
    assert asked == ["mr.example.org"]


def test_nodes_are_found_by_address_without_resolving(shelf):
    assert NodeBook(shelf(CT, WARD, DESK, NAMED)).at("10.1.2.3") == (WARD, DESK)

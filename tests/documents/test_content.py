"""A content tree of any maker is read: values by their types, items that are referred to by their place, and no endless ones."""

from __future__ import annotations

from isocenter.base.limits import DOCUMENT_ITEMS_MAX, SEQUENCE_DEPTH_MAX
from isocenter.documents import codes, content
from isocenter.documents.content import CONTAINS
from isocenter.documents.elements import data_set

ROOT = codes.Code("R", "99X", "Root")


def test_a_number_without_a_value_says_why():
    unmeasured = data_set(ValueType="NUM", NumericValueQualifierCodeSequence=[codes.Code("114000", "DCM", "Not a number").item()])
    [item] = content.read(content.container(None, ROOT, [unmeasured])).root.children
    assert (item.number, item.text) == (None, "Not a number")


def test_an_item_is_found_by_its_place():
    words = content.words(CONTAINS, ROOT, "here")
    there = data_set(RelationshipType="INFERRED FROM", ReferencedContentItemIdentifier=[1, 1])
    root = content.read(content.container(None, ROOT, [words, there])).root
    assert [(child.relationship, child.text) for child in root.children] == [("CONTAINS", "here"), ("INFERRED FROM", "here")]


def test_places_that_are_nowhere_or_go_in_circles_end():
    nowhere = data_set(RelationshipType="INFERRED FROM", ReferencedContentItemIdentifier=[1, 9, 4294967295])
    above = data_set(RelationshipType="INFERRED FROM", ReferencedContentItemIdentifier=[1])
    root = content.read(content.container(None, ROOT, [nowhere, above])).root
    assert len(list(root.below())) == 3


def test_more_items_than_the_limit_are_left_out_and_told():
    many = [content.words(CONTAINS, ROOT, "x")] * (DOCUMENT_ITEMS_MAX + 5)
    tree = content.read(content.container(None, ROOT, many))
    assert tree.is_whole is False
    assert len(list(tree.root.below())) == DOCUMENT_ITEMS_MAX


def test_a_tree_deeper_than_sequences_nest_ends_there():
    made = content.container(CONTAINS, ROOT, [])
    for _ in range(SEQUENCE_DEPTH_MAX + 20):
        made = content.container(CONTAINS, ROOT, [made])
    assert len(list(content.read(made).root.below())) == SEQUENCE_DEPTH_MAX + 1


def test_values_of_another_kind_than_their_type_count_as_absent():
    odd = {
        "0040A040": {"vr": "CS", "Value": ["NUM"]},
        "0040A300": {"vr": "SQ", "Value": ["x", {"0040A30A": {"vr": "DS", "Value": ["no"]}}]},
    }
    [item] = content.read(content.container(None, ROOT, [odd])).root.children
    assert item.number is None

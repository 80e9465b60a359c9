"""A list onto a shelf: what is good is kept, whatever stands beside it."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocenter.archive.index_file import IndexFile
from isocenter.archive.migrations import bring_up_to_date
from isocenter.archive.node_rows import NodeRows
from isocenter.model.records import Node
from isocenter.nodes.entry import Self
from isocenter.nodes.shelving import shelve

OWN = Self("ISOCENTER", 11112, frozenset({"10.0.0.1"}))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    index = IndexFile(tmp_path_factory.mktemp("index"))
    bring_up_to_date(index.path)
    with closing(NodeRows(index)) as rows:
        yield rows


def test_a_bad_entry_is_told_and_the_others_are_kept(shelf):
    good, bad, itself = Node("a", "A", "10.0.0.2"), Node("b", "B", ""), Node("c", "ISOCENTER", "10.0.0.1", 11112)
    kept, findings = shelve([good, bad, itself], shelf, OWN)
    assert kept == [good]
    assert good in shelf.nodes()
    assert [finding.sentence[:2] for finding in findings if finding.fault] == ["b:", "c:"]


def test_two_of_a_list_with_one_title_are_seen_against_each_other(shelf):
    kept, findings = shelve([Node("d", "D", "10.0.0.4"), Node("e", "D", "10.0.0.5")], shelf, OWN)
    assert [node.name for node in kept] == ["d"]
    assert "already has the AE title D" in findings[-1].sentence


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.builds(Node, st.text(max_size=8), st.text(max_size=18), st.text(max_size=8), st.integers(-1, 70000)), max_size=4)
)
def test_whatever_a_list_holds_every_entry_is_kept_or_has_a_fault(shelf, nodes):
    kept, findings = shelve(nodes, shelf, OWN)
    assert len(kept) + sum(finding.fault for finding in findings) == len(nodes)
    assert {node.name for node in kept} <= {node.name for node in shelf.nodes()}


def test_of_two_with_one_name_the_later_is_kept(shelf):
    shelve([Node("f", "F", "10.0.0.6"), Node("f", "G", "10.0.0.7")], shelf, OWN)
    assert [node for node in shelf.nodes() if node.name == "f"] == [Node("f", "G", "10.0.0.7")]
    kept, _ = shelve([Node("again", "F", "10.0.0.8")], shelf, OWN)
    assert kept, "the title of the earlier one is free"


def test_names_and_titles_that_differ_in_case_alone_are_told(shelf):
    _, findings = shelve([Node("h", "HA", "10.0.1.1"), Node("i", "Ha", "10.0.1.2"), Node("H", "HC", "10.0.1.3")], shelf, OWN)
    assert ["only in upper and lower case" in finding.sentence for finding in findings] == [True, True]


def test_thousands_are_one_change_and_not_compared_each_with_each(tmp_path):
    index = IndexFile(tmp_path)
    bring_up_to_date(index.path)
    with closing(NodeRows(index)) as rows:
        before = rows.version()
        kept, _ = shelve([Node(f"n{n}", f"N{n}", f"10.{n >> 8}.{n & 255}.9") for n in range(5000)], rows, OWN)
        assert len(kept) == len(rows.nodes()) == 5000
        assert rows.version() == before + 1

"""Nodes and rejected callers survive, are seen by other processes, and cost nobody a second of start."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocenter.archive import node_rows as room
from isocenter.archive.index_file import IndexFile, connect
from isocenter.archive.migrations import bring_up_to_date
from isocenter.archive.node_rows import NodeRows
from isocenter.base.errors import LocalError
from isocenter.model.records import Node, RejectedCaller

NODE = Node(
    name="Workstation Ω",
    ae_title="WS1",
    host="10.1.0.0/16",
    port=11112,
    operations=frozenset({"echo", "find"}),
    transfer_syntaxes=("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.1"),
    pdu_bytes_max=16384,
    associations_max=2,
    character_set="ISO_IR 100",
    local_ae_title="ARCHIVE2",
    notes="behind the door",
)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
CALLER = RejectedCaller("CT-1", "WRONG", "10.0.0.7", "1.2.3", "V1", ("1.2.840.10008.1.1",), "not known", MOMENT, MOMENT)


@pytest.fixture
def index(tmp_path):
    made = IndexFile(tmp_path)
    bring_up_to_date(made.path)
    return made


@pytest.fixture
def shelf(index):
    made = NodeRows(index)
    yield made
    made.close()


def test_a_node_comes_back_as_it_was_put(shelf, index):
    assert shelf.nodes() == []
    shelf.put_node(NODE)
    shelf.put_node(Node("plain", "PLAIN", "localhost"))
    again = NodeRows(index)
    assert again.nodes() == [NODE, Node("plain", "PLAIN", "localhost")]
    again.close()


NODES = st.builds(
    Node,
    name=st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    ae_title=st.text(st.characters(codec="ascii"), max_size=16),
    host=st.text(st.characters(codec="ascii"), max_size=9),
    port=st.integers(0, 65535),
    operations=st.frozensets(st.sampled_from(["echo", "store", "find"])),
    transfer_syntaxes=st.lists(st.just("1.2")).map(tuple),
    pdu_bytes_max=st.integers(0, 1 << 31),
    notes=st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(NODES, max_size=4))
def test_any_nodes_are_kept_once_a_name_in_the_order_of_their_first_coming(tmp_path_factory, nodes):
    index = IndexFile(tmp_path_factory.mktemp("shelf"))
    bring_up_to_date(index.path)
    shelf = NodeRows(index)
    expected: dict[str, Node] = {}
    for node in nodes:
        shelf.put_node(node)
        expected[node.name] = node
    assert shelf.nodes() == list(expected.values())
    shelf.close()


def test_replacing_a_node_keeps_its_place_and_removing_tells_whether_it_was_there(shelf):
    for name in "abc":
        shelf.put_node(Node(name, name.upper(), "localhost"))
    shelf.put_node(replace(NODE, name="b"))
    assert [node.name for node in shelf.nodes()] == ["a", "b", "c"]
    assert shelf.nodes()[1].notes == NODE.notes
    assert shelf.remove_node("a")
    assert not shelf.remove_node("a")
    assert not shelf.remove_node("%")
    assert [node.name for node in shelf.nodes()] == ["b", "c"]


def test_the_version_changes_with_every_change_of_a_node_and_with_nothing_else(shelf):
    seen = [shelf.version()]
    shelf.put_node(NODE)
    seen.append(shelf.version())
    shelf.put_node(NODE)
    seen.append(shelf.version())
    shelf.remove_node(NODE.name)
    seen.append(shelf.version())
    assert len(set(seen)) == 4
    shelf.remove_node(NODE.name)
    shelf.remember_caller(CALLER)
    shelf.nodes()
    assert shelf.version() == seen[-1]


def test_another_process_is_heard_at_once_and_loads_neither_sqlalchemy_nor_alembic(shelf, index):
    before = shelf.version()
    program = (
        "import sys; from pathlib import Path; from isocenter.archive.index_file import IndexFile;"
        "from isocenter.archive.node_rows import NodeRows; from isocenter.model.records import Node;"
        "shelf = NodeRows(IndexFile(Path(sys.argv[1]))); shelf.put_node(Node('other', 'OTHER', 'localhost'));"
        "sys.exit('sqlalchemy' in sys.modules or 'alembic' in sys.modules or 'pydicom' in sys.modules or len(shelf.nodes()) - 1)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(index.folder)], check=False, timeout=60).returncode == 0
    assert shelf.version() != before
    assert [node.name for node in shelf.nodes()] == ["other"]


def test_a_moved_index_is_another_shelf(shelf, index, tmp_path):
    shelf.put_node(NODE)
    before = shelf.version()
    rebuilt = IndexFile(tmp_path / "rebuilt")
    rebuilt.folder.mkdir()
    bring_up_to_date(rebuilt.path)
    index.moved(rebuilt.path)
    assert shelf.version() != before
    assert shelf.nodes() == []


def test_a_field_that_another_software_added_is_left_alone(shelf, index):
    shelf.put_node(NODE)
    connection = index.connect_reader()
    document = json.loads(connection.execute("SELECT document FROM node").fetchone()[0])
    connection.execute("PRAGMA query_only = 0")
    connection.execute("UPDATE node SET document = ?", (json.dumps({**document, "colour": "red"}),))
    assert shelf.nodes() == [NODE]
    connection.execute("UPDATE node SET document = ''")
    connection.close()
    assert shelf.nodes() == [Node(NODE.name, NODE.ae_title, NODE.host, NODE.port)]


def test_a_caller_is_remembered_once_with_its_first_and_its_last_knock(shelf):
    later = MOMENT + timedelta(days=1)
    shelf.remember_caller(CALLER)
    shelf.remember_caller(replace(CALLER, first=later, last=later, reason="still not known", wanted=("1.2",)))
    shelf.remember_caller(replace(CALLER, address="10.0.0.8", first=later, last=later, count=3))
    other, same = sorted(shelf.rejected_callers(), key=lambda caller: caller.address, reverse=True)
    assert same == replace(CALLER, last=later, reason="still not known", wanted=("1.2",), count=2)
    assert other.count == 3


def test_strangers_cannot_fill_the_index(shelf, monkeypatch):
    monkeypatch.setattr(room, "REJECTED_CALLERS_MAX", 5)
    for number in range(12):
        moment = MOMENT + timedelta(seconds=number)
        shelf.remember_caller(replace(CALLER, calling_ae_title=f"T{number}\udcff'%", first=moment, last=moment))
    assert [caller.calling_ae_title for caller in shelf.rejected_callers()] == [
        f"T{number}\\udcff'%" for number in range(11, 6, -1)
    ]


def test_nobody_waits_for_a_change_that_waits(shelf, index):
    shelf.put_node(NODE)
    writer = connect(index.path)
    writer.execute("BEGIN IMMEDIATE")
    waiting = threading.Thread(target=shelf.remember_caller, args=(CALLER,))
    waiting.start()
    assert shelf.nodes() == [NODE]
    assert shelf.version() > 0
    writer.execute("COMMIT")
    writer.close()
    waiting.join(30)
    assert shelf.rejected_callers() == [CALLER]


def test_an_index_that_is_not_there_is_told_and_not_made(tmp_path):
    shelf = NodeRows(IndexFile(tmp_path / "nothing"))
    with pytest.raises(LocalError, match="nothing"):
        shelf.nodes()
    with pytest.raises(LocalError, match="nothing"):
        shelf.put_node(NODE)
    assert list(tmp_path.iterdir()) == []


def test_whoever_is_ignored_stays_so_until_a_person_says_otherwise(shelf, index):
    one, other = ("CT-1", "WRONG", "10.0.0.7"), ("", "", "10.0.0.9")
    assert shelf.ignored_callers() == []
    for caller in (one, other, one):
        shelf.ignore_caller(caller, True)
    assert NodeRows(index).ignored_callers() == [other, one]
    shelf.ignore_caller(one, False)
    shelf.ignore_caller(one, False)
    assert shelf.ignored_callers() == [other]


def test_those_ignored_first_are_shown_again_when_there_are_too_many(shelf, monkeypatch):
    monkeypatch.setattr(room, "CALLERS_IGNORED_MAX", 2)
    for number in range(3):
        shelf.ignore_caller(("\udcff", "", str(number)), True)
    assert [address for _, _, address in shelf.ignored_callers()] == ["1", "2"]

from hypothesis import given
from hypothesis import strategies as st

from isocenter.nodes.toml_list import read, write

GOOD = """# our devices
[[node]]
name = "ct"
ae_title = "CT1"
host = "10.0.0.7"

[[node]]
ae_title = "MR1"
host = "10.0.0.8"
port = 4242
operations = ["echo", "find"]
"""


def test_a_list_is_read_with_its_defaults():
    found = read(GOOD)
    assert found.findings == ()
    assert [(node.name, node.ae_title, node.host, node.port) for node in found.nodes] == [
        ("ct", "CT1", "10.0.0.7", 104),
        ("MR1", "MR1", "10.0.0.8", 4242),
    ]
    assert found.nodes[1].operations == {"echo", "find"}


def test_one_table_that_is_not_toml_costs_itself_only():
    found = read(GOOD.replace('host = "10.0.0.7"', "host = 10.0.0.7"))
    assert [node.name for node in found.nodes] == ["MR1"]
    (fault,) = found.findings
    assert fault.line == 5
    assert "The [[node]] of line 2 is not TOML" in fault.sentence


def test_rubbish_above_the_first_table_is_told():
    found = read("rubbish\n" + GOOD)
    assert len(found.nodes) == 2
    assert "above the first" in found.findings[0].sentence


def test_a_wrong_value_names_its_line_and_field():
    found = read(GOOD.replace("4242", '"many"'))
    assert [node.name for node in found.nodes] == ["ct"]
    assert found.findings[0].line == 7
    assert "port must be a whole number" in found.findings[0].sentence


def test_an_unknown_key_is_told_and_the_node_kept():
    found = read(GOOD.replace("port = 4242", "porrt = 4242"))
    assert len(found.nodes) == 2
    assert "porrt is no field" in found.findings[0].sentence


def test_other_toml_holds_no_nodes():
    assert "no [[node]]" in read("x = 1").findings[0].sentence
    assert "not TOML" in read("<xml/>").findings[0].sentence
    assert read("node = 3").nodes == ()
    assert read("[node]\nx=1").nodes == ()


def test_a_node_at_its_defaults_takes_five_lines():
    assert write([*read(GOOD).nodes][:1]).text.splitlines() == [*GOOD.splitlines()[1:5], "port = 104"]


@given(st.text(alphabet='[node]=".#\n\\ a1{}', max_size=200))
def test_any_text_gives_findings_or_nodes_and_never_an_error(text):
    read(text)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.model.records import Node
from isocenter.nodes.acrnema_map import CONQUEST, read, write
from isocenter.nodes.wildcard import expanded

MAP = """/* the devices
 * of our ward */
CONQUESTSRV1\t127.0.0.1\t5678\tun
CT1   10.0.0.7   104   un   // the scanner
MR1   mr.example.org   4242   j2# compressed
;US1  10.0.0.9 104 un
US2   10.0.0.10   104   jk ; ultrasound
V*    *    1234    un
NG*   101.11.11.*   56*   un"""


def test_a_map_is_read_with_its_comments_and_without_a_last_newline():
    found = read(MAP)
    assert [(node.ae_title, node.host, node.port) for node in found.nodes] == [
        ("CT1", "10.0.0.7", 104),
        ("MR1", "mr.example.org", 4242),
        ("US2", "10.0.0.10", 104),
        ("V*", "*", 1234),
        ("NG*", "101.11.11.*:56*", 0),
    ]
    assert read(MAP + "\n") == found


def test_the_first_line_is_the_server_itself():
    found = read(MAP)
    assert (found.itself.ae_title, found.itself.port) == ("CONQUESTSRV1", 5678)
    assert "Conquest server itself" in found.findings[0].sentence
    assert found.findings[0].line == 3


def test_a_server_with_an_address_of_its_own_is_a_node_too():
    found = read("CONQUESTSRV1 10.0.0.3 5678 un\nCT1 10.0.0.7 104 un\n")
    assert [node.ae_title for node in found.nodes] == ["CONQUESTSRV1", "CT1"]
    assert found.itself.host == "10.0.0.3"


def test_wildcards_lead_where_conquest_would_go():
    patterns = {node.ae_title: node for node in read(MAP).nodes}
    made = expanded(patterns["V*"], "V192.168.1.101")
    assert (made.host, made.port) == ("192.168.1.101", 1234)
    made = expanded(patterns["NG*"], "NG12")
    assert (made.host, made.port) == ("101.11.11.12", 5612)


def test_a_line_below_its_wildcard_is_told():
    found = read("S 127.0.0.1 1 un\nV* * 1234 un\nV1 10.0.0.1 104 un\nVX* 10.0.0.2 104 un\nW1 10.0.0.3 104 un\n")
    assert [(finding.line, "never reaches" in finding.sentence) for finding in found.findings[1:]] == [(3, True), (4, True)]
    assert len(found.nodes) == 4


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("un", "1.2.840.10008.1.2.1"),
        ("UL", "1.2.840.10008.1.2.1"),
        ("ui", "1.2.840.10008.1.2"),
        ("j2", "1.2.840.10008.1.2.4.70"),
        ("j3", "1.2.840.10008.1.2.4.50"),
        ("js", "1.2.840.10008.1.2.4.80"),
        ("j7", "1.2.840.10008.1.2.4.81"),
        ("jk", "1.2.840.10008.1.2.4.90"),
        ("jl", "1.2.840.10008.1.2.4.91"),
    ],
)
def test_the_compression_becomes_the_preferred_syntax(code, first):
    (node,) = read(f"S 127.0.0.1 1\nA 10.0.0.1 104 {code}\n").nodes
    assert node.transfer_syntaxes[0] == first


def test_what_a_compression_loses_is_told():
    found = read("S 127.0.0.1 1 un\nA 10.0.0.1 104 n2\nB 10.0.0.2 104 zz\nC 10.0.0.3 104 j385\nD 10.0.0.4 104 as\nE 10.0.0.5 104\n")
    assert [finding.line for finding in found.findings[1:]] == [2, 3, 4]
    assert [bool(node.transfer_syntaxes) for node in found.nodes] == [True, False, True, False, True]


def test_one_bad_line_costs_itself_only():
    rows = ["S 127.0.0.1 1 un", "A 10.0.0.1", "B 10.0.0.2 port un", "C 0.0.0.0 104 un", "A_TITLE_THAT_IS_TOO_LONG h 1 un",
            "D 10.0.0.4 104 un", "E 10.0.0.5 5* un", "F 10.0.0.6 99999 un"]  # fmt: skip
    found = read("\n".join(rows))
    assert [node.ae_title for node in found.nodes] == ["D"]
    assert [finding.line for finding in found.findings if finding.fault] == [2, 3, 4, 5, 7, 8]


def test_a_comment_without_an_end_is_told():
    found = read("S 127.0.0.1 1 un\nA 10.0.0.1 104 un\n/* more\nB 10.0.0.2 104 un\n")
    assert [node.ae_title for node in found.nodes] == ["A"]
    assert found.findings[-1].line == 3


def test_a_written_map_ends_with_a_newline_and_has_its_wildcards_last():
    nodes = [Node("V*", "V*", "*", 1), Node("VX*", "VX*", "*", 1), Node("VX1", "VX1", "10.0.0.1", 104)]
    text = write(nodes).text
    assert text.endswith("\n")
    rows = [line.split()[0] for line in text.split("*/")[-1].splitlines() if line.strip()]
    assert rows == ["CONQUESTSRV1", "VX1", "VX*", "V*"]
    assert write(nodes, Node("x", "MYPACS", "10.0.0.3", 5678)).text.splitlines()[3].split() == ["MYPACS", "10.0.0.3", "5678", "un"]


def test_what_a_map_cannot_hold_is_told():
    found = write(
        [Node("a", "MY CT", "10.0.0.1"), Node("b", "B", "10.0.0.0/8"), Node("c", "C#1", "h"), Node("d", "D", "h", notes="x")]
    )
    assert [finding.fault for finding in found.findings] == [True, True, True, False]
    assert [node.ae_title for node in read(found.text).nodes] == ["D"]


def test_conquests_own_defaults_are_read_back():
    assert read(write([]).text).itself.ae_title == CONQUEST.ae_title


@given(st.text(alphabet="AV* \t\n/#;10.un", max_size=200))
def test_any_text_gives_findings_or_nodes_and_never_an_error(text):
    read(text)

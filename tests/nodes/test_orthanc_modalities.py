import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.model.records import Node
from isocenter.nodes.orthanc_modalities import read, write

CONFIGURATION = """{
  "Name" : "x {\\"y\\"}", // the "DicomModalities" : { below
  /* nothing : { here */
  "DicomModalities" : {
    // "sample" : [ "STORESCP", "127.0.0.1", 2000 ],
    "ct" : [ "CT1", "10.0.0.7", 104 ],
    "ge" : [ "GE1", "10.0.0.8", "4242", "GE" ],
    "guest" : {
      "AET" : "GUEST",
      "Port" : 104,
      "Host" : "10.0.0.9", // its address
      "Manufacturer" : "Generic",
      "AllowEcho" : true,
      "AllowFind" : false,
      "AllowGet" : false,
      "AllowMove" : false,
      "AllowStore" : true,
      "AllowFindWorklist" : false,
      "UseDicomTls" : true,
      "LocalAet" : "HELLO",
      "Timeout" : 60
    }
  },
  "DicomModalitiesInDatabase" : false
}
"""


def test_short_and_long_entries_are_read_through_comments():
    found = read(CONFIGURATION)
    assert [(node.name, node.ae_title, node.host, node.port) for node in found.nodes] == [
        ("ct", "CT1", "10.0.0.7", 104),
        ("ge", "GE1", "10.0.0.8", 4242),
        ("guest", "GUEST", "10.0.0.9", 104),
    ]
    assert found.nodes[0].operations == {"echo", "store", "find", "move", "get"}
    assert found.nodes[2].operations == {"echo", "store"}
    assert found.nodes[2].local_ae_title == "HELLO"


def test_what_orthanc_knows_and_a_node_does_not_is_told():
    findings = read(CONFIGURATION).findings
    assert [finding.line for finding in findings] == [7, 8]
    assert not any(finding.fault for finding in findings)
    assert "over TLS" in findings[1].sentence


def test_the_object_alone_is_read_too():
    assert len(read('{"ct" : ["CT1", "10.0.0.7", 104]}').nodes) == 1


@pytest.mark.parametrize(
    "broken",
    [
        '"ge" : [ "GE1", "10.0.0.8" "4242", "GE" ],',
        '"ge" : [ "GE1", "10.0.0.8", ',
        '"ge" : [ "GE1" ],',
        '"ge" : "GE1",',
        '"ge" : { "AET" : "GE1" "Host" : "10.0.0.8" },',
        '"ge" : { "AET" : "GE1", "Host" : "10.0.0.8", "AllowGet" : "no" },',
        '"ge" : [ "GE1", "0.0.0.0", 104 ],',
        '"ge" : [ "GE1", null, 104 ],',
        '"ge" [ "GE1", "10.0.0.8", 104 ],',
    ],
)
def test_one_bad_entry_costs_itself_only(broken):
    found = read(CONFIGURATION.replace('"ge" : [ "GE1", "10.0.0.8", "4242", "GE" ],', broken))
    assert [node.name for node in found.nodes] == ["ct", "guest"]
    assert [finding.line for finding in found.findings if finding.fault] == [7]


def test_an_entry_without_a_comma_inside_does_not_end_the_object():
    more = CONFIGURATION.replace("    }\n  },", '    },\n    "mr" : ["MR1", "10.0.0.5", 104]\n  },')
    found = read(more.replace('"AET" : "GUEST",', '"AET" : "GUEST"'))
    assert [node.name for node in found.nodes] == ["ct", "ge", "mr"]


def test_an_object_that_never_ends_is_told():
    found = read('{"DicomModalities" : { "ct" : ["CT1", "10.0.0.7", 104]')
    assert len(found.nodes) == 1
    assert "never closed" in found.findings[0].sentence
    assert "no DicomModalities" in read("[1, 2]").findings[0].sentence


def test_what_is_written_is_json_and_short_where_it_can_be():
    found = write(
        [Node("ct", "CT1", "10.0.0.7"), Node("us", "US1", "10.0.0.8", operations=frozenset({"echo"}), local_ae_title="ME")]
    )
    members = json.loads(found.text)["DicomModalities"]
    assert members["ct"] == ["CT1", "10.0.0.7", 104]
    assert members["us"]["AllowEcho"] is True
    assert members["us"]["AllowStore"] is False
    assert members["us"]["LocalAet"] == "ME"
    assert json.loads(write([]).text) == {"DicomModalities": {}}


def test_what_orthanc_cannot_hold_is_told():
    found = write([Node("r", "R", "10.0.0.0/8"), Node("v", "V*", "*"), Node("n", "N", "h", notes="x")])
    assert [finding.fault for finding in found.findings] == [True, True, False]
    assert list(json.loads(found.text)["DicomModalities"]) == ["n"]


@given(st.text(alphabet='{}[]":,/*\n\\a1 ', max_size=200))
def test_any_text_gives_findings_or_nodes_and_never_an_error(text):
    read(text)
    read('{"DicomModalities" : {' + text)

"""Every format both ways, over every node that may be saved."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import UsageError
from isocenter.base.limits import NODE_LIST_CHARACTERS_MAX
from isocenter.model.records import Node
from isocenter.nodes import acrnema_map, formats, wildcard
from isocenter.nodes.entry import OPERATIONS, examine, trimmed
from isocenter.nodes.listing import name_for
from isocenter.standard.transfer_syntax import BY_UID

titles = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="\\"), min_size=1, max_size=16)
printable = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="@")
hosts = st.sampled_from(
    ["10.0.0.7", "fd00::7", "ct.example.org", "ct-2", "10.1.0.0/16", "localhost", "*", "10.0.*", "10.0.0.7:56*"]
)
nodes = st.builds(
    Node,
    name=st.text(printable | st.just(" "), min_size=1, max_size=12),
    ae_title=titles | titles.map(lambda title: title[:15] + "*"),
    host=hosts,
    port=st.integers(1, 65535),
    operations=st.frozensets(st.sampled_from(OPERATIONS)),
    transfer_syntaxes=st.lists(st.sampled_from(sorted(BY_UID)), max_size=3).map(tuple),
    pdu_bytes_max=st.just(0) | st.integers(4096, 131072),
    associations_max=st.integers(1, 9),
    character_set=st.sampled_from(["", "ISO_IR 100", "GB18030"]),
    local_ae_title=st.just("") | titles.filter(str.strip),
    notes=st.text(printable | st.sampled_from(' ",;\n\t='), max_size=30),
    dicomweb_url=st.sampled_from(["", "https://pacs.example.org:8443/dicom-web", "http://[fd00::7]/a,b;c"]),
).map(trimmed)
lists = st.lists(nodes.filter(lambda node: not any(f.fault for f in examine(node))), max_size=6, unique_by=lambda node: node.name)


@given(lists, st.sampled_from(["toml", "csv"]), st.booleans())
def test_our_own_formats_lose_nothing(kept, name, windows):
    written = formats.write(kept, name)
    assert written.findings == ()
    text = written.text.replace("\n", "\r\n") if windows and name == "toml" else written.text
    found = formats.read(text, name)
    assert list(found.nodes) == kept
    if kept:
        assert formats.guess("list", text) == name


@given(lists)
def test_a_map_for_conquest_leads_to_the_same_places(kept):
    kept = list({name_for(node.ae_title): node for node in kept}.values())
    written = formats.write(kept, "conquest")
    left_out = [finding for finding in written.findings if finding.fault]
    found = {node.ae_title: node for node in formats.read(written.text, "conquest").nodes}
    assert len(found) == len(kept) - len(left_out)
    for node in kept:
        if node.ae_title in found:
            again = found[node.ae_title]
            assert again.host == node.host
            assert again.port == node.port or wildcard.port_pattern(node)
            if node.transfer_syntaxes in acrnema_map.COMPRESSIONS.values() and node.transfer_syntaxes:
                assert again.transfer_syntaxes == node.transfer_syntaxes


@given(lists)
def test_orthanc_gets_names_places_and_permissions(kept):
    written = formats.write(kept, "orthanc")
    left_out = [finding for finding in written.findings if finding.fault]
    found = formats.read(written.text, "orthanc").nodes
    assert len(found) == len(kept) - len(left_out)
    plain = {
        node.name: replace(
            node, transfer_syntaxes=(), pdu_bytes_max=0, associations_max=4, character_set="", notes="", dicomweb_url=""
        )
        for node in kept
    }
    assert all(node == plain[node.name] for node in found)


@given(lists)
def test_dcmqrscp_gets_names_and_places(kept):
    written = formats.write(kept, "dcmqrscp")
    left_out = [finding for finding in written.findings if finding.fault]
    found = formats.read(written.text, "dcmqrscp").nodes
    assert len(found) == len(kept) - len(left_out)
    places = {(node.ae_title, node.host, node.port) for node in kept}
    assert all((node.ae_title, node.host, node.port) in places for node in found)


@pytest.mark.parametrize("name", formats.NAMES)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_newline_and_a_byte_order_mark_are_taken(name, newline):
    written = formats.write([Node("ct", "CT1", "10.0.0.7", 4242), Node("mr", "MR1", "10.0.0.8", 4242)], name).text
    found = formats.read("\ufeff" + written.replace("\n", newline), name)
    assert [node.ae_title for node in found.nodes] == ["CT1", "MR1"]


@pytest.mark.parametrize(
    ("file_name", "text", "name"),
    [
        ("nodes.toml", "", "toml"),
        ("NODES.CSV", "", "csv"),
        ("acrnema.map", "", "conquest"),
        ("orthanc.json", "", "orthanc"),
        ("dcmqrscp.cfg", "", "dcmqrscp"),
        ("list", '[[node]]\nname = "x"', "toml"),
        ("list.txt", "Name;AE Title;Host;Port\nct;CT1;10.0.0.7;104", "csv"),
        ("list.txt", "name\taet\thost\tport\nct\tCT1\t10.0.0.7\t104", "csv"),
        ("list.txt", "/* x */\nCT1 10.0.0.7 104 un", "conquest"),
        ("list.txt", '// x\n{ "DicomModalities" : {} }', "orthanc"),
        ("list.txt", "# x\nHostTable BEGIN\nHostTable END", "dcmqrscp"),
    ],
)
def test_a_format_is_told_by_the_files_ending_or_its_text(file_name, text, name):
    assert formats.guess(file_name, text) == name


def test_what_no_format_fits_is_said():
    with pytest.raises(UsageError, match=r"name one of toml, csv, conquest, orthanc, dcmqrscp"):
        formats.guess("list.txt", "hello")
    with pytest.raises(UsageError, match="no format 'xml'"):
        formats.read("", "xml")
    with pytest.raises(UsageError, match="no format 'xml'"):
        formats.write([], "xml")


def test_a_list_over_the_limit_is_refused_unread():
    with pytest.raises(UsageError, match="are allowed"):
        formats.read("x" * (NODE_LIST_CHARACTERS_MAX + 1), "csv")


@given(st.text(max_size=300), st.sampled_from(formats.NAMES))
def test_any_text_in_any_format_gives_findings_or_nodes_and_never_an_error(text, name):
    found = formats.read(text, name)
    assert all(finding.sentence for finding in found.findings)


@pytest.mark.parametrize("format_name", [*formats.NAMES, ""])
@pytest.mark.parametrize(
    "piece", [",", "a,", " ", "\t", "a b ", "a\n", "{", "[", "[[node]]\n", '"', '"\n', "=", "HostTable BEGIN\n", "("]
)
def test_no_text_takes_more_time_than_its_length_deserves(format_name, piece):
    """A hundred thousand characters that no list has: a pattern that looks back over them would take minutes."""
    heads = ("", "name,aet,host\n") if format_name == "csv" else ("",)
    for head in heads:
        text = head + piece * (100_000 // len(piece))
        if format_name:
            assert formats.read(text, format_name).nodes == ()
        else:
            with suppress(UsageError):
                formats.guess("", text)

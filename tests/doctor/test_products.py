"""Each product in its own words: what is typed there reads back as what was meant, and what is recognised is what was seen."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.config import check_ae_title
from isocenter.base.ids import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from isocenter.doctor import products
from isocenter.doctor.products import Behaviour, Own
from isocenter.nodes import acrnema_map, dcmqrscp_config, orthanc_modalities

OURS = Own("ISOCENTER", "10.0.0.5", 11112)
TITLES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="\\"), min_size=1, max_size=16).filter(
    str.strip
)


def line(product: str, ours: Own = OURS, at: int = 0):
    return products.lines(ours, product, is_only=True)[at]


def test_every_product_has_a_line_for_us_and_says_when_it_takes_effect():
    for one in products.products():
        assert one.forms, one.key
        assert one.restart, one.key
        assert one.traps, one.key
        for form in one.forms:
            assert form.where, one.key
            assert form.then, one.key


def test_no_place_of_a_template_stays_unfilled():
    theirs = Own("THEIRS", "10.0.0.9", 104)
    for one in products.products():
        for found in products.lines(OURS, one.key, theirs=theirs, is_only=True):
            assert not re.search(r"\{[A-Z_]+\}", found.text.replace("${DICOMMESSAGE}", "")), found
        own = products.own_line(theirs, one.key)
        assert own is None or not re.search(r"\{[A-Z_]+\}", own.text)
        assert not re.search(r"\{[A-Z_]+\}", "".join(products.echo_line(OURS, one.key, theirs)))


def test_the_recognised_product_comes_first_with_all_its_forms_and_the_others_once():
    found = products.lines(OURS, "Orthanc")
    assert [one.product for one in found[:4]] == ["Orthanc", "Orthanc", "Orthanc", "Conquest"]
    assert len({one.product for one in found[2:]}) == len(found[2:])


@given(TITLES)
def test_conquests_row_reads_back_or_says_why_not(title):
    found = line("conquest", Own(title, "10.0.0.5", 104))
    nodes = acrnema_map.read("OTHER 10.0.0.1 5678 un\n" + found.text + "\n").nodes
    told = [node for node in nodes if node.host == "10.0.0.5"]
    assert found.mind or (len(told) == 1 and (told[0].ae_title, told[0].port) == (title, 104)) or set(title) & set("*?")


@given(TITLES)
def test_orthancs_entry_reads_back(title):
    found = line("orthanc", Own(title, "10.0.0.5", 104))
    assert json.loads("{" + found.text + "}").popitem()[1] == [title, "10.0.0.5", 104]
    (node,) = orthanc_modalities.read('{"DicomModalities": {' + found.text + "}}").nodes or (None,)
    assert node is None or node.port == 104


@given(TITLES)
def test_what_is_typed_into_a_shell_is_one_word_with_the_title_in_it(title):
    words = shlex.split(line("isocenter", Own(title, "10.0.0.5", 104)).text)
    assert words[words.index("--aet") + 1] == title
    command = shlex.split(line("orthanc", Own(title, "10.0.0.5", 104), 1).text)
    assert json.loads(command[-1])["AET"] == title


@given(TITLES)
def test_dcmtks_row_reads_back_or_says_why_not(title):
    found = line("dcmqrscp", Own(title, "10.0.0.5", 104))
    nodes = dcmqrscp_config.read("HostTable BEGIN\n" + found.text + "\nHostTable END\n").nodes
    assert found.mind or [(node.ae_title, node.host, node.port) for node in nodes] == [(title, "10.0.0.5", 104)]


def test_a_title_that_looks_like_a_place_is_not_filled_again():
    assert line("conquest", Own("{HOST}", "10.0.0.5", 104)).text.split() == ["{HOST}", "10.0.0.5", "104", "un"]


def test_an_address_of_version_6_stands_in_brackets_in_a_web_address():
    found = line("ohif", Own("ISOCENTER", "fd00::5", 11112))
    assert "http://[fd00::5]:8114/dicom-web" in found.text


def test_the_line_as_it_stands_there_now_is_beside_the_right_one():
    found = products.lines(OURS, "conquest", before=Own("ISOCENTRE", "10.0.0.5", 11112), is_only=True)[0]
    assert found.before.split()[0] == "ISOCENTRE"
    assert products.lines(OURS, "conquest", before=OURS, is_only=True)[0].before == ""


def test_only_the_title_differs_between_a_line_as_it_stands_there_and_as_it_shall_be():
    found = products.lines(OURS, "orthanc", before=Own("ISOCENTRE", OURS.host, OURS.port), is_only=True)[0]
    assert found.before == found.text.replace(OURS.ae_title, "ISOCENTRE")


@pytest.mark.parametrize(
    ("uid", "version_name", "name", "key"),
    [
        ("1.2.276.0.7230010.3.0.3.6.7", "OFFIS_DCMTK_367", "DCMTK 3.6.7", "dcmqrscp"),
        ("1.2.276.0.7230010.3.0.3.6.10", "", "DCMTK 3.6.10", "dcmqrscp"),
        ("1.2.826.0.1.3680043.2.135.1066.101", "1.5.0/OTHER", "Conquest 1.5.0", "conquest"),
        ("1.2.826.0.1.3680043.9.3811.3.0.4", "PYNETDICOM_304", "pynetdicom 3.0.4", "qrscp"),
        ("1.2.40.0.13.1.3", "dcm4che-5.35.0", "dcm4che 5.35.0", "dcm4chee"),
        ("1.2.40.0.13.1.1", "dcm4che-2.0", "dcm4che 2.0", "dcm4chee"),
        ("1.3.6.1.4.1.30071.8", "fo-dicom 5.1.4", "fo-dicom 5.1.4", None),
        ("1.3.12.2.1107.5.2.30.25", "MR_VB15A", "Siemens", "modality"),
        ("1.2.840.113619.6.264", "AW4_5_03_024_CTT", "GE", "modality"),
        ("", "OFFIS_DCMTK_364", "DCMTK 3.6.4", "dcmqrscp"),
        ("1.2.826.0.1.3680043.8.498.1", "PYDICOM 3.0.0", "pydicom 3.0.0", None),
        (IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, "Isocenter 0.1", "isocenter"),
    ],
)
def test_a_product_is_recognised_by_what_it_says_of_itself(uid, version_name, name, key):
    assert products.recognise(uid, version_name) == name
    found = products.product_of(name)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(("uid", "version_name"), [("", ""), ("1.2.3", "SOMETHING"), ("1.2.276.0.7230010.3.03", "")])
def test_what_is_not_known_is_not_guessed(uid, version_name):
    assert products.recognise(uid, version_name, 16384) == ""
    assert products.product_of("") is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_recognising_takes_anything(uid, version_name):
    assert isinstance(products.likely(uid, version_name), str)


def test_a_title_that_nobody_changed_names_its_product():
    assert products.product_by_title("CONQUESTSRV1").key == "conquest"
    assert products.product_by_title("") is None
    assert products.product_by_title("CT_1") is None


def test_a_device_that_was_reset_has_the_title_of_its_product_again():
    assert products.usual_titles("Orthanc 1.12", 31000) == ("ORTHANC",)
    assert products.usual_titles("", 4242) == ("ORTHANC",)
    assert products.usual_titles("conquest", 4242) == ("CONQUESTSRV1", "ORTHANC")
    assert products.usual_titles("", 11112) == ()
    assert products.usual_titles("ohif", 104) == ()


def test_a_toolkit_in_many_products_says_so():
    assert products.likely("1.2.276.0.7230010.3.0.3.6.7", "OFFIS_DCMTK_367").startswith("built with DCMTK 3.6.7, probably ")


def test_products_of_one_toolkit_are_told_apart_by_how_they_answer():
    assert products.behaves_like("DCMTK 3.6.7", Behaviour(j2000=0, deflated=0, commitment=0, patient_study_only=3)) == "orthanc"
    assert products.behaves_like("DCMTK 3.6.7", Behaviour(j2000=3, patient_study_only=0, order="accepted first")) == "dcmqrscp"
    assert products.behaves_like("DCMTK 3.6.7", Behaviour(j2000=4)) == "dcmtk-tools"
    assert products.behaves_like("DCMTK 3.6.7", Behaviour(worklist=3)) == ""
    assert products.behaves_like("", Behaviour()) == ""


def test_a_web_page_beside_it_names_the_product():
    assert products.near(8042, "/system", 'HTTP/1.1 200 OK\r\n\r\n{"DicomAet" : "ORTHANC"}').product == "orthanc"
    assert products.near(8042, "/system", "HTTP/1.1 404 Not Found\r\n\r\n") is None
    assert {one.product for one in products.neighbours()} <= {one.key for one in products.products()}


def test_every_key_that_the_tables_name_is_a_product():
    keys = {one.key for one in products.products()}
    tables = products._tables()
    named = {row["product"] for table in ("toolkit", "behaviour", "neighbour") for row in tables[table]}
    named |= {other for row in tables["toolkit"] for other in row.get("others", ())}
    assert named - {""} <= keys


def test_usual_titles_are_titles_and_usual_ports_are_known():
    for one in products.products():
        if one.own_title:
            check_ae_title(one.own_title)
    assert products.usual_port(8080)[1] == "HTTP"
    assert products.usual_port(2762)[1] == "TLS"
    assert products.usual_port(54321) == ("", "")


def test_the_command_that_opens_a_port_names_it():
    for one in products.firewalls():
        found = products.firewall(11112, "ISOCENTER", one.key)
        assert "{" not in found.text + found.remark
        assert found.text or found.remark
        assert "11112" in found.text or one.key in {"macos", "port-104"}
    assert products.firewall(104).key in {one.key for one in products.firewalls()}


@pytest.mark.parametrize(
    ("platform", "tools", "line"),
    [
        ("linux", (), "sudo ufw allow 11112/tcp"),
        ("linux", ("firewall-cmd",), "sudo firewall-cmd --permanent --add-port=11112/tcp && sudo firewall-cmd --reload"),
        ("linux", ("nft", "iptables"), "sudo nft add rule inet filter input tcp dport 11112 accept"),
        ("win32", (), "New-NetFirewallRule -DisplayName \"DICOM CT-1\" -Direction Inbound -Protocol TCP -LocalPort 11112 "
         "-Action Allow -Profile Domain,Private"),
        ("darwin", (), ""),
    ],
)  # fmt: skip
def test_each_system_opens_a_port_by_its_own_command(monkeypatch, platform, tools, line):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}" if tool in tools else None)
    assert products.firewall(11112, "CT-1").text == line

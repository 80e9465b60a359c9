"""Command sets as bytes: back and forth, against pydicom's reading, and against nonsense."""

import contextlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset
from pynetdicom import dimse_messages, dimse_primitives

from isocenter.base.errors import LocalError, PeerError
from isocenter.base.limits import COMMAND_SET_BYTES_MAX
from isocenter.dimse.commands import Command, CommandField, decode, encode

numbers = st.none() | st.integers(0, 0xFFFF)
texts = st.text(st.characters(max_codepoint=255), max_size=64).map(lambda text: text.strip(" \0"))
tags = st.lists(st.integers(0, 0xFFFFFFFF), max_size=8).map(tuple)
commands = st.builds(
    Command,
    field=st.sampled_from(CommandField).map(int) | st.integers(0, 0xFFFF),
    message_id=numbers, message_id_being_responded_to=numbers, affected_sop_class_uid=texts, requested_sop_class_uid=texts,
    affected_sop_instance_uid=texts, requested_sop_instance_uid=texts, has_data_set=st.booleans(), priority=numbers, status=numbers,
    move_destination=texts, move_originator_ae_title=texts, move_originator_message_id=numbers, remaining=numbers,
    completed=numbers, failed=numbers, warning=numbers, offending_elements=tags, error_comment=texts, error_id=numbers,
    event_type_id=numbers, action_type_id=numbers, attribute_identifiers=tags,
)  # fmt: skip

STORE = Command(
    field=CommandField.C_STORE_RQ, message_id=7, affected_sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
    affected_sop_instance_uid="1.2.3", priority=0, has_data_set=True, move_originator_ae_title="ISO",
    move_originator_message_id=3,
)  # fmt: skip


def element(number: int, value: bytes, group: int = 0) -> bytes:
    return group.to_bytes(2, "little") + number.to_bytes(2, "little") + len(value).to_bytes(4, "little") + value


@given(commands)
def test_what_is_encoded_is_decoded(command):
    assert decode(encode(command)) == command


@given(commands)
def test_pydicom_reads_the_same_elements_in_order_with_even_lengths(command):
    encoded = encode(command)
    elements = list(read_dataset(BytesIO(encoded), is_implicit_VR=True, is_little_endian=True).values())
    assert elements[0].tag == 0
    assert int.from_bytes(elements[0].value, "little") == len(encoded) - 12
    assert [e.tag for e in elements] == sorted(e.tag for e in elements)
    assert all(e.length % 2 == 0 for e in elements)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_command_or_a_peer_error(garbage):
    with contextlib.suppress(PeerError):
        assert decode(encode(decode(garbage))) == decode(garbage)


@given(commands, st.data())
def test_a_damaged_command_is_a_command_or_a_peer_error(command, data):
    damaged = bytearray(encode(command))
    damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PeerError):
        decode(damaged)


def test_a_command_cut_anywhere_is_refused_or_shorter():
    whole = encode(STORE)
    outcomes = []
    for length in range(len(whole)):
        try:
            outcomes.append(decode(whole[:length]) != STORE)
        except PeerError as error:
            outcomes.append("Command Field" in str(error) or "ends inside" in str(error))
    assert all(outcomes)


def test_every_buffer_is_read():
    whole = encode(STORE)
    assert decode(memoryview(whole)) == decode(bytearray(whole)) == STORE


def pynetdicom_bytes(primitive, message) -> bytes:
    message.primitive_to_message(primitive)
    pdata = next(iter(message.encode_msg(1, 0x4000)))
    return pdata.presentation_data_value_list[0][1][1:]


def test_a_store_request_is_written_as_pynetdicom_writes_it():
    primitive = dimse_primitives.C_STORE()
    primitive.MessageID = 7
    primitive.AffectedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    primitive.AffectedSOPInstanceUID = "1.2.3"
    primitive.Priority = 0
    primitive.MoveOriginatorApplicationEntityTitle = "ISO"
    primitive.MoveOriginatorMessageID = 3
    primitive.DataSet = BytesIO(b"\x08\x00\x16\x00\x00\x00\x00\x00")
    assert decode(pynetdicom_bytes(primitive, dimse_messages.C_STORE_RQ())) == STORE
    assert encode(STORE) == pynetdicom_bytes(primitive, dimse_messages.C_STORE_RQ())


def test_a_move_response_is_written_as_pynetdicom_writes_it():
    primitive = dimse_primitives.C_MOVE()
    primitive.MessageIDBeingRespondedTo = 9
    primitive.AffectedSOPClassUID = "1.2.840.10008.5.1.4.1.2.2.2"
    primitive.Status = 0xB000
    primitive.NumberOfRemainingSuboperations = 0
    primitive.NumberOfCompletedSuboperations = 5
    primitive.NumberOfFailedSuboperations = 1
    primitive.NumberOfWarningSuboperations = 2
    primitive.ErrorComment = "one failed"
    primitive.OffendingElement = [0x00080018]
    theirs = pynetdicom_bytes(primitive, dimse_messages.C_MOVE_RSP())
    ours = Command(
        field=CommandField.C_MOVE_RSP, message_id_being_responded_to=9, affected_sop_class_uid="1.2.840.10008.5.1.4.1.2.2.2",
        status=0xB000, remaining=0, completed=5, failed=1, warning=2, error_comment="one failed", offending_elements=(0x00080018,),
    )  # fmt: skip
    assert decode(theirs) == ours
    assert encode(ours) == theirs


def test_a_wrong_or_missing_group_length_is_tolerated():
    body = encode(STORE)[12:]
    assert decode(body) == STORE
    assert decode(element(0, b"\xff\xff\xff\xff") + body) == STORE
    assert decode(element(0, b"") + body) == STORE


def test_unknown_elements_and_foreign_groups_are_skipped():
    body = encode(STORE)
    assert decode(body + element(0x0010, b"X" * 7) + element(0x0100, b"\xff\xff", group=8)) == STORE


def test_of_an_element_that_comes_twice_the_last_counts():
    assert decode(encode(STORE) + element(0x0110, b"\x09\x00")).message_id == 9


def test_padding_of_any_kind_around_texts_is_removed():
    for padded in (b"1.2.3\0", b"1.2.3 ", b" 1.2.3\0\0", b"1.2.3 \0 "):
        assert decode(encode(STORE) + element(0x1000, padded)).affected_sop_instance_uid == "1.2.3"


def test_a_uid_that_breaks_the_rules_stays_as_it_came():
    for text in ("../../etc/passwd", "1..2", "é", "a\0b"):
        assert decode(encode(STORE) + element(0x1000, text.encode("latin-1"))).affected_sop_instance_uid == text


def test_an_empty_number_is_an_absent_one():
    assert decode(encode(STORE) + element(0x0900, b"")).status is None


@pytest.mark.parametrize("value", [b"\0", b"\0\0\0", b"\0\0\0\0"])
def test_a_number_of_another_length_is_refused_by_name(value):
    with pytest.raises(PeerError, match=r"\(0000,0900\).*not 2"):
        decode(encode(STORE) + element(0x0900, value))


def test_a_list_of_half_a_tag_is_refused_by_name():
    with pytest.raises(PeerError, match=r"\(0000,1005\).*no list"):
        decode(encode(STORE) + element(0x1005, b"\x10\0"))


def test_any_data_set_type_but_0101_announces_a_data_set():
    for kind, announced in ((0x0000, True), (0x0001, True), (0x0102, True), (0x0101, False)):
        assert decode(element(0x0100, b"\1\0") + element(0x0800, kind.to_bytes(2, "little"))).has_data_set is announced


@pytest.mark.parametrize(
    ("implicit", "little", "named"), [(False, True, "explicit VR"), (False, False, "explicit VR"), (True, False, "big endian")]
)
def test_another_transfer_syntax_is_refused_by_name(implicit, little, named):
    command = Dataset()
    elements = read_dataset(BytesIO(encode(STORE)[12:]), is_implicit_VR=True, is_little_endian=True)
    command.CommandGroupLength = 100
    for e in elements:
        command.add(DataElement(e.tag, e.VR, e.value))
    out = DicomBytesIO()
    out.is_implicit_VR, out.is_little_endian = implicit, little
    write_dataset(out, command)
    with pytest.raises(PeerError, match=named):
        decode(out.getvalue())


def test_a_command_over_the_bound_is_refused():
    with pytest.raises(PeerError, match="more than"):
        decode(bytes(COMMAND_SET_BYTES_MAX + 1))


def test_a_command_without_field_is_refused():
    with pytest.raises(PeerError, match="Command Field"):
        decode(b"")


def test_a_number_that_does_not_fit_is_our_own_mistake():
    with pytest.raises(LocalError, match="status"):
        encode(Command(field=1, status=0x10000))


def test_a_comment_is_cut_to_what_the_standard_allows():
    assert decode(encode(Command(field=1, error_comment="x" * 100))).error_comment == "x" * 64


def test_every_field_is_the_element_that_the_dictionary_names():
    from isocenter.dimse.commands import _ELEMENTS, _KIND, _NUMBER, _TAGS, _UID

    for number, (name, kind) in _ELEMENTS.items():
        vr = dictionary_VR(number)
        assert vr == {_NUMBER: "US", _KIND: "US", _TAGS: "AT", _UID: "UI"}.get(kind, vr), keyword_for_tag(number)
        assert name
    assert list(_ELEMENTS) == sorted(_ELEMENTS)

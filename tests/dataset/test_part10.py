"""The head of a file: what is written is read, by pydicom too; what is odd is tolerated and told, what is broken named."""

from io import BytesIO

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.ids import IMPLEMENTATION_CLASS_UID
from isocenter.base.limits import FILE_META_BYTES_MAX
from isocenter.dataset import part10
from isocenter.dataset.part10 import header, read_header

IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
CT = "1.2.840.10008.5.1.4.1.1.2"
uids = st.from_regex(r"[0-9](\.[0-9]{1,6}){0,8}", fullmatch=True)
titles = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\\"), max_size=16)

EXPLICIT_ELEMENT = b"\x08\0\x16\0UI\x04\x001.2\0"
IMPLICIT_ELEMENTS = b"\x08\0\x16\0\x04\0\0\x001.2\0\x08\0\x18\0\x04\0\0\x001.3\0"
BIG_ELEMENT = b"\0\x08\0\x16UI\0\x041.2\0"


@given(
    st.fixed_dictionaries(
        {
            "sop_class_uid": uids,
            "sop_instance_uid": uids,
            "transfer_syntax": uids,
            "source_ae_title": titles,
            "sending_ae_title": titles,
        }
        | {"receiving_ae_title": titles, "source_address": titles, "private_information": st.binary(max_size=300)}
    ),
    st.binary(max_size=40),
)
def test_what_is_written_is_read(fields, data):
    written = header(**fields)
    read = read_header(written + b"\x08\0" + data)
    assert read.dataset_offset == len(written)
    assert read.transfer_syntax == fields["transfer_syntax"]
    assert (read.guessed, read.oddities) == (False, ())
    assert read.text(part10.MEDIA_STORAGE_SOP_INSTANCE_UID) == fields["sop_instance_uid"]
    assert read.text(part10.SOURCE_AE_TITLE) == fields["source_ae_title"]
    assert read.private_information[: len(fields["private_information"])] == fields["private_information"]


def test_pydicom_reads_all_of_it():
    written = header(
        sop_class_uid=CT, sop_instance_uid="1.2.3", transfer_syntax=EXPLICIT, source_ae_title="CT1", sending_ae_title="CT1",
        receiving_ae_title="ISO", source_address="dicom://10.1.2.3:104", private_information=b"odd",
    )  # fmt: skip
    meta = pydicom.dcmread(BytesIO(written + EXPLICIT_ELEMENT)).file_meta
    assert meta.FileMetaInformationGroupLength == len(written) - 144
    assert (meta.FileMetaInformationVersion, meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID) == (
        b"\0\1",
        CT,
        "1.2.3",
    )
    assert (meta.TransferSyntaxUID, meta.ImplementationClassUID) == (EXPLICIT, IMPLEMENTATION_CLASS_UID)
    assert (meta.SourceApplicationEntityTitle, meta.ReceivingApplicationEntityTitle) == ("CT1", "ISO")
    assert meta.SourcePresentationAddress == "dicom://10.1.2.3:104"
    assert (meta.PrivateInformationCreatorUID, meta.PrivateInformation) == (IMPLEMENTATION_CLASS_UID, b"odd\0")


def test_the_preamble_is_zeroed():
    assert header(sop_class_uid=CT, sop_instance_uid="1.2", transfer_syntax=IMPLICIT)[:132] == bytes(128) + b"DICM"


def test_the_length_depends_on_the_lengths_of_the_fields_alone():
    lengths = {
        len(header(sop_class_uid=CT, sop_instance_uid="1.2.3", transfer_syntax=EXPLICIT, private_information=information))
        for information in (bytes(32), b"x" * 32)
    }
    assert len(lengths) == 1


def test_too_much_of_it_is_our_own_mistake():
    with pytest.raises(LocalError, match="file meta information"):
        header(sop_class_uid=CT, sop_instance_uid="1", transfer_syntax=IMPLICIT, private_information=bytes(FILE_META_BYTES_MAX))


def test_private_information_of_others_is_not_ours():
    written = header(sop_class_uid=CT, sop_instance_uid="1.2", transfer_syntax=IMPLICIT, private_information=b"ours")
    theirs = written.replace(IMPLEMENTATION_CLASS_UID.encode(), b"9" * len(IMPLEMENTATION_CLASS_UID))
    assert read_header(written).private_information == b"ours"
    assert read_header(theirs).private_information == b""


def test_every_file_is_read_as_pydicom_reads_it(dicom_file):
    raw = dicom_file.read_bytes()
    read = read_header(memoryview(raw)[: FILE_META_BYTES_MAX + 1024])
    theirs = pydicom.filereader.read_file_meta_info(dicom_file)
    assert read.text(part10.TRANSFER_SYNTAX_UID) == str(theirs.get("TransferSyntaxUID", ""))
    assert read.text(part10.MEDIA_STORAGE_SOP_INSTANCE_UID) == str(theirs.get("MediaStorageSOPInstanceUID", "") or "")
    assert set(read.meta) == set(theirs.keys())


@pytest.mark.parametrize(
    ("data", "syntax"),
    [(EXPLICIT_ELEMENT, EXPLICIT), (IMPLICIT_ELEMENTS, IMPLICIT), (IMPLICIT_ELEMENTS[:12], IMPLICIT), (BIG_ELEMENT, BIG)],
)
def test_a_bare_data_set_is_recognised(data, syntax):
    read = read_header(data)
    assert (read.dataset_offset, read.transfer_syntax, read.guessed, dict(read.meta)) == (0, syntax, True, {})
    assert "no preamble" in read.oddities[0]


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", bytes(200), b"\x89PNG\r\n\x1a\n" + bytes(100), b"PK\3\4" + bytes(300), b"Dear colleague, " * 20,
     b"\x7fELF" + bytes(200),
     b"\x08\0\x16\0\x04\0\0\x001.2\0\x08\0\x05\0\0\0\0\0", b"\x08\0\x16\0\x05\0\0\x001.2.3", b"\x08\0\x16\0\x40\0\0\x001.2",
     bytes(128) + b"DICM"],
)  # fmt: skip
def test_what_is_not_dicom_is_refused(data):
    with pytest.raises(UnreadableDataset, match="do not look like"):
        read_header(data)


def test_a_missing_preamble_or_prefix_is_tolerated_and_told():
    whole = header(sop_class_uid=CT, sop_instance_uid="1.2.3", transfer_syntax=EXPLICIT)
    for cut, word in ((128, "no preamble"), (132, "no DICM prefix")):
        read = read_header(whole[cut:] + EXPLICIT_ELEMENT)
        assert (read.dataset_offset, read.transfer_syntax) == (len(whole) - cut, EXPLICIT)
        assert word in read.oddities[0]


@pytest.mark.parametrize("stated", [0, 1, 0xFFFFFFFF])
def test_a_wrong_group_length_is_tolerated_and_told(stated):
    whole = bytearray(header(sop_class_uid=CT, sop_instance_uid="1.2.3", transfer_syntax=EXPLICIT))
    whole[140:144] = stated.to_bytes(4, "little")
    read = read_header(whole + EXPLICIT_ELEMENT)
    assert read.dataset_offset == len(whole)
    assert f"says {stated} bytes" in read.oddities[0]


def test_file_meta_information_in_implicit_vr_is_tolerated_and_told():
    syntax = IMPLICIT.encode() + b"\0"
    whole = bytes(128) + b"DICM" + b"\2\0\x10\0" + len(syntax).to_bytes(4, "little") + syntax
    read = read_header(whole + IMPLICIT_ELEMENTS)
    assert (read.dataset_offset, read.transfer_syntax) == (len(whole), IMPLICIT)
    assert "implicit VR" in read.oddities[0]


@pytest.mark.parametrize(
    ("data", "syntax"), [(EXPLICIT_ELEMENT, EXPLICIT), (IMPLICIT_ELEMENTS, IMPLICIT), (BIG_ELEMENT, BIG), (b"", IMPLICIT)]
)
def test_a_missing_transfer_syntax_is_guessed_and_told(data, syntax):
    whole = bytes(128) + b"DICM" + b"\2\0\x02\0UI\x04\x001.2\0"
    read = read_header(whole + data)
    assert (read.dataset_offset, read.transfer_syntax, read.guessed) == (len(whole), syntax, True)
    assert "no transfer syntax" in read.oddities[0]


def test_a_head_cut_anywhere_is_refused_or_shorter(ct_small):
    end = read_header(ct_small).dataset_offset
    for length in range(133, end):
        try:
            assert read_header(ct_small[:length]).dataset_offset <= length
        except UnreadableDataset as error:
            assert 132 <= error.offset <= length  # noqa: PT017 - most lengths raise, those between elements do not


def test_a_huge_element_is_refused_by_name_before_it_is_read():
    whole = bytes(128) + b"DICM\2\0\1\0OB\0\0" + (0xFFFFFFF0).to_bytes(4, "little")
    with pytest.raises(UnreadableDataset, match=r"\(0002,0001\) at byte 132.*larger than") as raised:
        read_header(whole)
    assert raised.value.offset == 132


@given(st.binary(max_size=200))
def test_any_bytes_are_a_head_or_unreadable(garbage):
    for data in (garbage, bytes(128) + b"DICM\2\0" + garbage):
        try:
            assert 0 <= read_header(data).dataset_offset <= len(data)
        except UnreadableDataset as error:
            assert 0 <= error.offset <= len(data)  # noqa: PT017 - either outcome is right, nothing else is

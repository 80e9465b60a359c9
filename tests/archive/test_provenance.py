"""A blob's header tells its arrival, and no other bytes pass for one."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from tests.archive.conftest import CT, EXPLICIT, make_arrival, make_instance

from isocenter.archive.blob_files import dataset_offset
from isocenter.archive.provenance import HeaderForm, read_provenance
from isocenter.base.errors import UnreadableDataset
from isocenter.dataset import part10

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=64)


@settings(max_examples=60, deadline=None)
@given(calling=TEXT, address=TEXT, checksum=st.binary(min_size=16, max_size=16), byte_count=st.integers(0, 2**40))
def test_what_is_written_is_read_and_the_length_is_known_before(calling, address, checksum, byte_count):
    arrival = make_arrival(calling_ae_title=calling, address=address)
    form = HeaderForm(arrival)
    header = form.fill(checksum, byte_count)
    assert len(header) == form.length == dataset_offset(header)
    told = read_provenance(header)
    assert (told.arrival, told.checksum, told.byte_count) == (arrival, checksum, byte_count)


def test_pydicom_reads_a_blob_as_a_file():
    content = make_instance()
    header = HeaderForm(make_arrival()).fill(bytes(16), len(content))
    dataset = dcmread(io.BytesIO(header + content))
    assert dataset.file_meta.TransferSyntaxUID == EXPLICIT
    assert dataset.file_meta.MediaStorageSOPClassUID == CT
    assert dataset.file_meta.SourceApplicationEntityTitle == "CT-1"
    assert dataset.PatientName == "Doe^John"


def test_every_flipped_bit_and_every_cut_of_a_header_is_noticed():
    header = HeaderForm(make_arrival()).fill(b"0123456789abcdef", 4711)
    for place in range(len(header)):
        for bit in range(8):
            with pytest.raises(UnreadableDataset):
                read_provenance(header[:place] + bytes([header[place] ^ 1 << bit]) + header[place + 1 :])
    for end in range(len(header)):
        with pytest.raises(UnreadableDataset):
            read_provenance(header[:end])


@pytest.mark.parametrize("private", [b"", b"{}", b"[]", b'{"checksum":1}', b"\xff" * 40, b'{"byte_count":-1}', b"[" * 5000])
def test_a_header_of_somebody_else_is_no_provenance(private):
    header = part10.header(sop_class_uid=CT, sop_instance_uid="1.2", transfer_syntax=EXPLICIT, private_information=private)
    with pytest.raises(UnreadableDataset):
        read_provenance(header)

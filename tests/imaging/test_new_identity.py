"""A data set under other UIDs differs in them alone, says which it had, and is read by others as before."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite, write_dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from isocenter.base.errors import UnreadableDataset
from isocenter.dataset.deflated import deflated, inflated
from isocenter.imaging.new_identity import Note, with_new_uids
from isocenter.lab import phantom

NEW = {0x00080018: "2.25.1", 0x0020000D: "2.25.22", 0x0020000E: "2.25.333"}
NOTE = Note("20261123030000.000000+0000", "ISOCENTER_01", "CT-2")
SYNTAXES = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]


def an_image() -> Dataset:
    image = next(phantom.ct_series(1, slices=1, side_pixels=16))
    image.PixelData = image.PixelData
    return image


def written(image: Dataset, syntax: str) -> bytes:
    """The data set alone."""
    file = io.BytesIO()
    plain = pydicom.filebase.DicomFileLike(file)
    plain.is_implicit_VR = syntax == ImplicitVRLittleEndian
    plain.is_little_endian = syntax != ExplicitVRBigEndian
    write_dataset(plain, image)
    return deflated(file.getvalue()) if syntax == DeflatedExplicitVRLittleEndian else file.getvalue()


def read(content: bytes, syntax: str) -> Dataset:
    if syntax == DeflatedExplicitVRLittleEndian:
        content, syntax = inflated(content), ExplicitVRLittleEndian
    meta = pydicom.dataset.FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    file = io.BytesIO()
    head = Dataset()
    head.file_meta = meta
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = "1.2", "1.2.3"
    dcmwrite(file, head, enforce_file_format=True)
    file.seek(0, 2)
    file.write(content)
    file.seek(0)
    return pydicom.dcmread(file)


def renamed(content: bytes, syntax: str, uids=NEW) -> bytes:
    return b"".join(with_new_uids(memoryview(content), syntax, uids, NOTE))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_nothing_but_the_uids_and_the_note_differs(syntax):
    image = an_image()
    found = read(renamed(written(image, syntax), syntax), syntax)
    assert (found.SOPInstanceUID, found.StudyInstanceUID, found.SeriesInstanceUID) == ("2.25.1", "2.25.22", "2.25.333")
    [item] = found.OriginalAttributesSequence
    [old] = item.ModifiedAttributesSequence
    assert (old.SOPInstanceUID, old.StudyInstanceUID) == (image.SOPInstanceUID, image.StudyInstanceUID)
    assert (item.ModifyingSystem, item.SourceOfPreviousValues, item.ReasonForTheAttributeModification) == (
        "ISOCENTER_01", "CT-2", "CORRECT",
    )  # fmt: skip
    del found.OriginalAttributesSequence
    for element in image:
        if element.tag not in NEW:
            assert found[element.tag].value == element.value, element.tag
    assert [element.tag for element in found] == [element.tag for element in image]
    assert found.PixelData == image.PixelData


def test_pixels_that_are_coded_stay_as_they_are():
    image = an_image()
    image.compress(RLELossless)
    file = io.BytesIO()
    image.save_as(file, enforce_file_format=True)
    content = file.getvalue()
    begins = content.index(b"\x08\x00\x05\x00") if b"\x08\x00\x05\x00" in content else content.index(b"\x08\x00\x08\x00")
    found = read(renamed(content[begins:], RLELossless), RLELossless)
    assert found.SOPInstanceUID == "2.25.1"
    assert np.array_equal(found.pixel_array, image.pixel_array)


def test_an_earlier_note_stays_before_the_new_one():
    image = an_image()
    first = Dataset()
    first.ModifyingSystem = "ANOTHER"
    image.OriginalAttributesSequence = Sequence([first])
    found = read(renamed(written(image, ExplicitVRLittleEndian), ExplicitVRLittleEndian), ExplicitVRLittleEndian)
    assert [item.ModifyingSystem for item in found.OriginalAttributesSequence] == ["ANOTHER", "ISOCENTER_01"]


def test_group_lengths_that_would_lie_are_left_out_and_others_stay():
    content = b"\x08\x00\x00\x00UL\x04\x00\x10\x00\x00\x00" + written(an_image(), ExplicitVRLittleEndian)
    found = renamed(content, ExplicitVRLittleEndian)
    assert b"\x08\x00\x00\x00UL" not in found
    assert read(found, ExplicitVRLittleEndian).SOPInstanceUID == "2.25.1"


def test_a_note_comes_last_where_nothing_follows_it():
    image = an_image()
    del image.PixelData
    found = read(renamed(written(image, ImplicitVRLittleEndian), ImplicitVRLittleEndian), ImplicitVRLittleEndian)
    assert len(found.OriginalAttributesSequence) == 1


def test_what_has_no_such_uid_is_refused():
    image = an_image()
    del image.SeriesInstanceUID
    with pytest.raises(UnreadableDataset, match=r"\(0020,000E\)"):
        renamed(written(image, ExplicitVRLittleEndian), ExplicitVRLittleEndian)


def test_what_breaks_off_is_refused():
    content = written(an_image(), ExplicitVRLittleEndian)
    with pytest.raises(UnreadableDataset):
        renamed(content[: len(content) - 20], ExplicitVRLittleEndian)


@pytest.mark.parametrize("zeros", [2, 4, 6])
def test_zero_bytes_that_pad_the_end_do_not_stand_before_the_note(zeros):
    image = an_image()
    del image.PixelData
    found = read(renamed(written(image, ExplicitVRLittleEndian) + bytes(zeros), ExplicitVRLittleEndian), ExplicitVRLittleEndian)
    assert found.SOPInstanceUID == "2.25.1"
    assert len(found.OriginalAttributesSequence) == 1

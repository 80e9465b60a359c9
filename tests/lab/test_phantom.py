import io

import numpy as np
import pydicom
import pytest

from isocenter.base.errors import UsageError
from isocenter.imaging.frames import locate
from isocenter.lab import phantom
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

REQUIRED = {
    "every": """SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID StudyDate StudyTime ReferringPhysicianName StudyID
    AccessionNumber PatientName PatientID PatientBirthDate PatientSex Modality SeriesNumber Manufacturer InstanceNumber
    SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation PixelData""",
    "CT": """ImageType RescaleIntercept RescaleSlope KVP AcquisitionNumber FrameOfReferenceUID PositionReferenceIndicator
    PixelSpacing ImageOrientationPatient ImagePositionPatient SliceThickness PatientPosition""",
    "MR": """ImageType ScanningSequence SequenceVariant ScanOptions MRAcquisitionType RepetitionTime EchoTime EchoTrainLength
    FrameOfReferenceUID PixelSpacing ImageOrientationPatient ImagePositionPatient SliceThickness PatientPosition""",
    "US": "ImageType NumberOfFrames FrameTime FrameIncrementPointer PlanarConfiguration",
    "CR": "BodyPartExamined ViewPosition PatientOrientation",
}


@pytest.fixture(scope="module")
def images() -> dict[str, pydicom.Dataset]:
    return {
        "CT": next(phantom.ct_series(7, slices=1)),
        "MR": next(phantom.mr_series(7, slices=1)),
        "US": phantom.ultrasound(7, frames=3),
        "CR": phantom.radiograph(7, rows=256, columns=224),
    }


@pytest.mark.parametrize("modality", ["CT", "MR", "US", "CR"])
def test_every_required_attribute_is_there_and_the_file_reads_back(images, modality: str) -> None:
    image = pydicom.dcmread(io.BytesIO(phantom.file_bytes(images[modality])))
    missing = [keyword for keyword in (REQUIRED["every"] + " " + REQUIRED[modality]).split() if keyword not in image]
    assert missing == []
    assert image.Modality == modality
    pixels = locate(phantom.data_set_bytes(images[modality]), EXPLICIT_VR_LITTLE_ENDIAN)
    assert len(pixels.frames) == int(image.get("NumberOfFrames", 1))
    assert image.pixel_array.size == np.prod(image.pixel_array.shape)


def test_a_ct_slice_has_525_kb_and_true_hounsfield_units(images) -> None:
    assert 525_000 < len(phantom.file_bytes(images["CT"])) < 527_000
    values = images["CT"].pixel_array.astype(int)
    assert values.dtype.kind == "i"
    assert abs(int(np.median(values[:20, :20])) + 1000) <= 3
    assert abs(int(np.median(values[240:272, 320:340])) - 35) <= 3, "brain"
    assert values.max() > 850, "bone"


def test_slices_follow_each_other_in_space() -> None:
    series = list(phantom.ct_series(3, slices=4, side_pixels=32))
    heights = [float(image.ImagePositionPatient[2]) for image in series]
    assert np.allclose(np.diff(heights), 5.0)
    assert [int(image.InstanceNumber) for image in series] == [1, 2, 3, 4]
    assert len({image.SOPInstanceUID for image in series}) == 4
    assert len({image.FrameOfReferenceUID for image in series}) == 1
    centre = np.array(series[0].ImagePositionPatient[:2], float) + 15.5 * np.array(series[0].PixelSpacing, float)
    assert np.allclose(centre, 0, atol=1e-3)


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_uids() -> None:
    first, again, other = (next(phantom.mr_series(seed, slices=1, side_pixels=32)) for seed in (5, 5, 6))
    assert phantom.file_bytes(first) == phantom.file_bytes(again)
    assert first.StudyInstanceUID != other.StudyInstanceUID
    assert phantom.study(5) == phantom.study(5)


def test_images_of_one_seed_belong_to_one_patient_and_study(images) -> None:
    assert len({image.StudyInstanceUID for image in images.values()}) == 1
    assert len({image.SeriesInstanceUID for image in images.values()}) == 4
    assert len({image.PatientID for image in images.values()}) == 1


def test_a_modality_that_cannot_be_made_is_named() -> None:
    with pytest.raises(UsageError, match="'XX'; there are CT, MR, US, CR"):
        phantom.series("XX", 1)
    assert next(iter(phantom.series("cr", 1))).Modality == "CR"

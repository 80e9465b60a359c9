"""The sample studies are what they look like: true values, true geometry, and the same again each time."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest

from isocenter.lab import sample_chest, sample_head, sample_ultrasound, samples
from isocenter.lab.head_anatomy import Head
from isocenter.lab.noise import Clouds

HEAD = Head(1, bleeds=True)


def pixels(image) -> np.ndarray:
    return image.pixel_array


def of(label: str):
    return next(image for image in samples.images() if label in image.label)


def read(content: bytes):
    return pydicom.dcmread(io.BytesIO(content), force=True)


@pytest.fixture(scope="module")
def ct():
    return sample_head.ct_image(HEAD, 32)


def at(image, x: float, y: float) -> float:
    """The mean Hounsfield units about a point of a slice, in mm of the patient."""
    left, top, _ = image.ImagePositionPatient
    column, row = round((x - left) / image.PixelSpacing[1]), round((y - top) / image.PixelSpacing[0])
    return float(pixels(image)[row - 2 : row + 3, column - 2 : column + 3].mean())


def test_there_are_as_many_as_it_says_and_each_has_a_uid_of_its_own():
    images = samples.images()
    assert len(images) == samples.COUNT == 214
    assert len({image.sop_instance_uid for image in images}) == 214


def test_their_bytes_are_what_is_told_before():
    images = samples.images()
    kinds = {image.label.rpartition(",")[0]: image for image in images}
    counts = {kind: sum(image.label.startswith(kind + ",") for image in images) for kind in kinds}
    total = sum(len(image.make()) * counts[kind] for kind, image in kinds.items())
    assert total == pytest.approx(samples.BYTES, rel=0.001)


def test_made_again_they_are_the_same_to_the_last_bit():
    for label in ("CT HEAD", "T1 sagittal", "CHEST"):
        assert of(label).make() == of(label).make()


def test_a_data_set_says_the_class_and_the_instance_that_were_told():
    for label in ("CT HEAD", "T1 coronal", "US ABDOMEN", "CHEST"):
        image = of(label)
        found = read(image.make())
        assert (found.SOPClassUID, found.SOPInstanceUID) == (image.sop_class_uid, image.sop_instance_uid)
        assert str(found.PatientName).startswith("SAMPLE^")


def test_the_ct_has_true_hounsfield_units(ct):
    assert at(ct, -110, -110) == pytest.approx(-1000, abs=25)
    assert at(ct, -33, 18) == pytest.approx(70, abs=6), "the bleed"
    assert at(ct, 33, 18) == pytest.approx(30, abs=12), "the other side"
    assert at(ct, 10, 0) == pytest.approx(6, abs=6), "a ventricle"
    assert pixels(ct).max() > 1200, "bone"
    assert (ct.RescaleIntercept, ct.RescaleSlope, ct.RescaleType) == (0, 1, "HU")


def test_ct_slices_lie_at_equal_distances():
    heights = [float(sample_head.ct_image(HEAD, number).ImagePositionPatient[2]) for number in (1, 2, 3, 60)]
    assert np.diff(heights[:3]).tolist() == [2.5, 2.5]
    assert heights[3] - heights[0] == 59 * 2.5


def test_the_three_planes_of_the_mr_show_the_same_head():
    head = Head(2)
    images = {}
    for series, (lies, slices) in sample_head.MR_SERIES.items():
        images[lies] = [sample_head.mr_image(head, series, number) for number in (slices // 2, slices // 2 + 1)]
    (first, second), (front, _), (side, _) = images.values()
    assert float(second.ImagePositionPatient[2]) - float(first.ImagePositionPatient[2]) == 3.0
    # The line in which the axial plane cuts the others has nearly the same values in both, half a pixel apart.
    for other, row_of_axial in ((front, True), (side, False)):
        position, spacing = np.array(other.ImagePositionPatient, float), float(other.PixelSpacing[0])
        z = float(first.ImagePositionPatient[2])
        line = pixels(other)[round((position[2] - z) / spacing)].astype(float)
        index = 1 if row_of_axial else 0
        across = round((position[index] - float(first.ImagePositionPatient[index])) / float(first.PixelSpacing[0]))
        same = pixels(first)[across].astype(float) if row_of_axial else pixels(first)[:, across].astype(float)
        assert np.corrcoef(line, same)[0, 1] > 0.7


def test_the_clip_says_what_a_pixel_measures():
    image = sample_ultrasound.clip()
    frames = pixels(image)
    assert frames.shape == (30, 480, 640)
    assert (frames[0] != frames[8]).mean() > 0.2, "it moves"
    [region] = image.SequenceOfUltrasoundRegions
    assert (region.PhysicalUnitsXDirection, region.PhysicalDeltaX) == (3, pytest.approx(0.0346))
    # The cyst is 3 cm wide: what is black on its row agrees with the region's centimetres.
    row = frames[0][round(22 + (5.1 + 5 * (1 - np.cos(0.62))) / 0.0346)]
    dark = np.flatnonzero(row[200:360] < 12)
    assert (dark[-1] - dark[0]) * region.PhysicalDeltaX == pytest.approx(3.0, abs=0.15)


def test_the_radiograph_has_14_bits_and_no_pixel_spacing():
    image = sample_chest.radiograph()
    assert (image.BitsStored, image.Rows, image.Columns) == (14, 2048, 1792)
    assert pixels(image).max() < 2**14
    assert "PixelSpacing" not in image
    assert image.EstimatedRadiographicMagnificationFactor == pytest.approx(1800 / 1650)
    lung, spine = pixels(image)[1000:1050, 500:550].mean(), pixels(image)[1000:1050, 880:910].mean()
    assert spine > lung + 2000


def test_a_field_has_the_same_value_at_a_point_in_whatever_plane():
    clouds = Clouds(3, 7.0)
    axis = np.linspace(-50, 50, 21, dtype=np.float32)
    axial = clouds.at(axis, axis, np.array([10], np.float32))
    sagittal = clouds.at(np.array([20], np.float32), axis, axis)
    assert axial[3, 14] == pytest.approx(sagittal[12, 3], abs=1e-4)
    assert 0.7 < clouds.at(axis, axis * 2, np.array([0], np.float32)).std() < 1.3

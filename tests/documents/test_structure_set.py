"""Contours of a structure set: broken ones are left out, ones that stand elsewhere are fetched, and there is an end."""

from __future__ import annotations

import pytest

from isocenter.base.limits import CONTOUR_POINTS_MAX
from isocenter.documents import structure_set
from isocenter.documents.elements import data_set


def nothing(_path):
    raise AssertionError("nothing stands elsewhere")


def structures(*contours, colour=(1, 2, 3)):
    return data_set(
        StructureSetROISequence=[data_set(ROINumber=1, ROIName="Heart")],
        ROIContourSequence=[data_set(ReferencedROINumber=1, ROIDisplayColor=list(colour), ContourSequence=list(contours))],
    )


def contour(*points):
    return data_set(ContourGeometricType="CLOSED_PLANAR", ContourData=list(points))


@pytest.mark.parametrize("bad", [contour(1, 2), contour("x", 2, 3), contour(), contour(float("inf"), 2, 3)])
def test_a_contour_that_is_no_row_of_points_is_left_out(bad):
    [heart] = structure_set.read(structures(bad, contour(1, 2, 3)), nothing).structures
    assert [one.points for one in heart.contours] == [(1, 2, 3)]


@pytest.mark.parametrize("colour", [(), (1, 2), (1, 2, 300), (1, 2, -1)])
def test_a_colour_that_is_none_is_no_colour(colour):
    [heart] = structure_set.read(structures(colour=colour), nothing).structures
    assert heart.colour == ()


def test_points_that_stand_elsewhere_are_fetched_by_their_path():
    far = {"30060050": {"vr": "DS", "BulkDataURI": "30060039/1/30060040/1/30060050"}}
    asked = []

    def bulk(path):
        asked.append(path)
        return b"1\\2.5\\-3 "

    [heart] = structure_set.read(structures(far), bulk).structures
    assert heart.contours[0].points == (1, 2.5, -3)
    assert asked == ["30060039/1/30060040/1/30060050"]


def test_more_points_than_the_limit_are_left_out_and_told():
    long = {"30060050": {"vr": "DS", "BulkDataURI": "x"}}
    read = structure_set.read(structures(long, long), lambda _: b"\\".join([b"1"] * (3 * (CONTOUR_POINTS_MAX // 2 + 1))))
    assert (len(read.structures[0].contours), read.is_whole) == (1, False)

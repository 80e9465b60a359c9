"""Measurements of other makers are read by codes and by what is drawn: TID 1410 as TID 1501, old codes as new ones."""

from __future__ import annotations

import pytest

from isocenter.documents import codes, content, measurement_reading
from isocenter.documents.codes import Code
from isocenter.documents.content import CONTAINS, HAS_CONCEPT_MOD, INFERRED_FROM, SELECTED_FROM, Referenced

IMAGE = content.image(SELECTED_FROM, Referenced("1.2.840.10008.5.1.4.1.1.2", "1.2.9", (3,)))
MM = Code("mm", "UCUM", "millimeter")


def read(*groups):
    root = content.container(
        None, codes.IMAGING_MEASUREMENT_REPORT, [content.container(CONTAINS, codes.IMAGING_MEASUREMENTS, groups)]
    )
    return measurement_reading.measurements(content.read(root).root)


def group(*children):
    return content.container(CONTAINS, codes.MEASUREMENT_GROUP, children)


def number(concept=codes.LENGTH, value=5.0, unit=MM, *children):
    return content.measured(CONTAINS, concept, value, unit, children)


def drawn(graphic, *flat, relationship=INFERRED_FROM):
    return content.coordinates(relationship, graphic, flat, IMAGE)


def only(*children):
    [one] = read(group(*children)).measurements
    return one


def test_a_length_is_read_with_its_frame_half_a_pixel_back():
    one = only(number(codes.LENGTH, 5.0, MM, drawn("POLYLINE", 0.5, 0.5, 3.5, 4.5)))
    assert (one.kind, one.frame, one.sop_instance_uid) == ("length", 3, "1.2.9")
    assert one.points == ((0, 0), (3, 4))


def test_a_region_may_be_drawn_beside_its_numbers():
    one = only(
        drawn("ELLIPSE", 1, 5, 9, 5, 5, 3, 5, 7, relationship=CONTAINS), number(codes.AREA, 25.1, Code("mm2", "UCUM", "mm2"))
    )
    assert one.kind == "ellipse"
    assert [(each.name, each.value, each.unit) for each in one.quantities] == [("area", 25.1, "mm²")]


def test_a_circle_becomes_the_ellipse_that_it_is():
    one = only(number(codes.AREA, 1.0, MM, drawn("CIRCLE", 5.5, 5.5, 8.5, 9.5)))
    assert (one.kind, one.points) == ("ellipse", ((0, 5), (10, 5), (5, 0), (5, 10)))


@pytest.mark.parametrize("flat", [(1, 1, 4, 1, 4, 3, 1, 3, 1, 1), (1, 1, 4, 1, 4, 3, 1, 3)])
def test_an_upright_rectangle_is_one_whether_or_not_it_is_closed(flat):
    assert only(number(codes.AREA, 6.0, MM, drawn("POLYLINE", *flat))).kind == "rectangle"


def test_a_line_that_no_tool_draws_stays_an_outline():
    one = only(number(codes.AREA, 6.0, MM, drawn("POLYLINE", 1, 1, 4, 2, 4, 3, 1, 3, 1, 1)))
    assert (one.kind, len(one.points)) == ("outline", 5)


@pytest.mark.parametrize("flat", [(1.5, 0.5, 0.5, 0.5, 0.5, 1.5), (1.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.5)])
def test_the_vertex_of_an_angle_may_stand_twice(flat):
    one = only(number(codes.ANGLE, 90.0, Code("deg", "UCUM", "deg"), drawn("POLYLINE", *flat)))
    assert (one.kind, one.points) == ("angle", ((1, 0), (0, 0), (0, 1)))


def test_the_two_lines_of_a_cobb_angle_are_four_points():
    one = only(number(codes.COBB_ANGLE, 20.0, Code("deg", "UCUM", "deg"), drawn("POLYLINE", 0, 0, 9, 1, 0, 8, 9, 5)))
    assert (one.kind, len(one.points)) == ("cobb", 4)


def test_codes_of_snomed_rt_mean_what_those_of_snomed_ct_do():
    one = only(number(Code("G-D7FE", "SRT", "Length"), 5.0, MM, drawn("POLYLINE", 0, 0, 3, 4)))
    assert one.quantities[0].name == "length"


def test_a_derivation_names_a_number_and_an_unknown_one_keeps_its_word():
    how = content.coded(HAS_CONCEPT_MOD, codes.DERIVATION, codes.MEAN)
    odd = content.coded(HAS_CONCEPT_MOD, codes.DERIVATION, Code("X", "99Y", "Kurtosis"))
    unit = codes.unit_code("HU")
    one = only(
        number(codes.ATTENUATION_COEFFICIENT, 1.0, unit, how, drawn("POINT", 1, 1)),
        number(codes.ATTENUATION_COEFFICIENT, 2.0, unit, odd),
        number(codes.ATTENUATION_COEFFICIENT, 3.0, unit),
    )
    assert [each.name for each in one.quantities] == ["mean", "Kurtosis", "value"]


def test_what_lies_on_no_image_is_counted():
    found = read(group(number()), group(content.words(CONTAINS, codes.COMMENT, "nothing")))
    assert (found.measurements, found.unplaced) == ((), 1)


def test_a_finding_is_the_label_before_the_tracking_identifier():
    finding = content.coded(CONTAINS, codes.FINDING, Code("M-1", "99Y", "Nodule"))
    tracked = content.words("HAS OBS CONTEXT", codes.TRACKING_IDENTIFIER, "Lesion 1")
    line = number(codes.LENGTH, 5.0, MM, drawn("POLYLINE", 0, 0, 3, 4))
    assert only(tracked, line).label == "Lesion 1"
    assert only(tracked, finding, line).label == "Nodule"

"""A report is written by the templates of the standard: TID 1500 above, TID 1501 a group, units of UCUM, coordinates by kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from isocenter.documents import codes, content, measurement_report
from isocenter.documents.elements import data_set, items, text, values
from isocenter.documents.heading import Evidence, Identity
from isocenter.documents.measurements import Measurement, Quantity

IMAGE = Evidence("1.2.3", "1.2.3.4", "1.2.840.10008.5.1.4.1.1.2", "1.2.3.4.5")
CLIP = Evidence("1.2.3", "1.2.3.6", "1.2.840.10008.5.1.4.1.1.3.1", "1.2.3.6.7", 30)
WHO = Identity("2.25.1", "2.25.2", 1, datetime(2026, 1, 1, 23, 30, tzinfo=UTC), "0.1", "DOE^JANE")
SOURCE = data_set(PatientName="A^B", PatientID="7", StudyInstanceUID="1.2.3", Modality="MR", TimezoneOffsetFromUTC="+0100")


FIVE = Quantity("length", 5.0, "mm")


def measured(kind="length", points=((0, 0), (3, 4)), quantities=(FIVE,), image=IMAGE, frame=1):
    return Measurement("2.25.9", kind, image.sop_instance_uid, frame, points, quantities, "Pixel Spacing")


def written(*measurements, images=(IMAGE, CLIP), before=()):
    return measurement_report.report(SOURCE, WHO, measurements, {one.sop_instance_uid: one for one in images}, before)


def numbers(document):
    """The NUM items of the only group."""
    [group] = items(items(document, "ContentSequence")[-1], "ContentSequence")
    return [item for item in items(group, "ContentSequence") if text(item, "ValueType") == "NUM"]


def drawing(document):
    [number, *_] = numbers(document)
    return next(item for item in items(number, "ContentSequence") if text(item, "ValueType") == "SCOORD")


@pytest.mark.parametrize(
    ("kind", "points", "graphic", "coordinates"),
    [
        ("length", ((0, 0), (3, 4)), "POLYLINE", [0.5, 0.5, 3.5, 4.5]),
        ("angle", ((1, 0), (0, 0), (0, 1)), "POLYLINE", [1.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.5]),
        ("rectangle", ((1, 1), (2, 3)), "POLYLINE", [1.5, 1.5, 2.5, 1.5, 2.5, 3.5, 1.5, 3.5, 1.5, 1.5]),
        ("ellipse", ((0, 5), (2, 5), (1, 0), (1, 10)), "ELLIPSE", [1.5, 0.5, 1.5, 10.5, 0.5, 5.5, 2.5, 5.5]),
        ("probe", ((7, 8),), "POINT", [7.5, 8.5]),
    ],
)
def test_each_tool_has_its_graphic(kind, points, graphic, coordinates):
    drawn = drawing(written(measured(kind, points)))
    assert text(drawn, "GraphicType") == graphic
    assert values(drawn, "GraphicData") == coordinates


@pytest.mark.parametrize(
    ("unit", "code"),
    [("mm", "mm"), ("mm²", "mm2"), ("°", "deg"), ("HU", "[hnsf'U]"), ("SUVbw", "{SUVbw}g/ml"), ("px", "{pixels}"), ("", "1"),
     ("s", "s"), ("OD", "[arb'U]{OD}"), ("a very long word", "[arb'U]{averylo}")],
)  # fmt: skip
def test_a_unit_is_written_in_ucum_and_read_as_it_was_shown(unit, code):
    made = codes.unit_code(unit)
    assert (made.value, made.scheme) == (code, "UCUM")
    assert len(made.value) <= 16
    assert codes.unit_name(made) == unit


def test_a_number_made_of_pixels_says_of_what_and_how():
    [mean] = numbers(written(measured("rectangle", ((1, 1), (2, 3)), (Quantity("mean", 232.0, ""),))))
    assert codes.code_of(mean, "ConceptNameCodeSequence").means(codes.MR_SIGNAL_INTENSITY)
    how = items(mean, "ContentSequence")[0]
    assert codes.code_of(how, "ConceptCodeSequence").means(codes.MEAN)


def test_a_frame_is_named_only_where_there_are_several():
    def references(document):
        return items(drawing(document)["0040A730"]["Value"][0], "ReferencedSOPSequence")

    [still] = references(written(measured()))
    [moving] = references(written(measured(image=CLIP, frame=7)))
    assert values(still, "ReferencedFrameNumber") == ()
    assert values(moving, "ReferencedFrameNumber") == [7]


def test_what_it_replaces_and_what_it_stands_on_are_its_references():
    before = Evidence("1.2.3", "2.25.2", measurement_report.COMPREHENSIVE_SR, "2.25.0")
    document = written(measured(), before=[before])
    [study] = items(document, "PredecessorDocumentsSequence")
    [series] = items(study, "ReferencedSeriesSequence")
    assert text(items(series, "ReferencedSOPSequence")[0], "ReferencedSOPInstanceUID") == "2.25.0"
    [study] = items(document, "CurrentRequestedProcedureEvidenceSequence")
    assert {text(one, "SeriesInstanceUID") for one in items(study, "ReferencedSeriesSequence")} == {"1.2.3.4", "1.2.3.6"}


def test_its_moment_is_in_the_time_zone_of_the_images():
    document = written(measured())
    assert (text(document, "ContentDate"), text(document, "ContentTime")) == ("20260102", "003000")
    assert text(document, "TimezoneOffsetFromUTC") == "+0100"


def test_it_names_person_and_program_as_its_observers():
    root = content.read(written(measured())).root
    assert root.first(codes.PERSON_OBSERVER_NAME).text == "DOE^JANE"
    assert root.first(codes.DEVICE_OBSERVER_NAME).text == "Isocenter 0.1"
    assert root.template == "1500"

"""Measurements and key images become documents of the archive that others can read, and are read again as they were."""

from __future__ import annotations

import pydicom
import pytest
from tests.web.houses import OURS

from isocenter.documents.measurements import POINTS_OF
from isocenter.lab import phantom
from isocenter.web.words_documents import MeasurementDrawn


@pytest.fixture(scope="module")
def images(here):
    """Two CT images of one study, and one of another."""
    first = list(phantom.ct_series(1, slices=2, side_pixels=16))
    other = list(phantom.mr_series(2, slices=1, side_pixels=16))
    here.keep(first)
    here.keep(other)
    return [*first, *other]


def mm(value, name="length", unit="mm"):
    return {"name": name, "value": value, "unit": unit}


def drawn(image, **changes):
    """A length on an image."""
    return {
        "kind": "length", "sop_instance_uid": image.SOPInstanceUID, "points": [[1.25, 2.5], [9.75, 14]], "quantities": [mm(62.34)],
        "calibration": "Pixel Spacing, 0.859 mm a pixel",
    } | changes  # fmt: skip


def kept(here, path, **wanted):
    answer = here.browser.post(path, json=wanted, headers=OURS)
    assert answer.status_code == 201, answer.text
    return answer.json()


def said(here, study):
    answer = here.browser.get(f"/api/studies/{study}/annotations")
    assert answer.status_code == 200, answer.text
    return answer.json()


def stored(here, uid):
    """The data set of a stored instance, as pydicom reads it."""
    instance = here.house.catalogue.instance(uid)
    return pydicom.dcmread(here.house.archive.path(instance.blob))


EVERY_TOOL = [
    {"kind": "length", "points": [[1.25, 2.5], [9.75, 14]], "quantities": [mm(62.34)]},
    {"kind": "angle", "points": [[10, 0], [0, 0], [10, 10]], "quantities": [mm(63.4349, "angle", "°")]},
    {"kind": "cobb", "points": [[0, 0], [9, 1], [0, 8], [9, 5]], "quantities": [mm(45.0, "angle", "°")]},
    {"kind": "rectangle", "points": [[1, 2], [8, 9]], "quantities": [
        mm(157.952, "area", "mm²"), mm(384.6425, "mean", "HU"), mm(294.8631, "standard_deviation", "HU"),
        mm(-30, "minimum", "HU"), mm(1129, "maximum", "HU")]},
    {"kind": "ellipse", "points": [[2, 8], [14, 8], [8, 4], [8, 12]], "quantities": [
        mm(82.474, "area", "mm²"), mm(553.9, "mean", "HU")]},
    {"kind": "probe", "points": [[3, 4]], "quantities": [mm(-849, "value", "HU")]},
]  # fmt: skip


def test_every_tool_that_can_be_kept_is_tried_here():
    kinds = {tool["kind"] for tool in EVERY_TOOL}
    assert kinds == set(POINTS_OF) == set(MeasurementDrawn.model_fields["kind"].annotation.__args__)


@pytest.mark.parametrize("tool", EVERY_TOOL, ids=lambda tool: tool["kind"])
def test_a_measurement_comes_back_as_it_was_drawn(here, images, tool):
    wanted = drawn(images[0], **tool)
    place = kept(here, "/api/measurements", measurements=[wanted])
    reports = said(here, images[0].StudyInstanceUID)["reports"]
    [report] = [one for one in reports if one["sop_instance_uid"] == place["sop_instance_uid"]]
    [read] = report["measurements"]
    assert read["kind"] == tool["kind"]
    assert read["frame"] == 1
    assert read["calibration"] == wanted["calibration"]
    assert read["quantities"] == wanted["quantities"]
    for (column, row), (wanted_column, wanted_row) in zip(read["points"], tool["points"], strict=True):
        assert abs(column - wanted_column) < 0.01
        assert abs(row - wanted_row) < 0.01


def test_the_report_is_a_measurement_report_on_its_images(here, images):
    place = kept(here, "/api/measurements", measurements=[drawn(one) for one in images[:2]], observer="DOE^JANE")
    report = stored(here, place["sop_instance_uid"])
    assert report.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.33"
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    assert report.ConceptNameCodeSequence[0].CodeValue == "126000"
    assert (report.PatientName, report.PatientID) == (images[0].PatientName, images[0].PatientID)
    assert report.StudyInstanceUID == images[0].StudyInstanceUID
    assert (report.CompletionFlag, report.VerificationFlag) == ("PARTIAL", "UNVERIFIED")
    [study] = report.CurrentRequestedProcedureEvidenceSequence
    referred = {item.ReferencedSOPInstanceUID for series in study.ReferencedSeriesSequence for item in series.ReferencedSOPSequence}
    assert referred == {one.SOPInstanceUID for one in images[:2]}
    assert said(here, images[0].StudyInstanceUID)["reports"][-1]["observer"] == "DOE^JANE"


def test_coordinates_are_counted_from_the_corner_of_the_first_pixel(here, images):
    place = kept(here, "/api/measurements", measurements=[drawn(images[0], points=[[0, 0], [3.5, 2]])])
    report = stored(here, place["sop_instance_uid"])
    found = [item for item in report.ContentSequence[-1].ContentSequence[0].ContentSequence if item.ValueType == "NUM"]
    drawing = next(item for item in found[0].ContentSequence if item.ValueType == "SCOORD")
    assert list(drawing.GraphicData) == [0.5, 0.5, 4.0, 2.5]
    assert "ReferencedFrameNumber" not in drawing.ContentSequence[0].ReferencedSOPSequence[0]


def test_a_frame_of_a_clip_is_named(here):
    [clip] = list(phantom.ct_series(7, slices=1, side_pixels=16))
    clip.NumberOfFrames = 8
    clip.PixelData = clip.PixelData * 8
    here.keep([clip])
    place = kept(here, "/api/measurements", measurements=[drawn(clip, frame=7)])
    [report] = said(here, clip.StudyInstanceUID)["reports"]
    assert report["measurements"][0]["frame"] == 7
    assert "Referenced Frame Number" in str(stored(here, place["sop_instance_uid"]))
    refused = here.browser.post("/api/measurements", json={"measurements": [drawn(clip, frame=9)]}, headers=OURS)
    assert (refused.status_code, "no frame 9" in refused.text) == (409, True)


def test_a_report_that_replaces_another_stands_for_it(here):
    [image] = list(phantom.ct_series(3, slices=1, side_pixels=16))
    here.keep([image])
    first = kept(here, "/api/measurements", measurements=[drawn(image)])
    second = kept(here, "/api/measurements", measurements=[drawn(image), drawn(image)], replaces=[first["sop_instance_uid"]])
    assert second["series_instance_uid"] == first["series_instance_uid"]
    [report] = said(here, image.StudyInstanceUID)["reports"]
    assert (report["sop_instance_uid"], len(report["measurements"])) == (second["sop_instance_uid"], 2)
    assert stored(here, second["sop_instance_uid"]).InstanceNumber == 2
    assert here.house.catalogue.instance(first["sop_instance_uid"]) is not None


def test_key_images_come_back_and_a_new_choice_stands_for_the_old(here):
    series = list(phantom.ct_series(4, slices=3, side_pixels=16))
    here.keep(series)
    study = series[0].StudyInstanceUID
    first = kept(here, "/api/key-images", images=[{"sop_instance_uid": one.SOPInstanceUID} for one in series])
    assert first["study_instance_uid"] == study
    document = stored(here, first["sop_instance_uid"])
    assert document.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.59"
    assert document.ContentTemplateSequence[0].TemplateIdentifier == "2010"
    kept(here, "/api/key-images", images=[{"sop_instance_uid": series[1].SOPInstanceUID}], description="the second")
    [selection] = said(here, study)["selections"]
    assert (selection["code"], selection["title"], selection["own"]) == ("113000", "Of Interest", True)
    assert [one["sop_instance_uid"] for one in selection["images"]] == [series[1].SOPInstanceUID]
    assert selection["description"] == "the second"


def test_a_choice_for_another_reason_is_another_choice(here):
    [image] = list(phantom.ct_series(5, slices=1, side_pixels=16))
    here.keep([image])
    for title in ("113000", "113004"):
        kept(here, "/api/key-images", images=[{"sop_instance_uid": image.SOPInstanceUID}], title=title)
    assert {one["title"] for one in said(here, image.StudyInstanceUID)["selections"]} == {"Of Interest", "For Teaching"}


def test_what_is_not_in_the_archive_or_of_two_studies_is_refused(here, images):
    nowhere = {"measurements": [drawn(images[0], sop_instance_uid="1.2.3")]}
    unknown = here.browser.post("/api/measurements", json=nowhere, headers=OURS)
    assert unknown.status_code == 404
    mixed = here.browser.post("/api/measurements", json={"measurements": [drawn(images[0]), drawn(images[2])]}, headers=OURS)
    assert (mixed.status_code, "2 studies" in mixed.text) == (409, True)
    assert here.browser.get("/api/studies/1.2.3/annotations").status_code == 404


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"points": [[1, 2]]}, "length has 2 points"),
        ({"points": [[1, 2], [3, "x"]]}, "points"),
        ({"quantities": []}, "quantities"),
        ({"kind": "brush"}, "kind"),
        ({"calibration": "two\nlines"}, "calibration"),
        ({"sop_instance_uid": "1..2"}, "sop_instance_uid"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_measurement_that_makes_no_sense_is_refused_with_its_place(here, images, change, where):
    refused = here.browser.post("/api/measurements", json={"measurements": [drawn(images[0], **change)]}, headers=OURS)
    assert refused.status_code == 400
    assert where in refused.json()["detail"]


def test_names_keep_their_letters(here):
    [image] = list(phantom.ct_series(6, slices=1, side_pixels=16))
    image.SpecificCharacterSet = "ISO_IR 192"
    image.PatientName = "Müller^Zoë=山田^太郎"
    here.keep([image])
    place = kept(here, "/api/measurements", measurements=[drawn(image)], observer="Öz^Ünal")
    report = stored(here, place["sop_instance_uid"])
    assert str(report.PatientName) == "Müller^Zoë=山田^太郎"
    [read] = said(here, image.StudyInstanceUID)["reports"]
    assert read["observer"] == "Öz^Ünal"

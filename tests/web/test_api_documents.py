"""Documents over `/api`: reports that others wrote can be read, a PDF is shown, contours and segments come with their places."""

from __future__ import annotations

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from isocenter.base.ids import new_uid
from isocenter.lab import phantom

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"


def described(sop_class, **attributes):
    """A data set that can be filed."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = sop_class, new_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID = new_uid(), new_uid()
    made.PatientName, made.PatientID = "DOE^JOHN", "1"
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def asked(here, uid, what):
    return here.browser.get(f"/api/instances/{uid}/{what}")


@pytest.mark.parametrize("name", ["reportsi.dcm", "test-SR.dcm"])
def test_a_report_of_another_maker_is_read_line_by_line(here, name):
    report = pydicom.dcmread(get_testdata_file(name))
    here.keep([report])
    answer = asked(here, report.SOPInstanceUID, "document")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["lines"]
    assert told["more"] is False
    texts = []
    waiting = list(told["lines"])
    while waiting:
        line = waiting.pop()
        texts.append(line["value"])
        waiting += line["lines"]
    for item in report.ContentSequence:
        if item.ValueType == "TEXT":
            assert item.TextValue.strip() in [text.strip() for text in texts]
    assert told["title"] == report.ConceptNameCodeSequence[0].CodeMeaning


def test_what_is_no_report_is_not_read_as_one(here):
    [image] = phantom.ct_series(1, slices=1, side_pixels=16)
    here.keep([image])
    for what in ("document", "contours", "segments", "encapsulated"):
        answer = asked(here, image.SOPInstanceUID, what)
        assert (answer.status_code, "is no " in answer.text) == (409, True), what
        assert asked(here, "1.2.3", what).status_code == 404


def test_a_pdf_is_shown_by_our_own_page_and_by_no_other(here):
    document = described("1.2.840.10008.5.1.4.1.1.104.1", MIMETypeOfEncapsulatedDocument="application/pdf",
                         EncapsulatedDocument=PDF + b"\0", EncapsulatedDocumentLength=len(PDF))  # fmt: skip
    here.keep([document])
    answer = asked(here, document.SOPInstanceUID, "encapsulated")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]


def test_what_only_says_that_it_is_a_pdf_is_saved_and_not_shown(here):
    document = described("1.2.840.10008.5.1.4.1.1.104.1", MIMETypeOfEncapsulatedDocument="application/pdf",
                         EncapsulatedDocument=b"<script>alert(1)</script>")  # fmt: skip
    here.keep([document])
    answer = asked(here, document.SOPInstanceUID, "encapsulated")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"


def items(*each):
    made = []
    for attributes in each:
        item = Dataset()
        for keyword, value in attributes.items():
            setattr(item, keyword, value)
        made.append(item)
    return Sequence(made)


def structure_set(**contour):
    referenced = items({"ReferencedSOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "ReferencedSOPInstanceUID": "1.2.9"})
    drawn = {"ContourGeometricType": "CLOSED_PLANAR", "NumberOfContourPoints": 3, "ContourImageSequence": referenced,
             "ContourData": ["-1.5", "2", "10", "3", "4.25", "10", "5", "6", "10"]} | contour  # fmt: skip
    return described(
        "1.2.840.10008.5.1.4.1.1.481.3",
        Modality="RTSTRUCT",
        StructureSetLabel="PLAN",
        StructureSetROISequence=items(
            {"ROINumber": 7, "ROIName": "Heart", "ReferencedFrameOfReferenceUID": "1.2.5"}, {"ROINumber": 8, "ROIName": "Empty"}
        ),
        ROIContourSequence=items({"ReferencedROINumber": 7, "ROIDisplayColor": [255, 0, 64], "ContourSequence": items(drawn)}),
        RTROIObservationsSequence=items({"ReferencedROINumber": 7, "RTROIInterpretedType": "ORGAN"}),
    )


def test_contours_come_with_names_colours_and_their_image(here):
    structures = structure_set()
    here.keep([structures])
    told = asked(here, structures.SOPInstanceUID, "contours").json()
    assert told["label"] == "PLAN"
    heart, empty = told["structures"]
    assert (heart["name"], heart["colour"], heart["interpreted_type"]) == ("Heart", [255, 0, 64], "ORGAN")
    [contour] = heart["contours"]
    assert contour["points"] == [-1.5, 2, 10, 3, 4.25, 10, 5, 6, 10]
    assert contour["image"]["sop_instance_uid"] == "1.2.9"
    assert (empty["name"], empty["contours"], empty["colour"]) == ("Empty", [], [])


def test_a_contour_that_is_too_long_for_the_metadata_is_whole(here):
    points = [f"{index / 10:.1f}" for index in range(30_000)]
    structures = structure_set(ContourData=points, NumberOfContourPoints=len(points) // 3)
    here.keep([structures])
    [heart, _] = asked(here, structures.SOPInstanceUID, "contours").json()["structures"]
    assert heart["contours"][0]["points"] == [float(one) for one in points]


def test_segments_come_with_the_places_of_their_frames(here):
    source = items({"ReferencedSOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "ReferencedSOPInstanceUID": "1.2.9"})
    frame = {
        "SegmentIdentificationSequence": items({"ReferencedSegmentNumber": 1}),
        "PlanePositionSequence": items({"ImagePositionPatient": [1, 2, 3]}),
        "DerivationImageSequence": items({"SourceImageSequence": source}),
    }
    shared = {
        "PlaneOrientationSequence": items({"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}),
        "PixelMeasuresSequence": items({"PixelSpacing": [0.5, 0.75]}),
    }
    masks = described(
        "1.2.840.10008.5.1.4.1.1.66.4", Modality="SEG", ContentLabel="LIVER", SegmentationType="BINARY", Rows=3, Columns=5,
        BitsAllocated=1, BitsStored=1, HighBit=0, PixelRepresentation=0, SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2",
        NumberOfFrames=1, PixelData=b"\x1f\x7c\0\0", FrameOfReferenceUID="1.2.5",
        SegmentSequence=items({"SegmentNumber": 1, "SegmentLabel": "Liver", "SegmentAlgorithmType": "MANUAL",
                               "RecommendedDisplayCIELabValue": [65535, 32896, 32896]}),
        SharedFunctionalGroupsSequence=items(shared), PerFrameFunctionalGroupsSequence=items(frame),
    )  # fmt: skip
    here.keep([masks])
    told = asked(here, masks.SOPInstanceUID, "segments").json()
    assert (told["kind"], told["rows"], told["columns"], told["bits_allocated"]) == ("BINARY", 3, 5, 1)
    assert told["segments"][0]["label"] == "Liver"
    assert all(one >= 253 for one in told["segments"][0]["colour"])
    [told_frame] = told["frames"]
    assert (told_frame["segment"], told_frame["position"], told_frame["spacing"]) == (1, [1, 2, 3], [0.5, 0.75])
    assert told_frame["images"][0]["sop_instance_uid"] == "1.2.9"
    assert told["pixels"].endswith("/bulkdata/7FE00010")
    overlays = here.browser.get(f"/api/studies/{masks.StudyInstanceUID}/annotations").json()["overlays"]
    assert [(one["kind"], one["label"]) for one in overlays] == [("segmentation", "LIVER")]


def test_a_document_that_cannot_be_read_does_not_hide_the_others(here):
    from isocenter.base.clock import SystemClock
    from isocenter.model.records import Arrival

    good = structure_set()
    here.keep([good])
    bad = structure_set()
    bad.StudyInstanceUID = good.StudyInstanceUID
    whole = phantom.data_set_bytes(bad)
    arrival = Arrival(bad.SOPClassUID, bad.SOPInstanceUID, bad.file_meta.TransferSyntaxUID, SystemClock().now())
    reception = here.house.archive.begin(arrival)
    reception.write(whole[:-20])
    reception.finish()
    told = here.browser.get(f"/api/studies/{good.StudyInstanceUID}/annotations").json()
    assert good.SOPInstanceUID in [one["sop_instance_uid"] for one in told["overlays"]]

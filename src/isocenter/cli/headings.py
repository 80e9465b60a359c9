"""What stands above the columns of `find`: a short word where there is one, else the keyword."""

from __future__ import annotations

from isocenter.jobs.questions import keyword_of

_HEADINGS = {
    "PatientName": "Patient", "PatientID": "Patient ID", "PatientBirthDate": "Born", "PatientSex": "Sex", "StudyDate": "Date",
    "StudyTime": "Time", "ModalitiesInStudy": "Modality", "StudyDescription": "Description", "AccessionNumber": "Accession",
    "NumberOfPatientRelatedStudies": "Studies", "NumberOfStudyRelatedSeries": "Series", "NumberOfStudyRelatedInstances": "Images",
    "NumberOfSeriesRelatedInstances": "Images", "SeriesNumber": "No", "SeriesDescription": "Description",
    "BodyPartExamined": "Body part", "InstanceNumber": "No", "SOPClassUID": "SOP class", "NumberOfFrames": "Frames",
    "StudyInstanceUID": "Study UID", "SeriesInstanceUID": "Series UID", "SOPInstanceUID": "Image UID",
}  # fmt: skip


def heading_of(tag: int) -> str:
    """The heading of the column of one attribute."""
    return _HEADINGS.get(keyword_of(tag), keyword_of(tag))

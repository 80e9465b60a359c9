"""What an arriving instance says otherwise than the index: the differences for which it is set aside.

Values that the index keeps and an `Entry` come in, (keyword, kept, arriving) goes out. A patient is who has that PatientID
(PS3.4 C.6.1.1.2); issuers contradict each other only where both are given, names only where no ID tells patients apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from isocenter.archive.entry import Entry
from isocenter.archive.folding import fold_names
from isocenter.archive.schema import received_attributes
from isocenter.model.attributes import Level

Differences = tuple[tuple[str, str, str], ...]

CHECKSUM = "checksum"
"""The word in place of a keyword for the bytes themselves, with both checksums as values."""


@dataclass(frozen=True, slots=True)
class KeptPatient:
    """The patient row above what the index keeps."""

    id: int
    patient_id: str
    issuer: str
    name: str


@dataclass(frozen=True, slots=True)
class KeptInstance:
    """A row of instance with what is above it; `values` are the image's received attributes in the order of `model.attributes`."""

    study_instance_uid: str
    series_instance_uid: str
    patient: KeptPatient
    checksum: bytes
    values: Sequence[str]


def patient_differences(kept: KeptPatient, entry: Entry) -> Differences:
    """How the patient of an entry contradicts the patient of the study that it names."""
    found = []
    patient_id, issuer, name = map(entry.value, ("PatientID", "IssuerOfPatientID", "PatientName"))
    if patient_id != kept.patient_id:
        found.append(("PatientID", kept.patient_id, patient_id))
    elif not patient_id and name and kept.name and fold_names(name) != fold_names(kept.name):
        found.append(("PatientName", kept.name, name))
    if issuer and kept.issuer and issuer != kept.issuer:
        found.append(("IssuerOfPatientID", kept.issuer, issuer))
    if found and found[-1][0] != "PatientName" and name != kept.name:
        found.append(("PatientName", kept.name, name))
    return tuple(found)


def series_differences(study_instance_uid: str, patient: KeptPatient, entry: Entry) -> Differences:
    """How an entry contradicts the series that it names."""
    arriving = entry.value("StudyInstanceUID")
    study = (("StudyInstanceUID", study_instance_uid, arriving),) if arriving != study_instance_uid else ()
    return (*study, *patient_differences(patient, entry))


def instance_differences(kept: KeptInstance, entry: Entry) -> Differences:
    """How an entry contradicts the instance whose UID it bears; never empty, for the bytes differ."""
    found = list(series_differences(kept.study_instance_uid, kept.patient, entry))
    if entry.value("SeriesInstanceUID") != kept.series_instance_uid:
        found.append(("SeriesInstanceUID", kept.series_instance_uid, entry.value("SeriesInstanceUID")))
    for attribute, value in zip(received_attributes(Level.IMAGE), kept.values, strict=True):
        if entry.text(attribute.tag) != value:
            found.append((attribute.keyword, value, entry.text(attribute.tag)))
    return (*found, (CHECKSUM, kept.checksum.hex(), entry.checksum.hex()))

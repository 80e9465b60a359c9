"""A synthetic object of the class that a device will send: who sent it, when and from where is drawn into its pixels.

Comes in: a visit. Goes out: a `TestObject` and the data set in the transfer syntax that the other side takes. Its patient is marked
as none (`identity`), its UIDs are new each time (PS3.5 B.2), its modules are those that its IOD requires (PS3.3 A). A class that is
not in the tables gets the modules of a secondary capture, which archives that know the class may remark on.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydicom import Dataset
from pydicom.filebase import DicomFileLike
from pydicom.filewriter import write_dataset

from isocenter.base.ids import new_uid
from isocenter.dataset.deflated import deflated
from isocenter.doctor import test_documents, test_enhanced, test_images
from isocenter.doctor.identity import ACCESSION_NUMBER, PATIENT_ID, PATIENT_NAME, STUDY_DESCRIPTION
from isocenter.doctor.visit import TestObject, Visit
from isocenter.net.sockets import place
from isocenter.standard import transfer_syntax as syntaxes
from isocenter.standard.sop_class import name_of

Fill = Callable[[Dataset, test_images.Burned], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How an object of one class is made: its modality (PS3.3 C.7.3.1.1.1), and what adds the modules of its IOD."""

    modality: str
    fill: Fill


def _kinds() -> Mapping[str, Kind]:
    rows = {**test_images.KINDS, **test_enhanced.KINDS, **test_documents.KINDS}
    return {uid: Kind(modality, fill) for uid, (modality, fill) in rows.items()}


KINDS = _kinds()
"""The classes that are made as their IOD asks, by UID."""

SYNTAXES = (
    syntaxes.EXPLICIT_VR_LITTLE_ENDIAN,
    syntaxes.IMPLICIT_VR_LITTLE_ENDIAN,
    syntaxes.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    syntaxes.EXPLICIT_VR_BIG_ENDIAN,
)
"""In what the object can be written, most usual first."""


def made(visit: Visit) -> tuple[TestObject, Dataset]:
    """A new object for this visit, not yet written: `written` fills its bytes in."""
    kind = KINDS.get(visit.storage_class_uid, Kind("OT", test_images.KINDS[test_images.SECONDARY_CAPTURE][1]))
    data_set = _common(visit.storage_class_uid, kind.modality, visit.clock.now())
    kind.fill(data_set, test_images.Burned(tuple(_lines(visit))))
    test_object = TestObject(
        sop_class_uid=visit.storage_class_uid,
        sop_instance_uid=str(data_set.SOPInstanceUID),
        series_instance_uid=str(data_set.SeriesInstanceUID),
        study_instance_uid=str(data_set.StudyInstanceUID),
        patient_id=PATIENT_ID,
        transfer_syntax="",
        data_set=b"",
    )
    return test_object, data_set


def written(data_set: Dataset, transfer_syntax: str) -> bytes:
    """The data set in one of `SYNTAXES`."""
    syntax = syntaxes.of(transfer_syntax)
    content = io.BytesIO()
    stream = DicomFileLike(content)
    stream.is_implicit_VR, stream.is_little_endian = not syntax.explicit_vr, syntax.little_endian
    write_dataset(stream, test_images.in_order(data_set, little_endian=syntax.little_endian))
    return deflated(content.getvalue()) if syntax.deflated else content.getvalue()


def _lines(visit: Visit) -> list[str]:
    """What is drawn into it. AE titles and addresses only: nothing here may name a person."""
    node = visit.node
    return [
        "ISOCENTER TEST OBJECT",
        "This is not a patient.",
        "",
        f"from  {node.local_ae_title or visit.own_ae_title}",
        f"      {visit.own_address or 'this computer'}",
        f"to    {node.ae_title}",
        f"      {place(node.host, node.port)}",
        f"at    {visit.clock.now():%Y-%m-%d %H:%M:%S} UTC",
        "",
        name_of(visit.storage_class_uid).removesuffix(" Storage"),
    ]


def _common(sop_class_uid: str, modality: str, moment: datetime) -> Dataset:
    """Patient, study, series, equipment and SOP common modules (PS3.3 C.7.1 to C.7.5, C.12.1)."""
    found = Dataset()
    date, time = f"{moment:%Y%m%d}", f"{moment:%H%M%S}"
    found.SpecificCharacterSet = "ISO_IR 192"
    found.SOPClassUID, found.SOPInstanceUID = sop_class_uid, new_uid()
    found.StudyDate = found.SeriesDate = found.ContentDate = found.InstanceCreationDate = date
    found.StudyTime = found.SeriesTime = found.ContentTime = found.InstanceCreationTime = time
    found.TimezoneOffsetFromUTC = "+0000"
    found.AccessionNumber, found.Modality, found.Manufacturer = ACCESSION_NUMBER, modality, "Isocenter"
    found.InstitutionName, found.StationName, found.ManufacturerModelName = "Isocenter", "ISOCENTER", "Connection doctor"
    found.ReferringPhysicianName, found.StudyDescription, found.SeriesDescription = "", STUDY_DESCRIPTION, "Connection test"
    found.PatientName, found.PatientID, found.PatientBirthDate, found.PatientSex = PATIENT_NAME, PATIENT_ID, "", "O"
    found.PatientComments = "Synthetic: made by a computer, of nobody."
    found.StudyInstanceUID, found.SeriesInstanceUID = new_uid(), new_uid()
    found.StudyID, found.SeriesNumber, found.InstanceNumber = "TEST", "1", "1"
    found.SoftwareVersions, found.DeviceSerialNumber = "1", "1"
    return found

"""What stands above the content of a document that we write: patient and study as an image of it has them, who made it, when, and
on what evidence (PS3.3 C.7.1.1, C.7.2.1, C.17.1, C.17.2, C.7.5.1).

The attributes of one referenced image, and the instances that the document is about, come in; a data set goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from isocenter.base.ids import IMPLEMENTATION_CLASS_UID
from isocenter.documents.codes import DEVICE, DEVICE_OBSERVER_NAME, DEVICE_OBSERVER_UID, OBSERVER_TYPE, PERSON, PERSON_OBSERVER_NAME
from isocenter.documents.content import HAS_OBS_CONTEXT, Referenced, coded, person_name, reference, uid_reference, words
from isocenter.documents.elements import DataSet, copied, data_set

MANUFACTURER: Final = "Isocenter"

_PATIENT: Final = (
    "IssuerOfPatientID", "PatientAge", "PatientSize", "PatientWeight", "StudyDescription",
    "TimezoneOffsetFromUTC", "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence",
)  # fmt: skip
_NEEDED: Final = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate", "StudyTime",
    "ReferringPhysicianName", "StudyID", "AccessionNumber",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """An instance that a document refers to, and where it belongs. Frames are named only where it has several."""

    study_instance_uid: str
    series_instance_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    frame_count: int = 1

    def at(self, *frames: int) -> Referenced:
        """It, or some of its frames."""
        return Referenced(self.sop_class_uid, self.sop_instance_uid, frames if self.frame_count > 1 else ())


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a document one of its own: its UIDs, its number in its series, its moment (UTC) and by whom it is, if a person."""

    sop_instance_uid: str
    series_instance_uid: str
    instance_number: int
    moment: datetime
    version: str
    observer: str = ""


def heading(
    source: DataSet, identity: Identity, sop_class_uid: str, modality: str, series_number: int, series_description: str
) -> dict[str, Any]:
    """The modules above the content: patient and study of `source`, a series of our own, equipment, SOP common.

    Dates and times are in the time zone that the images name, else in UTC with the offset said.
    """
    made = copied(source, _PATIENT, empty=_NEEDED)
    offset = copied(source, ("TimezoneOffsetFromUTC",)) or data_set(TimezoneOffsetFromUTC="+0000")
    local = identity.moment.astimezone(_zone(offset))
    date, time = f"{local:%Y%m%d}", f"{local:%H%M%S}"
    return made | offset | data_set(
        SOPClassUID=sop_class_uid,
        SOPInstanceUID=identity.sop_instance_uid,
        InstanceCreationDate=date,
        InstanceCreationTime=time,
        Modality=modality,
        SeriesInstanceUID=identity.series_instance_uid,
        SeriesNumber=series_number,
        SeriesDescription=series_description,
        SeriesDate=date,
        SeriesTime=time,
        ReferencedPerformedProcedureStepSequence="",
        Manufacturer=MANUFACTURER,
        ManufacturerModelName=MANUFACTURER,
        DeviceSerialNumber=IMPLEMENTATION_CLASS_UID,
        SoftwareVersions=identity.version,
        InstanceNumber=identity.instance_number,
        ContentDate=date,
        ContentTime=time,
    )  # fmt: skip


def _zone(offset: Mapping[str, Any]) -> Any:
    """The time zone of a Timezone Offset From UTC such as -0500 (PS3.3 C.12.1.1.8); UTC where it is none."""
    said = next(iter(next(iter(offset.values())).get("Value", ())), "")
    try:
        return datetime.strptime(str(said).strip(), "%z").tzinfo
    except ValueError:
        return datetime.strptime("+0000", "%z").tzinfo


def observers(identity: Identity) -> list[dict[str, Any]]:
    """Who observed (PS3.16 TID 1001): the person, where one is named, and always this program."""
    person = []
    if identity.observer:
        person = [
            coded(HAS_OBS_CONTEXT, OBSERVER_TYPE, PERSON),
            person_name(HAS_OBS_CONTEXT, PERSON_OBSERVER_NAME, identity.observer),
        ]
    return [
        *person,
        coded(HAS_OBS_CONTEXT, OBSERVER_TYPE, DEVICE),
        uid_reference(HAS_OBS_CONTEXT, DEVICE_OBSERVER_UID, IMPLEMENTATION_CLASS_UID),
        words(HAS_OBS_CONTEXT, DEVICE_OBSERVER_NAME, f"{MANUFACTURER} {identity.version}"),
    ]


def hierarchy(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    """The instances as a Hierarchical SOP Instance Reference (PS3.3 C.17.2.1): each once, below its study and series."""
    studies: dict[str, dict[str, dict[str, Referenced]]] = {}
    for one in evidence:
        series = studies.setdefault(one.study_instance_uid, {}).setdefault(one.series_instance_uid, {})
        series[one.sop_instance_uid] = one.at()
    return [
        data_set(
            StudyInstanceUID=study,
            ReferencedSeriesSequence=[
                data_set(SeriesInstanceUID=uid, ReferencedSOPSequence=[reference(one) for one in instances.values()])
                for uid, instances in series.items()
            ],
        )
        for study, series in studies.items()
    ]

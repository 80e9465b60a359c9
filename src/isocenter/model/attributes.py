"""The attributes that the index keeps, level by level: one table that skim, schema, search and answers are all driven by.

Names, tags and VRs are PS3.6's; the levels are those of the Query/Retrieve information model (PS3.4 C.6). An attribute that
is not here can still be asked for at the IMAGE level: it is read from the blob. Nothing here may depend on how it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """Query/Retrieve levels, outermost first (PS3.4 C.3.1); the value orders them."""

    PATIENT = 0
    STUDY = 1
    SERIES = 2
    IMAGE = 3


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the index. `column` is its name there; `computed` ones are counted, never received."""

    keyword: str
    tag: int
    vr: str
    level: Level
    column: str
    computed: bool = False


def _rows(level: Level, *rows: tuple[str, int, str, str], computed: bool = False) -> tuple[Attribute, ...]:
    return tuple(Attribute(keyword, tag, vr, level, column, computed) for keyword, tag, vr, column in rows)


ATTRIBUTES: tuple[Attribute, ...] = (
    *_rows(
        Level.PATIENT,
        ("PatientName", 0x00100010, "PN", "patient_name"),
        ("PatientID", 0x00100020, "LO", "patient_id"),
        ("IssuerOfPatientID", 0x00100021, "LO", "issuer_of_patient_id"),
        ("PatientBirthDate", 0x00100030, "DA", "patient_birth_date"),
        ("PatientBirthTime", 0x00100032, "TM", "patient_birth_time"),
        ("PatientSex", 0x00100040, "CS", "patient_sex"),
        ("OtherPatientIDs", 0x00101000, "LO", "other_patient_ids"),
        ("EthnicGroup", 0x00102160, "SH", "ethnic_group"),
        ("PatientComments", 0x00104000, "LT", "patient_comments"),
    ),
    *_rows(
        Level.PATIENT,
        ("NumberOfPatientRelatedStudies", 0x00201200, "IS", "study_count"),
        ("NumberOfPatientRelatedSeries", 0x00201202, "IS", "series_count"),
        ("NumberOfPatientRelatedInstances", 0x00201204, "IS", "instance_count"),
        computed=True,
    ),
    *_rows(
        Level.STUDY,
        ("StudyInstanceUID", 0x0020000D, "UI", "study_instance_uid"),
        ("StudyDate", 0x00080020, "DA", "study_date"),
        ("StudyTime", 0x00080030, "TM", "study_time"),
        ("AccessionNumber", 0x00080050, "SH", "accession_number"),
        ("StudyID", 0x00200010, "SH", "study_id"),
        ("StudyDescription", 0x00081030, "LO", "study_description"),
        ("ReferringPhysicianName", 0x00080090, "PN", "referring_physician_name"),
        ("NameOfPhysiciansReadingStudy", 0x00081060, "PN", "name_of_physicians_reading_study"),
        ("AdmittingDiagnosesDescription", 0x00081080, "LO", "admitting_diagnoses_description"),
        ("PatientAge", 0x00101010, "AS", "patient_age"),
        ("PatientSize", 0x00101020, "DS", "patient_size"),
        ("PatientWeight", 0x00101030, "DS", "patient_weight"),
        ("Occupation", 0x00102180, "SH", "occupation"),
        ("AdditionalPatientHistory", 0x001021B0, "LT", "additional_patient_history"),
    ),
    *_rows(
        Level.STUDY,
        ("ModalitiesInStudy", 0x00080061, "CS", "modalities_in_study"),
        ("SOPClassesInStudy", 0x00080062, "UI", "sop_classes_in_study"),
        ("NumberOfStudyRelatedSeries", 0x00201206, "IS", "series_count"),
        ("NumberOfStudyRelatedInstances", 0x00201208, "IS", "instance_count"),
        computed=True,
    ),
    *_rows(
        Level.SERIES,
        ("SeriesInstanceUID", 0x0020000E, "UI", "series_instance_uid"),
        ("Modality", 0x00080060, "CS", "modality"),
        ("SeriesNumber", 0x00200011, "IS", "series_number"),
        ("SeriesDate", 0x00080021, "DA", "series_date"),
        ("SeriesTime", 0x00080031, "TM", "series_time"),
        ("SeriesDescription", 0x0008103E, "LO", "series_description"),
        ("BodyPartExamined", 0x00180015, "CS", "body_part_examined"),
        ("ProtocolName", 0x00181030, "LO", "protocol_name"),
        ("Laterality", 0x00200060, "CS", "laterality"),
        ("PatientPosition", 0x00185100, "CS", "patient_position"),
        ("FrameOfReferenceUID", 0x00200052, "UI", "frame_of_reference_uid"),
        ("Manufacturer", 0x00080070, "LO", "manufacturer"),
        ("ManufacturerModelName", 0x00081090, "LO", "manufacturer_model_name"),
        ("InstitutionName", 0x00080080, "LO", "institution_name"),
        ("InstitutionalDepartmentName", 0x00081040, "LO", "institutional_department_name"),
        ("StationName", 0x00081010, "SH", "station_name"),
        ("OperatorsName", 0x00081070, "PN", "operators_name"),
        ("PerformingPhysicianName", 0x00081050, "PN", "performing_physician_name"),
        ("PerformedProcedureStepStartDate", 0x00400244, "DA", "performed_procedure_step_start_date"),
        ("PerformedProcedureStepStartTime", 0x00400245, "TM", "performed_procedure_step_start_time"),
    ),
    *_rows(
        Level.SERIES,
        ("NumberOfSeriesRelatedInstances", 0x00201209, "IS", "instance_count"),
        computed=True,
    ),
    *_rows(
        Level.IMAGE,
        ("SOPInstanceUID", 0x00080018, "UI", "sop_instance_uid"),
        ("SOPClassUID", 0x00080016, "UI", "sop_class_uid"),
        ("InstanceNumber", 0x00200013, "IS", "instance_number"),
        ("AcquisitionNumber", 0x00200012, "IS", "acquisition_number"),
        ("ContentDate", 0x00080023, "DA", "content_date"),
        ("ContentTime", 0x00080033, "TM", "content_time"),
        ("ImageType", 0x00080008, "CS", "image_type"),
        ("NumberOfFrames", 0x00280008, "IS", "number_of_frames"),
        ("Rows", 0x00280010, "US", "rows"),
        ("Columns", 0x00280011, "US", "columns"),
        ("BitsAllocated", 0x00280100, "US", "bits_allocated"),
    ),
)

BY_KEYWORD: dict[str, Attribute] = {attribute.keyword: attribute for attribute in ATTRIBUTES}
BY_TAG: dict[int, Attribute] = {attribute.tag: attribute for attribute in ATTRIBUTES}
SPECIFIC_CHARACTER_SET = 0x00080005
RECEIVED_TAGS: frozenset[int] = frozenset(a.tag for a in ATTRIBUTES if not a.computed) | {SPECIFIC_CHARACTER_SET}
"""What skim has to find in a data set before it may stop."""

UNIQUE_KEYS: dict[Level, Attribute] = {
    Level.PATIENT: BY_KEYWORD["PatientID"],
    Level.STUDY: BY_KEYWORD["StudyInstanceUID"],
    Level.SERIES: BY_KEYWORD["SeriesInstanceUID"],
    Level.IMAGE: BY_KEYWORD["SOPInstanceUID"],
}
"""The unique key of each level (PS3.4 C.6.1.1)."""


def of_level(level: Level) -> tuple[Attribute, ...]:
    """The attributes that belong to exactly this level."""
    return tuple(attribute for attribute in ATTRIBUTES if attribute.level is level)

"""Which attributes say who a patient is, or may: what technician mode hides (PS3.15 E.1 names them among many others).

Facts only. Sex, age, size and weight stay: a technician needs them to judge a protocol, and they name nobody.
"""

from __future__ import annotations

PATIENT_GROUP = 0x0010
KEPT = frozenset({0x00100040, 0x00101010, 0x00101020, 0x00101030})
"""Of the patient's group: Patient's Sex, Age, Size and Weight."""

BEYOND: dict[int, str] = {
    0x00080050: "AccessionNumber",
    0x00380010: "AdmissionID",
    0x00380060: "ServiceEpisodeID",
    0x00380300: "CurrentPatientLocation",
    0x00380400: "PatientInstitutionResidence",
    0x00380500: "PatientState",
    0x00384000: "VisitComments",
    0x00402016: "PlacerOrderNumberImagingServiceRequest",
    0x00402017: "FillerOrderNumberImagingServiceRequest",
    0x0040A123: "PersonName",
    0x0040A160: "TextValue",
    0x00420010: "DocumentTitle",
}
"""What may name a patient in other groups: numbers that lead to one, and free text of reports, by tag with its keyword."""

OF_A_PATIENT: frozenset[str] = frozenset(
    {
        "PatientName", "PatientID", "IssuerOfPatientID", "TypeOfPatientID", "IssuerOfPatientIDQualifiersSequence",
        "SourcePatientGroupIdentificationSequence", "GroupOfPatientsIdentificationSequence",
        "SubjectRelativePositionInImage", "PatientBirthDate", "PatientBirthTime", "PatientBirthDateInAlternativeCalendar",
        "PatientDeathDateInAlternativeCalendar", "PatientAlternativeCalendar", "PatientInsurancePlanCodeSequence",
        "PatientPrimaryLanguageCodeSequence", "PatientPrimaryLanguageModifierCodeSequence", "QualityControlSubject",
        "QualityControlSubjectTypeCodeSequence", "StrainDescription", "StrainNomenclature", "StrainStockNumber",
        "StrainSourceRegistryCodeSequence", "StrainStockSequence", "StrainSource", "StrainAdditionalInformation",
        "StrainCodeSequence", "GeneticModificationsSequence", "GeneticModificationsDescription",
        "GeneticModificationsNomenclature", "GeneticModificationsCodeSequence", "OtherPatientIDs", "OtherPatientNames",
        "OtherPatientIDsSequence", "PatientBirthName", "PatientSizeCodeSequence", "PatientBodyMassIndex",
        "MeasuredAPDimension", "MeasuredLateralDimension", "PatientAddress", "InsurancePlanIdentification",
        "PatientMotherBirthName", "MilitaryRank", "BranchOfService", "MedicalRecordLocator",
        "ReferencedPatientPhotoSequence", "MedicalAlerts", "Allergies", "CountryOfResidence", "RegionOfResidence",
        "PatientTelephoneNumbers", "PatientTelecomInformation", "EthnicGroup", "EthnicGroupCodeSequence", "Occupation",
        "SmokingStatus", "AdditionalPatientHistory", "PregnancyStatus", "LastMenstrualDate", "PatientReligiousPreference",
        "PatientSpeciesDescription", "PatientSpeciesCodeSequence", "PatientSexNeutered", "AnatomicalOrientationType",
        "PatientBreedDescription", "PatientBreedCodeSequence", "BreedRegistrationSequence", "BreedRegistrationNumber",
        "BreedRegistryCodeSequence", "ResponsiblePerson", "ResponsiblePersonRole", "ResponsibleOrganization",
        "PatientComments", "ExaminedBodyThickness", *BEYOND.values(),
    }
)  # fmt: skip
"""The keywords of all such attributes that the standard has (PS3.6 6), for what is told by keyword."""


def says_who(tag: int) -> bool:
    """Whether an attribute may say who the patient is; a private one may always."""
    group = tag >> 16
    return (group == PATIENT_GROUP and tag not in KEPT) or tag in BEYOND or bool(group & 1)

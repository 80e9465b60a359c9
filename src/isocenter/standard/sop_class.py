"""SOP classes: what a UID in a presentation context stands for (PS3.4, PS3.6 Table A-1).

Comes in: a UID. Goes out: its name, whether C-STORE carries it, and for Query/Retrieve the information model and operation.
Names come from the generated registry; nothing here decides what this device offers.
"""

from __future__ import annotations

from typing import NamedTuple

from isocenter.standard.sop_class_registry import SOP_CLASSES as SOP_CLASSES

VERIFICATION = "1.2.840.10008.1.1"
MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"
STORAGE_COMMITMENT_PUSH = "1.2.840.10008.1.20.1"
STORAGE_COMMITMENT_PUSH_INSTANCE = "1.2.840.10008.1.20.1.1"
MODALITY_PERFORMED_PROCEDURE_STEP = "1.2.840.10008.3.1.2.3.3"
MODALITY_WORKLIST_FIND = "1.2.840.10008.5.1.4.31"
BASIC_GRAYSCALE_PRINT_MANAGEMENT = "1.2.840.10008.5.1.1.9"
BASIC_COLOR_PRINT_MANAGEMENT = "1.2.840.10008.5.1.1.18"
INSTANCE_AVAILABILITY_NOTIFICATION = "1.2.840.10008.5.1.4.33"

PATIENT_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.1.1"
PATIENT_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.1.2"
PATIENT_ROOT_GET = "1.2.840.10008.5.1.4.1.2.1.3"
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"
PATIENT_STUDY_ONLY_FIND = "1.2.840.10008.5.1.4.1.2.3.1"
PATIENT_STUDY_ONLY_MOVE = "1.2.840.10008.5.1.4.1.2.3.2"
PATIENT_STUDY_ONLY_GET = "1.2.840.10008.5.1.4.1.2.3.3"
COMPOSITE_INSTANCE_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.4.2"
COMPOSITE_INSTANCE_ROOT_GET = "1.2.840.10008.5.1.4.1.2.4.3"
COMPOSITE_INSTANCE_WITHOUT_BULK_DATA_GET = "1.2.840.10008.5.1.4.1.2.5.3"

COMPUTED_RADIOGRAPHY_IMAGE = "1.2.840.10008.5.1.4.1.1.1"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
ULTRASOUND_IMAGE = "1.2.840.10008.5.1.4.1.1.6.1"
SECONDARY_CAPTURE_IMAGE = "1.2.840.10008.5.1.4.1.1.7"


class QueryRetrieve(NamedTuple):
    """A Query/Retrieve class (PS3.4 C.3.1): `root` in the standard's words, `operation` one of find, move, get."""

    root: str
    operation: str


QUERY_RETRIEVE: dict[str, QueryRetrieve] = {
    PATIENT_ROOT_FIND: QueryRetrieve("Patient Root", "find"),
    PATIENT_ROOT_MOVE: QueryRetrieve("Patient Root", "move"),
    PATIENT_ROOT_GET: QueryRetrieve("Patient Root", "get"),
    STUDY_ROOT_FIND: QueryRetrieve("Study Root", "find"),
    STUDY_ROOT_MOVE: QueryRetrieve("Study Root", "move"),
    STUDY_ROOT_GET: QueryRetrieve("Study Root", "get"),
    PATIENT_STUDY_ONLY_FIND: QueryRetrieve("Patient/Study Only", "find"),
    PATIENT_STUDY_ONLY_MOVE: QueryRetrieve("Patient/Study Only", "move"),
    PATIENT_STUDY_ONLY_GET: QueryRetrieve("Patient/Study Only", "get"),
    COMPOSITE_INSTANCE_ROOT_MOVE: QueryRetrieve("Composite Instance Root", "move"),
    COMPOSITE_INSTANCE_ROOT_GET: QueryRetrieve("Composite Instance Root", "get"),
    COMPOSITE_INSTANCE_WITHOUT_BULK_DATA_GET: QueryRetrieve("Composite Instance Root", "get"),
}
"""The Query/Retrieve classes of PS3.4 Annexes C, Y and Z."""

STORAGE: dict[str, str] = {uid: name for uid, (name, stored, _) in SOP_CLASSES.items() if stored}
"""Every class that C-STORE carries, retired and non-patient ones included: UID to name."""

RETIRED: frozenset[str] = frozenset(uid for uid, (_, _, retired) in SOP_CLASSES.items() if retired)

NON_PATIENT_STORAGE: frozenset[str] = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.200.1",
        "1.2.840.10008.5.1.4.1.1.200.3",
        "1.2.840.10008.5.1.4.1.1.200.7",
        "1.2.840.10008.5.1.4.1.1.201.1",
        "1.2.840.10008.5.1.4.38.1",
        "1.2.840.10008.5.1.4.39.1",
        "1.2.840.10008.5.1.4.43.1",
        "1.2.840.10008.5.1.4.44.1",
        "1.2.840.10008.5.1.4.45.1",
    }
)
"""Classes of the Non-Patient Object Storage service (PS3.4 GG.3): their instances have no patient, study or series."""


def name_of(uid: str) -> str:
    """The standard's name of a SOP class, or a phrase with the UID where it has none."""
    row = SOP_CLASSES.get(uid)
    return row[0] if row is not None else f"unknown SOP class {uid}"

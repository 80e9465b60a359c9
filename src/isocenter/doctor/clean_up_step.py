"""What the doctor left behind: removed where that is possible, else said, with the words to find it by.

Comes in: a visit that may have stored a test object. Goes out: a step. DICOM has no way to ask an archive for a removal, so what
lies at another device is told, and what came back to ourselves is removed by whoever opened the return path.
"""

from __future__ import annotations

from isocenter.doctor.identity import PATIENT_ID, PATIENT_NAME
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Layer, Outcome, Role, Sign, Step


def clean_up(visit: Visit) -> Step:
    """Say what is left, and where."""
    test_object = visit.test_object
    if test_object is None:
        return Step(Layer.CLEAN_UP, Outcome.PASSED, "nothing was left behind")
    node = visit.node.name or visit.node.ae_title
    words = f"the test object stays at {node}: patient {PATIENT_NAME}, ID {PATIENT_ID}"
    if not test_object.is_stored:
        words = f"{node} did not say that it stored the test object; if it did: patient {PATIENT_NAME}, ID {PATIENT_ID}"
    else:
        where = "at the workstation" if visit.role is Role.WORKSTATION else "in the archive"
        visit.remarks.append(f"Remove the test study by hand {where}: Study Instance UID {test_object.study_instance_uid}.")
    facts = {
        "patient_id": test_object.patient_id,
        "study_instance_uid": test_object.study_instance_uid,
        "sop_instance_uid": test_object.sop_instance_uid,
    }
    return Step(Layer.CLEAN_UP, Outcome.WARNED, words, facts=facts, sign=Sign("left-behind", facts))

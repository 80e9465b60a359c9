"""Who the test patient is: the one name and the one identifier that mark everything the doctor leaves anywhere."""

from __future__ import annotations

from typing import Final

PATIENT_NAME: Final = "ISOCENTER^TEST"
PATIENT_ID: Final = "ISOCENTER-TEST"
ACCESSION_NUMBER: Final = "ISOCENTERTEST"
STUDY_DESCRIPTION: Final = "Isocenter connection test, not a patient"

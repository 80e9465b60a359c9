"""A choice of images is a key object selection, and one of any maker is read."""

from __future__ import annotations

from datetime import UTC, datetime

from isocenter.documents import content, key_objects
from isocenter.documents.elements import data_set, items, text
from isocenter.documents.heading import Evidence, Identity

WHO = Identity("2.25.1", "2.25.2", 1, datetime(2026, 1, 1, tzinfo=UTC), "0.1")
CLIP = Evidence("1.2.3", "1.2.3.6", "1.2.840.10008.5.1.4.1.1.3.1", "1.2.3.6.7", 30)
STILL = Evidence("1.2.3", "1.2.3.4", "1.2.840.10008.5.1.4.1.1.2", "1.2.3.4.5")


def test_what_was_chosen_is_read_again_with_its_frames():
    chosen = [key_objects.KeyImage(CLIP, (4, 9)), key_objects.KeyImage(STILL, (1,))]
    document = key_objects.selection(data_set(PatientID="7"), WHO, "113004", "for the course", chosen)
    read = key_objects.read(content.read(document).root)
    assert (read.title.value, read.title.meaning, read.description) == ("113004", "For Teaching", "for the course")
    assert [(one.sop_instance_uid, one.frames) for one in read.images] == [("1.2.3.6.7", (4, 9)), ("1.2.3.4.5", ())]
    [study] = items(document, "CurrentRequestedProcedureEvidenceSequence")
    assert {text(one, "SeriesInstanceUID") for one in items(study, "ReferencedSeriesSequence")} == {"1.2.3.6", "1.2.3.4"}

"""Both instances of a contradiction are kept: the one that was set aside is filed under UIDs of its own.

A number of what is set aside comes in; afterwards an instance with new UIDs is in the archive, with a note of those that it came
with, and nothing is set aside any more. The new UIDs follow from the old ones, so that images of one study that are kept one after
the other stay one study, and doing it twice does nothing twice.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Final

from isocenter.archive.archive import Archive
from isocenter.archive.stored_entry import read_entry
from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError, LocalError, UnreadableDataset, VolumeFailed
from isocenter.base.ids import IMPLEMENTATION_VERSION_NAME
from isocenter.daemon.pictures import HousePictures
from isocenter.model.attributes import BY_KEYWORD
from isocenter.model.ports import Quarantine
from isocenter.model.records import Conflict, Duplicate, Full, SetAside, Stored

_SPACE: Final = uuid.UUID("6d8f2f3c-7a0e-4c1d-9a55-1b1f0c6f7e21")
"""The name space of UIDs that were derived from others (RFC 9562 5.5, PS3.5 B.2)."""
_OF_STUDY: Final = frozenset({"PatientID", "PatientName", "IssuerOfPatientID"})


class KeepingBoth:
    """What `/api` asks of one archive. Any thread; blocks while the instance is written again."""

    def __init__(self, archive: Archive, quarantine: Quarantine, pictures: HousePictures, clock: Clock) -> None:
        self._archive = archive
        self._quarantine = quarantine
        self._pictures = pictures
        self._clock = clock

    def keep(self, number: int) -> bool:
        """File it under UIDs of its own; False where nothing is set aside under that number.

        Raises LocalError, and nothing has changed, where it cannot be read or contradicts something else as well; VolumeFailed.
        """
        one = self._quarantine.one(number)
        if one is None:
            return False
        try:
            entry = read_entry(self._archive.store, one.instance.blob, verify=False)
            arrival, uids = entry.arrival, new_uids(one, entry.value("IssuerOfPatientID"))
            note = {
                "moment": f"{self._clock.now():%Y%m%d%H%M%S.%f%z}",
                "system": IMPLEMENTATION_VERSION_NAME,
                "source": arrival.calling_ae_title,
            }
            content = self._pictures.renamed(one.instance, {BY_KEYWORD[keyword].tag: uid for keyword, uid in uids.items()}, note)
        except (OSError, UnreadableDataset) as error:
            raise LocalError(f"What was set aside cannot be read: {error}.") from error
        reception = self._archive.begin(replace(arrival, sop_instance_uid=uids["SOPInstanceUID"]))
        reception.write(content)
        result = reception.finish()
        if isinstance(result, Conflict):
            self._archive.remove_set_aside(result.set_aside)
            differing = ", ".join(keyword for keyword, _, _ in result.differences)
            raise LocalError(f"It contradicts something else as well ({differing}), even under UIDs of its own.")
        if not isinstance(result, Stored | Duplicate):
            raise _refused(result.reason, is_full=isinstance(result, Full))
        self._archive.remove_set_aside(number)
        return True


def _refused(reason: str, *, is_full: bool) -> IsocenterError:
    return VolumeFailed(reason, full=True) if is_full else LocalError(reason)


def new_uids(one: SetAside, issuer: str = "") -> dict[str, str]:
    """The UIDs that it gets, by keyword: those that collide, and those of whatever lies below them.

    `issuer` is its Issuer of Patient ID: two hospitals may give one number to two patients of one name.
    """
    instance = one.instance
    differing = {keyword for keyword, _, _ in one.differences}
    uids = {"SOPInstanceUID": _derived(instance.sop_instance_uid, instance.checksum)}
    study = instance.study_instance_uid
    if differing & _OF_STUDY:
        patient = [instance.attributes.get(keyword, "") for keyword in ("PatientID", "PatientName")]
        study = uids["StudyInstanceUID"] = _derived(study, *patient, *filter(None, [issuer]))
    if differing & (_OF_STUDY | {"StudyInstanceUID"}):
        uids["SeriesInstanceUID"] = _derived(instance.series_instance_uid, study)
    return uids


def _derived(*parts: str) -> str:
    """A UID that follows from these parts, at most 44 characters."""
    return f"2.25.{uuid.uuid5(_SPACE, chr(0).join(parts)).int}"

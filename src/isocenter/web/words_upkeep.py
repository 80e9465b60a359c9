"""The words of `/api` about the upkeep of an archive: its disk, and what can be done with an instance that was set aside.

Records of the house go in, models go out. What may be chosen is decided here, from both sides of a contradiction: nothing is
offered that would have to change an instance which nobody asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from isocenter.model.records import FolderUse, Instance, SetAside, Space
from isocenter.web.api_words import SetAsideWords, Words

ChoiceName = Literal["old", "new", "both"]


class HourWords(Words):
    """What arrived in one hour that begins at `begins`."""

    begins: datetime
    instances: int
    bytes: int


class DiskWords(Words):
    """The disk of the data folder. A large index is summed over several looks: `counted` of `total` are in `instances_bytes`.

    Stores are refused when no more than `bytes_reserved` are free. `days_left` is the time until then at the rate of the last day,
    null where nothing came; `days_left_week` the same at the rate of the last seven days.
    """

    bytes_total: int
    bytes_free: int
    bytes_reserved: int
    instances_bytes: int
    counted: int
    total: int
    index_bytes: int
    cache_bytes: int
    log_bytes: int
    last_day_instances: int
    last_day_bytes: int
    last_week_bytes: int
    days_left: float | None
    days_left_week: float | None
    hours: list[HourWords] = Field(description="The last month, hours in which nothing came left out; oldest first.")

    @classmethod
    def of(cls, use: FolderUse, space: Space, now: datetime) -> DiskWords:
        day, week = _since(space.hours, now - timedelta(days=1)), _since(space.hours, now - timedelta(days=7))
        room = max(0, use.bytes_free - use.bytes_reserved)
        return cls(
            bytes_total=use.bytes_total,
            bytes_free=use.bytes_free,
            bytes_reserved=use.bytes_reserved,
            instances_bytes=space.byte_count,
            counted=space.counted,
            total=space.total,
            index_bytes=use.index_bytes,
            cache_bytes=use.cache_bytes,
            log_bytes=use.log_bytes,
            last_day_instances=day[0],
            last_day_bytes=day[1],
            last_week_bytes=week[1],
            days_left=room / day[1] if day[1] else None,
            days_left_week=room / (week[1] / 7) if week[1] else None,
            hours=[HourWords(begins=hour, instances=count, bytes=size) for hour, (count, size) in space.hours.items()],
        )


def _since(hours: Mapping[datetime, tuple[int, int]], moment: datetime) -> tuple[int, int]:
    """Instances and bytes of the hours that end after a moment."""
    counted = [sums for hour, sums in hours.items() if hour + timedelta(hours=1) > moment]
    return sum(count for count, _ in counted), sum(size for _, size in counted)


class ChoiceWords(Words):
    """One thing that can be done, and what it does."""

    choice: ChoiceName
    sentence: str


class KeptWords(Words):
    """The instance that is kept under the same UID."""

    sop_class_uid: str
    series_instance_uid: str
    study_instance_uid: str
    patient_id: str
    patient_name: str
    transfer_syntax: str
    byte_count: int
    received: datetime
    calling_ae_title: str
    address: str

    @classmethod
    def of(cls, instance: Instance) -> KeptWords:
        patient = {"patient_id": "PatientID", "patient_name": "PatientName"}
        values: dict[str, Any] = {name: instance.attributes.get(keyword, "") for name, keyword in patient.items()}
        return cls(**values, **{name: getattr(instance, name) for name in cls.model_fields.keys() - patient.keys()})


class SetAsideDetails(SetAsideWords):
    """One instance set aside and what can be done; `kept` is null where it contradicts its study and not an instance."""

    kept: KeptWords | None
    choices: list[ChoiceWords]

    @classmethod
    def whole(cls, one: SetAside, kept: Instance | None) -> SetAsideDetails:
        words = SetAsideWords.of(one).model_dump()
        return cls(**words, kept=None if kept is None else KeptWords.of(kept), choices=_choices(one, kept))


def _choices(one: SetAside, kept: Instance | None) -> list[ChoiceWords]:
    sender, before = (_sender(instance) for instance in (one.instance, kept or one.instance))
    old = f"The instance that came from {sender} is removed for good, the one in the archive stays."
    new = f"The instance from {sender} takes the place of the one from {before}, which is removed for good."
    apart = "an image of its own" if kept else "a study of its own"
    both = f"The instance from {sender} becomes {apart} under new UIDs; those that it came with are noted in it."
    choices = [ChoiceWords(choice="old", sentence=old), ChoiceWords(choice="both", sentence=both)]
    if kept is not None:
        choices.insert(1, ChoiceWords(choice="new", sentence=new))
    return choices


def _sender(instance: Instance) -> str:
    return instance.calling_ae_title or "this computer"


class Chosen(Words):
    """What shall be done with an instance that was set aside."""

    choice: ChoiceName

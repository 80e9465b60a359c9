"""The words of the change feed: what happened in the archive, in the order in which it was committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class ChangeKind(Enum):
    """What can happen to what the archive holds."""

    STORED = "stored"
    SET_ASIDE = "set aside"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the feed; `serial` only grows, so a reader's cursor is the last serial that it has seen."""

    serial: int
    kind: ChangeKind
    when: datetime
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    calling_ae_title: str

"""Reports of storage commitment (PS3.4 J.3.3) as they come, the latest of them, and who waits for one."""

from __future__ import annotations

import threading

from isocenter.base.limits import CHECKUP_CALLERS_MAX

CommitmentReport = tuple[str, tuple[str, ...], tuple[tuple[str, int], ...]]
"""Transaction UID, instances committed, instances failed with their reasons (PS3.3 C.14)."""


class CommitmentReports:
    """What archives vouched for. Any thread; `_changed` guards whatever else its heirs keep."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._reports: list[CommitmentReport] = []

    def report(self, report: CommitmentReport) -> None:
        """An archive vouches for instances, or does not."""
        with self._changed:
            self._reports = [*self._reports, report][-CHECKUP_CALLERS_MAX:]
            self._changed.notify_all()

    def wait_for_report(self, transaction_uid: str, seconds: float) -> CommitmentReport | None:
        """A report about a transaction; None where none came in time."""
        with self._changed:
            self._changed.wait_for(lambda: any(one[0] == transaction_uid for one in self._reports), seconds)
            return next((one for one in self._reports if one[0] == transaction_uid), None)

"""The commissioning reports of an instance: one JSON file each in the folder `reports` of its data folder.

Reports go in and come out by their token. A file that is no report is left where it is and counts as none; a report is written
beside and moved into place, so that it is whole or not there. Any thread, and any process of this computer.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from isocenter.base.errors import UsageError
from isocenter.base.ids import new_token
from isocenter.base.limits import REPORT_BYTES_MAX, REPORTS_KEPT_MAX
from isocenter.model.checkup import as_json, of_json
from isocenter.model.report import Report

FOLDER = "reports"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")

_log = logging.getLogger("isocenter.daemon")


@dataclass(frozen=True, slots=True)
class KeptReports:
    """Those below one data folder, which may not exist yet."""

    data: Path

    @property
    def folder(self) -> Path:
        return self.data / FOLDER

    def keep(self, report: Report) -> Report:
        """Write one down; it gets a token where it has none. Raises UsageError where too many or too much is kept."""
        kept = report if report.token else _named(report)
        text = json.dumps(as_json(kept), ensure_ascii=False).encode("utf-8", "replace")
        if len(text) > REPORT_BYTES_MAX:
            raise UsageError(f"The report would have {len(text):,} bytes; {REPORT_BYTES_MAX:,} are taken.")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if len(self._files()) >= REPORTS_KEPT_MAX:
            raise UsageError(f"{REPORTS_KEPT_MAX} reports are kept in {self.folder}: move some of them elsewhere.")
        place = self._path(kept.token)
        draft = place.with_suffix(".part")
        with draft.open("wb") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(place)
        return kept

    def reports(self) -> list[Report]:
        """All of them, the latest first."""
        found = [report for path in self._files() if (report := _read(path)) is not None]
        return sorted(found, key=lambda report: report.kept, reverse=True)

    def of_node(self, name: str) -> list[Report]:
        """Those of one node, the latest first."""
        return [report for report in self.reports() if report.checkup.node == name]

    def report(self, token: str) -> Report:
        """One of them. Raises UsageError where there is none."""
        path = self._path(token)
        report = _read(path) if path.is_file() else None
        if report is None:
            raise UsageError(f"There is no report {token!r}.")
        return report

    def remove(self, token: str) -> None:
        """Forget one. Raises UsageError where there is none."""
        self.report(token)
        self._path(token).unlink(missing_ok=True)

    def _path(self, token: str) -> Path:
        if not _TOKEN.fullmatch(token):
            raise UsageError(f"{token!r} is no report's name.")
        return self.folder / f"{token}.json"

    def _files(self) -> list[Path]:
        return list(_json_files(self.folder))


def _json_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.suffix == ".json" and _TOKEN.fullmatch(path.stem))


def _named(report: Report) -> Report:
    return replace(report, token=f"{report.kept:%Y%m%d-%H%M%S}-{new_token()[:6]}")


def _read(path: Path) -> Report | None:
    """The report of a file; None, with a line in the log, for what is none."""
    try:
        if path.stat().st_size > REPORT_BYTES_MAX:
            raise ValueError("it is too large")
        return of_json(Report, json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("%s is no report that can be read: %s", path.name, error)
        return None

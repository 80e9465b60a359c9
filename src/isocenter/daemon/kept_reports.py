"""The commissioning reports of an instance: one JSON file each in the folder `reports` of its data folder.

Reports go in and come out by their token. A file that is no report is left where it is and counts as none; a report is written
beside and moved into place, so that it is whole or not there. Any thread, and any process of this computer.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from isocenter.base.errors import UsageError
from isocenter.base.ids import new_token
from isocenter.base.limits import REPORT_BYTES_MAX, REPORTS_KEPT_MAX
from isocenter.model.checkup import Step, as_json, of_json
from isocenter.model.report import Report

FOLDER = "reports"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")

_log = logging.getLogger("isocenter.daemon")


class KeptReports:
    """Those below one data folder, which may not exist yet. What a list shows of each is read once and remembered."""

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER
        self._lock = threading.Lock()
        self._short: dict[str, tuple[tuple[int, int], Report | None]] = {}

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

    def listed(self) -> list[Report]:
        """All of them in short, the latest first: without what crossed the wire, the contexts, the titles tried and the sample."""
        files = self._files()
        found = [report for path in files if (report := self._shortly(path)) is not None]
        with self._lock:
            for gone in self._short.keys() - {path.stem for path in files}:
                del self._short[gone]
        return sorted(found, key=lambda report: report.kept, reverse=True)

    def tokens(self) -> list[str]:
        """The tokens of all files that may be reports; none of them is read. Raises OSError where the folder cannot be."""
        return [path.stem for path in self._files()]

    def report(self, token: str) -> Report:
        """One of them. Raises UsageError where there is none."""
        path = self._path(token)
        report = _read(path) if path.is_file() else None
        if report is None:
            raise UsageError(f"There is no report {token!r}.")
        return replace(report, token=token)

    def remove(self, token: str) -> None:
        """Forget one. Raises UsageError where there is none."""
        self.report(token)
        self._path(token).unlink(missing_ok=True)

    def _shortly(self, path: Path) -> Report | None:
        try:
            told = path.stat()
        except OSError:
            return None
        stamp = told.st_mtime_ns, told.st_size
        with self._lock:
            known = self._short.get(path.stem)
        if known is None or known[0] != stamp:
            report = _read(path)
            known = stamp, None if report is None else _shortened(report, path.stem)
            with self._lock:
                self._short[path.stem] = known
        return known[1]

    def _path(self, token: str) -> Path:
        if not _TOKEN.fullmatch(token):
            raise UsageError(f"{token!r} is no report's name.")
        return self.folder / f"{token}.json"

    def _files(self) -> list[Path]:
        return list(_json_files(self.folder))


def _json_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.suffix == ".json" and _TOKEN.fullmatch(path.stem))


def _shortened(report: Report, token: str) -> Report:
    """What a list shows of it. Its token is that of its file, which a person may have renamed."""
    steps = tuple(Step(step.layer, step.outcome) for step in report.checkup.steps)
    verdict = report.checkup.verdict
    told = replace(verdict, causes=(), lines=()) if verdict is not None else None
    checkup = replace(report.checkup, steps=steps, attempts=(), contexts=(), verdict=told)
    return replace(report, token=token, checkup=checkup, sample=None)


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

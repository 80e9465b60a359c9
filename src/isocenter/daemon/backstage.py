"""The house as the page sees it: the `Backstage` port over a running house. Any thread."""

from __future__ import annotations

import logging
import shutil
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from isocenter.archive.schema import to_microseconds
from isocenter.base import log
from isocenter.base.clock import SystemClock
from isocenter.base.limits import LIVE_LINES_MAX, LIVE_SECONDS, STUDIES_SHOWN_MAX
from isocenter.daemon.compose import House
from isocenter.daemon.policies import sentence
from isocenter.web.backstage import LogLine


class HouseBackstage:
    """One house, and the last lines of its log."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lines: deque[LogLine] = deque(maxlen=LIVE_LINES_MAX)
        self._lock = threading.Lock()
        self._clock = SystemClock()
        # After those of every process before, so that a page that outlives a restart can tell them apart.
        self._serial = to_microseconds(self._clock.now())
        self._looked = (self._clock.monotonic(), house.feed.last_serial())
        self._rate = 0.0
        self._live = log.LiveLines(self._remember)
        logging.getLogger(log.ROOT).addHandler(self._live)
        house.closing.callback(logging.getLogger(log.ROOT).removeHandler, self._live)

    def status(self) -> Mapping[str, Any]:
        house = self._house
        latest = []
        for study in house.statistics.latest_studies(STUDIES_SHOWN_MAX):
            words = asdict(study)
            words["modalities"] = ", ".join(study.modalities)
            words["received"] = study.received.isoformat() if study.received else ""
            latest.append(words)
        return {
            "aet": house.settings.aet,
            "port": house.settings.port,
            "addresses": list(house.addresses) if house.settings.listens_everywhere else [house.settings.listen],
            "policy": sentence(house.settings.policy),
            "folder": str(house.place.folder),
            "associations_open": len(house.witness.ledger.open_associations()),
            "changes_per_second": round(self._changes_per_second()),
            **asdict(house.statistics.counts()),
            "bytes_free": shutil.disk_usage(house.place.folder).free,
            "technician": house.settings.technician,
            "debug": logging.getLogger(log.ROOT).isEnabledFor(logging.DEBUG),
            "refusal": house.archive.refusal() or "",
            "latest": latest,
        }

    def _changes_per_second(self) -> float:
        """How fast the change feed grows; looked at once in LIVE_SECONDS, however many pages ask."""
        now, (before, serial) = self._clock.monotonic(), self._looked
        if now - before >= LIVE_SECONDS / 2:
            last = self._house.feed.last_serial()
            self._rate, self._looked = (last - serial) / (now - before), (now, last)
        return self._rate

    def log_lines(self, after: int) -> Sequence[LogLine]:
        with self._lock:
            return [line for line in self._lines if line.serial > after]

    def set_debug(self, on: bool) -> None:
        log.set_debug(on)

    def check(self) -> Iterator[Mapping[str, Any]]:
        from isocenter.daemon import upkeep

        return upkeep.check(self._house.archive)

    def reindex(self) -> Iterator[Mapping[str, Any]]:
        from isocenter.daemon import upkeep

        return upkeep.reindex(self._house.archive)

    def compare(self) -> Iterator[Mapping[str, Any]]:
        from isocenter.daemon import upkeep

        return upkeep.compare(self._house.archive)

    def _remember(self, record: logging.LogRecord, _line: str) -> None:
        when = datetime.fromtimestamp(record.created, UTC).isoformat()
        room = record.name.removeprefix(f"{log.ROOT}.")
        with self._lock:
            self._serial += 1
            self._lines.append(LogLine(self._serial, when, record.levelname, room, log.sentence(record)))

"""The log: one event, one line, no patient data.

Rooms log through `logging.getLogger("isocenter.<room>")`. What came from the outside may contain anything, so the formatter
escapes control characters: received text cannot forge a line or drive a terminal. The debug switch works at run time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from isocenter.base.limits import LOG_BYTES_MAX, LOG_FILES_MAX, LOG_LINE_CHARACTERS_MAX

ROOT = "isocenter"
PATIENTS = "isocenter.patients"
"""The one logger that may be told of patients; it is silent unless `set_patient_data` lets it speak."""
_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    # Line separators and bidirectional overrides would let a received name rearrange what a person reads.
    code: f"\\u{code:04x}"
    for code in (0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def plain(text: str) -> str:
    """`text` with every control character, line separator and direction override made visible."""
    return text.translate(_ESCAPES)


class LineFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.123Z WARNING net: sentence`, always a single line of bounded length."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        text = record.getMessage()
        if record.exc_info:
            text += " | " + self.formatException(record.exc_info).replace("\n", " | ")
        room = record.name.removeprefix(ROOT + ".")
        return f"{moment} {record.levelname} {room}: {plain(text)[:LOG_LINE_CHARACTERS_MAX]}"


def sentence(record: logging.LogRecord) -> str:
    """What a record says, in a single line of bounded length; of an exception no more than its words."""
    text = record.getMessage()
    if record.exc_info and record.exc_info[1] is not None:
        text += f": {record.exc_info[1]!r} (the log file shows where)"
    return plain(text)[:LOG_LINE_CHARACTERS_MAX]


class GlanceFormatter(logging.Formatter):
    """`12:00:00  sentence`, in this computer's own time: what a person reads while it happens. The file has the rest."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{datetime.fromtimestamp(record.created):%H:%M:%S}  {sentence(record)}"


class LiveLines(logging.Handler):
    """Hands each line at a glance to `receive`, for the terminal and the live page."""

    def __init__(self, receive: Callable[[logging.LogRecord, str], None]) -> None:
        super().__init__()
        self._receive = receive
        self.setFormatter(GlanceFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._receive(record, self.format(record))
        except Exception:
            self.handleError(record)


def to_file(path: Path) -> logging.Handler:
    """Append the log to `path`, rotated by size so that a forgotten debug switch cannot fill the disk."""
    from logging.handlers import RotatingFileHandler

    path.parent.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(path, maxBytes=LOG_BYTES_MAX, backupCount=LOG_FILES_MAX, encoding="utf-8")
    file.setFormatter(LineFormatter())
    logging.getLogger(ROOT).addHandler(file)
    return file


def set_debug(on: bool) -> None:
    """Show the talk of every association, or only its outcome."""
    logging.getLogger(ROOT).setLevel(logging.DEBUG if on else logging.INFO)


def set_patient_data(on: bool) -> None:
    """Let what names patients into the log, or keep it out."""
    logging.getLogger(PATIENTS).setLevel(logging.INFO if on else logging.CRITICAL + 1)


set_patient_data(False)

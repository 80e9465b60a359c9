"""Checking and rebuilding as steps that can be told: for the page, for the command line, and for an archive that does not run.

Each step is a mapping that can be written as JSON: `done` and `total` while it goes on, `finding` or `difference` for what is
wrong, and at last `summary`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from isocenter.archive import check as checking
from isocenter.archive import reindex as rebuilding
from isocenter.archive.archive import Archive, rebuild

Step = Mapping[str, Any]


def check(archive: Archive) -> Iterator[Step]:
    """Compare blobs, checksums and index; nothing is changed."""
    blobs = findings = byte_count = 0
    for step in archive.check():
        if isinstance(step, checking.Progress):
            blobs, byte_count = step.blobs, step.byte_count
            yield {"done": step.blobs + step.rows, "total": step.total}
        else:
            findings += 1
            yield {
                "finding": step.problem.value,
                "blob": step.blob,
                "sop_instance_uid": step.sop_instance_uid,
                "detail": step.detail,
            }
    yield {"summary": "check", "blobs": blobs, "bytes": byte_count, "findings": findings}


def reindex(archive: Archive) -> Iterator[Step]:
    """Build a new index beside the old one while the archive serves, and swap it in."""
    yield from _rebuilt(archive.reindex())


def compare(archive: Archive) -> Iterator[Step]:
    """What such a rebuilding would change; nothing is changed."""
    yield from _rebuilt(archive.compare(), "compare")


def reindex_closed(folder: Path) -> Iterator[Step]:
    """The same for a data folder that nobody has open, even where its index cannot be read any more. Raises UsageError."""
    yield from _rebuilt(rebuild(folder))


def _rebuilt(steps: Iterator[rebuilding.Rebuilding | rebuilding.Rebuilt], summary: str = "reindex") -> Iterator[Step]:
    for step in steps:
        if isinstance(step, rebuilding.Rebuilding):
            yield {"done": step.done, "total": step.total}
            continue
        for word, lines in (
            ("found", step.found),
            ("lost", step.lost),
            ("differs", step.differing),
            ("not copied", step.not_copied),
        ):
            for line in lines:
                yield {"difference": word, "detail": line}
        yield {
            "summary": summary,
            "instances": step.instances,
            "set_aside": step.set_aside,
            "found": step.found_count,
            "lost": step.lost_count,
            "differing": step.differing_count,
        }

"""How every generator of a page ends: the page is written, or with `--check` only compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def written(target: Path, page: str, arguments: Sequence[str]) -> int:
    """0 when the page is right or was written, 1 when `--check` finds it old."""
    if "--check" in arguments:
        return int(not target.exists() or target.read_text(encoding="utf-8") != page)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return 0

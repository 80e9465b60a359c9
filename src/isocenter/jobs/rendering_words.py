"""A `Rendering` on its way to a worker process, in words that fit JSON, and back.

Comes in and goes out: the same question; what was asked for is never changed on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from isocenter.model.pictures import Rendering, Viewport, VoiFunction, Window


def words(wanted: Rendering) -> dict[str, Any]:
    """A `Rendering` as what fits JSON."""
    told = asdict(wanted)
    if wanted.window is not None:
        told["window"]["function"] = wanted.window.function.value
    return told


def rendering(told: Mapping[str, Any]) -> Rendering:
    """The `Rendering` that `words` made these of."""
    window, viewport = told["window"], told["viewport"]
    if window is not None:
        window = Window(**{**window, "function": VoiFunction(window["function"])})
    return Rendering(**{**told, "window": window, "viewport": Viewport(**viewport) if viewport is not None else None})

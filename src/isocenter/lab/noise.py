"""Soft random fields in space: what folds a cortex, mottles a marrow and wrinkles a liver.

A seed and a size of cell come in; values of about unit spread go out for the points of a plane that lies along the axes. The same
point has the same value in whatever plane it is asked for, so that three series of one head agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Field = np.ndarray[Any, np.dtype[Any]]

_SPREAD = 0.46
"""Of a sum of cubic B-splines over three axes with weights of unit spread, found by measuring it."""


class Clouds:
    """One field. `cell_mm` is the distance of its random weights; it covers `reach_mm` to both sides of the middle."""

    def __init__(self, seed: int, cell_mm: float, reach_mm: float = 130.0) -> None:
        self._cell_mm = cell_mm
        self._half = int(np.ceil(reach_mm / cell_mm)) + 2
        count = 2 * self._half + 1
        self._weights = np.random.default_rng(seed).standard_normal((count, count, count), dtype=np.float32)

    def at(self, x: Field, y: Field, z: Field) -> Field:
        """The values where the three vectors of mm cross; those of length 1 are left out of the shape."""
        values = self._weights
        # The shortest first, so that the others have a layer to work on. Sums of four, not products of matrices: those are split
        # over threads, and their last bit depends on the computer.
        for axis, place in sorted(((0, z), (1, y), (2, x)), key=lambda one: len(one[1])):
            values = self._between(values, place, axis)
        return np.asarray(values.squeeze() / _SPREAD, np.float32)

    def _between(self, values: Field, place_mm: Field, axis: int) -> Field:
        """The cubic B-spline over the weights along one axis, at each coordinate: of the four that are near."""
        at = np.ravel(place_mm).astype(np.float32) / np.float32(self._cell_mm) + np.float32(self._half)
        first = np.floor(at).astype(np.intp)
        part = at - first
        weights = (
            (1 - part) ** 3 / 6,
            2 / 3 - part**2 + part**3 / 2,
            2 / 3 - (1 - part) ** 2 + (1 - part) ** 3 / 2,
            part**3 / 6,
        )
        shape = [-1 if one == axis else 1 for one in range(3)]
        found: Field = np.zeros(1, np.float32)
        for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
            found = found + values.take(first + offset, axis) * weight.astype(np.float32).reshape(shape)
        return found

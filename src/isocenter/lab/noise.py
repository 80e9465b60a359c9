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
        bases = [self._basis(axis) for axis in (z, y, x)]
        single = min(range(3), key=lambda axis: len(bases[axis]))
        # A spline reaches over four cells: the single coordinate needs four layers of the weights.
        near = np.flatnonzero(bases[single][0])
        layer = np.tensordot(bases[single][0, near], self._weights.take(near, single), (0, single))
        rows, columns = (bases[axis] for axis in range(3) if axis != single)
        return np.asarray(rows @ layer @ columns.T / _SPREAD, np.float32)

    def _basis(self, axis_mm: Field) -> Field:
        """The cubic B-splines at each coordinate, one row a coordinate."""
        at = np.ravel(axis_mm)[:, None] / self._cell_mm + self._half
        distance = np.abs(at - np.arange(2 * self._half + 1, dtype=np.float32)[None, :])
        near = 2 / 3 - distance**2 + distance**3 / 2
        far = np.clip(2 - distance, 0, None) ** 3 / 6
        return np.asarray(np.where(distance < 1, near, far), np.float32)

"""Draws the four small pictures of the empty archive's page from the sample studies themselves, into web/src/pages/first_run.

Run it when the samples change: `python tools/generate_sample_pictures.py`. It is what they show, with a window and a cut.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from imagecodecs import webp_encode

from isocenter.lab import sample_chest, sample_head, sample_ultrasound
from isocenter.lab.head_anatomy import Head

FOLDER = Path(__file__).resolve().parents[1] / "web" / "src" / "pages" / "first_run"
HEIGHT = 168
"""Twice the height of a tile, for fine screens."""


def shown(values: np.ndarray, centre: float, width: float) -> np.ndarray:
    """Grey levels under a window."""
    return np.clip((values.astype(np.float64) - centre + width / 2) / width, 0, 1) * 255


def sized(picture: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The picture in another size: each new pixel is the mean of those under it."""
    for axis, count in ((0, rows), (1, columns)):
        edges = np.linspace(0, picture.shape[axis], count + 1)
        sums = np.concatenate((np.zeros_like(picture.take([0], axis)), np.cumsum(picture, axis)), axis)
        low = np.floor(edges).astype(int)
        part = (edges - low).reshape([-1 if at == axis else 1 for at in (0, 1)])
        high = np.minimum(low + 1, picture.shape[axis])
        at = sums.take(low, axis) * (1 - part) + sums.take(high, axis) * part
        picture = np.diff(at, axis=axis) / (picture.shape[axis] / count)
    return picture


def write(name: str, picture: np.ndarray) -> None:
    columns = round(picture.shape[1] * HEIGHT / picture.shape[0])
    grey = np.rint(sized(picture, HEIGHT, columns)).astype(np.uint8)
    (FOLDER / f"sample_{name}.webp").write_bytes(webp_encode(np.dstack([grey] * 3), level=82))


def main() -> None:
    ct = sample_head.ct_image(Head(1, bleeds=True), 33).pixel_array
    write("ct", shown(ct[24:488, 52:460], 40, 100))
    series = next(iter(sample_head.MR_SERIES))
    mr = sample_head.mr_image(Head(2), series, 28).pixel_array
    write("mr", shown(mr[14:238, 30:226], 700, 1240))
    us = sample_ultrasound.clip().pixel_array[6]
    write("us", shown(us[10:440, 44:622], 128, 256))
    chest = sample_chest.radiograph().pixel_array
    write("dx", shown(chest[120:1720, 96:1696], 7800, 11600))


if __name__ == "__main__":
    main()

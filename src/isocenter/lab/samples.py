"""Four synthetic studies that look like what they are, for whoever wants to try the workstation before real images come.

Nothing comes in; out go the images, each with who it is and how to make it, since its pixels are drawn when somebody wants them: a
CT of a head in Hounsfield units, an MR of a brain in three planes, an ultrasound clip with calibrated regions, and a radiograph of
a chest. Made again they are the same to the last bit, and in an archive there already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

COUNT = 214
BYTES = 68_176_012
"""What they come to; known without making them, so that a page can say so before."""


@dataclass(frozen=True, slots=True)
class SampleImage:
    """One image; `make` draws it and returns its data set in Explicit VR Little Endian."""

    label: str
    sop_class_uid: str
    sop_instance_uid: str
    make: Callable[[], bytes]


def images() -> list[SampleImage]:
    """All of them, study by study. What draws them is loaded now."""
    from isocenter.lab import sample_chest, sample_head, sample_ultrasound
    from isocenter.lab.head_anatomy import Head
    from isocenter.lab.sample_header import SampleSeries, instance_uid

    found = []

    def add(of: SampleSeries, number: int, draw: Callable[[], Dataset]) -> None:
        label = f"sample {of.study.description}, {of.description}, {number}"
        found.append(SampleImage(label, of.sop_class, instance_uid(of, number), partial(_drawn, draw)))

    bleeding, other = Head(1, bleeds=True), Head(2)
    for number in range(1, sample_head.CT_SLICES + 1):
        add(sample_head.CT_SERIES, number, partial(sample_head.ct_image, bleeding, number))
    for series, (_, slices) in sample_head.MR_SERIES.items():
        for number in range(1, slices + 1):
            add(series, number, partial(sample_head.mr_image, other, series, number))
    add(sample_ultrasound.SERIES, 1, sample_ultrasound.clip)
    add(sample_chest.SERIES, 1, sample_chest.radiograph)
    return found


def _drawn(draw: Callable[[], Dataset]) -> bytes:
    from isocenter.lab.phantom import data_set_bytes

    return data_set_bytes(draw())

"""The window of an image that names none: what a reader of that kind of image expects to see first.

Come in: the attributes of a frame, and its values in the modality's unit with how often each occurs, padding left out. Goes out: a
window. CT in Hounsfield units has fixed ones; MR and projections leave their extremes out; what is already meant for the eye stays
as it is; anything else is shown from its lowest to its highest value.
"""

from __future__ import annotations

import math
import sys

import numpy as np

from isocenter.imaging.attributes import Attributes
from isocenter.imaging.functional_groups import PIXEL_VALUE_TRANSFORMATION, FrameAttributes
from isocenter.imaging.luts import RESCALE_INTERCEPT, RESCALE_TYPE, Modality
from isocenter.imaging.stored_values import Array, Cell
from isocenter.model.pictures import VoiFunction, Window

HEAD = Window(40, 80)
BODY = Window(40, 400)
_MODALITY = 0x00080060
_IMAGE_TYPE = 0x00080008
_SOP_CLASS_UID = 0x00080016
_BODY_PART_EXAMINED = 0x00180015
_SERIES_DESCRIPTION = 0x0008103E
_STUDY_DESCRIPTION = 0x00081030
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_PERCENTILES = {"MR": (1.0, 99.5), "CR": (1.0, 99.0), "DX": (1.0, 99.0), "MG": (1.0, 99.0), "IO": (1.0, 99.0), "PT": (0.0, 99.5)}
_FOR_THE_EYE = frozenset({"US", "IVUS", "SC", "OT", "ES", "XC", "GM", "SM", "OP", "OPT", "IVOCT", "SEG", "DOC", "HD", ""})
"""Modalities whose eight bits are grey levels already."""


def fixed(frame: FrameAttributes, modality: Modality, cell: Cell) -> Window | None:
    """The window that the kind of image alone decides; None where its values must be looked at."""
    image = frame.image
    kind = image.text(_MODALITY)
    if kind == "CT" and _in_hounsfield_units(frame, modality):
        return HEAD if _is_head(image) else BODY
    identity = modality == Modality()
    is_capture = image.text(_SOP_CLASS_UID).startswith(_SECONDARY_CAPTURE)
    for_the_eye = kind in _FOR_THE_EYE or is_capture or cell.bits_stored == 1
    if cell.bits_stored <= 8 and not cell.signed and identity and for_the_eye:
        return full_range(0.0, float((1 << cell.bits_stored) - 1))
    return None


def by_values(frame: FrameAttributes, values: Array, counts: Array) -> Window:
    """The window that the values decide, each of which occurs `counts` times; of no value at all, anything."""
    finite = np.isfinite(values)
    values, counts = values[finite], counts[finite]
    if values.size == 0:
        return full_range(0.0, 1.0)
    kind = frame.image.text(_MODALITY)
    if kind == "NM":
        return full_range(min(0.0, float(values.min())), float(values.max()))
    low, high = _PERCENTILES.get(kind, (0.0, 100.0))
    order = np.argsort(values, kind="stable")
    values, upto = values[order], np.cumsum(counts[order])
    positions = np.searchsorted(upto, [low / 100 * upto[-1], high / 100 * upto[-1]])
    first, last = (float(values[min(int(position), values.size - 1)]) for position in positions)
    if first == last:
        first, last = float(values[0]), float(values[-1])
    return full_range(first, last)


def full_range(lowest: float, highest: float) -> Window:
    """The window that makes the lowest value black and the highest white."""
    width = highest - lowest or 1.0  # a single value is black
    if not math.isfinite(width):
        return Window(lowest / 2 + highest / 2, sys.float_info.max, VoiFunction.LINEAR_EXACT)
    return Window(lowest + width / 2, width, VoiFunction.LINEAR_EXACT)


def _in_hounsfield_units(frame: FrameAttributes, modality: Modality) -> bool:
    source = frame.of_macro(PIXEL_VALUE_TRANSFORMATION)
    if modality.table is not None or source.element(RESCALE_INTERCEPT) is None or "LOCALIZER" in frame.image.texts(_IMAGE_TYPE):
        return False
    rescale_type = source.text(RESCALE_TYPE)
    return rescale_type == "HU" or (not rescale_type and not frame.image.text(_SOP_CLASS_UID).startswith(_SECONDARY_CAPTURE))


def _is_head(image: Attributes) -> bool:
    words = " ".join(image.text(tag) for tag in (_BODY_PART_EXAMINED, _SERIES_DESCRIPTION, _STUDY_DESCRIPTION)).upper()
    return any(word in words for word in ("HEAD", "BRAIN", "SKULL", "SCHAEDEL", "KOPF", "CRANE"))

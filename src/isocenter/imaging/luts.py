"""From stored values to grey levels: Modality LUT, VOI LUT, Presentation LUT Shape (PS3.3 C.11.1, C.11.2, C.11.6; PS3.4 N.2.1).

Come in: the attributes of a frame, and values. Go out: P-values from 0 to 255. The formulas of C.11.2.1 are computed as they are
printed, for every value that a pixel can have, never for every pixel; a table is made once for equal parameters. Nothing is clipped
before the VOI LUT; an index outside of a table takes its first or last entry (C.11.1.1.1, C.11.2.1.1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from isocenter.base.errors import UnreadableDataset
from isocenter.imaging.attributes import Attributes
from isocenter.imaging.elements import tag_text
from isocenter.imaging.functional_groups import FRAME_VOI_LUT, PIXEL_VALUE_TRANSFORMATION, FrameAttributes
from isocenter.imaging.stored_values import Array, Cell, for_words, padded, values_of_patterns
from isocenter.model.pictures import VoiFunction, Window

RESCALE_INTERCEPT = 0x00281052
RESCALE_SLOPE = 0x00281053
RESCALE_TYPE = 0x00281054
MODALITY_LUT_SEQUENCE = 0x00283000
WINDOW_CENTER = 0x00281050
WINDOW_WIDTH = 0x00281051
VOI_LUT_FUNCTION = 0x00281056
VOI_LUT_SEQUENCE = 0x00283010
LUT_DESCRIPTOR = 0x00283002
LUT_DATA = 0x00283006
PRESENTATION_LUT_SHAPE = 0x20500020
_SOP_CLASS_UID = 0x00080016
_PIXEL_INTENSITY_RELATIONSHIP = 0x00281040
_PROJECTIONS = tuple(f"1.2.840.10008.5.1.4.1.1.12.{number}" for number in (1, 2, 3))
"""X-Ray Angiographic, X-Ray Radiofluoroscopic, and the retired Angiographic Bi-Plane Image Storage."""
WHITE = 255


@dataclass(frozen=True, slots=True)
class Lut:
    """A table of unsigned entries, `entries` as little endian 16-bit words; `first` is the value that its first entry is for."""

    first: int
    bits: int
    entries: bytes

    def of(self, values: Array) -> Array:
        """The entry for each value, as a float."""
        table = np.frombuffer(self.entries, "<u2")
        indices = np.nan_to_num(np.clip(np.rint(values) - self.first, 0, table.size - 1))
        found: Array = table[indices.astype(np.int64)]
        return found.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Modality:
    """The Modality LUT: a table, or slope and intercept."""

    slope: float = 1.0
    intercept: float = 0.0
    table: Lut | None = None

    def of(self, values: Array) -> Array:
        """The values in the modality's unit, as floats; a slope of 1e308 is a number too, and may make infinite ones."""
        if self.table is not None:
            return self.table.of(values)
        with np.errstate(over="ignore", invalid="ignore"):
            return values * self.slope + self.intercept


def read_lut(item: Attributes, *, signed: bool) -> Lut:
    """LUT Descriptor and LUT Data of an item (PS3.3 C.11.1.1.1): 0 entries mean 65536, entries of 8 bits may lie two in a word."""
    descriptor = item.shorts(LUT_DESCRIPTOR, signed=signed)
    if len(descriptor) != 3:
        raise UnreadableDataset(f"LUT Descriptor {tag_text(LUT_DESCRIPTOR)} has {len(descriptor)} values, not 3")
    count, first, bits = descriptor[0] & 0xFFFF or 0x10000, descriptor[1], descriptor[2] & 0xFFFF
    if not 1 <= bits <= 16:
        raise UnreadableDataset(f"LUT Descriptor {tag_text(LUT_DESCRIPTOR)} says {bits} bits an entry")
    content = item.words(LUT_DATA)
    if len(content) < 2 * count and bits <= 8 and len(content) >= count:
        content = np.frombuffer(content, np.uint8)[:count].astype("<u2").tobytes()
    if len(content) < 2 * count:
        text = f"LUT Data {tag_text(LUT_DATA)} has {len(content)} bytes, {count} entries of {bits} bits were promised"
        raise UnreadableDataset(text)
    return Lut(first, bits, content[: 2 * count])


def modality_of(frame: FrameAttributes, *, signed: bool) -> Modality:
    """The Modality LUT of a frame. Logarithmic or displayed X-ray projections are shown without: theirs is for measuring."""
    image = frame.image
    if image.text(_SOP_CLASS_UID) in _PROJECTIONS and image.text(_PIXEL_INTENSITY_RELATIONSHIP) in ("LOG", "DISP"):
        return Modality()
    item = image.item(MODALITY_LUT_SEQUENCE)
    if item is not None:
        return Modality(table=read_lut(item, signed=signed))
    source = frame.of_macro(PIXEL_VALUE_TRANSFORMATION)
    slope, intercept = source.decimals(RESCALE_SLOPE), source.decimals(RESCALE_INTERCEPT)
    return Modality(slope[0] if slope else 1.0, intercept[0] if intercept else 0.0)


def voi_of(frame: FrameAttributes, *, signed: bool) -> Window | Lut | None:
    """What the instance itself says of a frame's VOI: its first window that can be computed, else its first VOI LUT, else None."""
    source = frame.of_macro(FRAME_VOI_LUT)
    try:
        centers, widths = source.decimals(WINDOW_CENTER), source.decimals(WINDOW_WIDTH)
    except UnreadableDataset:
        centers, widths = [], []
    name = source.text(VOI_LUT_FUNCTION)
    function = VoiFunction(name) if name in VoiFunction.__members__ else VoiFunction.LINEAR
    if len(centers) == len(widths):
        for center, width in zip(centers, widths, strict=True):
            window = Window(center, width, function)
            if is_computable(window):
                return window
    item = source.item(VOI_LUT_SEQUENCE)
    return None if item is None else read_lut(item, signed=signed)


def is_computable(window: Window) -> bool:
    """Whether the formulas hold for it: LINEAR needs a width of 1 at least, the others one above 0 (PS3.3 C.11.2.1.2.1)."""
    if not (math.isfinite(window.center) and math.isfinite(window.width)):
        return False
    return window.width >= 1 if window.function is VoiFunction.LINEAR else window.width > 0


def windowed(values: Array, window: Window) -> Array:
    """Values from 0 to 255 by the function of PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 or C.11.2.1.3.2, not rounded."""
    center, width = window.center, window.width
    if window.function is VoiFunction.SIGMOID:
        return WHITE / (1.0 + np.exp(np.clip(-4.0 * (values - center) / width, -700.0, 700.0)))
    if window.function is VoiFunction.LINEAR:
        center, width = center - 0.5, width - 1
    low, high = center - width / 2, center + width / 2
    if width == 0:
        return np.where(values <= low, 0.0, float(WHITE))
    between = ((values - center) / width + 0.5) * WHITE
    return np.where(values <= low, 0.0, np.where(values > high, float(WHITE), between))


def grey(values: Array, modality: Modality, voi: Window | Lut) -> Array:
    """Stored values to P-values, as bytes; halves are rounded up, what is not a number is black."""
    in_unit = modality.of(values)
    with np.errstate(over="ignore", invalid="ignore"):
        levels = voi.of(in_unit) * (WHITE / ((1 << voi.bits) - 1)) if isinstance(voi, Lut) else windowed(in_unit, voi)
        rounded: Array = np.floor(np.nan_to_num(np.clip(levels, 0, WHITE)) + 0.5)
    return rounded.astype(np.uint8)


@lru_cache(maxsize=16)
def grey_table(cell: Cell, modality: Modality, voi: Window | Lut, inverted: bool, padding: tuple[int, int] | None) -> Array:
    """The P-value of every word of a cell of up to 16 bits. Padding is black, inverted or not."""
    values = values_of_patterns(cell)
    levels = grey(values.astype(np.float64), modality, voi)
    if inverted:
        levels = WHITE - levels
    levels[padded(values, padding)] = 0
    table = for_words(levels, cell)
    table.setflags(write=False)
    return table


def is_inverted(image: Attributes, photometric_interpretation: str) -> bool:
    """Whether low values are bright: MONOCHROME1 and shape INVERSE say the same thing, and both together say it once (C.8.11.3)."""
    return photometric_interpretation == "MONOCHROME1" or image.text(PRESENTATION_LUT_SHAPE) == "INVERSE"

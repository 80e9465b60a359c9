"""One frame as a picture (PS3.18 8.3.5, 10.4.1.1.3; the pipeline of PS3.4 N.2).

Comes in: a data set in one piece, its transfer syntax, a frame counted from 1, what the picture shall be. Goes out: a file of that
media type. Stored values, Modality LUT, VOI LUT, presentation, in that order and each by its own room; colour becomes RGB and knows
no VOI unless a window is asked for. Sizes are compared with their limits before anything is decoded. What is broken is refused with
its reason; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import RENDERED_FRAME_PIXELS_MAX
from isocenter.dataset.deflated import inflated
from isocenter.imaging import (
    codestreams,
    colour,
    decode,
    default_window,
    luts,
    overlays,
    palette,
    picture_files,
    shutters,
    viewport,
    wide_values,
)
from isocenter.imaging.attributes import Attributes
from isocenter.imaging.elements import PIXEL_DATA, Element, Reader, syntax_of, tag_text
from isocenter.imaging.frames import (
    DOUBLE_FLOAT_PIXEL_DATA,
    FLOAT_PIXEL_DATA,
    PixelDescription,
    PixelMap,
    described,
    joined,
    pixel_map,
)
from isocenter.imaging.functional_groups import PIXEL_MEASURES, FrameAttributes
from isocenter.imaging.stored_values import (
    TABLE_BITS_MAX,
    Array,
    Cell,
    cell_of,
    cell_of_lossy,
    counted,
    for_words,
    looked_up,
    padded,
    values_of_patterns,
    values_of_words,
)
from isocenter.model.pictures import Rendering, Window
from isocenter.standard import transfer_syntax as uids

_MONOCHROME = ("MONOCHROME1", "MONOCHROME2")
_FLOATS = {FLOAT_PIXEL_DATA: 4, DOUBLE_FLOAT_PIXEL_DATA: 8}
_PIXEL_PADDING_VALUE = 0x00280120
_PIXEL_PADDING_RANGE_LIMIT = 0x00280121
_PIXEL_PRESENTATION = 0x00089205
_PIXEL_SPACING = 0x00280030
_IMAGER_PIXEL_SPACING = 0x00181164
_PIXEL_ASPECT_RATIO = 0x00280034
_COLOUR_OF_GREY = ("COLOR", "MIXED")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A data set that was read: its elements, and which of them holds the pixels (0 where none does)."""

    reader: Reader
    elements: list[Element]
    pixels: int
    syntax: uids.TransferSyntax

    @property
    def description(self) -> PixelDescription:
        return described(self.reader, self.elements)


def frame_count(data_set: bytes | memoryview, transfer_syntax: str) -> int:
    """How many frames the data set says that it has; 0 where it holds no pixels.

    Raises `UnreadableDataset` where its bytes or its image attributes make no sense.
    """
    opened = _opened(data_set, transfer_syntax)
    return opened.description.number_of_frames if opened.pixels else 0


def render(data_set: bytes | memoryview, transfer_syntax: str, frame: int, wanted: Rendering) -> bytes:
    """Frame `frame` (from 1) as a file of `wanted.media_type`.

    Raises `UnreadableDataset` where the data set is broken or contradicts itself, `LocalError` for what cannot be done: no such
    frame, no pixels, a coding or a colour that nothing here knows, a window that cannot be computed, too large a picture.
    """
    picture_files.check(wanted.media_type, wanted.quality)
    if wanted.window is not None and not luts.is_computable(wanted.window):
        raise LocalError(f"a window of center {wanted.window.center:g} and width {wanted.window.width:g} cannot be computed")
    opened = _opened(data_set, transfer_syntax)
    if not opened.pixels:
        raise LocalError("the instance has no pixels to render")
    description = opened.description
    if not 1 <= frame <= description.number_of_frames:
        raise LocalError(f"there is no frame {frame}: the instance has {description.number_of_frames}")
    if description.rows * description.columns > RENDERED_FRAME_PIXELS_MAX:
        text = f"a frame of {description.columns} x {description.rows} pixels is more than the {RENDERED_FRAME_PIXELS_MAX}"
        raise LocalError(f"{text} that are rendered")
    attributes = FrameAttributes(Attributes(opened.reader, opened.elements), frame - 1)
    picture, spare = _picture(opened, attributes, frame - 1, wanted.window)
    picture = _shuttered(picture, attributes)
    if wanted.overlays:
        picture = _with_overlays(picture, attributes.image, frame - 1, spare)
    if wanted.viewport is not None:
        picture = viewport.shown(picture, wanted.viewport, _pixel_height_by_width(attributes))
    return picture_files.encoded(picture, wanted.media_type, wanted.quality)


def _opened(data_set: bytes | memoryview, transfer_syntax: str) -> _Opened:
    syntax = uids.of(transfer_syntax)
    view = memoryview(inflated(data_set) if syntax.deflated else data_set)
    syntax = syntax_of(view, syntax)
    reader = Reader(view, explicit=syntax.explicit_vr, little=syntax.little_endian)
    elements = reader.elements(0, len(view))
    found = [element.tag for element in elements if element.tag == PIXEL_DATA or element.tag in _FLOATS]
    if len(found) > 1:
        raise UnreadableDataset(f"{tag_text(found[0])} and {tag_text(found[1])} are both there")
    return _Opened(reader, elements, found[0] if found else 0, syntax)


def _picture(opened: _Opened, frame: FrameAttributes, index: int, window: Window | None) -> tuple[Array, overlays.Spare | None]:
    """The whole frame, one or three bytes a pixel, and its words where they may hold overlays."""
    if opened.pixels in _FLOATS:
        return _grey_of_floats(opened, frame, index, window), None
    pixels = pixel_map(opened.reader, opened.elements, opened.syntax)
    native = decode.native_frame(opened.reader.view, pixels, index)
    description = pixels.description
    if pixels.encapsulated:
        description = decode.described_after(description, pixels.transfer_syntax.uid)
    if description.samples_per_pixel > 1:
        described_colour = _as_it_was_coded(opened.reader.view, pixels, index, description)
        return _windowed_colour(colour.rgb(native, described_colour), window), None
    words = _words(native, description)
    cell = cell_of_lossy(description) if pixels.encapsulated and opened.syntax.lossy else cell_of(description)
    picture = _of_one_sample(words, description.photometric_interpretation, cell, frame, window)
    kept_spare_bits = not pixels.encapsulated or opened.syntax.uid in decode.PACKED_SYNTAXES
    return picture, overlays.Spare(words, cell) if kept_spare_bits else None


def _words(native: bytes, description: PixelDescription) -> Array:
    rows, columns = description.rows, description.columns
    if description.bits_allocated == 1:
        return np.unpackbits(np.frombuffer(native, np.uint8), count=rows * columns, bitorder="little").reshape(rows, columns)
    return np.frombuffer(native, f"<u{description.bits_allocated // 8}").reshape(rows, columns)


def _of_one_sample(words: Array, photometric: str, cell: Cell, frame: FrameAttributes, window: Window | None) -> Array:
    if photometric == "PALETTE COLOR":
        if cell.bits_stored > TABLE_BITS_MAX:
            raise UnreadableDataset(f"a palette cannot colour {cell.bits_stored} bits")
        channels = palette.read(frame.image, signed=cell.signed)
        return _windowed_colour(_coloured(words, palette.colours(channels, cell), cell), window)
    if photometric not in (*_MONOCHROME, ""):
        raise LocalError(f"nothing here renders one sample per pixel of Photometric Interpretation {photometric}")
    picture = _grey(words, cell, frame, photometric, window)
    if frame.image.element(palette.DESCRIPTORS[0]) is not None and cell.bits_stored <= TABLE_BITS_MAX:
        return _partly_coloured(picture, words, cell, frame)
    return picture


def _grey(words: Array, cell: Cell, frame: FrameAttributes, photometric: str, window: Window | None) -> Array:
    modality = luts.modality_of(frame, signed=cell.signed)
    inverted = luts.is_inverted(frame.image, photometric)
    padding = _padding(frame.image, cell)
    voi = window or luts.voi_of(frame, signed=modality.table is None and (cell.signed or modality.intercept < 0))
    voi = voi or default_window.fixed(frame, modality, cell)
    if cell.bits_allocated <= TABLE_BITS_MAX:
        voi = voi or _by_words(words, cell, frame, modality, padding)
        return looked_up(words, luts.grey_table(cell, modality, voi, inverted, padding))

    def rows(start: int, stop: int) -> tuple[Array, Array]:
        values = values_of_words(words[start:stop], cell)
        return values.astype(np.float64), padded(values, padding)

    shape = (words.shape[0], words.shape[1])
    voi = voi or wide_values.default(rows, shape, modality, frame)
    return wide_values.grey(rows, shape, modality, voi, inverted=inverted)


def _grey_of_floats(opened: _Opened, frame: FrameAttributes, index: int, window: Window | None) -> Array:
    """Float or Double Float Pixel Data (PS3.3 C.7.6.24, C.7.6.25): they have no Modality LUT but what the attributes say."""
    element = next(element for element in opened.elements if element.tag == opened.pixels)
    width, description = _FLOATS[opened.pixels], opened.description
    if description.samples_per_pixel != 1:
        raise UnreadableDataset(f"{tag_text(opened.pixels)} with {description.samples_per_pixel} samples per pixel")
    size = description.rows * description.columns * width
    if element.length < size * description.number_of_frames:
        text = f"{tag_text(opened.pixels)} has {element.length} bytes, {size * description.number_of_frames} were promised"
        raise UnreadableDataset(text, offset=element.start)
    start = element.value + index * size
    kind = np.dtype(f"{'<' if opened.reader.little else '>'}f{width}")
    numbers = np.frombuffer(opened.reader.view[start : start + size], kind).reshape(description.rows, description.columns)

    def rows(start: int, stop: int) -> tuple[Array, Array]:
        values = numbers[start:stop].astype(np.float64)
        return values, ~np.isfinite(values)

    shape = (description.rows, description.columns)
    modality = luts.modality_of(frame, signed=True)
    voi = window or luts.voi_of(frame, signed=True) or wide_values.default(rows, shape, modality, frame)
    inverted = luts.is_inverted(frame.image, description.photometric_interpretation)
    return wide_values.grey(rows, shape, modality, voi, inverted=inverted)


def _by_words(words: Array, cell: Cell, frame: FrameAttributes, modality: luts.Modality, padding: tuple[int, int] | None) -> Window:
    """The window that the values decide, from how often each word occurs."""
    counts = counted(words, 1 << cell.bits_allocated)
    present = np.flatnonzero(counts)
    stored = for_words(values_of_patterns(cell), cell)[present]
    kept = ~padded(stored, padding)
    return default_window.by_values(frame, modality.of(stored[kept].astype(np.float64)), counts[present][kept])


def _padding(image: Attributes, cell: Cell) -> tuple[int, int] | None:
    """Pixel Padding Value and its range's other end, read with the sign of the pixels whatever their representation says."""
    ends = []
    for tag in (_PIXEL_PADDING_VALUE, _PIXEL_PADDING_RANGE_LIMIT):
        found = image.shorts(tag)
        if found:
            value = found[0] & 0xFFFF
            ends.append(value - 0x10000 if cell.signed and value > 0x7FFF else value)
        elif tag == _PIXEL_PADDING_VALUE:
            return None
    return ends[0], ends[-1]


def _coloured(words: Array, of_patterns: Array, cell: Cell) -> Array:
    return looked_up(words, for_words(of_patterns, cell))


def _partly_coloured(picture: Array, words: Array, cell: Cell, frame: FrameAttributes) -> Array:
    """A supplemental palette (PS3.3 C.7.6.19): values from its first one on are colours, those below stay grey."""
    if frame.of_frame_type().text(_PIXEL_PRESENTATION) not in _COLOUR_OF_GREY:
        return picture
    channels = palette.read(frame.image, signed=cell.signed)
    first = min(channel.first for channel in channels)
    is_colour = looked_up(words, for_words((values_of_patterns(cell) >= first).astype(np.uint8), cell)).astype(np.bool_)
    out = np.repeat(picture[..., np.newaxis], 3, axis=2)
    out[is_colour] = _coloured(words[is_colour], palette.colours(channels, cell), cell)
    return out


def _as_it_was_coded(view: memoryview, pixels: PixelMap, index: int, description: PixelDescription) -> PixelDescription:
    """What the samples are, where a lossy JPEG says otherwise than the attributes do."""
    if pixels.transfer_syntax.uid not in decode.JPEG_LOSSY_SYNTAXES or description.samples_per_pixel != 3:
        return description
    photometric = codestreams.jpeg_colour(joined(view, pixels.frames[index])) or description.photometric_interpretation
    return replace(description, photometric_interpretation=photometric)


def _windowed_colour(picture: Array, window: Window | None) -> Array:
    if window is None:
        return picture
    levels = luts.grey(np.arange(256, dtype=np.float64), luts.Modality(), window)
    return looked_up(picture, levels)


def _shuttered(picture: Array, frame: FrameAttributes) -> Array:
    found = shutters.hidden(frame, picture.shape[0], picture.shape[1])
    if found is None:
        return picture
    picture = picture if picture.flags.writeable else picture.copy()
    picture[found[0]] = found[1]
    return picture


def _with_overlays(picture: Array, image: Attributes, index: int, spare: overlays.Spare | None) -> Array:
    mask = overlays.lit(image, index, picture.shape[0], picture.shape[1], spare)
    if mask is None:
        return picture
    picture = picture if picture.flags.writeable else picture.copy()
    picture[mask] = luts.WHITE
    return picture


def _pixel_height_by_width(frame: FrameAttributes) -> float:
    """How much higher than wide a pixel is: by its spacing, else by its aspect ratio (PS3.3 C.7.6.3.1.7)."""
    image = frame.image
    sources = ((frame.of_macro(PIXEL_MEASURES), _PIXEL_SPACING), (image, _IMAGER_PIXEL_SPACING), (image, _PIXEL_ASPECT_RATIO))
    for source, tag in sources:
        try:
            pair = source.decimals(tag)
        except UnreadableDataset:
            continue
        if len(pair) == 2 and min(pair) > 0:
            return min(max(pair[0] / pair[1], 0.01), 100.0)
    return 1.0

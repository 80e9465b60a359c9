"""The radiograph of the sample studies: a chest from behind to the front, 14 bits (PS3.3 A.26).

Nothing comes in, one instance goes out. How much a ray meets on its way through wall, lungs, heart, bones and vessels is summed in
cm of water, point by point; the picture is that sum. It has Imager Pixel Spacing and an Estimated Radiographic Magnification
Factor and no Pixel Spacing, so that a length has to be worked out from both.
"""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from isocenter.lab.noise import Field
from isocenter.lab.sample_header import Pixels, SampleSeries, SampleStudy, grey, image

DIGITAL_XRAY_FOR_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.1"
STUDY = SampleStudy("dx", "SAMPLE^CHEST", "SAMPLE-4", "19550730", "M", "20260115", "110000", "CHEST PA", "SAMPLE-DX", "CHEST")
SERIES = SampleSeries(STUDY, 1, "DX", DIGITAL_XRAY_FOR_PRESENTATION, "PA", "Phantom DX")
ROWS, COLUMNS = 2048, 1792
_PIXEL_CM = 0.02
_COARSE = 2
"""Worked out at every second pixel both ways and drawn between them: nothing in it is finer than a millimetre but the noise."""


def radiograph() -> Dataset:
    """The one image."""
    random = np.random.default_rng(41)
    x = ((np.arange(COLUMNS // _COARSE, dtype=np.float32) + 0.5) * _PIXEL_CM * _COARSE - COLUMNS * _PIXEL_CM / 2)[None, :]
    y = ((np.arange(ROWS // _COARSE, dtype=np.float32) + 0.5) * _PIXEL_CM * _COARSE - 17.0)[:, None]
    air = _lungs(x, y)
    path = _wall(x, y) - 0.74 * air
    path += _middle(x, y, air) + _below(x, y)
    path += 0.62 * _vessels(x, y, random) * np.minimum(air / 4, 1)
    path += _bones(x, y)
    # Water scatters: what is dense brightens its surroundings a little.
    shown = _doubled(path)
    shown += random.standard_normal(shown.shape, dtype=np.float32) * (0.10 + 0.006 * shown)
    level = 15600 * (1 - np.exp(-np.clip(shown + 2.0, 0, None) / 13.5)) - 900
    _letter(level)
    return _data_set(np.clip(np.rint(level), 0, 16383).astype("<u2"))


def _soft(distance: Field, width: float) -> Field:
    """1 inside, where the distance to an edge in cm is negative, 0 outside, with an edge of a width."""
    return np.asarray(1 / (1 + np.exp(np.clip(distance / width, -30, 30))), np.float32)


def _wall(x: Field, y: Field) -> Field:
    """Chest wall, shoulders, neck and arms."""
    half = np.interp(y, (-17, -14.8, -12.4, -10, -6, 0, 6, 14, 24), (5.6, 6.8, 15.0, 19.5, 20.0, 18.4, 17.2, 16.6, 17.0)).astype(
        np.float32
    )
    body = 2 * 9.4 * np.sqrt(np.clip(1 - (x / half) ** 2, 0, None)) * np.interp(y, (-17, -12, -6, 24), (0.6, 0.6, 0.86, 1.0))
    skin = 3.2 * _soft(np.abs(x) - half, 0.35)
    muscle = 2.6 * np.exp(-(((np.abs(x) - 9.4) / 4.2) ** 2) - ((y + 3.5) / 5.5) ** 2)
    return np.asarray(0.72 * body + skin + muscle, np.float32)


def _lungs(x: Field, y: Field) -> Field:
    """The air on each ray, in cm, right and left."""
    total = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
    for side, dome, apart in ((-1, 9.4, 1.7), (1, 10.6, 1.9)):
        across = x * side
        outer = np.interp(y, (-14.2, -13.2, -11, -7, -1, 6, 13), (4.6, 6.6, 8.8, 11.2, 13.0, 13.9, 14.1)).astype(np.float32)
        inner = apart + np.interp(y, (-14, -10, -2, 6, 13), (1.6, 0.7, 0.7, 0.5, 0.4)).astype(np.float32)
        top = np.where(y < -9.4, np.hypot((across - 5.9) / 4.3, (y + 9.4) / 4.6) - 1, np.float32(-1))
        floor = dome + 0.052 * (across - 6.6) ** 2 + 0.00035 * np.clip(across - 8, 0, None) ** 4
        edges = (across - outer, inner - across, top * 3.0, y - floor)
        inside = np.ones_like(total)
        for edge, width in zip(edges, (0.14, 0.22, 0.2, 0.1), strict=True):
            inside *= _soft(np.asarray(edge, np.float32), width)
        middle, half = (outer + inner) / 2, (outer - inner) / 2
        round_x = np.clip(1 - (np.abs(across - middle) / (half + 0.5)) ** 2.6, 0, 1)
        high = np.interp(y, (-14, -10, -3, 6, 13), (5.0, 9.5, 14.5, 16.0, 13.0)).astype(np.float32)
        total += inside * high * np.sqrt(round_x)
    return total


def _middle(x: Field, y: Field, air: Field) -> Field:
    """Heart, great vessels, and the windpipe with its branches."""
    turned, off = (x - 2.9) * 0.83 + (y - 4.6) * 0.56, (y - 4.6) * 0.83 - (x - 2.9) * 0.56
    heart = np.clip(1 - (turned / 7.3) ** 2 - (off / 5.2) ** 2, 0, None)
    right = np.clip(1 - ((x + 1.5) / 3.0) ** 2 - ((y - 5.0) / 4.4) ** 2, 0, None)
    dense = 9.5 * np.maximum(np.sqrt(heart), np.sqrt(right) * 0.8)
    knob = 2.8 * np.sqrt(np.clip(1 - ((x - 2.6) / 1.75) ** 2 - ((y + 4.9) / 1.7) ** 2, 0, None))
    aorta = 2.4 * np.sqrt(np.clip(1 - ((x - 2.0 - 0.05 * y) / 1.5) ** 2, 0, None)) * _soft(np.abs(y - 4) - 9, 0.8)
    cava = 2.0 * np.sqrt(np.clip(1 - ((x + 2.0) / 1.2) ** 2, 0, None)) * _soft(np.abs(y + 5) - 5, 0.5)
    hila = sum(
        4.0 * np.exp(-(((x - cx) / 1.25) ** 2) - ((y - cy) / 1.7) ** 2)
        for cx, cy in ((-3.9, 0.7), (3.8, -0.4), (-4.4, 2.2), (4.4, 1.4))
    )
    column = 4.3 * _soft(np.abs(x) - 2.5, 0.32) * _soft(-(y + 13.5), 2.5)
    pipe = 1.75 * np.sqrt(np.clip(1 - (x / 0.95) ** 2, 0, None)) * _soft(y + 2.2, 0.2)
    for side, slope in ((-1, 1.25), (1, 0.85)):
        line = (y + 2.2) - slope * x * side
        bronchus = np.sqrt(np.clip(1 - (line / np.hypot(1, slope) / 0.62) ** 2, 0, None))
        pipe = np.maximum(pipe, 1.2 * bronchus * ((x * side > -0.2) & (x * side < 2.9)))
    seen = np.minimum(air / 9.0, 1.0)
    # The heart takes the place of lung: what it adds is felt only where there was air, beside it the column is dense anyway.
    return np.asarray(dense * (0.1 + 0.9 * seen) + (knob + aorta + cava) * 0.8 + hila * 0.55 + column - pipe, np.float32)


def _below(x: Field, y: Field) -> Field:
    """The belly under the domes, denser than a chest, and the air in the stomach."""
    belly = 5.0 * _soft(11.6 - y, 0.9)
    bubble = 6.5 * np.sqrt(np.clip(1 - ((x - 6.6) / 2.7) ** 2 - ((y - 13.6) / 1.5) ** 2, 0, None))
    return np.asarray(belly - bubble, np.float32)


def _bones(x: Field, y: Field) -> Field:
    """Spine, ribs behind and before, collar bones and shoulder blades."""
    level = (y + 17) / (2.05 + 0.012 * (y + 17))
    disc = np.abs(level - np.round(level))
    body = 1.35 * _soft(np.abs(x) - 1.75, 0.12) * (0.78 + 0.22 * np.tanh((disc - 0.1) * 30))
    body = body + 0.5 * _soft(np.hypot(np.abs(x) - 1.0, (disc - 0.5) * 2.0) - 0.34, 0.06) + 0.45 * _soft(np.abs(x) - 0.28, 0.07)
    total = np.asarray(body * _soft(-(y + 16.8), 0.2), np.float32)
    for number in range(11):
        first = -13.3 + 2.18 * number
        half = float(np.interp(number, (0, 1, 2, 4, 7, 10), (5.8, 8.0, 10.2, 12.7, 14.4, 14.9)))
        for side in (-1, 1):
            _rib(total, x * side, y, first, half, behind=True)
            if 1 <= number <= 7:
                _rib(total, x * side, y, first, half, behind=False)
    for side in (-1, 1):
        across = x * side
        line = -11.4 + 0.26 * (across - 6) - 0.55 * np.sin((across - 2) * 0.42) - y
        shaft = _soft(np.abs(line) - 0.52, 0.07) + 0.7 * (_soft(np.abs(line) - 0.56, 0.06) - _soft(np.abs(line) - 0.36, 0.06))
        total += 1.5 * shaft * _soft(np.abs(across - 7.9) - 6.1, 0.16)
        blade = (across - 11.6) + 0.17 * (y + 3) - 0.03 * (y + 5) ** 2 * (y < -5)
        plate = _soft(-blade, 0.1) * _soft(across - 15.5, 0.3) * _soft(np.abs(y + 4.5) - 5.6 + 0.35 * (across - 11.5), 0.25)
        rim = np.exp(-((blade / 0.2) ** 2)) * _soft(np.abs(y + 3.6) - 5.2, 0.3)
        total += 0.55 * plate + 0.9 * rim
    return total


def _rib(total: Field, across: Field, y: Field, first: float, half: float, *, behind: bool) -> None:
    """One rib, added where it is: behind it rises from the spine and falls to the side, before it falls towards the middle."""
    shape = np.clip(across / half, 0, 1)
    if behind:
        middle = first - 0.9 * np.sin(shape * 2.6) + 2.7 * shape**2.4
        strength, wide = 1.5, 0.44
        within = _soft(across - half, 0.06) * _soft(1.5 - across, 0.15)
    else:
        middle = first + 8.3 - 5.6 * shape**1.6
        strength, wide = 0.7, 0.5
        within = _soft(across - half + 0.1, 0.06) * _soft(0.42 * half - across, 0.35)
    rows = np.flatnonzero((y.ravel() > float(middle.min()) - 1.2) & (y.ravel() < float(middle.max()) + 1.2))
    if not rows.size:
        return
    window = slice(int(rows[0]), int(rows[-1]) + 1)
    off = np.abs(y[window] - middle)
    # The crust is met along its edges for longer than in the middle; at the side the whole rib is met lengthwise.
    crust = _soft(off - wide, 0.045) - 0.55 * _soft(off - wide + 0.15, 0.05)
    total[window] += strength * within * crust * (1 + 1.1 * shape**6)


def _vessels(x: Field, y: Field, random: np.random.Generator) -> Field:
    """Branches from each hilum, finer and finer: a tree that forks at random."""
    total = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
    columns, rows = x.ravel(), y.ravel()
    waiting = [
        (side * 3.6, 0.6, angle + random.normal(0, 0.12), 0.34, 0)
        for side in (-1, 1)
        for angle in (np.linspace(-1.35, 1.45, 8) if side > 0 else np.pi - np.linspace(-1.35, 1.45, 8))
    ]
    while waiting:
        cx, cy, angle, width, depth = waiting.pop()
        length = float(random.uniform(1.2, 2.6)) * (0.9**depth)
        ex, ey = cx + length * np.cos(angle), cy + length * np.sin(angle)
        _draw(total, columns, rows, (cx, cy, ex, ey), width)
        if width > 0.07 and depth < 6:
            waiting.extend(
                (ex, ey, angle + random.normal(turn, 0.14), width * float(random.uniform(0.68, 0.82)), depth + 1)
                for turn in (0.34, -0.34)
            )
    return total


def _draw(total: Field, columns: Field, rows: Field, line: tuple[float, float, float, float], width: float) -> None:
    """One straight piece of a vessel: as thick as it is wide."""
    x0, y0, x1, y1 = line
    near = [
        np.flatnonzero((values > min(ends) - 3 * width) & (values < max(ends) + 3 * width))
        for values, ends in ((rows, (y0, y1)), (columns, (x0, x1)))
    ]
    if not (near[0].size and near[1].size):
        return
    window = (slice(int(near[0][0]), int(near[0][-1]) + 1), slice(int(near[1][0]), int(near[1][-1]) + 1))
    x, y = columns[window[1]][None, :] - x0, rows[window[0]][:, None] - y0
    length = float(np.hypot(x1 - x0, y1 - y0))
    along = np.clip((x * (x1 - x0) + y * (y1 - y0)) / length, 0, length)
    off = np.hypot(x - along * (x1 - x0) / length, y - along * (y1 - y0) / length)
    np.maximum(total[window], 6.5 * width * np.exp(-((off / width) ** 2) * 1.4), out=total[window])


def _doubled(coarse: Field) -> Field:
    """Drawn at twice the size both ways, between the points."""
    for axis in (0, 1):
        before, after = (np.concatenate(pair, axis) for pair in (
            (np.take(coarse, [0], axis), np.delete(coarse, -1, axis)), (np.delete(coarse, 0, axis), np.take(coarse, [-1], axis)),
        ))  # fmt: skip
        pair = np.stack((0.25 * before + 0.75 * coarse, 0.75 * coarse + 0.25 * after), axis + 1)
        coarse = pair.reshape([size * 2 if at == axis else size for at, size in enumerate(coarse.shape)])
    return np.asarray(coarse, np.float32)


def _letter(level: Pixels) -> None:
    """The L of lead that lies on the left shoulder's side."""
    level[150:270, 1600:1622] = 16300
    level[248:270, 1600:1668] = 16300


def _data_set(pixels: Pixels) -> Dataset:
    found = image(SERIES, 1)
    grey(found, pixels, bits_stored=14)
    found.ImageType, found.PresentationIntentType = ["ORIGINAL", "PRIMARY", ""], "FOR PRESENTATION"
    found.PatientOrientation, found.ViewPosition, found.ImageLaterality = ["L", "F"], "PA", "U"
    found.ImagerPixelSpacing = [f"{_PIXEL_CM * 10:.6g}"] * 2
    found.DistanceSourceToDetector, found.DistanceSourceToPatient = "1800", "1650"
    found.EstimatedRadiographicMagnificationFactor = "1.09090909"
    found.PixelIntensityRelationship, found.PixelIntensityRelationshipSign = "LOG", 1
    found.RescaleIntercept, found.RescaleSlope, found.RescaleType = "0", "1", "US"
    found.PresentationLUTShape, found.LossyImageCompression = "IDENTITY", "00"
    found.WindowCenter, found.WindowWidth = "7800", "11600"
    found.KVP, found.Exposure, found.DetectorType = "125", "2", "DIRECT"
    found.PositionerType, found.AcquisitionContextSequence = "NONE", Sequence()
    found.AnatomicRegionSequence = Sequence([_code("51185008", "SCT", "Chest")])
    found.ViewCodeSequence = Sequence([_code("272479007", "SCT", "Postero-anterior")])
    return found


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item

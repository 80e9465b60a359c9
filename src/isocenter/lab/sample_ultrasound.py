"""The ultrasound of the sample studies: a clip of a sector with regions that say what a pixel measures (PS3.3 A.7, C.8.5.5).

Nothing comes in, one multi-frame instance goes out. Echoes are made where they arise, along the beams of a curved probe: speckle
from random scatterers, as bright as the tissue in which they lie; then they are drawn as the sector that a screen shows. A cyst is
black and bright behind, a stone is bright and black behind, and a vessel beats.
"""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset

from isocenter.lab.noise import Field
from isocenter.lab.sample_header import Pixels, SampleSeries, SampleStudy, grey, image

ULTRASOUND_MULTI_FRAME_IMAGE = "1.2.840.10008.5.1.4.1.1.3.1"
STUDY = SampleStudy("us", "SAMPLE^US CLIP", "SAMPLE-3", "19720305", "F", "20260114", "101500", "US ABDOMEN", "SAMPLE-US", "ABDOMEN")
SERIES = SampleSeries(STUDY, 1, "US", ULTRASOUND_MULTI_FRAME_IMAGE, "Liver, right lobe", "Phantom US")
FRAMES = 30
ROWS, COLUMNS = 480, 640
_CM_A_PIXEL = 0.0346
_DEPTH_CM, _PROBE_CM, _HALF_ANGLE = 13.0, 5.0, 0.62
_TOP_PIXEL, _MIDDLE_PIXEL = 22, 318
_BEAMS, _SAMPLES = 256, 900
_FRAME_SECONDS = 1 / 30
_BEAT_SECONDS = 1.0
_DECIBELS = 52.0


def clip() -> Dataset:
    """The whole clip: 30 frames of 480 x 640, 8 bits."""
    random = np.random.default_rng(31)
    speckle = _speckle(random)
    depth = (np.arange(_SAMPLES, dtype=np.float32) / _SAMPLES * _DEPTH_CM)[:, None]
    angle = np.linspace(-_HALF_ANGLE, _HALF_ANGLE, _BEAMS, dtype=np.float32)[None, :]
    across, down = (depth + _PROBE_CM) * np.sin(angle), (depth + _PROBE_CM) * np.cos(angle) - _PROBE_CM
    sector = _Sector()
    furniture = _furniture()
    frames = np.empty((FRAMES, ROWS, COLUMNS), np.uint8)
    for number in range(FRAMES):
        phase = 2 * np.pi * number * _FRAME_SECONDS / _BEAT_SECONDS
        echoes = _tissue(across, down, phase) * np.roll(speckle, round(4 * np.sin(phase)), 0)
        level = 20 * np.log10(np.maximum(echoes, 1e-6)) + 5 - 0.5 * depth
        shown = np.clip((level + _DECIBELS) / _DECIBELS * 205 - 12, 0, 255).astype(np.float32)
        frames[number] = np.maximum(sector.drawn(shown), furniture)
    return _data_set(frames)


def _speckle(random: np.random.Generator) -> Field:
    """The envelope of echoes from many scatterers: fine along a beam, wider across and with depth."""
    field: Field = random.standard_normal((2, _SAMPLES, _BEAMS), dtype=np.float32)
    for axis, times in ((1, 3), (2, 2)):
        for _ in range(times):
            field = (np.roll(field, 1, axis) + 2 * field + np.roll(field, -1, axis)) / 4
    wider: Field = field
    for _ in range(4):
        wider = (np.roll(wider, 2, 2) + 2 * wider + np.roll(wider, -2, 2)) / 4
    far = np.linspace(0, 1, _SAMPLES, dtype=np.float32)[None, :, None]
    mixed = field * (1 - far) + wider * far * 1.7
    envelope = np.hypot(mixed[0], mixed[1])
    return np.asarray(envelope / envelope.mean(), np.float32)


def _tissue(x: Field, y: Field, phase: float) -> Field:
    """How strongly each point scatters: layers of the wall, liver with its vessels, a cyst, a stone, and the diaphragm."""
    strength = np.full(x.shape, 0.16, np.float32)
    wobble = 0.12 * np.sin(1.7 * x + 0.4) + 0.07 * np.sin(3.9 * x + 2)
    layer = y + wobble
    strength[layer < 1.7] = 0.05
    for at, thick, bright in ((0.25, 0.16, 0.9), (0.8, 0.07, 0.45), (1.25, 0.05, 0.4), (1.7, 0.08, 0.6)):
        strength += bright * np.exp(-(((layer - at) / thick) ** 2))
    beat = 0.05 * np.sin(phase) + 0.03 * np.sin(2 * phase)
    for cx, cy, radius, tilt, wall in (
        (2.3, 6.6, 0.42, 0.5, 0.45), (-3.3, 8.8, 0.34, -0.55, 0.4), (0.4, 9.6, 0.27, 0.15, 0.15), (3.6, 4.1, 0.2, -0.2, 0.12),
    ):  # fmt: skip
        along, off = (x - cx) * np.cos(tilt) + (y - cy) * np.sin(tilt), (y - cy) * np.cos(tilt) - (x - cx) * np.sin(tilt)
        reach = np.sqrt((along / 2.4) ** 2 + (off / (radius * (1 + beat))) ** 2)
        strength += wall * np.exp(-(((reach - 1.12) / 0.2) ** 2))
        strength[reach < 1] = 0.006
    cyst = np.hypot((x + 1.5) / 1.5, (y - 5.1) / 1.12)
    behind = (np.abs(x + 1.5 + 0.28 * (y - 5.1)) < 1.25 * (1 + 0.02 * y)) & (y > 5.4)
    strength[behind] *= 2.1
    strength += 0.5 * np.exp(-(((cyst - 1.03) / 0.045) ** 2)) * (0.35 + 0.65 * np.abs(y - 5.1) / 1.2)
    strength[cyst < 1] = 0.0016
    stone = np.hypot((x - 3.35) / 0.42, (y - 8.4) / 0.22)
    shadow = (np.abs(np.arctan2(x, y + _PROBE_CM) - np.arctan2(3.35, 8.4 + _PROBE_CM)) < 0.03) & (y > 8.4)
    strength[shadow] *= 0.06
    strength[stone < 1] = 5.0
    edge = y + 0.055 * x**2 - 11.4 - 0.12 * np.sin(phase)
    strength[edge > 0.1] = 0.045
    strength += 5.0 * np.exp(-((edge / 0.1) ** 2))
    return strength


class _Sector:
    """From beams and samples to the picture: where each pixel lies among them, found once."""

    def __init__(self) -> None:
        x = (np.arange(COLUMNS, dtype=np.float32) - _MIDDLE_PIXEL)[None, :] * _CM_A_PIXEL
        y = (np.arange(ROWS, dtype=np.float32) - _TOP_PIXEL)[:, None] * _CM_A_PIXEL + _PROBE_CM * np.cos(_HALF_ANGLE)
        depth, angle = np.hypot(x, y) - _PROBE_CM, np.arctan2(x, y)
        self._inside = (depth > 0) & (depth < _DEPTH_CM - 0.05) & (np.abs(angle) < _HALF_ANGLE - 0.004)
        sample = depth[self._inside] / _DEPTH_CM * _SAMPLES
        beam = (angle[self._inside] / _HALF_ANGLE + 1) / 2 * (_BEAMS - 1)
        self._sample, self._beam = np.minimum(sample.astype(np.intp), _SAMPLES - 2), np.minimum(beam.astype(np.intp), _BEAMS - 2)
        self._after, self._beside = sample - self._sample, beam - self._beam

    def drawn(self, polar: Field) -> Pixels:
        """One frame, between the four nearest echoes."""
        s, b, after, beside = self._sample, self._beam, self._after, self._beside
        first = polar[s, b] * (1 - beside) + polar[s, b + 1] * beside
        second = polar[s + 1, b] * (1 - beside) + polar[s + 1, b + 1] * beside
        picture = np.zeros((ROWS, COLUMNS), np.uint8)
        picture[self._inside] = (first * (1 - after) + second * after).astype(np.uint8)
        return picture


def _furniture() -> Pixels:
    """What a device draws around it: a bar of its greys, and a mark for each centimetre of depth."""
    picture = np.zeros((ROWS, COLUMNS), np.uint8)
    bar = np.linspace(255, 0, 150).astype(np.uint8)[:, None]
    picture[40:190, 18:30] = bar
    picture[40:190, [17, 30]] = picture[[39, 190], 17:31] = 90
    surface = _TOP_PIXEL + _PROBE_CM * (1 - np.cos(_HALF_ANGLE)) / _CM_A_PIXEL
    for centimetre in range(int(_DEPTH_CM) + 1):
        row = round(surface + centimetre / _CM_A_PIXEL)
        if row < ROWS:
            picture[row, COLUMNS - (22 if centimetre % 5 == 0 else 14) : COLUMNS - 8] = 150
    picture[_TOP_PIXEL - 6 : _TOP_PIXEL + 2, _MIDDLE_PIXEL - 92 : _MIDDLE_PIXEL - 84] = 150
    return picture


def _data_set(frames: Pixels) -> Dataset:
    found = image(SERIES, 1)
    grey(found, frames, bits_stored=8)
    found.NumberOfFrames, found.FrameTime, found.FrameIncrementPointer = str(FRAMES), "33.3333", 0x00181063
    found.CineRate = found.RecommendedDisplayFrameRate = "30"
    found.ImageType, found.LossyImageCompression = ["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"], "00"
    found.WindowCenter, found.WindowWidth = "128", "256"
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 40, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = COLUMNS - 30, ROWS - 1
    region.ReferencePixelX0, region.ReferencePixelY0 = _MIDDLE_PIXEL - 40, _TOP_PIXEL
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.ReferencePixelPhysicalValueX = region.ReferencePixelPhysicalValueY = 0.0
    region.PhysicalDeltaX = region.PhysicalDeltaY = _CM_A_PIXEL
    region.TransducerFrequency = 3500
    found.SequenceOfUltrasoundRegions = [region]
    found.TransducerData, found.TransducerType = ["PHANTOM C5"], "CURVED LINEAR"
    return found

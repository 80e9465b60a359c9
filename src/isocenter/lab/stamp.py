"""Thousands of different instances a second out of one: new UIDs and numbers written into bytes that were made before.

An image comes in once, with counters go out the buffers of its copies: a stamped head of some hundred bytes, and the pixels that
they all share. For load, not for looking: every copy shows the same picture. A file of any size is made by seeking, so that a
test of gigabytes costs neither memory nor, where the file system allows holes, disk.
"""

from __future__ import annotations

import copy
import struct
from pathlib import Path

from pydicom.dataset import Dataset

from isocenter.base.errors import UsageError
from isocenter.dataset.part10 import header
from isocenter.lab import phantom
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

_RUN_DIGITS = 10
_COUNTER_DIGITS = 19
_PATIENT_DIGITS = 12
_NUMBER_DIGITS = 8
_SIDE_PIXELS_MIN = 16
_PIXEL_DATA = b"\xe0\x7f\x10\x00"
_EXPLICIT_LONG_HEADER_BYTES = 12


def _uid(kind: int, run: int, number: int) -> bytes:
    """A UID of fixed length under 2.25: the run, what it names, and a counter."""
    return b"2.25.%d%0*d%0*d" % (kind, _RUN_DIGITS, run % 10**_RUN_DIGITS, _COUNTER_DIGITS, number)


class Stamp:
    """One image, ready to be multiplied. `run` tells the copies of one run from those of every other."""

    def __init__(self, image: Dataset, *, run: int = 0) -> None:
        template = copy.deepcopy(image)
        self._run = run
        template.SOPInstanceUID = _uid(1, run, 0).decode()
        template.SeriesInstanceUID = _uid(2, run, 0).decode()
        template.StudyInstanceUID = _uid(3, run, 0).decode()
        template.PatientID = "P" + "0" * (_PATIENT_DIGITS - 1)
        template.InstanceNumber = "0" * _NUMBER_DIGITS
        self.sop_class_uid = str(template.SOPClassUID)
        content = phantom.data_set_bytes(template)
        start = content.index(_PIXEL_DATA) + _EXPLICIT_LONG_HEADER_BYTES
        self._head = bytearray(content[:start])
        self.pixels = memoryview(content)[start:]
        self._instance = content.index(_uid(1, run, 0))
        self._series = content.index(_uid(2, run, 0))
        self._study = content.index(_uid(3, run, 0))
        self._patient = content.index(template.PatientID.encode())
        self._number = content.index(template.InstanceNumber.original_string.encode(), content.index(b"\x20\x00\x13\x00IS"))
        self._uid_bytes = len(_uid(1, run, 0))

    @property
    def byte_count(self) -> int:
        """The size of one copy's data set."""
        return len(self._head) + len(self.pixels)

    def stamped(self, number: int, *, series: int = 0, study: int = 0) -> tuple[str, bytes, memoryview]:
        """Copy `number` of a series of a study: its SOP Instance UID, the head of its data set, and the pixels that follow."""
        head, length = self._head, self._uid_bytes
        instance = _uid(1, self._run, number)
        head[self._instance : self._instance + length] = instance
        head[self._series : self._series + length] = _uid(2, self._run, series)
        head[self._study : self._study + length] = _uid(3, self._run, study)
        patient = b"%0*d" % (_PATIENT_DIGITS - 1, (self._run * 100 + study) % 10 ** (_PATIENT_DIGITS - 1))
        head[self._patient : self._patient + _PATIENT_DIGITS] = b"P" + patient
        head[self._number : self._number + _NUMBER_DIGITS] = b"%0*d" % (_NUMBER_DIGITS, number % 10**_NUMBER_DIGITS)
        return instance.decode(), bytes(head), self.pixels

    def file_bytes(self, number: int, *, series: int = 0, study: int = 0) -> bytes:
        """The same copy as a Part 10 file."""
        uid, head, pixels = self.stamped(number, series=series, study=study)
        start = header(sop_class_uid=self.sop_class_uid, sop_instance_uid=uid, transfer_syntax=EXPLICIT_VR_LITTLE_ENDIAN)
        return b"".join((start, head, pixels))


def sized(byte_count: int, *, seed: int = 1) -> Dataset:
    """A CT image whose data set has about `byte_count` bytes, 2 KiB at least: 525 KB is one of 512 x 512 pixels."""
    smallest = next(phantom.ct_series(seed, slices=1, side_pixels=_SIDE_PIXELS_MIN))
    head = len(phantom.data_set_bytes(smallest)) - len(smallest.PixelData)
    side = round((max(byte_count - head, 0) / 2) ** 0.5)
    return smallest if side <= _SIDE_PIXELS_MIN else next(phantom.ct_series(seed, slices=1, side_pixels=side))


def write_large(path: Path, byte_count: int, *, seed: int = 1) -> str:
    """A multi-frame file of about `byte_count` bytes, its pixels a hole of zeros; returns its SOP Instance UID.

    `UsageError` for more than one element can hold, which is 4 GiB less 2 bytes (PS3.5 7.1).
    """
    image = phantom.ultrasound(seed, frames=1)
    frame_bytes = int(image.Rows) * int(image.Columns) * 3
    frames = max(1, byte_count // frame_bytes)
    if frames * frame_bytes > 0xFFFFFFFE:
        raise UsageError(f"{byte_count} bytes do not fit one Pixel Data element, which ends at 4294967294")
    image.NumberOfFrames = str(frames)
    image.add_new(0x7FE00010, "OB", b"")
    content = phantom.file_bytes(image)
    start = content.rindex(_PIXEL_DATA)
    with path.open("wb") as stream:
        stream.write(content[: start + 8] + struct.pack("<L", frames * frame_bytes))
        stream.truncate(start + _EXPLICIT_LONG_HEADER_BYTES + frames * frame_bytes)
    return str(image.SOPInstanceUID)

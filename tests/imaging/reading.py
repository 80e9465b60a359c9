"""Data sets and frames as the tests of pictures look at them."""

import numpy as np

from isocenter.imaging.attributes import Attributes
from isocenter.imaging.decode import Samples, described_after, native_frame
from isocenter.imaging.elements import Reader
from isocenter.imaging.frames import PixelMap
from isocenter.standard import transfer_syntax as uids


def attributes(content: bytes, syntax: str = uids.EXPLICIT_VR_LITTLE_ENDIAN) -> Attributes:
    """The attributes of a data set in that syntax."""
    how = uids.of(syntax)
    reader = Reader(memoryview(content), explicit=how.explicit_vr, little=how.little_endian)
    return Attributes(reader, reader.elements(0, len(content)))


def frame_array(view: memoryview, pixels: PixelMap, index: int) -> Samples:
    """One frame as an array of rows, columns and, for colour, samples; subsampled native colour is a row of bytes."""
    content = native_frame(view, pixels, index)
    description = described_after(pixels.description, pixels.transfer_syntax.uid) if pixels.encapsulated else pixels.description
    rows, columns, samples = description.rows, description.columns, description.samples_per_pixel
    if description.bits_allocated == 1:
        return np.unpackbits(np.frombuffer(content, np.uint8), bitorder="little")[: rows * columns].reshape(rows, columns)
    kind = "i" if description.pixel_representation else "u"
    array = np.frombuffer(content, np.dtype(f"<{kind}{description.bits_allocated // 8}"))
    if description.subsampled:
        return array
    if samples == 1:
        return array.reshape(rows, columns)
    if description.planar_configuration:
        return array.reshape(samples, rows, columns).transpose(1, 2, 0)
    return array.reshape(rows, columns, samples)

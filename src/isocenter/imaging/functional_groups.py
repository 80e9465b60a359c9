"""Which attributes hold for one frame (PS3.3 C.7.6.16): the frame's own functional groups, the shared ones, the data set's own.

Comes in: the attributes of a data set and a frame's index. Goes out: for a macro's sequence the item that holds for that frame.
A macro stands in one of both places, never in both; an image without functional groups answers for itself.
"""

from __future__ import annotations

from isocenter.imaging.attributes import Attributes

SHARED = 0x52009229
PER_FRAME = 0x52009230
PIXEL_VALUE_TRANSFORMATION = 0x00289145
FRAME_VOI_LUT = 0x00289132
PIXEL_MEASURES = 0x00289110
_FRAME_TYPES = (0x00189226, 0x00189329, 0x00189751, 0x00189412)
"""MR Image, CT Image, PET and XA/XRF frame type sequences."""


class FrameAttributes:
    """What holds for one frame."""

    def __init__(self, image: Attributes, index: int) -> None:
        self.image = image
        self._groups = [group for group in (image.item(PER_FRAME, index), image.item(SHARED)) if group is not None]

    def of_macro(self, tag: int) -> Attributes:
        """The attributes of the macro whose sequence is `tag`: of its item, or of the image where there is no such macro."""
        for group in self._groups:
            item = group.item(tag)
            if item is not None:
                return item
        return self.image

    def of_frame_type(self) -> Attributes:
        """The item of the frame type macro, whichever kind of image has one."""
        for tag in _FRAME_TYPES:
            item = self.of_macro(tag)
            if item is not self.image:
                return item
        return self.image

"""What may be asked of the pixels of a stored instance, and what a picture of them shall look like (PS3.18 8.3.5).

Words only: `imaging` makes the pictures, in processes that can be killed; the port is `ports.Pictures`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class VoiFunction(Enum):
    """VOI LUT Function (0028,1056) (PS3.3 C.11.2.1.3)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI window in units of the Modality LUT's output."""

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR


@dataclass(frozen=True, slots=True)
class Viewport:
    """The size of a picture in pixels, and the region of the frame that fills it; no region is the whole frame (PS3.18 8.3.5.1.3).

    `source_width` or `source_height` below 0 mirrors that axis. The picture keeps the shape of the region: it fits, unstretched.
    """

    width: int
    height: int
    source_x: float = 0.0
    source_y: float = 0.0
    source_width: float | None = None
    source_height: float | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    """How one frame becomes a picture. `media_type` is image/png, image/jpeg, image/gif, image/jp2 or image/webp.

    `quality` 1 to 100 where the coding loses; `window` None is the instance's own, or the default of its kind; `overlays` draws
    the graphics of groups 60xx.
    """

    media_type: str
    quality: int = 90
    window: Window | None = None
    viewport: Viewport | None = None
    overlays: bool = True

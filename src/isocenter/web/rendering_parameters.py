"""What a picture shall look like, from the query of a request (PS3.18 8.3.5).

Parameters come in as text, a `Rendering` goes out; `Problem` 400 names the one that makes no sense. Sizes are bounded here, before
anything is computed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from isocenter.base.limits import PICTURE_SIDE_PIXELS_MAX, THUMBNAIL_PIXELS
from isocenter.dicomweb.problems import Problem, quoted
from isocenter.model.pictures import Rendering, Viewport, VoiFunction, Window

QUALITY = 90
_FUNCTIONS = {"linear": VoiFunction.LINEAR, "linear-exact": VoiFunction.LINEAR_EXACT, "sigmoid": VoiFunction.SIGMOID}
_UNHEEDED = ("annotation", "iccprofile")
"""Parameters of the standard that change nothing here; whoever uses one is told so in the header Warning."""


def rendering(query: Mapping[str, str], media_type: str) -> Rendering:
    """For a rendered resource: window, viewport, quality (PS3.18 8.3.5.1)."""
    return Rendering(
        media_type,
        quality=_quality(query.get("quality", "")),
        window=_window(query.get("window", "")),
        viewport=_viewport(query["viewport"]) if query.get("viewport") else None,
    )


def thumbnail(query: Mapping[str, str], media_type: str) -> Rendering:
    """For a thumbnail, whose viewport is a size only (PS3.18 8.3.5.2); without one it is small and square."""
    side = THUMBNAIL_PIXELS
    viewport = _viewport(query["viewport"]) if query.get("viewport") else Viewport(side, side)
    return Rendering(media_type, viewport=Viewport(viewport.width, viewport.height), overlays=False)


def unheeded(query: Mapping[str, str]) -> str:
    """What of the query changed nothing, as the value of a header Warning; empty where all of it counts."""
    names = [name for name in _UNHEEDED if query.get(name, "no") != "no"]
    return f'299 isocenter "{" and ".join(names)} made no difference"' if names else ""


def _quality(text: str) -> int:
    if not text:
        return QUALITY
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 100):
        raise Problem(400, f"quality is {quoted(text)}, and must be a whole number from 1 to 100")
    return int(text[:9])


def _window(text: str) -> Window | None:
    if not text:
        return None
    words = text.split(",")
    if len(words) not in (2, 3):
        raise Problem(400, f"window is {quoted(text)}, and must be center, width and function, such as 40,400,linear")
    function = _FUNCTIONS.get(words[2].strip().lower().replace("_", "-")) if len(words) == 3 else VoiFunction.LINEAR
    if function is None:
        raise Problem(400, f"window has the function {quoted(words[2])}, and there is {', '.join(_FUNCTIONS)}")
    return Window(number("window", words[0]), number("window", words[1]), function)


def _viewport(text: str) -> Viewport:
    words = text.split(",")
    if len(words) not in (2, 3, 4, 5, 6):
        raise Problem(400, f"viewport is {quoted(text)}, and must be width and height, and may have the region x, y, width, height")
    width, height = (side("viewport", word) for word in words[:2])
    rest = [number("viewport", word) if word.strip() else None for word in words[2:]] + [None] * 4
    return Viewport(width, height, rest[0] or 0.0, rest[1] or 0.0, rest[2], rest[3])


def side(name: str, text: str) -> int:
    """A size in pixels. Raises `Problem` 400."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PICTURE_SIDE_PIXELS_MAX):
        raise Problem(400, f"{name} has the size {quoted(text)}, and must be from 1 to {PICTURE_SIDE_PIXELS_MAX} pixels")
    return int(text[:9])


def number(name: str, text: str) -> float:
    """A finite number. Raises `Problem` 400."""
    try:
        value = float(text[:64]) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Problem(400, f"{name} has {quoted(text)} where a number belongs")
    return value

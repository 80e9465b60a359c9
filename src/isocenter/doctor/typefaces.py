"""Which typeface has a letter: the ones that every PDF has, else one of this system that can be embedded, else none.

Comes in: text. Goes out: runs of text with the name of a typeface, and letters that no typeface can set, as their numbers. Scripts
whose letters join or run from right to left are not set, because a name in them would come out wrong: they are numbers too.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

BODY, BOLD, MONO = "Helvetica", "Helvetica-Bold", "Courier"
_JOINING = ((0x0590, 0x08FF), (0x0900, 0x0DFF), (0x0E00, 0x109F), (0x1780, 0x17FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))
"""Hebrew, Arabic and their forms; the scripts of India; Thai to Burmese; Khmer (Unicode blocks): letters that need to be shaped."""


@cache
def _embedded() -> tuple[tuple[str, Any], ...]:
    """The typefaces of this system that reportlab takes, by the names that it knows them under."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    listed = tomllib.loads(files("isocenter.doctor").joinpath("tables", "typefaces.toml").read_text(encoding="utf-8"))["files"]
    found = []
    for place in map(Path, listed):
        if not place.is_file():
            continue
        try:
            face = TTFont(f"isocenter-{place.stem}", str(place), shapable=False)
            pdfmetrics.registerFont(face)
        except (TTFError, OSError, ValueError, KeyError):
            continue
        found.append((face.fontName, face.face.charToGlyph))
    return tuple(found)


@cache
def _typeface(character: str) -> str:
    """The name of a typeface of this system that has a letter; empty where none has."""
    number = ord(character)
    if unicodedata.bidirectional(character) in {"R", "AL", "AN"} or any(low <= number <= high for low, high in _JOINING):
        return ""
    return next((name for name, glyphs in _embedded() if number in glyphs), "")


def runs(text: str, base: str) -> Iterator[tuple[str, str]]:
    """(typeface, text) one after the other; what no typeface has is `[U+0627]` in `base`."""
    current, held = base, ""
    for character in text:
        typeface, shown = _set(character, base)
        if typeface != current and held:
            yield current, held
            held = ""
        current, held = typeface, held + shown
    if held:
        yield current, held


def unset(text: str) -> int:
    """How many letters no typeface here can set."""
    return sum(1 for character in text if not _is_core(character) and not _typeface(character))


def _set(character: str, base: str) -> tuple[str, str]:
    if _is_core(character):
        return base, character
    if typeface := _typeface(character):
        return typeface, character
    return base, f"[U+{ord(character):04X}]"


def _is_core(character: str) -> bool:
    """True for what the typefaces of every PDF have (WinAnsiEncoding)."""
    if character.isascii():
        return True
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True

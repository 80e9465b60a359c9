"""What came back beside what was sent: byte for byte, else element by element, with the pixels told apart from the rest.

Comes in: a visit whose test object came back. Goes out: a step that names what another device changed. Only our own object is
compared, so its values may be told. What came is a stranger's bytes: it is read within bounds, and never decoded.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from isocenter.base.errors import IsocenterError
from isocenter.base.limits import CHECKUP_DIFFERENCES_MAX, CHECKUP_OBJECT_BYTES_MAX
from isocenter.doctor.talk import Trouble
from isocenter.doctor.visit import TestObject, Visit
from isocenter.model.checkup import Layer, Outcome, Sign, Step
from isocenter.standard import transfer_syntax

if TYPE_CHECKING:
    from pydicom import Dataset

_PIXEL_DATA = 0x7FE00010
_PADDING = 0xFFFCFFFC
_VALUE_CHARACTERS = 48


def compare(visit: Visit) -> Step:
    """Compare what came back with what was sent."""
    test_object = visit.test_object
    if test_object is None or test_object.came_back is None:
        return Step(Layer.COMPARE, Outcome.SKIPPED, "nothing came back that could be compared")
    try:
        return _compared(visit, test_object, test_object.came_back)
    except Trouble as trouble:
        return Step(Layer.COMPARE, trouble.outcome, str(trouble), sign=trouble.sign)


def _compared(visit: Visit, test_object: TestObject, came: bytes) -> Step:
    size = f"{len(came)} bytes"
    facts: dict[str, Any] = {
        "bytes_sent": len(test_object.data_set),
        "bytes_back": len(came),
        "syntax_back": test_object.came_back_in,
    }
    if came == test_object.data_set and test_object.came_back_in == test_object.transfer_syntax:
        return Step(Layer.COMPARE, Outcome.PASSED, f"all {size} are as they were sent", facts=facts)
    sent, back = _read(test_object.data_set, test_object.transfer_syntax), _read(came, test_object.came_back_in)
    changed = differences(sent, back)
    facts["changed"] = changed[:CHECKUP_DIFFERENCES_MAX]
    told = _told(changed)
    syntax = transfer_syntax.name_of(test_object.came_back_in)
    if _PIXEL_DATA in sent and _PIXEL_DATA not in back:
        return Step(
            Layer.COMPARE, Outcome.FAILED, "it came back without its pixels", facts=facts, sign=Sign("compare-pixels-missing")
        )
    pixels = _pixels(test_object, sent, back)
    if pixels:
        sign = Sign("compare-pixels-changed", {"changed": pixels})
        return Step(Layer.COMPARE, Outcome.FAILED, f"its pixels came back changed: {pixels}", facts=facts, sign=sign)
    if changed:
        visit.remarks.append(f"The archive changes what it gives back: {told}.")
        return Step(Layer.COMPARE, Outcome.WARNED, f"changed: {told}", facts=facts, sign=Sign("compare-changed", {"changed": told}))
    if transfer_syntax.of(test_object.came_back_in).encapsulated:
        words = f"every element is as it was sent; its pixels are compressed now, as {syntax}, and were not compared"
        return Step(Layer.COMPARE, Outcome.PASSED, words, facts=facts)
    return Step(Layer.COMPARE, Outcome.PASSED, f"every element is as it was sent, written as {syntax}", facts=facts)


def _read(data: bytes, syntax: str) -> Dataset:
    """A data set by its transfer syntax. Raises `Trouble` for what is none."""
    from pydicom.filereader import read_dataset

    from isocenter.dataset.deflated import inflated

    known = transfer_syntax.of(syntax)
    try:
        whole = inflated(data, CHECKUP_OBJECT_BYTES_MAX, "object") if known.deflated else data
        stream = io.BytesIO(whole)
        found: Dataset = read_dataset(stream, is_implicit_VR=not known.explicit_vr, is_little_endian=known.little_endian)
        for _ in found.iterall():
            pass
    except (IsocenterError, Exception) as error:
        # pydicom raises whatever it likes for what another device wrote.
        raise Trouble(f"what came back cannot be read: {error}", "compare-unreadable", why=str(error)) from error
    return found


def differences(sent: Dataset, back: Dataset) -> list[str]:
    """What is not the same, element by element, pixels and padding left out: `PatientID was 'A', is 'B'`."""
    found = []
    for tag in sorted({*sent.keys(), *back.keys()}):
        if tag in (_PIXEL_DATA, _PADDING) or tag.element == 0:
            continue
        name = _name(sent if tag in sent else back, tag)
        if tag not in back:
            found.append(f"{name} is gone")
        elif tag not in sent:
            found.append(f"{name} was added: {_shown(back[tag].value)}")
        elif _plain(sent[tag].value) != _plain(back[tag].value):
            found.append(f"{name} was {_shown(sent[tag].value)}, is {_shown(back[tag].value)}")
    return found


def _plain(value: Any) -> Any:
    """A value without what padding or a way of writing may change (PS3.5 6.2)."""
    if isinstance(value, str):
        return value.strip("\0 ")
    if value is None or (hasattr(value, "__len__") and len(value) == 0):
        return ""
    if isinstance(value, bytes):
        return value.rstrip(b"\0")
    return value


def _name(data_set: Dataset, tag: Any) -> str:
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag) or f"({tag.group:04X},{tag.element:04X})"


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = "" if value is None else str(value)
    if not text:
        return "empty"
    return repr(text if len(text) <= _VALUE_CHARACTERS else text[: _VALUE_CHARACTERS - 1] + "…")


def _told(changed: list[str]) -> str:
    shown = "; ".join(changed[:3])
    return f"{shown}; and {len(changed) - 3} more" if len(changed) > 3 else shown


def _pixels(test_object: TestObject, sent: Dataset, back: Dataset) -> str:
    """What is wrong with the pixels, in words; empty where nothing is, or where they came compressed without loss."""
    if _PIXEL_DATA not in sent:
        return ""
    syntax = transfer_syntax.of(test_object.came_back_in)
    if syntax.encapsulated:
        return f"they were compressed with loss, as {syntax.name}" if syntax.lossy else ""
    before = _little(sent.PixelData, sent, test_object.transfer_syntax)
    after = _little(back.PixelData, back, test_object.came_back_in)
    if before == after:
        return ""
    if len(before) != len(after):
        return f"{len(before)} bytes became {len(after)}"
    return f"{sum(one != other for one, other in zip(before, after, strict=True))} of {len(before)} bytes are others"


def _little(pixels: bytes, data_set: Dataset, syntax: str) -> bytes:
    """Pixel bytes in little endian order; half a word at their end is dropped where words are turned."""
    if data_set.get("BitsAllocated") == 16 and not transfer_syntax.of(syntax).little_endian:
        pixels = pixels[: len(pixels) & ~1]
        swapped = bytearray(pixels)
        swapped[0::2], swapped[1::2] = pixels[1::2], pixels[0::2]
        return bytes(swapped)
    return pixels

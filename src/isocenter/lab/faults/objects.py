"""Data sets of the lab's peers as pydicom sees them: their attributes as text, and a copy with some of them changed.

Comes in: a data set's bytes with their transfer syntax. Goes out: text by keyword, or bytes again. What cannot be read is an
`UnreadableDataset`, nothing else. pydicom is loaded here, so that a peer that only turns callers away needs none of it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.multival import MultiValue

from isocenter.base.errors import UnreadableDataset
from isocenter.standard import transfer_syntax as syntaxes

_LONG_VRS = ("OB", "OW", "OF", "OD", "OL", "OV", "UN", "SQ")


def read_object(data_set: bytes, transfer_syntax: str) -> Dataset:
    """The data set. Raises `UnreadableDataset`."""
    syntax = syntaxes.of(transfer_syntax)
    try:
        found = read_dataset(io.BytesIO(data_set), not syntax.explicit_vr, syntax.little_endian)
        found.decode()
    except Exception as error:
        raise UnreadableDataset(f"not a data set in {syntax.name}: {error}") from error
    return found


def words_of(data_set: bytes, transfer_syntax: str) -> Mapping[str, str]:
    """Its attributes as text by keyword, several values separated by backslashes; no sequences, no bulk data."""
    return {
        element.keyword: _text(element.value)
        for element in read_object(data_set, transfer_syntax)
        if element.keyword and element.VR not in _LONG_VRS
    }


def keys_of(identifier: Dataset) -> dict[str, str]:
    """An identifier's keys as text by keyword."""
    return {element.keyword: _text(element.value) for element in identifier if element.keyword and element.VR != "SQ"}


def edited(data_set: bytes, transfer_syntax: str, edit: Callable[[Dataset], None]) -> bytes:
    """A copy with what `edit` did to it, in the same transfer syntax."""
    found = read_object(data_set, transfer_syntax)
    edit(found)
    return bytes_of(found, transfer_syntax)


def bytes_of(dataset: Dataset, transfer_syntax: str) -> bytes:
    """A data set in a transfer syntax that is not compressed in another way than it is now."""
    stream = io.BytesIO()
    syntax = syntaxes.of(transfer_syntax)
    plain = Dataset(dataset)
    plain.save_as(stream, implicit_vr=not syntax.explicit_vr, little_endian=syntax.little_endian, enforce_file_format=False)
    return stream.getvalue()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, MultiValue):
        return "\\".join(str(one) for one in value)
    return str(value)

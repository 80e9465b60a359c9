"""`isocenter dump`: the header of a file, or of an instance in the archive, for reading.

What cannot be read is said where it stands, and the rest is shown. Long values stay in the file unless they are asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from isocenter.base.errors import UnreadableDataset, UsageError
from isocenter.base.limits import DUMP_VALUE_BYTES_MAX, DUMP_VALUE_CHARACTERS_MAX, DUMP_WARNINGS_MAX, FILE_HEAD_BYTES
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.technician import hide, mask_of
from isocenter.cli.terminal import note, say, tell_json
from isocenter.jobs.questions import tag_of

if TYPE_CHECKING:
    from pydicom import DataElement, Dataset

Row = tuple[int, int, str, str, str]
"""Depth, tag, VR, name, value."""


def dump(
    what: Annotated[
        str, typer.Argument(metavar="FILE|UID", help="A DICOM file, or the SOP Instance UID of an instance in the archive.")
    ],
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", "-t", metavar="TAG", help="Only this attribute, by keyword or tag; may be repeated."),
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", "-s", help="Only attributes whose tag, name or value holds this text.")
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Values in full, however long.")] = False,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show the tags, names and values of a DICOM file or of a stored instance."""
    wanted = None if tag is None else {tag_of(text) for text in tag}
    needle = search.casefold() if search else None
    with warnings.catch_warnings(record=True) as oddities:
        warnings.simplefilter("always")
        meta, dataset = _read(what, name, data)
        if (mask := mask_of(name, data)) is not None:
            dataset = hide(dataset, mask)
        if json:
            tell_json(_model(meta, wanted, whole) | _model(dataset, wanted, whole))
        else:
            for depth, number, vr, title, value in (*_rows(meta, 0, whole), *_rows(dataset, 0, whole)):
                line = f"({number >> 16:04X},{number & 0xFFFF:04X}) {vr} {title:<36} {value}"
                if (wanted is None or number in wanted) and (needle is None or needle in line.casefold()):
                    say("  " * depth + line)
    told = list(dict.fromkeys(str(oddity.message) for oddity in oddities))
    for text in told[:DUMP_WARNINGS_MAX]:
        note(f"Mind: {text}")
    if len(told) > DUMP_WARNINGS_MAX:
        note(f"and {len(told) - DUMP_WARNINGS_MAX} oddities more")


def _read(what: str, name: str | None, data: Path | None) -> tuple[Dataset, Dataset]:
    """The file meta information and the data set. Raises UnreadableDataset for what is no DICOM file."""
    import pydicom

    from isocenter.dataset import part10

    path = Path(what)
    if not path.exists():
        path = _stored(what, name, data)
    if path.is_dir():
        raise UsageError(f"{path} is a folder; say which file of it.")
    try:
        with path.open("rb") as stream:
            part10.read_header(stream.read(FILE_HEAD_BYTES))
        dataset = pydicom.dcmread(path, defer_size=DUMP_VALUE_BYTES_MAX, force=True)
    except UnreadableDataset as error:
        raise UnreadableDataset(f"{path} is not a DICOM file: {error}.") from None
    except (EOFError, ValueError, KeyError, AttributeError, NotImplementedError) as error:
        raise UnreadableDataset(f"{path} cannot be read: {error}.") from error
    return dataset.file_meta, dataset


def _stored(what: str, name: str | None, data: Path | None) -> Path:
    from isocenter.daemon import instances, library

    if not what.replace(".", "").isdigit():
        raise UsageError(f"There is no file {what}, and it is not a UID.")
    place = instances.place(name, data)
    with library.open_for_reading(place.folder) as shelf:
        path = shelf.path_of(what)
    if path is None:
        raise UsageError(f"There is no file {what}, and no instance of that UID in {place.folder}.")
    return path


def _left_in_the_file(dataset: Dataset, tag: Any) -> tuple[str, str] | None:
    """VR of a value that was too long to be read at once, and how long it is."""
    raw = dataset.get_item(tag, keep_deferred=True)
    if raw is None or not getattr(raw, "is_raw", False) or raw.value is not None or not raw.length:
        return None
    vr = str(raw.VR or "UN")
    if raw.length == 0xFFFFFFFF:
        return vr, "bytes of unstated length, shown with --whole"
    there = Path(str(dataset.filename)).stat().st_size - raw.value_tell
    if there < raw.length:
        return vr, f"{raw.length} bytes stated, but the file ends after {there} of them"
    return vr, f"{raw.length} bytes, shown with --whole"


def _rows(dataset: Dataset, depth: int, whole: bool) -> Iterator[Row]:
    from pydicom.datadict import dictionary_description, dictionary_has_tag

    for tag in sorted(dataset.keys()):
        if not whole and (left := _left_in_the_file(dataset, tag)):
            title = dictionary_description(tag) if dictionary_has_tag(tag) else "Private tag data"
            yield depth, int(tag), left[0], title, left[1]
            continue
        try:
            element = dataset[tag]
            value = "" if element.VR == "SQ" else _value(element, whole)
        except Exception as error:
            # pydicom raises whatever a value of a broken file leads it into; the next element may be sound.
            yield depth, int(tag), "??", "", f"cannot be read: {error}"
            continue
        if element.VR != "SQ":
            yield depth, int(tag), str(element.VR), element.name, value
            continue
        items = element.value or []
        yield depth, int(tag), "SQ", element.name, f"{len(items)} item{'' if len(items) == 1 else 's'}"
        for item in items:
            yield from _rows(item, depth + 1, whole)


def _value(element: DataElement, whole: bool) -> str:
    if isinstance(element.value, bytes):
        shown = element.value if whole else element.value[:16]
        return f"{len(element.value)} bytes  {shown.hex(' ')}{'' if len(shown) == len(element.value) else ' …'}"
    text = "\\".join(map(str, element.value)) if element.VM > 1 else str(element.value if element.value is not None else "")
    if whole or len(text) <= DUMP_VALUE_CHARACTERS_MAX:
        return text
    return f"{text[:DUMP_VALUE_CHARACTERS_MAX]} … ({len(text)} characters)"


def _model(dataset: Dataset, wanted: set[int] | None, whole: bool) -> dict[str, Any]:
    """The DICOM JSON model (PS3.18 Annex F); what is left in the file is named without a place to fetch it from."""
    model: dict[str, Any] = {}
    handler: Callable[[DataElement], str] | None = None if whole else lambda _element: ""
    for tag in sorted(dataset.keys()):
        if wanted is not None and int(tag) not in wanted:
            continue
        name = f"{int(tag):08X}"
        if not whole and (left := _left_in_the_file(dataset, tag)):
            model[name] = {"vr": left[0], "BulkDataURI": ""}
            continue
        try:
            model[name] = dataset[tag].to_json_dict(handler, DUMP_VALUE_BYTES_MAX)
        except Exception as error:
            note(f"({name[:4]},{name[4:]}) cannot be read: {error}")
    return model

"""`isocenter dump`: the header of a file, or of an instance in the archive, for reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocenter.base.errors import UnreadableDataset, UsageError
from isocenter.base.limits import DUMP_VALUE_BYTES_MAX, DUMP_VALUE_CHARACTERS_MAX
from isocenter.cli.asking import tag_of
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.terminal import say, tell_json

if TYPE_CHECKING:
    from pydicom import DataElement, Dataset

Row = tuple[int, str, str, str, str]
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
    dataset = _read(what, name, data)
    wanted = None if tag is None else {tag_of(text) for text in tag}
    if json:
        chosen = dataset if wanted is None else _only(dataset, wanted)
        tell_json(chosen.to_json_dict(bulk_data_threshold=DUMP_VALUE_BYTES_MAX, bulk_data_element_handler=lambda _element: ""))
        return
    needle = search.casefold() if search else None
    for depth, number, vr, title, value in _rows(dataset, 0, whole):
        if wanted is not None and int(number[1:5] + number[6:10], 16) not in wanted:
            continue
        if needle is not None and needle not in f"{number} {title} {value}".casefold():
            continue
        say(f"{'  ' * depth}{number} {vr} {title:<36} {value}")


def _read(what: str, name: str | None, data: Path | None) -> Dataset:
    import pydicom
    from pydicom.errors import InvalidDicomError

    path = Path(what)
    if not path.exists():
        path = _stored(what, name, data)
    try:
        dataset = pydicom.dcmread(path, defer_size=DUMP_VALUE_BYTES_MAX, force=False)
    except InvalidDicomError:
        dataset = pydicom.dcmread(path, defer_size=DUMP_VALUE_BYTES_MAX, force=True)
        if not dataset:
            raise UnreadableDataset(f"{path} is not a DICOM file: it has no DICM mark and holds no data set.") from None
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise UnreadableDataset(f"{path} cannot be read: {error}.") from error
    whole = pydicom.Dataset()
    whole.update(dataset.file_meta)
    for element in dataset:
        whole.add(element)
    return whole


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


def _only(dataset: Dataset, wanted: set[int]) -> Dataset:
    from pydicom import Dataset

    chosen = Dataset()
    for element in dataset:
        if element.tag in wanted:
            chosen.add(element)
    return chosen


def _rows(dataset: Dataset, depth: int, whole: bool) -> Iterator[Row]:
    for element in dataset:
        number = f"({element.tag.group:04X},{element.tag.element:04X})"
        if element.VR == "SQ":
            items = element.value or []
            yield depth, number, "SQ", element.name, f"{len(items)} item{'' if len(items) == 1 else 's'}"
            for item in items:
                yield from _rows(item, depth + 1, whole)
        else:
            yield depth, number, str(element.VR), element.name, _value(element, whole)


def _value(element: DataElement, whole: bool) -> str:
    if isinstance(element.value, bytes):
        shown = element.value if whole else element.value[:16]
        return f"{len(element.value)} bytes  {shown.hex(' ')}{'' if len(shown) == len(element.value) else ' …'}"
    text = "\\".join(map(str, element.value)) if element.VM > 1 else str(element.value if element.value is not None else "")
    if whole or len(text) <= DUMP_VALUE_CHARACTERS_MAX:
        return text
    return f"{text[:DUMP_VALUE_CHARACTERS_MAX]} … ({len(text)} characters)"

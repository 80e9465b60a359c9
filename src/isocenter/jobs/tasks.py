"""What worker processes do: the pixels and the attributes of stored instances, read from their files.

Comes in: paths of Part 10 files, transfer syntaxes, numbers, words: whatever fits JSON. Go out: pieces of bytes. Each function
raises the errors of the house; whatever else happens ends its process at most. Nothing here is imported by the server: the rooms
that decode are loaded in the worker, at the first call that needs them.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from isocenter.archive.blob_files import dataset_offset
from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import WORKER_BATCH_BYTES, WORKER_PIECES_MAX
from isocenter.jobs.rendering_words import rendering
from isocenter.standard import transfer_syntax as uids

Pieces = Iterable[bytes]
_HEAD_BYTES = 256
"""More than what says where the data set begins (PS3.10 7.1)."""


@contextmanager
def data_set_of(path: str) -> Iterator[memoryview]:
    """The data set of a stored file, lent for the block. FileNotFoundError where it is gone or was never complete."""
    with open(path, "rb", buffering=0) as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise FileNotFoundError(f"{path} is empty") from error
    offset = dataset_offset(content[:_HEAD_BYTES])
    if not offset:
        raise FileNotFoundError(f"{path} is not complete")
    try:
        with memoryview(content) as whole, whole[offset:] as view:
            yield view
    finally:
        # an array that still looks into the file keeps it mapped until it goes itself
        with suppress(BufferError):
            content.close()


def frame_count(path: str, transfer_syntax: str) -> Pieces:
    """How many frames it has, in digits; 0 without pixels."""
    from isocenter.imaging import render

    with data_set_of(path) as view:
        return [str(render.frame_count(view, transfer_syntax)).encode()]


def rendered(path: str, transfer_syntax: str, frame: int, wanted: Mapping[str, Any]) -> Pieces:
    """One frame as a picture; `wanted` is a `Rendering` in the words of `rendering_words.words`."""
    from isocenter.imaging.render import render

    with data_set_of(path) as view:
        return [render(view, transfer_syntax, frame, rendering(wanted))]


def frames(path: str, transfer_syntax: str, numbers: Sequence[int], wanted_syntax: str) -> Pieces:
    """Frames in another transfer syntax, in the order asked; as many as a batch holds, but one at least."""
    from isocenter.imaging.frames import locate
    from isocenter.imaging.transcode import transcoded_frame

    found: list[bytes] = []
    with data_set_of(path) as stored:
        view, syntax = _inflated(stored, transfer_syntax)
        pixels = locate(view, syntax)
        byte_count = 0
        for number in numbers[:WORKER_PIECES_MAX]:
            if not 1 <= number <= len(pixels.frames):
                raise LocalError(f"there is no frame {number}: it has {len(pixels.frames)}")
            found.append(transcoded_frame(view, pixels, number - 1, wanted_syntax))
            byte_count += len(found[-1])
            if byte_count >= WORKER_BATCH_BYTES:
                break
    return found


def data_set(path: str, transfer_syntax: str, wanted_syntax: str) -> Pieces:
    """The whole data set in another transfer syntax."""
    with data_set_of(path) as view:
        return [_transcoded(view, transfer_syntax, wanted_syntax)]


def renamed(path: str, transfer_syntax: str, uids: Mapping[str, str], note: Mapping[str, str]) -> Pieces:
    """The whole data set under other UIDs, by tags as eight hexadecimal digits; `note` is a `new_identity.Note`."""
    from isocenter.imaging.new_identity import Note, with_new_uids

    with data_set_of(path) as view:
        pieces = with_new_uids(view, transfer_syntax, {int(tag, 16): uid for tag, uid in uids.items()}, Note(**note))
        return [b"".join(pieces)]


def transcoded(transfer_syntax: str, wanted_syntax: str, payload: bytes = b"") -> Pieces:
    """The same for a data set that comes with the call."""
    return [_transcoded(payload, transfer_syntax, wanted_syntax)]


def metadata(instances: Sequence[Mapping[str, str]], bulk_data_uri: str) -> Pieces:
    """Each instance as one JSON object (PS3.18 F); each is given by its path, its transfer syntax and its three UIDs."""
    from isocenter.dicomweb import json_model

    found = []
    for instance in instances:
        uri = json_model.bulk_data_uri(bulk_data_uri, instance["study"], instance["series"], instance["instance"])
        with data_set_of(instance["path"]) as view:
            found.append(json_model.metadata(view, instance["transfer_syntax"], uri))
    return found


def bulk_data(path: str, transfer_syntax: str, element: str) -> Pieces:
    """The value of one element, by its path of tags and item numbers."""
    from isocenter.dicomweb import json_model

    with data_set_of(path) as view:
        return [json_model.element(view, transfer_syntax, element)]


def _transcoded(content: bytes | memoryview, transfer_syntax: str, wanted_syntax: str) -> bytes:
    """`LocalError` becomes what lies under it: a broken data set, or too little memory."""
    from isocenter.imaging.transcode import transcode

    try:
        return transcode(content, transfer_syntax, wanted_syntax)
    except LocalError as error:
        if isinstance(error.__cause__, UnreadableDataset):
            raise UnreadableDataset(str(error), offset=error.__cause__.offset) from error
        if isinstance(error.__cause__, MemoryError):
            raise MemoryError from error
        raise


def _inflated(stored: memoryview, transfer_syntax: str) -> tuple[memoryview, str]:
    """A data set that is deflated as a whole as what it was before (PS3.5 A.5); any other as it is."""
    if not uids.of(transfer_syntax).deflated:
        return stored, transfer_syntax
    from isocenter.dataset.deflated import inflated

    return memoryview(inflated(stored)), uids.EXPLICIT_VR_LITTLE_ENDIAN


TASKS: dict[str, Callable[..., Pieces]] = {
    task.__name__: task for task in (rendered, frame_count, frames, data_set, renamed, transcoded, metadata, bulk_data)
}

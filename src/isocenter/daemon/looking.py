"""What a file is, by its first bytes: an instance that can be filed or sent, or not, and why (PS3.10 7).

A name, a beginning and a way to open the whole go in, `Found` or `Left` comes out. Nothing here opens anything.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import FILE_HEAD_BYTES, FILE_HEAD_BYTES_FIRST
from isocenter.dataset import part10
from isocenter.dataset.skim import Skim
from isocenter.model.ports import OpenBlob

SOP_CLASS_UID = 0x00080016
SOP_INSTANCE_UID = 0x00080018
_DICOMDIR_CLASS = "1.2.840.10008.1.3.10"
_ENDINGS = (".dcm", ".dicom", ".dic", ".ima")

Opened = Callable[..., AbstractContextManager[OpenBlob]]
"""Opens what was found, given the offset of its data set."""


@dataclass(frozen=True, slots=True)
class Found:
    """An instance in a file: who it says it is, and how to open it."""

    path: str
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    open: Callable[[], AbstractContextManager[OpenBlob]]


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is not taken, and why. `is_fault` is False for what nobody would expect to be taken: a DICOMDIR, or what lies
    among images and does not look like one, such as a viewer on a disc."""

    path: str
    why: str
    is_fault: bool = True


def look(path: str, start: bytes, more: Callable[[int], bytes], opened: Opened, *, is_meant: bool) -> Found | Left:
    """What a file with that `start` is; `more` reads on where the start does not say.

    `is_meant` is True where a person named the very file: then it is a fault that it is none of ours.
    """
    if not start:
        return Left(path, "it is empty", is_fault=is_meant or path.lower().endswith(_ENDINGS))
    found = _identified(path, start, opened, is_meant=is_meant)
    if isinstance(found, Left) and len(start) == FILE_HEAD_BYTES_FIRST:
        return _identified(path, start + more(FILE_HEAD_BYTES - len(start)), opened, is_meant=is_meant)
    return found


def _identified(path: str, head: bytes, opened: Opened, *, is_meant: bool) -> Found | Left:
    try:
        header = part10.read_header(head)
        skim = Skim(header.transfer_syntax, {SOP_CLASS_UID, SOP_INSTANCE_UID})
        skim.feed(head[header.dataset_offset :])
    except UnreadableDataset as error:
        looks_like_one = part10.PREFIX in (head[:4], head[128:132]) or path.lower().endswith(_ENDINGS)
        return Left(path, f"it is not a DICOM file: {error}", is_fault=is_meant or looks_like_one)
    class_uid = skim.text(SOP_CLASS_UID) or header.text(part10.MEDIA_STORAGE_SOP_CLASS_UID)
    instance_uid = skim.text(SOP_INSTANCE_UID) or header.text(part10.MEDIA_STORAGE_SOP_INSTANCE_UID)
    if class_uid == _DICOMDIR_CLASS:
        return Left(path, "it is a DICOMDIR: the files that it lists are taken, not the list", is_fault=False)
    if not class_uid or not instance_uid:
        return Left(path, "it names no SOP class and instance (0008,0016) and (0008,0018), so it cannot be filed")
    return Found(path, class_uid, instance_uid, header.transfer_syntax, partial(opened, header.dataset_offset))

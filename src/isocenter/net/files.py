"""Part 10 files of a folder as what is sent, and a folder as where C-GET puts what it receives.

Comes in: paths, or C-STORE requests with their data sets. Goes out: `Sendable`s, or files with the data set as it came. A file's
name is its SOP Instance UID only where that is digits and dots, so that no received value leads out of the folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import BinaryIO

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import FILE_META_BYTES_MAX, RECEIVE_ROOM_BYTES
from isocenter.dataset import part10
from isocenter.dataset.skim import Skim
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import Reply, Request
from isocenter.model.ports import OpenBlob
from isocenter.net.outgoing import Sendable
from isocenter.standard.status import OUT_OF_RESOURCES, SUCCESS

_SOP_CLASS_UID = 0x00080016
_SOP_INSTANCE_UID = 0x00080018
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_UID_CHARACTERS_MAX = 64


class OpenFile:
    """A Part 10 file that is open for reading, as `model.ports.OpenBlob`. `file_bytes` is for one that is not on the disk yet."""

    def __init__(self, file: BinaryIO, dataset_offset: int, file_bytes: int | None = None) -> None:
        self._file = file
        self.dataset_offset = dataset_offset
        self.byte_count = (os.fstat(file.fileno()).st_size if file_bytes is None else file_bytes) - dataset_offset

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)


def sendable(path: Path) -> Sendable:
    """What `path` holds, ready to be sent.

    Class and instance are read from the data set where the file meta information lacks them. Raises OSError, and
    `UnreadableDataset` for what is no DICOM file or names no class or instance.
    """
    with path.open("rb", buffering=0) as file:
        start = file.read(FILE_META_BYTES_MAX)
        head = part10.read_header(start)
        sop_class_uid = head.text(part10.MEDIA_STORAGE_SOP_CLASS_UID)
        sop_instance_uid = head.text(part10.MEDIA_STORAGE_SOP_INSTANCE_UID)
        if not (sop_class_uid and sop_instance_uid):
            skim = Skim(head.transfer_syntax, (_SOP_CLASS_UID, _SOP_INSTANCE_UID))
            rest = start[head.dataset_offset :]
            while rest and not skim.feed(rest):
                rest = file.read(RECEIVE_ROOM_BYTES)
            sop_class_uid = sop_class_uid or skim.text(_SOP_CLASS_UID)
            sop_instance_uid = sop_instance_uid or skim.text(_SOP_INSTANCE_UID)
    if not (sop_class_uid and sop_instance_uid):
        raise UnreadableDataset("it names no SOP class or no instance, so it cannot be sent", offset=head.dataset_offset)
    return Sendable(sop_class_uid, sop_instance_uid, head.transfer_syntax, partial(opened, path, head.dataset_offset))


def opened(path: Path, dataset_offset: int) -> AbstractContextManager[OpenBlob]:
    """The file, open; raises OSError on entering."""
    return _opened(path, dataset_offset)


@contextmanager
def _opened(path: Path, dataset_offset: int) -> Iterator[OpenBlob]:
    with path.open("rb", buffering=0) as file:
        yield OpenFile(file, dataset_offset)


class Folder:
    """Receives instances into a folder that exists; `receive` is what `client.get` wants. `written` are the files so far."""

    def __init__(self, folder: Path) -> None:
        self.written: list[Path] = []
        self._folder = folder
        self._serials = count(1)

    def receive(self, request: Request) -> Writing:
        uid = request.command.affected_sop_instance_uid
        is_safe = len(uid) <= _UID_CHARACTERS_MAX and _UID.fullmatch(uid)
        return Writing(self, request, self._folder / f"{uid if is_safe else f'instance-{next(self._serials):06d}'}.dcm")


class Writing:
    """One instance on its way into a folder; under another name until it is complete."""

    def __init__(self, folder: Folder, request: Request, path: Path) -> None:
        self._folder = folder
        self._request = request
        self._path = path
        self._partial = path.with_suffix(".part")
        self._failure = ""
        self._file: BinaryIO | None = None
        command = request.command
        head = part10.header(
            sop_class_uid=command.affected_sop_class_uid,
            sop_instance_uid=command.affected_sop_instance_uid,
            transfer_syntax=request.context.transfer_syntax,
            source_ae_title=request.caller.ae_title,
        )
        try:
            self._file = self._partial.open("wb")
            self._file.write(head)
        except OSError as error:
            self._fail(error)

    def write(self, view: memoryview) -> None:
        if self._file is not None:
            try:
                self._file.write(view)
            except OSError as error:
                self._fail(error)

    def finish(self) -> Reply:
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
                self._partial.replace(self._path)
                self._folder.written.append(self._path)
            except OSError as error:
                self._fail(error)
        return self._reply()

    def abandon(self) -> None:
        file, self._file = self._file, None
        with suppress(OSError):
            if file is not None:
                file.close()
            self._partial.unlink(missing_ok=True)

    def _fail(self, error: OSError) -> None:
        self._failure = f"cannot write: {error.strerror or error}"
        self.abandon()

    def _reply(self) -> Reply:
        command = self._request.command
        return Reply(
            Command(
                field=CommandField.C_STORE_RSP,
                message_id_being_responded_to=command.message_id,
                affected_sop_class_uid=command.affected_sop_class_uid,
                affected_sop_instance_uid=command.affected_sop_instance_uid,
                status=OUT_OF_RESOURCES if self._failure else SUCCESS,
                error_comment=self._failure,
            )
        )

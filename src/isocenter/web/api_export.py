"""`/api/archive.zip`: studies and series as one zip archive to download, with a directory for whoever reads it as a medium.

UIDs come in, the archive goes out while it is written: no more than a piece of a file is in memory, and the length is known before
the first byte. Data sets are as they were received; no received value becomes a name. What is removed meanwhile breaks the answer
off, so that no archive looks complete that is not.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from isocenter.base.limits import EXPORT_INSTANCES_MAX, JOB_UIDS_MAX, SEND_BYTES, UID_BYTES_MAX
from isocenter.dataset import part10
from isocenter.dicomweb.problems import Problem
from isocenter.model.attributes import Level
from isocenter.model.ports import BlobReader, OpenBlob
from isocenter.model.query import AnyOf, Key
from isocenter.model.query import Query as Question
from isocenter.model.records import Instance
from isocenter.web.api_house import ApiHouse, House, problems
from isocenter.web.media_directory import MediaDirectory
from isocenter.web.sending import Buffer, Streamed, opened, stretches, window
from isocenter.web.zip_file import Member, ZipWriter, length_of

routes = APIRouter(tags=["in and out"])

Uid = Annotated[str, StringConstraints(pattern=r"^[0-9.]+$", max_length=UID_BYTES_MAX)]
Uids = Annotated[list[Uid], Query(max_length=JOB_UIDS_MAX, description="By UID; several times for several.")]

_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"description": "The archive", "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}


@routes.get("/api/archive.zip", response_class=Response, responses={**_ZIP, **problems(404)})
def archive_zip(house: House, study: Uids = [], series: Uids = []) -> Response:  # noqa: B006 - FastAPI copies it
    """All instances of studies and series, as files of a medium with a DICOMDIR."""
    wanted = [(Level.STUDY, "StudyInstanceUID", study), (Level.SERIES, "SeriesInstanceUID", series)]
    questions = [Question(level, (Key(keyword, AnyOf(tuple(uids))),)) for level, keyword, uids in wanted if uids]
    if not questions:
        raise Problem(400, "Say which study or series to put into the archive, by UID.")
    return ZipResponse(_gathered(house, questions), house.blobs)


@dataclass(frozen=True, slots=True)
class _File:
    """One instance in the archive: what is needed of it to be written."""

    member: Member
    head: bytes
    blob: str
    byte_count: int


@dataclass(frozen=True, slots=True)
class _Parcel:
    """All that will be in one archive. `directory` is the whole file of that name."""

    files: list[_File]
    directory: bytes
    directory_member: Member
    file_name: str


def _gathered(house: ApiHouse, questions: list[Question]) -> _Parcel:
    """Raises Problem where it is nothing, or more than one archive may hold."""
    files: list[_File] = []
    directory, names = MediaDirectory(), _Names()
    seen: set[str] = set()
    for question in questions:
        for instance in house.catalogue.instances(question):
            if instance.sop_instance_uid in seen:
                continue
            if len(seen) >= EXPORT_INSTANCES_MAX:
                raise Problem(400, f"That is more than the {EXPORT_INSTANCES_MAX} instances that one archive may hold.")
            seen.add(instance.sop_instance_uid)
            parts = names.parts(instance)
            directory.add(instance, parts)
            head = _head(instance)
            member = Member("/".join(parts), len(head) + instance.byte_count, instance.received)
            files.append(_File(member, head, instance.blob, instance.byte_count))
    if not files:
        raise Problem(404, "The archive holds none of it.")
    content = directory.file_bytes()
    moment = max(file.member.moment for file in files)
    return _Parcel(files, content, Member("DICOMDIR", len(content), moment), names.file_name())


def _head(instance: Instance) -> bytes:
    """Nothing of where it came from."""
    return part10.header(
        sop_class_uid=instance.sop_class_uid,
        sop_instance_uid=instance.sop_instance_uid,
        transfer_syntax=instance.transfer_syntax,
    )


class _Names:
    """`DICOM/ST000001/SE000001/IM000001`: numbered as they come, of letters and lengths that a medium allows (PS3.10 8.2)."""

    def __init__(self) -> None:
        self._studies: dict[str, int] = {}
        self._series: dict[str, tuple[int, list[int]]] = {}
        self._days: set[str] = set()

    def parts(self, instance: Instance) -> tuple[str, ...]:
        """The parts of the name of the next file."""
        study = self._studies.setdefault(instance.study_instance_uid, len(self._studies) + 1)
        series, count = self._series.setdefault(instance.series_instance_uid, (len(self._series) + 1, [0]))
        count[0] += 1
        self._days.add(instance.attributes.get("StudyDate", ""))
        return ("DICOM", f"ST{study:06d}", f"SE{series:06d}", f"IM{count[0]:06d}")

    def file_name(self) -> str:
        """What the archive is saved as: the day of its one study, or how many there are."""
        [day] = self._days if len(self._days) == 1 else [""]
        if len(self._studies) == 1:
            return f"study-{day}.zip" if day.isdecimal() and day.isascii() and len(day) == 8 else "study.zip"
        return f"{len(self._studies)}-studies.zip"


class ZipResponse(Response):
    """The archive, written while it is sent."""

    media_type = "application/zip"

    def __init__(self, parcel: _Parcel, blobs: BlobReader) -> None:
        super().__init__()
        self._parcel = parcel
        self._blobs = blobs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parcel = self._parcel
        members = [parcel.directory_member, *(file.member for file in parcel.files)]
        headers = [
            (b"content-type", b"application/zip"),
            (b"content-disposition", f'attachment; filename="{parcel.file_name}"'.encode("ascii")),
        ]
        await Streamed(self._written(), headers, length=length_of(members))(scope, receive, send)

    async def _written(self) -> AsyncIterator[Buffer]:
        writer, parcel = ZipWriter(), self._parcel
        yield writer.before(parcel.directory_member, zlib.crc32(parcel.directory)) + parcel.directory
        for file in parcel.files:
            async with opened(self._blobs, file.blob) as blob:
                if file.byte_count <= window.share:
                    content = file.head + await run_in_threadpool(_read, blob, 0, file.byte_count)
                    yield writer.before(file.member, zlib.crc32(content)) + content
                    continue
                # A file's check sum stands before it: what is long is read twice, the second time from the system's memory.
                crc = await run_in_threadpool(_checked, blob, file)
                yield writer.before(file.member, crc) + file.head
                async for piece in stretches(blob, ((0, file.byte_count),)):
                    yield piece
        yield writer.end()


def _checked(blob: OpenBlob, file: _File) -> int:
    crc = zlib.crc32(file.head)
    for offset in range(0, file.byte_count, SEND_BYTES):
        crc = zlib.crc32(_read(blob, offset, min(SEND_BYTES, file.byte_count - offset)), crc)
    return crc


def _read(blob: OpenBlob, offset: int, length: int) -> bytes:
    """Bytes of the data set. Raises FileNotFoundError where they are not there any more."""
    found = blob.read(blob.dataset_offset + offset, length)
    if len(found) != length:
        raise FileNotFoundError("a stored file is shorter than it was")
    return found

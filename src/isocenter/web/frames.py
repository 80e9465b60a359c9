"""Frames of a stored instance (PS3.18 10.4.1.1.6), the path on which a viewer waits.

A path with frame numbers and an Accept header come in, the frames go out, as stored or in another transfer syntax. One frame that
the system has in memory is answered without a thread, a decoder or a copy of more than its own bytes. What has to be decoded is
decoded in the worker processes. No stored frame is held whole that is larger than a chunk.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Scope

from isocenter.base.limits import FRAME_FORMS_REMEMBERED_MAX, SEND_BYTES
from isocenter.dicomweb.media import accepted
from isocenter.dicomweb.multipart import MultipartWriter
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.representations import FrameForm, frame_form
from isocenter.dicomweb.resources import Resource
from isocenter.imaging.transcode import can
from isocenter.web.addresses import resource_of
from isocenter.web.gate import DICOM_WEB
from isocenter.web.house import WebHouse
from isocenter.web.sending import Buffer, Headers, Streamed, Whole, boundary, opened, stretches
from isocenter.web.stored import Image, StoredInstances, read_at_once
from isocenter.web.values import Value, ranged

_ONE_FRAME = re.compile(
    DICOM_WEB + r"/studies/([0-9.]{1,64})/series/([0-9.]{1,64})/instances/([0-9.]{1,64})/frames/([1-9][0-9]{0,8})"
)


@lru_cache(maxsize=FRAME_FORMS_REMEMBERED_MAX)
def form_of(accept: str | None, parameter: str | None, stored_syntax: str, one: bool) -> FrameForm:
    """How frames of an instance in that syntax go out. Raises `Problem` 406 and 400."""
    return frame_form(accepted(accept, parameter), stored_syntax, can, one=one)


class Frames:
    """The frames of one house's instances."""

    def __init__(self, house: WebHouse, stored: StoredInstances) -> None:
        self._house = house
        self._stored = stored

    def routes(self) -> list[BaseRoute]:
        """Its path."""
        return [Route("/studies/{study}/series/{series}/instances/{instance}/frames/{frames}", self.frames)]

    def at_once(self, scope: Scope) -> ASGIApp | None:
        """The answer for one frame of an instance that was asked for before, if nothing has to be waited for; else None."""
        match = _ONE_FRAME.fullmatch(scope["path"])
        if match is None or scope["method"] != "GET" or scope["query_string"]:
            return None
        study, series, instance, number = match.groups()
        image = self._stored.kept(study, series, instance)
        if image is None:
            return None
        accept = b""
        for name, value in scope["headers"]:
            if name == b"range":
                return None
            if name == b"accept" and not accept:
                accept = value
        return self._at_once(image, int(number), accept.decode("latin-1"))

    def _at_once(self, image: Image, number: int, accept: str) -> ASGIApp | None:
        index = image.index
        if index is None or not index.ready or number > index.count:
            return None
        pieces = index.of(number)
        if len(pieces) != 1 or pieces[0][1] > SEND_BYTES:
            return None
        try:
            form = form_of(accept, None, image.instance.transfer_syntax, True)
        except Problem:
            return None
        return _one(image, number, form, *pieces[0]) if form.as_stored else None

    async def frames(self, request: Request) -> ASGIApp:
        """GET. Raises `Problem` 404 for a frame that is not there, 406 for a form that it cannot take."""
        resource = resource_of(request)
        accept, parameter = request.headers.get("accept"), request.query_params.get("accept")
        known = self._stored.kept(resource.study, resource.series, resource.instance)
        image = await run_in_threadpool(self._stored.image, resource, known)
        self._stored.keep(image)
        index = image.index
        pictures, instance = self._house.pictures, image.instance
        count = index.count if index is not None else await self._stored.worked_out(lambda: pictures.frame_count(instance))
        if over := next((number for number in resource.frames if number > count), 0):
            raise Problem(404, f"there is no frame {over}: instance {resource.instance} has {count}")
        form = form_of(accept, parameter, image.instance.transfer_syntax, len(resource.frames) == 1)
        if form.as_stored and index is not None and index.ready:
            if not form.multipart:
                (number,) = resource.frames
                value = Value(self._house, b"", image.instance, index.of(number))
                return ranged(request, value, _entity_tag(image, number, form), form.content_type, [])
            if len(resource.frames) == 1 and not parameter and (answer := self._at_once(image, resource.frames[0], accept or "")):
                return answer
            return self._as_stored(image, resource, form)
        found = await self._stored.worked_out(lambda: pictures.frames(instance, resource.frames, form.transfer_syntax))
        return self._transcoded(found, form)

    def _as_stored(self, image: Image, resource: Resource, form: FrameForm) -> ASGIApp:
        assert image.index is not None
        frames = [image.index.of(number) for number in resource.frames]
        writer = MultipartWriter(boundary(), form.media_type) if form.multipart else None
        heads = [_part(writer, form) for number in resource.frames]
        tail = writer.end() if writer else b""
        length = sum(map(len, heads)) + sum(size for pieces in frames for _, size in pieces) + len(tail)

        async def pieces() -> AsyncIterator[Buffer]:
            async with opened(self._house.blobs, image.instance.blob) as blob:
                for head, stretch in zip(heads, frames, strict=True):
                    if head:
                        yield head
                    async for piece in stretches(blob, stretch):
                        yield piece
            yield tail

        return Streamed(pieces(), _headers(writer, form), length=length)

    def _transcoded(self, found: Iterator[bytes], form: FrameForm) -> ASGIApp:
        writer = MultipartWriter(boundary(), form.media_type) if form.multipart else None

        async def pieces() -> AsyncIterator[Buffer]:
            while (frame := await self._stored.worked_out(lambda: next(found, None))) is not None:
                yield _part(writer, form) + frame
            yield writer.end() if writer else b""

        return Streamed(pieces(), _headers(writer, form))


def _headers(writer: MultipartWriter | None, form: FrameForm) -> Headers:
    return [(b"content-type", (writer.content_type if writer else form.content_type).encode("latin-1"))]


def _part(writer: MultipartWriter | None, form: FrameForm) -> bytes:
    return writer.part(form.content_type) if writer else b""


def _entity_tag(image: Image, number: int, form: FrameForm) -> str:
    return f'"{image.instance.checksum}-{number}-{form.transfer_syntax}"'


def _one(image: Image, number: int, form: FrameForm, offset: int, length: int) -> ASGIApp | None:
    """One frame, its part's head and end in one buffer; None where the system does not have it in memory."""
    writer = MultipartWriter(boundary(), form.media_type) if form.multipart else None
    head, tail = _part(writer, form), writer.end() if writer else b""
    body = bytearray(len(head) + length + len(tail))
    room = memoryview(body)
    if not read_at_once(image, offset, room[len(head) : len(head) + length]):
        return None
    room[: len(head)] = head
    room[len(head) + length :] = tail
    headers = _headers(writer, form)
    if writer is None:
        headers += [(b"accept-ranges", b"bytes"), (b"etag", _entity_tag(image, number, form).encode("latin-1"))]
    return Whole(body, headers)

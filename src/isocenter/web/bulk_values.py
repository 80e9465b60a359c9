"""Bulk data and pixel data of stored instances (PS3.18 10.4.1.1.5, 10.4.1.1.7).

A path to one element, or to all bulk data below a study, a series or an instance, comes in; the values go out. One value may be had
in parts, by the header Range; as many parts as the limit says. The pixels of a native image are read from its file, whatever their
size; every other value is cut out in the worker processes. An answer is never longer than what is stored.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from isocenter.base.errors import LocalError
from isocenter.dicomweb.media import OCTET_STREAM, accepted
from isocenter.dicomweb.multipart import MultipartWriter
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.representations import in_parts
from isocenter.dicomweb.resources import Kind, Resource, path_of
from isocenter.model.records import Instance
from isocenter.web.addresses import base_url, resource_of
from isocenter.web.house import WebHouse
from isocenter.web.sending import Buffer, Headers, Streamed, boundary
from isocenter.web.stored import Image, StoredInstances
from isocenter.web.values import Value, as_part, ranged

PIXEL_DATA = "7FE00010"
_PIXELS = ("7FE00008", "7FE00009", PIXEL_DATA)


class BulkValues:
    """The bulk data of one house."""

    def __init__(self, house: WebHouse, stored: StoredInstances) -> None:
        self._house = house
        self._stored = stored

    def routes(self) -> list[BaseRoute]:
        """Its paths."""
        return [
            Route("/studies/{study}/bulkdata", self.all_below),
            Route("/studies/{study}/pixeldata", self.all_below),
            Route("/studies/{study}/series/{series}/bulkdata", self.all_below),
            Route("/studies/{study}/series/{series}/pixeldata", self.all_below),
            Route("/studies/{study}/series/{series}/instances/{instance}/bulkdata", self.all_below),
            Route("/studies/{study}/series/{series}/instances/{instance}/pixeldata", self.all_below),
            Route("/studies/{study}/series/{series}/instances/{instance}/bulkdata/{path:path}", self.one),
        ]

    async def one(self, request: Request) -> ASGIApp:
        """GET of one value. Raises `Problem` 404, 406, and 416 where no range holds a byte of it."""
        resource = resource_of(request)
        multipart = in_parts(accepted(request.headers.get("accept"), request.query_params.get("accept")))
        instance = await run_in_threadpool(self._stored.instance, resource)
        value = await self._stored.worked_out(lambda: self._value(instance, resource.path))
        if multipart:
            return as_part(value)
        return ranged(request, value, f'"{instance.checksum}-{resource.path}"', OCTET_STREAM, [])

    def _value(self, instance: Instance, path: str) -> Value:
        """Raises `Problem` 404."""
        if path == PIXEL_DATA and (image := self._native(instance)) is not None:
            index = image.index
            assert index is not None
            return Value(self._house, b"", instance, [(index.first, index.count * index.description.frame_byte_count)])
        try:
            return Value(self._house, self._house.pictures.bulk_data(instance, path))
        except LocalError as error:
            raise Problem(404, str(error)) from error

    def _native(self, instance: Instance) -> Image | None:
        """The image whose pixels are one stretch of its file, as they go out; None where they are not."""
        try:
            image = self._stored.image_of(instance)
        except Problem:
            return None
        return image if image.index is not None and image.index.ready and not image.index.encapsulated else None

    async def all_below(self, request: Request) -> ASGIApp:
        """GET of every value that metadata leave out, or of pixels alone, each as a part. Raises `Problem` 404 and 406."""
        resource = resource_of(request)
        accept = accepted(request.headers.get("accept"), request.query_params.get("accept"))
        if not any(item.covers(OCTET_STREAM) and item.quality > 0 and (item.multipart or item.essence == "*/*") for item in accept):
            raise Problem(406, f'all bulk data goes out as multipart/related; type="{OCTET_STREAM}" only')
        values = self._below(resource, base_url(request))
        first = await self._stored.worked_out(lambda: next(values, None))
        if first is None:
            raise Problem(404, f"there is no bulk data at {path_of(resource.study, resource.series, resource.instance)}")
        writer = MultipartWriter(boundary(), OCTET_STREAM)

        async def pieces() -> AsyncIterator[Buffer]:
            found: tuple[str, Value] | None = first
            while found is not None:
                place, value = found
                yield writer.part(OCTET_STREAM, ("Content-Location", place))
                async for piece in value.bytes(value.whole):
                    yield piece
                found = await self._stored.worked_out(lambda: next(values, None))
            yield writer.end()

        return Streamed(pieces(), _named(writer))

    def _below(self, resource: Resource, base: str) -> Iterator[tuple[str, Value]]:
        """The values below a study, a series or an instance, and where each can be had alone."""
        for instance in self._stored.instances(resource):
            study, series, uid = instance.study_instance_uid, instance.series_instance_uid, instance.sop_instance_uid
            for described in self._house.pictures.metadata([instance], "{path}"):
                for path in _left_out(json.loads(described)):
                    if resource.kind is Kind.PIXEL_DATA and path not in _PIXELS:
                        continue
                    yield f"{base}{path_of(study, series, uid)}/bulkdata/{path}", self._value(instance, path)


def _left_out(described: dict[str, Any]) -> Iterator[str]:
    """The paths of the values that stand as BulkDataURI in a data set of the DICOM JSON Model."""
    for element in described.values():
        if "BulkDataURI" in element:
            yield element["BulkDataURI"]
        elif element.get("vr") == "SQ":
            for item in element.get("Value", ()):
                yield from _left_out(item)


def _named(writer: MultipartWriter) -> Headers:
    return [(b"content-type", writer.content_type.encode("latin-1"))]

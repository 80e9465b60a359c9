"""Pictures of stored instances: rendered resources and thumbnails (PS3.18 10.4.1.1.3, 10.4.1.1.4).

A path, the parameters and an Accept header come in, pictures go out: one alone, or many as parts, each rendered when its turn
comes, in the worker processes. A client that has a picture already is told so by its entity tag, without rendering it again. What
has no pixels has no picture, and is refused by name where it was asked for alone.
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import xxhash
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from isocenter import __version__
from isocenter.base.errors import IsocenterError
from isocenter.base.limits import SERIES_AT_HAND_INSTANCES_MAX
from isocenter.dicomweb.media import MediaRange, accepted, choose, not_acceptable
from isocenter.dicomweb.multipart import MultipartWriter
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.resources import Kind, Resource, path_of
from isocenter.model.pictures import Rendering
from isocenter.model.records import Instance
from isocenter.web.addresses import base_url, resource_of
from isocenter.web.at_hand import AtHand, Lies
from isocenter.web.house import WebHouse
from isocenter.web.rendering_parameters import rendering, thumbnail, unheeded
from isocenter.web.sending import Buffer, Headers, Streamed, Whole, boundary
from isocenter.web.stored import StoredInstances, frame_count
from isocenter.web.under_way import CAN_WATCH, finished

_log = logging.getLogger("isocenter.web")

MEDIA_TYPES = ("image/jpeg", "image/png", "image/gif", "image/jp2", "image/webp")
"""What pictures are made as, the default first (PS3.18 Table 8.7.4-1)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame of an instance that is to be rendered, frames counted from 1."""

    instance: Instance
    frame: int

    @property
    def path(self) -> str:
        """Where it can be had alone."""
        instance = self.instance
        place = path_of(instance.study_instance_uid, instance.series_instance_uid, instance.sop_instance_uid)
        return f"{place}/frames/{self.frame}/rendered"


class Rendered:
    """The pictures of one house's instances."""

    def __init__(self, house: WebHouse, stored: StoredInstances) -> None:
        self._house = house
        self._stored = stored
        self._at_hand = AtHand(self._list)

    def routes(self) -> list[BaseRoute]:
        """Its paths."""
        return [
            Route("/studies/{study}/rendered", self.rendered),
            Route("/studies/{study}/series/{series}/rendered", self.rendered),
            Route("/studies/{study}/series/{series}/instances/{instance}/rendered", self.rendered),
            Route("/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/rendered", self.rendered),
            Route("/studies/{study}/thumbnail", self.thumbnail),
            Route("/studies/{study}/series/{series}/thumbnail", self.thumbnail),
            Route("/studies/{study}/series/{series}/instances/{instance}/thumbnail", self.thumbnail),
            Route("/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/thumbnail", self.thumbnail),
        ]

    async def rendered(self, request: Request) -> ASGIApp:
        """GET of the frames that a path names. Raises `Problem` 400, 404 and 406."""
        resource = resource_of(request)
        ranges = accepted(request.headers.get("accept"), request.query_params.get("accept"))
        one = bool(resource.instance) and len(resource.frames) <= 1
        multipart, media_type = _form(ranges, one=one)
        wanted = rendering(request.query_params, media_type)
        if not multipart:
            return await self._at_once(request, resource, wanted) or await self.alone(
                request, lambda: self._first(resource), wanted
            )
        made = self._made(resource, wanted)
        first = await self._stored.worked_out(lambda: next(made, None))
        if first is None:
            raise Problem(404, f"there is nothing to render at {path_of(resource.study, resource.series, resource.instance)}")
        writer = MultipartWriter(boundary(), media_type)
        headers: Headers = [(b"content-type", writer.content_type.encode("latin-1")), *_warning(request.query_params)]
        base = base_url(request)

        async def pieces() -> AsyncIterator[Buffer]:
            found: tuple[Picture, bytes] | None = first
            while found is not None:
                picture, content = found
                yield writer.part(wanted.media_type, ("Content-Location", base + picture.path))
                yield content
                found = await self._stored.worked_out(lambda: next(made, None))
            yield writer.end()

        return Streamed(pieces(), headers)

    async def thumbnail(self, request: Request) -> ASGIApp:
        """GET of one small picture that stands for what a path names. Raises `Problem` 400, 404 and 406."""
        resource = resource_of(request)
        ranges = accepted(request.headers.get("accept"), request.query_params.get("accept"))
        wanted = thumbnail(request.query_params, choose(ranges, MEDIA_TYPES))
        return await self.alone(request, lambda: self._middle(resource), wanted)

    async def alone(self, request: Request, find: Callable[[], Picture], wanted: Rendering) -> ASGIApp:
        """One picture, or 304 for a client that has it. Raises as `find` and `Pictures` do."""
        known = _known_tags(request)

        def made() -> tuple[str, bytes | None]:
            picture = find()
            tag = _entity_tag(picture, wanted)
            return tag, None if tag in known else self._house.pictures.rendered(picture.instance, picture.frame, wanted)

        return _answer(request, wanted, *await self._stored.worked_out(made))

    async def _at_once(self, request: Request, resource: Resource, wanted: Rendering) -> ASGIApp | None:
        """A picture of an instance that is at hand, by a process that is idle, without a thread. None where there is no such."""
        if not resource.instance or not CAN_WATCH:
            return None
        lies = self._at_hand.find(resource.study, resource.series, resource.instance)
        frame = resource.frames[0] if resource.frames else 1
        if lies is None or frame > lies.frame_count or not os.path.exists(lies.path):
            return None
        tag = _entity_tag(Picture(lies.instance, frame), wanted)
        if tag in _known_tags(request):
            return _answer(request, wanted, tag, None)
        begun = self._house.pictures.begun(lies.instance, frame, wanted)
        return None if begun is None else _answer(request, wanted, tag, await finished(begun))

    async def _list(self, study: str, series: str) -> Mapping[str, Lies]:
        """Where the instances of a series lie; none where they are too many."""

        def found() -> dict[str, Lies]:
            lies: dict[str, Lies] = {}
            for instance in self._stored.instances(Resource(Kind.INSTANCES_OF_SERIES, (), study, series)):
                path = self._house.blobs.path(instance.blob)
                lies[instance.sop_instance_uid] = Lies(replace(instance, attributes={}), frame_count(instance), path)
                if len(lies) > SERIES_AT_HAND_INSTANCES_MAX:
                    return {}
            return lies

        return await self._stored.worked_out(found)

    def _first(self, resource: Resource) -> Picture:
        """The frame that a path names, or the first of the instance; of a series or a study the one in the middle."""
        if not resource.instance:
            return self._middle(resource)
        return self._named(resource)

    def _named(self, resource: Resource) -> Picture:
        """A frame of an instance, the first where none is named. Raises `Problem` 404 for one that is not there."""
        instance = self._stored.instance(resource)
        frame, count = resource.frames[0] if resource.frames else 1, frame_count(instance)
        if count < frame and count:
            raise Problem(404, f"there is no frame {frame}: instance {resource.instance} has {count}")
        return Picture(instance, frame)

    def _middle(self, resource: Resource) -> Picture:
        """The frame that a path names, or the one in the middle of the first series that has pixels. Raises `Problem` 404."""
        if resource.frames:
            return self._named(resource)
        series: list[Picture] = []
        for instance in self._stored.instances(resource):
            if not frame_count(instance):
                continue
            if series and instance.series_instance_uid != series[0].instance.series_instance_uid:
                break
            series.append(Picture(replace(instance, attributes={}), (frame_count(instance) + 1) // 2))
        if not series:
            raise Problem(404, f"there are no pixels at {path_of(resource.study, resource.series, resource.instance)}")
        return series[len(series) // 2]

    def _made(self, resource: Resource, wanted: Rendering) -> Iterator[tuple[Picture, bytes]]:
        """The pictures that can be made, one after the other. Where a single instance is named, raises as `Pictures` does."""
        for instance in self._stored.instances(resource):
            for frame in resource.frames or range(1, frame_count(instance) + 1):
                try:
                    yield Picture(instance, frame), self._house.pictures.rendered(instance, frame, wanted)
                except (IsocenterError, FileNotFoundError) as error:
                    if resource.instance:
                        raise
                    _log.warning("Frame %s of %s could not be rendered: %s", frame, instance.sop_instance_uid, error)
                    break


def _form(ranges: Sequence[MediaRange], *, one: bool) -> tuple[bool, str]:
    """Whether pictures go out in parts, and as what. Raises `Problem` 406."""
    usable = [item for item in ranges if item.quality > 0]
    if not usable:
        raise not_acceptable(ranges, MEDIA_TYPES)
    anything = [item for item in ranges if item.essence == "*/*" and not item.multipart]
    alone = [item for item in ranges if not item.multipart]
    parts = [replace(item, multipart=False) for item in ranges if item.multipart] + ([] if one else anything)
    in_parts_first = usable[0].multipart or (usable[0] in anything and not one)
    for in_parts in (in_parts_first, not in_parts_first):
        with suppress(Problem):
            return in_parts, choose(parts if in_parts else alone, MEDIA_TYPES)
    raise not_acceptable(ranges, MEDIA_TYPES)


def _known_tags(request: Request) -> set[str]:
    """The entity tags of what the client has (RFC 9110 13.1.2)."""
    return {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}


def _answer(request: Request, wanted: Rendering, tag: str, body: bytes | None) -> ASGIApp:
    """A picture, or 304 where there is no body for who has it."""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept"}
    if body is None:
        return Response(status_code=304, headers=headers)
    raw = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    return Whole(body, [*raw, (b"content-type", wanted.media_type.encode("ascii")), *_warning(request.query_params)])


def _entity_tag(picture: Picture, wanted: Rendering) -> str:
    """The same for the same pixels and the same wish, made by the same version."""
    wish = xxhash.xxh3_64_hexdigest(f"{__version__} {wanted!r}".encode())
    return f'"{picture.instance.checksum}-{picture.frame}-{wish}"'


def _warning(query: Mapping[str, str]) -> Headers:
    text = unheeded(query)
    return [(b"warning", text.encode("ascii"))] if text else []

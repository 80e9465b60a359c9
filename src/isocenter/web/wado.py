"""Whole instances of a study, a series, or one (PS3.18 10.4.1.1.1), as DICOM files.

A path and an Accept header come in, the files go out: many as parts, one alone where that is asked for, as they are stored or in a
transfer syntax that is accepted. They are streamed, and memory does not grow with their number or, where they go out as stored,
with their size. What is removed meanwhile is left out. Pixels that turn out to be broken go out as they are stored where any syntax
is accepted; where none is, they break the answer off, so that no answer looks complete that lacks an instance.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import islice

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import RETRIEVE_PAGE_INSTANCES
from isocenter.dataset import part10
from isocenter.dicomweb.media import DICOM, accepted
from isocenter.dicomweb.multipart import MultipartWriter
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.representations import InstanceForm, instance_form
from isocenter.dicomweb.resources import Resource, path_of
from isocenter.imaging.transcode import can
from isocenter.model.records import Instance
from isocenter.web.addresses import base_url, resource_of
from isocenter.web.house import WebHouse
from isocenter.web.sending import Buffer, Headers, Streamed, boundary, opened, stretches, window
from isocenter.web.stored import StoredInstances, data_set_at_once
from isocenter.web.values import Value, ranged

_log = logging.getLogger("isocenter.web")


class Instances:
    """The stored files of one house."""

    def __init__(self, house: WebHouse, stored: StoredInstances) -> None:
        self._house = house
        self._stored = stored

    def routes(self) -> list[BaseRoute]:
        """Their paths."""
        return [
            Route("/studies/{study}", self.retrieve),
            Route("/studies/{study}/series/{series}", self.retrieve),
            Route("/studies/{study}/series/{series}/instances/{instance}", self.retrieve),
        ]

    async def retrieve(self, request: Request) -> ASGIApp:
        """GET. Raises `Problem` 404 where nothing is there, 406 where none of it can be given as it is accepted."""
        resource = resource_of(request)
        ranges = accepted(request.headers.get("accept"), request.query_params.get("accept"))
        form = instance_form(ranges, one=bool(resource.instance))
        if resource.instance and not form.multipart:
            return await self.file(request, await run_in_threadpool(self._stored.instance, resource), form)
        some, complete = await run_in_threadpool(self._checked, resource, form)
        writer = MultipartWriter(boundary(), DICOM)
        headers: Headers = [(b"content-type", writer.content_type.encode("latin-1"))]
        status = 200 if complete else 206
        return Streamed(self._parts(some, form, writer, base_url(request)), headers, status=status)

    async def file(self, request: Request, instance: Instance, form: InstanceForm) -> ASGIApp:
        """One instance as a file, alone, or the range of it that is asked for. Raises `Problem` 406 and 416."""
        syntax = form.syntax_for(instance.transfer_syntax, can)
        if syntax is None:
            raise _cannot(instance)
        head = file_head(instance, syntax)
        name = f'attachment; filename="{instance.sop_instance_uid}.dcm"'.encode("latin-1", "replace")
        if syntax == instance.transfer_syntax:
            value = Value(self._house, head, instance, [(0, instance.byte_count)])
        else:
            value = Value(self._house, head + await self._transcoded(instance, syntax))
        tag = f'"{instance.checksum}-{syntax}"'
        return ranged(request, value, tag, f"{DICOM}; transfer-syntax={syntax}", [(b"content-disposition", name)])

    def _checked(self, resource: Resource, form: InstanceForm) -> tuple[Iterator[Instance], bool]:
        """The instances to be sent, and whether those are all; the first is there. Raises `Problem` 404 and 406."""
        found = first = next(iter(self._stored.instances(resource)), None)
        if first is None:
            raise Problem(404, f"there is nothing at {path_of(resource.study, resource.series)}")
        whole = True
        if not form.takes_anything:
            found = None
            for instance in self._stored.instances(resource):
                if form.syntax_for(instance.transfer_syntax, can) is None:
                    whole = False
                elif found is None:
                    found = instance
            if found is None:
                raise _cannot(first)
        return (one for one in self._stored.instances(resource) if form.syntax_for(one.transfer_syntax, can) is not None), whole

    async def _parts(
        self, instances: Iterator[Instance], form: InstanceForm, writer: MultipartWriter, base: str
    ) -> AsyncIterator[Buffer]:
        while page := await run_in_threadpool(lambda: list(islice(instances, RETRIEVE_PAGE_INSTANCES))):
            for instance in page:
                syntax, content = await self._as_accepted(instance, form)
                place = base + path_of(instance.study_instance_uid, instance.series_instance_uid, instance.sop_instance_uid)
                head = writer.part(f"{DICOM}; transfer-syntax={syntax}", ("Content-Location", place)) + file_head(instance, syntax)
                if content is None:
                    async for piece in self._as_stored(instance, head):
                        yield piece
                else:
                    yield head
                    yield content
        yield writer.end()

    async def _as_accepted(self, instance: Instance, form: InstanceForm) -> tuple[str, bytes | None]:
        """The syntax that one of many goes out in, and its data set where that is another than the stored one.

        Pixels that turn out to be broken go out as they are where that is accepted: one image does not keep the study back.
        """
        syntax = form.syntax_for(instance.transfer_syntax, can) or instance.transfer_syntax
        if syntax == instance.transfer_syntax:
            return syntax, None
        try:
            return syntax, await self._transcoded(instance, syntax)
        except (LocalError, UnreadableDataset) as error:
            if not form.takes_anything:
                raise
            _log.warning("%s goes out as it is stored: %s", instance.sop_instance_uid, error)
            return instance.transfer_syntax, None

    async def _transcoded(self, instance: Instance, syntax: str) -> bytes:
        return await self._stored.worked_out(lambda: self._house.pictures.data_set(instance, syntax))

    async def _as_stored(self, instance: Instance, head: bytes) -> AsyncIterator[Buffer]:
        is_short = instance.byte_count <= window.share
        content = data_set_at_once(self._house.blobs.path(instance.blob), instance.byte_count) if is_short else None
        if content is not None:
            yield head
            yield content
            return
        async with AsyncExitStack() as stack:
            try:
                blob = await stack.enter_async_context(opened(self._house.blobs, instance.blob))
            except FileNotFoundError:
                return
            yield head
            async for piece in stretches(blob, ((0, instance.byte_count),)):
                yield piece


def file_head(instance: Instance, transfer_syntax: str) -> bytes:
    """What stands before the data set in a file of ours: nothing of where the instance came from."""
    return part10.header(
        sop_class_uid=instance.sop_class_uid, sop_instance_uid=instance.sop_instance_uid, transfer_syntax=transfer_syntax
    )


def _cannot(instance: Instance) -> Problem:
    return Problem(406, f"stored in transfer syntax {instance.transfer_syntax}, which cannot become any of those accepted")

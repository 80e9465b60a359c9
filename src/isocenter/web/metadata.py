"""The attributes of a study, a series or an instance as DICOM JSON (PS3.18 10.4.1.1.2), without their bulk data.

A path comes in, a JSON array goes out, packed by gzip where the client takes that: straight from the cache, where nothing is packed
or unpacked again for it. A study is sent series by series, and memory does not grow with it. What cannot be answered is known
before the first byte; a series of a study that fails later breaks the answer off: no answer is complete that lacks an instance.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import chain

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from isocenter.base.limits import PACKED_BYTES_MIN
from isocenter.dicomweb.gzip_runs import GzipRuns
from isocenter.dicomweb.media import DICOM_JSON, JSON, accepted, choose
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.resources import Resource, path_of
from isocenter.model.attributes import Level
from isocenter.model.json_run import JsonRun
from isocenter.model.query import Key, Query, Single
from isocenter.web.addresses import base_url, resource_of
from isocenter.web.house import WebHouse
from isocenter.web.packing import packed as packed_text
from isocenter.web.packing import takes_gzip
from isocenter.web.sending import Buffer, Headers, Streamed, Whole

_BULK_DATA = "/studies/{study}/series/{series}/instances/{instance}/bulkdata/{path}"


def routes(house: WebHouse) -> list[BaseRoute]:
    """The paths of metadata."""
    metadata = Metadata(house)
    return [
        Route("/studies/{study}/metadata", metadata.retrieve),
        Route("/studies/{study}/series/{series}/metadata", metadata.retrieve),
        Route("/studies/{study}/series/{series}/instances/{instance}/metadata", metadata.retrieve),
    ]


class Metadata:
    """The attributes of what one house has."""

    def __init__(self, house: WebHouse) -> None:
        self._house = house

    async def retrieve(self, request: Request) -> ASGIApp:
        """GET. Raises `Problem` 404 where nothing is there, 406 for a client that takes no JSON."""
        resource = resource_of(request)
        media_type = choose(accepted(request.headers.get("accept"), request.query_params.get("accept")), (DICOM_JSON, JSON))
        packed = takes_gzip(request.headers.get("accept-encoding", ""))
        headers: Headers = [(b"content-type", media_type.encode("latin-1")), (b"vary", b"Accept, Accept-Encoding")]
        if resource.instance:
            text = await run_in_threadpool(self._instance, resource, base_url(request))
            if not packed or len(text) < PACKED_BYTES_MIN:
                return Whole(text, headers)
            return Whole(await packed_text(text), [*headers, (b"content-encoding", b"gzip")])
        if packed:
            headers.append((b"content-encoding", b"gzip"))
        runs = self._runs(resource, base_url(request), packed=packed)
        first = await run_in_threadpool(next, runs, None)
        if first is None:
            raise Problem(404, f"there is nothing at {path_of(resource.study, resource.series)}")
        if not resource.series:
            return Streamed(_joined(chain((first,), runs), packed=packed), headers)
        tag = f'"{first.version}{"-gzip" if packed else ""}"'
        headers.append((b"etag", tag.encode("latin-1")))
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"etag": tag, "vary": "Accept, Accept-Encoding"})
        if packed:
            return Whole(b"".join([piece async for piece in _joined(iter((first,)), packed=True)]), headers)
        return Streamed(_joined(iter((first,)), packed=False), headers, length=first.byte_count + 2)

    def _instance(self, resource: Resource, base: str) -> bytes:
        """The array with one instance. Raises `Problem` 404."""
        found = self._house.catalogue.instance(resource.instance)
        if found is None or (found.study_instance_uid, found.series_instance_uid) != (resource.study, resource.series):
            raise Problem(404, f"there is no instance {resource.instance} in this study and series")
        return b"[%s]" % self._house.pictures.metadata([found], base + _BULK_DATA)[0]

    def _runs(self, resource: Resource, base: str, *, packed: bool) -> Iterator[JsonRun]:
        """The attributes series by series; blocks."""
        for series in self._series(resource):
            run = self._house.metadata.series(resource.study, series, base, packed=packed)
            if run is not None:
                yield run

    def _series(self, resource: Resource) -> Sequence[str]:
        if resource.series:
            return [resource.series]
        key = Key("StudyInstanceUID", Single(resource.study))
        answers = self._house.catalogue.find(Query(Level.SERIES, (key,), ("SeriesInstanceUID",)))
        return [answer["SeriesInstanceUID"] for answer in answers]


async def _joined(runs: Iterator[JsonRun], *, packed: bool) -> AsyncIterator[Buffer]:
    """One array of all the runs."""
    gzipped = GzipRuns() if packed else None
    opening = b"["
    if gzipped is not None:
        yield gzipped.begin()
    while (run := await run_in_threadpool(next, runs, None)) is not None:
        yield opening if gzipped is None else gzipped.text(opening)
        opening = b","
        if gzipped is not None:
            gzipped.add(run)
            for piece in run.pieces:
                yield piece
            continue
        pieces = iter(run.pieces)
        while (text := await run_in_threadpool(next, pieces, None)) is not None:
            yield text
    yield b"]" if gzipped is None else gzipped.text(b"]") + gzipped.end()

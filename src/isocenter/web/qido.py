"""Searching over HTTP (PS3.18 10.6): studies, series and instances, as a JSON array that is written while the index is read.

A request comes in, matches go out as the catalogue finds them. Few of them are one answer with its length; many are streamed, and
memory does not grow with their number. A parameter that cannot be understood is refused by name, since a search that ignores it
would find everything. What was left out or ignored is told in the header Warning.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from isocenter.base.errors import LocalError, UsageError
from isocenter.base.limits import PACKED_BYTES_MIN, QUERY_RESULTS_MAX, RESULT_PAGE_ANSWERS, SEARCHES_AT_ONCE_MAX
from isocenter.dicomweb import queries
from isocenter.dicomweb.media import DICOM_JSON, JSON, accepted, choose
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.responses import ResultWriter
from isocenter.model.ports import Answer
from isocenter.model.query import Query, Root
from isocenter.services.keys import QUERY_RETRIEVE_LEVEL, Asked, Question, printed, question
from isocenter.services.responses import Refusal
from isocenter.web.addresses import base_url, resource_of
from isocenter.web.house import WebHouse
from isocenter.web.packing import packed, packed_stream, takes_gzip

_log = logging.getLogger("isocenter.web")

WARNINGS_MAX = 8
"""A header for each; a hundred misspelt names are told by the first of them."""
MORE_WARNING = "The number of results exceeded the maximum supported by the server. Additional results can be requested."
_PACKED = ("Content-Encoding", "gzip")
LIMIT_WARNING = "There are additional results that can be requested."


def routes(house: WebHouse) -> list[BaseRoute]:
    """The paths that are searched with GET (PS3.18 Table 10.6.1-1)."""
    searching = Searching(house)
    return [
        Route("/studies", searching.search),
        Route("/series", searching.search),
        Route("/instances", searching.search),
        Route("/studies/{study}/series", searching.search),
        Route("/studies/{study}/instances", searching.search),
        Route("/studies/{study}/series/{series}/instances", searching.search),
    ]


@dataclass(slots=True)
class _Results:
    """The matches of one search, being read. `count` are those that may still be given."""

    answers: Iterator[Answer]
    writer: ResultWriter
    count: int

    def page(self) -> tuple[list[bytes], bool]:
        """The next objects, and whether there may be more of them; blocks."""
        size = min(RESULT_PAGE_ANSWERS, self.count)
        found = [self.writer.write(answer) for answer in islice(self.answers, size)]
        self.count -= len(found)
        return found, len(found) == size and self.count > 0

    def is_cut(self) -> bool:
        """True where there is a match beyond those that may be given; blocks."""
        return next(self.answers, None) is not None

    def close(self) -> None:
        close = getattr(self.answers, "close", None)
        if close is not None:
            close()


class Searching:
    """Searches in one house."""

    def __init__(self, house: WebHouse) -> None:
        self._house = house
        self._threads = anyio.CapacityLimiter(SEARCHES_AT_ONCE_MAX)

    async def search(self, request: Request) -> Response:
        """GET of anything that can be searched. Raises `Problem` for what cannot be asked."""
        resource = resource_of(request)
        parameters = queries.pairs(request.scope["query_string"])
        wished = next((value for name, value in parameters if name == "accept"), None)
        media_type = choose(accepted(request.headers.get("accept"), wished), (DICOM_JSON, JSON))
        asked = queries.search(resource, parameters)
        understood = _question(asked)
        limit = QUERY_RESULTS_MAX if asked.limit is None else asked.limit
        service = base_url(request)
        writer = ResultWriter(understood.returned, asked.level, service)
        warnings = [*asked.warnings, *_unmatched(understood)]
        query = replace(understood.query, offset=asked.offset, limit=limit + 1)
        first = await to_thread.run_sync(self._first, query, writer, limit, limiter=self._threads)
        if first.is_cut:
            warnings.append(MORE_WARNING if asked.limit is None else LIMIT_WARNING)
        headers = [("Warning", _plain(f"299 {service}: {text}")) for text in warnings[:WARNINGS_MAX]]
        headers.append(("Vary", "Accept, Accept-Encoding"))
        packs = takes_gzip(request.headers.get("accept-encoding", ""))
        if first.rest is not None and request.method == "HEAD":
            first.rest.close()
            return _answer(200, b"", headers, media_type)
        if not first.objects:
            return _answer(204, b"", headers, "")
        if first.rest is None:
            content = b"[" + b",\n".join(first.objects) + b"]"
            if packs and len(content) >= PACKED_BYTES_MIN:
                content = await packed(content)
                headers.append(_PACKED)
            return _answer(200, content, headers, media_type)
        pieces = _streamed(first.objects, first.rest, self._threads)
        if packs:
            headers.append(_PACKED)
        response: Response = StreamingResponse(packed_stream(pieces) if packs else pieces, media_type=media_type)
        for name, value in headers:
            response.headers.append(name, value)
        return response

    def _first(self, query: Query, writer: ResultWriter, limit: int) -> _First:
        """The first page, and what there is after it."""
        try:
            results = _Results(self._house.catalogue.find(query), writer, limit)
        except UsageError as error:
            raise Problem(400, str(error)) from None
        except LocalError as error:
            raise _failed(error) from error
        rest: _Results | None = None
        try:
            objects, more = results.page()
            if more:
                rest = results
                return _First(objects, rest, self._has_more(query, limit))
            return _First(objects, None, results.is_cut())
        except LocalError as error:
            raise _failed(error) from error
        finally:
            if rest is None:
                results.close()

    def _has_more(self, query: Query, limit: int) -> bool:
        """Whether there is a match after the last that will be streamed: the header is sent before it is reached."""
        beyond = self._house.catalogue.find(replace(query, offset=query.offset + limit, limit=1, returned=(), extra_tags=()))
        results = _Results(beyond, ResultWriter((), query.level, ""), 1)
        try:
            return results.is_cut()
        finally:
            results.close()


@dataclass(frozen=True, slots=True)
class _First:
    objects: list[bytes]
    rest: _Results | None
    is_cut: bool


async def _streamed(objects: list[bytes], rest: _Results, threads: anyio.CapacityLimiter) -> AsyncGenerator[bytes, None]:
    """The array, page by page: whoever reads slowly holds nothing back."""
    try:
        yield b"[" + b",\n".join(objects)
        more = True
        while more:
            objects, more = await to_thread.run_sync(rest.page, limiter=threads)
            if objects:
                yield b",\n" + b",\n".join(objects)
        yield b"]"
    finally:
        rest.close()


def _question(asked: queries.Search) -> Question:
    """What is asked of the catalogue, by the rules that C-FIND has too. Raises `Problem` 400."""
    elements = [Asked(QUERY_RETRIEVE_LEVEL, asked.level.name)]
    elements += [Asked(wanted.tag, wanted.text, wanted.matches_inside) for wanted in asked.wanted]
    try:
        return question(elements, Root.STUDY)
    except Refusal as refusal:
        raise Problem(400, str(refusal)) from None


def _unmatched(understood: Question) -> Sequence[str]:
    """What was asked to match and could not be matched with."""
    return [f"{printed(tag)} cannot be matched with and was ignored." for tag in understood.unmatched]


def _failed(error: LocalError) -> Problem:
    """A search that the index did not answer; why may name folders of this computer and stays in the log."""
    _log.error("A search over HTTP failed: %s", error)
    return Problem(503, "the search could not be finished; ask for less at once, or read the log of this server")


def _plain(text: str) -> str:
    """Fit for a header."""
    return text.encode("ascii", "replace").decode("ascii")


def _answer(status: int, content: bytes, headers: Sequence[tuple[str, str]], media_type: str) -> Response:
    response = Response(content, status_code=status, media_type=media_type or None)
    for name, value in headers:
        response.headers.append(name, value)
    return response

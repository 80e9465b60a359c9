"""Storing over HTTP (PS3.18 10.5): the body is taken in as it comes, and each instance is filed as soon as it is complete.

A request comes in, the Store Instances Response goes out, with what became of each instance in the order in which they came.
Several instances are filed at once, so that they share the syncs of the disk. Memory does not grow with the body. Nothing is told
as stored that is not durable; what was complete before a body broke off stays.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import anyio
from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from isocenter.base.limits import STOW_AT_ONCE_MAX, STOW_FILINGS_MAX, STOW_SENDER_CHARACTERS_MAX
from isocenter.dicomweb.media import DICOM, DICOM_JSON, MULTIPART_RELATED, media_type
from isocenter.dicomweb.multipart import related
from isocenter.dicomweb.problems import Problem, quoted
from isocenter.dicomweb.responses import FailedItem, StoredItem, store_response, store_status
from isocenter.standard import status
from isocenter.web.addresses import base_url, resource_of
from isocenter.web.arriving import ARCHIVE_FAILED, Admission, Arriving, Outcome
from isocenter.web.deliveries import Complete, Delivery, Errand, Files, OneFile, refusal
from isocenter.web.house import WebHouse
from isocenter.web.json_instances import JsonInstances

_log = logging.getLogger("isocenter.web")


def routes(house: WebHouse) -> list[BaseRoute]:
    """The paths that instances are posted to."""
    storing = Storing(house)
    return [
        Route("/studies", storing.store, methods=["POST"]),
        Route("/studies/{study}", storing.store, methods=["POST"]),
    ]


class Storing:
    """Store requests to one house."""

    def __init__(self, house: WebHouse) -> None:
        self._house = house
        self._threads = anyio.CapacityLimiter(STOW_AT_ONCE_MAX)

    async def store(self, request: Request) -> Response:
        """POST to /studies or to one study. Raises `Problem` where nothing was stored and no instance is to blame."""
        study = resource_of(request).study
        began = self._house.clock.monotonic()
        delivery = self._delivery(request, study)
        taking = _Taking(delivery, self._threads)
        broken: Problem | None = None
        try:
            await taking.take(request)
        except Problem as problem:
            broken = problem
        except ClientDisconnect:
            broken = Problem(400, "the body broke off")
        outcomes = taking.outcomes
        if broken is not None:
            if not outcomes:
                raise broken
            outcomes.append(refusal(f"the body cannot be read further: {broken.detail}"))
        stored = [outcome for outcome in outcomes if isinstance(outcome, StoredItem)]
        refused = [outcome for outcome in outcomes if isinstance(outcome, FailedItem)]
        _tell(request, len(stored), refused, self._house.clock.monotonic() - began)
        return Response(
            store_response(base_url(request), study, stored, refused),
            status_code=store_status(stored, refused),
            media_type=DICOM_JSON,
        )

    def _delivery(self, request: Request, study: str) -> Delivery:
        """The reader that the body's type asks for. Raises `Problem` 415 for a body that is not taken, 400 for no media type."""
        coding = request.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity"):
            raise Problem(
                415,
                f"the body is coded as {quoted(coding)}, which is not taken: send it as it is",
                headers=(("Accept-Encoding", "identity"),),
            )
        content_type = request.headers.get("content-type", "")
        if not content_type:
            raise Problem(415, f"the request has no Content-Type; {MULTIPART_RELATED} is taken")
        house = self._house
        admission = Admission(
            study=study,
            address=request.client.host if request.client else "",
            sender=_sender(request.headers.get("user-agent", "")),
            unknown_classes=house.unknown_classes,
        )
        begin = partial(Arriving, house.intake, house.catalogue.instance, house.clock, admission)
        if media_type(content_type).essence == DICOM:
            return OneFile(begin)
        root_type, boundary = related(content_type)
        if root_type in (DICOM, ""):
            return Files(boundary, begin)
        if root_type in (DICOM_JSON, "application/json"):
            return JsonInstances(boundary, begin)
        raise Problem(415, f"the parts are {quoted(root_type)}; {DICOM} and {DICOM_JSON} are taken")


class _Taking:
    """One body on its way in: runs of it go to the thread pool, and so does what they complete, several at a time."""

    def __init__(self, delivery: Delivery, threads: anyio.CapacityLimiter) -> None:
        self._delivery = delivery
        self._threads = threads
        self._under_way: deque[asyncio.Task[Outcome] | Outcome] = deque()
        self._filing_count = 0
        self.outcomes: list[Outcome] = []

    async def take(self, request: Request) -> None:
        """To the end of the body; `outcomes` holds whatever was complete, even where this raises."""
        ended = False
        try:
            async for run in request.stream():
                if run:
                    await self._work(self._delivery.feed(run))
            await self._work(self._delivery.close())
            ended = True
        finally:
            if not ended:
                await to_thread.run_sync(self._delivery.abandon, limiter=self._threads)
            while self._under_way:
                await self._gather()

    async def _work(self, complete: Iterator[Complete]) -> None:
        is_over = False
        while not is_over:
            some, is_over, broken = await to_thread.run_sync(_some, complete, limiter=self._threads)
            for one in some:
                await self._begin(one)
            if broken is not None:
                raise broken

    async def _begin(self, one: Complete) -> None:
        if not callable(one):
            self._under_way.append(one)
            return
        while self._filing_count >= STOW_FILINGS_MAX:
            await self._gather()
        self._filing_count += 1
        filing = to_thread.run_sync(_done, one, limiter=self._threads)
        self._under_way.append(asyncio.create_task(filing))

    async def _gather(self) -> None:
        one = self._under_way.popleft()
        if isinstance(one, asyncio.Task):
            self._filing_count -= 1
            one = await one
        self.outcomes.append(one)


class _Some(NamedTuple):
    """Some of what a run completed, whether that was all of it, and what ended it where the body broke the rules."""

    complete: list[Complete]
    is_over: bool
    broken: Problem | None = None


def _some(complete: Iterator[Complete]) -> _Some:
    """A few errands at a time, since each has a file open until it is done."""
    some: list[Complete] = []
    errands = 0
    try:
        for one in complete:
            some.append(one)
            errands += callable(one)
            if errands == STOW_FILINGS_MAX:
                return _Some(some, is_over=False)
    except Problem as problem:
        return _Some(some, is_over=True, broken=problem)
    return _Some(some, is_over=True)


def _done(errand: Errand) -> Outcome:
    try:
        return errand()
    except Exception as error:
        _log.error("A part of a store request could not be worked on", exc_info=error)
        return FailedItem(status.PROCESSING_FAILURE, ARCHIVE_FAILED)


def _tell(request: Request, stored: int, refused: Sequence[FailedItem], seconds: float) -> None:
    """A line for the log: who stored how much, and what kept the rest out, without a word of what was sent."""
    who = f"{_sender(request.headers.get('user-agent', '')) or 'somebody'} ({request.client.host if request.client else 'unknown'})"
    why = ", ".join(sorted({f"{item.reason:04X}" for item in refused}))
    ending = f"; {len(refused)} refused: {why}" if refused else ""
    _log.log(logging.WARNING if refused else logging.INFO, "%s stored %s over HTTP in %.1f s%s", who, stored, seconds, ending)


def _sender(user_agent: str) -> str:
    """The first word of User-Agent, fit to be kept with the instance."""
    word = user_agent.split(" ", 1)[0][:STOW_SENDER_CHARACTERS_MAX]
    return "".join(character for character in word if "!" <= character <= "~")

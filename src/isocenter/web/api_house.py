"""What the routes of `/api` stand on: the house as they may ask it, the guard of changes, and how errors are described.

`daemon` joins the ports. Everything in an `ApiHouse` may be used from any thread and blocks, so that routes that use it are plain
functions, which run in the thread pool. No route may touch what is not named here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from isocenter.base.config import Settings
from isocenter.base.limits import API_CALLS_AT_ONCE_MAX, IMPORTS_AT_ONCE_MAX
from isocenter.dicomweb.problems import MEDIA_TYPE, Problem
from isocenter.jobs.queue import JobQueue
from isocenter.jobs.searching import Call
from isocenter.model.attributes import Level
from isocenter.model.imports import Imports, Samples
from isocenter.model.ports import (
    Associations,
    BlobReader,
    Catalogue,
    ChangeFeed,
    LatestArrivals,
    NodeShelf,
    OutgoingWitness,
    Pictures,
    Quarantine,
    SpaceTaken,
    StudyRegister,
)
from isocenter.model.records import FolderUse, Node
from isocenter.nodes import wildcard
from isocenter.nodes.entry import Self
from isocenter.web.backstage import Backstage
from isocenter.web.clinic import Clinic
from isocenter.web.inspection import Inspection
from isocenter.web.log_reading import LogReading
from isocenter.web.neighbourhood import Neighbourhood
from isocenter.web.papers import Papers
from isocenter.web.paperwork import Paperwork

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ApiHouse:
    """One house. `own` is what an entry in the list of nodes can collide with; `calls` bounds who waits for other nodes,
    `importing` who brings files."""

    backstage: Backstage
    settings_now: Callable[[], Settings]
    neighbourhood: Neighbourhood
    shelf: NodeShelf
    own: Callable[[], Self]
    jobs: JobQueue
    catalogue: Catalogue
    quarantine: Quarantine
    remove_set_aside: Callable[[int], bool]
    papers: Papers
    studies: StudyRegister
    remove: Callable[[Level, str], int]
    pictures: Pictures
    blobs: BlobReader
    imports: Imports
    samples: Samples
    associations: Associations
    outgoing: OutgoingWitness
    arrivals: LatestArrivals
    changes: ChangeFeed
    space: SpaceTaken
    folder_use: Callable[[], FolderUse]
    use_set_aside: Callable[[int], bool]
    keep_both: Callable[[int], bool]
    clinic: Clinic
    paperwork: Paperwork
    logs: LogReading
    inspection: Inspection
    importing: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(IMPORTS_AT_ONCE_MAX))
    calls: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(API_CALLS_AT_ONCE_MAX))

    @property
    def settings(self) -> Settings:
        """Those in force now: title, port and policy can change."""
        return self.settings_now()

    def node(self, name: str) -> Node:
        """The node saved under a name. Raises a Problem where there is none."""
        node = next((node for node in self.shelf.nodes() if node.name == name), None)
        if node is None:
            raise Problem(404, f"There is no node named {name!r}.")
        return node

    def call(self, name: str) -> Call:
        """How to call a node. Raises a Problem where there is none, or where its entry stands for many."""
        node = self.node(name)
        if not wildcard.is_one_device(node):
            raise Problem(409, f"{name} stands for many devices: they can call here, and cannot be called.")
        return Call(node, self.settings.aet, witness=self.outgoing)

    async def outside(self, ask: Callable[[], Result]) -> Result:
        """Ask something that waits for another device, on one of a few threads. Raises a Problem where all of them wait."""
        if self.calls.available_tokens < 1:
            raise Problem(503, f"{API_CALLS_AT_ONCE_MAX} calls of other nodes are under way; try again when one has ended.")
        return await anyio.to_thread.run_sync(ask, limiter=self.calls)


def _house(request: Request) -> ApiHouse:
    house: ApiHouse = request.app.state.house
    return house


House = Annotated[ApiHouse, Depends(_house)]
"""The house, as a parameter of a route."""

_mark = APIKeyHeader(
    name="X-Isocenter",
    auto_error=False,
    scheme_name="own page",
    description="Any value. A change needs this header, which a foreign page cannot send; it is no secret.",
)


def _guard(value: Annotated[str | None, Security(_mark)]) -> None:
    if value is None:
        raise Problem(403, "A change needs the header X-Isocenter, which a foreign page cannot send.")


CHANGES: list[Any] = [Depends(_guard)]
"""The dependencies of every route that changes something or calls somebody."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route describes the errors that it answers with, beside 400."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
        for status in (400, *statuses)
    }


_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "required": ["status", "title", "detail"],
    "properties": {"status": {"type": "integer"}, "title": {"type": "string"}, "detail": {"type": "string"}},
}

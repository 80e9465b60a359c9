"""`/api/inspector`: recorded connections as ladders, exports and imports of captures, proxies.

Nothing of it waits for another device. A capture is read while it comes and never held; an export is written while it goes.
Patients are told only where `names` asks for it, and never in technician mode.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from isocenter.base.limits import (
    API_ROWS_MAX,
    IMPORT_NAME_CHARACTERS_MAX,
    INSPECTED_SEARCH_CHARACTERS_MAX,
    PCAP_FILE_BYTES_MAX,
    RECORDED_CONNECTIONS_MAX,
)
from isocenter.dicomweb.problems import Problem
from isocenter.web import brought
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.words_inspector import (
    CaptureTold,
    DigestWords,
    LadderWords,
    MessageWords,
    ProxyWanted,
    ProxyWords,
    RecordingsTold,
    RoomWords,
    RungWords,
    RunTold,
)

routes = APIRouter(tags=["inspector"])

STREAMED = frozenset({"/api/inspector/import"})
"""Paths whose bodies are taken as they come, and bounded here."""

Token = Annotated[str, Path(min_length=1, max_length=64)]
Names = Annotated[bool, Query(description="Tell patients, too.")]
_PCAPNG = "application/x-pcapng"
_CAPTURE: dict[int | str, dict[str, Any]] = {200: {"content": {_PCAPNG: {"schema": {"type": "string", "format": "binary"}}}}}
_GONE = "This connection is not kept any more; newer ones took its room."


@routes.get("/api/inspector", responses=problems())
def recordings(
    house: House,
    search: Annotated[str, Query(max_length=INSPECTED_SEARCH_CHARACTERS_MAX, description="Title, address, status or UID.")] = "",
    limit: Annotated[int, Query(ge=1, le=API_ROWS_MAX)] = 200,
) -> RecordingsTold:
    """The connections that were recorded, latest first, and the proxies that are open."""
    inspection = house.inspection
    version, found = inspection.version, inspection.digests()
    kept = len(found)
    wanted = search.strip().lower()
    if wanted:
        found = [one for one in found if wanted in one.search]
    return RecordingsTold(
        version=version,
        room=RoomWords.of(inspection.room()),
        recordings=[DigestWords.of(one) for one in found[:limit]],
        kept=kept,
        more=len(found) > limit,
        proxies=[ProxyWords.of(one) for one in inspection.proxies()],
    )


@routes.delete("/api/inspector", status_code=204, dependencies=CHANGES, responses=problems(403))
def forget(house: House) -> None:
    """Forget all connections that are over."""
    house.inspection.forget()


@routes.get("/api/inspector/export", response_class=StreamingResponse, responses={**_CAPTURE, **problems(404)})
def export(
    house: House,
    token: Annotated[list[str], Query(max_length=RECORDED_CONNECTIONS_MAX, description="Which; all where none is said.")] = [],  # noqa: B006 - FastAPI copies it
    names: Names = False,
) -> StreamingResponse:
    """A pcapng file that Wireshark dissects; what was not recorded stands as zeros."""
    for one in token:
        if not house.inspection.keeps(one):
            raise Problem(404, _GONE)
    pieces = house.inspection.export(token, names=_names(house, names))
    what = f"connection-{token[0]}" if len(token) == 1 else "connections"
    file = "".join(letter for letter in what if letter.isalnum() or letter == "-")
    headers = {"content-disposition": f'attachment; filename="{file}.pcapng"'}
    return StreamingResponse(iterate_in_threadpool(pieces), media_type=_PCAPNG, headers=headers)


@routes.post(
    "/api/inspector/import",
    dependencies=CHANGES,
    responses=problems(403, 413),
    openapi_extra=brought.BODY,
)
async def import_capture(
    house: House,
    request: Request,
    name: Annotated[str, Query(max_length=IMPORT_NAME_CHARACTERS_MAX, description="What the list calls the file.")] = "capture",
) -> CaptureTold:
    """Read a pcap or pcapng file; its DICOM connections join the list."""
    brought.check_length(request, PCAP_FILE_BYTES_MAX)
    capture = house.inspection.read_capture(name)
    async with house.importing:
        await brought.pass_on(request, capture.write, PCAP_FILE_BYTES_MAX)
        return CaptureTold.of(await run_in_threadpool(capture.finish))


@routes.post("/api/inspector/proxies", status_code=201, dependencies=CHANGES, responses=problems(403))
def open_proxy(house: House, wanted: ProxyWanted) -> ProxyWords:
    """Listen on a port and pass on to a device, byte for byte, recording what both say."""
    return ProxyWords.of(house.inspection.open_proxy(wanted.listen_port, wanted.node))


@routes.delete("/api/inspector/proxies/{port}", status_code=204, dependencies=CHANGES, responses=problems(403, 404))
def close_proxy(house: House, port: Annotated[int, Path(ge=1, le=0xFFFF)]) -> None:
    """Close a proxy; what goes through it is cut."""
    if not house.inspection.close_proxy(port):
        raise Problem(404, f"No proxy listens on port {port}.")


@routes.get("/api/inspector/{token}", responses=problems(404))
def ladder(house: House, token: Token) -> LadderWords:
    """One connection from its beginning to its end, equal rows folded."""
    found = house.inspection.ladder(token)
    if found is None:
        raise Problem(404, _GONE)
    return LadderWords.of(found)


@routes.get("/api/inspector/{token}/rungs", responses=problems(404))
def run(
    house: House,
    token: Token,
    first: Annotated[int, Query(ge=1, description="The first of the run.")],
    last: Annotated[int, Query(ge=1, description="The last of it.")],
) -> RunTold:
    """The rows that a run stands for."""
    found = house.inspection.run(token, first, last)
    if found is None:
        raise Problem(404, _GONE)
    return RunTold(rungs=[RungWords.of(rung) for rung in found])


@routes.get("/api/inspector/{token}/messages/{number}", responses=problems(404))
def message(house: House, token: Token, number: Annotated[int, Path(ge=1)], names: Names = False) -> MessageWords:
    """One thing that crossed, in full: sentences, command, header of the data set, bytes."""
    found = house.inspection.details(token, number, names=_names(house, names))
    if found is None:
        raise Problem(404, _GONE)
    return MessageWords.of(found)


def _names(house: ApiHouse, asked: bool) -> bool:
    return asked and not house.settings.technician

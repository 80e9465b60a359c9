"""WADO-URI: one instance by its UIDs in the query, as a picture or as a DICOM file (PS3.18 9).

In comes a query of the older service, out goes what the newer one would answer for the same instance. A parameter that cannot be
followed is refused by name: nobody gets another picture than they asked for, and nothing is called anonymous that is not.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from isocenter.base.limits import PICTURE_SIDE_PIXELS_MAX
from isocenter.dicomweb.media import DICOM, MediaRange, accepted, choose
from isocenter.dicomweb.problems import Problem, quoted
from isocenter.dicomweb.representations import InstanceForm
from isocenter.dicomweb.resources import Kind, Resource, frame_list, uid
from isocenter.model.pictures import Rendering, Viewport, Window
from isocenter.model.records import Instance
from isocenter.web.house import WebHouse
from isocenter.web.rendered import MEDIA_TYPES, Picture, Rendered
from isocenter.web.rendering_parameters import QUALITY, number, side
from isocenter.web.stored import StoredInstances
from isocenter.web.wado import Instances

_NOT_HERE = ("presentationUID", "presentationSeriesUID")


class WadoUri:
    """The older service over the rooms of the newer one."""

    def __init__(self, house: WebHouse, stored: StoredInstances) -> None:
        self._stored = stored
        self._instances = Instances(house, stored)
        self._rendered = Rendered(house, stored)

    def routes(self) -> list[BaseRoute]:
        """Its path."""
        return [Route("/wado", self.answer)]

    async def answer(self, request: Request) -> ASGIApp:
        """GET. Raises `Problem` 400 for a query that breaks the rules, 404, 406, 501 for what is not done here."""
        query = request.query_params
        if query.get("requestType") != "WADO":
            raise Problem(400, "requestType must be WADO (PS3.18 9.1.2.1.1)")
        for name in _NOT_HERE:
            if query.get(name):
                raise Problem(501, f"{name} cannot be followed here: presentation states are not applied")
        if query.get("anonymize"):
            raise Problem(501, "anonymize cannot be followed here: nothing is taken out of what is stored")
        study, series, one = (
            uid(query.get(name, ""), f"{name} of one instance") for name in ("studyUID", "seriesUID", "objectUID")
        )
        resource = Resource(Kind.INSTANCE, ("GET",), study, series, one)
        instance = await run_in_threadpool(self._stored.instance, resource)
        media_type = choose(_ranges(query, request), (*MEDIA_TYPES, DICOM) if instance.attributes.get("Rows") else (DICOM,))
        if media_type == DICOM:
            syntax = query.get("transferSyntax", "")
            return await self._instances.file(request, instance, InstanceForm(False, ((syntax,),)))
        picture = Picture(instance, _frame(query))
        return await self._rendered.alone(request, lambda: picture, _rendering(query, media_type, instance))


def _ranges(query: QueryParams, request: Request) -> tuple[MediaRange, ...]:
    """What is accepted: `contentType`, which lists media types as Accept does, else the header (PS3.18 9.1.2.2.1)."""
    named = query.get("contentType")
    return accepted(None, named) if named else accepted(request.headers.get("accept"))


def _frame(query: QueryParams) -> int:
    frames = frame_list(query.get("frameNumber") or "1")
    if len(frames) != 1:
        raise Problem(400, "frameNumber is one number")
    return frames[0]


def _rendering(query: QueryParams, media_type: str, instance: Instance) -> Rendering:
    quality = query.get("imageQuality") or str(QUALITY)
    if not (quality.isascii() and quality.isdigit() and 1 <= int(quality[:9]) <= 100):
        raise Problem(400, f"imageQuality is {quoted(quality)}, and must be a whole number from 1 to 100")
    return Rendering(media_type, int(quality[:9]), _window(query), _viewport(query, instance))


def _window(query: QueryParams) -> Window | None:
    center, width = query.get("windowCenter"), query.get("windowWidth")
    if not center and not width:
        return None
    if not center or not width:
        raise Problem(400, "windowCenter and windowWidth belong together (PS3.18 9.1.2.2.9)")
    return Window(number("windowCenter", center), number("windowWidth", width))


def _viewport(query: QueryParams, instance: Instance) -> Viewport | None:
    """`rows` and `columns` as a size, `region` as fractions of the picture: left, top, right, bottom (PS3.18 9.1.2.2.7)."""
    rows, columns, region = query.get("rows"), query.get("columns"), query.get("region")
    if not rows and not columns and not region:
        return None
    height = side("rows", instance.attributes.get("Rows", ""))
    width = side("columns", instance.attributes.get("Columns", ""))
    left, top, right, bottom = 0.0, 0.0, 1.0, 1.0
    if region:
        words = region.split(",")
        if len(words) != 4:
            raise Problem(400, f"region is {quoted(region)}, and must be left, top, right and bottom, such as 0,0,0.5,1")
        left, top, right, bottom = (number("region", word) for word in words)
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise Problem(400, f"region is {quoted(region)}, and must lie within 0,0,1,1 and not be empty")
    most = PICTURE_SIDE_PIXELS_MAX
    if not rows and not columns:
        rows, columns = str(max(1, round(height * (bottom - top)))), str(max(1, round(width * (right - left))))
    return Viewport(
        side("columns", columns) if columns else most,
        side("rows", rows) if rows else most,
        left * width,
        top * height,
        (right - left) * width,
        (bottom - top) * height,
    )

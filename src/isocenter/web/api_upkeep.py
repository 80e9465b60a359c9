"""`/api`: the disk and how long it lasts, and the choice between two instances that contradict each other.

What is chosen is done at once and cannot be undone: an instance that is given up is removed for good.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from isocenter.base.clock import SystemClock
from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import SET_ASIDE_PICTURE_PIXELS
from isocenter.dicomweb.problems import Problem
from isocenter.model.pictures import Rendering, Viewport
from isocenter.model.records import SetAside
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.words_upkeep import Chosen, DiskWords, SetAsideDetails

routes = APIRouter(tags=["upkeep"])

Serial = Annotated[int, Path(ge=0, le=0x7FFFFFFFFFFFFFFF)]
_PICTURE = Rendering("image/jpeg", viewport=Viewport(SET_ASIDE_PICTURE_PIXELS, SET_ASIDE_PICTURE_PIXELS))


@routes.get("/api/disk", responses=problems())
def disk(house: House) -> DiskWords:
    """How much room there is, what takes it, and how long it lasts."""
    return DiskWords.of(house.folder_use(), house.space.look(), SystemClock().now())


@routes.get("/api/set-aside/{number}", responses=problems(404))
def one_set_aside(house: House, number: Serial) -> SetAsideDetails:
    """One instance set aside with the one that it contradicts, and what can be done."""
    one = _there(house, number)
    return SetAsideDetails.whole(one, house.catalogue.instance(one.instance.sop_instance_uid))


@routes.get(
    "/api/set-aside/{number}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **problems(404, 409, 503)},
)
def picture(house: House, number: Serial) -> Response:
    """A picture of the instance set aside, which DICOMweb does not know; its first frame."""
    one = _there(house, number)
    try:
        return Response(house.pictures.rendered(one.instance, 1, _PICTURE), media_type=_PICTURE.media_type)
    except FileNotFoundError:
        raise Problem(404, "Its file is not here any more.") from None
    except (LocalError, UnreadableDataset) as error:
        raise Problem(409, f"There is no picture of it: {error}") from error


@routes.post("/api/set-aside/{number}/choose", dependencies=CHANGES, status_code=204, responses=problems(403, 404, 409, 503, 507))
def choose(house: House, number: Serial, chosen: Chosen) -> Response:
    """Keep the `old` instance and remove this, use the `new` one and remove the old, or keep `both`, this under new UIDs."""
    done = {"old": house.remove_set_aside, "new": house.use_set_aside, "both": house.keep_both}
    if not done[chosen.choice](number):
        raise _nothing(number)
    return Response(status_code=204)


def _there(house: ApiHouse, number: int) -> SetAside:
    one = house.quarantine.one(number)
    if one is None:
        raise _nothing(number)
    return one


def _nothing(number: int) -> Problem:
    return Problem(404, f"Nothing is set aside under the number {number}.")

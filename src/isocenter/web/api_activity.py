"""`/api`: what goes on here: associations now and past, and the images as they arrive.

Everything is in memory or at the end of one table, so that a page may ask often; `Activity` tells the same to whoever listens to
`/api/live`, no more than what is new to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from isocenter.base.limits import API_ROWS_MAX, ARRIVALS_SHOWN_MAX, ASSOCIATIONS_TOLD_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.web.api_house import ApiHouse, House, problems
from isocenter.web.words_activity import ArrivalsTold, ArrivedWords, AssociationDetails, AssociationsTold, AssociationWords

routes = APIRouter(tags=["activity"])


@routes.get("/api/associations", responses=problems())
def associations(
    house: House,
    limit: Annotated[int, Query(ge=1, le=API_ROWS_MAX)] = 100,
    before: Annotated[int | None, Query(ge=0, description="Only those over with a lesser serial.")] = None,
) -> AssociationsTold:
    """The associations that are open, and the latest that are over, which this process remembers."""
    past = [one for one in house.associations.past_associations() if before is None or one.serial < before]
    return AssociationsTold(
        open=[AssociationWords.of(one) for one in house.associations.open_associations()],
        ended=[AssociationWords.past(one) for one in reversed(past[-limit:])],
        more=len(past) > limit,
    )


@routes.get("/api/associations/{token}", responses=problems(404))
def association(house: House, token: Annotated[str, Path(min_length=1, max_length=64)]) -> AssociationDetails:
    """One of them with the presentation contexts that were agreed on or refused."""
    for one in house.associations.open_associations():
        if one.token == token:
            return AssociationDetails.whole(one, None)
    for past in house.associations.past_associations():
        if past.summary.token == token:
            return AssociationDetails.whole(past.summary, past.serial)
    raise Problem(404, f"No association {token} is remembered; the log file keeps what it said.")


@routes.get("/api/arrivals", responses=problems())
def arrivals(
    house: House,
    limit: Annotated[int, Query(ge=1, le=ARRIVALS_SHOWN_MAX)] = 24,
    after: Annotated[int, Query(ge=0, le=0x7FFFFFFFFFFFFFFF, description="Only those with a greater serial.")] = 0,
) -> ArrivalsTold:
    """The images that came last, the latest first."""
    images = house.arrivals.latest(limit, after)
    return ArrivalsTold(serial=house.changes.last_serial(), images=[ArrivedWords.of(image) for image in images])


class Activity:
    """What one listener has been told of it. Blocks a little, so it belongs on a thread."""

    def __init__(self, house: ApiHouse) -> None:
        self._house = house
        self._version = -1
        past = house.associations.past_associations()
        self._ended = past[-1].serial if past else 0
        self._arrived = house.changes.last_serial()

    def news(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The events since the last call: `associations` where one came, got further or went, `arrivals` where images came."""
        house = self._house
        if (version := house.associations.version) != self._version:
            self._version = version
            past = house.associations.past_associations(self._ended)
            if past:
                self._ended = past[-1].serial
            told = AssociationsTold(
                open=[AssociationWords.of(one) for one in house.associations.open_associations()],
                ended=[AssociationWords.past(one) for one in reversed(past[-ASSOCIATIONS_TOLD_MAX:])],
                more=len(past) > ASSOCIATIONS_TOLD_MAX,
            )
            yield "associations", told.model_dump(mode="json")
        if (serial := house.changes.last_serial()) != self._arrived:
            images = house.arrivals.latest(ARRIVALS_SHOWN_MAX, self._arrived)
            self._arrived = max(serial, *(image.serial for image in images)) if images else serial
            arrived = ArrivalsTold(serial=serial, images=[ArrivedWords.of(image) for image in images])
            yield "arrivals", arrived.model_dump(mode="json")

"""`/api`: checkups of the connection to a node: begin one, watch it climb, end it.

The climbing is done elsewhere, on a thread of its own: no route here waits for another device.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from isocenter.dicomweb.problems import Problem
from isocenter.model.checkup import Checkup, Role
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.clinic import CheckupAsked, Secured
from isocenter.web.words_doctor import CheckupList, CheckupState, CheckupWanted, CheckupWords

routes = APIRouter(tags=["doctor"])

Token = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="A checkup of this process.")]


@routes.post("/api/checkups", status_code=202, dependencies=CHANGES, responses=problems(403, 404, 409))
def begin(house: House, wanted: CheckupWanted, response: Response) -> CheckupWords:
    """Examine the connection to a node; the answer is the checkup before its first step."""
    call = house.call(wanted.node)
    secured = wanted.secured
    checkup = house.clinic.start(
        CheckupAsked(
            node=call.node,
            role=Role(wanted.role),
            storage_class_uid=wanted.storage_class_uid,
            consent=frozenset(wanted.consent),
            secured=None if secured is None else Secured(secured.authority, secured.check_host),
        )
    )
    response.headers["location"] = f"/api/checkups/{checkup.token}"
    return CheckupWords.of(checkup)


@routes.get("/api/checkups", responses=problems())
def checkups(house: House) -> CheckupList:
    """How the latest checkup of each node went, or goes."""
    return CheckupList(checkups=[CheckupState.of(checkup) for checkup in house.clinic.all()])


@routes.get("/api/checkups/{token}", responses=problems(404))
def checkup(house: House, token: Token) -> CheckupWords:
    """One checkup as it stands: every layer that was climbed, the bytes that crossed the wire, the verdict."""
    return CheckupWords.of(_one(house, token))


@routes.post("/api/checkups/{token}/cancel", dependencies=CHANGES, responses=problems(403, 404, 409))
def cancel(house: House, token: Token) -> CheckupWords:
    """Have a checkup end after the step that it is at; the last step tells where a test image lies that it stored."""
    found = _one(house, token)
    if not house.clinic.cancel(token):
        raise Problem(409, f"The checkup of {found.node} is over.")
    return CheckupWords.of(found)


def _one(house: ApiHouse, token: str) -> Checkup:
    found = house.clinic.one(token)
    if found is None:
        raise Problem(404, "There is no such checkup any more.")
    return found

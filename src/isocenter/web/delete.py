"""Deleting over HTTP: a study, a series or an instance, where the setting `web_delete` allows it.

PS3.18 leaves the method DELETE on the resources of the Studies Service open; this is how other archives answer it. A request comes
in, 204 goes out once the removal is durable. Nothing above the named resource is touched, and a path whose levels do not belong
together removes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.resources import Resource
from isocenter.model.attributes import UNIQUE_KEYS, Level
from isocenter.model.query import Key, Query, Single
from isocenter.web.addresses import resource_of
from isocenter.web.house import WebHouse

_log = logging.getLogger("isocenter.web")
_INSTEAD = {Level.STUDY: "GET, HEAD, POST", Level.SERIES: "GET, HEAD", Level.IMAGE: "GET, HEAD"}


def routes(house: WebHouse) -> list[BaseRoute]:
    """The paths that can be deleted."""
    deleting = Deleting(house)
    return [
        Route("/studies/{study}", deleting.delete, methods=["DELETE"]),
        Route("/studies/{study}/series/{series}", deleting.delete, methods=["DELETE"]),
        Route("/studies/{study}/series/{series}/instances/{instance}", deleting.delete, methods=["DELETE"]),
    ]


class Deleting:
    """Removals from one house."""

    def __init__(self, house: WebHouse) -> None:
        self._house = house

    async def delete(self, request: Request) -> Response:
        """DELETE of one resource. Raises `Problem` 405 without the setting, 404 where there is nothing; VolumeFailed."""
        resource = resource_of(request)
        remove = self._house.remove
        if remove is None:
            allowed = (("Allow", _INSTEAD[resource.level]),)
            raise Problem(405, "nothing is deleted here: the setting web_delete is off", headers=allowed)
        count = await run_in_threadpool(self._remove, resource, remove)
        if not count:
            raise Problem(404, "there is no such study, series or instance")
        client = request.client.host if request.client else "somebody"
        _log.warning("%s deleted %s instances over HTTP: %s", client, count, request.scope["path"])
        return Response(status_code=204)

    def _remove(self, resource: Resource, remove: Callable[[Level, str], int]) -> int:
        uids = (resource.study, resource.series, resource.instance)
        named = {level: uid for level, uid in zip((Level.STUDY, Level.SERIES, Level.IMAGE), uids, strict=True) if uid}
        keys = tuple(Key(UNIQUE_KEYS[level].keyword, Single(uid)) for level, uid in named.items())
        if not self._house.catalogue.count_instances(Query(resource.level, keys)):
            return 0
        return remove(resource.level, named[resource.level])

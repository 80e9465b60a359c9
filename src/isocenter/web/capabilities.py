"""What this service can do, for programs (PS3.18 8.9).

A request to the root of the service comes in, a JSON object goes out: every resource with its methods, parameters and media types,
written from the tables that answer the requests themselves. The standard's own form is WADL, an XML that no client in use reads;
who accepts nothing else is told so.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from isocenter import __version__
from isocenter.dicomweb import resources
from isocenter.dicomweb.media import DICOM, DICOM_JSON, JSON, MULTIPART_RELATED, accepted, choose
from isocenter.model.attributes import ATTRIBUTES
from isocenter.services.keys import MATCHED_COMPUTED
from isocenter.web.addresses import base_url
from isocenter.web.house import WebHouse

_SEARCH_PARAMETERS = ("limit", "offset", "includefield", "fuzzymatching", "accept")
STORED_TYPES = (f'{MULTIPART_RELATED}; type="{DICOM}"', f'{MULTIPART_RELATED}; type="{DICOM_JSON}"', DICOM)
"""What the body of a store request may be."""


def routes(house: WebHouse) -> list[BaseRoute]:
    """The root of the service."""

    async def capabilities(request: Request) -> Response:
        media_type = choose(accepted(request.headers.get("accept")), (JSON,))
        described = description(base_url(request), can_delete=house.remove is not None)
        return Response(json.dumps(described), media_type=media_type)

    return [Route("/", capabilities, methods=["OPTIONS", "GET"])]


def description(service: str, *, can_delete: bool) -> dict[str, Any]:
    """The capabilities as an object for JSON."""
    return {
        "service": service,
        "server": f"Isocenter {__version__}",
        "resources": [_resource(route, can_delete=can_delete) for route in resources.ROUTES],
    }


def _resource(route: resources.Route, *, can_delete: bool) -> dict[str, Any]:
    methods = [method for method in route.methods if method != "DELETE" or can_delete]
    words: dict[str, Any] = {"path": route.template, "name": route.kind.value, "methods": methods, "section": route.section}
    level = resources.SEARCHED.get(route.kind)
    if level is not None:
        words["search"] = {
            "parameters": list(_SEARCH_PARAMETERS),
            "fuzzymatching": False,
            "matched": [
                attribute.keyword
                for attribute in ATTRIBUTES
                if attribute.level <= level and (not attribute.computed or attribute.keyword in MATCHED_COMPUTED)
            ],
            "media_types": [DICOM_JSON, JSON],
        }
    if "POST" in route.methods:
        words["store"] = {"media_types": list(STORED_TYPES)}
    return words

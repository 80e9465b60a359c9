"""Where a request to DICOMweb came to: the address of the service, and the resource that the path names (PS3.18 8.2, 9.1).

A request that passed the gate comes in, so that its Host is this computer. Nothing of what it says is trusted further than that.
"""

from __future__ import annotations

from starlette.requests import Request

from isocenter.dicomweb.resources import Resource, resource
from isocenter.web.gate import DICOM_WEB


def base_url(request: Request) -> str:
    """The service as the client calls it, without a slash at its end, such as http://127.0.0.1:8114/dicom-web.

    A Host without its port, as some clients send it, gets the one that the request came to.
    """
    host: str = request.headers.get("host", "127.0.0.1")
    server = request.scope.get("server")
    if server is not None and server[1] not in (None, 80) and not host.rpartition(":")[2].isdigit():
        host = f"{host}:{server[1]}"
    return f"{request.url.scheme}://{host}{DICOM_WEB}"


def resource_of(request: Request) -> Resource:
    """What the path names. Raises `Problem` 404 and 400."""
    path: str = request.scope["path"]
    return resource(path.removeprefix(DICOM_WEB))

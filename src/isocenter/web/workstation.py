"""The files of the workstation, which `web/` is built into: the page itself at every address that is not somebody else's.

A GET comes in, a file goes out, packed where the browser takes that and the build made it. Files in `assets/` carry their content
in their names and are kept for ever; the page is asked for again each time. Nothing outside of the folder is ever read.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "workstation"
_PAGE = "index.html"
_ADDRESS = re.compile("[a-z-]{0,40}")
"""What the page's own addresses look like: one word. Whatever else is asked for is a file, or nothing."""
_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".html": "text/html"}
_NOT_BUILT = (
    "The workstation has not been built. In the folder of the source:  pip install -e .\n"
    "It takes half a minute. Everything else of this archive works: DICOM, /dicom-web, /api, the command line.\n"
)


class Workstation:
    """The ASGI application over the folder of built files."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(Request(scope))
        await answer(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        """Raises HTTPException 404 and 405."""
        if request.method not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        name = request.url.path.removeprefix("/")
        path = self._file(name)
        if path is None and _ADDRESS.fullmatch(name):
            path = self._file(_PAGE)
            if path is None:
                return Response(_NOT_BUILT, 503, media_type="text/plain")
        if path is None:
            raise HTTPException(404)
        return _sent(request, path)

    def _file(self, name: str) -> Path | None:
        """The file of that name below the folder; None where there is none, or the name leads out."""
        if "\0" in name:
            return None
        path = (self._folder / name).resolve()
        return path if path.is_relative_to(self._folder.resolve()) and path.is_file() else None


def _sent(request: Request, path: Path) -> Response:
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"Vary": "Accept-Encoding", "Cache-Control": _FOR_EVER if path.parent.name == "assets" else "no-cache"}
    packed = path.with_name(path.name + ".gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        path = packed
        headers["Content-Encoding"] = "gzip"
    return FileResponse(path, headers=headers, media_type=media_type)

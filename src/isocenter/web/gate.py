"""Who may ask at all, and what every answer says to a browser.

Every HTTP request passes here first. One that names another host than this computer is refused, so that no web site reaches in
through a person's browser by a name of its own (DNS rebinding); so is a change that a page of another origin sends, unless the
setting `web_origins` names it. Those origins get the headers of CORS (Fetch 3.2), for DICOMweb only. No answer may leave without
the headers that keep a browser from doing more with it than we meant; a route may set one of them otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isocenter.web.problems import problem

DICOM_WEB = "/dicom-web"
_HOSTS = (b"127.0.0.1", b"localhost", b"[::1]")
_ALWAYS = (
    (
        b"content-security-policy",
        # styles in place are how React places what it draws; documents of patients are shown in frames of our own
        b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; worker-src 'self' blob:; "
        b"frame-src 'self' blob:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_UNKEPT = (b"cache-control", b"no-store")
_SAFE = ("GET", "HEAD", "OPTIONS")
_EXPOSED = b"Accept-Ranges, Content-Disposition, Content-Range, ETag, Location, Retry-After, Warning"


class Gate:
    """The outermost ring of the application. `origins` are the web sites whose pages may use DICOMweb; `*` is all of them."""

    def __init__(self, app: ASGIApp, origins: Sequence[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origin.rstrip("/").lower().encode("latin-1", "replace") for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, host, origin, asked_method = scope["path"], b"", b"", b""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value.lower()
            elif name == b"origin":
                origin = value.lower()
            elif name == b"access-control-request-method":
                asked_method = value
        own = origin in (b"", b"http://" + host, b"https://" + host)
        is_dicom_web = path.startswith(DICOM_WEB)
        welcome = is_dicom_web and not own and bool(self._origins & {origin, b"*"})
        added = (*_ALWAYS, *_for_origin(origin)) if welcome else _ALWAYS

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                headers = [*message["headers"], *(one for one in added if one[0] not in given)]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append(_UNKEPT)
                message["headers"] = headers
            await send(message)

        answer: ASGIApp = self._app
        if not _is_here(host):
            answer = problem(421, "only requests that name 127.0.0.1, localhost or [::1] as their host are answered here")
        elif welcome and asked_method and scope["method"] == "OPTIONS":
            answer = Response(headers=_preflight(scope))
        elif is_dicom_web and not own and not welcome and scope["method"] not in _SAFE:
            answer = problem(403, "a page of another origin may not change anything here: the setting web_origins names who may")
        await answer(scope, receive, guarded)


def _is_here(host: bytes) -> bool:
    if host in _HOSTS:
        return True
    name, colon, port = host.rpartition(b":")
    return bool(colon) and name in _HOSTS and port.isdigit()


def _for_origin(origin: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", _EXPOSED),
        (b"vary", b"Origin"),
    )


def _preflight(scope: Scope) -> dict[str, str]:
    asked = next((value for name, value in scope["headers"] if name == b"access-control-request-headers"), b"")
    headers = {"Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE", "Access-Control-Max-Age": "600"}
    if asked:
        headers["Access-Control-Allow-Headers"] = asked.decode("latin-1")
    return headers

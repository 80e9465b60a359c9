"""Verification (PS3.4 Annex A): C-ECHO is answered, and nothing else happens."""

from __future__ import annotations

from isocenter.dimse.exchange import Request, Service
from isocenter.services.responses import respond
from isocenter.standard import status


def verify(request: Request) -> Service:
    """Success, for a request that was checked."""
    yield respond(request, status.SUCCESS)

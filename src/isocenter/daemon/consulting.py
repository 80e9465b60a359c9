"""How a checkup that the page asked for climbs: the doctor's visit, joined to the running house.

Comes in: what was asked. Goes out: the checkup, after every step. The doctor calls under the title that the house has at that
moment, and what comes back is seen at the house's own port. The doctor's rooms are loaded with the first checkup.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from isocenter.base.clock import SystemClock
from isocenter.daemon.checkups import Checkups, Tell
from isocenter.daemon.compose import House
from isocenter.model.records import Node
from isocenter.nodes.address import covers, parsed
from isocenter.web.clinic import CheckupAsked, Secured

if TYPE_CHECKING:
    from isocenter.doctor.visit import Security, Visit

TLS_FOLDER = "tls"
"""In the data folder: what this device shows of itself where the other side wants a certificate."""
_CERTIFICATE, _KEY = "certificate.pem", "key.pem"


def checkups(house: House) -> Checkups:
    """Join them; they end with the house."""

    def climb(asked: CheckupAsked, stopped: threading.Event, tell: Tell) -> None:
        from isocenter.doctor.checkup import examine

        steps = import_module("isocenter.doctor.clinic").steps
        verdict = import_module("isocenter.doctor.diagnosis").verdict
        with _security(asked.secured, house.place.folder / TLS_FOLDER) as security:
            examine(_visit(house, asked, stopped, security), steps(), verdict, tell)

    found = Checkups(climb, SystemClock())
    house.closing.callback(found.close)
    return found


def _visit(house: House, asked: CheckupAsked, stopped: threading.Event, security: Security | None) -> Visit:
    from isocenter.doctor.visit import Consent, Visit

    ours, theirs = heard(house, asked.node)
    return Visit(
        node=asked.node,
        role=asked.role,
        own_ae_title=house.settings.aet,
        own_port=house.settings.port,
        clock=SystemClock(),
        consent=Consent(**{name: name in asked.consent for name in ("titles", "neighbours", "store", "idle", "many")}),
        security=security,
        storage_class_uid=asked.storage_class_uid,
        is_stopped=stopped.is_set,
        pause=lambda seconds: _paused(stopped, seconds),
        our_titles_heard=ours,
        their_titles_heard=theirs,
    )


def _paused(stopped: threading.Event, seconds: float) -> None:
    stopped.wait(seconds)


def heard(house: House, node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How a node spelled our title when it called, and under which titles its address called; each the latest first."""
    calls = house.standings.story(node).calls
    callers = [
        caller
        for caller in house.shelf.rejected_callers()
        if caller.calling_ae_title == node.ae_title or _comes_from(node, caller.address)
    ]
    ours = [*([calls.called_ae_title] if calls.last else []), *(caller.called_ae_title for caller in callers)]
    theirs = [caller.calling_ae_title for caller in callers if _comes_from(node, caller.address)]
    return tuple(dict.fromkeys(filter(None, ours))), tuple(dict.fromkeys(filter(None, theirs)))


def _comes_from(node: Node, address: str) -> bool:
    """A name is not looked up: this is asked for each caller at the door."""
    found = parsed(address)
    return found is not None and covers(node.host, found, lambda name: frozenset())


@contextmanager
def _security(secured: Secured | None, folder: Path) -> Iterator[Security | None]:
    """TLS as it was asked for; the pasted authority is a file as long as the checkup lasts."""
    from isocenter.doctor.visit import Security

    if secured is None:
        yield None
        return
    own = (folder / _CERTIFICATE, folder / _KEY)
    certificate, key = own if all(file.is_file() for file in own) else (None, None)
    if not secured.authority.strip():
        yield Security(None, certificate, key, secured.check_host)
        return
    with tempfile.TemporaryDirectory(prefix="isocenter-") as place:
        authority = Path(place) / "authority.pem"
        authority.write_text(secured.authority, encoding="utf-8")
        yield Security(authority, certificate, key, secured.check_host)

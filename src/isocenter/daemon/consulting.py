"""How a checkup that the page asked for climbs: the doctor's visit, joined to the running house.

Comes in: what was asked. Goes out: the checkup, after every step. The doctor calls under the title that the house has at that
moment, and what comes back is seen at the house's own port. The doctor's rooms are loaded with the first checkup.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from isocenter.base.clock import SystemClock
from isocenter.daemon.checkups import Checkups, Tell
from isocenter.daemon.compose import House
from isocenter.daemon.paperwork import reported_product
from isocenter.daemon.way_back import ThroughArchive
from isocenter.jobs.searching import Call
from isocenter.web.clinic import CheckupAsked, Secured

if TYPE_CHECKING:
    from isocenter.doctor.visit import Security, Visit

TLS_FOLDER = "tls"
"""In the data folder: what this device shows of itself where the other side wants a certificate."""
_CERTIFICATE, _KEY = "certificate.pem", "key.pem"


def checkups(house: House) -> Checkups:
    """Join them; they end with the house."""

    def climb(asked: CheckupAsked, stopped: threading.Event, tell: Tell) -> None:
        from isocenter.doctor import clinic

        with _security(asked.secured, house.place.folder / TLS_FOLDER) as security:
            clinic.run(_visit(house, asked, stopped, security), tell)

    found = Checkups(climb, SystemClock())
    house.closing.callback(found.close)
    return found


def _visit(house: House, asked: CheckupAsked, stopped: threading.Event, security: Security | None) -> Visit:
    from isocenter.doctor import clinic
    from isocenter.doctor.visit import Consent

    settings = house.settings
    visit = clinic.visit(
        Call(asked.node, settings.aet, witness=house.witness.ledger),
        asked.role,
        settings.port,
        consent=Consent(**{one.name: one.name in asked.consent for one in fields(Consent)}),
        security=security,
        storage_class_uid=asked.storage_class_uid,
        return_path=_way_back(house, asked.node.name),
        callers=house.shelf.rejected_callers(),
        known_product=reported_product(house.place.folder, asked.node),
        is_stopped=stopped.is_set,
    )
    # Under a policy that does not look at the called title, one that spells ours otherwise was let in.
    called = house.standings.story(asked.node).calls.called_ae_title
    if called and called != (asked.node.local_ae_title or settings.aet):
        visit.our_titles_heard = tuple(dict.fromkeys((called, *visit.our_titles_heard)))
    return visit


def _way_back(house: House, node: str) -> ThroughArchive:
    clock = SystemClock()
    return ThroughArchive(house.catalogue, house.archive, house.witness.ledger, house.reports, house.archive.remove, clock, node)


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
        authority.write_bytes(secured.authority.encode("utf-8", "replace"))
        yield Security(authority, certificate, key, secured.check_host)

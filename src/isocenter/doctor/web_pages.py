"""Web pages beside the DICOM port that name their product, and often its own title and port; asked with consent.

Comes in: a visit. Goes out: the first page that one of the tables' products is known by. One plain GET for each place, a pause
before each, a bounded answer; nothing is logged in to and nothing is changed. What a page says is a stranger's word: shown, never
obeyed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from isocenter.base.limits import AE_TITLE_BYTES
from isocenter.doctor import products
from isocenter.doctor.asking import http_answer
from isocenter.doctor.network import Unreached
from isocenter.doctor.visit import Visit

_TITLE = re.compile(r'"(?:DicomAet|dicomAETitle|ae_title)"\s*:\s*"([ -~]{1,64}?)"')
_PORT = re.compile(r'"DicomPort"\s*:\s*([0-9]{1,5})\b')
_TITLES_MAX = 8


class Page(NamedTuple):
    """What a page told: the product's key, its own titles, its DICOM port (0 where it does not say), and where it stands."""

    product: str
    titles: tuple[str, ...]
    dicom_port: int
    place: str


def look_around(visit: Visit) -> Page | None:
    """The first page of the same computer that names a product; None where no page does."""
    for port, path in dict.fromkeys((one.port, one.path) for one in products.neighbours()):
        if visit.is_stopped():
            return None
        visit.pause(visit.patience.pause)
        try:
            said = http_answer(visit, port, path)
        except Unreached:
            continue
        if found := read(port, path, said):
            return found
    return None


def read(port: int, path: str, said: bytes) -> Page | None:
    """What an answer tells; None where it names no product of the tables."""
    text = said.decode("utf-8", "replace")
    neighbour = products.near(port, path, text)
    if neighbour is None:
        return None
    titles = dict.fromkeys(title for title in _TITLE.findall(text) if title.strip() and len(title) <= AE_TITLE_BYTES)
    found = _PORT.search(text)
    number = int(found[1]) if found else 0
    return Page(neighbour.product, tuple(titles)[:_TITLES_MAX], number if 0 < number <= 0xFFFF else 0, f"port {port}{path}")

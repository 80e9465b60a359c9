"""Other ports of the same computer, asked with consent: is it there at all, and does DICOM answer elsewhere on it?

Comes in: a visit whose own port is closed or silent. Goes out: which ports answer, and which of them speak DICOM. One connection
at a time, each with a pause before it, and never to a port that prints what it is sent.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import NamedTuple

from isocenter.base.limits import CHECKUP_PROBE_SECONDS
from isocenter.doctor.answer import Said
from isocenter.doctor.asking import call, request_of
from isocenter.doctor.network import Line, Unreached, connect
from isocenter.doctor.visit import Visit

_SPEAKING = frozenset({Said.ACCEPTED, Said.REJECTED, Said.ABORTED})


class Around(NamedTuple):
    """What was found: `alive` are ports that answered or refused at once, `dicom` is the first that speaks DICOM, 0 for none."""

    alive: tuple[int, ...]
    dicom: int


@cache
def ports() -> Mapping[str, tuple[int, ...]]:
    """The lists of `tables/ports.toml` by name."""
    with resources.files("isocenter.doctor").joinpath("tables", "ports.toml").open("rb") as table:
        return {name: tuple(numbers) for name, numbers in tomllib.load(table).items()}


def is_alive(visit: Visit) -> Around:
    """Does any other port of this computer answer, if only by refusing? The first that does is enough."""
    for port in _others(visit, "alive"):
        try:
            with _connected(visit, port):
                return Around((port,), 0)
        except Unreached as error:
            if error.name == "ECONNREFUSED":
                return Around((port,), 0)
    return Around((), 0)


def dicom_elsewhere(visit: Visit, likeliest: int = 0) -> Around:
    """The first of the usual ports of DICOM that answers an A-ASSOCIATE-RQ; a likelier one is tried before them."""
    open_ports: list[int] = []
    for port in _others(visit, "dicom", likeliest):
        try:
            _connected(visit, port).close()
        except Unreached:
            continue
        open_ports.append(port)
        patience = replace(visit.patience, associate=min(visit.patience.associate, CHECKUP_PROBE_SECONDS))
        other = replace(visit, node=replace(visit.node, port=port), patience=patience, security=None)
        try:
            if call(other, request_of(other)).said in _SPEAKING:
                return Around(tuple(open_ports), port)
        except Unreached:
            continue
    return Around(tuple(open_ports), 0)


def _others(visit: Visit, kind: str, likeliest: int = 0) -> Iterator[int]:
    for port in dict.fromkeys((*([likeliest] if likeliest else []), *ports()[kind])):
        if port == visit.node.port or visit.is_stopped():
            continue
        visit.pause(visit.patience.pause)
        yield port


def _connected(visit: Visit, port: int) -> Line:
    address = visit.address or visit.addresses[0]
    return connect(address, port, min(visit.patience.connect, CHECKUP_PROBE_SECONDS), visit.clock, visit.is_stopped)

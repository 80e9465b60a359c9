"""A setup sheet: two devices, and for each of them what is entered there so that it knows the other.

The doctor writes it; the page and the command line show it. Nothing here knows a product.
"""

from __future__ import annotations

from dataclasses import dataclass

from isocenter.model.checkup import Line


@dataclass(frozen=True, slots=True)
class End:
    """One device of a pair. `product` is its key, its name, or what its implementation says of it; empty where it is not known.

    `opens_port` is the command that opens its port, for the device that this computer is; empty for others. `notes` are what its
    owner wrote about it.
    """

    name: str
    ae_title: str
    host: str
    port: int
    product: str = ""
    web_port: int = 0
    opens_port: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Half:
    """What is done at one of the two devices: the lines that make it know `other`, and its own title and port."""

    at: End
    other: End
    product: str
    lines: tuple[Line, ...]
    own: Line | None
    restart: str
    test: str
    test_says: str
    checks: str
    traps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Both halves, ours first."""

    here: Half
    there: Half

    @property
    def halves(self) -> tuple[Half, Half]:
        return self.here, self.there


@dataclass(frozen=True, slots=True)
class ProductOffered:
    """A product that a person can choose; `kind` is archive, workstation, modality, browser, engine or tool."""

    key: str
    name: str
    kind: str
    own_title: str
    own_port: int

"""What the pages of setup sheets and reports stand on: what to enter on which side, and checkups that are kept.

`daemon` joins it. Everything may be used from any thread; documents take up to a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from isocenter.model.checkup import Checkup, Line
from isocenter.model.records import Node
from isocenter.model.report import Difference, Report
from isocenter.model.setup_sheet import ProductOffered, Sheet

Form = Literal["pdf", "html", "text"]


ANY = "any"
"""The key of no product: a device whose words are not known, whatever is guessed of it."""


@dataclass(frozen=True, slots=True)
class SheetAsked:
    """A pair of devices: `node` and this one, or `node` and `other`. Products are keys, or ANY; empty takes what is known.

    `address` is that of ours to be entered there; empty takes the one nearest to it.
    """

    node: Node
    product: str = ""
    other: Node | None = None
    other_product: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person writes on a report."""

    technician: str = ""
    work_order: str = ""
    site: str = ""
    remark: str = ""


class Paperwork(Protocol):
    """Setup sheets and commissioning reports. Raises UsageError for a report that is not there."""

    def products(self) -> Sequence[ProductOffered]:
        """Whose words are known."""

    def known_product(self, node: Node) -> str:
        """What a node seems to be, from checkups, reports and echoes; empty where nothing tells."""

    def own_lines(self, address: str) -> Sequence[Line]:
        """How this device is entered in each product, seen at one of its addresses."""

    def sheet(self, asked: SheetAsked) -> Sheet:
        """What to enter on both sides."""

    def sheet_document(self, asked: SheetAsked, form: Form) -> bytes:
        """The same to be printed."""

    def department(self, nodes: Sequence[Node], form: Form) -> bytes:
        """A sheet for each of them, in one document."""

    def keep(self, checkup: Checkup, typed: Typed) -> Report:
        """Keep a checkup as a report, with what its device sent lately."""

    def reports(self) -> Sequence[Report]:
        """All that are kept, the latest first, in short: without contexts, exchanges and sample."""

    def report(self, token: str) -> Report: ...

    def remove(self, token: str) -> None: ...

    def difference(self, token: str, before: str) -> Difference | None:
        """What changed since the report `before`; since the one before it for an empty one, None where there is none."""

    def report_document(self, token: str, form: Form, before: str = "") -> bytes:
        """A report to be printed; with `before` what changed since that one stands in it."""

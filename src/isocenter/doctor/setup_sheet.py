"""A setup sheet for two devices: what to enter on both sides, each in its own product's words, with restart notes and traps.

Comes in: two ends. Goes out: a paper, and for a whole department one paper with a page for each pair. Nothing here calls anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from isocenter.base.limits import PAPER_SHEETS_MAX
from isocenter.doctor import products
from isocenter.doctor.paper import Block, Cell, Code, Grid, Heading, NewPage, Pairs, Paper, Points, Prose, mono, rows_of
from isocenter.doctor.products import Own, Product
from isocenter.model.checkup import Line
from isocenter.model.setup_sheet import End, Half, ProductOffered, Sheet

ANY_DEVICE = "Any DICOM device"


def as_entered(end: End) -> Own:
    """An end as the other side must enter it."""
    own = Own(end.ae_title, end.host, end.port, name=end.name)
    return replace(own, web_port=end.web_port) if end.web_port else own


def offered() -> tuple[ProductOffered, ...]:
    """The products whose words are known, in the order in which they are shown."""
    return tuple(ProductOffered(one.key, one.name, one.kind, one.own_title, one.own_port) for one in products.products())


def sheet(here: End, there: End) -> Sheet:
    """What to enter at both."""
    return Sheet(_half(here, there), _half(there, here))


def essentials(end: End) -> str:
    """The three things that every other device has to enter, one a line, as a code for a telephone holds them."""
    return f"AE title {end.ae_title}\nAddress {end.host}\nPort {end.port}"


def _half(at: End, other: End) -> Half:
    product = products.product_of(at.product)
    if product is None:
        return _any(at, other)
    test, test_says = products.echo_line(as_entered(other), product.key, as_entered(at))
    return Half(
        at=at,
        other=other,
        product=product.name,
        lines=products.lines(as_entered(other), product.key, theirs=as_entered(at), is_only=True),
        own=products.own_line(as_entered(at), product.key),
        restart=product.restart,
        test=test,
        test_says=test_says,
        checks=product.checks,
        traps=(*product.traps, *_doubts(product, at)),
    )


def _doubts(product: Product, at: End) -> tuple[str, ...]:
    """What is strange about this entry of this product."""
    if product.own_port and at.port != product.own_port and products.usual_port(at.port)[1] in {"HTTP", "HL7"}:
        what, speaks = products.usual_port(at.port)
        return (f"Port {at.port} is commonly {what} and speaks {speaks}; {product.name} has {product.own_port} for DICOM.",)
    return ()


def _any(at: End, other: End) -> Half:
    boxes = f"AE title: {other.ae_title}\nIP address: {other.host}\nPort: {other.port}"
    return Half(
        at=at,
        other=other,
        product=ANY_DEVICE,
        lines=(
            Line(
                ANY_DEVICE,
                "Its list of DICOM devices",
                boxes,
                "Save, apply, and restart it where its manual says so",
                form="fields",
            ),
        ),
        own=None,
        restart="Its manual says when a new device takes effect.",
        test="",
        test_says="",
        checks="Which titles it compares is not known: enter both letter by letter, with their capitals.",
        traps=(),
    )


def paper(shown: Sheet, made: datetime, *, site: str = "") -> Paper:
    """One pair on paper."""
    here, there = shown.here.at, shown.there.at
    return Paper(
        title=f"{here.name} and {there.name}",
        subtitle=f"Setup sheet{f' of {site}' if site else ''}: what to enter on both sides",
        made=made,
        foot="Isocenter setup sheet",
        blocks=tuple(_blocks(shown)),
    )


def department(sheets: Sequence[Sheet], made: datetime, *, site: str = "") -> Paper:
    """All pairs of a department on one paper: a list of who is who, then a part for each pair on a page of its own."""
    shown = sheets[:PAPER_SHEETS_MAX]
    ends: dict[tuple[str, str, int], End] = {}
    for one in shown:
        for half in one.halves:
            ends.setdefault((half.at.ae_title, half.at.host, half.at.port), half.at)
    rows = tuple(
        (Cell(end.name), mono(end.ae_title), mono(end.host), mono(str(end.port)), Cell(_product_name(end))) for end in ends.values()
    )
    blocks: list[Block] = [
        Prose("Every AE title is written exactly as it must be entered: capitals, hyphens and zeros count."),
        Grid(("Device", "AE title", "Address", "Port", "Product"), rows_of(rows), (3, 3, 3, 1.2, 3)),
    ]
    if len(sheets) > len(shown):
        blocks.append(Prose(f"{len(sheets) - len(shown)} more pairs are left out."))
    for one in shown:
        blocks += [NewPage(), Heading(f"{one.here.at.name} and {one.there.at.name}"), *_blocks(one, 2)]
    return Paper(
        title=site or "DICOM devices",
        subtitle=f"Setup sheets of {len(shown)} {'pair' if len(shown) == 1 else 'pairs'} of devices",
        made=made,
        foot="Isocenter setup sheets",
        blocks=tuple(blocks),
    )


def _product_name(end: End) -> str:
    found = products.product_of(end.product)
    return found.name if found else end.product or "not known"


def _blocks(shown: Sheet, level: int = 1) -> list[Block]:
    blocks: list[Block] = []
    for half in shown.halves:
        blocks += _half_blocks(half, level)
    blocks += [
        Heading("Then test both ways", level),
        Points(tuple(_tests(shown))),
    ]
    return blocks


def _half_blocks(half: Half, level: int) -> list[Block]:
    at, other = half.at, half.other
    blocks: list[Block] = [
        Heading(f"On {at.name}", level),
        Pairs(
            (
                ("Product", Cell(half.product)),
                ("AE title", mono(at.ae_title)),
                ("Address", mono(at.host)),
                ("Port", mono(str(at.port))),
                ("Checks", Cell(half.checks)),
                *((("Notes", Cell(at.notes)),) if at.notes else ()),
            ),
            essentials(at),
        ),
        Heading(f"So that it knows {other.name}", level + 1),
    ]
    for at_line, line in enumerate(half.lines):
        caption = line.where if at_line == 0 else f"Or: {line.where}"
        blocks.append(Code(line.text, caption, line.then))
        if line.mind:
            blocks.append(Prose(line.mind, "warn"))
    if half.own is not None:
        blocks += [Heading("Its own title and port", level + 1), Code(half.own.text, half.own.where, half.own.then)]
    if at.opens_port:
        blocks += [Heading("So that others reach it", level + 1), Code(at.opens_port, "The firewall of this computer")]
    if half.traps:
        blocks += [Heading("Mind", level + 1), Points(half.traps)]
    return blocks


def _tests(shown: Sheet) -> list[str]:
    said = []
    for half in shown.halves:
        how = f": {half.test}" if half.test else " by C-ECHO, in its own menu"
        says = f". {half.test_says}" if half.test_says else ""
        said.append(f"From {half.at.name} call {half.other.name}{how}{says}".rstrip(".") + ".")
    said.append("An echo proves the address, the port and the titles. It does not prove that images are taken: send one as well.")
    return said

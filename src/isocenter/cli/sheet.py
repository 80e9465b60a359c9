"""`isocenter sheet`: what to enter on both sides of a connection, in each product's own words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isocenter.base import config
from isocenter.base.errors import UsageError
from isocenter.cli.options import Aet, Data, Json, Name
from isocenter.cli.papers import HtmlFile, PdfFile, deliver
from isocenter.cli.terminal import tell_json
from isocenter.model.checkup import as_json
from isocenter.model.records import Node
from isocenter.model.setup_sheet import End, Sheet


def sheet(
    node: Annotated[str | None, typer.Argument(metavar="[NODE]", help="A saved name, or TITLE@host:port.")] = None,
    product: Annotated[str, typer.Option("--product", "-p", help="What the node is, such as orthanc; --products lists them.")] = "",
    with_: Annotated[
        str | None,
        typer.Option("--with", metavar="NODE", help="The sheet of these two nodes, instead of this archive's."),
    ] = None,
    with_product: Annotated[str, typer.Option("--with-product", help="What that other node is.")] = "",
    address: Annotated[str, typer.Option("--address", help="The address of this computer to be entered there.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="One document with a sheet for every saved node.")] = False,
    products: Annotated[bool, typer.Option("--products", help="List the products whose words are known.")] = False,
    pdf: PdfFile = None,
    html: HtmlFile = None,
    aet: Aet = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """What to enter on both sides of a connection: to read, to print, as PDF or HTML."""
    from isocenter.base.clock import SystemClock
    from isocenter.daemon import calling, instances, library, paperwork
    from isocenter.doctor import setup_sheet

    if products:
        _list(json)
        return
    place = instances.place(name, data)
    settings = config.load({"aet": aet}, place.folder)
    if (running := instances.running(place)) is not None:
        now_so = {"aet": aet or running.aet, "port": running.port, "http": running.http}
        settings = config.changed(settings, now_so, "the running archive")

    def one(other: Node, known: str = "") -> Sheet:
        here = paperwork.this_device(settings, other.host, address, other.local_ae_title)
        return setup_sheet.sheet(here, paperwork.end_of(other, known))

    now = SystemClock().now()
    if all_:
        with library.open_shelf(place.folder) as shelf:
            nodes = list(shelf.nodes())
        sheets = [one(other, paperwork.reported_product(place.folder, other)) for other in paperwork.single_devices(nodes)]
        if json:
            tell_json([as_json(made) for made in sheets])
        else:
            deliver(setup_sheet.department(sheets, now), pdf, html)
        return
    if not node:
        raise UsageError("Say which node: isocenter sheet NODE, or --all for every saved one.")
    found = calling.resolve(node, aet, name, data).node
    that = _end(found, product, place.folder)
    if with_ is None:
        made = one(found, that.product)
    else:
        made = setup_sheet.sheet(_end(calling.resolve(with_, aet, name, data).node, with_product, place.folder), that)
    if json:
        tell_json(as_json(made))
    else:
        deliver(setup_sheet.paper(made, now), pdf, html)


def _end(node: Node, product: str, folder: Path) -> End:
    """A node as one end, as what is said or, else, what the latest report saw. Raises UsageError for an unknown product."""
    from isocenter.daemon import paperwork
    from isocenter.doctor.products import product_of
    from isocenter.doctor.setup_sheet import offered

    known = product_of(product)
    if product and known is None:
        raise UsageError(f"There is no product {product!r}; there are {', '.join(one.key for one in offered())}.")
    return paperwork.end_of(node, known.key if known else paperwork.reported_product(folder, node))


def _list(json: bool) -> None:
    from isocenter.cli.terminal import table
    from isocenter.doctor.setup_sheet import offered

    if json:
        tell_json([as_json(one) for one in offered()])
    else:
        table(
            ["Key", "Product", "Kind", "Its own title", "Port"],
            [(one.key, one.name, one.kind, one.own_title, one.own_port or "") for one in offered()],
        )

"""`/api`: setup sheets. A pair of devices comes in, what to enter on both sides goes out: as words, or as a document to print.

Nothing here calls another device.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from isocenter.base.config import check_ae_title
from isocenter.base.limits import AE_TITLE_BYTES, NODE_HOST_CHARACTERS_MAX, NODE_NAME_CHARACTERS_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.model.records import Node
from isocenter.nodes import wildcard
from isocenter.web.api_house import ApiHouse, House, problems
from isocenter.web.paperwork import ANY, Form, SheetAsked
from isocenter.web.words_doctor import LineWords
from isocenter.web.words_sheets import OwnLines, ProductList, ProductWords, SetupSheet

routes = APIRouter(tags=["setup sheets"])

NodeChosen = Annotated[str, Query(max_length=NODE_NAME_CHARACTERS_MAX, description="A saved node, by name.")]
ProductChosen = Annotated[
    str,
    Query(
        max_length=32, pattern=r"^[a-z0-9-]*$", description="A key of `/api/products`, or `any`; empty takes what is known of it."
    ),
]
Title = Annotated[str, Query(max_length=AE_TITLE_BYTES, description="A device that is not saved: its AE title.")]
Host = Annotated[str, Query(max_length=NODE_HOST_CHARACTERS_MAX, description="Its address, or one of this device's.")]
Port = Annotated[int, Query(ge=1, le=0xFFFF)]

_KINDS: dict[Form, tuple[str, str]] = {
    "pdf": ("application/pdf", "pdf"),
    "html": ("text/html; charset=utf-8", "html"),
    "text": ("text/plain; charset=utf-8", "txt"),
}
DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document",
        "content": {kind.split(";")[0]: {"schema": {"type": "string", "format": "binary"}} for kind, _ in _KINDS.values()},
    }
}


def printed(document: bytes, name: str, form: Form) -> Response:
    """A document as an answer: PDF to be seen in the browser, HTML without any right to run or load something."""
    kind, ending = _KINDS[form]
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "document"
    return Response(
        document,
        media_type=kind,
        headers={
            "content-disposition": f'inline; filename="{safe}.{ending}"',
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "x-content-type-options": "nosniff",
        },
    )


@routes.get("/api/products", responses=problems())
def products(house: House) -> ProductList:
    """The products whose words are known."""
    return ProductList(products=[ProductWords.of(one) for one in house.paperwork.products()])


@routes.get("/api/own-lines", responses=problems())
def own_lines(house: House, address: Host) -> OwnLines:
    """How this device is entered in each product, seen at one of its addresses."""
    lines = house.paperwork.own_lines(address)
    return OwnLines(address=address, lines=[LineWords.model_validate(line, from_attributes=True) for line in lines])


def _asked(
    house: House,
    node: NodeChosen = "",
    product: ProductChosen = "",
    other: NodeChosen = "",
    other_product: ProductChosen = "",
    address: Host = "",
    ae_title: Title = "",
    host: Host = "",
    port: Port = 104,
) -> SheetAsked:
    """The pair that is meant: this device, or the node `other`, and a node, saved or not.

    Raises `Problem` 404 for a node that is not there, 409 for one that stands for many.
    """
    if node:
        first = _single(house, node)
    elif ae_title and host:
        check_ae_title(ae_title)
        first = Node(ae_title, ae_title, host, port)
    else:
        raise Problem(400, "Say which node the sheet is for: node=NAME, or ae_title, host and port.")
    keys = {ANY, *(one.key for one in house.paperwork.products())}
    for key in (product, other_product):
        if key and key not in keys:
            raise Problem(400, f"There is no product {key!r}; there are {', '.join(sorted(keys))}.")
    return SheetAsked(first, product, _single(house, other) if other else None, other_product, address)


def _single(house: ApiHouse, name: str) -> Node:
    found = house.node(name)
    if not wildcard.is_one_device(found):
        raise Problem(409, f"{name} stands for many devices: there is no sheet for all of them.")
    return found


Asked = Annotated[SheetAsked, Depends(_asked)]


@routes.get("/api/setup-sheet", responses=problems(404, 409))
def setup_sheet(house: House, asked: Asked) -> SetupSheet:
    """What to enter on both sides of a pair: this device, or the node `other`, and a node, saved or not."""
    return SetupSheet.of(house.paperwork.sheet(asked), house.paperwork.known_product(asked.node))


@routes.get("/api/setup-sheet/document", response_class=Response, responses={**DOCUMENT, **problems(404, 409)})
def setup_sheet_document(house: House, asked: Asked, form: Form = "pdf") -> Response:
    """The same, to be printed."""
    return printed(house.paperwork.sheet_document(asked, form), f"setup-{asked.node.name}", form)


@routes.get("/api/setup-sheets/document", response_class=Response, responses={**DOCUMENT, **problems()})
def setup_sheets_document(house: House, form: Form = "pdf") -> Response:
    """A sheet for each node that is one device, in one document."""
    return printed(house.paperwork.department(house.shelf.nodes(), form), "setup-sheets", form)

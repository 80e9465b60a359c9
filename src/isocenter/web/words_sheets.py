"""The words of `/api` about setup sheets: what to enter on which side, in each product's own words."""

from __future__ import annotations

from pydantic import Field

from isocenter.model.checkup import as_json
from isocenter.model.setup_sheet import Half, ProductOffered, Sheet
from isocenter.web.api_words import Words
from isocenter.web.words_doctor import Found, LineWords


class ProductWords(Found):
    """A product whose words are known. `own_title` and `own_port` are what it has until somebody changes them, empty for none."""

    key: str
    name: str
    kind: str
    own_title: str
    own_port: int

    @classmethod
    def of(cls, product: ProductOffered) -> ProductWords:
        return cls.model_validate(as_json(product))


class ProductList(Words):
    """In the order in which they are shown."""

    products: list[ProductWords]


class OwnLines(Words):
    """How this device is entered in each product, seen at one of its addresses."""

    address: str
    lines: list[LineWords]


class EndWords(Found):
    """One device of a pair; `opens_port` is the command that opens its port, only for this computer."""

    name: str
    ae_title: str
    host: str
    port: int
    product: str
    opens_port: str
    notes: str


class HalfWords(Found):
    """What is done at one of the two devices. `lines` are ways to enter the other there, the usual one first; `own` is where its
    own title and port are set. `test` is how the other is called from there; `traps` are what goes wrong with this product."""

    at: EndWords
    product: str
    lines: list[LineWords]
    own: LineWords | None
    restart: str
    test: str
    test_says: str
    checks: str
    traps: list[str]

    @classmethod
    def of(cls, half: Half) -> HalfWords:
        return cls.model_validate(as_json(half))


class SetupSheet(Words):
    """What to enter on both sides: `here` at this device, or the first of a pair of others, `there` at the node."""

    here: HalfWords
    there: HalfWords
    known_product: str = Field(description="The key of what the node seems to be; empty where nothing tells.")

    @classmethod
    def of(cls, sheet: Sheet, known_product: str) -> SetupSheet:
        return cls(here=HalfWords.of(sheet.here), there=HalfWords.of(sheet.there), known_product=known_product)

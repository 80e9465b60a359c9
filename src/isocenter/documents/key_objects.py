"""Key images as a Key Object Selection document (PS3.3 A.35.4, C.17.6; PS3.16 TID 2010), written and read.

The images and why they were chosen come in, a data set goes out, and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from isocenter.documents import codes
from isocenter.documents.codes import Code
from isocenter.documents.content import CONTAINS, ContentItem, Referenced, container, image, words
from isocenter.documents.elements import DataSet, data_set
from isocenter.documents.heading import Evidence, Identity, heading, hierarchy, observers

KEY_OBJECT_SELECTION: Final = "1.2.840.10008.5.1.4.1.1.88.59"
_SERIES_NUMBER: Final = 960


@dataclass(frozen=True, slots=True)
class KeyImage:
    """An image that was chosen; no frames are all of them."""

    image: Evidence
    frames: tuple[int, ...] = ()


def selection(source: DataSet, identity: Identity, title: str, description: str, chosen: Sequence[KeyImage]) -> dict[str, Any]:
    """The document: `title` is a code value of CID 7010, `source` the attributes of one of the images."""
    images = [image(CONTAINS, one.image.at(*one.frames)) for one in chosen]
    described = [words(CONTAINS, codes.KEY_OBJECT_DESCRIPTION, description)] if description else []
    content = container(
        None,
        Code(title, "DCM", codes.KEY_OBJECT_TITLES[title]),
        [*observers(identity), *described, *images],
        template="2010",
    )
    evidence = hierarchy(one.image for one in chosen)
    return (
        heading(source, identity, KEY_OBJECT_SELECTION, "KO", _SERIES_NUMBER, "Key images")
        | data_set(CurrentRequestedProcedureEvidenceSequence=evidence)
        | content
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """What a key object selection of any maker says."""

    title: Code
    description: str
    images: tuple[Referenced, ...]


def read(root: ContentItem) -> Selection:
    """The selection that a content tree holds."""
    images = [one for item in root.below() if item.value_type in {"IMAGE", "COMPOSITE"} for one in item.references]
    return Selection(root.concept, _description(root), tuple(images))


def _description(root: ContentItem) -> str:
    item = root.first(codes.KEY_OBJECT_DESCRIPTION)
    return item.text if item is not None else ""

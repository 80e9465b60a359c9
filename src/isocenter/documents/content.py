"""The content tree of structured reports (PS3.3 C.17.3): items are written from plain values, and read into a tree of them.

An object of the DICOM JSON Model comes in, a `ContentItem` with its children goes out. A tree of any maker is read: what an item
lacks is empty, an item that is referred to by its place (C.17.3.2.5) is found, and no more items are read than the limit says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from isocenter.base.limits import DOCUMENT_ITEMS_MAX, SEQUENCE_DEPTH_MAX
from isocenter.documents.codes import NO_CODE, Code, code_of
from isocenter.documents.elements import DataSet, data_set, items, numbers, text, whole_numbers

CONTAINS: Final = "CONTAINS"
HAS_OBS_CONTEXT: Final = "HAS OBS CONTEXT"
HAS_CONCEPT_MOD: Final = "HAS CONCEPT MOD"
INFERRED_FROM: Final = "INFERRED FROM"
SELECTED_FROM: Final = "SELECTED FROM"


@dataclass(frozen=True, slots=True)
class Referenced:
    """An instance that an item refers to; no `frames` are all of them."""

    sop_class_uid: str
    sop_instance_uid: str
    frames: tuple[int, ...] = ()


@dataclass(slots=True)
class ContentItem:
    """One item: its relationship to the item above, its value type and concept, and the value that its type has."""

    relationship: str
    value_type: str
    concept: Code
    text: str = ""
    code: Code = NO_CODE
    number: float | None = None
    unit: Code = NO_CODE
    graphic: str = ""
    coordinates: tuple[float, ...] = ()
    references: tuple[Referenced, ...] = ()
    template: str = ""
    children: list[ContentItem] = field(default_factory=list)

    def below(self) -> Iterator[ContentItem]:
        """This item and all under it, outermost first."""
        waiting = [self]
        while waiting:
            item = waiting.pop()
            yield item
            waiting += reversed(item.children)

    def first(self, concept: Code) -> ContentItem | None:
        """The first child of that concept."""
        return next((child for child in self.children if child.concept.means(concept)), None)


@dataclass(frozen=True, slots=True)
class Tree:
    """A document's content; `is_whole` is False where it has more items than are read."""

    root: ContentItem
    is_whole: bool


_TEXTS: Final = {
    "TEXT": "TextValue", "PNAME": "PersonName", "UIDREF": "UID", "DATE": "Date", "TIME": "Time", "DATETIME": "DateTime",
}  # fmt: skip


def read(document: DataSet) -> Tree:
    """The content tree of a structured report or key object selection."""
    reader = _Reader()
    root = reader.item(document, 0)
    reader.settle(root)
    return Tree(root, reader.left > 0)


class _Reader:
    """One tree on its way in; it recurses as deep as sequences nest, which is bounded."""

    def __init__(self) -> None:
        self.left = DOCUMENT_ITEMS_MAX
        self._promised: list[tuple[ContentItem, int, list[int]]] = []

    def item(self, source: DataSet, depth: int) -> ContentItem:
        self.left -= 1
        made = _own(source)
        if depth < SEQUENCE_DEPTH_MAX:
            for one in items(source, "ContentSequence"):
                if self.left <= 0:
                    break
                place = whole_numbers(one, "ReferencedContentItemIdentifier")
                if place:
                    self._promised.append((made, len(made.children), place))
                made.children.append(self.item(one, depth + 1))
        return made

    def settle(self, root: ContentItem) -> None:
        """Put what was referred to by its place, without its own children, where it was referred to."""
        for above, index, place in self._promised:
            found = _at(root, place)
            if found is None or any(item is above for item in found.below()):
                continue
            relationship = above.children[index].relationship
            above.children[index] = ContentItem(
                relationship, found.value_type, found.concept, found.text, found.code, found.number, found.unit, found.graphic,
                found.coordinates, found.references, found.template,
                [child for child in found.children if child.relationship == SELECTED_FROM],
            )  # fmt: skip


def _at(root: ContentItem, place: Sequence[int]) -> ContentItem | None:
    """The item at a place such as 1\\2\\4: the root is 1, and children are counted from 1 (PS3.3 C.17.3.2.5)."""
    found = root
    for number in place[1:]:
        if not 1 <= number <= len(found.children):
            return None
        found = found.children[number - 1]
    return found


def _own(source: DataSet) -> ContentItem:
    """An item without its children."""
    value_type = text(source, "ValueType")
    made = ContentItem(text(source, "RelationshipType"), value_type, code_of(source, "ConceptNameCodeSequence"))
    if value_type in _TEXTS:
        made.text = text(source, _TEXTS[value_type])
    elif value_type == "CODE":
        made.code = code_of(source, "ConceptCodeSequence")
    elif value_type == "NUM":
        _take_number(made, source)
    elif value_type in {"SCOORD", "SCOORD3D"}:
        made.graphic = text(source, "GraphicType")
        made.coordinates = tuple(numbers(source, "GraphicData"))
        made.text = text(source, "ReferencedFrameOfReferenceUID")
    elif value_type in {"IMAGE", "COMPOSITE", "WAVEFORM"}:
        made.references = tuple(referenced(item) for item in items(source, "ReferencedSOPSequence"))
    elif value_type == "CONTAINER":
        made.template = next((text(item, "TemplateIdentifier") for item in items(source, "ContentTemplateSequence")), "")
    return made


def _take_number(made: ContentItem, source: DataSet) -> None:
    """The measured value with its unit (PS3.3 C.18.1), or why there is none."""
    measured = next(iter(items(source, "MeasuredValueSequence")), None)
    if measured is None:
        made.text = code_of(source, "NumericValueQualifierCodeSequence").meaning
        return
    found = numbers(measured, "FloatingPointValue") or numbers(measured, "NumericValue")
    made.number = found[0] if found else None
    made.text = text(measured, "NumericValue")
    made.unit = code_of(measured, "MeasurementUnitsCodeSequence")


def referenced(item: DataSet) -> Referenced:
    """An item of a Referenced SOP Sequence (PS3.3 10.8)."""
    frames = whole_numbers(item, "ReferencedFrameNumber")
    return Referenced(text(item, "ReferencedSOPClassUID"), text(item, "ReferencedSOPInstanceUID"), tuple(frames))


# Writing. Each gives an item of a Content Sequence.


def container(relationship: str | None, concept: Code, children: Sequence[DataSet], template: str | None = None) -> dict[str, Any]:
    """A heading with what stands under it; no relationship makes it the root of a document."""
    identified = [data_set(MappingResource="DCMR", TemplateIdentifier=template)] if template else None
    return _item(
        relationship,
        "CONTAINER",
        concept,
        children,
        ContinuityOfContent="SEPARATE",
        ContentTemplateSequence=identified,
    )


def words(relationship: str, concept: Code, value: str) -> dict[str, Any]:
    """A TEXT item."""
    return _item(relationship, "TEXT", concept, TextValue=value)


def coded(relationship: str, concept: Code, value: Code, children: Sequence[DataSet] = ()) -> dict[str, Any]:
    """A CODE item."""
    return _item(relationship, "CODE", concept, children, ConceptCodeSequence=[value.item()])


def uid_reference(relationship: str, concept: Code, uid: str) -> dict[str, Any]:
    """A UIDREF item."""
    return _item(relationship, "UIDREF", concept, UID=uid)


def person_name(relationship: str, concept: Code, name: str) -> dict[str, Any]:
    """A PNAME item."""
    return _item(relationship, "PNAME", concept, PersonName=name)


def measured(relationship: str, concept: Code, number: float, unit: Code, children: Sequence[DataSet] = ()) -> dict[str, Any]:
    """A NUM item. The value stands as text of at most 16 characters, and exactly beside it (PS3.3 C.18.1)."""
    value = data_set(NumericValue=number, FloatingPointValue=number, MeasurementUnitsCodeSequence=[unit.item()])
    return _item(relationship, "NUM", concept, children, MeasuredValueSequence=[value])


def coordinates(relationship: str, graphic: str, points: Sequence[float], image: DataSet) -> dict[str, Any]:
    """A SCOORD item on one image: column and row in turn, from the top left corner of the image (PS3.3 C.18.6)."""
    return _item(relationship, "SCOORD", None, [image], GraphicType=graphic, GraphicData=list(points))


def image(relationship: str, target: Referenced) -> dict[str, Any]:
    """An IMAGE item."""
    return _item(relationship, "IMAGE", None, ReferencedSOPSequence=[reference(target)])


def reference(target: Referenced) -> dict[str, Any]:
    """An instance as an item of a Referenced SOP Sequence."""
    return data_set(
        ReferencedSOPClassUID=target.sop_class_uid,
        ReferencedSOPInstanceUID=target.sop_instance_uid,
        ReferencedFrameNumber=list(target.frames) or None,
    )


def _item(
    relationship: str | None, value_type: str, concept: Code | None, children: Sequence[DataSet] = (), **attributes: object
) -> dict[str, Any]:
    return data_set(
        RelationshipType=relationship,
        ValueType=value_type,
        ConceptNameCodeSequence=[concept.item()] if concept is not None else None,
        ContentSequence=list(children) or None,
        **attributes,
    )

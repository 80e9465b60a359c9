"""`/api`: documents about images. A report to read, a document in another format, contours, segments.

An instance's UID comes in; what it says goes out, its attributes taken out in the worker processes. The bulk of a segmentation is
had over DICOMweb.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from isocenter.base.limits import DOCUMENT_BYTES_MAX, UID_BYTES_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.resources import path_of
from isocenter.documents import content, readable, segmentation, structure_set
from isocenter.documents.elements import DataSet, elsewhere, items, text, values
from isocenter.documents.key_objects import KEY_OBJECT_SELECTION
from isocenter.model.records import Instance
from isocenter.web.api_house import House, problems
from isocenter.web.gate import DICOM_WEB
from isocenter.web.words_documents import DocumentLineWords, DocumentWords, SegmentationWords, StructureSetWords

routes = APIRouter(tags=["documents"])

InstanceUid = Annotated[
    str, Path(max_length=UID_BYTES_MAX, pattern=r"^[0-9]+(\.[0-9]+)*$", description="A SOP Instance UID.", examples=["1.2.3"])
]
_READ = problems(404, 406, 409, 503)

STRUCTURED_REPORTS = "1.2.840.10008.5.1.4.1.1.88."
"""What the SOP Class UIDs of structured reports and key object selections begin with (PS3.4 B.5)."""
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
_ENCAPSULATED = "1.2.840.10008.5.1.4.1.1.104."


def _described(house: House, instance: str, kind: str, *prefixes: str) -> tuple[Instance, DataSet]:
    """An instance of a class that begins so, with its attributes. Raises `Problem` 404, 409."""
    found = house.papers.instance(instance)
    if not found.sop_class_uid.startswith(prefixes):
        raise Problem(409, f"This instance is no {kind}.")
    return found, house.papers.attributes([found])[0]


@routes.get("/api/instances/{instance}/document", responses=_READ)
def document(house: House, instance: InstanceUid) -> DocumentWords:
    """A structured report as a person reads it."""
    found, source = _described(house, instance, "structured report", STRUCTURED_REPORTS)
    tree = content.read(source)
    root = readable.line(tree.root)
    observers = [text(item, "VerifyingObserverName") for item in items(source, "VerifyingObserverSequence")]
    return DocumentWords(
        sop_instance_uid=found.sop_instance_uid,
        title=root.name or ("Key object selection" if found.sop_class_uid == KEY_OBJECT_SELECTION else "Structured report"),
        patient_name=text(source, "PatientName"),
        patient_id=text(source, "PatientID"),
        content_date=text(source, "ContentDate"),
        content_time=text(source, "ContentTime"),
        manufacturer=text(source, "Manufacturer"),
        institution=text(source, "InstitutionName"),
        completion=text(source, "CompletionFlag"),
        verification=text(source, "VerificationFlag"),
        verifying_observers=[one for one in observers if one],
        lines=[DocumentLineWords.of(one) for one in root.lines],
        more=not tree.is_whole,
    )


@routes.get("/api/instances/{instance}/contours", responses=_READ)
def contours(house: House, instance: InstanceUid) -> StructureSetWords:
    """The contours of an RT structure set."""
    found, source = _described(house, instance, "structure set", STRUCTURE_SET)
    return StructureSetWords.of(structure_set.read(source, partial(house.papers.bulk, found)))


@routes.get("/api/instances/{instance}/segments", responses=_READ)
def segments(house: House, instance: InstanceUid) -> SegmentationWords:
    """The segments of a segmentation, and where its frames lie."""
    found, source = _described(house, instance, "segmentation", *SEGMENTATIONS)
    place = path_of(found.study_instance_uid, found.series_instance_uid, found.sop_instance_uid)
    return SegmentationWords.of(segmentation.read(source), f"{DICOM_WEB}{place}/bulkdata/7FE00010")


_OWN_PAGE = "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}, "application/octet-stream": {}}, "description": "The document."},
    **problems(404, 406, 409, 413, 503),
}


@routes.get("/api/instances/{instance}/encapsulated", response_class=Response, responses=_FILE)
def encapsulated(house: House, instance: InstanceUid) -> Response:
    """The document inside an instance (PS3.3 A.45): a PDF to be shown by the page, anything else to be saved."""
    found, source = _described(house, instance, "encapsulated document", _ENCAPSULATED)
    if found.byte_count > DOCUMENT_BYTES_MAX:
        raise Problem(413, f"The document has {found.byte_count} bytes; {DOCUMENT_BYTES_MAX} are shown.")
    if not (values(source, "EncapsulatedDocument") or elsewhere(source, "EncapsulatedDocument") or _is_inline(source)):
        raise Problem(404, "The instance holds no document.")
    whole = house.papers.bulk(found, "00420011")
    length = text(source, "EncapsulatedDocumentLength")
    if length.isdigit() and int(length) <= len(whole):
        whole = whole[: int(length)]
    is_pdf = text(source, "MIMETypeOfEncapsulatedDocument").lower() == "application/pdf" and whole.lstrip()[:5] == b"%PDF-"
    headers = {"content-disposition": "inline" if is_pdf else "attachment", "content-security-policy": _OWN_PAGE}
    return Response(whole, headers=headers, media_type="application/pdf" if is_pdf else "application/octet-stream")


def _is_inline(source: DataSet) -> bool:
    element = source.get("00420011")
    return isinstance(element, dict) and bool(element.get("InlineBinary"))

"""`/api`: what is said about the images of a study. Measurements and key images are kept as documents, and read again.

Measurements come in and become a structured report (TID 1500), chosen images a key object selection; both go through the one
intake, and no instance is ever changed. What goes out is read from the documents of any maker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path

from isocenter import __version__
from isocenter.base.errors import IsocenterError
from isocenter.base.ids import new_uid
from isocenter.base.limits import ANNOTATION_DOCUMENTS_MAX, UID_BYTES_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.documents import codes, content, key_objects, measurement_reading, measurement_report
from isocenter.documents.content import ContentItem
from isocenter.documents.elements import DataSet, items, text, whole_numbers
from isocenter.documents.heading import MANUFACTURER, Evidence, Identity
from isocenter.documents.key_objects import KEY_OBJECT_SELECTION, KeyImage
from isocenter.model.attributes import Level
from isocenter.model.query import AnyOf, Key, Query, Single
from isocenter.model.records import Instance
from isocenter.web.api_documents import SEGMENTATIONS, STRUCTURE_SET, STRUCTURED_REPORTS
from isocenter.web.api_house import CHANGES, House, problems
from isocenter.web.papers import Papers
from isocenter.web.words_documents import (
    Annotations,
    DocumentKept,
    KeyImagesIn,
    MeasurementRead,
    MeasurementsIn,
    OverlayWords,
    ReferenceWords,
    ReportWords,
    SelectionWords,
    UnreadWords,
)

routes = APIRouter(tags=["annotations"])

StudyUid = Annotated[
    str, Path(max_length=UID_BYTES_MAX, pattern=r"^[0-9]+(\.[0-9]+)*$", description="A Study Instance UID.", examples=["1.2.3"])
]
_MODALITIES = ("SR", "KO", "SEG", "RTSTRUCT")
_KEPT = problems(403, 404, 406, 409, 503, 507)


@routes.post("/api/measurements", dependencies=CHANGES, status_code=201, responses=_KEPT)
def keep_measurements(house: House, wanted: MeasurementsIn) -> DocumentKept:
    """Keep measurements as a structured report beside the images; a report that it replaces stays, and is shown no more."""
    papers = house.papers
    uids = dict.fromkeys(one.sop_instance_uid for one in wanted.measurements)
    images = {uid: _image(papers, uid) for uid in uids}
    _one_study(images.values())
    for one in wanted.measurements:
        _has_frame(images[one.sop_instance_uid], one.frame)
    earlier = [_image(papers, uid) for uid in dict.fromkeys(wanted.replaces)]
    _one_study([*images.values(), *earlier])
    [source] = papers.attributes([papers.instance(next(iter(images)))])
    identity = _identity(papers, earlier, wanted.observer)
    drawn = [one.noun() for one in wanted.measurements]
    papers.keep(measurement_report.report(source, identity, drawn, images, earlier))
    return _kept(identity, next(iter(images.values())))


@routes.post("/api/key-images", dependencies=CHANGES, status_code=201, responses=_KEPT)
def keep_key_images(house: House, wanted: KeyImagesIn) -> DocumentKept:
    """Keep a choice of images as a key object selection. It stands for the one of the same title that was made here before."""
    papers = house.papers
    chosen = [KeyImage(_image(papers, one.sop_instance_uid), tuple(one.frames)) for one in wanted.images]
    _one_study([one.image for one in chosen])
    for one in chosen:
        for frame in one.frames:
            _has_frame(one.image, frame)
    study = chosen[0].image.study_instance_uid
    earlier = [
        (instance, source)
        for instance, source in _readable(papers, _documents(papers, study, ("KO",)))
        if isinstance(source, dict) and _is_own(source) and _title(source) == wanted.title
    ]
    before = [papers.evidence(instance) for instance, _ in earlier]
    [attributes] = papers.attributes([papers.instance(chosen[0].image.sop_instance_uid)])
    identity = _identity(papers, before, wanted.observer)
    papers.keep(key_objects.selection(attributes, identity, wanted.title, wanted.description, chosen))
    return _kept(identity, chosen[0].image)


def _image(papers: Papers, uid: str) -> Evidence:
    """An instance that is referred to. Raises `Problem` 404."""
    return papers.evidence(papers.instance(uid))


def _one_study(evidence: Iterable[Evidence]) -> None:
    studies = {one.study_instance_uid for one in evidence}
    if len(studies) > 1:
        raise Problem(409, f"The images are of {len(studies)} studies: a document belongs to one.")


def _has_frame(image: Evidence, frame: int) -> None:
    if frame > image.frame_count:
        raise Problem(409, f"The image {image.sop_instance_uid} has {image.frame_count} frames, and no frame {frame}.")


def _identity(papers: Papers, earlier: Sequence[Evidence], observer: str) -> Identity:
    """A new document: in the series of the ones that it replaces, after them, or the first of a new series."""
    numbers = [papers.instance(one.sop_instance_uid).attributes.get("InstanceNumber", "") for one in earlier]
    return Identity(
        sop_instance_uid=new_uid(),
        series_instance_uid=earlier[-1].series_instance_uid if earlier else new_uid(),
        instance_number=1 + max((int(one) for one in numbers if one.isascii() and one.isdigit()), default=0),
        moment=papers.clock.now(),
        version=__version__,
        observer=observer,
    )


def _kept(identity: Identity, image: Evidence) -> DocumentKept:
    return DocumentKept(
        sop_instance_uid=identity.sop_instance_uid,
        series_instance_uid=identity.series_instance_uid,
        study_instance_uid=image.study_instance_uid,
    )


@routes.get("/api/studies/{study}/annotations", responses=problems(404, 503))
def study_annotations(house: House, study: StudyUid) -> Annotations:
    """Measurements, key images, segmentations and structure sets of a study."""
    papers = house.papers
    documents = list(islice(_documents(papers, study, _MODALITIES), ANNOTATION_DOCUMENTS_MAX + 1))
    if not documents and next(iter(papers.catalogue.find(_study_of(study))), None) is None:
        raise Problem(404, f"There is no study {study} in this archive.")
    more = len(documents) > ANNOTATION_DOCUMENTS_MAX
    found = Annotations(reports=[], selections=[], overlays=[], unread=[], more=more)
    replaced: set[str] = set()
    latest: dict[str, tuple[int, SelectionWords]] = {}
    for instance, source in _readable(papers, documents[:ANNOTATION_DOCUMENTS_MAX]):
        if isinstance(source, IsocenterError):
            found.unread.append(UnreadWords(sop_instance_uid=instance.sop_instance_uid, why=str(source)))
        elif instance.sop_class_uid == KEY_OBJECT_SELECTION:
            selection = _selection(instance, source)
            number = next(iter(whole_numbers(source, "InstanceNumber")), 0)
            if not selection.own:
                found.selections.append(selection)
            elif number >= latest.get(selection.code, (0, selection))[0]:
                latest[selection.code] = (number, selection)
        elif instance.sop_class_uid.startswith(STRUCTURED_REPORTS):
            replaced |= _predecessors(source)
            found.reports.append(_report(instance, source))
        elif instance.sop_class_uid.startswith((*SEGMENTATIONS, STRUCTURE_SET)):
            found.overlays.append(_overlay(instance, source))
    found.reports = [one for one in found.reports if one.sop_instance_uid not in replaced and (one.measurements or one.unplaced)]
    found.selections += [selection for _, selection in latest.values()]
    return found


def _study_of(study: str) -> Query:
    return Query(Level.STUDY, (Key("StudyInstanceUID", Single(study)),), ("StudyInstanceUID",), limit=1)


def _documents(papers: Papers, study: str, modalities: tuple[str, ...]) -> Iterator[Instance]:
    """The instances of a study in series of these modalities."""
    keys = (Key("StudyInstanceUID", Single(study)), Key("Modality", AnyOf(modalities)))
    series = [answer["SeriesInstanceUID"] for answer in papers.catalogue.find(Query(Level.SERIES, keys, ("SeriesInstanceUID",)))]
    for uid in series:
        below = (Key("StudyInstanceUID", Single(study)), Key("SeriesInstanceUID", Single(uid)))
        yield from papers.catalogue.instances(Query(Level.SERIES, below, ()))


def _readable(
    papers: Papers, documents: Sequence[Instance] | Iterator[Instance]
) -> Iterator[tuple[Instance, DataSet | IsocenterError]]:
    """Each with its attributes, or with what is wrong with it; what was removed meanwhile is left out."""
    instances = list(islice(documents, ANNOTATION_DOCUMENTS_MAX))
    try:
        yield from zip(instances, papers.attributes(instances), strict=True)
        return
    except (IsocenterError, FileNotFoundError):
        pass  # one of them cannot be read: which one, each alone will tell
    for instance in instances:
        try:
            yield instance, papers.attributes([instance])[0]
        except FileNotFoundError:
            continue
        except IsocenterError as error:
            yield instance, error


def _is_own(source: DataSet) -> bool:
    return text(source, "Manufacturer") == MANUFACTURER


def _title(source: DataSet) -> str:
    return codes.code_of(source, "ConceptNameCodeSequence").value


def _predecessors(source: DataSet) -> set[str]:
    """The documents that a report stands for (PS3.3 C.17.2.3)."""
    return {
        text(instance, "ReferencedSOPInstanceUID")
        for study in items(source, "PredecessorDocumentsSequence")
        for series in items(study, "ReferencedSeriesSequence")
        for instance in items(series, "ReferencedSOPSequence")
    }


def _authored(instance: Instance, source: DataSet, root: ContentItem) -> dict[str, object]:
    person = root.first(codes.PERSON_OBSERVER_NAME)
    return {
        "sop_instance_uid": instance.sop_instance_uid,
        "series_instance_uid": instance.series_instance_uid,
        "title": root.concept.meaning,
        "content_date": text(source, "ContentDate"),
        "content_time": text(source, "ContentTime"),
        "manufacturer": text(source, "Manufacturer"),
        "observer": person.text if person is not None else "",
        "own": _is_own(source),
    }


def _report(instance: Instance, source: DataSet) -> ReportWords:
    root = content.read(source).root
    found = measurement_reading.measurements(root)
    return ReportWords.model_validate(
        _authored(instance, source, root)
        | {
            "measurements": [MeasurementRead.of(one) for one in found.measurements],
            "unplaced": found.unplaced,
            "verified": text(source, "VerificationFlag") == "VERIFIED",
        }
    )


def _selection(instance: Instance, source: DataSet) -> SelectionWords:
    root = content.read(source).root
    found = key_objects.read(root)
    return SelectionWords.model_validate(
        _authored(instance, source, root)
        | {
            "code": found.title.value,
            "description": found.description,
            "images": [ReferenceWords.of(one) for one in found.images],
        }
    )


def _overlay(instance: Instance, source: DataSet) -> OverlayWords:
    is_structure_set = instance.sop_class_uid == STRUCTURE_SET
    label = text(source, "StructureSetLabel") or text(source, "ContentLabel") or text(source, "SeriesDescription")
    return OverlayWords(
        sop_instance_uid=instance.sop_instance_uid,
        series_instance_uid=instance.series_instance_uid,
        kind="structure set" if is_structure_set else "segmentation",
        label=label,
    )

"""Measurements as a structured report of template TID 1500 (PS3.16), in a Comprehensive SR (PS3.3 A.35.3).

Measurements and the images that they are on come in, a data set goes out. Each measurement is a group of TID 1501: its numbers are
inferred from coordinates on the image, and its calibration stands beside them as a comment. The tracking identifiers are the ones
by which other viewers of the web know their tools again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from isocenter.documents import codes
from isocenter.documents.codes import Code
from isocenter.documents.content import (
    CONTAINS,
    HAS_CONCEPT_MOD,
    HAS_OBS_CONTEXT,
    INFERRED_FROM,
    SELECTED_FROM,
    Referenced,
    coded,
    container,
    coordinates,
    image,
    measured,
    uid_reference,
    words,
)
from isocenter.documents.elements import DataSet, data_set, text
from isocenter.documents.heading import Evidence, Identity, heading, hierarchy, observers
from isocenter.documents.measurements import Measurement, Quantity

COMPREHENSIVE_SR: Final = "1.2.840.10008.5.1.4.1.1.88.33"
TRACKING: Final = "Cornerstone3DTools@^0.1.0:"
_TRACKED: Final = {
    "length": "Length", "angle": "Angle", "cobb": "CobbAngle", "rectangle": "RectangleROI", "ellipse": "EllipticalROI",
    "probe": "Probe",
}  # fmt: skip
_SERIES_NUMBER: Final = 950
_CONCEPTS: Final = {"length": codes.LENGTH, "area": codes.AREA, "time": codes.TIME, "velocity": codes.VELOCITY}
_BY_UNIT: Final = {"HU": codes.ATTENUATION_COEFFICIENT, "SUVbw": codes.SUV_BODY_WEIGHT}


def report(
    source: DataSet,
    identity: Identity,
    measurements: Sequence[Measurement],
    images: Mapping[str, Evidence],
    predecessors: Sequence[Evidence] = (),
) -> dict[str, Any]:
    """The report. `images` are those that are measured on, by SOP Instance UID; `source` are the attributes of one of them.

    `predecessors` are the reports that this one replaces (PS3.3 C.17.2.3). It is partial and unverified: nobody has signed it.
    """
    modality = text(source, "Modality")
    groups = [_group(one, images[one.sop_instance_uid].at(one.frame), modality) for one in measurements]
    content = container(
        None,
        codes.IMAGING_MEASUREMENT_REPORT,
        [
            coded(HAS_CONCEPT_MOD, codes.LANGUAGE, codes.ENGLISH),
            *observers(identity),
            coded(HAS_CONCEPT_MOD, codes.PROCEDURE_REPORTED, codes.IMAGING_PROCEDURE),
            container(CONTAINS, codes.IMAGING_MEASUREMENTS, groups),
        ],
        template="1500",
    )
    return (
        heading(source, identity, COMPREHENSIVE_SR, "SR", _SERIES_NUMBER, "Measurements")
        | data_set(
            CompletionFlag="PARTIAL",
            VerificationFlag="UNVERIFIED",
            PreliminaryFlag="PRELIMINARY",
            PerformedProcedureCodeSequence="",
            CurrentRequestedProcedureEvidenceSequence=hierarchy(images.values()),
            PredecessorDocumentsSequence=hierarchy(predecessors) or None,
        )
        | content
    )


def _group(measurement: Measurement, target: Referenced, modality: str) -> dict[str, Any]:
    graphic, points = _graphic(measurement)
    numbers = [_number(one, measurement.kind, graphic, points, target, modality) for one in measurement.quantities]
    comments = [words(CONTAINS, codes.COMMENT, measurement.calibration)] if measurement.calibration else []
    return container(
        CONTAINS,
        codes.MEASUREMENT_GROUP,
        [
            words(HAS_OBS_CONTEXT, codes.TRACKING_IDENTIFIER, measurement.label or TRACKING + _TRACKED[measurement.kind]),
            uid_reference(HAS_OBS_CONTEXT, codes.TRACKING_UNIQUE_IDENTIFIER, measurement.uid),
            *numbers,
            *comments,
        ],
        template="1501",
    )


def _number(
    quantity: Quantity, kind: str, graphic: str, points: Sequence[float], target: Referenced, modality: str
) -> dict[str, Any]:
    drawn = coordinates(INFERRED_FROM, graphic, points, image(SELECTED_FROM, target))
    derivation = codes.DERIVATIONS.get(quantity.name)
    how = [] if derivation is None else [coded(HAS_CONCEPT_MOD, codes.DERIVATION, derivation)]
    concept = _concept(quantity, kind, modality)
    return measured(CONTAINS, concept, quantity.value, codes.unit_code(quantity.unit), [*how, drawn])


def _concept(quantity: Quantity, kind: str, modality: str) -> Code:
    """What a number measures; of pixels that is what their unit says, else what the modality makes of them."""
    if quantity.name == "angle":
        return codes.COBB_ANGLE if kind == "cobb" else codes.ANGLE
    if (known := _CONCEPTS.get(quantity.name)) is not None:
        return known
    if (known := _BY_UNIT.get(quantity.unit)) is not None:
        return known
    return codes.MR_SIGNAL_INTENSITY if modality == "MR" and not quantity.unit else codes.PIXEL_VALUE


def _graphic(measurement: Measurement) -> tuple[str, list[float]]:
    """The graphic type with its coordinates (PS3.3 C.18.6.1.2): an angle has its vertex twice, a rectangle closes itself."""
    points = list(measurement.points)
    if measurement.kind == "angle":
        points = [points[0], points[1], points[1], points[2]]
    if measurement.kind == "rectangle":
        (left, top), (right, bottom) = points
        points = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    flat = [ordinate + 0.5 for point in points for ordinate in point]
    if measurement.kind == "ellipse":
        return "ELLIPSE", _longer_axis_first(flat)
    return ("POINT" if measurement.kind == "probe" else "POLYLINE"), flat


def _longer_axis_first(flat: list[float]) -> list[float]:
    """The ends of the longer axis come first."""
    first = (flat[2] - flat[0]) ** 2 + (flat[3] - flat[1]) ** 2
    second = (flat[6] - flat[4]) ** 2 + (flat[7] - flat[5]) ** 2
    return flat if first >= second else [*flat[4:], *flat[:4]]

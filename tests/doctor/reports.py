"""Checkups and reports to test with: a device that was fine, and what can be changed about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from isocenter.model.checkup import (
    Attempt,
    Cause,
    Checkup,
    ContextAnswer,
    Layer,
    Line,
    Outcome,
    Role,
    Side,
    Step,
    Verdict,
)
from isocenter.model.report import Doubt, Report, Sample, Seen
from isocenter.standard.sop_class import CT_IMAGE, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, JPEG_2000_LOSSLESS

BEGAN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
LAYERS = (Layer.NAME, Layer.ROUTE, Layer.TCP, Layer.FIRST_BYTES, Layer.TLS, Layer.TITLES, Layer.CONTEXTS, Layer.ECHO, Layer.FIND)


def fine(**more) -> Checkup:
    """An archive that answers everything."""
    steps = tuple(
        Step(layer, Outcome.SKIPPED if layer is Layer.TLS else Outcome.PASSED, f"{layer.value} is fine", 1.5) for layer in LAYERS
    )
    contexts = tuple(
        ContextAnswer(uid, syntax, 0)
        for uid in (VERIFICATION, CT_IMAGE)
        for syntax in (IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN, JPEG_2000_LOSSLESS)
    )
    checkup = Checkup(
        token="c0ffee01", node="Teaching archive", ae_title="TEACHING", host="10.0.0.12", port=4242, role=Role.ARCHIVE,
        own_ae_title="ISOCENTER", own_address="10.0.0.5", own_port=11112, began=BEGAN, ended=BEGAN + timedelta(seconds=3.2),
        product="Orthanc", implementation_class_uid="1.2.276.0.7230010.3.0.3.6.6", implementation_version_name="OFFIS_DCMTK_366",
        pdu_bytes_max=16384, steps=steps, contexts=contexts,
    )  # fmt: skip
    return replace(checkup, **more)


def refused(known_as: str = "ORTHANC", called: str = "TEACHING", **more) -> Checkup:
    """The same device, which does not take the title that it is called by any more."""
    steps = tuple(
        replace(step, outcome=Outcome.FAILED, words="it refuses its title")
        if step.layer is Layer.TITLES
        else step
        if LAYERS.index(step.layer) < LAYERS.index(Layer.TITLES)
        else Step(step.layer)
        for step in fine().steps
    )
    verdict = Verdict(
        layer=Layer.TITLES,
        side=Side.THEIRS,
        headline="It refuses the title that it is called by",
        explanation="It expects another.",
        causes=(Cause("A1", "It was renamed."),),
        here=("Enter the title that it has.",),
        there=("Give it its title back.",),
        lines=(Line("Orthanc", "orthanc.json", '"DicomAet" : "TEACHING"'),),
        known_as=known_as,
        called=called,
    )
    attempts = (Attempt("ISOCENTER", called, "refused", False), Attempt("ISOCENTER", known_as, "accepted", True))
    return replace(fine(), steps=steps, contexts=(), attempts=attempts, verdict=verdict, **more)


def report(checkup: Checkup | None = None, months: int = 0, **more) -> Report:
    """A kept report, so many months later than the first."""
    kept = BEGAN + timedelta(days=30 * months, minutes=1)
    return Report(f"report-{months}", kept, checkup or fine(), "A. Technician", "4711", "Radiology", version="0.1.0", **more)


def sample(**values: tuple[str, ...]) -> Sample:
    """What it had sent; underscores in names stand for spaces."""
    seen = {"Station name": ("CT2",), "Institution": ("Test site",), "Software": ("VA10",)}
    seen |= {name.replace("_", " "): found for name, found in values.items()}
    return Sample(
        3, BEGAN, BEGAN, tuple(Seen(name, found) for name, found in seen.items()), (Doubt("good", "Its clock is right."),), -2.0
    )

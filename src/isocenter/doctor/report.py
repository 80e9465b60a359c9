"""A commissioning report on paper: the device's identity, every test with its time, the context matrix, what it sent, who signs.

Comes in: a kept report. Goes out: a `Paper`, which has the forms of `paper_text`, `paper_html` and `paper_pdf`. It claims only what
the checkup saw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from isocenter.doctor.paper import (
    Block,
    Callout,
    Cell,
    Code,
    Fields,
    Grid,
    Heading,
    Pairs,
    Paper,
    Points,
    Prose,
    moment,
    mono,
    rows_of,
)
from isocenter.doctor.products import likely, product_of, recognise
from isocenter.model.checkup import Checkup, ContextAnswer, Layer, Outcome, Side, Step, Verdict
from isocenter.model.report import Change, Difference, Report, Sample
from isocenter.standard.sop_class import name_of as class_name
from isocenter.standard.transfer_syntax import name_of as syntax_name

LAYERS: dict[Layer, str] = {
    Layer.NAME: "Name",
    Layer.ROUTE: "Route",
    Layer.TCP: "TCP",
    Layer.FIRST_BYTES: "First bytes",
    Layer.TLS: "TLS",
    Layer.TITLES: "AE titles",
    Layer.CONTEXTS: "Presentation contexts",
    Layer.ECHO: "C-ECHO",
    Layer.FIND: "C-FIND",
    Layer.STORE: "C-STORE of a test image",
    Layer.FIND_AGAIN: "Find it again",
    Layer.MOVE: "C-MOVE back to us",
    Layer.GET: "C-GET",
    Layer.COMPARE: "Compare every byte",
    Layer.COMMITMENT: "Storage commitment",
    Layer.PRINTER: "Printer",
    Layer.CLEAN_UP: "Clean up",
}
"""What each rung is called on paper."""

_TONES = {Outcome.PASSED: "good", Outcome.WARNED: "warn", Outcome.FAILED: "bad", Outcome.SKIPPED: "quiet", Outcome.UNTRIED: "quiet"}
_SIDES = {
    Side.OURS: "This side has to change something.",
    Side.THEIRS: "The other side has to change something.",
    Side.BETWEEN: "The network between has to change.",
    Side.UNDECIDED: "From outside it cannot be told which side has to change something.",
}
_RESULTS = {0: "", 1: "u", 2: "", 3: "c", 4: "s"}
"""What is refused, by the result of a presentation context (PS3.8 Table 9-18)."""


def paper(report: Report, *, changes: Difference | None = None) -> Paper:
    """The whole report; with `changes` what is different from an earlier one stands behind the tests."""
    checkup = report.checkup
    blocks: list[Block] = [
        outcome(checkup),
        *_identity(report),
        *_tests(checkup.steps),
        *(_changes(changes) if changes is not None else ()),
        *_verdict(checkup.verdict, checkup.product),
        *_contexts(checkup.contexts),
        *_titles(checkup),
        *_sample(report.sample),
        *_remarks(report),
        Fields(("Technician, signature", "For the department, signature", "Date", "Work order")),
    ]
    at = f" at {report.site}" if report.site else ""
    return Paper(
        title=f"{checkup.node}: connection {'commissioned' if checkup.verdict is None and checkup.is_whole else 'examined'}",
        subtitle=f"{checkup.ae_title} at {checkup.host} port {checkup.port}, tested as {checkup.role.value}{at}",
        made=report.kept,
        foot=f"Isocenter {report.version} commissioning report {report.token}".replace("  ", " ").strip(),
        blocks=tuple(blocks),
    )


def comparison(found: Difference) -> Paper:
    """The difference between two reports, as a paper of its own."""
    before, after = found.before, found.after
    blocks: list[Block] = [
        Pairs((
            ("Before", Cell(f"{moment(before.kept)}{_by(before)}")),
            ("Now", Cell(f"{moment(after.kept)}{_by(after)}")),
        )),
        *_changes(found),
        outcome(after.checkup),
        *_tests(after.checkup.steps),
    ]  # fmt: skip
    return Paper(
        title=f"{after.checkup.node}: what changed",
        subtitle=f"{after.checkup.ae_title} at {after.checkup.host} port {after.checkup.port}, two checkups compared",
        made=after.kept,
        foot=f"Isocenter comparison of reports {before.token} and {after.token}",
        blocks=tuple(blocks),
    )


def outcome(checkup: Checkup) -> Callout:
    """How it went, in one line."""
    if checkup.verdict is not None:
        verdict = checkup.verdict
        return Callout("bad", verdict.headline, f"{verdict.explanation} {_SIDES[verdict.side]}".strip())
    if not checkup.is_whole:
        tried = sum(1 for step in checkup.steps if step.outcome is not Outcome.UNTRIED)
        return Callout("warn", "The checkup was ended early", f"{tried} of {len(checkup.steps)} layers were tried.")
    minds = [f"{LAYERS[step.layer]}: {step.words}." for step in checkup.steps if step.outcome is Outcome.WARNED]
    if minds or checkup.remarks:
        return Callout("warn", "It works, and there is something to mind", " ".join(minds or checkup.remarks))
    tried = sum(1 for step in checkup.steps if step.outcome is Outcome.PASSED)
    return Callout("good", "Everything that was tried works", f"{tried} layers were climbed, and none failed.")


def _by(report: Report) -> str:
    return f", {report.technician}" if report.technician else ""


def _identity(report: Report) -> list[Block]:
    checkup = report.checkup
    made_with = likely(checkup.implementation_class_uid, checkup.implementation_version_name, checkup.pdu_bytes_max)
    toolkit = recognise(checkup.implementation_class_uid, checkup.implementation_version_name)
    implementation = " ".join(one for one in (checkup.implementation_version_name, checkup.implementation_class_uid) if one)
    seconds = f", {(checkup.ended - checkup.began).total_seconds():.1f} s" if checkup.ended else ""
    device = (
        ("Device", Cell(checkup.node)),
        ("AE title", mono(checkup.ae_title)),
        ("Address", mono(f"{checkup.host}:{checkup.port}")),
        ("Product", Cell(checkup.product or made_with or "not told")),
        *((("Built with", Cell(toolkit)),) if toolkit and checkup.product and toolkit != checkup.product else ()),
        ("Implementation", mono(implementation) if implementation else Cell("not told")),
        ("Largest PDU", Cell(_pdu(checkup.pdu_bytes_max))),
        ("TLS", Cell("on" if checkup.secure else "off")),
    )
    ours = (
        ("Our AE title", mono(checkup.own_ae_title)),
        ("Our address", mono(f"{checkup.own_address or 'not known'}:{checkup.own_port}")),
        ("Examined", Cell(f"{moment(checkup.began)}{seconds}")),
        *((("Technician", Cell(report.technician)),) if report.technician else ()),
        *((("Work order", Cell(report.work_order)),) if report.work_order else ()),
        *((("Site", Cell(report.site)),) if report.site else ()),
    )
    return [Heading("The device"), Pairs(device), Heading("This side", 2), Pairs(ours)]


def _pdu(count: int | None) -> str:
    if count is None:
        return "not told"
    return f"{count:,} bytes" if count else "no limit"


def _tests(steps: Sequence[Step]) -> list[Block]:
    rows = [
        (
            Cell(LAYERS[step.layer], tone=_TONES[step.outcome]),
            Cell(step.outcome.value),
            Cell(step.words),
            Cell("" if step.milliseconds is None else f"{step.milliseconds:,.1f} ms"),
        )
        for step in steps
    ]
    return [Heading("Tests"), Grid(("Layer", "Outcome", "What was seen", "Time"), rows_of(rows), (2.6, 1.3, 5.6, 1.3))]


def _verdict(verdict: Verdict | None, product: str) -> list[Block]:
    if verdict is None:
        return []
    blocks: list[Block] = [Heading("What has to change")]
    if verdict.known_as and verdict.called:
        blocks.append(Pairs((("It knows", mono(verdict.known_as)), ("It was told", mono(verdict.called)))))
    for title, sentences in (("On this side", verdict.here), ("Ask of the other side", verdict.there)):
        if sentences:
            blocks += [Heading(title, 2), Points(sentences)]
    if verdict.causes:
        blocks += [Heading("Likely causes", 2), Points(tuple(f"{cause.sentence} ({cause.fault})" for cause in verdict.causes))]
    known = product_of(product)
    lines = [line for line in verdict.lines if known is not None and line.product == known.name] or list(verdict.lines)
    if lines:
        blocks.append(Heading("To be entered there", 2))
    blocks += [Code(line.text, f"{line.product}: {line.where}", line.then) for line in lines[:_LINES_SHOWN]]
    if verdict.undecided:
        blocks.append(Prose(verdict.undecided, "quiet"))
    return blocks


_LINES_SHOWN = 4


def _contexts(answers: Sequence[ContextAnswer]) -> list[Block]:
    """The matrix of class and syntax: what was proposed, and what became of it."""
    if not answers:
        return []
    syntaxes = list(dict.fromkeys(answer.transfer_syntax for answer in answers))
    classes = list(dict.fromkeys(answer.sop_class_uid for answer in answers))
    results = {(answer.sop_class_uid, answer.transfer_syntax): answer for answer in answers}
    legend = (
        "Each class in each transfer syntax, in a context of its own. A disc is accepted; a square is refused: c the class, "
        "s the syntax, u by its user. A question mark had no answer, and empty was not proposed."
    )
    blocks: list[Block] = [Heading("Presentation contexts"), Prose(legend, "quiet")]
    for first in range(0, len(syntaxes), _SYNTAXES_ACROSS):
        shown = syntaxes[first : first + _SYNTAXES_ACROSS]
        rows = [
            (Cell(_short_class(one)), *(_answer(results.get((one, syntax))) for syntax in shown))
            for one in classes
            if any((one, syntax) in results for syntax in shown)
        ]
        blocks.append(Grid(("Class", *(_short_syntax(one) for one in shown)), rows_of(rows), (3.2, *(0.85 for _ in shown))))
    return blocks


_SYNTAXES_ACROSS = 10


def _answer(answer: ContextAnswer | None) -> Cell:
    if answer is None:
        return Cell("")
    if answer.result is None:
        return Cell("?", tone="warn")
    return Cell(_RESULTS.get(answer.result, f"result {answer.result}"), tone="good" if answer.result == 0 else "bad")


def _short_class(uid: str) -> str:
    """A class without the words that all of its kind have."""
    name = re.sub(r" (SOP Class|Storage)$", "", class_name(uid)).replace(" Query/Retrieve Information Model - ", " ")
    return name.replace(" Information Model - FIND", "").replace(" Image Storage - ", ", ")


def _short_syntax(uid: str) -> str:
    """A transfer syntax in the width of a column."""
    name = syntax_name(uid).replace(" Image Compression", "").replace("VR Little Endian", "LE").replace("VR Big Endian", "BE")
    return re.sub(r",.*$| \(Process.*$", "", name).replace("(Lossless Only)", "lossless")


def _titles(checkup: Checkup) -> list[Block]:
    if not checkup.attempts:
        return []
    rows = [
        (mono(one.calling_ae_title), mono(one.called_ae_title), Cell(one.said, tone="good" if one.is_accepted else "bad"))
        for one in checkup.attempts
    ]
    return [Heading("Titles that were tried"), Grid(("Calling as", "Called", "It said"), rows_of(rows), (2, 2, 4))]


def _sample(sample: Sample | None) -> list[Block]:
    if sample is None:
        return []
    blocks: list[Block] = [Heading("What it has sent")]
    if not sample.count:
        return [*blocks, Prose("Nothing has come from it yet.", "quiet")]
    said = "1 instance" if sample.count == 1 else f"the latest {sample.count} instances"
    blocks.append(Prose(f"The headers of {said}, received between {moment(sample.first)} and {moment(sample.last)}.", "quiet"))
    blocks.append(Pairs(tuple((one.name, Cell(", ".join(one.values))) for one in sample.seen)))
    rows = [(Cell(doubt.sentence, tone=doubt.tone),) for doubt in sample.doubts]
    return [*blocks, Grid(("Checked",), rows_of(rows), (1,))] if rows else blocks


def _remarks(report: Report) -> list[Block]:
    blocks: list[Block] = []
    if report.checkup.remarks:
        blocks += [Heading("Works, and yet will bite"), Points(report.checkup.remarks)]
    if report.remark:
        blocks += [Heading("The technician's remark"), Prose(report.remark)]
    return blocks


def _changes(found: Difference) -> list[Block]:
    since = f"Since {moment(found.before.kept)}"
    if not found.changes:
        return [Heading(since), Callout("good", "Nothing has changed", " ".join(found.same))]
    return [Heading(since), Grid(("What changed", "Before", "Now"), rows_of(list(_change_rows(found.changes))), (4, 2, 2))]


def _change_rows(changes: Iterable[Change]) -> Iterable[tuple[Cell, ...]]:
    for change in changes:
        yield Cell(change.sentence, tone=change.tone), mono(change.before), mono(change.after)

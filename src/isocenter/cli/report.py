"""`isocenter report`: checkups that are kept, printed, and compared with those of months before."""

from __future__ import annotations

import json as json_text
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from isocenter.base.errors import UsageError
from isocenter.base.limits import REPORT_BYTES_MAX
from isocenter.cli.exits import Exit
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.papers import HtmlFile, PdfFile, deliver
from isocenter.cli.terminal import say, table, tell_json
from isocenter.daemon import instances
from isocenter.model.checkup import Checkup, Outcome, as_json, of_json
from isocenter.model.report import Report

app = typer.Typer(help="Commissioning reports: keep, list, print, compare.", no_args_is_help=True, add_completion=False)

Token = Annotated[str, typer.Argument(metavar="REPORT", help="A report's name, a part of it that only it has, or a node's name.")]


@app.command("keep")
def keep(
    file: Annotated[Path, typer.Argument(help="What isocenter doctor NODE --json wrote; - reads it from a pipe.")],
    technician: Annotated[str, typer.Option("--technician", help="Who made it.")] = "",
    work_order: Annotated[str, typer.Option("--work-order", help="Under which order.")] = "",
    site: Annotated[str, typer.Option("--site", help="Where.")] = "",
    remark: Annotated[str, typer.Option("--remark", help="Anything worth knowing.")] = "",
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Keep a checkup as a report, with what its device sent lately."""
    from isocenter.daemon import paperwork
    from isocenter.web.paperwork import Typed

    report = paperwork.keep_offline(instances.place(name, data).folder, _checkup(file), Typed(technician, work_order, site, remark))
    if json:
        tell_json(as_json(report))
    else:
        say(f"Kept as {report.token}. Print it with:  isocenter report show {report.token} --pdf FILE")


@app.command("list")
def list_(
    node: Annotated[str | None, typer.Argument(metavar="[NODE]", help="Only those of one node.")] = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """The reports that are kept, the latest first."""
    reports = [one for one in _kept(name, data).listed() if node is None or one.checkup.node == node]
    if json:
        tell_json([_short(one) for one in reports])
    elif reports:
        rows = [
            (one.token, checkup.node, f"{one.kept:%Y-%m-%d %H:%M}", checkup.role.value, _worked(checkup), one.technician)
            for one, checkup in ((one, one.checkup) for one in reports)
        ]
        table(["Report", "Node", "Kept", "Tested as", "Outcome", "Technician"], rows)
    else:
        say("No report yet. Keep one with:  isocenter doctor NODE --json | isocenter report keep -")


@app.command("show")
def show(
    token: Token,
    pdf: PdfFile = None,
    html: HtmlFile = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="REPORT", help="Say in it what changed since that one; - for the one before."),
    ] = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """One report: to read, to print, as PDF or HTML."""
    from isocenter.daemon import paperwork
    from isocenter.doctor.report import paper

    kept = _kept(name, data)
    report = kept.report(_one(kept.listed(), token).token)
    if json:
        tell_json(as_json(report))
        return
    changes = None
    if since is not None:
        before = "" if since == "-" else _one(kept.listed(), since).token
        changes = paperwork.difference_of(kept, report.token, before)
    deliver(paper(report, changes=changes), pdf, html)


@app.command("compare")
def compare(
    token: Token,
    before: Annotated[str | None, typer.Argument(metavar="[BEFORE]", help="The earlier one; else the one before it.")] = None,
    pdf: PdfFile = None,
    html: HtmlFile = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """What changed between two reports of a node. Exit code 1 where something got worse."""
    from isocenter.daemon import paperwork
    from isocenter.doctor.report import comparison

    kept = _kept(name, data)
    reports = kept.listed()
    report = _one(reports, token)
    found = paperwork.difference_of(kept, report.token, _one(reports, before).token if before else "")
    if found is None:
        raise UsageError(f"{report.token} is the first report of {report.checkup.node}: there is nothing to compare it with.")
    if json:
        tell_json([as_json(change) for change in found.changes])
    elif pdf or html:
        deliver(comparison(found), pdf, html)
    else:
        say(f"{found.after.checkup.node}, {found.before.kept:%Y-%m-%d} to {found.after.kept:%Y-%m-%d}:")
        for change in found.changes:
            was = f" (before: {change.before}; now: {change.after})" if change.before or change.after else ""
            say(f"{_SIGNS[change.tone]} {change.sentence}{was}")
        for sentence in found.same:
            say(f"{_SIGNS['good']} {sentence}")
    if any(change.tone == "bad" for change in found.changes):
        raise typer.Exit(Exit.FAILED)


@app.command("remove")
def remove(token: Token, name: Name = None, data: Data = None, json: Json = False) -> None:
    """Remove a report for good."""
    kept = _kept(name, data)
    report = _one(kept.listed(), token)
    kept.remove(report.token)
    if json:
        tell_json(_short(report))
    else:
        say(f"{report.token} of {report.checkup.node} is removed.")


_SIGNS = {"good": "+", "warn": "!", "bad": "x", "quiet": "-"}


def _kept(name: str | None, data: Path | None) -> Any:
    from isocenter.daemon.kept_reports import KeptReports

    return KeptReports(instances.place(name, data).folder)


def _one(reports: list[Report], words: str) -> Report:
    """The report that is meant: by name, by a part of it, or the latest of a node. Raises UsageError."""
    for found in (
        [one for one in reports if one.token == words],
        [one for one in reports if one.checkup.node == words][:1],
        [one for one in reports if words and words in one.token],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"{words!r} is a part of {len(found)} reports: {', '.join(one.token for one in found[:4])}.")
    raise UsageError(f"There is no report {words!r}. isocenter report list shows them.")


def _checkup(file: Path) -> Checkup:
    """The checkup in a file, or in a pipe. Raises UsageError for what is none."""
    try:
        if str(file) == "-":
            raw = sys.stdin.buffer.read(REPORT_BYTES_MAX + 1)
        else:
            with file.open("rb") as stream:
                raw = stream.read(REPORT_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    if len(raw) > REPORT_BYTES_MAX:
        raise UsageError(f"{file} is larger than a checkup can be.")
    try:
        return of_json(Checkup, json_text.loads(raw))
    except (ValueError, RecursionError, AttributeError) as error:
        raise UsageError(f"{file} is no checkup of isocenter doctor --json: {error}.") from error


def _worked(checkup: Checkup) -> str:
    if checkup.verdict is not None:
        return f"failed: {checkup.verdict.headline}"
    if not checkup.is_whole:
        return "ended early"
    warned = any(step.outcome is Outcome.WARNED for step in checkup.steps) or bool(checkup.remarks)
    return "works, with remarks" if warned else "works"


def _short(report: Report) -> dict[str, Any]:
    checkup = report.checkup
    return {
        "report": report.token, "node": checkup.node, "kept": report.kept.isoformat(), "role": checkup.role.value,
        "outcome": _worked(checkup), "technician": report.technician, "work_order": report.work_order, "site": report.site,
    }  # fmt: skip

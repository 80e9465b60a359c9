"""`/api`: commissioning reports. A checkup is kept, looked at, printed, and compared with one of months before.

Nothing here calls another device.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from isocenter.base.errors import UsageError
from isocenter.dicomweb.problems import Problem
from isocenter.model.report import Report
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.api_sheets import DOCUMENT, printed
from isocenter.web.paperwork import Form, Typed
from isocenter.web.words_reports import KeptReport, ReportDifference, ReportList, ReportState, ReportWanted

routes = APIRouter(tags=["reports"])

Token = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="A kept report.")]
Before = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$", description="Another report of the same node.")]


@routes.get("/api/reports", responses=problems())
def reports(house: House) -> ReportList:
    """The reports that are kept."""
    return ReportList(reports=[ReportState.of(report) for report in house.paperwork.reports()])


@routes.post("/api/reports", status_code=201, dependencies=CHANGES, responses=problems(403, 404))
def keep(house: House, wanted: ReportWanted, response: Response) -> ReportState:
    """Keep a checkup as a report, with what its device sent lately."""
    checkup = house.clinic.one(wanted.checkup)
    if checkup is None:
        raise Problem(404, "There is no such checkup any more: run it again.")
    typed = Typed(
        technician=wanted.technician.strip(),
        work_order=wanted.work_order.strip(),
        site=wanted.site.strip(),
        remark=wanted.remark.strip(),
    )
    report = house.paperwork.keep(checkup, typed)
    response.headers["location"] = f"/api/reports/{report.token}"
    return ReportState.of(report)


@routes.get("/api/reports/{token}", responses=problems(404))
def report(house: House, token: Token) -> KeptReport:
    """One of them, whole."""
    found = _report(house, token)
    earlier = [one for one in house.paperwork.reports() if one.checkup.node == found.checkup.node and one.kept < found.kept]
    return KeptReport.of(found, earlier[0].token if earlier else "")


@routes.delete("/api/reports/{token}", status_code=204, response_class=Response, dependencies=CHANGES, responses=problems(403, 404))
def forget(house: House, token: Token) -> Response:
    """Remove a report for good."""
    _report(house, token)
    house.paperwork.remove(token)
    return Response(status_code=204)


@routes.get("/api/reports/{token}/difference", responses=problems(404))
def difference(house: House, token: Token, before: Before = "") -> ReportDifference:
    """What changed since the report `before`; since the one before it where none is named."""
    _report(house, token)
    if before:
        _report(house, before)
    found = house.paperwork.difference(token, before)
    if found is None:
        raise Problem(404, "This is the first report of this node: there is nothing to compare it with.")
    return ReportDifference.of(found)


@routes.get("/api/reports/{token}/document", response_class=Response, responses={**DOCUMENT, **problems(404)})
def document(house: House, token: Token, form: Form = "pdf", before: Before = "") -> Response:
    """A report to be printed; with `before` what changed since that one stands in it."""
    found = _report(house, token)
    if before:
        _report(house, before)
    return printed(house.paperwork.report_document(token, form, before), f"report-{found.checkup.node}-{token}", form)


def _report(house: ApiHouse, token: str) -> Report:
    try:
        return house.paperwork.report(token)
    except UsageError as error:
        raise Problem(404, str(error)) from error

"""The words of `/api` about reports: checkups that are kept, and what changed between two of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from isocenter.base.limits import REPORT_REMARK_CHARACTERS_MAX, REPORT_WORDS_MAX
from isocenter.model.checkup import Outcome, as_json
from isocenter.model.report import Change, Difference, Report
from isocenter.web.api_words import Words
from isocenter.web.words_doctor import CheckupWords, Found, RoleName

Tone = Literal["good", "warn", "bad", "quiet"]


class ReportWanted(Words):
    """The checkup to keep, and what a person writes on its report."""

    checkup: str = Field(max_length=64, description="The token of a checkup that has ended.")
    technician: str = Field(default="", max_length=REPORT_WORDS_MAX)
    work_order: str = Field(default="", max_length=REPORT_WORDS_MAX)
    site: str = Field(default="", max_length=REPORT_WORDS_MAX)
    remark: str = Field(default="", max_length=REPORT_REMARK_CHARACTERS_MAX)


class SeenWords(Found):
    """One property of what a device sent, with every value that was met, most frequent first."""

    name: str
    values: list[str]


class DoubtWords(Found):
    """A sentence about what a device sent."""

    tone: Tone
    sentence: str


class SentSample(Found):
    """The headers of the latest instances of a device; `skew_seconds` is how far its clock is ahead, null for not told."""

    count: int
    first: datetime | None
    last: datetime | None
    seen: list[SeenWords]
    doubts: list[DoubtWords]
    skew_seconds: float | None


class ReportState(Words):
    """A kept report in short: how its checkup went, and how many of its layers worked."""

    token: str
    kept: datetime
    node: str
    ae_title: str
    host: str
    port: int
    role: RoleName
    product: str
    technician: str
    work_order: str
    site: str
    outcome: Tone
    headline: str
    worked: int
    tried: int

    @classmethod
    def of(cls, report: Report) -> ReportState:
        checkup = report.checkup
        outcomes = [step.outcome for step in checkup.steps if step.outcome not in {Outcome.SKIPPED, Outcome.UNTRIED}]
        warned = Outcome.WARNED in outcomes or bool(checkup.remarks) or not checkup.is_whole
        early = "" if checkup.is_whole else "The checkup was ended early"
        return cls(
            role=checkup.role.value,
            outcome="bad" if checkup.verdict else "warn" if warned else "good",
            headline=checkup.verdict.headline if checkup.verdict else early,
            worked=sum(1 for one in outcomes if one is not Outcome.FAILED),
            tried=len(outcomes),
            **{name: getattr(report, name) for name in ("token", "kept", "technician", "work_order", "site")},
            **{name: getattr(checkup, name) for name in ("node", "ae_title", "host", "port", "product")},
        )


class ReportList(Words):
    """The latest first."""

    reports: list[ReportState]


class KeptReport(Words):
    """A kept report, whole. `previous` is the report of the same node before it, empty where there is none."""

    state: ReportState
    checkup: CheckupWords
    remark: str
    sample: SentSample | None
    version: str
    previous: str

    @classmethod
    def of(cls, report: Report, previous: str) -> KeptReport:
        return cls(
            state=ReportState.of(report),
            checkup=CheckupWords.of(report.checkup),
            remark=report.remark,
            sample=None if report.sample is None else SentSample.model_validate(as_json(report.sample)),
            version=report.version,
            previous=previous,
        )


class ChangeWords(Found):
    """One difference, as a sentence; `before` and `after` are what it was and what it is, empty where there is no one value."""

    what: str
    tone: Tone
    sentence: str
    before: str
    after: str

    @classmethod
    def of(cls, change: Change) -> ChangeWords:
        return cls.model_validate(as_json(change))


class ReportDifference(Words):
    """What changed between two reports, worst first; `same` are sentences about what stayed, where nothing changed."""

    before: ReportState
    after: ReportState
    changes: list[ChangeWords]
    same: list[str]

    @classmethod
    def of(cls, found: Difference) -> ReportDifference:
        return cls(
            before=ReportState.of(found.before),
            after=ReportState.of(found.after),
            changes=[ChangeWords.of(change) for change in found.changes],
            same=list(found.same),
        )

"""One search on an open association, read to its end or to a bound, with what it took (PS3.4 C.4.1).

Comes in: a `Talk` and a question. Goes out: a `Search` with its answers as data sets, its final status and its times. A status is
never an error here; an answer that cannot be read is counted and kept out.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import CHECKUP_ANSWERS_MAX
from isocenter.dataset import identifier
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor import signs
from isocenter.doctor.talk import Answer, Talk
from isocenter.jobs.questions import Question
from isocenter.jobs.searching import text_of
from isocenter.standard.status import PENDING_KEYS_UNSUPPORTED, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from pydicom import Dataset


@dataclass(slots=True)
class Search:
    """What a search brought. `status` is None where we cancelled it at the bound; `first_milliseconds` is to the first response."""

    answers: list[Dataset] = field(default_factory=list)
    status: int | None = None
    comment: str = ""
    offending: tuple[int, ...] = ()
    first_milliseconds: float = 0.0
    milliseconds: float = 0.0
    unreadable: int = 0
    ignores_keys: bool = False
    product: str = ""

    @property
    def count(self) -> int:
        return len(self.answers) + self.unreadable

    @property
    def is_failure(self) -> bool:
        """True where it ended by a failing status, or by a cancel that we did not ask for."""
        return self.status is not None and kind_of(self.status) in (Kind.FAILURE, Kind.CANCEL)

    @property
    def words(self) -> str:
        """What the final status says, and the other side's own comment."""
        if self.status is None:
            return "it was cancelled here"
        return signs.said("find", self.status, self.comment, self.product)

    def as_facts(self) -> dict[str, Any]:
        """For the report: numbers and codes, no patient's data."""
        status = "" if self.status is None else f"{self.status:04X}"
        return {"status": status, "answers": self.count, "milliseconds": self.milliseconds}


def value_of(answer: Dataset, tag: int) -> str:
    """A value as text; empty where there is none, or where what the other side wrote is none of its VR."""
    try:
        return text_of(answer, tag)
    except Exception:  # whatever pydicom raises for what another device wrote
        return ""


def ask(talk: Talk, question: Question, seconds: float, what: str = "", answers_max: int = CHECKUP_ANSWERS_MAX) -> Search:
    """Search once. Raises `Trouble` where no context of its model was accepted, or nothing came that ends the search."""
    sop_class = question.sop_class("find")
    context = talk.contexts(sop_class)[0]
    data = question.identifier(context.transfer_syntax)
    command = Command(field=CommandField.C_FIND_RQ, affected_sop_class_uid=sop_class, priority=0)
    found = Search(product=talk.product)
    what = what or f"C-FIND at the {question.level.value} level of the {question.root.value} root"
    with closing(cast("Generator[Answer, None, None]", talk.ask(context, command, data, seconds, what))) as came:
        for answer in came:
            _add(found, answer, talk.requestor.node.character_set)
            if answer.is_pending and found.count >= answers_max:
                break
    return found


def _add(found: Search, answer: Answer, character_set: str) -> None:
    found.first_milliseconds = found.first_milliseconds or answer.milliseconds
    found.milliseconds = answer.milliseconds
    if not answer.is_pending:
        found.status = answer.status
        found.comment = answer.command.error_comment
        found.offending = answer.command.offending_elements
        return
    found.ignores_keys |= answer.status == PENDING_KEYS_UNSUPPORTED
    try:
        found.answers.append(identifier.decode(answer.identifier, answer.transfer_syntax, character_set))
    except UnreadableDataset:
        found.unreadable += 1

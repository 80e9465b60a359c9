"""C-FIND of another node: answers as they come, and what the node said where it failed (PS3.4 C.4.1).

A question goes in, data sets come out. Whoever stops reading has the search cancelled and the association released.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocenter.base.errors import LocalError
from isocenter.jobs.questions import Question, keyword_of
from isocenter.model.records import Node

if TYPE_CHECKING:
    from pydicom import Dataset


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call, and as whom."""

    node: Node
    calling_ae_title: str


def answers(call: Call, asked: Question, limit: int = 0) -> Generator[Dataset, None, None]:
    """At most `limit` answers; 0 is all. Raises LocalError with the node's words where it ends by a failure."""
    from isocenter.dataset import identifier
    from isocenter.net import client
    from isocenter.net.requestor import Proposal, open_association
    from isocenter.standard import status

    sop_class = asked.sop_class("find")
    with open_association(
        call.node, Proposal(client.query_contexts(sop_class)), calling_ae_title=call.calling_ae_title
    ) as requestor:
        responses = client.find(requestor, sop_class, asked.identifier)
        try:
            count = 0
            for response in responses:
                if response.is_pending:
                    count += 1
                    yield identifier.decode(response.identifier, response.transfer_syntax, call.node.character_set)
                    if count == limit:
                        break
        except GeneratorExit:
            pass
        finally:
            responses.close()
    if not response.is_pending and response.command.status not in (status.SUCCESS, status.CANCEL):
        words = status.describe(response.command.status or status.CANNOT_UNDERSTAND, "find")
        comment = response.command.error_comment
        raise LocalError(words + (f" It says: {comment}" if comment else ""))


def text_of(answer: Dataset, tag: int) -> str:
    """A value as text, several with backslashes between; empty where there is none."""
    element = answer.get(tag)
    if element is None or element.value is None:
        return ""
    return "\\".join(map(str, element.value)) if element.VM > 1 else str(element.value)


def texts(answer: Dataset, tags: Iterable[int]) -> dict[str, str]:
    """The values of an answer by keyword; empty where the node sent what is no value of its VR."""
    found = {}
    for tag in tags:
        try:
            found[keyword_of(tag)] = text_of(answer, tag)
        except Exception:  # whatever pydicom raises for what another device wrote
            found[keyword_of(tag)] = ""
    return found

"""Searching another node: answers as they come, and what the node said where it failed: by C-FIND (PS3.4 C.4.1), or over DICOMweb.

A question goes in, data sets come out. Whoever stops reading has the search cancelled and the association released.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isocenter.base.errors import LocalError
from isocenter.jobs import web_searching
from isocenter.model.ports import OutgoingWitness
from isocenter.model.records import Node

if TYPE_CHECKING:
    from pydicom import Dataset

    from isocenter.dimse.commands import Command
    from isocenter.jobs.questions import Question
    from isocenter.net.http_client import Interruptible
    from isocenter.net.requestor import Proposal, Requestor


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call, and as whom. `connected` gets each link as soon as there is one, `witness` hears how associations went."""

    node: Node
    calling_ae_title: str
    connected: Callable[[Interruptible], None] | None = field(default=None, compare=False)
    witness: OutgoingWitness | None = field(default=None, compare=False)

    @property
    def service(self) -> web_searching.Service:
        """The node's DICOMweb; only where it has an address for that."""
        return web_searching.Service(self.node.name, self.node.dicomweb_url, self.connected)

    def open(self, proposal: Proposal) -> Requestor:
        """An association to the node. Raises `LinkLost`, `Refused`, or `LocalError` where not one context was accepted."""
        from isocenter.net.requestor import open_association

        return open_association(
            self.node, proposal, calling_ae_title=self.calling_ae_title, connected=self.connected, witness=self.witness
        )


def answers(call: Call, asked: Question, limit: int = 0) -> Generator[Dataset, None, None]:
    """At most `limit` answers; 0 is all. Raises LocalError with the node's words where it ends by a failure."""
    from isocenter.dataset import identifier
    from isocenter.net import client
    from isocenter.net.requestor import Proposal
    from isocenter.standard import status

    if call.node.dicomweb_url:
        yield from web_searching.answers(call.service, asked, limit)
        return
    sop_class = asked.sop_class("find")
    with call.open(Proposal(client.query_contexts(sop_class))) as requestor:
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
        raise LocalError(failure_words(response.command, "find"))


def failure_words(final: Command, operation: str) -> str:
    """What a final response that is no success says, in words."""
    from isocenter.standard import status

    words = status.describe(status.CANNOT_UNDERSTAND if final.status is None else final.status, operation)
    return words + (f" It says: {final.error_comment}" if final.error_comment else "")


def text_of(answer: Dataset, tag: int) -> str:
    """A value as text, several with backslashes between; empty where there is none."""
    element = answer.get(tag)
    if element is None or element.value is None:
        return ""
    return "\\".join(map(str, element.value)) if element.VM > 1 else str(element.value)


def texts(answer: Dataset, tags: Iterable[int]) -> dict[str, str]:
    """The values of an answer by keyword; empty where the node sent what is no value of its VR."""
    from isocenter.jobs.questions import keyword_of

    found = {}
    for tag in tags:
        try:
            found[keyword_of(tag)] = text_of(answer, tag)
        except Exception:  # whatever pydicom raises for what another device wrote
            found[keyword_of(tag)] = ""
    return found

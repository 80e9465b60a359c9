"""Queries (PS3.4 C.4.1): C-FIND as one conversation with the catalogue.

A request with the bytes of its identifier comes in; one pending response for each match goes out, as the catalogue finds it, and
one final response. Every key that was asked for is in every answer, empty where nothing is known. Matches are never collected:
memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Iterator

from isocenter.base.errors import UsageError
from isocenter.dimse.exchange import Cancelled, Reply, Request, Service
from isocenter.model.attributes import SPECIFIC_CHARACTER_SET
from isocenter.model.ports import Answer, Catalogue
from isocenter.model.query import Root
from isocenter.services.identifiers import AnswerWriter, read
from isocenter.services.keys import INSTANCE_AVAILABILITY, QUERY_RETRIEVE_LEVEL, RETRIEVE_AE_TITLE, Question, question
from isocenter.services.responses import Refusal, respond
from isocenter.standard import status

ANSWERS = (
    ("A match", status.PENDING),
    ("A match, where some optional key could not be matched with", status.PENDING_KEYS_UNSUPPORTED),
    ("No more matches", status.SUCCESS),
    ("The identifier breaks the rules, or is larger than we bound: with the offending element", status.DATA_SET_MISMATCH),
    ("The archive failed; its log says why", status.CANNOT_UNDERSTAND),
    ("C-CANCEL came", status.CANCEL),
)
"""What happened, and the status that says so: a table for the conformance statement."""

ONLINE = "ONLINE"
"""Everything that the index knows is on a disk of ours (PS3.4 C.4.1.1.3.2)."""


class Finding:
    """C-FIND over one catalogue. `ae_title` is our own, told as Retrieve AE Title; `strict` holds keys to the hierarchy."""

    def __init__(self, catalogue: Catalogue, *, ae_title: str, strict: bool) -> None:
        self._catalogue = catalogue
        self._ae_title = ae_title
        self._strict = strict

    def find(self, request: Request, root: Root, *, relational: bool, combined: bool) -> Service:
        """The answers to one query; raises `Refusal` before the first of them."""
        identifier = read(request)
        asked = question(identifier.elements, root, strict=self._strict and not relational, combined=combined)
        fixed = asked.fixed | {
            QUERY_RETRIEVE_LEVEL: asked.query.level.name,
            RETRIEVE_AE_TITLE: self._ae_title,
            INSTANCE_AVAILABILITY: ONLINE,
        }
        declares = any(element.tag == SPECIFIC_CHARACTER_SET for element in identifier.elements)
        writer = AnswerWriter(
            asked.returned,
            fixed,
            transfer_syntax=request.context.transfer_syntax,
            character_set=identifier.character_set,
            always_declares=declares,
        )
        try:
            answers = self._catalogue.find(asked.query)
        except UsageError as error:
            raise Refusal(str(error), status=status.DATA_SET_MISMATCH) from None
        try:
            yield from _pending(request, asked, writer, answers)
        except Cancelled:
            yield respond(request, status.CANCEL)
        else:
            yield respond(request, status.SUCCESS)
        finally:
            close = getattr(answers, "close", None)
            if close is not None:
                close()


def _pending(request: Request, asked: Question, writer: AnswerWriter, answers: Iterator[Answer]) -> Service:
    code = status.PENDING_KEYS_UNSUPPORTED if asked.unmatched else status.PENDING
    # One command for all of them, so that whoever encodes it may do so once.
    command = respond(request, code, identifier=b"").command
    write = writer.write
    for answer in answers:
        yield Reply(command, write(answer))

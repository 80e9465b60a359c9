"""Other devices that call the archive of a browser test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pydicom import Dataset
from tests.peers.processes import House

from isocenter.dimse.commands import Command, CommandField
from isocenter.lab import phantom
from isocenter.model.records import Node
from isocenter.net import client
from isocenter.net.requestor import Proposal, Requestor, open_association
from isocenter.standard.sop_class import CT_IMAGE, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire.pdu import ProposedContext

_CT_CONTEXT = ProposedContext(3, CT_IMAGE, (EXPLICIT_VR_LITTLE_ENDIAN,))


class Caller:
    """One open association."""

    def __init__(self, requestor: Requestor) -> None:
        self._requestor = requestor

    def echo(self) -> None:
        client.echo(self._requestor)

    def store(self, image: Dataset) -> None:
        number = self._requestor.new_message_id()
        command = Command(
            field=CommandField.C_STORE_RQ, message_id=number, affected_sop_class_uid=image.SOPClassUID,
            affected_sop_instance_uid=image.SOPInstanceUID, has_data_set=True, priority=0,
        )  # fmt: skip
        self._requestor.send(_CT_CONTEXT.id, command, [phantom.data_set_bytes(image)])
        assert self._requestor.response(number).command.status == 0


@contextmanager
def calling(house: House, title: str, *, stores: bool = True, port: int = 0) -> Iterator[Caller]:
    """An association for C-ECHO, and C-STORE of CT images where it `stores`, released in the end."""
    contexts = client.query_contexts(VERIFICATION) + ((_CT_CONTEXT,) if stores else ())
    node = Node("it", "ISOCENTER", "127.0.0.1", port or house.port)
    with open_association(node, Proposal(contexts), calling_ae_title=title) as requestor:
        yield Caller(requestor)


def stored(house: House, title: str, images: Iterable[Dataset]) -> None:
    """An association that stores, over when this returns."""
    with calling(house, title) as caller:
        for image in images:
            caller.store(image)

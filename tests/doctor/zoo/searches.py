"""Searches that find nothing: the archive with its one image, and the question with its cause."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from pydicom.dataset import Dataset
from tests.doctor.zoo.loopback import Loopback
from tests.doctor.zoo.products import Products
from tests.doctor.zoo.table import STORED, Asked, Row

from isocenter.base.clock import SystemClock
from isocenter.dimse.commands import Command, CommandField
from isocenter.jobs.questions import At, RootName, question
from isocenter.jobs.searching import Call
from isocenter.jobs.why_few import WhyFew, counting, why_few
from isocenter.lab.faults.habits import Habits
from isocenter.lab.phantom import ct_series, data_set_bytes
from isocenter.model.checkup import Layer, Side
from isocenter.model.records import Node
from isocenter.net.client import query_contexts
from isocenter.net.requestor import Proposal, open_association
from isocenter.standard.sop_class import CT_IMAGE

_HABITS = {
    "good": Habits(),
    "star-fails": Habits(date_star_fails=True),
    "star-excludes": Habits(excludes_by_star=True),
    "umlaut": Habits(coerces={"PatientName": "MULLER^EVA"}),
}


def why(loopback: Loopback, products: Products, asked: Asked) -> WhyFew:
    """Store the image, ask, and look for the cause."""
    image = _image()
    with _place(loopback, products, asked) as port:
        node = Node("node", asked.title, "127.0.0.1", port)
        _store(node, image)
        keys = [key.replace("{study}", str(image.StudyInstanceUID)) for key in asked.keys]
        searched = question(At.STUDY, RootName.STUDY, keys, returned=False)
        clock = SystemClock()
        return why_few(counting(Call(node, "ISOCENTER"), clock), searched, clock)


def study_uid() -> str:
    return str(_image().StudyInstanceUID)


def _image() -> Dataset:
    image = next(ct_series(47, slices=1, side_pixels=16))
    for keyword, value in STORED.items():
        setattr(image, keyword, value)
    return image


@contextlib.contextmanager
def _place(loopback: Loopback, products: Products, asked: Asked) -> Iterator[int]:
    kind, _, what = asked.made_by.partition(":")
    if kind == "lab":
        with loopback.peer(_HABITS[what]) as (port, _):
            yield port
        return
    row = Row(asked.name, asked.fault, asked.made, asked.made_by, Layer.FIND, Side.OURS, title=asked.title)
    with products.made(kind, what, row) as target:
        yield target.port


def _store(node: Node, image: Dataset) -> None:
    proposal = Proposal(query_contexts(CT_IMAGE))
    with open_association(node, proposal, calling_ae_title="ISOCENTER") as requestor:
        command = Command(
            field=CommandField.C_STORE_RQ,
            message_id=1,
            affected_sop_class_uid=CT_IMAGE,
            affected_sop_instance_uid=str(image.SOPInstanceUID),
            priority=0,
            has_data_set=True,
        )
        requestor.send(requestor.context_for(CT_IMAGE).id, command, [data_set_bytes(image)])
        assert requestor.response(1, 10).command.status == 0

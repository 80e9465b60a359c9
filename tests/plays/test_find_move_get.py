"""A modality stores, a workstation finds, gets and moves: services and archive at one end of a simulated link, a peer at the other.

No socket and no thread of ours but the archive's own; bytes are cut and delayed by a seed. What comes back is read by pydicom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

import pytest
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_reader import IndexReader
from isocenter.base.clock import FixedClock
from isocenter.dimse.assembler import Assembler, DataPart, MessageBegun
from isocenter.dimse.commands import Command, CommandField, decode, encode
from isocenter.dimse.exchange import AgreedContext, Caller, Cancelled, Forward, Request, SubOperation
from isocenter.lab.link import Link
from isocenter.model.records import Node
from isocenter.services.roster import Roster
from isocenter.standard import sop_class, status
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, JPEG_LOSSLESS_FIRST_ORDER
from isocenter.wire.events import Fragment, Requested
from isocenter.wire.negotiation import negotiate, requestor_roles
from isocenter.wire.pdu import AssociateRequest, ProposedContext, RoleSelection, UserInformation

CT = sop_class.CT_IMAGE
FIND, GET, MOVE = sop_class.STUDY_ROOT_FIND, sop_class.STUDY_ROOT_GET, sop_class.STUDY_ROOT_MOVE
CONTEXTS = {1: sop_class.VERIFICATION, 3: CT, 5: FIND, 7: GET, 9: MOVE}
OPERATIONS = frozenset({"echo", "store", "find", "move", "get"})
NAMES = ("DOE^JOHN", "Müller^Jürgen", "Иванов^Пётр", "Διονυσιος^Νίκος", "Yamada^Tarou=山田^太郎=やまだ^たろう")
SEEDS = (1, 3, 11)


@dataclass
class Heard:
    """One message as it arrived."""

    context: AgreedContext
    command: Command
    data: bytearray = field(default_factory=bytearray)


class Side:
    """One end of a link with its messages put together; `complete` takes each of them."""

    def __init__(self, end) -> None:
        self.end = end
        self.agreed: dict[int, AgreedContext] = {}
        self.heard: list[Heard] = []
        self._assembler: Assembler | None = None
        self._now: Heard | None = None
        end.answer = self._answer

    def take(self, fragment: Fragment) -> None:
        self._assembler = self._assembler or Assembler(self.agreed)
        for part in self._assembler.received(fragment):
            if isinstance(part, MessageBegun):
                self._now = Heard(part.context, part.command)
            elif isinstance(part, DataPart):
                self._now.data += part.view
            else:
                self.complete(self._now)

    def complete(self, heard: Heard) -> None:
        self.heard.append(heard)

    def say(self, context_id: int, command: Command, data: bytes | None = None) -> None:
        self.end.association.send_message(context_id, encode(command), None if data is None else [data])

    def opened(self, end, event) -> None:
        """What comes before the first message."""

    def _answer(self, end, event) -> None:
        if isinstance(event, Fragment):
            self.take(event)
        else:
            self.opened(end, event)


class Acceptor(Side):
    """Whoever takes an association, with what a table offers."""

    table: Roster

    def opened(self, end, event) -> None:
        if isinstance(event, Requested):
            accept = negotiate(event.request, self.table, operations=OPERATIONS, pdu_bytes_max=4096)
            proposed = {context.id: context.abstract_syntax for context in event.request.contexts}
            for context in accept.contexts:
                if context.result == 0:
                    roles = requestor_roles(accept, proposed[context.id])
                    self.agreed[context.id] = AgreedContext(context.id, proposed[context.id], context.transfer_syntax, *roles)
            end.accept(accept)


class Workstation(Side):
    """A peer that keeps what C-STORE requests bring and answers them all alike; `listener` hears every other message."""

    def __init__(self, end) -> None:
        super().__init__(end)
        self.kept: dict[str, bytes] = {}
        self.answer = status.SUCCESS
        self.listener = None

    def complete(self, heard: Heard) -> None:
        if heard.command.field == CommandField.C_STORE_RQ:
            self.kept[heard.command.affected_sop_instance_uid] = bytes(heard.data)
            self.say(heard.context.id, _stored(heard.command, self.answer))
            return
        super().complete(heard)
        if self.listener is not None:
            self.listener(heard)


def _stored(request: Command, code: int) -> Command:
    return Command(
        field=CommandField.C_STORE_RSP,
        message_id_being_responded_to=request.message_id,
        affected_sop_class_uid=request.affected_sop_class_uid,
        affected_sop_instance_uid=request.affected_sop_instance_uid,
        status=code,
    )


class Receiver(Workstation, Acceptor):
    """A Move Destination: a workstation that is called."""


class Hospital:
    """The archive behind one link, a workstation at its other end, and what the driver of a service does between them."""

    def __init__(self, folder, seed: int) -> None:
        self.clock = FixedClock()
        self.archive = Archive(folder)
        self.reader = IndexReader(self.archive.index)
        self.destination = Node("workstation", "WORKSTATION", "10.0.0.9", 11112)
        self.roster = Roster(
            ae_title="ISOCENTER",
            intake=self.archive,
            catalogue=IndexCatalogue(self.reader, self.archive),
            destination={"WORKSTATION": self.destination}.get,
            clock=self.clock,
        )
        self.seed = seed
        self.link = self._link()
        self.server = Acceptor(self.link.acceptor)
        self.server.table = self.roster
        self.client = Workstation(self.link.requestor)
        self.moved: list[Receiver] = []
        self._dial(self.link, self.client, CONTEXTS)

    def close(self) -> None:
        self.reader.close()
        self.archive.close()

    def ask(self, sop_class_uid: str, fields: CommandField, data: bytes, **more) -> list[Heard]:
        """One request of the client, served to its end: the responses."""
        context_id = next(number for number, uid in CONTEXTS.items() if uid == sop_class_uid)
        self.client.heard.clear()
        command = Command(
            field=fields, message_id=5, priority=0, affected_sop_class_uid=sop_class_uid, has_data_set=True, **more
        )  # fmt: skip
        self.client.say(context_id, command, data)
        self.link.run()
        self._serve(self.server.heard.pop(0))
        self.link.run()
        return self.client.heard

    def cancel(self) -> None:
        self.client.say(7, Command(field=CommandField.C_CANCEL_RQ, message_id_being_responded_to=5))

    def _link(self) -> Link:
        return Link(self.clock, seed=self.seed, chunk_bytes_max=1 + 500 * self.seed, latency_seconds=(0.0, 0.001 * self.seed))

    def _dial(self, link: Link, side: Side, contexts: dict[int, str]) -> None:
        syntaxes = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
        proposed = tuple(ProposedContext(number, uid, syntaxes) for number, uid in contexts.items())
        user = UserInformation(2048, "1.2.3", roles=(RoleSelection(CT, True, True),))
        link.requestor.request(AssociateRequest("ISOCENTER", "WORKSTATION", proposed, user))
        link.run()
        side.agreed.update({number: AgreedContext(number, uid, syntaxes[0]) for number, uid in contexts.items()})

    def _serve(self, heard: Heard) -> None:
        caller = Caller("WORKSTATION", "ISOCENTER", "10.0.0.9", OPERATIONS)
        if heard.command.field == CommandField.C_STORE_RQ:
            sink = self.roster.receive(Request(heard.context, heard.command, b"", caller))
            sink.write(memoryview(heard.data))
            self.server.say(heard.context.id, sink.finish().command)
            return
        service = self.roster.serve(Request(heard.context, heard.command, bytes(heard.data), caller))
        step = next(service, None)
        while step is not None:
            if isinstance(step, Forward):
                step = service.send(self._forward(step))
                continue
            self.server.say(heard.context.id, step.command, step.identifier)
            self.link.run()
            if any(one.command.field == CommandField.C_CANCEL_RQ for one in self.server.heard):
                self.server.heard.clear()
                step = service.throw(Cancelled("C-CANCEL came"))
            else:
                step = next(service, None)

    def _forward(self, forward: Forward):
        link, sender, context_id = self.link, self.server, 3
        if forward.destination is not None:
            assert forward.destination is self.destination
            link = self._link()
            sender = Side(link.requestor)
            receiver = Receiver(link.acceptor)
            receiver.table = self.roster
            self.moved.append(receiver)
            self._dial(link, sender, {3: CT})
        for number, instance in enumerate(forward.instances, start=1):
            with self.archive.open(instance.blob) as blob:
                data = blob.read(blob.dataset_offset, blob.byte_count)
            command = Command(
                field=CommandField.C_STORE_RQ,
                message_id=number,
                priority=0,
                affected_sop_class_uid=instance.sop_class_uid,
                affected_sop_instance_uid=instance.sop_instance_uid,
                has_data_set=True,
                move_originator_ae_title=forward.move_originator_ae_title,
                move_originator_message_id=forward.move_originator_message_id or None,
            )
            sender.say(context_id, command, data)
            link.run()
            answers = [one for one in sender.heard if one.command.field == CommandField.C_STORE_RSP]
            sender.heard[:] = [one for one in sender.heard if one not in answers]
            yield SubOperation(instance, answers[0].command.status)


def written(dataset: Dataset) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = False, True
    write_dataset(buffer, dataset)
    return buffer.getvalue()


def read(data: bytes | bytearray) -> Dataset:
    dataset = read_dataset(BytesIO(bytes(data)), False, True)
    dataset.walk(lambda _, element: element.value)
    return dataset


def image(patient: int, number: int) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = CT
    dataset.SOPInstanceUID = f"1.2.3.{patient}.1.{number}"
    dataset.StudyInstanceUID = f"1.2.3.{patient}"
    dataset.SeriesInstanceUID = f"1.2.3.{patient}.1"
    dataset.PatientID = f"P{patient}"
    dataset.PatientName = NAMES[patient - 1]
    dataset.StudyDate = f"2026010{patient}"
    dataset.StudyTime = "101500"
    dataset.Modality = "CT"
    dataset.SliceThickness = "2.5"
    dataset.InstanceNumber = str(number)
    dataset.PixelData = bytes(range(256)) * 9
    dataset["PixelData"].VR = "OW"
    return dataset


def asking(level: str, **keys) -> bytes:
    dataset = Dataset()
    dataset.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(dataset, keyword, value)
    return written(dataset)


@pytest.fixture(scope="module", params=SEEDS)
def filled(request, tmp_path_factory):
    """Five patients with two images each, stored over the link; the archive is the same for every play of a seed."""
    house = Hospital(tmp_path_factory.mktemp("play") / "archive", request.param)
    for patient in range(1, 6):
        for number in (1, 2):
            dataset = image(patient, number)
            (answer,) = house.ask(CT, CommandField.C_STORE_RQ, written(dataset), affected_sop_instance_uid=dataset.SOPInstanceUID)
            assert answer.command.status == status.SUCCESS
    yield house
    house.close()


@pytest.fixture
def hospital(filled):
    """The filled archive, with a workstation that has nothing yet."""
    filled.client.kept.clear()
    filled.client.answer = status.SUCCESS
    filled.client.listener = None
    filled.moved.clear()
    return filled


def matches(heard: list[Heard]) -> list[Dataset]:
    assert heard[-1].command.status == status.SUCCESS
    assert not heard[-1].data
    assert {one.command.status for one in heard[:-1]} <= {status.PENDING}
    return [read(one.data) for one in heard[:-1]]


FOUND = [
    (1, "", "doe*"),
    (2, "ISO_IR 100", "müller^jürgen"),
    (3, "ISO_IR 144", "Иванов*"),
    (3, "ISO_IR 192", "*пётр"),
    (4, "ISO_IR 126", "Διον*"),
    (5, "\\ISO 2022 IR 87", "*山田^太郎*"),
    (5, "ISO_IR 192", "山田*"),
]


@pytest.mark.parametrize(("patient", "character_set", "name"), FOUND)
def test_what_was_stored_is_found_by_name_in_any_alphabet(hospital, patient, character_set, name):
    keys = {"SpecificCharacterSet": character_set.split("\\")} if character_set else {}
    identifier = asking(
        "STUDY", PatientName=name, StudyInstanceUID="", NumberOfStudyRelatedInstances="", ModalitiesInStudy="", **keys
    )
    (answer,) = matches(hospital.ask(FIND, CommandField.C_FIND_RQ, identifier))
    assert answer.StudyInstanceUID == f"1.2.3.{patient}"
    assert str(answer.PatientName) == NAMES[patient - 1]
    assert answer.NumberOfStudyRelatedInstances == 2
    assert answer.ModalitiesInStudy == "CT"
    assert answer.RetrieveAETitle == "ISOCENTER"


@pytest.mark.parametrize(
    ("level", "keys", "count"),
    [
        ("STUDY", {"StudyDate": "20260102-20260104"}, 3),
        ("STUDY", {"StudyTime": "10"}, 5),
        ("STUDY", {"StudyTime": "-1014"}, 0),
        ("STUDY", {"Modality": "ct"}, 5),
        ("STUDY", {"PatientID": ["P1", "P5"]}, 2),
        ("SERIES", {"StudyInstanceUID": "1.2.3.4"}, 1),
        ("IMAGE", {"SeriesInstanceUID": "1.2.3.4.1", "InstanceNumber": "2"}, 1),
        ("IMAGE", {"SOPInstanceUID": ["1.2.3.1.1.1", "1.2.3.2.1.2", "9"]}, 2),
    ],
)
def test_what_was_stored_is_found_by_every_kind_of_matching(hospital, level, keys, count):
    assert len(matches(hospital.ask(FIND, CommandField.C_FIND_RQ, asking(level, **keys)))) == count


def test_an_attribute_outside_the_index_comes_from_the_image(hospital):
    (answer,) = matches(
        hospital.ask(FIND, CommandField.C_FIND_RQ, asking("IMAGE", SOPInstanceUID="1.2.3.1.1.1", SliceThickness=None))
    )
    assert answer.SliceThickness == 2.5


def test_a_key_that_the_index_cannot_match_with_is_refused_by_name(hospital):
    (refused,) = hospital.ask(FIND, CommandField.C_FIND_RQ, asking("STUDY", StudyDate="", PatientWeight="1").replace(b"1 ", b"x "))
    assert refused.command.status == status.DATA_SET_MISMATCH
    assert refused.command.error_comment.startswith("PatientWeight is a decimal number")


def test_a_get_brings_back_every_byte_that_was_stored(hospital):
    heard = hospital.ask(GET, CommandField.C_GET_RQ, asking("STUDY", StudyInstanceUID=["1.2.3.1", "1.2.3.5"]))
    final = heard[-1].command
    assert (final.status, final.completed, final.failed, final.warning) == (status.SUCCESS, 4, 0, 0)
    assert [one.command.remaining for one in heard[:-1]] == [3, 2, 1, 0]
    assert hospital.client.kept == {
        image(patient, number).SOPInstanceUID: written(image(patient, number)) for patient in (1, 5) for number in (1, 2)
    }


def test_a_move_brings_every_byte_to_its_destination(hospital):
    heard = hospital.ask(
        MOVE, CommandField.C_MOVE_RQ, asking("SERIES", SeriesInstanceUID="1.2.3.3.1"), move_destination="WORKSTATION"
    )
    assert (heard[-1].command.status, heard[-1].command.completed) == (status.SUCCESS, 2)
    (receiver,) = hospital.moved
    assert receiver.kept == {image(3, number).SOPInstanceUID: written(image(3, number)) for number in (1, 2)}
    assert hospital.client.kept == {}


def test_a_move_to_an_unknown_title_moves_nothing(hospital):
    (heard,) = hospital.ask(MOVE, CommandField.C_MOVE_RQ, asking("STUDY", StudyInstanceUID="1.2.3.1"), move_destination="NOBODY")
    assert heard.command.status == status.MOVE_DESTINATION_UNKNOWN
    assert hospital.moved == []


def test_a_cancelled_get_stops_and_says_how_far_it_came(hospital):
    def cancel_at_the_first(heard: Heard) -> None:
        if heard.command.status == status.PENDING and heard.command.completed == 1:
            hospital.cancel()

    hospital.client.listener = cancel_at_the_first
    heard = hospital.ask(GET, CommandField.C_GET_RQ, asking("STUDY", StudyInstanceUID=["1.2.3.1", "1.2.3.2"]))
    final = heard[-1].command
    assert (final.status, final.remaining, final.completed, final.failed) == (status.CANCEL, 3, 1, 0)
    assert len(hospital.client.kept) == 1


def test_a_get_whose_stores_all_fail_says_which(hospital):
    hospital.client.answer = status.OUT_OF_RESOURCES
    heard = hospital.ask(GET, CommandField.C_GET_RQ, asking("STUDY", StudyInstanceUID="1.2.3.1"))
    assert (heard[-1].command.status, heard[-1].command.failed) == (status.OUT_OF_RESOURCES_SUB_OPERATIONS, 2)
    assert read(heard[-1].data).FailedSOPInstanceUIDList == ["1.2.3.1.1.1", "1.2.3.1.1.2"]


def test_the_same_instance_again_is_success_and_stays_one(hospital):
    dataset = image(1, 1)
    (answer,) = hospital.ask(CT, CommandField.C_STORE_RQ, written(dataset), affected_sop_instance_uid=dataset.SOPInstanceUID)
    assert answer.command.status == status.SUCCESS
    assert len(matches(hospital.ask(FIND, CommandField.C_FIND_RQ, asking("IMAGE", StudyInstanceUID="1.2.3.1")))) == 2


def test_a_command_that_names_another_instance_than_its_data_set_is_refused(hospital):
    (answer,) = hospital.ask(CT, CommandField.C_STORE_RQ, written(image(1, 1)), affected_sop_instance_uid="1.2.9")
    assert answer.command.status == status.DATA_SET_MISMATCH


def test_a_data_set_without_a_study_is_refused_with_what_it_lacks(hospital):
    dataset = image(1, 3)
    del dataset.StudyInstanceUID
    (answer,) = hospital.ask(CT, CommandField.C_STORE_RQ, written(dataset), affected_sop_instance_uid=dataset.SOPInstanceUID)
    assert answer.command.status == 0xC002
    assert answer.command.offending_elements == (0x0020000D,)
    assert decode(encode(answer.command)) == answer.command


def test_a_compressed_syntax_is_accepted_where_it_is_proposed_alone(hospital):
    request = AssociateRequest("A", "B", (ProposedContext(1, CT, (JPEG_LOSSLESS_FIRST_ORDER,)),), UserInformation(16384, "1.2"))
    accept = negotiate(request, hospital.roster, operations=OPERATIONS)
    assert (accept.contexts[0].result, accept.contexts[0].transfer_syntax) == (0, JPEG_LOSSLESS_FIRST_ORDER)

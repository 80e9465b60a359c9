"""Instances of a node over DICOMweb (WADO-RS, PS3.18 10.4.1.1.1): where they are asked for, and their files into an intake.

Questions of unique keys go in; each part of an answer is filed while the next one comes, as it was stored there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from isocenter.base.clock import Clock
from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import FILE_HEAD_BYTES_FIRST, FILE_META_BYTES_MAX
from isocenter.dataset import part10
from isocenter.dicomweb.multipart import MultipartReader, PartBegan, PartBytes, PartEnded, related
from isocenter.dicomweb.problems import Problem
from isocenter.jobs.questions import UNIQUE, At, Question
from isocenter.jobs.searching import Call, answers, text_of
from isocenter.jobs.web_searching import SERIES, STUDY
from isocenter.model.ports import Intake, Reception
from isocenter.model.records import Arrival, Node, StoreResult, Unreadable
from isocenter.services.roster import STORAGE_SYNTAXES

if TYPE_CHECKING:
    from isocenter.net.http_client import WebAnswer

ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def addresses(call: Call, questions: Iterable[Question]) -> Iterator[str]:
    """Where the instances of these questions are. Raises what `answers` does where their study has to be looked for first."""
    for asked in questions:
        if asked.level is At.PATIENT:
            studies = replace(asked, level=At.STUDY, keys={**asked.keys, STUDY: ""})
            yield from (_address(call, [text_of(one, STUDY)]) for one in answers(call, studies))
            continue
        above = [tag for tag in (STUDY, SERIES) if tag in asked.unique_keys[:-1]]
        for uid in asked.keys[UNIQUE[asked.level]].split("\\"):
            keys = {tag: asked.keys.get(tag, "") for tag in above}
            if not all(keys.values()):
                wanted = replace(asked, keys={**keys, UNIQUE[asked.level]: uid})
                found = next(answers(call, wanted, 1), None)
                if found is None:
                    continue
                keys = {tag: text_of(found, tag) for tag in above}
            yield _address(call, [*keys.values(), uid])


def _address(call: Call, uids: Sequence[str]) -> str:
    steps = zip(("studies", "series", "instances"), uids, strict=False)
    return call.service.at("".join(f"/{name}/{quote(uid, safe='')}" for name, uid in steps))


class Filing:
    """The parts of one answer on their way into an intake. One thread; left early, no trace stays of a part that is not whole."""

    def __init__(self, intake: Intake, clock: Clock, node: Node) -> None:
        self._intake = intake
        self._clock = clock
        self._node = node
        self._part: _Part | None = None

    def results(self, answer: WebAnswer) -> Iterator[tuple[str, int, StoreResult]]:
        """What became of each instance: its UID, how many bytes it has, and the result of storing it.

        Raises LinkLost where the answer ends early, LocalError where it is none.
        """
        try:
            _, boundary = related(answer.content_type)
            reader = MultipartReader(boundary)
            for run in answer.runs():
                for event in reader.feed(run):
                    match event:
                        case PartBegan():
                            self._part = _Part(self._intake, self._clock, self._node)
                        case PartBytes(view) if self._part is not None:
                            self._part.write(view)
                        case PartEnded() if self._part is not None:
                            part, self._part = self._part, None
                            result = part.finish()
                            yield part.uid, part.byte_count, result
            reader.close()
        except Problem as problem:
            raise LocalError(f"{self._node.name} answers with what cannot be read: {problem.detail}") from problem
        finally:
            if self._part is not None:
                self._part.abandon()


class _Part:
    """One DICOM file: its head is read as soon as it is whole, the rest passes through."""

    def __init__(self, intake: Intake, clock: Clock, node: Node) -> None:
        self.uid = ""
        self.byte_count = 0
        self._intake = intake
        self._clock = clock
        self._node = node
        self._head = bytearray()
        self._look_at = FILE_HEAD_BYTES_FIRST
        self._reception: Reception | None = None
        self._refused: Unreadable | None = None

    def write(self, view: memoryview) -> None:
        self.byte_count += len(view)
        if self._refused is not None:
            return
        if self._reception is not None:
            self._reception.write(view)
            return
        self._head += view
        if len(self._head) >= self._look_at:
            self._look_at = 2 * len(self._head)
            self._begin(is_all=False)

    def finish(self) -> StoreResult:
        if self._reception is None and self._refused is None:
            self._begin(is_all=True)
        if self._refused is not None:
            return self._refused
        assert self._reception is not None, "what was not refused was begun"
        reception, self._reception = self._reception, None
        return reception.finish()

    def abandon(self) -> None:
        if self._reception is not None:
            self._reception.abandon()

    def _begin(self, *, is_all: bool) -> None:
        try:
            header = part10.read_header(self._head)
        except UnreadableDataset as error:
            if is_all or len(self._head) > 2 * FILE_META_BYTES_MAX:
                self._refused = Unreadable(str(error))
            return
        class_uid = header.text(part10.MEDIA_STORAGE_SOP_CLASS_UID)
        self.uid = header.text(part10.MEDIA_STORAGE_SOP_INSTANCE_UID)
        if not class_uid or not self.uid:
            self._refused = Unreadable("its file does not say which class and instance it is (0002,0002) and (0002,0003)")
        elif header.transfer_syntax not in STORAGE_SYNTAXES:
            self._refused = Unreadable(f"its transfer syntax {header.transfer_syntax!r} is none that is stored here")
        else:
            arrival = Arrival(
                class_uid,
                self.uid,
                header.transfer_syntax,
                self._clock.now(),
                calling_ae_title=self._node.ae_title,
                address=self._node.host,
                source="wado",
            )
            self._reception = self._intake.begin(arrival)
            with memoryview(self._head) as head:
                self._reception.write(head[header.dataset_offset :])
            self._head = bytearray()

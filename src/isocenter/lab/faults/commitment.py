"""Storage commitment as a peer of the lab does it: what it commits to, and how it says so (PS3.4 J.3).

Comes in: the identifier of an N-ACTION. Goes out: the N-EVENT-REPORT, on the same association or on one of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocenter.dataset import identifier
from isocenter.dimse.commands import Command, CommandField
from isocenter.lab.faults.call import dial
from isocenter.lab.faults.habits import Habits
from isocenter.lab.faults.memory import Memory
from isocenter.standard.sop_class import STORAGE_COMMITMENT_PUSH, STORAGE_COMMITMENT_PUSH_INSTANCE
from isocenter.standard.status import NO_SUCH_SOP_INSTANCE
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire.pdu import RoleSelection

if TYPE_CHECKING:
    from isocenter.dataset.identifier import Value

_ALL_COMMITTED, _SOME_FAILED = 1, 2


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a request: instances as (class, instance), failures with their reason (PS3.3 C.14.1.1)."""

    transaction_uid: str
    committed: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str, int], ...]

    @property
    def event_type_id(self) -> int:
        return _SOME_FAILED if self.failed else _ALL_COMMITTED

    def identifier(self, transfer_syntax: str) -> bytes:
        """The event information (PS3.4 J.3.3.1)."""
        words: dict[str, Value] = {"TransactionUID": self.transaction_uid}
        if self.committed:
            words["ReferencedSOPSequence"] = [
                {"ReferencedSOPClassUID": uid, "ReferencedSOPInstanceUID": instance} for uid, instance in self.committed
            ]
        if self.failed:
            words["FailedSOPSequence"] = [
                {"ReferencedSOPClassUID": uid, "ReferencedSOPInstanceUID": instance, "FailureReason": str(reason)}
                for uid, instance, reason in self.failed
            ]
        return identifier.encode(words, transfer_syntax)


def judge(data: bytes, transfer_syntax: str, memory: Memory, failure: int) -> Report:
    """Commit to what is kept; to nothing where `failure` names a reason. Raises `UnreadableDataset`."""
    asked = identifier.decode(data, transfer_syntax)
    committed, failed = [], []
    for item in asked.get("ReferencedSOPSequence", []):
        uid, instance = str(item.get("ReferencedSOPClassUID", "")), str(item.get("ReferencedSOPInstanceUID", ""))
        if failure or memory.by_uid(instance) is None:
            failed.append((uid, instance, failure or NO_SUCH_SOP_INSTANCE))
        else:
            committed.append((uid, instance))
    return Report(str(asked.get("TransactionUID", "")), tuple(committed), tuple(failed))


def event(report: Report, message_id: int) -> Command:
    """The N-EVENT-REPORT request of a report."""
    return Command(
        field=CommandField.N_EVENT_REPORT_RQ,
        message_id=message_id,
        affected_sop_class_uid=STORAGE_COMMITMENT_PUSH,
        affected_sop_instance_uid=STORAGE_COMMITMENT_PUSH_INSTANCE,
        event_type_id=report.event_type_id,
        has_data_set=True,
    )


async def report_by_call(report: Report, place: tuple[str, int], called: str, habits: Habits) -> None:
    """Call back and report, with the roles reversed (PS3.4 J.3.3). Raises `Ended` where nobody takes it."""
    roles = (RoleSelection(STORAGE_COMMITMENT_PUSH, scu=False, scp=True),)
    classes = [(STORAGE_COMMITMENT_PUSH, EXPLICIT_VR_LITTLE_ENDIAN)]
    outgoing = await dial(place, (habits.title, called), classes, habits, roles)
    context = outgoing.context_of(STORAGE_COMMITMENT_PUSH)
    try:
        if context is not None:
            await outgoing.ask(context, event(report, 1), report.identifier(outgoing.contexts[context][1]))
    finally:
        await outgoing.release()

"""What the log says of the listener: one line an association, each warning with what to do about it.

Implements the Witness port, and tells the ledger as well. Titles and addresses go into the log, a patient's name never does. Any
thread; nothing here waits.
"""

from __future__ import annotations

import logging
import shlex
from collections.abc import Mapping

from isocenter.daemon.association_ledger import AssociationLedger
from isocenter.dimse.commands import CommandField
from isocenter.model.records import AssociationOutcome, AssociationSummary
from isocenter.standard import sop_class, status
from isocenter.wire.pdu import AssociateRequest

_log = logging.getLogger("isocenter.association")

_DONE = (
    ("echo", "echoed"),
    ("find", "searched"),
    ("move", "asked to move"),
    ("get", "asked to get"),
    (f"{CommandField.N_EVENT_REPORT_RQ:04X}", "reported on storage commitment"),
)
"""Operations as they are counted, in words."""


class LogWitness:
    """Tells the log, and the ledger."""

    def __init__(self, ledger: AssociationLedger) -> None:
        self.ledger = ledger

    def association_opened(self, summary: AssociationSummary) -> None:
        self.ledger.opened(summary)
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s %s opened: %s", summary.token, who(summary), _contexts(summary))

    def association_ended(self, summary: AssociationSummary) -> None:
        self.ledger.ended(summary)
        failed = sum(summary.failures.values())
        ended_well = summary.outcome is AssociationOutcome.RELEASED
        line = f"{who(summary)} {deeds(summary)}"
        if failed:
            line += f"; {failed} failed: {summary.last_failure}" if summary.last_failure else f"; {failed} failed"
        if not ended_well:
            line += f"; {_ENDINGS[summary.outcome]}" + (f" ({summary.reason})" if summary.reason else "")
        if summary.note:
            line += f". {summary.note}"
        _log.log(logging.INFO if ended_well and not failed else logging.WARNING, "%s", line)

    def caller_rejected(self, request: AssociateRequest, address: str, why: str) -> None:
        self.ledger.turned_away(request, address, why)
        title = request.calling_ae_title
        _log.warning(
            "Turned away %s (%s), who called %s: %s If it belongs here:  isocenter node add %s --aet %s --host %s --port PORT",
            title, address, request.called_ae_title, why, shlex.quote(title or "NAME"), shlex.quote(title), address,
        )  # fmt: skip

    def stranger_left(self, address: str, why: str) -> None:
        self.ledger.left(address, why)
        _log.warning("%s connected, but made no association: %s", address, why)

    def request_served(self, summary: AssociationSummary, operation: str, status_code: int, seconds: float) -> None:
        self.ledger.served()
        if _log.isEnabledFor(logging.DEBUG):
            words = status.describe(status_code, operation)
            _log.debug("%s %s: %s took %.1f ms: %s", summary.token, who(summary), operation, seconds * 1000, words)


_ENDINGS = {
    AssociationOutcome.OPEN: "it was cut off here",
    AssociationOutcome.RELEASED: "it was released",
    AssociationOutcome.ABORTED: "it was aborted",
    AssociationOutcome.LOST: "the connection was lost",
    AssociationOutcome.REJECTED: "it was turned away",
    AssociationOutcome.NONE: "no association was asked for",
}


def who(summary: AssociationSummary) -> str:
    """`CT-ROOM-2 (10.0.0.7)`: the node's name where we know it, else its title."""
    return f"{summary.node or summary.calling_ae_title or 'a caller without a title'} ({summary.address})"


def deeds(summary: AssociationSummary) -> str:
    """What an association did, in words: `stored 120 CT images, 63 MB in 0.4 s`."""
    done = []
    if summary.instances:
        done.append(f"stored {objects(summary.instances)}, {_bytes(summary.bytes_in)}")
    elif summary.requests.get("store"):
        done.append("tried to store")
    for operation, words in _DONE:
        if times := summary.requests.get(operation, 0):
            done.append(words if times == 1 else f"{words} {times} times")
    if summary.sent:
        sent = f"{summary.sent} object{'s'[: summary.sent != 1]}"
        # What a C-MOVE sends goes out on associations of its own: the bytes of this one say nothing about it.
        is_measured = summary.requests.get("get") and not summary.requests.get("move")
        done.append(f"was sent {sent}, {_bytes(summary.bytes_out)}" if is_measured else f"had {sent} sent")
    seconds = (summary.ended - summary.opened).total_seconds() if summary.ended else 0.0
    return f"{_joined(done) or 'came and asked for nothing'} in {_lasted(seconds)}"


def objects(instances: Mapping[str, int]) -> str:
    """`120 CT images and 1 Basic Text SR`: instances by SOP class UID in words."""
    parts = []
    for uid, count in sorted(instances.items(), key=lambda pair: -pair[1]):
        name = sop_class.name_of(uid).partition(" - ")[0].removesuffix(" Storage")
        if name.endswith(" Image"):
            name = name.removesuffix(" Image") + (" image" if count == 1 else " images")
        parts.append(f"{count} {name}")
    return _joined(parts)


def _joined(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _lasted(seconds: float) -> str:
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _bytes(count: int) -> str:
    value, unit = float(count), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"


def _contexts(summary: AssociationSummary) -> str:
    return "; ".join(
        f"{identifier} {sop_class.name_of(abstract)} "
        + (f"in {transfer_syntax}" if transfer_syntax else "refused")
        for identifier, abstract, transfer_syntax in summary.contexts
    )  # fmt: skip

"""Files into the archive of an instance: straight into its intake where nobody has it open, else by C-STORE to it.

Files go in, an `Imported` for each comes out. Either way the rules of the archive hold; one bad file never ends the rest.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from isocenter.archive.archive import Archive
from isocenter.base.clock import SystemClock
from isocenter.base.errors import LocalError, Refused, UsageError
from isocenter.base.limits import RECEIVE_ROOM_BYTES
from isocenter.daemon import instances
from isocenter.daemon.instances import Place, Running
from isocenter.daemon.looking import Found
from isocenter.daemon.sending import Consignment
from isocenter.jobs.searching import Call
from isocenter.model.imports import REFUSED, SET_ASIDE, STORED, TAKEN, THERE_ALREADY, Imported
from isocenter.model.ports import Intake
from isocenter.model.records import Arrival, Conflict, Duplicate, Full, Mismatch, Node, Stored, StoreResult, Unreadable


def take(place: Place, files: Sequence[Found]) -> Iterator[Imported]:
    """Import them all. Raises LinkLost or Refused where a running instance cannot be reached, UsageError as `Archive` does."""
    if running := instances.running(place):
        yield from _through(running, files)
        return
    with Archive(place.folder) as archive:
        for found in files:
            yield into(archive, found)


def into(intake: Intake, found: Found) -> Imported:
    """Store one of them; blocks until it is durable, or says why it is not. Any thread."""
    arrival = Arrival(found.sop_class_uid, found.sop_instance_uid, found.transfer_syntax, SystemClock().now(), source="import")
    reception = None
    try:
        with found.open() as blob:
            reception = intake.begin(arrival)
            offset, end = blob.dataset_offset, blob.dataset_offset + blob.byte_count
            while offset < end:
                piece = blob.read(offset, min(RECEIVE_ROOM_BYTES, end - offset))
                if not piece:
                    raise OSError(0, f"the file ends at byte {offset}")
                reception.write(piece)
                offset += len(piece)
        result, reception = reception.finish(), None
    except OSError as error:
        return Imported(found.path, REFUSED, f"it cannot be read: {error.strerror or error}", found.sop_instance_uid)
    finally:
        if reception is not None:
            reception.abandon()
    word, why = _words(result)
    study = result.instance.study_instance_uid if isinstance(result, Stored) else ""
    return Imported(found.path, word, why, found.sop_instance_uid, study)


def _words(result: StoreResult) -> tuple[str, str]:
    match result:
        case Stored():
            return STORED, ""
        case Duplicate():
            return THERE_ALREADY, ""
        case Conflict(differences=differences):
            return SET_ASIDE, "; ".join(_difference(*one) for one in differences)
        case Full(reason=reason) | Unreadable(reason=reason) | Mismatch(reason=reason):
            return REFUSED, reason


def _difference(what: str, kept: str, came: str) -> str:
    if what == "checksum":
        return "another data set has the same SOP Instance UID"
    return f"{what} is {kept!r} in the archive and {came!r} here"


def _through(running: Running, files: Sequence[Found]) -> Iterator[Imported]:
    node = Node(name=running.name, ae_title=running.aet, host=running.address, port=running.port)
    try:
        outcomes = Consignment(Call(node, running.aet), files).deliver(1)
    except (Refused, LocalError) as error:
        raise UsageError(
            f"The running archive does not take images from this computer: {error} Stop it for the import, or enter this computer "
            f"in its list:  isocenter node add import --aet {shlex.quote(running.aet)} --host {running.address} --port PORT"
        ) from error
    for outcome in outcomes:
        word = TAKEN if outcome.is_kept else REFUSED
        yield Imported(outcome.found.path, word, outcome.why, outcome.found.sop_instance_uid)

"""`isocenter send`: files, folders and zips to a node, with a ledger of what became of each instance."""

from __future__ import annotations

import hashlib
import json as json_format
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from isocenter.base.errors import UsageError
from isocenter.base.limits import RETRIEVE_ASSOCIATIONS_MAX
from isocenter.cli.exits import Exit
from isocenter.cli.options import Aet, Data, Json, Name, NodeArgument
from isocenter.cli.terminal import Progress, human_bytes, note, plural, say, tell_json
from isocenter.daemon import calling, instances

if TYPE_CHECKING:
    from isocenter.daemon.looking import Found, Left
    from isocenter.daemon.sending import Outcome
    from isocenter.jobs.searching import Call


def send(
    node: NodeArgument,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, folders or zip archives.")],
    associations: Annotated[
        int, typer.Option("--associations", "-a", min=1, max=RETRIEVE_ASSOCIATIONS_MAX * 4, help="How many at once.")
    ] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Leave out what the ledger says this node already has.")] = False,
    ledger: Annotated[Path | None, typer.Option("--ledger", help="Where to note each instance's status.")] = None,
    aet: Aet = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """C-STORE: send instances to a node."""
    from isocenter.daemon.sending import Consignment

    call = calling.resolve(node, aet, name, data)
    found, left = gather(paths, json)
    faults = [one for one in left if one.is_fault]
    if not found:
        raise UsageError("There is no DICOM file to send." + (f" {faults[0].path}: {faults[0].why}." if faults else ""))
    with Ledger(ledger or _ledger_of(call, instances.place(name, data))) as book:
        known = book.kept() if resume else set()
        waiting = [one for one in found if one.sop_instance_uid not in known]
        report = Report(json, book, skipped=len(found) - len(waiting))
        began = perf_counter()
        if waiting:
            with Progress("sending", len(waiting)) as progress:
                for outcome in Consignment(call, waiting).deliver(associations):
                    report.take(outcome)
                    progress.step()
        report.tell(call.node.name, faults, perf_counter() - began)
    raise typer.Exit(report.exit(faults))


def gather(paths: list[Path], json: bool) -> tuple[list[Found], list[Left]]:
    """Everything below the paths; what is left out is said: faults one by one, the rest in sum."""
    from isocenter.daemon import files, looking

    found: list[Found] = []
    left: list[Left] = []
    with Progress("looking", None) as progress:
        for one in files.walk(paths):
            progress.step()
            if isinstance(one, looking.Found):
                found.append(one)
            else:
                left.append(one)
                if one.is_fault and not json:
                    note(f"Left out: {one.path}: {one.why}.")
    others = sum(not one.is_fault for one in left)
    if others and not json:
        note(f"{plural(others, 'other file')} left out: no DICOM instances.")
    return found, left


class Ledger:
    """One JSON object a line: instance, file, status. Written as it happens, so that it is true after any end."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError where the file cannot be written."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="ascii", buffering=1)
        except OSError as error:
            raise UsageError(f"The ledger {path} cannot be written: {error.strerror}. Choose another with --ledger.") from error

    def kept(self) -> set[str]:
        """The SOP Instance UIDs that were accepted before; a damaged line counts for nothing."""
        kept = set()
        with self.path.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                try:
                    words = json_format.loads(line)
                    if words["kept"]:
                        kept.add(str(words["sop_instance_uid"]))
                except (ValueError, KeyError, TypeError):
                    continue
        return kept

    def note(self, words: dict[str, Any]) -> None:
        # ASCII, because a file's name need not be text.
        self._file.write(json_format.dumps(words) + "\n")

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class Report:
    """What is said of a sending while it goes on, and at its end."""

    def __init__(self, json: bool, ledger: Ledger, *, skipped: int) -> None:
        self._json = json
        self._ledger = ledger
        self._skipped = skipped
        self.kept = self.failed = self.byte_count = 0

    def take(self, outcome: Outcome) -> None:
        words = {
            "sop_instance_uid": outcome.found.sop_instance_uid,
            "file": outcome.found.path,
            "status": None if outcome.status is None else f"{outcome.status:04X}",
            "kept": outcome.is_kept,
            "why": outcome.why,
        }
        self._ledger.note(words)
        if outcome.is_kept:
            self.kept += 1
            self.byte_count += outcome.byte_count
        else:
            self.failed += 1
        if self._json:
            tell_json(words)
        elif outcome.why:
            note(f"{'Mind' if outcome.is_kept else 'Failed'}: {outcome.found.path}: {outcome.why}")

    def tell(self, node: str, faults: list[Left], seconds: float) -> None:
        if self._json:
            tell_json(
                {
                    "kept": self.kept,
                    "failed": self.failed,
                    "left_out": len(faults),
                    "already_there": self._skipped,
                    "bytes": self.byte_count,
                    "seconds": round(seconds, 3),
                    "ledger": str(self._ledger.path),
                }
            )
            return
        if self.kept or self.failed:
            rate = f", {self.kept / seconds:,.0f} a second" if seconds > 0 and self.kept > 1 else ""
            size = human_bytes(self.byte_count)
            whole = plural(self.kept + self.failed, "instance")
            say(f"{node} has {self.kept} of {whole}, {size} in {seconds:.1f} s{rate}.")
        if self._skipped:
            say(f"{plural(self._skipped, 'instance')} had been sent before, says the ledger {self._ledger.path}")
        if self.failed:
            say(f"{self.failed} failed. Try them again with --resume; the ledger is {self._ledger.path}")

    def exit(self, faults: list[Left]) -> Exit:
        if not self.failed and not faults:
            return Exit.DONE
        return Exit.PARTLY if self.kept or self._skipped else Exit.FAILED


def _ledger_of(call: Call, place: instances.Place) -> Path:
    """One ledger a destination; its name says nothing, so that no title becomes a path."""
    whom = f"{call.node.ae_title}@{call.node.host}:{call.node.port}"
    return place.folder / "ledgers" / f"{hashlib.sha256(whom.encode()).hexdigest()[:16]}.jsonl"

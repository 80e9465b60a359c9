"""The network floor alone: C-ECHO with its association, and instances received into nothing and sent from a file.

`python bench/bench_net.py [--seconds N]`. Nothing is stored and nothing is indexed, so these are the bounds that the archive has
to stay under. Where DCMTK is installed its `storescu` sends to the same receiver, with TCP_NODELAY and as shipped.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom.uid import ExplicitVRLittleEndian

from isocenter.base.clock import SystemClock
from isocenter.base.ids import new_uid
from isocenter.dimse.commands import Command
from isocenter.dimse.exchange import Reply, Request, Service
from isocenter.model.records import Admitted, AssociationSummary, Node
from isocenter.net import client
from isocenter.net.forward import Forwarder
from isocenter.net.listener import Listener
from isocenter.net.outgoing import Sendable, propose
from isocenter.net.pump import House
from isocenter.net.requestor import Proposal, open_association
from isocenter.standard.sop_class import CT_IMAGE, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN

TITLE = "BENCH"


def answered(request: Request) -> Reply:
    command = request.command
    return Reply(
        Command(
            field=command.field | 0x8000,
            message_id_being_responded_to=command.message_id,
            affected_sop_class_uid=command.affected_sop_class_uid,
            affected_sop_instance_uid=command.affected_sop_instance_uid,
            status=0,
        )
    )


class Nothing:
    """A store that keeps nothing."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self.byte_count = 0

    def write(self, view: memoryview) -> None:
        self.byte_count += len(view)

    def finish(self) -> Reply:
        return answered(self._request)

    def abandon(self) -> None:
        pass


class NullTable:
    """Echo and storage, into nothing."""

    def transfer_syntaxes(self, abstract_syntax: str) -> tuple[str, ...]:
        return (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)

    def operation(self, abstract_syntax: str) -> str:
        return "echo" if abstract_syntax == VERIFICATION else "store"

    def may_be_scu(self, abstract_syntax: str) -> bool:
        return False

    def extended_answers(self, request: object) -> tuple[()]:
        return ()

    def serve(self, request: Request) -> Service:
        yield answered(request)

    def receive(self, request: Request) -> Nothing:
        return Nothing(request)


class Silent:
    """A doorkeeper and a witness that do as little as possible."""

    def admit(self, request: object, address: str) -> Admitted:
        return Admitted(frozenset({"echo", "store"}))

    def association_opened(self, summary: AssociationSummary) -> None: ...

    def association_ended(self, summary: AssociationSummary) -> None: ...

    def caller_rejected(self, request: object, address: str, why: str) -> None: ...

    def stranger_left(self, address: str, why: str) -> None: ...

    def request_served(self, summary: AssociationSummary, operation: str, status: int, seconds: float) -> None: ...


class OpenFile:
    """A Part 10 file of a folder."""

    def __init__(self, number: int, offset: int) -> None:
        self._number = number
        self.dataset_offset = offset
        self.byte_count = os.fstat(number).st_size - offset

    def fileno(self) -> int:
        return self._number

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self._number, length, offset)


@contextmanager
def opened(path: Path, offset: int) -> Iterator[OpenFile]:
    with path.open("rb") as file:
        yield OpenFile(file.fileno(), offset)


def generate(folder: Path, count: int, side: int) -> list[Sendable]:
    """CT images with `side` x `side` pixels as files."""
    sendables = []
    for number in range(count):
        dataset = pydicom.Dataset()
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CT_IMAGE
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = new_uid()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.PatientID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "BENCH", "1.2.3", "1.2.3.4"
        dataset.Rows = dataset.Columns = side
        dataset.BitsAllocated, dataset.SamplesPerPixel = 16, 1
        dataset.PixelData = os.urandom(side * side * 2)
        path = folder / f"{number:05d}.dcm"
        pydicom.dcmwrite(path, dataset, enforce_file_format=True)
        start = path.read_bytes()[:144]
        offset = 144 + int.from_bytes(start[140:144], "little")
        uid = str(dataset.SOPInstanceUID)
        sendables.append(Sendable(CT_IMAGE, uid, EXPLICIT_VR_LITTLE_ENDIAN, lambda path=path, offset=offset: opened(path, offset)))
    return sendables


def echo_milliseconds(node: Node, turns: int) -> list[float]:
    taken = []
    for _ in range(turns):
        began = time.perf_counter()
        with open_association(node, Proposal(client.query_contexts(VERIFICATION)), calling_ae_title=TITLE) as requestor:
            assert client.echo(requestor).status == 0
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def send_all(node: Node, sendables: list[Sendable]) -> float:
    """Seconds to send them on one association, which is opened and released in that time."""
    began = time.perf_counter()
    contexts = propose([(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)])
    with open_association(node, Proposal(contexts), calling_ae_title=TITLE) as requestor:
        for sent in client.store(requestor, sendables):
            assert sent.status == 0, sent.reason
    return time.perf_counter() - began


def storescu(port: int, folder: Path, *, tuned: bool) -> float:
    environment = dict(os.environ, **({"TCP_NODELAY": "1"} if tuned else {}))
    environment.pop("TCP_NODELAY", None) if not tuned else None
    began = time.perf_counter()
    subprocess.run(
        ["storescu", "-aet", TITLE, "-xe", "+sd", "127.0.0.1", str(port), str(folder)], check=True, env=environment, timeout=300
    )
    return time.perf_counter() - began


def row(name: str, seconds: list[float], count: int, byte_count: int) -> None:
    middle = statistics.median(seconds)
    print(f"{name:44s} {count / middle:9.0f} /s {byte_count / middle / 1e6:9.0f} MB/s   ({len(seconds)} turns)")


def receiver() -> tuple[Listener, Node]:
    silent = Silent()
    listener = Listener(
        House(silent, NullTable(), silent, SystemClock(), Forwarder(None, None, ae_title=TITLE)),  # type: ignore[arg-type]
        address="127.0.0.1",
    )
    listener.start()
    return listener, Node("bench", TITLE, "127.0.0.1", listener.port)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--listen", action="store_true", help="only receive, until interrupted; for measuring from outside")
    arguments = parser.parse_args()
    listener, node = receiver()
    if arguments.listen:
        print(listener.port, flush=True)
        threading.Event().wait()
    taken = echo_milliseconds(node, 200)
    print(f"C-ECHO with its association, both ends here: median {statistics.median(taken):.2f} ms, "
          f"99 % under {sorted(taken)[int(len(taken) * 0.99)]:.2f} ms")  # fmt: skip
    # The receiver in a process of its own, as in life: two ends in one would share one interpreter lock.
    with subprocess.Popen(
        [shutil.which("python3") and os.sys.executable, __file__, "--listen"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            far = Node("bench", TITLE, "127.0.0.1", port)
            taken = echo_milliseconds(far, 200)
            print(f"C-ECHO with its association, another process: median {statistics.median(taken):.2f} ms")
            for side in (512, 68):
                with tempfile.TemporaryDirectory() as name:
                    folder = Path(name)
                    sendables = generate(folder, arguments.count, side)
                    byte_count = sum(path.stat().st_size for path in folder.iterdir())
                    runs: dict[str, list[float]] = {}
                    for _ in range(arguments.turns):
                        runs.setdefault("our client", []).append(send_all(far, sendables))
                        if shutil.which("storescu"):
                            runs.setdefault("storescu, TCP_NODELAY=1", []).append(storescu(port, folder, tuned=True))
                            runs.setdefault("storescu as shipped", []).append(storescu(port, folder, tuned=False))
                    for sender, seconds in runs.items():
                        row(
                            f"{byte_count // len(sendables) // 1000} KB to a null receiver, {sender}",
                            seconds,
                            len(sendables),
                            byte_count,
                        )
        finally:
            process.kill()
    listener.stop(0.0)


if __name__ == "__main__":
    main()

"""Real products, each set wrong in one way: Orthanc, dcmqrscp, storescp, wlmscpfs and pynetdicom.

Those that can be asked by several rows are started once. Every process is ended by its own id.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.doctor.zoo.examination import SHORT, Target
from tests.doctor.zoo.loopback import a_port
from tests.doctor.zoo.table import Row
from tests.peers.processes import Orthanc, Receiver, Server, found, is_listening

from isocenter.base.clock import SystemClock
from isocenter.model.checkup import Layer
from isocenter.net.client import query_contexts
from isocenter.net.return_listener import ReturnListener
from isocenter.standard.sop_class import VERIFICATION
from isocenter.wire.pdu import AssociateRequest, UserInformation
from isocenter.wire.pdu_codec import encode

_RETRIEVING = (Layer.MOVE, Layer.GET, Layer.COMPARE, Layer.COMMITMENT, Layer.CLEAN_UP)
_NOWHERE = 1
_ATTEMPTS = 3
"""How often Orthanc is started: somebody else may take its port before it does."""

_OPEN = {"DicomAlwaysAllowFind": True, "DicomAlwaysAllowMove": True, "DicomAlwaysAllowGet": True}
_CLOSED = dict.fromkeys((f"DicomAlwaysAllow{verb}" for verb in ("Echo", "Store", "Find", "Move", "Get")), False)
_ORTHANC: dict[str, dict[str, Any]] = {
    "plain": {"DicomAlwaysAllowFind": False, "DicomAlwaysAllowMove": False, "DicomAlwaysAllowGet": False,
              "UnknownSopClassAccepted": False},
    "strict": {"DicomCheckCalledAet": True, "StrictAetComparison": True, **_CLOSED,
               "DicomModalities": {"us": ["ISOCENTER", "127.0.0.1", 11112]}},
    "host": {"DicomCheckModalityHost": True, **_CLOSED, "DicomModalities": {"us": ["ISOCENTER", "192.0.2.7", 11112]}},
    "open": _OPEN,
    "wrong-port": {**_OPEN, "DicomModalities": {"us": ["ISOCENTER", "127.0.0.1", _NOWHERE]}},
    "jpeg-only": {**_OPEN, "AcceptedTransferSyntaxes": ["1.2.840.10008.1.2.4.50"]},
}  # fmt: skip


class Products:
    """Started when the first row needs them, and shared."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._ports: dict[str, int] = {}
        self._servers: list[Server] = []

    @contextlib.contextmanager
    def made(self, kind: str, what: str, row: Row) -> Iterator[Target]:
        """The target of a row."""
        target = Target(our_port=a_port())
        if row.layer in _RETRIEVING:
            target.return_path = ReturnListener(target.our_port, SystemClock(), address="127.0.0.1")
        with contextlib.ExitStack() as stack:
            if kind == "orthanc":
                target.port = self._shared(f"orthanc-{what}", lambda folder: self._orthanc(folder, what))
            elif kind == "dcmqrscp":
                target.port = stack.enter_context(self._dcmqrscp(what, target))
            elif kind == "storescp":
                target.patience = SHORT if what in ("blocked", "blank") else target.patience
                target.port = stack.enter_context(self._storescp(what))
            elif kind == "qrscp":
                target.port = stack.enter_context(self._qrscp(what))
            elif kind == "wlmscpfs":
                target.port = self._shared("wlmscpfs", self._wlmscpfs)
            else:
                target.port = stack.enter_context(pynetdicom_peer(what))
            yield target

    def _shared(self, name: str, start: Callable[[Path], int]) -> int:
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._ports:
                self._ports[name] = start(self._made_folder(name))
            return self._ports[name]

    def _made_folder(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        return folder

    def _keep(self, server: Server) -> None:
        with self._lock:
            self._servers.append(server)

    def _orthanc(self, folder: Path, what: str) -> int:
        for attempt in range(_ATTEMPTS):
            try:
                orthanc = Orthanc.start(folder / str(attempt), **_ORTHANC[what])
                break
            except AssertionError:
                if attempt == _ATTEMPTS - 1:
                    raise
        self._keep(orthanc.server)
        return orthanc.port

    def _wlmscpfs(self, folder: Path) -> int:
        """A worklist with one folder, which is its title."""
        program = found("wlmscpfs")
        (folder / "WORKLIST").mkdir()
        (folder / "WORKLIST" / "lockfile").touch()
        port = a_port()
        server = Server([program, "-dfp", str(folder), str(port)], folder / "wlmscpfs.log")
        self._keep(server)
        server.wait_until(lambda: is_listening(port))
        return port

    @contextlib.contextmanager
    def _qrscp(self, what: str) -> Iterator[int]:
        """pynetdicom's own archive, which knows nobody, or us at a port where nobody listens."""
        folder, port = self._made_folder(f"qrscp-{what}-{a_port()}"), a_port()
        known = f"[ISOCENTER]\naddress: 127.0.0.1\nport: {_NOWHERE}\n" if what == "wrong-port" else ""
        (folder / "qrscp.ini").write_text(
            f"[DEFAULT]\nae_title: QRSCP\nport: {port}\nmax_pdu: 16382\nacse_timeout: 10\ndimse_timeout: 10\n"
            f"network_timeout: 10\nbind_address: 127.0.0.1\ninstance_location: {folder}\n"
            f"database_location: {folder / 'instances.sqlite'}\n{known}"
        )
        command = [sys.executable, "-m", "pynetdicom", "qrscp", "-c", str(folder / "qrscp.ini")]
        server = Server(command, folder / "qrscp.log")
        try:
            server.wait_until(lambda: is_listening(port))
            yield port
        finally:
            server.end()

    @contextlib.contextmanager
    def _storescp(self, what: str) -> Iterator[int]:
        folder = self._folder / f"storescp-{what}"
        options = {"implicit": ["+xi"]}.get(what, [])
        with contextlib.ExitStack() as stack:
            if what == "disk-full":
                options = ["-od", str(stack.enter_context(small_disk(self._made_folder("small-disk"))))]
            receiver = Receiver.start(folder, *options)
            stack.callback(receiver.server.end)
            if what == "blocked":
                stack.enter_context(socket.create_connection(("127.0.0.1", receiver.port)))
            yield receiver.port

    @contextlib.contextmanager
    def _dcmqrscp(self, what: str, target: Target) -> Iterator[int]:
        program = found("dcmqrscp")
        folder = self._made_folder(f"dcmqrscp-{what}-{target.our_port}")
        (folder / "storage").mkdir()
        port = a_port()
        hosts = {
            "strangers": "friend = (MODALITY, 127.0.0.1, 104)",
            "other-host": "friend = (ISOCENTER, 192.0.2.7, 104)",
            "wrong-port": f"us = (ISOCENTER, localhost, {_NOWHERE})",
            "right": f"us = (ISOCENTER, localhost, {target.our_port})",
        }.get(what, "")
        peers = "friend" if "friend" in hosts else "ANY"
        rights = "R" if what == "read-only" else "RW"
        (folder / "dcmqrscp.cfg").write_text(
            f"NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = {1 if what == 'full' else 16}\n"
            f"HostTable BEGIN\n{hosts}\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
            f"AETable BEGIN\nDCMQRSCP {folder / 'storage'} {rights} (200, 1024mb) {peers}\nAETable END\n"
        )
        server = Server([program, "-c", str(folder / "dcmqrscp.cfg")], folder / "dcmqrscp.log")
        with contextlib.ExitStack() as stack:
            stack.callback(server.end)
            server.wait_until(lambda: is_listening(port))
            if what == "full":
                stack.enter_context(held(port, "DCMQRSCP"))
            yield port

    def close(self) -> None:
        """End all, and ask all before waiting for the first."""
        for server in self._servers:
            server.process.terminate()
        for server in self._servers:
            server.end()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk with room for nothing that is worth keeping."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        why = mounted.stderr.decode(errors="replace").splitlines()[0]
        pytest.skip(f"a small disk cannot be mounted here: {why}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], capture_output=True, check=False)


@contextlib.contextmanager
def held(port: int, title: str) -> Iterator[None]:
    """An association that somebody holds and does nothing with."""
    request = AssociateRequest(title, "SOMEBODY", query_contexts(VERIFICATION), UserInformation(16384, "1.2.3"))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(encode(request))
        assert sock.recv(1) == b"\x02"
        yield


@contextlib.contextmanager
def pynetdicom_peer(what: str) -> Iterator[int]:
    """A server of pynetdicom's in threads of this process."""
    from pynetdicom import AE, evt
    from pynetdicom.sop_class import (
        CTImageStorage,
        StudyRootQueryRetrieveInformationModelFind,
        StudyRootQueryRetrieveInformationModelMove,
        Verification,
    )

    ae = AE("PYNETDICOM")
    for uid in (
        Verification,
        CTImageStorage,
        StudyRootQueryRetrieveInformationModelFind,
        StudyRootQueryRetrieveInformationModelMove,
    ):
        ae.add_supported_context(uid, ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
    ae.require_called_aet = what == "called"
    if what == "calling":
        ae.require_calling_aet = ["MODALITY"]
    ae.maximum_associations = 1 if what in ("full", "strays") else 10

    kept: list[Any] = []

    def find(event: Any) -> Iterator[Any]:
        if what == "raises":
            raise RuntimeError("the database is away")
        for one in kept:
            yield 0xFF00, _answer(event.identifier, one)

    def store(event: Any) -> int:
        kept.append(event.dataset)
        return 0x0000

    def move(event: Any) -> Iterator[Any]:
        yield None, None

    port = a_port()
    handlers = [(evt.EVT_C_FIND, find), (evt.EVT_C_STORE, store), (evt.EVT_C_MOVE, move)]
    server = ae.start_server(("127.0.0.1", port), block=False, evt_handlers=handlers)
    try:
        with contextlib.ExitStack() as stack:
            if what == "full":
                stack.enter_context(held(port, "PYNETDICOM"))
            elif what == "strays":
                stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                threading.Event().wait(0.2)
            yield port
    finally:
        server.shutdown()


def _answer(asked: Any, kept: Any) -> Any:
    """What was asked for, of a data set."""
    from pydicom.dataset import Dataset

    answer = Dataset()
    for element in asked:
        if element.keyword in kept:
            answer[element.tag] = kept[element.tag]
    answer.QueryRetrieveLevel = asked.QueryRetrieveLevel
    return answer

"""The archives that are compared, each started on a free port in a temporary folder and stopped with it.

`with running("orthanc") as peer:` waits until a C-ECHO is answered. Names are the keys of `PEERS`; `available` says why one is not.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from upper_layer import echo

START_SECONDS = 30.0
STOP_SECONDS = 15.0
ORTHANC_DICOMWEB = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"


@dataclass
class Peer:
    """A running archive: its title and port, the process, and the folder that goes with it."""

    name: str
    aet: str
    port: int
    http: int
    folder: Path
    process: subprocess.Popen[bytes]

    def last_words(self) -> str:
        """How its process ended, if it did, and the end of its log."""
        log = (self.folder / "log").read_text(errors="replace")
        return f"exit code {self.process.poll()}; {log[-1000:]}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _orthanc(folder: Path, port: int, http: int, tuned: bool) -> list[str]:
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "DicomAet": "ORTHANC",
        "DicomPort": port,
        "HttpPort": http,
        "Plugins": [],
        "DicomAlwaysAllowMove": True,
        "DicomModalities": {"bench": ["BENCH", "127.0.0.1", 1]},
    }
    if tuned:
        settings |= {"StorageCompression": False, "KeepAlive": True, "TcpNoDelay": True, "StorageAccessOnFind": "Never"}
        settings |= {"SaveJobs": False, "DicomScpTimeout": 60, "MaximumPduLength": 131072}
    (folder / "orthanc.json").write_text(json.dumps(settings))
    return [shutil.which("Orthanc") or "/usr/sbin/Orthanc", str(folder / "orthanc.json")]


def _orthanc_web(folder: Path, port: int, http: int, tuned: bool) -> list[str]:
    """Orthanc with its DICOMweb plugin, which answers metadata from whole data sets, as ours does."""
    command = _orthanc(folder, port, http, tuned)
    settings = json.loads((folder / "orthanc.json").read_text())
    settings |= {"Plugins": [ORTHANC_DICOMWEB], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"}}
    (folder / "orthanc.json").write_text(json.dumps(settings))
    return command


def _dcmqrscp(folder: Path, port: int, http: int, tuned: bool) -> list[str]:
    (folder / "storage").mkdir()
    (folder / "dcmqrscp.cfg").write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = {131072 if tuned else 16384}\nMaxAssociations = 16\n"
        "HostTable BEGIN\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\nDCMQRSCP {folder / 'storage'} RW (500, 100gb) ANY\nAETable END\n"
    )
    return ["dcmqrscp", "-c", str(folder / "dcmqrscp.cfg")]


def _storescp(folder: Path, port: int, http: int, tuned: bool) -> list[str]:
    (folder / "storage").mkdir()
    pdu = ["-pdu", "131072"] if tuned else []
    return ["storescp", "--fork", *pdu, "-aet", "STORESCP", "-od", str(folder / "storage"), str(port)]


def _pynetdicom(folder: Path, port: int, http: int, tuned: bool) -> list[str]:
    (folder / "storage").mkdir()
    return [sys.executable, str(Path(__file__).parent / "pynetdicom_storescp.py"), str(port), str(folder / "storage")]


def _isocenter(folder: Path, port: int, http: int, tuned: bool) -> list[str]:
    flags = ["--aet", "ISOCENTER", "--port", str(port), "--http", str(http), "--data", str(folder / "data")]
    return [sys.executable, "-m", "isocenter", "up", *flags]


@dataclass(frozen=True)
class Kind:
    """How one peer is started: its title, its command line, whether tuned (TCP_NODELAY=1 and what its makers advise)."""

    aet: str
    command: Callable[[Path, int, int, bool], list[str]]
    tuned: bool
    program: str
    has_page: bool = False


PEERS: dict[str, Kind] = {
    "isocenter": Kind("ISOCENTER", _isocenter, True, sys.executable, has_page=True),
    "orthanc": Kind("ORTHANC", _orthanc, True, "/usr/sbin/Orthanc"),
    "orthanc dicomweb": Kind("ORTHANC", _orthanc_web, True, "/usr/sbin/Orthanc"),
    "orthanc as shipped": Kind("ORTHANC", _orthanc, False, "/usr/sbin/Orthanc"),
    "dcmqrscp": Kind("DCMQRSCP", _dcmqrscp, True, "dcmqrscp"),
    "dcmqrscp as shipped": Kind("DCMQRSCP", _dcmqrscp, False, "dcmqrscp"),
    "storescp": Kind("STORESCP", _storescp, True, "storescp"),
    "pynetdicom": Kind("PYNETDICOM", _pynetdicom, True, sys.executable),
}


def available(name: str) -> bool:
    """Whether the program is on this computer."""
    return shutil.which(PEERS[name].program) is not None and (name != "orthanc dicomweb" or Path(ORTHANC_DICOMWEB).exists())


def environment(*, tuned: bool) -> dict[str, str]:
    """The environment for a DCMTK program: TCP_NODELAY=1 switches Nagle's algorithm off there."""
    kept = {name: value for name, value in os.environ.items() if name != "TCP_NODELAY"}
    return kept | ({"TCP_NODELAY": "1"} if tuned else {})


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


def _stop(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


@contextmanager
def running(name: str, *, prepare: Callable[[Path], None] | None = None) -> Iterator[Peer]:
    """A peer that answers; `prepare` may fill its folder first. `RuntimeError` with its log where it does not come up."""
    kind = PEERS[name]
    signal.signal(signal.SIGTERM, _stop)  # so that a bench which is stopped stops its peers
    folder = Path(tempfile.mkdtemp(prefix="isocenter-bench-"))
    port, http = free_port(), free_port()
    if prepare is not None:
        prepare(folder)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        kind.command(folder, port, http, kind.tuned), env=environment(tuned=kind.tuned), stdout=log, stderr=log, cwd=folder
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not (echo(port, kind.aet) and (not kind.has_page or _listens(http))):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not come up:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        peer = Peer(name, kind.aet, port, http, folder, process)
        try:
            yield peer
        except (RuntimeError, OSError) as error:
            error.add_note(f"{name}: {peer.last_words()}")
            raise
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)

"""Servers as processes: the archive as its users start it, and other people's. Each on a free port, each ended by its own id."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.errors import InvalidDicomError

from isocenter.daemon.library import open_for_reading, open_shelf
from isocenter.dataset.part10 import read_header
from isocenter.model.records import Node

SECONDS = 60
"""How long anything may take before it counts as hung."""
DAMAGED = ("truncated", "bad", "rtdose_rle", "pixelrep_mismatch", "embedded-sequence-delimiter")
"""Files of pydicom's that others cannot read, or read otherwise: an odd length, a sign or a delimiter in the codestream alone."""
PACKAGES = {"Orthanc": "orthanc", "gdcmscu": "libgdcm-tools"}


def found(tool: str) -> str:
    """The path of a tool; the test is skipped where it is not installed."""
    path = shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        pytest.skip(f"{tool} is not installed (Debian: apt-get install {PACKAGES.get(tool, 'dcmtk')})")
    return path


def wait_for(what: str, is_there: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Ask again and again, within a bound."""
    until = time.monotonic() + seconds
    while not is_there():
        assert time.monotonic() < until, f"{what}: not within {seconds} s"
        threading.Event().wait(0.02)


def a_free_port() -> int:
    """Below the ports that outgoing connections get, so that none of those takes it before its server does."""
    while True:
        port = random.randint(20000, 32000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def is_listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def run(*command: str, folder: Path | None = None, codes: tuple[int, ...] = (0,)) -> str:
    """Run a tool to its end, in a folder: what it said. Fails where it ends with another code than one of `codes`."""
    ended = subprocess.run(
        [found(command[0]), *command[1:]],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS,
        cwd=folder,
        check=False,
    )
    output = ended.stdout + ended.stderr
    assert ended.returncode in codes, f"{' '.join(command)} ended with {ended.returncode}:\n{output}"
    return output


class Server:
    """A process that serves, with what it says in a file. Children that it forks end with it."""

    def __init__(self, command: list[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, start_new_session=True
            )

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, f"{self.process.args} ended:\n{self.said()}"
            return is_ready()

        wait_for(f"{self.process.args} is ready", ready)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def end(self, how: int = signal.SIGTERM) -> int:
        """Ask it to end, and end it."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(SECONDS / 4)
        except subprocess.TimeoutExpired:
            code = -1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return code


def files_of(folder: Path) -> dict[str, Path]:
    """The DICOM files below a folder, by their SOP Instance UID."""
    return {uid_of(path): path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "index.dat"}


def uid_of(path: Path) -> str:
    return str(pydicom.dcmread(path, stop_before_pixels=True, force=True).SOPInstanceUID)


def split(path: Path) -> tuple[str, bytes]:
    """A Part 10 file's transfer syntax, and its data set's bytes as they are."""
    content = path.read_bytes()
    header = read_header(content)
    return header.transfer_syntax, content[header.dataset_offset :]


def part10_files(root: Path, bytes_max: int = 8_000_000) -> Iterator[tuple[Path, str, str]]:
    """(path, SOP Instance UID, transfer syntax) of the files below a folder that are whole and say where they belong."""
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.stat().st_size > bytes_max or any(word in path.name for word in DAMAGED):
            continue
        try:
            dataset = pydicom.dcmread(path)
        except (InvalidDicomError, OSError):
            continue
        meta = dataset.file_meta
        is_same = dataset.get("SOPInstanceUID") and dataset.SOPInstanceUID == meta.get("MediaStorageSOPInstanceUID")
        if is_same and all(dataset.get(word) for word in ("SOPClassUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientID")):
            yield path, str(dataset.SOPInstanceUID), str(meta.get("TransferSyntaxUID", ""))


@dataclass
class House:
    """`isocenter up` in a process of its own."""

    server: Server
    port: int
    http: int
    folder: Path
    environment: dict[str, str]
    aet: str = "ISOCENTER"

    @classmethod
    def start(cls, folder: Path, *options: str) -> House:
        folder.mkdir(parents=True, exist_ok=True)
        data = folder / "data"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("ISOCENTER_", "TCP_NODELAY"))}
        environment["ISOCENTER_HOME"] = str(folder / "home")
        port, http = a_free_port(), a_free_port()
        command = [sys.executable, "-m", "isocenter", "up", "--port", str(port), "--http", str(http), "--data", str(data)]
        server = Server([*command, *options], folder / "up.log", environment)
        server.wait_until((data / "running.json").exists)
        return cls(server, port, http, data, environment)

    @property
    def address(self) -> tuple[str, str]:
        """As the tools want it: host and port."""
        return "127.0.0.1", str(self.port)

    @property
    def node(self) -> str:
        return f"{self.aet}@127.0.0.1:{self.port}"

    def cli(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """An `isocenter` command with this archive's data folder; its standard output."""
        ended = subprocess.run(
            [sys.executable, "-m", "isocenter", *arguments, "--data", str(self.folder)],
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            env=self.environment,
            check=False,
        )
        assert ended.returncode in codes, f"{arguments} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}"
        return ended.stdout

    def find(self, *arguments: str, node: str = "") -> list[pydicom.Dataset]:
        """The answers to `isocenter find`, of this archive or of another node."""
        lines = self.cli("find", node or self.node, "--json", *arguments).splitlines()
        return [pydicom.Dataset.from_json(line) for line in lines]

    def know(self, aet: str, port: int, **fields: Any) -> None:
        """Enter a node that is called like its title, from this process, while the archive runs."""
        with open_shelf(self.folder) as shelf:
            shelf.put_node(Node(aet, aet, "127.0.0.1", port, **fields))

    def path_of(self, uid: str) -> Path | None:
        """The stored file of an instance."""
        with open_for_reading(self.folder) as shelves:
            return shelves.path_of(uid)

    def stored(self, *uids: str) -> list[tuple[str, bytes] | None]:
        """Transfer syntax and data set of instances, as they are on the disk; None for one that is not there."""
        with open_for_reading(self.folder) as shelves:
            paths = [shelves.path_of(uid) for uid in uids]
            return [split(path) if path is not None else None for path in paths]

    def said(self) -> str:
        return self.server.said()

    def wait_until_said(self, words: str, times: int = 1) -> str:
        wait_for(f"the log says {words!r}", lambda: self.said().count(words) >= times)
        return self.said()


@dataclass
class Orthanc:
    """Orthanc, driven by its REST interface."""

    server: Server
    port: int
    http: int
    aet: str = "ORTHANC"

    @classmethod
    def start(cls, folder: Path, **settings: Any) -> Orthanc:
        program = found("Orthanc")
        folder.mkdir(parents=True, exist_ok=True)
        port, http = a_free_port(), a_free_port()
        configuration = {
            "Name": "peer",
            "StorageDirectory": str(folder / "storage"),
            "IndexDirectory": str(folder / "storage"),
            "Plugins": [],
            "HttpPort": http,
            "DicomPort": port,
            "DicomAet": "ORTHANC",
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False,
            "DicomAlwaysAllowEcho": True,
            "DicomAlwaysAllowStore": True,
            "DicomAlwaysAllowFind": True,
            "DicomAlwaysAllowMove": True,
            "DicomAlwaysAllowGet": True,
            "UnknownSopClassAccepted": True,
            "DicomAssociationCloseDelay": 0,
            **settings,
        }
        (folder / "orthanc.json").write_text(json.dumps(configuration))
        server = Server([program, str(folder / "orthanc.json")], folder / "orthanc.log")
        server.wait_until(lambda: is_listening(http) and is_listening(port))
        return cls(server, port, http)

    def ask(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """A request to its REST interface; the answer, from JSON where it is that."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            content = answer.read()
        try:
            return json.loads(content)
        except ValueError:
            return content

    def know(self, house: House, **options: Any) -> str:
        """Enter an archive as a modality; the name that it has here then."""
        name = f"iso{house.port}"
        self.ask(f"/modalities/{name}", {"AET": house.aet, "Host": "127.0.0.1", "Port": house.port, **options}, "PUT")
        return name

    def instances(self) -> dict[str, str]:
        """What it has: its own identifiers by SOP Instance UID."""
        listed = self.ask("/instances?expand")
        return {one["MainDicomTags"]["SOPInstanceUID"]: one["ID"] for one in listed}

    def file(self, identifier: str) -> bytes:
        content = self.ask(f"/instances/{identifier}/file")
        assert isinstance(content, bytes)
        return content

    def clear(self) -> None:
        """Forget all images, and all nodes: several archives in turn have the same title."""
        for name in self.ask("/modalities"):
            self.ask(f"/modalities/{name}", method="DELETE")
        for patient in self.ask("/patients"):
            self.ask(f"/patients/{patient}", method="DELETE")


@dataclass
class Receiver:
    """DCMTK's storescp, and the folder that it fills."""

    server: Server
    port: int
    folder: Path
    aet: str = "RECEIVER"

    @classmethod
    def start(cls, folder: Path, *options: str) -> Receiver:
        program = found("storescp")
        received = folder / "received"
        received.mkdir(parents=True)
        port = a_free_port()
        server = Server([program, "-v", "-od", str(received), *options, str(port)], folder / "storescp.log")
        server.wait_until(lambda: is_listening(port))
        return cls(server, port, received)

    def files(self) -> dict[str, Path]:
        return files_of(self.folder)


@dataclass
class QueryRetrieve:
    """DCMTK's dcmqrscp: an archive of its own."""

    server: Server
    port: int
    folder: Path
    aet: str = "DCMQRSCP"
    hosts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def start(cls, folder: Path, hosts: dict[str, int], *options: str) -> QueryRetrieve:
        program = found("dcmqrscp")
        storage = folder / "storage"
        storage.mkdir(parents=True)
        port = a_free_port()
        known = "\n".join(f"{title.lower()} = ({title}, 127.0.0.1, {host_port})" for title, host_port in hosts.items())
        (folder / "dcmqrscp.cfg").write_text(
            f"NetworkTCPPort = {port}\nMaxPDUSize = 131072\nMaxAssociations = 16\n"
            f"HostTable BEGIN\n{known}\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
            f"AETable BEGIN\nDCMQRSCP {storage} RW (200, 1024mb) ANY\nAETable END\n"
        )
        server = Server([program, "-c", str(folder / "dcmqrscp.cfg"), *options], folder / "dcmqrscp.log")
        server.wait_until(lambda: is_listening(port))
        return cls(server, port, storage, hosts=hosts)

    @property
    def node(self) -> str:
        return f"{self.aet}@127.0.0.1:{self.port}"

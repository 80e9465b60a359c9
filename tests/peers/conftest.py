"""The whole archive on a port of its own, and other people's DICOM software as processes with a time-out."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_reader import IndexReader
from isocenter.base.clock import SystemClock
from isocenter.base.ids import new_uid
from isocenter.daemon.transcoding import transcode
from isocenter.model.records import Admitted, Node
from isocenter.net.forward import Forwarder
from isocenter.net.listener import Listener
from isocenter.net.pump import House
from isocenter.services.roster import Roster
from isocenter.standard.sop_class import CT_IMAGE

SECONDS = 60


class Diary:
    """A door that is open to all, and a witness that writes down how each association ended."""

    def __init__(self) -> None:
        self.ended = []
        self.served = []
        self.arrivals = []

    def admit(self, request, address):
        return Admitted(frozenset({"echo", "store", "find", "move", "get"}))

    def association_opened(self, summary): ...

    def association_ended(self, summary):
        self.ended.append(summary)

    def caller_rejected(self, request, address, why): ...

    def stranger_left(self, address, why): ...

    def request_served(self, summary, operation, status, seconds):
        self.served.append((operation, status))
        self.arrivals.append(time.monotonic())


@dataclass
class Station:
    """A running archive. `nodes` are the destinations that it knows by their title."""

    listener: Listener
    catalogue: IndexCatalogue
    diary: Diary
    nodes: dict[str, Node] = field(default_factory=dict)

    @property
    def port(self) -> str:
        return str(self.listener.port)

    def node(self) -> Node:
        return Node("iso", "ISOCENTER", "127.0.0.1", self.listener.port)

    def wait_until_ended(self, count: int = 1) -> None:
        until = time.monotonic() + SECONDS
        while len(self.diary.ended) < count:
            assert time.monotonic() < until, f"{len(self.diary.ended)} associations ended, {count} were to"
            threading.Event().wait(0.01)


@pytest.fixture
def station(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        archive = stack.enter_context(Archive(folder))
        reader = IndexReader(archive.index)
        stack.callback(reader.close)
        catalogue = IndexCatalogue(reader, archive)
        nodes: dict[str, Node] = {}
        diary = Diary()
        clock = SystemClock()
        roster = Roster(ae_title="ISOCENTER", intake=archive, catalogue=catalogue, destination=nodes.get, clock=clock)
        forwarder = Forwarder(archive, transcode, ae_title="ISOCENTER")
        listener = Listener(House(diary, roster, diary, clock, forwarder), address="127.0.0.1")
        listener.start()
        stack.callback(listener.stop, 0.0)
        yield Station(listener, catalogue, diary, nodes)


def found(tool: str) -> str:
    """The path of a tool; the test is skipped where it is not installed."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed (Debian: apt-get install dcmtk)")
    return path


@pytest.fixture
def run():
    """Runs a tool to its end: `run("echoscu", "-v", "127.0.0.1", port)`; its output, and an error where it failed."""

    def begin(tool: str, *arguments: str, tuned: bool = False, fails: bool = False) -> str:
        environment = {name: value for name, value in os.environ.items() if name != "TCP_NODELAY"}
        if tuned:
            environment["TCP_NODELAY"] = "1"
        ended = subprocess.run(
            [found(tool), *arguments], capture_output=True, text=True, timeout=SECONDS, env=environment, check=False
        )
        output = ended.stdout + ended.stderr
        assert (ended.returncode != 0) is fails, output
        return output

    return begin


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def storescp(tmp_path, free_port):
    """Starts DCMTK's receiver: `folder, node = storescp("+xa")`."""
    processes = []

    def begin(*options: str) -> tuple[Path, Node]:
        folder = tmp_path / "received"
        folder.mkdir()
        command = [found("storescp"), "-od", str(folder), *options, str(free_port)]
        processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        until = time.monotonic() + SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", free_port), timeout=1):
                return folder, Node("receiver", "RECEIVER", "127.0.0.1", free_port)
            assert time.monotonic() < until
            assert processes[-1].poll() is None
            threading.Event().wait(0.02)

    yield begin
    for process in processes:
        process.terminate()
        process.wait(SECONDS)


@pytest.fixture
def make_images(tmp_path):
    """CT images as files: `folder = make_images(200)`; all are one series of one study."""

    def make(count: int, side: int = 16) -> Path:
        folder = tmp_path / "images"
        folder.mkdir(exist_ok=True)
        study, series = new_uid(), new_uid()
        for number in range(count):
            dataset = pydicom.Dataset()
            dataset.file_meta = FileMetaDataset()
            dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CT_IMAGE
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = new_uid()
            dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
            dataset.PatientID, dataset.PatientName, dataset.Modality = "P1", "Doe^Jane", "CT"
            dataset.InstanceNumber = number
            dataset.Rows = dataset.Columns = side
            dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
            dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
            dataset.PixelData = os.urandom(side * side * 2)
            pydicom.dcmwrite(folder / f"{number:05d}.dcm", dataset, enforce_file_format=True)
        return folder

    return make


@pytest.fixture
def study_of():
    """The Study Instance UID of the images in a folder."""
    return lambda folder: str(pydicom.dcmread(next(iter(sorted(folder.iterdir()))), stop_before_pixels=True).StudyInstanceUID)

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
from tests.peers.processes import SECONDS, House, Orthanc, QueryRetrieve, Receiver, found, part10_files

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_reader import IndexReader
from isocenter.base.clock import SystemClock
from isocenter.base.ids import new_uid
from isocenter.daemon.transcoding import transcode
from isocenter.lab.phantom import ct_series, file_bytes, mr_series, ultrasound
from isocenter.model.records import Admitted, Node
from isocenter.net.forward import Forwarder
from isocenter.net.listener import Listener
from isocenter.net.pump import House as Shared
from isocenter.services.roster import Roster
from isocenter.standard.sop_class import CT_IMAGE

SHARED = Path(__file__).parents[3] / "shared" / "data"


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


@pytest.fixture(autouse=True)
def pynetdicom_gives_answers_back(monkeypatch):
    """pynetdicom 3.0.4 reads one queue with two threads, and its reactor may make one more turn while a request goes out.

    An answer that comes within that turn is thrown away there ("Received unexpected C-STORE service message"), and the caller
    waits 30 s for it. Here the reactor puts it back for the thread that waits.
    """
    try:
        from pynetdicom.association import Association
    except ImportError:
        return
    serve = Association._serve_request

    def served(self, msg, context_id):
        if msg.is_valid_request:
            serve(self, msg, context_id)
        else:
            self.dimse.msg_queue.put((context_id, msg))

    monkeypatch.setattr(Association, "_serve_request", served)


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
        listener = Listener(Shared(diary, roster, diary, clock, forwarder), address="127.0.0.1")
        listener.start()
        stack.callback(listener.stop, 0.0)
        yield Station(listener, catalogue, diary, nodes)


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

    def make(count: int, side: int = 16, name: str = "images") -> Path:
        folder = tmp_path / name
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


# The archive and its peers as processes


@pytest.fixture
def start_house(tmp_path):
    """Starts `isocenter up`: `house = start_house("--policy", "strict")`."""
    with contextlib.ExitStack() as stack:

        def start(*options: str) -> House:
            house = House.start(tmp_path / f"house{len(os.listdir(tmp_path))}", *options)
            stack.callback(house.server.end)
            return house

        yield start


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One running archive for all tests of a file."""
    house = House.start(tmp_path_factory.mktemp("house"))
    yield house
    assert house.server.end() == 0, house.said()


@pytest.fixture(scope="session")
def the_orthanc(tmp_path_factory):
    orthanc = Orthanc.start(tmp_path_factory.mktemp("orthanc"))
    yield orthanc
    orthanc.server.end()


@pytest.fixture
def orthanc(the_orthanc):
    """Orthanc, empty."""
    the_orthanc.clear()
    return the_orthanc


@pytest.fixture
def receive(tmp_path):
    """Starts storescp: `receiver = receive("--abort-after")`."""
    with contextlib.ExitStack() as stack:

        def start(*options: str) -> Receiver:
            receiver = Receiver.start(tmp_path / f"receiver{len(os.listdir(tmp_path))}", *options)
            stack.callback(receiver.server.end)
            return receiver

        yield start


@pytest.fixture
def query_retrieve(tmp_path):
    """Starts dcmqrscp, which knows these titles at these ports: `archive = query_retrieve({"ISOCENTER": 11112})`."""
    with contextlib.ExitStack() as stack:

        def start(hosts: dict[str, int], *options: str) -> QueryRetrieve:
            archive = QueryRetrieve.start(tmp_path / f"dcmqrscp{len(os.listdir(tmp_path))}", hosts, *options)
            stack.callback(archive.server.end)
            return archive

        yield start


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> dict[str, list[Path]]:
    """Files by transfer syntax, each instance once: NEMA's compression set and others where they are at hand, and pydicom's.

    What is rare among them is made.
    """
    import pydicom.data

    made = tmp_path_factory.mktemp("made")
    for seed, option in enumerate(("+ti", "+tb", "+td") if shutil.which("dcmconv") else ()):
        images = (
            *ct_series(seed, slices=2, side_pixels=64),
            *mr_series(seed, slices=2, side_pixels=64),
            ultrasound(seed, frames=2),
        )
        for image in images:
            path = made / f"{image.SOPInstanceUID}.dcm"
            path.write_bytes(file_bytes(image))
            subprocess.run(["dcmconv", option, str(path), str(path)], check=True)
    by_syntax: dict[str, list[Path]] = {}
    seen = set()
    roots = [made, SHARED / "wg04", SHARED / "enhanced-mr", SHARED / "derived", Path(pydicom.data.__file__).parent / "test_files"]
    for path, uid, syntax in (one for root in roots for one in part10_files(root)):
        if uid not in seen:
            seen.add(uid)
            by_syntax.setdefault(syntax, []).append(path)
    return by_syntax

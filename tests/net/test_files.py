from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file

from isocenter.base.errors import UnreadableDataset
from isocenter.dimse.commands import Command
from isocenter.dimse.exchange import AgreedContext, Caller, Request
from isocenter.net.files import Folder, sendable
from isocenter.standard.sop_class import CT_IMAGE
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN


def request(uid: str) -> Request:
    command = Command(field=1, message_id=3, affected_sop_class_uid=CT_IMAGE, affected_sop_instance_uid=uid, has_data_set=True)
    context = AgreedContext(1, CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)
    return Request(context, command, b"", Caller("PACS", "ME", "10.0.0.1", frozenset({"store"})))


def test_a_file_says_what_it_is_and_gives_its_data_set():
    path = Path(get_testdata_file("CT_small.dcm"))
    found = sendable(path)
    dataset = pydicom.dcmread(path)
    assert found.sop_class_uid == dataset.SOPClassUID
    assert found.sop_instance_uid == dataset.SOPInstanceUID
    assert found.transfer_syntax == dataset.file_meta.TransferSyntaxUID
    with found.open() as blob:
        assert path.read_bytes().endswith(blob.read(blob.dataset_offset, blob.byte_count))
        assert blob.dataset_offset + blob.byte_count == path.stat().st_size


def test_a_file_without_meta_information_is_asked_itself(tmp_path):
    whole = Path(get_testdata_file("CT_small.dcm"))
    with sendable(whole).open() as blob:
        bare = blob.read(blob.dataset_offset, blob.byte_count)
    path = tmp_path / "bare"
    path.write_bytes(bare)
    assert sendable(path).sop_instance_uid == sendable(whole).sop_instance_uid


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\3\4" + bytes(1000), bytes(128) + b"DICM"])
def test_what_is_no_dicom_file_says_so(tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(UnreadableDataset):
        sendable(path)


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        sendable(tmp_path / "gone")


def test_what_is_received_is_a_file_under_its_uid(tmp_path):
    folder = Folder(tmp_path)
    writing = folder.receive(request("1.2.3"))
    writing.write(memoryview(b"data"))
    writing.write(memoryview(b" set!"))
    assert not (tmp_path / "1.2.3.dcm").exists()
    reply = writing.finish()
    assert (reply.command.status, reply.command.message_id_being_responded_to) == (0, 3)
    assert folder.written == [tmp_path / "1.2.3.dcm"]
    written = folder.written[0].read_bytes()
    assert written.endswith(b"data set!")
    assert (
        pydicom.dcmread(folder.written[0], stop_before_pixels=True, specific_tags=[]).file_meta.MediaStorageSOPClassUID == CT_IMAGE
    )


@pytest.mark.parametrize("uid", ["../../etc/passwd", "..", "", "/tmp/x", "C:\\x", "1.2\0", "1" * 65, "1.", "CON", "1..2/../3"])
def test_no_received_name_leads_out_of_the_folder(tmp_path, uid):
    folder = Folder(tmp_path)
    for _ in range(2):
        writing = folder.receive(request(uid))
        writing.write(memoryview(b"x"))
        assert writing.finish().command.status == 0
    assert [path.name for path in folder.written] == ["instance-000001.dcm", "instance-000002.dcm"]
    assert {path.parent for path in folder.written} == {tmp_path}


def test_what_is_abandoned_leaves_no_trace(tmp_path):
    writing = Folder(tmp_path).receive(request("1.2.3"))
    writing.write(memoryview(b"data"))
    writing.abandon()
    writing.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_answered_as_out_of_resources(tmp_path):
    writing = Folder(tmp_path / "missing").receive(request("1.2.3"))
    writing.write(memoryview(b"data"))
    reply = writing.finish()
    assert reply.command.status == 0xA700
    assert "No such file" in reply.command.error_comment


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_disk_that_fills_up_is_answered_as_out_of_resources(tmp_path):
    (tmp_path / "1.2.3.part").symlink_to("/dev/full")
    folder = Folder(tmp_path)
    writing = folder.receive(request("1.2.3"))
    for _ in range(4):
        writing.write(memoryview(bytes(100_000)))
    assert writing.finish().command.status == 0xA700
    assert folder.written == []

"""C-STORE from everybody's sender: what came is kept bit for bit, in whatever transfer syntax it came."""

from __future__ import annotations

import subprocess
import warnings
from pathlib import Path

import pydicom
import pytest
from tests.peers.processes import SECONDS, files_of, found, run, split, uid_of

from isocenter.standard.sop_class import CT_IMAGE
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

pytestmark = pytest.mark.peers

STORESCU = {
    "1.2.840.10008.1.2": "-xi",
    "1.2.840.10008.1.2.1": "-xe",
    "1.2.840.10008.1.2.2": "-xb",
    "1.2.840.10008.1.2.1.99": "-xd",
    "1.2.840.10008.1.2.4.50": "-xy",
    "1.2.840.10008.1.2.4.51": "-xx",
    "1.2.840.10008.1.2.4.70": "-xs",
    "1.2.840.10008.1.2.4.80": "-xt",
    "1.2.840.10008.1.2.4.81": "-xu",
    "1.2.840.10008.1.2.4.90": "-xv",
    "1.2.840.10008.1.2.4.91": "-xw",
    "1.2.840.10008.1.2.5": "-xr",
}
"""What makes storescu propose a transfer syntax."""


def everything(samples) -> list[Path]:
    return [path for paths in samples.values() for path in paths]


def differing(house, paths) -> list[str]:
    """The files whose data set the archive holds with other bytes, or in another transfer syntax."""
    paths = list(paths)
    stored = house.stored(*(uid_of(path) for path in paths))
    return [path.name for path, found_there in zip(paths, stored, strict=True) if found_there != split(path)]


@pytest.mark.parametrize("syntax", STORESCU)
def test_what_storescu_sends_is_kept_as_storescp_would_write_it_bit_for_bit(house, receive, samples, syntax):
    if syntax not in samples:
        pytest.skip(f"no file in {syntax} is at hand")
    paths = [str(path) for path in samples[syntax]]
    # storescu rewrites lengths and padding on its way: what DCMTK's own receiver gets, byte for byte, is what was sent.
    receiver = receive("+B", "+xa")
    for port in (receiver.port, house.port):
        run("storescu", "-R", STORESCU[syntax], "127.0.0.1", str(port), *paths)
    written = receiver.files()
    assert written.keys() == {uid_of(Path(path)) for path in paths}
    assert differing(house, written.values()) == []


def test_what_isocenter_sends_is_kept_bit_for_bit(start_house, samples):
    house = start_house()
    paths = everything(samples)
    house.cli("send", house.node, *map(str, paths))
    assert differing(house, paths) == []


def test_what_pynetdicom_sends_is_kept_bit_for_bit(start_house, samples, monkeypatch):
    from pynetdicom import AE, _config

    monkeypatch.setattr(_config, "STORE_SEND_CHUNKED_DATASET", True)
    house = start_house()
    samples = {syntax: paths[:4] for syntax, paths in samples.items()}
    paths = everything(samples)
    entity = AE(ae_title="PYNETDICOM")
    for syntax, found_in_it in samples.items():
        for uid in {pydicom.dcmread(path, stop_before_pixels=True).SOPClassUID for path in found_in_it}:
            entity.add_requested_context(uid, syntax)
    association = entity.associate(*(house.address[0], house.port))
    assert association.is_established
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert {association.send_c_store(path).Status for path in paths} == {0}
    finally:
        association.release()
    assert differing(house, paths) == []


def test_what_orthanc_sends_is_kept_with_its_pixels(start_house, orthanc, samples):
    house = start_house()
    modality = orthanc.know(house)
    paths = everything(samples)
    for path in paths:
        orthanc.ask("/instances", path.read_bytes())
    kept = orthanc.instances()
    sent = orthanc.ask(f"/modalities/{modality}/store", {"Resources": list(kept.values()), "Synchronous": True})
    assert sent["FailedInstancesCount"] == 0
    # Orthanc drops trailing padding and rewrites sequences: element by element it must be the same.
    for path in paths:
        stored = pydicom.dcmread(house.path_of(uid_of(path)))
        assert stored.file_meta.TransferSyntaxUID == split(path)[0]
        for element in pydicom.dcmread(path):
            if element.tag.element and element.tag != 0xFFFCFFFC and element.VR != "SQ":
                assert stored[element.tag].value == element.value, f"{path.name}: {element.tag}"


def test_gdcmscu_stores(house, samples):
    path = next(path for path in samples[EXPLICIT_VR_LITTLE_ENDIAN] if path.name == "CT_small.dcm")
    # GDCM 3.0.21 fails in its own clearing up, after the work, whoever it called.
    run("gdcmscu", "--store", *house.address, "--call", "ISOCENTER", "-i", str(path), codes=(0, -6))
    assert house.path_of(uid_of(path)) is not None


def test_the_same_again_is_a_success_and_stored_once(start_house, make_images):
    house = start_house()
    images = make_images(3)
    for _ in range(2):
        assert run("storescu", "-v", "+sd", *house.address, str(images)).count("(Success)") == 3
    found_there = house.find("-k", "NumberOfStudyRelatedInstances")
    assert [study.NumberOfStudyRelatedInstances for study in found_there] == [3]


def test_four_storescu_at_once_lose_nothing(start_house, make_images):
    house = start_house()
    images = [make_images(25, name=f"images{number}") for number in range(4)]
    senders = [
        subprocess.Popen(
            [found("storescu"), "+sd", *house.address, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for folder in images
    ]
    for sender in senders:
        output, _ = sender.communicate(timeout=SECONDS)
        assert sender.returncode == 0, output
    assert differing(house, [path for folder in images for path in folder.iterdir()]) == []


def test_an_aborting_storescu_leaves_what_was_acknowledged(start_house, make_images):
    house = start_house()
    images = make_images(5)
    run("storescu", "--abort", "+sd", *house.address, str(images))
    house.wait_until_said("abort")
    assert differing(house, images.iterdir()) == []


@pytest.mark.parametrize(("option", "is_kept"), [("--store-unknown-classes", True), ("--no-store-unknown-classes", False)])
def test_a_private_storage_class_is_taken_or_refused_by_the_setting(start_house, make_images, option, is_kept):
    from pynetdicom import AE

    private = "1.3.6.1.4.1.9590.100.1.1"
    house = start_house(option)
    image = pydicom.dcmread(next(make_images(1).iterdir()))
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = private
    entity = AE()
    entity.add_requested_context(private, EXPLICIT_VR_LITTLE_ENDIAN)
    entity.add_requested_context(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)
    association = entity.associate("127.0.0.1", house.port)
    try:
        assert [context.result for context in association.rejected_contexts] == ([] if is_kept else [3])
        if is_kept:
            assert association.send_c_store(image).Status == 0
    finally:
        association.release()
    assert (house.path_of(image.SOPInstanceUID) is not None) is is_kept


def test_isocenter_sends_to_storescp_bit_for_bit(house, receive, samples):
    paths = everything(samples)
    receiver = receive("+B", "+xa", "-pm")
    house.cli("send", f"STORESCP@127.0.0.1:{receiver.port}", *map(str, paths))
    written = receiver.files()
    assert [path.name for path in paths if split(written[uid_of(path)]) != split(path)] == []


def test_isocenter_sends_to_orthanc(house, orthanc, samples, tmp_path):
    paths = everything(samples)
    house.cli("send", f"ORTHANC@127.0.0.1:{orthanc.port}", "-a", "2", *map(str, paths))
    kept = orthanc.instances()
    assert kept.keys() == {uid_of(path) for path in paths}
    for path in samples["1.2.840.10008.1.2.4.70"]:
        (tmp_path / "file").write_bytes(orthanc.file(kept[uid_of(path)]))
        assert split(tmp_path / "file")[0] == "1.2.840.10008.1.2.4.70"


def test_isocenter_sends_to_dcmqrscp(house, query_retrieve, samples):
    archive = query_retrieve({})
    paths = [path for syntax in STORESCU for path in samples.get(syntax, [])[:3]]
    house.cli("send", archive.node, *map(str, paths))
    assert files_of(archive.folder).keys() == {uid_of(path) for path in paths}

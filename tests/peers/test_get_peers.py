"""C-GET both ways: everybody's tools fetch from the archive, and `isocenter get` fetches from everybody's archive."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import FileMetaDataset
from tests.peers.processes import files_of, run, split, uid_of

from isocenter.standard.sop_class import CT_IMAGE, MR_IMAGE
from isocenter.standard.transfer_syntax import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    JPEG_2000,
    JPEG_2000_LOSSLESS,
    JPEG_BASELINE,
    JPEG_EXTENDED,
    JPEG_LOSSLESS_FIRST_ORDER,
    JPEG_LS_LOSSLESS,
    JPEG_LS_NEAR_LOSSLESS,
    RLE_LOSSLESS,
)

pytestmark = pytest.mark.peers

STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"
GETSCU = {
    JPEG_BASELINE: "+xy", JPEG_EXTENDED: "+xx", JPEG_LOSSLESS_FIRST_ORDER: "+xs", JPEG_LS_LOSSLESS: "+xt",
    JPEG_LS_NEAR_LOSSLESS: "+xu", JPEG_2000_LOSSLESS: "+xv", JPEG_2000: "+xw", RLE_LOSSLESS: "+xr",
}  # fmt: skip
"""What makes getscu prefer a transfer syntax."""


@pytest.fixture(scope="module")
def stocked(house, samples):
    """The archive with all samples."""
    house.cli("send", house.node, *(str(path) for paths in samples.values() for path in paths))
    return house


def plain(path: Path, folder: Path) -> bytes:
    """The pixels, unpacked by GDCM."""
    run("gdcmconv", "--raw", str(path), str(folder / "plain"))
    return pydicom.dcmread(folder / "plain").PixelData


def instance_keys(path: Path) -> dict[str, str]:
    of = pydicom.dcmread(path, stop_before_pixels=True)
    return {
        "QueryRetrieveLevel": "IMAGE",
        "StudyInstanceUID": of.StudyInstanceUID,
        "SeriesInstanceUID": of.SeriesInstanceUID,
        "SOPInstanceUID": of.SOPInstanceUID,
    }


def getscu(house, folder: Path, keys: dict[str, str], *options: str) -> str:
    folder.mkdir(exist_ok=True)
    asked = [word for key, value in keys.items() for word in ("-k", f"{key}={value}")]
    return run("getscu", "-d", "-S", *options, *asked, "-od", str(folder), *house.address)


@pytest.mark.parametrize("syntax", GETSCU)
def test_getscu_gets_a_compressed_image_bit_for_bit(stocked, samples, tmp_path, syntax):
    for path in samples.get(syntax, [])[:2]:
        getscu(stocked, tmp_path / "got", instance_keys(path), "+B", GETSCU[syntax])
        assert split(files_of(tmp_path / "got")[uid_of(path)]) == split(path)


@pytest.mark.parametrize(
    "syntax", [IMPLICIT_VR_LITTLE_ENDIAN, JPEG_LOSSLESS_FIRST_ORDER, JPEG_LS_LOSSLESS, JPEG_2000_LOSSLESS, RLE_LOSSLESS]
)
def test_getscu_gets_it_in_the_only_encoding_that_it_takes(stocked, samples, tmp_path, syntax):
    for path in samples.get(syntax, [])[:2]:
        # What getscu 3.6.7 proposes for +xi is Explicit VR Little Endian, alone.
        getscu(stocked, tmp_path / "got", instance_keys(path), "+xi")
        got = files_of(tmp_path / "got")[uid_of(path)]
        assert split(got)[0] == EXPLICIT_VR_LITTLE_ENDIAN
        assert pydicom.dcmread(got).PixelData == plain(path, tmp_path)


def test_getscu_gets_a_study_and_counts_it(stocked, make_images, study_of, tmp_path):
    images = make_images(12)
    run("storescu", "+sd", *stocked.address, str(images))
    output = getscu(stocked, tmp_path / "got", {"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": study_of(images)})
    assert "Completed Suboperations       : 12" in output
    assert files_of(tmp_path / "got").keys() == files_of(images).keys()


@pytest.mark.parametrize("syntax", [IMPLICIT_VR_LITTLE_ENDIAN, JPEG_LS_LOSSLESS])
def test_pynetdicom_gets_what_it_takes_and_is_told_of_the_rest(stocked, samples, tmp_path, syntax):
    from pynetdicom import AE, build_role, evt

    images = {MR_IMAGE: [], CT_IMAGE: []}
    for path in samples[EXPLICIT_VR_LITTLE_ENDIAN]:
        images.get(pydicom.dcmread(path, stop_before_pixels=True).SOPClassUID, []).append(path)
    wanted = [*images[CT_IMAGE][:2], *images[MR_IMAGE][:2]]
    received = {}

    def keep(event):
        dataset = event.dataset
        dataset.file_meta = FileMetaDataset(event.file_meta)
        received[str(dataset.SOPInstanceUID)] = dataset
        return 0

    entity = AE(ae_title="PYNETDICOM")
    entity.add_requested_context(STUDY_ROOT_GET)
    entity.add_requested_context(CT_IMAGE, syntax)
    association = entity.associate(
        "127.0.0.1", stocked.port, ext_neg=[build_role(CT_IMAGE, scp_role=True)], evt_handlers=[(evt.EVT_C_STORE, keep)]
    )
    assert association.is_established
    try:
        query = pydicom.Dataset()
        query.QueryRetrieveLevel = "IMAGE"
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            setattr(query, keyword, list(dict.fromkeys(instance_keys(path)[keyword] for path in wanted)))
        answers = list(association.send_c_get(query, STUDY_ROOT_GET))
        # The association serves on.
        assert [status.Status for status, _ in association.send_c_get(query, STUDY_ROOT_GET)][-1] == 0xB000
    finally:
        association.release()
    final, identifier = answers[-1]
    assert (final.Status, final.NumberOfCompletedSuboperations, final.NumberOfFailedSuboperations) == (0xB000, 2, 2)
    assert set(identifier.FailedSOPInstanceUIDList) == {uid_of(path) for path in images[MR_IMAGE][:2]}
    for path in images[CT_IMAGE][:2]:
        got = received[uid_of(path)]
        assert got.file_meta.TransferSyntaxUID == syntax
        pydicom.dcmwrite(tmp_path / "got", got, enforce_file_format=True)
        assert plain(tmp_path / "got", tmp_path) == pydicom.dcmread(path).PixelData


def test_isocenter_gets_from_itself_bit_for_bit(stocked, samples, tmp_path):
    paths = [path for found in samples.values() for path in found[:3]]
    patients = {pydicom.dcmread(path, stop_before_pixels=True).PatientID for path in paths}
    for patient in sorted(patients)[:4]:
        stocked.cli("get", stocked.node, "-l", "patient", "-k", f"PatientID={patient}", "--out", str(tmp_path / "got"))
    got = files_of(tmp_path / "got")
    expected = [path for path in paths if uid_of(path) in got]
    assert len(expected) >= 4
    assert [path.name for path in expected if split(got[uid_of(path)]) != split(path)] == []


def by_study(samples) -> dict[str, list[Path]]:
    """An image of each of some encodings, by study."""
    chosen: dict[str, list[Path]] = {}
    for syntax in (JPEG_BASELINE, JPEG_EXTENDED, JPEG_LS_NEAR_LOSSLESS, JPEG_2000, RLE_LOSSLESS, IMPLICIT_VR_LITTLE_ENDIAN):
        for path in samples.get(syntax, [])[:1]:
            chosen.setdefault(str(pydicom.dcmread(path, stop_before_pixels=True).StudyInstanceUID), []).append(path)
    return chosen


@pytest.mark.parametrize(
    ("option", "syntax"), [("+x=", EXPLICIT_VR_LITTLE_ENDIAN), ("+xs", JPEG_LOSSLESS_FIRST_ORDER), ("+xr", RLE_LOSSLESS)]
)
def test_isocenter_gets_from_dcmqrscp(house, query_retrieve, samples, tmp_path, option, syntax):
    # dcmqrscp neither unpacks nor chooses among the contexts of a class: it can send back only what it prefers to take.
    archive = query_retrieve({}, option)
    paths = samples.get(syntax, [])[:3]
    if not paths:
        pytest.skip(f"no file in {syntax} is at hand")
    house.cli("send", archive.node, *map(str, paths))
    for study in {instance_keys(path)["StudyInstanceUID"] for path in paths}:
        house.cli("get", archive.node, "-k", f"StudyInstanceUID={study}", "--out", str(tmp_path / "got"))
    got = files_of(tmp_path / "got")
    assert {uid: split(path)[0] for uid, path in got.items()} == {uid_of(path): syntax for path in paths}


def test_isocenter_gets_from_orthanc(house, orthanc, samples, tmp_path):
    studies = by_study(samples)
    for path in (path for paths in studies.values() for path in paths):
        orthanc.ask("/instances", path.read_bytes())
    for uid in studies:
        house.cli("get", f"ORTHANC@127.0.0.1:{orthanc.port}", "-k", f"StudyInstanceUID={uid}", "--out", str(tmp_path / "got"))
    got = files_of(tmp_path / "got")
    for path in (path for paths in studies.values() for path in paths):
        assert split(got[uid_of(path)])[0] == split(path)[0], path.name


def test_isocenter_finds_at_dcmqrscp_and_orthanc(house, query_retrieve, orthanc, make_images, study_of):
    archive = query_retrieve({})
    images = make_images(3)
    study = study_of(images)
    for node in (archive.node, f"ORTHANC@127.0.0.1:{orthanc.port}"):
        house.cli("echo", node)
        house.cli("send", node, str(images))
        keys = ["-k", f"StudyInstanceUID={study}"]
        assert [found.PatientID for found in house.find(*keys, node=node)] == ["P1"]
        (series,) = house.find("-l", "series", *keys, node=node)
        keys += ["-k", f"SeriesInstanceUID={series.SeriesInstanceUID}"]
        assert {found.SOPInstanceUID for found in house.find("-l", "image", *keys, node=node)} == files_of(images).keys()
        assert house.find("-k", "PatientName=NOBODY*", node=node) == []

"""C-MOVE asked by everybody's tools, to everybody's receivers, willing and unwilling: what arrives, and that all is counted."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import FileMetaDataset
from tests.peers.processes import a_free_port, files_of, run, split, uid_of, wait_for

from isocenter.base.ids import new_uid
from isocenter.lab.phantom import ct_series, mr_series
from isocenter.standard.sop_class import CT_IMAGE, MR_IMAGE
from isocenter.standard.transfer_syntax import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    JPEG_2000_LOSSLESS,
    JPEG_LOSSLESS_FIRST_ORDER,
    JPEG_LS_LOSSLESS,
    RLE_LOSSLESS,
)

pytestmark = pytest.mark.peers

STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"


@pytest.fixture(scope="module")
def study(house, tmp_path_factory) -> tuple[str, dict[str, Path]]:
    """Six CT and three MR images in one study: its UID, and the files by instance."""
    folder = tmp_path_factory.mktemp("study")
    uid = new_uid()
    for image in (*ct_series(1, slices=6, side_pixels=64), *mr_series(1, slices=3, side_pixels=64)):
        image.StudyInstanceUID = uid
        pydicom.dcmwrite(folder / f"{image.SOPInstanceUID}.dcm", image, enforce_file_format=True)
    house.cli("send", house.node, str(folder))
    return uid, files_of(folder)


def of_class(files: dict[str, Path], sop_class: str) -> set[str]:
    return {uid for uid, path in files.items() if pydicom.dcmread(path, stop_before_pixels=True).SOPClassUID == sop_class}


def keys(uid: str) -> list[str]:
    return ["-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={uid}"]


def pixels(path: Path) -> bytes:
    """The image's pixels, unpacked by GDCM."""
    plain = path.with_suffix(".raw")
    run("gdcmconv", "--raw", str(path), str(plain))
    return pydicom.dcmread(plain).PixelData


class Mover:
    """An association of pynetdicom for C-MOVE."""

    def __init__(self, house) -> None:
        from pynetdicom import AE

        entity = AE(ae_title="PYNETDICOM")
        entity.add_requested_context(STUDY_ROOT_MOVE)
        self.association = entity.associate("127.0.0.1", house.port)
        assert self.association.is_established

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.association.release()

    def begin(self, study_uid: str, destination: str, message_id: int = 1):
        query = pydicom.Dataset()
        query.QueryRetrieveLevel = "STUDY"
        query.StudyInstanceUID = study_uid
        return self.association.send_c_move(query, destination, STUDY_ROOT_MOVE, msg_id=message_id)


def moved(house, study_uid: str, destination: str):
    """The final response, and the instances that it names as failed. What came before it must add up."""
    with Mover(house) as mover:
        answers = list(mover.begin(study_uid, destination))
    for status, _ in answers[:-1]:
        assert status.Status == 0xFF00
        assert sum(counts(status)) + status.NumberOfRemainingSuboperations == 9
    final, identifier = answers[-1]
    listed = identifier.FailedSOPInstanceUIDList if identifier and "FailedSOPInstanceUIDList" in identifier else []
    return final, {listed} if isinstance(listed, str) else set(listed)


def counts(status) -> tuple[int, int, int]:
    """Completed, failed, warning."""
    return (
        status.NumberOfCompletedSuboperations,
        status.NumberOfFailedSuboperations,
        status.NumberOfWarningSuboperations,
    )


@contextmanager
def destination(house, contexts: dict[str, str], answer=lambda dataset: 0):
    """A receiver of pynetdicom that takes each class in one transfer syntax and answers as it is told; what it got, by UID."""
    from pynetdicom import AE, evt

    received: dict[str, pydicom.Dataset] = {}

    def keep(event):
        status = answer(event.dataset)
        if status in (0, 0xB000):
            dataset = event.dataset
            dataset.file_meta = FileMetaDataset(event.file_meta)
            received[str(dataset.SOPInstanceUID)] = dataset
        return status

    entity = AE(ae_title="DESTINATION")
    for sop_class, syntax in contexts.items():
        entity.add_supported_context(sop_class, syntax)
    port = a_free_port()
    server = entity.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, keep)])
    house.know("DESTINATION", port)
    try:
        yield received
    finally:
        server.shutdown()


# Willing destinations


def test_movescu_moves_to_itself(house, study, tmp_path):
    uid, files = study
    port = a_free_port()
    house.know("MOVESCU", port)
    # With +B it writes where it is started, whatever -od says.
    output = run("movescu", "-d", "-S", "+B", "+P", str(port), *keys(uid), *house.address, folder=tmp_path)
    assert "Completed Suboperations       : 9" in output
    assert "0x0000: Success" in output
    assert {one: split(path) for one, path in files_of(tmp_path).items()} == {one: split(path) for one, path in files.items()}


@pytest.mark.parametrize(
    ("option", "level"), [("-P", "PATIENT"), ("-P", "STUDY"), ("-O", "STUDY"), ("-S", "SERIES"), ("-S", "IMAGE")]
)
def test_movescu_moves_by_every_root_at_every_level(house, study, receive, option, level):
    uid, files = study
    one = pydicom.dcmread(files[min(of_class(files, MR_IMAGE))])
    asked = {
        "PatientID": one.PatientID,
        "StudyInstanceUID": uid,
        "SeriesInstanceUID": one.SeriesInstanceUID,
        "SOPInstanceUID": one.SOPInstanceUID,
    }
    wanted = list(asked)[: ["PATIENT", "STUDY", "SERIES", "IMAGE"].index(level) + 1]
    receiver = receive()
    house.know("RECEIVER", receiver.port)
    words = [word for key in wanted for word in ("-k", f"{key}={asked[key]}")]
    run("movescu", option, "-aem", "RECEIVER", "-k", f"QueryRetrieveLevel={level}", *words, *house.address)
    expected = {"PATIENT": set(files), "STUDY": set(files), "SERIES": of_class(files, MR_IMAGE), "IMAGE": {one.SOPInstanceUID}}[
        level
    ]
    assert receiver.files().keys() == expected


@pytest.mark.parametrize("options", [(), ("--fork",)], ids=["one association", "several"])
def test_all_arrive_at_storescp_bit_for_bit_and_are_counted(house, study, receive, options):
    uid, files = study
    receiver = receive("+B", *options)
    house.know("RECEIVER", receiver.port)
    final, failed = moved(house, uid, "RECEIVER")
    assert (final.Status, counts(final), failed) == (0, (9, 0, 0), set())
    assert {one: split(path) for one, path in receiver.files().items()} == {one: split(path) for one, path in files.items()}


def test_all_arrive_at_dcmqrscp(house, study, query_retrieve):
    uid, files = study
    archive = query_retrieve({})
    house.know("DCMQRSCP", archive.port)
    final, _ = moved(house, uid, "DCMQRSCP")
    assert (final.Status, counts(final)) == (0, (9, 0, 0))
    assert files_of(archive.folder).keys() == files.keys()


def test_orthanc_retrieves_what_it_found(house, study, orthanc):
    uid, files = study
    modality = orthanc.know(house)
    house.know("ORTHANC", orthanc.port)
    query = orthanc.ask(f"/modalities/{modality}/query", {"Level": "Study", "Query": {"StudyInstanceUID": uid}})
    orthanc.ask(f"{query['Path']}/retrieve", {"TargetAet": "ORTHANC", "Synchronous": True})
    assert orthanc.instances().keys() == files.keys()


def test_orthanc_lets_a_third_have_it(house, study, orthanc, receive):
    uid, files = study
    modality = orthanc.know(house)
    receiver = receive()
    house.know("RECEIVER", receiver.port)
    move = {"Level": "Study", "TargetAet": "RECEIVER", "Resources": [{"StudyInstanceUID": uid}], "Synchronous": True}
    orthanc.ask(f"/modalities/{modality}/move", move)
    assert receiver.files().keys() == files.keys()


def test_gdcmscu_moves_to_itself(house, study, tmp_path):
    uid, files = study
    port = a_free_port()
    # It accepts Explicit VR, and reads it as implicit: the node's preferred syntax is the cure.
    house.know("GDCMSCU", port, transfer_syntaxes=(IMPLICIT_VR_LITTLE_ENDIAN,))
    run(
        "gdcmscu", "--move", "--studyroot", "--study", "--key", f"20,d={uid}", "--port-scp", str(port), "-o", str(tmp_path),
        "--aetitle", "GDCMSCU", "--call", "ISOCENTER", *house.address, codes=(0, -6),
    )  # fmt: skip
    assert files_of(tmp_path).keys() == files.keys()


def test_isocenter_asks_itself(house, study, receive):
    uid, files = study
    receiver = receive()
    house.know("RECEIVER", receiver.port)
    assert '"completed": 9' in house.cli("move", house.node, "--to", "RECEIVER", "-k", f"StudyInstanceUID={uid}", "--json")
    assert receiver.files().keys() == files.keys()


def test_isocenter_asks_dcmqrscp_and_orthanc_to_send_here(start_house, study, query_retrieve, orthanc):
    uid, files = study
    house = start_house()
    archive = query_retrieve({house.aet: house.port})
    orthanc.know(house)
    for node in (archive.node, f"ORTHANC@127.0.0.1:{orthanc.port}"):
        sent = list(files.values())[::2] if node == archive.node else list(files.values())[1::2]
        house.cli("send", node, *map(str, sent))
        house.cli("move", node, "--to", house.aet, "-k", f"StudyInstanceUID={uid}")
        for path in sent:
            assert pydicom.dcmread(house.path_of(uid_of(path))).PixelData == pydicom.dcmread(path).PixelData


# Transcoding


def test_a_receiver_of_implicit_vr_alone_gets_it(house, samples, receive, tmp_path):
    receiver = receive("+xi")
    house.know("RECEIVER", receiver.port)
    stored = (RLE_LOSSLESS, JPEG_LOSSLESS_FIRST_ORDER, JPEG_LS_LOSSLESS, JPEG_2000_LOSSLESS, EXPLICIT_VR_LITTLE_ENDIAN)
    chosen = [path for syntax in stored for path in samples.get(syntax, [])[:2]]
    house.cli("send", house.node, *map(str, chosen))
    for path in chosen:
        study_uid = pydicom.dcmread(path, stop_before_pixels=True).StudyInstanceUID
        run("movescu", "-S", "-aem", "RECEIVER", "-k", "QueryRetrieveLevel=IMAGE", "-k", f"StudyInstanceUID={study_uid}",
            "-k", f"SOPInstanceUID={uid_of(path)}", *house.address)  # fmt: skip
    written = receiver.files()
    for path in chosen:
        assert split(written[uid_of(path)])[0] == IMPLICIT_VR_LITTLE_ENDIAN
        shutil.copy(path, tmp_path / "stored")
        assert pydicom.dcmread(written[uid_of(path)]).PixelData == pixels(tmp_path / "stored"), path.name


@pytest.mark.parametrize(
    "syntax", [IMPLICIT_VR_LITTLE_ENDIAN, JPEG_LOSSLESS_FIRST_ORDER, JPEG_LS_LOSSLESS, JPEG_2000_LOSSLESS, RLE_LOSSLESS]
)
def test_a_destination_with_one_encoding_gets_it_in_that_encoding(house, study, syntax, tmp_path):
    uid, files = study
    with destination(house, {CT_IMAGE: syntax, MR_IMAGE: syntax}) as received:
        final, _ = moved(house, uid, "DESTINATION")
        assert (final.Status, counts(final)) == (0, (9, 0, 0))
    assert {str(dataset.file_meta.TransferSyntaxUID) for dataset in received.values()} == {syntax}
    for one, dataset in received.items():
        path = tmp_path / f"{one}.dcm"
        pydicom.dcmwrite(path, dataset, enforce_file_format=True)
        assert pixels(path) == pydicom.dcmread(files[one]).PixelData


# Unwilling destinations


def test_what_a_destination_does_not_take_fails_and_the_rest_goes_on(house, study):
    uid, files = study
    with destination(house, {CT_IMAGE: EXPLICIT_VR_LITTLE_ENDIAN}) as received:
        final, failed = moved(house, uid, "DESTINATION")
    assert (final.Status, counts(final)) == (0xB000, (6, 3, 0))
    assert failed == of_class(files, MR_IMAGE)
    assert received.keys() == of_class(files, CT_IMAGE)
    assert "does not take" in final.ErrorComment


def test_each_answer_of_the_destination_is_counted_as_what_it_is(house, study):
    uid, files = study
    statuses = dict(zip(sorted(files), [0, 0xB000, 0xA700, 0x0111, 0xC000, 0, 0, 0xB007, 0xA900], strict=True))
    both = {CT_IMAGE: EXPLICIT_VR_LITTLE_ENDIAN, MR_IMAGE: EXPLICIT_VR_LITTLE_ENDIAN}
    with destination(house, both, lambda dataset: statuses[str(dataset.SOPInstanceUID)]):
        final, failed = moved(house, uid, "DESTINATION")
    # What the destination has already, it needs no more: that is no failure.
    assert (final.Status, counts(final)) == (0xB000, (3, 3, 3))
    assert failed == {one for one, status in statuses.items() if status in (0xA700, 0xC000, 0xA900)}


@pytest.mark.parametrize("option", ["--refuse", "--abort-after", "--abort-during"])
def test_a_receiver_that_refuses_or_breaks_off_fails_them_all_with_a_reason(house, study, receive, option):
    uid, files = study
    receiver = receive(option)
    house.know("RECEIVER", receiver.port)
    began = time.monotonic()
    final, failed = moved(house, uid, "RECEIVER")
    assert (final.Status, counts(final), failed) == (0xA702, (0, 9, 0), set(files))
    assert final.ErrorComment
    assert time.monotonic() - began < 10


def test_a_receiver_that_takes_its_time_gets_them_all(house, study, receive):
    """One after the other, a second each: it says that it is DCMTK, which is sent to over one association."""
    uid, files = study
    receiver = receive("--sleep-after", "1", "--fork")
    house.know("RECEIVER", receiver.port)
    final, _ = moved(house, uid, "RECEIVER")
    assert (final.Status, counts(final)) == (0, (9, 0, 0))
    assert receiver.files().keys() == files.keys()


def test_a_receiver_that_dies_in_the_middle_fails_the_rest(house, study, receive):
    uid, files = study
    receiver = receive("--sleep-after", "1")
    house.know("RECEIVER", receiver.port, associations_max=1)
    with Mover(house) as mover:
        answers = mover.begin(uid, "RECEIVER")
        first, _ = next(answers)
        receiver.server.process.kill()
        final, identifier = list(answers)[-1]
    assert first.Status == 0xFF00
    completed, failed, _ = counts(final)
    assert (final.Status, completed + failed) == (0xB000, 9)
    assert completed in (1, 2)
    assert set(identifier.FailedSOPInstanceUIDList) == set(files) - set(receiver.files()) or completed == 1


def test_nobody_at_the_address_fails_them_all(house, study):
    house.know("NOBODY", a_free_port())
    final, failed = moved(house, study[0], "NOBODY")
    assert (final.Status, counts(final), failed) == (0xA702, (0, 9, 0), set(study[1]))
    assert "refused" in final.ErrorComment or "nobody" in final.ErrorComment.lower()


def test_a_title_that_nobody_has_is_answered_with_a801(house, study):
    assert (
        "0xa801" in run("movescu", "-d", "-S", "-aem", "UNHEARD_OF", *keys(study[0]), *house.address, codes=(0, 1, 2, 69)).lower()
    )


def test_a_node_entered_while_the_archive_runs_is_called_at_once(start_house, study, receive):
    uid, files = study
    house = start_house()
    house.cli("send", house.node, *map(str, files.values()))
    receiver = receive()
    run("movescu", "-S", "-aem", "RECEIVER", *keys(uid), *house.address, codes=(0, 1, 2, 69))
    assert receiver.files() == {}
    house.cli("node", "add", "receiver", "--aet", "RECEIVER", "--host", "127.0.0.1", "--port", str(receiver.port))
    run("movescu", "-S", "-aem", "RECEIVER", *keys(uid), *house.address)
    assert receiver.files().keys() == files.keys()


# Cancelling


def test_a_cancel_is_heeded_within_a_second_and_what_went_is_counted(house, study, receive):
    uid, _ = study
    receiver = receive("--sleep-after", "1")
    house.know("RECEIVER", receiver.port, associations_max=1)
    with Mover(house) as mover:
        answers = mover.begin(uid, "RECEIVER", 9)
        assert next(answers)[0].Status == 0xFF00
        mover.association.send_c_cancel(9, query_model=STUDY_ROOT_MOVE)
        cancelled = time.monotonic()
        final, _ = list(answers)[-1]
        assert time.monotonic() - cancelled < 1
    assert final.Status == 0xFE00
    assert sum(counts(final)) + final.NumberOfRemainingSuboperations == 9
    assert final.NumberOfCompletedSuboperations < 4


def test_movescu_cancels(house, study, receive):
    receiver = receive("--sleep-after", "1")
    house.know("RECEIVER", receiver.port, associations_max=1)
    output = run("movescu", "-d", "-S", "--cancel", "1", "-aem", "RECEIVER", *keys(study[0]), *house.address, codes=(0, 1, 2, 69))
    assert "0xfe00" in output.lower()


def test_a_requestor_that_aborts_ends_the_move(house, study, receive):
    receiver = receive("--sleep-after", "1")
    house.know("RECEIVER", receiver.port, associations_max=1)
    mover = Mover(house)
    next(mover.begin(study[0], "RECEIVER"))
    mover.association.abort()
    wait_for("the destination is let go", lambda: "bort" in receiver.server.said(), 5)
    assert len(receiver.files()) < 5
    assert "Association Accepted" in run("echoscu", "-v", *house.address)

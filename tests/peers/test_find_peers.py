"""C-FIND as findscu, pynetdicom and Orthanc ask it: every root and level, every kind of matching, every alphabet, C-CANCEL."""

from __future__ import annotations

import time
from contextlib import closing
from itertools import islice

import pydicom
import pytest
from tests.peers.processes import House, run

from isocenter.archive.blob_files import key_of
from isocenter.archive.index_file import FIRST, connect
from isocenter.archive.index_writer import Mark
from isocenter.base.ids import new_uid
from isocenter.lab.index_rows import fill
from isocenter.lab.phantom import ct_series, mr_series

pytestmark = pytest.mark.peers

PATIENT_ROOT, STUDY_ROOT, PATIENT_STUDY_ONLY = (
    "1.2.840.10008.5.1.4.1.2.1.1",
    "1.2.840.10008.5.1.4.1.2.2.1",
    "1.2.840.10008.5.1.4.1.2.3.1",
)
OPTIONS = {PATIENT_ROOT: "-P", STUDY_ROOT: "-S", PATIENT_STUDY_ONLY: "-O"}

PEOPLE = {
    "LATIN": ("", "Doe^Jane", "20250101"),
    "LATIN2": ("", "Doering^John", "20250615"),
    "WEST": ("ISO_IR 100", "Müller^Jörg", "20251224"),
    "CYRILLIC": ("ISO_IR 144", "Люксембург^Роза", "20260101"),
    "GREEK": ("ISO_IR 126", "Διονύσιος^Γιώργος", "20260202"),
    "JAPANESE": ("ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう", "20260303"),
    "KOREAN": ("ISO 2022 IR 149", "Hong^Gildong=洪^吉洞=홍^길동", "20260404"),
    "UTF8": ("ISO_IR 192", "Łukasiewicz^Žofie", "20260505"),
}
"""By patient ID: in which character set the images come, the name in them, the study's date."""


@pytest.fixture(scope="module")
def studies(house, tmp_path_factory) -> dict[str, str]:
    """A CT and an MR series of each person; the Study Instance UID by patient ID."""
    folder = tmp_path_factory.mktemp("people")
    uids = {}
    for number, (patient_id, (character_set, name, date)) in enumerate(PEOPLE.items()):
        uids[patient_id] = new_uid()
        for image in (*ct_series(number, slices=3, side_pixels=16), *mr_series(number, slices=2, side_pixels=16)):
            image.SpecificCharacterSet = ["", character_set] if character_set.startswith("ISO 2022") else character_set
            image.PatientID, image.PatientName = patient_id, name
            image.StudyDate, image.StudyTime = date, "101500"
            image.StudyInstanceUID = uids[patient_id]
            pydicom.dcmwrite(folder / f"{image.SOPInstanceUID}.dcm", image, enforce_file_format=True)
    run("storescu", "-R", "+sd", *house.address, str(folder))
    return uids


@pytest.fixture
def findscu(house, tmp_path):
    """Asks with findscu; what came, as data sets."""

    def ask(*keys: str, root: str = STUDY_ROOT, query: pydicom.Dataset | None = None, options: tuple[str, ...] = ()):
        folder = tmp_path / f"answers{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        files = []
        if query is not None:
            files = [str(tmp_path / "query.dcm")]
            pydicom.dcmwrite(files[0], query, implicit_vr=False, little_endian=True)
        asked = [word for key in keys for word in ("-k", key)]
        run("findscu", OPTIONS[root], "-X", "-od", str(folder), *options, *asked, *house.address, *files)
        return [pydicom.dcmread(path, force=True) for path in sorted(folder.iterdir())]

    return ask


def ids(answers) -> set[str]:
    return {answer.PatientID for answer in answers}


ALL = set(PEOPLE)


@pytest.mark.parametrize(
    ("root", "level", "count"),
    [
        (PATIENT_ROOT, "PATIENT", 8),
        (PATIENT_ROOT, "STUDY", 1),
        (PATIENT_ROOT, "SERIES", 2),
        (PATIENT_ROOT, "IMAGE", 3),
        (STUDY_ROOT, "STUDY", 8),
        (STUDY_ROOT, "SERIES", 2),
        (STUDY_ROOT, "IMAGE", 3),
        (PATIENT_STUDY_ONLY, "PATIENT", 8),
        (PATIENT_STUDY_ONLY, "STUDY", 1),
    ],
)
def test_every_root_has_its_levels(house, studies, findscu, root, level, count):
    study = studies["LATIN"]
    series = next(s for s in house.find("-l", "series", "-k", f"StudyInstanceUID={study}") if s.Modality == "CT").SeriesInstanceUID
    unique = {
        "PATIENT": ["PatientID"],
        "STUDY": ["PatientID=LATIN", "StudyInstanceUID"],
        "SERIES": ["PatientID=LATIN", f"StudyInstanceUID={study}", "SeriesInstanceUID", "Modality"],
        "IMAGE": ["PatientID=LATIN", f"StudyInstanceUID={study}", f"SeriesInstanceUID={series}", "SOPInstanceUID"],
    }[level]  # fmt: skip
    if root == STUDY_ROOT:
        unique = [key for key in unique if not key.startswith("PatientID=")]
    answers = findscu(f"QueryRetrieveLevel={level}", *unique, root=root)
    assert len(answers) == count
    for answer in answers:
        assert answer.QueryRetrieveLevel == level
        for key in unique:
            keyword, _, value = key.partition("=")
            assert answer[keyword].value == value if value else answer[keyword].value not in (None, "")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("PatientName=Doe*", {"LATIN", "LATIN2"}),
        ("PatientName=doe^JANE", {"LATIN"}),
        ("PatientName=D??^*", {"LATIN"}),
        ("PatientName=*", ALL),
        ("PatientName=", ALL),
        ("PatientName=Nobody", set()),
        ("StudyDate=20260101-", {"CYRILLIC", "GREEK", "JAPANESE", "KOREAN", "UTF8"}),
        ("StudyDate=-20250615", {"LATIN", "LATIN2"}),
        ("StudyDate=20250615-20260101", {"LATIN2", "WEST", "CYRILLIC"}),
        ("StudyDate=20260202", {"GREEK"}),
        ("StudyTime=1000-1030", ALL),
        ("StudyTime=1016-", set()),
        ("ModalitiesInStudy=MR", ALL),
        ("ModalitiesInStudy=US", set()),
        ("PatientID=L*", {"LATIN", "LATIN2"}),
    ],
)
def test_matching_as_the_standard_says(studies, findscu, key, expected):
    keys = [key] if key.startswith("PatientID") else [key, "PatientID"]
    assert ids(findscu("QueryRetrieveLevel=STUDY", *keys)) == expected


def test_a_list_of_uids_finds_each(studies, findscu):
    wanted = ("WEST", "GREEK", "UTF8")
    uids = "\\".join(studies[one] for one in wanted)
    assert ids(findscu("QueryRetrieveLevel=STUDY", "PatientID", f"StudyInstanceUID={uids}")) == set(wanted)


def query_for(name: str, character_set: str) -> pydicom.Dataset:
    query = pydicom.Dataset()
    query.SpecificCharacterSet = ["", character_set] if character_set.startswith("ISO 2022") else character_set
    query.QueryRetrieveLevel = "STUDY"
    query.PatientName = name
    query.PatientID = ""
    return query


ASKED = [
    ("Люксембург*", "ISO_IR 144", "CYRILLIC"),
    ("люксембург^роза", "ISO_IR 192", "CYRILLIC"),
    ("Διον*", "ISO_IR 126", "GREEK"),
    ("*Γιώργος", "ISO_IR 192", "GREEK"),
    ("山田*", "ISO_IR 192", "JAPANESE"),
    ("*やまだ*", "ISO_IR 192", "JAPANESE"),
    ("=山田^太郎", "ISO 2022 IR 87", "JAPANESE"),
    ("Yamada*", "", "JAPANESE"),
    ("Müller*", "ISO_IR 100", "WEST"),
    ("Müller^Jörg", "ISO_IR 192", "WEST"),
    ("*홍^길동", "ISO_IR 192", "KOREAN"),
    ("Łuk*", "ISO_IR 101", "UTF8"),
]


@pytest.mark.parametrize(("name", "character_set", "expected"), ASKED)
def test_findscu_finds_a_name_in_any_alphabet_and_can_read_the_answer(studies, findscu, name, character_set, expected):
    (answer,) = findscu(query=query_for(name, character_set))
    assert answer.PatientID == expected
    assert str(answer.PatientName).rstrip("=") == PEOPLE[expected][1]


@pytest.mark.parametrize(("name", "character_set", "expected"), ASKED)
def test_pynetdicom_finds_a_name_in_any_alphabet_and_can_read_the_answer(house, studies, name, character_set, expected):
    with requestor(house, STUDY_ROOT) as association:
        answers = [data for status, data in association.send_c_find(query_for(name, character_set), STUDY_ROOT) if data]
    assert [answer.PatientID for answer in answers] == [expected]
    answers[0].decode()
    assert str(answers[0].PatientName).rstrip("=") == PEOPLE[expected][1]


def test_an_answer_in_another_alphabet_than_the_query_declares_what_it_is_written_in(studies, findscu):
    answers = findscu("SpecificCharacterSet=ISO_IR 100", "QueryRetrieveLevel=STUDY", "PatientName", "PatientID")
    assert {answer.PatientID: str(answer.PatientName).rstrip("=") for answer in answers} == {
        patient_id: name for patient_id, (_, name, _) in PEOPLE.items()
    }


@pytest.mark.parametrize("option", ["-xi", "-xe", "-xb", "-xd"])
def test_findscu_may_ask_in_any_transfer_syntax(studies, findscu, option):
    assert ids(findscu("QueryRetrieveLevel=STUDY", "PatientID", "PatientName=Doe*", options=(option,))) == {"LATIN", "LATIN2"}


def test_orthanc_finds(house, studies, orthanc):
    modality = orthanc.know(house)
    for name, expected in (("Doe*", {"LATIN", "LATIN2"}), ("Müller*", {"WEST"})):
        query = orthanc.ask(f"/modalities/{modality}/query", {"Level": "Study", "Query": {"PatientName": name, "PatientID": ""}})
        answers = orthanc.ask(f"{query['Path']}/answers?expand&simplify")
        assert {answer["PatientID"] for answer in answers} == expected


def test_gdcmscu_finds(house, studies):
    run("gdcmscu", "--find", "--studyroot", "--study", "--key", "10,10=Doe*", "--key", "20,d=", *house.address, codes=(0, -6))
    house.wait_until_said("GDCMSCU (127.0.0.1) searched")


# Cancelling

MANY = 20_000


@pytest.fixture(scope="module")
def crowded(tmp_path_factory) -> House:
    """An archive with so many studies that an answer takes a while."""
    folder = tmp_path_factory.mktemp("crowded")
    index = folder / "data" / "index" / FIRST
    fill(index, studies=MANY, instances=MANY)
    with closing(connect(index)) as connection:
        # These rows have no blobs, and a start looks for those of the rows after the mark.
        Mark(MANY, key_of(MANY), MANY).write(connection.cursor())
    house = House.start(folder)
    yield house
    assert house.server.end() == 0, house.said()


def test_findscu_cancels(crowded):
    output = run(
        "findscu", "-d", "-S", "--cancel", "5", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID", *crowded.address
    )  # fmt: skip
    assert "0xfe00" in output
    assert output.count("Received Find Response") < MANY


def test_a_cancel_of_pynetdicom_is_heeded_within_a_second(crowded):
    query = pydicom.Dataset()
    query.QueryRetrieveLevel = "STUDY"
    query.StudyInstanceUID = query.PatientName = query.StudyDescription = ""
    with requestor(crowded, STUDY_ROOT) as association:
        answers = association.send_c_find(query, STUDY_ROOT, msg_id=7)
        assert all(status.Status == 0xFF00 for status, _ in islice(answers, 10))
        association.send_c_cancel(7, query_model=STUDY_ROOT)
        cancelled = time.monotonic()
        last = [status.Status for status, _ in answers]
        assert last[-1] == 0xFE00
        assert time.monotonic() - cancelled < 1
        assert association.send_c_echo().Status == 0


def test_the_association_serves_on_after_isocenter_cancelled(crowded):
    answers = crowded.cli("find", crowded.node, "--json", "--limit", "3").splitlines()
    assert len(answers) == 3
    crowded.wait_until_said("searched")


class requestor:  # noqa: N801
    """An association of pynetdicom."""

    def __init__(self, house: House, *classes: str) -> None:
        from pynetdicom import AE

        entity = AE(ae_title="PYNETDICOM")
        for uid in ("1.2.840.10008.1.1", *classes):
            entity.add_requested_context(uid)
        self.association = entity.associate("127.0.0.1", house.port)
        assert self.association.is_established

    def __enter__(self):
        return self.association

    def __exit__(self, *_: object) -> None:
        self.association.release()

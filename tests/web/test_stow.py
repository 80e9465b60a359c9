import pytest
from tests.web.dicom_web import CT, DICOM_PARTS, EXPLICIT, URL, comments, data_set, file, multipart, reasons, serving

from isocenter.base.errors import VolumeFailed
from isocenter.dataset import part10
from isocenter.model.records import Full
from isocenter.web import qido, stow


def rooms(house):
    return [*stow.routes(house), *qido.routes(house)]


@pytest.fixture
def service(tmp_path):
    with serving(tmp_path, rooms) as service:
        yield service


@pytest.fixture(scope="module")
def empty_service(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("archive"), rooms) as service:
        yield service
        assert service.stored_uids() == []


def test_what_is_stored_is_durable_findable_and_the_same_bytes(service):
    answer = service.store(*(file(f"1.2.3.4.{number}", bytes([number]) * 300) for number in range(1, 21)))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/dicom+json"
    items = answer.json()["00081199"]["Value"]
    assert [item["00081155"]["Value"][0] for item in items] == [f"1.2.3.4.{number}" for number in range(1, 21)]
    assert items[0]["00081190"]["Value"] == [f"{URL}/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.1"]
    assert len(service.stored_uids()) == 20
    assert service.content("1.2.3.4.7") == data_set("1.2.3.4.7", b"\7" * 300)


def test_how_it_came_is_kept(service):
    service.client.headers["User-Agent"] = "curl/8.5 (a comment)"
    service.store(file("1.2.3.4.5"))
    kept = service.house.catalogue.instance("1.2.3.4.5")
    with service.archive.open(kept.blob) as blob:
        header = part10.read_header(blob.read(0, blob.dataset_offset))
    assert b'"source":"stow"' in header.private_information
    assert b'"implementation_version_name":"curl/8.5"' in header.private_information


def test_good_and_bad_together_are_accepted_with_a_reason_for_each(service):
    answer = service.store(
        file("1.2.3.4.1"),
        b"no DICOM",
        file("1.2.3.4.2", syntax="1.2.3"),
        file("1.2.3.4.3", t0020000D=".."),
        file("1.2.3.4.4", t0020000E=""),
        b"",
    )
    assert answer.status_code == 202
    assert sorted(reasons(answer)) == [
        ("", 0xC000),
        ("", 0xC000),
        ("1.2.3.4.2", 0xC122),
        ("1.2.3.4.3", 0xC000),
        ("1.2.3.4.4", 0xC002),
    ]
    assert service.stored_uids() == ["1.2.3.4.1"]


def test_nothing_stored_is_a_conflict(empty_service):
    assert empty_service.store(b"no DICOM").status_code == 409
    assert empty_service.store(file("1.2.3.4.1", t0020000D="1.2.9"), path="/studies/1.2.3").status_code == 409


def test_only_the_study_of_the_path_is_taken(service):
    answer = service.store(file("1.2.3.4.1"), file("1.2.9.4.1"), path="/studies/1.2.3")
    assert answer.status_code == 202
    assert reasons(answer) == [("1.2.9.4.1", 0xA900)]
    assert answer.json()["00081190"]["Value"] == [f"{URL}/studies/1.2.3"]
    assert service.stored_uids() == ["1.2.3.4.1"]


def test_the_same_again_is_stored_once_and_told_as_stored(service):
    first, second = service.store(file("1.2.3.4.1")), service.store(file("1.2.3.4.1"))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert service.stored_uids() == ["1.2.3.4.1"]


def test_a_contradiction_is_kept_beside_the_archive_with_a_warning(service):
    service.store(file("1.2.3.4.1", t00100010="Kept^Name"))
    answer = service.store(file("1.2.3.4.1", t00100010="Other^Name"))
    assert answer.status_code == 202
    (item,) = answer.json()["00081199"]["Value"]
    assert item["00081196"]["Value"] == [0xB000]
    assert "Kept" not in answer.text
    assert b"Kept^Name" in service.content("1.2.3.4.1")


def test_who_stored_how_much_is_a_line_of_the_log_without_what_was_sent(service, caplog):
    caplog.set_level("INFO", "isocenter")
    service.client.headers["User-Agent"] = "curl/8.5"
    service.store(file("1.2.3.4.1", t00100010="Secret^Name"), file("1.2.3.4.2", t0020000D="Secret"))
    assert "curl/8.5 (testclient) stored 1 over HTTP in 0." in caplog.text
    assert "; 1 refused: C000" in caplog.text
    assert "Secret" not in caplog.text


def test_one_file_without_parts_is_taken(service):
    answer = service.client.post("/dicom-web/studies", content=file("1.2.3.4.1"), headers={"Content-Type": "application/dicom"})
    assert answer.status_code == 200
    assert service.stored_uids() == ["1.2.3.4.1"]


@pytest.mark.parametrize(
    ("headers", "status", "complaint"),
    [
        ({"Content-Type": "multipart/form-data; boundary=b"}, 415, "multipart/form-data"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/x-www-form-urlencoded"),
        ({"Content-Type": "text/plain"}, 415, "text/plain"),
        ({"Content-Type": ""}, 415, "no Content-Type"),
        ({"Content-Type": "nonsense"}, 400, "not a media type"),
        ({"Content-Type": 'multipart/related; type="application/dicom"'}, 400, "no boundary"),
        ({"Content-Type": f'multipart/related; type="application/dicom"; boundary={"b" * 8192}'}, 400, "no boundary"),
        ({"Content-Type": 'multipart/related; type="application/dicom+xml"; boundary=b'}, 415, "application/dicom+xml"),
        ({"Content-Type": DICOM_PARTS, "Content-Encoding": "gzip"}, 415, '"gzip"'),
        ({"Content-Type": DICOM_PARTS, "Content-Encoding": "gzip, gzip"}, 415, "gzip"),
        ({"Content-Type": DICOM_PARTS, "Content-Encoding": "br"}, 415, '"br"'),
    ],
)
def test_a_body_of_another_kind_is_refused_before_it_is_read(empty_service, headers, status, complaint):
    answer = empty_service.client.post("/dicom-web/studies", content=multipart(file("1.2.3.4.1")), headers=headers)
    assert (answer.status_code, complaint in answer.json()["detail"]) == (status, True), answer.text


def test_a_packed_body_is_told_what_is_taken(empty_service):
    answer = empty_service.client.post(
        "/dicom-web/studies", content=b"", headers={"Content-Type": DICOM_PARTS, "Content-Encoding": "gzip"}
    )
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "body",
    [b"", b"\r\n--b--\r\n", b"--c\r\n\r\n\r\n--c--", b"\r\n--b\r\nContent-Type: application/dicom\r\n\r\nDICM", b"\r\n" * 40_000],
    ids=["empty", "no part", "another boundary", "no end", "flood"],
)
def test_a_body_without_a_whole_part_is_refused(empty_service, body):
    answer = empty_service.client.post("/dicom-web/studies", content=body, headers={"Content-Type": DICOM_PARTS})
    assert answer.status_code in (400, 413)
    assert answer.json()["detail"]


def test_what_was_whole_before_the_body_broke_off_stays_and_is_told(service):
    whole = multipart(file("1.2.3.4.1"), file("1.2.3.4.2"), file("1.2.3.4.3"))
    answer = service.client.post("/dicom-web/studies", content=whole[:-60], headers={"Content-Type": DICOM_PARTS})
    assert answer.status_code == 202
    assert "before its last boundary" in comments(answer)
    assert service.stored_uids() == ["1.2.3.4.1", "1.2.3.4.2"]


def test_many_tiny_parts_in_one_run_are_taken(service):
    answer = service.store(*(file(f"1.2.3.4.{number}", b"") for number in range(1, 301)))
    assert answer.status_code == 200
    assert len(service.stored_uids()) == 300


def test_thousands_of_empty_parts_are_refused_one_by_one(empty_service):
    answer = empty_service.store(*[b""] * 3000)
    assert answer.status_code == 409
    assert len(answer.json()["0008119A"]["Value"]) == 3000


def test_a_bad_study_in_the_path_is_refused(empty_service):
    assert empty_service.store(file("1.2.3.4.1"), path="/studies/1.2.x").status_code == 400


class Broken:
    """An intake whose disk has trouble at the end."""

    def __init__(self, trouble):
        self.trouble = trouble

    def begin(self, _arrival):
        return self

    def write(self, _view):
        pass

    def abandon(self):
        pass

    def finish(self):
        if isinstance(self.trouble, Exception):
            raise self.trouble
        return self.trouble


def test_a_full_disk_has_its_own_status(tmp_path):
    with serving(tmp_path, rooms, intake=Broken(Full("no space is left"))) as service:
        answer = service.store(file("1.2.3.4.1"))
        assert answer.status_code == 507
        assert reasons(answer) == [("1.2.3.4.1", 0xA700)]


def test_an_error_of_ours_fails_its_instance_and_its_text_stays_in_the_log(tmp_path, caplog):
    with serving(tmp_path, rooms, intake=Broken(OSError(5, "/secret/folder"))) as service:
        answer = service.store(file("1.2.3.4.1"))
        assert answer.status_code == 409
        assert reasons(answer) == [("1.2.3.4.1", 0x0110)]
        assert "/secret/folder" not in answer.text
        assert "/secret/folder" in caplog.text


def test_a_disk_that_fails_has_the_status_of_a_full_one(tmp_path):
    with serving(tmp_path, rooms, intake=Broken(VolumeFailed("the index cannot be written", full=False))) as service:
        assert service.store(file("1.2.3.4.1")).status_code == 507


def test_private_classes_are_refused_where_the_setting_says_so(tmp_path):
    with serving(tmp_path, rooms, unknown_classes=False) as service:
        assert reasons(service.store(file("1.2.3.4.1", t00080016="1.3.12.2.1107.5.9.1"))) == [("1.2.3.4.1", 0x0122)]
        assert service.store(file("1.2.3.4.1")).status_code == 200


def test_a_class_and_a_syntax_that_are_stored_by_c_store_are_stored_here(service):
    assert (CT, EXPLICIT) == ("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1")
    assert service.store(file("1.2.3.4.1", syntax="1.2.840.10008.1.2.4.90")).status_code == 200

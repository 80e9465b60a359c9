import pytest
from tests.web.dicom_web import file, serving

from isocenter.web import delete, qido, stow


def rooms(house):
    return [*qido.routes(house), *stow.routes(house), *delete.routes(house)]


@pytest.fixture
def service(tmp_path):
    """Two studies; the first has two series of two instances."""
    with serving(tmp_path, rooms) as service:
        object.__setattr__(service.house, "remove", service.archive.remove)
        uids = ("1.1.1.1", "1.1.1.2", "1.1.2.1", "1.1.2.2", "1.2.1.1")
        assert service.store(*(file(uid) for uid in uids)).status_code == 200
        yield service


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("/studies/1.1", ["1.2.1.1"]),
        ("/studies/1.1/series/1.1.2", ["1.1.1.1", "1.1.1.2", "1.2.1.1"]),
        ("/studies/1.1/series/1.1.1/instances/1.1.1.2", ["1.1.1.1", "1.1.2.1", "1.1.2.2", "1.2.1.1"]),
    ],
)
def test_exactly_what_the_path_names_is_removed(service, path, left):
    answer = service.client.delete(f"/dicom-web{path}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert service.stored_uids() == left
    assert service.client.delete(f"/dicom-web{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/studies/9",
        "/studies/1.2/series/1.1.1",
        "/studies/1.1/series/1.1.2/instances/1.1.1.1",
        "/studies/1.2/series/1.1.1/instances/1.1.1.1",
    ],
)
def test_levels_that_do_not_belong_together_remove_nothing(service, path):
    assert service.client.delete(f"/dicom-web{path}").status_code == 404
    assert len(service.stored_uids()) == 5


@pytest.mark.parametrize(
    "path", ["/studies/*", "/studies/1.1%5C1.2", "/studies/1.1,1.2", "/studies/%20", "/studies/1.1/series/%2A"]
)
def test_a_path_that_is_no_uid_removes_nothing(service, path):
    assert service.client.delete(f"/dicom-web{path}").status_code in (400, 404, 405)
    assert len(service.stored_uids()) == 5


def test_everything_at_once_cannot_be_removed(service):
    assert service.client.delete("/dicom-web/studies").status_code == 405
    assert len(service.stored_uids()) == 5


def test_without_the_setting_nothing_is_removed_and_the_setting_is_named(tmp_path):
    with serving(tmp_path, rooms) as service:
        service.store(file("1.1.1.1"))
        answer = service.client.delete("/dicom-web/studies/1.1")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD, POST"
        assert "web_delete" in answer.json()["detail"]
        assert service.stored_uids() == ["1.1.1.1"]


def test_who_removed_what_is_in_the_log_without_a_name_of_a_patient(service, caplog):
    service.client.delete("/dicom-web/studies/1.1")
    assert "deleted 4 instances over HTTP: /dicom-web/studies/1.1" in caplog.text


def test_what_was_removed_can_be_stored_again(service):
    service.client.delete("/dicom-web/studies/1.1")
    assert service.store(file("1.1.1.1")).status_code == 200
    assert service.stored_uids() == ["1.1.1.1", "1.2.1.1"]

import pytest
from tests.web.dicom_web import URL, serving

from isocenter.dicomweb.resources import ROUTES
from isocenter.web import capabilities
from isocenter.web.capabilities import description


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("archive"), capabilities.routes) as service:
        yield service


def test_the_root_tells_what_can_be_done(service):
    answer = service.client.options("/dicom-web/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == description(URL, can_delete=False)
    assert service.client.get("/dicom-web/").json() == answer.json()


def test_who_wants_nothing_but_wadl_is_told_what_there_is(service):
    answer = service.client.options("/dicom-web/", headers={"Accept": "application/vnd.sun.wadl+xml"})
    assert answer.status_code == 406
    assert "application/json" in answer.json()["detail"]


def test_every_resource_is_told_with_its_methods():
    told = {row["path"]: row for row in description(URL, can_delete=True)["resources"]}
    assert set(told) == {route.template for route in ROUTES}
    assert told["/studies/{study}"]["methods"] == ["GET", "POST", "DELETE"]
    assert "application/dicom+json" in told["/studies"]["search"]["media_types"]
    assert {"PatientName", "StudyDate", "ModalitiesInStudy"} <= set(told["/studies"]["search"]["matched"])
    assert "NumberOfStudyRelatedInstances" not in told["/studies"]["search"]["matched"]


def test_deleting_is_told_only_where_it_is_allowed():
    assert not any("DELETE" in row["methods"] for row in description(URL, can_delete=False)["resources"])

import pytest
from starlette.testclient import TestClient
from tests.web.houses import lived

from isocenter.lab import phantom
from isocenter.web.api import api
from isocenter.web.app import app


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    image = next(phantom.ct_series(1, slices=1, side_pixels=16))
    image.PatientName = "<script>alert(1)</script>^X"
    with (
        lived(tmp_path_factory.mktemp("houses") / "here") as house,
        TestClient(app(api(house.api)), base_url="http://127.0.0.1:8114") as client,
    ):
        house.keep([image])
        yield client


def test_no_script_may_come_from_elsewhere_or_from_within(browser):
    assert "default-src 'self'" in browser.get("/").headers["content-security-policy"]
    assert browser.get("/api/status").headers["x-content-type-options"] == "nosniff"


def test_the_status_is_json_and_markup_in_names_stays_text(browser):
    answer = browser.get("/api/status")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["latest"][0]["patient_name"] == "<script>alert(1)</script>^X"


def test_a_request_that_names_another_host_is_refused(browser):
    assert browser.get("/api/status", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("path", ["/api/debug?on=1", "/api/check", "/api/reindex"])
def test_a_change_from_a_foreign_page_is_refused(browser, path):
    assert browser.post(path).status_code == 403
    assert browser.get(path).status_code == 405

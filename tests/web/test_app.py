import json

import pytest
from starlette.testclient import TestClient

from isocenter.web.app import app
from isocenter.web.backstage import LogLine


class House:
    def __init__(self):
        self.debug = None

    def status(self):
        return {"aet": "ISOCENTER", "latest": [{"patient_name": "<script>alert(1)</script>^X"}]}

    def log_lines(self, after):
        return [LogLine(serial, "INFO", f"line {serial}") for serial in (1, 2, 3) if serial > after]

    def set_debug(self, on):
        self.debug = on

    def check(self):
        yield {"done": 1, "total": 2}
        yield {"finding": "a blob is missing"}

    def reindex(self):
        yield {"done": 2}


@pytest.fixture
def house():
    return House()


@pytest.fixture
def browser(house):
    with TestClient(app(house), base_url="http://127.0.0.1:8114") as client:
        yield client


def test_the_page_comes_without_a_single_foreign_host(browser):
    page = browser.get("/")
    assert page.status_code == 200
    texts = [page.text, *(browser.get(f"/{name}").text for name in ("page.js", "page.css"))]
    assert not any("//" in line and "http" in line and "w3.org" not in line for text in texts for line in text.splitlines())


def test_no_script_may_come_from_elsewhere_or_from_within(browser):
    assert "default-src 'self'" in browser.get("/").headers["content-security-policy"]
    assert browser.get("/api/status").headers["x-content-type-options"] == "nosniff"


def test_the_status_is_json_and_markup_in_names_stays_text(browser):
    answer = browser.get("/api/status")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["latest"][0]["patient_name"] == "<script>alert(1)</script>^X"


def test_a_request_that_names_another_host_is_refused(browser):
    assert browser.get("/api/status", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("path", ["/api/debug?on=1", "/api/check", "/api/reindex"])
def test_a_change_from_a_foreign_page_is_refused(browser, house, path):
    assert browser.post(path).status_code == 403
    assert browser.get(path).status_code in {404, 405}
    assert house.debug is None


def test_the_debug_switch_turns_both_ways(browser, house):
    for on in ("1", "0"):
        assert browser.post(f"/api/debug?on={on}", headers={"X-Isocenter": "1"}).json() == {"debug": on == "1"}
        assert house.debug is (on == "1")
    assert browser.post("/api/debug?on=maybe", headers={"X-Isocenter": "1"}).status_code == 400


def test_a_check_tells_its_steps_line_by_line(browser):
    answer = browser.post("/api/check", headers={"X-Isocenter": "1"})
    assert [json.loads(line) for line in answer.text.splitlines()] == [{"done": 1, "total": 2}, {"finding": "a blob is missing"}]


@pytest.mark.parametrize("path", ["/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/nothing"])
def test_no_path_leads_out_of_the_static_folder(browser, path):
    assert browser.get(path).status_code == 404

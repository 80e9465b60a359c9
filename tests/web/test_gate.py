import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from isocenter.web.gate import Gate

VIEWER = "http://viewer:3000"


def client(*origins):
    return TestClient(Gate(PlainTextResponse("inside"), origins), base_url="http://127.0.0.1:8114")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8114", "localhost:1", "[::1]:8114", "LOCALHOST"])
def test_a_request_that_names_this_computer_comes_in(host):
    assert client().get("/", headers={"host": host}).text == "inside"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:1:2", "localhost:x", "", "[::1", "::1"])
def test_a_request_that_names_another_host_is_refused_in_the_one_shape(host):
    answer = client().get("/dicom-web/studies", headers={"host": host})
    assert answer.status_code == 421
    assert answer.json()["status"] == 421
    assert "127.0.0.1" in answer.json()["detail"]


def test_every_answer_keeps_a_browser_from_guessing_and_keeping():
    headers = client().get("/").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'self'" in headers["content-security-policy"]


def test_an_answer_that_says_how_long_it_may_be_kept_is_left_alone():
    kept = Gate(PlainTextResponse("inside", headers={"Cache-Control": "private"}))
    assert TestClient(kept, base_url="http://127.0.0.1").get("/").headers.get_list("cache-control") == ["private"]


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
@pytest.mark.parametrize("origin", [VIEWER, "null", "http://127.0.0.1:9999"])
def test_a_change_from_a_page_of_another_origin_is_refused(method, origin):
    answer = client("http://elsewhere").request(method, "/dicom-web/studies", headers={"origin": origin})
    assert answer.status_code == 403
    assert "web_origins" in answer.json()["detail"]


def test_a_change_from_our_own_page_or_from_a_program_comes_in():
    assert client().post("/dicom-web/studies", headers={"origin": "http://127.0.0.1:8114"}).text == "inside"
    assert client().post("/dicom-web/studies").text == "inside"


@pytest.mark.parametrize("origins", [(VIEWER,), (VIEWER + "/",), ("*",)])
def test_a_page_that_the_setting_names_may_read_what_dicomweb_answers(origins):
    answer = client(*origins).post("/dicom-web/studies", headers={"origin": VIEWER})
    assert answer.text == "inside"
    assert answer.headers["access-control-allow-origin"] == VIEWER
    assert "Content-Range" in answer.headers["access-control-expose-headers"]


def test_a_page_that_the_setting_does_not_name_may_not_read():
    assert (
        "access-control-allow-origin"
        not in client("http://elsewhere").get("/dicom-web/studies", headers={"origin": VIEWER}).headers
    )


def test_no_page_of_another_origin_may_read_outside_dicomweb():
    assert "access-control-allow-origin" not in client("*").get("/api/status", headers={"origin": VIEWER}).headers


def test_a_preflight_is_answered_for_whom_the_setting_names_only():
    asked = {"origin": VIEWER, "access-control-request-method": "DELETE", "access-control-request-headers": "accept, range"}
    answer = client(VIEWER).options("/dicom-web/studies/1.2", headers=asked)
    assert answer.status_code == 200
    assert "DELETE" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "accept, range"
    assert "access-control-allow-methods" not in client().options("/dicom-web/studies/1.2", headers=asked).headers

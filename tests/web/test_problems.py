import json

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.testclient import TestClient

from isocenter.base.errors import Exhausted, LocalError, UnreadableDataset, UsageError, VolumeFailed
from isocenter.dicomweb.problems import Problem
from isocenter.web.app import EXPLAINED
from isocenter.web.problems import problem


def answer_to(error):
    def fail(_request):
        raise error

    house = Starlette(routes=[Route("/x", fail)], exception_handlers=EXPLAINED)
    return TestClient(house, raise_server_exceptions=False).get("/x")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("limit is -1"), 400),
        (FileNotFoundError("/secret/1.dcm"), 404),
        (LocalError("no way to JPEG 2000"), 406),
        (UnreadableDataset("cut short", offset=3), 406),
        (Exhausted("took too long"), 503),
        (VolumeFailed("the disk is full", full=True), 507),
        (Problem(416, "behind the end"), 416),
    ],
)
def test_each_error_of_the_house_has_its_status_and_the_one_shape(error, status):
    answer = answer_to(error)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.json()["detail"] == ("it is not here any more" if status == 404 else str(error))


def test_what_nobody_foresaw_shows_neither_trace_nor_text():
    answer = answer_to(RuntimeError("/secret"))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "log" in answer.json()["detail"]


def test_a_route_may_say_itself_what_is_missing():
    assert answer_to(HTTPException(404, "no study 1.2.3 is here")).json()["detail"] == "no study 1.2.3 is here"
    assert answer_to(HTTPException(404)).json()["detail"] == "there is nothing under this path"


def test_headers_of_a_problem_are_told():
    assert (
        answer_to(Problem(416, "behind the end", headers=(("Content-Range", "bytes */5"),))).headers["content-range"] == "bytes */5"
    )


def test_a_status_that_starlette_gives_has_the_shape_too():
    house = TestClient(Starlette(routes=[Route("/x", lambda _: None)], exception_handlers=EXPLAINED))
    assert house.get("/y").json() == {
        "status": 404,
        "title": "Not Found",
        "detail": "there is nothing under this path",
    }
    assert house.post("/x").json()["status"] == 405
    assert house.post("/x").headers["allow"]


def test_the_details_are_text_that_no_browser_runs():
    answer = problem(400, "<script>")
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(bytes(answer.body)) == {"status": 400, "title": "Bad Request", "detail": "<script>"}

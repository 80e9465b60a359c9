"""The OpenAPI document of `/api` says the truth: schemathesis asks every route what it says that it takes, and what it does not.

No answer may be one of our faults (5xx but 502 and 503, which are another device's and the crowd's), none undocumented.
"""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as openapi
from starlette.testclient import TestClient
from tests.web.houses import OURS, lived

from isocenter.base.errors import LinkLost
from isocenter.lab import phantom, samples
from isocenter.model.records import Node
from isocenter.net import http_client, mail
from isocenter.web.api import api

STREAMS = ("/api/live",)
"""Never ends while somebody listens."""

CHECKS = [openapi.status_code_conformance, openapi.content_type_conformance, openapi.response_schema_conformance]

EXAMPLES = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)


def nobody(*_, **__):
    """In the place of whatever tells somebody else: an address that was made up may be somebody's."""
    raise LinkLost("nobody is told by a test")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    # Two hundred images for each example would take an hour.
    with pytest.MonkeyPatch.context() as patch, lived(tmp_path_factory.mktemp("houses") / "here") as here:
        patch.setattr(samples, "images", list)
        patch.setattr(http_client, "post", nobody)
        patch.setattr(mail, "send", nobody)
        here.keep(phantom.ct_series(1, slices=2, side_pixels=16))
        here.house.shelf.put_node(Node("range", "MANY", "10.1.0.0/16"))
        yield here


DOCUMENT = TestClient(api(None)).get("/api/openapi.json").json()
"""Which house stands behind it does not matter for the document."""


def operations() -> list[tuple[str, str]]:
    """Every (path, method) of the document."""
    return [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods if path not in STREAMS]


@pytest.fixture(scope="module")
def document(house):
    return schemathesis.openapi.from_asgi("/api/openapi.json", api(house.api))


@pytest.mark.parametrize(("path", "method"), operations())
def test_a_route_answers_as_its_document_says(document, path, method):
    @EXAMPLES
    @given(document[path][method].as_strategy())
    def asked(case):
        response = case.call(headers={"Host": "127.0.0.1:8114", "X-Isocenter": "1"})
        case.validate_response(response, checks=CHECKS)
        assert response.status_code < 500 or response.status_code in {502, 503}, response.text

    asked()


def choosy(path: str, method: str) -> bool:
    """True where something of what it takes can be wrong: a body, or a parameter that is not just any text."""
    operation = DOCUMENT["paths"][path][method]
    return "requestBody" in operation or any(
        one["in"] == "query" or "{name}" not in path for one in operation.get("parameters", ())
    )


@pytest.mark.parametrize(("path", "method"), [one for one in operations() if choosy(*one)])
def test_a_route_says_which_of_what_it_does_not_take_is_wrong(document, path, method):
    @EXAMPLES
    @given(document[path][method].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def asked(case):
        response = case.call(headers={"Host": "127.0.0.1:8114", "X-Isocenter": "1"})
        if response.status_code != 404:  # a path that leads nowhere
            case.validate_response(response, checks=[openapi.status_code_conformance, openapi.content_type_conformance])
        assert response.status_code < 500 or response.status_code in {502, 503}, response.text

    asked()


def test_the_document_lists_every_route_and_no_answer_that_is_not_given(house):
    document = house.browser.get("/api/openapi.json").json()
    paths = document["paths"]
    assert {"/api/status", "/api/live", "/api/debug", "/api/check", "/api/reindex", "/api/nodes", "/api/jobs"} <= set(paths)
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert "422" not in operation["responses"], path
            assert operation["summary"], path
            assert (method == "get") == ("403" not in operation["responses"]), path
            assert (method == "get") == ("security" not in operation), path
    assert "ValidationError" not in json.dumps(document)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/nodes/", "/api/jobs/x", "/api/jobs/1/dance", "/api/docs"])
def test_what_is_not_there_is_told_in_the_one_shape(house, path):
    answer = house.browser.get(path)
    assert answer.status_code in {400, 404}
    assert set(answer.json()) == {"status", "title", "detail"}


@pytest.mark.parametrize(
    ("way", "settings"),
    [
        ("webhook", {"webhook": "https://alerts.example/hook"}),
        ("e-mail", {"mail_to": "somebody@mail.example", "mail_server": "smtp://mail.example"}),
    ],
)
def test_nothing_that_is_made_up_here_is_told_to_anybody(house, way, settings):
    none = {"webhook": "", "mail_to": "", "mail_server": ""}
    assert house.browser.put("/api/alerts", json=none | settings, headers=OURS).status_code == 200
    told = house.browser.post("/api/alerts/test", json={"way": way}, headers=OURS).json()
    assert told["error"] == "nobody is told by a test"
    assert house.browser.put("/api/alerts", json=none, headers=OURS).status_code == 200


def test_a_method_that_a_route_does_not_know_is_told_with_those_that_it_does(house):
    answer = house.browser.patch("/api/status")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


def test_the_document_is_for_the_running_version(house):
    from isocenter import __version__

    assert house.browser.get("/api/openapi.json").json()["info"]["version"] == __version__

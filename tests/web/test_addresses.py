import pytest
from starlette.requests import Request

from isocenter.dicomweb.problems import Problem
from isocenter.web.addresses import base_url, resource_of


def request(path: str, host: str = "127.0.0.1:8114") -> Request:
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", host.encode())],
    }
    return Request(scope | {"root_path": "/dicom-web", "server": ("127.0.0.1", 8114)})


def test_the_service_is_called_as_the_client_calls_it():
    assert base_url(request("/dicom-web/studies", "localhost:9")) == "http://localhost:9/dicom-web"
    assert base_url(request("/dicom-web/studies", "[::1]:9")) == "http://[::1]:9/dicom-web"
    without_port = base_url(request("/dicom-web/studies", "localhost"))
    assert without_port == "http://localhost:8114/dicom-web", "dicomweb-client leaves it out"


def test_the_path_below_the_service_names_a_resource():
    found = resource_of(request("/dicom-web/studies/1.2/series/1.3"))
    assert (found.study, found.series, found.instance) == ("1.2", "1.3", "")


@pytest.mark.parametrize("path", ["/dicom-web/studies/x", "/dicom-web/nothing", "/dicom-web/studies/1.2/series/.."])
def test_a_path_that_names_nothing_is_a_problem(path):
    with pytest.raises(Problem):
        resource_of(request(path))

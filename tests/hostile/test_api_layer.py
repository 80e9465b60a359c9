"""`/api` from strangers: JSON of any shape, names that are paths, huge lists of nodes, and addresses that nobody entered."""

from __future__ import annotations

import json

import pytest
from tests.hostile.browsers import STUDIES, Answer, Lure, answered, asked
from tests.hostile.conftest import wait_until

from isocenter.base.limits import MIB

REFUSED = range(400, 500)
ROUTES = (
    ("POST", "/api/echo"),
    ("POST", "/api/find"),
    ("POST", "/api/jobs"),
    ("PUT", "/api/nodes/X"),
    ("POST", "/api/node-lists"),
)


def sent(archive, method: str, path: str, body: bytes, kind: str = "application/json") -> Answer | None:
    return asked(archive.http, path, method, body=body, Content_Type=kind, X_Isocenter="1")


BODIES = {
    "94 nested a hundred thousand times": b"[" * 100_000 + b"]" * 100_000,
    "94 objects nested a hundred thousand times": b'{"node":' * 100_000 + b"1" + b"}" * 100_000,
    "94 no JSON": b"<xml/>",
    "94 nothing": b"",
    "94 cut off": b'{"node": "A',
    "94 not UTF-8": b'{"node": "\xff\xfe"}',
    "94 half a character": b'{"node": "\\ud800", "ae_title": "\\ud800", "kind": "\\ud800"}',
    "94 not a number": b'{"node": NaN, "limit": Infinity, "port": -Infinity}',
    "94 a number of a million digits": b'{"port": ' + b"9" * 1_000_000 + b"}",
    "94 a number beyond all": b'{"port": 1e999, "limit": 1e999}',
    "94 prototypes": b'{"__proto__": {"node": "A"}, "constructor": {"prototype": 1}}',
    "94 the wrong types": b'{"node": {}, "ae_title": [], "host": 1, "kind": null, "keys": []}',
    "94 a string": b'"A"',
    "94 sixteen MiB": b'{"node": "' + b"a" * 16 * MIB + b'"}',
}


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[path for _, path in ROUTES])
def test_group_94_json_that_makes_no_sense_is_refused_by_every_route(page, method, path):
    nodes = answered(page.http, "/api/nodes").body
    for name, body in BODIES.items():
        answer = sent(page, method, path, body)
        assert answer is None or answer.status in REFUSED, (name, answer.status, answer.body[:300])
        if answer is not None:
            assert answer.json, name
            assert str(page.data).encode() not in answer.body, name
    assert answered(page.http, "/api/nodes").body == nodes


def test_group_81_the_name_of_a_node_is_a_name_whatever_it_looks_like(page):
    """It may hold slashes and dots; it is kept as text, found under it, and gone again: no file is ever called so."""
    body = json.dumps({"ae_title": "A", "host": "10.0.0.1"}).encode()
    for name in ("../../etc/passwd", "%2e%2e%2f%2e%2e%2fx", "..%5c..%5cx", "x%00y", "x" * 5000, "%0d%0aSet-Cookie:a=b", "%ff%fe"):
        put = asked(page.http, f"/api/nodes/{name}", "PUT", body=body, X_Isocenter="1", Content_Type="application/json")
        assert put is not None
        assert put.status in REFUSED or put.status == 200, (name[:80], put.status, put.body[:200])
        if put.status == 200:
            assert answered(page.http, f"/api/nodes/{name}").json["name"] == put.json["node"]["name"]
            assert answered(page.http, f"/api/nodes/{name}", "DELETE", X_Isocenter="1").status in (200, 204)
        assert "set-cookie" not in put.headers
    assert answered(page.http, "/api/nodes").json == []


def test_group_80_nobody_is_called_who_is_not_in_the_list_of_nodes(page):
    with Lure() as lure:
        for node in (
            f"127.0.0.1:{lure.port}",
            f"ANY@127.0.0.1:{lure.port}",
            f"http://127.0.0.1:{lure.port}/",
            "file:///etc/passwd",
        ):
            for path, more in (("/api/echo", {}), ("/api/find", {"level": "study"})):
                answer = sent(page, "POST", path, json.dumps({"node": node, **more}).encode())
                assert answer is not None
                assert answer.status in REFUSED, answer.body
        assert not lure.was_asked()


def test_group_90_thousands_of_requests_leave_nothing_behind(page):
    """Of all kinds; what the second half of them costs in memory is noise."""
    paths = ("/api/status", "/api/nodes", "/api/jobs", "/api/openapi.json", f"{STUDIES}?PatientName=A*", f"{STUDIES}/1.2/metadata",
             "/dicom-web/nowhere", "/", f"{STUDIES}?limit=x", "/api/log")  # fmt: skip
    grown = []
    for _ in range(3):
        for number in range(700):
            asked(page.http, paths[number % len(paths)])
        grown.append(page.process.memory_info().rss)
    wait_until(lambda: page.process.num_fds() <= page.descriptors + 40, "connections that ended keep their descriptors")
    assert grown[2] - grown[1] < 4 * MIB, f"memory grew from {grown[1] / MIB:.1f} to {grown[2] / MIB:.1f} MiB"

"""The workstation's files: its page at every address, assets for ever, packed where understood, nothing from outside."""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from isocenter.web.workstation import Workstation

PAGE, SCRIPT = "<!doctype html><title>Isocenter</title>", "export const one = 1;\n" * 50


@pytest.fixture
def folder(tmp_path):
    built = tmp_path / "workstation"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "assets" / "index-1a2b.js").write_text(SCRIPT)
    (built / "assets" / "index-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (built / "assets" / "inter.woff2").write_bytes(b"wOF2")
    (tmp_path / "secret.txt").write_text("not for you")
    return built


@pytest.fixture
def browser(folder):
    with TestClient(Starlette(routes=[Mount("/", Workstation(folder))])) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/viewer", "/query", "/no-such-page"])
def test_every_address_of_one_word_is_the_page(browser, path):
    answer = browser.get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")


def test_an_asset_is_kept_for_ever_and_packed_for_who_takes_it(browser):
    packed = browser.get("/assets/index-1a2b.js", headers={"accept-encoding": "gzip"})
    plain = browser.get("/assets/index-1a2b.js", headers={"accept-encoding": "identity"})
    assert packed.text == plain.text == SCRIPT
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "immutable" in plain.headers["cache-control"]
    assert packed.headers["content-type"].startswith("text/javascript")
    assert browser.get("/assets/inter.woff2", headers={"accept-encoding": "gzip"}).headers["content-type"] == "font/woff2"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "/no.js",
        "/a%00.js",
        "/a/b",
        "/%2e%2e",
        "/~root",
        "/viewer/",
    ],
)
def test_no_path_leads_out_of_the_folder_and_what_is_missing_is_404(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "not for you" not in answer.text


def test_a_link_out_of_the_folder_is_not_followed(browser, folder):
    (folder / "assets" / "link.txt").symlink_to(folder.parent / "secret.txt")
    assert browser.get("/assets/link.txt").status_code == 404


def test_a_change_is_refused(browser):
    answer = browser.post("/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert browser.head("/").text == ""


def test_a_workstation_that_was_not_built_says_how_it_is(tmp_path):
    with TestClient(Starlette(routes=[Mount("/", Workstation(tmp_path / "nothing"))])) as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert "pip install -e ." in answer.text

"""The workstation in Debian's Chromium, on a real archive with real images.

`browse(house)` opens a page that fails its test on an error in the console, a refused content security policy, an exception in a
script, and any request for another host. `house` is one running archive a file of tests, its workstation built from the source.
"""

from __future__ import annotations

import contextlib
import runpy
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright
from tests.peers.processes import House, is_listening, wait_for

from isocenter.daemon.library import open_shelf

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
SIZES = {"large": (1440, 900), "small": (1024, 768)}
QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-extensions",
)
SECONDS = 15


@pytest.fixture(scope="session")
def workstation() -> None:
    """The workstation as the sources have it now."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    runpy.run_path(str(ROOT / "web" / "build.py"))["build"]()


@pytest.fixture(scope="module")
def house(workstation, tmp_path_factory) -> Iterator[House]:
    house = House.start(tmp_path_factory.mktemp("house"))
    wait_for("the page", lambda: is_listening(house.http))
    yield house
    house.server.end()


@pytest.fixture
def empty(house) -> House:
    """The house without nodes."""
    with open_shelf(house.folder) as shelf:
        for node in shelf.nodes():
            shelf.remove_node(node.name)
    return house


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """For one file of tests: as long as it is there an event loop runs, which no other test can bear."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright) -> Iterator[Browser]:
    with launched(playwright) as browser:
        yield browser


@contextlib.contextmanager
def launched(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Chromium with more flags: `--disable-3d-apis` is one without WebGL."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium-headless-shell)")
    browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *flags])
    yield browser
    browser.close()


@pytest.fixture
def browse(chromium) -> Iterator[Callable[..., Page]]:
    """`page = browse(house, "/network", size="small")`: a fresh browser, watched; whatever is wrong fails the test at its end."""
    with contextlib.ExitStack() as stack:
        watches: list[Watch] = []

        def browse(
            house: House, address: str = "/", *, size: str = "large", browser: Browser | None = None, allowed: Sequence[str] = ()
        ) -> Page:
            width, height = SIZES[size]
            context = (browser or chromium).new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
            stack.callback(context.close)
            context.set_default_timeout(SECONDS * 1000)
            watches.append(Watch(context, f"127.0.0.1:{house.http}", allowed))
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{house.http}{address}")
            return page

        yield browse
        for watch in watches:
            assert watch.wrong == [], "\n".join(watch.wrong)


class Watch:
    """What goes wrong in a browser. `allowed` are parts of messages that a test expects."""

    def __init__(self, context: BrowserContext, host: str, allowed: Sequence[str] = ()) -> None:
        self.wrong: list[str] = []
        self.allowed = list(allowed)
        self._host = host
        context.on("console", self._said)
        context.on("weberror", lambda error: self._wrong(f"exception: {error.error}"))
        context.on("request", lambda request: self._asked(request.url))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._wrong(f"console: {message.text} ({message.location['url']})")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self._host:
            self._wrong(f"a request for another host: {url}")

    def _wrong(self, words: str) -> None:
        if not any(part in words for part in self.allowed):
            self.wrong.append(words)

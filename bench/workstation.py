"""The workstation in Chromium: first paint, first picture after the click, a whole series, frames a second while scrolling.

`python bench/workstation.py [--quick]`. A 512 x 512 CT of 60 slices is made up; `mr-head-mprage` is measured where it lies beside
the checkout, else a made-up series of 192 slices of its size. Each turn is a fresh browser context, with nothing in its cache;
medians of the turns. What is timed runs in the page: from the click to the moment at which pixels of the picture are on its canvas.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import table
from isocenter.lab import phantom
from peers import Peer, running

MPRAGE = Path(__file__).parents[2] / "shared" / "data" / "mr-head-mprage"
HEAD = ["work", "median", "range", "wanted"]
WANTED = {
    "first paint": "under 1 s",
    "JavaScript for Studies, compressed": "under 300 KB",
    "first picture after the click, 512 x 512 CT": "under 300 ms",
    "all 192 slices there": "under 3 s",
    "scrolling, frames a second": "60",
    "scrolling, the slowest frame of a hundred": "under 33 ms",
}
FLAGS = ("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
SCROLL_SECONDS = 3

RESOURCES = "((part) => performance.getEntriesByType('resource').filter((one) => one.name.includes(part)))"
WATCH = """
() => {
  window.__clicked = 0;
  window.__drawn = 0;
  const lit = () => [...document.querySelectorAll('canvas')].some((canvas) => {
    if (!canvas.width || !canvas.height) return false;
    const context = canvas.getContext('2d');
    if (!context) return false;
    const side = Math.min(64, canvas.width, canvas.height);
    const seen = context.getImageData((canvas.width - side) / 2, (canvas.height - side) / 2, side, side).data;
    for (let index = 0; index < seen.length; index += 4) if (seen[index] > 8) return true;
    return false;
  });
  const look = () => {
    if (window.__clicked && !window.__drawn && lit()) window.__drawn = performance.now();
    if (!window.__drawn) requestAnimationFrame(look);
  };
  addEventListener('dblclick', () => { window.__clicked = performance.now(); requestAnimationFrame(look); }, { capture: true });
}
"""
SCROLL = """
(seconds) => new Promise((done) => {
  const target = document.querySelector('canvas');
  const box = target.getBoundingClientRect();
  const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true, cancelable: true };
  const times = [];
  const begun = performance.now();
  let step = 1;
  let turned = 0;
  const frame = (now) => {
    times.push(now);
    if (now - begun > seconds * 1000) return done(times);
    if (++turned % 150 === 0) step = -step;
    target.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: 100 * step }));
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})
"""


@dataclass
class Figures:
    """What the turns gave, by row."""

    found: dict[str, list[float]] = field(default_factory=dict)

    def add(self, work: str, value: float) -> None:
        self.found.setdefault(work, []).append(value)


def measure(turns: int) -> Figures:
    """All rows. Raises RuntimeError where Chromium or Playwright is missing."""
    figures = Figures()
    with running("isocenter") as peer, TemporaryDirectory() as folder, chromium() as browser:
        fill(peer, Path(folder))
        for _ in range(turns):
            with fresh(browser, peer) as page:
                first_paint(page, figures)
                opened(page, "CT", figures, "first picture after the click, 512 x 512 CT")
            with fresh(browser, peer) as page:
                opened(page, "MR", figures, None)
                whole_series(page, figures)
                scrolling(page, figures)
    return figures


def fill(peer: Peer, folder: Path) -> None:
    """A CT of 60 slices and an MR of 192, stored over the wire."""
    images = [*phantom.ct_series(11, slices=60, side_pixels=512)]
    for number, image in enumerate(images):
        image.save_as(folder / f"{number}.dcm", enforce_file_format=True)
    sources = [folder]
    if MPRAGE.is_dir():
        sources.append(MPRAGE)
    else:
        other = folder.with_name(folder.name + "-mr")
        other.mkdir()
        for number, image in enumerate(phantom.ct_series(12, slices=192, side_pixels=256)):
            image.Modality = "MR"
            image.save_as(other / f"{number}.dcm", enforce_file_format=True)
        sources.append(other)
    command = [sys.executable, "-m", "isocenter", "send", f"{peer.aet}@127.0.0.1:{peer.port}", *map(str, sources)]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise RuntimeError("Playwright is not installed: pip install -e '.[dev]'") from error
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def fresh(browser: Any, peer: Peer) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)  # Playwright evaluates text
    context.add_init_script("performance.setResourceTimingBufferSize(4000)")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{peer.http}/")
    page.get_by_role("row").nth(1).wait_for()
    yield page
    context.close()


def first_paint(page: Any, figures: Figures) -> None:
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    script = page.evaluate(f"{RESOURCES}('.js').reduce((sum, one) => sum + one.encodedBodySize, 0)")
    figures.add("first paint", paint)
    figures.add("JavaScript for Studies, compressed", script / 1000)


def opened(page: Any, modality: str, figures: Figures, work: str | None) -> None:
    """Open the study of a modality by a double click, and wait for its picture."""
    page.evaluate(WATCH)
    page.get_by_role("row").filter(has=page.get_by_text(modality, exact=True)).first.dblclick()
    page.wait_for_function("window.__drawn > 0", timeout=30000)
    if work is not None:
        figures.add(work, page.evaluate("window.__drawn - window.__clicked"))


def whole_series(page: Any, figures: Figures) -> None:
    """From the click to the last answer with frames, once all slices came."""
    page.wait_for_function(f"{RESOURCES}('/frames/').filter((one) => one.responseEnd).length >= 192", timeout=60000)
    last = page.evaluate(f"Math.max(...{RESOURCES}('/frames/').map((one) => one.responseEnd))")
    figures.add("all 192 slices there", last - page.evaluate("window.__clicked"))


def scrolling(page: Any, figures: Figures) -> None:
    times = page.evaluate(SCROLL, SCROLL_SECONDS)
    gaps = sorted(after - before for before, after in itertools.pairwise(times))
    figures.add("scrolling, frames a second", 1000 * len(gaps) / (times[-1] - times[0]))
    figures.add("scrolling, the slowest frame of a hundred", gaps[int(len(gaps) * 0.99)])


def rows(figures: Figures) -> list[list[str]]:
    units = {"JavaScript for Studies, compressed": "KB", "scrolling, frames a second": ""}
    out = []
    for work, wanted in WANTED.items():
        values = figures.found.get(work, [])
        unit = units.get(work, "ms")
        if values:
            median = f"{statistics.median(values):.0f} {unit}".strip()
            out.append([work, median, f"{min(values):.0f} to {max(values):.0f}", wanted])
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two turns")
    arguments = parser.parse_args()
    print(table.markdown(HEAD, rows(measure(2 if arguments.quick else 5))))
    return 0


if __name__ == "__main__":
    sys.exit(main())

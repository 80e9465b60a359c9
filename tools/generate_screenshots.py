"""docs/pictures/*.png: the workstation as it is, on the sample studies, in Chromium.

`python tools/generate_screenshots.py`. An archive of its own is started in a temporary folder and stopped again. Needs the `dev`
packages and Debian's chromium.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1440, "height": 900}
FLAGS = ("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
SAMPLES = ("SAMPLE^CT HEAD", "SAMPLE^MR BRAIN", "SAMPLE^US CLIP", "SAMPLE^CHEST")
PAGES = ("query", "network", "activity", "maintenance")
ALL_THERE = "document.querySelectorAll('[data-cell] [role=progressbar]').length === 0"
SETTLED_MILLISECONDS = 4000
"""Until thumbnails are there and nothing moves."""


def main(_arguments: Sequence[str]) -> int:
    """0 when all were made."""
    sys.path.insert(0, str(ROOT / "bench"))
    from playwright.sync_api import sync_playwright

    from peers import running

    PICTURES.mkdir(parents=True, exist_ok=True)
    with running("isocenter") as peer, sync_playwright() as playwright:
        address = f"http://127.0.0.1:{peer.http}"
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        page = browser.new_context(viewport=SIZE, reduced_motion="reduce", bypass_csp=True).new_page()

        def taken(name: str) -> None:
            page.wait_for_timeout(SETTLED_MILLISECONDS)
            page.screenshot(path=PICTURES / f"{name}.png")

        page.goto(address)
        taken("first-run")
        page.get_by_role("button", name="Make sample studies").click()
        for name in SAMPLES:
            page.get_by_role("row").filter(has_text=name).wait_for(timeout=120_000)
        page.goto(address)
        page.get_by_role("row").filter(has_text="SAMPLE^MR BRAIN").click()
        taken("studies")
        page.get_by_role("row").filter(has_text="SAMPLE^MR BRAIN").dblclick()
        page.locator("[data-cell] canvas").first.wait_for()
        page.wait_for_function(ALL_THERE)
        page.keyboard.press("m")
        page.locator("[data-cell='3'] canvas").wait_for()
        page.wait_for_function(ALL_THERE)
        taken("viewer")
        for name in PAGES:
            page.goto(f"{address}/{name}")
            taken(name)
        browser.close()
    for path in PICTURES.glob("*.png"):
        if shutil.which("optipng"):
            subprocess.run(["optipng", "-quiet", path], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

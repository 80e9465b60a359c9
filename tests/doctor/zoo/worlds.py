"""How a row of the table is made: the right peer for its word, and everything taken away afterwards."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.doctor.zoo import local, networks, products, secured
from tests.doctor.zoo.examination import Found, Target, examine, of_words
from tests.doctor.zoo.loopback import Loopback
from tests.doctor.zoo.table import Row

ROOT = Path(__file__).parents[3]
SECONDS = 40


class Worlds:
    """All worlds of one run of tests. What is dear (a network, an Orthanc) is made once and shared, under a lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loopback = Loopback()
        self.networks = networks.Networks(folder)
        self.products = products.Products(folder)
        self._lock = threading.Lock()

    def examine(self, row: Row) -> Found:
        """Make the row's fault, let the doctor look, and take the fault away."""
        kind, _, what = row.made_by.partition(":")
        with self._made(kind, what, row) as target:
            if target.is_apart:
                return self._apart(row, target)
            with networks.inside(target.namespace):
                return examine(row, target)

    @contextlib.contextmanager
    def _made(self, kind: str, what: str, row: Row) -> Iterator[Target]:
        with contextlib.ExitStack() as stack:
            if kind in ("lab", "return", "here"):
                yield stack.enter_context(local.made(self.loopback, kind, what, row))
            elif kind == "tls":
                yield stack.enter_context(secured.made(self.loopback, self.folder, what))
            elif kind == "net":
                yield stack.enter_context(self.networks.made(what))
            else:
                yield stack.enter_context(self.products.made(kind, what, row))

    def _apart(self, row: Row, target: Target) -> Found:
        asked = json.dumps({"row": row.name, "host": target.host, "port": target.port, "connect": target.patience.connect})
        command = ["ip", "netns", "exec", target.namespace, sys.executable, "-m", "tests.doctor.zoo.examination", asked]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, cwd=ROOT, check=False)
        assert ended.returncode == 0, ended.stderr
        return of_words(json.loads(ended.stdout))

    def close(self) -> None:
        self.products.close()
        self.networks.close()
        self.loopback.close()

"""Calls from the command line to an instance that runs on this computer, over its loopback HTTP.

In go paths of `/api`, out come JSON values, line by line where the work is long. Raises LinkLost where nobody answers and
UsageError where the instance has no HTTP port.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

from isocenter.base.errors import LinkLost, LocalError, UsageError
from isocenter.base.limits import HOUSE_CALL_SECONDS, PAGE_LOOK_SECONDS, PAGE_START_SECONDS
from isocenter.daemon.instances import Running


def status(running: Running) -> dict[str, Any]:
    """What the status page shows."""
    return next(_lines(running, "GET", "/api/status"))


def post(running: Running, path: str) -> Iterator[dict[str, Any]]:
    """Ask for a change or a long work; its steps as they come."""
    return _lines(running, "POST", path)


def _lines(running: Running, method: str, path: str) -> Iterator[dict[str, Any]]:
    if not running.http:
        raise UsageError(f"The instance {running.name} runs without its HTTP port (--http 0), which this needs.")
    connection = http.client.HTTPConnection("127.0.0.1", running.http, timeout=HOUSE_CALL_SECONDS)
    try:
        _connect(connection)
        connection.request(method, path, headers={"X-Isocenter": "1"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise LocalError(f"The running instance answered {answer.status} to {path}: {answer.read().decode(errors='replace')}")
        while line := answer.readline():
            yield json.loads(line)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise LinkLost(f"The instance {running.name} on port {running.http} does not answer: {error}.") from error
    finally:
        connection.close()


def _connect(connection: http.client.HTTPConnection) -> None:
    """An instance listens for DICOM first: its page may come up a moment after it says that it runs."""
    until = monotonic() + PAGE_START_SECONDS
    while True:
        try:
            connection.connect()
            return
        except ConnectionRefusedError:
            if monotonic() > until:
                raise
            sleep(PAGE_LOOK_SECONDS)

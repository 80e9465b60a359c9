"""Whom another archive knows, asked of an Orthanc over its REST interface, and whether it reaches them.

Comes in: a node of our list; the address is that of its entry, never one that a request names. Goes out: its list of nodes as it
stands there. Nothing is changed there; its echoes are asked for one by one, by a person.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from isocenter.base.clock import Clock
from isocenter.base.errors import LinkLost, LocalError, UsageError
from isocenter.base.limits import (
    CHECKUP_PROBE_SECONDS,
    MODALITIES_LIST_BYTES_MAX,
    MODALITIES_LIST_MAX,
    ORTHANC_REST_PORT,
    RESPONSE_SECONDS,
)
from isocenter.model.records import Node

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of another archive's list. `reached` says whether its echo of that entry was answered, None for never tried."""

    name: str
    ae_title: str
    host: str
    port: int
    reached: bool | None = None
    tried: str = ""


@dataclass(frozen=True, slots=True)
class OtherList:
    """The list as it stood there at a moment; `ae_title` and `port` are what that archive says that it is itself."""

    moment: datetime
    ae_title: str
    port: int
    entries: tuple[Listed, ...]


class OtherLists:
    """The lists that were asked for, by the names of nodes. Any thread; asking blocks for seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lists: dict[str, OtherList] = {}

    def ask(self, node: Node) -> OtherList:
        """Its list now. Raises LinkLost and LocalError with a sentence; UsageError where what answers is no Orthanc."""
        base = base_of(node)
        system = _object(_got(f"{base}/system"), base)
        if "DicomAet" not in system:
            raise UsageError(f"{base} answers, and is no Orthanc: nobody else tells over the web whom it knows.")
        said, port = str(system["DicomAet"]), _whole(system.get("DicomPort"))
        if not node.dicomweb_url and (said, port) != (node.ae_title, node.port):
            # Its address was only guessed: another archive of the same computer must not be taken for this one.
            raise UsageError(
                f"The Orthanc at {base} is {said} on port {port}, and not {node.ae_title} on port {node.port}. Where this one has "
                "another address of its own, enter that as where it speaks DICOMweb."
            )
        entries = _entries(_object(_got(f"{base}/modalities?expand"), base))
        with self._lock:
            before = self._lists.get(node.name)
            tried = {_place(one): one for one in before.entries} if before is not None else {}
            kept = tuple(_with_try(one, tried.get(_place(one))) for one in entries)
            found = OtherList(self._clock.now(), said, port, kept)
            self._lists[node.name] = found
        return found

    def have_it_echo(self, node: Node, name: str) -> Listed:
        """Have the other archive call one of its entries by C-ECHO. Raises as `ask`, but not for an echo that fails."""
        base = base_of(node)
        with self._lock:
            known = self._lists.get(node.name)
            entry = next((one for one in known.entries if one.name == name), None) if known is not None else None
        if entry is None:
            raise UsageError(f"{node.name} has no entry {name!r}, as far as it was asked.")
        from isocenter.net import http_client

        try:
            http_client.post(f"{base}/modalities/{quote(name, safe='')}/echo", b"{}", _JSON, seconds=RESPONSE_SECONDS)
            reached = True
        except LocalError:
            reached = False
        tried = replace(entry, reached=reached, tried=self._clock.now().isoformat())
        with self._lock:
            now = self._lists.get(node.name)
            if now is not None:
                self._lists[node.name] = replace(now, entries=tuple(tried if one.name == name else one for one in now.entries))
        return tried

    def of(self, name: str) -> OtherList | None:
        """The list of a node, as it was when it was asked last."""
        with self._lock:
            return self._lists.get(name)

    def memory(self, name: str) -> dict[str, Any]:
        """What is to outlive the process, as JSON."""
        found = self.of(name)
        return {} if found is None else {"list": {**asdict(found), "moment": found.moment.isoformat()}}

    def restore(self, memories: Mapping[str, Mapping[str, Any]]) -> None:
        """What was known before this process; a document that is none is left out."""
        for name, words in memories.items():
            try:
                kept = words["list"]
                entries = tuple(Listed(**entry) for entry in kept["entries"])
                found = OtherList(datetime.fromisoformat(kept["moment"]), kept["ae_title"], kept["port"], entries)
            except (AttributeError, KeyError, TypeError, ValueError):
                continue
            with self._lock:
                self._lists.setdefault(name, found)

    def rename(self, was: str, name: str) -> None:
        """A node has another name, and is the same."""
        with self._lock:
            if was in self._lists:
                self._lists[name] = self._lists.pop(was)

    def forget(self, name: str) -> None:
        """A node is none any more."""
        with self._lock:
            self._lists.pop(name, None)


def base_of(node: Node) -> str:
    """Where an Orthanc at this node would have its REST interface."""
    if node.dicomweb_url:
        parts = urlsplit(node.dicomweb_url)
        return f"{parts.scheme}://{parts.netloc}"
    host = f"[{node.host}]" if ":" in node.host else node.host
    return f"http://{host}:{ORTHANC_REST_PORT}"


def _got(url: str) -> bytes:
    from isocenter.net import http_client

    try:
        with http_client.get(url, _JSON, seconds=CHECKUP_PROBE_SECONDS * 4) as answer:
            return answer.body(MODALITIES_LIST_BYTES_MAX)
    except LinkLost as error:
        raise LinkLost(f"{error}: an Orthanc would tell there whom it knows") from error


def _object(body: bytes, base: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError(f"{base} answers, and is no Orthanc: what came is no JSON object.")
    return found


def _entries(found: Mapping[str, Any]) -> list[Listed]:
    """Orthanc writes an entry as an object, and did as a list of title, host and port."""
    entries = []
    for name, one in list(found.items())[:MODALITIES_LIST_MAX]:
        match one:
            case {"AET": str(ae_title), "Host": str(host), "Port": port}:
                entries.append(Listed(name, ae_title.strip(), host, _whole(port)))
            case [str(ae_title), str(host), port, *_]:
                entries.append(Listed(name, ae_title.strip(), host, _whole(port)))
    return entries


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 0xFFFF else 0


def _place(entry: Listed) -> tuple[str, str, str, int]:
    return entry.name, entry.ae_title, entry.host, entry.port


def _with_try(entry: Listed, before: Listed | None) -> Listed:
    """One that stands as before keeps what came of trying it."""
    return entry if before is None else replace(entry, reached=before.reached, tried=before.tried)

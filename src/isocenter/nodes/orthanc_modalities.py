"""Orthanc's `DicomModalities`: JSON with comments, a short list or a long object for each device.

Text in (the whole of an orthanc.json, or only the object), nodes out, and back. What Orthanc allows a device to ask of it becomes
what the device may ask of us. Members are read one by one, so that one that is not JSON costs itself only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from isocenter.base.errors import UsageError
from isocenter.model.records import Node
from isocenter.nodes import wildcard
from isocenter.nodes.address import network
from isocenter.nodes.entry import OPERATIONS, Finding
from isocenter.nodes.listing import Exported, Gathering, Imported, node_of, not_kept

_ALLOWS = {"AllowEcho": "echo", "AllowStore": "store", "AllowFind": "find", "AllowMove": "move", "AllowGet": "get"}
_PLACES = {"AET": "ae_title", "Host": "host", "Port": "port", "LocalAet": "local_ae_title"}
_TOLD = {
    "AllowFindWorklist": False, "AllowStorageCommitment": False, "AllowNAction": False, "AllowNEventReport": False,
    "AllowEventReport": False, "AllowTranscoding": True, "Timeout": 0, "Manufacturer": "Generic", "RetrieveMethod": "SystemDefault",
}  # fmt: skip
"""Known keys without a place in a node; a value that differs from this one is told where it would change something."""

_QUIET = {"AllowFindWorklist", "AllowStorageCommitment", "AllowNAction", "AllowNEventReport", "AllowEventReport", "Timeout"}
_KEPT = frozenset({"name", "ae_title", "host", "port", "operations", "local_ae_title"})
_MEMBER = re.compile(r'\n[ \t]*"(?:[^"\\\n]|\\.)*"\s*:\s*[\[{]')
"""A line that begins an entry: what stands inside an entry has no list or object as its value."""

_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_BRACKET = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\[\]{}]')
_SPACE = re.compile(r"[\s,]*")


def read(text: str) -> Imported:
    """Nodes and findings. Never raises for what the text holds."""
    gathering = Gathering()
    bare = _COMMENT.sub(_blank, text)
    inside = re.search(r'"DicomModalities"\s*:\s*\{', bare) or re.search(r"\{", bare)
    if inside is None:
        gathering.fault(1, "There is no DicomModalities object in it.")
        return gathering.done()
    for line, name, entry in _members(bare, inside.end(), gathering):
        try:
            gathering.add(line, node_of({"name": name} | _fields(name, entry, line, gathering)))
        except UsageError as error:
            gathering.fault(line, f"{name}: {error}")
    return gathering.done()


def _blank(found: re.Match[str]) -> str:
    """A comment becomes spaces, so that lines keep their numbers; a string stays."""
    return found[0] if found[0].startswith('"') else re.sub(r"[^\n]", " ", found[0])


def _members(bare: str, at: int, gathering: Gathering) -> Iterator[tuple[int, str, Any]]:
    """The members of the object whose brace ends before `at`; after a broken one, reading goes on behind it."""
    decoder = json.JSONDecoder()
    line, counted = bare.count("\n", 0, at) + 1, at
    while True:
        at = _after(_SPACE, bare, at)
        line, counted = line + bare.count("\n", counted, at), at
        if at >= len(bare):
            gathering.fault(line, "The object of the modalities is never closed.")
            return
        if bare[at] == "}":
            return
        begun = at
        try:
            name, at = decoder.raw_decode(bare, at)
            at = _after(_SPACE, bare, at)
            if not isinstance(name, str) or bare[at : at + 1] != ":":
                raise ValueError("a name in quotation marks and a colon are expected")
            value, at = decoder.raw_decode(bare, _after(_SPACE, bare, at + 1))
            yield line, name, value
        except (ValueError, RecursionError) as error:
            said = error.msg.lower() if isinstance(error, json.JSONDecodeError) else str(error)
            gathering.fault(line, f"This entry is not JSON: {said}.")
            further = _behind(bare, begun)
            if further is None:
                return
            at = further


def _behind(bare: str, at: int) -> int | None:
    """Where to read on after the entry at `at`: behind its last bracket, or, where brackets do not match, at the next line that
    begins an entry; None where there is none."""
    open_brackets: list[str] = []
    for found in _BRACKET.finditer(bare, at):
        if found[0] in "[{":
            open_brackets.append("]" if found[0] == "[" else "}")
        elif found[0] in "]}":
            if not open_brackets or open_brackets.pop() != found[0]:
                break
            if not open_brackets:
                return found.end()
    further = _MEMBER.search(bare, at + 1)
    return further.start() if further else None


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _fields(name: str, entry: Any, line: int, gathering: Gathering) -> dict[str, Any]:
    if isinstance(entry, list):
        if len(entry) not in {3, 4}:
            raise UsageError(
                f"A short entry is [AET, host, port] or [AET, host, port, manufacturer]; this has {len(entry)} values."
            )
        if len(entry) == 4:
            _tell(name, {"Manufacturer": entry[3]}, line, gathering)
        return dict(zip(("ae_title", "host", "port"), entry, strict=False))
    if not isinstance(entry, dict):
        raise UsageError("An entry is a list or an object.")
    _tell(name, entry, line, gathering)
    fields = {ours: entry[theirs] for theirs, ours in _PLACES.items() if theirs in entry}
    for allow in _ALLOWS:
        if not isinstance(entry.get(allow, True), bool):
            raise UsageError(f"{allow} must be true or false.")
    fields["operations"] = [operation for allow, operation in _ALLOWS.items() if entry.get(allow, True)]
    return fields


def _tell(name: str, entry: dict[str, Any], line: int, gathering: Gathering) -> None:
    for key, value in entry.items():
        if key == "UseDicomTls" and value:
            gathering.warn(line, f"{name} is called over TLS by Orthanc; a node has no such setting, and is called without.")
        elif key in _TOLD and key not in _QUIET and value != _TOLD[key]:
            gathering.warn(line, f"{key} of {name} is {value!r} for Orthanc; a node has no such setting.")
        elif key not in _TOLD and key not in _ALLOWS and key not in _PLACES and key != "UseDicomTls":
            gathering.warn(line, f"{key} of {name} means nothing to a node and is left out.")


def write(nodes: Iterable[Node]) -> Exported:
    """An object to put into an orthanc.json, or to give to Orthanc as a configuration file of its own."""
    findings: list[Finding] = []
    members: dict[str, Any] = {}
    for node in nodes:
        if wildcard.is_pattern(node) or network(node.host) is not None:
            findings.append(Finding(f"{node.name} is left out: Orthanc knows no wildcards and no network ranges."))
            continue
        findings += not_kept(node, _KEPT)
        members[node.name] = _entry(node)
    rows = ",\n".join(f"    {json.dumps(name, ensure_ascii=False)} : {json.dumps(entry)}" for name, entry in members.items())
    return Exported(f'{{\n  "DicomModalities" : {{\n{rows}{chr(10) if rows else ""}  }}\n}}\n', tuple(findings))


def _entry(node: Node) -> list[Any] | dict[str, Any]:
    if node.operations == frozenset(OPERATIONS) and not node.local_ae_title:
        return [node.ae_title, node.host, node.port]
    allows = {allow: operation in node.operations for allow, operation in _ALLOWS.items()}
    local = {"LocalAet": node.local_ae_title} if node.local_ae_title else {}
    return {"AET": node.ae_title, "Host": node.host, "Port": node.port} | allows | local

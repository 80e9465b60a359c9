"""What reading or writing a list of nodes gives, whatever its format: nodes, and a sentence with a line number for the rest.

Comes in: one entry after the other as a format's room finds them. Goes out: the nodes that may be saved and everything that was
wrong, doubtful or left out. One bad line never loses the others. No format is known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from isocenter.base.errors import UsageError
from isocenter.base.limits import NODES_IMPORTED_MAX
from isocenter.model.records import Node
from isocenter.nodes.entry import Finding, examine, trimmed

FIELDS = tuple(field.name for field in fields(Node))
"""The names of a node's columns and keys, in the order in which they are written."""

LISTS = frozenset({"operations", "transfer_syntaxes"})
NUMBERS = frozenset({"port", "pdu_bytes_max", "associations_max", "echo_minutes"})

NOTHING = "none"
"""How a list says that a device may ask for nothing: an empty place would mean everything."""

_PLAIN = Node("", "", "")
_CALLED = {
    "operations": "operations",
    "transfer_syntaxes": "preferred transfer syntaxes",
    "pdu_bytes_max": "PDU size",
    "associations_max": "number of associations",
    "character_set": "character set",
    "local_ae_title": "title to call it with",
    "dicomweb_url": "DICOMweb address",
    "echo_minutes": "minutes between echoes",
    "notes": "notes",
    "name": "name",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list held. `itself` is the program that the list belongs to, where the format says so and it is no node for us."""

    nodes: tuple[Node, ...]
    findings: tuple[Finding, ...]
    itself: Node | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A list as text, and what the format could not hold."""

    text: str
    findings: tuple[Finding, ...]


class Gathering:
    """Collects the entries of one list in its order."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._titles: dict[str, Node] = {}
        self._findings: list[Finding] = []
        self._full = False

    def fault(self, line: int, sentence: str) -> None:
        """An entry, or a part of one, that is left out."""
        self._findings.append(Finding(sentence, True, line))

    def warn(self, line: int, sentence: str) -> None:
        """Something that is taken, though not as it stands."""
        self._findings.append(Finding(sentence, False, line))

    def add(self, line: int, node: Node) -> bool:
        """Take the entry unless it cannot work; a name that came before keeps its first entry, as Conquest does."""
        node = trimmed(node)
        if len(self._nodes) >= NODES_IMPORTED_MAX:
            if not self._full:
                self.fault(line, f"The list has more than {NODES_IMPORTED_MAX} nodes; from this line on they are left out.")
            self._full = True
            return False
        findings = examine(node)
        self._findings += [replace(finding, line=line) for finding in findings]
        if any(finding.fault for finding in findings):
            return False
        if node.name in self._nodes:
            self.fault(line, f"{node.name} comes a second time; its first entry is kept.")
            return False
        other = self._titles.setdefault(node.ae_title, node)
        if (other.host.lower(), other.port) != (node.host.lower(), node.port):
            self.warn(line, f"{node.name} has the AE title {node.ae_title} of {other.name}, but another address; "
                      "C-MOVE to that title cannot know which is meant.")  # fmt: skip
        self._nodes[node.name] = node
        return True

    def done(self, itself: Node | None = None) -> Imported:
        """The list as it was understood, findings in the order of its lines."""
        return Imported(tuple(self._nodes.values()), tuple(sorted(self._findings, key=lambda finding: finding.line)), itself)


def node_of(entry: Mapping[str, Any]) -> Node:
    """The node of one entry with the names of `FIELDS`; numbers and lists may be text.

    Raises UsageError that names the field. An entry without a name is saved under its title.
    """
    for needed in ("ae_title", "host"):
        if not str(entry.get(needed, "")).strip():
            raise UsageError(f"The entry has no {needed}.")
    values: dict[str, Any] = {key: _value(key, value) for key, value in entry.items() if key in FIELDS}
    if not values.get("name"):
        values["name"] = name_for(values["ae_title"])
    return Node(**values)


def _value(key: str, value: Any) -> Any:
    if key in NUMBERS:
        return _number(key, value)
    if key in LISTS:
        return _words(key, value)
    if not isinstance(value, str):
        raise UsageError(f"{key} must be text, not {value!r}.")
    return value


def _number(key: str, value: Any) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal() and len(value.strip()) <= 10:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UsageError(f"{key} must be a whole number, not {value!r}.")


def _words(key: str, value: Any) -> frozenset[str] | tuple[str, ...]:
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise UsageError(f"{key} must be a list of words, not {value!r}.")
    return frozenset(word.lower() for word in words) - {NOTHING} if key == "operations" else tuple(words)


def name_for(ae_title: str) -> str:
    """The name of an entry that has only its title; an @ is left to AET@host:port."""
    return ae_title.replace("@", "_")


def in_order(operations: Iterable[str]) -> list[str]:
    """Operations as a person expects them: echo, store, find, move, get."""
    order = ("echo", "store", "find", "move", "get")
    return sorted(operations, key=lambda word: order.index(word) if word in order else len(order))


def not_kept(node: Node, kept: frozenset[str]) -> list[Finding]:
    """A warning where the node says more than a format with the fields `kept` can hold."""
    lost = [_CALLED[name] for name in FIELDS if name in _CALLED and name not in kept and name != "name"
            and getattr(node, name) != getattr(_PLAIN, name)]  # fmt: skip
    if "name" not in kept and node.name != node.ae_title:
        lost.insert(0, _CALLED["name"])
    return [Finding(f"The format has no place for the {_listed(lost)} of {node.name}.", False)] if lost else []


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

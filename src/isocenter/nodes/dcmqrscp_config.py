"""The HostTable of DCMTK's dcmqrscp.cfg: symbolic names for devices and for groups of them.

Text in (the whole file), nodes out, and a HostTable back. Where there is an AETable, a device may do here what the storage areas
that list it let it do there. The vendor table and groups of their own have no place with us and are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from isocenter.model.records import Node
from isocenter.nodes import wildcard
from isocenter.nodes.address import network
from isocenter.nodes.entry import Finding
from isocenter.nodes.listing import Exported, Gathering, Imported, not_kept

_TABLES = {"hosttable": "HostTable", "vendortable": "VendorTable", "aetable": "AETable"}
_TRIPLE = re.compile(r"\(([^()]*)\)")
_AREA = re.compile(r'\s*(?:"[^"]*"|\S+)\s+(?:"[^"]*"|\S+)\s+(RW|R|W)\s*\([^()]*\)\s*(.*)', re.IGNORECASE)
_RIGHTS = {"R": {"find", "move", "get"}, "W": {"store"}}
_KEPT = frozenset({"ae_title", "host", "port", "name"})
_FORBIDDEN = re.compile(r"[\s,()\"=#]")


@dataclass(slots=True)
class _Tables:
    """What the file says before it is joined: nodes and groups by symbolic name, storage areas as (line, access, peers)."""

    nodes: dict[str, list[tuple[int, Node]]] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    areas: list[tuple[int, str, str]] = field(default_factory=list)
    vendors: list[int] = field(default_factory=list)


def read(text: str) -> Imported:
    """Nodes and findings. Never raises for what the text holds."""
    gathering, tables = Gathering(), _Tables()
    seen_table = False
    for line, table, row in _rows(text, gathering):
        seen_table = True
        if table == "HostTable":
            _host_row(row, line, tables, gathering)
        elif table == "AETable":
            _area_row(row, line, tables, gathering)
        else:
            tables.vendors.append(line)
    if not seen_table and not re.search(r"hosttable\s+begin", text, re.IGNORECASE):
        gathering.fault(1, "There is no HostTable in it.")
    if tables.vendors:
        gathering.warn(tables.vendors[0], "The VendorTable is left out: a node needs no vendor.")
    for name, (line, members) in tables.groups.items():
        if missing := [member for member in members if member not in tables.nodes and member not in tables.groups]:
            gathering.fault(line, f"The group {name} names {', '.join(missing)}, which the HostTable does not have.")
        gathering.warn(line, f"The group {name} is not kept; its devices are.")
    operations = _operations(tables, gathering)
    for symbol, nodes in tables.nodes.items():
        for line, node in nodes:
            gathering.add(line, replace(node, operations=operations[symbol]) if operations else node)
    return gathering.done()


def _rows(text: str, gathering: Gathering) -> Iterator[tuple[int, str, str]]:
    """(line, table, row) of what stands inside tables; comments and global parameters are passed over."""
    inside = ""
    for line, written in enumerate(text.split("\n"), 1):
        row = re.sub(r"(^|\s)#.*", "", written).strip()
        mark = re.fullmatch(r"(\w+)\s+(begin|end)", row, re.IGNORECASE)
        if mark and mark[1].lower() in _TABLES:
            inside = _TABLES[mark[1].lower()] if mark[2].lower() == "begin" else ""
        elif row and inside:
            yield line, inside, row
    if inside:
        gathering.warn(text.count("\n") + 1, f"The {inside} has no END.")


def _host_row(row: str, line: int, tables: _Tables, gathering: Gathering) -> None:
    symbol, equals, value = (part.strip() for part in row.partition("="))
    if not equals or not symbol or not value:
        gathering.fault(line, f"{row!r} is no entry of a HostTable: name = (AETitle, host, port).")
        return
    if symbol in tables.nodes or symbol in tables.groups:
        gathering.fault(line, f"{symbol} comes a second time; its first entry is kept.")
        return
    triples = _TRIPLE.findall(value)
    rest = [word for word in re.split(r"[,\s]+", _TRIPLE.sub(" ", value)) if word]
    if any("(" in word or ")" in word for word in rest):
        gathering.fault(line, f"The brackets of {symbol} do not match.")
        return
    if triples:
        names = [symbol] if len(triples) == 1 else [f"{symbol}-{number}" for number in range(1, len(triples) + 1)]
        made = [_node(name, triple, line, gathering) for name, triple in zip(names, triples, strict=True)]
        tables.nodes[symbol] = [(line, node) for node in made if node is not None]
    if rest and triples:
        gathering.warn(line, f"{symbol} mixes devices and names; the names {', '.join(rest)} are not kept with it.")
    elif rest:
        tables.groups[symbol] = (line, rest)


def _node(name: str, triple: str, line: int, gathering: Gathering) -> Node | None:
    parts = [part.strip().strip('"') for part in triple.split(",")]
    if len(parts) != 3:
        gathering.fault(line, f"{name} has {len(parts)} values in its brackets; a device is (AETitle, host, port).")
        return None
    title, host, port = parts
    if not re.fullmatch(r"\d{1,9}", port, re.ASCII):
        gathering.fault(line, f"The port of {name} is {port!r}, which is no number.")
        return None
    return Node(name=name, ae_title=title, host=host, port=int(port))


def _area_row(row: str, line: int, tables: _Tables, gathering: Gathering) -> None:
    area = _AREA.fullmatch(row)
    if area is None:
        gathering.fault(line, f"{row!r} is no entry of an AETable: AETitle, folder, R, W or RW, (quota), peers.")
        return
    access, peers = area[1].upper(), area[2]
    if "(" in peers:
        gathering.warn(line, "Peers that are written out in the AETable are left out; give them a name in the HostTable.")
    tables.areas.append((line, access, _TRIPLE.sub(" ", peers)))


def _operations(tables: _Tables, gathering: Gathering) -> dict[str, frozenset[str]]:
    """What each symbolic name may do by the AETable; empty where there is none, for then everybody may do everything."""
    if not tables.areas:
        return {}
    rights: dict[str, set[str]] = {symbol: {"echo"} for symbol in tables.nodes}
    for line, access, peers in tables.areas:
        granted = set().union(*(_RIGHTS[letter] for letter in access))
        for word in (word for word in re.split(r"[,\s]+", peers) if word):
            named = set(rights) if word.upper() == "ANY" else _members(word, tables)
            if not named:
                gathering.warn(line, f"The AETable names {word}, which the HostTable does not have.")
            for symbol in named & rights.keys():
                rights[symbol] |= granted
    return {symbol: frozenset(granted) for symbol, granted in rights.items()}


def _members(word: str, tables: _Tables) -> set[str]:
    """The devices that a symbolic name stands for; groups of groups are followed, each once."""
    found: set[str] = set()
    waiting, seen = [word], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in tables.nodes:
            found.add(name)
        waiting += tables.groups.get(name, (0, []))[1]
    return found


def write(nodes: Iterable[Node]) -> Exported:
    """A HostTable to put into a dcmqrscp.cfg."""
    findings: list[Finding] = []
    rows: dict[str, str] = {}
    for node in nodes:
        if wildcard.is_pattern(node) or network(node.host) is not None:
            findings.append(Finding(f"{node.name} is left out: dcmqrscp knows no wildcards and no network ranges."))
            continue
        if _FORBIDDEN.search(node.ae_title) or _FORBIDDEN.search(node.host):
            findings.append(
                Finding(f"{node.name} is left out: its title or host has a space or a mark that a HostTable cannot hold.")
            )
            continue
        findings += not_kept(node, _KEPT)
        symbol = _symbol(node.name, rows)
        if symbol != node.name:
            findings.append(Finding(f"{node.name} is called {symbol} in the HostTable.", False))
        rows[symbol] = f"{symbol:<24} = ({node.ae_title}, {node.host}, {node.port})\n"
    return Exported(f"HostTable BEGIN\n{''.join(rows.values())}HostTable END\n", tuple(findings))


def _symbol(name: str, taken: dict[str, str]) -> str:
    """The name as a HostTable can hold it: one word, and no two alike."""
    word = re.sub(r"[^\w.\-]", "_", name, flags=re.ASCII)
    symbol, number = word, 1
    while symbol in taken:
        number += 1
        symbol = f"{word}_{number}"
    return symbol

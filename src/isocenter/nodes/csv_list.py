"""A list of nodes as a table in CSV, as spreadsheets read and write it: the first row names the columns.

Text in, nodes out, and back. Commas, semicolons and tabs are taken as separators, and the column names that people use. A missing
quotation mark costs its own row: a quoted field may run over a few lines, never to the end of the list.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from isocenter.base.errors import UsageError
from isocenter.base.limits import NODE_ROW_LINES_MAX, NODE_ROWS_UNCLOSED_MAX
from isocenter.model.records import Node
from isocenter.nodes.listing import FIELDS, NOTHING, Exported, Gathering, Imported, in_order, node_of

_COLUMNS = {name.replace("_", ""): name for name in FIELDS} | {
    "node": "name", "aet": "ae_title", "title": "ae_title", "ae": "ae_title", "aetitel": "ae_title",
    "hostname": "host", "address": "host", "ip": "host", "ipaddress": "host", "may": "operations", "allowed": "operations",
    "transfersyntax": "transfer_syntaxes", "pdu": "pdu_bytes_max", "pdusize": "pdu_bytes_max", "maxpdu": "pdu_bytes_max",
    "associations": "associations_max", "charset": "character_set", "localaet": "local_ae_title", "dicomweb": "dicomweb_url",
    "note": "notes", "comment": "notes", "comments": "notes", "description": "notes", "remarks": "notes",
}  # fmt: skip


def read(text: str) -> Imported:
    """Nodes and findings. Never raises for what the text holds."""
    gathering = Gathering()
    lines = [line + "\n" for line in text.split("\n")]
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        gathering.fault(1, "The list is empty.")
        return gathering.done()
    separator = max(",;\t", key=lines[first].count)
    try:
        columns = _columns(lines[first], separator, first + 1, gathering)
    except csv.Error as error:
        gathering.fault(first + 1, f"The first row is no table: {error}.")
        return gathering.done()
    if not {"ae_title", "host"} <= set(columns):
        gathering.fault(first + 1, "The first row must name the columns, ae_title and host among them.")
        return gathering.done()
    for line, row in _rows(lines, first + 1, separator, len(columns), gathering):
        _take(row, columns, line, gathering)
    return gathering.done()


def _columns(header: str, separator: str, line: int, gathering: Gathering) -> list[str]:
    cells = next(csv.reader([header], delimiter=separator), [])
    columns = [_COLUMNS.get("".join(c for c in cell.lower() if c.isalnum()), "") for cell in cells]
    unknown = [cell.strip() for cell, column in zip(cells, columns, strict=True) if not column and cell.strip()]
    if unknown and "ae_title" in columns:
        gathering.warn(line, f"The columns {', '.join(unknown)} mean nothing to a node and are left out.")
    return columns


def _rows(lines: list[str], start: int, separator: str, width: int, gathering: Gathering) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line; one that closes no quotation mark is reported, and reading goes on below it."""
    at, unclosed = start, 0
    while at < len(lines):
        if unclosed >= NODE_ROWS_UNCLOSED_MAX:
            gathering.fault(at + 1, f"After {unclosed} rows with open quotation marks the rest is left out.")
            return
        if not lines[at].strip():
            at += 1
            continue
        for length in range(1, NODE_ROW_LINES_MAX + 1):
            row = _row(lines[at : at + length], separator)
            if row is not None and length > 1 and len(row) != width:
                row = None
            if row is not None or at + length >= len(lines):
                break
        if row is None:
            gathering.fault(at + 1, "A quotation mark of this row is never closed, or stands inside a field.")
            at, unclosed = at + 1, unclosed + 1
        else:
            yield at + 1, row
            at += length


def _row(lines: list[str], separator: str) -> list[str] | None:
    try:
        rows = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _take(row: list[str], columns: list[str], line: int, gathering: Gathering) -> None:
    if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
        gathering.fault(line, f"The row has {len(row)} cells, but the first row names {len(columns)} columns.")
        return
    entry = {column: cell for column, cell in zip(columns, row, strict=False) if column and cell.strip()}
    if not entry:
        return
    try:
        gathering.add(line, node_of(entry))
    except UsageError as error:
        gathering.fault(line, str(error))


def write(nodes: Iterable[Node]) -> Exported:
    """Every field of every node; lists are separated by spaces."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(FIELDS)
    for node in nodes:
        writer.writerow([_cell(node, name) for name in FIELDS])
    return Exported(table.getvalue(), ())


def _cell(node: Node, name: str) -> str:
    value = getattr(node, name)
    if name == "operations":
        return " ".join(in_order(value)) or NOTHING
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, tuple) else str(value)

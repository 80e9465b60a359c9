"""Numbers that bound something live in one room, with their unit and why."""

from __future__ import annotations

import ast
import re

import pytest

from isocenter.base.limits import LIMITS

LARGE = 1024
TABLES = re.compile(r"^base\.limits$|^standard\.|^model\.attributes$|^lab\.(phantom|index_rows|samples|sample_\w+)$")
"""Rooms whose numbers are facts: the limits themselves, the printed standard, made-up images and rows."""

NUMBERS_OF_THEIR_OWN: dict[str, set[int]] = {
    "base.clock": {2026},
    "base.config": {11112, 8114, 65535},
    "archive.schema": {1970},
    "cli.lab": {11113},
    "web.zip_file": {1980},
    "nodes.acrnema_map": {5678},
    "nodes.entry": {8042, 8080, 8114},
}
"""Large numbers elsewhere that bound nothing: default ports, other programs' ports, the largest port, years."""


def large_numbers(room) -> list[tuple[int, int]]:
    """(line, number) of decimal literals from 1024 up, of powers and shifts of constants that come to as much.

    Hexadecimal ones are tags, statuses and masks of the protocol, and pass.
    """
    lines = room.text.splitlines()
    found = []
    for node in ast.walk(room.tree):
        if isinstance(node, ast.Constant) and type(node.value) in {int, float} and abs(node.value) >= LARGE:
            written = lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()
            if not written.lower().startswith("0x"):
                found.append((node.lineno, node.value))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift | ast.Pow):
            left, right = node.left, node.right
            if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
                value = left.value << right.value if isinstance(node.op, ast.LShift) else left.value**right.value
                if value >= LARGE:
                    found.append((node.lineno, value))
    return found


def test_large_numbers_live_with_the_limits(rooms, obey):
    broken = [
        f"{room.place}:{line} says {number}"
        for room in rooms
        if not TABLES.search(room.name)
        for line, number in large_numbers(room)
        if number not in NUMBERS_OF_THEIR_OWN.get(room.name, ())
    ]
    obey("A number without a reason cannot be changed by the next person: put it into base/limits.py with its unit and why, "
         "or write it hexadecimal if the protocol prints it so.", broken)  # fmt: skip


def test_no_limit_is_named_twice(rooms, obey):
    broken = [
        f"{room.place}:{node.lineno} sets {target.id} again"
        for room in rooms
        if room.name != "base.limits"
        for node in ast.walk(room.tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in LIMITS
    ]
    obey("A limit has one value in one room.", broken)


def test_every_limit_says_why(obey):
    broken = [name for name, row in LIMITS.items() if len(row.why.split()) < 4 or not row.why.endswith(".") or not row.unit]
    obey("A limit has a unit, and its reason is a sentence with a full stop.", broken)


def test_limits_in_bytes_and_in_seconds_say_so_in_their_names(obey):
    units = {"bytes": "BYTES", "seconds": "SECONDS", "milliseconds": "MILLISECONDS"}
    broken = [f"{name} counts {row.unit}" for name, row in LIMITS.items() if units.get(row.unit, "") not in name]
    obey("Whoever uses a size or a time must see its unit: PDU_BYTES_MAX, ARTIM_SECONDS.", broken)


@pytest.mark.parametrize("text", ["x = 4096", "x = 64 * 1024", "x = 1 << 20", "x = 2**16", "x = 1e6", "def f(n=65536): ..."])
def test_the_law_of_numbers_bites(make_room, text):
    assert large_numbers(make_room("net.x", text))


def test_the_law_of_numbers_lets_the_protocol_be(make_room):
    assert not large_numbers(make_room("wire.x", "status = 0xA700\ngroup = 0xFFFE\nn = 1023\nflag = True\ns = group << 16"))

"""Write docs/faults.md from the table of faults and verdicts: `python tools/generate_zoo.py`, or `--check` to compare only."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs/faults.md"

TOP = """# Faults and verdicts

What the connection doctor (`isocenter doctor`) has to say of {rows} faults that are made on one computer, {faults} of the {all}
in its table of faults. Each row is a test: `python -m pytest tests/doctor/zoo`. Written from `tests/doctor/zoo/table.py` by
`python tools/generate_zoo.py`.

A row passes where the doctor names this layer, this side, and this fault, or, where several look the same from outside, says so
and names them all. What each fault means and who changes what is in [troubleshooting](troubleshooting.md).

They are made in three ways: by [peers that misbehave on demand](cli.md#isocenter-lab-fault) on this computer, in network
namespaces with a router between them, and with Orthanc, dcmqrscp, storescp, wlmscpfs, pynetdicom and OpenSSL set wrong. *Warning*
means that the connection works, and the doctor remarks what will bite.
"""

WHY = """Asked at the study level. `isocenter find --why` has to name the key that excluded everything, and a spelling that
finds."""
NOT_MADE = """These need other hardware, other products or hours of waiting, or show in what a device asks, not in a call to it. The
doctor names them among its causes where their signs are those of a row above."""

PLACE = re.compile(r"\{(\w+)\}")
PLACES = {"node": "the node", "read_as": "another address", "how": "cut off", "seconds": "some"}
"""What stands in the headlines of this page for what only a checkup knows; everything else is written in capitals."""

SIDES = {"ours": "our side", "theirs": "the other side", "between": "the network", "undecided": "cannot be told from outside"}
WORLDS = {
    "lab": "peer of the lab", "here": "this computer", "return": "peer of the lab", "net": "network namespaces",
    "tls": "TLS server", "orthanc": "Orthanc",
    "dcmqrscp": "dcmqrscp", "storescp": "storescp", "wlmscpfs": "wlmscpfs", "pynetdicom": "pynetdicom",
    "qrscp": "pynetdicom's qrscp",
}  # fmt: skip


def table(*rows: tuple[str, ...]) -> list[str]:
    """A Markdown table; the first row is its heading."""
    head, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body]]


def render() -> str:
    from tests.doctor.zoo.table import ROWS, SEARCHES_FOR_NOTHING

    from isocenter.doctor import fault_table
    from isocenter.doctor.diagnosis import signs
    from isocenter.lab.faults.catalogue import PRACTICES
    from isocenter.model.checkup import Layer

    def link(identifier: str) -> str:
        return f"[{identifier}](troubleshooting.md#{identifier.lower()})" if identifier else ""

    def how(row) -> str:
        made = row.made or PRACTICES[row.made_by.partition(":")[2]].sentence
        return f"{made} ({WORLDS[row.made_by.partition(':')[0]]})"

    def said(row) -> str:
        words = f"{'Warning: ' if row.is_remark else ''}{headline(row)} {link(row.named)}".rstrip()
        others = [link(one) for one in row.together if one != row.named]
        return words + (f"; not to be told from {', '.join(others)}" if others else "")

    def headline(row) -> str:
        template = signs()[row.sign].of_product(row.product).headline
        words = PLACE.sub(lambda place: PLACES.get(place.group(1), place.group(1).upper().replace("_", " ")), template)
        return f"{words[:1].upper()}{words[1:]}."

    known = fault_table.faults()
    made = {row.fault for row in (*ROWS, *SEARCHES_FOR_NOTHING)} - {""}
    lines = [TOP.format(rows=len(ROWS) + len(SEARCHES_FOR_NOTHING), faults=len(made), all=len(known))]
    for layer in Layer:
        of_layer = [row for row in ROWS if row.layer is layer]
        if not of_layer:
            continue
        lines += [f"## {layer.value}", ""]
        cells = [(link(row.fault), how(row), SIDES[row.side.value], said(row)) for row in of_layer]
        lines += [*table(("fault", "how it is made", "who changes something", "verdict"), *cells), ""]
    lines += ["## Searches that find nothing", "", WHY, ""]
    cells = [
        (link(one.fault), f"{one.made} ({WORLDS[one.made_by.partition(':')[0]]})", f"`{' '.join(one.keys)}`",
         f"`{one.guilty}={one.value}`")
        for one in SEARCHES_FOR_NOTHING
    ]  # fmt: skip
    lines += [*table(("fault", "how it is made", "what is asked", "what finds"), *cells), ""]
    lines += ["## Not made", "", NOT_MADE, ""]
    rest = [(link(identifier), one.fault) for identifier, one in known.items() if identifier not in made]
    return "\n".join([*lines, *table(("fault", "what is wrong"), *rest), ""])


def main(arguments: list[str]) -> int:
    """See `written`."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from tools.written import written

    return written(TARGET, render(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Conquest's acrnema.map: a title, a host, a port and a compression in each line, wildcards last.

Text in, nodes out, and back. Conquest takes the first line that fits, we the exact title before any wildcard: a line that the
order makes unreachable for Conquest is told. The first line is the server that the file belongs to. Comments are `/* */`, and
`//`, `#` and `;` to the end of the line; the last line needs no newline, but gets one when written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from isocenter.model.records import Node
from isocenter.nodes import wildcard
from isocenter.nodes.address import is_this_computer, network
from isocenter.nodes.entry import Finding
from isocenter.nodes.listing import Exported, Gathering, Imported, name_for, not_kept
from isocenter.standard import transfer_syntax as ts

CONQUEST = Node("CONQUESTSRV1", "CONQUESTSRV1", "127.0.0.1", 5678)
"""How Conquest calls itself until somebody changes it."""

_NATIVE = (ts.EXPLICIT_VR_LITTLE_ENDIAN, ts.IMPLICIT_VR_LITTLE_ENDIAN)
COMPRESSIONS: dict[str, tuple[str, ...]] = {
    "un": _NATIVE,
    "ui": (ts.IMPLICIT_VR_LITTLE_ENDIAN,),
    "ul": (ts.EXPLICIT_VR_LITTLE_ENDIAN,),
    "ub": (ts.EXPLICIT_VR_BIG_ENDIAN,),
    "ue": (ts.EXPLICIT_VR_LITTLE_ENDIAN, ts.EXPLICIT_VR_BIG_ENDIAN),
    "uj": _NATIVE,
    "as": (),
    "is": (),
    "j1": (ts.JPEG_LOSSLESS_FIRST_ORDER,),
    "j2": (ts.JPEG_LOSSLESS_FIRST_ORDER, ts.JPEG_LOSSLESS),
    "j3": (ts.JPEG_BASELINE,),
    "j4": (ts.JPEG_EXTENDED,),
    "j5": ("1.2.840.10008.1.2.4.53",),
    "j6": ("1.2.840.10008.1.2.4.55",),
    "j7": (ts.JPEG_LS_NEAR_LOSSLESS,),
    "js": (ts.JPEG_LS_LOSSLESS,),
    "jk": (ts.JPEG_2000_LOSSLESS,),
    "jl": (ts.JPEG_2000,),
}
"""What the fourth column asks for when Conquest sends, and so what we prefer when we do."""

_CODES = {syntaxes: code for code, syntaxes in reversed(COMPRESSIONS.items()) if code not in {"as", "is"}} | {(): "un"}
_BLOCK = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_REST = re.compile(r"//.*|#.*|;.*")
_KEPT = frozenset({"ae_title", "host", "port", "transfer_syntaxes"})
_TOP = """/* DICOM devices, title to address: the acrnema.map of a Conquest DICOM server.
   AE title, host, port, compression. The first entry is the Conquest server itself, entries with * come last. */

"""


def read(text: str) -> Imported:
    """Nodes, findings, and the server that the file belongs to. Never raises for what the text holds."""
    gathering = Gathering()
    patterns: list[Node] = []
    itself: Node | None = None
    if (unclosed := text.rfind("/*")) > text.rfind("*/"):
        gathering.warn(text.count("\n", 0, unclosed) + 1, "The comment that begins here is never closed; nothing below it is read.")
    for number, (line, cells) in enumerate(_rows(text)):
        node = _node(cells, line, gathering)
        if node is None:
            continue
        if number == 0:
            itself = node
            if is_this_computer(node.host):
                gathering.warn(line, f"{node.ae_title} at {node.host} is the Conquest server itself, as the first entry of its "
                               "file always is; it is left out, for from here that address leads elsewhere.")  # fmt: skip
                continue
        hidden_by = next((pattern for pattern in patterns if wildcard.fits(pattern, node.ae_title)), None)
        if gathering.add(line, node) and hidden_by is not None:
            gathering.warn(line, f"Conquest never reaches {node.ae_title}, for {hidden_by.ae_title} stands above it; "
                           "here the more exact title comes first, wherever it stands.")  # fmt: skip
        if wildcard.is_pattern(node):
            patterns.append(node)
    return gathering.done(itself)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines without their comments, with their numbers; a comment over several lines leaves its newlines behind."""
    bare = _BLOCK.sub(lambda comment: " " + "\n" * comment[0].count("\n"), text)
    for line, row in enumerate(bare.split("\n"), 1):
        cells = _REST.sub("", row).split()
        if cells:
            yield line, cells


def _node(cells: list[str], line: int, gathering: Gathering) -> Node | None:
    if len(cells) < 3:
        gathering.fault(line, f"{' '.join(cells)!r} has {len(cells)} of the columns AE title, host, port and compression.")
        return None
    title, host, port, *more = cells
    syntaxes = _syntaxes(more[0].lower(), line, gathering) if more else _NATIVE
    if len(more) > 1:
        gathering.warn(line, f"What stands after the compression of {title} is left out: {' '.join(more[1:])!r}.")
    node = Node(name=name_for(title), ae_title=title, host=host, port=0, transfer_syntaxes=syntaxes)
    if wildcard.is_pattern(node) and port.endswith(wildcard.STAR) and re.fullmatch(r"\d{0,5}\*", port, re.ASCII):
        return replace(node, host=f"{host}:{port}")
    if not re.fullmatch(r"\d{1,9}", port, re.ASCII):
        gathering.fault(line, f"The port of {title} is {port!r}, which is no number.")
        return None
    return replace(node, port=int(port))


def _syntaxes(code: str, line: int, gathering: Gathering) -> tuple[str, ...]:
    family, quality = code[:2], code[2:]
    if re.fullmatch(r"n[0-4]", family):
        gathering.warn(line, f"{code} is Conquest's private compression, which only Conquest reads; uncompressed is taken instead.")
        return _NATIVE
    if family not in COMPRESSIONS:
        gathering.warn(line, f"{code!r} is no compression that is known; nothing is preferred instead.")
        return ()
    if quality:
        gathering.warn(line, f"The quality {quality} of {code} is not kept.")
    return COMPRESSIONS[family]


def write(nodes: Iterable[Node], itself: Node = CONQUEST) -> Exported:
    """A file that Conquest reads; `itself` is the Conquest server, for the first line. The most special wildcards come first."""
    rows, findings = [_row(itself)], []
    kept = list(nodes)
    ordered = [node for node in kept if not wildcard.is_pattern(node)]
    ordered += sorted((node for node in kept if wildcard.is_pattern(node)), key=lambda node: -len(node.ae_title))
    for node in ordered:
        refusal = _refusal(node)
        if refusal:
            findings.append(Finding(refusal))
            continue
        findings += not_kept(node, _KEPT)
        if node.transfer_syntaxes not in _CODES:
            findings.append(Finding(f"Of the preferred transfer syntaxes of {node.name} only the first is kept.", False))
        rows.append(_row(node))
    return Exported(_TOP + "".join(rows), tuple(findings))


def _refusal(node: Node) -> str:
    for text in (node.ae_title, node.host):
        if re.search(r"\s|//|/\*|#|;", text):
            return f"{node.name} is left out: {text!r} has a space or a mark that begins a comment in an acrnema.map."
    if network(node.host) is not None:
        return f"{node.name} is left out: an acrnema.map has no network ranges, only devices that can be called."
    return ""


def _row(node: Node) -> str:
    syntaxes = node.transfer_syntaxes
    code = _CODES.get(syntaxes) or _CODES.get(syntaxes[:1], "un")
    port = wildcard.port_pattern(node) or str(node.port)
    return f"{node.ae_title:<16} {wildcard.host_pattern(node):<24} {port:<8} {code}\n"

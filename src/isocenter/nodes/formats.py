"""The formats in which lists of nodes come and go: which there are, which one a text is in, and the way in and out.

Text in, nodes and findings out, and back; files are the caller's. No format's rules are known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from isocenter.base.errors import UsageError
from isocenter.base.limits import NODE_LIST_CHARACTERS_MAX
from isocenter.model.records import Node
from isocenter.nodes import acrnema_map, csv_list, dcmqrscp_config, orthanc_modalities, toml_list
from isocenter.nodes.listing import Exported, Imported

_READERS: dict[str, Callable[[str], Imported]] = {
    "toml": toml_list.read,
    "csv": csv_list.read,
    "conquest": acrnema_map.read,
    "orthanc": orthanc_modalities.read,
    "dcmqrscp": dcmqrscp_config.read,
}
_WRITERS: dict[str, Callable[[Iterable[Node]], Exported]] = {
    "toml": toml_list.write,
    "csv": csv_list.write,
    "conquest": acrnema_map.write,
    "orthanc": orthanc_modalities.write,
    "dcmqrscp": dcmqrscp_config.write,
}
NAMES = tuple(_READERS)
"""toml, csv, conquest (acrnema.map), orthanc (DicomModalities), dcmqrscp (HostTable)."""

_ENDINGS = {".toml": "toml", ".csv": "csv", ".tsv": "csv", ".map": "conquest", ".json": "orthanc", ".cfg": "dcmqrscp"}
_SEPARATOR = re.compile(r"[,;\t]")
_HOST = re.compile(r"\b(?:host|hostname|address|ip)\b", re.IGNORECASE)


def _has_columns(text: str) -> bool:
    """True where the first line has several columns, and one after the first is a host's."""
    first = text.lstrip().partition("\n")[0]
    separator = _SEPARATOR.search(first)
    return separator is not None and _HOST.search(first, separator.end()) is not None


# Each takes time in proportion to the text, which is any sixteen million characters.
_SIGNS: tuple[tuple[Callable[[str], object], str], ...] = (
    (re.compile(r"^[ \t]*\[\[[ \t]*node[ \t]*\]\]", re.MULTILINE).search, "toml"),
    (re.compile(r"^[ \t]*hosttable[ \t]+begin", re.MULTILINE | re.IGNORECASE).search, "dcmqrscp"),
    (re.compile(r'"DicomModalities"|\A\s*\{').search, "orthanc"),
    (_has_columns, "csv"),
    (re.compile(r"^[^\s,;]+[ \t]+[^\s,;]+[ \t]+[\d*]+", re.MULTILINE).search, "conquest"),
)


def read(text: str, format_name: str) -> Imported:
    """The nodes of a list. Raises UsageError for an unknown format and for a text over the limit; bad lines are findings."""
    if len(text) > NODE_LIST_CHARACTERS_MAX:
        raise UsageError(f"The list has {len(text)} characters; {NODE_LIST_CHARACTERS_MAX} are allowed.")
    one_newline = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _READERS[_known(format_name)](one_newline)


def write(nodes: Iterable[Node], format_name: str) -> Exported:
    """The nodes as a list, and what the format has no place for. Raises UsageError for an unknown format."""
    return _WRITERS[_known(format_name)](nodes)


def guess(file_name: str, text: str = "") -> str:
    """The format by the file's ending, else by what the text looks like. Raises UsageError where neither tells."""
    for ending, name in _ENDINGS.items():
        if file_name.lower().endswith(ending):
            return name
    for sign, name in _SIGNS:
        if sign(text):
            return name
    raise UsageError(f"{file_name or 'The list'} does not say what format it has; name one of {', '.join(NAMES)}.")


def _known(format_name: str) -> str:
    if format_name not in _READERS:
        raise UsageError(f"There is no format {format_name!r}; there are {', '.join(NAMES)}.")
    return format_name

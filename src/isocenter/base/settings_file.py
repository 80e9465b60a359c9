"""Settings written into the text of an `isocenter.toml`, so that everything else in it stays as its owner wrote it.

Comes in: the text and the values. Goes out: the new text; files are the caller's. Lines that say nothing of those names, comments
and their order stay.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping

from isocenter.base.errors import UsageError


def edited(text: str, values: Mapping[str, str | int | bool]) -> str:
    """The text in which `values` hold. Raises UsageError where that cannot be done line by line."""
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"It is not readable as TOML: {error}.") from error
    for name, value in values.items():
        line = re.compile(
            rf"""^([ \t]*(?:{name}|"{name}"|'{name}')[ \t]*=[ \t]*)(?:"[^"\n]*"|'[^'\n]*'|[^#\n]*?)([ \t]*(?:\#[^\n]*)?)$""",
            re.MULTILINE,
        )
        written = json.dumps(value)
        if name in before:
            found = line.search(text)
            text = text if found is None else f"{text[: found.start()]}{found[1]}{written}{found[2]}{text[found.end() :]}"
        else:
            text = f"{text.rstrip()}\n{name} = {written}\n".lstrip("\n")
    try:
        after = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        after = {}
    if after != {**before, **values}:
        raise UsageError(f"It writes {' and '.join(values)} in a way that only a person can change.")
    return text

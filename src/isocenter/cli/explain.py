"""`isocenter explain`: what the lines of a log mean, which layer they speak of, and who has to change what."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from isocenter.base.errors import UsageError
from isocenter.base.limits import EXPLAIN_CALLERS_MAX
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.technician import mask_of
from isocenter.cli.terminal import plural, say, table, tell_json
from isocenter.doctor.explain import Explained, Repeated, Summary, caller_named, explain, lines_of
from isocenter.doctor.log_patterns import PASSING, Product, product_named, products


def explain_log(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The log; - reads what is piped in.")],
    product: Annotated[
        str | None, typer.Option("--product", "-p", help="Whose log it is; without it each line is recognised by its own shape.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", "-a", help="Show every line: repeats, lines that are no fault, unknown ones.")
    ] = False,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Explain a log of Conquest, Orthanc, DCMTK, dcm4che, fo-dicom, pynetdicom or Isocenter: layer, cause, and who changes what.

    Each fault is shown where it comes first, and counted from then on. Patients' names are left out; where the instance is in
    technician mode the lines themselves are, and only what they mean is shown.
    """
    given = _product(product)
    is_hidden = mask_of(name, data) is not None
    whole = Summary()
    with _opened(file) as stream:
        for read in explain(lines_of(stream), given):
            line = replace(read, text="") if is_hidden else read
            whole.add(line)
            is_new = line.pattern is not None and whole.repeated(line).count == 1
            if not every and not (line.is_fault and (json or is_new)):
                continue
            if json:
                tell_json(words_of(line))
            else:
                _show(line, is_new)
    if json:
        tell_json({"summary": summary_words(whole)})
    else:
        _conclude(whole)


def _product(name: str | None) -> Product | None:
    if name is None:
        return None
    try:
        return product_named(name)
    except KeyError:
        raise UsageError(f"No log of {name} can be explained; there are {', '.join(products())}.") from None


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    if Path(file).is_dir():
        raise UsageError(f"{file} is a folder; say which file of it.")
    with Path(file).open("rb") as stream:
        yield stream


def words_of(line: Explained) -> dict[str, Any]:
    """One line for programs."""
    pattern = line.pattern
    return {
        "line": line.number,
        "text": line.text,
        "product": line.product,
        "layer": pattern.layer if pattern else "",
        "cause": line.cause,
        "remedy": line.remedy,
        "status": line.status,
        "faults": list(pattern.faults) if pattern else [],
        "moment": line.moment,
        "title": line.title,
        "address": line.address,
    }


def summary_words(whole: Summary) -> dict[str, Any]:
    """What a log says as a whole, for programs."""
    first = whole.first_fault
    return {
        "lines": whole.lines,
        "known": whole.known,
        "faults": whole.faults,
        "products": whole.products,
        "first_fault": words_of(first) if first else None,
        "groups": [
            {**words_of(group.first), "count": group.count, "last_line": group.last_number, "last_moment": group.last_moment,
             "callers": [{"title": title, "address": address, "count": count} for (title, address), count in group.callers.items()]}
            for group in whole.groups()
        ],
    }  # fmt: skip


def _show(line: Explained, is_new: bool) -> None:
    """A line, and the first time what it means below it."""
    say(f"{line.number:>7}  {line.text}".rstrip())
    if not is_new or line.pattern is None:
        return
    indent = " " * 9
    faults = f"  [{' '.join(line.pattern.faults)}]" if line.pattern.faults else ""
    say(f"{indent}{line.product}, {'in passing' if line.pattern.layer == PASSING else line.pattern.layer}{faults}: {line.cause}")
    if line.status:
        say(f"{indent}{line.status}")
    if line.remedy:
        say(f"{indent}> {line.remedy}")
    say()


def _conclude(whole: Summary) -> None:
    """The faults in a table, most frequent first, and where it began."""
    groups = [group for group in whole.groups() if group.first.is_fault]
    if not groups:
        said = f"{plural(whole.known, 'line')} known, none of them a fault" if whole.known else "not one of a known kind"
        say(f"{plural(whole.lines, 'line')}: {said}.")
        return
    first = groups[0].first
    when = f" at {first.moment}" if first.moment else ""
    of = _listed(list(dict.fromkeys(group.first.product for group in groups)))
    say(f"{plural(whole.faults, 'fault')} in {plural(whole.lines, 'line')} of {of}.")
    say(f"It began in line {first.number}{when}: {first.cause}")
    say()
    rows = [
        (group.count, group.first.pattern.layer if group.first.pattern else "", _span(group), _callers(group), group.first.cause)
        for group in sorted(groups, key=lambda group: -group.count)
    ]
    table(("Times", "Layer", "Lines", "From or to", "What it means"), rows, below={"What it means"})


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _span(group: Repeated) -> str:
    first, last = group.first.number, group.last_number
    return f"{first}" if first == last else f"{first}–{last}"


def _callers(group: Repeated) -> str:
    most = sorted(group.callers.items(), key=lambda item: -item[1])
    shown = ", ".join(caller_named(*caller) for caller, _ in most[:2])
    if len(most) >= EXPLAIN_CALLERS_MAX:
        return f"{shown} and others"
    return f"{shown} and {len(most) - 2} more" if len(most) > 2 else shown

"""`isocenter import`: files, folders and zips into the archive of this computer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from isocenter.base.errors import UsageError
from isocenter.cli.exits import Exit
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.send import gather
from isocenter.cli.terminal import Progress, note, say, tell_json
from isocenter.daemon import instances


def import_(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH...", help="Files, folders or zip archives.")] = None,
    samples: Annotated[bool, typer.Option("--samples", help="Make four synthetic studies and take them: CT, MR, US, DX.")] = False,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Take files into the archive, whether or not it runs. They are copied; nothing happens to the originals."""
    from isocenter.daemon import importing

    place = instances.place(name, data)
    if not paths and not samples:
        raise UsageError("Say what to import: files, folders or zip archives, or --samples for four synthetic studies.")
    found, left = gather(paths or [], json)
    faults = [one for one in left if one.is_fault]
    if samples:
        from isocenter.daemon import sampling

        found += sampling.found()
    if not found:
        raise UsageError("There is no DICOM file to import." + (f" {faults[0].path}: {faults[0].why}." if faults else ""))
    counts: Counter[str] = Counter()
    with Progress("importing", len(found)) as progress:
        for outcome in importing.take(place, found):
            progress.step()
            counts[outcome.word] += 1
            if json:
                tell_json(
                    {
                        "file": outcome.path,
                        "sop_instance_uid": outcome.sop_instance_uid,
                        "outcome": outcome.word,
                        "why": outcome.why,
                    }
                )
            elif outcome.why:
                note(f"{outcome.word.capitalize()}: {outcome.path}: {outcome.why}")
    if json:
        tell_json({**counts, "left_out": len(faults)})
    else:
        say(", ".join(f"{count} {word}" for word, count in counts.items()) + (f", {len(faults)} left out" if faults else "") + ".")
    refused = counts["refused"] + len(faults)
    if refused:
        raise typer.Exit(Exit.PARTLY if sum(counts.values()) > counts["refused"] else Exit.FAILED)

"""`isocenter check`: do the images on the disk, their checksums and the index agree?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import typer

from isocenter.cli.exits import Exit
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.terminal import human_bytes, plural, say, steps, tell_json
from isocenter.daemon import calls, instances
from isocenter.daemon.instances import Place


def check(name: Name = None, data: Data = None, json: Json = False) -> None:
    """Read every image and compare it with its checksum and with the index. Nothing is changed."""
    place = instances.place(name, data)
    findings = 0
    for step in steps("checking", _told(place)):
        if json:
            tell_json(step)
        if "finding" in step:
            findings += 1
            if not json:
                say(f"{step['finding']}: blob {step['blob']} {step['sop_instance_uid']} {step['detail']}".rstrip())
        elif "summary" in step and not json:
            verdict = f"{plural(findings, 'finding')}." if findings else "All agree."
            say(f"{plural(step['blobs'], 'image')} read, {human_bytes(step['bytes'])}. {verdict}")
    if findings:
        if not json:
            say("Images that the index lacks, or knows wrongly, are mended by:  isocenter reindex")
        raise typer.Exit(Exit.FAILED)


def _told(place: Place) -> Iterator[Mapping[str, Any]]:
    if running := instances.running(place):
        yield from calls.post(running, "/api/check")
        return
    from isocenter.archive.archive import Archive
    from isocenter.base.errors import UsageError
    from isocenter.daemon import upkeep

    if not place.folder.exists():
        raise UsageError(f"There is no archive in {place.folder} yet.")
    with Archive(place.folder) as archive:
        yield from upkeep.check(archive)

"""`isocenter export`: instances out of the archive of this computer, as files."""

from __future__ import annotations

import errno
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from isocenter.base.errors import IsocenterError, UsageError
from isocenter.cli.exits import Exit
from isocenter.cli.options import Data, Json, KeyOption, Name
from isocenter.cli.technician import refuse
from isocenter.cli.terminal import Progress, human_bytes, note, plural, say, tell_json
from isocenter.daemon import instances
from isocenter.jobs.questions import keyword_of, tag_of

if TYPE_CHECKING:
    from isocenter.daemon.library import Shelves
    from isocenter.model.query import Query
    from isocenter.model.records import Instance

_FOR_ALL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""Errors that the next file would meet too."""


def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to; made where it is missing.")],
    key: KeyOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything in the archive.")] = False,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Write instances as files, one folder a series. The data sets are as they were received."""
    from isocenter.daemon import library

    if not key and not everything:
        raise UsageError("Say what to export, for example -k PatientID=4711, or --all.")
    refuse("an export", name, data)
    query = _query(key or [])
    written = byte_count = failed = 0
    with library.open_for_reading(instances.place(name, data).folder) as shelves:
        total = shelves.catalogue.count_instances(query)
        if not total:
            raise UsageError("Nothing in the archive matches.")
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{out} cannot be made: {error.strerror}.") from error
        folders = Folders(out)
        with Progress("exporting", total) as progress:
            for instance in shelves.catalogue.instances(query):
                progress.step()
                try:
                    path = _write(shelves, instance, folders)
                except (OSError, IsocenterError) as error:
                    failed += 1
                    note(f"Failed: {instance.sop_instance_uid}: {getattr(error, 'strerror', '') or error}")
                    if getattr(error, "errno", 0) in _FOR_ALL:
                        failed = total - written
                        break
                    continue
                written += 1
                byte_count += path.stat().st_size
                if json:
                    tell_json({"sop_instance_uid": instance.sop_instance_uid, "file": str(path)})
    if json:
        tell_json({"written": written, "failed": failed, "bytes": byte_count})
    else:
        say(f"{plural(written, 'file')}, {human_bytes(byte_count)}, in {out}." + (f" {failed} failed." if failed else ""))
    if failed:
        raise typer.Exit(Exit.PARTLY if written else Exit.FAILED)


def _query(keys: list[str]) -> Query:
    """The keys as the archive itself would understand them in a C-FIND, at the deepest level that they name."""
    from isocenter.model.attributes import BY_KEYWORD, Level
    from isocenter.model.query import Root
    from isocenter.services.keys import QUERY_RETRIEVE_LEVEL, Asked, question
    from isocenter.services.responses import Refusal

    asked, level = [], Level.STUDY
    for text in keys:
        keyword, _, value = text.partition("=")
        tag = tag_of(keyword.strip())
        known = BY_KEYWORD.get(keyword_of(tag))
        if known is None or not value:
            raise UsageError(f"{text!r} cannot choose what to export; use KEYWORD=VALUE with a keyword that the index keeps.")
        level = max(level, known.level)
        asked.append(Asked(tag, value))
    try:
        found = question([Asked(QUERY_RETRIEVE_LEVEL, level.name), *asked], Root.STUDY)
    except Refusal as error:
        raise UsageError(f"These keys cannot choose what to export: {error}.") from error
    if found.unmatched:
        raise UsageError(f"{keyword_of(found.unmatched[0])} cannot choose what to export: the index does not match with it.")
    return found.query


class Folders:
    """`ST000001/SE000002`: numbered as they come, so that no received value becomes part of a path."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._studies: dict[str, Path] = {}
        self._series: dict[tuple[str, str], Path] = {}
        self._counts: Counter[Path] = Counter()

    def new_file(self, instance: Instance) -> tuple[Path, BinaryIO]:
        """The next free name in the folder of its series; what was there before is never overwritten."""
        study = instance.study_instance_uid
        series = (study, instance.series_instance_uid)
        if series not in self._series:
            above = self._studies.setdefault(study, self._out / f"ST{len(self._studies) + 1:06d}")
            self._series[series] = above / f"SE{len(self._series) + 1:06d}"
            self._series[series].mkdir(parents=True, exist_ok=True)
        folder = self._series[series]
        while True:
            self._counts[folder] += 1
            path = folder / f"IM{self._counts[folder]:06d}.dcm"
            try:
                return path, path.open("xb")
            except FileExistsError:
                continue


def _write(shelves: Shelves, instance: Instance, folders: Folders) -> Path:
    from isocenter.dataset import part10

    path, stream = folders.new_file(instance)
    try:
        with stream, shelves.blobs.open(instance.blob) as blob, open(blob.fileno(), "rb", closefd=False) as source:
            head = part10.header(
                sop_class_uid=instance.sop_class_uid,
                sop_instance_uid=instance.sop_instance_uid,
                transfer_syntax=instance.transfer_syntax,
                source_ae_title=instance.calling_ae_title,
            )
            stream.write(head)
            source.seek(blob.dataset_offset)
            shutil.copyfileobj(source, stream)
    except (OSError, IsocenterError):
        path.unlink(missing_ok=True)
        raise
    return path

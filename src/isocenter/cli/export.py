"""`isocenter export`: instances out of the archive of this computer, as files."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from isocenter.base.errors import IsocenterError, UsageError
from isocenter.cli.asking import keyword_of, tag_of
from isocenter.cli.exits import Exit
from isocenter.cli.options import Data, Json, KeyOption, Name
from isocenter.cli.terminal import Progress, human_bytes, note, say, tell_json
from isocenter.daemon import instances

if TYPE_CHECKING:
    from isocenter.daemon.library import Shelves
    from isocenter.model.query import Query
    from isocenter.model.records import Instance


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
    query = _query(key or [])
    written = byte_count = failed = 0
    with library.open_for_reading(instances.place(name, data).folder) as shelves:
        total = shelves.catalogue.count_instances(query)
        if not total:
            raise UsageError("Nothing in the archive matches.")
        folders: dict[tuple[str, str], Path] = {}
        counts: Counter[Path] = Counter()
        with Progress("exporting", total) as progress:
            for instance in shelves.catalogue.instances(query):
                progress.step()
                try:
                    path = _write(shelves, instance, _folder(out, folders, instance), counts)
                except OSError as error:
                    failed += 1
                    note(f"Failed: {instance.sop_instance_uid}: {error.strerror or error}")
                    continue
                written += 1
                byte_count += path.stat().st_size
                if json:
                    tell_json({"sop_instance_uid": instance.sop_instance_uid, "file": str(path)})
    if json:
        tell_json({"written": written, "failed": failed, "bytes": byte_count})
    else:
        say(f"{written} files, {human_bytes(byte_count)}, in {out}." + (f" {failed} failed." if failed else ""))
    if failed:
        raise typer.Exit(Exit.PARTLY if written else Exit.FAILED)


def _query(keys: list[str]) -> Query:
    from isocenter.model.attributes import BY_KEYWORD, Level
    from isocenter.model.query import Key, Query, Single, Wildcard

    found = []
    for text in keys:
        keyword, equals, value = text.partition("=")
        keyword = keyword_of(tag_of(keyword.strip()))
        if keyword not in BY_KEYWORD or not equals:
            raise UsageError(f"{text!r} cannot choose what to export; use KEYWORD=VALUE with a keyword that the index keeps.")
        found.append(Key(keyword, Wildcard(value) if "*" in value or "?" in value else Single(value)))
    level = max((BY_KEYWORD[key.keyword].level for key in found), default=Level.STUDY)
    return Query(level, tuple(found))


def _folder(out: Path, folders: dict[tuple[str, str], Path], instance: Instance) -> Path:
    """`ST000001/SE000002`: numbered as they come, so that no received value becomes part of a path."""
    study = folders.setdefault((instance.study_instance_uid, ""), out / f"ST{sum(not series for _, series in folders) + 1:06d}")
    series = (instance.study_instance_uid, instance.series_instance_uid)
    if series not in folders:
        folders[series] = study / f"SE{sum(bool(s) for _, s in folders) + 1:06d}"
        folders[series].mkdir(parents=True, exist_ok=True)
    return folders[series]


def _write(shelves: Shelves, instance: Instance, folder: Path, counts: Counter[Path]) -> Path:
    from isocenter.dataset import part10

    path, stream = _new_file(folder, counts)
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


def _new_file(folder: Path, counts: Counter[Path]) -> tuple[Path, BinaryIO]:
    """The next free name in a folder; what was there before is never overwritten."""
    while True:
        counts[folder] += 1
        path = folder / f"IM{counts[folder]:06d}.dcm"
        try:
            return path, path.open("xb")
        except FileExistsError:
            continue

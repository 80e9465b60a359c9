"""`isocenter get`: fetch instances from a node on one association, into a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocenter.base.errors import IsocenterError, LocalError, UsageError
from isocenter.base.limits import PRESENTATION_CONTEXTS_MAX
from isocenter.cli.asking import UNIQUE, At, Question, RootName, question
from isocenter.cli.options import Aet, Data, Json, KeyOption, Name, NodeArgument
from isocenter.cli.retrieving import narrowed, watch
from isocenter.cli.searching import answers, text_of
from isocenter.cli.terminal import human_bytes, note, plural, say
from isocenter.daemon import calling

if TYPE_CHECKING:
    from isocenter.net.requestor import Proposal


SOP_CLASS_UID = 0x00080016


def get(
    node: NodeArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to; made where it is missing.")],
    key: KeyOption = None,
    level: Annotated[
        At, typer.Option("--level", "-l", help="What to get; other keys than its UID are searched for first.")
    ] = At.STUDY,
    root: Annotated[RootName | None, typer.Option("--root", help="The information model; chosen by the level.")] = None,
    aet: Aet = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """C-GET: fetch instances over the same association. No entry on the other side is needed for it."""
    from isocenter.net import client
    from isocenter.net.files import Folder
    from isocenter.net.requestor import open_association

    if not key:
        raise UsageError("Say what to get, for example -k StudyInstanceUID=1.2.3; isocenter find shows the UIDs.")
    asked = question(level, root, key, returned=False)
    call = calling.resolve(node, aet, name, data)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be made: {error.strerror}.") from error
    questions = narrowed(call, asked)
    if not questions:
        raise typer.Exit(watch((), "get", "came", json))
    sink = Folder(out)
    sop_class = asked.sop_class("get")
    try:
        with open_association(call.node, _proposal(call, questions), calling_ae_title=call.calling_ae_title) as requestor:
            gets = (client.get(requestor, sop_class, one.identifier, sink.receive) for one in questions)
            code = watch(gets, "get", "came", json)
    finally:
        if not json and sink.written:
            say(f"{plural(len(sink.written), 'file')}, {human_bytes(sum(path.stat().st_size for path in sink.written))}, in {out}.")
    raise typer.Exit(code)


def _proposal(call: calling.Call, questions: Sequence[Question]) -> Proposal:
    """What to offer to receive. An association has room for 127 classes, so the node is first asked which it would send."""
    from isocenter.net import client
    from isocenter.standard import sop_class

    try:
        classes = _classes_there(call, questions)
    except IsocenterError as error:
        note(f"Its classes could not be asked for ({error}); the usual ones are offered.")
        classes = []
    if not classes:
        rare = sop_class.RETIRED | sop_class.NON_PATIENT_STORAGE
        classes = sorted((uid for uid in sop_class.STORAGE if uid not in rare), key=lambda uid: (len(uid), uid))
    syntaxes = _syntaxes()
    return client.get_proposal(questions[0].sop_class("get"), [(uid, syntaxes) for uid in classes[: PRESENTATION_CONTEXTS_MAX - 1]])


def _syntaxes() -> tuple[str, ...]:
    """What to take, most likely first: everything that a stored instance can be in, but retired compressions and references."""
    from isocenter.services.roster import STORAGE_SYNTAXES
    from isocenter.standard import transfer_syntax as syntax

    likely = (
        syntax.EXPLICIT_VR_LITTLE_ENDIAN, syntax.IMPLICIT_VR_LITTLE_ENDIAN, syntax.JPEG_BASELINE, syntax.JPEG_EXTENDED,
        syntax.JPEG_LOSSLESS_FIRST_ORDER, syntax.JPEG_2000_LOSSLESS, syntax.JPEG_2000, syntax.JPEG_LS_LOSSLESS,
        syntax.JPEG_LS_NEAR_LOSSLESS, syntax.RLE_LOSSLESS, syntax.EXPLICIT_VR_BIG_ENDIAN,
    )  # fmt: skip
    known = [syntax.of(uid) for uid in STORAGE_SYNTAXES]
    return tuple(dict.fromkeys((*likely, *(one.uid for one in known if not one.retired and not one.referenced))))


def _classes_there(call: calling.Call, questions: Sequence[Question]) -> list[str]:
    """The SOP classes of the instances that match; empty where the node finds none or its model has no images."""
    if questions[0].root is RootName.PATIENT_STUDY_ONLY:
        return []
    classes: dict[str, None] = {}
    for asked in questions:
        try:
            found = _classes_at(call, asked.root, asked.keys)
        except LocalError:
            # A node without relational queries wants the unique key of every level (PS3.4 C.4.1.2.2.1).
            found = [uid for keys in _series_below(call, asked) for uid in _classes_at(call, asked.root, keys)]
        classes.update(dict.fromkeys(found))
    return list(classes)


def _classes_at(call: calling.Call, root: RootName, keys: Mapping[int, str]) -> list[str]:
    images = Question(At.IMAGE, root, {**keys, SOP_CLASS_UID: "", UNIQUE[At.IMAGE]: keys.get(UNIQUE[At.IMAGE], "")})
    return [uid for answer in answers(call, images) if (uid := text_of(answer, SOP_CLASS_UID))]


def _series_below(call: calling.Call, asked: Question) -> list[dict[int, str]]:
    """The unique keys of every series that a question of unique keys means, level by level."""
    found = [dict(asked.keys)]
    levels = list(At)
    for level in levels[levels.index(asked.level) + 1 : levels.index(At.IMAGE)]:
        tag = UNIQUE[level]
        below = [(keys, answers(call, Question(level, asked.root, {**keys, tag: ""}))) for keys in found]
        found = [{**keys, tag: text_of(answer, tag)} for keys, listed in below for answer in listed]
    return found

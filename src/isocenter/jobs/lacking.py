"""What of a retrieval is not here yet: the node's images beside those of this archive, series by series.

Questions of unique keys go in, questions for what is lacking come out, and a count of what is here of it. Where nothing is here
nobody is asked anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from isocenter.base.limits import JOB_QUESTION_UIDS_MAX
from isocenter.jobs.questions import UNIQUE, At, Question
from isocenter.jobs.retrieving import series_below
from isocenter.jobs.searching import Call, answers, text_of
from isocenter.model.attributes import BY_TAG, Level
from isocenter.model.ports import Catalogue
from isocenter.model.query import AnyOf, Key, Query
from isocenter.model.records import Instance

if TYPE_CHECKING:
    from collections.abc import Generator


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is still to be asked for, and how many of the instances that were meant are here already."""

    questions: list[Question]
    here: int = 0


def query_of(asked: Question) -> Query:
    """The instances that a question of unique keys means, in this archive; its own key says it all (PS3.4 C.6.1.1)."""
    tag = UNIQUE[asked.level]
    return Query(Level[asked.level.name], (Key(BY_TAG[tag].keyword, AnyOf(tuple(asked.keys[tag].split("\\")))),))


def instances_here(catalogue: Catalogue, asked: Question) -> Iterator[Instance]:
    """What this archive has of a question."""
    with closing(cast("Generator[Instance, None, None]", catalogue.instances(query_of(asked)))) as found:
        yield from found


def lacking(call: Call, questions: Sequence[Question], catalogue: Catalogue, check: Callable[[], None]) -> Lacking:
    """The same retrieval without what is here already. `check` is called between searches, and ends it by raising.

    Raises what `answers` does where a node that has to be searched cannot be.
    """
    left: list[Question] = []
    here = 0
    for asked in questions:
        check()
        if not catalogue.count_instances(query_of(asked)):
            left.append(asked)
            continue
        for part in _parts(call, asked):
            check()
            uids = _images_there(call, part)
            kept = {one.sop_instance_uid for one in instances_here(catalogue, part)}
            wanted = [uid for uid in uids if uid not in kept]
            here += len(uids) - len(wanted)
            left += [part] if len(wanted) == len(uids) else _by_image(part, wanted)
    return Lacking(left, here)


def _parts(call: Call, asked: Question) -> list[Question]:
    """The question series by series; one about images as it is."""
    if asked.level is At.IMAGE:
        return [asked]
    return [replace(asked, level=At.SERIES, keys=keys) for keys in series_below(call, asked)]


def _images_there(call: Call, part: Question) -> list[str]:
    tag = UNIQUE[At.IMAGE]
    if part.level is At.IMAGE:
        return part.keys[tag].split("\\")
    images = replace(part, level=At.IMAGE, keys={**part.keys, tag: ""})
    return list(dict.fromkeys(uid for answer in answers(call, images) if (uid := text_of(answer, tag))))


def _by_image(part: Question, uids: Sequence[str]) -> list[Question]:
    """Some images of a series by their UIDs (PS3.4 C.2.2.2.2), as many at once as fit."""
    tag = UNIQUE[At.IMAGE]
    batches = (uids[at : at + JOB_QUESTION_UIDS_MAX] for at in range(0, len(uids), JOB_QUESTION_UIDS_MAX))
    return [replace(part, level=At.IMAGE, keys={**part.keys, tag: "\\".join(batch)}) for batch in batches]

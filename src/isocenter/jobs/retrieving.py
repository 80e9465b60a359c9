"""C-GET and C-MOVE of another node: what to ask for, what to offer to receive, and the counts at the end (PS3.4 C.4.2, C.4.3).

A question goes in as a person put it, questions that a node can answer go out. Nothing is received here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isocenter.base.errors import IsocenterError, LocalError
from isocenter.base.limits import PRESENTATION_CONTEXTS_MAX
from isocenter.jobs.questions import UNIQUE, At, Question, RootName
from isocenter.jobs.searching import Call, answers, failure_words, text_of

if TYPE_CHECKING:
    from isocenter.net.client import Response
    from isocenter.net.requestor import Proposal

_SOP_CLASS_UID = 0x00080016


def narrowed(call: Call, asked: Question, check: Callable[[], None] = lambda: None) -> list[Question]:
    """The retrieval as questions of unique keys, which are all that a retrieval may hold (PS3.4 C.4.2.2.1).

    Where a person gave other keys, the node is searched first, and there is one question for each match; none matched, none is
    asked. `check` is called between answers, and ends it by raising. Raises what `answers` does.
    """
    unique = asked.unique_keys
    own = asked.keys.get(unique[-1], "")
    if own and not set("*?") & set(own) and asked.keys.keys() <= set(unique):
        return [asked]
    wanted = Question(asked.level, asked.root, {**dict.fromkeys(unique, ""), **asked.keys})
    questions = []
    for answer in answers(call, wanted):
        check()
        keys = {tag: text for tag in unique if (text := text_of(answer, tag))}
        if unique[-1] in keys:
            questions.append(Question(asked.level, asked.root, keys))
    return questions


@dataclass(slots=True)
class Tally:
    """The counts of several retrievals; `words` is what the first one that did not succeed said."""

    kept: int = 0
    failed: int = 0
    status: int = 0
    words: str = ""
    failed_uids: list[str] = field(default_factory=list)

    def add(self, final: Response, operation: str) -> None:
        """Count a retrieval by its final response."""
        from isocenter.dataset import identifier
        from isocenter.standard import status

        counts = final.command
        code = status.CANNOT_UNDERSTAND if counts.status is None else counts.status
        self.kept += (counts.completed or 0) + (counts.warning or 0)
        self.failed += counts.failed or 0
        if code != status.SUCCESS and not self.words:
            self.status = code
            self.words = failure_words(counts, operation)
        if final.identifier:
            listed = identifier.decode(final.identifier, final.transfer_syntax)
            self.failed_uids += filter(None, text_of(listed, 0x00080058).split("\\"))

    @property
    def is_success(self) -> bool:
        """True where nothing failed; a warning is a success with a remark."""
        from isocenter.standard.status import Kind, kind_of

        return not self.failed and kind_of(self.status) in (Kind.SUCCESS, Kind.WARNING)


def get_proposal(call: Call, questions: Sequence[Question], doubt: Callable[[str], None]) -> Proposal:
    """What to offer to receive. An association has room for 127 classes, so the node is first asked which it would send.

    `doubt` is told in a sentence where that could not be asked. Raises LocalError for more classes than fit.
    """
    from isocenter.net import client
    from isocenter.standard import sop_class

    try:
        classes = _classes_there(call, questions)
    except IsocenterError as error:
        doubt(f"Its classes could not be asked for ({error}); the usual ones are offered.")
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


def _classes_there(call: Call, questions: Sequence[Question]) -> list[str]:
    """The SOP classes of the instances that match; empty where the node finds none or its model has no images."""
    if questions[0].root is RootName.PATIENT_STUDY_ONLY:
        return []
    classes: dict[str, None] = {}
    for asked in questions:
        try:
            found = _classes_at(call, asked.root, asked.keys)
        except LocalError:
            # A node without relational queries wants the unique key of every level (PS3.4 C.4.1.2.2.1).
            found = [uid for keys in series_below(call, asked) for uid in _classes_at(call, asked.root, keys)]
        classes.update(dict.fromkeys(found))
    return list(classes)


def _classes_at(call: Call, root: RootName, keys: Mapping[int, str]) -> list[str]:
    images = Question(At.IMAGE, root, {**keys, _SOP_CLASS_UID: "", UNIQUE[At.IMAGE]: keys.get(UNIQUE[At.IMAGE], "")})
    return [uid for answer in answers(call, images) if (uid := text_of(answer, _SOP_CLASS_UID))]


def series_below(call: Call, asked: Question) -> list[dict[int, str]]:
    """The unique keys of every series that a question of unique keys means, level by level."""
    found = [dict(asked.keys)]
    levels = list(At)
    for level in levels[levels.index(asked.level) + 1 : levels.index(At.IMAGE)]:
        tag = UNIQUE[level]
        below = [(keys, answers(call, Question(level, asked.root, {**keys, tag: ""}))) for keys in found]
        found = [{**keys, tag: text_of(answer, tag)} for keys, listed in below for answer in listed]
    return found

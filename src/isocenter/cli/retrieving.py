"""What `get` and `move` have in common: what to ask for, counts as they come, and what is said at the end (PS3.4 C.4.2, C.4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isocenter.cli.asking import Question
from isocenter.cli.exits import Exit
from isocenter.cli.searching import answers, text_of
from isocenter.cli.terminal import Progress, note, plural, say, tell_json

if TYPE_CHECKING:
    from isocenter.daemon.calling import Call
    from isocenter.net.client import Response

_UIDS_SHOWN = 5


def narrowed(call: Call, asked: Question) -> list[Question]:
    """The retrieval as questions of unique keys, which are all that a retrieval may hold (PS3.4 C.4.2.2.1).

    Where a person gave other keys, the node is searched first, and there is one question for each match; none matched, none is
    asked. Raises what `answers` does.
    """
    unique = asked.unique_keys
    own = asked.keys.get(unique[-1], "")
    if own and not set("*?") & set(own) and asked.keys.keys() <= set(unique):
        return [asked]
    wanted = Question(asked.level, asked.root, {**dict.fromkeys(unique, ""), **asked.keys})
    questions = []
    for answer in answers(call, wanted):
        keys = {tag: text for tag in unique if (text := text_of(answer, tag))}
        if unique[-1] in keys:
            questions.append(Question(asked.level, asked.root, keys))
    return questions


@dataclass(slots=True)
class _Sum:
    """The counts of several retrievals; `words` is what the first one that did not succeed said."""

    kept: int = 0
    failed: int = 0
    status: int = 0
    words: str = ""
    failed_uids: list[str] = field(default_factory=list)

    def add(self, final: Response, operation: str) -> None:
        from isocenter.dataset import identifier
        from isocenter.standard import status

        counts = final.command
        code = status.CANNOT_UNDERSTAND if counts.status is None else counts.status
        self.kept += (counts.completed or 0) + (counts.warning or 0)
        self.failed += counts.failed or 0
        if code != status.SUCCESS and not self.words:
            self.status = code
            self.words = status.describe(code, operation) + (f" It says: {counts.error_comment}" if counts.error_comment else "")
        if final.identifier:
            listed = identifier.decode(final.identifier, final.transfer_syntax)
            self.failed_uids += filter(None, text_of(listed, 0x00080058).split("\\"))

    @property
    def exit(self) -> Exit:
        from isocenter.standard.status import Kind, kind_of

        if not self.failed and kind_of(self.status) in (Kind.SUCCESS, Kind.WARNING):
            return Exit.DONE
        return Exit.PARTLY if self.kept else Exit.FAILED


def watch(retrievals: Iterable[Iterator[Response]], operation: str, deed: str, json: bool) -> Exit:
    """Show the sub-operations of each retrieval until its final response, and say how all ended; `deed` is past tense."""
    total = _Sum()
    with Progress(operation, None) as progress:
        for responses in retrievals:
            final = None
            for response in responses:
                counts = response.command
                done = total.kept + total.failed + (counts.completed or 0) + (counts.failed or 0) + (counts.warning or 0)
                progress.reached(done, done + (counts.remaining or 0))
                final = response
            assert final is not None, "every operation has a final response"
            total.add(final, operation)
    if json:
        tell_json(
            {
                "status": f"{total.status:04X}", "words": total.words, "completed": total.kept, "failed": total.failed,
                "failed_sop_instance_uids": total.failed_uids,
            }
        )  # fmt: skip
        return total.exit
    if total.exit is Exit.DONE:
        say(f"{plural(total.kept, 'instance')} {deed}." if total.kept else "Nothing matches.")
        return total.exit
    note(f"{total.kept} {deed}, {total.failed} failed: {total.words}")
    for uid in total.failed_uids[:_UIDS_SHOWN]:
        note(f"    {uid}")
    if len(total.failed_uids) > _UIDS_SHOWN:
        note(f"    and {len(total.failed_uids) - _UIDS_SHOWN} more; --json lists them all")
    return total.exit

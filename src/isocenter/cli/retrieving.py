"""What `get` and `move` have in common: counts as they come, and what is said at the end (PS3.4 C.4.2, C.4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from isocenter.cli.exits import Exit
from isocenter.cli.terminal import Progress, note, plural, say, tell_json
from isocenter.jobs.retrieving import Tally

if TYPE_CHECKING:
    from isocenter.net.client import Response

_UIDS_SHOWN = 5


def watch(retrievals: Iterable[Iterator[Response]], operation: str, deed: str, json: bool) -> Exit:
    """Show the sub-operations of each retrieval until its final response, and say how all ended; `deed` is past tense."""
    total = Tally()
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
        return _exit(total)
    if total.is_success:
        say(f"{plural(total.kept, 'instance')} {deed}." if total.kept else "Nothing matches.")
        return Exit.DONE
    note(f"{total.kept} {deed}, {total.failed} failed: {total.words}")
    for uid in total.failed_uids[:_UIDS_SHOWN]:
        note(f"    {uid}")
    if len(total.failed_uids) > _UIDS_SHOWN:
        note(f"    and {len(total.failed_uids) - _UIDS_SHOWN} more; --json lists them all")
    return _exit(total)


def _exit(total: Tally) -> Exit:
    if total.is_success:
        return Exit.DONE
    return Exit.PARTLY if total.kept else Exit.FAILED

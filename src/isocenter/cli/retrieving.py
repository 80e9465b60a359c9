"""What `get` and `move` have in common: counts as they come, and what is said at the end (PS3.4 C.4.2.1.6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from isocenter.cli.exits import Exit
from isocenter.cli.terminal import Progress, note, say, tell_json

if TYPE_CHECKING:
    from isocenter.net.client import Response


_UIDS_SHOWN = 5


def watch(responses: Iterable[Response], operation: str, json: bool) -> Exit:
    """Show the sub-operations going on until the final response, and say how it ended."""
    from isocenter.dataset import identifier
    from isocenter.standard import status

    final = None
    with Progress(operation, None) as progress:
        for response in responses:
            counts = response.command
            done = (counts.completed or 0) + (counts.failed or 0) + (counts.warning or 0)
            progress.reached(done, done + (counts.remaining or 0))
            final = response
    assert final is not None, "every operation has a final response"
    counts = final.command
    code = counts.status if counts.status is not None else 0xC000
    kept, failed = (counts.completed or 0) + (counts.warning or 0), counts.failed or 0
    failed_uids: list[str] = []
    if final.identifier:
        listed = identifier.decode(final.identifier, final.transfer_syntax).get("FailedSOPInstanceUIDList") or []
        failed_uids = [listed] if isinstance(listed, str) else [str(uid) for uid in listed]
    words = status.describe(code, operation) + (f" It says: {counts.error_comment}" if counts.error_comment else "")
    if json:
        tell_json(
            {"status": f"{code:04X}", "words": words, "completed": kept, "failed": failed, "failed_sop_instance_uids": failed_uids}
        )
    elif code == status.SUCCESS:
        say(f"{kept} instance{'s'[: kept != 1]} came." if kept else "Nothing matched, or nothing had to be sent.")
    else:
        note(f"{kept} came, {failed} failed: {words}")
        for uid in failed_uids[:_UIDS_SHOWN]:
            note(f"    {uid}")
        if len(failed_uids) > _UIDS_SHOWN:
            note(f"    and {len(failed_uids) - _UIDS_SHOWN} more; --json lists them all")
    if code == status.SUCCESS:
        return Exit.DONE
    return Exit.PARTLY if kept else Exit.FAILED

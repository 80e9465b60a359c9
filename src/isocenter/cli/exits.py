"""What the process says by its exit code: one table, from which `--help` and the documentation are made."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The documented exit codes."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NETWORK = 3
    REJECTED = 4
    PARTLY = 5
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Exit.DONE: "done",
    Exit.FAILED: "the service answered failure, or the work could not be done",
    Exit.USAGE: "the command line or a file is wrong",
    Exit.NETWORK: "the other side cannot be reached, or the connection broke",
    Exit.REJECTED: "the other side rejected the association",
    Exit.PARTLY: "partly done",
    Exit.INTERRUPTED: "interrupted with Ctrl-C",
}

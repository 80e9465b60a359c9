"""The error family of the house.

Our own mistakes and the peer's are two branches of one family, because they ask for different answers: a `LocalError` is a bug
or a wrong call on this side, a `PeerError` says what the other side sent and which A-ABORT answers it (PS3.8 9.3.8).
Nothing here knows a socket; a driver turns the operating system's errors into `LinkLost`.
"""

from __future__ import annotations


class IsocenterError(Exception):
    """Any error that the house raises on purpose; its text is one plain sentence for a person."""


class LocalError(IsocenterError):
    """This side asked for something that the protocol or the object does not allow."""


class UsageError(IsocenterError):
    """A person gave a value that cannot work; the text names the value, the place and the cure."""


class PeerError(IsocenterError):
    """The other side broke the protocol.

    `abort_source` and `abort_reason` are the fields of the A-ABORT that answers it (PS3.8 9.3.8): source 2 is the service
    provider; reasons are 0 not specified, 1 unrecognized PDU, 2 unexpected PDU, 4 unrecognized parameter,
    5 unexpected parameter, 6 invalid parameter value.
    """

    def __init__(self, text: str, *, abort_reason: int = 0, abort_source: int = 2) -> None:
        super().__init__(text)
        self.abort_reason = abort_reason
        self.abort_source = abort_source


class LinkLost(IsocenterError):
    """The connection ended, or could not be made, before the exchange was complete."""


class Refused(IsocenterError):
    """The other side rejected the association: A-ASSOCIATE-RJ fields of PS3.8 9.3.4, as numbers."""

    def __init__(self, text: str, *, result: int, source: int, reason: int) -> None:
        super().__init__(text)
        self.result = result
        self.source = source
        self.reason = reason


class UnreadableDataset(IsocenterError):
    """Bytes that are not the data set that they claim to be; `offset` is where reading stopped, in bytes from its start."""

    def __init__(self, text: str, *, offset: int = 0) -> None:
        super().__init__(text)
        self.offset = offset


class Exhausted(IsocenterError):
    """A piece of work took more than its time or its memory, or died of it; whoever did it was ended, nothing else was touched."""


class VolumeFailed(IsocenterError):
    """The disk refused a write or a sync; `full` tells a lack of space from a fault. A failed sync is never retried."""

    def __init__(self, text: str, *, full: bool) -> None:
        super().__init__(text)
        self.full = full

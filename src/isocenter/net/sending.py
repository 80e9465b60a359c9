"""C-STORE as SCU, one instance after the other on one association (PS3.7 9.1.1), for C-GET, C-MOVE and sending alike.

Comes in: instances. Goes out: what became of each. While the peer writes one to its disk the next is opened, read ahead, and
transcoded where it must be. An instance that cannot go says why, and the rest goes on; only a lost association raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from isocenter.base.errors import IsocenterError, LinkLost
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import Agreed
from isocenter.model.ports import Transcoder
from isocenter.net.outgoing import Parcel, Sendable, pack
from isocenter.standard.status import Kind, describe, kind_of


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one instance: the peer's `status`, or None with the `reason` why there is none. `comment` is the peer's."""

    sendable: Sendable
    status: int | None
    reason: str = ""
    comment: str = ""
    byte_count: int = 0


class Channel(Protocol):
    """An association that instances can be sent on."""

    @property
    def agreed(self) -> Agreed: ...

    def send_store(self, parcel: Parcel, command: Command) -> None:
        """Send a request with its data set. A break of the connection shows in `store_response`."""

    def store_response(self, message_id: int) -> Command:
        """Wait for the answer to it. Raises `LinkLost`."""


class Sending:
    """C-STORE requests on one channel, one at a time."""

    def __init__(
        self,
        channel: Channel,
        transcoder: Transcoder | None,
        *,
        preferred: Sequence[str] = (),
        move_originator_ae_title: str = "",
        move_originator_message_id: int | None = None,
    ) -> None:
        self._channel = channel
        self._transcoder = transcoder
        self._preferred = preferred
        self._originator = (move_originator_ae_title, move_originator_message_id)
        self._message_ids = count(1)
        self._ahead: tuple[Sendable, Parcel | str] | None = None

    def store(self, sendable: Sendable, upcoming: Sendable | None = None) -> Sent:
        """Send one instance and wait for its answer; `upcoming`, the one to be sent next, is made ready meanwhile.

        Raises `LinkLost` where the association ended before the answer.
        """
        packed = self._packed(sendable)
        if isinstance(packed, str):
            return Sent(sendable, None, packed)
        message_id = next(self._message_ids) & 0xFFFF
        title, originator_id = self._originator
        command = Command(
            field=CommandField.C_STORE_RQ,
            message_id=message_id,
            affected_sop_class_uid=sendable.sop_class_uid,
            affected_sop_instance_uid=sendable.sop_instance_uid,
            priority=0,
            has_data_set=True,
            move_originator_ae_title=title,
            move_originator_message_id=originator_id if title else None,
        )
        try:
            self._channel.send_store(packed, command)
        except (OSError, ValueError) as error:
            raise LinkLost(f"its file could not be read while it was being sent: {error}") from error
        finally:
            packed.close()
        if upcoming is not None:
            self._ahead = (upcoming, self._pack(upcoming))
        response = self._channel.store_response(message_id)
        status = response.status
        if status is None:
            return Sent(sendable, None, "the answer has no status", response.error_comment, packed.byte_count)
        reason = "" if kind_of(status) is Kind.SUCCESS else describe(status, "store")
        return Sent(sendable, status, reason, response.error_comment, packed.byte_count)

    def _packed(self, sendable: Sendable) -> Parcel | str:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            if ahead[0] is sendable:
                return ahead[1]
            if isinstance(ahead[1], Parcel):
                ahead[1].close()
        return self._pack(sendable)

    def _pack(self, sendable: Sendable) -> Parcel | str:
        """The instance ready to go, or the sentence why it cannot."""
        try:
            return pack(sendable, self._channel.agreed, self._transcoder, self._preferred)
        except IsocenterError as error:
            return str(error)
        except Exception as error:
            return f"it could not be made ready: {type(error).__name__}: {error}"

    def close(self) -> None:
        """Let go of what was made ready and will not be sent."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and isinstance(ahead[1], Parcel):
            ahead[1].close()

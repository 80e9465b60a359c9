"""From fragments to messages, in the order that PS3.7 6.3 and PS3.8 Annex E allow and in no other.

Comes in: the fragments of one association, as they arrive. Goes out: for each message its command once, then its data set in the
same pieces, uncopied, then its end. A fragment may be part of a presentation data value, and may be empty. Only the command is
ever kept, and never more than `COMMAND_SET_BYTES_MAX` of it. Illegal order is a `PeerError`; the association cannot go on then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from isocenter.base.errors import PeerError
from isocenter.base.limits import COMMAND_SET_BYTES_MAX, FRAGMENTS_EMPTY_MAX
from isocenter.dimse import commands
from isocenter.dimse.exchange import Agreed, AgreedContext
from isocenter.wire.events import Fragment

UNEXPECTED_PARAMETER: Final = 5
INVALID_PARAMETER: Final = 6
_NONE: Final = -1


@dataclass(frozen=True, slots=True)
class MessageBegun:
    """A command is complete. Its data set follows as `DataPart`s where `command.has_data_set`, else `MessageEnded` at once."""

    context: AgreedContext
    command: commands.Command


class DataPart(NamedTuple):
    """The next bytes of the data set; `view` is lent, as `Fragment.view` is."""

    view: memoryview


@dataclass(frozen=True, slots=True)
class MessageEnded:
    """The message that began last is complete."""


Part = MessageBegun | DataPart | MessageEnded
_ENDED: Final = MessageEnded()


class Assembler:
    """The messages of one association, one at a time; `agreed` maps the identifiers of the accepted contexts."""

    def __init__(self, agreed: Agreed) -> None:
        self._agreed = agreed
        self._command = bytearray()
        self._command_context = _NONE
        self._data_context = _NONE
        self._empty_fragments = 0

    @property
    def between_messages(self) -> bool:
        """True while no message has begun that has not ended."""
        return self._command_context == _NONE and self._data_context == _NONE

    def received(self, fragment: Fragment) -> tuple[Part, ...]:
        """What `fragment` completes, in order. Raises PeerError for an unknown context, an illegal order, or a bad command."""
        context_id, is_command, is_last, view = fragment
        if is_command or context_id != self._data_context:
            return self._control(fragment)
        if is_last:
            self._data_context = _NONE
            self._empty_fragments = 0
            return (DataPart(view), _ENDED) if view.nbytes else (_ENDED,)
        if view.nbytes:
            return (DataPart(view),)
        self._count_empty()
        return ()

    def _control(self, fragment: Fragment) -> tuple[Part, ...]:
        """Everything but the next bytes of the data set that is due: a part of a command, or an error."""
        context_id, is_command, is_last, view = fragment
        context = self._agreed.get(context_id)
        if context is None:
            raise PeerError(
                f"a fragment came on presentation context {context_id}, which was not accepted", abort_reason=INVALID_PARAMETER
            )
        if not is_command:
            raise _unexpected_data(context_id, self._command_context, self._data_context)
        if self._data_context != _NONE:
            raise PeerError(
                f"a command came on context {context_id} before the data set on context {self._data_context} ended",
                abort_reason=UNEXPECTED_PARAMETER,
            )
        if self._command_context not in (_NONE, context_id):
            raise PeerError(
                f"a command came on context {context_id} before the one on context {self._command_context} ended",
                abort_reason=UNEXPECTED_PARAMETER,
            )
        self._command_context = context_id
        if not view.nbytes and not is_last:
            self._count_empty()
            return ()
        if len(self._command) + view.nbytes > COMMAND_SET_BYTES_MAX:
            raise PeerError(f"a command set has more than {COMMAND_SET_BYTES_MAX} bytes", abort_reason=INVALID_PARAMETER)
        self._command += view
        if not is_last:
            return ()
        command = commands.decode(self._command)
        self._command.clear()
        self._command_context = _NONE
        begun = MessageBegun(context, command)
        if command.has_data_set:
            self._data_context = context_id
            return (begun,)
        self._empty_fragments = 0
        return (begun, _ENDED)

    def _count_empty(self) -> None:
        self._empty_fragments += 1
        if self._empty_fragments > FRAGMENTS_EMPTY_MAX:
            raise PeerError(f"one message has more than {FRAGMENTS_EMPTY_MAX} empty fragments", abort_reason=INVALID_PARAMETER)


def _unexpected_data(context_id: int, command_context: int, data_context: int) -> PeerError:
    if data_context != _NONE:
        text = f"a data set came on context {context_id} while the one on context {data_context} had not ended"
    elif command_context != _NONE:
        text = f"a data set came on context {context_id} before the command on context {command_context} ended"
    else:
        text = f"a data set came on context {context_id} without a command that announced it"
    return PeerError(text, abort_reason=UNEXPECTED_PARAMETER)

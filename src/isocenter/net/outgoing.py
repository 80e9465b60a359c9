"""What is sent by C-STORE: which presentation contexts to propose for it, which to send it on, and its bytes.

Comes in: stored Part 10 files, from the archive or from a folder. Goes out: the data set as it is, in mapped windows that are never
copied, or transcoded where the peer did not take its syntax (PS3.4 B.5.1 lets a sender choose). Small objects are read whole.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from isocenter.base.errors import IsocenterError, LocalError
from isocenter.base.limits import (
    PRESENTATION_CONTEXTS_MAX,
    PROPOSED_TRANSFER_SYNTAXES_MAX,
    READ_WHOLE_BYTES_MAX,
    SENT_WINDOW_BYTES,
    TRANSCODE_BYTES_MAX,
)
from isocenter.dimse.exchange import Agreed, AgreedContext
from isocenter.model.ports import OpenBlob, Transcoder
from isocenter.net.sockets import Buffer
from isocenter.standard import sop_class
from isocenter.standard import transfer_syntax as syntaxes
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire.pdu import ProposedContext

FALLBACKS = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
"""Proposed for every class beside the stored syntax: what every device reads (PS3.5 10.1)."""
LAST_RESORTS = (
    syntaxes.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    syntaxes.EXPLICIT_VR_BIG_ENDIAN,
    syntaxes.JPEG_LS_LOSSLESS,
    syntaxes.JPEG_2000_LOSSLESS,
    syntaxes.JPEG_LOSSLESS_FIRST_ORDER,
    syntaxes.RLE_LOSSLESS,
    syntaxes.HTJ2K_LOSSLESS,
    syntaxes.JPEG_LOSSLESS,
)
"""Proposed in one more context, for a peer that refuses even those: what a transcoder can write and nothing is lost in."""


@dataclass(frozen=True, slots=True)
class Sendable:
    """One instance that can be sent; `open` gives its Part 10 file and may raise OSError."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    open: Callable[[], AbstractContextManager[OpenBlob]] = field(compare=False)


def propose(wanted: Iterable[tuple[str, str]], preferred: Sequence[str] = ()) -> tuple[ProposedContext, ...]:
    """Contexts for (SOP class, stored transfer syntax) pairs, the first ones first, as many as one association has.

    Each stored syntax gets a context of its own, so that the acceptor's choice cannot force a transcoding that is not needed;
    then come the preferred ones and, in one context each, those that everybody reads and the last resorts.
    """
    by_class: dict[str, dict[str, None]] = {}
    for class_uid, stored in wanted:
        by_class.setdefault(class_uid, {})[stored] = None
    offers: list[tuple[str, tuple[str, ...]]] = []
    for class_uid, stored_ones in by_class.items():
        alone = dict.fromkeys((*stored_ones, *preferred))
        offers += [(class_uid, (syntax,)) for syntax in alone]
        for shared in (FALLBACKS, LAST_RESORTS):
            if rest := tuple(syntax for syntax in shared if syntax not in alone):
                offers.append((class_uid, rest))
    if len(offers) > PRESENTATION_CONTEXTS_MAX:
        # Better every class in some syntax than a few classes in all of theirs.
        offers = [
            (class_uid, tuple(dict.fromkeys((*stored, *preferred, *FALLBACKS)))[:PROPOSED_TRANSFER_SYNTAXES_MAX])
            for class_uid, stored in by_class.items()
        ]
    kept = offers[:PRESENTATION_CONTEXTS_MAX]
    return tuple(ProposedContext(2 * number + 1, class_uid, offered) for number, (class_uid, offered) in enumerate(kept))


def choose(agreed: Agreed, class_uid: str, stored: str, preferred: Sequence[str] = ()) -> list[AgreedContext]:
    """The contexts that this class may be sent on, best first: as stored wherever nothing else is preferred.

    The peer must play the SCP for it, which on an association that it opened itself takes role selection (PS3.7 D.3.3.4).
    """

    def rank(context: AgreedContext) -> tuple[int, int]:
        syntax = context.transfer_syntax
        if syntax == stored and (not preferred or syntax in preferred):
            return (0, 0)
        if syntax in preferred:
            return (1, preferred.index(syntax))
        if syntax == stored:
            return (2, 0)
        known = syntaxes.of(syntax)
        return (4 if known.lossy else 3, FALLBACKS.index(syntax) if syntax in FALLBACKS else len(FALLBACKS))

    usable = [context for context in agreed.values() if context.abstract_syntax == class_uid and context.peer_is_scp]
    return sorted(usable, key=rank)


class Parcel:
    """One instance packed for one context; `data` may be read once. `close` it when it is sent, or when it will not be."""

    def __init__(
        self, sendable: Sendable, context: AgreedContext, data: Iterable[Buffer], byte_count: int, held: ExitStack
    ) -> None:
        self.sendable = sendable
        self.context = context
        self.data = data
        self.byte_count = byte_count
        self._held = held

    def close(self) -> None:
        """Let go of the file. Idempotent."""
        self._held.close()


def pack(
    sendable: Sendable,
    agreed: Agreed,
    transcoder: Transcoder | None,
    preferred: Sequence[str] = (),
) -> Parcel:
    """Open an instance and decide how it goes. Raises `LocalError` with a sentence where it cannot go on this association."""
    contexts = choose(agreed, sendable.sop_class_uid, sendable.transfer_syntax, preferred)
    if not contexts:
        raise LocalError(f"the destination does not take {sop_class.name_of(sendable.sop_class_uid)}")
    with ExitStack() as stack:
        try:
            blob = stack.enter_context(sendable.open())
            size = os.fstat(blob.fileno()).st_size
        except OSError as error:
            raise LocalError(f"its file cannot be opened: {error.strerror or error}") from error
        if size < blob.dataset_offset + blob.byte_count:
            raise LocalError(f"its file has {size} bytes, {blob.dataset_offset + blob.byte_count} were stored")
        reasons = []
        for context in contexts:
            if context.transfer_syntax == sendable.transfer_syntax:
                data, count = _as_stored(blob), blob.byte_count
            else:
                try:
                    transcoded = _transcoded(blob, sendable.transfer_syntax, context.transfer_syntax, transcoder)
                except (IsocenterError, OSError) as error:
                    reasons.append(str(error))
                    continue
                data, count = iter((transcoded,)), len(transcoded)
            return Parcel(sendable, context, data, count, stack.pop_all())
    takes = ", ".join(syntaxes.name_of(context.transfer_syntax) for context in contexts)
    stored = syntaxes.name_of(sendable.transfer_syntax)
    raise LocalError(f"stored as {stored}, the destination takes only {takes}: {reasons[0]}")


def _transcoded(blob: OpenBlob, stored: str, wanted: str, transcoder: Transcoder | None) -> bytes:
    if transcoder is None:
        raise LocalError("nothing here can transcode it")
    if blob.byte_count > TRANSCODE_BYTES_MAX:
        raise LocalError(f"it is too large to transcode ({blob.byte_count} bytes)")
    return transcoder(blob.read(blob.dataset_offset, blob.byte_count), stored, wanted)


def _as_stored(blob: OpenBlob) -> Iterator[Buffer]:
    """The data set's bytes; the system is asked to read ahead at once, while the instance before this one is still on its way."""
    if blob.byte_count <= READ_WHOLE_BYTES_MAX:
        return iter((blob.read(blob.dataset_offset, blob.byte_count),))
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(blob.fileno(), blob.dataset_offset, min(blob.byte_count, SENT_WINDOW_BYTES), os.POSIX_FADV_WILLNEED)
    return windows(blob)


def windows(blob: OpenBlob) -> Iterator[memoryview]:
    """The data set as mapped views, one window after the other; a window is unmapped when nobody holds a view of it."""
    position, end = blob.dataset_offset, blob.dataset_offset + blob.byte_count
    while position < end:
        begin = position - position % mmap.ALLOCATIONGRANULARITY
        stop = min(begin + SENT_WINDOW_BYTES, end)
        mapped = mmap.mmap(blob.fileno(), stop - begin, access=mmap.ACCESS_READ, offset=begin)
        yield memoryview(mapped)[position - begin :]
        position = stop

"""One A-ASSOCIATE-RQ and what came back for it, whatever that was (PS3.8 9.3).

Comes in: a visit, and what to propose under which titles. Goes out: an `Answer`: accepted, rejected, aborted, closed, reset,
silent, broken, or another protocol, with its bytes and its time. What it means is told elsewhere. Nothing that the other side
sends raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from time import monotonic

from isocenter.base.errors import IsocenterError, PeerError
from isocenter.base.ids import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from isocenter.base.limits import CHECKUP_FOREIGN_BYTES_MAX, CHECKUP_PROBE_SECONDS, PDU_BYTES_MAX, PDU_BYTES_MIN
from isocenter.doctor.answer import Answer, Said
from isocenter.doctor.network import Ending, Line, TlsFailed, connect, tls_context
from isocenter.doctor.protocols import recognise
from isocenter.doctor.visit import Visit
from isocenter.net.recorder import Recorder
from isocenter.standard.sop_class import VERIFICATION
from isocenter.standard.status import describe_abort, describe_rejection
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire import pdu_codec
from isocenter.wire.negotiation import check_accept, pdu_bytes_to_send
from isocenter.wire.pdu import (
    APPLICATION_CONTEXT,
    Abort,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ProposedContext,
    ReleaseRequest,
    RoleSelection,
    UserInformation,
)

_HEADER_BYTES = 6
_LINGER_SECONDS = 0.2
_RELEASE_SECONDS = 1.0
_HELD_SECONDS = 0.03
VERIFICATION_ALONE = (ProposedContext(1, VERIFICATION, (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)),)


_ENDED = {Ending.CLOSED: Said.CLOSED, Ending.RESET: Said.RESET, Ending.ALERT: Said.ALERT, Ending.STOPPED: Said.STOPPED}
_ENDED_WORDS = {
    Said.CLOSED: "it closed the connection without a word",
    Said.RESET: "it reset the connection without a word",
    Said.STOPPED: "stopped by this side",
}


def titles_of(visit: Visit) -> tuple[str, str]:
    """(calling, called): our title towards this node, and its own."""
    return visit.node.local_ae_title or visit.own_ae_title, visit.node.ae_title


def blank_titles(visit: Visit) -> str:
    """Which title is blank, in words; empty where neither is. Many servers never answer a request with one."""
    ours, theirs = (title.strip() for title in titles_of(visit))
    return "" if ours and theirs else "your title" if theirs else "its title" if ours else "both titles"


def request_of(
    visit: Visit,
    contexts: tuple[ProposedContext, ...] = VERIFICATION_ALONE,
    *,
    calling: str | None = None,
    called: str | None = None,
    application_context: str = APPLICATION_CONTEXT,
    as_scp_of: Iterable[str] = (),
) -> AssociateRequest:
    """What we ask, by default under the titles as they are entered."""
    our_title, their_title = titles_of(visit)
    user = UserInformation(
        pdu_bytes_max=visit.node.pdu_bytes_max or PDU_BYTES_MAX,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
        roles=tuple(RoleSelection(uid, scu=False, scp=True) for uid in as_scp_of),
    )
    return AssociateRequest(
        called if called is not None else their_title,
        calling if calling is not None else our_title,
        contexts,
        user,
        application_context,
    )


def open_line(visit: Visit, seconds: float | None = None) -> Line:
    """A connection to the address that answered, secured where this node is called by TLS.

    Raises `Unreached` and `TlsFailed`, and `UsageError` for TLS files of ours that cannot be used, before anybody is called.
    """
    context = tls_context(visit.security)
    address = visit.address or (visit.addresses[0] if visit.addresses else visit.node.host)
    line = connect(address, visit.node.port, seconds or visit.patience.connect, visit.clock, visit.is_stopped)
    if isinstance(recorder := getattr(visit.witness, "recorder", None), Recorder):
        line.record(recorder)
    if context is not None:
        try:
            line.secure(context, visit.node.host, monotonic() + visit.patience.connect)
        except TlsFailed:
            line.close()
            raise
    return line


def call(visit: Visit, request: AssociateRequest, seconds: float | None = None) -> Answer:
    """Ask on a connection of its own, and release what was accepted. Raises `Unreached` and `TlsFailed`."""
    with open_line(visit) as line:
        answer = ask(line, request, visit.patience.associate if seconds is None else seconds)
        part(line, answer)
        return answer


def ask(line: Line, request: AssociateRequest, seconds: float) -> Answer:
    """Send the request and wait so long for what comes back. Raises `LocalError` for titles that no PDU can hold."""
    raw = pdu_codec.encode(request)
    line.note("sent", _request_words(request), raw)
    began = monotonic()
    line.send(raw)
    return listen(line, request, seconds, began)


def listen(line: Line, request: AssociateRequest, seconds: float, since: float | None = None) -> Answer:
    """Wait so long for what comes back for a request that was sent, `since` when is counted from, now by default."""
    began = monotonic() if since is None else since
    until = monotonic() + seconds
    header = line.exactly(1, until)
    spent = monotonic() - began
    if not header:
        return _nothing(line, request, spent)
    header += line.exactly(_HEADER_BYTES - 1, until)
    answer = _read(line, request, header, until, spent)
    line.note("got", answer.words, answer.raw)
    return _with_exchanges(line, answer)


def part(line: Line, answer: Answer) -> None:
    """End an association that was accepted in order, without waiting long (PS3.8 7.2)."""
    if answer.said is not Said.ACCEPTED or line.ending is not None:
        return
    line.send(pdu_codec.encode(ReleaseRequest()))
    line.exactly(_HEADER_BYTES + 4, monotonic() + _RELEASE_SECONDS)


def held(visit: Visit, request: AssociateRequest) -> Answer:
    """As `call`, and a moment of silence before the release: does the association last? Raises `Unreached` and `TlsFailed`."""
    with open_line(visit) as line:
        answer = ask(line, request, visit.patience.associate)
        if answer.said is Said.ACCEPTED:
            first = line.exactly(1, monotonic() + _HELD_SECONDS)
            if first or line.ending is not None:
                then = "it sent an A-ABORT" if first == bytes((pdu_codec.ABORT,)) else "it closed the connection"
                line.note("got", then.removeprefix("it "), first)
                return replace(_with_exchanges(line, answer), then=then)
        part(line, answer)
        return answer


def _request_words(request: AssociateRequest) -> str:
    count = len(request.contexts)
    return (
        f"A-ASSOCIATE-RQ, {request.calling_ae_title} calls {request.called_ae_title}, "
        f"{count} context{'' if count == 1 else 's'}"
    )  # fmt: skip


def _nothing(line: Line, request: AssociateRequest, spent: float) -> Answer:
    said = _ENDED[line.ending] if line.ending is not None else Said.SILENT
    if said is Said.SILENT:
        words = f"said nothing for {spent:.1f} s"
    elif said is Said.ALERT:
        words = f"ended TLS: {line.alert.replace('_', ' ').lower()}"
    else:
        words = _ENDED_WORDS[said].removeprefix("it ")
    if said is not Said.STOPPED:
        line.note("got", words, b"")
    return Answer(said, request, words, spent, alert=line.alert, exchanges=tuple(line.exchanges))


def _read(line: Line, request: AssociateRequest, header: bytes, until: float, spent: float) -> Answer:
    kind = header[0]
    length = int.from_bytes(header[2:6], "big") if len(header) == _HEADER_BYTES else -1
    is_pdu = kind in pdu_codec.NAMES and header[1:2] in (b"\0", b"") and not recognise(header).protocol
    if not is_pdu:
        raw = header + line.exactly(CHECKUP_FOREIGN_BYTES_MAX, min(until, monotonic() + _LINGER_SECONDS))
        foreign = recognise(raw)
        spoken = f"speaks {foreign.protocol}" if foreign.protocol else "answered with bytes that are not DICOM"
        return Answer(Said.FOREIGN, request, spoken, spent, raw, foreign=foreign)
    name = pdu_codec.NAMES[kind]
    try:
        if length < 0:
            return _cut(request, name, header, _HEADER_BYTES, spent)
        if kind not in (pdu_codec.ASSOCIATE_AC, pdu_codec.ASSOCIATE_RJ, pdu_codec.ABORT):
            raise PeerError(f"{name}, which answers no A-ASSOCIATE-RQ")
        pdu_codec.check_length(kind, length)
        body = line.exactly(length, until)
        if len(body) < length:
            return _cut(request, name, header + body, _HEADER_BYTES + length, spent)
        pdu = pdu_codec.decode(kind, body)
        if isinstance(pdu, AssociateAccept) and pdu_bytes_to_send(pdu.user.pdu_bytes_max) >= PDU_BYTES_MIN:
            check_accept(request, pdu)
    except PeerError as error:
        return Answer(Said.BROKEN, request, f"answered with {error}", spent, header)
    raw = header + body
    match pdu:
        case AssociateAccept():
            return Answer(Said.ACCEPTED, request, _accept_words(pdu), spent, raw, pdu)
        case AssociateReject(result, source, reason):
            return Answer(Said.REJECTED, request, f"A-ASSOCIATE-RJ, {describe_rejection(result, source, reason)}", spent, raw, pdu)
        case Abort(source, reason):
            return Answer(Said.ABORTED, request, f"A-ABORT, {describe_abort(source, reason)}", spent, raw, pdu)
    raise IsocenterError(f"{name} is no answer")


def _cut(request: AssociateRequest, name: str, raw: bytes, whole: int, spent: float) -> Answer:
    return Answer(Said.CUT, request, f"answered with {name} that ends after {len(raw)} of {whole} bytes", spent, raw)


def _accept_words(accept: AssociateAccept) -> str:
    count = sum(context.result == 0 for context in accept.contexts)
    return f"A-ASSOCIATE-AC, {count} of {len(accept.contexts)} context{'' if len(accept.contexts) == 1 else 's'} accepted"


def _with_exchanges(line: Line, answer: Answer) -> Answer:
    return replace(answer, exchanges=tuple(line.exchanges))


def greeting(visit: Visit) -> tuple[bytes, Ending | None]:
    """What the other side says, or how it ends, when it is connected to and asked nothing. Raises `Unreached`."""
    with connect(visit.address, visit.node.port, visit.patience.connect, visit.clock, visit.is_stopped) as line:
        until = monotonic() + visit.patience.greeting
        first = line.read(CHECKUP_FOREIGN_BYTES_MAX, until)
        return first, line.ending


def http_answer(visit: Visit, port: int = 0, path: str = "/") -> bytes:
    """The beginning of what comes back for a plain web request, empty for nothing. Raises `Unreached`."""
    patience = min(visit.patience.connect, CHECKUP_PROBE_SECONDS) if port else visit.patience.connect
    with connect(visit.address, port or visit.node.port, patience, visit.clock, visit.is_stopped) as line:
        line.send(f"GET {path} HTTP/1.0\r\nHost: {visit.node.host}\r\n\r\n".encode("ascii", "replace"))
        until = monotonic() + min(CHECKUP_PROBE_SECONDS, visit.patience.associate)
        first = line.exactly(1, until)
        return first and first + line.exactly(CHECKUP_FOREIGN_BYTES_MAX, min(until, monotonic() + _LINGER_SECONDS))

"""The first bytes: is it DICOM that answers on this port, or something else (layer `first bytes`)?

Comes in: a port that is open. Goes out: a step, and the answer to our first A-ASSOCIATE-RQ in the visit, which `titles` judges.
Only where that answer is none is the port asked in other ways: nothing at all, HTTP, TLS. Never where paper or hospital messages
come in.
"""

from __future__ import annotations

from time import monotonic

from isocenter.base.errors import LocalError
from isocenter.base.limits import CHECKUP_PROBE_SECONDS, CHECKUP_SLOW_ANSWER_TIMES
from isocenter.doctor.answer import Answer, Said
from isocenter.doctor.asking import ask, blank_titles, greeting, http_answer, listen, open_line, part, request_of
from isocenter.doctor.neighbours import ports
from isocenter.doctor.network import Ending, TlsFailed, Unreached, any_server_context, connect
from isocenter.doctor.protocols import Foreign, recognise
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Exchange, Layer, Outcome, Sign, Step

_TALKERS = frozenset({"SSH", "FTP", "SMTP", "SMTP or FTP", "POP3", "IMAP", "Telnet"})
_PROXY_STATUSES = frozenset({403, 407})
_GATEWAY_STATUSES = frozenset({502, 503, 504})


def look_at_first_bytes(visit: Visit) -> Step:
    """Ask once, and see what kind of program answers."""
    if visit.node.port in ports()["paper"]:
        words = f"port {visit.node.port} prints what it is sent, so nothing was sent"
        return Step(Layer.FIRST_BYTES, Outcome.FAILED, words, sign=Sign("paper-port", {}))
    if blank_titles(visit):
        return Step(Layer.FIRST_BYTES, Outcome.SKIPPED, "nothing could be asked with a blank title")
    try:
        return _in_tls(visit) if visit.security is not None else _in_clear(visit)
    except Unreached as error:
        if error.name == "ECONNRESET":
            return _closed_at_once(Ending.RESET)
        sign = Sign("tcp-once", {"error": error.name})
        return Step(Layer.FIRST_BYTES, Outcome.FAILED, f"a second connection was not made: {error.name}", sign=sign)


def _in_tls(visit: Visit) -> Step:
    """Only whether it speaks first: what it says to a greeting in TLS is the next layer's affair."""
    first, ending = greeting(visit)
    if first:
        return _foreign(visit, recognise(first), (Exchange(visit.clock.now(), "got", "the first bytes", first, len(first)),))
    if ending in (Ending.CLOSED, Ending.RESET):
        return _closed_at_once(ending)
    return Step(Layer.FIRST_BYTES, Outcome.PASSED, "it waits to be spoken to")


def _in_clear(visit: Visit) -> Step:
    try:
        request = request_of(visit)
        with open_line(visit) as line:
            began = monotonic()
            answer = ask(line, request, visit.patience.associate)
            if answer.said is Said.SILENT:
                other = _asked_otherwise(visit)
                if other is not None:
                    return other
                longer = visit.patience.associate * (CHECKUP_SLOW_ANSWER_TIMES - 1)
                answer = listen(line, request, longer, began)
            part(line, answer)
    except LocalError:
        # A title that fits no PDU: the layer of the titles says so.
        return Step(Layer.FIRST_BYTES, Outcome.SKIPPED, "nothing could be asked under these titles")
    if answer.said is Said.STOPPED:
        return Step(Layer.FIRST_BYTES, Outcome.SKIPPED, "stopped by you")
    visit.answer = answer
    return _judged(visit, answer)


def _judged(visit: Visit, answer: Answer) -> Step:
    match answer.said:
        case Said.FOREIGN:
            return _foreign(visit, answer.foreign, answer.exchanges)
        case Said.CLOSED | Said.RESET:
            return _closed(visit, answer)
        case Said.SILENT:
            if visit.node.port in ports()["hl7"]:
                words = f"port {visit.node.port} is where HL7 messages are taken, and it said nothing to DICOM"
                return Step(Layer.FIRST_BYTES, Outcome.FAILED, words, exchanges=answer.exchanges, sign=Sign("hl7-silent", {}))
            return Step(Layer.FIRST_BYTES, Outcome.WARNED, "it takes the connection and says nothing")
        case Said.BROKEN | Said.CUT:
            return Step(Layer.FIRST_BYTES, Outcome.WARNED, f"it {answer.words}")
    return Step(Layer.FIRST_BYTES, Outcome.PASSED, "it speaks DICOM, not HTTP, TLS or HL7", round(answer.seconds * 1000, 2))


def _closed(visit: Visit, answer: Answer) -> Step:
    """It hung up on our question. Does it hang up on everybody, or does it want TLS?"""
    first, ending = greeting(visit)
    if first:
        return _foreign(visit, recognise(first), answer.exchanges)
    if ending in (Ending.CLOSED, Ending.RESET):
        return _closed_at_once(ending)
    if speaks_tls(visit):
        return _foreign(visit, Foreign("TLS"), answer.exchanges)
    return Step(Layer.FIRST_BYTES, Outcome.WARNED, f"it {answer.words} when it was asked in DICOM")


def _closed_at_once(ending: Ending) -> Step:
    words = f"it takes the connection and {'closes' if ending is Ending.CLOSED else 'resets'} it before anything is said"
    return Step(Layer.FIRST_BYTES, Outcome.FAILED, words, sign=Sign("closed-at-once", {"how": ending.value}))


def _asked_otherwise(visit: Visit) -> Step | None:
    """A port that is silent to DICOM, asked as a browser and as a TLS client would; None where that is silent too."""
    if visit.node.port in ports()["hl7"]:
        return None
    try:
        said = http_answer(visit)
        if said and recognise(said).protocol:
            return _foreign(visit, recognise(said), (Exchange(visit.clock.now(), "got", "the answer to GET /", said, len(said)),))
        if speaks_tls(visit):
            return _foreign(visit, Foreign("TLS"), ())
    except Unreached:
        # It takes one connection at a time, or no more: what it says on the first one decides.
        return None
    return None


def speaks_tls(visit: Visit) -> bool:
    """True where a ClientHello is answered in TLS, be it with an alert. Raises `Unreached`."""
    with connect(visit.address, visit.node.port, visit.patience.connect, visit.clock, visit.is_stopped) as line:
        until = monotonic() + min(CHECKUP_PROBE_SECONDS, visit.patience.associate)
        try:
            line.secure(any_server_context(), visit.node.host, until)
        except TlsFailed:
            return recognise(bytes(line.heard[:16])).protocol == "TLS"
        return True


def _foreign(visit: Visit, found: Foreign, exchanges: tuple[Exchange, ...]) -> Step:
    code, words = _code_and_words(found)
    facts = {
        "protocol": found.protocol or "something that is not DICOM",
        "banner": found.banner,
        "server": found.server or "A web server",
        "status": found.status,
        "uses": _usual(visit.node.port),
    }
    return Step(
        Layer.FIRST_BYTES, Outcome.FAILED, words, exchanges=exchanges, facts={"protocol": found.protocol}, sign=Sign(code, facts)
    )


def _code_and_words(found: Foreign) -> tuple[str, str]:
    protocol = found.protocol
    if protocol == "HTTP":
        server = f" ({found.server})" if found.server else ""
        if found.status in _PROXY_STATUSES:
            return "speaks-proxy", f"a web proxy answers: HTTP {found.status}{server}"
        if found.status in _GATEWAY_STATUSES:
            return "speaks-gateway", f"a load balancer answers: HTTP {found.status}{server}"
        return "speaks-http", f"it is a web server{server}, not DICOM"
    if protocol == "TLS":
        return "speaks-tls", "it speaks TLS, and was called in clear"
    if protocol.startswith("HL7"):
        return "speaks-hl7", "it speaks HL7, not DICOM"
    if protocol in _TALKERS:
        return "speaks-first", f"it is {protocol}: {found.banner}" if found.banner else f"it is {protocol}"
    return "speaks-other", f"it speaks {protocol}" if protocol else "it answers with bytes that are not DICOM"


def judged_foreign(visit: Visit, answer: Answer) -> Step:
    """The same finding for an answer that came to another layer, inside TLS for example."""
    return _foreign(visit, answer.foreign, answer.exchanges)


def _usual(port: int) -> str:
    from isocenter.doctor.products import usual_port

    what, _ = usual_port(port)
    return what

"""TLS: the handshake, the certificate, and whether one of ours is wanted (layer `tls`, PS3.15 B.9).

Comes in: a visit that calls by TLS. Goes out: a step, and the answer to the A-ASSOCIATE-RQ in the visit: under TLS 1.3 a missing
client certificate shows only when something is asked. A handshake that fails is looked at again without checks, to say what was
shown.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any

from isocenter.base.errors import LocalError, UsageError
from isocenter.base.limits import CHECKUP_CERTIFICATES_MAX, CHECKUP_PROBE_SECONDS
from isocenter.doctor import certificate, tls_records
from isocenter.doctor.answer import Answer, Said
from isocenter.doctor.asking import ask, blank_titles, part, request_of
from isocenter.doctor.certificate import Certificate
from isocenter.doctor.first_bytes_step import judged_foreign
from isocenter.doctor.network import Line, TlsFailed, Unreached, any_server_context, chain_of, connect, tls_context, tls_versions
from isocenter.doctor.protocols import recognise
from isocenter.doctor.visit import Security, Visit
from isocenter.model.checkup import Layer, Outcome, Sign, Step

_DICOM = frozenset({Said.ACCEPTED, Said.REJECTED, Said.ABORTED})
_EXPIRES_SOON_DAYS = 30
_OLD = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
_VERIFIED = {9: "tls-not-yet", 10: "tls-expired", 18: "tls-self-signed", 19: "tls-unknown-root", 62: "tls-name", 64: "tls-name"}
"""Verification results of OpenSSL (X509_V_ERR_…) that have a sign of their own."""
_UNTRUSTED = frozenset({2, 20, 21, 24, 27})
_REFUSED_ALERTS = {42: "tls-client-refused", 43: "tls-client-refused", 44: "tls-client-refused", 45: "tls-client-expired",
                   46: "tls-client-refused", 48: "tls-client-refused", 49: "tls-client-refused", 51: "tls-client-refused",
                   116: "tls-client-wanted"}  # fmt: skip
_REASONS = {"CERTIFICATE_REQUIRED": 116, "UNKNOWN_CA": 48, "CERTIFICATE_EXPIRED": 45, "BAD_CERTIFICATE": 42,
            "UNSUPPORTED_CERTIFICATE": 43, "CERTIFICATE_REVOKED": 44, "CERTIFICATE_UNKNOWN": 46, "ACCESS_DENIED": 49,
            "DECRYPT_ERROR": 51, "HANDSHAKE_FAILURE": 40, "PROTOCOL_VERSION": 70, "UNSUPPORTED_PROTOCOL": 70,
            "WRONG_SSL_VERSION": 70, "INSUFFICIENT_SECURITY": 71, "UNRECOGNIZED_NAME": 112}  # fmt: skip
"""The end of OpenSSL's name for an alert to its number (RFC 8446 6.2)."""


def shake_hands(visit: Visit) -> Step:
    """Shake hands, look at the certificate, and ask for the association that the next layer judges."""
    security = visit.security
    if security is None:
        return Step(Layer.TLS, Outcome.SKIPPED, "not used by this node")
    try:
        context = tls_context(security)
        assert context is not None, "a visit with security has a context"
    except UsageError as error:
        return _failed("your own TLS files cannot be used", "tls-own-files", why=str(error).rstrip("."))
    try:
        with connect(visit.address, visit.node.port, visit.patience.connect, visit.clock, visit.is_stopped) as line:
            try:
                tls = line.secure(context, visit.node.host, monotonic() + visit.patience.connect)
            except TlsFailed as error:
                return _why(visit, security, line, error)
            shown = _read_chain(chain_of(tls))
            version, cipher = tls_versions(tls)
            line.note("got", f"a handshake in {version} with {cipher}", bytes(line.heard))
            return _asked(visit, security, line, shown, {"version": version, "cipher": cipher})
    except Unreached as error:
        return _failed(f"a further connection was not made: {error.name}", "tcp-once", error=error.name)


def _asked(visit: Visit, security: Security, line: Line, shown: list[Certificate], facts: dict[str, Any]) -> Step:
    """The handshake went well; now it is asked something."""
    leaf = shown[0] if shown else None
    facts |= {"chain": [one.facts for one in shown]} | (leaf.facts if leaf else {})
    words = f"{facts['version']}, certificate of {leaf.subject}" if leaf else f"{facts['version']}, no certificate shown"
    step = Step(Layer.TLS, Outcome.PASSED, words, facts=facts, exchanges=tuple(line.exchanges))
    if blank_titles(visit):
        return step
    try:
        answer = ask(line, request_of(visit), visit.patience.associate)
    except LocalError:
        return step
    part(line, answer)
    if answer.said is Said.STOPPED:
        return Step(Layer.TLS, Outcome.SKIPPED, "stopped by you")
    if answer.said is Said.FOREIGN:
        return replace(judged_foreign(visit, answer), layer=Layer.TLS, exchanges=answer.exchanges)
    if answer.said is Said.ALERT:
        return replace(_refused(visit, security, _alert_of(answer.alert), answer.alert, is_late=True), exchanges=answer.exchanges)
    if answer.said in (Said.CLOSED, Said.RESET) and line.is_asked_for_certificate:
        # Some servers close without the alert that says why.
        return replace(_refused(visit, security, 0, answer.words, is_late=True), exchanges=answer.exchanges)
    if answer.said in (Said.CLOSED, Said.RESET) and facts["version"] == "TLSv1.3":
        late = _failed(f"it shook hands, and then {answer.words}", "tls-late-end", why=f"it {answer.words}")
        return replace(late, exchanges=answer.exchanges)
    visit.answer = answer
    return _soon_over(visit, step, leaf)


def _soon_over(visit: Visit, step: Step, leaf: Certificate | None) -> Step:
    days = leaf.days_left(visit.clock.now()) if leaf else _EXPIRES_SOON_DAYS
    if leaf is None or days >= _EXPIRES_SOON_DAYS:
        return step
    visit.remarks.append(f"Its certificate expires on {leaf.until:%Y-%m-%d}, in {days} days: have it renewed before.")
    return replace(step, outcome=Outcome.WARNED, words=f"{step.words}, which expires in {days} days")


def _why(visit: Visit, security: Security, line: Line, error: TlsFailed) -> Step:
    """What a failed handshake means."""
    heard = tls_records.read(bytes(line.heard))
    line.note("got", f"no handshake: {_plain(error.reason) or error}", bytes(line.heard))
    if error.verify_code:
        step = _untrusted(visit, error)
    elif heard.is_tls or _alert_of(error.reason):
        step = _broken_off(visit, security, line, heard, error)
    else:
        step = _not_tls(visit, bytes(line.heard), error)
    return replace(step, exchanges=(*line.exchanges, *step.exchanges))


def _untrusted(visit: Visit, error: TlsFailed) -> Step:
    """The certificate was not accepted: look at it without checks."""
    shown, _ = _looked(visit)
    now = visit.clock.now()
    blamed = _blamed(shown, error.verify_code, now)
    facts: dict[str, Any] = {"why": str(error), "now": f"{now:%Y-%m-%d %H:%M} UTC", "sent": len(shown)}
    facts |= blamed.facts if blamed else dict.fromkeys(("subject", "issuer", "since", "until", "names", "fingerprint"), "unknown")
    code = _VERIFIED.get(error.verify_code) or ("tls-unknown-issuer" if error.verify_code in _UNTRUSTED else "tls-untrusted")
    words = {
        "tls-expired": f"its certificate expired on {facts['until']}",
        "tls-not-yet": f"its certificate is valid only from {facts['since']}",
        "tls-name": f"its certificate is for {facts['names']}, not for {visit.node.host}",
        "tls-self-signed": "its certificate is signed by itself and not trusted here",
        "tls-unknown-issuer": f"its certificate comes from {facts['issuer']}, which is not trusted here",
        "tls-unknown-root": f"its certificate comes from {facts['issuer']}, which is not trusted here",
    }.get(code, f"its certificate is not accepted: {error}")
    return Step(Layer.TLS, Outcome.FAILED, words, facts=facts, sign=Sign(code, facts))


def _blamed(shown: list[Certificate], verify_code: int, now: datetime) -> Certificate | None:
    """The certificate of the chain that the verification stopped at."""
    if verify_code == 10:
        return next((one for one in shown if one.until < now), shown[0] if shown else None)
    if verify_code == 9:
        return next((one for one in shown if one.since > now), shown[0] if shown else None)
    return shown[0] if shown else None


def _broken_off(visit: Visit, security: Security, line: Line, heard: tls_records.Heard, error: TlsFailed) -> Step:
    """It speaks TLS and broke off."""
    alert = heard.alert or _alert_of(error.reason)
    if alert == 70:
        versions = _looked(visit)[1]
        facts = {"versions": versions or "a version that is not known here"}
        return Step(Layer.TLS, Outcome.FAILED, "no TLS version in common", sign=Sign("tls-version", facts))
    if alert == 112:
        return _failed("it does not know the name that it was called by", "tls-name-refused")
    if alert in (40, 71) and not heard.has_greeted:
        versions = _looked(visit)[1]
        found = "; with others it shakes hands" if versions else ""
        return _failed("no TLS cipher in common", "tls-cipher", versions=versions or "TLS", found=found)
    if alert in _REFUSED_ALERTS or (alert in (0, 40) and line.is_asked_for_certificate):
        return _refused(visit, security, alert, error.reason or "closed the connection", is_late=False)
    why = _plain(error.reason) or str(error)
    return _failed(f"it broke off the handshake: {why}", "tls-refused", why=why)


def _refused(visit: Visit, security: Security, alert: int, reason: str, *, is_late: bool) -> Step:
    """It wants a certificate of ours, or does not accept the one that it got."""
    why = f"it said: {tls_records.ALERTS[alert]}" if alert in tls_records.ALERTS else f"it {_plain(reason)}"
    when = (
        "The handshake went well, and at the first request" if is_late else "In the handshake it asked for a certificate, and then"
    )
    own = _own(security)
    facts = {
        "why": why,
        "when": when,
        "alert": alert,
        "own_until": f"{own.until:%Y-%m-%d}" if own else "unknown",
        "own_subject": own.subject if own else "none",
    }
    if security.certificate is None:
        return Step(
            Layer.TLS, Outcome.FAILED, "it wants a certificate of yours, and none was sent", sign=Sign("tls-client-wanted", facts)
        )
    code = _REFUSED_ALERTS.get(alert, "tls-client-refused")
    if code != "tls-client-expired":
        code = "tls-client-expired" if own is not None and own.until < visit.clock.now() else "tls-client-refused"
    return Step(
        Layer.TLS, Outcome.FAILED, f"it does not accept your certificate: {why.removeprefix('it ')}", sign=Sign(code, facts)
    )


def _not_tls(visit: Visit, heard: bytes, error: TlsFailed) -> Step:
    """No TLS came back: does it speak DICOM in clear?"""
    found = recognise(heard)
    if found.protocol:
        return replace(
            judged_foreign(visit, Answer(Said.FOREIGN, request_of(visit), "", 0.0, heard, foreign=found)), layer=Layer.TLS
        )
    versions = _looked(visit)[1] if not heard else ""
    if versions:
        # It hung up on our greeting without a word, and answers one that allows everything.
        if versions in _OLD:
            return _failed("no TLS version in common", "tls-version", versions=versions)
        return _failed("no TLS cipher in common", "tls-cipher", versions=versions, found="; with others it shakes hands")
    try:
        with connect(visit.address, visit.node.port, visit.patience.connect, visit.clock, visit.is_stopped) as line:
            answer = ask(line, request_of(visit), visit.patience.associate)
            part(line, answer)
    except (Unreached, LocalError):
        return _failed("it does not answer a TLS greeting", "tls-no-answer", why=f"It was greeted and {error}")
    if answer.said in _DICOM:
        step = _failed("it speaks DICOM in clear, not TLS", "tls-not-spoken")
    elif answer.said is Said.FOREIGN:
        step = replace(judged_foreign(visit, answer), layer=Layer.TLS)
    else:
        step = _failed("it answers neither a TLS greeting nor DICOM", "tls-no-answer", why=f"It was greeted and {error}")
    return replace(step, exchanges=answer.exchanges)


def _looked(visit: Visit) -> tuple[list[Certificate], str]:
    """(what it shows to whoever checks nothing, the version that it speaks then); empty where even that fails."""
    try:
        with connect(visit.address, visit.node.port, visit.patience.connect, visit.clock, visit.is_stopped) as line:
            tls = line.secure(
                any_server_context(), visit.node.host, monotonic() + max(CHECKUP_PROBE_SECONDS, visit.patience.connect)
            )
            return _read_chain(chain_of(tls)), tls_versions(tls)[0]
    except (Unreached, TlsFailed):
        return [], ""


def _read_chain(chain: list[bytes]) -> list[Certificate]:
    read = [certificate.read(raw) for raw in chain[:CHECKUP_CERTIFICATES_MAX]]
    return [one for one in read if one is not None]


def _own(security: Security) -> Certificate | None:
    if security.certificate is None:
        return None
    try:
        return certificate.read(security.certificate.read_bytes())
    except OSError:
        return None


def _alert_of(reason: str) -> int:
    return next((number for ending, number in _REASONS.items() if reason.endswith(ending)), 0)


def _plain(reason: str) -> str:
    return reason.replace("_", " ").lower()


def _failed(words: str, code: str, **facts: Any) -> Step:
    return Step(Layer.TLS, Outcome.FAILED, words, sign=Sign(code, facts))

"""What a certificate says, in words: whose it is, who vouches for it, from when until when, and its fingerprint (RFC 5280).

Comes in: DER or PEM bytes, from a stranger or from our own file. Goes out: a `Certificate`, or None for what cannot be read.
Nothing is verified here: that is OpenSSL's affair. cryptography is loaded at the first certificate.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.x509 import Name

_NAMES_MAX = 20


@dataclass(frozen=True, slots=True)
class Certificate:
    """Names as text, dates in UTC; `names` are the host names and addresses that it is for, `fingerprint` its SHA-256."""

    subject: str
    issuer: str
    since: datetime
    until: datetime
    names: tuple[str, ...]
    fingerprint: str

    def days_left(self, now: datetime) -> int:
        """Whole days until it expires; negative when it has."""
        return (self.until - now).days

    @property
    def facts(self) -> dict[str, Any]:
        """The same for sentences and reports."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "since": f"{self.since:%Y-%m-%d}",
            "until": f"{self.until:%Y-%m-%d}",
            "names": ", ".join(self.names) or "no name",
            "fingerprint": self.fingerprint,
        }


def read(raw: bytes) -> Certificate | None:
    """A certificate from DER or PEM bytes; None where it is none that can be read."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        if raw.lstrip().startswith(b"-----BEGIN"):
            found = x509.load_pem_x509_certificate(raw)
        else:
            found = x509.load_der_x509_certificate(raw)
        digest = found.fingerprint(SHA256()).hex().upper()
        return Certificate(
            subject=_name(found.subject),
            issuer=_name(found.issuer),
            since=found.not_valid_before_utc,
            until=found.not_valid_after_utc,
            names=_names(found),
            fingerprint=":".join(digest[at : at + 2] for at in range(0, len(digest), 2)),
        )
    except Exception:  # whatever cryptography raises for what a stranger sent
        return None


def _names(found: Any) -> tuple[str, ...]:
    """The subjectAltName; the common name where there is none, as old devices have it."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    with suppress(x509.ExtensionNotFound, ValueError):
        wide = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = [str(one) for one in wide.get_values_for_type(x509.DNSName)]
        addresses = [str(one) for one in wide.get_values_for_type(x509.IPAddress)]
        return tuple((hosts + addresses)[:_NAMES_MAX])
    return tuple(str(one.value) for one in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[:1])


def _name(name: Name) -> str:
    """A distinguished name as people say it: the common name, or all of it where it has none."""
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = str(common[0].value) if common else name.rfc4514_string()
    return text[:200] or "nobody"

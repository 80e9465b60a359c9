"""Certificates to practise TLS with: an authority of the lab, and what it signs, right or wrong in the ways that are met in life.

Comes in: a folder that is given up afterwards. Goes out: PEM files. Keys are made anew each time and protect nothing.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from isocenter.base.clock import Clock, SystemClock

_DAY = timedelta(days=1)


@dataclass
class Authority:
    """One authority; its own certificate is `certificate`. `names` of what it signs are host names or addresses."""

    folder: Path
    common_name: str = "Lab authority"
    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import ec

        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(self.common_name)
        self.certificate = self.folder / f"{_file_name(self.common_name)}.pem"
        now = self.clock.now()
        builder = _builder(self._name, self._name, self._key.public_key(), now - _DAY, now + 30 * _DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
        builder = builder.add_extension(_uses(signs_certificates=True), critical=True)
        self.certificate.write_bytes(_pem(_signed(builder, self._key)))

    def issue(
        self, common_name: str, names: tuple[str, ...] = ("localhost", "127.0.0.1"), *, days: tuple[int, int] = (-1, 30)
    ) -> tuple[Path, Path]:
        """(certificate, key) files, valid from and to so many days from now."""
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        now = self.clock.now()
        builder = _builder(_named(common_name), self._name, key.public_key(), now + days[0] * _DAY, now + days[1] * _DAY)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        return self._written(common_name, _pem(_signed(builder, self._key)), key)

    def _written(self, common_name: str, certificate: bytes, key: Any) -> tuple[Path, Path]:
        place = self.folder / _file_name(common_name)
        files = place.with_suffix(".crt"), place.with_suffix(".key")
        files[0].write_bytes(certificate)
        files[1].write_bytes(_key_pem(key))
        return files


def self_signed(
    folder: Path, common_name: str = "device", names: tuple[str, ...] = ("localhost", "127.0.0.1")
) -> tuple[Path, Path]:
    """(certificate, key) files of somebody who vouches for itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    now, name = SystemClock().now(), _named(common_name)
    builder = _builder(name, name, key.public_key(), now - _DAY, now + 30 * _DAY)
    builder = builder.add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=False)
    place = folder / _file_name(common_name)
    files = place.with_suffix(".crt"), place.with_suffix(".key")
    files[0].write_bytes(_pem(_signed(builder, key)))
    files[1].write_bytes(_key_pem(key))
    return files


def _builder(subject: Any, issuer: Any, public_key: Any, begins: datetime, ends: datetime) -> Any:
    from cryptography import x509

    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)


def _signed(builder: Any, key: Any) -> Any:
    from cryptography.hazmat.primitives import hashes

    return builder.sign(key, hashes.SHA256())


def _named(common_name: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general(name: str) -> Any:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _uses(*, signs_certificates: bool) -> Any:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    raw: bytes = certificate.public_bytes(Encoding.PEM)
    return raw


def _key_pem(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    raw: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return raw


def _file_name(common_name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in common_name.lower())

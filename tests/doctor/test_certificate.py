"""Certificates in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.clock import SystemClock
from isocenter.doctor import certificate
from isocenter.lab.faults.certificates import Authority, self_signed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


@given(st.binary(max_size=200))
def test_what_is_no_certificate_is_none(raw):
    assert certificate.read(raw) is None
    assert certificate.read(b"-----BEGIN CERTIFICATE-----\n" + raw) is None


def test_a_certificate_tells_whose_it_is_and_how_long(folder):
    authority = Authority(folder, "The authority")
    found = certificate.read(authority.issue("ct", ("ct.example", "10.0.0.7"), days=(-1, 10))[0].read_bytes())
    assert (found.subject, found.issuer, found.names) == ("ct", "The authority", ("ct.example", "10.0.0.7"))
    now = SystemClock().now()
    assert found.days_left(now) in (9, 10)
    assert found.days_left(now + timedelta(days=20)) < 0
    assert len(found.facts["fingerprint"]) == 95


def test_a_certificate_cut_anywhere_is_none(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    raw = x509.load_pem_x509_certificate(Authority(folder).certificate.read_bytes()).public_bytes(Encoding.DER)
    assert certificate.read(raw) is not None
    assert all(certificate.read(raw[:count]) is None for count in range(0, len(raw), 7))


def test_who_vouches_for_itself_is_told(folder):
    found = certificate.read(self_signed(folder)[0].read_bytes())
    assert found.subject == found.issuer


def test_without_a_list_of_names_the_common_name_counts(folder):
    found = certificate.read(Authority(folder).issue("old-device", ())[0].read_bytes())
    assert found.names == ("old-device",)

from __future__ import annotations

import shutil
import ssl
import subprocess

import pytest

from isocenter.base.errors import LinkLost, UsageError
from isocenter.net import client
from isocenter.net.outgoing import Sendable, propose
from isocenter.net.requestor import Proposal, open_association
from isocenter.net.tls import connecting_context, listening_context
from isocenter.standard.sop_class import CT_IMAGE, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

ECHO = Proposal(client.query_contexts(VERIFICATION))


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """Two authorities, `ours` and `other`, and a certificate for this computer from each."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (Debian: apt-get install openssl)")
    folder = tmp_path_factory.mktemp("papers")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)

    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for name in ("ours", "other"):
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        openssl("req", "-x509", *key, "-subj", f"/CN={name}", "-days", "9", "-keyout", f"{name}-ca.key", "-out", f"{name}-ca.pem")
        openssl("req", *key, "-subj", "/CN=device", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{name}-ca.pem", "-CAkey", f"{name}-ca.key", "-CAcreateserial",
                "-days", "9", "-extfile", "names", "-out", f"{name}.pem")  # fmt: skip
    return folder


@pytest.fixture
def station(start, papers):
    return start(tls=listening_context(papers / "ours.pem", papers / "ours.key", papers / "ours-ca.pem"))


@pytest.fixture
def ours(papers):
    return connecting_context(papers / "ours-ca.pem", papers / "ours.pem", papers / "ours.key")


def test_an_echo_and_a_large_store_pass_encrypted(station, ours, make_instance, blobs, data_of):
    with open_association(station.node(), ECHO, calling_ae_title="ME", tls=ours) as association:
        assert client.echo(association).status == 0
    instance = make_instance("1.2.3", 2_000_000)
    item = Sendable(CT_IMAGE, "1.2.3", EXPLICIT_VR_LITTLE_ENDIAN, lambda: blobs.open(instance.blob))
    proposal = Proposal(propose([(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)]))
    with open_association(station.node(), proposal, calling_ae_title="ME", tls=ours) as association:
        assert [sent.status for sent in client.store(association, [item])] == [0]
    assert station.table.kept["1.2.3"] == data_of("1.2.3", 2_000_000)


def test_a_caller_without_a_certificate_is_not_spoken_with(station, papers):
    with pytest.raises(LinkLost):
        open_association(station.node(), ECHO, calling_ae_title="ME", tls=connecting_context(papers / "ours-ca.pem"))
    station.wait_until(lambda: station.diary.strangers)
    assert not station.diary.opened


def test_a_certificate_of_another_authority_is_not_taken_by_either_side(station, papers):
    stranger = connecting_context(papers / "ours-ca.pem", papers / "other.pem", papers / "other.key")
    with pytest.raises(LinkLost):
        open_association(station.node(), ECHO, calling_ae_title="ME", tls=stranger)
    doubting = connecting_context(papers / "other-ca.pem", papers / "ours.pem", papers / "ours.key")
    with pytest.raises(LinkLost, match="certificate is not accepted"):
        open_association(station.node(), ECHO, calling_ae_title="ME", tls=doubting)


def test_the_host_name_may_be_left_unchecked(papers):
    assert connecting_context(papers / "ours-ca.pem", check_host=False).check_hostname is False
    assert connecting_context(papers / "ours-ca.pem").check_hostname is True


def test_plain_dicom_on_the_tls_port_is_closed_and_told(station):
    with pytest.raises(LinkLost):
        open_association(station.node(), ECHO, calling_ae_title="ME")
    station.wait_until(lambda: station.diary.strangers)


def test_tls_on_a_plain_port_fails_with_a_sentence(start, ours):
    station = start()
    with pytest.raises(LinkLost, match="no TLS connection"):
        open_association(station.node(), ECHO, calling_ae_title="ME", tls=ours)
    station.wait_until(lambda: station.diary.strangers)
    assert "TLS" in station.diary.strangers[0][1]


def test_nothing_older_than_tls_1_2_is_spoken(papers):
    for context in (listening_context(papers / "ours.pem", papers / "ours.key"), connecting_context(papers / "ours-ca.pem")):
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        names = [cipher["name"] for cipher in context.get_ciphers()]
        assert all("GCM" in name or "CHACHA20" in name for name in names)


def test_files_that_cannot_be_used_are_named(papers):
    with pytest.raises(UsageError, match=r"missing\.pem"):
        listening_context(papers / "missing.pem", papers / "ours.key")
    with pytest.raises(UsageError, match=r"other\.key"):
        listening_context(papers / "ours.pem", papers / "other.key")
    with pytest.raises(UsageError, match="names"):
        connecting_context(papers / "names")

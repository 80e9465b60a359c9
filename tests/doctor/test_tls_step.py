"""The layer of TLS, against servers that send the alert that says why, as OpenSSL's own do."""

from __future__ import annotations

import ssl

import pytest
from tests.doctor.doors import accepting, closing, door, greeting_with, saying, visit_at

from isocenter.doctor.answer import Said
from isocenter.doctor.tls_step import shake_hands
from isocenter.doctor.visit import Security
from isocenter.lab.faults.certificates import Authority, self_signed
from isocenter.model.checkup import Outcome


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """Two authorities, `ours` and `theirs`, and certificates of both."""
    folder = tmp_path_factory.mktemp("tls")
    ours, theirs = Authority(folder, "Our authority"), Authority(folder, "Another authority")

    class Papers:
        authority = ours.certificate
        other_authority = theirs.certificate
        right = ours.issue("right")
        expired = ours.issue("expired", days=(-30, -1))
        early = ours.issue("early", days=(1, 30))
        elsewhere = ours.issue("elsewhere", ("pacs.example.org",))
        stranger = theirs.issue("stranger")
        alone = self_signed(folder)
        nonsense = folder / "nonsense.pem"

    Papers.nonsense.write_text("nothing", encoding="ascii")
    return Papers


def server(files, **changes):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if ciphers := changes.pop("ciphers", ""):
        context.set_ciphers(ciphers)
    context.load_cert_chain(*files)
    if authority := changes.pop("authority", None):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority)
    for name, value in changes.items():
        setattr(context, name, value)
    return context


def shaken(papers, context, behave=None, **security):
    with door(behave or accepting(), context) as port:
        visit = visit_at(port, security=Security(**{"authority": papers.authority, **security}))
        return visit, shake_hands(visit)


def test_a_node_that_is_called_in_clear_has_no_tls():
    assert shake_hands(visit_at(104)).outcome is Outcome.SKIPPED


def test_a_good_handshake_names_version_and_certificate_and_asks(papers):
    visit, step = shaken(papers, server(papers.right))
    assert step.outcome in (Outcome.PASSED, Outcome.WARNED)
    assert (step.facts["version"], step.facts["subject"]) == ("TLSv1.3", "right")
    assert step.facts["fingerprint"].count(":") == 31
    assert visit.answer.said is Said.ACCEPTED


def test_a_certificate_that_will_expire_is_a_remark(papers):
    visit, step = shaken(papers, server(papers.right))
    assert step.outcome is Outcome.WARNED
    assert "expires" in visit.remarks[0]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ("expired", "tls-expired"),
        ("early", "tls-not-yet"),
        ("elsewhere", "tls-name"),
        ("stranger", "tls-unknown-issuer"),
        ("alone", "tls-self-signed"),
    ],
)
def test_a_certificate_that_is_not_accepted_is_shown_all_the_same(papers, files, code):
    _, step = shaken(papers, server(getattr(papers, files)))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)
    assert step.sign.facts["subject"] not in ("", "unknown")


def test_a_whole_chain_is_told_from_one_that_may_lack_a_link(papers, tmp_path):
    chain = tmp_path / "chain.pem"
    chain.write_bytes(papers.stranger[0].read_bytes() + papers.other_authority.read_bytes())
    _, step = shaken(papers, server((chain, papers.stranger[1])))
    assert step.sign.code == "tls-unknown-root"
    assert step.sign.facts["sent"] == 2


def test_another_name_passes_where_names_are_not_compared(papers):
    _, step = shaken(papers, server(papers.elsewhere), check_host=False)
    assert step.outcome is not Outcome.FAILED


@pytest.mark.parametrize(
    ("version", "code"), [(ssl.TLSVersion.TLSv1_2, "tls-client-wanted"), (ssl.TLSVersion.TLSv1_3, "tls-client-wanted")]
)
def test_a_certificate_of_ours_that_is_wanted_is_noticed_in_both_versions(papers, version, code):
    _, step = shaken(papers, server(papers.right, authority=papers.authority, minimum_version=version, maximum_version=version))
    assert step.sign.code == code


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(("own", "code"), [("stranger", "tls-client-refused"), ("expired", "tls-client-expired")])
def test_a_certificate_of_ours_that_is_refused_is_told_from_one_that_is_wanted(papers, version, own, code):
    context = server(papers.right, authority=papers.authority, minimum_version=version, maximum_version=version)
    files = getattr(papers, own)
    _, step = shaken(papers, context, certificate=files[0], key=files[1])
    assert step.sign.code == code


def test_our_certificate_that_is_trusted_is_taken(papers):
    context = server(papers.right, authority=papers.authority)
    visit, step = shaken(papers, context, certificate=papers.right[0], key=papers.right[1])
    assert step.outcome is not Outcome.FAILED
    assert visit.answer.said is Said.ACCEPTED


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_versions_and_ciphers_are_told_apart(papers):
    old = server(
        papers.right, ciphers="ALL:@SECLEVEL=0", minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1
    )
    _, step = shaken(papers, old)
    assert step.sign.code == "tls-version"
    assert "TLSv1.1" in step.sign.facts["versions"]
    other = server(papers.right, ciphers="ECDHE-ECDSA-AES128-SHA256", maximum_version=ssl.TLSVersion.TLSv1_2)
    _, step = shaken(papers, other)
    assert step.sign.code == "tls-cipher"


@pytest.mark.parametrize(
    ("behave", "code"),
    [(accepting(), "tls-not-spoken"), (closing, "tls-no-answer"), (saying(b"HTTP/1.1 400 No\r\n\r\n"), "speaks-http")],
)
def test_a_server_without_tls_is_asked_in_clear(papers, behave, code):
    _, step = shaken(papers, None, behave)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)


def test_a_web_server_behind_tls_is_one(papers):
    _, step = shaken(papers, server(papers.right), greeting_with(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"))
    assert step.sign.code == "speaks-http"


@pytest.mark.parametrize("files", [("nonsense", "nonsense"), ("right", "stranger")])
def test_our_own_files_that_cannot_be_used_are_said_before_anybody_is_called(papers, files):
    certificate, key = (getattr(papers, one) for one in files)
    pair = {"certificate": certificate if certificate == papers.nonsense else certificate[0],
            "key": key if key == papers.nonsense else key[1]}  # fmt: skip
    visit = visit_at(1, security=Security(papers.authority, **pair))
    assert shake_hands(visit).sign.code == "tls-own-files"

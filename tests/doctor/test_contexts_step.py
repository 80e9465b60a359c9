"""The layer of the presentation contexts: the matrix, and what a role cannot do without."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doctor.doors import accept_of, accepting, answering, closing, door, read_request, rejecting, saying, silent, visit_at

from isocenter.base.limits import PRESENTATION_CONTEXTS_MAX
from isocenter.doctor import classes
from isocenter.doctor.classes import class_of, pairs
from isocenter.doctor.contexts_step import look_at_contexts
from isocenter.doctor.visit import Consent
from isocenter.model.checkup import Outcome, Role
from isocenter.standard.sop_class import (
    BASIC_GRAYSCALE_PRINT_MANAGEMENT,
    CT_IMAGE,
    MODALITY_WORKLIST_FIND,
    MR_IMAGE,
    PATIENT_STUDY_ONLY_FIND,
    STORAGE,
    STORAGE_COMMITMENT_PUSH,
    VERIFICATION,
)
from isocenter.standard.transfer_syntax import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    JPEG_2000_LOSSLESS,
    JPEG_BASELINE,
)
from isocenter.wire import pdu_codec

ABORT = b"\x07\x00\x00\x00\x00\x04\x00\x00\x00\x00"
DCMTK = {"implementation_class_uid": "1.2.276.0.7230010.3.0.3.6.7", "implementation_version_name": "OFFIS_DCMTK_367"}


def looked(behave, **more):
    with door(behave) as port:
        visit = visit_at(port, **more)
        return visit, look_at_contexts(visit)


def refusing(*uids, result=3):
    return accepting(lambda uid, syntax: result if uid in uids else 0)


@pytest.mark.parametrize("role", Role)
def test_every_role_asks_for_verification_first_and_for_nothing_twice(role):
    wanted = pairs(role, CT_IMAGE)
    assert wanted[0] == (VERIFICATION, IMPLICIT_VR_LITTLE_ENDIAN)
    assert len(set(wanted)) == len(wanted)


def test_each_pair_is_proposed_once_with_one_syntax_and_never_more_than_fit():
    seen = []

    def answer(request):
        seen.append(request.contexts)
        return accept_of(request)

    visit, step = looked(answering(answer))
    assert step.outcome is Outcome.PASSED
    assert all(len(contexts) <= PRESENTATION_CONTEXTS_MAX for contexts in seen)
    asked = [(one.abstract_syntax, one.transfer_syntaxes) for contexts in seen for one in contexts[1:]]
    assert asked == [(uid, (syntax,)) for uid, syntax in pairs(Role.ARCHIVE, CT_IMAGE)]
    assert {one.result for one in visit.contexts} == {0}
    assert len(visit.contexts) == len(asked)


@pytest.mark.parametrize(
    ("behave", "role", "code"),
    [
        (accepting(lambda uid, syntax: 3), Role.ARCHIVE, "contexts-none"),
        (refusing(CT_IMAGE), Role.ARCHIVE, "class-refused"),
        (refusing(CT_IMAGE), Role.WORKSTATION, "class-refused"),
        (refusing(CT_IMAGE, result=1), Role.ARCHIVE, "storage-forbidden"),
        (refusing(*STORAGE), Role.ARCHIVE, "storage-refused"),
        (refusing(*classes.FINDING), Role.ARCHIVE, "query-refused"),
        (refusing(*classes.FINDING, result=1), Role.ARCHIVE, "query-forbidden"),
        (accepting(lambda uid, syntax: 0 if uid == VERIFICATION else 1), Role.ARCHIVE, "all-but-echo"),
        (refusing(BASIC_GRAYSCALE_PRINT_MANAGEMENT), Role.PRINTER, "printing-refused"),
        (accepting(lambda uid, syntax: 0 if syntax == JPEG_BASELINE else 4), Role.WORKSTATION, "plain-refused"),
        (answering(lambda request: accept_of(request) + ABORT), Role.ARCHIVE, "ends-after-accept"),
    ],
)  # fmt: skip
def test_what_a_role_cannot_do_without_fails(behave, role, code):
    _, step = looked(behave, role=role)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)


@pytest.mark.parametrize(
    ("behave", "role", "more"),
    [
        (refusing(*classes.FINDING), Role.WORKSTATION, {}),
        (refusing(*STORAGE, STORAGE_COMMITMENT_PUSH), Role.MODALITY, {}),
        (refusing(CT_IMAGE), Role.ARCHIVE, {"storage_class_uid": MR_IMAGE}),
        (refusing(CT_IMAGE), Role.ARCHIVE, {"consent": Consent(store=False)}),
    ],
)
def test_what_a_role_can_do_without_passes(behave, role, more):
    _, step = looked(behave, role=role, **more)
    assert step.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (lambda uid, syntax: 0 if syntax == IMPLICIT_VR_LITTLE_ENDIAN else 4, "implicit-only"),
        (lambda uid, syntax: 4 if (uid, syntax) == (CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN) else 0, "syntax-refused"),
    ],
)
def test_a_syntax_that_is_missing_is_a_remark(result, code):
    visit, step = looked(accepting(result))
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, code)
    assert visit.remarks


def test_an_echo_that_is_refused_is_a_remark():
    _, step = looked(refusing(VERIFICATION))
    assert step.outcome is Outcome.WARNED


def test_a_private_class_is_told_from_one_of_the_standard():
    own = "1.2.826.0.1.3680043.8.498.99.1"
    _, step = looked(refusing(own), storage_class_uid=own)
    assert step.sign.code == "class-refused-private"


def few_at_once(sock):
    request = read_request(sock)
    if len(request.contexts) <= 20:
        sock.sendall(accept_of(request))
        sock.recv(100)


def test_who_hangs_up_on_many_is_asked_for_few_at_once():
    visit, step = looked(few_at_once)
    assert step.outcome is Outcome.PASSED
    assert "Fewer at once" in visit.remarks[0]
    assert None not in {one.result for one in visit.contexts}


def small_alone(sock):
    """Large requests get lost on the way."""
    request = read_request(sock)
    if len(request.contexts) == 1:
        sock.sendall(accept_of(request))
    sock.recv(10)


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (silent, "contexts-silent"),
        (small_alone, "request-lost"),
        (closing, "contexts-closed"),
        (rejecting(1, 1, 1), "contexts-refused"),
        (saying(b"\x05\x00\x00\x00\x00\x04\x00\x00\x00\x00"), "answer-broken"),
    ],
)
def test_a_large_request_that_nobody_answers_is_told(behave, code):
    _, step = looked(behave)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)


def as_dcmqrscp(uid, syntax):
    return 3 if syntax not in classes.PLAIN or uid in (STORAGE_COMMITMENT_PUSH, MODALITY_WORKLIST_FIND) else 0


def accepted_first(request):
    """As dcmqrscp answers: what it accepts, then what it refuses."""
    accept = pdu_codec.decode(2, accept_of(request, as_dcmqrscp, **DCMTK)[6:])
    ordered = tuple(sorted(accept.contexts, key=lambda context: context.result != 0))
    return pdu_codec.encode(replace(accept, contexts=ordered))


@pytest.mark.parametrize(
    ("behave", "product"),
    [
        (refusing(PATIENT_STUDY_ONLY_FIND, MODALITY_WORKLIST_FIND), "Orthanc"),
        (answering(accepted_first), "DCMTK dcmqrscp"),
        (accepting(), "DCMTK 3.6.7"),
    ],
)
def test_products_of_one_toolkit_are_told_apart_by_what_they_accept(behave, product):
    with door(behave) as port:
        visit = visit_at(port)
        visit.product = "DCMTK 3.6.7"
        look_at_contexts(visit)
    assert visit.product == product


@given(st.text(max_size=20))
def test_a_word_is_a_class_or_it_is_none(word):
    assert class_of(word) == "" or "." in class_of(word)


@pytest.mark.parametrize(("word", "uid"), [("ct", CT_IMAGE), ("MR", MR_IMAGE), (CT_IMAGE, CT_IMAGE), ("1.2.03", ""), ("brain", "")])
def test_a_modality_stands_for_the_class_that_it_sends(word, uid):
    assert class_of(word) == uid


def test_compressed_syntaxes_are_asked_for_beside_the_plain_ones():
    assert (CT_IMAGE, JPEG_2000_LOSSLESS) in pairs(Role.WORKSTATION, CT_IMAGE)

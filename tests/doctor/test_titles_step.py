"""The layer of the titles: every answer to the first request, and which spelling cures it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.doctor.doors import (
    aborting,
    accept_of,
    accepting,
    answering,
    closing,
    door,
    read_request,
    rejecting,
    saying,
    silent,
    visit_at,
)

from isocenter.base.limits import CHECKUP_TITLE_CALLS_MAX
from isocenter.doctor.asking import call, request_of
from isocenter.doctor.titles_step import judge_titles
from isocenter.doctor.visit import Consent
from isocenter.model.checkup import Outcome
from isocenter.wire import pdu_codec
from isocenter.wire.pdu import APPLICATION_CONTEXT, AssociateReject

TRIED = Consent(titles=True)


def judged(behave, **more):
    with door(behave) as port:
        visit = visit_at(port, **more)
        return visit, judge_titles(visit)


def strict(called, calling, wrong_called=(1, 1, 7), wrong_calling=(1, 1, 3), application=(1, 1, 2)):
    """A server that compares both titles, the called one first; None compares nothing."""

    def answer(request):
        if application and request.application_context != APPLICATION_CONTEXT:
            return pdu_codec.encode(AssociateReject(*application))
        if called is not None and request.called_ae_title != called:
            return pdu_codec.encode(AssociateReject(*wrong_called))
        if calling is not None and request.calling_ae_title != calling:
            return pdu_codec.encode(AssociateReject(*wrong_calling))
        return accept_of(request)

    return answering(answer)


def test_an_acceptance_tells_who_answers():
    visit, step = judged(accepting(implementation_class_uid="1.2.276.0.7230010.3.0.3.6.7", pdu_bytes_max=16384))
    assert (step.outcome, step.words) == (Outcome.PASSED, "PACS accepts ISOCENTER")
    assert visit.product.startswith("DCMTK")
    assert visit.accept.user.pdu_bytes_max == 16384


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (rejecting(1, 1, 1), "reject-no-reason"),
        (rejecting(1, 1, 2), "reject-application-context"),
        (rejecting(1, 1, 3), "reject-calling"),
        (rejecting(1, 1, 7), "reject-called"),
        (rejecting(1, 1, 9), "reject-other"),
        (rejecting(1, 2, 1), "reject-identity"),
        (rejecting(1, 2, 2), "reject-version"),
        (rejecting(2, 3, 1), "reject-congestion"),
        (rejecting(2, 3, 2), "reject-limit"),
        (rejecting(9, 9, 9), "reject-other"),
        (aborting(0, 0), "abort-user"),
        (aborting(2, 1), "abort-unrecognised"),
        (aborting(2, 2), "abort-unexpected"),
        (aborting(2, 6), "abort-parameter"),
        (closing, "closed-after-request"),
        (silent, "silent-after-request"),
        (saying(b"\x02\x00\x00\x00\x00\xb0half"), "answer-cut"),
        (saying(b"\x05\x00\x00\x00\x00\x04\x00\x00\x00\x00"), "answer-broken"),
        (accepting(pdu_bytes_max=10), "pdu-absurd"),
    ],
)
def test_every_other_answer_has_its_sign(behave, code):
    _, step = judged(behave)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)
    assert step.exchanges


def test_a_line_that_is_free_a_moment_later_is_a_remark():
    answers = iter((rejecting(2, 3, 2), accepting()))
    visit, step = judged(lambda sock: next(answers)(sock))
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "reject-passed")
    assert visit.accept is not None


def test_a_title_that_fits_no_pdu_is_ours_to_change():
    with door(accepting()) as port:
        step = judge_titles(visit_at(port, title="A_TITLE_OF_17_CHR"))
    assert step.sign.code == "title-unsendable"


@pytest.mark.parametrize("title", ["", "  "])
def test_a_blank_title_is_never_sent(title):
    visit = visit_at(1, title=title)
    step = judge_titles(visit)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "title-blank")
    assert visit.answer is None


@pytest.mark.parametrize(
    ("server", "title", "code", "known_as", "called"),
    [
        (strict("PACS", "ISOCENTRE"), "PACS", "titles-calling-known", "ISOCENTRE", "ISOCENTER"),
        (strict(None, "isocenter"), "PACS", "titles-calling-known", "isocenter", "ISOCENTER"),
        (strict("PACS_1", None), "PACS-1", "titles-called-known", "PACS_1", "PACS-1"),
        (strict("pacs", None), "PACS", "titles-called-known", "pacs", "PACS"),
        (strict("pacs", "isocenter"), "PACS", "titles-both", "isocenter", "ISOCENTER"),
        (strict("pacs", "SOMEBODY"), "PACS", "titles-called-caller-unknown", "pacs", "PACS"),
        (strict("PACS", "ISOCENTRE", wrong_calling=(1, 1, 7)), "PACS", "titles-calling-known", "ISOCENTRE", "ISOCENTER"),
    ],
)
def test_the_accepted_spelling_says_which_title_is_wrong(server, title, code, known_as, called):
    visit, step = judged(server, title=title, consent=TRIED)
    assert step.sign.code == code
    assert (step.sign.facts["known_as"], step.sign.facts["called"]) == (known_as, called)
    assert len(visit.attempts) <= CHECKUP_TITLE_CALLS_MAX + 1


@pytest.mark.parametrize(
    ("server", "code"),
    [
        (strict("OTHER", None), "reject-called-sure"),
        (strict("OTHER", None, application=(2, 1, 2)), "reject-called-any"),
        (strict("PACS", "OTHER", wrong_calling=(1, 1, 7), application=(2, 1, 2)), "reject-called-any"),
        (strict("PACS", "OTHER"), "reject-calling-sure"),
        (strict(None, "OTHER"), "reject-calling"),
    ],
)
def test_where_no_spelling_helps_what_is_known_is_said(server, code):
    _, step = judged(server, consent=TRIED)
    assert step.sign.code == code


def test_an_accepted_spelling_tells_which_product_it_is():
    server = strict("PACS", "ISOCENTRE")
    visit, _ = judged(server, consent=TRIED)
    assert visit.product == ""
    dcmtk = {"implementation_class_uid": "1.2.276.0.7230010.3.0.3.6.7", "implementation_version_name": "OFFIS_DCMTK_367"}

    def answer(request):
        known = request.calling_ae_title == "ISOCENTRE"
        return accept_of(request, **dcmtk) if known else pdu_codec.encode(AssociateReject(1, 1, 3))

    visit, _ = judged(answering(answer), consent=TRIED)
    assert visit.product == "DCMTK 3.6.7"


def test_the_call_that_tells_the_product_has_its_pause_and_is_counted():
    pauses, asked = [], []
    by_trial = strict("PACS", "ISOCENTRE")

    def counting(sock):
        asked.append(True)
        by_trial(sock)

    judged(counting, consent=TRIED, pause=pauses.append)
    assert len(pauses) == len(asked) - 1


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (strict("PACS", "ISOCENTRE"), "it compares both titles"),
        (strict(None, "ISOCENTRE"), "it does not check the title that it is called by"),
    ],
)
def test_which_titles_it_compares_is_told_where_it_was_tried(server, told):
    _, step = judged(server, consent=TRIED)
    assert step.sign.facts["checks"] == told


def test_what_was_not_asked_is_not_told():
    accepted = []

    def stopping(sock):
        request = read_request(sock)
        known = request.calling_ae_title == "ISOCENTRE"
        sock.sendall(accept_of(request) if known else pdu_codec.encode(AssociateReject(1, 1, 3)))
        if known:
            accepted.append(True)
        sock.recv(10)

    _, step = judged(stopping, consent=TRIED, is_stopped=lambda: bool(accepted))
    assert step.sign.facts["checks"] == "it compares the title that calls"


def test_between_two_spellings_there_is_a_pause_and_nobody_is_asked_without_consent():
    pauses = []
    visit, _ = judged(strict("PACS", "OTHER"), consent=TRIED, pause=pauses.append)
    assert len(pauses) == len(visit.attempts) - 1
    visit, _ = judged(strict("PACS", "OTHER"))
    assert not visit.attempts


def test_a_spelling_that_came_to_our_door_is_believed_without_a_call():
    _, step = judged(strict("PACS", "ISOCENTRE"), our_titles_heard=("SOMETHING", "ISOCENTRE"))
    assert (step.sign.code, step.sign.facts["known_as"]) == ("titles-calling-heard", "ISOCENTRE")
    _, step = judged(strict("CONQUEST", None), their_titles_heard=("CONQUEST",))
    assert (step.sign.code, step.sign.facts["known_as"]) == ("titles-called-heard", "CONQUEST")


def test_a_device_that_was_reset_is_found_under_the_title_of_its_product():
    visit, step = judged(strict("ORTHANC", None), consent=TRIED, their_usual_titles=("ORTHANC",))
    assert step.sign.facts["known_as"] == "ORTHANC"
    assert visit.attempts[-1].is_accepted


def test_whoever_is_slow_once_is_waited_for_longer_by_the_layers_above():
    with door(accepting()) as port:
        visit = visit_at(port)
        visit.answer = replace(call(visit, request_of(visit)), seconds=30.0)
        step = judge_titles(visit)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "association-slow")
    assert visit.patience.associate == 45.0
    assert "30 s" in visit.remarks[0]


def test_small_messages_and_late_answers_are_remarks():
    visit, step = judged(accepting(pdu_bytes_max=1024))
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "pdu-small")
    assert "1024" in visit.remarks[0]

"""The association and the AE titles: how our A-ASSOCIATE-RQ was answered, and which title is to blame (layer `titles`).

Comes in: the answer that the layer below heard, or none yet. Goes out: a step, and the accepted association's user information in
the visit. With consent other spellings are tried, one call a second (`titles_by_trial`). It obeys PS3.8 9.3.4 and 9.3.8.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from isocenter.base.errors import LocalError
from isocenter.base.limits import AE_TITLE_BYTES, CHECKUP_SLOW_ASSOCIATION_SECONDS, KIB, PDU_BYTES_MIN
from isocenter.doctor import products
from isocenter.doctor.answer import Answer, Said
from isocenter.doctor.asking import blank_titles, call, request_of, titles_of
from isocenter.doctor.network import TlsFailed, Unreached
from isocenter.doctor.spelling import looks_like, oddities
from isocenter.doctor.titles_by_trial import Trial, try_spellings
from isocenter.doctor.visit import Visit
from isocenter.doctor.web_pages import look_around
from isocenter.model.checkup import Layer, Outcome, Sign, Step
from isocenter.standard.status import describe_rejection
from isocenter.wire.negotiation import pdu_bytes_to_send
from isocenter.wire.pdu import Abort, AssociateReject

_TRANSIENT = frozenset({(3, 1), (3, 2)})
_PDU_BYTES_SMALL = 4 * KIB

_REJECTIONS = {
    (1, 1): "reject-no-reason",
    (1, 2): "reject-application-context",
    (2, 3): "reject-application-context",
    (1, 3): "reject-calling",
    (1, 7): "reject-called",
    (2, 1): "reject-identity",
    (2, 2): "reject-version",
    (3, 1): "reject-congestion",
    (3, 2): "reject-limit",
}
"""Source and reason of an A-ASSOCIATE-RJ (PS3.8 9.3.4) to the code of a sign."""

_TRIED = frozenset({"reject-no-reason", "reject-calling", "reject-called", "reject-other", "abort-user", "closed-after-request"})
"""Signs that other spellings can decide."""


def judge_titles(visit: Visit) -> Step:
    """Judge what the first request was answered with; ask it where nobody has."""
    if blank := blank_titles(visit):
        return Step(
            Layer.TITLES, Outcome.FAILED, f"{blank} is blank, so nobody was asked", sign=Sign("title-blank", {"which": blank})
        )
    try:
        answer = visit.answer or call(visit, request_of(visit))
    except LocalError as error:
        return Step(Layer.TITLES, Outcome.FAILED, str(error), sign=Sign("title-unsendable", _lengths(visit) | {"why": str(error)}))
    except (Unreached, TlsFailed) as error:
        return Step(
            Layer.TITLES,
            Outcome.FAILED,
            f"a further connection was not made: {error}",
            sign=Sign("later-lost", {"why": str(error)}),
        )
    visit.answer = answer
    step = _judged(visit, answer)
    return replace(step, milliseconds=round(answer.seconds * 1000, 2), exchanges=answer.exchanges)


def _judged(visit: Visit, answer: Answer) -> Step:
    if answer.said is Said.ACCEPTED:
        return _accepted(visit, answer)
    if answer.said is Said.STOPPED:
        return Step(Layer.TITLES, Outcome.SKIPPED, "stopped by you")
    reject = answer.reject
    if reject is not None and (reject.source, reject.reason) in _TRANSIENT:
        again = _once_more(visit)
        if again is not None and again.said is Said.ACCEPTED:
            sign = Sign("reject-passed", {"reason": describe_rejection(reject.result, reject.source, reject.reason)})
            visit.answer = again
            visit.remarks.append(
                "It had no line free at first and took us a moment later: its limit of associations is nearly reached."
            )
            return replace(_accepted(visit, again), outcome=Outcome.WARNED, words="accepted at the second try", sign=sign)
    code, words, facts = _code(visit, answer)
    facts |= {"our": titles_of(visit)[0], "their": titles_of(visit)[1]}
    if odd := oddities(visit.node.ae_title):
        facts["odd"] = "; ".join(odd)
    if code == "reject-called" and visit.consent.neighbours:
        # Some products tell their own title to whoever asks their web page.
        page = look_around(visit)
        if page is not None:
            visit.product = visit.product or page.product
            visit.their_titles_heard = (*page.titles, *visit.their_titles_heard)
            facts["heard"] = f"Its own page, {page.place}, says that it is {', '.join(page.titles) or 'there'}."
    if visit.consent.titles and code in _TRIED:
        trial = try_spellings(visit, answer)
        code, words, more = _decided(visit, code, words, trial)
        facts |= more
    elif code == "reject-calling" and (heard := _heard_of_us(visit)):
        code = "titles-calling-heard"
        words = f"it refuses your title {titles_of(visit)[0]}; it has called you {heard}"
        facts |= {"known_as": heard, "called": titles_of(visit)[0]}
    elif code == "reject-called" and (heard := _heard_of_them(visit)):
        code = "titles-called-heard"
        words = f"nobody there is called {visit.node.ae_title}; it calls itself {heard}"
        facts = {"heard": f"When it called here, it said that it is {heard}."} | facts
        facts |= {"known_as": heard, "called": visit.node.ae_title}
    return Step(Layer.TITLES, Outcome.FAILED, words, facts={"said": answer.said.value, **_numbers(answer)}, sign=Sign(code, facts))


def _accepted(visit: Visit, answer: Answer) -> Step:
    accept = answer.accept
    assert accept is not None, "only an A-ASSOCIATE-AC is an acceptance"
    visit.accept = accept
    user = accept.user
    visit.product = products.recognise(user.implementation_class_uid, user.implementation_version_name, user.pdu_bytes_max)
    facts: dict[str, Any] = {
        "implementation_class_uid": user.implementation_class_uid,
        "implementation_version_name": user.implementation_version_name,
        "pdu_bytes_max": user.pdu_bytes_max,
        "application_context": accept.application_context,
    }
    our_title, their_title = titles_of(visit)
    words = f"{their_title} accepts {our_title}"
    if pdu_bytes_to_send(user.pdu_bytes_max) < PDU_BYTES_MIN:
        words = f"it says that it takes {user.pdu_bytes_max} bytes at once"
        return Step(Layer.TITLES, Outcome.FAILED, words, facts=facts, sign=Sign("pdu-absurd", {"size": user.pdu_bytes_max}))
    if user.pdu_bytes_max and user.pdu_bytes_max < _PDU_BYTES_SMALL:
        visit.remarks.append(f"It takes only {user.pdu_bytes_max} bytes at once, which is slow. Between 16384 and 131072 is usual.")
        sign = Sign("pdu-small", {"size": user.pdu_bytes_max})
        return Step(Layer.TITLES, Outcome.WARNED, f"{words}, {user.pdu_bytes_max} bytes at once", facts=facts, sign=sign)
    if answer.seconds > CHECKUP_SLOW_ASSOCIATION_SECONDS:
        visit.remarks.append(
            f"It answered the association request only after {answer.seconds:.0f} s: as a rule it looks for the name of your "
            f"address {visit.own_address} and no name server answers it, or another connection kept it busy."
        )
        # Whoever is slow once is slow each time: the layers above wait as long, and half as long again.
        visit.patience = replace(visit.patience, associate=max(visit.patience.associate, 1.5 * answer.seconds))
        sign = Sign("association-slow", {"seconds": f"{answer.seconds:.0f}"})
        return Step(Layer.TITLES, Outcome.WARNED, f"{words}, after {answer.seconds:.1f} s", facts=facts, sign=sign)
    return Step(Layer.TITLES, Outcome.PASSED, words, facts=facts)


def _once_more(visit: Visit) -> Answer | None:
    visit.pause(visit.patience.pause)
    try:
        return call(visit, request_of(visit))
    except (Unreached, TlsFailed):
        return None


def _code(visit: Visit, answer: Answer) -> tuple[str, str, dict[str, Any]]:
    """The sign of a request that was not accepted, its words, and its particulars."""
    our_title, their_title = titles_of(visit)
    match answer.pdu:
        case AssociateReject(result, source, reason):
            code = _REJECTIONS.get((source, reason), "reject-other")
            words = {
                "reject-calling": f"refuses your title {our_title}",
                "reject-called": f"says that nobody there is called {their_title}",
            }.get(code, describe_rejection(result, source, reason))
            return code, words, _numbers(answer) | {"said": describe_rejection(result, source, reason)}
        case Abort(source, reason):
            kind = {1: "unrecognised", 2: "unexpected", 4: "parameter", 5: "parameter", 6: "parameter"}.get(reason, "user")
            return f"abort-{kind if source == 2 else 'user'}", f"hangs up: {answer.words}", _numbers(answer)
    seconds = {"seconds": f"{answer.seconds:.0f}", "alert": answer.alert}
    match answer.said:
        case Said.CLOSED | Said.RESET:
            return "closed-after-request", f"{answer.words}, after our request", seconds | {"how": answer.said.value}
        case Said.SILENT:
            return (
                "silent-after-request",
                f"takes the connection and does not answer our request for {answer.seconds:.0f} s",
                seconds,
            )
        case Said.CUT:
            return "answer-cut", answer.words, {"why": answer.words}
    return "answer-broken", answer.words, {"why": answer.words}


def _decided(visit: Visit, code: str, words: str, trial: Trial) -> tuple[str, str, dict[str, Any]]:
    """What the trial of spellings adds."""
    our_title, their_title = titles_of(visit)
    facts: dict[str, Any] = {"calls": len(visit.attempts), "checks": trial.checks}
    if trial.their_title and trial.our_title:
        both = {"known_as": trial.our_title, "called": our_title, "their_known_as": trial.their_title}
        return "titles-both", f"it is called {trial.their_title} and knows you as {trial.our_title}", facts | both
    if trial.their_title:
        found = {"known_as": trial.their_title, "called": their_title}
        if trial.is_caller_unknown:
            return "titles-called-caller-unknown", f"it is called {trial.their_title}, and refuses your title too", facts | found
        return "titles-called-known", f"it is called {trial.their_title}, not {their_title}", facts | found
    if trial.our_title:
        found = {"known_as": trial.our_title, "called": our_title}
        return "titles-calling-known", f"refuses your title {our_title}; it knows you as {trial.our_title}", facts | found
    if code == "reject-called":
        if trial.is_called_title_judged:
            return "reject-called-sure", words, facts
        return "reject-called-any", f"{words}, which it may say of your title too", facts
    if code == "reject-calling" and trial.is_called_title_right:
        return "reject-calling-sure", f"{words}; the title {their_title} is right", facts
    return code, words, facts


def _heard_of_us(visit: Visit) -> str:
    """How it has spelled our title at our door, where that looks like a slip of the keyboard."""
    ours = titles_of(visit)[0]
    return next((title for title in visit.our_titles_heard if looks_like(title, ours)), "")


def _heard_of_them(visit: Visit) -> str:
    theirs = visit.node.ae_title
    return next((title for title in visit.their_titles_heard if title != theirs), "")


def _numbers(answer: Answer) -> dict[str, Any]:
    match answer.pdu:
        case AssociateReject(result, source, reason):
            return {"result": result, "source": source, "reason": reason}
        case Abort(source, reason):
            return {"source": source, "reason": reason}
    return {}


def _lengths(visit: Visit) -> dict[str, Any]:
    return {"our": titles_of(visit)[0], "their": titles_of(visit)[1], "longest": AE_TITLE_BYTES}

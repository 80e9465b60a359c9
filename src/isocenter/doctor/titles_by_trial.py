"""Which title is checked, and which is wrong: other spellings on associations of their own, one call a second, with consent.

Comes in: a visit whose request was refused. Goes out: a `Trial`, and every attempt in the visit. Only the titles change; nothing is
asked on an association that is accepted. Every call is counted, the one that tells the product too; their number is bounded, and
the likeliest spelling comes first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from isocenter.base.errors import LocalError
from isocenter.base.limits import CHECKUP_TITLE_CALLS_MAX
from isocenter.doctor.answer import Answer, Said
from isocenter.doctor.asking import call, request_of, titles_of
from isocenter.doctor.habits import ask_for_them
from isocenter.doctor.network import TlsFailed, Unreached
from isocenter.doctor.products import recognise
from isocenter.doctor.spelling import near_misses
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Attempt
from isocenter.wire.pdu import APPLICATION_CONTEXT, AssociateReject

NOBODY_CALLED = "ISO-NO-SUCH-AE"
"""A title that nobody has: who accepts it does not check the title that it is called by."""
_ANY = "ANY-SCP"
_NO_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1.9"
_OUR_SPELLINGS = 6
_THEIR_SPELLINGS = 6


@dataclass(frozen=True, slots=True)
class Trial:
    """What the attempts showed. The titles are those of the accepted spelling, empty where the one that was used is not at fault.

    `checks` says in words which titles it compares. `is_called_title_judged`: what it says of the called title, it says of that one
    only, unlike dcmqrscp. `is_called_title_right`: another called title got another answer than ours. `is_caller_unknown`:
    `their_title` is the right one, and under it no spelling of ours is accepted.
    """

    their_title: str = ""
    our_title: str = ""
    checks: str = ""
    is_called_title_judged: bool = False
    is_called_title_right: bool = False
    is_caller_unknown: bool = False


class _Calls:
    """The attempts of one trial; bounded, and with a pause before each."""

    def __init__(self, visit: Visit, first: Answer) -> None:
        self.visit = visit
        self.ours, self.theirs = titles_of(visit)
        self.first = first
        self.count = 0
        self.answers: dict[tuple[str, str], Answer] = {}
        visit.attempts.append(Attempt(self.ours, self.theirs, first.words, False))

    def __call__(self, calling: str, called: str, application_context: str = "") -> Answer | None:
        visit = self.visit
        if visit.is_stopped() or self.count >= CHECKUP_TITLE_CALLS_MAX:
            return None
        self.count += 1
        visit.pause(visit.patience.pause)
        try:
            context = application_context or APPLICATION_CONTEXT
            answer = call(visit, request_of(visit, calling=calling, called=called, application_context=context))
        except (Unreached, TlsFailed, LocalError) as error:
            if not application_context:
                visit.attempts.append(Attempt(calling, called, str(error), False))
            return None
        if not application_context:
            self.answers[calling, called] = answer
            if answer.accept is not None and not visit.product:
                user = answer.accept.user
                visit.product = recognise(user.implementation_class_uid, user.implementation_version_name, user.pdu_bytes_max)
                self.count += 1
                ask_for_them(visit, calling, called)
            visit.attempts.append(Attempt(calling, called, answer.words, answer.said is Said.ACCEPTED))
        return answer

    def first_accepted(self, pairs: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
        """The first (calling, called) that is accepted."""
        for calling, called in pairs:
            answer = self(calling, called)
            if answer is not None and answer.said is Said.ACCEPTED:
                return calling, called
        return None


def try_spellings(visit: Visit, first: Answer) -> Trial:
    """Find the spelling that is accepted, or say what no spelling changes."""
    calls = _Calls(visit, first)
    reason = _reason(first)
    ours = _unique(calls.ours, visit.our_titles_heard, near_misses(calls.ours))[:_OUR_SPELLINGS]
    theirs = _unique(calls.theirs, visit.their_titles_heard, visit.their_usual_titles, near_misses(calls.theirs))[:_THEIR_SPELLINGS]
    if reason == 3:
        return _calling_first(calls, ours)
    stranger = calls(calls.ours, NOBODY_CALLED)
    if stranger is not None and stranger.said is Said.ACCEPTED:
        # Whoever takes any title but ours for it has that one under a rule of its own.
        return Trial(their_title=NOBODY_CALLED, checks="it accepts titles that nobody has")
    found = calls.first_accepted((calls.ours, one) for one in theirs)
    if found is not None:
        return Trial(their_title=found[1], checks="it compares the title that it is called by")
    turned = next((one for one in theirs if _is_calling_judged(calls, one)), "")
    if reason == 7 and turned:
        # The called title is cured: now the calling one is judged.
        found = calls.first_accepted((one, turned) for one in ours)
        ours_accepted = found[0] if found else ""
        return Trial(turned, ours_accepted, "it compares both titles", is_caller_unknown=found is None)
    is_any = calls.first_accepted(((calls.ours, _ANY),)) is not None
    found = calls.first_accepted((one, calls.theirs) for one in ours)
    if found is not None:
        return Trial(our_title=found[0], checks="it compares the title that calls", is_called_title_right=True)
    if is_any:
        return Trial(their_title=_ANY, checks="it compares the title that it is called by")
    return Trial(
        checks="no other spelling was accepted",
        is_called_title_judged=reason == 7 and _names_the_called_title(calls),
        is_called_title_right=stranger is not None and stranger.pdu != first.pdu,
    )


def _calling_first(calls: _Calls, ours: list[str]) -> Trial:
    """It said that it does not know us: other spellings of our title, then whether the called one matters at all."""
    found = calls.first_accepted((one, calls.theirs) for one in ours)
    stranger = calls(found[0] if found else calls.ours, NOBODY_CALLED)
    is_checked = stranger is not None and stranger.said is not Said.ACCEPTED and (found is not None or _reason(stranger) == 7)
    checks = "it compares both titles" if is_checked else "it compares the title that calls"
    if stranger is not None and stranger.said is Said.ACCEPTED:
        checks = "it does not check the title that it is called by"
    return Trial(our_title=found[0] if found else "", checks=checks, is_called_title_right=is_checked)


def _is_calling_judged(calls: _Calls, called: str) -> bool:
    """Whether this called title got past its own judgement, so that ours was refused next (PS3.8 9.3.4, reason 3)."""
    answer = calls.answers.get((calls.ours, called))
    return answer is not None and _reason(answer) == 3


def _names_the_called_title(calls: _Calls) -> bool:
    """Programs that refuse a wrong application context as 1/1/2 keep their reasons apart; dcmqrscp says 2/1/2 (obs)."""
    answer = calls(calls.ours, calls.theirs, _NO_APPLICATION_CONTEXT)
    reject = answer.reject if answer is not None else None
    return reject is not None and (reject.result, reject.source, reject.reason) == (1, 1, 2)


def _reason(answer: Answer) -> int:
    return answer.pdu.reason if isinstance(answer.pdu, AssociateReject) and answer.pdu.source == 1 else 0


def _unique(own: str, *spellings: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys(chain.from_iterable(spellings)) if one != own]

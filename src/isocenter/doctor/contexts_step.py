"""Presentation contexts: a matrix of class and transfer syntax, one syntax each, so that an answer names what was refused.

Comes in: a visit whose association was accepted. Goes out: a step (layer `contexts`), every answer in the visit, and the product
where its habits tell it from others of its toolkit. As many contexts as fit go into one association (PS3.8 9.3.2.2). Nothing is
sent on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from isocenter.base.errors import LocalError
from isocenter.base.limits import PRESENTATION_CONTEXTS_MAX
from isocenter.doctor import classes, products
from isocenter.doctor.answer import Answer, Said
from isocenter.doctor.asking import held, request_of
from isocenter.doctor.habits import order_of, recognise
from isocenter.doctor.network import TlsFailed, Unreached
from isocenter.doctor.visit import Visit
from isocenter.doctor.web_pages import look_around
from isocenter.model.checkup import ContextAnswer, Exchange, Layer, Outcome, Role, Sign, Step
from isocenter.standard.sop_class import (
    BASIC_GRAYSCALE_PRINT_MANAGEMENT,
    SOP_CLASSES,
    VERIFICATION,
    name_of,
)
from isocenter.standard.transfer_syntax import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
)
from isocenter.standard.transfer_syntax import name_of as syntax_name
from isocenter.wire.pdu import ProposedContext

_FEW = 16
"""Contexts of a request after a larger one was not answered."""
_POLICY = frozenset({1, 2})

Pair = tuple[str, str]
Results = Mapping[Pair, int | None]


class _Lost(Exception):
    """A request was not answered by an A-ASSOCIATE-AC."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.words)
        self.step = step


def look_at_contexts(visit: Visit) -> Step:
    """Propose everything that matters to this role, and look at what is accepted."""
    wanted = classes.pairs(visit.role, visit.storage_class_uid)
    exchanges: list[Exchange] = []
    try:
        results, order = _results(visit, wanted, exchanges)
    except _Lost as lost:
        return replace(lost.step, exchanges=tuple(exchanges))
    visit.contexts = [ContextAnswer(uid, syntax, results.get((uid, syntax))) for uid, syntax in wanted]
    _recognise(visit, results, order)
    return replace(_judged(visit, results), exchanges=tuple(exchanges))


def _results(visit: Visit, wanted: Sequence[Pair], exchanges: list[Exchange]) -> tuple[Results, str]:
    """The result of each pair, and in which order the first request was answered."""
    found: dict[Pair, int | None] = {}
    order = ""
    size = PRESENTATION_CONTEXTS_MAX - 1
    while left := [pair for pair in wanted if pair not in found]:
        chunk = left[:size]
        answer = _ask(visit, chunk)
        exchanges += answer.exchanges
        if answer.accept is None:
            if answer.said is Said.STOPPED or size == _FEW or answer.said is Said.SILENT:
                raise _Lost(_not_answered(visit, answer, len(chunk), exchanges))
            visit.remarks.append(
                f"A request with {len(chunk) + 1} presentation contexts was not accepted: it {answer.predicate}. "
                "Fewer at once are tried."
            )
            size = _FEW
            continue
        given = {context.id: context.result for context in answer.accept.contexts}
        if answer.then and any(result == 0 for result in given.values()):
            sign = Sign("ends-after-accept", {"why": answer.then})
            raise _Lost(Step(Layer.CONTEXTS, Outcome.FAILED, f"it accepts, and then {answer.then}", sign=sign))
        order = order or order_of([context.id for context in answer.accept.contexts], given)
        found.update({pair: given.get(2 * number + 3) for number, pair in enumerate(chunk)})
    return found, order


def _ask(visit: Visit, chunk: Sequence[Pair]) -> Answer:
    """One association. Verification stands in each: some servers reject a request of which they serve nothing."""
    contexts = [ProposedContext(1, VERIFICATION, (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN))]
    contexts += [ProposedContext(2 * number + 3, uid, (syntax,)) for number, (uid, syntax) in enumerate(chunk)]
    try:
        return held(visit, request_of(visit, tuple(contexts)))
    except (Unreached, TlsFailed, LocalError) as error:
        words = f"a further connection was not made: {error}"
        raise _Lost(Step(Layer.CONTEXTS, Outcome.FAILED, words, sign=Sign("later-lost", {"why": str(error)}))) from error


def _not_answered(visit: Visit, answer: Answer, count: int, exchanges: Sequence[Exchange]) -> Step:
    if answer.said is Said.STOPPED:
        return Step(Layer.CONTEXTS, Outcome.SKIPPED, "stopped by you")
    sizes = [exchange.byte_count for exchange in exchanges if exchange.direction == "sent"]
    small = [exchange.byte_count for exchange in visit.answer.exchanges if exchange.direction == "sent"] if visit.answer else []
    facts = {
        "count": count + 1,
        "why": answer.predicate,
        "size": sizes[-1] if sizes else 0,
        "small": small[0] if small else 0,
    }
    if answer.pdu is not None:
        code = "contexts-refused"
    elif answer.said in (Said.CLOSED, Said.RESET, Said.ALERT):
        code = "contexts-closed"
    elif answer.said is Said.SILENT:
        code = "request-lost" if _answers_alone(visit) else "contexts-silent"
        facts["seconds"] = f"{answer.seconds:.0f}"
    else:
        code = "answer-broken"
    return Step(
        Layer.CONTEXTS, Outcome.FAILED, f"to a request with {count + 1} contexts it {answer.predicate}", sign=Sign(code, facts)
    )


def _recognise(visit: Visit, results: Results, order: str) -> None:
    """Products of one toolkit by what they accept; with consent, by what their own page says."""
    if not recognise(visit, results, order) and visit.consent.neighbours:
        page = look_around(visit)
        known = products.product_of(page.product) if page else None
        visit.product = known.name if known else visit.product


def _answers_alone(visit: Visit) -> bool:
    """Whether a small request is still answered after a large one was not."""
    try:
        return held(visit, request_of(visit)).accept is not None
    except (Unreached, TlsFailed):
        return False


def _judged(visit: Visit, results: Results) -> Step:
    accepted = sum(result == 0 for result in results.values())
    taken = _taken(results)
    facts = {"accepted": accepted, "proposed": len(results), "classes": sorted(taken)}
    words = f"{len(taken)} of {len({uid for uid, _ in results})} classes accepted, {accepted} of {len(results)} with their syntax"
    step = Step(Layer.CONTEXTS, Outcome.PASSED, words, facts=facts)
    if not accepted:
        return _failed(step, "it accepts nothing of what was proposed", "contexts-none", count=len(results))
    missing = _missing(visit, results, taken)
    if missing is not None:
        return replace(step, outcome=Outcome.FAILED, words=missing[0], sign=missing[1])
    if VERIFICATION not in taken:
        visit.remarks.append("It refuses Verification, the class of the echo, which every DICOM device has to serve.")
        step = replace(step, outcome=Outcome.WARNED)
    return _with_syntaxes(visit, step, taken)


def _missing(visit: Visit, results: Results, taken: Mapping[str, list[str]]) -> tuple[str, Sign] | None:
    """What this role cannot do without and the other side refuses."""
    beyond = {result for (uid, _), result in results.items() if uid != VERIFICATION}
    if visit.role in (Role.ARCHIVE, Role.WORKSTATION) and 0 not in beyond and beyond & _POLICY:
        return "it answers your echo and permits nothing else", Sign("all-but-echo", {"result": min(_POLICY & beyond)})
    plain = [syntax for syntaxes in taken.values() for syntax in syntaxes if syntax in classes.PLAIN]
    if not plain:
        others = dict.fromkeys(syntax_name(syntax) for syntaxes in taken.values() for syntax in syntaxes)
        return "it takes no class in a plain syntax", Sign("plain-refused", {"taken": ", ".join(others)})
    among = {"accepted": ", ".join(name_of(uid) for uid in sorted(taken)[:3]) + (" and others" if len(taken) > 3 else "")}
    if visit.role is Role.PRINTER and BASIC_GRAYSCALE_PRINT_MANAGEMENT not in taken:
        result = _result_of(results, BASIC_GRAYSCALE_PRINT_MANAGEMENT)
        return "it refuses Basic Grayscale Print Management", Sign("printing-refused", {"result": result} | among)
    if visit.role is Role.ARCHIVE and not any(uid in taken for uid in classes.FINDING[:2]):
        result = _result_of(results, classes.FINDING[0])
        code = "query-forbidden" if result in _POLICY else "query-refused"
        return "it refuses queries at every root", Sign(code, {"result": result} | among)
    if visit.role in (Role.ARCHIVE, Role.WORKSTATION) and visit.consent.store and visit.storage_class_uid not in taken:
        return _storage_missing(visit, results, taken, among)
    return None


def _storage_missing(visit: Visit, results: Results, taken: Mapping[str, list[str]], among: Mapping[str, str]) -> tuple[str, Sign]:
    uid = visit.storage_class_uid
    result = _result_of(results, uid)
    facts = {"class_name": name_of(uid), "sop_class_uid": uid, "result": result, **among}
    words = f"it refuses {name_of(uid)} in every syntax"
    if result in _POLICY:
        return words, Sign("storage-forbidden", facts)
    if not any(one in taken for one in (*classes.IMAGES, *classes.DOCUMENTS)):
        return "it refuses every class of images", Sign("storage-refused", facts)
    return words, Sign("class-refused" if uid in SOP_CLASSES else "class-refused-private", facts)


def _with_syntaxes(visit: Visit, step: Step, taken: Mapping[str, list[str]]) -> Step:
    """What works and yet will bite: plain syntaxes that are refused, or compressed ones."""
    if visit.role not in (Role.ARCHIVE, Role.WORKSTATION):
        return step
    uid = visit.storage_class_uid
    have = taken.get(uid, [])
    facts = {"class_name": name_of(uid), "sop_class_uid": uid, "taken": ", ".join(map(syntax_name, have))}
    if have == [IMPLICIT_VR_LITTLE_ENDIAN]:
        visit.remarks.append(
            f"It takes {name_of(uid)} in Implicit VR Little Endian only: compressed images have to be unpacked before they are "
            "sent, and private values lose their kind."
        )
        return replace(step, outcome=Outcome.WARNED, sign=Sign("implicit-only", facts))
    plain_missing = [syntax for syntax in classes.PLAIN if syntax not in have]
    if have and plain_missing:
        refused = " and ".join(map(syntax_name, plain_missing))
        visit.remarks.append(f"It takes {name_of(uid)}, but not in {refused}.")
        return replace(step, outcome=Outcome.WARNED, sign=Sign("syntax-refused", facts | {"refused": refused}))
    compressed = [syntax for syntax in classes.COMPRESSED if syntax not in have]
    if have and len(compressed) == len(classes.COMPRESSED):
        visit.remarks.append(
            f"It takes {name_of(uid)} uncompressed only: compressed images have to be unpacked before they are sent."
        )
    return step


def _taken(results: Results) -> dict[str, list[str]]:
    """The accepted syntaxes of each class that is accepted in any."""
    taken: dict[str, list[str]] = defaultdict(list)
    for (uid, syntax), result in results.items():
        if result == 0:
            taken[uid].append(syntax)
    return dict(taken)


def _result_of(results: Results, uid: str) -> int | str:
    """How a class was refused: by policy, for its syntaxes, or for itself; the most telling of its answers."""
    found = [result for (one, _), result in results.items() if one == uid and result]
    return min(found, key=lambda result: (1, 2, 4, 3).index(result) if result in (1, 2, 4, 3) else 9, default="none")


def _failed(step: Step, words: str, code: str, **facts: object) -> Step:
    return replace(step, outcome=Outcome.FAILED, words=words, sign=Sign(code, facts))

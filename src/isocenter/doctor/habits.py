"""Products of one toolkit by what they accept: what a version name cannot tell, an answer to a few contexts does.

Comes in: results of presentation contexts and the order in which they came, or titles under which one association is accepted. Goes
out: the product in the visit, where exactly one answers so (`products.behaves_like`). Nothing is sent but a request, and a pause
lies before it: it follows a call under another title.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from isocenter.base.errors import LocalError
from isocenter.doctor import products
from isocenter.doctor.answer import Said
from isocenter.doctor.asking import VERIFICATION_ALONE, call, request_of
from isocenter.doctor.network import TlsFailed, Unreached
from isocenter.doctor.products import Behaviour
from isocenter.doctor.visit import Visit
from isocenter.standard.sop_class import (
    CT_IMAGE,
    MODALITY_WORKLIST_FIND,
    PATIENT_STUDY_ONLY_FIND,
    STORAGE_COMMITMENT_PUSH,
)
from isocenter.standard.transfer_syntax import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    JPEG_2000_LOSSLESS,
)
from isocenter.wire.pdu import ProposedContext

Pair = tuple[str, str]

TELLING: tuple[Pair, ...] = (
    (CT_IMAGE, JPEG_2000_LOSSLESS),
    (CT_IMAGE, DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN),
    (STORAGE_COMMITMENT_PUSH, EXPLICIT_VR_LITTLE_ENDIAN),
    (MODALITY_WORKLIST_FIND, EXPLICIT_VR_LITTLE_ENDIAN),
    (PATIENT_STUDY_ONLY_FIND, EXPLICIT_VR_LITTLE_ENDIAN),
)
"""What products of one toolkit answer differently."""


def recognise(visit: Visit, results: Mapping[Pair, int | None], order: str) -> bool:
    """Make the visit's product, so far a toolkit, the one that answers so; False where none or several do."""
    j2000, deflated, commitment, worklist, patient_study_only = (results.get(pair) for pair in TELLING)
    seen = Behaviour(j2000, deflated, commitment, worklist, patient_study_only, order)
    key = products.behaves_like(visit.product, seen) if visit.product else ""
    known = products.product_of(key)
    if known is not None:
        visit.product = known.name
    return known is not None


def order_of(ids: Sequence[int], results: Mapping[int, int]) -> str:
    """In which order contexts were answered: `as asked`, `accepted first`, or empty where it cannot be told."""
    accepted = [number for number in ids if results[number] == 0]
    refused = [number for number in ids if results[number] != 0]
    if not accepted or not refused or sorted(ids) == [*sorted(accepted), *sorted(refused)]:
        return ""
    return "as asked" if list(ids) == sorted(ids) else "accepted first" if list(ids) == [*accepted, *refused] else ""


def ask_for_them(visit: Visit, calling: str, called: str) -> None:
    """Recognise the product by one more association under titles that it accepts, after a pause."""
    if visit.is_stopped():
        return
    visit.pause(visit.patience.pause)
    asked = [ProposedContext(2 * number + 3, uid, (syntax,)) for number, (uid, syntax) in enumerate(TELLING)]
    plain = ProposedContext(2 * len(TELLING) + 3, CT_IMAGE, (EXPLICIT_VR_LITTLE_ENDIAN,))
    try:
        answer = call(visit, request_of(visit, (*VERIFICATION_ALONE, *asked, plain), calling=calling, called=called))
    except (Unreached, TlsFailed, LocalError):
        return
    if answer.said is not Said.ACCEPTED or answer.accept is None:
        return
    given = {context.id: context.result for context in answer.accept.contexts}
    order = order_of([context.id for context in answer.accept.contexts], given)
    recognise(visit, {pair: given.get(2 * number + 3) for number, pair in enumerate(TELLING)}, order)

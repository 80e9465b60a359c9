"""The same checkup months later: what changed, in sentences, most important first.

Comes in: two reports of one node. Goes out: a `Difference`. What was not tried in one of them is no difference: it was not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from isocenter.base.limits import REPORT_CLOCK_SKEW_SECONDS, REPORT_SLOWER_FACTOR, REPORT_SLOWER_MILLISECONDS
from isocenter.doctor.products import Product, product_of
from isocenter.doctor.report import LAYERS
from isocenter.model.checkup import Checkup, Layer, Outcome, Step
from isocenter.model.report import Change, Difference, Report, Sample
from isocenter.standard.sop_class import name_of as class_name
from isocenter.standard.transfer_syntax import name_of as syntax_name

_WORKS = {Outcome.PASSED, Outcome.WARNED}
_TRIED = {*_WORKS, Outcome.FAILED}
_WEIGHT = {"bad": 0, "warn": 1, "good": 2, "quiet": 3}


def difference(before: Report, after: Report) -> Difference:
    """What changed from `before` to `after`."""
    changes = [*between(before.checkup, after.checkup), *_samples(before.sample, after.sample)]
    changes.sort(key=lambda change: _WEIGHT[change.tone])
    return Difference(before, after, tuple(changes), _same(before.checkup, after.checkup) if not changes else ())


def between(before: Checkup, after: Checkup) -> list[Change]:
    """What changed from one checkup to another, in the order of the layers."""
    return [
        *_titles(before, after),
        *_address(before, after),
        *_software(before, after),
        *_own(before, after),
        *_steps(before, after),
        *_contexts(before, after),
    ]


def _titles(before: Checkup, after: Checkup) -> Iterator[Change]:
    product = product_of(after.product) or product_of(before.product)
    if before.ae_title != after.ae_title:
        yield Change("title", "warn", f"Its AE title is entered here as {after.ae_title} now.", before.ae_title, after.ae_title)
    expected = _expected_title(after)
    if expected and expected != after.ae_title:
        yield _moved_title(product, after.ae_title, expected)
    known = _known_as(after)
    if known and known != after.own_ae_title:
        yield Change("title", "bad", f"It knows us as {known} now, and not as {after.own_ae_title}.", after.own_ae_title, known)
    was_free, is_free = _takes_any_title(before), _takes_any_title(after)
    if was_free is not None and is_free is not None and was_free != is_free:
        sentence = "It takes any called title now." if is_free else "It compares the title that it is called by now."
        yield Change(
            "title", "quiet" if is_free else "warn", sentence, "any" if was_free else "its own", "any" if is_free else "its own"
        )


def _moved_title(product: Product | None, was: str, expected: str) -> Change:
    if product is not None and expected == product.own_title:
        sentence = f"The AE title was reset to its default: it is {expected} again, and {was} is refused."
    else:
        sentence = f"It answers to {expected} now, and refuses {was}."
    return Change("title", "bad", sentence, was, expected)


def _expected_title(checkup: Checkup) -> str:
    """The called title that it takes where it refuses the one that is entered; empty where that is not known."""
    verdict = checkup.verdict
    if verdict is not None and verdict.known_as and verdict.called == checkup.ae_title != checkup.own_ae_title:
        return verdict.known_as
    if _refuses_entered(checkup):
        accepted = [
            one.called_ae_title for one in checkup.attempts if one.is_accepted and one.calling_ae_title == checkup.own_ae_title
        ]
        return accepted[0] if len(set(accepted)) == 1 else ""
    return ""


def _known_as(checkup: Checkup) -> str:
    """The title by which it knows us where it refuses ours; empty where that is not known."""
    verdict = checkup.verdict
    if verdict is not None and verdict.known_as and verdict.called == checkup.own_ae_title:
        return verdict.known_as
    return ""


def _refuses_entered(checkup: Checkup) -> bool:
    entered = (checkup.own_ae_title, checkup.ae_title)
    return any((one.calling_ae_title, one.called_ae_title) == entered and not one.is_accepted for one in checkup.attempts)


def _takes_any_title(checkup: Checkup) -> bool | None:
    """Whether other called titles were taken; None where none was tried."""
    others = [
        one.is_accepted for one in checkup.attempts if one.called_ae_title.strip().lower() != checkup.ae_title.strip().lower()
    ]
    return all(others) if others else None


def _address(before: Checkup, after: Checkup) -> Iterator[Change]:
    if before.host != after.host:
        yield Change("address", "warn", f"Its address is {after.host} now.", before.host, after.host)
    if before.port != after.port:
        product = product_of(after.product) or product_of(before.product)
        default = " That is its default." if product is not None and after.port == product.own_port else ""
        yield Change("port", "warn", f"Its port is {after.port} now.{default}", str(before.port), str(after.port))
    if before.secure != after.secure:
        yield Change("port", "warn", f"TLS is {'on' if after.secure else 'off'} now.", _on(before.secure), _on(after.secure))


def _on(on: bool) -> str:
    return "on" if on else "off"


def _software(before: Checkup, after: Checkup) -> Iterator[Change]:
    """What it says of itself; where it did not speak, nothing is said."""
    was, now = before.implementation_class_uid, after.implementation_class_uid
    names = before.implementation_version_name, after.implementation_version_name
    if now and was and was.split(".")[:6] != now.split(".")[:6]:
        yield Change("product", "warn", "It is another product than before.", names[0] or was, names[1] or now)
    elif now and was and (was, names[0]) != (now, names[1]):
        yield Change("software", "warn", "Its software was changed.", names[0] or was, names[1] or now)
    if before.pdu_bytes_max is not None and after.pdu_bytes_max is not None and before.pdu_bytes_max != after.pdu_bytes_max:
        sentence = f"It takes PDUs of {after.pdu_bytes_max:,} bytes now."
        yield Change("software", "quiet", sentence, f"{before.pdu_bytes_max:,}", f"{after.pdu_bytes_max:,}")


def _own(before: Checkup, after: Checkup) -> Iterator[Change]:
    if before.own_ae_title != after.own_ae_title:
        sentence = f"We call it as {after.own_ae_title} now: the other side must know that title."
        yield Change("own", "warn", sentence, before.own_ae_title, after.own_ae_title)
    if before.own_address and after.own_address and before.own_address != after.own_address:
        sentence = f"Our address towards it is {after.own_address} now: C-MOVE to us goes where the other side has us entered."
        yield Change("own", "warn", sentence, before.own_address, after.own_address)
    if before.own_port != after.own_port:
        sentence = f"Our port is {after.own_port} now: the other side must know it."
        yield Change("own", "warn", sentence, str(before.own_port), str(after.own_port))


def _steps(before: Checkup, after: Checkup) -> Iterator[Change]:
    for step in after.steps:
        was = before.step(step.layer)
        if was is None or was.outcome not in _TRIED or step.outcome not in _TRIED or step.layer is Layer.CLEAN_UP:
            continue
        if (was.outcome in _WORKS) != (step.outcome in _WORKS) or was.outcome is not step.outcome:
            yield _turned(step.layer, was, step)
        elif step.layer not in _STEADY and (slower := _slower(step.layer, was, step)) is not None:
            yield slower


_STEADY = {Layer.TITLES, Layer.STORE, Layer.MOVE, Layer.COMMITMENT}
"""Layers whose time depends on what was permitted, not on the device alone."""


def _turned(layer: Layer, was: Step, step: Step) -> Change:
    name = LAYERS[layer]
    if step.outcome is Outcome.FAILED:
        return Change("step", "bad", f"{name}: this worked and fails now.", was.words, step.words)
    if was.outcome is Outcome.FAILED:
        return Change("step", "good", f"{name}: this failed and works now.", was.words, step.words)
    sentence = (
        f"{name}: there is something to mind now."
        if step.outcome is Outcome.WARNED
        else f"{name}: there is nothing to mind any more."
    )
    return Change("step", "warn" if step.outcome is Outcome.WARNED else "good", sentence, was.words, step.words)


def _slower(layer: Layer, was: Step, step: Step) -> Change | None:
    if was.milliseconds is None or step.milliseconds is None:
        return None
    slow, quick = max(was.milliseconds, step.milliseconds), min(was.milliseconds, step.milliseconds)
    if slow < quick * REPORT_SLOWER_FACTOR or slow - quick < REPORT_SLOWER_MILLISECONDS:
        return None
    is_slower = step.milliseconds > was.milliseconds
    times = f"{slow / quick:.0f} times" if quick >= 1 else "many times"
    sentence = f"{LAYERS[layer]}: this takes {times} as long." if is_slower else f"{LAYERS[layer]}: this is {times} as fast."
    return Change("time", "warn" if is_slower else "quiet", sentence, f"{was.milliseconds:,.1f} ms", f"{step.milliseconds:,.1f} ms")


def _contexts(before: Checkup, after: Checkup) -> Iterator[Change]:
    """Classes and syntaxes that both checkups proposed, and that are answered otherwise."""
    was = {(one.sop_class_uid, one.transfer_syntax): one.result == 0 for one in before.contexts if one.result is not None}
    now = {(one.sop_class_uid, one.transfer_syntax): one.result == 0 for one in after.contexts if one.result is not None}
    both = [key for key in now if key in was]
    for uid in dict.fromkeys(uid for uid, _ in both):
        syntaxes = [syntax for known, syntax in both if known == uid]
        lost = [one for one in syntaxes if was[uid, one] and not now[uid, one]]
        gained = [one for one in syntaxes if now[uid, one] and not was[uid, one]]
        still = any(now[uid, one] for one in syntaxes)
        if lost:
            yield _lost(uid, lost, still)
        if gained:
            names = ", ".join(syntax_name(one) for one in gained)
            yield Change("contexts", "good", f"It takes {class_name(uid)} in {names} now.", "refused", "accepted")


def _lost(uid: str, lost: list[str], still: bool) -> Change:
    if not still:
        return Change(
            "contexts", "bad", f"It does not take {class_name(uid)} any more, in any transfer syntax.", "accepted", "refused"
        )
    names = ", ".join(syntax_name(one) for one in lost)
    return Change("contexts", "warn", f"It does not take {class_name(uid)} in {names} any more.", "accepted", "refused")


_SENTENCES: Mapping[str, str] = {
    "Station name": "It calls its station {now} now.",
    "Institution": "It names another institution: {now}.",
    "Software": "Its images name another software: {now}.",
    "Serial number": "Its images come from another machine: serial number {now}.",
    "Model": "Its images come from another model: {now}.",
    "Character set": "It writes in another character set: {now}.",
    "Transfer syntaxes": "It sends in other transfer syntaxes: {now}.",
}


def _samples(before: Sample | None, after: Sample | None) -> Iterator[Change]:
    """What its images said then and say now, where there were some both times."""
    if before is None or after is None or not before.count or not after.count:
        return
    for name, sentence in _SENTENCES.items():
        was, now = before.values(name), after.values(name)
        if set(was) != set(now):
            said = ", ".join(now) or "none"
            tone = "quiet" if name == "Software" else "warn"
            yield Change("sample", tone, sentence.format(now=said), ", ".join(was) or "none", said)
    was_right, is_right = _is_right(before), _is_right(after)
    if was_right is not None and is_right is not None and was_right != is_right:
        sentence = "Its clock is right again." if is_right else "Its clock was right, and is not any more."
        skews = f"{before.skew_seconds:.0f} s", f"{after.skew_seconds:.0f} s"
        yield Change("sample", "good" if is_right else "bad", sentence, *skews)


def _is_right(sample: Sample) -> bool | None:
    return None if sample.skew_seconds is None else abs(sample.skew_seconds) <= REPORT_CLOCK_SKEW_SECONDS


def _same(before: Checkup, after: Checkup) -> tuple[str, ...]:
    tried = [step for step in after.steps if step.outcome in _TRIED and (was := before.step(step.layer)) and was.outcome in _TRIED]
    said = [f"{len(tried)} layers went as before."]
    if after.implementation_version_name and after.implementation_version_name == before.implementation_version_name:
        said.append(f"It still says that it is {after.implementation_version_name}.")
    return tuple(said)

"""What checkups have shown about a node that an echo cannot: which title it checks, and which way of retrieving works.

Checkups go in, the latest first; two short phrases come out. Nothing here calls anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from isocenter.model.checkup import Attempt, Checkup, Layer, Outcome

_TRIED = {Outcome.PASSED: "works", Outcome.WARNED: "works", Outcome.FAILED: "fails"}


@dataclass(frozen=True, slots=True)
class Found:
    """Such as "C-GET works, C-MOVE fails" and "checks the calling title"; empty where nobody tried."""

    retrieve: str = ""
    titles: str = ""


def latest(checkups: Iterable[Checkup]) -> Found:
    """From the latest checkup that tried each."""
    ways: dict[str, str] = {}
    titles = ""
    for checkup in checkups:
        for name, layer in (("C-MOVE", Layer.MOVE), ("C-GET", Layer.GET)):
            step = checkup.step(layer)
            if step is not None and step.outcome in _TRIED:
                ways.setdefault(name, _TRIED[step.outcome])
        titles = titles or titles_checked(checkup.attempts)
    return Found(", ".join(f"{name} {verdict}" for name, verdict in sorted(ways.items())), titles)


def titles_checked(attempts: Iterable[Attempt]) -> str:
    """Which of both titles a node checks, as far as calls with other spellings tell; empty where they do not."""
    told = list(attempts)
    accepted = {(one.calling_ae_title, one.called_ae_title) for one in told if one.is_accepted}
    refused = {(one.calling_ae_title, one.called_ae_title) for one in told if not one.is_accepted}
    calling = _matters(accepted, refused, 0)
    called = _matters(accepted, refused, 1)
    if calling and called:
        return "checks both titles"
    if calling:
        return "checks the calling title"
    if called:
        return "checks the called title"
    return "checks no title" if len({one[0] for one in accepted}) > 1 and len({one[1] for one in accepted}) > 1 else ""


def _matters(accepted: set[tuple[str, str]], refused: set[tuple[str, str]], place: int) -> bool:
    """Two calls that differ in this title alone, and one of them was refused."""
    return any(one[place] != other[place] and one[1 - place] == other[1 - place] for one in accepted for other in refused)

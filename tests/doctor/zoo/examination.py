"""One examination by the doctor, with a patience that a test can wait for."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field, replace
from typing import Any

from tests.doctor.zoo.table import ROWS, Row

from isocenter.base.clock import SystemClock
from isocenter.doctor import checkup as climb
from isocenter.doctor import clinic, diagnosis
from isocenter.doctor.visit import Consent, Patience, Security, Visit
from isocenter.model.checkup import Checkup, Layer, Outcome, Step, Verdict, as_json, of_json
from isocenter.model.records import Node

PATIENCE = Patience(
    connect=5.0, greeting=0.15, associate=5.0, response=8.0, retrieve=12.0, arrival=0.8, commitment=0.8, pause=0.0, idle=2.5
)
"""For rows in which everything is answered: nothing is waited for but a computer that has other things to do."""

SHORT = replace(PATIENCE, connect=1.0, associate=1.5, response=3.0, retrieve=4.0)
"""For rows in which somebody is silent: so long does each silence last, and whoever is not silent must have answered by then."""


@dataclass
class Target:
    """Whom the doctor is to call, and from where. `namespace` is the network that its thread enters, empty for this one."""

    host: str = "127.0.0.1"
    port: int = 0
    security: Security | None = None
    our_port: int = 11112
    return_path: Any = None
    namespace: str = ""
    is_apart: bool = False
    """The doctor runs as a process of its own in that network, because it needs the network's own name servers."""
    patience: Patience = field(default_factory=lambda: PATIENCE)
    pdu_bytes_max: int | None = None


@dataclass(frozen=True)
class Found:
    """What the doctor found: the checkup, and a verdict for the layer that the row is about, a warning's too."""

    checkup: Checkup
    verdict: Verdict | None
    step: Step | None


def examine(row: Row, target: Target) -> Found:
    """One climb, up to the layer of the row where it goes that far: what comes above is another row's affair."""
    visit = Visit(
        node=Node("node", row.title or "FAULTY", row.host or target.host, target.port, pdu_bytes_max=target.pdu_bytes_max),
        role=row.role,
        own_ae_title=row.our_title,
        own_port=target.our_port,
        clock=SystemClock(),
        consent=replace(Consent(), **dict.fromkeys(row.consent, True)),
        security=target.security,
        return_path=target.return_path,
        storage_class_uid=row.storage_class,
        patience=target.patience,
        their_titles_heard=row.heard,
    )
    plan = climb.PLANS[row.role]
    above = set(plan[plan.index(row.layer) + 1 :]) - {Layer.CLEAN_UP} if row.layer in plan else set()
    above |= set(row.without)
    steps = {layer: _left_out(layer) if layer in above else step for layer, step in clinic.steps().items()}
    checkup = climb.examine(visit, steps, diagnosis.verdict)
    step = checkup.step(row.layer)
    warned = diagnosis.verdict(visit, step) if row.is_remark and step is not None and step.sign is not None else None
    return Found(checkup, warned or checkup.verdict, step)


def _left_out(layer: Layer) -> climb.StepOf:
    return lambda visit: Step(layer, Outcome.SKIPPED, "left out")


def main() -> None:
    """In a process of its own: the row's name and where to call in, everything that was found out, as JSON."""
    asked = json.loads(sys.argv[1])
    row = next(row for row in ROWS if row.name == asked["row"])
    patience = replace(PATIENCE, connect=asked["connect"])
    found = examine(row, Target(asked["host"], asked["port"], patience=patience))
    print(json.dumps({"checkup": as_json(found.checkup), "verdict": as_json(found.verdict), "step": as_json(found.step)}))


def of_words(words: dict[str, Any]) -> Found:
    """What `main` wrote."""
    verdict, step = words["verdict"], words["step"]
    return Found(
        of_json(Checkup, words["checkup"]),
        of_json(Verdict, verdict) if verdict else None,
        of_json(Step, step) if step else None,
    )


if __name__ == "__main__":
    main()

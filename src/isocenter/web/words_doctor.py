"""The words of `/api` about checkups: what is asked for, and a checkup as `model.checkup.as_json` writes it.

The fields are those of `model.checkup`, one for one; a test holds them to it. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from isocenter.base.limits import CHECKUP_PEM_CHARACTERS_MAX, NODE_NAME_CHARACTERS_MAX
from isocenter.model.checkup import Checkup, as_json
from isocenter.standard import sop_class, transfer_syntax
from isocenter.standard.sop_class import CT_IMAGE
from isocenter.web.api_words import Words

RoleName = Literal["archive", "modality", "workstation", "printer"]
OutcomeName = Literal["passed", "warned", "failed", "skipped", "untried"]
SideName = Literal["ours", "theirs", "between", "undecided"]
ConsentName = Literal["titles", "neighbours", "store", "idle", "many"]
LayerName = Literal[
    "name",
    "route",
    "tcp",
    "first bytes",
    "tls",
    "titles",
    "contexts",
    "echo",
    "find",
    "store",
    "find again",
    "move",
    "get",
    "compare",
    "commitment",
    "printer",
    "clean up",
]


class SecuredWords(Words):
    """TLS towards the node. `authority` is a certificate as PEM text; empty for those that this computer trusts."""

    authority: str = Field(default="", max_length=CHECKUP_PEM_CHARACTERS_MAX)
    check_host: bool = True


class CheckupWanted(Words):
    """Whom to examine, and as what. `storage_class_uid` is the class that the device will send: the test image is of it.

    `consent` names what may be done although it may disturb: `titles` other spellings of both titles, one call a second;
    `neighbours` other ports of the same computer; `store` a test image that may not be removable; `idle` five minutes of silence;
    `many` eleven associations at once.
    """

    node: str = Field(max_length=NODE_NAME_CHARACTERS_MAX)
    role: RoleName = "archive"
    storage_class_uid: str = Field(default=CT_IMAGE, pattern=r"^[0-9.]{1,64}$")
    consent: list[ConsentName] = Field(default=["store"], max_length=5)
    secured: SecuredWords | None = None


class Found(Words):
    """A noun of `model.checkup` on its way out: one that has learned another field is still told."""

    model_config = ConfigDict(extra="ignore")


class SignWords(Found):
    """What was seen, as one word of the tables of signs, and its particulars."""

    code: str
    facts: dict[str, Any]


class ExchangeWords(Found):
    """One thing that crossed the wire; `raw` are its first bytes as hexadecimal digits, `recording` finds it in the inspector."""

    moment: datetime
    direction: str
    words: str
    raw: str
    byte_count: int
    recording: str


class StepWords(Found):
    """One layer as it went."""

    layer: LayerName
    outcome: OutcomeName
    words: str
    milliseconds: float | None
    exchanges: list[ExchangeWords]
    facts: dict[str, Any]
    sign: SignWords | None


class AttemptWords(Found):
    """One spelling that was tried on an association of its own."""

    calling_ae_title: str
    called_ae_title: str
    said: str
    is_accepted: bool


class ContextAnswerWords(Found):
    """One class in one transfer syntax, and the result of its presentation context; null where none came."""

    sop_class_uid: str
    transfer_syntax: str
    result: int | None


class CauseWords(Found):
    """A fault that explains what was seen; `fault` is its identifier in the troubleshooting guide."""

    fault: str
    sentence: str
    here: list[str]
    there: list[str]


class LineWords(Found):
    """What to type on the other side in a product's own words."""

    product: str
    where: str
    text: str
    then: str
    before: str
    mind: str
    form: str


class VerdictWords(Found):
    """What is wrong, and what to do: `here` on our side, `there` on the other."""

    layer: LayerName
    side: SideName
    headline: str
    explanation: str
    causes: list[CauseWords]
    here: list[str]
    there: list[str]
    lines: list[LineWords]
    undecided: str
    known_as: str
    called: str


class CheckupWords(Found):
    """One run of the doctor; `ended` is null while it climbs, `verdict` while nothing failed."""

    token: str
    node: str
    ae_title: str
    host: str
    port: int
    role: RoleName
    own_ae_title: str
    own_address: str
    own_port: int
    began: datetime
    ended: datetime | None
    product: str
    implementation_class_uid: str
    implementation_version_name: str
    pdu_bytes_max: int | None
    steps: list[StepWords]
    attempts: list[AttemptWords]
    contexts: list[ContextAnswerWords]
    remarks: list[str]
    verdict: VerdictWords | None
    secure: bool
    is_stopped: bool = False
    names: dict[str, str] = Field(default={}, description="The classes and syntaxes of its contexts, by UID.")

    @classmethod
    def of(cls, checkup: Checkup) -> CheckupWords:
        classes = {one.sop_class_uid: sop_class.name_of(one.sop_class_uid) for one in checkup.contexts}
        syntaxes = {one.transfer_syntax: transfer_syntax.name_of(one.transfer_syntax) for one in checkup.contexts}
        return cls.model_validate(as_json(checkup) | {"names": classes | syntaxes})


class CheckupState(Words):
    """How a checkup stands, in short: the layer that it is at or that failed, and the verdict's headline."""

    token: str
    node: str
    role: RoleName
    began: datetime
    ended: datetime | None
    layer: LayerName | None
    failed: bool
    headline: str

    @classmethod
    def of(cls, checkup: Checkup) -> CheckupState:
        steps = [step.layer for step in checkup.steps if step.outcome.value == "untried"]
        at = checkup.verdict.layer if checkup.verdict else (steps[0] if steps and checkup.ended is None else None)
        return cls(
            token=checkup.token,
            node=checkup.node,
            role=checkup.role.value,
            began=checkup.began,
            ended=checkup.ended,
            layer=at.value if at else None,
            failed=checkup.verdict is not None,
            headline=checkup.verdict.headline if checkup.verdict else "",
        )


class CheckupList(Words):
    """The latest checkup of each node since this process began, the latest first."""

    checkups: list[CheckupState]

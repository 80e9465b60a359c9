"""The words of `/api` about what goes on: associations that are open or over, and images as they arrive.

Records of the house go in, models go out. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from isocenter.model.records import ArrivedImage, AssociationOutcome, AssociationSummary, PastAssociation
from isocenter.standard import sop_class, transfer_syntax
from isocenter.web.api_words import Words


class StoredOfClass(Words):
    """How many instances of one SOP class an association brought."""

    sop_class_uid: str
    name: str
    count: int


class AssociationWords(Words):
    """One association as it stands, opened by another device, or by us where it is `outgoing`.

    `serial` is null while it is open. `requests` and `failures` count by operation: echo, store, find, move, get.
    """

    serial: int | None
    token: str = Field(description="Finds it in the debug log.")
    node: str = Field(description="The node's name where the caller is known.")
    calling_ae_title: str
    called_ae_title: str
    address: str
    implementation_class_uid: str
    implementation_version_name: str
    opened: datetime
    ended: datetime | None
    requests: dict[str, int]
    failures: dict[str, int]
    stored: list[StoredOfClass]
    sent: int
    bytes_in: int
    bytes_out: int
    outcome: AssociationOutcome
    reason: str
    last_failure: str
    note: str
    outgoing: bool

    @classmethod
    def of(cls, summary: AssociationSummary, serial: int | None = None) -> AssociationWords:
        named = cls.model_fields.keys() - {"serial", "stored", "requests", "failures"}
        # Copies: the thread that serves it goes on counting.
        counts = sorted(dict(summary.instances).items(), key=lambda pair: -pair[1])
        return cls(
            serial=serial,
            requests=dict(summary.requests),
            failures=dict(summary.failures),
            stored=[StoredOfClass(sop_class_uid=uid, name=sop_class.name_of(uid), count=count) for uid, count in counts],
            **{name: getattr(summary, name) for name in named},
        )

    @classmethod
    def past(cls, past: PastAssociation) -> AssociationWords:
        return cls.of(past.summary, past.serial)


class AssociationsTold(Words):
    """Those that are open, oldest first, and those that are over, latest first; `more` says that older ones are remembered."""

    open: list[AssociationWords]
    ended: list[AssociationWords]
    more: bool


class ContextWords(Words):
    """A presentation context as it was answered; a refused one has no transfer syntax."""

    id: int
    abstract_syntax: str
    name: str
    transfer_syntax: str
    transfer_syntax_name: str


class AssociationDetails(AssociationWords):
    """One association with what was agreed on."""

    contexts: list[ContextWords]

    @classmethod
    def whole(cls, summary: AssociationSummary, serial: int | None) -> AssociationDetails:
        contexts = [
            ContextWords(
                id=number,
                abstract_syntax=abstract,
                name=sop_class.name_of(abstract),
                transfer_syntax=syntax,
                transfer_syntax_name=transfer_syntax.name_of(syntax) if syntax else "",
            )
            for number, abstract, syntax in summary.contexts
        ]
        return cls(**AssociationWords.of(summary, serial).model_dump(), contexts=contexts)


class ArrivedWords(Words):
    """One image as it came; `serial` only grows, `source` says how: dimse, stow, import."""

    serial: int
    received: datetime
    calling_ae_title: str
    source: str
    patient_name: str
    patient_id: str
    modality: str
    series_description: str
    instance_number: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str

    @classmethod
    def of(cls, image: ArrivedImage) -> ArrivedWords:
        return cls(**{name: getattr(image, name) for name in cls.model_fields})


class ArrivalsTold(Words):
    """The images that came last, the latest first. `serial` is that of the latest change, whatever it was."""

    serial: int
    images: list[ArrivedWords]

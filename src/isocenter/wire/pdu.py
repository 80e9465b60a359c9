"""The PDUs of the upper layer and their items as frozen values (PS3.8 9.3, PS3.7 D.3.3).

AE titles are text without padding, UIDs text without padding, and integers as the standard prints them. P-DATA-TF has no class:
its bytes never become an object (see `inlet`). Nothing here reads or writes bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"


@dataclass(frozen=True, slots=True)
class ProposedContext:
    """A presentation context as proposed (PS3.8 9.3.2.2); `id` is odd, 1 to 255."""

    id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnsweredContext:
    """The answer to one context (PS3.8 9.3.3.2).

    `result` 0 acceptance, 1 user rejection, 2 no reason, 3 abstract syntax not supported, 4 transfer syntaxes not supported.
    `transfer_syntax` is not significant unless accepted.
    """

    id: int
    result: int
    transfer_syntax: str = ""


@dataclass(frozen=True, slots=True)
class RoleSelection:
    """SCP/SCU role selection (PS3.7 D.3.3.4): which roles the requestor proposes to play, or the acceptor accepts for it."""

    sop_class_uid: str
    scu: bool
    scp: bool


@dataclass(frozen=True, slots=True)
class ExtendedNegotiation:
    """SOP class extended negotiation (PS3.7 D.3.3.5); `information` is defined by the service class."""

    sop_class_uid: str
    information: bytes


@dataclass(frozen=True, slots=True)
class CommonExtendedNegotiation:
    """SOP class common extended negotiation (PS3.7 D.3.3.6)."""

    sop_class_uid: str
    service_class_uid: str
    related_general_sop_class_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UserIdentity:
    """User identity as requested (PS3.7 D.3.3.7): type 1 user name, 2 with passcode, 3 Kerberos, 4 SAML, 5 JSON web token."""

    type: int
    primary: bytes
    secondary: bytes = b""
    response_requested: bool = False

    def __repr__(self) -> str:
        return f"UserIdentity(type={self.type}, response_requested={self.response_requested})"


@dataclass(frozen=True, slots=True)
class UserInformation:
    """The user information item of an A-ASSOCIATE-RQ or -AC (PS3.8 9.3.2.3 and Annex D).

    `pdu_bytes_max` is the largest P-DATA-TF variable field that its sender receives, 0 for no limit; None where the item is absent.
    `asynchronous_window` is (operations invoked, operations performed), 0 for no limit; None where absent, which means (1, 1).
    """

    pdu_bytes_max: int | None = None
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    asynchronous_window: tuple[int, int] | None = None
    roles: tuple[RoleSelection, ...] = ()
    extended: tuple[ExtendedNegotiation, ...] = ()
    common_extended: tuple[CommonExtendedNegotiation, ...] = ()
    identity: UserIdentity | None = None
    identity_response: bytes | None = None


@dataclass(frozen=True, slots=True)
class AssociateRequest:
    """A-ASSOCIATE-RQ (PS3.8 9.3.2)."""

    called_ae_title: str
    calling_ae_title: str
    contexts: tuple[ProposedContext, ...]
    user: UserInformation
    application_context: str = APPLICATION_CONTEXT
    protocol_version: int = 1


@dataclass(frozen=True, slots=True)
class AssociateAccept:
    """A-ASSOCIATE-AC (PS3.8 9.3.3). The titles are copies of the request's and are not to be tested."""

    called_ae_title: str
    calling_ae_title: str
    contexts: tuple[AnsweredContext, ...]
    user: UserInformation
    application_context: str = APPLICATION_CONTEXT
    protocol_version: int = 1


@dataclass(frozen=True, slots=True)
class AssociateReject:
    """A-ASSOCIATE-RJ (PS3.8 9.3.4): result 1 permanent, 2 transient; source 1 user, 2 ACSE, 3 presentation."""

    result: int
    source: int
    reason: int


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """A-RELEASE-RQ (PS3.8 9.3.6)."""


@dataclass(frozen=True, slots=True)
class ReleaseReply:
    """A-RELEASE-RP (PS3.8 9.3.7)."""


@dataclass(frozen=True, slots=True)
class Abort:
    """A-ABORT (PS3.8 9.3.8): source 0 service user, 2 service provider; the reason matters for source 2 only."""

    source: int = 0
    reason: int = 0


ControlPdu = AssociateRequest | AssociateAccept | AssociateReject | ReleaseRequest | ReleaseReply | Abort

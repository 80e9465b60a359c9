"""What an A-ASSOCIATE-RQ was answered with, whatever that was (PS3.8 9.3.3, PS3.8 9.3.4, PS3.8 9.3.8). Values alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from isocenter.doctor.protocols import NOBODY, Foreign
from isocenter.model.checkup import Exchange
from isocenter.wire.pdu import Abort, AssociateAccept, AssociateReject, AssociateRequest


class Said(Enum):
    """What an A-ASSOCIATE-RQ was answered with.

    `FOREIGN`: another protocol; `BROKEN`: DICOM that breaks its own rules; `CUT`: a PDU that ends early.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ABORTED = "aborted"
    FOREIGN = "foreign"
    BROKEN = "broken"
    CUT = "cut"
    CLOSED = "closed"
    RESET = "reset"
    ALERT = "alert"
    SILENT = "silent"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `pdu` where it was one that we read, `raw` its bytes, `seconds` from our last byte to its first.

    `words` name what came, for a list of what passed. `alert` is OpenSSL's name for what ended TLS.
    `then` is how an accepted association ended before anything was asked on it, empty where it did not.
    """

    said: Said
    request: AssociateRequest
    words: str
    seconds: float
    raw: bytes = b""
    pdu: AssociateAccept | AssociateReject | Abort | None = None
    foreign: Foreign = NOBODY
    alert: str = ""
    exchanges: tuple[Exchange, ...] = ()
    then: str = ""

    @property
    def predicate(self) -> str:
        """The same as the rest of a sentence that begins with `it`."""
        return f"answers with {self.words}" if self.pdu is not None else self.words

    @property
    def accept(self) -> AssociateAccept | None:
        return self.pdu if isinstance(self.pdu, AssociateAccept) else None

    @property
    def reject(self) -> AssociateReject | None:
        return self.pdu if isinstance(self.pdu, AssociateReject) else None

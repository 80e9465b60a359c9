"""How a peer departs from what the standard asks, as data: the habits of a bad neighbour.

The default departs in nothing. Moments and operations are named by words: `connect` (the connection stands), `request` (the
A-ASSOCIATE-RQ has come), `accepted` (our A-ASSOCIATE-AC is out), `release`, and the operations `echo`, `store`, `find`, `get`,
`move`, `commitment`, `print`. Nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from isocenter.base.limits import PDU_BYTES_MAX
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN

EVERYTHING = "*"
"""In `classes` and `syntaxes`: whatever is proposed."""


class How(Enum):
    """In which way a line ends."""

    FIN = "closes"
    RST = "resets"
    ABORT = "aborts"
    RELEASE = "asks for release"


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a line. `after_bytes` of the answer are sent before, none of it where None."""

    how: How
    source: int = 0
    reason: int = 0
    after_bytes: int | None = None


class Moves(Enum):
    """What a peer does with a C-MOVE whose destination it knows."""

    SENT = "sends and then says so"
    LATE = "says that it is done without counting, and sends when the caller is gone"
    NOWHERE = "counts the images as sent, and sends nothing here"


class Commits(Enum):
    """How the result of storage commitment comes (PS3.4 J.3.3)."""

    SAME = "on the same association"
    NEW = "on an association of its own"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Habits:
    """One neighbour. Seconds are in `pauses`; `silent` are the moments at which it holds the line and says nothing more."""

    title: str = "FAULTY"
    implementation_class_uid: str = "1.2.826.0.1.3680043.8.498.1"
    implementation_version_name: str = "FAULTY_1"

    # The line
    greeting: bytes = b""
    pauses: Mapping[str, float] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    ends: Mapping[str, Ending] = field(default_factory=dict)
    answer: bytes = b""
    """What is sent for the first bytes instead of any PDU."""
    is_serial: bool = False
    """One connection is served at a time; the others stand and wait."""
    idle_seconds: float = 0.0
    """It aborts an association on which nothing happens for so long; 0: it does not."""
    lines_max: int = 0
    """So many associations at once; further ones are rejected 2/3/2. 0: any number."""

    # Titles (PS3.8 9.3.4: result, source, reason)
    rejects: tuple[int, int, int] | None = None
    called: tuple[str, ...] = ()
    """The called titles that are taken; none: any."""
    calling: tuple[str, ...] = ()
    rejects_called: tuple[int, int, int] = (1, 1, 7)
    rejects_calling: tuple[int, int, int] = (1, 1, 3)
    folds_case: bool = False
    judges_calling_first: bool = False
    rejects_context_name: tuple[int, int, int] = (1, 1, 2)
    wants_identity: tuple[int, int, int] | None = None
    wants_implementation: bool = False

    # Contexts (PS3.8 9.3.3.2)
    classes: frozenset[str] = frozenset({EVERYTHING})
    refuses: Mapping[str, int] = field(default_factory=dict)
    """Classes with the result that their contexts get, whatever `classes` says."""
    syntaxes: tuple[str, ...] = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
    image_syntaxes: tuple[str, ...] = ()
    """Those for classes of images, where they are others; none: `syntaxes`."""
    result_of_class: int = 3
    result_of_syntax: int = 4
    rejects_if_nothing: tuple[int, int, int] | None = None
    pdu_bytes_max: int = PDU_BYTES_MAX
    sends_pdu_bytes: int = 0
    """The size of its P-DATA-TF, whatever the other side announced; 0: as announced."""

    # Messages
    statuses: Mapping[str, int] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    wrong_message_ids: frozenset[str] = frozenset()
    endless: frozenset[str] = frozenset()
    """Operations that are answered again and again by a pending status, and never to their end."""
    only_titles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Operations that only these calling titles may ask for; others get an A-ABORT, as Orthanc does."""
    after_store: Ending | None = None
    forgets: bool = False
    """Says that an instance is stored, and keeps nothing."""
    coerces: Mapping[str, str] = field(default_factory=dict)
    drops: tuple[str, ...] = ()
    quota: int = 0
    """So many instances are kept; the next are refused A700. 0: any number."""

    # Searching
    is_blind: bool = False
    finds: Mapping[str, str] = field(default_factory=dict)
    """Values by keyword with which every search is answered, whatever was asked for; none: it looks into what it keeps."""
    folds_names: bool = False
    pending: int = 0xFF00
    answers_max: int = 0
    ignores_unknown_keys: bool = True
    excludes_by_star: bool = False
    """A `*` leaves out what has no value for that key, as Orthanc does."""
    date_star_fails: bool = False
    garbles: bool = False
    """Texts are answered in UTF-8 without saying so (0008,0005)."""

    # Retrieving
    destinations: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    folds_destination: bool = False
    moves: Moves = Moves.SENT
    moves_as: str = ""
    moves_to: str = ""
    """The called title that it uses at a destination; empty: the destination's."""
    unknown_destination: int = 0xA801
    unreachable_destination: int = 0xA702
    nothing_found: int = 0x0000
    only_stored_syntax: bool = False
    """Proposes only the stored transfer syntax when it sends."""
    wants_role: bool = True
    """C-GET without role selection fails A702."""
    commits: Commits = Commits.SAME
    printer: tuple[str, str] = ("NORMAL", "NORMAL")
    """The state of its printer, and what it says of it (PS3.3 C.13.9)."""
    commitment_failure: int = 0

"""The faults that a peer of the lab can show, by name: what each is, in which row of the table of faults it stands, how it is made.

Comes in: a name. Goes out: habits, or a stranger. `isocenter lab fault NAME` and the tests of the doctor take them from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from isocenter.base.errors import UsageError
from isocenter.base.limits import MIB
from isocenter.lab.faults import strangers
from isocenter.lab.faults.habits import Commits, Ending, Habits, How, Moves
from isocenter.lab.faults.strangers import Stranger
from isocenter.standard.sop_class import (
    CT_IMAGE,
    PATIENT_ROOT_GET,
    QUERY_RETRIEVE,
    STORAGE,
    STORAGE_COMMITMENT_PUSH,
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
    STUDY_ROOT_MOVE,
)
from isocenter.standard.transfer_syntax import IMPLICIT_VR_LITTLE_ENDIAN, JPEG_BASELINE


@dataclass(frozen=True, slots=True)
class Practice:
    """One fault to practise with. `fault` is its identifier in the table of faults, `sentence` says what the peer does.

    An empty `fault` is one that the peer tells in its own words.
    """

    name: str
    fault: str
    sentence: str
    habits: Habits | None = None
    stranger: Stranger | None = None
    is_tls: bool = False


def _habit(name: str, fault: str, sentence: str, **habits: object) -> Practice:
    return Practice(name, fault, sentence, Habits(**habits))  # type: ignore[arg-type]


def _stranger(name: str, fault: str, sentence: str, stranger: Stranger) -> Practice:
    return Practice(name, fault, sentence, stranger=stranger)


def _at(moment: str, how: How, source: int = 0, reason: int = 0, after_bytes: int | None = None) -> dict[str, Ending]:
    return {moment: Ending(how, source, reason, after_bytes)}


def _refused(classes: Iterable[str], result: int = 3) -> dict[str, int]:
    return dict.fromkeys(classes, result)


_NOWHERE = ("127.0.0.1", 1)
"""A place where nobody listens: the port is reserved, and never given to a program that asks for any."""

_SOMEBODY = {
    "PatientName": "SOMEBODY^ELSE",
    "PatientID": "00000001",
    "StudyInstanceUID": "2.25.1",
    "SeriesInstanceUID": "2.25.2",
    "SOPInstanceUID": "2.25.3",
    "Modality": "CT",
}

_CONQUEST: dict[str, object] = {
    "implementation_class_uid": "1.2.826.0.1.3680043.2.135.1066.101",
    "implementation_version_name": "1.5.0/WIN32",
}
_DCM4CHEE: dict[str, object] = {
    "implementation_class_uid": "1.2.40.0.13.1.3",
    "implementation_version_name": "dcm4che-5.35.0",
}

_LINE = (
    _habit("hangs-up", "T4", "accepts the connection and closes it before a word", ends=_at("connect", How.FIN)),
    _habit("resets-at-once", "T7", "accepts the connection and resets it before a word", ends=_at("connect", How.RST)),
    _habit("closes-after-request", "A18", "reads the association request and closes without a word", ends=_at("request", How.FIN)),
    _habit("resets-after-request", "A18", "reads the association request and resets the connection", ends=_at("request", How.RST)),
    _habit("silent", "A19", "accepts the connection and never says anything", silent=frozenset({"request"})),
    _habit("one-at-a-time", "T6", "serves one connection at a time; a silent one blocks all others", is_serial=True),
    _habit("one-line", "A12", "has one line, and rejects the second caller", lines_max=1),
    _habit("idle-timeout", "X3", "aborts an association after 30 seconds of silence", idle_seconds=30.0),
    _habit(
        "forgotten",
        "X4",
        "does not answer the release: as if something between had forgotten the connection",
        silent=frozenset({"release"}),
    ),
    _habit("slow-answer", "X2", "answers the association request after 5 seconds, the rest at once", pauses={"request": 5.0}),
    _habit("half-an-answer", "T8", "dies in the middle of its A-ASSOCIATE-AC", ends=_at("request", How.RST, after_bytes=40)),
    _habit("half-dead", "A17", "accepts the association and never says anything more", silent=frozenset({"accepted"})),
)

_OTHERS = (
    _stranger("web", "P1", "is a web server", strangers.web),
    _stranger("patient-web", "P1", "is a web server that waits for the end of a line", strangers.patient_web),
    _stranger("proxy", "P7", "is a web proxy that wants a password", strangers.proxy),
    _stranger("gateway", "T7", "is a load balancer without a server behind it", strangers.gateway),
    Practice("tls", "P2", "speaks TLS, and nothing to a caller in clear", Habits(), is_tls=True),
    _stranger("ssh", "P3", "is a secure shell", strangers.SSH),
    _stranger("mail", "P3", "is a mail server", strangers.MAIL),
    _stranger("ftp", "P3", "is a file server (FTP)", strangers.FTP),
    _stranger("telnet", "P3", "is a terminal server (Telnet)", strangers.TELNET),
    _stranger("database", "P5", "is a database (MySQL)", strangers.DATABASE),
    _stranger("screen", "P5", "is a remote screen (VNC)", strangers.SCREEN),
    _stranger("hl7", "P4", "is an HL7 listener that waits for a message", strangers.hl7),
    _stranger("eager-hl7", "P4", "is an HL7 listener that refuses in HL7", strangers.eager_hl7),
    _stranger("remote-desktop", "P5", "is a remote desktop", strangers.remote_desktop),
    _stranger("file-share", "P5", "is a Windows file share", strangers.file_share),
)

_TITLES = (
    _habit("wrong-called-title", "A1", "answers to the title ARCHIVE only", called=("ARCHIVE",)),
    _habit("unknown-caller", "A2", "knows only the caller MODALITY", calling=("MODALITY",)),
    _habit("both-titles", "A4", "answers to ARCHIVE only, and only to MODALITY", called=("ARCHIVE",), calling=("MODALITY",)),
    _habit("known-elsewhere", "A2", "knows only the caller MODALITY, and says that the called title is wrong",
           calling=("MODALITY",), rejects_calling=(1, 1, 7), rejects_context_name=(2, 1, 2)),
    _habit("case-of-title", "A5", "answers to the title faulty in small letters only", called=("faulty",)),
    _habit("caller-in-capitals", "A5", "knows us in small letters only", calling=("isocenter",)),
    _habit("look-alike", "A6", "answers to FAU1TY only, with the digit 1 in it", called=("FAU1TY",)),
    _habit("application-context", "A9", "refuses the application context name", rejects=(1, 1, 2)),
    _habit("application-context-acse", "A9", "refuses the application context name, as provider", rejects=(2, 1, 2)),
    _habit("protocol-version", "A10", "refuses the version of the protocol", rejects=(1, 2, 2)),
    _habit("identity", "A11", "wants a user name", wants_identity=(1, 2, 1)),
    _habit("identity-for-now", "A11", "wants a user name, and calls that transient", wants_identity=(2, 2, 1)),
    _habit("full", "A12", "has all its lines taken", rejects=(2, 3, 2)),
    _habit("congested", "A13", "is too busy now", rejects=(2, 3, 1)),
    _habit("cannot-fork", "A13", "is out of processes", rejects=(1, 3, 1)),
    _habit("no-reason", "A14", "rejects without a reason", rejects=(1, 1, 1)),
    _habit("nothing-in-common", "A14", "rejects without a reason where it accepts nothing that is proposed",
           classes=frozenset(), rejects_if_nothing=(1, 1, 1)),
    _habit("licence", "A15", "has a licence for MODALITY only, and says no reason",
           calling=("MODALITY",), rejects_calling=(1, 1, 1)),
    _habit("reserved-reason", "A14", "rejects with a reason that the standard does not know", rejects=(1, 1, 5)),
    _habit("aborts-request", "A22", "answers the request with an A-ABORT of its user", ends=_at("request", How.ABORT)),
    _habit("unrecognised-pdu", "A22", "aborts: unrecognised PDU", ends=_at("request", How.ABORT, 2, 1)),
    _habit("unexpected-pdu", "A22", "aborts: unexpected PDU", ends=_at("request", How.ABORT, 2, 2)),
    _habit("invalid-parameter", "A22", "aborts: invalid PDU parameter value", ends=_at("request", How.ABORT, 2, 6)),
    _habit("aborts-after-accept", "A17", "accepts and aborts before a request", ends=_at("accepted", How.ABORT)),
    _habit("closes-after-accept", "A17", "accepts and closes before a request", ends=_at("accepted", How.FIN)),
)  # fmt: skip

_CONTEXTS = (
    _habit("nothing-accepted", "C1", "accepts the association and no presentation context", classes=frozenset()),
    _habit("no-ct", "C2", "does not take CT images", refuses={CT_IMAGE: 3}),
    _habit("no-images", "C2", "takes no images at all", refuses=_refused(STORAGE)),
    _habit("other-syntax", "C3", "takes images in JPEG Baseline only", image_syntaxes=(JPEG_BASELINE,)),
    _habit("other-syntax-as-class", "C3", "takes images in JPEG Baseline only, and says that the class is the trouble",
           image_syntaxes=(JPEG_BASELINE,), result_of_syntax=3),
    _habit("policy", "C4", "may take no images: user rejection", refuses=_refused(STORAGE, 1)),
    _habit("implicit-only", "C5", "takes Implicit VR Little Endian only", syntaxes=(IMPLICIT_VR_LITTLE_ENDIAN,)),
    _habit("no-query", "Q1", "offers no query and no retrieval", refuses=_refused(QUERY_RETRIEVE)),
    _habit("patient-root-only", "Q1", "offers the Patient Root only",
           refuses=_refused((STUDY_ROOT_FIND, STUDY_ROOT_MOVE, STUDY_ROOT_GET))),
    _habit("no-get", "G3", "offers no C-GET", refuses=_refused((PATIENT_ROOT_GET, STUDY_ROOT_GET))),
    _habit("no-commitment", "K1", "offers no storage commitment", refuses={STORAGE_COMMITMENT_PUSH: 3}),
    _habit("tiny-pdu", "C10", "receives at most 10 bytes a PDU", pdu_bytes_max=10),
    _habit("too-long-pdu", "C9", "sends PDUs of 1 MiB whatever was agreed", sends_pdu_bytes=MIB),
)  # fmt: skip

_ECHO = (
    _habit("echo-silent", "E3", "never answers C-ECHO", silent=frozenset({"echo"})),
    _habit("echo-slow", "E2", "answers each C-ECHO after a second", pauses={"echo": 1.0}),
    _habit("echo-44-ms", "X1", "answers each C-ECHO after 44 ms", pauses={"echo": 0.044}),
    _habit("echo-aborted", "A17", "aborts at the C-ECHO", ends=_at("echo", How.ABORT)),
    _habit("echo-fails", "E3", "answers C-ECHO with a failure", statuses={"echo": 0x0110}),
    _habit("echo-wrong-id", "E3", "answers C-ECHO with another Message ID", wrong_message_ids=frozenset({"echo"})),
)

_FIND = (
    _habit("find-aborted", "A16", "accepts everybody, and aborts at the C-FIND, as Orthanc does",
           only_titles={"find": (), "move": (), "get": ()}),
    _habit("find-slow", "Q17", "thinks 3 s before it answers C-FIND", pauses={"find": 3.0}),
    _habit("find-silent", "X5", "never answers C-FIND", silent=frozenset({"find"})),
    _habit("find-fails", "Q14", "finds more than it is set to answer, in dcm4chee's words", statuses={"find": 0xC000},
           comments={"find": "Request entity too large"}, **_DCM4CHEE),
    _habit("find-identifier", "Q2", "says that no identifier fits its model", statuses={"find": 0xA900}),
    _habit("find-resources", "H1", "is out of resources at each query", statuses={"find": 0xA700}),
    _habit("finds-nothing", "ST12", "stores everything and finds nothing", is_blind=True),
    _habit("ignores-keys", "Q15", "ignores optional keys, and says so (FF01)", pending=0xFF01),
    _habit("answers-everything", "Q15", "matches no key, not even UIDs: it answers each search with somebody else's image",
           finds=_SOMEBODY),
    _habit("find-strays", "C12", "answers C-FIND without end, and always another message",
           endless=frozenset({"find"}), wrong_message_ids=frozenset({"find"})),
    _habit("garbled", "Q18", "answers in a character set that it does not declare", garbles=True,
           coerces={"PatientName": "M\u00fcller^J\u00f6rg"}),
)  # fmt: skip


def _store(name: str, fault: str, sentence: str, status: int, comment: str = "") -> Practice:
    return _habit(name, fault, sentence, statuses={"store": status}, comments={"store": comment})


_STORE = (
    _habit("store-pending", "ST10", "says again and again that a C-STORE is under way", endless=frozenset({"store"})),
    _store("store-no-room", "ST1", "has no room for an image", 0xA700, "disk full"),
    _store("store-mismatch", "ST2", "says that the image is not what the command says", 0xA900),
    _store("store-not-understood", "ST3", "cannot understand an image", 0xC000),
    _store("store-fails", "ST4", "fails while storing", 0x0110),
    _store("store-duplicate", "ST5", "says that it has the image already", 0x0111),
    _store("store-invalid-uid", "ST6", "says that the UID of the image is invalid", 0x0117),
    _store("store-class", "ST6", "says that it does not do that class", 0x0122),
    _store("store-not-allowed", "ST7", "says that we may not store", 0x0124, "Storage denied."),
    _habit("store-other-patient", "ST8", "says in dcm4chee's words that the Patient ID is another than before",
           statuses={"store": 0xA778}, **_DCM4CHEE),
    _habit("store-coerces", "ST9", "stores with another patient name, and says so (B000)",
           statuses={"store": 0xB000}, coerces={"PatientName": "CHANGED^BY PEER"}),
    _habit("store-drops", "ST9", "stores without some elements, and says so (B006)",
           statuses={"store": 0xB006}, drops=("StudyDescription", "SeriesDescription")),
    _habit("store-silent", "ST10", "never answers C-STORE", silent=frozenset({"store"})),
    _habit("store-closes", "ST11", "closes the connection after each image", after_store=Ending(How.FIN)),
    _habit("store-aborts", "ST11", "aborts the association after each image", after_store=Ending(How.ABORT)),
    _habit("store-forgets", "ST12", "says that an image is stored, and keeps nothing", forgets=True),
    _habit("store-resets", "T8", "resets the connection in the middle of its answer", ends=_at("store", How.RST, after_bytes=6)),
    _habit("store-aborted", "A17", "aborts instead of answering C-STORE", ends=_at("store", How.ABORT)),
    _habit("store-wrong-id", "ST10", "answers C-STORE with another Message ID", wrong_message_ids=frozenset({"store"})),
    _habit("store-changes", "ST12", "stores with another study description, and says nothing of it",
           coerces={"StudyDescription": "CHANGED BY PEER"}),
)  # fmt: skip


def _move(name: str, fault: str, sentence: str, status: int, comment: str = "") -> Practice:
    return _habit(name, fault, sentence, statuses={"move": status}, comments={"move": comment})


_MOVE = (
    _habit("move-unknown", "M1", "knows no destination"),
    _habit("move-unknown-conquest", "M1", "knows no destination, in Conquest's word (C003)", unknown_destination=0xC003,
           **_CONQUEST),
    _habit("move-unreachable", "M2", "knows us at a port where nobody listens", destinations={"ISOCENTER": _NOWHERE}),
    _habit("move-unreachable-conquest", "M2", "knows us at a port where nobody listens, in Conquest's word (C005)",
           destinations={"ISOCENTER": _NOWHERE}, unreachable_destination=0xC005,
           **_CONQUEST),
    _habit("move-elsewhere", "M3", "counts images as sent that never arrive here", moves=Moves.NOWHERE,
           destinations={"ISOCENTER": _NOWHERE}),
    _move("move-not-allowed", "M8", "does not let us move", 0xC801, "Move Destination not allowed"),
    _habit("move-aborted", "M8", "aborts at the C-MOVE", only_titles={"move": ()}),
    _move("move-fails", "M10", "cannot process a C-MOVE", 0xC000),
    _habit("move-not-found-conquest", "M9", "says in Conquest's word (C004) that nothing matches", statuses={"move": 0xC004},
           **_CONQUEST),
    _habit("move-stopped-conquest", "M13", "stops as Conquest does (FE00) where the first image is not taken",
           statuses={"move": 0xFE00}, **_CONQUEST),
    _move("move-partial", "M13", "says that some of the images could not be sent", 0xB000),
    _move("move-identifier", "M10", "says that the identifier of the C-MOVE is wrong", 0xA900),
    _habit("move-silent", "X5", "never answers C-MOVE", silent=frozenset({"move"})),
    _habit("get-without-role", "C7", "sends nothing back on C-GET", statuses={"get": 0xA702}),
    _habit("get-aborted", "A16", "aborts at the C-GET", only_titles={"get": ()}),
)  # fmt: skip

_AFTER = (
    _habit("commitment-never", "K2", "accepts storage commitment and never reports", commits=Commits.NEVER),
    _habit("commitment-caller", "K2", "does not know whom to report storage commitment to",
           statuses={"commitment": 0x0110}, comments={"commitment": "Unknown Calling AET"}),
    _habit("commitment-missing", "K5", "reports that it has none of the images", commitment_failure=0x0112),
    _habit("commitment-silent", "K2", "never answers the request for storage commitment", silent=frozenset({"commitment"})),
    _habit("printer-empty", "", "is a printer without film", printer=("WARNING", "SUPPLY EMPTY")),
    _habit("printer-broken", "", "is a printer that cannot print", printer=("FAILURE", "FILM JAM")),
    _habit("printer-fails", "E3", "fails when asked for the state of its printer", statuses={"print": 0x0110}),
)  # fmt: skip

PRACTICES: dict[str, Practice] = {
    one.name: one
    for one in (*_LINE, *_OTHERS, *_TITLES, *_CONTEXTS, *_ECHO, *_FIND, *_STORE, *_MOVE, *_AFTER)
}  # fmt: skip
"""All of them by name, in the order of the ladder."""


def practice(name: str) -> Practice:
    """One by its name. Raises `UsageError` for a name that there is not, with those that come near."""
    found = PRACTICES.get(name)
    if found is None:
        import difflib

        near = difflib.get_close_matches(name, PRACTICES, 3)
        raise UsageError(f"no fault is called {name!r}" + (f"; there is {' and '.join(near)}" if near else ""))
    return found

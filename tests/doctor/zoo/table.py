"""The table of faults and verdicts: which fault is made, how, and what the doctor has to say of it.

Each row is a test (`test_zoo.py`) and a line of `docs/faults.md` (`tools/generate_zoo.py`). `fault` is its identifier in
`doctor/tables/faults.toml`. Plain data: how a row is made is told by `made_by`, which `worlds` turns into peers, files and rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from isocenter.model.checkup import Layer, Role, Side

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
PRIVATE_CLASS = "1.2.826.0.1.3680043.8.498.99.1"


@dataclass(frozen=True)
class Row:
    """One fault, made. `first` is the fault that the verdict names first, where that is another one: `fault` is among its causes.

    An empty `fault` is one that the other side tells in its own words: then the verdict names none.
    `sign` is what the layer has to see, a row of `doctor/tables/signs_*.toml`.

    `together` are those that cannot be told apart from outside: the verdict says so, and names them all. `is_remark`: the climb
    goes on, and the layer is told as a warning. `heard` are titles that the other side used when it called us,
    `without` layers below that are left out because they would fail first.
    """

    name: str
    fault: str
    made: str
    made_by: str
    layer: Layer
    side: Side
    first: str = ""
    sign: str = ""
    together: tuple[str, ...] = ()
    is_remark: bool = False
    role: Role = Role.ARCHIVE
    consent: tuple[str, ...] = ()
    title: str = ""
    our_title: str = "ISOCENTER"
    host: str = ""
    storage_class: str = CT_IMAGE
    known_as: str = ""
    heard: tuple[str, ...] = ()
    product: str = ""
    without: tuple[Layer, ...] = ()

    @property
    def named(self) -> str:
        """The fault that the verdict names first."""
        return self.first or self.fault


OURS, THEIRS, BETWEEN, UNDECIDED = Side.OURS, Side.THEIRS, Side.BETWEEN, Side.UNDECIDED


def _lab(fault: str, practice: str, layer: Layer, side: Side, made: str = "", **more: object) -> Row:
    """A row whose peer is one of the lab's, by its name; its sentence is the catalogue's where none is given."""
    name = str(more.pop("name", practice))
    return Row(name, fault, made, f"lab:{practice}", layer, side, **more)  # type: ignore[arg-type]


NAMES = (
    Row("unknown-name", "N1", "a host name that no name server knows", "lab:good", Layer.NAME, OURS,
        host="no-such-device.invalid", sign="name-unknown"),
    Row("silent-name-server", "N2", "the name server of this computer is nobody", "net:dns-silent", Layer.NAME, OURS,
        sign="name-server-silent"),
    Row("old-address", "N3", "the name stands for an address where nobody is any more", "net:old-address", Layer.TCP, UNDECIDED,
        first="R2", sign="tcp-absent"),
    Row("ipv6-first", "N4", "the name has an IPv6 address too, where nobody listens", "net:ipv6-first", Layer.TCP, OURS,
        is_remark=True, sign="tcp-other-address"),
    Row("octal-address", "N5", "the address is written with leading zeros", "lab:good", Layer.NAME, OURS, host="127.000.000.010",
        sign="name-odd"),
    Row("short-address", "N5", "the address has three numbers", "lab:good", Layer.NAME, OURS, host="127.0.1", sign="name-odd"),
    Row("url-as-host", "N6", "the host field holds a URL", "lab:good", Layer.NAME, OURS, host="http://127.0.0.1/",
        sign="name-malformed"),
    Row("port-in-host", "N6", "the host field holds the port too", "lab:good", Layer.NAME, OURS, host="127.0.0.1:104",
        sign="name-malformed"),
    Row("blank-in-host", "N6", "the host field has a blank in it", "lab:good", Layer.NAME, OURS, host="pacs server",
        sign="name-malformed"),
    Row("long-name", "N7", "the host name has more characters than a name may have", "lab:good", Layer.NAME, OURS,
        host='a' * 64 + '.example', sign="name-too-long"),
)  # fmt: skip

ROUTES = (
    Row("no-route", "R1", "this computer has no default gateway", "net:no-route", Layer.ROUTE, OURS, sign="route-none"),
    Row("nobody-here", "R2", "an address of our own network that nobody has", "net:nobody-here", Layer.TCP, UNDECIDED,
        sign="tcp-absent"),
    Row("nobody-here-busy", "R2", "an address that nobody has, while another connection waits for the same",
        "net:nobody-here-busy", Layer.TCP, UNDECIDED, sign="tcp-absent"),
    Row("nobody-there", "R2", "an address of a remote network that nobody has", "net:nobody-there", Layer.TCP, UNDECIDED,
        sign="tcp-absent"),
    Row("firewall-says-no", "R3", "a firewall on the way rejects with ICMP", "net:reject", Layer.TCP, BETWEEN,
        sign="tcp-prohibited"),
    Row("router-prohibits", "R3", "a router on the way prohibits the route", "net:prohibit", Layer.TCP, BETWEEN,
        sign="tcp-prohibited"),
    Row("firewall-resets", "R3", "a firewall on the way rejects with a TCP reset", "net:reset", Layer.TCP, THEIRS,
        together=("T1", "R3"), first="T1", sign="tcp-refused"),
    Row("own-firewall", "R4", "a rule of this computer forbids the way", "net:own-prohibit", Layer.ROUTE, OURS,
        sign="route-forbidden"),
    Row("firewall-drops", "R5", "a firewall on the way drops silently", "net:drop", Layer.TCP, UNDECIDED,
        together=("R5", "R2", "T9"), sign="tcp-silent"),
    Row("route-blackhole", "R5", "a router on the way throws packets away", "net:blackhole", Layer.TCP, UNDECIDED,
        together=("R5", "R2", "T9"), sign="tcp-silent"),
    Row("port-dropped", "R5", "the firewall of the other computer drops one port; another answers", "net:drop-port", Layer.TCP,
        BETWEEN, consent=("neighbours",), together=("R5", "T9"), sign="tcp-silent-alive"),
    Row("small-mtu", "R7", "large packets vanish on the way, and nobody says so", "net:mtu", Layer.CONTEXTS, BETWEEN,
        sign="request-lost"),
    Row("lossy-line", "R9", "one packet in seven is lost on the way", "net:loss", Layer.ECHO, BETWEEN, is_remark=True,
        sign="echo-uneven"),
)  # fmt: skip

CONNECTIONS = (
    Row("port-closed", "T1", "nothing listens on the port", "lab:nobody", Layer.TCP, THEIRS, together=("T1", "R3"),
        sign="tcp-refused"),
    Row("other-port", "T1", "nothing listens on the port, and DICOM answers on another of the same computer", "net:other-port",
        Layer.TCP, OURS, consent=("neighbours",), sign="tcp-refused-elsewhere"),
    Row("loopback-only", "T2", "the service listens on its own 127.0.0.1 only", "net:loopback-only", Layer.TCP, THEIRS,
        together=("T1", "T2"), first="T1", sign="tcp-refused"),
    Row("own-port-taken", "T3", "another program has our own port when the return path is tried", "return:taken", Layer.MOVE,
        OURS, sign="move-return-closed"),
    _lab("T4", "hangs-up", Layer.FIRST_BYTES, THEIRS, together=("T4", "T7"), sign="closed-at-once"),
    _lab("T7", "resets-at-once", Layer.FIRST_BYTES, THEIRS, together=("T4", "T7"), first="T4", sign="closed-at-once"),
    Row("other-box", "T5", "the port forward leads to a web server", "net:nat-elsewhere", Layer.FIRST_BYTES, OURS, first="P1",
        sign="speaks-http"),
    _lab("T6", "one-at-a-time", Layer.TITLES, THEIRS, "serves one connection at a time, and somebody silent holds it",
         together=("A19", "T6", "X2"), first="A19", sign="silent-after-request"),
    _lab("T8", "half-an-answer", Layer.TITLES, THEIRS, sign="answer-cut"),
    Row("backlog-full", "T9", "the service hangs, and its queue of connections is full", "here:backlog", Layer.TCP, UNDECIDED,
        together=("R5", "R2", "T9"), first="R5", sign="tcp-silent"),
)  # fmt: skip

OTHER_PROTOCOLS = (
    _lab("P1", "web", Layer.FIRST_BYTES, OURS, sign="speaks-http"),
    _lab("P1", "patient-web", Layer.FIRST_BYTES, OURS, sign="speaks-http"),
    _lab("T7", "gateway", Layer.FIRST_BYTES, THEIRS, sign="speaks-gateway"),
    _lab("P2", "tls", Layer.FIRST_BYTES, OURS, sign="speaks-tls"),
    Row("plain-to-tls", "S1", "we call in clear, and the server wants TLS", "tls:in-clear", Layer.FIRST_BYTES, OURS, first="P2",
        sign="speaks-tls"),
    _lab("P3", "ssh", Layer.FIRST_BYTES, OURS, sign="speaks-first"),
    _lab("P3", "mail", Layer.FIRST_BYTES, OURS, sign="speaks-first"),
    _lab("P3", "ftp", Layer.FIRST_BYTES, OURS, sign="speaks-first"),
    _lab("P3", "telnet", Layer.FIRST_BYTES, OURS, sign="speaks-first"),
    _lab("P4", "hl7", Layer.TITLES, THEIRS, together=("A19", "P4"), name="hl7-silent", first="A19", sign="silent-after-request"),
    _lab("P4", "eager-hl7", Layer.FIRST_BYTES, OURS, sign="speaks-hl7"),
    _lab("P5", "database", Layer.FIRST_BYTES, OURS, sign="speaks-other"),
    _lab("P5", "screen", Layer.FIRST_BYTES, OURS, sign="speaks-other"),
    _lab("P5", "remote-desktop", Layer.FIRST_BYTES, OURS, sign="speaks-other"),
    _lab("P5", "file-share", Layer.FIRST_BYTES, OURS, sign="speaks-other"),
    _lab("P7", "proxy", Layer.FIRST_BYTES, BETWEEN, sign="speaks-proxy"),
)  # fmt: skip

TLS = (
    Row("tls-to-plain", "S2", "TLS is switched on here, and the other side speaks plain", "tls:plain", Layer.TLS, OURS,
        sign="tls-not-spoken"),
    Row("old-tls", "S3", "the server speaks TLS 1.1 at most", "tls:old", Layer.TLS, THEIRS, sign="tls-version"),
    Row("no-cipher", "S4", "the server has none of our cipher suites, under TLS 1.2", "tls:cipher", Layer.TLS, THEIRS,
        sign="tls-cipher"),
    Row("expired", "S5", "the server's certificate expired yesterday", "tls:expired", Layer.TLS, THEIRS, sign="tls-expired"),
    Row("not-yet-valid", "S6", "the server's certificate is valid from tomorrow", "tls:not-yet", Layer.TLS, UNDECIDED,
        sign="tls-not-yet"),
    Row("unknown-issuer", "S7", "the server's certificate is of an authority that we do not know", "tls:issuer", Layer.TLS, OURS,
        sign="tls-unknown-issuer"),
    Row("middle-box", "S12", "a device on the way shows a certificate of its own authority", "tls:issuer", Layer.TLS, OURS,
        together=("S7", "S12"), first="S7", sign="tls-unknown-issuer"),
    Row("self-signed", "S7", "the server vouches for itself", "tls:self-signed", Layer.TLS, OURS, sign="tls-self-signed"),
    Row("other-name", "S8", "the server's certificate is for another name", "tls:name", Layer.TLS, THEIRS, sign="tls-name"),
    Row("client-certificate-1.2", "S9", "the server wants a certificate of ours, under TLS 1.2", "tls:wants-12", Layer.TLS, OURS,
        sign="tls-client-wanted"),
    Row("client-certificate-1.3", "S9", "the server wants a certificate of ours, under TLS 1.3: the handshake reports success",
        "tls:wants-13", Layer.TLS, OURS, sign="tls-client-wanted"),
    Row("client-untrusted", "S10", "the server does not know the authority of our certificate", "tls:untrusted", Layer.TLS,
        THEIRS, sign="tls-client-refused"),
    Row("client-expired", "S10", "our own certificate has expired", "tls:client-expired", Layer.TLS, OURS,
        sign="tls-client-expired"),
    Row("client-certificate-silent", "S9", "the server wants a certificate of ours under TLS 1.3, and closes without an alert",
        "tls:wants-silent", Layer.TLS, OURS, sign="tls-client-wanted"),
    Row("key-does-not-fit", "S11", "our own key is not that of our certificate", "tls:own-key", Layer.TLS, OURS,
        sign="tls-own-files"),
)  # fmt: skip

TITLES = (
    _lab("A1", "wrong-called-title", Layer.TITLES, OURS, sign="reject-called"),
    _lab("A1", "wrong-called-title", Layer.TITLES, OURS, "answers to ARCHIVE only, and called us under that title before",
         name="called-title-heard", heard=("ARCHIVE",), sign="titles-called-heard"),
    _lab("A2", "unknown-caller", Layer.TITLES, THEIRS, sign="reject-calling"),
    _lab("A2", "unknown-caller", Layer.TITLES, THEIRS, "knows only the caller MODALITY; other spellings may be tried",
         name="unknown-caller-tried", consent=("titles",), sign="reject-calling"),
    _lab("A2", "known-elsewhere", Layer.TITLES, UNDECIDED, consent=("titles",), together=("A1", "A2", "A3"), first="A1",
         sign="reject-called-any"),
    _lab("A4", "both-titles", Layer.TITLES, OURS, consent=("titles",), together=("A1", "A2", "A4"), first="A1",
         sign="reject-called-sure"),
    _lab("A4", "both-titles", Layer.TITLES, UNDECIDED,
         "answers to ARCHIVE only, which it said when it called us, and only to MODALITY", name="both-titles-heard",
         consent=("titles",), heard=("ARCHIVE",), known_as="ARCHIVE", sign="titles-called-caller-unknown"),
    _lab("A5", "case-of-title", Layer.TITLES, OURS, consent=("titles",), known_as="faulty", first="A1",
         sign="titles-called-known"),
    _lab("A5", "caller-in-capitals", Layer.TITLES, THEIRS, consent=("titles",), known_as="isocenter", first="A2",
         sign="titles-calling-known"),
    _lab("A6", "look-alike", Layer.TITLES, OURS, heard=("FAU1TY",), known_as="FAU1TY", first="A1", sign="titles-called-heard"),
    _lab("A8", "good", Layer.TITLES, OURS, "our own title has 17 characters", name="title-too-long",
         our_title="ISOCENTER_OF_WARD", sign="title-unsendable"),
    _lab("A9", "application-context", Layer.TITLES, THEIRS, sign="reject-application-context"),
    _lab("A9", "application-context-acse", Layer.TITLES, THEIRS, sign="reject-application-context"),
    _lab("A10", "protocol-version", Layer.TITLES, THEIRS, sign="reject-version"),
    _lab("A11", "identity", Layer.TITLES, THEIRS, sign="reject-identity"),
    _lab("A11", "identity-for-now", Layer.TITLES, THEIRS, sign="reject-identity"),
    _lab("A12", "full", Layer.TITLES, THEIRS, sign="reject-limit"),
    _lab("A13", "congested", Layer.TITLES, THEIRS, sign="reject-congestion"),
    _lab("A13", "cannot-fork", Layer.TITLES, THEIRS, sign="reject-congestion"),
    _lab("A14", "no-reason", Layer.TITLES, THEIRS, together=("A14", "A2", "A3", "A15"), sign="reject-no-reason"),
    _lab("A15", "licence", Layer.TITLES, THEIRS, together=("A14", "A15"), first="A14", sign="reject-no-reason"),
    _lab("A14", "nothing-in-common", Layer.TITLES, THEIRS, together=("A14", "A15"), sign="reject-no-reason"),
    _lab("A14", "reserved-reason", Layer.TITLES, THEIRS, sign="reject-other"),
    _lab("A17", "aborts-request", Layer.TITLES, THEIRS, sign="abort-user"),
    _lab("A17", "aborts-after-accept", Layer.CONTEXTS, THEIRS, sign="ends-after-accept"),
    _lab("A17", "closes-after-accept", Layer.CONTEXTS, THEIRS, sign="ends-after-accept"),
    _lab("A17", "half-dead", Layer.ECHO, THEIRS, first="E3", sign="echo-silent"),
    _lab("A18", "closes-after-request", Layer.TITLES, THEIRS, together=("A18", "A3", "A17"), sign="closed-after-request"),
    _lab("A18", "resets-after-request", Layer.TITLES, THEIRS, together=("A18", "A3", "A17"), sign="closed-after-request"),
    _lab("A19", "silent", Layer.TITLES, THEIRS, together=("A19", "T6", "X2"), sign="silent-after-request"),
    _lab("A22", "unrecognised-pdu", Layer.TITLES, THEIRS, sign="abort-unrecognised"),
    _lab("A22", "unexpected-pdu", Layer.TITLES, THEIRS, sign="abort-unexpected"),
    _lab("A22", "invalid-parameter", Layer.TITLES, THEIRS, sign="abort-parameter"),
    _lab("X2", "slow-answer", Layer.TITLES, THEIRS, is_remark=True, sign="association-slow"),
)  # fmt: skip

CONTEXTS = (
    _lab("C1", "nothing-accepted", Layer.CONTEXTS, THEIRS, sign="contexts-none"),
    _lab("C2", "no-ct", Layer.CONTEXTS, THEIRS, sign="class-refused"),
    _lab("C2", "no-images", Layer.CONTEXTS, THEIRS, sign="storage-refused"),
    _lab("C11", "good", Layer.CONTEXTS, THEIRS, "does not know the private class that the device sends", name="private-class",
         storage_class=PRIVATE_CLASS, sign="class-refused-private"),
    _lab("C3", "other-syntax", Layer.CONTEXTS, UNDECIDED, is_remark=True, sign="syntax-refused"),
    _lab("C3", "other-syntax-as-class", Layer.CONTEXTS, UNDECIDED, is_remark=True, sign="syntax-refused"),
    _lab("C4", "policy", Layer.CONTEXTS, THEIRS, sign="storage-forbidden"),
    _lab("C5", "implicit-only", Layer.CONTEXTS, UNDECIDED, is_remark=True, sign="implicit-only"),
    _lab("Q1", "no-query", Layer.CONTEXTS, THEIRS, sign="query-refused"),
    _lab("C10", "tiny-pdu", Layer.TITLES, THEIRS, sign="pdu-absurd"),
)  # fmt: skip

ECHO = (
    _lab("E3", "echo-silent", Layer.ECHO, THEIRS, sign="echo-silent"),
    _lab("E2", "echo-slow", Layer.ECHO, UNDECIDED, is_remark=True, sign="echo-slow"),
    _lab("X1", "echo-44-ms", Layer.ECHO, THEIRS, is_remark=True, sign="echo-steps"),
    _lab("A12", "one-line", Layer.ECHO, THEIRS, is_remark=True, consent=("many",), first="T6", sign="one-at-a-time"),
    _lab("T6", "one-at-a-time", Layer.ECHO, THEIRS, "serves one connection at a time, and more may be tried", name="one-of-many",
         is_remark=True, consent=("many",), sign="one-at-a-time"),
    Row("firewall-forgets", "X4", "a firewall on the way forgets a connection after a second of silence", "net:forgets",
        Layer.ECHO, BETWEEN, is_remark=True, consent=("idle",), sign="silence-forgotten"),
    _lab("X3", "idle-timeout", Layer.ECHO, THEIRS, is_remark=True, consent=("idle",), sign="silence-ended"),
    _lab("E3", "echo-fails", Layer.ECHO, THEIRS, sign="echo-failed"),
    _lab("E3", "echo-wrong-id", Layer.ECHO, THEIRS, first="A22", sign="echo-wrong-id"),
    _lab("A17", "echo-aborted", Layer.ECHO, THEIRS, sign="echo-aborted"),
)  # fmt: skip

SEARCHES = (
    _lab("A16", "find-aborted", Layer.FIND, THEIRS, sign="find-aborted"),
    _lab("Q17", "find-slow", Layer.FIND, THEIRS, is_remark=True, sign="find-late"),
    _lab("X5", "find-silent", Layer.FIND, THEIRS, first="Q17", sign="find-silent"),
    _lab("Q14", "find-fails", Layer.FIND, THEIRS, product="dcm4chee", sign="find-Cxxx"),
    _lab("Q2", "find-identifier", Layer.FIND, UNDECIDED, first="Q4", sign="find-A900"),
    _lab("H1", "find-resources", Layer.FIND, THEIRS, first="A13", sign="find-A700"),
    _lab("ST12", "finds-nothing", Layer.FIND_AGAIN, THEIRS, sign="found-nothing"),
    _lab("Q15", "ignores-keys", Layer.FIND, OURS, is_remark=True, sign="find-keys-ignored"),
    _lab("Q15", "answers-everything", Layer.FIND_AGAIN, THEIRS, sign="found-others"),
    _lab("C12", "find-strays", Layer.FIND, THEIRS, sign="find-wrong-id"),
)  # fmt: skip

STORES = (
    _lab("ST1", "store-no-room", Layer.STORE, THEIRS, sign="store-A7xx"),
    Row("inspection", "X7", "a device on the way cuts the connection after 100 kB", "net:inspection", Layer.STORE, UNDECIDED,
        together=("ST10", "T8", "X7"), first="ST10", sign="store-closed"),
    _lab("ST2", "store-mismatch", Layer.STORE, UNDECIDED, sign="store-A9xx"),
    _lab("ST3", "store-not-understood", Layer.STORE, THEIRS, sign="store-Cxxx"),
    _lab("ST4", "store-fails", Layer.STORE, UNDECIDED, sign="store-0110"),
    _lab("ST6", "store-invalid-uid", Layer.STORE, THEIRS, sign="store-0117"),
    _lab("ST6", "store-class", Layer.STORE, THEIRS, sign="store-0122"),
    _lab("ST7", "store-not-allowed", Layer.STORE, THEIRS, sign="store-0124"),
    _lab("ST8", "store-other-patient", Layer.STORE, THEIRS, product="dcm4chee", sign="store-A7xx"),
    _lab("ST9", "store-coerces", Layer.STORE, OURS, is_remark=True, sign="store-warning"),
    _lab("ST9", "store-drops", Layer.STORE, OURS, is_remark=True, sign="store-warning"),
    _lab("ST10", "store-silent", Layer.STORE, THEIRS, sign="store-silent"),
    _lab("ST10", "store-pending", Layer.STORE, THEIRS, sign="store-silent"),
    _lab("ST11", "store-closes", Layer.STORE, THEIRS, is_remark=True, sign="store-one-image"),
    _lab("ST12", "store-forgets", Layer.FIND_AGAIN, THEIRS, sign="found-nothing"),
    _lab("T8", "store-resets", Layer.STORE, UNDECIDED, together=("ST10", "T8"), first="ST10", sign="store-closed"),
    _lab("A16", "store-aborted", Layer.STORE, THEIRS, sign="store-aborted"),
    _lab("ST10", "store-wrong-id", Layer.STORE, THEIRS, first="A22", sign="store-wrong-id"),
    _lab("ST5", "store-duplicate", Layer.STORE, THEIRS, sign="store-0111"),
)  # fmt: skip

RETRIEVALS = (
    _lab("M1", "move-unknown", Layer.MOVE, THEIRS, sign="move-A801"),
    _lab("M1", "move-unknown-conquest", Layer.MOVE, THEIRS, product="Conquest", sign="move-C003"),
    _lab("M2", "move-unreachable", Layer.MOVE, UNDECIDED, together=("M2", "M3"), sign="move-A702"),
    _lab("M2", "move-unreachable-conquest", Layer.MOVE, UNDECIDED, product="Conquest", together=("M2", "M3"), sign="move-C005"),
    _lab("M3", "move-elsewhere", Layer.MOVE, THEIRS, sign="move-elsewhere"),
    Row("move-other-title", "M15", "the archive calls us by another title than it was told", "return:other-title", Layer.MOVE,
        THEIRS, is_remark=True, sign="return-other-title"),
    Row("move-rejected", "M5", "our own side rejects the title that the archive calls", "return:rejects", Layer.MOVE, OURS,
        sign="return-rejected"),
    Row("move-no-contexts", "M6", "our own side accepts none of the classes", "return:no-contexts", Layer.MOVE, OURS,
        sign="return-refused-contexts"),
    Row("move-not-taken", "M7", "our own side answers the image with a failure", "return:store-fails", Layer.MOVE, OURS,
        sign="return-failed"),
    Row("too-long-pdu", "C9", "the archive sends PDUs longer than was agreed", "return:too-long-pdu", Layer.MOVE, THEIRS,
        sign="return-pdu-too-long"),
    Row("move-late", "M12", "the archive says that it is done, and sends after the association", "return:late", Layer.MOVE,
        UNDECIDED, together=("M12", "M3", "M9"), sign="move-later"),
    _lab("M8", "move-not-allowed", Layer.MOVE, THEIRS, sign="move-C801"),
    _lab("M10", "move-identifier", Layer.MOVE, UNDECIDED, sign="move-A900"),
    _lab("M9", "move-not-found-conquest", Layer.MOVE, THEIRS, together=("M9",), product="Conquest", sign="move-C004"),
    _lab("M13", "move-stopped-conquest", Layer.MOVE, UNDECIDED, together=("M13", "M7"), product="Conquest", sign="move-FE00"),
    _lab("M13", "move-partial", Layer.MOVE, UNDECIDED, sign="move-B000"),
    Row("move-other-case", "M11", "the archive spells our title in small letters", "return:other-case", Layer.MOVE, THEIRS,
        first="M1", sign="move-A801"),
    Row("move-taken-elsewhere", "M14", "another row of the archive for our title comes first, and another device takes the image",
        "return:taken-elsewhere", Layer.MOVE, THEIRS, first="M3", sign="move-elsewhere"),
    Row("row-says-localhost", "M4", "the archive's row for our title says 127.0.0.1", "net:row-says-localhost", Layer.MOVE,
        UNDECIDED, together=("M2", "M3", "M4"), first="M2", sign="move-A702"),
    Row("our-port-closed", "M2", "the firewall of our own computer rejects the archive", "net:our-port-closed", Layer.MOVE,
        UNDECIDED, together=("M2", "M3"), sign="move-A702"),
    _lab("M8", "move-aborted", Layer.MOVE, THEIRS, first="A16", sign="move-aborted"),
    _lab("X5", "move-silent", Layer.MOVE, THEIRS, sign="move-silent"),
    Row("get-fails", "G2", "the archive answers C-GET with A702, and C-MOVE works", "return:get-fails", Layer.GET, THEIRS,
        is_remark=True, sign="get-A702"),
    Row("no-get", "G3", "the archive offers no C-GET, and C-MOVE works", "return:no-get", Layer.GET, OURS, is_remark=True,
        sign="get-class-refused"),
    Row("changed", "ST9", "the archive changes the study description, and says nothing of it", "return:changes", Layer.COMPARE,
        THEIRS, is_remark=True, sign="compare-changed"),
)  # fmt: skip

AFTERWARDS = (
    Row("no-commitment", "K1", "the archive offers no storage commitment", "return:no-commitment", Layer.COMMITMENT, THEIRS,
        is_remark=True, sign="commit-class-refused"),
    Row("commitment-never", "K2", "the archive accepts storage commitment and never reports", "return:commitment-never",
        Layer.COMMITMENT, THEIRS, sign="commit-no-report"),
    Row("commitment-caller", "K2", "the archive does not know whom to report to (0110)", "return:commitment-caller",
        Layer.COMMITMENT, THEIRS, sign="commit-0110"),
    Row("commitment-missing", "K5", "the archive reports that it has none of the images (0112)", "return:commitment-missing",
        Layer.COMMITMENT, THEIRS, sign="commit-report-failed"),
    Row("report-refused", "K3", "the report of storage commitment comes on a new association, and our side refuses its class",
        "return:report-refused", Layer.COMMITMENT, OURS, without=(Layer.MOVE, Layer.GET, Layer.COMPARE),
        sign="commit-report-rejected"),
    _lab("", "printer-empty", Layer.PRINTER, THEIRS, is_remark=True, role=Role.PRINTER, sign="printer-warning"),
    _lab("", "printer-broken", Layer.PRINTER, THEIRS, role=Role.PRINTER, sign="printer-failure"),
)  # fmt: skip

ORTHANC = (
    Row("orthanc-called", "A1", "Orthanc, DicomCheckCalledAet, and another title in our list", "orthanc:strict", Layer.TITLES,
        OURS, title="ARCHIVE", sign="reject-called"),
    Row("orthanc-case", "A5", "Orthanc, StrictAetComparison, and its title in small letters in our list", "orthanc:strict",
        Layer.TITLES, OURS, title="orthanc", consent=("titles",), known_as="ORTHANC", first="A1", sign="titles-called-known"),
    Row("orthanc-caller", "A2", "Orthanc, nothing allowed to strangers, and we are not in DicomModalities", "orthanc:strict",
        Layer.TITLES, THEIRS, title="ORTHANC", our_title="STRANGER", sign="reject-calling"),
    Row("orthanc-host", "A3", "Orthanc, DicomCheckModalityHost, and we are in DicomModalities with another address",
        "orthanc:host", Layer.TITLES, THEIRS, title="ORTHANC", together=("A2", "A3"), first="A2", sign="reject-calling"),
    Row("orthanc-find", "A16", "Orthanc as it comes: echo and store for everybody, C-FIND is answered with an abort",
        "orthanc:plain", Layer.FIND, THEIRS, title="ORTHANC", product="Orthanc", sign="find-aborted"),
    Row("orthanc-syntax", "C3", "Orthanc takes compressed images only; it says that the class is the trouble",
        "orthanc:jpeg-only", Layer.CONTEXTS, UNDECIDED, title="ORTHANC", is_remark=True, sign="syntax-refused"),
    Row("orthanc-class", "C11", "Orthanc takes no class that it does not know", "orthanc:plain", Layer.CONTEXTS, THEIRS,
        title="ORTHANC", storage_class=PRIVATE_CLASS, sign="class-refused-private"),
    Row("orthanc-move-unknown", "M1", "Orthanc, C-MOVE to a title that is not in DicomModalities: C000", "orthanc:open",
        Layer.MOVE, UNDECIDED, title="ORTHANC", product="Orthanc", together=("M1", "M2"), sign="move-Cxxx"),
    Row("orthanc-move-port", "M3", "Orthanc knows us at a port where nobody listens: C000", "orthanc:wrong-port", Layer.MOVE,
        UNDECIDED, title="ORTHANC", product="Orthanc", together=("M1", "M2"), first="M1", sign="move-Cxxx"),
)  # fmt: skip

DCMTK = (
    Row("dcmqrscp-called", "A1", "dcmqrscp, and another title in our list", "dcmqrscp:open", Layer.TITLES, OURS, title="ARCHIVE",
        sign="reject-called"),
    Row("dcmqrscp-caller", "A2", "dcmqrscp, whose AETable row lists peers without us: it says 1/1/7", "dcmqrscp:strangers",
        Layer.TITLES, UNDECIDED, title="DCMQRSCP", consent=("titles",), together=("A1", "A2", "A3"), first="A1",
        sign="reject-called-any"),
    Row("dcmqrscp-host", "A3", "dcmqrscp knows us at another host: it says 1/1/7", "dcmqrscp:other-host", Layer.TITLES, UNDECIDED,
        title="DCMQRSCP", consent=("titles",), together=("A1", "A2", "A3"), first="A1", sign="reject-called-any"),
    Row("dcmqrscp-nat", "A3", "dcmqrscp knows our address, and a router between changes it", "net:nat-dcmqrscp", Layer.TITLES,
        UNDECIDED, title="DCMQRSCP", consent=("titles",), together=("A1", "A2", "A3"), first="A1", sign="reject-called-any"),
    Row("dcmqrscp-full", "A12", "dcmqrscp, MaxAssociations 1, and somebody holds it", "dcmqrscp:full", Layer.TITLES, THEIRS,
        title="DCMQRSCP", sign="reject-limit"),
    Row("dcmqrscp-read-only", "C4", "dcmqrscp, a read-only area", "dcmqrscp:read-only", Layer.CONTEXTS, THEIRS, title="DCMQRSCP",
        sign="storage-forbidden"),
    Row("dcmqrscp-move-unknown", "M1", "dcmqrscp, C-MOVE to a title that is not in its HostTable: A801", "dcmqrscp:open",
        Layer.MOVE, THEIRS, title="DCMQRSCP", sign="move-A801"),
    Row("dcmqrscp-move-port", "M2", "dcmqrscp knows us at a port where nobody listens: A702", "dcmqrscp:wrong-port", Layer.MOVE,
        UNDECIDED, title="DCMQRSCP", together=("M2", "M3"), sign="move-A702"),
    Row("dcmqrscp-commitment", "K1", "dcmqrscp has no storage commitment", "dcmqrscp:right", Layer.COMMITMENT, THEIRS,
        title="DCMQRSCP", is_remark=True, sign="commit-class-refused"),
    Row("storescp-as-archive", "Q1", "storescp, which only receives, is taken for an archive", "storescp:plain", Layer.CONTEXTS,
        THEIRS, sign="query-refused"),
    Row("storescp-implicit", "C5", "storescp takes Implicit VR only (+xi)", "storescp:implicit", Layer.CONTEXTS, UNDECIDED,
        role=Role.WORKSTATION, is_remark=True, sign="implicit-only"),
    Row("storescp-blocked", "T6", "storescp without --fork, and a silent connection holds it", "storescp:blocked", Layer.TITLES,
        THEIRS, together=("A19", "T6", "X2"), first="A19", sign="silent-after-request"),
    Row("storescp-blank-title", "A7", "storescp, and our own title is blank: it would never answer", "storescp:blank",
        Layer.TITLES, OURS, our_title=" ", sign="title-blank"),
    Row("storescp-disk-full", "ST14", "storescp, and its disk is full", "storescp:disk-full", Layer.STORE, THEIRS,
        role=Role.WORKSTATION, first="ST1", sign="store-A7xx"),
    Row("worklist-title", "A1", "wlmscpfs, and a title that is no folder of it", "wlmscpfs:plain", Layer.TITLES, OURS,
        title="NOFOLDER", sign="reject-called"),
    Row("worklist-as-archive", "W4", "wlmscpfs, a worklist, is taken for an archive", "wlmscpfs:plain", Layer.CONTEXTS, THEIRS,
        title="WORKLIST", first="Q1", sign="query-refused"),
    Row("storescp-reverse-dns", "X2", "storescp looks for the name of our address, and no name server answers", "net:reverse-dns",
        Layer.TITLES, THEIRS, together=("A19", "X2"), first="A19", sign="silent-after-request"),
)  # fmt: skip

PYNETDICOM = (
    Row("pynetdicom-called", "A1", "pynetdicom, require_called_aet", "pynetdicom:called", Layer.TITLES, OURS, title="ARCHIVE",
        sign="reject-called"),
    Row("pynetdicom-caller", "A2", "pynetdicom, require_calling_aet", "pynetdicom:calling", Layer.TITLES, THEIRS,
        title="PYNETDICOM", sign="reject-calling"),
    Row("pynetdicom-full", "A12", "pynetdicom, all its associations held", "pynetdicom:full", Layer.TITLES, THEIRS,
        title="PYNETDICOM", sign="reject-limit"),
    Row("pynetdicom-strays", "A21", "pynetdicom, its associations used up by silent connections", "pynetdicom:strays",
        Layer.TITLES, THEIRS, title="PYNETDICOM", first="A12", sign="reject-limit"),
    Row("pynetdicom-move", "M1", "pynetdicom, C-MOVE to an unknown destination (A801)", "pynetdicom:move", Layer.MOVE, UNDECIDED,
        title="PYNETDICOM", together=("M1", "M2"), product="pynetdicom", sign="move-A801"),
    Row("qrscp-unknown", "M1", "pynetdicom's qrscp does not know our title (A801)", "qrscp:unknown", Layer.MOVE, UNDECIDED,
        title="QRSCP", together=("M1", "M2"), product="pynetdicom", sign="move-A801"),
    Row("qrscp-port", "M2", "pynetdicom's qrscp knows us at a port where nobody listens: A801 as well", "qrscp:wrong-port",
        Layer.MOVE, UNDECIDED, title="QRSCP", together=("M1", "M2"), first="M1", product="pynetdicom", sign="move-A801"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    *NAMES,
    *ROUTES,
    *CONNECTIONS,
    *OTHER_PROTOCOLS,
    *TLS,
    *TITLES,
    *CONTEXTS,
    *ECHO,
    *SEARCHES,
    *STORES,
    *RETRIEVALS,
    *AFTERWARDS,
    *ORTHANC,
    *DCMTK,
    *PYNETDICOM,
)
"""Every row, in the order of the ladder."""


@dataclass(frozen=True)
class Asked:
    """A search that finds nothing, or fails, because of one key. `keys` are asked at the study level; `guilty` is that key.

    `value` is a spelling of it that finds, as the cure has to tell.
    """

    name: str
    fault: str
    made: str
    made_by: str
    keys: tuple[str, ...]
    guilty: str
    value: str
    title: str = "FAULTY"


STORED = {
    "PatientName": "DOE^JOHN",
    "PatientID": "0004711",
    "StudyDate": "20040119",
    "StudyDescription": "HEAD ROUTINE",
    "AccessionNumber": "",
}
"""The one image that is there to be found, besides its modality, which is CT."""

SEARCHES_FOR_NOTHING = (
    Asked("name-without-star", "Q5", "a name without a wild card", "lab:good", ("PatientName=DOE",), "PatientName", "DOE*"),
    Asked("name-without-star-orthanc", "Q5", "Orthanc, a name without a wild card", "orthanc:open", ("PatientName=DOE",),
          "PatientName", "DOE*", "ORTHANC"),
    Asked("name-without-star-dcmqrscp", "Q5", "dcmqrscp, a name without a wild card", "dcmqrscp:open", ("PatientName=DOE",),
          "PatientName", "DOE*", "DCMQRSCP"),
    Asked("name-with-comma", "Q5", "a name as people write it", "lab:good", ("PatientName=DOE, JOHN",), "PatientName",
          "DOE^JOHN*"),
    Asked("small-letters", "Q6", "a name in small letters", "lab:good", ("PatientName=doe*",), "PatientName", "DOE*"),
    Asked("small-letters-dcmqrscp", "Q6", "dcmqrscp, a name in small letters", "dcmqrscp:open", ("PatientName=doe*",),
          "PatientName", "DOE*", "DCMQRSCP"),
    Asked("small-modality-orthanc", "Q6", "Orthanc, a modality in small letters", "orthanc:open",
          ("PatientName=DOE*", "ModalitiesInStudy=ct"), "ModalitiesInStudy", "CT", "ORTHANC"),
    Asked("date-with-points-orthanc", "Q7", "Orthanc, a date with points in it", "orthanc:open",
          ("PatientName=DOE*", "StudyDate=2004.01.19"), "StudyDate", "20040119", "ORTHANC"),
    Asked("star-as-date", "Q7", "a * as date, which is called an error", "lab:star-fails", ("StudyDate=*",), "StudyDate", ""),
    Asked("star-as-date-orthanc", "Q7", "Orthanc, a * as date: C000", "orthanc:open", ("PatientName=DOE*", "StudyDate=*"),
          "StudyDate", "", "ORTHANC"),
    Asked("star-as-date-dcmqrscp", "Q7", "dcmqrscp, a * as date", "dcmqrscp:open", ("StudyDate=*",), "StudyDate", "", "DCMQRSCP"),
    Asked("star-leaves-out", "Q8", "a * for a value that is not there", "lab:star-excludes", ("AccessionNumber=*",),
          "AccessionNumber", ""),
    Asked("umlaut", "Q9", "a name with a letter that the stored character set has not", "lab:umlaut", ("PatientName=MÜLLER*",),
          "PatientName", "M*"),
    Asked("leading-zeros", "Q10", "an ID without its leading zeros", "lab:good", ("PatientID=4711",), "PatientID", "*4711"),
    Asked("leading-zeros-orthanc", "Q10", "Orthanc, an ID without its leading zeros", "orthanc:open", ("PatientID=4711",),
          "PatientID", "*4711", "ORTHANC"),
    Asked("cut-id-dcmqrscp", "Q10", "dcmqrscp, an ID that is cut", "dcmqrscp:open", ("PatientID=000471",), "PatientID", "000471*",
          "DCMQRSCP"),
    Asked("modality-of-study-orthanc", "Q11", "Orthanc, Modality asked of a study", "orthanc:open",
          ("PatientName=DOE*", "Modality=CT"), "Modality", "CT", "ORTHANC"),
    Asked("list-of-uids-qrscp", "Q12", "pynetdicom's qrscp, a list of UIDs: C320", "qrscp:unknown",
          ("StudyInstanceUID={study}\\1.2.3",), "StudyInstanceUID", "{study}", "QRSCP"),
)  # fmt: skip
"""What the search for the cause (`isocenter find --why`) has to name, and the spelling that it has to propose."""

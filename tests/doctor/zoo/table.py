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
    """One fault, made. `first` are the faults that the verdict may name first; where it is empty, `fault` alone.

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
    first: tuple[str, ...] = ()
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
    def firsts(self) -> tuple[str, ...]:
        return self.first or (self.fault,)


OURS, THEIRS, BETWEEN, UNDECIDED = Side.OURS, Side.THEIRS, Side.BETWEEN, Side.UNDECIDED


def _lab(fault: str, practice: str, layer: Layer, side: Side, made: str = "", **more: object) -> Row:
    """A row whose peer is one of the lab's, by its name; its sentence is the catalogue's where none is given."""
    name = str(more.pop("name", practice))
    return Row(name, fault, made, f"lab:{practice}", layer, side, **more)  # type: ignore[arg-type]


NAMES = (
    Row("unknown-name", "N1", "a host name that no name server knows", "lab:good", Layer.NAME, OURS, host="no-such-device.invalid"),
    Row("silent-name-server", "N2", "the name server of this computer is nobody", "net:dns-silent", Layer.NAME, OURS),
    Row(
        "old-address",
        "N3",
        "the name stands for an address where nobody is any more",
        "net:old-address",
        Layer.TCP,
        UNDECIDED,
        first=("R2", "N3"),
    ),
    Row(
        "ipv6-first",
        "N4",
        "the name has an IPv6 address too, where nobody listens",
        "net:ipv6-first",
        Layer.TCP,
        OURS,
        is_remark=True,
    ),
    Row("octal-address", "N5", "the address is written with leading zeros", "lab:good", Layer.NAME, OURS, host="127.000.000.010"),
    Row("short-address", "N5", "the address has three numbers", "lab:good", Layer.NAME, OURS, host="127.0.1"),
    Row("url-as-host", "N6", "the host field holds a URL", "lab:good", Layer.NAME, OURS, host="http://127.0.0.1/"),
    Row("port-in-host", "N6", "the host field holds the port too", "lab:good", Layer.NAME, OURS, host="127.0.0.1:104"),
    Row("blank-in-host", "N6", "the host field has a blank in it", "lab:good", Layer.NAME, OURS, host="pacs server"),
    Row(
        "long-name",
        "N7",
        "the host name has more characters than a name may have",
        "lab:good",
        Layer.NAME,
        OURS,
        host="a" * 64 + ".example",
    ),
)

ROUTES = (
    Row("no-route", "R1", "this computer has no default gateway", "net:no-route", Layer.ROUTE, OURS),
    Row("nobody-here", "R2", "an address of our own network that nobody has", "net:nobody-here", Layer.TCP, UNDECIDED),
    Row("nobody-there", "R2", "an address of a remote network that nobody has", "net:nobody-there", Layer.TCP, UNDECIDED),
    Row("firewall-says-no", "R3", "a firewall on the way rejects with ICMP", "net:reject", Layer.TCP, BETWEEN),
    Row("router-prohibits", "R3", "a router on the way prohibits the route", "net:prohibit", Layer.TCP, BETWEEN),
    Row(
        "firewall-resets",
        "R3",
        "a firewall on the way rejects with a TCP reset",
        "net:reset",
        Layer.TCP,
        THEIRS,
        first=("T1",),
        together=("T1", "R3"),
    ),
    Row("own-firewall", "R4", "a rule of this computer forbids the way", "net:own-prohibit", Layer.ROUTE, OURS),
    Row(
        "firewall-drops",
        "R5",
        "a firewall on the way drops silently",
        "net:drop",
        Layer.TCP,
        UNDECIDED,
        together=("R5", "R2", "T9"),
    ),
    Row(
        "route-blackhole",
        "R5",
        "a router on the way throws packets away",
        "net:blackhole",
        Layer.TCP,
        UNDECIDED,
        together=("R5", "R2", "T9"),
    ),
    Row(
        "port-dropped",
        "R5",
        "the firewall of the other computer drops one port; another answers",
        "net:drop-port",
        Layer.TCP,
        BETWEEN,
        consent=("neighbours",),
        together=("R5", "T9"),
    ),
    Row("small-mtu", "R7", "large packets vanish on the way, and nobody says so", "net:mtu", Layer.CONTEXTS, BETWEEN),
    Row(
        "lossy-line",
        "R9",
        "one packet in five is lost on the way",
        "net:loss",
        Layer.ECHO,
        BETWEEN,
        is_remark=True,
        first=("R9", "E2"),
    ),
)

CONNECTIONS = (
    Row("port-closed", "T1", "nothing listens on the port", "lab:nobody", Layer.TCP, THEIRS, together=("T1", "R3")),
    Row(
        "other-port",
        "T1",
        "nothing listens on the port, and DICOM answers on another of the same computer",
        "net:other-port",
        Layer.TCP,
        OURS,
        consent=("neighbours",),
    ),
    Row(
        "loopback-only",
        "T2",
        "the service listens on its own 127.0.0.1 only",
        "net:loopback-only",
        Layer.TCP,
        THEIRS,
        first=("T1", "T2"),
        together=("T1", "T2"),
    ),
    Row("own-port-taken", "T3", "another program has our own port when the return path is tried", "return:taken", Layer.MOVE, OURS),
    _lab("T4", "hangs-up", Layer.FIRST_BYTES, THEIRS, together=("T4", "T7")),
    _lab("T7", "resets-at-once", Layer.FIRST_BYTES, THEIRS, first=("T4", "T7", "T8"), together=("T4", "T7")),
    Row(
        "other-box",
        "T5",
        "the port forward leads to a web server",
        "net:nat-elsewhere",
        Layer.FIRST_BYTES,
        OURS,
        first=("P1", "T5"),
    ),
    _lab(
        "T6",
        "one-at-a-time",
        Layer.TITLES,
        THEIRS,
        "serves one connection at a time, and somebody silent holds it",
        first=("A19", "T6"),
        together=("A19", "T6", "X2"),
    ),
    _lab("T8", "half-an-answer", Layer.TITLES, THEIRS, first=("A22", "T8")),
    Row(
        "backlog-full",
        "T9",
        "the service hangs, and its queue of connections is full",
        "here:backlog",
        Layer.TCP,
        UNDECIDED,
        first=("R5",),
        together=("R5", "R2", "T9"),
    ),
)

OTHER_PROTOCOLS = (
    _lab("P1", "web", Layer.FIRST_BYTES, OURS),
    _lab("P1", "patient-web", Layer.FIRST_BYTES, OURS),
    _lab("T7", "gateway", Layer.FIRST_BYTES, THEIRS, first=("P1", "T7")),
    _lab("P2", "tls", Layer.FIRST_BYTES, OURS),
    Row("plain-to-tls", "S1", "we call in clear, and the server wants TLS", "tls:in-clear", Layer.FIRST_BYTES, OURS, first=("P2",)),
    _lab("P3", "ssh", Layer.FIRST_BYTES, OURS),
    _lab("P3", "mail", Layer.FIRST_BYTES, OURS),
    _lab("P3", "ftp", Layer.FIRST_BYTES, OURS),
    _lab("P3", "telnet", Layer.FIRST_BYTES, OURS),
    _lab("P4", "hl7", Layer.TITLES, THEIRS, first=("A19",), together=("A19", "P4"), name="hl7-silent"),
    _lab("P4", "eager-hl7", Layer.FIRST_BYTES, OURS),
    _lab("P5", "database", Layer.FIRST_BYTES, OURS, first=("P5", "P3")),
    _lab("P5", "screen", Layer.FIRST_BYTES, OURS, first=("P5", "P3")),
    _lab("P5", "remote-desktop", Layer.FIRST_BYTES, OURS),
    _lab("P5", "file-share", Layer.FIRST_BYTES, OURS),
    _lab("P7", "proxy", Layer.FIRST_BYTES, BETWEEN),
)

TLS = (
    Row("tls-to-plain", "S2", "TLS is switched on here, and the other side speaks plain", "tls:plain", Layer.TLS, OURS),
    Row("old-tls", "S3", "the server speaks TLS 1.1 at most", "tls:old", Layer.TLS, THEIRS),
    Row(
        "no-cipher", "S4", "the server has none of our cipher suites, under TLS 1.2", "tls:cipher", Layer.TLS, THEIRS, first=("S4",)
    ),
    Row("expired", "S5", "the server's certificate expired yesterday", "tls:expired", Layer.TLS, THEIRS),
    Row("not-yet-valid", "S6", "the server's certificate is valid from tomorrow", "tls:not-yet", Layer.TLS, UNDECIDED),
    Row("unknown-issuer", "S7", "the server's certificate is of an authority that we do not know", "tls:issuer", Layer.TLS, OURS),
    Row(
        "middle-box",
        "S12",
        "a device on the way shows a certificate of its own authority",
        "tls:issuer",
        Layer.TLS,
        OURS,
        first=("S7",),
    ),
    Row("self-signed", "S7", "the server vouches for itself", "tls:self-signed", Layer.TLS, OURS),
    Row("other-name", "S8", "the server's certificate is for another name", "tls:name", Layer.TLS, THEIRS),
    Row("client-certificate-1.2", "S9", "the server wants a certificate of ours, under TLS 1.2", "tls:wants-12", Layer.TLS, OURS),
    Row(
        "client-certificate-1.3",
        "S9",
        "the server wants a certificate of ours, under TLS 1.3: the handshake reports success",
        "tls:wants-13",
        Layer.TLS,
        OURS,
    ),
    Row("client-untrusted", "S10", "the server does not know the authority of our certificate", "tls:untrusted", Layer.TLS, THEIRS),
    Row("client-expired", "S10", "our own certificate has expired", "tls:client-expired", Layer.TLS, OURS),
    Row(
        "client-certificate-silent",
        "S9",
        "the server wants a certificate of ours under TLS 1.3, and closes without an alert",
        "tls:wants-silent",
        Layer.TLS,
        OURS,
    ),
    Row("key-does-not-fit", "S11", "our own key is not that of our certificate", "tls:own-key", Layer.TLS, OURS),
)

TITLES = (
    _lab("A1", "wrong-called-title", Layer.TITLES, OURS, first=("A1",)),
    _lab(
        "A1",
        "wrong-called-title",
        Layer.TITLES,
        OURS,
        "answers to ARCHIVE only, and called us under that title before",
        name="called-title-heard",
        heard=("ARCHIVE",),
    ),
    _lab("A2", "unknown-caller", Layer.TITLES, THEIRS),
    _lab(
        "A2",
        "unknown-caller",
        Layer.TITLES,
        THEIRS,
        "knows only the caller MODALITY; other spellings may be tried",
        name="unknown-caller-tried",
        consent=("titles",),
    ),
    _lab("A2", "known-elsewhere", Layer.TITLES, UNDECIDED, first=("A1",), consent=("titles",), together=("A1", "A2", "A3")),
    _lab("A4", "both-titles", Layer.TITLES, OURS, first=("A1",), consent=("titles",), together=("A1", "A2", "A4")),
    _lab(
        "A4",
        "both-titles",
        Layer.TITLES,
        UNDECIDED,
        "answers to ARCHIVE only, which it said when it called us, and only to MODALITY",
        name="both-titles-heard",
        first=("A4",),
        consent=("titles",),
        heard=("ARCHIVE",),
        known_as="ARCHIVE",
    ),
    _lab("A5", "case-of-title", Layer.TITLES, OURS, consent=("titles",), first=("A1", "A5"), known_as="faulty"),
    _lab("A5", "caller-in-capitals", Layer.TITLES, THEIRS, consent=("titles",), first=("A2", "A5"), known_as="isocenter"),
    _lab("A6", "look-alike", Layer.TITLES, OURS, first=("A1", "A6"), heard=("FAU1TY",), known_as="FAU1TY"),
    _lab("A8", "good", Layer.TITLES, OURS, "our own title has 17 characters", name="title-too-long", our_title="ISOCENTER_OF_WARD"),
    _lab("A9", "application-context", Layer.TITLES, THEIRS),
    _lab("A9", "application-context-acse", Layer.TITLES, THEIRS, first=("A9", "A10")),
    _lab("A10", "protocol-version", Layer.TITLES, THEIRS),
    _lab("A11", "identity", Layer.TITLES, THEIRS),
    _lab("A11", "identity-for-now", Layer.TITLES, THEIRS),
    _lab("A12", "full", Layer.TITLES, THEIRS),
    _lab("A13", "congested", Layer.TITLES, THEIRS),
    _lab("A13", "cannot-fork", Layer.TITLES, THEIRS),
    _lab("A14", "no-reason", Layer.TITLES, THEIRS, together=("A14", "A2", "A3", "A15")),
    _lab("A15", "licence", Layer.TITLES, THEIRS, first=("A14",), together=("A14", "A15")),
    _lab("A14", "nothing-in-common", Layer.TITLES, THEIRS, first=("A14",)),
    _lab("A14", "reserved-reason", Layer.TITLES, THEIRS),
    _lab("A17", "aborts-request", Layer.TITLES, THEIRS),
    _lab("A17", "aborts-after-accept", Layer.CONTEXTS, THEIRS),
    _lab("A17", "closes-after-accept", Layer.CONTEXTS, THEIRS),
    _lab("A17", "half-dead", Layer.ECHO, THEIRS, first=("E3", "A17")),
    _lab("A18", "closes-after-request", Layer.TITLES, THEIRS, together=("A18", "A3", "A17")),
    _lab("A18", "resets-after-request", Layer.TITLES, THEIRS, together=("A18", "A3", "A17")),
    _lab("A19", "silent", Layer.TITLES, THEIRS, together=("A19", "T6", "X2")),
    _lab("A22", "unrecognised-pdu", Layer.TITLES, THEIRS),
    _lab("A22", "unexpected-pdu", Layer.TITLES, THEIRS),
    _lab("A22", "invalid-parameter", Layer.TITLES, THEIRS),
    _lab("X2", "slow-answer", Layer.TITLES, THEIRS, is_remark=True),
)

CONTEXTS = (
    _lab("C1", "nothing-accepted", Layer.CONTEXTS, THEIRS),
    _lab("C2", "no-ct", Layer.CONTEXTS, THEIRS),
    _lab("C2", "no-images", Layer.CONTEXTS, THEIRS),
    _lab(
        "C11",
        "good",
        Layer.CONTEXTS,
        THEIRS,
        "does not know the private class that the device sends",
        name="private-class",
        storage_class=PRIVATE_CLASS,
    ),
    _lab("C3", "other-syntax", Layer.CONTEXTS, UNDECIDED, is_remark=True),
    _lab("C3", "other-syntax-as-class", Layer.CONTEXTS, UNDECIDED, is_remark=True),
    _lab("C4", "policy", Layer.CONTEXTS, THEIRS),
    _lab("C5", "implicit-only", Layer.CONTEXTS, UNDECIDED, is_remark=True),
    _lab("Q1", "no-query", Layer.CONTEXTS, THEIRS),
    _lab("C10", "tiny-pdu", Layer.TITLES, THEIRS, first=("C10",)),
)

ECHO = (
    _lab("E3", "echo-silent", Layer.ECHO, THEIRS),
    _lab("E2", "echo-slow", Layer.ECHO, UNDECIDED, is_remark=True, first=("E2",)),
    _lab("X1", "echo-44-ms", Layer.ECHO, THEIRS, is_remark=True),
    _lab("E3", "echo-fails", Layer.ECHO, THEIRS),
    _lab("E3", "echo-wrong-id", Layer.ECHO, THEIRS, first=("E3", "A22")),
    _lab("A17", "echo-aborted", Layer.ECHO, THEIRS, first=("A17", "E3")),
)

SEARCHES = (
    _lab("A16", "find-aborted", Layer.FIND, THEIRS),
    _lab("Q17", "find-slow", Layer.FIND, THEIRS, first=("Q17", "X1"), is_remark=True),
    _lab("X5", "find-silent", Layer.FIND, THEIRS, first=("Q17", "X5")),
    _lab("Q14", "find-fails", Layer.FIND, THEIRS, product="dcm4chee"),
    _lab("Q2", "find-identifier", Layer.FIND, UNDECIDED, first=("Q2", "Q3", "Q4")),
    _lab("H1", "find-resources", Layer.FIND, THEIRS, first=("A13",)),
    _lab("ST12", "finds-nothing", Layer.FIND_AGAIN, THEIRS),
    _lab("Q15", "ignores-keys", Layer.FIND, OURS, is_remark=True),
)

STORES = (
    _lab("ST1", "store-no-room", Layer.STORE, THEIRS),
    Row(
        "inspection",
        "X7",
        "a device on the way cuts the connection after 100 kB",
        "net:inspection",
        Layer.STORE,
        UNDECIDED,
        first=("ST10",),
    ),
    _lab("ST2", "store-mismatch", Layer.STORE, UNDECIDED),
    _lab("ST3", "store-not-understood", Layer.STORE, THEIRS),
    _lab("ST4", "store-fails", Layer.STORE, UNDECIDED),
    _lab("ST6", "store-invalid-uid", Layer.STORE, THEIRS),
    _lab("ST6", "store-class", Layer.STORE, THEIRS),
    _lab("ST7", "store-not-allowed", Layer.STORE, THEIRS),
    _lab("ST8", "store-other-patient", Layer.STORE, THEIRS, first=("ST8", "ST1")),
    _lab("ST9", "store-coerces", Layer.STORE, OURS, is_remark=True),
    _lab("ST9", "store-drops", Layer.STORE, OURS, is_remark=True),
    _lab("ST10", "store-silent", Layer.STORE, THEIRS),
    _lab("ST11", "store-closes", Layer.STORE, THEIRS, is_remark=True),
    _lab("ST12", "store-forgets", Layer.FIND_AGAIN, THEIRS),
    _lab("T8", "store-resets", Layer.STORE, UNDECIDED, first=("ST10", "T8")),
    _lab("A16", "store-aborted", Layer.STORE, THEIRS),
    _lab("ST10", "store-wrong-id", Layer.STORE, THEIRS, first=("A22",)),
    _lab("ST5", "store-duplicate", Layer.STORE, THEIRS),
)

RETRIEVALS = (
    _lab("M1", "move-unknown", Layer.MOVE, THEIRS),
    _lab("M1", "move-unknown-conquest", Layer.MOVE, THEIRS, product="Conquest"),
    _lab("M2", "move-unreachable", Layer.MOVE, UNDECIDED, first=("M2", "M3")),
    _lab("M2", "move-unreachable-conquest", Layer.MOVE, UNDECIDED, first=("M2", "M3"), product="Conquest"),
    _lab("M3", "move-elsewhere", Layer.MOVE, THEIRS),
    Row(
        "move-other-title",
        "M15",
        "the archive calls us by another title than it was told",
        "return:other-title",
        Layer.MOVE,
        THEIRS,
        is_remark=True,
    ),
    Row("move-rejected", "M5", "our own side rejects the title that the archive calls", "return:rejects", Layer.MOVE, OURS),
    Row("move-no-contexts", "M6", "our own side accepts none of the classes", "return:no-contexts", Layer.MOVE, OURS),
    Row("move-not-taken", "M7", "our own side answers the image with a failure", "return:store-fails", Layer.MOVE, OURS),
    Row(
        "too-long-pdu",
        "C9",
        "the archive sends PDUs longer than was agreed",
        "return:too-long-pdu",
        Layer.MOVE,
        THEIRS,
        first=("C9",),
    ),
    Row(
        "move-late",
        "M12",
        "the archive says that it is done, and sends after the association",
        "return:late",
        Layer.MOVE,
        UNDECIDED,
        together=("M12", "M3", "M9"),
    ),
    _lab("M8", "move-not-allowed", Layer.MOVE, THEIRS),
    _lab("M10", "move-identifier", Layer.MOVE, UNDECIDED),
    _lab("M13", "move-partial", Layer.MOVE, UNDECIDED),
    Row(
        "move-other-case",
        "M11",
        "the archive spells our title in small letters",
        "return:other-case",
        Layer.MOVE,
        THEIRS,
        first=("M1",),
    ),
    Row(
        "move-taken-elsewhere",
        "M14",
        "another row of the archive for our title comes first, and another device takes the image",
        "return:taken-elsewhere",
        Layer.MOVE,
        THEIRS,
        first=("M3",),
    ),
    Row(
        "row-says-localhost",
        "M4",
        "the archive's row for our title says 127.0.0.1",
        "net:row-says-localhost",
        Layer.MOVE,
        UNDECIDED,
        first=("M2",),
        together=("M2", "M3", "M4"),
    ),
    Row(
        "our-port-closed",
        "M2",
        "the firewall of our own computer rejects the archive",
        "net:our-port-closed",
        Layer.MOVE,
        UNDECIDED,
        first=("M2",),
    ),
    _lab("M8", "move-aborted", Layer.MOVE, THEIRS, first=("M8", "A16")),
    _lab("X5", "move-silent", Layer.MOVE, THEIRS, first=("X5", "M2")),
    Row(
        "get-fails",
        "G2",
        "the archive answers C-GET with A702, and C-MOVE works",
        "return:get-fails",
        Layer.GET,
        THEIRS,
        is_remark=True,
    ),
    Row("no-get", "G3", "the archive offers no C-GET, and C-MOVE works", "return:no-get", Layer.GET, OURS, is_remark=True),
    Row(
        "changed",
        "ST9",
        "the archive changes the study description, and says nothing of it",
        "return:changes",
        Layer.COMPARE,
        THEIRS,
        is_remark=True,
    ),
)

AFTERWARDS = (
    Row(
        "no-commitment",
        "K1",
        "the archive offers no storage commitment",
        "return:no-commitment",
        Layer.COMMITMENT,
        THEIRS,
        is_remark=True,
    ),
    Row(
        "commitment-never",
        "K2",
        "the archive accepts storage commitment and never reports",
        "return:commitment-never",
        Layer.COMMITMENT,
        THEIRS,
    ),
    Row(
        "commitment-caller",
        "K2",
        "the archive does not know whom to report to (0110)",
        "return:commitment-caller",
        Layer.COMMITMENT,
        THEIRS,
    ),
    Row(
        "commitment-missing",
        "K5",
        "the archive reports that it has none of the images (0112)",
        "return:commitment-missing",
        Layer.COMMITMENT,
        THEIRS,
    ),
    Row(
        "report-refused",
        "K3",
        "the report of storage commitment comes on a new association, and our side refuses its class",
        "return:report-refused",
        Layer.COMMITMENT,
        OURS,
        without=(Layer.MOVE, Layer.GET, Layer.COMPARE),
    ),
)

ORTHANC = (
    Row(
        "orthanc-called",
        "A1",
        "Orthanc, DicomCheckCalledAet, and another title in our list",
        "orthanc:strict",
        Layer.TITLES,
        OURS,
        title="ARCHIVE",
    ),
    Row(
        "orthanc-case",
        "A5",
        "Orthanc, StrictAetComparison, and its title in small letters in our list",
        "orthanc:strict",
        Layer.TITLES,
        OURS,
        title="orthanc",
        consent=("titles",),
        first=("A1", "A5"),
        known_as="ORTHANC",
    ),
    Row(
        "orthanc-caller",
        "A2",
        "Orthanc, nothing allowed to strangers, and we are not in DicomModalities",
        "orthanc:strict",
        Layer.TITLES,
        THEIRS,
        title="ORTHANC",
        our_title="STRANGER",
    ),
    Row(
        "orthanc-host",
        "A3",
        "Orthanc, DicomCheckModalityHost, and we are in DicomModalities with another address",
        "orthanc:host",
        Layer.TITLES,
        THEIRS,
        title="ORTHANC",
        first=("A2", "A3"),
        together=("A2", "A3"),
    ),
    Row(
        "orthanc-find",
        "A16",
        "Orthanc as it comes: echo and store for everybody, C-FIND is answered with an abort",
        "orthanc:plain",
        Layer.FIND,
        THEIRS,
        title="ORTHANC",
        product="Orthanc",
    ),
    Row(
        "orthanc-syntax",
        "C3",
        "Orthanc takes compressed images only; it says that the class is the trouble",
        "orthanc:jpeg-only",
        Layer.CONTEXTS,
        UNDECIDED,
        title="ORTHANC",
        is_remark=True,
    ),
    Row(
        "orthanc-class",
        "C11",
        "Orthanc takes no class that it does not know",
        "orthanc:plain",
        Layer.CONTEXTS,
        THEIRS,
        title="ORTHANC",
        storage_class=PRIVATE_CLASS,
    ),
    Row(
        "orthanc-move-unknown",
        "M1",
        "Orthanc, C-MOVE to a title that is not in DicomModalities: C000",
        "orthanc:open",
        Layer.MOVE,
        UNDECIDED,
        title="ORTHANC",
        product="Orthanc",
        together=("M1", "M2"),
    ),
    Row(
        "orthanc-move-port",
        "M3",
        "Orthanc knows us at a port where nobody listens: C000",
        "orthanc:wrong-port",
        Layer.MOVE,
        UNDECIDED,
        title="ORTHANC",
        product="Orthanc",
        first=("M1", "M2", "M3"),
        together=("M1", "M2"),
    ),
)

DCMTK = (
    Row(
        "dcmqrscp-called",
        "A1",
        "dcmqrscp, and another title in our list",
        "dcmqrscp:open",
        Layer.TITLES,
        OURS,
        title="ARCHIVE",
        first=("A1",),
    ),
    Row(
        "dcmqrscp-caller",
        "A2",
        "dcmqrscp, whose AETable row lists peers without us: it says 1/1/7",
        "dcmqrscp:strangers",
        Layer.TITLES,
        UNDECIDED,
        title="DCMQRSCP",
        consent=("titles",),
        first=("A1",),
        together=("A1", "A2", "A3"),
    ),
    Row(
        "dcmqrscp-host",
        "A3",
        "dcmqrscp knows us at another host: it says 1/1/7",
        "dcmqrscp:other-host",
        Layer.TITLES,
        UNDECIDED,
        title="DCMQRSCP",
        consent=("titles",),
        first=("A1",),
        together=("A1", "A2", "A3"),
    ),
    Row(
        "dcmqrscp-nat",
        "A3",
        "dcmqrscp knows our address, and a router between changes it",
        "net:nat-dcmqrscp",
        Layer.TITLES,
        UNDECIDED,
        title="DCMQRSCP",
        consent=("titles",),
        first=("A1",),
        together=("A1", "A2", "A3"),
    ),
    Row(
        "dcmqrscp-full",
        "A12",
        "dcmqrscp, MaxAssociations 1, and somebody holds it",
        "dcmqrscp:full",
        Layer.TITLES,
        THEIRS,
        title="DCMQRSCP",
    ),
    Row("dcmqrscp-read-only", "C4", "dcmqrscp, a read-only area", "dcmqrscp:read-only", Layer.CONTEXTS, THEIRS, title="DCMQRSCP"),
    Row(
        "dcmqrscp-move-unknown",
        "M1",
        "dcmqrscp, C-MOVE to a title that is not in its HostTable: A801",
        "dcmqrscp:open",
        Layer.MOVE,
        THEIRS,
        title="DCMQRSCP",
    ),
    Row(
        "dcmqrscp-move-port",
        "M2",
        "dcmqrscp knows us at a port where nobody listens: A702",
        "dcmqrscp:wrong-port",
        Layer.MOVE,
        UNDECIDED,
        title="DCMQRSCP",
        first=("M2", "M3"),
    ),
    Row(
        "dcmqrscp-commitment",
        "K1",
        "dcmqrscp has no storage commitment",
        "dcmqrscp:right",
        Layer.COMMITMENT,
        THEIRS,
        title="DCMQRSCP",
        is_remark=True,
    ),
    Row(
        "storescp-as-archive",
        "Q1",
        "storescp, which only receives, is taken for an archive",
        "storescp:plain",
        Layer.CONTEXTS,
        THEIRS,
    ),
    Row(
        "storescp-implicit",
        "C5",
        "storescp takes Implicit VR only (+xi)",
        "storescp:implicit",
        Layer.CONTEXTS,
        UNDECIDED,
        role=Role.WORKSTATION,
        is_remark=True,
    ),
    Row(
        "storescp-blocked",
        "T6",
        "storescp without --fork, and a silent connection holds it",
        "storescp:blocked",
        Layer.TITLES,
        THEIRS,
        first=("A19", "T6"),
        together=("A19", "T6", "X2"),
    ),
    Row(
        "storescp-disk-full",
        "ST14",
        "storescp, and its disk is full",
        "storescp:disk-full",
        Layer.STORE,
        THEIRS,
        first=("ST1",),
        role=Role.WORKSTATION,
    ),
    Row(
        "worklist-title",
        "A1",
        "wlmscpfs, and a title that is no folder of it",
        "wlmscpfs:plain",
        Layer.TITLES,
        OURS,
        title="NOFOLDER",
        first=("A1",),
    ),
    Row(
        "worklist-as-archive",
        "W4",
        "wlmscpfs, a worklist, is taken for an archive",
        "wlmscpfs:plain",
        Layer.CONTEXTS,
        THEIRS,
        title="WORKLIST",
        first=("Q1", "W4"),
    ),
    Row(
        "storescp-reverse-dns",
        "X2",
        "storescp looks for the name of our address, and no name server answers",
        "net:reverse-dns",
        Layer.TITLES,
        THEIRS,
        first=("A19", "X2"),
        together=("A19", "X2"),
    ),
)

PYNETDICOM = (
    Row("pynetdicom-called", "A1", "pynetdicom, require_called_aet", "pynetdicom:called", Layer.TITLES, OURS, title="ARCHIVE"),
    Row(
        "pynetdicom-caller", "A2", "pynetdicom, require_calling_aet", "pynetdicom:calling", Layer.TITLES, THEIRS, title="PYNETDICOM"
    ),
    Row(
        "pynetdicom-full",
        "A12",
        "pynetdicom, all its associations held",
        "pynetdicom:full",
        Layer.TITLES,
        THEIRS,
        title="PYNETDICOM",
        first=("A12",),
    ),
    Row(
        "pynetdicom-strays",
        "A21",
        "pynetdicom, its associations used up by silent connections",
        "pynetdicom:strays",
        Layer.TITLES,
        THEIRS,
        title="PYNETDICOM",
        first=("A12", "A21"),
    ),
    Row(
        "pynetdicom-move",
        "M1",
        "pynetdicom, C-MOVE to an unknown destination (A801)",
        "pynetdicom:move",
        Layer.MOVE,
        UNDECIDED,
        title="PYNETDICOM",
        together=("M1", "M2"),
    ),
    Row(
        "qrscp-unknown",
        "M1",
        "pynetdicom's qrscp does not know our title (A801)",
        "qrscp:unknown",
        Layer.MOVE,
        UNDECIDED,
        title="QRSCP",
        together=("M1", "M2"),
    ),
    Row(
        "qrscp-port",
        "M2",
        "pynetdicom's qrscp knows us at a port where nobody listens: A801 as well",
        "qrscp:wrong-port",
        Layer.MOVE,
        UNDECIDED,
        title="QRSCP",
        first=("M1",),
        together=("M1", "M2"),
    ),
)

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
    Asked(
        "name-without-star-orthanc",
        "Q5",
        "Orthanc, a name without a wild card",
        "orthanc:open",
        ("PatientName=DOE",),
        "PatientName",
        "DOE*",
        "ORTHANC",
    ),
    Asked(
        "name-without-star-dcmqrscp",
        "Q5",
        "dcmqrscp, a name without a wild card",
        "dcmqrscp:open",
        ("PatientName=DOE",),
        "PatientName",
        "DOE*",
        "DCMQRSCP",
    ),
    Asked("name-with-comma", "Q5", "a name as people write it", "lab:good", ("PatientName=DOE, JOHN",), "PatientName", "DOE^JOHN*"),
    Asked("small-letters", "Q6", "a name in small letters", "lab:good", ("PatientName=doe*",), "PatientName", "DOE*"),
    Asked(
        "small-letters-dcmqrscp",
        "Q6",
        "dcmqrscp, a name in small letters",
        "dcmqrscp:open",
        ("PatientName=doe*",),
        "PatientName",
        "DOE*",
        "DCMQRSCP",
    ),
    Asked(
        "small-modality-orthanc",
        "Q6",
        "Orthanc, a modality in small letters",
        "orthanc:open",
        ("PatientName=DOE*", "ModalitiesInStudy=ct"),
        "ModalitiesInStudy",
        "CT",
        "ORTHANC",
    ),
    Asked(
        "date-with-points-orthanc",
        "Q7",
        "Orthanc, a date with points in it",
        "orthanc:open",
        ("PatientName=DOE*", "StudyDate=2004.01.19"),
        "StudyDate",
        "20040119",
        "ORTHANC",
    ),
    Asked("star-as-date", "Q7", "a * as date, which is called an error", "lab:star-fails", ("StudyDate=*",), "StudyDate", ""),
    Asked(
        "star-as-date-orthanc",
        "Q7",
        "Orthanc, a * as date: C000",
        "orthanc:open",
        ("PatientName=DOE*", "StudyDate=*"),
        "StudyDate",
        "",
        "ORTHANC",
    ),
    Asked("star-as-date-dcmqrscp", "Q7", "dcmqrscp, a * as date", "dcmqrscp:open", ("StudyDate=*",), "StudyDate", "", "DCMQRSCP"),
    Asked(
        "star-leaves-out",
        "Q8",
        "a * for a value that is not there",
        "lab:star-excludes",
        ("AccessionNumber=*",),
        "AccessionNumber",
        "",
    ),
    Asked(
        "umlaut",
        "Q9",
        "a name with a letter that the stored character set has not",
        "lab:umlaut",
        ("PatientName=M\u00dcLLER*",),
        "PatientName",
        "M*",
    ),
    Asked("leading-zeros", "Q10", "an ID without its leading zeros", "lab:good", ("PatientID=4711",), "PatientID", "*4711"),
    Asked(
        "leading-zeros-orthanc",
        "Q10",
        "Orthanc, an ID without its leading zeros",
        "orthanc:open",
        ("PatientID=4711",),
        "PatientID",
        "*4711",
        "ORTHANC",
    ),
    Asked(
        "cut-id-dcmqrscp",
        "Q10",
        "dcmqrscp, an ID that is cut",
        "dcmqrscp:open",
        ("PatientID=000471",),
        "PatientID",
        "000471*",
        "DCMQRSCP",
    ),
    Asked(
        "modality-of-study-orthanc",
        "Q11",
        "Orthanc, Modality asked of a study",
        "orthanc:open",
        ("PatientName=DOE*", "Modality=CT"),
        "Modality",
        "CT",
        "ORTHANC",
    ),
    Asked(
        "list-of-uids-qrscp",
        "Q12",
        "pynetdicom's qrscp, a list of UIDs: C320",
        "qrscp:unknown",
        ("StudyInstanceUID={study}\\1.2.3",),
        "StudyInstanceUID",
        "{study}",
        "QRSCP",
    ),
)
"""What the search for the cause (`isocenter find --why`) has to name, and the spelling that it has to propose."""

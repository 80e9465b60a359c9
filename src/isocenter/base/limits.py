"""Every maximum, time-out and threshold of the house, each with its unit and the reason for its value.

A number without a reason cannot be changed by the next person. `LIMITS` is the table that `docs/limits.md` is generated from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the table: `value` counts `unit`s, `why` is a sentence for the person who wants to change it."""

    name: str
    value: float
    unit: str
    why: str


LIMITS: dict[str, Limit] = {}


def _limit(name: str, value: Number, unit: str, why: str) -> Number:
    assert name not in LIMITS, f"{name} has a value already"
    LIMITS[name] = Limit(name, value, unit, why)
    return value


KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

# Upper layer, PS3.8

PDU_BYTES_MAX = _limit(
    "PDU_BYTES_MAX", 128 * KIB, "bytes",
    "The P-DATA size that we announce: DCMTK sends no larger one, and bigger ones gain nothing measurable.",
)  # fmt: skip
PDU_BYTES_SENT_MAX = _limit(
    "PDU_BYTES_SENT_MAX", 128 * KIB, "bytes",
    "The largest P-DATA that we send, whatever the peer allows (0 means no limit): some old devices break above it.",
)  # fmt: skip
PDU_BYTES_MIN = _limit(
    "PDU_BYTES_MIN", 128, "bytes",
    "A peer that announces less than this cannot receive a command set in a sane number of PDUs.",
)  # fmt: skip
CONTROL_PDU_BYTES_MAX = _limit(
    "CONTROL_PDU_BYTES_MAX", 256 * KIB, "bytes",
    "An A-ASSOCIATE PDU: 128 contexts with 64 syntaxes of 64 characters need about 560 KiB, real ones stay under 40 KiB.",
)  # fmt: skip
RECEIVE_ROOM_BYTES = _limit(
    "RECEIVE_ROOM_BYTES", 512 * KIB, "bytes",
    "The room that an association lends to recv_into: a whole CT image, and never smaller than the largest control PDU.",
)  # fmt: skip
PRESENTATION_CONTEXTS_MAX = _limit(
    "PRESENTATION_CONTEXTS_MAX", 128, "contexts", "Identifiers are odd and fit one byte (PS3.8 9.3.2.2)."
)
TRANSFER_SYNTAXES_MAX = _limit(
    "TRANSFER_SYNTAXES_MAX", 64, "syntaxes a context", "The standard has about 60, retired ones included."
)
USER_ITEMS_MAX = _limit(
    "USER_ITEMS_MAX", 1024, "sub-items", "Role selection and extended negotiation may come once per context, twice over."
)
USER_IDENTITY_BYTES_MAX = _limit(
    "USER_IDENTITY_BYTES_MAX", 64 * KIB, "bytes", "A SAML assertion or a JWT is a few KiB (PS3.7 D.3.3.7)."
)
ARTIM_SECONDS = _limit(
    "ARTIM_SECONDS", 10.0, "seconds",
    "From connection to a complete A-ASSOCIATE-RQ, and from our last PDU to the peer's close (PS3.8 9.1.5).",
)  # fmt: skip
PDU_COMPLETION_SECONDS = _limit(
    "PDU_COMPLETION_SECONDS", 30.0, "seconds", "From the first byte of a PDU to its last: longer means a dead or hostile peer."
)
IDLE_ASSOCIATION_SECONDS = _limit(
    "IDLE_ASSOCIATION_SECONDS", 300.0, "seconds", "Silence between messages; dcm4chee's default, long enough for slow scanners."
)
MESSAGE_PROGRESS_SECONDS = _limit(
    "MESSAGE_PROGRESS_SECONDS", 60.0, "seconds", "Silence in the middle of a message: its sender has died."
)
SEND_STALL_SECONDS = _limit(
    "SEND_STALL_SECONDS", 60.0, "seconds", "A peer that does not read what it asked for is dropped after this."
)
CONNECT_SECONDS = _limit(
    "CONNECT_SECONDS", 5.0, "seconds", "TCP connection to a node: a person waits; a living device on a LAN takes milliseconds."
)
ASSOCIATE_SECONDS = _limit("ASSOCIATE_SECONDS", 15.0, "seconds", "From A-ASSOCIATE-RQ to its answer.")
RESPONSE_SECONDS = _limit("RESPONSE_SECONDS", 60.0, "seconds", "From a request to its next response, as a requestor.")
RETRIEVE_RESPONSE_SECONDS = _limit(
    "RETRIEVE_RESPONSE_SECONDS", 300.0, "seconds", "From a C-MOVE request to its next response: archives fetch from tape."
)
HALF_OPEN_CONNECTIONS_MAX = _limit(
    "HALF_OPEN_CONNECTIONS_MAX", 12_000, "connections", "They cost a descriptor and a few KiB each in the lobby, no thread."
)
ASSOCIATIONS_MAX = _limit(
    "ASSOCIATIONS_MAX", 200, "associations", "One worker thread each; a department has some dozens of devices."
)
ASSOCIATIONS_PER_ADDRESS_MAX = _limit(
    "ASSOCIATIONS_PER_ADDRESS_MAX", 100, "associations", "One device gone wild must leave room for the others."
)

KEEPALIVE_SECONDS = _limit(
    "KEEPALIVE_SECONDS",
    60.0,
    "seconds",
    "Silence before TCP asks whether the peer's computer still lives: firewalls forget after minutes.",
)
KEEPALIVE_PROBE_SECONDS = _limit("KEEPALIVE_PROBE_SECONDS", 10.0, "seconds", "Between two such questions.")
KEEPALIVE_PROBES = _limit("KEEPALIVE_PROBES", 6, "probes", "Unanswered ones before the connection counts as lost.")
LISTEN_BACKLOG = _limit("LISTEN_BACKLOG", 1024, "connections", "What the system queues while the lobby is busy for a moment.")
ACCEPTS_PER_TURN = _limit(
    "ACCEPTS_PER_TURN", 64, "connections", "Taken from that queue at once, so that a flood leaves turns to those who are inside."
)
LOBBY_BYTES_MAX = _limit(
    "LOBBY_BYTES_MAX",
    64 * MIB,
    "bytes",
    "What all connections without an association, or after its end, may hold of memory together; above it the oldest goes.",
)
LOBBY_READS_PER_TURN = _limit(
    "LOBBY_READS_PER_TURN", 8, "reads", "From one connection without an association, before the others have their turn."
)
DESCRIPTORS_RESERVED = _limit(
    "DESCRIPTORS_RESERVED", 512, "descriptors", "Of the process's limit, what connections may not use: blobs, index, web."
)
DESCRIPTORS_SHORT_SECONDS = _limit(
    "DESCRIPTORS_SHORT_SECONDS", 0.1, "seconds", "How long nobody is accepted after the system has run out of descriptors."
)
DRAIN_SECONDS = _limit("DRAIN_SECONDS", 10.0, "seconds", "What running associations get to end when the archive stops.")
DRAIN_QUIET_SECONDS = _limit(
    "DRAIN_QUIET_SECONDS", 0.5, "seconds", "An association without a message for so long is not waited for when the archive stops."
)
ABORT_LINGER_SECONDS = _limit(
    "ABORT_LINGER_SECONDS", 1.0, "seconds", "After our A-ABORT as requestor: time for it to be read before the connection goes."
)
SENT_WINDOW_BYTES = _limit(
    "SENT_WINDOW_BYTES", 8 * MIB, "bytes", "What is mapped at once of a stored object that is sent: 2 GB must not count as memory."
)
READ_WHOLE_BYTES_MAX = _limit(
    "READ_WHOLE_BYTES_MAX",
    64 * KIB,
    "bytes",
    "Objects up to this are read, larger ones mapped: a mapping costs more than the copy.",
)
RETRIEVE_AHEAD_INSTANCES = _limit(
    "RETRIEVE_AHEAD_INSTANCES",
    512,
    "instances",
    "Looked at before a C-MOVE proposes contexts: most studies show all their classes in them.",
)
RETRIEVE_OPENINGS_FAILED_MAX = _limit(
    "RETRIEVE_OPENINGS_FAILED_MAX", 3, "attempts", "In a row; then a destination is not called again for the rest of the C-MOVE."
)
RETRIEVE_LISTEN_SECONDS = _limit(
    "RETRIEVE_LISTEN_SECONDS", 1.0, "seconds",
    "A C-MOVE destination that refuses the first connection gets this long: simple clients ask first, and listen then.",
)  # fmt: skip
CANCEL_HEEDED_SECONDS = _limit(
    "CANCEL_HEEDED_SECONDS",
    10.0,
    "seconds",
    "What a peer gets to answer our C-CANCEL, its responses on the way included, before we abort.",
)
RETRIEVE_LOOK_SECONDS = _limit(
    "RETRIEVE_LOOK_SECONDS", 0.1, "seconds", "Between two looks for C-CANCEL while a C-MOVE waits for its destination."
)

PORTS_TRIED_MAX = _limit("PORTS_TRIED_MAX", 200, "ports", "How far to look for a free one above the port that is taken.")
RECEIVE_ROOM_BYTES_FIRST = _limit(
    "RECEIVE_ROOM_BYTES_FIRST", 4 * KIB, "bytes",
    "What that room begins with; it grows fourfold whenever a read fills it, so a silent connection costs a few KiB.",
)  # fmt: skip
FRAGMENTS_LENT_MAX = _limit(
    "FRAGMENTS_LENT_MAX", 1024, "fragments",
    "More than this from one read means tiny values: the next read is kept small, since each lent view costs 200 bytes.",
)  # fmt: skip
RECEIVE_ROOM_BYTES_TINY = _limit(
    "RECEIVE_ROOM_BYTES_TINY", 16 * KIB, "bytes", "The room that is lent then: 2,700 of the smallest values."
)
PDU_BYTES_UNANNOUNCED = _limit(
    "PDU_BYTES_UNANNOUNCED", 16 * KIB, "bytes",
    "The P-DATA size sent to a peer that announces none, against PS3.8 D.1: what every toolkit receives.",
)  # fmt: skip
OUTGOING_BYTES_MAX = _limit(
    "OUTGOING_BYTES_MAX", MIB, "bytes", "One list of buffers to send: a few socket buffers full, so a 2 GB object never gathers."
)
OUTGOING_BUFFERS_MAX = _limit(
    "OUTGOING_BUFFERS_MAX", 512, "buffers", "One list of buffers to send: sendmsg takes at most 1024 on Linux, macOS and BSD."
)
BYTES_JOINED_MAX = _limit(
    "BYTES_JOINED_MAX", 1024, "bytes", "Pieces under this are copied together before sending: cheaper than a buffer of their own."
)
AE_TITLE_BYTES = _limit("AE_TITLE_BYTES", 16, "bytes", "The field of an A-ASSOCIATE PDU (PS3.8 9.3.2).")
UID_BYTES_MAX = _limit("UID_BYTES_MAX", 64, "bytes", "A UID (PS3.5 9.1).")
IMPLEMENTATION_VERSION_NAME_BYTES_MAX = _limit(
    "IMPLEMENTATION_VERSION_NAME_BYTES_MAX", 64, "bytes", "16 in PS3.7 D.3.3.2; what is longer is cut here."
)

RESOLVED_SECONDS = _limit("RESOLVED_SECONDS", 60.0, "seconds", "How long the addresses of a node's host name are remembered.")
RESOLVED_NAMES_MAX = _limit("RESOLVED_NAMES_MAX", 1024, "names", "Names remembered; a list of nodes has some hundreds.")

# Messages, PS3.7

COMMAND_SET_BYTES_MAX = _limit(
    "COMMAND_SET_BYTES_MAX", 64 * KIB, "bytes", "A real command set is a few hundred bytes; an N-GET list of tags a few KiB."
)
FRAGMENTS_EMPTY_MAX = _limit(
    "FRAGMENTS_EMPTY_MAX", 64, "fragments", "Fragments without a byte in one message: DCMTK sends one at most, floods millions."
)
IDENTIFIER_BYTES_MAX = _limit("IDENTIFIER_BYTES_MAX", 4 * MIB, "bytes", "A query, held in memory: 60,000 UIDs in one list fit.")
IDENTIFIER_ELEMENTS_MAX = _limit(
    "IDENTIFIER_ELEMENTS_MAX", 100_000, "elements", "Elements, items and values of one identifier: 60,000 UIDs in one list fit."
)
OPERATIONS_OUTSTANDING_MAX = _limit(
    "OPERATIONS_OUTSTANDING_MAX", 1, "operations", "The asynchronous window that we answer, each way (PS3.7 D.3.3.3)."
)

# Data sets, PS3.5

SEQUENCE_DEPTH_MAX = _limit("SEQUENCE_DEPTH_MAX", 64, "levels", "DCMTK's limit since 2026; real structured reports reach 20.")
ELEMENTS_MAX = _limit("ELEMENTS_MAX", 1_000_000, "elements", "An RT structure set with all its items stays under it.")
TAGS_CACHED_MAX = _limit(
    "TAGS_CACHED_MAX", 8192, "tags", "What is remembered of tags met: the dictionary has 5,000, and strangers may ask for others."
)
TEXTS_CACHED_MAX = _limit(
    "TEXTS_CACHED_MAX", 4096, "values", "Decoded texts remembered, 1 KiB at most each: a series says most of them with every image."
)
HEADERS_CACHED_MAX = _limit(
    "HEADERS_CACHED_MAX", 256, "headers", "Of file meta information, all but what differs between the instances of an association."
)
FILE_META_BYTES_MAX = _limit("FILE_META_BYTES_MAX", 64 * KIB, "bytes", "Real ones are some hundred bytes (PS3.10 7.1).")
INDEXED_VALUE_BYTES_MAX = _limit(
    "INDEXED_VALUE_BYTES_MAX", 1024, "bytes", "An attribute that the index keeps; LO has 64 characters, UI 64, PN 3 x 64."
)
HEADER_BYTES_MAX = _limit(
    "HEADER_BYTES_MAX", 64 * MIB, "bytes", "What comes before the pixels: past this the skim gives up on finding what it lacks."
)
DATASET_BYTES_MAX = _limit("DATASET_BYTES_MAX", 8 * GIB, "bytes", "One instance; larger than any enhanced multi-frame seen.")
SKIM_WINDOW_BYTES = _limit(
    "SKIM_WINDOW_BYTES",
    16 * KIB,
    "bytes",
    "How much of a fragment the skim looks at at once: most headers fit, pixels stay uncopied.",
)
INFLATE_BYTES_MAX = _limit(
    "INFLATE_BYTES_MAX", 1 * GIB, "bytes", "A deflated data set after inflation: a bomb makes 1 KiB into gigabytes."
)

# Archive

DISK_LOW_BYTES = _limit(
    "DISK_LOW_BYTES", 512 * MIB, "bytes", "Free space under which stores are refused with A700, so that journals can grow."
)
DISK_RESUME_BYTES = _limit(
    "DISK_RESUME_BYTES",
    768 * MIB,
    "bytes",
    "Free space above which stores are accepted again; apart from the low mark, against flapping.",
)
BLOBS_PER_FOLDER_MAX = _limit(
    "BLOBS_PER_FOLDER_MAX", 1024, "files", "A folder that any tool can list, and few enough folders to sync."
)
BLOB_BUFFER_BYTES = _limit(
    "BLOB_BUFFER_BYTES", 128 * KIB, "bytes", "Gathered before a blob is written to: a small instance is one write, a PDU never one."
)
BLOBS_CACHED_BYTES = _limit(
    "BLOBS_CACHED_BYTES", 512 * MIB, "bytes",
    "Of the newest blobs that stay in the system's memory for those who look at them at once; older ones give theirs back.",
)  # fmt: skip
BLOBS_PREPARED = _limit(
    "BLOBS_PREPARED",
    32,
    "files",
    "Created ahead under one sync of their folder; a descriptor each, empty files after a crash.",
)
BLOB_READ_BYTES = _limit("BLOB_READ_BYTES", 1 * MIB, "bytes", "Read at once from a blob that is checked or compared.")
CHECK_ROWS = _limit("CHECK_ROWS", 256, "instances", "Between two words of progress of a check or a rebuilt index.")
REINDEX_DIFFERENCES_MAX = _limit(
    "REINDEX_DIFFERENCES_MAX", 1000, "lines", "Of each kind that a rebuilt index tells one by one; the rest is counted."
)
SERIALS_LEFT_FREE = _limit(
    "SERIALS_LEFT_FREE", 1_000_000_000, "serials",
    "Of the change feed, for arrivals while an index is rebuilt; what the old one did not know comes after them.",
)  # fmt: skip
DISK_CHECK_BYTES = _limit("DISK_CHECK_BYTES", 64 * MIB, "bytes", "Written between two looks at the free space.")
DISK_CHECK_SECONDS = _limit("DISK_CHECK_SECONDS", 0.5, "seconds", "Between two looks at the free space, which take microseconds.")
SETTLED_MARK_INSTANCES = _limit(
    "SETTLED_MARK_INSTANCES", 256, "instances", "Stored between two marks of recovery: what a start after a crash reads again."
)
SETTLED_MARK_BYTES = _limit(
    "SETTLED_MARK_BYTES", 128 * MIB, "bytes", "The same in bytes of data sets: what a start after a power cut has to read again."
)
PARENTS_CACHED_MAX = _limit(
    "PARENTS_CACHED_MAX", 4096, "series", "Whose rows the index writer knows by heart; a department has some dozens open at once."
)
INDEX_BATCH_MAX = _limit("INDEX_BATCH_MAX", 256, "instances", "One commit of the index writer: bounds its delay under load.")
INDEX_BUSY_SECONDS = _limit(
    "INDEX_BUSY_SECONDS", 30.0, "seconds", "How long SQLite waits for another connection's write before it gives up."
)
INDEX_CACHE_BYTES = _limit(
    "INDEX_CACHE_BYTES", 8 * MIB, "bytes", "SQLite's page cache a connection: the inner pages of a million instances fit."
)
INDEX_MAP_BYTES = _limit(
    "INDEX_MAP_BYTES", 0, "bytes", "Memory-mapped reads of the index are off: a failing disk would kill the process by a signal."
)
INDEX_WAL_PAGES = _limit(
    "INDEX_WAL_PAGES", 2000, "pages", "8 MiB of write-ahead log between checkpoints, written in place: each stays under 0.1 s."
)

# Services

RETRIEVE_ASSOCIATIONS_MAX = _limit(
    "RETRIEVE_ASSOCIATIONS_MAX", 4, "associations", "To one C-MOVE destination at once; a node's setting may say fewer."
)
PROPOSED_TRANSFER_SYNTAXES_MAX = _limit(
    "PROPOSED_TRANSFER_SYNTAXES_MAX",
    50,
    "syntaxes a context",
    "What we propose ourselves. DCMTK up to 3.6.7, and so Orthanc, never answers a request with 51 in one context.",
)
RETRIEVE_PENDING_RESPONSES = _limit(
    "RETRIEVE_PENDING_RESPONSES", 100, "responses", "Of one C-MOVE or C-GET, by progress: one for each hundredth of a large one."
)
RETRIEVE_PENDING_SECONDS = _limit(
    "RETRIEVE_PENDING_SECONDS", 0.5, "seconds", "After this the next finished sub-operation is reported, whatever its share."
)
FAILED_UIDS_BYTES_MAX = _limit(
    "FAILED_UIDS_BYTES_MAX", 65_534, "bytes", "A UI has a 16-bit length in Explicit VR (PS3.5 7.1.2): some thousand failed UIDs."
)
CANCEL_SECONDS = _limit("CANCEL_SECONDS", 1.0, "seconds", "From C-CANCEL to the final answer.")
QUERY_KEYS_MAX = _limit("QUERY_KEYS_MAX", 1024, "keys", "A C-FIND identifier; real ones have under 60.")
QUERY_VALUES_MAX = _limit("QUERY_VALUES_MAX", 20_000, "values", "A list of UIDs in one key; SQLite takes 32,766 parameters.")
WILDCARDS_MAX = _limit("WILDCARDS_MAX", 32, "wildcards a key", "More only serve to make matching slow.")
QUERY_ALTERNATIVES_MAX = _limit(
    "QUERY_ALTERNATIVES_MAX", 256, "values a key",
    "A list that no index serves is asked value by value; SQLite takes expressions 1000 deep.",
)  # fmt: skip
QUERY_VALUE_CHARACTERS_MAX = _limit(
    "QUERY_VALUE_CHARACTERS_MAX", 1024, "characters", "One value of a key: the index keeps no longer ones, so nothing could match."
)
SEARCH_WORDS_MAX = _limit(
    "SEARCH_WORDS_MAX", 16, "words", "Of what somebody types into a list; each is looked for in the text of every study."
)
STUDY_CHOICES_MAX = _limit(
    "STUDY_CHOICES_MAX", 1000, "values", "Modalities and senders that a list of studies offers to choose from; a menu shows dozens."
)
QUERY_STATEMENT_SECONDS = _limit(
    "QUERY_STATEMENT_SECONDS", 30.0, "seconds", "One reading of the index; with a million instances the slowest takes under one."
)
QUERY_PROGRESS_STEPS = _limit(
    "QUERY_PROGRESS_STEPS", 20_000, "SQLite steps", "How often a running search looks whether it was closed: every millisecond."
)
MATCHES_GATHERED_MAX = _limit(
    "MATCHES_GATHERED_MAX", 5_000, "matches", "Found all at once and sorted in memory, in 20 ms; more are read along an index."
)
QUERY_PAGE_ROWS = _limit(
    "QUERY_PAGE_ROWS", 500, "rows", "Read from the index at once: holds the snapshot for milliseconds, however slow the peer."
)
QUERY_FIRST_PAGE_ROWS = _limit("QUERY_FIRST_PAGE_ROWS", 50, "rows", "The first page is small, so that the first answer is quick.")
INDEX_READERS_IDLE_MAX = _limit(
    "INDEX_READERS_IDLE_MAX",
    8,
    "connections",
    "Readers of the index kept open for the next question; more are closed after theirs.",
)
REJECTED_CALLERS_MAX = _limit(
    "REJECTED_CALLERS_MAX", 1000, "callers", "Who was turned away is remembered; the longest unseen make room for new ones."
)
CALLERS_IGNORED_MAX = _limit(
    "CALLERS_IGNORED_MAX", 500, "callers", "That a person does not want to be shown again; past it the first ones are shown again."
)
FEED_CHANGES_MAX = _limit("FEED_CHANGES_MAX", 10_000, "changes", "One reading of the feed, held in memory: some megabytes.")
LATEST_STUDIES_MAX = _limit("LATEST_STUDIES_MAX", 500, "studies", "What a status page may ask for; a person reads some dozens.")
HEADER_READ_BYTES = _limit(
    "HEADER_READ_BYTES", 64 * KIB, "bytes", "Read from a blob at once for attributes that the index lacks: most headers fit."
)

# Nodes

NODE_NAME_CHARACTERS_MAX = _limit(
    "NODE_NAME_CHARACTERS_MAX", 64, "characters", "The name that a node is saved under; people type it on the command line."
)
NODE_NOTES_CHARACTERS_MAX = _limit(
    "NODE_NOTES_CHARACTERS_MAX",
    2000,
    "characters",
    "What a person writes about a node: a screen full, kept with every copy of the list.",
)
NODE_HOST_CHARACTERS_MAX = _limit("NODE_HOST_CHARACTERS_MAX", 253, "characters", "A full host name (RFC 1035 2.3.4).")
NODES_IMPORTED_MAX = _limit("NODES_IMPORTED_MAX", 10_000, "nodes", "From one list; a large hospital has some thousands of devices.")
NODE_URL_CHARACTERS_MAX = _limit("NODE_URL_CHARACTERS_MAX", 1000, "characters", "Where a node speaks DICOMweb; real ones have 50.")
NODE_LIST_CHARACTERS_MAX = _limit(
    "NODE_LIST_CHARACTERS_MAX", 16 * MIB, "characters", "A list to import: ten thousand nodes with long notes fit."
)
NODE_ROW_LINES_MAX = _limit(
    "NODE_ROW_LINES_MAX", 64, "lines", "One CSV row whose quoted note runs over several lines; past it a quotation mark is missing."
)
NODE_ROWS_UNCLOSED_MAX = _limit(
    "NODE_ROWS_UNCLOSED_MAX", 1000, "rows", "With an open quotation mark in one list; each is tried with the lines below it."
)
CALLER_WRITTEN_SECONDS = _limit(
    "CALLER_WRITTEN_SECONDS", 1.0, "seconds", "Between two rows about one stranger: knocking must not become writing to the index."
)
CALLERS_WRITTEN_A_SECOND_MAX = _limit(
    "CALLERS_WRITTEN_A_SECOND_MAX", 20, "callers", "Strangers with ever new titles; a department that is switched on is slower."
)
CALLERS_COUNTED_MAX = _limit(
    "CALLERS_COUNTED_MAX", 1000, "callers", "Strangers whose knocks are counted in memory; past it counting begins anew."
)
STRANGERS_REMEMBERED_MAX = _limit(
    "STRANGERS_REMEMBERED_MAX", 100, "connections", "That never became an association, by address and cause; the oldest ones go."
)
ECHO_MINUTES_MAX = _limit("ECHO_MINUTES_MAX", 24 * 60, "minutes", "Between two echoes of a node, which are shown for a day.")
ECHO_LOOK_SECONDS = _limit(
    "ECHO_LOOK_SECONDS", 5.0, "seconds", "Between two looks whose echo is due; a new node is asked within that time."
)
ECHOES_AT_ONCE_MAX = _limit(
    "ECHOES_AT_ONCE_MAX", 4, "echoes", "Of nodes asked by themselves: one that is switched off takes five seconds."
)
ECHO_NODES_MAX = _limit(
    "ECHO_NODES_MAX", 200, "nodes", "That are asked by themselves, the first of the list; a list of thousands is no neighbourhood."
)
ECHO_ANSWERS_MAX = _limit(
    "ECHO_ANSWERS_MAX", 24 * 60, "answers", "Of one node, in memory: one a minute for a day. At one in five minutes 30 KB."
)
NODE_BARS = _limit("NODE_BARS", 32, "bars", "That show a node's last day, 45 minutes each: as fine as an eye tells apart in a row.")
NODE_HISTORY_SECONDS = _limit(
    "NODE_HISTORY_SECONDS",
    24 * 3600.0,
    "seconds",
    "How far back a node's answers are shown: a day, in which every device is used once.",
)
NODE_EVENTS_MAX = _limit("NODE_EVENTS_MAX", 20, "events", "Changes of one node that are told: it went away, it came back.")
NODE_HISTORY_DAYS_MAX = _limit(
    "NODE_HISTORY_DAYS_MAX", 3650, "days", "That a node's past may be kept: ten years of hours are 88,000 rows of it."
)
NODE_EVENTS_KEPT_MAX = _limit(
    "NODE_EVENTS_KEPT_MAX", 500, "events", "Of one node, on the disk: one that comes and goes all day must not fill it."
)
CALLED_TITLES_MAX = _limit("CALLED_TITLES_MAX", 8, "titles", "By which one node calls us, remembered; real ones use one or two.")
HISTORY_WRITTEN_SECONDS = _limit(
    "HISTORY_WRITTEN_SECONDS", 20.0, "seconds", "Between two commits of what the nodes answered; a crash loses no more of it."
)
HISTORY_WAITING_MAX = _limit(
    "HISTORY_WAITING_MAX", 5000, "rows", "Of the nodes' past held in memory while the disk refuses; the oldest ones go."
)
HISTORY_PRUNED_SECONDS = _limit("HISTORY_PRUNED_SECONDS", 3600.0, "seconds", "Between two removals of what is older than wanted.")
HEARTBEAT_PARTS = _limit(
    "HEARTBEAT_PARTS", 60, "parts", "That a strip of a day, a week or a month is drawn in: as fine as an eye tells apart in a row."
)
OUTAGES_SHOWN_MAX = _limit("OUTAGES_SHOWN_MAX", 10, "stretches", "In which a node did not answer, the latest, told on the page.")
WINDOWS_MAX = _limit("WINDOWS_MAX", 200, "windows", "Of maintenance, all nodes together; each is looked at with every echo.")
WINDOW_MINUTES_MAX = _limit("WINDOW_MINUTES_MAX", 31 * 24 * 60, "minutes", "One window of maintenance: a month of rebuilding.")
WINDOW_WORDS_MAX = _limit("WINDOW_WORDS_MAX", 200, "characters", "What a window of maintenance is for.")
WINDOW_YEAR_MIN = _limit(
    "WINDOW_YEAR_MIN", 2000, "AD", "A window of maintenance begins no earlier; near the year 1 zones have no room."
)
WINDOW_YEAR_MAX = _limit(
    "WINDOW_YEAR_MAX", 8999, "AD", "Nor later: the openings that follow must be times that can be said, in every zone."
)
DRIFT_LEARNING_SECONDS = _limit(
    "DRIFT_LEARNING_SECONDS",
    24 * 3600.0,
    "seconds",
    "After its first call, in which what a node proposes and says is learned: a scanner stores, asks for its worklist and commits.",
)
DRIFT_CALM_SECONDS = _limit(
    "DRIFT_CALM_SECONDS",
    3600.0,
    "seconds",
    "That a change must not have been seen before it counts as undone: two devices may alternate.",
)
DRIFT_VALUES_MAX = _limit(
    "DRIFT_VALUES_MAX", 32, "values", "That are usual of one aspect of a node, such as the programs that call under its title."
)
DRIFT_KEYS_MAX = _limit("DRIFT_KEYS_MAX", 300, "aspects", "Of one node: each storage class that it sends is one.")
DRIFT_CONTEXTS_MAX = _limit(
    "DRIFT_CONTEXTS_MAX",
    2000,
    "contexts",
    "Class and transfer syntax, whose answers are remembered of one node; a long report has 300.",
)
DRIFT_OPEN_MAX = _limit("DRIFT_OPEN_MAX", 50, "changes", "Of one node that wait for somebody's word; the oldest ones go.")
ALERT_AFTER_MAX = _limit("ALERT_AFTER_MAX", 100, "echoes", "Unanswered in a row before somebody is told.")
ALERT_GATHER_SECONDS = _limit(
    "ALERT_GATHER_SECONDS",
    20.0,
    "seconds",
    "After the first change, for the others: a switch that fails takes fifty nodes with it.",
)
ALERTS_WAITING_MAX = _limit("ALERTS_WAITING_MAX", 500, "alerts", "That could not be told yet; the oldest ones go.")
ALERTS_SHOWN_MAX = _limit("ALERTS_SHOWN_MAX", 50, "alerts", "The latest, told on the page with what became of them.")
ALERT_TRIES = _limit("ALERT_TRIES", 4, "tries", "To tell one batch one way: at once, and after each of the pauses.")
ALERT_PAUSE_SECONDS = _limit(
    "ALERT_PAUSE_SECONDS", 60.0, "seconds", "After the first try that failed; four times as long after each further one."
)
ALERT_SEND_SECONDS = _limit(
    "ALERT_SEND_SECONDS", 20.0, "seconds", "For one e-mail or one webhook, from the connection to the last answer."
)
MODALITIES_LIST_BYTES_MAX = _limit(
    "MODALITIES_LIST_BYTES_MAX", 4 * MIB, "bytes", "Of the list of nodes that an Orthanc answers with: ten thousand of them."
)
MODALITIES_LIST_MAX = _limit("MODALITIES_LIST_MAX", 10_000, "nodes", "In the list of another archive, as many as in one of ours.")
TOLERATED_CALLERS_MAX = _limit(
    "TOLERATED_CALLERS_MAX", 100, "callers", "Let in whom a stricter policy would have refused, remembered for the page."
)
ORTHANC_REST_PORT = _limit(
    "ORTHANC_REST_PORT", 8042, "TCP port", "Where an Orthanc has its REST interface unless it was told otherwise."
)
SETTING_CHARACTERS_MAX = _limit(
    "SETTING_CHARACTERS_MAX", 2000, "characters", "Of one setting that a page changes: a web address, a list of e-mail addresses."
)
CHECKUPS_COMPARED_MAX = _limit("CHECKUPS_COMPARED_MAX", 1000, "reports", "Of checkups that are looked at for what changed since.")
WANTED_CLASSES_REMEMBERED_MAX = _limit(
    "WANTED_CLASSES_REMEMBERED_MAX", 16, "classes", "What a rejected caller asked for: enough to recognise the device by."
)

# Transcoding

FRAME_PIXELS_MAX = _limit("FRAME_PIXELS_MAX", 1_000_000_000, "pixels", "One frame; the largest mammograms have 30 million.")
JPEG_2000_TILES_MAX = _limit(
    "JPEG_2000_TILES_MAX",
    65_535,
    "tiles",
    "One codestream; tile indices have 16 bits, and a decoder allocates for each (ISO 15444-1 A.4.2).",
)
PIXELS_AT_ONCE = _limit(
    "PIXELS_AT_ONCE", 256 * KIB, "pixels", "One strip of a picture in the making: wide numbers stay in the processor's cache."
)
ATTRIBUTE_TEXT_BYTES_MAX = _limit(
    "ATTRIBUTE_TEXT_BYTES_MAX",
    16 * KIB,
    "bytes",
    "Of one text value that rendering reads: windows, kinds, the corners of a shutter.",
)
ATTRIBUTE_NUMBERS_MAX = _limit(
    "ATTRIBUTE_NUMBERS_MAX", 1000, "numbers", "Of one value that rendering reads: ten windows, or a shutter of 500 corners."
)
PICTURE_SIDE_PIXELS_MAX = _limit(
    "PICTURE_SIDE_PIXELS_MAX", 16_384, "pixels", "A side of a picture that is asked for by its size; the largest screens have half."
)
RENDERED_FRAME_PIXELS_MAX = _limit(
    "RENDERED_FRAME_PIXELS_MAX", 150_000_000, "pixels", "A frame that is made into a picture; a scanned film has under 100 million."
)
PICTURE_PIXELS_MAX = _limit(
    "PICTURE_PIXELS_MAX", 150_000_000, "pixels", "A picture of any size: half a gigabyte of colour while it is made."
)
TRANSCODE_BYTES_MAX = _limit(
    "TRANSCODE_BYTES_MAX", 4 * GIB, "bytes", "The decoded size that we transcode for a destination; larger objects go as they are."
)

FRAME_HEAD_BYTES = _limit(
    "FRAME_HEAD_BYTES",
    64 * KIB,
    "bytes",
    "Read of a stored instance to find its frames: what stands before the pixels of nearly all.",
)
FRAME_HEAD_BYTES_MAX = _limit(
    "FRAME_HEAD_BYTES_MAX",
    64 * MIB,
    "bytes",
    "The most that is read before the pixels: a whole slide image describes a million tiles.",
)
FRAGMENTS_INDEXED_MAX = _limit(
    "FRAGMENTS_INDEXED_MAX",
    262_144,
    "fragments",
    "Of one instance, listed so that its frames are found at once: 50 MB while it is done.",
)
RETRIEVE_PAGE_INSTANCES = _limit(
    "RETRIEVE_PAGE_INSTANCES", 64, "instances", "Of a study that is sent over HTTP, asked of the index at once."
)
FRAME_FORMS_REMEMBERED_MAX = _limit(
    "FRAME_FORMS_REMEMBERED_MAX",
    256,
    "choices",
    "What was chosen for an Accept header and a transfer syntax; a viewer sends two or three.",
)
HTTP_WORKS_AT_ONCE_MAX = _limit(
    "HTTP_WORKS_AT_ONCE_MAX",
    16,
    "threads",
    "Of the web's forty, that wait for worker processes; searches and stored bytes have the rest.",
)
SERIES_AT_HAND_SECONDS = _limit(
    "SERIES_AT_HAND_SECONDS",
    120.0,
    "seconds",
    "Where the instances of a series lie is remembered so long after the last picture of it: a reader rests, and goes on.",
)
SERIES_AT_HAND_AGAIN_SECONDS = _limit(
    "SERIES_AT_HAND_AGAIN_SECONDS", 2.0, "seconds", "Between two listings of a series that grows while pictures of it are taken."
)
SERIES_AT_HAND_MAX = _limit(
    "SERIES_AT_HAND_MAX", 8, "series", "That pictures are taken of at once, and whose instances are at hand: 20 MB at most."
)
SERIES_AT_HAND_INSTANCES_MAX = _limit(
    "SERIES_AT_HAND_INSTANCES_MAX", 5000, "instances", "A longer series is not kept at hand: half a kilobyte for each instance."
)
THUMBNAIL_PIXELS = _limit("THUMBNAIL_PIXELS", 128, "pixels", "A side of a thumbnail whose size nobody asked for.")
HTTP_CONNECTIONS_MAX = _limit(
    "HTTP_CONNECTIONS_MAX",
    256,
    "connections",
    "Open over HTTP at once; a browser has six for each page, and DICOM needs room of its own.",
)
HTTP_HEAD_BYTES_MAX = _limit(
    "HTTP_HEAD_BYTES_MAX", 96 * KIB, "bytes", "The head of one request: a query of QUERY_STRING_BYTES_MAX and real headers fit."
)
HTTP_TARGET_BYTES_MAX = _limit("HTTP_TARGET_BYTES_MAX", 72 * KIB, "bytes", "Path and query of one request.")
HTTP_HEADERS_MAX = _limit("HTTP_HEADERS_MAX", 100, "header fields", "Of one request; browsers send twenty.")
HTTP_HEAD_SECONDS = _limit(
    "HTTP_HEAD_SECONDS", 20.0, "seconds", "From a request's first byte, or the connection, to the end of its head."
)
HTTP_SILENCE_SECONDS = _limit(
    "HTTP_SILENCE_SECONDS", 60.0, "seconds", "No byte of a body came, or none of an answer was taken: the client is gone or plays."
)
HTTP_KEEP_ALIVE_SECONDS = _limit(
    "HTTP_KEEP_ALIVE_SECONDS",
    75,
    "seconds",
    "An idle connection stays open for the next request: longer than a proxy's usual minute.",
)
HTTP_LOOK_SECONDS = _limit("HTTP_LOOK_SECONDS", 5.0, "seconds", "Between two looks at a connection that may have fallen silent.")
HTTP_BACKLOG = _limit("HTTP_BACKLOG", 256, "connections", "What the system queues while the event loop is busy for a moment.")
SEND_BYTES = _limit(
    "SEND_BYTES", MIB, "bytes", "Read of a stored file and sent over HTTP at once: a CT image in one piece, and memory stays flat."
)
SENT_TOGETHER_BYTES = _limit(
    "SENT_TOGETHER_BYTES", 16 * MIB, "bytes", "The same of all answers under way: where a hundred download, each has its share."
)
SEND_BYTES_LEAST = _limit("SEND_BYTES_LEAST", 64 * KIB, "bytes", "The smallest such share: 256 connections hold 16 MiB.")
FRAME_INDEX_PIECES_MAX = _limit(
    "FRAME_INDEX_PIECES_MAX",
    100_000,
    "pieces",
    "Of all instances whose frames stay listed: some 30 MB, the least used ones go first.",
)

# DICOMweb, PS3.18

QUERY_STRING_BYTES_MAX = _limit(
    "QUERY_STRING_BYTES_MAX", 64 * KIB, "bytes", "What follows the question mark: a list of a thousand UIDs fits."
)
QUERY_PARAMETERS_MAX = _limit("QUERY_PARAMETERS_MAX", 1024, "parameters", "Of one request; a viewer's worklist sends some twenty.")
QUERY_RESULTS_MAX = _limit(
    "QUERY_RESULTS_MAX", 100_000, "results",
    "One search over HTTP; they are streamed, and what is left can be had with offset (PS3.18 8.3.4.4).",
)  # fmt: skip
QUERY_OFFSET_MAX = _limit(
    "QUERY_OFFSET_MAX", 10**15, "results", "More than any archive will hold, and a number that every database takes."
)
ACCEPT_BYTES_MAX = _limit("ACCEPT_BYTES_MAX", 8 * KIB, "bytes", "An Accept header; a client that lists every syntax sends 4 KiB.")
MEDIA_RANGES_MAX = _limit("MEDIA_RANGES_MAX", 128, "media ranges", "In one Accept header; there are 60 transfer syntaxes.")
FRAMES_ASKED_MAX = _limit(
    "FRAMES_ASKED_MAX", 4096, "frames", "In the path of one request; a viewer asks for one, a script for some dozens."
)
FRAME_NUMBER_MAX = _limit(
    "FRAME_NUMBER_MAX", 2**31 - 1, "frames", "The highest number of a frame: Number of Frames is an IS (PS3.5 6.2)."
)
RANGES_MAX = _limit(
    "RANGES_MAX", 16, "ranges", "In one Range header, as it came; more serve only to make an answer large (RFC 9110 14.2)."
)
BULK_DATA_STEPS_MAX = _limit(
    "BULK_DATA_STEPS_MAX", 129, "steps", "Tags and item numbers that lead to one element: sequences nest 64 deep."
)
MULTIPART_PARTS_MAX = _limit("MULTIPART_PARTS_MAX", 100_000, "parts", "Of one store request; large studies have 20,000 images.")
MULTIPART_HEADER_BYTES_MAX = _limit("MULTIPART_HEADER_BYTES_MAX", 8 * KIB, "bytes", "All headers of one part; real ones have 200.")
MULTIPART_BOUNDARY_CHARACTERS_MAX = _limit("MULTIPART_BOUNDARY_CHARACTERS_MAX", 70, "characters", "A boundary (RFC 2046 5.1.1).")
MULTIPART_OUTSIDE_BYTES_MAX = _limit(
    "MULTIPART_OUTSIDE_BYTES_MAX", 64 * KIB, "bytes",
    "What stands before the first part or after the last, and is thrown away: real ones have a line.",
)  # fmt: skip
RESULT_PAGE_ANSWERS = _limit(
    "RESULT_PAGE_ANSWERS",
    500,
    "results",
    "Of one search, in memory at once: some 700 KB of JSON. Fewer are one answer with its length.",
)
STOW_FILINGS_MAX = _limit(
    "STOW_FILINGS_MAX",
    8,
    "instances",
    "Of one store request, filed at once: they share the syncs of the disk, and each has a file open.",
)
STOW_AT_ONCE_MAX = _limit(
    "STOW_AT_ONCE_MAX",
    24,
    "threads",
    "All store requests over HTTP together: what waits for the disk has threads of its own.",
)
SEARCHES_AT_ONCE_MAX = _limit(
    "SEARCHES_AT_ONCE_MAX",
    16,
    "threads",
    "All searches over HTTP together, their own: pictures that take long never keep them waiting.",
)
STOW_SENDER_CHARACTERS_MAX = _limit(
    "STOW_SENDER_CHARACTERS_MAX", 64, "characters", "The program that stored an instance over HTTP, as its User-Agent begins."
)
STOW_METADATA_BYTES_MAX = _limit(
    "STOW_METADATA_BYTES_MAX", 16 * MIB, "bytes", "The JSON part of a store request; a thousand images have some megabytes."
)
STOW_BULK_BYTES_HELD = _limit(
    "STOW_BULK_BYTES_HELD",
    64 * KIB,
    "bytes",
    "One bulk data part in memory; a longer one waits for its instance in a nameless file.",
)
STOW_BULK_PARTS_MAX = _limit(
    "STOW_BULK_PARTS_MAX", 256, "parts",
    "Bulk data that waits for the rest of its instance; senders put the parts of an instance one after the other.",
)  # fmt: skip
STOW_NESTED_BULK_BYTES_MAX = _limit(
    "STOW_NESTED_BULK_BYTES_MAX", 16 * MIB, "bytes", "Bulk data inside a sequence, which is held while its instance is written."
)
PROBLEM_CHARACTERS_MAX = _limit(
    "PROBLEM_CHARACTERS_MAX", 1000, "characters", "The sentence of one error over HTTP, whatever was quoted into it."
)

# Worker processes

WORKER_SECONDS_MAX = _limit(
    "WORKER_SECONDS_MAX", 30.0, "seconds", "One call: a picture, a frame, a series' attributes. The largest mammogram takes three."
)
WORKER_TRANSCODE_SECONDS_MAX = _limit(
    "WORKER_TRANSCODE_SECONDS_MAX", 600.0, "seconds", "A whole instance in another transfer syntax: thousands of frames."
)
WORKER_MEMORY_BYTES_MAX = _limit(
    "WORKER_MEMORY_BYTES_MAX", 2 * GIB, "bytes", "One call, beside the file itself: ten times what the largest single frame needs."
)
WORKER_TRANSCODE_MEMORY_BYTES_MAX = _limit(
    "WORKER_TRANSCODE_MEMORY_BYTES_MAX", 10 * GIB, "bytes", "A whole instance transcoded: its pixels decoded, and as they leave."
)
WORKER_MEMORY_SHARE = _limit(
    "WORKER_MEMORY_SHARE", 0.5, "of this computer's memory", "What one call may have at most, whatever the other limits allow."
)
WORKER_CODE_BYTES = _limit(
    "WORKER_CODE_BYTES", 1 * GIB, "bytes", "Address space of Python, numpy and the codecs themselves, which no call is charged for."
)
WORKER_KEPT_BYTES_MAX = _limit(
    "WORKER_KEPT_BYTES_MAX", 512 * MIB, "bytes", "A process that still holds more after its call is ended: little comes back."
)
WORKER_GRACE_SECONDS = _limit(
    "WORKER_GRACE_SECONDS", 2.0, "seconds", "Past its time a process ends itself, in case the server that should kill it is gone."
)
WORKER_START_SECONDS = _limit(
    "WORKER_START_SECONDS", 60.0, "seconds", "For a process to get ready: a tenth of a second, more where a cold disk is read."
)
WORKER_END_SECONDS = _limit(
    "WORKER_END_SECONDS", 2.0, "seconds", "For a process to end by itself once it is let go; then it is killed."
)
WORKER_IDLE_SECONDS = _limit(
    "WORKER_IDLE_SECONDS", 120.0, "seconds", "A process that nobody calls ends: it holds 100 MB, the next takes half a second."
)
WORKER_WATCH_SECONDS = _limit("WORKER_WATCH_SECONDS", 0.2, "seconds", "Between two looks at the time that the processes have left.")
WORKERS_MAX = _limit("WORKERS_MAX", 16, "processes", "One for each core, on large computers too: each holds some 100 MB.")
WORKER_CALLERS_MAX = _limit(
    "WORKER_CALLERS_MAX", 256, "callers", "Waiting for a free process; each has a thread, and the last would wait for seconds."
)
WORKER_PATIENCE_SECONDS = _limit("WORKER_PATIENCE_SECONDS", 30.0, "seconds", "How long a caller waits for a free process.")
WORKER_READ_BYTES = _limit(
    "WORKER_READ_BYTES", MIB, "bytes", "Read at once of a worker process's answer: what its pipe holds at most."
)
WORKER_PIPE_BYTES = _limit(
    "WORKER_PIPE_BYTES", 1 * MIB, "bytes", "The pipes to and from a process: Linux gives no more to programs without rights."
)
WORKER_ANSWER_BYTES_MAX = _limit(
    "WORKER_ANSWER_BYTES_MAX", 5 * GIB, "bytes", "What a process may answer: a whole instance transcoded, and its other elements."
)
WORKER_PIECES_MAX = _limit(
    "WORKER_PIECES_MAX", 10_000, "pieces", "Frames or instances in one answer, whose lengths the server reads before their content."
)
WORKER_BATCH_BYTES = _limit(
    "WORKER_BATCH_BYTES", 4 * MIB, "bytes", "Frames handed over at once: small ones share a call, large ones have their own."
)
WORKER_INSTANCES_MAX = _limit(
    "WORKER_INSTANCES_MAX", 100, "instances", "Whose attributes are asked for in one call: a tenth of a second's work."
)
BACKGROUND_NICENESS = _limit(
    "BACKGROUND_NICENESS", 15, "steps", "How far a process behind what people wait for steps back; Unix knows 19."
)
WORKER_ERROR_CHARACTERS_MAX = _limit(
    "WORKER_ERROR_CHARACTERS_MAX", 2000, "characters", "The text of an error on its way from a process to its caller."
)

# DICOM JSON, PS3.18 F

INLINE_BINARY_BYTES_MAX = _limit(
    "INLINE_BINARY_BYTES_MAX", 1024, "bytes",
    "A binary value that stands in the metadata itself: small palettes do, private headers of 100 KiB an image do not.",
)  # fmt: skip
INLINE_VALUE_BYTES_MAX = _limit(
    "INLINE_VALUE_BYTES_MAX", 64 * KIB, "bytes",
    "The same for numbers and texts: a long report or a contour stays where every viewer finds it, a volume of points does not.",
)  # fmt: skip

JSON_WHOLE_NUMBER_MAX = _limit(
    "JSON_WHOLE_NUMBER_MAX", 2**53 - 1, "as a number", "Larger ones are written as text: JavaScript cannot hold them (RFC 8259 6)."
)
PACKED_BYTES_MIN = _limit(
    "PACKED_BYTES_MIN", 2 * KIB, "bytes", "JSON that is shorter is sent as it is: packed it would not be faster anywhere."
)
METADATA_CHUNK_INSTANCES = _limit(
    "METADATA_CHUNK_INSTANCES", WORKER_INSTANCES_MAX, "instances",
    "Whose attributes are in memory at once when those of a series are worked out or sent: half a megabyte of JSON.",
)  # fmt: skip
METADATA_CHUNK_BYTES = _limit(
    "METADATA_CHUNK_BYTES", 128 * MIB, "bytes",
    "The same as the size of the instances: a hundred CT images are half of it, an enhanced multi-frame is a chunk of its own.",
)  # fmt: skip
METADATA_PIECE_BYTES = _limit(
    "METADATA_PIECE_BYTES", 1 * MIB, "bytes", "Of attributes that are unpacked to be sent: a chunk of most series in one piece."
)
METADATA_CACHE_BYTES_MAX = _limit(
    "METADATA_CACHE_BYTES_MAX", 2 * GIB, "bytes",
    "Packed attributes kept ready, some 200 bytes an instance: those of ten million. The longest unwritten make room.",
)  # fmt: skip
METADATA_UNFINISHED_SECONDS = _limit(
    "METADATA_UNFINISHED_SECONDS", 3600.0, "seconds",
    "Older than the latest file of that cache, a half-written one is what a crash left; writing one takes milliseconds.",
)  # fmt: skip
METADATA_BASES_MAX = _limit(
    "METADATA_BASES_MAX",
    4,
    "addresses",
    "Of this archive, as its clients call it, that the attributes of a series are kept ready for.",
)
METADATA_QUIET_SECONDS = _limit(
    "METADATA_QUIET_SECONDS", 5.0, "seconds", "Without a new instance, after which the attributes of a series are worked out ahead."
)
METADATA_PATIENCE_SECONDS = _limit(
    "METADATA_PATIENCE_SECONDS", 60.0, "seconds",
    "What a quiet series waits for a moment in which nothing arrives at all: storing comes first.",
)  # fmt: skip
METADATA_LOOK_SECONDS = _limit(
    "METADATA_LOOK_SECONDS", 1.0, "seconds", "Between two looks at the change feed, each of which takes a tenth of a millisecond."
)
METADATA_SERIES_WAITING_MAX = _limit(
    "METADATA_SERIES_WAITING_MAX",
    10_000,
    "series",
    "That are to be worked out ahead; of more, the oldest wait until they are asked for.",
)

# Web

LIVE_SECONDS = _limit("LIVE_SECONDS", 1.0, "seconds", "Between two looks of the live page: calm for the eye.")
LIVE_LINES_MAX = _limit("LIVE_LINES_MAX", 500, "lines", "The live log that the page can go back to; the log file keeps the rest.")
STUDIES_SHOWN_MAX = _limit("STUDIES_SHOWN_MAX", 20, "studies", "The latest ones on the page: what a person takes in at a look.")

JOBS_AT_ONCE_MAX = _limit("JOBS_AT_ONCE_MAX", 4, "jobs", "Run side by side; the others wait: each may open several associations.")
JOBS_WAITING_MAX = _limit("JOBS_WAITING_MAX", 1000, "jobs", "Queued and running in sum; a page that asks for more is out of hand.")
JOBS_KEPT_MAX = _limit("JOBS_KEPT_MAX", 5000, "jobs", "Rows of jobs; past it the oldest that are over are forgotten.")
JOB_FINDINGS_MAX = _limit("JOB_FINDINGS_MAX", 100, "sentences", "What one job remembers of what went wrong; the rest is counted.")
JOB_SENTENCE_CHARACTERS_MAX = _limit(
    "JOB_SENTENCE_CHARACTERS_MAX", 500, "characters", "One sentence of a job; part of it is what another device said."
)
JOB_WANTED_CHARACTERS_MAX = _limit(
    "JOB_WANTED_CHARACTERS_MAX", 256 * KIB, "characters", "What a job was asked for, as JSON: a thousand UIDs take 66 thousand."
)
JOB_NOTED_SECONDS = _limit(
    "JOB_NOTED_SECONDS", 5.0, "seconds", "Between two rows about how far a job is: what a crash forgets of its counts."
)
JOB_CANCEL_SECONDS = _limit(
    "JOB_CANCEL_SECONDS", 5.0, "seconds", "A cancelled job has this to end in order; then its association is cut."
)
JOB_STOP_SECONDS = _limit(
    "JOB_STOP_SECONDS", 5.0, "seconds", "At a stop, how long to wait for the threads of jobs, whose associations are cut by then."
)
JOB_UIDS_MAX = _limit(
    "JOB_UIDS_MAX", 1000, "UIDs", "Studies, series or instances that one job is asked for; QIDO lists them in pages."
)
JOB_SHOWN_CHARACTERS_MAX = _limit(
    "JOB_SHOWN_CHARACTERS_MAX",
    400,
    "characters",
    "A patient's name beside a job: PN has five parts in three groups of 64 (PS3.5 6.2).",
)
JOB_QUESTION_UIDS_MAX = _limit(
    "JOB_QUESTION_UIDS_MAX", 500, "UIDs", "Of images in one C-GET or C-MOVE: a UI of Explicit VR holds 65,534 bytes, a UID has 64."
)
PACE_SECONDS = _limit("PACE_SECONDS", 5.0, "seconds", "What the rate of a transfer is taken over: calm, and yet of this moment.")
PACE_SAMPLE_SECONDS = _limit(
    "PACE_SAMPLE_SECONDS", 0.25, "seconds", "Between two counts that are kept for it: twenty cover the span, however fast it goes."
)
EXPERIENCE_JOBS_MAX = _limit(
    "EXPERIENCE_JOBS_MAX", 500, "jobs", "The latest that are looked at for how retrieving from a node went; read in milliseconds."
)
EXPERIENCE_TRANSFERS = _limit(
    "EXPERIENCE_TRANSFERS", 10, "transfers", "From one node, that say how fast it sends: last month's network is not today's."
)
HTTP_RUN_BYTES = _limit("HTTP_RUN_BYTES", 256 * KIB, "bytes", "Of a DICOMweb node's answer, read at once and handed on.")
HTTP_ERROR_BYTES_MAX = _limit(
    "HTTP_ERROR_BYTES_MAX", 8 * KIB, "bytes", "Of an error's body, read for its words; the rest is dropped."
)
WEB_ANSWERS_PAGE = _limit("WEB_ANSWERS_PAGE", 1000, "answers", "Of a DICOMweb node's search, asked for at once.")
WEB_ANSWERS_BYTES_MAX = _limit(
    "WEB_ANSWERS_BYTES_MAX", 64 * MIB, "bytes", "One page of such answers as JSON, held in memory: a thousand take 2 MB."
)
API_COUNTED_MAX = _limit(
    "API_COUNTED_MAX", 10_000, "answers", "Of another node's C-FIND that are counted and not kept; beyond it is more than a list."
)
API_COUNT_SECONDS = _limit(
    "API_COUNT_SECONDS", 20.0, "seconds", "For such a counting; then it is cancelled and what was counted is told."
)
API_HERE_MAX = _limit("API_HERE_MAX", 1000, "UIDs", "Asked about at once, whether they are here: as many as a search has answers.")
API_ANSWERS_MAX = _limit("API_ANSWERS_MAX", 1000, "answers", "Of another node's C-FIND, held in memory for one reply.")
API_ROWS_MAX = _limit("API_ROWS_MAX", 1000, "rows", "Of one page of a list of `/api`: studies, jobs, what is set aside.")
HEADER_ROWS_MAX = _limit(
    "HEADER_ROWS_MAX",
    20_000,
    "rows",
    "Of the header of an instance on a page: an enhanced image of a thousand frames has ten thousand.",
)
HEADER_ROW_CHARACTERS_MAX = _limit(
    "HEADER_ROW_CHARACTERS_MAX", 1024, "characters", "Of one value in it: longer ones are cut, and can be had from DICOMweb."
)
HEADER_ROW_VALUES_MAX = _limit("HEADER_ROW_VALUES_MAX", 256, "values", "Of one attribute in it, before the characters are counted.")
API_JOBS_SHOWN = _limit("API_JOBS_SHOWN", 20, "jobs", "The latest ones in an event of /api/live: what one takes in at a look.")
ASSOCIATIONS_REMEMBERED = _limit(
    "ASSOCIATIONS_REMEMBERED", 500, "associations", "That ended, kept in memory for the page: some hours of a busy day."
)
CALLERS_REMEMBERED = _limit(
    "CALLERS_REMEMBERED", 100, "callers", "Turned away or gone without a word, kept beside them: a flood of those hides nobody."
)
ASSOCIATIONS_TOLD_MAX = _limit(
    "ASSOCIATIONS_TOLD_MAX",
    50,
    "associations",
    "That ended since the last event of /api/live; whoever missed more asks for the list.",
)
ARRIVALS_SHOWN_MAX = _limit("ARRIVALS_SHOWN_MAX", 48, "images", "The latest ones as they arrive: a screen full of thumbnails.")
SPACE_ROWS_PER_LOOK = _limit(
    "SPACE_ROWS_PER_LOOK", 100_000, "rows", "Of the index whose bytes are summed for one answer; the next look goes on from there."
)
SET_ASIDE_PICTURE_PIXELS = _limit(
    "SET_ASIDE_PICTURE_PIXELS",
    512,
    "pixels",
    "The longer side of the picture of an instance set aside: half a page beside the other.",
)
SPACE_HOURS_KEPT = _limit(
    "SPACE_HOURS_KEPT", 24 * 31, "hours", "How far back the bytes that arrived are known hour by hour: a month."
)
API_CALLS_AT_ONCE_MAX = _limit(
    "API_CALLS_AT_ONCE_MAX",
    8,
    "calls",
    "Echoes and searches of other nodes that wait for them; the page must not wait behind them.",
)
API_BODY_BYTES_MAX = _limit(
    "API_BODY_BYTES_MAX", 32 * MIB, "bytes", "The body of a request to `/api`: a list of ten thousand nodes with long notes fits."
)
HOUSE_CALL_SECONDS = _limit(
    "HOUSE_CALL_SECONDS", 600.0, "seconds", "Between two steps that a running instance tells the command line."
)

# Command line

DUMP_VALUE_BYTES_MAX = _limit(
    "DUMP_VALUE_BYTES_MAX", 4 * KIB, "bytes", "A value that `dump` reads at once; pixels are left in the file."
)
DIFFERENCES_SHOWN_MAX = _limit(
    "DIFFERENCES_SHOWN_MAX", 10, "lines", "Of each kind that `reindex` shows a person: a lost index differs in every image."
)
DUMP_WARNINGS_MAX = _limit("DUMP_WARNINGS_MAX", 5, "sentences", "What `dump` says of a file that is written oddly.")
DUMP_VALUE_CHARACTERS_MAX = _limit("DUMP_VALUE_CHARACTERS_MAX", 120, "characters", "A value as `dump` shows it without --whole.")

TABLE_CELL_CHARACTERS_MIN = _limit(
    "TABLE_CELL_CHARACTERS_MIN", 8, "characters", "What a cell of a table keeps on a terminal that is too narrow for the whole."
)
GARBAGE_OBJECTS = _limit(
    "GARBAGE_OBJECTS",
    20_000,
    "objects",
    "Made before Python looks for cycles: its 700 cost a start a fifth of its time, looking through what stays.",
)

PRIVILEGED_PORTS = _limit("PRIVILEGED_PORTS", 1024, "ports", "Unix lets only administrators listen below this one.")
STOP_ASKED_SECONDS = _limit(
    "STOP_ASKED_SECONDS", 0.5, "seconds", "Between two looks whether Ctrl-C was pressed, on systems that wake nobody for it."
)
PAGE_START_SECONDS = _limit(
    "PAGE_START_SECONDS", 10.0, "seconds", "From a running instance's DICOM port to its page: loading it takes half a second."
)
PAGE_LOOK_SECONDS = _limit("PAGE_LOOK_SECONDS", 0.1, "seconds", "Between two attempts to reach a page that is not there yet.")
PAGE_STOP_SECONDS = _limit(
    "PAGE_STOP_SECONDS", 10.0, "seconds", "At a stop, how long to wait for the page's thread, which may be just starting."
)

FILE_HEAD_BYTES = _limit(
    "FILE_HEAD_BYTES", 256 * KIB, "bytes", "Read of each file to see what it is: file meta information and first attributes."
)
FILE_HEAD_BYTES_FIRST = _limit(
    "FILE_HEAD_BYTES_FIRST", 8 * KIB, "bytes", "Read of each file first: class and instance stand at the beginning of nearly all."
)
ZIP_ENTRIES_MAX = _limit("ZIP_ENTRIES_MAX", 100_000, "entries", "A zip archive; a year of one patient's studies fits.")
ZIP_BYTES_MAX = _limit("ZIP_BYTES_MAX", 50 * GIB, "bytes", "What a zip archive claims to unpack to, in sum.")
ZIP_RATIO_MAX = _limit("ZIP_RATIO_MAX", 200, "times", "Unpacked against packed; images reach 10, empty phantoms 150, bombs 1000.")
ZIP_RATIO_FROM_BYTES = _limit(
    "ZIP_RATIO_FROM_BYTES", 64 * MIB, "bytes", "Smaller entries may be packed any tighter: an empty mask is, and does no harm."
)
ZIP_DIRECTORY_BYTES_MAX = _limit(
    "ZIP_DIRECTORY_BYTES_MAX",
    16 * MIB,
    "bytes",
    "The list at the end of a zip archive, read whole: ZIP_ENTRIES_MAX of usual names.",
)
ZIP_DEPTH_MAX = _limit("ZIP_DEPTH_MAX", 4, "levels", "Zip archives within zip archives: a portal's zip of zipped discs has two.")
ZIP_NESTED_MAX = _limit(
    "ZIP_NESTED_MAX", 100, "archives", "Zip archives within one, at any depth: each that is known has a temporary file open."
)
IMPORT_FILE_BYTES_MAX = _limit(
    "IMPORT_FILE_BYTES_MAX", 16 * GIB, "bytes", "One file that is brought through the page: a zip archive of three DVDs."
)
IMPORT_NAME_CHARACTERS_MAX = _limit(
    "IMPORT_NAME_CHARACTERS_MAX", 4096, "characters", "A file's name with its folders, which is only told: Linux allows as many."
)
IMPORT_HELD_BYTES = _limit(
    "IMPORT_HELD_BYTES", 4 * MIB, "bytes", "Of such a file in memory; a longer one waits for its end in a nameless temporary file."
)
IMPORTS_AT_ONCE_MAX = _limit(
    "IMPORTS_AT_ONCE_MAX", 8, "files", "Brought through the page at once: they share the syncs of the disk; a browser sends four."
)
IMPORT_FILINGS_MAX = _limit(
    "IMPORT_FILINGS_MAX", 4, "instances", "Of one zip archive, filed at once, which halves the time that its syncs take."
)
EXPORT_INSTANCES_MAX = _limit(
    "EXPORT_INSTANCES_MAX",
    50_000,
    "instances",
    "Of one zip archive to download: their list and directory, held in memory, take 50 MB.",
)
SAMPLES_AT_ONCE_MAX = _limit(
    "SAMPLES_AT_ONCE_MAX",
    2,
    "images",
    "Of the sample studies, drawn and filed at once: one is drawn while another waits for the disk.",
)
IMPORT_STUDIES_TOLD_MAX = _limit(
    "IMPORT_STUDIES_TOLD_MAX", 1000, "studies", "Named at the end of one import, for whoever wants to open them."
)
SEND_ATTEMPTS_MAX = _limit(
    "SEND_ATTEMPTS_MAX", 2, "attempts", "For an instance whose association broke: the second is on a new one."
)

# Documents about images

DOCUMENT_ITEMS_MAX = _limit(
    "DOCUMENT_ITEMS_MAX", 20_000, "items", "Of one structured report that are read: a dose report of a long day has 10,000."
)
DOCUMENT_BYTES_MAX = _limit(
    "DOCUMENT_BYTES_MAX", 256 * MIB, "bytes", "Of an encapsulated document that the page shows: a scanned record of 1,000 pages."
)
ANNOTATION_DOCUMENTS_MAX = _limit(
    "ANNOTATION_DOCUMENTS_MAX", 200, "documents", "Of one study that are read for its measurements: a second's work."
)
MEASUREMENTS_MAX = _limit("MEASUREMENTS_MAX", 500, "measurements", "In one report: nobody draws more in a session.")
MEASUREMENT_QUANTITIES_MAX = _limit(
    "MEASUREMENT_QUANTITIES_MAX", 16, "numbers", "Of one measurement: area, mean, deviation, extremes, and room for more."
)
IMAGE_ORDINATE_MAX = _limit(
    "IMAGE_ORDINATE_MAX",
    1_000_000,
    "pixels",
    "How far from an image a measurement on it may lie; a whole slide has 300,000 columns.",
)
DESCRIPTION_CHARACTERS_MAX = _limit(
    "DESCRIPTION_CHARACTERS_MAX", 1024, "characters", "Of what is said of a choice of images, as the VR ST allows (PS3.5 6.2)."
)
KEY_IMAGES_MAX = _limit("KEY_IMAGES_MAX", 1000, "images", "In one selection: more is a series, not a choice.")
CONTOUR_POINTS_MAX = _limit(
    "CONTOUR_POINTS_MAX", 1_000_000, "points", "Of one structure set that are read: a plan with 60 structures has 200,000."
)
SEGMENTATION_FRAMES_MAX = _limit(
    "SEGMENTATION_FRAMES_MAX", 20_000, "frames", "Of one segmentation that are told: 100 organs on 200 slices."
)

# Doctor

CHECKUP_GREETING_SECONDS = _limit(
    "CHECKUP_GREETING_SECONDS", 0.3, "seconds", "Silence after connecting, before we speak: SSH, mail and FTP servers greet first."
)
CHECKUP_ASSOCIATE_SECONDS = _limit(
    "CHECKUP_ASSOCIATE_SECONDS", 10.0, "seconds", "From the doctor's A-ASSOCIATE-RQ to any answer: a person looks on."
)
CHECKUP_RESPONSE_SECONDS = _limit(
    "CHECKUP_RESPONSE_SECONDS", 30.0, "seconds", "From a request of the doctor's to its response: small objects, narrow questions."
)
CHECKUP_RETRIEVE_SECONDS = _limit(
    "CHECKUP_RETRIEVE_SECONDS", 60.0, "seconds", "From a C-MOVE or C-GET of one test object to its final response."
)
CHECKUP_ARRIVAL_SECONDS = _limit(
    "CHECKUP_ARRIVAL_SECONDS", 10.0, "seconds", "After a C-MOVE said that it is done: some archives send later than they answer."
)
CHECKUP_COMMITMENT_SECONDS = _limit(
    "CHECKUP_COMMITMENT_SECONDS", 30.0, "seconds", "For the N-EVENT-REPORT of storage commitment: archives report within seconds."
)
CHECKUP_CALL_PAUSE_SECONDS = _limit(
    "CHECKUP_CALL_PAUSE_SECONDS", 1.0, "seconds", "Between calls of the doctor that the other side may count as an attack."
)
CHECKUP_SLOW_ANSWER_TIMES = _limit(
    "CHECKUP_SLOW_ANSWER_TIMES",
    3.5,
    "times",
    "That wait in all before silence is final: a name server that is asked in vain takes 30 s.",
)
CHECKUP_PROBE_SECONDS = _limit(
    "CHECKUP_PROBE_SECONDS",
    1.5,
    "seconds",
    "For what only decides between two causes: another port, HTTP, TLS; a LAN needs milliseconds.",
)
CHECKUP_RAW_BYTES_MAX = _limit(
    "CHECKUP_RAW_BYTES_MAX", 1024, "bytes", "Kept of each thing that crossed the wire, to be shown: an A-ASSOCIATE of ten contexts."
)
CHECKUP_FOREIGN_BYTES_MAX = _limit(
    "CHECKUP_FOREIGN_BYTES_MAX", 4 * KIB, "bytes", "Read of an answer that is not DICOM: a banner, the head of an HTTP answer."
)
CHECKUP_TLS_BYTES_MAX = _limit(
    "CHECKUP_TLS_BYTES_MAX", 128 * KIB, "bytes", "Of a TLS handshake that are read: chains of ten certificates have 20 KiB."
)
CHECKUP_CERTIFICATES_MAX = _limit(
    "CHECKUP_CERTIFICATES_MAX", 10, "certificates", "Of the chain that a server shows; real ones have three."
)
CHECKUP_TITLE_CALLS_MAX = _limit(
    "CHECKUP_TITLE_CALLS_MAX",
    16,
    "calls",
    "With other spellings of the titles, one a second: a person waits a quarter of a minute.",
)
CHECKUP_ASSOCIATIONS_AT_ONCE = _limit(
    "CHECKUP_ASSOCIATIONS_AT_ONCE",
    11,
    "associations",
    "Held at once with consent: pynetdicom permits ten, others what is set.",
)
CHECKUP_IDLE_SECONDS = _limit(
    "CHECKUP_IDLE_SECONDS", 305.0, "seconds", "Of silence on one association with consent: idle limits are 30 s, 60 s or 5 minutes."
)
CHECKUP_ECHOES = _limit("CHECKUP_ECHOES", 10, "echoes", "Of which the median is told: one slow answer in ten does not move it.")
CHECKUP_SLOW_ECHO_MILLISECONDS = _limit(
    "CHECKUP_SLOW_ECHO_MILLISECONDS", 100.0, "milliseconds", "An echo beside the connection's own time: devices need one or two."
)
CHECKUP_SLOW_ASSOCIATION_SECONDS = _limit(
    "CHECKUP_SLOW_ASSOCIATION_SECONDS",
    2.0,
    "seconds",
    "From A-ASSOCIATE-RQ to its answer that is still told: name look-ups take 5.",
)

CHECKUP_EXCHANGES_MAX = _limit(
    "CHECKUP_EXCHANGES_MAX", 60, "messages", "Of one step that are written down: a search at three levels of three roots has 40."
)
CHECKUP_ANSWERS_MAX = _limit(
    "CHECKUP_ANSWERS_MAX", 20, "answers", "Of one C-FIND of the doctor's that are read before it is cancelled: one shows it all."
)
CHECKUP_OBJECT_BYTES_MAX = _limit(
    "CHECKUP_OBJECT_BYTES_MAX", 32 * MIB, "bytes", "Of an object that comes back; the test object has less than one."
)
CHECKUP_CALLERS_MAX = _limit(
    "CHECKUP_CALLERS_MAX", 50, "callers", "Noted while the return path is open for a minute; a scanner calls often."
)
CHECKUP_HELD_BACK_MILLISECONDS = _limit(
    "CHECKUP_HELD_BACK_MILLISECONDS", 35.0, "milliseconds", "A search beside an echo: held-back acknowledgements cost it 44."
)
CHECKUP_SEARCH_MILLISECONDS = _limit(
    "CHECKUP_SEARCH_MILLISECONDS", 200.0, "milliseconds", "From here on it is the search, and no packets that wait for each other."
)
CHECKUP_LATE_MILLISECONDS = _limit(
    "CHECKUP_LATE_MILLISECONDS", 5000.0, "milliseconds", "A first answer that a person notices; impatient devices give up then."
)
CHECKUP_REACHING_MILLISECONDS = _limit(
    "CHECKUP_REACHING_MILLISECONDS", 2500.0, "milliseconds", "A C-MOVE that fails so late has called: ARP gives up after 3.1 s."
)
CHECKUP_WATCH_SECONDS = _limit(
    "CHECKUP_WATCH_SECONDS", 0.1, "seconds", "Between two looks whether the test object came into the archive: a person looks on."
)
CHECKUP_STORED_SECONDS = _limit(
    "CHECKUP_STORED_SECONDS", 5.0, "seconds", "Until a stored object must be found: some archives index after they answered."
)
CHECKUP_LOOK_SECONDS = _limit("CHECKUP_LOOK_SECONDS", 0.5, "seconds", "Between two searches for an object that was just stored.")
CHECKUP_DIFFERENCES_MAX = _limit(
    "CHECKUP_DIFFERENCES_MAX", 40, "elements", "Told by name of an object that came back changed; the rest is counted."
)
WHY_QUESTIONS_MAX = _limit(
    "WHY_QUESTIONS_MAX", 24, "searches", "To find the key that excludes everything: ten keys, and a few spellings of the guilty."
)
WHY_SECONDS = _limit("WHY_SECONDS", 60.0, "seconds", "All searches for the guilty key together; then what was found is told.")
WHY_ANSWERS_MAX = _limit(
    "WHY_ANSWERS_MAX", 100, "answers", "Counted of each such search; then it is cancelled, for one is enough to acquit a key."
)
CHECKUPS_AT_ONCE_MAX = _limit(
    "CHECKUPS_AT_ONCE_MAX", 3, "checkups", "That the page may have under way: a technician, a colleague, and a guided walk."
)
CHECKUPS_KEPT_MAX = _limit(
    "CHECKUPS_KEPT_MAX",
    200,
    "checkups",
    "The latest of as many nodes in memory, some 100 KB each; what is to stay is saved as a report.",
)
CHECKUP_PEM_CHARACTERS_MAX = _limit(
    "CHECKUP_PEM_CHARACTERS_MAX",
    64 * KIB,
    "characters",
    "Certificates of authorities that are pasted for one checkup: ten of them.",
)
EXPLAIN_LINE_CHARACTERS_MAX = _limit(
    "EXPLAIN_LINE_CHARACTERS_MAX",
    4000,
    "characters",
    "Read of one line of a log that is explained; what it says stands at its front.",
)
EXPLAIN_CALLERS_MAX = _limit(
    "EXPLAIN_CALLERS_MAX",
    20,
    "devices",
    "Remembered of those that one fault of an explained log names; more are a network's worth.",
)
EXPLAIN_BYTES_MAX = _limit(
    "EXPLAIN_BYTES_MAX",
    4 * MIB,
    "bytes",
    "Of a log that is explained on the page, 40,000 lines, seconds; the command line takes any size.",
)
EXPLAIN_LINES_MAX = _limit(
    "EXPLAIN_LINES_MAX", 2000, "lines", "Explained one by one in an answer of the page; what repeats beyond that is only counted."
)

# Lab

LAB_MESSAGE_BYTES_MAX = _limit(
    "LAB_MESSAGE_BYTES_MAX", 64 * MIB, "bytes", "Of one message that a misbehaving peer of the lab keeps in memory."
)
LAB_FIRST_BYTES = _limit(
    "LAB_FIRST_BYTES", 4 * KIB, "bytes", "Read of a caller by a peer of the lab that speaks another protocol: a whole HTTP request."
)
LAB_LINES_MAX = _limit(
    "LAB_LINES_MAX", 32, "connections", "At once, to a peer of the lab: a doctor opens ten at most; more are closed without a word."
)
LAB_OBJECTS_MAX = _limit("LAB_OBJECTS_MAX", 200, "objects", "Kept in the memory of such a peer; then the oldest goes.")
LAB_SILENCE_SECONDS = _limit(
    "LAB_SILENCE_SECONDS",
    120.0,
    "seconds",
    "How long such a peer holds a line on which nothing happens: longer than any doctor waits.",
)

# Inspector

RECORDED_DATA_BYTES = _limit(
    "RECORDED_DATA_BYTES",
    16 * KIB,
    "bytes",
    "Kept of each data set that passes: the header of nearly every image, none of its pixels.",
)
RECORDED_PIXELS_BYTES_MIN = _limit(
    "RECORDED_PIXELS_BYTES_MIN",
    4 * KIB,
    "bytes",
    "Of pixels that are left out of a recording as soon as they begin; icons have fewer.",
)
RECORDED_FOREIGN_BYTES = _limit(
    "RECORDED_FOREIGN_BYTES", 1 * KIB, "bytes", "Kept of a connection from where it stops to be DICOM: the head of an HTTP request."
)
RECORDED_RUN_BYTES = _limit(
    "RECORDED_RUN_BYTES", 64 * KIB, "bytes", "Of one recorded segment; then another begins, so that old ones can be forgotten."
)
RECORDED_SEGMENT_BYTES = _limit(
    "RECORDED_SEGMENT_BYTES", 400, "bytes", "What a recorded segment costs beside its bytes: Python's own objects, measured."
)
RECORDED_CONNECTION_BYTES = _limit(
    "RECORDED_CONNECTION_BYTES", 2000, "bytes", "What a recorded connection costs before its first byte, measured."
)
RECORDED_AHEAD_BYTES = _limit(
    "RECORDED_AHEAD_BYTES",
    64 * KIB,
    "bytes",
    "Counted for a connection before they are recorded, so that not every message asks for room; what is left is given back.",
)
RECORDED_AHEAD_SHARE = _limit("RECORDED_AHEAD_SHARE", 1024, "of all", "Nor more than such a part of the recorded bytes.")
RECORDED_PAUSE_SECONDS = _limit(
    "RECORDED_PAUSE_SECONDS", 0.02, "seconds", "A pause within a message that begins a new segment, so that the ladder can show it."
)
RECORDED_HEAD_BYTES = _limit(
    "RECORDED_HEAD_BYTES",
    64 * KIB,
    "bytes",
    "From the beginning of a connection, kept as long as it: contexts and first messages.",
)
RECORDED_SHARE = _limit(
    "RECORDED_SHARE",
    4,
    "of all",
    "No connection takes more than such a part of the recorded bytes; its own oldest messages go first.",
)
RECORDED_STRANGERS_MAX = _limit(
    "RECORDED_STRANGERS_MAX",
    64,
    "connections",
    "Kept of those that made no association, so that a port scan pushes out nobody else.",
)
RECORDED_CONNECTIONS_MAX = _limit(
    "RECORDED_CONNECTIONS_MAX", 2000, "connections", "Kept at once, however small: the page lists them all."
)
RECORDED_MIB_MAX = _limit("RECORDED_MIB_MAX", 4096, "MiB", "The largest `recorded_mib`: it is memory of this process.")
PCAP_PACKET_BYTES = _limit(
    "PCAP_PACKET_BYTES", 32 * KIB, "bytes", "Of one packet of an export: an IP packet ends at 64 KiB, and Wireshark joins them."
)
PCAP_FILLED_BYTES_MAX = _limit(
    "PCAP_FILLED_BYTES_MAX",
    256 * MIB,
    "bytes",
    "Zeros of one export in place of pixels; beyond, they are lost segments for Wireshark.",
)
PCAP_FILE_BYTES_MAX = _limit(
    "PCAP_FILE_BYTES_MAX", 512 * MIB, "bytes", "Of a capture that is read: half an hour of a busy scanner. It is read as it comes."
)
PCAP_RECORD_BYTES_MAX = _limit(
    "PCAP_RECORD_BYTES_MAX", 1 * MIB, "bytes", "Of one block of a capture: packets end at 64 KiB, tools write 256 KiB at most."
)
PCAP_CONNECTIONS_MAX = _limit(
    "PCAP_CONNECTIONS_MAX", 4096, "connections", "Of a capture that are followed at once; the oldest are ended for new ones."
)
PCAP_WAITING_BYTES_MAX = _limit(
    "PCAP_WAITING_BYTES_MAX", 1 * MIB, "bytes", "Of one direction held until what is missing before them comes; then it is lost."
)
PCAP_RECORDED_BYTES_MAX = _limit(
    "PCAP_RECORDED_BYTES_MAX", 64 * MIB, "bytes", "Kept of all captures that were read: as much as of what passes here."
)
PCAP_INTERFACES_MAX = _limit("PCAP_INTERFACES_MAX", 64, "interfaces", "Described by one capture; computers have five.")
RELAY_CONNECTIONS_MAX = _limit(
    "RELAY_CONNECTIONS_MAX", 64, "connections", "Of one proxy at once, each with a thread: a scanner opens four, an archive twenty."
)
RELAY_BYTES_HELD = _limit("RELAY_BYTES_HELD", 256 * KIB, "bytes", "Read by a proxy from one side before the other took it.")
RELAY_LOOK_SECONDS = _limit("RELAY_LOOK_SECONDS", 0.5, "seconds", "Between two looks of a proxy's door at whether it is to end.")
RELAY_STOP_SECONDS = _limit("RELAY_STOP_SECONDS", 2.0, "seconds", "For the thread of a proxy that is to end.")
PROXIES_MAX = _limit("PROXIES_MAX", 8, "proxies", "That the page opens at once: a port each.")
INSPECTED_ROWS_MAX = _limit("INSPECTED_ROWS_MAX", 1000, "rows", "Of one data set that the inspector shows: 16 KiB have fewer.")
INSPECTED_VALUE_CHARACTERS_MAX = _limit(
    "INSPECTED_VALUE_CHARACTERS_MAX", 200, "characters", "Of one value in the inspector; the header page shows it in full."
)
INSPECTED_SEARCH_CHARACTERS_MAX = _limit("INSPECTED_SEARCH_CHARACTERS_MAX", 200, "characters", "Looked for: a UID has 64.")
INSPECT_LOOK_SECONDS = _limit("INSPECT_LOOK_SECONDS", 0.1, "seconds", "Between two looks of `isocenter inspect` at what passed.")
DIGEST_SECONDS = _limit(
    "DIGEST_SECONDS", 5.0, "seconds", "For which the line of a long connection between two others may be old while it goes on."
)
INSPECTED_RAW_BYTES_MAX = _limit("INSPECTED_RAW_BYTES_MAX", 2 * KIB, "bytes", "Of one PDU that the inspector shows as bytes.")
LADDER_SILENCE_SECONDS = _limit(
    "LADDER_SILENCE_SECONDS", 0.01, "seconds", "In which nothing comes between two messages, and that the ladder shows as silence."
)
LADDER_SLOW_SECONDS = _limit(
    "LADDER_SLOW_SECONDS", 0.02, "seconds", "An answer that takes longer, and LADDER_SLOW_TIMES the median, is marked as slow."
)
LADDER_SLOW_TIMES = _limit("LADDER_SLOW_TIMES", 3.0, "times", "The median: what a person sees as out of the ordinary.")
LADDER_RUN_MIN = _limit("LADDER_RUN_MIN", 4, "exchanges", "Of equal ones that the ladder folds into one row.")
LADDER_RUNGS_MAX = _limit("LADDER_RUNGS_MAX", 2000, "rungs", "Of one ladder that are sent to the page at once, folded.")

# Setup sheets and reports

PAPER_CELL_CHARACTERS_MAX = _limit(
    "PAPER_CELL_CHARACTERS_MAX",
    4000,
    "characters",
    "One value on a setup sheet or a report: what a device sent cannot fill a book.",
)
PAPER_ROWS_MAX = _limit("PAPER_ROWS_MAX", 1000, "rows", "One table of a report; a matrix of every class and syntax stays below it.")
PAPER_SHEETS_MAX = _limit(
    "PAPER_SHEETS_MAX", 500, "nodes", "In the setup sheets of one department: a PDF of about a thousand pages."
)
QR_BYTES_MAX = _limit(
    "QR_BYTES_MAX", 250, "bytes", "In one code: more makes its modules too small for a telephone across a console."
)
REPORT_BYTES_MAX = _limit(
    "REPORT_BYTES_MAX",
    16 * MIB,
    "bytes",
    "One kept report: a checkup with every exchange has some hundred KB; a larger file is none.",
)
REPORTS_KEPT_MAX = _limit(
    "REPORTS_KEPT_MAX", 5000, "reports", "Kept before another is refused: years of commissioning, about 1 GB."
)
REPORT_WORDS_MAX = _limit("REPORT_WORDS_MAX", 200, "characters", "A technician's name, a work order, a site.")
REPORT_REMARK_CHARACTERS_MAX = _limit("REPORT_REMARK_CHARACTERS_MAX", 4000, "characters", "A technician's own remark on a report.")
REPORT_SAMPLE_INSTANCES = _limit(
    "REPORT_SAMPLE_INSTANCES",
    20,
    "instances",
    "The latest of a device whose headers are looked at: several series, a second at most.",
)
REPORT_ROWS_LOOKED_AT = _limit(
    "REPORT_ROWS_LOOKED_AT", 500_000, "rows", "Of the newest instances, to find what a device sent last: half a second at most."
)
REPORT_CLOCK_SKEW_SECONDS = _limit(
    "REPORT_CLOCK_SKEW_SECONDS",
    300,
    "seconds",
    "A device whose clock is further off than this is told: studies are then sorted wrongly.",
)
REPORT_SLOWER_FACTOR = _limit(
    "REPORT_SLOWER_FACTOR",
    4,
    "times",
    "A step that takes so many times as long as before is a difference; less is the network's mood.",
)
REPORT_SLOWER_MILLISECONDS = _limit(
    "REPORT_SLOWER_MILLISECONDS",
    50,
    "milliseconds",
    "And it must have become slower by this much at least, which a person would feel.",
)

# Log

LOG_BYTES_MAX = _limit("LOG_BYTES_MAX", 32 * MIB, "bytes", "One log file; then it is rotated.")
LOG_FILES_MAX = _limit("LOG_FILES_MAX", 9, "files", "Rotated log files kept: with the current one about 300 MB.")
LOG_LINE_CHARACTERS_MAX = _limit("LOG_LINE_CHARACTERS_MAX", 4000, "characters", "One line, whatever a device put into its title.")

assert RECEIVE_ROOM_BYTES >= CONTROL_PDU_BYTES_MAX, "an A-ASSOCIATE must fit the room that it is read into"
assert RECEIVE_ROOM_BYTES >= PDU_BYTES_MAX, "reads should span PDUs"
assert DISK_RESUME_BYTES > DISK_LOW_BYTES, "the two marks must not meet"

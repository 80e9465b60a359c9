"""Writes docs/conformance.md, the DICOM conformance statement (PS3.2), from the tables that the program itself works by.

python tools/generate_conformance.py            writes the page
python tools/generate_conformance.py --check    says whether it is as it would be written
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import conformance_of_dicomweb
from conformance_of_dicomweb import table
from isocenter.base import ids
from isocenter.base.limits import LIMITS
from isocenter.doctor.printer_step import PRINTER
from isocenter.model.attributes import UNIQUE_KEYS, Level, of_level
from isocenter.model.query import Root
from isocenter.services import query, retrieve, roster, storage
from isocenter.services.keys import LEVELS, MATCHED_COMPUTED, STANDS_FOR
from isocenter.services.matching import KINDS
from isocenter.standard import sop_class, status, transfer_syntax

PAGE = Path(__file__).resolve().parent.parent / "docs" / "conformance.md"

LIMITS_TOLD = (
    "PDU_BYTES_MAX", "PDU_BYTES_SENT_MAX", "PRESENTATION_CONTEXTS_MAX", "TRANSFER_SYNTAXES_MAX", "CONTROL_PDU_BYTES_MAX",
    "ARTIM_SECONDS", "PDU_COMPLETION_SECONDS", "IDLE_ASSOCIATION_SECONDS", "MESSAGE_PROGRESS_SECONDS", "SEND_STALL_SECONDS",
    "CONNECT_SECONDS", "ASSOCIATE_SECONDS", "RESPONSE_SECONDS", "RETRIEVE_RESPONSE_SECONDS", "CANCEL_SECONDS",
    "ASSOCIATIONS_MAX", "ASSOCIATIONS_PER_ADDRESS_MAX", "RETRIEVE_ASSOCIATIONS_MAX", "OPERATIONS_OUTSTANDING_MAX",
    "COMMAND_SET_BYTES_MAX", "IDENTIFIER_BYTES_MAX", "DATASET_BYTES_MAX", "SEQUENCE_DEPTH_MAX", "QUERY_KEYS_MAX",
    "QUERY_VALUES_MAX", "WILDCARDS_MAX", "RETRIEVE_PENDING_RESPONSES", "RETRIEVE_PENDING_SECONDS", "FAILED_UIDS_BYTES_MAX",
)  # fmt: skip
"""The limits that a peer can meet, in the order of an association's life."""

CHARACTER_SETS = (
    ("ISO_IR 6", "ISO 646 (default)"),
    ("ISO_IR 100, 101, 109, 110, 148, 203", "Latin alphabets 1, 2, 3, 4, 5, 9"),
    ("ISO_IR 144", "Cyrillic"),
    ("ISO_IR 127", "Arabic"),
    ("ISO_IR 126", "Greek"),
    ("ISO_IR 138", "Hebrew"),
    ("ISO_IR 166", "Thai"),
    ("ISO_IR 13", "Japanese: JIS X 0201"),
    ("ISO 2022 IR 87, 159", "Japanese: JIS X 0208 and 0212, with code extensions"),
    ("ISO 2022 IR 149", "Korean: KS X 1001"),
    ("ISO 2022 IR 58", "Simplified Chinese: GB 2312"),
    ("GB18030, GBK", "Chinese"),
    ("ISO_IR 192", "Unicode in UTF-8"),
)
"""Read in requests and in stored data sets."""


ASKED_ONLY = (
    (sop_class.STORAGE_COMMITMENT_PUSH, "by `isocenter doctor`"),
    (PRINTER, "its state alone, by `isocenter doctor`"),
)
"""What this device uses of others and offers to nobody."""


def overview() -> str:
    """What is supported in which role, in one table (PS3.2 N.1)."""
    rows = []
    for offer in roster.OFFERS:
        if offer.operation == "store":
            rows.append((f"Storage: {len(offer.sop_classes)} classes, and by a setting unknown and private ones", "yes", "yes"))
        else:
            rows += [(sop_class.name_of(uid), "yes", "yes") for uid in offer.sop_classes]
    rows += [(f"{sop_class.name_of(uid)}, {role}", "yes", "no") for uid, role in ASKED_ONLY]
    rows += conformance_of_dicomweb.overview()
    return table(("Service", "User (SCU)", "Provider (SCP)"), rows)


def contexts() -> str:
    """The presentation contexts that are accepted, service by service."""
    parts = []
    for offer in roster.OFFERS:
        role = "SCP; as SCU too where the peer selects the SCP role (C-GET)" if offer.peer_may_be_scp else "SCP"
        syntaxes = (
            "the syntaxes of storage below" if offer.operation == "store" else ", ".join(map(_syntax, offer.transfer_syntaxes))
        )
        rows = [
            (sop_class.name_of(uid) + (" (retired)" if uid in sop_class.RETIRED else ""), f"`{uid}`") for uid in offer.sop_classes
        ]
        parts.append(
            f"##### {offer.service}: C-{offer.operation.upper()} ({offer.section})\n\nRole: {role}. Transfer syntaxes: "
            f"{syntaxes}.\n\n{table(('SOP class', 'UID'), rows)}"
        )
    syntaxes_of_storage = [
        (_syntax(uid) + (" (retired)" if transfer_syntax.of(uid).retired else ""), f"`{uid}`") for uid in roster.STORAGE_SYNTAXES
    ]
    parts.append("##### Transfer syntaxes of storage\n\n" + table(("Transfer syntax", "UID"), syntaxes_of_storage))
    return "\n\n".join(parts)


def _syntax(uid: str) -> str:
    return transfer_syntax.name_of(uid)


def keys() -> str:
    """The keys that are matched with and returned, level by level, with their kinds of matching."""
    parts = []
    for level in Level:
        rows = []
        for attribute in of_level(level):
            unique = " (unique key)" if UNIQUE_KEYS[level] is attribute else ""
            matched = KINDS[attribute.vr] if not attribute.computed or attribute.keyword in MATCHED_COMPUTED else "returned only"
            rows.append(
                (attribute.keyword + unique, f"({attribute.tag >> 16:04X},{attribute.tag & 0xFFFF:04X})", attribute.vr, matched)
            )
        parts.append(f"##### {level.name}\n\n" + table(("Attribute", "Tag", "VR", "Matching, beside universal"), rows))
    return "\n\n".join(parts)


def answers(name: str, rows: tuple[tuple[str, int], ...]) -> str:
    """The statuses that a service answers with."""
    told = []
    for meaning, code in rows:
        row = status.status_of(code, name)
        told.append((f"`{code:04X}`", row.kind.value if row else "", row.name if row else "", meaning))
    return table(("Status", "Kind", "Name", "When"), told)


def limits() -> str:
    """Limits and timers that a peer can meet."""
    return conformance_of_dicomweb.limit_rows(LIMITS_TOLD)


def models() -> str:
    """The information models with their levels."""
    return table(("Information model", "Levels"), [(root.value, ", ".join(level.name for level in LEVELS[root])) for root in Root])


def page() -> str:
    """The whole statement."""
    stands_for = "; ".join(
        f"{keyword} at the {level.name} level is matched as {meant}" for (level, keyword), meant in STANDS_FOR.items()
    )
    limits_of = {name: f"{int(limit.value):,}" for name, limit in LIMITS.items()}
    return TEMPLATE.format(
        overview=overview(),
        contexts=contexts(),
        models=models(),
        keys=keys(),
        stands_for=stands_for,
        store_answers=answers("store", storage.ANSWERS),
        find_answers=answers("find", query.ANSWERS),
        retrieve_answers=answers("move", retrieve.ANSWERS),
        dicomweb=conformance_of_dicomweb.section(),
        limits=limits(),
        character_sets=table(("Defined term", "Meaning"), CHARACTER_SETS),
        class_uid=ids.IMPLEMENTATION_CLASS_UID,
        version_name=ids.IMPLEMENTATION_VERSION_NAME,
        associations=limits_of["ASSOCIATIONS_MAX"],
        retrieve_associations=limits_of["RETRIEVE_ASSOCIATIONS_MAX"],
        window=limits_of["OPERATIONS_OUTSTANDING_MAX"],
        pdu_bytes=limits_of["PDU_BYTES_MAX"],
    )


TEMPLATE = """\
# DICOM conformance statement

In the structure of PS3.2. This page is written from the tables that the program works by, with `python
tools/generate_conformance.py`; what it says is what the code does.

## 1 Overview

Isocenter is an archive: it takes instances from any device, keeps them bit for bit, finds them and gives them back. From the
command line it is a user of the same services.

{overview}

Media are neither written nor read as an Application Profile of PS3.11.

## 2 Introduction

For whoever connects a device to Isocenter. Terms are those of PS3.1 to PS3.8. What a conformance statement cannot promise,
that two products work together, is best tried: `isocenter doctor`.

## 3 Networking

### 3.1 Implementation model

One application entity. It listens for associations, and opens associations of its own for the sub-operations of C-MOVE, for
jobs and for the commands that a person gives.

### 3.2 Application entity specification

#### 3.2.1 Association policies

The application context name is `1.2.840.10008.3.1.1.1`. The largest P-DATA-TF that is received is {pdu_bytes} bytes. Up to
{associations} associations are served at once. The asynchronous operations window is answered with {window},{window}.

| Implementation | |
|---|---|
| Implementation Class UID | `{class_uid}` |
| Implementation Version Name | `{version_name}` |

#### 3.2.2 Association initiation

For each C-MOVE and each job that sends at most {retrieve_associations} associations to the destination, fewer where it
refuses or its node says so; each proposes the SOP classes of the instances with the transfer syntaxes that they are stored in,
the destination's preferred ones and the native ones, and in one more context those that lose nothing. The commands of a person
open one association each, `isocenter send` as many as it is told to. The connection doctor opens one after the other, each for one
question; while it waits for a report of storage commitment (PS3.4 J.3.3), the class is accepted with the roles reversed, and at no
other time.

#### 3.2.3 Association acceptance

Who may call, and what each caller may ask, follows from the policy and the list of nodes. A caller that is not let in is
answered with A-ASSOCIATE-RJ (calling AE title not recognized, called AE title not recognized, or a transient local limit).

Options: SCP/SCU role selection (C-GET); SOP class extended negotiation, see below; user identity is answered where a
response was asked for.

#### 3.2.4 Accepted presentation contexts

Of the transfer syntaxes that one context proposes, storage takes the first that it knows, so that objects come as they are;
other services take the best of the list given. By a setting that is on by default, any abstract syntax that the standard does
not know, private or new, is taken as a storage class with all transfer syntaxes of storage.

{contexts}

### 3.3 Storage (PS3.4 Annex B)

Level 2 (full): every attribute is kept, standard and private. The data set is kept bit for bit in the transfer syntax that
it came in; so digital signatures stay valid (signature level 3). Nothing is coerced. Extended negotiation is answered so.

Success means that the instance is on the disk and in the index: it survives a loss of power, and the next C-FIND finds it.
The same instance with the same bytes again is a success that stores nothing. The same instance with other bytes, or under
another patient or study, is kept beside the first one, set aside, until a person decides.

{store_answers}

Instances are returned, by C-MOVE and C-GET, in the transfer syntax that they are stored in where the receiver accepts it,
else transcoded to one that it accepts. Nothing is ever removed automatically.

### 3.4 Query (PS3.4 C.4.1)

{models}

Matching starts from the decoded text. Names (PN) match without regard to case, by any of their component groups; codes (CS)
are matched in capitals; padding does not count. `*` alone matches everything in any VR, dates too. A list of values matches
any of them. Dates may be written YYYY.MM.DD. A time stands for all that its precision leaves open.

Keys above the level of the query may be absent and of any kind: the index is searched any way round. A setting asks for the
hierarchy of PS3.4 C.4.1.3.1.1 instead, unless relational queries were negotiated. Keys below the level cannot
be matched with, but those that ask for what some study has: {stands_for}.

Every key of the request is in every answer, with no value where nothing is known. Sequences are answered without items. At
the IMAGE level, public attributes with text that the index does not keep are read from the instance. Answers also hold
QueryRetrieveLevel, RetrieveAETitle (our own) and InstanceAvailability (ONLINE). There is no limit to the number of answers.

Extended negotiation: relational queries, combined date and time matching, and multiple value matching are supported; fuzzy
semantic matching of names, time zone adjustment, multi-frame conversion and empty value matching are not.

#### Keys

{keys}

#### Statuses of C-FIND

{find_answers}

### 3.5 Retrieval (PS3.4 C.4.2, C.4.3)

Instances are selected by the unique key of the level, a single value or a list, and by those of the levels above where
given; IssuerOfPatientID narrows PatientID. Other keys do not select. A wild card is no selection. Relational retrieval is
supported.

A C-MOVE goes to the node whose AE title is the Move Destination. One that names this archive itself is answered with success
at once: everything is there.

Pending responses hold exact counts; they come with each sub-operation in a small retrieval, with each hundredth of the whole
in a large one, and whenever a while has passed. A final response other than success holds the Failed SOP Instance UID List,
as far as its length goes.

#### Statuses of C-MOVE and C-GET

{retrieve_answers}

### 3.6 Verification (PS3.4 Annex A)

C-ECHO is answered with success.

### 3.7 Answers that every service has

| Status | When |
|---|---|
| `0120` | Message ID or Affected SOP Class UID is missing |
| `0122` | The SOP class of the command is not that of its presentation context |
| `0124` | The caller may not ask for this operation |
| `0211` | The operation is not one of the SOP class |

Failures hold an Error Comment (0000,0902) of one sentence, and where an element is to blame, Offending Element (0000,0901).

### 3.8 Web services (PS3.18)

{dicomweb}
### 3.9 Network interfaces

TCP over IPv4 and IPv6. Names of other devices are resolved when they are called; addresses of callers are never resolved.

### 3.10 Configuration: limits and timers

{limits}

## 4 Media interchange

Part 10 files are imported and exported; no Application Profile is claimed.

## 5 Character sets

Understood in requests and in stored instances, also where their names are misspelt (`ISO-IR 100`):

{character_sets}

A request without Specific Character Set (0008,0005) is read in its node's character set where one is set, else as UTF-8
where it is well-formed as such, else as ISO_IR 100. An answer is written in the single-byte character set of the request
where all of its values can be, else in ISO_IR 192. An answer declares the character set that it is written in whenever the
request declared one or asked for it, and whenever a value is not ASCII.

## 6 Security

Bounds on everything that is received; no secure transport connection profile of PS3.15 is claimed.
"""


def run(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" in arguments:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print(
            "docs/conformance.md is as it would be written"
            if same
            else "docs/conformance.md is out of date: run this without --check"
        )
        return 0 if same else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

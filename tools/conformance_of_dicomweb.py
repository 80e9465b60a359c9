"""The DICOMweb part of the conformance statement (PS3.2 N.9, PS3.18), from the tables that the routes work by.

Nothing here writes a file: `generate_conformance.py` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from isocenter.base.limits import LIMITS
from isocenter.dicomweb import queries, representations, resources
from isocenter.dicomweb.problems import STATUSES
from isocenter.dicomweb.responses import REASONS
from isocenter.imaging import transcode
from isocenter.model.attributes import Level
from isocenter.services.roster import STORAGE_SYNTAXES
from isocenter.standard import status, transfer_syntax

LIMITS_TOLD = (
    "QUERY_STRING_BYTES_MAX", "QUERY_PARAMETERS_MAX", "QUERY_RESULTS_MAX", "ACCEPT_BYTES_MAX", "MEDIA_RANGES_MAX",
    "FRAMES_ASKED_MAX", "RANGES_MAX", "BULK_DATA_STEPS_MAX", "PICTURE_SIDE_PIXELS_MAX", "PICTURE_PIXELS_MAX", "TRANSCODE_BYTES_MAX",
    "MULTIPART_PARTS_MAX", "MULTIPART_HEADER_BYTES_MAX", "MULTIPART_BOUNDARY_CHARACTERS_MAX", "STOW_METADATA_BYTES_MAX",
    "INLINE_BINARY_BYTES_MAX", "INLINE_VALUE_BYTES_MAX", "WORKER_SECONDS_MAX", "WORKER_TRANSCODE_SECONDS_MAX",
    "WORKER_MEMORY_BYTES_MAX",
)  # fmt: skip
"""The limits that a client can meet, in the order of its questions."""

KEPT = (
    ("It is on the disk and can be found, or the same bytes were here before", 0),
    ("It contradicts what was here before: kept beside it, set aside", status.COERCED),
)
"""What an instance that was kept is answered with; the reasons of refusal are those of the room that gives them."""
"""What becomes of an instance of a store request, and the reason that tells it."""

SERVICES = (
    ("Store (STOW-RS)", "PS3.18 10.5",
     "`POST`; `multipart/related` of `application/dicom`, or `application/dicom+json` with bulk data; `application/dicom` alone"),
    ("Retrieve (WADO-RS)", "PS3.18 10.4", "`GET`; instances, metadata, frames, bulk data, pixel data, rendered, thumbnails"),
    ("Search (QIDO-RS)", "PS3.18 10.6", "`GET`; studies, series and instances, below one study or series or below all"),
    ("Retrieve by URI (WADO-URI)", "PS3.18 9", "`GET`; `application/dicom` and rendered media types"),
    ("Capabilities", "PS3.18 8.9", "`OPTIONS`; JSON"),
    ("Delete", "an extension", "`DELETE` of a study, series or instance, only where the setting `web_delete` allows it"),
)  # fmt: skip


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def overview() -> list[tuple[str, str, str]]:
    """Rows for the table of all services: user and provider."""
    return [(f"DICOMweb: {name}", "no", "yes") for name, _, _ in SERVICES]


def limit_rows(names: Iterable[str]) -> str:
    """Limits with their reasons."""
    rows = []
    for name in names:
        limit = LIMITS[name]
        rows.append((f"`{name}`", f"{limit.value:,g}" if limit.value < 1e6 else f"{int(limit.value):,}", limit.unit, limit.why))
    return table(("Limit", "Value", "Unit", "Why"), rows)


def routes() -> str:
    """Every resource: variables stand in capitals."""
    rows = []
    for route in resources.ROUTES:
        path = re.sub(r"\{(\w+)\}", lambda name: name[1].upper(), route.template)
        rows.append((f"`{path}`", route.kind.value, ", ".join(route.methods), route.section))
    return table(("Resource, below `/dicom-web`", "Name", "Methods", "Section"), rows)


def results() -> str:
    """What each result of a search holds, level by level."""
    from pydicom.datadict import keyword_for_tag

    rows = [
        (level.name, ", ".join(keyword_for_tag(tag) for tag in queries.RETURNED[level]))
        for level in Level
        if level in queries.RETURNED
    ]
    return table(("Level", "In every result"), rows)


def pixel_types() -> str:
    """The media types of compressed frames."""
    rows = [
        (f"`{name}`", ", ".join(transfer_syntax.name_of(uid) for uid in syntaxes)) for name, syntaxes in representations.MEDIA_TYPES
    ]
    return table(("Media type", "Transfer syntaxes, the default one first"), rows)


def transcodings() -> str:
    """Which transfer syntaxes can be left, which can be reached, and which are neither."""
    left = [one for one in STORAGE_SYNTAXES if any(one != other and transcode.can(one, other) for other in STORAGE_SYNTAXES)]
    reached = [one for one in STORAGE_SYNTAXES if all(transcode.can(other, one) for other in left)]
    kept = [one for one in STORAGE_SYNTAXES if one not in left]
    told = {
        "Stored in one of": left,
        "goes out, bit for bit the same pixels, in any of": reached,
        "Goes out as it is stored only": kept,
    }
    return table(("", "Transfer syntaxes"), [(what, "; ".join(map(transfer_syntax.name_of, uids))) for what, uids in told.items()])


def reasons() -> str:
    """Failure and warning reasons of the Store Instances Response."""
    rows = []
    for meaning, code in (*KEPT, *REASONS):
        row = status.status_of(code, "store")
        kind = "Failure Reason (0008,1197)"
        if code == 0:
            kind = "in the Referenced SOP Sequence"
        elif row is not None and row.kind is status.Kind.WARNING:
            kind = "Warning Reason (0008,1196)"
        rows.append((f"`{code:04X}`" if code else "", kind, meaning))
    return table(("Reason", "Where", "When"), rows)


def statuses() -> str:
    """Every HTTP status that is answered with."""
    return table(("Status", "Name", "When"), [(f"`{row.code}`", row.title, row.meaning) for row in STATUSES])


def section() -> str:
    """The whole part, its headings below the third level."""
    return TEMPLATE.format(
        services=table(("Service", "Section", "What of it"), [(name, where, what) for name, where, what in SERVICES]),
        routes=routes(),
        results=results(),
        pixel_types=pixel_types(),
        transcodings=transcodings(),
        reasons=reasons(),
        statuses=statuses(),
        limits=limit_rows(LIMITS_TOLD),
        fuzzy=queries.FUZZY_WARNING,
    )


TEMPLATE = """\
Origin server only; nothing here is a user agent of DICOMweb. HTTP/1.1, at `/dicom-web` and, for WADO-URI, `/dicom-web/wado` of the
page's port, on the loopback interface. Neither TLS nor authentication is offered. Web pages of other origins are served where the
setting `web_origins` names them.

{services}

#### Resources

{routes}

Errors are answered with a JSON object of `status`, `title` and `detail`. JSON is compressed with gzip where the client accepts
it, nothing else is. The body of a request may not be compressed.

#### Store

An instance is told as stored when it is on the disk and in the index, as with C-STORE; it is kept bit for bit. Parts are filed
as they arrive: what was complete before a body broke off stays. Of a bulk data reference, only parts of the same request are
looked at; nothing is ever fetched from elsewhere.

{reasons}

#### Retrieve

Instances go out as `multipart/related; type="application/dicom"`, one instance as `application/dicom` too. Without a
`transfer-syntax` it is Explicit VR Little Endian, or the stored one for pixels that cannot be decoded; `transfer-syntax=*` is the
stored one. Frames go out as `application/octet-stream`, native and little endian, or as the media type of their transfer syntax:

{pixel_types}

{transcodings}

Metadata is `application/dicom+json`; large values, and pixels always, stand in it as `BulkDataURI`. Bulk data is
`application/octet-stream`, little endian, and may be asked for in ranges of bytes. Rendered frames and thumbnails are `image/jpeg`,
`image/png`, `image/gif`, `image/jp2` or `image/webp`.

#### Search

Keys are those of C-FIND, by keyword or by tag, and are matched as there; an attribute inside a sequence is named with a dot
between (`RequestAttributesSequence.ScheduledProcedureStepID`). Values are UTF-8; several UIDs are joined by commas. `includefield`
names further attributes, or `all`. `limit` and `offset` page through results in a stable order; where more are left than were
returned, the header `Warning` says so. With `fuzzymatching=true` it says: "{fuzzy}" A key that is no
attribute is answered with 400, as is a value that cannot be matched with; parameters of other servers are ignored, and the header
`Warning` names them.

{results}

InstanceAvailability and RetrieveURL are in every result; a search of all series or all instances tells the attributes of the
levels above too. No match is answered with 204 and no body.

#### Statuses

{statuses}

#### Limits

{limits}
"""

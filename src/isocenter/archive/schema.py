"""The names and rules of the index, for every room that reads or writes it; `tables` turns them into SQL.

One database per archive. A patient has studies, a study series, a series instances; each row's `id` is an integer, each child
names its parent in `<parent>_ref`. Attribute columns are those of `model.attributes` under their `column` names, all of them
text that is never null: decoded, in Unicode's form NFC, without padding, several values joined by a backslash, empty where the
data set had none. PN columns have a twin for matching, see `folded`.

Nothing here may import SQLAlchemy or Alembic: this room is on the way of every start.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from isocenter.model.attributes import Attribute, Level, of_level

REVISION: Final = "0005"
"""The schema that this software reads and writes: the newest of `versions/`, kept in table `alembic_version`."""

TABLE_OF_LEVEL: Final = {Level.PATIENT: "patient", Level.STUDY: "study", Level.SERIES: "series", Level.IMAGE: "instance"}

# study, beside its attributes:
#   received            when the latest of its instances came, microseconds since 1970 UTC
#   origin_ref          origin.id: who sent that one
#   search_text         what a person may look for in a list: patient name, ID, accession number and description, made comparable
#                       by `folding.fold_search`; it begins with the name, so that it also sorts by name
# instance, beside its attributes:
#   id                  the serial of its arrival in the change feed; grows in the order of commits
#   series_ref          series.id
#   ordinal             InstanceNumber as a number, null where it is none: the order in a series
#   transfer_syntax     UID
#   blob                key in the blob store
#   byte_count          length of the data set, without the Part 10 header
#   checksum            XXH3-128 of the data set, 16 raw bytes
#   received            microseconds since 1970 UTC
#   origin_ref          origin.id: who sent it
# origin: id, calling_ae_title, called_ae_title, address, implementation_version_name, source
# set_aside: id, the columns of instance but series_ref (it hangs below nothing), study_instance_uid, series_instance_uid,
#   patient_id, patient_name, kept_blob, differences (JSON: [[keyword, kept, arriving], …])
# change: serial, kind (ChangeKind.value), occurred (microseconds), study_instance_uid, series_instance_uid,
#   sop_instance_uid, calling_ae_title. An instance row is its own STORED line, its id the serial; once it is removed,
#   that line moves here. The feed is both, in the order of serials, which they share.
# doomed: blob: unlinked as soon as possible, the row of it is gone already
# node: name, ae_title, host, port, and a JSON document with the rest of model.records.Node, position for the order
# rejected_caller: one row per calling title, called title and address
# job: id, kind, title, wanted (JSON), state (JobState.value), created, started, ended (microseconds), done, failed, total,
#   words, findings (JSON), transfer (JSON, empty where nothing was moved): see model.jobs
# node_echo: node, place (title, host, port and URL of its entry then), moment (microseconds), microseconds, outcome
#   (jobs.echoing.Echo), excused (1 within a window of maintenance): every echo of the last day
# node_hour: the same summed by node and hour: asked, answered, excused, microseconds of all answered, those of the slowest
# node_event: id, node, moment, kind, words, good (1, 0, null): what changed
# node_memory: node, document (JSON): what is usual of it, and how it called
# maintenance: id, node (empty is all), begins (microseconds), minutes, repeats (model.history.Repeats), words
# setting: name, value (JSON): small things that belong to the archive: the mark of recovery, NodeShelf's version

COUNTERS: Final = {
    "patient": ("study_count", "series_count", "instance_count"),
    "study": ("series_count", "instance_count"),
    "series": ("instance_count",),
}
"""Integer columns, kept in the transaction that changes what they count."""

MULTIPLE_VALUES: Final = ("modalities_in_study", "sop_classes_in_study")
"""Text columns of study that hold the distinct values of what is below it, joined by backslashes, in order of arrival."""


def received_attributes(level: Level) -> tuple[Attribute, ...]:
    """The attributes of a level that come from data sets, in the order of their columns."""
    return tuple(attribute for attribute in of_level(level) if not attribute.computed)


def folded(column: str) -> str:
    """The name of the twin of a PN column that matching compares (made by `folding.fold_names`)."""
    return column + "_folded"


def folded_attributes(level: Level) -> tuple[Attribute, ...]:
    """The attributes of a level that have such a twin."""
    return tuple(attribute for attribute in received_attributes(level) if attribute.vr == "PN")


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """A moment as the index keeps it; it must carry its time zone."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The moment that the index keeps as `count`, in UTC."""
    return _EPOCH + timedelta(microseconds=count)

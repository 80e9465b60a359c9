"""The words of `/api`: what goes in and out as JSON, which its OpenAPI document is made from.

Records of the house go in, models go out, and the other way round. Nothing here decides anything; bounds on what comes in are
those of `base/limits`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from isocenter.base.limits import API_ANSWERS_MAX, JOB_SHOWN_CHARACTERS_MAX, JOB_UIDS_MAX, NODE_LIST_CHARACTERS_MAX, QUERY_KEYS_MAX
from isocenter.model.jobs import Job, JobState
from isocenter.model.records import Node, RejectedCaller, SetAside
from isocenter.nodes.entry import OPERATIONS, Finding
from isocenter.nodes.listing import FIELDS

Operation = Literal["echo", "store", "find", "move", "get"]
KindName = Literal["retrieve", "send", "check", "reindex"]
LevelName = Literal["patient", "study", "series", "image"]
RootWord = Literal["study", "patient", "patient-study-only"]
Format = Literal["toml", "csv", "conquest", "orthanc", "dcmqrscp"]


class Words(BaseModel):
    """What comes in holds nothing that is not known: a misspelt field is an error, and no default."""

    model_config = ConfigDict(extra="forbid")


class NodeEntry(Words):
    """A device as it is entered; the name stands in the path."""

    ae_title: str = Field(description="Its AE title: 1 to 16 characters, capitals matter.")
    host: str = Field(description="An address, a host name, or a range such as 10.1.0.0/16, which can call and not be called.")
    port: int = 104
    operations: list[Operation] = Field(default=["echo", "store", "find", "move", "get"], description="What it may ask of us.")
    transfer_syntaxes: list[str] = Field(default=[], description="Preferred when sending to it, best first; UIDs.")
    pdu_bytes_max: int = Field(default=0, description="The largest PDU that it may send us; 0 is our default.")
    associations_max: int = 4
    character_set: str = Field(default="", description="What its queries are read as where they name none, such as ISO_IR 100.")
    local_ae_title: str = Field(default="", description="The title that we call it under, if not our own.")
    dicomweb_url: str = Field(
        default="", description="Where it speaks DICOMweb; then it is searched there, and retrieved from there.",
        examples=["https://pacs/dicom-web"],
    )  # fmt: skip
    notes: str = ""
    echo_minutes: int | None = Field(
        default=None, description="How often it is asked whether it is there; null is as all nodes are, 0 is never."
    )

    def node(self, name: str) -> Node:
        """The record that it means."""
        values = self.model_dump() | {"operations": frozenset(self.operations), "transfer_syntaxes": tuple(self.transfer_syntaxes)}
        return Node(name=name, **values)


class NodeWords(NodeEntry):
    """A device that we know."""

    name: str

    @classmethod
    def of(cls, node: Node) -> NodeWords:
        values = {name: getattr(node, name) for name in FIELDS}
        values["operations"] = [operation for operation in OPERATIONS if operation in node.operations]
        return cls(**values | {"transfer_syntaxes": list(node.transfer_syntaxes)})


class FindingWords(Words):
    """One sentence about an entry; a fault kept it out, a warning did not. `line` is 0 where there is no list."""

    sentence: str
    fault: bool
    line: int

    @classmethod
    def of(cls, finding: Finding) -> FindingWords:
        return cls(sentence=finding.sentence, fault=finding.fault, line=finding.line)


class NodeKept(Words):
    """A node as it was kept, and what is doubtful about it."""

    node: NodeWords
    findings: list[FindingWords]


class NodeListIn(Words):
    """A list of nodes of this or another program; without `format` it is told by the ending of `file_name` or the text."""

    text: str = Field(max_length=NODE_LIST_CHARACTERS_MAX)
    format: Format | None = None
    file_name: str = Field(default="", max_length=255)


class NodesImported(Words):
    """What of a list was kept; one bad line never loses the others."""

    nodes: list[NodeWords]
    findings: list[FindingWords]


class NodeListOut(Words):
    """The nodes in a format, and what the format has no place for."""

    format: Format
    text: str
    findings: list[FindingWords]


class CallerWords(Words):
    """Somebody who was turned away at the door."""

    calling_ae_title: str
    called_ae_title: str
    address: str
    implementation_class_uid: str
    implementation_version_name: str
    wanted: list[str]
    reason: str
    first: datetime
    last: datetime
    count: int

    @classmethod
    def of(cls, caller: RejectedCaller) -> CallerWords:
        return cls(**{name: getattr(caller, name) for name in cls.model_fields if name != "wanted"}, wanted=list(caller.wanted))


class EchoAsked(Words):
    """Whom to ask whether it is there."""

    node: str


class EchoWords(Words):
    """What became of a C-ECHO."""

    node: str
    outcome: Literal["answered", "failed", "rejected", "lost"]
    words: str
    milliseconds: float


class FindAsked(Words):
    """A C-FIND: keys by keyword or tag, with the standard's wild cards and ranges; `returned` are asked for beside them."""

    node: str
    level: LevelName = "study"
    root: RootWord | None = None
    keys: dict[str, str] = Field(
        default={}, max_length=QUERY_KEYS_MAX, examples=[{"PatientName": "DOE*", "StudyDate": "20260101-"}]
    )
    returned: list[str] = Field(default=[], max_length=QUERY_KEYS_MAX)
    limit: int = Field(default=100, ge=1, le=API_ANSWERS_MAX)


class FindWords(Words):
    """The answers of a node, each by keyword; several values are joined by backslashes. `more`: the limit cut it off."""

    answers: list[dict[str, str]]
    more: bool


class Shown(Words):
    """What a queue shows of a retrieval, kept with it: never logged, and nothing is asked for by it."""

    patient_name: str = Field(default="", max_length=JOB_SHOWN_CHARACTERS_MAX)
    about: str = Field(default="", max_length=JOB_SHOWN_CHARACTERS_MAX, examples=["CT, 4 series"])
    instances: int = Field(default=0, ge=0, le=0x7FFFFFFF, description="How many are expected.")


class RetrieveWanted(Words):
    """Instances of another node into this archive. By `move` that node has to know us; by `get` it need not.

    By `auto` the way that worked with the node before comes first, then the other; a node that speaks DICOMweb is asked that way
    (`web`). What is here already is not asked for again, unless `missing_only` is false.
    """

    kind: Literal["retrieve"]
    node: str
    level: LevelName = "study"
    root: RootWord | None = None
    keys: dict[str, str] = Field(min_length=1, max_length=QUERY_KEYS_MAX, examples=[{"StudyInstanceUID": "1.2.3"}])
    by: Literal["auto", "get", "move", "web"] = "auto"
    missing_only: bool = True
    shown: Shown | None = None


class SendWanted(Words):
    """Instances of this archive to another node: of patients by their IDs, of all else by UIDs."""

    kind: Literal["send"]
    node: str
    level: LevelName = "study"
    values: list[str] = Field(min_length=1, max_length=JOB_UIDS_MAX)


class UpkeepWanted(Words):
    """`check` compares blobs and index and changes nothing; `reindex` builds a new index from the blobs and swaps it in.

    `compare` builds that index too, tells what is different in it, and throws it away.
    """

    kind: Literal["check", "reindex", "compare"]


JobWanted = Annotated[RetrieveWanted | SendWanted | UpkeepWanted, Field(discriminator="kind")]


class TransferWords(Words):
    """What a job moved over the network: `by` is `get`, `move`, `web` or `store`; `byte_count` is 0 where it is not known."""

    by: str
    instances: int
    byte_count: int
    seconds: float


class PaceWords(Words):
    """How fast a job moves instances just now."""

    instances_per_second: float
    bytes_per_second: float


class JobWords(Words):
    """A job as it stands. `total` is null while it is not known; `findings` are the first sentences of what went wrong.

    `transfer` is null where nothing was moved, `pace` where nothing moves now.
    """

    id: int
    kind: str
    title: str
    wanted: dict[str, Any]
    state: JobState
    created: datetime
    started: datetime | None
    ended: datetime | None
    done: int
    failed: int
    total: int | None
    words: str
    findings: list[str]
    transfer: TransferWords | None
    pace: PaceWords | None

    @classmethod
    def of(cls, job: Job) -> JobWords:
        values = {name: getattr(job, name) for name in cls.model_fields}
        values["transfer"] = None if job.transfer is None else TransferWords(**asdict(job.transfer))
        values["pace"] = None if job.pace is None else PaceWords(**asdict(job.pace))
        return cls(**values | {"wanted": dict(job.wanted), "findings": list(job.findings)})


class HeldWords(Words):
    """The kinds of jobs of which none begins for now."""

    held: list[str]


class JobList(Words):
    """Jobs. Of the kinds in `held` none begins for now; `under_way` is how many run or wait in all."""

    jobs: list[JobWords]
    held: list[str]
    under_way: int


class LogLineWords(Words):
    """One line of the log; `serial` only grows. `room` is who says it, such as `association`."""

    serial: int
    when: datetime
    level: str
    room: str
    text: str


class LogWords(Words):
    """The latest lines, oldest first."""

    lines: list[LogLineWords]


class SettingWords(Words):
    """One setting in force. `source` is empty where it has its default; `flag` and `environment` are ways to set it."""

    name: str
    value: str | int | bool
    default: str | int | bool
    source: str
    why: str
    flag: str
    environment: str


class DebugWords(Words):
    """Whether the log shows the talk of every association."""

    debug: bool


class DifferenceWords(Words):
    """One attribute in which an instance contradicts what was there before."""

    keyword: str
    kept: str
    arriving: str


class SetAsideWords(Words):
    """An instance that is kept beside the index, because it contradicts it."""

    id: int
    sop_instance_uid: str
    sop_class_uid: str
    series_instance_uid: str
    study_instance_uid: str
    patient_id: str
    patient_name: str
    transfer_syntax: str
    byte_count: int
    received: datetime
    calling_ae_title: str
    address: str
    differences: list[DifferenceWords]

    @classmethod
    def of(cls, one: SetAside) -> SetAsideWords:
        instance = one.instance
        named = ("sop_instance_uid", "sop_class_uid", "series_instance_uid", "study_instance_uid", "transfer_syntax", "byte_count",
                 "received", "calling_ae_title", "address")  # fmt: skip
        return cls(
            id=one.id,
            patient_id=instance.attributes.get("PatientID", ""),
            patient_name=instance.attributes.get("PatientName", ""),
            differences=[DifferenceWords(keyword=name, kept=kept, arriving=came) for name, kept, came in one.differences],
            **{name: getattr(instance, name) for name in named},
        )


class SetAsideList(Words):
    """One page of what is set aside, oldest first; `more` says that another follows."""

    set_aside: list[SetAsideWords]
    more: bool

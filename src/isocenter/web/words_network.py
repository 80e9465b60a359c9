"""The words of `/api` about the network: this device, how the nodes stand, who is at the door.

Records of the house go in, models go out, and the other way round. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from isocenter.base.limits import NODE_NAME_CHARACTERS_MAX
from isocenter.jobs.echoing import Echo
from isocenter.jobs.findings import Found
from isocenter.jobs.stories import Bar, Calls, Event, Standing, Story
from isocenter.jobs.strangers import Visitor
from isocenter.model.records import Node
from isocenter.web.api_words import CallerWords, NodeEntry, Words
from isocenter.web.words_vigil import DriftWords

Policy = Literal["loopback", "strict", "open"]
VerdictName = Literal[
    "answers",
    "changed",
    "no echo",
    "refuses our title",
    "refuses its title",
    "refuses",
    "silent",
    "port closed",
    "not listening",
    "unasked",
    "only calls",
]


class AddressWords(Words):
    """One address of this computer, the interface that has it, the network around it, and how many nodes are in that network."""

    address: str
    interface: str
    network: str
    nodes: int


class LatestCall(Words):
    """The last association that another computer opened here."""

    calling_ae_title: str
    node: str
    address: str
    moment: datetime


class DeviceWords(Words):
    """This device as others see it. `firewall` is the command that opens its port, empty where none is needed.

    `sources` say for `aet`, `port` and `policy` where they came from; empty is the default.
    """

    ae_title: str
    port: int
    policy: str
    policy_sentence: str
    addresses: list[AddressWords]
    listening_since: datetime
    latest_call: LatestCall | None
    firewall: str
    sources: dict[str, str]


class DeviceWanted(Words):
    """What this device shall be; what is left out stays."""

    ae_title: str | None = None
    port: int | None = None
    policy: Policy | None = None


class DeviceKept(Words):
    """The device as it is now, and sentences about what will not outlive this process."""

    device: DeviceWords
    notes: list[str]


class BarWords(Words):
    """A part of the last day: echoes, those of them that were not answered, the median of the others."""

    asked: int
    failed: int
    milliseconds: float | None

    @classmethod
    def of(cls, bar: Bar) -> BarWords:
        return cls(asked=bar.asked, failed=bar.failed, milliseconds=bar.milliseconds)


class NodeState(Words):
    """How a node stands now: `verdict` since `since`, last asked at `asked`; `words` is what came of that.

    `answered` is when it last answered; `changed` are two words for what about it is other than usual, empty where nothing is.
    """

    name: str
    verdict: VerdictName
    words: str
    milliseconds: float | None
    asked: datetime | None
    since: datetime | None
    is_busy: bool
    last_call: datetime | None
    answered: datetime | None
    changed: str
    bars: list[BarWords]

    @classmethod
    def of(cls, node: Node, standing: Standing, bars: list[Bar]) -> NodeState:
        named = ("words", "milliseconds", "asked", "since", "is_busy", "last_call", "answered", "changed")
        return cls(
            name=node.name,
            verdict=standing.verdict.value,
            bars=[BarWords.of(bar) for bar in bars],
            **{name: getattr(standing, name) for name in named},
        )


class NodeStates(Words):
    """All nodes in the order of their list; `echo_minutes` is how often they are asked by themselves, 0 is never."""

    nodes: list[NodeState]
    echo_minutes: int


class AnswerWords(Words):
    """One echo. `milliseconds` is null where it was not answered."""

    moment: datetime
    milliseconds: float | None
    outcome: Literal["answered", "failed", "rejected", "lost"]


class EventWords(Words):
    """One change of a node; `good` is null where it is neither good nor bad."""

    moment: datetime
    words: str
    good: bool | None

    @classmethod
    def of(cls, event: Event) -> EventWords:
        return cls(moment=event.moment, words=event.words, good=event.is_good)


class CalledTitle(Words):
    """A title by which a node called us."""

    ae_title: str
    count: int
    last: datetime


class CallsWords(Words):
    """What a node did when it called us, as far as it is remembered; `failed` are requests of it that were refused.

    `fetched` of the `received` instances came because this side asked for them.
    """

    count: int
    first: datetime | None
    last: datetime | None
    address: str
    called_ae_title: str
    implementation_class_uid: str
    implementation_version_name: str
    received: int
    fetched: int
    sent: int
    failed: int
    titles: list[CalledTitle]

    @classmethod
    def of(cls, calls: Calls) -> CallsWords:
        titles = [CalledTitle(ae_title=title, count=one.count, last=one.last) for title, one in calls.titles.items()]
        plain = {name: getattr(calls, name) for name in cls.model_fields if name != "titles"}
        return cls(**plain, titles=titles)


class NodeStory(Words):
    """What is known of a node from talking with it: the answers of a day oldest first, events latest first, and what drifted.

    `retrieve` and `titles` are what the latest checkup found about both, in words; empty where none did.
    """

    state: NodeState
    answers: list[AnswerWords]
    events: list[EventWords]
    implementation_class_uid: str
    implementation_version_name: str
    pdu_bytes_max: int | None
    calls: CallsWords
    drifts: list[DriftWords]
    retrieve: str
    titles: str

    @classmethod
    def of(cls, state: NodeState, story: Story, moments: list[datetime], drifts: list[DriftWords], found: Found) -> NodeStory:
        return cls(
            state=state,
            answers=[
                AnswerWords(
                    moment=moment,
                    milliseconds=answer.milliseconds if answer.echo is Echo.ANSWERED else None,
                    outcome=answer.echo.value,
                )
                for moment, answer in zip(moments, story.answers, strict=True)
            ],
            events=[EventWords.of(event) for event in story.events],
            implementation_class_uid=story.implementation_class_uid,
            implementation_version_name=story.implementation_version_name,
            pdu_bytes_max=story.pdu_bytes_max,
            calls=CallsWords.of(story.calls),
            drifts=drifts,
            retrieve=found.retrieve,
            titles=found.titles,
        )


class NodeDraft(Words):
    """An entry that is being written. `was` is the name that it is kept under now, where it is."""

    name: str = Field(max_length=4 * NODE_NAME_CHARACTERS_MAX)
    was: str = Field(default="", max_length=4 * NODE_NAME_CHARACTERS_MAX)
    entry: NodeEntry


class DoorCaller(CallerWords):
    """Somebody who was turned away, or only let in to C-ECHO. `node` is the node that has its title, where there is one.

    `implementation` is what that node says of itself when it calls, or when it answers; `at` the node whose address it has.
    """

    node: str
    implementation: str
    at: str
    ignored: bool


class DoorConnection(Words):
    """Connections from one address that never became an association."""

    address: str
    why: str
    first: datetime
    last: datetime
    count: int
    ignored: bool


class Tolerated(Words):
    """Somebody who was let in, and whom the policy strict would have refused: why, and the node that it is, where it is one."""

    calling_ae_title: str
    called_ae_title: str
    address: str
    node: str
    why: str
    implementation_version_name: str
    first: datetime
    last: datetime
    count: int
    ignored: bool

    @classmethod
    def of(cls, one: Visitor, why: str, ignored: bool) -> Tolerated:
        plain = {name: getattr(one, name) for name in cls.model_fields if name not in {"why", "ignored"}}
        return cls(**plain, why=why, ignored=ignored)


class Door(Words):
    """Who is at the door and is not let in, the latest first.

    `tolerated` were let in within a day, since the policy is friendlier than strict; `strict_would_refuse` are the titles of those
    of them that are nodes.
    """

    callers: list[DoorCaller]
    connections: list[DoorConnection]
    tolerated: list[Tolerated]
    strict_would_refuse: list[str]


class Ignoring(Words):
    """Whom not to show again, or to show again; without titles whoever speaks no DICOM from that address."""

    calling_ae_title: str = Field(default="", max_length=64)
    called_ae_title: str = Field(default="", max_length=64)
    address: str = Field(max_length=64)
    ignored: bool = True

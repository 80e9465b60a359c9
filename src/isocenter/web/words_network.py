"""The words of `/api` about the network: this device, how the nodes stand, who is at the door.

Records of the house go in, models go out, and the other way round. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from isocenter.base.limits import NODE_NAME_CHARACTERS_MAX
from isocenter.jobs.echoing import Echo
from isocenter.jobs.stories import Bar, Calls, Event, Standing, Story
from isocenter.model.records import Node
from isocenter.web.api_words import CallerWords, NodeEntry, Words

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
    """How a node stands now: `verdict` since `since`, last asked at `asked`; `words` is what came of that."""

    name: str
    verdict: VerdictName
    words: str
    milliseconds: float | None
    asked: datetime | None
    since: datetime | None
    is_busy: bool
    last_call: datetime | None
    bars: list[BarWords]

    @classmethod
    def of(cls, node: Node, standing: Standing, bars: list[Bar]) -> NodeState:
        named = ("words", "milliseconds", "asked", "since", "is_busy", "last_call")
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


class CallsWords(Words):
    """What a node did when it called us, since this process began."""

    count: int
    first: datetime | None
    last: datetime | None
    address: str
    called_ae_title: str
    implementation_class_uid: str
    implementation_version_name: str
    received: int
    sent: int

    @classmethod
    def of(cls, calls: Calls) -> CallsWords:
        return cls(**{name: getattr(calls, name) for name in cls.model_fields})


class NodeStory(Words):
    """What is known of a node from talking with it, since this process began: answers oldest first, events latest first."""

    state: NodeState
    answers: list[AnswerWords]
    events: list[EventWords]
    implementation_class_uid: str
    implementation_version_name: str
    pdu_bytes_max: int | None
    calls: CallsWords

    @classmethod
    def of(cls, state: NodeState, story: Story, moments: list[datetime]) -> NodeStory:
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
        )


class NodeDraft(Words):
    """An entry that is being written. `was` is the name that it is kept under now, where it is."""

    name: str = Field(max_length=4 * NODE_NAME_CHARACTERS_MAX)
    was: str = Field(default="", max_length=4 * NODE_NAME_CHARACTERS_MAX)
    entry: NodeEntry


class DoorCaller(CallerWords):
    """Somebody who was turned away, or only let in to C-ECHO. `node` is the node that has its title, where there is one."""

    node: str
    ignored: bool


class DoorConnection(Words):
    """Connections from one address that never became an association."""

    address: str
    why: str
    first: datetime
    last: datetime
    count: int
    ignored: bool


class Door(Words):
    """Who is at the door and is not let in, the latest first.

    `strict_would_refuse` are the nodes that called us within a day by a title that is not ours, which only the policy strict minds.
    """

    callers: list[DoorCaller]
    connections: list[DoorConnection]
    strict_would_refuse: list[str]


class Ignoring(Words):
    """Whom not to show again, or to show again; without titles whoever speaks no DICOM from that address."""

    calling_ae_title: str = Field(default="", max_length=64)
    called_ae_title: str = Field(default="", max_length=64)
    address: str = Field(max_length=64)
    ignored: bool = True

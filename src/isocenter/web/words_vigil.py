"""The words of `/api` about the nodes' past and their company: heartbeat, maintenance, alerts, drift, who knows whom.

Records of the house go in, models go out, and the other way round. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from isocenter.base.limits import NODE_NAME_CHARACTERS_MAX, SETTING_CHARACTERS_MAX, WINDOW_WORDS_MAX
from isocenter.jobs.acquaintance import Fact
from isocenter.jobs.alarm import Told
from isocenter.jobs.availability import Outage, Part
from isocenter.jobs.drifting import Drift
from isocenter.jobs.other_lists import OtherList
from isocenter.model.history import Repeats, Window
from isocenter.web.api_words import Words

_NAME = Field(max_length=4 * NODE_NAME_CHARACTERS_MAX)


class PartWords(Words):
    """A part of the time shown: echoes, those not answered, those of them that maintenance excuses, mean and slowest answer."""

    begins: datetime
    asked: int
    failed: int
    excused: int
    milliseconds: float | None
    slowest: float | None

    @classmethod
    def of(cls, part: Part) -> PartWords:
        return cls(**{name: getattr(part, name) for name in cls.model_fields})


class OutageWords(Words):
    """A stretch in which a node did not answer; `until` is null where it still does not."""

    since: datetime
    until: datetime | None
    words: str

    @classmethod
    def of(cls, outage: Outage) -> OutageWords:
        return cls(since=outage.since, until=outage.until, words=outage.words)


class BeatWords(Words):
    """One node over the time shown. `minutes` is how often it is asked, 0 never; `own_minutes` is its own interval, if it has one.

    `availability` is how many in a hundred echoes were answered, null where none counts; `working` is what is being done to it now.
    One that does not `listens` only calls, and nothing is counted against it.
    """

    name: str
    minutes: int
    own_minutes: int | None
    availability: float | None
    milliseconds: float | None
    slowest: float | None
    asked: int
    failed: int
    excused: int
    parts: list[PartWords]
    outages: list[OutageWords]
    working: str | None
    listens: bool


class WindowWords(Words):
    """A window of maintenance; `node` is empty for all nodes. `next` is when it opens next, null where it does not any more."""

    id: int
    node: str
    begins: datetime
    minutes: int
    repeats: Literal["once", "daily", "weekly"]
    words: str
    open: bool
    next: datetime | None

    @classmethod
    def of(cls, window: Window, is_open: bool, following: datetime | None) -> WindowWords:
        return cls(
            id=window.id,
            node=window.node,
            begins=window.begins,
            minutes=window.minutes,
            repeats=window.repeats.value,
            words=window.words,
            open=is_open,
            next=following,
        )


class WindowWanted(Words):
    """A window to keep; `id` 0 is a new one."""

    id: int = 0
    node: str = Field(default="", max_length=4 * NODE_NAME_CHARACTERS_MAX)
    begins: datetime
    minutes: int
    repeats: Literal["once", "daily", "weekly"] = "once"
    words: str = Field(default="", max_length=4 * WINDOW_WORDS_MAX)

    def window(self) -> Window:
        """The record that it means."""
        return Window(self.begins, self.minutes, self.node, Repeats(self.repeats), self.words.strip(), self.id)


class HeartbeatWords(Words):
    """All nodes over the last `days`, which begin at `begins`, in the order of their list; a part of them is `part_hours` long.

    A node that nobody asked has no parts.
    """

    days: int
    begins: datetime
    ends: datetime
    part_hours: float
    history_days: int
    echo_minutes: int
    nodes: list[BeatWords]
    windows: list[WindowWords]


class AlertWords(Words):
    """One change that somebody is told of."""

    moment: datetime
    node: str
    kind: Literal["silent", "back", "changed", "test"]
    words: str


class ToldWords(Words):
    """What became of some alerts; `error` is a sentence, empty where they were told."""

    moment: datetime
    way: str
    alerts: list[AlertWords]
    error: str
    tries: int

    @classmethod
    def of(cls, told: Told) -> ToldWords:
        alerts = [
            AlertWords.model_validate({"moment": one.moment, "node": one.node, "kind": one.kind, "words": one.words})
            for one in told.alerts
        ]
        return cls(moment=told.moment, way=told.way, alerts=alerts, error=told.error, tries=told.tries)


class WayWords(Words):
    """One way to tell somebody: whether it is set, and how many alerts could not be told yet."""

    name: str
    set: bool
    waiting: int


class AlertSettings(Words):
    """Who is told, and after how many unanswered echoes; `has_password` says that one is set, which is never shown."""

    after: int
    webhook: str
    mail_to: str
    mail_from: str
    mail_server: str
    mail_user: str
    has_password: bool


class AlertsWanted(Words):
    """What the alerts shall be; what is left out stays. An empty password is none."""

    after: int | None = None
    webhook: str | None = Field(default=None, max_length=SETTING_CHARACTERS_MAX)
    mail_to: str | None = Field(default=None, max_length=SETTING_CHARACTERS_MAX)
    mail_from: str | None = Field(default=None, max_length=320)
    mail_server: str | None = Field(default=None, max_length=300)
    mail_user: str | None = Field(default=None, max_length=300)
    mail_password: str | None = Field(default=None, max_length=300)


class Alerts(Words):
    """The settings, the ways, and what was told, the latest first. `notes` are about what will not outlive this process."""

    settings: AlertSettings
    ways: list[WayWords]
    latest: list[ToldWords]
    notes: list[str]


class AlertTest(Words):
    """Which way to try."""

    way: Literal["webhook", "e-mail"]


class DriftWords(Words):
    """Something about a node that is other than usual; `words` is the rest of a sentence that begins with its name.

    It `was` so since `usual_since`: since it was `seen first`, or `commissioned`. `key` names it when it is taken as usual.
    """

    node: str
    key: str
    aspect: str
    words: str
    was: str
    value: str
    since: datetime
    last: datetime
    usual_since: datetime
    origin: Literal["seen first", "commissioned"]

    @classmethod
    def of(cls, node: str, drift: Drift) -> DriftWords:
        named = ("key", "aspect", "words", "was", "value", "since", "last", "usual_since", "origin")
        return cls(node=node, **{name: getattr(drift, name) for name in named})


class DriftTaken(Words):
    """A node's drift that is meant so; without `key` all of it."""

    node: str = _NAME
    key: str = Field(default="", max_length=200)


class FactWords(Words):
    """That `of` knows `to` (the empty name is this device): `words` is the rest of a sentence that begins with `of`.

    `knowing` is `works`, `set` (entered, not tried), `wrong`, `fails` or `not` (not entered there); `source` is where it was seen.
    """

    of: str
    to: str
    knowing: Literal["works", "set", "wrong", "fails", "not"]
    words: str
    source: Literal["entry", "echo", "call", "door", "report", "list"]
    tested: datetime | None
    success: datetime | None
    one_sided: bool

    @classmethod
    def from_fact(cls, fact: Fact) -> FactWords:
        values = {"of": fact.of, "to": fact.to, "knowing": fact.knowing.value, "words": fact.words, "source": fact.source}
        return cls.model_validate({**values, "tested": fact.tested, "success": fact.success, "one_sided": fact.is_one_sided})


class ListedWords(Words):
    """One entry of another archive's list; `node` is ours of that title, `reached` is null where its echo was never tried."""

    name: str
    ae_title: str
    host: str
    port: int
    node: str | None
    reached: bool | None


class OtherListWords(Words):
    """Whom another archive knows, as it said at a moment, and what it calls itself."""

    node: str
    moment: datetime
    ae_title: str
    port: int
    entries: list[ListedWords]

    @classmethod
    def of(cls, node: str, found: OtherList, titles: dict[str, str]) -> OtherListWords:
        """`titles` are our nodes' names by their titles; the empty name is us."""
        entries = [
            ListedWords(
                name=one.name,
                ae_title=one.ae_title,
                host=one.host,
                port=one.port,
                node=titles.get(one.ae_title),
                reached=one.reached,
            )
            for one in found.entries
        ]
        return cls(node=node, moment=found.moment, ae_title=found.ae_title, port=found.port, entries=entries)


class Acquaintances(Words):
    """Who knows whom, and the lists of other archives that were asked for."""

    facts: list[FactWords]
    lists: list[OtherListWords]


class ListAsked(Words):
    """Which node is asked for its list, or which of its entries it is to call."""

    node: str = _NAME
    entry: str = Field(default="", max_length=300)

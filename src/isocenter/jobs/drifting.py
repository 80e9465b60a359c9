"""What is usual of a node, and what is other than that: the record of one node, and its rules.

Comes in: one value of one aspect at a time, and the moment. Goes out: a `Drift` when something is other than usual for the
first time. The first value that is seen, or the one of a report that was kept, is the usual one; what a node does when it calls is
learned for DRIFT_LEARNING_SECONDS. Nothing here locks, keeps or calls anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from isocenter.base.limits import (
    DRIFT_CALM_SECONDS,
    DRIFT_CONTEXTS_MAX,
    DRIFT_KEYS_MAX,
    DRIFT_LEARNING_SECONDS,
    DRIFT_OPEN_MAX,
    DRIFT_VALUES_MAX,
)
from isocenter.jobs.stories import moment_of, moment_text
from isocenter.standard.sop_class import name_of
from isocenter.standard.transfer_syntax import BY_UID

SEEN_FIRST = "seen first"
COMMISSIONED = "commissioned"

IMPLEMENTATION = "implementation"
CALLER = "caller"
ADDRESS = "address"
TITLE = "title"
CALLED = "called"
ENTRY = "entry"
CLASS = "class"
SYNTAX = "syntax"
CONTEXTS = "contexts"

_SHORT = {
    IMPLEMENTATION: "new version",
    CALLER: "new version",
    ADDRESS: "other address",
    TITLE: "other title",
    CALLED: "calls other title",
    ENTRY: "entry changed",
    CLASS: "other contexts",
    SYNTAX: "other contexts",
    CONTEXTS: "other contexts",
}
_LEARNED = frozenset({CALLER, CLASS, SYNTAX})
"""What a device does in several ways: learned for a while before another one counts."""
_SEVERAL = _LEARNED | {CALLED, ADDRESS, TITLE}
"""What may be usual in several ways at once, where somebody says so."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Something about a node that is other than usual. `subject` is a SOP class UID where it is about one.

    `was` has been usual since `usual_since`, because of `origin` (`seen first` or `commissioned`); `value` is it since `since`, and
    was seen last at `last`. `words` is the rest of a sentence that begins with the node's name.
    """

    aspect: str
    was: str
    value: str
    words: str
    since: datetime
    last: datetime
    usual_since: datetime
    origin: str = SEEN_FIRST
    subject: str = ""
    contexts: Mapping[str, bool] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return _key(self.aspect, self.subject)


@dataclass(slots=True)
class Usual:
    """The values that are usual of one aspect, the latest of them last."""

    values: list[str]
    since: datetime
    origin: str


@dataclass(slots=True)
class Habits:
    """What is usual of one node, and what is not. `contexts` maps "class syntax" to whether it was accepted in a kept report."""

    began: datetime | None = None
    usual: dict[str, Usual] = field(default_factory=dict)
    open: dict[str, Drift] = field(default_factory=dict)
    contexts: dict[str, bool] = field(default_factory=dict)
    contexts_since: datetime | None = None
    latest_report: datetime | None = None

    def saw(self, aspect: str, value: str, moment: datetime, subject: str = "") -> Drift | None:
        """One value; the drift where it is one, and was not known yet."""
        key = _key(aspect, subject)
        usual = self.usual.get(key)
        if usual is None:
            if len(self.usual) < DRIFT_KEYS_MAX:
                self.usual[key] = Usual([value], moment, SEEN_FIRST)
            is_new = aspect == CLASS and not self._learns(moment)
            return self._opened(aspect, subject, "", value, moment, moment, SEEN_FIRST) if is_new else None
        if value in usual.values:
            self._calmed(key, moment)
            return None
        if aspect in _LEARNED and self._learns(moment):
            usual.values = [*usual.values, value][-DRIFT_VALUES_MAX:]
            return None
        return self._opened(aspect, subject, usual.values[-1], value, moment, usual.since, usual.origin)

    def reported(self, moment: datetime, contexts: Mapping[str, bool]) -> Drift | None:
        """The context matrix of a kept report; pairs that were not asked before are learned."""
        other = {pair: accepted for pair, accepted in contexts.items() if self.contexts.get(pair, accepted) != accepted}
        for pair, accepted in contexts.items():
            if len(self.contexts) < DRIFT_CONTEXTS_MAX:
                self.contexts.setdefault(pair, accepted)
        since = self.contexts_since = self.contexts_since or moment
        if not other:
            self._calmed(CONTEXTS, moment)
            return None
        value = "; ".join(sorted(pair for pair, accepted in other.items() if accepted))
        was = "; ".join(sorted(pair for pair, accepted in other.items() if not accepted))
        drift = self._opened(CONTEXTS, "", was, value, moment, since, COMMISSIONED)
        if CONTEXTS in self.open:
            self.open[CONTEXTS] = replace(self.open[CONTEXTS], contexts=other, words=_contexts_words(other))
        return None if drift is None else self.open[CONTEXTS]

    def commission(self, aspect: str, value: str, moment: datetime) -> None:
        """This value is the usual one from a kept report on."""
        self.usual[aspect] = Usual([value], moment, COMMISSIONED)
        self.open.pop(aspect, None)

    def accept(self, key: str, moment: datetime) -> Drift | None:
        """It is meant so: what it is now is usual; the drift that is none any more."""
        drift = self.open.pop(key, None)
        if drift is None:
            return None
        if drift.aspect == CONTEXTS:
            self.contexts.update(drift.contexts)
            self.contexts_since = moment
        elif key in self.usual and drift.aspect in _SEVERAL:
            kept = [one for one in self.usual[key].values if one != drift.value]
            self.usual[key].values = [*kept, drift.value][-DRIFT_VALUES_MAX:]
        else:
            self.usual[key] = Usual([drift.value], moment, SEEN_FIRST)
        return drift

    @property
    def short(self) -> str:
        """Two words for the latest drift; empty where there is none."""
        latest = max(self.open.values(), key=lambda drift: drift.since, default=None)
        return "" if latest is None else _SHORT[latest.aspect]

    def _learns(self, moment: datetime) -> bool:
        return self.began is None or moment - self.began < timedelta(seconds=DRIFT_LEARNING_SECONDS)

    def _calmed(self, key: str, moment: datetime) -> None:
        """The usual was seen again: the drift is over once it has not been seen for a while."""
        drift = self.open.get(key)
        if drift is not None and moment - drift.last > timedelta(seconds=DRIFT_CALM_SECONDS):
            del self.open[key]

    def _opened(
        self, aspect: str, subject: str, was: str, value: str, moment: datetime, usual_since: datetime, origin: str
    ) -> Drift | None:
        key = _key(aspect, subject)
        known = self.open.get(key)
        if known is not None and known.value == value:
            self.open[key] = replace(known, last=moment)
            return None
        drift = Drift(aspect, was, value, _words(aspect, was, value, subject), moment, moment, usual_since, origin, subject)
        if known is not None and moment - known.last < timedelta(seconds=DRIFT_CALM_SECONDS):
            # Somebody who tries one title from a hundred addresses must not write a hundred lines, nor send as many letters.
            self.open[key] = replace(drift, since=known.since)
            return None
        self.open[key] = drift
        while len(self.open) > DRIFT_OPEN_MAX:
            del self.open[next(iter(self.open))]
        return drift


def said(version_name: str, class_uid: str) -> str:
    """What a device says of itself (PS3.7 D.3.3.2), as one value."""
    return "\\".join((version_name, class_uid))


def _shown(value: str) -> str:
    version_name, _, class_uid = value.partition("\\")
    return version_name or class_uid


def _key(aspect: str, subject: str) -> str:
    return f"{aspect} {subject}" if subject else aspect


def _words(aspect: str, was: str, value: str, subject: str) -> str:
    match aspect:
        case "implementation":
            name, before = _shown(value), _shown(was)
            same = " with another class UID" if name == before else ""
            return f"is {name} now{same}, was {before}"
        case "caller":
            return f"calls as {_shown(value)} now, was {_shown(was)}"
        case "address":
            return f"its title called from {value}; it is known at {was}"
        case "title":
            return f"its address calls itself {value} now, was {was}"
        case "called":
            return f"calls us {value} now, was {was}"
        case "entry":
            return f"its entry says {value} now, was {was}"
        case "class":
            return f"asks for {name_of(subject)} now, which it never did"
        case "syntax":
            return f"sends {name_of(subject)} as {_syntax(value)} now, was {_syntax(was)}"
    return "accepts other contexts"


def _contexts_words(other: Mapping[str, bool]) -> str:
    parts = []
    for accepted, verb in ((False, "no longer takes"), (True, "takes now")):
        pairs = sorted(pair for pair, is_taken in other.items() if is_taken is accepted)
        if pairs:
            uid, _, syntax = pairs[0].partition(" ")
            more = f" and {len(pairs) - 1} more" if len(pairs) > 1 else ""
            parts.append(f"{verb} {name_of(uid)} in {_syntax(syntax)}{more}")
    return ", ".join(parts)


def _syntax(uid: str) -> str:
    known = BY_UID.get(uid)
    return known.name if known is not None else uid


def as_json(habits: Habits) -> dict[str, Any]:
    """What is kept over a restart; `of_json` is its inverse."""
    return {
        "began": moment_text(habits.began),
        "usual": {key: [one.values, moment_text(one.since), one.origin] for key, one in habits.usual.items()},
        "open": [
            {name: moment_text(value) if isinstance(value, datetime) else value for name, value in asdict(drift).items()}
            for drift in habits.open.values()
        ],
        "contexts": habits.contexts,
        "contexts_since": moment_text(habits.contexts_since),
        "latest_report": moment_text(habits.latest_report),
    }


def of_json(words: Mapping[str, Any]) -> Habits:
    """Raises KeyError, TypeError or ValueError for what is no such document."""
    habits = Habits(moment_of(words["began"]))
    for key, (values, since, origin) in words["usual"].items():
        habits.usual[key] = Usual(list(values), datetime.fromisoformat(since), origin)
    for one in words["open"]:
        moments = {name: datetime.fromisoformat(one[name]) for name in ("since", "last", "usual_since")}
        drift = Drift(**{**one, **moments})
        habits.open[drift.key] = drift
    habits.contexts = dict(words["contexts"])
    habits.contexts_since, habits.latest_report = moment_of(words["contexts_since"]), moment_of(words["latest_report"])
    return habits

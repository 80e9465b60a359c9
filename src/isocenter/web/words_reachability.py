"""The words of `/api` about titles and ports: the next free title, and whether our port is open from outside."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from isocenter.base.limits import NODE_NAME_CHARACTERS_MAX
from isocenter.jobs.reachability import PortAnswer, Reached
from isocenter.web.api_words import Words


class FreeTitle(Words):
    """A title by the rule that nobody known has. `title` is empty where there is none, and `sentence` says why.

    `asked` are the words that the rule wants; `strays` the titles of nodes that do not follow it.
    """

    rule: str
    asked: list[str]
    title: str
    sentence: str
    strays: list[str]


class ReachedWords(Words):
    """Somebody who reached our port from another computer, and when."""

    who: str
    address: str
    moment: datetime

    @classmethod
    def of(cls, reached: Reached) -> ReachedWords:
        return cls(who=reached.who, address=reached.address, moment=reached.moment)


class PortSeen(Words):
    """Who reached our port from other computers since this process began, the latest first; and who could be asked to call."""

    port: int
    firewall: str
    reached: list[ReachedWords]
    askable: list[str]


class PortQuestion(Words):
    """Whom to ask to call us."""

    node: str = Field(max_length=NODE_NAME_CHARACTERS_MAX)


class PortAnswerWords(Words):
    """What a node found. `is_open` is null where nothing was proved."""

    node: str
    is_open: bool | None
    sentence: str
    next_step: str

    @classmethod
    def of(cls, answer: PortAnswer) -> PortAnswerWords:
        return cls(node=answer.node, is_open=answer.is_open, sentence=answer.sentence, next_step=answer.next_step)

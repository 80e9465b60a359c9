"""The words of `/api` about logs that are explained, and about the faults that they name.

Nouns of `web.log_reading` go in, models go out. Nothing here decides anything.
"""

from __future__ import annotations

from isocenter.web.api_words import Words
from isocenter.web.log_reading import FaultEntry, LogExplained


class ExplainedCallerWords(Words):
    """A device that lines name, and how often."""

    title: str
    address: str
    count: int


class ExplainedGroupWords(Words):
    """One thing that a log says, as often as it says it.

    `layer` is `passing` for what is no fault. `faults` are identifiers for `/api/faults`, the most likely first. `source` is the
    file of the product that writes such a line. Moments are as they are written there.
    """

    product: str
    layer: str
    cause: str
    remedy: str
    status: str
    faults: list[str]
    source: str
    count: int
    first_line: int
    last_line: int
    first_moment: str
    last_moment: str
    callers: list[ExplainedCallerWords]
    is_fault: bool


class ExplainedLineWords(Words):
    """A line that is known, without patients' names. `group` is the place of what it says in the list of groups.

    In technician mode `text` is empty.
    """

    number: int
    text: str
    cause: str
    group: int


class LogExplanation(Words):
    """A log: its lines, how many are known and tell of faults, of which products, what they say, and the first of them."""

    lines: int
    known: int
    faults: int
    products: dict[str, int]
    groups: list[ExplainedGroupWords]
    shown: list[ExplainedLineWords]

    @classmethod
    def of(cls, explained: LogExplained) -> LogExplanation:
        return cls.model_validate(explained, from_attributes=True)


class FaultWords(Words):
    """A fault of the table. `here` is to be changed on this side, `there` to be asked of the other one or of the network's owner.

    `sources` say how it is known: obs (seen between real products), read FILE, docs, K (the standard's own text, or not checked).
    """

    identifier: str
    layer: str
    side: str
    family: str
    fault: str
    seen: str
    tell_from: str
    here: list[str]
    there: list[str]
    sources: list[str]

    @classmethod
    def of(cls, entry: FaultEntry) -> FaultWords:
        return cls.model_validate(entry, from_attributes=True)

"""The page's explanation of logs, joined to the doctor's tables, which are read at the first question.

One log at a time, whatever is asked: it is work for the processor, and the archive's own comes first. Any thread. In technician
mode no line comes back, and no word of one but of those that name devices only: free text may say anywhere who a patient is.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from isocenter.base.config import Settings
from isocenter.base.limits import EXPLAIN_LINES_MAX
from isocenter.doctor import explain as explaining
from isocenter.doctor import fault_table, log_patterns
from isocenter.web.log_reading import FaultEntry, LogCaller, LogExplained, LogGroup, LogLine


class Explaining:
    """Implements `LogReading`. `own_address` is this device's, empty where it has none that others reach."""

    def __init__(self, settings: Callable[[], Settings], own_address: Callable[[], str]) -> None:
        self._settings = settings
        self._own_address = own_address
        self._one_at_a_time = threading.Lock()

    def products(self) -> Sequence[str]:
        return tuple(log_patterns.products())

    def explain(self, log: bytes, product: str) -> LogExplained:
        given = log_patterns.products()[product] if product else None
        hides = self._settings().technician
        whole = explaining.Summary()
        shown: list[explaining.Explained] = []
        with self._one_at_a_time:
            for line in explaining.explain(explaining.lines_of(io.BytesIO(log)), given):
                whole.add(line)
                if line.pattern is not None and len(shown) < EXPLAIN_LINES_MAX:
                    shown.append(line)
        groups = whole.groups()
        places = {id(group): place for place, group in enumerate(groups)}
        return LogExplained(
            lines=whole.lines,
            known=whole.known,
            faults=whole.faults,
            products=whole.products,
            groups=tuple(_group(group, hides) for group in groups),
            shown=tuple(
                LogLine(line.number, "" if hides else line.text, _meant(line, hides)[0], places[id(whole.repeated(line))])
                for line in shown
            ),
        )

    def fault(self, identifier: str) -> FaultEntry | None:
        if (row := fault_table.faults().get(identifier)) is None:
            return None
        settings = self._settings()
        facts = {"our_title": settings.aet, "our_port": settings.port, "our_address": self._own_address()}
        cause = row.cause(facts)
        return FaultEntry(
            identifier=identifier,
            layer=row.layer.value,
            side=row.side.value,
            family=fault_table.FAMILIES[row.family],
            fault=cause.sentence,
            seen=row.seen,
            tell_from=row.tell_from,
            here=cause.here,
            there=cause.there,
            sources=row.sources,
        )


def _meant(line: explaining.Explained, hides: bool) -> tuple[str, str]:
    """Cause and remedy of a line that is known."""
    pattern = line.pattern
    assert pattern is not None, "only lines that are known are counted"
    if hides and pattern.layer not in log_patterns.NAMES_DEVICES_ONLY:
        return log_patterns.unfilled(pattern.cause), log_patterns.unfilled(pattern.remedy)
    return line.cause, line.remedy


def _group(group: explaining.Repeated, hides: bool) -> LogGroup:
    first, pattern = group.first, group.first.pattern
    assert pattern is not None, "only lines that are known are counted"
    cause, remedy = _meant(first, hides)
    return LogGroup(
        product=first.product,
        layer=pattern.layer,
        cause=cause,
        remedy=remedy,
        status=first.status,
        faults=pattern.faults,
        source=pattern.source,
        count=group.count,
        first_line=first.number,
        last_line=group.last_number,
        first_moment=first.moment,
        last_moment=group.last_moment,
        callers=tuple(LogCaller(title, address, count) for (title, address), count in group.callers.items()),
    )


def own_address(addresses: Sequence[str]) -> str:
    """The first of this computer's addresses that others may reach, an IPv4 one before others; empty where there is none."""
    reached = [address for address in map(ip_address, addresses) if not address.is_loopback and not address.is_link_local]
    return next(iter(map(str, sorted(reached, key=lambda address: address.version))), "")

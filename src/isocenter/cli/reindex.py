"""`isocenter reindex`: a new index from the images alone, beside the old one, then swapped in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from isocenter.base.errors import UsageError
from isocenter.base.limits import DIFFERENCES_SHOWN_MAX
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.terminal import plural, say, steps, tell_json
from isocenter.daemon import calls, instances
from isocenter.daemon.instances import Place

_CHANGES = {"found": "were found", "lost": "are lost", "differing": "differ"}


def reindex(name: Name = None, data: Data = None, json: Json = False) -> None:
    """Build the index anew from the images. A running archive goes on serving; the old index is kept beside the new one."""
    shown: Counter[str] = Counter()
    for step in steps("rebuilding", _told(instances.place(name, data))):
        if json:
            tell_json(step)
        elif "difference" in step:
            shown[step["difference"]] += 1
            if shown[step["difference"]] <= DIFFERENCES_SHOWN_MAX:
                say(f"{step['difference']}: {step['detail']}")
        elif "summary" in step:
            if any(count > DIFFERENCES_SHOWN_MAX for count in shown.values()):
                say(f"Of each kind the first {DIFFERENCES_SHOWN_MAX} are shown; --json tells more.")
            changes = [f"{step[count]} {word}" for count, word in _CHANGES.items() if step[count]]
            verdict = f"compared with the old one {', '.join(changes)}" if changes else "the same as the old one"
            say(f"The new index holds {plural(step['instances'], 'image')} and {step['set_aside']} set aside: {verdict}.")


def _told(place: Place) -> Iterator[Mapping[str, Any]]:
    if running := instances.running(place):
        yield from calls.post(running, "/api/reindex")
        return
    from isocenter.daemon import upkeep

    if not place.folder.exists():
        raise UsageError(f"There is no archive in {place.folder} yet.")
    yield from upkeep.reindex_closed(place.folder)

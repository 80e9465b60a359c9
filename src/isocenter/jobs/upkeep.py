"""The jobs `check` and `reindex`: a long look at the archive itself, told in steps.

Comes in: steps as mappings with `done` and `total`, with `finding` or `difference`, and at last `summary`. Goes out: counts, the
first of the sentences, and the sum. What is found is no failure of the job that found it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from isocenter.jobs.queue import Course, Outcome, Wanted
from isocenter.model.jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Generator

_KNOWN = frozenset({"summary", "findings"})
"""What of a summary the sentence says already."""
Steps = Callable[[], Iterator[Mapping[str, Any]]]


class Upkeep:
    """One kind of such a look. `steps` begins it anew at each call."""

    def __init__(self, title: str, steps: Steps) -> None:
        self._title = title
        self._steps = steps

    def title(self, _wanted: Wanted) -> str:
        """What it is called; nothing about it can be wanted."""
        return self._title

    def run(self, _wanted: Wanted, course: Course) -> Outcome:
        """Go through all steps; between two of them it can be stopped, and then nothing has changed."""
        count, words = 0, ""
        steps = self._steps()
        with closing(cast("Generator[Mapping[str, Any], None, None]", steps)):
            for step in steps:
                course.check()
                if "summary" in step:
                    words = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in step.items() if name not in _KNOWN)
                elif "total" in step:
                    course.reached(step["done"], total=step["total"])
                else:
                    count += 1
                    course.find(_sentence(step))
        found = f"{count} things were found" if count != 1 else "One thing was found"
        return Outcome(JobState.DONE, f"{found if count else 'Nothing was found'}: {words}.")


def _sentence(step: Mapping[str, Any]) -> str:
    what = step.get("finding") or step.get("difference") or ""
    where = step.get("sop_instance_uid") or step.get("blob") or ""
    return ": ".join(filter(None, (what, where, step.get("detail", ""))))

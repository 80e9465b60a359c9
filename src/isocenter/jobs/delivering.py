"""The job `send`: instances of this archive to another node by C-STORE (PS3.4 B.2).

Comes in: the name of a node and the unique keys of patients, studies, series or instances. Goes out: a count for each instance,
and a sentence for each that did not go. Several associations, a second try where one breaks, and transcoding are the forwarder's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, cast

from isocenter.base.errors import UsageError
from isocenter.base.limits import JOB_UIDS_MAX
from isocenter.dimse.exchange import Forward, SubOperation
from isocenter.jobs.queue import Course, Outcome, Wanted
from isocenter.model.attributes import UNIQUE_KEYS, Level
from isocenter.model.jobs import JobState
from isocenter.model.ports import Catalogue
from isocenter.model.query import AnyOf, Key, Query
from isocenter.model.records import Instance, Node
from isocenter.standard.status import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from isocenter.net.forward import Forwarder


class Delivering:
    """Sendings from one archive. `node_named` raises UsageError for whom we do not know or cannot call."""

    def __init__(self, node_named: Callable[[str], Node], catalogue: Catalogue, forwarder: Forwarder) -> None:
        self._node_named = node_named
        self._catalogue = catalogue
        self._forwarder = forwarder

    def title(self, wanted: Wanted) -> str:
        """`Send study 1.2.3 to CT1`. Raises UsageError for what cannot be sent."""
        self._node_named(wanted["node"])
        values = wanted["values"]
        level = wanted["level"]
        if not values or not all(value.strip() for value in values):
            raise UsageError(f"Say which {level} to send, by {UNIQUE_KEYS[Level[level.upper()]].keyword}.")
        if len(values) > JOB_UIDS_MAX:
            raise UsageError(f"{len(values)} values are too many for one job; {JOB_UIDS_MAX} are allowed.")
        # A Patient ID names a patient, and titles go into the log.
        what = f"{level} {values[0]}" if len(values) == 1 and level != "patient" else f"{len(values)} x {level}"
        return f"Send {what} to {wanted['node']}"

    def run(self, wanted: Wanted, course: Course) -> Outcome:
        """Send them all, whatever becomes of each. Raises UsageError where the node is gone."""
        node = self._node_named(wanted["node"])
        level = Level[wanted["level"].upper()]
        query = Query(level, (Key(UNIQUE_KEYS[level].keyword, AnyOf(tuple(wanted["values"]))),))
        total = self._catalogue.count_instances(query)
        if not total:
            return Outcome(JobState.FAILED, "The archive holds none of it.")
        course.reached(0, total=total)
        course.say("The instances are going.")
        course.moves("store")
        with ExitStack() as open_ones:
            found = cast("Generator[Instance, None, None]", self._catalogue.instances(query))
            open_ones.enter_context(closing(found))
            going = self._forwarder.deliver(Forward(found, node), node, lambda: course.is_stopping)
            for one in open_ones.enter_context(closing(cast("Generator[SubOperation, None, None]", going))):
                failure = _failure(one)
                course.carried(not failure, 0 if failure else one.instance.byte_count)
                course.step(failure)
        job = course.job
        return course.outcome(f"{node.name} has {job.done} of {job.done + job.failed}.")


def _failure(one: SubOperation) -> str:
    if one.status is not None and kind_of(one.status) in (Kind.SUCCESS, Kind.WARNING):
        return ""
    return f"{one.instance.sop_instance_uid}: {one.reason or 'it was refused'}"

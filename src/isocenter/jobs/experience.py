"""What retrieving from a node has shown: which way works, how fast it sends, how large its instances are.

Jobs as they are kept go in; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from isocenter.base.limits import EXPERIENCE_JOBS_MAX, EXPERIENCE_TRANSFERS
from isocenter.jobs.queue import JobQueue
from isocenter.model.jobs import Job, Transfer

RETRIEVE = "retrieve"


@dataclass(frozen=True, slots=True)
class Experience:
    """`by` is the way that worked last, empty where none did yet; the rates are 0 where they are not known."""

    by: str = ""
    instances_per_second: float = 0.0
    bytes_per_instance: float = 0.0


def with_node(jobs: JobQueue, name: str) -> Experience:
    """What the latest retrievals from a node say."""
    return learned(jobs.jobs(EXPERIENCE_JOBS_MAX, kind=RETRIEVE), name)


def learned(latest: Iterable[Job], name: str) -> Experience:
    """The same of these jobs, latest first."""
    transfers = list(islice(_transfers(latest, name), EXPERIENCE_TRANSFERS))
    if not transfers:
        return Experience()
    weighed = [one for one in transfers if one.byte_count]
    seconds = sum(one.seconds for one in transfers)
    return Experience(
        by=transfers[0].by,
        instances_per_second=sum(one.instances for one in transfers) / seconds if seconds else 0.0,
        bytes_per_instance=sum(one.byte_count for one in weighed) / sum(one.instances for one in weighed) if weighed else 0.0,
    )


def _transfers(latest: Iterable[Job], name: str) -> Iterable[Transfer]:
    for job in latest:
        if job.kind == RETRIEVE and job.wanted.get("node") == name and job.transfer is not None and job.transfer.instances:
            yield job.transfer

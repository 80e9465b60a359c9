"""What retrieving from a node has shown is read from the jobs that there were."""

from __future__ import annotations

from datetime import UTC, datetime

from isocenter.base.limits import EXPERIENCE_TRANSFERS
from isocenter.jobs.experience import Experience, learned
from isocenter.model.jobs import Job, JobState, Transfer

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def retrieved(transfer: Transfer | None, node: str = "PACS", kind: str = "retrieve") -> Job:
    return Job(1, kind, "", {"node": node}, JobState.DONE, NOW, transfer=transfer)


def test_of_whom_nothing_came_nothing_is_known():
    jobs = [retrieved(None), retrieved(Transfer("get", 0, 0, 3.0)), retrieved(Transfer("move", 5, 50, 1.0), "OTHER"),
            retrieved(Transfer("store", 5, 50, 1.0), kind="send")]  # fmt: skip
    assert learned(jobs, "PACS") == Experience()


def test_the_latest_way_is_known_and_the_rates_are_those_of_all():
    jobs = [retrieved(Transfer("move", 10, 0, 5.0)), retrieved(Transfer("get", 30, 3000, 5.0))]
    assert learned(jobs, "PACS") == Experience("move", 4.0, 100.0)


def test_what_was_long_ago_does_not_count():
    jobs = [retrieved(Transfer("get", 10, 100, 1.0))] * EXPERIENCE_TRANSFERS + [retrieved(Transfer("get", 10, 100, 1000.0))]
    assert learned(jobs, "PACS").instances_per_second == 10.0

"""The queue of jobs: durable, cancellable, bounded, and untouched by what a job does."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest
from tests.waiting import wait_for

from isocenter.archive.archive import Archive
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.job_rows import JobRows
from isocenter.base.clock import FixedClock, SystemClock
from isocenter.base.errors import LinkLost, LocalError, UsageError
from isocenter.base.limits import JOB_FINDINGS_MAX, JOB_SENTENCE_CHARACTERS_MAX, JOBS_AT_ONCE_MAX
from isocenter.jobs import queue as queues
from isocenter.jobs.queue import Course, JobQueue, Kind
from isocenter.model.jobs import Job, JobState

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Acts:
    """Kinds of jobs that do what a test wants, and wait where it wants."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.reached = threading.Semaphore(0)
        self.cut = threading.Event()
        self.kinds = {
            "count": Kind(self.title, self.count),
            "wait": Kind(self.title, self.wait),
            "hang": Kind(self.title, self.hang),
            "raise": Kind(self.title, self.throw),
            "alone": Kind(self.title, self.wait, alone=True),
        }

    def title(self, wanted):
        if "bad" in wanted:
            raise UsageError("bad cannot be wanted")
        return f"do {wanted.get('what', 'something')}"

    def count(self, wanted, course):
        course.reached(0, total=wanted["times"])
        for number in range(wanted["times"]):
            course.step("" if number % 2 == 0 else f"number {number} is odd")
        return course.outcome("counted")

    def wait(self, wanted, course):
        self.reached.release()
        while not self.gate.wait(0.005):
            course.check()
        return course.outcome("waited")

    def hang(self, wanted, course):
        course.waits_for(lambda why: self.cut.set())
        self.reached.release()
        assert self.cut.wait(20)
        raise LinkLost("the connection was cut")

    def throw(self, wanted, course):
        course.reached(wanted.get("done", 0))
        raise {"house": LinkLost("nobody answers"), "inside": KeyError("secret")}[wanted["what"]]


@pytest.fixture
def acts():
    acts = Acts()
    yield acts
    acts.gate.set()
    acts.cut.set()


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def open_queue(folder, acts):
    """Opens the archive and a queue over it, as a start of the program does; closing it is the end of the program."""
    opened = []

    def begin() -> JobQueue:
        archive = Archive(folder)
        reader = IndexReader(archive.index)
        jobs = JobQueue(JobRows(reader, archive.perform), acts.kinds, SystemClock())
        opened.append((jobs, reader, archive))
        jobs.start()
        return jobs

    def end() -> None:
        jobs, reader, archive = opened.pop()
        jobs.close()
        reader.close()
        archive.close()

    begin.end = end
    yield begin
    while opened:
        acts.gate.set()
        end()


def ended(jobs: JobQueue, number: int):
    wait_for(lambda: jobs.job(number).state.is_over)
    return jobs.job(number)


def test_a_job_is_queued_done_and_told_in_counts(open_queue):
    jobs = open_queue()
    before = jobs.version
    job = jobs.submit("count", {"times": 3, "what": "three"})
    assert (job.title, job.state) == ("do three", JobState.QUEUED)
    done = ended(jobs, job.id)
    assert (done.state, done.done, done.failed, done.total, done.words) == (JobState.PARTLY, 2, 1, 3, "counted")
    assert done.findings == ("number 1 is odd",)
    assert done.created <= done.started <= done.ended
    assert jobs.version > before


def test_all_done_is_done_and_none_done_is_failed(open_queue):
    jobs = open_queue()
    assert ended(jobs, jobs.submit("count", {"times": 1}).id).state is JobState.DONE
    assert ended(jobs, jobs.submit("count", {"times": 0}).id).state is JobState.DONE
    assert ended(jobs, jobs.submit("raise", {"what": "house"}).id).state is JobState.FAILED
    assert ended(jobs, jobs.submit("raise", {"what": "house", "done": 2}).id).state is JobState.PARTLY


def test_an_error_of_the_house_is_the_last_word_and_one_from_inside_stays_inside(open_queue):
    jobs = open_queue()
    assert ended(jobs, jobs.submit("raise", {"what": "house"}).id).words == "nobody answers"
    words = ended(jobs, jobs.submit("raise", {"what": "inside"}).id).words
    assert "KeyError" in words
    assert "secret" not in words
    assert ended(jobs, jobs.submit("count", {"times": 1}).id).state is JobState.DONE


def test_what_cannot_be_wanted_is_refused_before_it_is_a_row(open_queue):
    jobs = open_queue()
    for kind, wanted in (("count", {"bad": 1}), ("fly", {}), ("count", {"times": 1, "x": "y" * 300_000})):
        with pytest.raises(UsageError):
            jobs.submit(kind, wanted)
    assert jobs.jobs(10) == []


def test_so_many_run_at_once_and_the_others_wait_their_turn(open_queue, acts):
    jobs = open_queue()
    made = [jobs.submit("wait", {}).id for _ in range(JOBS_AT_ONCE_MAX + 2)]
    for _ in range(JOBS_AT_ONCE_MAX):
        assert acts.reached.acquire(timeout=20)
    states = [job.state for job in jobs.jobs(20)]
    assert states.count(JobState.RUNNING) == JOBS_AT_ONCE_MAX
    assert states.count(JobState.QUEUED) == 2
    acts.gate.set()
    assert {ended(jobs, number).state for number in made} == {JobState.DONE}


def test_one_that_waits_is_cancelled_at_once_and_one_that_runs_soon(open_queue, acts):
    jobs = open_queue()
    made = [jobs.submit("wait", {}).id for _ in range(JOBS_AT_ONCE_MAX + 1)]
    for _ in range(JOBS_AT_ONCE_MAX):
        assert acts.reached.acquire(timeout=20)
    assert jobs.cancel(made[-1]).state is JobState.CANCELLED
    jobs.cancel(made[0])
    assert ended(jobs, made[0]).state is JobState.CANCELLED
    assert jobs.job(made[1]).state is JobState.RUNNING
    with pytest.raises(LocalError, match="over already"):
        jobs.cancel(made[0])
    assert jobs.cancel(999) is None


def test_one_that_was_cancelled_is_not_called_interrupted_when_the_archive_closes(open_queue, acts):
    jobs = open_queue()
    number = jobs.submit("hang", {}).id
    assert acts.reached.acquire(timeout=20)
    jobs.cancel(number)
    jobs.close()
    job = jobs.job(number)
    assert (job.state, job.words) == (JobState.CANCELLED, "It was cancelled.")


def test_one_that_hears_nothing_has_its_association_cut(open_queue, acts, monkeypatch):
    monkeypatch.setattr(queues, "JOB_CANCEL_SECONDS", 0.01)
    jobs = open_queue()
    number = jobs.submit("hang", {}).id
    assert acts.reached.acquire(timeout=20)
    jobs.cancel(number)
    job = ended(jobs, number)
    assert (job.state, job.words) == (JobState.CANCELLED, "It was cancelled.")


def test_what_a_job_begins_to_wait_for_after_it_was_cut_is_cut_at_once():
    clock = FixedClock()
    course = Course(Job(1, "x", "", {}, JobState.RUNNING, NOW), clock, lambda _job, _due: None)
    told = []
    course.waits_for(lambda why: told.append(("first", why)))
    course.stop("enough")
    assert told == []
    course.interrupt()
    course.waits_for(lambda why: told.append(("second", why)))
    assert told == [("first", "enough"), ("second", "enough")]


def test_of_a_kind_that_is_alone_no_two_are_under_way(open_queue, acts):
    jobs = open_queue()
    first = jobs.submit("alone", {})
    with pytest.raises(LocalError, match=f"Job {first.id} does this already"):
        jobs.submit("alone", {})
    acts.gate.set()
    ended(jobs, first.id)
    assert ended(jobs, jobs.submit("alone", {}).id).state is JobState.DONE


def test_no_more_than_so_many_may_wait(open_queue, acts, monkeypatch):
    monkeypatch.setattr(queues, "JOBS_WAITING_MAX", 2)
    jobs = open_queue()
    jobs.submit("wait", {})
    jobs.submit("wait", {})
    with pytest.raises(LocalError, match="under way already"):
        jobs.submit("count", {"times": 1})


def test_one_that_is_over_starts_again_from_its_beginning(open_queue, acts):
    jobs = open_queue()
    number = jobs.submit("count", {"times": 3}).id
    ended(jobs, number)
    again = jobs.again(number)
    assert (again.id, again.done, again.findings) == (number, 0, ())
    assert ended(jobs, number).done == 2
    assert jobs.again(999) is None
    running = jobs.submit("wait", {})
    with pytest.raises(LocalError, match="only one that is over"):
        jobs.again(running.id)


def test_what_ran_at_the_end_of_the_program_is_interrupted_and_what_waited_goes_on(open_queue, acts):
    jobs = open_queue()
    made = [jobs.submit("wait", {}).id for _ in range(JOBS_AT_ONCE_MAX + 1)]
    for _ in range(JOBS_AT_ONCE_MAX):
        assert acts.reached.acquire(timeout=20)
    open_queue.end()
    jobs = open_queue()
    assert acts.reached.acquire(timeout=20)
    assert [jobs.job(number).state for number in made] == [JobState.INTERRUPTED] * JOBS_AT_ONCE_MAX + [JobState.RUNNING]
    acts.gate.set()
    jobs.again(made[0])
    assert ended(jobs, made[0]).state is JobState.DONE
    assert ended(jobs, made[-1]).state is JobState.DONE


def test_what_ran_when_the_program_was_killed_is_interrupted_too(folder, acts, open_queue):
    with Archive(folder) as archive, closing(IndexReader(archive.index)) as reader:
        rows = JobRows(reader, archive.perform)
        ran = rows.add_job("count", "ran", {"times": 1}, NOW)
        rows.put_job(queues.replace(ran, state=JobState.RUNNING, done=5))
        unknown = rows.add_job("gone", "of an older version", {}, NOW)
    jobs = open_queue()
    assert (jobs.job(ran.id).state, jobs.job(ran.id).done) == (JobState.INTERRUPTED, 5)
    assert jobs.job(unknown.id).state is JobState.INTERRUPTED
    with pytest.raises(LocalError, match="does not know"):
        jobs.again(unknown.id)
    assert ended(jobs, jobs.again(ran.id).id).state is JobState.DONE


def test_what_others_say_is_bounded(open_queue, acts):
    def talk(wanted, course):
        for _ in range(JOB_FINDINGS_MAX + 10):
            course.step("x" * 10_000)
        return course.outcome("y" * 10_000)

    acts.kinds["talk"] = Kind(acts.title, talk)
    jobs = open_queue()
    job = ended(jobs, jobs.submit("talk", {}).id)
    assert len(job.findings) == JOB_FINDINGS_MAX
    assert max(map(len, (*job.findings, job.words))) == JOB_SENTENCE_CHARACTERS_MAX
    assert job.failed == JOB_FINDINGS_MAX + 10


def test_a_disk_that_refuses_does_not_end_the_thread_nor_hide_the_end(open_queue, monkeypatch):
    jobs = open_queue()
    number = jobs.submit("count", {"times": 1}).id
    ended(jobs, number)

    def refuse(job):
        raise LocalError("the archive is closed")

    monkeypatch.setattr(jobs._shelf, "put_job", refuse)
    other = jobs.submit("count", {"times": 1}).id
    assert ended(jobs, other).state is JobState.DONE
    monkeypatch.undo()
    assert ended(jobs, jobs.submit("count", {"times": 1}).id).state is JobState.DONE

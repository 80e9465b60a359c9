"""The queue of jobs: what was asked for is a row at once, a thread does it, and whoever looks sees how far it is.

Comes in: the name of a kind and what it is wanted for. Goes out: `Job`s as they stand. A job that ran when the process ended says
"interrupted" at the next start and can be started again; one that waited goes on waiting. Nothing that a job does may end its
thread: errors of the house become its words, all others the log's. No kind is known here.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError, LocalError, UsageError
from isocenter.base.limits import (
    JOB_CANCEL_SECONDS,
    JOB_FINDINGS_MAX,
    JOB_NOTED_SECONDS,
    JOB_SENTENCE_CHARACTERS_MAX,
    JOB_STOP_SECONDS,
    JOB_WANTED_CHARACTERS_MAX,
    JOBS_AT_ONCE_MAX,
    JOBS_WAITING_MAX,
)
from isocenter.jobs.pace import Meter
from isocenter.model.jobs import Job, JobShelf, JobState

_log = logging.getLogger("isocenter.jobs")

_CANCELLED = "It was cancelled."
_ENDED = "The program ended before this was done; it can be started again."

Wanted = Mapping[str, Any]


class Stopped(IsocenterError):
    """The job was cancelled, or the process is ending: raised in the job's own thread by `Course.check`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended, and in which words."""

    state: JobState
    words: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job. `title` says in words what is wanted, and raises UsageError for what cannot be wanted.

    `run` does it on a thread of its own; what it raises of the house's errors are the job's last words. Of a kind that is
    `alone` no two may be under way.
    """

    title: Callable[[Wanted], str]
    run: Callable[[Wanted, Course], Outcome]
    alone: bool = False


class Course:
    """A job under way, as its own thread sees it: it says how far it is and asks whether it shall stop."""

    def __init__(self, job: Job, clock: Clock, changed: Callable[[Job, bool], None]) -> None:
        self.job = job
        self._clock = clock
        self._changed = changed
        self._noted = clock.monotonic()
        self._lock = threading.Lock()
        self._interrupt: Callable[[str], None] | None = None
        self._meter: Meter | None = None
        self._is_cut = False
        self._stop = ""

    @property
    def is_stopping(self) -> bool:
        return bool(self._stop)

    @property
    def why(self) -> str:
        """Why it shall stop, as a sentence; empty while it may go on."""
        return self._stop

    def check(self) -> None:
        """Raises Stopped once it shall stop."""
        if self._stop:
            raise Stopped(self._stop)

    def reached(self, done: int, failed: int = 0, total: int | None = None) -> None:
        """How far it is, in whatever it counts."""
        self._now(done=done, failed=failed, total=self.job.total if total is None else total)

    def step(self, failure: str = "") -> None:
        """One more is done, or failed with a reason."""
        if failure:
            self.find(failure)
        self.reached(self.job.done + (not failure), self.job.failed + bool(failure))

    def moves(self, by: str) -> None:
        """From now on instances move over the network, by `get`, `move` or `store`: their rate is that since now."""
        self._meter = Meter(by, self._clock.monotonic())
        self.carried(0)

    def carried(self, instances: int, byte_count: int = 0) -> None:
        """So many more instances moved, whose data sets have so many bytes; 0 where that is not known."""
        if self._meter is not None:
            now = self._clock.monotonic()
            self._meter.carried(now, instances, byte_count)
            self._now(transfer=self._meter.transfer(now), pace=self._meter.pace(now))

    def find(self, sentence: str) -> None:
        """A sentence that is worth keeping; past JOB_FINDINGS_MAX it is not kept."""
        if len(self.job.findings) < JOB_FINDINGS_MAX:
            self._now(findings=(*self.job.findings, _cut(sentence)))

    def say(self, words: str) -> None:
        """What it is doing now."""
        self._now(words=_cut(words))

    def outcome(self, words: str) -> Outcome:
        """The end that the counts speak of."""
        job = self.job
        state = JobState.DONE if not job.failed else JobState.PARTLY if job.done else JobState.FAILED
        return Outcome(state, words)

    def waits_for(self, interrupt: Callable[[str], None]) -> None:
        """From now on `interrupt` ends what the job waits for; it is called from another thread if it does not stop by itself."""
        with self._lock:
            self._interrupt = interrupt
            is_late = self._is_cut
        if is_late:
            interrupt(self._stop)

    def stop(self, why: str) -> None:
        """Ask it to stop. Any thread."""
        self._stop = self._stop or why

    def interrupt(self) -> None:
        """Cut what it waits for, and whatever it will wait for. Any thread."""
        with self._lock:
            self._is_cut = True
            interrupt = self._interrupt
        if interrupt is not None:
            interrupt(self._stop)

    def _now(self, **values: Any) -> None:
        self.job = replace(self.job, **values)
        now = self._clock.monotonic()
        is_due = now - self._noted >= JOB_NOTED_SECONDS
        if is_due:
            self._noted = now
        self._changed(self.job, is_due)


class JobQueue:
    """The jobs of one instance. Any thread. `version` grows with every change, so that a reader need not compare."""

    def __init__(self, shelf: JobShelf, kinds: Mapping[str, Kind], clock: Clock) -> None:
        self.version = 0
        self._shelf = shelf
        self._kinds = kinds
        self._clock = clock
        self._lock = threading.Lock()
        self._submitting = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._live: dict[int, Job] = {}
        """Jobs that the rows do not know as they are: queued, running, or ended while the disk refused to hear of it."""
        self._courses: dict[int, Course] = {}
        self._threads: set[threading.Thread] = set()
        self._held: frozenset[str] = frozenset()
        self._is_closing = False

    def start(self) -> None:
        """Take up what the last process left: what ran is interrupted, what waited waits."""
        for job in self._shelf.waiting():
            if job.state is JobState.QUEUED and job.kind in self._kinds:
                self._enqueue(job)
            else:
                self._shelf.put_job(replace(job, state=JobState.INTERRUPTED, ended=self._clock.now(), words=_ENDED))

    def submit(self, kind: str, wanted: Wanted) -> Job:
        """Ask for a job; it is durable when this returns.

        Raises UsageError for what cannot be wanted, LocalError where it cannot be taken now, VolumeFailed where the disk refuses.
        """
        if kind not in self._kinds:
            raise UsageError(f"There is no kind of job {kind!r}; there are {', '.join(self._kinds)}.")
        title = _cut(self._kinds[kind].title(wanted))
        if len(json.dumps(wanted)) > JOB_WANTED_CHARACTERS_MAX:
            raise UsageError(f"A job may be described in {JOB_WANTED_CHARACTERS_MAX} characters; this takes more.")
        with self._submitting:
            self._check_room(kind)
            job = self._shelf.add_job(kind, title, wanted, self._clock.now())
            self._enqueue(job)
        return job

    def again(self, job_id: int) -> Job | None:
        """Start a job that is over once more, from its beginning; None where there is none. Raises as `submit` does."""
        with self._submitting:
            old = self.job(job_id)
            if old is None:
                return None
            if not old.state.is_over:
                raise LocalError(f"Job {job_id} is {old.state.value}: only one that is over can be started again.")
            if old.kind not in self._kinds:
                raise LocalError(f"Job {job_id} is of a kind that this version does not know: {old.kind}.")
            self._check_room(old.kind)
            job = Job(old.id, old.kind, old.title, old.wanted, JobState.QUEUED, old.created)
            self._shelf.put_job(job)
            self._enqueue(job)
            return job

    def cancel(self, job_id: int) -> Job | None:
        """Ask a job to stop: one that waits is cancelled at once, one that runs soon; None where there is none.

        Raises LocalError for one that is over.
        """
        with self._lock:
            job = self._live.get(job_id)
            course = self._courses.get(job_id)
            is_waiting = course is None and job is not None and job in self._waiting
            if is_waiting and job is not None:
                self._waiting.remove(job)
        if course is not None:
            course.stop(_CANCELLED)
            timer = threading.Timer(JOB_CANCEL_SECONDS, course.interrupt)
            timer.daemon = True
            timer.start()
            return self.job(job_id)
        if is_waiting and job is not None:
            return self._settle(replace(job, state=JobState.CANCELLED, ended=self._clock.now(), words=_CANCELLED))
        if (over := self.job(job_id)) is not None:
            raise LocalError(f"Job {job_id} is over already: {over.state.value}.")
        return None

    @property
    def held(self) -> frozenset[str]:
        """The kinds of which none begins for now."""
        return self._held

    def hold(self, kind: str, on: bool) -> None:
        """Let no job of a kind begin any more, or let them begin again; what runs goes on. Until the process ends."""
        with self._lock:
            self._held = self._held | {kind} if on else self._held - {kind}
            self.version += 1
            self._hire()

    def job(self, job_id: int) -> Job | None:
        """How a job stands now."""
        with self._lock:
            live = self._live.get(job_id)
        return live or self._shelf.job(job_id)

    def jobs(self, limit: int, before: int | None = None, kind: str = "") -> list[Job]:
        """See `JobShelf.jobs`; as they stand now."""
        with self._lock:
            live = dict(self._live)
        return [live.get(job.id, job) for job in self._shelf.jobs(limit, before, kind)]

    def under_way(self, kind: str = "") -> list[Job]:
        """Those that run or wait, oldest first; of one kind, where it is named."""
        with self._lock:
            live = list(self._live.values())
        return sorted((job for job in live if not job.state.is_over and kind in ("", job.kind)), key=lambda job: job.id)

    def close(self) -> None:
        """Stop everything and wait for it a while. Idempotent."""
        with self._lock:
            self._is_closing = True
            self._waiting.clear()
            threads, courses = list(self._threads), list(self._courses.values())
        for course in courses:
            course.stop(_ENDED)
            course.interrupt()
        until = self._clock.monotonic() + JOB_STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - self._clock.monotonic()))

    def _check_room(self, kind: str) -> None:
        under_way = self.under_way()
        if len(under_way) >= JOBS_WAITING_MAX:
            raise LocalError(f"{JOBS_WAITING_MAX} jobs are under way already; cancel some or wait.")
        same = [job for job in under_way if job.kind == kind]
        if same and self._kinds[kind].alone:
            raise LocalError(f"Job {same[0].id} does this already.")

    def _enqueue(self, job: Job) -> None:
        with self._lock:
            if self._is_closing:
                return
            self._live[job.id] = job
            self._waiting.append(job)
            self.version += 1
            self._hire()

    def _hire(self) -> None:
        """As many threads as there are jobs that may begin, within the bound; holding the lock."""
        ready = sum(job.kind not in self._held for job in self._waiting)
        for _ in range(0 if self._is_closing else min(ready, JOBS_AT_ONCE_MAX - len(self._threads))):
            thread = threading.Thread(target=self._work, name="jobs", daemon=True)
            self._threads.add(thread)
            thread.start()

    def _work(self) -> None:
        """One thread: job after job until none waits that may begin."""
        while True:
            with self._lock:
                queued = next((job for job in self._waiting if job.kind not in self._held), None)
                if queued is None or self._is_closing:
                    self._threads.discard(threading.current_thread())
                    return
                self._waiting.remove(queued)
                job = replace(queued, state=JobState.RUNNING, started=self._clock.now())
                course = self._courses[job.id] = Course(job, self._clock, self._changed)
                self._live[job.id] = job
                self.version += 1
            self._put(job)
            outcome = self._done(course)
            over = replace(course.job, state=outcome.state, ended=self._clock.now(), words=_cut(outcome.words), pace=None)
            self._settle(over)

    def _done(self, course: Course) -> Outcome:
        job = course.job
        try:
            course.check()
            return self._kinds[job.kind].run(job.wanted, course)
        except Exception as error:
            if course.is_stopping:
                return Outcome(JobState.CANCELLED if course.why == _CANCELLED else JobState.INTERRUPTED, course.why)
            if isinstance(error, IsocenterError):
                return Outcome(JobState.PARTLY if course.job.done else JobState.FAILED, str(error))
            _log.exception("job %s failed", job.id)
            return Outcome(JobState.FAILED, f"It failed inside: {type(error).__name__}; the log file shows where.")

    def _changed(self, job: Job, is_due: bool) -> None:
        with self._lock:
            self._live[job.id] = job
            self.version += 1
        if is_due:
            self._put(job)

    def _settle(self, job: Job) -> Job:
        """A job is over: it lives in its row alone, unless the disk refuses."""
        is_noted = self._put(job)
        with self._lock:
            # Not before: until the row knows of its end it counts as running, for whoever cancels it or starts it again.
            self._courses.pop(job.id, None)
            if is_noted:
                del self._live[job.id]
            else:
                self._live[job.id] = job
            self.version += 1
        _log.info("job %s %s: %s. %s", job.id, job.state.value, job.title, job.words)
        return job

    def _put(self, job: Job) -> bool:
        try:
            self._shelf.put_job(job)
        except IsocenterError as error:
            _log.warning("job %s could not be noted: %s", job.id, error)
            return False
        return True


def _cut(text: str) -> str:
    return text if len(text) <= JOB_SENTENCE_CHARACTERS_MAX else text[: JOB_SENTENCE_CHARACTERS_MAX - 1] + "…"

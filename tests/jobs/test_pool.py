import os
import select
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, perf_counter

import psutil
import pytest
from tests.waiting import wait_for

from isocenter.base.errors import Exhausted, LocalError, UnreadableDataset, UsageError
from isocenter.base.limits import GIB, MIB, WORKER_CALLERS_MAX, WORKER_KEPT_BYTES_MAX
from isocenter.jobs import pool as room
from isocenter.jobs.pool import Pool


def works(pool) -> bool:
    return pool.call("echo", {"text": "é"}) == ["é".encode(), b""]


def test_no_process_is_started_before_somebody_calls(pool):
    assert pool.process_count() == 0
    assert works(pool)
    assert pool.process_count() == 1


def test_calls_in_turn_share_a_process(pool):
    assert len({pool.call("whoami", {})[0] for _ in range(5)}) == 1


def test_bytes_go_there_and_come_back(pool):
    content = os.urandom(3 * MIB + 1)
    assert pool.call("echo", {}, payload=memoryview(content)) == [b"", content]
    assert pool.call("zeros", {"byte_counts": [0, 1, 5 * MIB, 0]}) == [b"", b"\0", bytes(5 * MIB), b""]
    assert pool.call("zeros", {"byte_counts": []}) == []


@pytest.mark.parametrize(("task", "word"), [("segmentation_fault", "SIGSEGV"), ("abort", "SIGABRT"), ("leave", "exit code 3")])
def test_a_codec_that_crashes_takes_only_its_own_call_with_it(pool, task, word):
    with pytest.raises(Exhausted, match=word):
        pool.call(task, {})
    assert pool.process_count() == 0
    assert works(pool)


def test_crashes_leave_nothing_behind(pool):
    with pytest.raises(Exhausted):
        pool.call("leave", {})
    us = psutil.Process()
    others = us.children()
    before = us.num_fds() if sys.platform != "win32" else us.num_handles()
    for _ in range(10):
        with pytest.raises(Exhausted):
            pool.call("leave", {})
    assert (us.num_fds() if sys.platform != "win32" else us.num_handles()) <= before
    assert set(us.children()) <= set(others)


def test_a_codec_that_hangs_is_stopped_when_its_time_is_over(pool):
    assert works(pool)
    begun = monotonic()
    with pytest.raises(Exhausted, match=r"more than 0\.5 seconds"):
        pool.call("hang_in_c", {}, seconds=0.5)
    assert 0.4 < monotonic() - begun < 5
    assert works(pool)


def test_a_process_whose_server_is_gone_ends_itself_though_its_codec_hangs(misbehaving, monkeypatch):
    monkeypatch.setattr(room, "WORKER_WATCH_SECONDS", 1000.0)  # a server that watches no more
    pool = Pool(1, tasks=misbehaving)
    with pytest.raises(Exhausted, match="SIGALRM"):
        pool.call("hang_in_c", {}, seconds=0.1)
    assert works(pool)
    pool.close()


@pytest.mark.parametrize("task", ["claim", "claim_by_numpy"])
def test_a_codec_that_claims_gigabytes_does_not_get_them(pool, task):
    assert pool.call(task, {"byte_count": 100 * MIB}, memory_bytes=GIB) == [b"%d" % (100 * MIB)]
    with pytest.raises(Exhausted, match="1024 MiB of memory"):
        pool.call(task, {"byte_count": 8 * GIB}, memory_bytes=GIB)
    assert works(pool)


def test_memory_is_watched_where_the_system_does_not_limit_it(misbehaving, monkeypatch):
    monkeypatch.setattr(room, "WORKER_WATCH_SECONDS", 0.01)
    pool = Pool(1, tasks=misbehaving, watches_memory=True)
    with pytest.raises(Exhausted, match="more than 10 MiB of memory"):
        pool.call("hang_in_c", {}, memory_bytes=10 * MIB)
    pool.close()


def test_a_process_that_still_holds_much_after_its_call_is_replaced(pool):
    before = pool.call("whoami", {})
    assert pool.call("keep", {"byte_count": MIB}) == [b"kept"]
    assert pool.call("whoami", {}) == before
    assert pool.call("keep", {"byte_count": WORKER_KEPT_BYTES_MAX + MIB}) == [b"kept"]
    assert pool.process_count() == 0
    assert pool.call("whoami", {}) != before


@pytest.mark.parametrize(
    ("task", "error", "text"),
    [
        ("unreadable", UnreadableDataset, "it ends early"),
        ("local", LocalError, "no such frame"),
        ("usage", UsageError, "no such path"),
        ("gone", FileNotFoundError, "no/such/file"),
        ("recurse", LocalError, "RecursionError"),
        ("panic", LocalError, "PanicException: index out of bounds"),
        ("never heard of", LocalError, "KeyError"),
    ],
)
def test_an_error_in_the_process_is_raised_here_and_the_process_lives(pool, task, error, text):
    before = pool.call("whoami", {})
    with pytest.raises(error, match=text) as raised:
        pool.call(task, {})
    assert getattr(raised.value, "offset", 77) == 77
    assert pool.call("whoami", {}) == before


def test_what_c_code_prints_does_not_get_between_the_answers(pool):
    assert pool.call("print_loudly", {}) == [b""]
    assert works(pool)


def test_a_process_that_lies_about_its_answer_is_not_believed(pool):
    with pytest.raises(Exhausted, match="bytes"):
        pool.call("lie", {"byte_count": 2**62})
    assert works(pool)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"error": 1', '{"error":"UnreadableDataset","text":"","where":"","offset":"x"}']
)
def test_a_process_whose_error_cannot_be_read_is_not_believed(pool, text):
    with pytest.raises(Exhausted, match=r"cannot be read|after its answer"):
        pool.call("misreport", {"text": text})
    assert works(pool)


def test_a_call_that_is_broken_off_here_leaves_nothing_for_the_next(pool, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    assert works(pool)
    with monkeypatch.context() as patched:
        patched.setattr("isocenter.jobs.parcels.Incoming.feed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            pool.call("echo", {"text": "late"})
    assert pool.process_count() == 0
    assert works(pool)


def test_arguments_that_fit_no_json_are_the_callers_fault(pool):
    with pytest.raises(TypeError):
        pool.call("echo", {"text": object()})
    assert works(pool)


def test_a_process_that_ended_while_nobody_called_is_replaced_unnoticed(pool):
    process = psutil.Process(int(pool.call("whoami", {})[0]))
    process.kill()
    wait_for(lambda: process.status() == psutil.STATUS_ZOMBIE)
    assert works(pool)


def test_there_are_never_more_processes_than_allowed(misbehaving):
    pool = Pool(2, tasks=misbehaving)
    with ThreadPoolExecutor(8) as callers:
        found = {answer[0] for answer in callers.map(lambda _: pool.call("whoami", {}), range(200))}
    assert 1 <= len(found) <= 2
    assert pool.process_count() <= 2
    pool.close()


def test_callers_get_their_own_answers(misbehaving):
    pool = Pool(2, tasks=misbehaving)
    with ThreadPoolExecutor(8) as callers:
        texts = [str(number) for number in range(300)]
        assert [answer[0].decode() for answer in callers.map(lambda text: pool.call("echo", {"text": text}), texts)] == texts
    pool.close()


def test_who_waits_too_long_for_a_process_is_told_so(pool, tmp_path):
    with ThreadPoolExecutor(1) as other:
        long = other.submit(pool.call, "wait_for", {"path": str(tmp_path / "now")})
        wait_for(lambda: pool.process_count() == 1)
        with pytest.raises(Exhausted, match="no process was free"):
            pool.call("echo", {}, patience_seconds=0.05)
        (tmp_path / "now").touch()
        assert long.result() == [b"done"]
    assert works(pool)


def test_the_callers_that_wait_have_a_maximum(pool, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "WORKER_CALLERS_MAX", 2)
    assert WORKER_CALLERS_MAX > 2
    with ThreadPoolExecutor(3) as others:
        calls = [others.submit(pool.call, "wait_for", {"path": str(tmp_path / "now")}) for _ in range(3)]
        wait_for(lambda: len(pool._waiting) == 2)
        with pytest.raises(Exhausted, match="too much is asked for"):
            pool.call("echo", {})
        (tmp_path / "now").touch()
        assert [call.result() for call in calls] == [[b"done"]] * 3


def test_who_waits_gets_the_place_of_a_process_that_was_killed(pool):
    with ThreadPoolExecutor(2) as others:
        hanging = others.submit(pool.call, "hang_in_c", {}, seconds=0.3)
        wait_for(lambda: pool.process_count() == 1)
        assert works(pool)
        with pytest.raises(Exhausted):
            hanging.result()


def test_idle_processes_end(misbehaving):
    pool = Pool(1, tasks=misbehaving, idle_seconds=0.1)
    number = int(pool.call("whoami", {})[0])
    wait_for(lambda: pool.process_count() == 0)
    wait_for(lambda: not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE)
    assert works(pool)
    pool.close()


def test_closing_ends_what_works_and_what_waits(misbehaving):
    before = set(threading.enumerate())
    pool = Pool(1, tasks=misbehaving)
    with ThreadPoolExecutor(2) as others:
        calls = [others.submit(pool.call, "hang_in_c", {}) for _ in range(2)]
        wait_for(lambda: len(pool._waiting) == 1 and len(pool._busy) == 1)
        pool.close()
        for call in calls:
            with pytest.raises(Exhausted, match="being closed"):
                call.result(10)
    pool.close()
    with pytest.raises(Exhausted, match="being closed"):
        pool.call("echo", {})
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name == "workers"]


def test_processes_end_with_their_pool(pool):
    process = psutil.Process(int(pool.call("whoami", {})[0]))
    pool.close()
    assert not process.is_running()


def test_niceness_lets_others_go_first(misbehaving):
    pool = Pool(1, tasks=misbehaving, niceness=7)
    assert psutil.Process(int(pool.call("whoami", {})[0])).nice() == psutil.Process().nice() + 7
    pool.close()


def test_a_call_costs_little(pool):
    works(pool)
    best = min(_seconds(pool) for _ in range(50))
    assert best < 0.0005


def _seconds(pool) -> float:
    begun = perf_counter()
    pool.call("echo", {})
    return perf_counter() - begun


def told(begun) -> list[bytes]:
    """What a call that was begun comes to, its descriptor watched as an event loop would."""
    while True:
        assert select.select([begun], [], [], 20)[0], "nothing came"
        if (pieces := begun.advance()) is not None:
            return pieces


def test_nothing_is_begun_where_that_would_mean_to_wait(pool):
    assert pool.begin("echo", {}) is None, "no process was started yet"
    assert works(pool)
    begun = pool.begin("echo", {"text": "é"})
    assert begun is not None
    assert told(begun) == ["é".encode(), b""]
    assert pool.process_count() == 1


def test_who_begins_and_who_waits_share_the_processes(pool):
    assert works(pool)
    for _ in range(3):
        assert told(pool.begin("zeros", {"byte_counts": [5 * MIB, 0, 1]})) == [bytes(5 * MIB), b"", b"\0"]
        os.set_blocking(pool._idle[0].fileno(), False)  # as the event loop leaves it
        assert works(pool)


def test_a_crash_of_what_was_begun_is_told_and_its_process_replaced(pool):
    assert works(pool)
    with pytest.raises(Exhausted, match="SIGSEGV"):
        told(pool.begin("segmentation_fault", {}))
    assert pool.process_count() == 0
    assert works(pool)


def test_what_was_begun_has_its_time(pool):
    assert works(pool)
    with pytest.raises(Exhausted, match=r"more than 0\.2 seconds"):
        told(pool.begin("hang_in_c", {}, seconds=0.2))
    assert works(pool)


def test_an_error_of_what_was_begun_leaves_its_process_for_the_next(pool):
    assert works(pool)
    with pytest.raises(LocalError):
        told(pool.begin("local", {}))
    assert told(pool.begin("whoami", {}))
    assert pool.process_count() == 1


def test_nothing_is_begun_with_a_process_that_ended_meanwhile(pool):
    process = psutil.Process(int(pool.call("whoami", {})[0]))
    process.kill()
    wait_for(lambda: process.status() == psutil.STATUS_ZOMBIE)
    assert pool.begin("echo", {}) is None
    assert works(pool)
    assert told(pool.begin("echo", {"text": "a"})) == [b"a", b""]

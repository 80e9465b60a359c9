"""A disk that is full or broken, seen from the door: never a success that was none, never half an instance, always an answer."""

from __future__ import annotations

import errno
from contextlib import closing
from functools import partial

import pytest
from tests.crash.test_disk_faults import STEPS, FailingDisk
from tests.hostile.conftest import ECHO_SECONDS, house_in, wait_until
from tests.hostile.strangers import (
    ECHO,
    ECHO_ID,
    STORE_ID,
    WILL_RECEIVE,
    Peer,
    data_set,
    echo_seconds,
    message,
    received,
    store_command,
)

from isocenter.archive.archive import Archive
from isocenter.archive.disk import Disk
from isocenter.base.limits import DISK_LOW_BYTES, DISK_RESUME_BYTES, MIB

pytestmark = pytest.mark.crash

SUCCESS, OUT_OF_RESOURCES = 0x0000, 0xA700
STUDY = "1.2.100"


@pytest.fixture
def house_on(tmp_path, monkeypatch):
    """A house whose archive works on the given disk: `with house_on(disk) as house`."""
    monkeypatch.setenv("ISOCENTER_HOME", str(tmp_path / "home"))

    def opened(disk: Disk, folder: str = "data"):
        monkeypatch.setattr("isocenter.daemon.compose.Archive", partial(Archive, disk=disk))
        return house_in(tmp_path / folder)

    return opened


def content(number: int, size: int) -> tuple[str, bytes]:
    uid = f"{STUDY}.1.{number}"
    return uid, data_set(uid, study=STUDY, series=f"{STUDY}.1", pixels=bytes((number,)) * size)


def kept(house) -> dict[str, bytes]:
    """What a query and the blobs say is there."""
    with closing(house.archive.index.connect_reader()) as connection:
        rows = connection.execute("SELECT sop_instance_uid, blob FROM instance").fetchall()
    found = {}
    for uid, blob in rows:
        with house.archive.open(blob) as opened:
            found[uid] = opened.read(opened.dataset_offset, opened.byte_count)
    return found


def test_a_disk_that_fills_up_answers_a700_and_serves_again_by_itself(house_on):
    class Shrinking(Disk):
        free = DISK_RESUME_BYTES

        def free_bytes(self, folder):
            return self.free

    disk = Shrinking()
    with house_on(disk) as house, Peer(house.listener.port) as peer:
        peer.associate()

        def store(number: int) -> int:
            uid, raw = content(number, 1000)
            answer = peer.store(raw, uid)
            assert answer.status in (SUCCESS, OUT_OF_RESOURCES)
            assert ("MiB free, stores are accepted again" in answer.error_comment) == bool(answer.status)
            return answer.status

        assert store(1) == SUCCESS
        disk.free = DISK_LOW_BYTES - MIB
        wait_until(lambda: store(2) == OUT_OF_RESOURCES, "it takes images into its last bytes")
        before = kept(house)
        assert store(3) == OUT_OF_RESOURCES
        assert kept(house) == before
        assert peer.ask(ECHO_ID, ECHO).status == SUCCESS
        with Peer(house.listener.port) as reader:
            reader.associate(WILL_RECEIVE)
            assert received(reader, STUDY)[0].status == SUCCESS, "what is there can still be fetched"
        disk.free = DISK_RESUME_BYTES - MIB
        assert store(3) == OUT_OF_RESOURCES
        disk.free = DISK_RESUME_BYTES
        wait_until(lambda: store(3) == SUCCESS, "it does not serve again")


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("size", [100, 400_000])
def test_whichever_call_on_the_disk_fails_success_is_never_said_without_it(house_on, error, size):
    """The k-th call of a store fails, for every k; the sender sees A700 or a success that is one."""
    for at in range(1, 10):
        disk = FailingDisk(STEPS)
        acknowledged: dict[str, bytes] = {}
        with house_on(disk, f"{at}") as house, Peer(house.listener.port) as peer:
            peer.associate()
            for number in range(1, 5):
                if number == 2:
                    disk.fail(at, error)
                uid, raw = content(number, size)
                answer = peer.store(raw, uid)
                assert answer.status in (SUCCESS, OUT_OF_RESOURCES), f"{answer.status:04X} {answer.error_comment}"
                if answer.status == SUCCESS:
                    acknowledged[uid] = raw
                else:
                    assert answer.error_comment
            assert kept(house) == acknowledged
            with Peer(house.listener.port) as reader:
                reader.associate(WILL_RECEIVE)
                answer, came = received(reader, STUDY)
                assert (answer.status, sorted(came)) == (SUCCESS, sorted(acknowledged))
            assert min(echo_seconds(house.listener.port) for _ in range(5)) < ECHO_SECONDS
            disk.heal()
        with house_on(Disk(), f"{at}") as house:
            assert kept(house) == acknowledged


@pytest.mark.parametrize("stays", [errno.EIO, errno.ENOSPC, errno.EROFS])
def test_a_disk_that_stays_broken_refuses_every_image_and_answers_every_echo(house_on, stays):
    disk = FailingDisk(STEPS)
    with house_on(disk) as house, Peer(house.listener.port) as peer:
        peer.associate()
        assert peer.store(content(1, 1000)[1], content(1, 1000)[0]).status == SUCCESS
        disk.fail(1, stays, stays=True)
        for number in range(2, 40):
            uid, raw = content(number, 1000 * number)
            answer = peer.store(raw, uid)
            assert answer.status == OUT_OF_RESOURCES, f"{answer.status:04X}"
            assert str(house.place.folder)[:12] not in answer.error_comment, "no peer needs to know our folders"
            assert peer.ask(ECHO_ID, ECHO).status == SUCCESS
        assert kept(house).keys() == {content(1, 1)[0]}
        assert min(echo_seconds(house.listener.port) for _ in range(5)) < ECHO_SECONDS


def test_a_failure_on_one_association_says_nothing_false_on_another(house_on):
    """Four senders at once; the disk dies under them: each success of any of them is there, and nothing else is."""
    disk = FailingDisk(("write", "sync"))
    acknowledged: dict[str, bytes] = {}
    with house_on(disk) as house:
        peers = [Peer(house.listener.port) for _ in range(4)]
        for peer in peers:
            peer.associate()
        disk.fail(40, errno.EIO, stays=True)
        refused = 0
        for number in range(1, 120, 4):
            for at, peer in enumerate(peers):
                uid, raw = content(number + at, 20_000)
                peer.send(message(STORE_ID, store_command(uid), raw))
            for at, peer in enumerate(peers):
                uid, raw = content(number + at, 20_000)
                answer = peer.final()
                if answer.status == SUCCESS:
                    acknowledged[uid] = raw
                else:
                    assert answer.status == OUT_OF_RESOURCES
                    refused += 1
        assert refused > 50
        assert len(acknowledged) > 4
        assert kept(house) == acknowledged
        for peer in peers:
            peer.sock.close()
        disk.heal()
    with house_on(Disk()) as house:
        assert kept(house) == acknowledged

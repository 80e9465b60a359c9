"""kill -9 of a real archive while four devices send: what was answered with 0000 is there, byte for byte, and nothing partial is.

Each round starts the same data folder again. The list of successes is the senders' own: what they read from their sockets.
"""

from __future__ import annotations

import random
import threading
from contextlib import closing

import pytest
from tests.hostile.conftest import Archived, wait_until
from tests.hostile.strangers import STORE_ID, WILL_RECEIVE, Peer, data_set, echo_seconds, message, received, store_command

from isocenter.archive.archive import Archive

pytestmark = pytest.mark.crash

ROUNDS = 10
SENDERS = 4
SIZES = (300, 9_000, 60_000, 700_000)


class Sender(threading.Thread):
    """One device: sends instances, with up to `ahead` unanswered, until its connection breaks."""

    def __init__(self, port: int, study: str, ahead: int, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.port, self.study, self.ahead, self.chance = port, study, ahead, chance
        self.sent: dict[str, bytes] = {}
        self.acknowledged: list[str] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        waiting: list[str] = []
        try:
            with Peer(self.port) as peer:
                peer.associate()
                while True:
                    uid = f"{self.study}.1.{len(self.sent) + 1}"
                    raw = data_set(
                        uid, study=self.study, series=f"{self.study}.1", pixels=self.chance.randbytes(self.chance.choice(SIZES))
                    )
                    self.sent[uid] = raw
                    waiting.append(uid)
                    peer.send(message(STORE_ID, store_command(uid, len(self.sent)), raw))
                    if len(waiting) > self.ahead:
                        self.take(peer, waiting)
        except (OSError, AssertionError):
            return

    def take(self, peer: Peer, waiting: list[str]) -> None:
        answer = peer.command()
        uid = waiting.pop(0)
        if answer.affected_sop_instance_uid != uid or answer.status != 0:
            self.wrong.append(f"{uid}: {answer.status:04X} {answer.error_comment}")
        else:
            self.acknowledged.append(uid)


def contents(archive: Archive) -> dict[str, bytes]:
    with closing(archive.index.connect_reader()) as connection:
        rows = connection.execute("SELECT sop_instance_uid, blob FROM instance").fetchall()
    found = {}
    for uid, blob in rows:
        with archive.open(blob) as opened:
            found[uid] = opened.read(opened.dataset_offset, opened.byte_count)
    return found


@pytest.mark.timeout(240)
def test_what_was_answered_with_success_survives_every_kill(tmp_path):
    chance = random.Random(4711)
    running = Archived(tmp_path)
    sent: dict[str, bytes] = {}
    acknowledged: set[str] = set()
    for number in range(ROUNDS):
        senders = [Sender(running.port, f"1.2.{number}.{at}", at, random.Random(f"{number} {at}")) for at in range(SENDERS)]
        for sender in senders:
            sender.start()
        least = chance.randrange(4, 60)
        wait_until(lambda: sum(len(sender.acknowledged) for sender in senders) >= least, "nothing is stored", 30)  # noqa: B023
        threading.Event().wait(chance.random() * 0.02)
        running.kill()
        for sender in senders:
            sender.join(20)
            assert not sender.is_alive()
            assert sender.wrong == []
            sent |= sender.sent
            acknowledged |= set(sender.acknowledged)
        with Archive(running.data) as archive:
            known = contents(archive)
            assert archive.recovered is not None
            assert acknowledged <= known.keys(), f"round {number} lost {sorted(acknowledged - known.keys())}"
            assert all(known[uid] == sent[uid] for uid in known), f"round {number} shows what was not sent"
        running.start()
        assert echo_seconds(running.port) < 2
    fetched = 0
    for study in {uid.rpartition(".")[0].rpartition(".")[0] for uid in acknowledged}:
        with Peer(running.port) as peer:
            peer.associate(WILL_RECEIVE)
            answer, came = received(peer, study)
        assert answer.status == 0
        fetched += len(set(came) & acknowledged)
    assert fetched == len(acknowledged) > ROUNDS * 4
    running.stop()
    print(f"{ROUNDS} kills: {len(acknowledged)} of {len(sent)} instances were acknowledged, {fetched} of them fetched again")
    files = list((running.data / "blobs").rglob("*.dcm"))
    with Archive(running.data) as archive:
        whole = [path for path in files if path.exists() and path.stat().st_size]
        assert len(whole) == len(contents(archive)), "files without a row are left"

from __future__ import annotations

from contextlib import contextmanager

import pytest

from isocenter.base.errors import LinkLost
from isocenter.dimse.commands import Command
from isocenter.dimse.exchange import AgreedContext
from isocenter.net.outgoing import Sendable
from isocenter.net.sending import Sending
from isocenter.standard.sop_class import CT_IMAGE
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN


class Channel:
    """Writes down what happens in which order."""

    agreed = {1: AgreedContext(1, CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN, False, True)}  # noqa: RUF012

    def __init__(self, log, status=0):
        self.log, self.status = log, status

    def send_store(self, parcel, command):
        self.log.append(f"send {parcel.sendable.sop_instance_uid}")
        self.command = command
        assert b"".join(map(bytes, parcel.data)) == b"data"

    def store_response(self, message_id):
        self.log.append("answer")
        if self.status == "lost":
            raise LinkLost("gone")
        return Command(field=0x8001, message_id_being_responded_to=message_id, status=self.status)


@pytest.fixture
def log():
    return []


@pytest.fixture
def make(tmp_path, log):
    path = tmp_path / "x"
    path.write_bytes(b"data")

    def begin(uid):
        @contextmanager
        def opened():
            log.append(f"open {uid}")
            with path.open("rb") as file:
                yield type("Blob", (), {"dataset_offset": 0, "byte_count": 4, "fileno": file.fileno,
                                        "read": lambda self, offset, length: file.read(length)})()  # fmt: skip
            log.append(f"close {uid}")

        return Sendable(CT_IMAGE, uid, EXPLICIT_VR_LITTLE_ENDIAN, opened)

    return begin


def test_the_next_one_is_made_ready_while_the_peer_works(make, log):
    sending = Sending(Channel(log), None)
    first, second = make("1.1"), make("1.2")
    assert sending.store(first, second).status == 0
    assert sending.store(second).status == 0
    assert log == ["open 1.1", "send 1.1", "close 1.1", "open 1.2", "answer", "send 1.2", "close 1.2", "answer"]


def test_what_was_made_ready_and_is_not_sent_is_let_go(make, log):
    sending = Sending(Channel(log), None)
    sending.store(make("1.1"), make("1.2"))
    sending.close()
    sending.close()
    assert log.count("close 1.2") == 1
    sending.store(make("1.3"), make("1.4"))
    sending.store(make("1.5"))
    assert log.count("close 1.4") == 1


def test_the_originator_of_a_move_is_named_and_only_then(make, log):
    channel = Channel(log)
    Sending(channel, None, move_originator_ae_title="MOVER", move_originator_message_id=9).store(make("1.1"))
    assert (channel.command.move_originator_ae_title, channel.command.move_originator_message_id) == ("MOVER", 9)
    Sending(channel, None).store(make("1.1"))
    assert channel.command.move_originator_message_id is None


def test_message_ids_count_and_never_leave_16_bits(make, log):
    channel = Channel(log)
    sending = Sending(channel, None)
    seen = []
    for _ in range(3):
        sending.store(make("1.1"))
        seen.append(channel.command.message_id)
    assert seen == [1, 2, 3]


def test_a_failing_answer_is_told_in_words(make, log):
    sent = Sending(Channel(log, 0xA700), None).store(make("1.1"))
    assert sent.status == 0xA700
    assert "out of resources" in sent.reason
    assert Sending(Channel(log, None), None).store(make("1.1")).reason == "the answer has no status"


def test_a_lost_association_raises_and_lets_all_go(make, log):
    sending = Sending(Channel(log, "lost"), None)
    with pytest.raises(LinkLost):
        sending.store(make("1.1"), make("1.2"))
    sending.close()
    assert log.count("close 1.1") == log.count("close 1.2") == 1

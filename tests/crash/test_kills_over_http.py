"""An archive that is killed while instances arrive over HTTP keeps every one that it said it had stored."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from tests.web.dicom_web import DICOM_PARTS, data_set, file, multipart

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_reader import IndexReader
from isocenter.net import ports

pytestmark = pytest.mark.crash

SENDERS = 3
ACKNOWLEDGED = 40


@contextmanager
def up(around):
    port = ports.next_free(26_000, "127.0.0.1")
    http_port = ports.next_free(port + 1, "127.0.0.1")
    options = ["--port", str(port), "--http", str(http_port), "--listen", "127.0.0.1", "--data", str(around / "data")]
    environment = {**os.environ, "ISOCENTER_HOME": str(around / "instances")}
    with (around / "out").open("ab") as out:
        child = subprocess.Popen([sys.executable, "-m", "isocenter", "up", *options], env=environment, stdout=out, stderr=out)
    try:
        for _ in range(600):
            assert child.poll() is None, (around / "out").read_text()
            try:
                socket.create_connection(("127.0.0.1", http_port), timeout=5).close()
                break
            except OSError:
                threading.Event().wait(0.05)
        yield child, http_port
    finally:
        child.kill()
        child.wait(10)


def pixels(uid: str) -> bytes:
    return uid.encode() * 2000


@pytest.mark.parametrize("turn", range(2))
def test_what_was_told_as_stored_is_there_after_a_kill(tmp_path, turn):
    acknowledged: list[str] = []
    enough = threading.Event()

    def send(http_port: int, sender: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", http_port, timeout=10)
        number = 0
        try:
            while True:
                uids = [f"1.{turn + 1}.{sender}.{number + one}" for one in range(1, 4)]
                body = multipart(*(file(uid, pixels(uid)) for uid in uids))
                connection.request("POST", "/dicom-web/studies", body, {"Content-Type": DICOM_PARTS})
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    acknowledged.extend(uids)
                number += 3
                if len(acknowledged) >= ACKNOWLEDGED:
                    enough.set()
        except (OSError, http.client.HTTPException):
            connection.close()

    with up(tmp_path) as (child, http_port):
        senders = [threading.Thread(target=send, args=(http_port, sender)) for sender in range(1, SENDERS + 1)]
        for sender in senders:
            sender.start()
        assert enough.wait(60)
        child.kill()
        for sender in senders:
            sender.join(30)
    with Archive(tmp_path / "data") as archive:
        reader = IndexReader(archive.index)
        catalogue = IndexCatalogue(reader, archive)
        for uid in acknowledged:
            kept = catalogue.instance(uid)
            assert kept is not None, f"{uid} was told as stored and is not there"
            with archive.open(kept.blob) as blob:
                assert blob.read(blob.dataset_offset, blob.byte_count) == data_set(uid, pixels(uid))
        reader.close()

"""A receiver that keeps nothing: it answers every C-STORE with success and counts. `python bench/receiver.py PORT` runs one.

It prints a JSON line when an association ends: how many instances and bytes came, and the seconds from the first to the last.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from upper_layer import ANSWERS, CLASS, FIELD, HAS_DATA, ID, INSTANCE, NO_DATA, STATUS, Link


def serve(sock: socket.socket) -> None:
    link = Link(sock)
    count, byte_count, first, last = 0, 0, 0.0, 0.0
    try:
        link.accept()
        first = time.monotonic()
        while (message := link.receive(keep=False)) is not None:
            command = message.command
            answer = {
                CLASS: command[CLASS],
                FIELD: int(command[FIELD]) | 0x8000,
                ANSWERS: command[ID],
                HAS_DATA: NO_DATA,
                STATUS: 0,
            }
            if INSTANCE in command:
                answer[INSTANCE] = command[INSTANCE]
            link.send_command(message.context, answer)
            if command[FIELD] == 1:
                count, byte_count, last = count + 1, byte_count + message.byte_count, time.monotonic()
    except (OSError, ConnectionError):
        pass
    finally:
        sock.close()
    if count:
        print(json.dumps({"count": count, "bytes": byte_count, "start": first, "end": last}), flush=True)


def main() -> None:
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64) as server:
        print("ready", flush=True)
        while True:
            sock, _ = server.accept()
            threading.Thread(target=serve, args=(sock,), daemon=True).start()


if __name__ == "__main__":
    main()

"""A receiver that keeps nothing: it answers every C-STORE with success. `python bench/receiver.py PORT` runs one.

It prints a line with the monotonic time when an association opens, and one when an instance was answered.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from upper_layer import ANSWERS, CLASS, FIELD, HAS_DATA, ID, INSTANCE, NO_DATA, STATUS, Link


def tell(what: str) -> None:
    """One line, in one write: several threads tell."""
    sys.stdout.write(f"{what} {time.monotonic()}\n")
    sys.stdout.flush()


def serve(sock: socket.socket) -> None:
    link = Link(sock)
    try:
        link.accept()
        tell("opened")
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
                tell("stored")
    except (OSError, ConnectionError):
        pass
    finally:
        sock.close()


def main() -> None:
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64) as server:
        print("ready", flush=True)
        while True:
            sock, _ = server.accept()
            threading.Thread(target=serve, args=(sock,), daemon=True).start()


if __name__ == "__main__":
    main()

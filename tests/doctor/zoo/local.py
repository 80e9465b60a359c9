"""Faults on this computer alone: the lab's peers by name, a port where nobody is, a queue that is full, and the return path."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

from tests.doctor.zoo.examination import PATIENCE, SHORT, Target
from tests.doctor.zoo.loopback import Loopback, a_port
from tests.doctor.zoo.table import Row

from isocenter.base.clock import SystemClock
from isocenter.lab.faults import memory
from isocenter.lab.faults.catalogue import practice
from isocenter.lab.faults.certificates import self_signed
from isocenter.lab.faults.habits import Commits, Habits, Moves
from isocenter.lab.faults.peer import Peer
from isocenter.lab.phantom import ct_series, data_set_bytes
from isocenter.model.checkup import Layer
from isocenter.net.return_listener import NOTHING_ACCEPTED, TURNED_AWAY, ReturnListener
from isocenter.net.tls import listening_context
from isocenter.standard.sop_class import CT_IMAGE, PATIENT_ROOT_GET, STORAGE_COMMITMENT_PUSH, STUDY_ROOT_GET
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

GOOD = Habits()
_PAUSES = {"request": 2.6, "echo": 0.3, "find": 0.3}
_LATE = (Layer.MOVE, Layer.GET, Layer.COMPARE, Layer.COMMITMENT, Layer.CLEAN_UP)


def preloaded(peer: Peer, **values: str) -> None:
    """Give a peer an image to find before anybody calls."""
    image = next(ct_series(9, slices=1, side_pixels=16))
    for keyword, value in values.items():
        setattr(image, keyword, value)
    uid = str(image.SOPInstanceUID)
    peer.memory.keep(memory.read(data_set_bytes(image), EXPLICIT_VR_LITTLE_ENDIAN, CT_IMAGE, uid))


@contextlib.contextmanager
def made(loopback: Loopback, kind: str, what: str, row: Row) -> Iterator[Target]:
    """The target of a row."""
    with contextlib.ExitStack() as stack:
        target = Target(our_port=a_port())
        if row.layer in _LATE:
            target.return_path = ReturnListener(target.our_port, SystemClock(), address="127.0.0.1")
        if kind == "here":
            target.patience = SHORT
            target.port = stack.enter_context(full_backlog())
        elif kind == "return":
            target.port = stack.enter_context(_returning(loopback, what, target, row))
        elif what == "nobody":
            target.port = a_port()
        else:
            target.port = stack.enter_context(_lab(loopback, what, target, row))
        yield target


@contextlib.contextmanager
def with_habits(loopback: Loopback, habits: Habits, row: Row) -> Iterator[Target]:
    """A peer with these habits, which knows us, and the way back to us."""
    patience = SHORT if habits.silent or habits.wrong_message_ids else PATIENCE
    target = Target(our_port=a_port(), patience=patience)
    target.return_path = ReturnListener(target.our_port, SystemClock(), address="127.0.0.1")
    with loopback.peer(knowing_us(habits, target)) as (target.port, _):
        yield target


@contextlib.contextmanager
def _lab(loopback: Loopback, name: str, target: Target, row: Row) -> Iterator[int]:
    with contextlib.ExitStack() as stack:
        if name == "good":
            yield stack.enter_context(loopback.peer(knowing_us(GOOD, target)))[0]
            return
        chosen = practice(name)
        if chosen.stranger is not None:
            target.patience = SHORT
            yield stack.enter_context(loopback.stranger(chosen.stranger))
            return
        assert chosen.habits is not None
        habits = shortened(chosen.habits)
        if habits.silent or habits.endless or habits.is_serial or habits.wrong_message_ids or chosen.is_tls:
            target.patience = SHORT
        if not name.startswith("move-unknown"):
            habits = knowing_us(habits, target)
        tls = listening_context(*self_signed(stack.enter_context(_folder()))) if chosen.is_tls else None
        port, peer = stack.enter_context(loopback.peer(habits, tls=tls))
        if habits.pending != GOOD.pending:
            preloaded(peer, PatientID="ISOCENTER-TEST", PatientName="ISOCENTER^TEST")
        if habits.is_serial and "many" not in row.consent:
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        if "request" in habits.pauses:
            # It answers in the end, so it must be given the time that the layer in question has by default, scaled.
            target.patience = SHORT
        yield port


@contextlib.contextmanager
def _folder():
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def knowing_us(habits: Habits, target: Target) -> Habits:
    """Habits of somebody in whose list we stand, where nothing else stands there."""
    if habits.destinations:
        return habits
    return replace(habits, destinations={"ISOCENTER": ("127.0.0.1", target.our_port)})


def shortened(habits: Habits) -> Habits:
    """The same, with pauses that a test can wait for."""
    idle_seconds = min(habits.idle_seconds, 1.0)
    return replace(
        habits,
        idle_seconds=idle_seconds,
        pauses={moment: min(seconds, _PAUSES.get(moment, 1.0)) for moment, seconds in habits.pauses.items()},
    )


@contextlib.contextmanager
def _returning(loopback: Loopback, what: str, target: Target, row: Row) -> Iterator[int]:
    """Peers that are in order but for one thing about the way back."""
    us = {"ISOCENTER": ("127.0.0.1", target.our_port)}
    habits = {
        "good": Habits(destinations=us),
        "taken": Habits(destinations=us),
        "other-title": Habits(destinations=us, moves_to="SOMEBODY_ELSE"),
        "rejects": Habits(destinations=us, moves_to="SOMEBODY_ELSE"),
        "no-contexts": Habits(destinations=us),
        "store-fails": Habits(destinations=us),
        "too-long-pdu": Habits(destinations=us, sends_pdu_bytes=1024 * 1024),
        "other-case": Habits(destinations={"isocenter": us["ISOCENTER"]}),
        "taken-elsewhere": Habits(),
        "report-refused": Habits(destinations=us, commits=Commits.NEW),
        "late": Habits(destinations=us, moves=Moves.LATE),
        "get-fails": Habits(destinations=us, statuses={"get": 0xA702}),
        "no-get": Habits(destinations=us, refuses={PATIENT_ROOT_GET: 3, STUDY_ROOT_GET: 3}),
        "changes": Habits(destinations=us, coerces={"StudyDescription": "CHANGED BY PEER"}),
        "no-commitment": Habits(destinations=us, refuses={STORAGE_COMMITMENT_PUSH: 3}),
        "commitment-never": Habits(destinations=us, commits=Commits.NEVER),
        "commitment-caller": Habits(
            destinations=us, statuses={"commitment": 0x0110}, comments={"commitment": "Unknown Calling AET"}
        ),
        "commitment-missing": Habits(destinations=us, commitment_failure=0x0112),
    }[what]
    ours = {
        "rejects": Habits(called=(row.our_title,)),
        "no-contexts": Habits(classes=frozenset()),
        "store-fails": Habits(statuses={"store": 0xA700}),
        "report-refused": Habits(refuses={STORAGE_COMMITMENT_PUSH: 3}),
    }.get(what)
    if what == "too-long-pdu":
        target.pdu_bytes_max = 4096
    if ours is not None:
        target.return_path = FaultyReturn(loopback, target.our_port, ours)
    with contextlib.ExitStack() as stack:
        if what == "taken":
            stack.enter_context(socket.create_server(("127.0.0.1", target.our_port)))
        if what == "taken-elsewhere":
            other, _ = stack.enter_context(loopback.peer(Habits()))
            habits = replace(habits, destinations={"ISOCENTER": ("127.0.0.1", other)})
        yield stack.enter_context(loopback.peer(habits))[0]


class FaultyReturn:
    """A way back that is wrong on our own side: a peer of the lab in the place of our listener, with the words of its witness."""

    def __init__(self, loopback: Loopback, port: int, habits: Habits) -> None:
        self._loopback = loopback
        self._port = port
        self._habits = habits
        self._peer: Peer | None = None

    @contextlib.contextmanager
    def opened(self, sop_instance_uid: str = "") -> Iterator[FaultyReturn]:
        with self._loopback.peer(self._habits, port=self._port) as (_, self._peer):
            yield self

    transfer_syntax = ""
    takes_reports = True
    is_alone = True

    def wait_for(self, sop_instance_uid: str, seconds: float) -> bytes | None:
        return None

    def wait_for_report(self, transaction_uid: str, seconds: float) -> None:
        return None

    def callers(self) -> list[tuple[str, str, str, str]]:
        assert self._peer is not None, "it is open"
        why = "1 x store, answered here by A700" if self._habits.statuses else NOTHING_ACCEPTED
        if self._habits.called:
            why = f"{TURNED_AWAY}: called AE title not recognized"
        return [("127.0.0.1", request.calling_ae_title, request.called_ae_title, why) for request in self._peer.heard]


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """A service that accepts nobody, with a queue that is full."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        callers = [stack.enter_context(socket.socket()) for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                caller.connect(listener.getsockname())
        threading.Event().wait(0.05)
        yield listener.getsockname()[1]

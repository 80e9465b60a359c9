"""`isocenter doctor`: which layer of a connection fails, which side must change what, and the line to type."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocenter.base.errors import UsageError
from isocenter.cli.exits import Exit
from isocenter.cli.options import Aet, Data, Json, Name, NodeArgument
from isocenter.cli.terminal import tell_json
from isocenter.daemon import calling
from isocenter.model.checkup import Checkup, Layer, Outcome, Role, as_json

if TYPE_CHECKING:
    from isocenter.doctor.visit import Consent, Security, Visit

_CONSENTS = ("titles", "neighbours", "idle", "many", "no-store")


def doctor(
    node: NodeArgument,
    role: Annotated[Role, typer.Option("--as", help="What the device is to you: it chooses the tests.")] = Role.ARCHIVE,
    storage_class: Annotated[
        str, typer.Option("--class", metavar="CT|MR|…|UID", help="The class of images that will be sent: the test object is of it.")
    ] = "CT",
    consent: Annotated[
        str,
        typer.Option(
            "--consent",
            metavar="WORD,…",
            help="What may be done although it may disturb: titles (other spellings, one call a second), neighbours (other "
            "ports and web pages of the same computer), many (eleven associations at once), idle (five minutes of silence); "
            "no-store leaves the test object out.",
        ),
    ] = "",
    tls: Annotated[bool, typer.Option("--tls", help="Call by TLS.")] = False,
    ca: Annotated[Path | None, typer.Option("--ca", help="The authority that its certificate must come from (PEM).")] = None,
    cert: Annotated[Path | None, typer.Option("--cert", help="Our own certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key of our own certificate (PEM).")] = None,
    no_name_check: Annotated[
        bool, typer.Option("--no-name-check", help="Accept a trusted certificate that carries another name.")
    ] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=0xFFFF, help="Our own port for what comes back, instead of the instance's.")
    ] = None,
    every: Annotated[
        float | None, typer.Option("--every", metavar="SECONDS", min=1, help="Test again and again, until Ctrl-C.")
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Show the first bytes of all that crossed the wire.")] = False,
    aet: Aet = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Examine the connection to a node layer by layer, until one fails; say which side must change what."""
    from isocenter.doctor import clinic

    visit = _ready(
        node, role, storage_class, _consent(consent), _security(tls, ca, cert, key, not no_name_check), port, aet, name, data
    )
    with _stopped_by_ctrl_c() as is_stopped:
        checkup = _examined(visit(is_stopped), json=json, raw=raw)
        while every is not None and not is_stopped():
            clinic.pause(every, is_stopped)
            if not is_stopped():
                checkup = _examined(visit(is_stopped), json=json, raw=raw)
        code = Exit.INTERRUPTED if is_stopped() else exit_code(checkup)
    if code:
        raise typer.Exit(code)


@contextmanager
def _stopped_by_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: the first time the climb ends in order and says what it left behind, the second time at once."""
    pressed: list[bool] = []

    def press(number: int, frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)

    try:
        before = signal.signal(signal.SIGINT, press)
    except ValueError:
        # Only a process's first thread may say what Ctrl-C does.
        yield lambda: False
        return
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def exit_code(checkup: Checkup) -> Exit:
    """What the process says: the layer that failed, as the other verbs would say it."""
    failed = next((step for step in checkup.steps if step.outcome is Outcome.FAILED), None)
    if failed is None:
        return Exit.DONE
    if failed.layer in (Layer.NAME, Layer.ROUTE, Layer.TCP, Layer.FIRST_BYTES, Layer.TLS):
        return Exit.NETWORK
    return Exit.REJECTED if failed.layer is Layer.TITLES else Exit.FAILED


def _examined(visit: Visit, *, json: bool, raw: bool) -> Checkup:
    from isocenter.doctor import clinic

    if json:
        checkup = clinic.run(visit)
        tell_json(as_json(checkup))
        return checkup
    from isocenter.cli.checkup_on_terminal import ladder, tell_verdict

    with ladder(sys.stdout.isatty()) as tell:
        checkup = clinic.run(visit, tell)
    tell_verdict(checkup, raw=raw)
    return checkup


def _ready(
    node: str,
    role: Role,
    storage_class: str,
    consent: Consent,
    security: Security | None,
    port: int | None,
    aet: str | None,
    name: str | None,
    data: Path | None,
) -> Callable[[Callable[[], bool]], Visit]:
    """What makes one visit after the other, each until it is stopped."""
    from isocenter.base.clock import SystemClock
    from isocenter.daemon import instances, library, way_back
    from isocenter.daemon.paperwork import reported_product
    from isocenter.doctor import clinic

    call = calling.resolve(node, aet, name, data)
    place = instances.place(name, data)
    own_port = port or library.as_node(place).port
    callers = []
    if place.folder.exists():
        with library.open_shelf(place.folder) as shelf:
            callers = list(shelf.rejected_callers())
    uid = _class_uid(storage_class)

    known = reported_product(place.folder, call.node)

    def visit(is_stopped: Callable[[], bool]) -> Visit:
        clock = SystemClock()
        is_running = port is None and instances.running(place) is not None
        return clinic.visit(
            call, role, own_port, consent=consent, security=security, storage_class_uid=uid, callers=callers, clock=clock,
            is_stopped=is_stopped, known_product=known,
            return_path=way_back.for_command_line(place.folder, own_port, clock, is_running=is_running),
        )  # fmt: skip

    return visit


def _consent(words: str) -> Consent:
    from isocenter.doctor.visit import Consent

    found = Consent()
    for word in filter(None, (one.strip() for one in words.split(","))):
        if word not in _CONSENTS:
            raise UsageError(f"{word!r} is nothing to consent to; there are {', '.join(_CONSENTS)}.")
        found = replace(found, store=False) if word == "no-store" else replace(found, **{word: True})
    return found


def _security(tls: bool, ca: Path | None, cert: Path | None, key: Path | None, check_host: bool) -> Security | None:
    from isocenter.doctor.visit import Security

    if key and not cert:
        raise UsageError("--key is the key of our own certificate; name that with --cert.")
    if not (tls or ca or cert or key):
        if not check_host:
            raise UsageError("--no-name-check is about the certificate of a node that is called by TLS; add --tls or --ca.")
        return None
    return Security(ca, cert, key, check_host)


def _class_uid(word: str) -> str:
    from isocenter.doctor.classes import class_of

    uid = class_of(word)
    if not uid:
        raise UsageError(
            f"{word!r} is no class of images; give a modality such as CT, MR, CR, DX, US, MG, NM, PT, XA, SC, or a UID."
        )
    return uid

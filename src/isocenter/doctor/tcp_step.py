"""TCP: does the port open (layer `tcp`)? Refused, unreachable, forbidden and silent are told apart by error number and time.

Comes in: the addresses that a way leads to. Goes out: a step, and the address that answered in the visit. With consent other ports
of the same computer decide between a closed port and a computer that is off.
"""

from __future__ import annotations

from typing import NamedTuple

from isocenter.doctor.neighbours import dicom_elsewhere, is_alive
from isocenter.doctor.network import Line, Unreached, connect
from isocenter.doctor.visit import Visit
from isocenter.doctor.web_pages import look_around
from isocenter.model.checkup import Layer, Outcome, Sign, Step

_ASKED_ROUND_SECONDS = 2.0
"""A router says no in one round trip, or a second later where it says so only once a second; looking in vain for a computer on its
own wire costs three."""


class Failure(NamedTuple):
    """One address that did not answer."""

    address: str
    error: Unreached


def open_connection(visit: Visit) -> Step:
    """Connect to each address until one answers."""
    failures: list[Failure] = []
    for address in visit.addresses:
        try:
            with _connected(visit, address) as line:
                visit.address = address
                visit.own_address = line.own_address
                visit.connect_milliseconds = round(line.connect_seconds * 1000, 2)
                return _passed(visit, failures)
        except Unreached as error:
            if error.name == "ECONNRESET":
                # It was open, and ended before a word was said: the next layer looks at that.
                visit.address = address
                return Step(Layer.TCP, Outcome.PASSED, f"port {visit.node.port} is open", facts={"address": address})
            failures.append(Failure(address, error))
    return _failed(visit, failures)


def _connected(visit: Visit, address: str) -> Line:
    """A connection. `Host unreachable` at once is asked for again: another call may have waited for it already."""
    try:
        return connect(address, visit.node.port, visit.patience.connect, visit.clock, visit.is_stopped)
    except Unreached as error:
        if error.name != "EHOSTUNREACH" or error.seconds >= _ASKED_ROUND_SECONDS:
            raise
    return connect(address, visit.node.port, visit.patience.connect, visit.clock, visit.is_stopped)


def _passed(visit: Visit, failures: list[Failure]) -> Step:
    facts = {"address": visit.address, "own_address": visit.own_address}
    words = f"port {visit.node.port} is open"
    milliseconds = visit.connect_milliseconds
    if not failures:
        return Step(Layer.TCP, Outcome.PASSED, words, milliseconds, facts=facts)
    first = failures[0]
    words = f"{words} at {visit.address}, and not at {first.address} ({first.error.name})"
    sign = Sign("tcp-other-address", {"refused": first.address, "answered": visit.address, "error": first.error.name})
    visit.remarks.append(
        f"{visit.node.host} stands for {first.address} too, where nothing answers ({first.error.name}). "
        f"Programs that try only the first address fail: enter {visit.address} there."
    )
    return Step(Layer.TCP, Outcome.WARNED, words, milliseconds, facts=facts, sign=sign)


def _failed(visit: Visit, failures: list[Failure]) -> Step:
    if failures[-1].error.name == "ECANCELED":
        return Step(Layer.TCP, Outcome.SKIPPED, "stopped by you")
    # An address that refuses tells more than one that is silent, and is as a rule the one that the device has.
    chosen = min(failures, key=lambda failure: _ORDER.index(_kind(failure.error)))
    kind, error = _kind(chosen.error), chosen.error
    visit.address = chosen.address
    facts = {
        "address": chosen.address, "error": error.name, "seconds": f"{error.seconds:.1f}",
        "milliseconds": f"{error.seconds * 1000:.0f}", "neighbours": "", "found_port": "",
    }  # fmt: skip
    code, words = f"tcp-{kind}", _WORDS[kind].format(port=visit.node.port, **facts)
    if visit.consent.neighbours and kind == "refused":
        page = look_around(visit)
        if page is not None:
            visit.product = page.product
        around = dicom_elsewhere(visit, page.dicom_port if page else 0)
        if around.dicom:
            code, facts["found_port"] = "tcp-refused-elsewhere", str(around.dicom)
            words = f"{words}; DICOM answers on port {around.dicom}"
        elif around.alive:
            facts["neighbours"] = ", ".join(map(str, around.alive))
    elif visit.consent.neighbours and kind == "silent":
        around = is_alive(visit)
        if visit.is_stopped() and not around.alive:
            return Step(Layer.TCP, Outcome.SKIPPED, "stopped by you")
        code = "tcp-silent-alive" if around.alive else "tcp-silent-down"
        facts["neighbours"] = ", ".join(map(str, around.alive))
        words += f"; port {around.alive[0]} of it answers" if around.alive else "; none of its other ports answers either"
    milliseconds = round(sum(failure.error.seconds for failure in failures) * 1000, 1)
    reached = [f"{failure.address}: {failure.error.name}" for failure in failures]
    return Step(Layer.TCP, Outcome.FAILED, words, milliseconds, facts={"tried": reached}, sign=Sign(code, facts))


def _kind(error: Unreached) -> str:
    match error.name:
        case "ECONNREFUSED":
            return "refused"
        case "EHOSTUNREACH":
            return "prohibited" if error.seconds < _ASKED_ROUND_SECONDS else "absent"
        case "ENETUNREACH" | "EINVAL" | "EADDRNOTAVAIL" | "EAFNOSUPPORT":
            return "no-route"
        case "EACCES" | "EPERM":
            return "forbidden"
        case "ETIMEDOUT":
            return "silent"
    return "error"


_ORDER = ("refused", "prohibited", "forbidden", "no-route", "absent", "silent", "error")
_WORDS = {
    "refused": "port {port} is closed: {address} refused after {milliseconds} ms",
    "prohibited": "something on the way said after {milliseconds} ms that {address} is not to be reached",
    "absent": "nobody answered for {address}, said after {seconds} s",
    "no-route": "this computer knows no way to {address}",
    "forbidden": "this computer itself forbids the connection",
    "silent": "no packet came back for {seconds} s",
    "error": "the system says {error}",
}

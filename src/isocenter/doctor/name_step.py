"""The name: which numeric addresses the host stands for (layer `name`).

Comes in: the host as a person wrote it. Goes out: a step, and the addresses in the visit. What cannot be a host, or is an address
that the system would read otherwise than the person, fails here before anybody else is asked.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from isocenter.base.limits import NODE_HOST_CHARACTERS_MAX
from isocenter.doctor.network import as_the_system_reads, look_up
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Layer, Outcome, Sign, Step

_SLOW_SECONDS = 2.0
_NO_HOST = (
    (re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE), "a web address; the host alone belongs here"),
    (re.compile(r".*[/\\]"), "a path; the host alone belongs here"),
    (re.compile(r".*\s"), "two words; a host has no blank inside"),
    (re.compile(r"[^:]+:[0-9]*$"), "a host with its port; the port has a place of its own"),
    (re.compile(r".*@"), "a title with its host; each has a place of its own"),
)


def look_at_name(visit: Visit) -> Step:
    """Find the addresses of the host."""
    host = visit.node.host
    if not host.strip():
        return _failed("no host is given", "name-malformed", what="empty")
    for pattern, what in _NO_HOST:
        if pattern.match(host):
            return _failed(f"{host} is {what}", "name-malformed", what=what)
    if address := _literal(host):
        visit.addresses = (address,)
        return Step(Layer.NAME, Outcome.PASSED, "an address was given, nothing to look up", 0.0, facts={"addresses": [address]})
    if read_as := as_the_system_reads(host):
        return _failed(f"{host} would be read as {read_as}", "name-odd", read_as=read_as)
    if len(host) > NODE_HOST_CHARACTERS_MAX or any(len(label) > 63 for label in host.split(".")):
        return _failed("the name is longer than a host name can be", "name-too-long", length=len(host))
    found = look_up(host, visit.node.port)
    milliseconds = round(found.seconds * 1000, 1)
    if not found.addresses:
        code = "name-server-silent" if found.is_silent else "name-unknown"
        words = "no name server answers" if found.is_silent else "nobody knows this name"
        return _failed(words, code, milliseconds, said=found.words, seconds=f"{found.seconds:.1f}")
    visit.addresses = found.addresses
    if not all(ip_address(address.partition("%")[0]).is_loopback for address in found.addresses):
        visit.doubts.append(Sign("name-asked", {"addresses": ", ".join(found.addresses)}))
    facts = {"addresses": list(found.addresses)}
    words = f"stands for {' and '.join(found.addresses)}"
    if found.seconds > _SLOW_SECONDS:
        visit.remarks.append(f"Looking up {host} took {found.seconds:.1f} s: a name server of this computer answers late or never.")
        return Step(Layer.NAME, Outcome.WARNED, f"{words}, after {found.seconds:.1f} s", milliseconds, facts=facts)
    return Step(Layer.NAME, Outcome.PASSED, words, milliseconds, facts=facts)


def _literal(host: str) -> str:
    """The address that `host` is in full, without the brackets that some write around IPv6; empty for a name."""
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        return ""


def _failed(words: str, code: str, milliseconds: float | None = None, **facts: object) -> Step:
    return Step(Layer.NAME, Outcome.FAILED, words, milliseconds, sign=Sign(code, facts))

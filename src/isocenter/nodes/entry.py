"""What is said when somebody enters a node: every fault that can be seen without calling it, one plain sentence each.

Comes in: a node, the nodes known already, and who we are ourselves. Goes out: findings, faults before warnings. AE titles obey
PS3.5 6.2. Nothing here is looked up or called; `isocenter node test` does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network
from urllib.parse import urlsplit

from isocenter.base.config import check_ae_title
from isocenter.base.errors import UsageError
from isocenter.base.limits import (
    ECHO_MINUTES_MAX,
    NODE_HOST_CHARACTERS_MAX,
    NODE_NAME_CHARACTERS_MAX,
    NODE_NOTES_CHARACTERS_MAX,
    NODE_URL_CHARACTERS_MAX,
    PDU_BYTES_MIN,
    RETRIEVE_ASSOCIATIONS_MAX,
    UID_BYTES_MAX,
)
from isocenter.model.records import Node
from isocenter.nodes import address as addresses
from isocenter.nodes import wildcard
from isocenter.standard.transfer_syntax import BY_UID

OPERATIONS = ("echo", "store", "find", "move", "get")
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_URL = re.compile(r"[!-~]+")
_CHARACTER_SET = re.compile(r"ISO_IR \d{1,3}|ISO 2022 IR \d{1,3}|GB18030|GBK")
_HOST_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about an entry. A fault keeps it out, a warning does not. `line` is 0 where there is no list."""

    sentence: str
    fault: bool = True
    line: int = 0


@dataclass(frozen=True, slots=True)
class Self:
    """This archive, as far as an entry can collide with it; `addresses` are all of this computer's."""

    ae_title: str = ""
    port: int = 0
    addresses: frozenset[str] = frozenset()


def examine(node: Node, known: Iterable[Node] = (), *, own: Self | None = None, remote: bool | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong or doubtful about `node`, faults first.

    `known` are the other nodes; one of the same name is the entry's own earlier form and is left out. `remote` True says that the
    device is another computer, False that it is this one, None that nobody said.
    """
    found = [*_name(node), *_title(node), *_host(node), *_this_computer(node, own or Self(), remote), *_port(node), *_rest(node)]
    found += _neighbours(node, [other for other in known if other.name != node.name])
    return tuple(sorted(found, key=lambda finding: not finding.fault))


def admitted(
    node: Node, known: Iterable[Node] = (), *, own: Self | None = None, remote: bool | None = None
) -> tuple[Node, tuple[Finding, ...]]:
    """The node as it is to be kept, and the warnings about it. Raises UsageError with every fault's sentence."""
    node = trimmed(node)
    findings = examine(node, known, own=own, remote=remote)
    faults = [finding.sentence for finding in findings if finding.fault]
    if faults:
        raise UsageError(" ".join(faults))
    return node, findings


def trimmed(node: Node) -> Node:
    """The node without the spaces around its texts, which carry no meaning (PS3.5 6.2)."""
    return replace(
        node,
        name=node.name.strip(),
        ae_title=node.ae_title.strip(),
        host=node.host.strip(),
        character_set=node.character_set.strip(),
        local_ae_title=node.local_ae_title.strip(),
        dicomweb_url=node.dicomweb_url.strip(),
        notes=node.notes.strip(),
    )


def _name(node: Node) -> Iterator[Finding]:
    name = node.name
    if not name.strip():
        yield Finding("A node needs a name to be saved under.")
    elif len(name) > NODE_NAME_CHARACTERS_MAX:
        yield Finding(f"The name {name[:20]!r}… has {len(name)} characters; {NODE_NAME_CHARACTERS_MAX} are allowed.")
    if not name.isprintable() or "@" in name:
        yield Finding(f"The name {name!r} contains an @ or a control character; AET@host:port is how an unsaved node is written.")


def _title(node: Node) -> Iterator[Finding]:
    try:
        check_ae_title(node.ae_title)
    except UsageError as error:
        yield Finding(str(error))
        return
    if node.ae_title != node.ae_title.strip():
        yield Finding(f"The spaces around the AE title {node.ae_title!r} do not count and are not kept.", fault=False)
    if "*" in node.ae_title[:-1]:
        yield Finding(
            f"In the AE title {node.ae_title!r} a * is not at the end; only there it stands for any characters.", fault=False
        )


def _host(node: Node) -> Iterator[Finding]:
    host = wildcard.host_pattern(node)
    if not host:
        yield Finding(f"{node.name} has no host: give an address, a host name, or a range such as 10.1.0.0/16.")
    elif len(host) > NODE_HOST_CHARACTERS_MAX:
        yield Finding(f"The host of {node.name} has {len(host)} characters; a host name has at most {NODE_HOST_CHARACTERS_MAX}.")
    elif wildcard.is_pattern(node) and host.endswith("*"):
        return
    elif "://" in host:
        yield Finding(f"{host!r} is a web address; DICOM needs the host alone, such as 10.0.0.7.")
    elif "/" in host:
        yield from _range(host)
    elif (address := addresses.parsed(host)) is not None:
        if address.is_unspecified:
            yield Finding(f"{host} means every address of one's own when listening; nobody can be called there.")
        elif address.is_multicast or str(address) == "255.255.255.255":
            yield Finding(f"{host} stands for many receivers at once; DICOM calls one.")
    elif re.fullmatch(r"[0-9.]+", host):
        yield Finding(f"{host!r} looks like an address but is none: four numbers from 0 to 255 without leading zeros.")
    elif re.fullmatch(r"[^:]+:\d+", host):
        yield Finding(f"{host!r} contains a port; give the host alone, and the port in its own place.")
    elif not all(_HOST_LABEL.fullmatch(label) for label in host.removesuffix(".").split(".")):
        yield Finding(f"{host!r} is neither an address nor a host name: a host name has letters, digits, hyphens and dots.")


def _range(host: str) -> Iterator[Finding]:
    if addresses.network(host) is None:
        try:
            meant = ip_network(host, strict=False)
        except ValueError:
            yield Finding(f"{host!r} is not a network range; one is written 10.1.0.0/16.")
        else:
            yield Finding(f"{host!r} is not the start of a network range; the range around it is {meant}.")
    elif host.endswith("/0"):
        yield Finding(f"{host} is every computer there is: the title alone decides who this node is.", fault=False)


def _this_computer(node: Node, own: Self, remote: bool | None) -> Iterator[Finding]:
    here = addresses.is_this_computer(node.host) or addresses.parsed(node.host) in {addresses.parsed(a) for a in own.addresses}
    if here and own.port and node.port == own.port:
        if node.ae_title == own.ae_title:
            yield Finding(f"{node.ae_title} at {node.host} port {node.port} is this archive itself.")
        else:
            yield Finding(f"Port {node.port} on this computer is this archive's own; {node.ae_title} must listen on another one.")
    elif addresses.is_this_computer(node.host) and remote:
        yield Finding(f"{node.host} is always the computer that says it: from here it leads here, not to {node.name}. "
                      "Give that computer's address in your network.")  # fmt: skip
    elif addresses.is_this_computer(node.host) and remote is None:
        yield Finding(f"{node.host} is this computer; that is right only if {node.name} runs on it too.", fault=False)
    elif own.ae_title and node.ae_title == own.ae_title:
        yield Finding(
            f"{node.ae_title} is this archive's own title; two devices with one title confuse everybody else.", fault=False
        )


def _port(node: Node) -> Iterator[Finding]:
    if wildcard.port_pattern(node):
        return
    if not 1 <= node.port <= 0xFFFF:
        yield Finding(f"Port {node.port} does not exist; a TCP port is a number from 1 to {0xFFFF}.")
    elif node.port in {80, 443, 8042, 8080, 8114}:
        yield Finding(f"Port {node.port} is usually a web server's; DICOM's usual ports are 104, 4242 and 11112.", fault=False)


def _rest(node: Node) -> Iterator[Finding]:
    if unknown := sorted(node.operations - set(OPERATIONS)):
        yield Finding(f"{', '.join(unknown)} is no operation; there are {', '.join(OPERATIONS)}.")
    for uid in node.transfer_syntaxes:
        if not _UID.fullmatch(uid) or len(uid) > UID_BYTES_MAX:
            yield Finding(f"{uid!r} is no transfer syntax UID; one is digits and dots, such as 1.2.840.10008.1.2.1.")
        elif uid not in BY_UID:
            yield Finding(f"The standard knows no transfer syntax {uid}; it is kept.", fault=False)
    if node.pdu_bytes_max and not PDU_BYTES_MIN <= node.pdu_bytes_max <= 0xFFFFFFFF:
        yield Finding(f"A PDU size of {node.pdu_bytes_max} bytes cannot work; give at least {PDU_BYTES_MIN}, or 0 for our own.")
    if node.associations_max < 1:
        yield Finding(f"{node.name} must allow at least one association.")
    elif node.associations_max > RETRIEVE_ASSOCIATIONS_MAX:
        yield Finding(
            f"{node.associations_max} associations at once are asked for; {RETRIEVE_ASSOCIATIONS_MAX} are used.", fault=False
        )
    if node.echo_minutes is not None and not 0 <= node.echo_minutes <= ECHO_MINUTES_MAX:
        yield Finding(
            f"{node.name} can be asked every 1 to {ECHO_MINUTES_MAX} minutes, or never (0), not every {node.echo_minutes}."
        )
    if node.character_set and not _CHARACTER_SET.fullmatch(node.character_set):
        yield Finding(f"{node.character_set!r} is no character set of DICOM; UTF-8 is called ISO_IR 192, Latin-1 ISO_IR 100.")
    if node.local_ae_title:
        try:
            check_ae_title(node.local_ae_title)
        except UsageError as error:
            yield Finding(f"The title to call {node.name} with: {error}")
    if node.dicomweb_url:
        yield from _dicomweb(node)
    if len(node.notes) > NODE_NOTES_CHARACTERS_MAX:
        yield Finding(f"The notes have {len(node.notes)} characters; {NODE_NOTES_CHARACTERS_MAX} are allowed.")
    if not node.notes.replace("\n", "").replace("\t", "").isprintable():
        yield Finding(f"The notes of {node.name} contain control characters.")


def _dicomweb(node: Node) -> Iterator[Finding]:
    url = node.dicomweb_url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if len(url) > NODE_URL_CHARACTERS_MAX:
        yield Finding(f"The DICOMweb address has {len(url)} characters; {NODE_URL_CHARACTERS_MAX} are allowed.")
    elif parts.scheme not in ("http", "https") or not host or port == 0 or not _URL.fullmatch(url):
        yield Finding(f"{url!r} is no address of DICOMweb; one begins with http:// or https://, such as https://pacs/dicom-web.")
    elif parts.username is not None or parts.query or parts.fragment:
        yield Finding(
            f"A DICOMweb address ends with its path; {url.split('@')[-1]!r} has a name, a password, a question or a fragment."
        )


def _neighbours(node: Node, others: list[Node]) -> Iterator[Finding]:
    for other in others:
        same_place = (other.host.lower(), other.port) == (node.host.lower(), node.port)
        if other.ae_title == node.ae_title and same_place:
            yield Finding(f"{node.ae_title} at {node.host} port {node.port} is already known as {other.name}.", fault=False)
        elif other.ae_title == node.ae_title:
            yield Finding(f"{other.name} at {other.host} port {other.port} already has the AE title {node.ae_title}; "
                          "a title must belong to one device, or images go to the wrong one.",
                          fault="/" not in node.host and "/" not in other.host)  # fmt: skip
        elif other.ae_title.lower() == node.ae_title.lower():
            yield Finding(f"{node.ae_title} differs from {other.ae_title} ({other.name}) only in upper and lower case; "
                          "to DICOM these are two titles.", fault=False)  # fmt: skip
        if other.name.lower() == node.name.lower():
            yield Finding(f"The name {node.name} differs from {other.name} only in upper and lower case.", fault=False)

"""Networks that are wrong: three small ones on this computer, joined by a router with rules (network namespaces).

`us` (10.77.1.2) - `router` (10.77.1.1, 10.77.2.1) - `them` (10.77.2.2 and an address for each fault). All rules stand from the
beginning, so that rows do not disturb each other. Needs the right to make namespaces; without it the rows are skipped. Everything
is removed afterwards.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.doctor.zoo.examination import PATIENCE, SHORT, Target
from tests.doctor.zoo.loopback import Loopback
from tests.peers.processes import Server, found

from isocenter.base.clock import SystemClock
from isocenter.lab.faults import strangers
from isocenter.lab.faults.habits import Habits
from isocenter.net.return_listener import ReturnListener

CLONE_NEWNET = 0x40000000
PORT = 10404
THEM = "10.77.2.2"
OUR_PORT, OUR_CLOSED_PORT = 10407, 10408
GONE, FORMER, WANTED = "10.77.1.9", "10.77.1.8", "10.77.1.7"
"""Addresses that nobody has."""

NAME_SERVER = "192.0.2.53"
"""Packets to it are dropped on the way."""

_ADDRESSES = [f"10.77.2.{number}" for number in range(11, 28)]
REJECT, PROHIBIT, RESET, OWN_PROHIBIT, DROP, BLACKHOLE, ONE_PORT, MTU, LOSS, NAT, ELSEWHERE, OWN_DROP = _ADDRESSES[:12]
INSPECTION, LOCALHOST, CLOSED, MASKED, FORGETS = _ADDRESSES[12:]
SETTINGS = (
    "net.ipv4.ip_forward=1",
    "net.ipv4.icmp_ratelimit=0",
    "net.netfilter.nf_conntrack_tcp_loose=0",
    "net.netfilter.nf_conntrack_tcp_timeout_established=1",
)
"""Of the router: it says no as often as it is asked; what it did not see from its beginning is invalid, and what is silent for a
second is forgotten."""

_SILENT = ("drop", "blackhole", "drop-port", "mtu", "reverse-dns")
"""Where nothing comes back, and it need not be waited for; elsewhere ARP is given the three seconds that it takes to give up."""

ROUTER_RULES = f"""
table inet zoo {{
  chain forward {{
    type filter hook forward priority 0;
    ip daddr {REJECT} reject with icmp type admin-prohibited
    ip daddr {RESET} meta l4proto tcp reject with tcp reset
    ip daddr {DROP} drop
    ip daddr {MTU} ip length > 700 drop
    ip daddr {LOSS} numgen inc mod 7 == 3 drop
    ip daddr {INSPECTION} quota over 100 kbytes reject with tcp reset
    ip daddr {FORGETS} ct state invalid drop
    ip saddr {FORGETS} ct state invalid drop
    ip daddr {NAME_SERVER} drop
  }}
  chain prerouting {{
    type nat hook prerouting priority -100;
    ip daddr {NAT} tcp dport {PORT} dnat ip to {THEM}:8080
  }}
  chain postrouting {{
    type nat hook postrouting priority 100;
    ip daddr {MASKED} masquerade
  }}
}}
"""
THEIR_RULES = f"""
table inet zoo {{
  chain input {{
    type filter hook input priority 0;
    ip daddr {ONE_PORT} tcp dport {PORT} drop
  }}
}}
"""
OUR_RULES = f"""
table inet zoo {{
  chain output {{
    type filter hook output priority 0;
    ip daddr {OWN_DROP} reject with icmp type admin-prohibited
  }}
  chain input {{
    type filter hook input priority 0;
    tcp dport {OUR_CLOSED_PORT} reject with tcp reset
  }}
}}
"""


@contextlib.contextmanager
def inside(namespace: str) -> Iterator[None]:
    """This thread's sockets are of that network while the block runs."""
    if not namespace:
        yield
        return
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    other = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        if libc.setns(other, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        libc.setns(own, CLONE_NEWNET)
        os.close(other)
        os.close(own)


def run(*command: str, words: str = "") -> None:
    """A command that must go well."""
    subprocess.run(command, input=words, text=True, check=True, capture_output=True, timeout=20)


def remove_left_behind() -> None:
    """Take away the networks of a run that was killed: those whose process is gone."""
    for folder in (Path("/run/netns"), Path("/etc/netns")):
        for path in folder.glob("zoo*") if folder.is_dir() else ():
            owner = re.match(r"zoo(\d+)", path.name)
            if owner is None or Path(f"/proc/{owner.group(1)}").exists():
                continue
            if folder.name == "netns" and folder.parent.name == "run":
                subprocess.run(["ip", "netns", "del", path.name], check=False, capture_output=True, timeout=20)
            else:
                shutil.rmtree(path, ignore_errors=True)


class Networks:
    """Made when the first row needs them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._is_made = False
        self._why_not = ""
        mark = os.getpid()
        self.us, self.router, self.them, self.lonely = (f"zoo{mark}{name}" for name in ("us", "router", "them", "lonely"))
        self._kept = contextlib.ExitStack()

    @contextlib.contextmanager
    def made(self, what: str) -> Iterator[Target]:
        """The target of a row."""
        with self._lock:
            if not self._is_made:
                self._make()
        if self._why_not:
            pytest.skip(self._why_not)
        target = Target(port=PORT, namespace=self.us, patience=SHORT if what in _SILENT else PATIENCE)
        with contextlib.ExitStack() as stack:
            if what == "reverse-dns":
                target.host, target.port = stack.enter_context(self._storescp()), 10406
            elif what == "nat-dcmqrscp":
                target.host, target.port = stack.enter_context(self._dcmqrscp()), 10409
            elif what == "no-route":
                target.namespace, target.host = self.lonely, THEM
            elif what in ("dns-silent", "old-address", "ipv6-first"):
                target.is_apart = True
                target.host = {"dns-silent": "pacs.example.org", "old-address": "old-pacs", "ipv6-first": "pacs-of-two"}[what]
            else:
                target.host = _HOSTS[what]
                target.port = 10405 if what in ("other-port", "loopback-only") else PORT
                target.our_port = OUR_CLOSED_PORT if what == "our-port-closed" else OUR_PORT
                target.return_path = ReturnListener(target.our_port, SystemClock(), address="10.77.1.2")
            if what == "nobody-here-busy":
                stack.enter_context(self._somebody_calls(WANTED))
            yield target

    @contextlib.contextmanager
    def _somebody_calls(self, host: str) -> Iterator[None]:
        """A connection that is being made, and has waited for most of the time that ARP takes."""
        with inside(self.us), socket.socket() as caller:
            caller.setblocking(False)
            caller.connect_ex((host, PORT))
            threading.Event().wait(2.6)
            yield

    @contextlib.contextmanager
    def _storescp(self) -> Iterator[str]:
        """storescp where no name server answers: it looks for the name of whoever calls (obs)."""
        program = found("storescp")
        server = Server(["ip", "netns", "exec", self.them, program, "10406"], self._folder / "storescp-dns.log")
        try:
            server.wait_until(lambda: self._listens(10406))
            yield THEM
        finally:
            server.end()

    @contextlib.contextmanager
    def _dcmqrscp(self) -> Iterator[str]:
        """dcmqrscp that knows the address that we have behind the router."""
        program, folder = found("dcmqrscp"), self._folder / "dcmqrscp-nat"
        (folder / "storage").mkdir(parents=True)
        (folder / "dcmqrscp.cfg").write_text(
            "NetworkTCPPort = 10409\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
            "HostTable BEGIN\nus = (ISOCENTER, 10.77.1.2, 11112)\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
            f"AETable BEGIN\nDCMQRSCP {folder / 'storage'} RW (200, 1024mb) us\nAETable END\n"
        )
        command = ["ip", "netns", "exec", self.them, program, "-dhl", "-c", str(folder / "dcmqrscp.cfg")]
        server = Server(command, folder / "dcmqrscp.log")
        try:
            server.wait_until(lambda: self._listens(10409))
            yield MASKED
        finally:
            server.end()

    def _listens(self, port: int) -> bool:
        """Whether a port is open there, without calling: a call would be looked up, and block the next."""
        with inside(self.them):
            return f":{port:04X} 00000000:0000 0A" in Path("/proc/thread-self/net/tcp").read_text()

    def _make(self) -> None:
        self._is_made = True
        missing = [tool for tool in ("ip", "nft") if shutil.which(tool) is None and shutil.which(tool, path="/usr/sbin") is None]
        if missing:
            self._why_not = f"{' and '.join(missing)} not installed (Debian: apt-get install iproute2 nftables)"
            return
        remove_left_behind()
        try:
            run("ip", "netns", "add", self.us)
        except subprocess.CalledProcessError as error:
            self._why_not = f"network namespaces are not permitted here: {error.stderr.strip()}"
            return
        self._kept.callback(self._remove)
        try:
            self._join()
            for namespace, rules in ((self.router, ROUTER_RULES), (self.them, THEIR_RULES), (self.us, OUR_RULES)):
                run("ip", "netns", "exec", namespace, "nft", "-f", "-", words=rules)
            for setting in SETTINGS:
                name, _, value = setting.partition("=")
                path = f"/proc/sys/{name.replace('.', '/')}"
                run("ip", "netns", "exec", self.router, "sh", "-c", f"echo {value} > {path}")
        except subprocess.CalledProcessError as error:
            self._why_not = f"this kernel cannot make the networks: {' '.join(error.cmd)}: {error.stderr.strip()}"
            return
        self._name_services()
        self._people()

    def _join(self) -> None:
        for namespace in (self.router, self.them, self.lonely):
            run("ip", "netns", "add", namespace)
        lines = []
        for near, far, number in ((self.us, self.router, 1), (self.them, self.router, 2)):
            run("ip", "link", "add", f"zoo{number}a", "netns", near, "type", "veth", "peer", "name", f"zoo{number}b", "netns", far)
            lines += [
                (near, f"addr add 10.77.{number}.2/24 dev zoo{number}a\nlink set zoo{number}a up\nlink set lo up\n"
                       f"route add default via 10.77.{number}.1"),
                (far, f"addr add 10.77.{number}.1/24 dev zoo{number}b\nlink set zoo{number}b up"),
            ]  # fmt: skip
        more = [address for address in _ADDRESSES if address not in (PROHIBIT, BLACKHOLE, NAT)]
        lines += [(self.them, "\n".join(f"addr add {host}/24 dev zoo2a" for host in more))]
        lines += [
            (
                self.router,
                f"link set lo up\nroute add prohibit {PROHIBIT}\n"
                f"route add {NAME_SERVER} via 10.77.1.2\nroute add blackhole {BLACKHOLE}",
            )
        ]
        lines += [(self.us, f"route add prohibit {OWN_PROHIBIT}"), (self.lonely, "link set lo up")]
        for namespace, batch in lines:
            run("ip", "-netns", namespace, "-batch", "-", words=batch + "\n")

    def _name_services(self) -> None:
        """What processes in a network find as their name servers and hosts: nobody answers at the address of the server."""
        for namespace in (self.us, self.them):
            folder = Path("/etc/netns") / namespace
            folder.mkdir(parents=True)
            self._kept.callback(shutil.rmtree, folder)
            patience = 1 if namespace == self.us else 5
            (folder / "resolv.conf").write_text(f"nameserver {NAME_SERVER}\noptions timeout:{patience} attempts:1\n")
            (folder / "hosts").write_text(f"127.0.0.1 localhost\n{FORMER} old-pacs\n::1 pacs-of-two\n127.0.0.1 pacs-of-two\n")

    def _people(self) -> None:
        """Those who listen: good peers, and a web server."""
        with inside(self.them):
            them = Loopback(self.them)
        with inside(self.us):
            us = Loopback(self.us)
        self._kept.callback(them.close)
        self._kept.callback(us.close)
        for host in (THEM, ONE_PORT, MTU, LOSS, OWN_PROHIBIT, OWN_DROP, INSPECTION, FORGETS):
            self._kept.enter_context(them.peer(Habits(), host=host, port=PORT))
        self._kept.enter_context(them.peer(Habits(), host="127.0.0.1", port=10405))
        self._kept.enter_context(them.peer(Habits(), host=ELSEWHERE, port=11112))
        for host, place in ((LOCALHOST, ("127.0.0.1", OUR_PORT)), (CLOSED, ("10.77.1.2", OUR_CLOSED_PORT))):
            self._kept.enter_context(them.peer(Habits(destinations={"ISOCENTER": place}), host=host, port=PORT))
        self._kept.enter_context(them.stranger(strangers.web, host=ONE_PORT, port=80))
        self._kept.enter_context(them.stranger(strangers.web, host=THEM, port=8080))
        self._kept.enter_context(us.peer(Habits(), host="127.0.0.1", port=PORT))

    def _remove(self) -> None:
        for namespace in (self.us, self.router, self.them, self.lonely):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True, timeout=20)
        with contextlib.suppress(OSError):
            Path("/etc/netns").rmdir()

    def close(self) -> None:
        self._kept.close()


_HOSTS = {
    "nobody-here": GONE,
    "nobody-here-busy": WANTED,
    "nobody-there": "10.77.2.99",
    "reject": REJECT,
    "prohibit": PROHIBIT,
    "reset": RESET,
    "own-prohibit": OWN_PROHIBIT,
    "own-reject": OWN_DROP,
    "drop": DROP,
    "blackhole": BLACKHOLE,
    "drop-port": ONE_PORT,
    "mtu": MTU,
    "loss": LOSS,
    "nat-elsewhere": NAT,
    "other-port": ELSEWHERE,
    "loopback-only": THEM,
    "inspection": INSPECTION,
    "forgets": FORGETS,
    "row-says-localhost": LOCALHOST,
    "our-port-closed": CLOSED,
}

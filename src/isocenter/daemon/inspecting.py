"""The inspector of a running house, joined: what its listener and its calls recorded, proxies, and captures that were brought.

The port `web.inspection.Inspection`. What proxies and captures bring has a room of its own, so that a large capture does not push
out what happens here. Proxies end with the house.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from isocenter import __version__
from isocenter.base.clock import SystemClock
from isocenter.base.errors import UsageError
from isocenter.base.limits import PCAP_RECORDED_BYTES_MAX, PROXIES_MAX
from isocenter.daemon import calling
from isocenter.daemon.compose import House
from isocenter.doctor import ladder as ladders
from isocenter.doctor.capture_reading import CaptureReading
from isocenter.doctor.digest import Digests
from isocenter.doctor.message_details import details
from isocenter.doctor.pcapng import export
from isocenter.model.ladder import Digest, Ladder, MessageDetails, Rung
from isocenter.model.records import Node
from isocenter.net.ports import own_addresses
from isocenter.net.recorder import Recorder
from isocenter.net.relay import Relay
from isocenter.net.tap import Tap
from isocenter.nodes import wildcard
from isocenter.web.inspection import CaptureRead, Proxy, Room


class Inspecting:
    """See the port."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._here = house.recorder
        self._brought = Recorder(SystemClock(), PCAP_RECORDED_BYTES_MAX)
        self._digests = Digests(SystemClock(), self._node_of)
        self._proxies: dict[int, tuple[Relay, str]] = {}
        self._lock = threading.Lock()
        house.closing.callback(self._close)

    @property
    def version(self) -> int:
        """See the port."""
        return self._brought.version + (self._here.version if self._here is not None else 0)

    def room(self) -> Room:
        """See the port."""
        here = self._here
        if here is None:
            return Room(0, 0, None)
        return Room(here.bytes_max, here.byte_count, min((tap.recording.began for tap in here.all()), default=None))

    def _taps(self) -> list[Tap]:
        return list(chain(self._here.all() if self._here is not None else (), self._brought.all()))

    def _one(self, token: str) -> Tap | None:
        found = self._here.one(token) if self._here is not None else None
        return found or self._brought.one(token)

    def digests(self) -> list[Digest]:
        """See the port."""
        with self._lock:
            found = self._digests.of(self._taps())
        return sorted(found, key=_began, reverse=True)

    def keeps(self, token: str) -> bool:
        """See the port."""
        return self._one(token) is not None

    def ladder(self, token: str) -> Ladder | None:
        """See the port."""
        tap = self._one(token)
        return ladders.ladder(tap) if tap is not None else None

    def run(self, token: str, first: int, last: int) -> list[Rung] | None:
        """See the port."""
        tap = self._one(token)
        return ladders.run(tap, first, last) if tap is not None else None

    def details(self, token: str, number: int, *, names: bool) -> MessageDetails | None:
        """See the port."""
        tap = self._one(token)
        return details(tap, number, names=names) if tap is not None else None

    def export(self, tokens: Sequence[str], *, names: bool) -> Iterator[bytes]:
        """See the port."""
        taps = [tap for tap in map(self._one, tokens) if tap is not None] if tokens else self._taps()
        return export(taps, f"Isocenter {__version__}", names=names)

    def forget(self) -> None:
        """See the port."""
        self._brought.forget()
        if self._here is not None:
            self._here.forget()

    def read_capture(self, name: str) -> Capture:
        """See the port."""
        return Capture(name, self._brought)

    def _node_of(self, title: str, address: str) -> str:
        """The node that has this title, by its address where several have."""
        found = [node for node in self._house.shelf.nodes() if node.ae_title == title]
        if len(found) > 1:
            found = [node for node in found if node.host == address] or found
        return found[0].name if len(found) == 1 else ""

    # Proxies

    def proxies(self) -> list[Proxy]:
        """See the port."""
        return [_proxy(relay, node) for relay, node in self._proxies.values()]

    def open_proxy(self, listen_port: int, node: str) -> Proxy:
        """See the port."""
        target = self._target(node)
        with self._lock:
            if len(self._proxies) >= PROXIES_MAX:
                raise UsageError(f"{PROXIES_MAX} proxies are open; close one first.")
            is_here = target.host in ("127.0.0.1", "localhost", "::1", *own_addresses())
            if is_here and listen_port == self._house.settings.port:
                raise UsageError(f"Port {listen_port} is this archive's own; choose another one to listen on.")
            if is_here and listen_port == target.port:
                raise UsageError(
                    f"{node} is at port {listen_port} of this computer: a proxy there would call itself. Choose another port."
                )
            relay = Relay(self._brought, target.host, target.port, listen_port=listen_port, address=self._house.settings.listen)
            relay.start()
            self._proxies[relay.listen_port] = relay, target.name
        return _proxy(relay, target.name)

    def _target(self, node: str) -> Node:
        saved = next((one for one in self._house.shelf.nodes() if one.name == node), None)
        target = saved or calling.written_out(node)
        if target is None:
            raise UsageError(f"There is no node named {node!r}. One that is not saved is written TITLE@host:port.")
        if not wildcard.is_one_device(target):
            raise UsageError(f"{node} stands for many devices; a proxy passes on to one.")
        return target

    def close_proxy(self, listen_port: int) -> bool:
        """See the port."""
        with self._lock:
            found = self._proxies.pop(listen_port, None)
        if found is not None:
            found[0].stop()
        return found is not None

    def _close(self) -> None:
        for port in list(self._proxies):
            self.close_proxy(port)


class Capture:
    """The port `CaptureInProgress`."""

    def __init__(self, name: str, recorder: Recorder) -> None:
        self._reading = CaptureReading(name, recorder.read)
        self._recorder = recorder
        self._tokens: list[str] = []

    def write(self, piece: bytes) -> None:
        """See the port."""
        self._tokens += [tap.recording.token for tap in self._reading.feed(piece)]

    def finish(self) -> CaptureRead:
        """See the port."""
        self._tokens += [tap.recording.token for tap in self._reading.end()]
        kept = [token for token in self._tokens if self._recorder.one(token) is not None]
        remark = self._reading.remark
        if len(kept) < len(self._tokens):
            remark = f"{len(self._tokens) - len(kept)} connections had no room. {remark}".strip()
        return CaptureRead(tuple(kept), self._reading.packets, self._reading.others, remark)


def _proxy(relay: Relay, node: str) -> Proxy:
    return Proxy(relay.listen_port, relay.host, relay.port, node, relay.callers, relay.open_connections)


def _began(digest: Digest) -> datetime:
    return digest.began

"""What may be shown of bytes that came: all that stands before the first data set, which may name a patient (PS3.8 9.3.5).

Received bytes come in as they were read, in pieces of any size. Goes out, for each thing that is told: its first bytes, as far as
they are PDU headers, control PDUs and commands. What begins in the middle of a PDU is not shown, since nobody can tell what it is;
of what is no PDU at all only the first bytes are. Nothing that anybody sends raises.
"""

from __future__ import annotations

from isocenter.doctor.masking import FOREIGN_BYTES_SHOWN

_HEADER_BYTES = 6
"""Of a PDU, and of a presentation data value item: four bytes of length, one of context, one of control (PS3.8 9.3.5.1, E.2)."""
_DATA = 4
_KINDS = range(1, 8)
_COMMAND = 1


class Front:
    """The first bytes of each thing that came, at most so many."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._kept = bytearray()
        self._is_closed = False
        self._header = bytearray()
        self._left = 0
        """Of the control PDU or the item that is on its way."""
        self._items_left = 0
        """Of the P-DATA-TF, behind what of it is on its way."""
        self._is_shown = True
        self._is_lost = False
        """True behind what was no PDU: from there on lengths mean nothing."""

    def took(self, view: memoryview) -> None:
        """So many bytes came."""
        at = 0
        while at < len(view):
            if self._left:
                end = min(at + self._left, len(view))
                self._left -= end - at
                self._keep(view[at:end])
            elif self._is_lost:
                self._is_closed = True
                return
            else:
                end = min(at + _HEADER_BYTES - len(self._header), len(view))
                self._header += view[at:end]
                self._is_shown = True
                self._keep(view[at:end])
                if len(self._header) == _HEADER_BYTES:
                    self._begin(bytes(self._header))
                    self._header.clear()
            at = end

    def cut(self) -> bytes:
        """What may be shown of all that came since the last cut."""
        kept = bytes(self._kept)
        self._kept.clear()
        self._is_closed = self._is_lost or bool(self._left or self._items_left or self._header)
        return kept

    def _keep(self, view: memoryview) -> None:
        if not self._is_shown:
            self._is_closed = True
        if not self._is_closed and (room := self._bytes_max - len(self._kept)) > 0:
            self._kept += view[:room]

    def _begin(self, header: bytes) -> None:
        """A PDU or an item begins."""
        if self._items_left:
            count = int.from_bytes(header[:4], "big")
            self._items_left -= 4 + count
            self._left = count - 2
            self._is_shown = bool(header[5] & _COMMAND)
            if count < 2 or self._items_left < 0:
                self._left, self._is_lost = 0, True
        elif header[0] not in _KINDS:
            self._left, self._is_lost = FOREIGN_BYTES_SHOWN - _HEADER_BYTES, True
        elif header[0] == _DATA:
            self._items_left = int.from_bytes(header[2:], "big")
        else:
            self._left = int.from_bytes(header[2:], "big")

"""A short text as a QR code (ISO/IEC 18004): the dark modules of a square.

reportlab computes it; it is loaded when the first code is asked for.
"""

from __future__ import annotations

from functools import lru_cache

from isocenter.base.limits import QR_BYTES_MAX


@lru_cache(maxsize=64)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of modules, without the quiet zone of four; empty for a text that is longer than QR_BYTES_MAX bytes."""
    if len(text.encode()) > QR_BYTES_MAX:
        return ()
    from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel

    code = QRCode(None, QRErrorCorrectLevel.M)
    # As bytes in any case: left to itself it takes a number with a newline behind it for a number, and fails.
    code.addData(QR8bitByte(text))
    code.make()
    size = code.getModuleCount()
    return tuple(tuple(bool(code.isDark(row, column)) for column in range(size)) for row in range(size))

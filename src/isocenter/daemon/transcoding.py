"""The Transcoder port, loaded at its first use: a start that may never need numpy and the codecs does not wait for them."""

from __future__ import annotations


def transcode(data_set: bytes | memoryview, stored_syntax: str, wanted_syntax: str) -> bytes:
    """See `model.ports.Transcoder`."""
    from isocenter.imaging import transcode as imaging

    return imaging.transcode(data_set, stored_syntax, wanted_syntax)

"""Whether there is a way between two transfer syntaxes; the codecs are not loaded for the answer that is nearly always right."""

from __future__ import annotations


def can(stored_syntax: str, wanted_syntax: str) -> bool:
    """As `imaging.transcode.can`, which is loaded when somebody asks for another syntax than the stored one."""
    if stored_syntax == wanted_syntax:
        return True
    from isocenter.imaging import transcode

    return transcode.can(stored_syntax, wanted_syntax)

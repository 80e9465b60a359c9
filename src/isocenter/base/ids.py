"""Who we say we are on the wire, and new unique identifiers.

The implementation class UID is fixed for this software (PS3.7 D.3.3.2); new UIDs are derived from random UUIDs under 2.25,
which needs no registration (PS3.5 B.2).
"""

from __future__ import annotations

import uuid

IMPLEMENTATION_CLASS_UID = "2.25.204010624022080842395404707326825778843"
IMPLEMENTATION_VERSION_NAME = "ISOCENTER_01"


def new_uid() -> str:
    """A new DICOM UID, at most 44 characters."""
    return f"2.25.{uuid.uuid4().int}"


def new_token() -> str:
    """A short random word to find one association or job again in the log: 8 hexadecimal digits."""
    return uuid.uuid4().hex[:8]

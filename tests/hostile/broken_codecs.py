"""The tasks of the worker processes with codecs that crash, hang, or want gigabytes. Loaded by name in the worker."""

import ctypes
import re

from isocenter.imaging import decode
from isocenter.jobs import tasks


def crash(*_):
    return ctypes.string_at(0)


def hang(*_):
    return re.match(r"(a+)+$", "a" * 60 + "b")


def claim(*_):
    return bytearray(1 << 38)


FAULTS = {"CRASH": crash, "HANG": hang, "CLAIM": claim}
_decode_frame = decode.decode_frame


def decode_frame(codestream, syntax_uid, description):
    """A frame that says what its codec shall do."""
    for word, fault in FAULTS.items():
        if word.encode() in codestream:
            return fault()
    return _decode_frame(codestream, syntax_uid, description)


decode.decode_frame = decode_frame
TASKS = tasks.TASKS

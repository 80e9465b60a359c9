"""Tasks for a worker process that do what codecs do on bad days. Loaded by name in the worker, never in the tests themselves."""

import ctypes
import os
import re
import signal

from isocenter.base.errors import LocalError, UnreadableDataset, UsageError

kept = []


def echo(text="", payload=b""):
    return [text.encode(), payload]


def whoami():
    return [str(os.getpid()).encode()]


def zeros(byte_counts):
    return [bytes(count) for count in byte_counts]


def segmentation_fault():
    return [ctypes.string_at(0)]


def abort():
    signal.signal(signal.SIGABRT, signal.SIG_DFL)
    os.abort()


def leave():
    os._exit(3)


def hang_in_c():
    """A regular expression that takes longer than the universe lasts, and never lets a signal's Python function run."""
    return [str(re.match(r"(a+)+$", "a" * 60 + "b")).encode()]


def claim(byte_count):
    return [b"%d" % len(bytearray(byte_count))]


def claim_by_numpy(byte_count):
    import numpy

    return [b"%d" % numpy.ones(byte_count, numpy.uint8).size]


def keep(byte_count):
    kept.append(bytearray(os.urandom(1024)) * (byte_count // 1024))
    return [b"kept"]


def recurse(depth=0):
    return recurse(depth + 1)


def panic():
    class PanicException(BaseException):
        pass

    raise PanicException("index out of bounds")


def print_loudly():
    os.write(1, b"libcodec: warning: this is not JPEG\n" * 10)
    os.write(2, b"libcodec: warning\n" * 100_000)
    return [os.read(0, 10)]


def unreadable():
    raise UnreadableDataset("it ends early", offset=77)


def local():
    raise LocalError("no such frame")


def usage():
    raise UsageError("no such path")


def gone():
    with open("there/is/no/such/file", "rb") as file:
        return [file.read()]


def lie(byte_count):
    """What a process says that was taken over by what it decoded."""
    for descriptor in range(3, 8):
        try:
            os.write(descriptor, b"\x01\x00\x01\x00\x00\x00" + byte_count.to_bytes(8, "little"))
        except OSError:
            continue
    return []


def misreport(text):
    """An error that is none of ours."""
    for descriptor in range(3, 8):
        try:
            os.write(descriptor, b"\x02\x00\x01\x00\x00\x00" + len(text).to_bytes(8, "little") + text.encode())
        except OSError:
            continue
    return []


def wait_for(path):
    """Until somebody makes that file."""
    while not os.path.exists(path):
        pass
    return [b"done"]


TASKS = {name: function for name, function in globals().items() if callable(function) and not isinstance(function, type)}

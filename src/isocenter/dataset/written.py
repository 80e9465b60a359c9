"""How a data set is written by what its first element shows, where that contradicts its transfer syntax (PS3.5 7.1, A).

Comes in: the first bytes of a data set that is not deflated. Goes out: whether value representations stand in it, and its byte
order. Devices that announce one and write another are common enough that all who read stored data sets ask here.
"""

from __future__ import annotations

from isocenter.dataset.skim import looks_explicit


def as_written(view: memoryview, *, explicit: bool, little: bool) -> tuple[bool, bool]:
    """(explicit, little endian), as announced where the first element does not say otherwise."""
    if len(view) < 6:
        return explicit, little
    if not looks_explicit(bytes(view[4:6])):
        return False, True
    if view[0] == 0 < view[1]:
        return True, False
    if view[1] == 0 < view[0]:
        return True, True
    return True, little

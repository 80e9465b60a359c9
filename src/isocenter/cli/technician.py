"""Technician mode on the terminal: what may say who a patient is has a token in its place, or is left out.

A data set comes in and is changed where it stands; nothing that was hidden is left in another shape.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from isocenter.base import config
from isocenter.base.errors import UsageError
from isocenter.daemon import instances
from isocenter.dicomweb.masking import TOKEN_VRS, Mask
from isocenter.standard.patient import says_who

if TYPE_CHECKING:
    from pydicom import Dataset


def mask_of(name: str | None, data: Path | None) -> Mask | None:
    """What hides the patients of an instance that is in technician mode; None for any other."""
    is_on = config.load({}, instances.place(name, data).folder).technician
    return Mask(secrets.randbits(64)) if is_on else None


def refuse(what: str, name: str | None, data: Path | None) -> None:
    """Raise UsageError where technician mode forbids `what`."""
    if mask_of(name, data) is not None:
        raise UsageError(f"This archive is in technician mode, and {what} would say who its patients are.")


def hide(dataset: Dataset, mask: Mask) -> Dataset:
    """The data set without its patients."""
    for tag in list(dataset.keys()):
        element = dataset.get_item(tag, keep_deferred=True)
        if says_who(int(tag)):
            if element is None or element.VR not in TOKEN_VRS or element.value is None:
                del dataset[tag]
            else:
                dataset[tag].value = mask.token(str(dataset[tag].value))
        elif element is not None and element.VR == "SQ":
            for item in dataset[tag].value or ():
                hide(item, mask)
    return dataset

"""What DICOMweb stands on, joined for a running house. Only the page's thread comes here, after DICOM answers."""

from __future__ import annotations

from isocenter.base.clock import SystemClock
from isocenter.daemon.compose import House
from isocenter.web.house import WebHouse


def web_house(house: House) -> WebHouse:
    """The ports of the house, and what its settings allow over HTTP."""
    return WebHouse(
        catalogue=house.catalogue,
        blobs=house.archive,
        intake=house.archive,
        pictures=house.pictures,
        metadata=house.metadata,
        clock=SystemClock(),
        remove=house.archive.remove if house.settings.web_delete else None,
        origins=house.settings.origins,
        unknown_classes=house.settings.store_unknown_classes,
    )

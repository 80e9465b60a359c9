"""What the routes of DICOMweb stand on: the ports of the house, joined by `daemon`.

Everything may be used from any thread; what blocks, all but the plain values, is called in the thread pool and never in the event
loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from isocenter.base.clock import Clock
from isocenter.model.attributes import Level
from isocenter.model.ports import BlobReader, Catalogue, Intake, Pictures, SeriesMetadata


@dataclass(frozen=True, slots=True)
class WebHouse:
    """`remove` is None unless the setting `web_delete` allows it; `origins` are the web sites whose pages may ask (`*` is all).

    `unknown_classes` takes instances of storage classes that the standard does not name.
    """

    catalogue: Catalogue
    blobs: BlobReader
    intake: Intake
    pictures: Pictures
    metadata: SeriesMetadata
    clock: Clock
    remove: Callable[[Level, str], int] | None = None
    origins: tuple[str, ...] = ()
    unknown_classes: bool = True

"""Everything that DICOMweb gives out of stored instances, but for metadata (PS3.18 10.4, 9)."""

from __future__ import annotations

from starlette.routing import BaseRoute

from isocenter.web.bulk_values import BulkValues
from isocenter.web.frames import Frames
from isocenter.web.house import WebHouse
from isocenter.web.rendered import Rendered
from isocenter.web.stored import StoredInstances
from isocenter.web.wado import Instances
from isocenter.web.wado_uri import WadoUri


class Retrieval:
    """The rooms of retrieval over one house; `frames` answers at once what it can."""

    def __init__(self, house: WebHouse) -> None:
        stored = StoredInstances(house)
        self.frames = Frames(house, stored)
        self._rooms = (
            self.frames,
            Instances(house, stored),
            BulkValues(house, stored),
            Rendered(house, stored),
            WadoUri(house, stored),
        )

    def routes(self) -> list[BaseRoute]:
        """Their paths."""
        return [route for room in self._rooms for route in room.routes()]

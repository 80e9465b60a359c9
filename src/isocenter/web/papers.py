"""What the routes about documents do with the archive: read the attributes of an instance, and file one that the page made.

The ports of the house come in; attributes in the DICOM JSON Model go out. Everything blocks, and may be used from any thread.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from isocenter.base.clock import Clock
from isocenter.dicomweb import json_data_set
from isocenter.dicomweb.json_data_set import Hole
from isocenter.dicomweb.problems import Problem
from isocenter.documents.elements import DataSet
from isocenter.documents.heading import Evidence
from isocenter.model.ports import Catalogue, Intake, Pictures
from isocenter.model.records import Arrival, Full, Instance, Stored
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN
from isocenter.web.stored import frame_count

_SOP_CLASS_UID, _SOP_INSTANCE_UID = 0x00080016, 0x00080018


@dataclass(frozen=True, slots=True)
class Papers:
    """Documents of one archive. `source` of what is filed is `workstation`, the sender `ae_title`."""

    catalogue: Catalogue
    pictures: Pictures
    intake: Intake
    clock: Clock

    def instance(self, sop_instance_uid: str) -> Instance:
        """The instance of that UID. Raises `Problem` 404."""
        found = self.catalogue.instance(sop_instance_uid)
        if found is None:
            raise Problem(404, f"There is no instance {sop_instance_uid} in this archive.")
        return found

    def attributes(self, instances: Sequence[Instance]) -> list[DataSet]:
        """Their attributes; a value that is left out stands as BulkDataURI with the path that `bulk` takes."""
        return [json.loads(one) for one in self.pictures.metadata(instances, "{path}")]

    def bulk(self, instance: Instance, path: str) -> bytes:
        """One value that is left out of the attributes."""
        return self.pictures.bulk_data(instance, path)

    def evidence(self, instance: Instance) -> Evidence:
        """How a document refers to it."""
        return Evidence(
            instance.study_instance_uid,
            instance.series_instance_uid,
            instance.sop_class_uid,
            instance.sop_instance_uid,
            max(1, frame_count(instance)),
        )

    def keep(self, document: dict[str, Any]) -> None:
        """File a data set. Raises `Problem` 507 where there is no room, 409 where the archive does not take it."""
        [written] = json_data_set.instances(json.dumps(document).encode())
        arrival = Arrival(
            sop_class_uid=json_data_set.text(written, _SOP_CLASS_UID),
            sop_instance_uid=json_data_set.text(written, _SOP_INSTANCE_UID),
            transfer_syntax=EXPLICIT_VR_LITTLE_ENDIAN,
            received=self.clock.now(),
            source="workstation",
        )
        pieces = json_data_set.encoded(written, _nothing)
        reception = self.intake.begin(arrival)
        try:
            for piece in pieces:
                assert not isinstance(piece, Hole), "what the page makes has no bulk data"
                reception.write(piece)
        except BaseException:
            reception.abandon()
            raise
        result = reception.finish()
        if isinstance(result, Full):
            raise Problem(507, f"The archive has no room: {result.reason}")
        if not isinstance(result, Stored):
            raise Problem(
                409, f"The archive did not take the document: {getattr(result, 'reason', 'it contradicts what is there')}"
            )


def _nothing(_uri: str) -> bytes:
    return b""

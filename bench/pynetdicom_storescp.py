"""pynetdicom as a receiver that writes each instance into a file, as its fastest example does: `… PORT FOLDER`."""

import sys
from pathlib import Path

from pynetdicom import AE, StoragePresentationContexts, VerificationPresentationContexts, evt


def stored(event: evt.Event) -> int:
    with (Path(sys.argv[2]) / event.request.AffectedSOPInstanceUID).open("wb") as target:
        target.write(b"\0" * 128 + b"DICM")
        target.write(event.request.DataSet.getvalue())
    return 0


entity = AE("PYNETDICOM")
entity.maximum_pdu_size = 131_072
entity.supported_contexts = StoragePresentationContexts + VerificationPresentationContexts
entity.start_server(("127.0.0.1", int(sys.argv[1])), evt_handlers=[(evt.EVT_C_STORE, stored), (evt.EVT_C_ECHO, lambda _: 0)])

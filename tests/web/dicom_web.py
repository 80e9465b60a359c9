"""DICOMweb over a real archive in a folder, asked in process: what the tests of its rooms stand on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.testclient import TestClient

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_reader import IndexReader
from isocenter.base.clock import SystemClock
from isocenter.dataset import part10
from isocenter.model.ports import Intake, Pictures, SeriesMetadata
from isocenter.web.app import EXPLAINED
from isocenter.web.house import WebHouse

CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
URL = "http://127.0.0.1:8114/dicom-web"
BOUNDARY = "b"
DICOM_PARTS = 'multipart/related; type="application/dicom"; boundary=b'
JSON_PARTS = 'multipart/related; type="application/dicom+json"; boundary=b'

_VRS = {
    "00080005": "CS", "00080016": "UI", "00080018": "UI", "00080020": "DA", "00080030": "TM", "00080050": "SH", "00080060": "CS",
    "00081030": "LO", "00100010": "PN", "00100020": "LO", "0020000D": "UI", "0020000E": "UI", "00200011": "IS", "00200013": "IS",
}  # fmt: skip


def data_set(uid: str, pixels: bytes = b"\0" * 64, **values: str) -> bytes:
    """A CT image in Explicit VR Little Endian; `values` by tag (`t00100010`), the UIDs above from its own, empty ones left out."""
    series, study = uid.rpartition(".")[0], uid.rpartition(".")[0].rpartition(".")[0]
    whole = {"00080016": CT, "00080018": uid, "00100020": f"P{study}", "0020000D": study, "0020000E": series, "00080060": "CT"}
    whole |= {tag.removeprefix("t"): text for tag, text in values.items()}
    parts = []
    for tag, text in sorted(whole.items()):
        raw = text.encode()
        raw += (b"\0" if _VRS[tag] == "UI" else b" ") * (len(raw) % 2)
        if text:
            head = int(tag[:4], 16).to_bytes(2, "little") + int(tag[4:], 16).to_bytes(2, "little") + _VRS[tag].encode()
            parts.append(head + len(raw).to_bytes(2, "little") + raw)
    pixel_head = b"\xe0\x7f\x10\x00OW\0\0" + len(pixels).to_bytes(4, "little")
    return b"".join(parts) + pixel_head + pixels


def file(uid: str, pixels: bytes = b"\0" * 64, *, syntax: str = EXPLICIT, **values: str) -> bytes:
    """The same as a DICOM file."""
    return part10.header(sop_class_uid=CT, sop_instance_uid=uid, transfer_syntax=syntax) + data_set(uid, pixels, **values)


def multipart(*parts: bytes | tuple[str, bytes]) -> bytes:
    """A body of parts: bare ones are DICOM files, others have their headers before them."""
    body = b""
    for part in parts:
        headers, content = part if isinstance(part, tuple) else ("Content-Type: application/dicom", part)
        body += b"\r\n--b\r\n" + headers.replace("\n", "\r\n").encode() + b"\r\n\r\n" + content
    return body + b"\r\n--b--\r\n"


@dataclass
class Service:
    """The service, its archive, and a client before it."""

    archive: Archive
    house: WebHouse
    client: TestClient

    def store(self, *files: bytes | tuple[str, bytes], path: str = "/studies", content_type: str = DICOM_PARTS) -> Any:
        return self.client.post(f"/dicom-web{path}", content=multipart(*files), headers={"Content-Type": content_type})

    def stored_uids(self) -> list[str]:
        """The SOP Instance UIDs in the archive, sorted."""
        answer = self.client.get("/dicom-web/instances")
        return sorted(item["00080018"]["Value"][0] for item in answer.json()) if answer.status_code == 200 else []

    def content(self, uid: str) -> bytes:
        """The data set that is kept of an instance."""
        kept = self.house.catalogue.instance(uid)
        assert kept is not None
        with self.archive.open(kept.blob) as blob:
            return blob.read(blob.dataset_offset, blob.byte_count)


Rooms = Callable[[WebHouse], Sequence[BaseRoute]]


@contextmanager
def serving(folder: Path, rooms: Rooms, *, intake: Intake | None = None, **words: Any) -> Iterator[Service]:
    """The routes of some rooms over an archive in `folder`; `words` change the house."""
    with Archive(folder) as archive:
        reader = IndexReader(archive.index)
        house = WebHouse(
            catalogue=IndexCatalogue(reader, archive),
            blobs=archive,
            intake=intake or archive,
            pictures=cast(Pictures, None),
            metadata=cast(SeriesMetadata, None),
            clock=SystemClock(),
            **words,
        )
        app = Starlette(routes=[Mount("/dicom-web", routes=list(rooms(house)))], exception_handlers=EXPLAINED)
        try:
            with TestClient(app, base_url="http://127.0.0.1:8114", raise_server_exceptions=False) as client:
                yield Service(archive, house, client)
        finally:
            reader.close()


def refused(answer: Any) -> list[Mapping[str, Any]]:
    """The items of a store response that tell of refusals."""
    module: Mapping[str, Any] = json.loads(answer.content)
    return [*module.get("00081198", {}).get("Value", []), *module.get("0008119A", {}).get("Value", [])]


def reasons(answer: Any) -> list[tuple[str, int]]:
    """(SOP Instance UID, Failure Reason) of what a store request refused."""
    return [((item.get("00081155", {}).get("Value") or [""])[0], item["00081197"]["Value"][0]) for item in refused(answer)]


def comments(answer: Any) -> str:
    """What a store request says of what it refused, all in one."""
    return " ".join(item["00000902"]["Value"][0] for item in refused(answer))

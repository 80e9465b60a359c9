"""What a device sent last is found by its title, a few of each series."""

from __future__ import annotations

from isocenter.archive.archive import Archive
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.sent_lately import IndexSenders
from isocenter.base.clock import SystemClock
from isocenter.lab import phantom
from isocenter.model.records import Arrival, Stored


def keep(archive: Archive, number: int, slices: int, **arrival) -> list[str]:
    uids = []
    for one in phantom.ct_series(number, slices=slices, side_pixels=8):
        described = Arrival(one.SOPClassUID, one.SOPInstanceUID, one.file_meta.TransferSyntaxUID, SystemClock().now(), **arrival)
        reception = archive.begin(described)
        reception.write(phantom.data_set_bytes(one))
        assert isinstance(reception.finish(), Stored)
        uids.append(str(one.SOPInstanceUID))
    return uids


def test_the_latest_of_a_title_come_first_and_few_of_each_series(tmp_path):
    with Archive(tmp_path) as archive:
        first = keep(archive, 1, 6, calling_ae_title="CT-1")
        keep(archive, 2, 2, calling_ae_title="CT-2")
        second = keep(archive, 3, 2, calling_ae_title="CT-1", address="10.0.0.7")
        keep(archive, 4, 2, calling_ae_title="CT-1", source="import")
        reader = IndexReader(archive.index)
        senders = IndexSenders(reader)
        assert senders.latest_of("CT-1") == [*reversed(second), *reversed(first[2:])]
        assert senders.latest_of("CT-1", 1) == [second[-1]]
        assert senders.latest_of("nobody") == []
        reader.close()

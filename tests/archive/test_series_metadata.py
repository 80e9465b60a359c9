"""The attributes of series: as the index has them now, whatever happened before, and whatever lies in the cache."""

from __future__ import annotations

import json
import random
import threading
import zlib
from collections.abc import Sequence

import pytest

from isocenter.archive import series_metadata as room
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_reader import IndexReader
from isocenter.base.errors import Exhausted, LocalError, UnreadableDataset
from isocenter.base.limits import METADATA_CHUNK_INSTANCES
from isocenter.dicomweb import json_model
from isocenter.model.attributes import Level
from isocenter.model.records import Instance

HERE, THERE = "http://127.0.0.1:8114/dicom-web", "http://localhost:8114/dicom-web"
STUDY, SERIES = "1.2.3", "1.2.3.1"


class Reading:
    """The attributes of stored files, read on the spot; `asked` is for whom."""

    def __init__(self, archive) -> None:
        self._archive = archive
        self.asked: list[str] = []
        self.broken: dict[str, Exception] = {}

    def metadata(self, instances: Sequence[Instance], bulk_data_uri: str) -> list[bytes]:
        self.asked += [instance.sop_instance_uid for instance in instances]
        found = []
        for instance in instances:
            if instance.sop_instance_uid in self.broken:
                raise self.broken[instance.sop_instance_uid]
            uri = json_model.bulk_data_uri(
                bulk_data_uri, instance.study_instance_uid, instance.series_instance_uid, instance.sop_instance_uid
            )
            with self._archive.open(instance.blob) as opened:
                data = opened.read(opened.dataset_offset, opened.byte_count)
            found.append(json_model.metadata(data, instance.transfer_syntax, uri))
        return found


class Kept:
    """A cache over an archive of the test."""

    def __init__(self, archive, tmp_path, instance, arrival) -> None:
        self.archive = archive
        self.reader = IndexReader(archive.index)
        self.pictures = Reading(archive)
        self.folder = tmp_path / "cache" / "metadata"
        self.room = room.KeptMetadata(self.reader, IndexCatalogue(self.reader, archive), self.pictures, self.folder)
        self._instance, self._arrival = instance, arrival

    def store(self, number: int, **values: str) -> None:
        uid = f"{SERIES}.{number}"
        reception = self.archive.begin(self._arrival(uid))
        reception.write(self._instance(uid, InstanceNumber=str(number), **values))
        reception.finish()

    def text(self, base_url: str = HERE, *, packed: bool = False) -> bytes:
        run = self.room.series(STUDY, SERIES, base_url, packed=packed)
        if run is None:
            return b""
        text = b"".join(run.pieces)
        if packed:
            text = zlib.decompressobj(-zlib.MAX_WBITS).decompress(text)
        assert (run.byte_count, run.checksum) == (len(text), zlib.crc32(text))
        return text

    def told(self, base_url: str = HERE) -> list[dict]:
        text = self.text(base_url)
        assert self.text(base_url, packed=True) == text
        return json.loads(b"[%s]" % text)

    def numbers(self) -> list[int]:
        return [one["00200013"]["Value"][0] for one in self.told()]

    def files(self) -> list:
        return sorted(path for path in self.folder.glob("*/*"))


@pytest.fixture
def kept(archive, tmp_path, instance, arrival):
    made = Kept(archive, tmp_path, instance, arrival)
    yield made
    made.reader.close()


def test_a_series_is_told_in_its_order_and_read_only_once(kept):
    for number in (3, 1, 2):
        kept.store(number)
    assert kept.numbers() == [1, 2, 3]
    assert kept.numbers() == [1, 2, 3]
    assert len(kept.pictures.asked) == 3
    link = kept.told()[0]["7FE00010"]["BulkDataURI"]
    assert link == f"{HERE}/studies/{STUDY}/series/{SERIES}/instances/{SERIES}.1/bulkdata/7FE00010"


def test_what_is_not_there_is_none_and_leaves_no_trace(kept):
    kept.store(1)
    assert kept.room.series(STUDY, "9.9", HERE, packed=True) is None
    assert kept.room.series("9.9", SERIES, HERE, packed=False) is None
    assert kept.files() == []


def test_a_series_that_grows_costs_what_is_new_of_it(kept):
    kept.store(1)
    kept.store(3)
    assert kept.numbers() == [1, 3]
    before = kept.room.series(STUDY, SERIES, HERE, packed=True).version
    kept.pictures.asked.clear()
    kept.store(2)
    assert kept.numbers() == [1, 2, 3]
    assert kept.pictures.asked == [f"{SERIES}.2"]
    assert kept.room.series(STUDY, SERIES, HERE, packed=True).version != before


def test_a_series_of_many_chunks_is_the_same_however_it_came_to_be(kept):
    count = 2 * METADATA_CHUNK_INSTANCES + 3
    for number in range(1, count, 2):
        kept.store(number)
    half = kept.numbers()
    for number in range(2, count + 1, 2):
        kept.store(number)
    kept.store(count)
    assert half == list(range(1, count, 2))
    grown = kept.text()
    assert kept.numbers() == list(range(1, count + 1))
    kept.room.forget_everything()
    assert kept.text() == grown
    assert len(kept.pictures.asked) == 2 * count


def test_what_is_removed_is_told_no_more(kept):
    for number in (1, 2, 3):
        kept.store(number)
    assert kept.numbers() == [1, 2, 3]
    kept.archive.remove(Level.IMAGE, f"{SERIES}.2")
    assert kept.numbers() == [1, 3]
    kept.archive.remove(Level.SERIES, SERIES)
    assert kept.text() == b""
    kept.room.prepare(STUDY, SERIES, HERE, kept.pictures)
    assert kept.files() == []


def test_an_instance_that_comes_again_after_its_removal_is_read_again(kept):
    kept.store(1, PatientID="before")
    assert kept.told()[0]["00100020"]["Value"] == ["before"]
    kept.archive.remove(Level.IMAGE, f"{SERIES}.1")
    kept.store(1, PatientID="after")
    assert kept.told()[0]["00100020"]["Value"] == ["after"]


def test_links_begin_with_the_address_that_was_asked_for_and_nothing_is_read_again_for_it(kept):
    kept.store(1, StudyDescription=f'"BulkDataURI":"{HERE}/studies/')
    assert kept.told(HERE)[0]["7FE00010"]["BulkDataURI"].startswith(f"{HERE}/studies/")
    there = kept.told(THERE)[0]
    assert there["7FE00010"]["BulkDataURI"].startswith(f"{THERE}/studies/")
    assert there["00081030"]["Value"] == [f'"BulkDataURI":"{HERE}/studies/']
    assert len(kept.pictures.asked) == 1
    assert len(kept.files()) == 2


def test_a_cache_that_is_damaged_anywhere_is_made_anew(kept):
    for number in (1, 2):
        kept.store(number)
    right = kept.text()
    (path,) = kept.files()
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        assert kept.text() == right
        path.write_bytes(whole[:place])
        assert kept.text(packed=True) == right


def test_a_cache_of_another_state_of_the_archive_is_not_believed(kept):
    kept.store(1)
    kept.text()
    (path,) = kept.files()
    old = path.read_bytes()
    kept.store(2)
    assert kept.numbers() == [1, 2]
    path.write_bytes(old)
    assert kept.numbers() == [1, 2]


def test_a_cache_of_another_writer_is_not_believed_and_nothing_of_it_taken_over(kept, monkeypatch):
    kept.store(1)
    kept.text()
    monkeypatch.setattr(room, "_WRITER", "another")
    kept.text()
    assert len(kept.pictures.asked) == 2


def test_a_cache_that_cannot_be_written_costs_only_time(kept, caplog):
    kept.folder.parent.mkdir()
    kept.folder.write_text("in the way")
    kept.store(1)
    assert kept.numbers() == [1]
    assert kept.numbers() == [1]
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_nothing_is_written_where_the_volume_takes_nothing(kept):
    kept.room._refusal = lambda: "12 MiB free"
    kept.store(1)
    assert kept.numbers() == [1]
    assert kept.files() == []


def test_large_instances_are_worked_out_one_by_one(kept, monkeypatch):
    monkeypatch.setattr(room, "METADATA_CHUNK_BYTES", 1)
    for number in range(1, 5):
        kept.store(number)
    run = kept.room.series(STUDY, SERIES, HERE, packed=True)
    assert len(list(run.pieces)) == 4
    assert kept.numbers() == [1, 2, 3, 4]


@pytest.mark.parametrize("error", [UnreadableDataset("cut off", offset=7), LocalError("cannot be done")])
def test_a_broken_instance_is_told_by_what_the_index_knows_of_it(kept, error):
    for number in (1, 2, 3):
        kept.store(number)
    kept.pictures.broken = {f"{SERIES}.2": error}
    first, second, third = kept.told()
    assert first.keys() == third.keys()
    assert "7FE00010" in first
    assert second["00080018"]["Value"] == [f"{SERIES}.2"]
    assert second["0020000D"]["Value"] == [STUDY]
    assert second["0020000E"]["Value"] == [SERIES]
    assert second["00200013"]["Value"] == [2]
    assert "7FE00010" not in second


def test_an_instance_that_goes_meanwhile_is_left_out(kept):
    for number in (1, 2):
        kept.store(number)
    kept.pictures.broken = {f"{SERIES}.1": FileNotFoundError()}
    assert kept.numbers() == [2]
    kept.pictures.broken = {}
    assert kept.numbers() == [1, 2]


def test_work_that_took_too_much_is_no_series_with_holes(kept):
    kept.store(1)
    kept.pictures.broken = {f"{SERIES}.1": Exhausted("took more than 30 seconds")}
    with pytest.raises(Exhausted):
        kept.text()
    assert kept.files() == []


def test_many_who_ask_at_once_wait_for_one_reading(kept):
    for number in range(1, 6):
        kept.store(number)
    texts: list[bytes] = []
    threads = [threading.Thread(target=lambda: texts.append(kept.text())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(texts)) == 1
    assert len(texts) == 8
    assert len(kept.pictures.asked) == 5


def test_after_any_history_exactly_what_the_index_has_is_told(kept):
    chance = random.Random(5)
    there: set[int] = set()
    for _ in range(80):
        number = chance.randint(1, 12)
        if number in there and chance.random() < 0.5:
            kept.archive.remove(Level.IMAGE, f"{SERIES}.{number}")
            there.discard(number)
        else:
            kept.store(number, PatientName=f"Doe^{number}")
            there.add(number)
        act = chance.random()
        if act < 0.1:
            kept.room.forget(STUDY, SERIES)
        elif act < 0.2:
            for path in kept.files():
                path.write_bytes(path.read_bytes()[: chance.randint(0, 500)])
        elif act < 0.7:
            base_url = chance.choice([HERE, THERE])
            told = kept.told(base_url)
            assert [one["00200013"]["Value"][0] for one in told] == sorted(there)
            assert [one["00100010"]["Value"][0]["Alphabetic"] for one in told] == [f"Doe^{one}" for one in sorted(there)]
            assert all(one["7FE00010"]["BulkDataURI"].startswith(base_url) for one in told)

"""Files of a DICOMweb answer on their way into an intake: in runs of any size, whole or not at all."""

from __future__ import annotations

import pytest

from isocenter.base.clock import SystemClock
from isocenter.base.errors import LinkLost, LocalError
from isocenter.jobs.questions import At, Question, RootName
from isocenter.jobs.searching import Call
from isocenter.jobs.web_taking import Filing, addresses
from isocenter.lab import phantom
from isocenter.model.records import Duplicate, Node, Unreadable

PACS = Node("pacs", "PACS", "10.0.0.9", dicomweb_url="http://pacs/dicom-web")
IMAGES = list(phantom.ct_series(1, slices=3, side_pixels=16))
FILES = [phantom.file_bytes(image) for image in IMAGES]


class Intake:
    """What arrived, what of it was kept, and how often something was given up."""

    def __init__(self) -> None:
        self.arrivals = []
        self.kept = []
        self.given_up = 0

    def begin(self, arrival):
        self.arrivals.append(arrival)
        self._bytes = bytearray()
        return self

    def write(self, view):
        self._bytes += view

    def finish(self):
        self.kept.append(bytes(self._bytes))
        return Duplicate(self.arrivals[-1].sop_instance_uid)

    def abandon(self):
        self.given_up += 1


class Answer:
    """A body in runs of one size; it may break off at its end."""

    def __init__(
        self, body: bytes, size: int, content_type: str = 'multipart/related; type="application/dicom"; boundary=xx'
    ) -> None:
        self.content_type = content_type
        self._body, self._size = body, size
        self.breaks = False

    def runs(self):
        for start in range(0, len(self._body), self._size):
            yield self._body[start : start + self._size]
        if self.breaks:
            raise LinkLost("it hung up")


def body(*files: bytes) -> bytes:
    parts = b"".join(b"--xx\r\nContent-Type: application/dicom\r\n\r\n" + one + b"\r\n" for one in files)
    return parts + b"--xx--\r\n"


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
def test_every_part_is_stored_bit_for_bit_however_it_comes(size):
    intake = Intake()
    results = list(Filing(intake, SystemClock(), PACS).results(Answer(body(*FILES), size)))
    assert intake.kept == [phantom.data_set_bytes(image) for image in IMAGES]
    assert [uid for uid, _, _ in results] == [str(image.SOPInstanceUID) for image in IMAGES]
    assert [count for _, count, _ in results] == [len(one) for one in FILES]
    first = intake.arrivals[0]
    assert (first.calling_ae_title, first.address, first.source) == ("PACS", "10.0.0.9", "wado")
    assert intake.given_up == 0


def test_a_part_that_is_no_file_is_refused_and_the_others_are_kept():
    intake = Intake()
    strange = FILES[0].replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.99999.1.2.1\0")
    results = list(Filing(intake, SystemClock(), PACS).results(Answer(body(b"no file", strange, FILES[1]), 100)))
    assert [type(result) for _, _, result in results] == [Unreadable, Unreadable, Duplicate]
    assert "transfer syntax" in results[1][2].reason
    assert len(intake.kept) == 1


def test_a_part_that_breaks_off_leaves_no_trace():
    intake = Intake()
    answer = Answer(body(FILES[0], FILES[1])[: len(FILES[0]) + 1200], 50)
    answer.breaks = True
    with pytest.raises(LinkLost):
        list(Filing(intake, SystemClock(), PACS).results(answer))
    assert len(intake.kept) == 1


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"<html>", "text/html"), (body(FILES[0])[:-10], None), (b"", None), (b"--xx\r\nnonsense\r\n\r\n", None)],
)
def test_an_answer_that_is_none_is_an_error_with_the_name_of_the_node(content, content_type):
    answer = Answer(content, 100, content_type) if content_type else Answer(content, 100)
    with pytest.raises(LocalError, match="pacs answers with what cannot be read"):
        list(Filing(Intake(), SystemClock(), PACS).results(answer))


def test_where_the_unique_keys_are_known_nothing_is_searched_for():
    call = Call(PACS, "HERE")
    series = {0x0020000D: "1.2", 0x0020000E: "1.3"}
    asked = [
        Question(At.STUDY, RootName.STUDY, {0x0020000D: "1.2\\1.4"}),
        Question(At.SERIES, RootName.STUDY, series),
        Question(At.IMAGE, RootName.STUDY, {**series, 0x00080018: "1.5\\../6"}),
    ]
    assert list(addresses(call, asked)) == [
        "http://pacs/dicom-web/studies/1.2",
        "http://pacs/dicom-web/studies/1.4",
        "http://pacs/dicom-web/studies/1.2/series/1.3",
        "http://pacs/dicom-web/studies/1.2/series/1.3/instances/1.5",
        "http://pacs/dicom-web/studies/1.2/series/1.3/instances/..%2F6",
    ]

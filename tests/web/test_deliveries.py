import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.dicom_web import multipart

from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.responses import FailedItem, StoredItem
from isocenter.web.deliveries import Files, OneFile


class Noted:
    """Stands for an instance on its way in; the archive takes those that are not empty."""

    def __init__(self, into: list) -> None:
        self.content = b""
        self.abandoned = False
        into.append(self)

    @property
    def has_begun(self):
        return bool(self.content)

    def write(self, view):
        self.content += view

    def finish(self):
        return StoredItem("", self.content.hex(), "")

    def abandon(self):
        self.abandoned = True


def outcomes(delivery, *runs) -> list:
    complete = [one for run in runs for one in delivery.feed(run)]
    return [one() if callable(one) else one for one in [*complete, *delivery.close()]]


contents = st.lists(st.binary(max_size=30), min_size=1, max_size=5)


@given(contents, st.lists(st.integers(0, 400), max_size=6))
def test_each_part_is_an_instance_however_the_body_is_cut(parts, places):
    body = multipart(*parts)
    ends = [*sorted(place % (len(body) + 1) for place in places), len(body)]
    runs = [body[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    arrived: list[Noted] = []
    found = outcomes(Files(b"b", lambda: Noted(arrived)), *runs)
    assert [one.content for one in arrived] == parts
    assert [one.sop_instance_uid for one in found] == [part.hex() for part in parts]


def test_a_part_of_another_type_is_refused_and_the_others_are_taken():
    arrived: list[Noted] = []
    other = ("Content-Type: image/png", b"png")
    packed = ("Content-Type: application/dicom\nContent-Transfer-Encoding: base64", b"AAAA")
    bare = ("Content-Location: x", b"two")
    found = outcomes(Files(b"b", lambda: Noted(arrived)), multipart(b"one", other, packed, bare))
    assert [one.content for one in arrived] == [b"one", b"two"]
    assert [type(one) for one in found] == [StoredItem, FailedItem, FailedItem, StoredItem]
    assert '"image/png"' in found[1].text
    assert '"base64"' in found[2].text


def test_only_what_the_archive_takes_is_an_errand():
    parts = multipart(b"one", b"", ("Content-Type: image/png", b"png"))
    assert [callable(one) for one in Files(b"b", lambda: Noted([])).feed(parts)] == [True, False, False]


def test_what_is_not_complete_is_abandoned():
    arrived: list[Noted] = []
    delivery = Files(b"b", lambda: Noted(arrived))
    assert len(list(delivery.feed(multipart(b"one", b"two" * 9)[:-20]))) == 1
    with pytest.raises(Problem, match="before its last boundary"):
        list(delivery.close())
    delivery.abandon()
    assert [one.abandoned for one in arrived] == [False, True]


@given(contents)
def test_a_body_that_is_one_file_is_one_instance(runs):
    arrived: list[Noted] = []
    (outcome,) = outcomes(OneFile(lambda: Noted(arrived)), *runs)
    assert outcome.sop_instance_uid == b"".join(runs).hex()
    assert len(arrived) == 1


def test_one_file_that_stops_is_abandoned():
    arrived: list[Noted] = []
    delivery = OneFile(lambda: Noted(arrived))
    assert list(delivery.feed(b"one")) == []
    delivery.abandon()
    assert arrived[0].abandoned

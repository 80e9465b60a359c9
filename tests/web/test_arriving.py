import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.dicom_web import CT, EXPLICIT, data_set, file

from isocenter.base.clock import FixedClock
from isocenter.dataset.skim import Skim
from isocenter.dicomweb.responses import FailedItem, StoredItem
from isocenter.model.records import Arrival, Conflict, Duplicate, Full, Instance, Stored, Unreadable
from isocenter.web.arriving import Admission, Arriving

UID = "1.2.3.4.5"


class Shelf:
    """An intake that remembers what it was given, and answers as it is told to."""

    def __init__(self, result=None):
        self.result = result
        self.arrivals: list[Arrival] = []
        self.content = b""
        self.finished = self.abandoned = False

    def begin(self, arrival):
        self.arrivals.append(arrival)
        return self

    def write(self, view):
        self.content += view

    def finish(self):
        self.finished = True
        return self.result or Stored(instance())

    def abandon(self):
        self.abandoned = True


def instance() -> Instance:
    return Instance(CT, UID, "1.2.3.4", "1.2.3", EXPLICIT, "1", 1, "", FixedClock().now())


def arrive(shelf, content, *, study="", pieces=None, **admission):
    arriving = Arriving(shelf, lambda _: instance(), FixedClock(), Admission(study=study, **admission))
    for piece in pieces or [content]:
        arriving.write(piece)
    return arriving.finish()


def cut(content: bytes, places: list[int]) -> list[bytes]:
    ends = [*sorted(place % (len(content) + 1) for place in places), len(content)]
    return [content[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def test_a_file_reaches_the_intake_without_its_header():
    shelf = Shelf()
    outcome = arrive(shelf, file(UID), address="10.0.0.1", sender="curl/8")
    assert outcome == StoredItem(CT, UID, f"/studies/1.2.3/series/1.2.3.4/instances/{UID}")
    assert shelf.content == data_set(UID)
    (arrival,) = shelf.arrivals
    assert (arrival.sop_class_uid, arrival.sop_instance_uid, arrival.transfer_syntax) == (CT, UID, EXPLICIT)
    assert (arrival.source, arrival.address, arrival.implementation_version_name) == ("stow", "10.0.0.1", "curl/8")


@given(st.lists(st.integers(0, 2000), max_size=8), st.sampled_from(["", "1.2.3"]))
def test_it_does_not_matter_in_which_pieces_it_comes(places, study):
    shelf = Shelf()
    assert isinstance(arrive(shelf, b"", study=study, pieces=cut(file(UID), places)), StoredItem)
    assert shelf.content == data_set(UID)


def test_byte_by_byte_it_is_the_same():
    shelf = Shelf()
    content = file(UID)
    arrive(shelf, b"", pieces=[content[place : place + 1] for place in range(len(content))])
    assert shelf.content == data_set(UID)


@given(st.integers(0, len(file(UID)) - 1))
def test_a_file_cut_anywhere_before_its_instance_is_known_is_refused_and_nothing_of_it_stays(end):
    shelf = Shelf()
    outcome = arrive(shelf, file(UID)[:end])
    assert shelf.finished is bool(shelf.arrivals)
    if not shelf.arrivals:
        assert isinstance(outcome, FailedItem)
        assert outcome.reason in (0xC000, 0xC002)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_reach_the_intake(content):
    shelf = Shelf()
    outcome = arrive(shelf, content)
    assert isinstance(outcome, StoredItem) is bool(shelf.arrivals)


def test_what_the_data_set_says_counts_and_not_its_header():
    shelf = Shelf()
    other = file(UID)[: -len(data_set(UID))].replace(UID.encode(), b"9.9.9.9.9") + data_set(UID)
    arrive(shelf, other)
    assert shelf.arrivals[0].sop_instance_uid == UID


def test_without_any_uid_it_cannot_be_filed():
    bare = file(UID, t00080016="", t00080018="").replace(UID.encode() + b"\0", b"\0" * 6).replace(CT.encode(), b"\0" * len(CT))
    outcome = arrive(Shelf(), bare)
    assert isinstance(outcome, FailedItem)
    assert outcome.reason == 0xC002


def test_a_data_set_of_another_study_is_never_finished():
    shelf = Shelf()
    outcome = arrive(shelf, file(UID), study="1.2.4")
    assert outcome == FailedItem(0xA900, "its Study Instance UID is not the one of the path", CT, UID)
    assert (shelf.finished, shelf.abandoned) == (False, True)


def test_the_study_is_looked_for_behind_what_is_long():
    shelf = Shelf()
    start, rest = data_set(UID)[:100], data_set(UID)[100:]
    head = file(UID)[: -len(data_set(UID))]
    assert Skim(EXPLICIT, {0x0020000D}).feed(data_set(UID))
    pieces = [head + start, *[rest[place : place + 7] for place in range(0, len(rest), 7)]]
    assert isinstance(arrive(shelf, b"", study="1.2.4", pieces=pieces), FailedItem)
    assert shelf.abandoned


@pytest.mark.parametrize("syntax", ["1.2.3.4", "../../etc", "1.2.840.10008.1.2.7.1"])
def test_a_transfer_syntax_that_is_not_stored_here_is_refused(syntax):
    shelf = Shelf()
    outcome = arrive(shelf, file(UID, syntax=syntax))
    assert isinstance(outcome, FailedItem)
    assert outcome.reason == 0xC122
    assert not shelf.arrivals


@pytest.mark.parametrize(("unknown", "kept"), [(True, True), (False, False)])
def test_a_private_class_is_taken_where_the_setting_says_so(unknown, kept):
    private = "1.3.12.2.1107.5.9.1"
    outcome = arrive(Shelf(), file(UID, t00080016=private), unknown_classes=unknown)
    assert isinstance(outcome, StoredItem) is kept
    if not kept:
        assert isinstance(outcome, FailedItem)
        assert outcome.reason == 0x0122


def test_what_is_no_storage_class_is_refused():
    outcome = arrive(Shelf(), file(UID, t00080016="1.2.840.10008.1.1"))
    assert isinstance(outcome, FailedItem)
    assert outcome.reason == 0x0122


def test_what_the_archive_says_is_told():
    assert arrive(Shelf(Full("no space")), file(UID)) == FailedItem(0xA700, "no space", CT, UID)
    assert arrive(Shelf(Unreadable("no UID", ("SeriesInstanceUID",))), file(UID)) == FailedItem(0xC002, "no UID", CT, UID)
    assert arrive(Shelf(Duplicate(UID)), file(UID)) == StoredItem(CT, UID, f"/studies/1.2.3/series/1.2.3.4/instances/{UID}")


def test_of_a_conflict_the_names_are_told_and_never_the_kept_values():
    outcome = arrive(Shelf(Conflict(UID, 1, (("PatientName", "SECRET^NAME", "Doe^J"),))), file(UID))
    assert isinstance(outcome, StoredItem)
    assert (outcome.warning, outcome.path) == (0xB000, "")
    assert "PatientName" in outcome.text
    assert "SECRET" not in outcome.text


def test_what_is_abandoned_is_abandoned_once():
    shelf = Shelf()
    arriving = Arriving(shelf, lambda _: None, FixedClock(), Admission())
    arriving.write(file(UID))
    arriving.abandon()
    shelf.abandoned = False
    arriving.abandon()
    assert not shelf.abandoned
    assert not shelf.finished

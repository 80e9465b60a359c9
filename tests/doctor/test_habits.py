"""Products of one toolkit, told apart by their answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doctor.doors import accepting, closing, door, visit_at

from isocenter.doctor.habits import TELLING, ask_for_them, order_of, recognise
from isocenter.standard.sop_class import MODALITY_WORKLIST_FIND, PATIENT_STUDY_ONLY_FIND


@given(st.lists(st.integers(min_value=0, max_value=127), unique=True, max_size=12), st.data())
def test_an_order_is_told_for_any_answer(ids, data):
    results = {number: data.draw(st.sampled_from((0, 3, 4))) for number in ids}
    assert order_of(ids, results) in ("", "as asked", "accepted first")


@pytest.mark.parametrize(
    ("ids", "results", "order"),
    [
        ([1, 3, 5], {1: 0, 3: 3, 5: 0}, "as asked"),
        ([1, 5, 3], {1: 0, 3: 3, 5: 0}, "accepted first"),
        ([1, 3, 5], {1: 0, 3: 0, 5: 3}, ""),
        ([1, 3], {1: 0, 3: 0}, ""),
        ([5, 3, 1], {1: 0, 3: 3, 5: 0}, ""),
    ],
)
def test_the_order_tells_only_where_the_two_habits_differ(ids, results, order):
    assert order_of(ids, results) == order


def test_a_toolkit_becomes_a_product_where_one_alone_answers_so():
    visit = visit_at(104)
    visit.product = "DCMTK 3.6.7"
    assert recognise(visit, dict(zip(TELLING, (0, 0, 0, 3, 3), strict=True)), "as asked")
    assert visit.product == "Orthanc"


def test_nothing_is_guessed_without_a_toolkit_or_from_what_nobody_answers():
    visit = visit_at(104)
    assert not recognise(visit, {}, "")
    visit.product = "DCMTK 3.6.7"
    assert not recognise(visit, dict.fromkeys(TELLING, 2), "as asked")
    assert visit.product == "DCMTK 3.6.7"


def test_one_more_association_is_enough_to_tell():
    def as_orthanc(uid, syntax):
        return 3 if uid in (MODALITY_WORKLIST_FIND, PATIENT_STUDY_ONLY_FIND) else 0

    with door(accepting(as_orthanc)) as port:
        visit = visit_at(port)
        visit.product = "DCMTK 3.6.7"
        ask_for_them(visit, "ISOCENTRE", "ORTHANC")
    assert visit.product == "Orthanc"


def test_the_further_call_has_its_pause_and_is_not_made_after_a_stop():
    asked, pauses = [], []

    def counting(sock):
        asked.append(True)
        accepting()(sock)

    with door(counting) as port:
        ask_for_them(visit_at(port, pause=pauses.append), "A", "B")
        assert (len(asked), len(pauses)) == (1, 1)
        ask_for_them(visit_at(port, pause=pauses.append, is_stopped=lambda: True), "A", "B")
    assert (len(asked), len(pauses)) == (1, 1)


def test_who_hangs_up_stays_what_it_was():
    with door(closing) as port:
        visit = visit_at(port)
        visit.product = "DCMTK 3.6.7"
        ask_for_them(visit, "A", "B")
    assert visit.product == "DCMTK 3.6.7"

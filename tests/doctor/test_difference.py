"""Two checkups of one device: what changed is said in a sentence, what was not seen is not said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.doctor.reports import LAYERS, fine, refused, report, sample

from isocenter.doctor.difference import between, difference
from isocenter.model.checkup import Attempt, Layer, Outcome, Step
from isocenter.standard.sop_class import CT_IMAGE
from isocenter.standard.transfer_syntax import JPEG_2000_LOSSLESS


def sentences(before, after) -> list[str]:
    return [change.sentence for change in between(before, after)]


def step_as(layer: Layer, **more):
    return fine(steps=tuple(replace(step, **more) if step.layer is layer else step for step in fine().steps))


def test_nothing_changed():
    found = difference(report(), report(months=6))
    assert found.changes == ()
    assert "8 layers went as before." in found.same[0]
    assert "OFFIS_DCMTK_366" in found.same[1]


def test_a_title_that_was_reset_is_told_as_that():
    (first, *_) = difference(report(), report(refused(), 6)).changes
    assert first.sentence == "The AE title was reset to its default: it is ORTHANC again, and TEACHING is refused."
    assert (first.before, first.after, first.tone) == ("TEACHING", "ORTHANC", "bad")


def test_a_title_that_became_another_one_is_not_called_a_reset():
    assert "It answers to TEACH2 now, and refuses TEACHING." in sentences(fine(), refused("TEACH2"))


def test_the_accepted_spelling_is_enough_without_a_verdict_that_names_it():
    after = replace(refused(), verdict=replace(refused().verdict, known_as="", called=""))
    assert "The AE title was reset to its default: it is ORTHANC again, and TEACHING is refused." in sentences(fine(), after)


def test_a_device_that_knows_us_by_another_title_is_told():
    assert "It knows us as ISOCENTRE now, and not as ISOCENTER." in sentences(fine(), refused("ISOCENTRE", "ISOCENTER"))


def test_a_device_that_begins_to_compare_its_title_is_told():
    tried = (Attempt("ISOCENTER", "NONSENSE", "accepted", True),)
    before, after = fine(attempts=tried), fine(attempts=(replace(tried[0], is_accepted=False),))
    assert sentences(before, after) == ["It compares the title that it is called by now."]
    assert sentences(after, before) == ["It takes any called title now."]
    assert sentences(fine(), after) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"ae_title": "OTHER"}, "Its AE title is entered here as OTHER now."),
        ({"host": "10.0.0.13"}, "Its address is 10.0.0.13 now."),
        ({"port": 104}, "Its port is 104 now."),
        ({"secure": True}, "TLS is on now."),
        ({"implementation_version_name": "OFFIS_DCMTK_367"}, "Its software was changed."),
        ({"implementation_class_uid": "1.2.826.0.1.3680043.9.3811.3.0.4"}, "It is another product than before."),
        ({"pdu_bytes_max": 4096}, "It takes PDUs of 4,096 bytes now."),
        ({"own_ae_title": "ISO2"}, "We call it as ISO2 now: the other side must know that title."),
        (
            {"own_address": "10.0.0.6"},
            "Our address towards it is 10.0.0.6 now: C-MOVE to us goes where the other side has us entered.",
        ),
        ({"own_port": 104}, "Our port is 104 now: the other side must know it."),
    ],
)
def test_what_changed_has_its_sentence(more, sentence):
    assert sentences(fine(), fine(**more)) == [sentence]


def test_a_port_that_went_back_to_the_default_is_told_as_that():
    assert sentences(fine(port=104), fine()) == ["Its port is 4242 now. That is its default."]


@pytest.mark.parametrize("name", ["implementation_class_uid", "own_address"])
def test_what_it_did_not_say_is_no_change(name):
    assert sentences(fine(), fine(**{name: ""})) == []
    assert sentences(fine(pdu_bytes_max=None), fine()) == []


def test_a_layer_that_was_not_reached_is_no_change():
    found = sentences(fine(), refused())
    assert not any("C-ECHO" in one or "C-FIND" in one for one in found)
    assert "AE titles: this worked and fails now." in found


def test_a_layer_that_works_again_is_good_news():
    (change,) = between(step_as(Layer.FIND, outcome=Outcome.FAILED, words="A700"), fine())
    assert (change.sentence, change.tone, change.before) == ("C-FIND: this failed and works now.", "good", "A700")


def test_a_layer_that_warns_now_is_told():
    assert sentences(fine(), step_as(Layer.ECHO, outcome=Outcome.WARNED)) == ["C-ECHO: there is something to mind now."]


def test_a_slower_device_is_told_and_the_networks_mood_is_not():
    assert sentences(fine(), step_as(Layer.FIND, milliseconds=900.0)) == ["C-FIND: this takes 600 times as long."]
    assert sentences(fine(), step_as(Layer.FIND, milliseconds=20.0)) == []
    assert sentences(step_as(Layer.FIND, milliseconds=900.0), fine()) == ["C-FIND: this is 600 times as fast."]
    assert sentences(fine(), step_as(Layer.FIND, milliseconds=None)) == []


def contexts_where(result, uid=CT_IMAGE, syntax=None):
    return tuple(
        replace(one, result=result) if one.sop_class_uid == uid and syntax in {None, one.transfer_syntax} else one
        for one in fine().contexts
    )


def test_a_syntax_that_is_refused_now_is_named():
    after = fine(contexts=contexts_where(4, syntax=JPEG_2000_LOSSLESS))
    (said,) = sentences(fine(), after)
    assert said == "It does not take CT Image Storage in JPEG 2000 Image Compression (Lossless Only) any more."
    assert sentences(after, fine()) == ["It takes CT Image Storage in JPEG 2000 Image Compression (Lossless Only) now."]


def test_a_class_that_is_refused_altogether_is_bad():
    (change,) = between(fine(), fine(contexts=contexts_where(3)))
    assert change.sentence == "It does not take CT Image Storage any more, in any transfer syntax."
    assert change.tone == "bad"


def test_what_was_not_proposed_or_not_answered_is_no_change():
    assert sentences(fine(), fine(contexts=fine().contexts[:1])) == []
    assert sentences(fine(), fine(contexts=contexts_where(None))) == []


def test_what_it_sends_otherwise_is_told():
    found = difference(report(sample=sample()), report(months=6, sample=sample(Station_name=("CT3",), Serial_number=("77",))))
    assert {change.sentence for change in found.changes} == {
        "It calls its station CT3 now.",
        "Its images come from another machine: serial number 77.",
    }


def test_a_clock_that_went_wrong_is_told_and_one_that_was_set_right():
    wrong = replace(sample(), skew_seconds=4000.0)
    assert [one.sentence for one in difference(report(sample=sample()), report(sample=wrong)).changes] == [
        "Its clock was right, and is not any more."
    ]
    assert [one.sentence for one in difference(report(sample=wrong), report(sample=sample())).changes] == [
        "Its clock is right again."
    ]
    assert difference(report(sample=sample()), report()).changes == ()


def test_the_worst_comes_first():
    tones = [change.tone for change in difference(report(), report(refused(pdu_bytes_max=1, own_port=7), 6)).changes]
    assert tones == sorted(tones, key=["bad", "warn", "good", "quiet"].index)
    assert len(set(tones)) >= 3


def test_what_was_left_behind_is_no_difference():
    layers = (*fine().steps, Step(Layer.CLEAN_UP, Outcome.WARNED, "a test object stays"))
    clean = (*fine().steps, Step(Layer.CLEAN_UP, Outcome.PASSED))
    assert sentences(fine(steps=layers), fine(steps=clean)) == []


def test_a_step_of_another_role_is_no_change():
    printer = replace(fine(), steps=(*fine().steps, Step(Layer.PRINTER, Outcome.FAILED)))
    assert sentences(fine(), printer) == []
    assert Layer.PRINTER not in LAYERS

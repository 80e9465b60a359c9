"""Segments and frames of a segmentation, whatever its groups leave out."""

from __future__ import annotations

import pytest

from isocenter.base.limits import SEGMENTATION_FRAMES_MAX
from isocenter.documents import segmentation
from isocenter.documents.elements import data_set


def test_what_is_shared_holds_for_every_frame_that_does_not_say_otherwise():
    shared = data_set(
        PixelMeasuresSequence=[data_set(PixelSpacing=[0.5, 0.75])],
        SegmentIdentificationSequence=[data_set(ReferencedSegmentNumber=[2])],
    )
    own = data_set(SegmentIdentificationSequence=[data_set(ReferencedSegmentNumber=[1])])
    read = segmentation.read(
        data_set(SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=[own, data_set()], NumberOfFrames=2)
    )
    assert [(one.frame, one.segment, one.spacing) for one in read.frames] == [(1, 1, (0.5, 0.75)), (2, 2, (0.5, 0.75))]
    assert read.frames[0].position == ()


@pytest.mark.parametrize(
    ("words", "colour"),
    [([65535, 32896, 32896], (255, 255, 255)), ([0, 32896, 32896], (0, 0, 0)), ([34885, 53485, 50171], (255, 0, 0)), ([1, 2], ())],
)
def test_a_recommended_colour_is_told_in_red_green_blue(words, colour):
    [segment] = segmentation.read(
        data_set(SegmentSequence=[data_set(SegmentNumber=1, RecommendedDisplayCIELabValue=words)])
    ).segments
    assert segment.colour == pytest.approx(colour, abs=4)


def test_frames_past_the_limit_are_left_out_and_told():
    read = segmentation.read(data_set(PerFrameFunctionalGroupsSequence=[data_set()] * (SEGMENTATION_FRAMES_MAX + 1)))
    assert (len(read.frames), read.is_whole) == (SEGMENTATION_FRAMES_MAX, False)

from isocenter.imaging.attributes import Attributes
from isocenter.imaging.elements import Reader
from isocenter.imaging.functional_groups import FRAME_VOI_LUT, PIXEL_MEASURES, FrameAttributes

WINDOW_CENTER, PIXEL_SPACING, PIXEL_PRESENTATION = 0x00281050, 0x00280030, 0x00089205


def frames(content: bytes, count: int) -> list[FrameAttributes]:
    reader = Reader(memoryview(content), explicit=True, little=True)
    image = Attributes(reader, reader.elements(0, len(content)))
    return [FrameAttributes(image, index) for index in range(count)]


def test_a_frames_own_group_comes_first_then_the_shared_one_then_the_image(make_item, in_bytes) -> None:
    own = [make_item(FrameVOILUTSequence=[make_item(WindowCenter="1")]), make_item(FrameContentSequence=[])]
    shared = make_item(PixelMeasuresSequence=[make_item(PixelSpacing=[2, 3])], FrameVOILUTSequence=[make_item(WindowCenter="7")])
    content = in_bytes(
        make_item(
            WindowCenter="9",
            PixelPresentation="COLOR",
            PerFrameFunctionalGroupsSequence=own,
            SharedFunctionalGroupsSequence=[shared],
        )
    )
    found = frames(content, 3)
    assert [frame.of_macro(FRAME_VOI_LUT).text(WINDOW_CENTER) for frame in found] == ["1", "7", "7"]
    assert [frame.of_macro(PIXEL_MEASURES).decimals(PIXEL_SPACING) for frame in found] == [[2, 3]] * 3
    assert [frame.of_frame_type().text(PIXEL_PRESENTATION) for frame in found] == ["COLOR"] * 3


def test_an_image_without_functional_groups_answers_for_itself(make_item, in_bytes) -> None:
    (frame,) = frames(in_bytes(make_item(WindowCenter="9")), 1)
    assert frame.of_macro(FRAME_VOI_LUT) is frame.image
    assert frame.of_macro(FRAME_VOI_LUT).text(WINDOW_CENTER) == "9"

import io
import math
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from isocenter.base.errors import IsocenterError, LocalError, UnreadableDataset
from isocenter.imaging.render import frame_count, render
from isocenter.imaging.transcode import transcode
from isocenter.model.pictures import Rendering, Viewport, VoiFunction, Window
from isocenter.standard import transfer_syntax as uids

RAMP = np.array([[-200, -160, -159, 0], [40, 239, 240, 1000]], "<i2")
NATIVE = (
    uids.EXPLICIT_VR_LITTLE_ENDIAN,
    uids.IMPLICIT_VR_LITTLE_ENDIAN,
    uids.EXPLICIT_VR_BIG_ENDIAN,
    uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
)
CODED = (
    uids.RLE_LOSSLESS,
    uids.JPEG_LOSSLESS,
    uids.JPEG_LOSSLESS_FIRST_ORDER,
    uids.JPEG_LS_LOSSLESS,
    uids.JPEG_2000_LOSSLESS,
    uids.HTJ2K_LOSSLESS,
    uids.HTJ2K_LOSSLESS_RPCL,
    uids.JPEG_XL_LOSSLESS,
    uids.DEFLATED_IMAGE_FRAME,
    uids.ENCAPSULATED_UNCOMPRESSED,
)


def picture(content: bytes, syntax: str = uids.EXPLICIT_VR_LITTLE_ENDIAN, frame: int = 1, **wanted) -> np.ndarray:
    png = render(content, syntax, frame, Rendering("image/png", **wanted))
    return np.asarray(Image.open(io.BytesIO(png)))


@pytest.mark.parametrize(
    ("function", "levels"),
    [
        (VoiFunction.LINEAR, [0, 0, 1, 102, 128, 255, 255, 255]),
        (VoiFunction.LINEAR_EXACT, [0, 0, 1, 102, 128, 254, 255, 255]),
        (VoiFunction.SIGMOID, [21, 30, 31, 102, 128, 224, 225, 255]),
    ],
)
def test_each_window_function_gives_the_grey_levels_of_its_formula(make_image, in_bytes, function, levels) -> None:
    asked = picture(in_bytes(make_image(RAMP)), window=Window(40, 400, function))
    own = picture(in_bytes(make_image(RAMP, WindowCenter=40, WindowWidth=400, VOILUTFunction=function.value)))
    assert asked.reshape(-1).tolist() == levels
    assert own.reshape(-1).tolist() == levels


@pytest.mark.parametrize("syntax", NATIVE)
def test_every_way_to_write_a_data_set_gives_the_same_picture(make_image, in_bytes, syntax: str) -> None:
    data_set = make_image(RAMP, WindowCenter=40, WindowWidth=400, RescaleSlope="1", RescaleIntercept="-10", PixelPaddingValue=-200)
    expected = picture(in_bytes(data_set))
    content = transcode(in_bytes(data_set), uids.EXPLICIT_VR_LITTLE_ENDIAN, syntax)
    assert np.array_equal(picture(content, syntax), expected)


@pytest.mark.parametrize("syntax", CODED)
def test_every_lossless_coding_gives_the_same_picture(make_image, in_bytes, syntax: str) -> None:
    frames = np.arange(2 * 32 * 48, dtype="<u2").reshape(2, 32, 48) % 4096
    content = in_bytes(make_image(frames, BitsStored=12, WindowCenter=2048, WindowWidth=4096))
    coded = transcode(content, uids.EXPLICIT_VR_LITTLE_ENDIAN, syntax)
    assert frame_count(coded, syntax) == 2
    for frame in (1, 2):
        assert np.array_equal(picture(coded, syntax, frame), picture(content, frame=frame))


@pytest.mark.parametrize("name", ["SC_rgb_jpeg_dcmtk.dcm", "JPGExtended.dcm", "JPEGLSNearLossless_16.dcm", "JPEG2000.dcm"])
def test_every_lossy_coding_is_rendered(one_file, name: str) -> None:
    file = one_file(name)
    assert picture(file.data_set, file.syntax).std() > 1


def test_rescale_comes_before_the_window(make_image, in_bytes) -> None:
    data_set = make_image(RAMP, RescaleSlope="2", RescaleIntercept="-40", WindowCenter=40, WindowWidth=400)
    expected = np.clip(((RAMP * 2.0 - 40 - 39.5) / 399 + 0.5) * 255, 0, 255)
    assert np.array_equal(picture(in_bytes(data_set)), np.floor(expected + 0.5))


def test_a_modality_lut_comes_before_the_window(make_image, make_item, in_bytes) -> None:
    table = make_item(ModalityLUTType="US")
    table.add_new("LUTDescriptor", "SS", [4, -1, 16])
    table.add_new("LUTData", "OW", struct.pack("<4H", 0, 100, 200, 300))
    values = np.array([[-5, -1, 0, 1, 2, 9]], "<i2")
    data_set = make_image(values, ModalityLUTSequence=[table], WindowCenter=150.5, WindowWidth=301)
    assert picture(in_bytes(data_set)).tolist() == [[0, 0, 85, 170, 255, 255]]


def test_a_voi_lut_is_looked_up_at_the_modalitys_value(make_image, make_item, in_bytes) -> None:
    table = make_item()
    table.add_new("LUTDescriptor", "SS", [3, -10, 8])
    table.add_new("LUTData", "OW", struct.pack("<3H", 0, 255, 51))
    values = np.array([[0, 1, 2, 3, 4]], "<u1")
    content = in_bytes(make_image(values, RescaleSlope="1", RescaleIntercept="-11", VOILUTSequence=[table]))
    assert picture(content).tolist() == [[0, 0, 255, 51, 51]]
    assert picture(content, window=Window(-9, 4)).tolist() == [[0, 85, 170, 255, 255]]  # a window asked for wins


def test_the_first_window_that_can_be_computed_wins(make_image, in_bytes) -> None:
    expected = picture(in_bytes(make_image(RAMP, WindowCenter=40, WindowWidth=400)))
    several = make_image(RAMP, WindowCenter=[0, 40, 3], WindowWidth=[0, 400, 5])
    assert np.array_equal(picture(in_bytes(several)), expected)
    for bad in ({"WindowCenter": [40, 40], "WindowWidth": 400}, {"WindowCenter": 40, "WindowWidth": -5}, {"WindowCenter": 40}):
        full = picture(in_bytes(make_image(RAMP, **bad)))
        assert (full.min(), full.max()) == (0, 255)


@pytest.mark.parametrize(
    ("attributes", "inverted"),
    [
        ({"PhotometricInterpretation": "MONOCHROME2"}, False),
        ({"PhotometricInterpretation": "MONOCHROME1"}, True),
        ({"PhotometricInterpretation": "MONOCHROME2", "PresentationLUTShape": "IDENTITY"}, False),
        ({"PhotometricInterpretation": "MONOCHROME2", "PresentationLUTShape": "INVERSE"}, True),
        ({"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}, True),
    ],
)
def test_low_values_are_bright_where_the_image_says_so_once_or_twice(make_image, in_bytes, attributes, inverted: bool) -> None:
    data_set = make_image(np.array([[0, 51, 255]], "u1"), WindowCenter=128, WindowWidth=256, **attributes)
    assert picture(in_bytes(data_set)).tolist() == ([[255, 204, 0]] if inverted else [[0, 51, 255]])


def test_padding_is_black_and_left_out_of_the_default_window(make_image, in_bytes) -> None:
    values = np.array([[-2000, 0, 100], [-1999, 50, 100]], "<i2")
    for photometric, levels in (("MONOCHROME2", [0, 0, 255, 0, 128, 255]), ("MONOCHROME1", [0, 255, 0, 0, 127, 0])):
        data_set = make_image(values, PhotometricInterpretation=photometric, Modality="XA")
        data_set.add_new("PixelPaddingValue", "SS", -2000)
        data_set.add_new("PixelPaddingRangeLimit", "SS", -1999)
        assert picture(in_bytes(data_set)).reshape(-1).tolist() == levels


def test_padding_written_with_the_wrong_sign_is_padding_all_the_same(make_image, in_bytes) -> None:
    data_set = make_image(np.array([[-2000, 0, 100]], "<i2"))
    data_set.add_new("PixelPaddingValue", "US", 63536)
    assert picture(in_bytes(data_set)).tolist() == [[0, 0, 255]]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bits_beside_the_stored_ones_never_show(make_image, in_bytes, data) -> None:
    stored = data.draw(st.integers(1, 16))
    high = data.draw(st.integers(stored - 1, 15))
    signed = data.draw(st.booleans()) and stored > 1
    noise = data.draw(st.lists(st.integers(0, 0xFFFF), min_size=6, max_size=6))
    mask = ((1 << stored) - 1) << high + 1 - stored
    words = np.array(noise, "<u2").reshape(2, 3)
    attributes = {"BitsStored": stored, "HighBit": high, "PixelRepresentation": int(signed)}
    window = Window(0 if signed else 1 << stored - 1, 1 << stored)
    dirty = picture(in_bytes(make_image(words, **attributes)), window=window)
    clean = picture(in_bytes(make_image(words & np.uint16(mask), **attributes)), window=window)
    values = (words.astype(np.int64) & mask) >> high + 1 - stored
    values -= np.where((values >= 1 << stored - 1) & signed, 1 << stored, 0)
    expected = ((values - (window.center - 0.5)) / max(window.width - 1, 1) + 0.5) * 255
    assert np.array_equal(dirty, clean)
    assert np.array_equal(dirty, np.floor(np.clip(expected, 0, 255) + 0.5))


def test_values_that_a_lossy_codec_made_larger_than_the_bits_stored_stay_bright(files_in) -> None:
    pictures = []
    for coding in ("JPLY", "JPLL"):
        file = next(file for file in files_in(f"wg04/{coding}") if file.name == f"RG3_{coding}")
        pictures.append(picture(file.data_set, file.syntax).astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() < 30  # a value cut to its stored bits would be off by 255


def test_32_bit_values_and_floats_are_computed_one_by_one(make_image, in_bytes) -> None:
    values = np.array([[0, 1_000_000, 2_000_000]])
    for kind in ("<u4", "<i4", "<f4", "<f8"):
        assert picture(in_bytes(make_image(values.astype(kind)))).tolist() == [[0, 128, 255]]
    low = picture(in_bytes(make_image(np.array([[-(2**31), 0, 2**31 - 1]], "<i4"))))
    assert low.tolist() == [[0, 128, 255]]


def test_what_is_no_number_is_black(make_image, in_bytes) -> None:
    values = np.array([[math.nan, 1.0, math.inf, 3.0]], "<f4")
    assert picture(in_bytes(make_image(values))).tolist() == [[0, 0, 0, 255]]
    assert picture(in_bytes(make_image(np.full((1, 4), math.nan, "<f8")))).tolist() == [[0, 0, 0, 0]]


def test_one_bit_frames_begin_within_a_byte(make_image, in_bytes) -> None:
    bits = np.random.default_rng(1).integers(0, 2, (3, 5, 7), np.uint8)
    data_set = make_image(bits, BitsAllocated=1, BitsStored=1, HighBit=0, Modality="SEG")
    data_set.PixelData = np.packbits(bits.reshape(-1), bitorder="little").tobytes()
    for frame in (1, 2, 3):
        assert np.array_equal(picture(in_bytes(data_set), frame=frame), bits[frame - 1] * 255)


def test_each_frame_has_its_own_rescale_and_window(make_image, make_item, in_bytes) -> None:
    frames = np.full((3, 2, 2), 10, "<u2")
    per_frame = [
        make_item(
            PixelValueTransformationSequence=[make_item(RescaleIntercept=str(index), RescaleSlope="1", RescaleType="US")],
            FrameVOILUTSequence=[make_item(WindowCenter=11 + (index == 2), WindowWidth=5 - (index == 2))],
        )
        for index in range(3)
    ]
    content = in_bytes(make_image(frames, PerFrameFunctionalGroupsSequence=per_frame, WindowCenter=1000, WindowWidth=1))
    levels = [int(picture(content, frame=frame)[0, 0]) for frame in (1, 2, 3)]
    assert levels == [96, 159, 170]  # (10-10.5)/4+.5, (11-10.5)/4+.5, (12-11.5)/3+.5
    shared = make_image(frames, SharedFunctionalGroupsSequence=per_frame[1:2])
    assert int(picture(in_bytes(shared), frame=3)[0, 0]) == 159


def test_a_supplemental_palette_colours_the_values_from_its_first_on(make_image, make_item, in_bytes) -> None:
    values = np.array([[0, 100, 101, 102, 103, 200]], "<u2")
    kind = make_item(CTImageFrameTypeSequence=[make_item(PixelPresentation="COLOR")])
    data_set = make_image(
        values, BitsStored=8, WindowCenter=128, WindowWidth=256, SharedFunctionalGroupsSequence=[kind], Modality="CT"
    )
    for name, entries in (("Red", (255, 0, 0)), ("Green", (0, 255, 0)), ("Blue", (0, 0, 255))):
        data_set.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [3, 101, 16])
        data_set.add_new(f"{name}PaletteColorLookupTableData", "OW", struct.pack("<3H", *(entry * 257 for entry in entries)))
    expected = [[0, 0, 0], [100, 100, 100], [255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 255]]
    assert picture(in_bytes(data_set))[0].tolist() == expected
    kind.CTImageFrameTypeSequence[0].PixelPresentation = "MONOCHROME"
    assert picture(in_bytes(data_set)).tolist() == [[0, 100, 101, 102, 103, 200]]


def test_a_window_on_colour_changes_each_of_its_samples(make_image, in_bytes) -> None:
    content = in_bytes(make_image(np.array([[[0, 128, 255]]], "u1")))
    assert picture(content).tolist() == [[[0, 128, 255]]]
    assert picture(content, window=Window(128, 256)).tolist() == [[[0, 128, 255]]]
    assert picture(content, window=Window(128, 2)).tolist() == [[[0, 255, 255]]]


def test_the_same_colours_come_out_of_both_planar_configurations(one_file) -> None:
    by_pixel, by_plane = one_file("color-px.dcm"), one_file("color-pl.dcm")
    first, second = picture(by_pixel.data_set, by_pixel.syntax), picture(by_plane.data_set, by_plane.syntax)
    assert np.array_equal(first, second)
    assert first[60, 128].tolist() == [184, 16, 16]


def test_overlays_are_drawn_unless_they_are_not_wanted(one_file) -> None:
    file = one_file("examples_overlay.dcm")
    drawn, bare = picture(file.data_set, file.syntax), picture(file.data_set, file.syntax, overlays=False)
    assert int((drawn != bare).sum()) == 222
    assert (drawn[drawn != bare] == 255).all()


def test_a_viewport_keeps_the_shape_that_the_pixels_spacing_says(make_image, in_bytes) -> None:
    square = np.zeros((10, 20), "u1")
    assert picture(in_bytes(make_image(square)), viewport=Viewport(40, 40)).shape == (20, 40)
    tall = make_image(square, PixelSpacing=[2, 1])
    assert picture(in_bytes(tall), viewport=Viewport(40, 40)).shape == (40, 40)
    assert picture(in_bytes(tall)).shape == (10, 20)
    ratio = make_image(square, PixelAspectRatio=[4, 2])
    assert picture(in_bytes(ratio), viewport=Viewport(40, 40)).shape == (40, 40)


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "vlut_04.dcm", "mlut_18.dcm", "examples_overlay.dcm"])
def test_real_images_have_the_grey_levels_that_their_arithmetic_gives(one_file, read_by_pydicom, name: str) -> None:
    file = one_file(name)
    expected = {
        "CT_small.dcm": (Window(40, 400), 101.52, 3772, 1443),
        "MR_small.dcm": (None, 113.066, None, None),
        "vlut_04.dcm": (None, None, None, None),
        "mlut_18.dcm": (Window(32768, 65536), None, None, None),
        "examples_overlay.dcm": (None, None, None, None),
    }[name]
    window, mean, black, white = expected
    found = picture(file.data_set, file.syntax, window=window, overlays=False)
    assert mean is None or abs(found.mean() - mean) < 0.01
    assert black is None or (int((found == 0).sum()), int((found == 255).sum())) == (black, white)
    centre = {"CT_small.dcm": None, "MR_small.dcm": 61, "vlut_04.dcm": 122, "mlut_18.dcm": 122, "examples_overlay.dcm": None}[name]
    assert centre is None or int(found[found.shape[0] // 2, found.shape[1] // 2]) == centre


def test_frames_are_counted_as_the_attributes_say(make_image, in_bytes, one_file) -> None:
    assert frame_count(in_bytes(make_image(np.zeros((4, 2, 2), "u1"))), uids.EXPLICIT_VR_LITTLE_ENDIAN) == 4
    assert frame_count(in_bytes(make_image(np.zeros((2, 2), "<f4"))), uids.EXPLICIT_VR_LITTLE_ENDIAN) == 1
    for name, frames in (("rtplan.dcm", 0), ("image_dfl.dcm", 1), ("color3d_jpeg_baseline.dcm", 120), ("liver.dcm", 3)):
        file = one_file(name)
        assert frame_count(file.data_set, file.syntax) == frames


@pytest.mark.parametrize("frame", [0, -1, 2, 1 << 63])
def test_a_frame_that_is_not_there_is_named(make_image, in_bytes, frame: int) -> None:
    with pytest.raises(LocalError, match=f"no frame {frame}: the instance has 1"):
        picture(in_bytes(make_image(RAMP)), frame=frame)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Rendering("image/bmp"), "not written as image/bmp"),
        (Rendering("image/png", quality=0), "quality of 0"),
        (Rendering("image/png", quality=10**9), "quality of 1000000000"),
        (Rendering("image/png", window=Window(1, 0)), "cannot be computed"),
        (Rendering("image/png", window=Window(math.nan, 10)), "cannot be computed"),
        (Rendering("image/png", window=Window(0, math.inf)), "cannot be computed"),
        (Rendering("image/png", viewport=Viewport(99999, 99999)), "99999 is not between 1 and"),
        (Rendering("image/png", viewport=Viewport(0, 1)), "0 is not between 1 and"),
        (Rendering("image/png", viewport=Viewport(9, 9, 4, 0)), "not within 0 to 4"),
        (Rendering("image/png", viewport=Viewport(9, 9, -9, 0, 2)), "not within 0 to 4"),
        (Rendering("image/png", viewport=Viewport(9, 9, 0, math.nan)), "not a number"),
    ],
)
def test_what_cannot_be_done_is_said(make_image, in_bytes, wanted: Rendering, words: str) -> None:
    with pytest.raises(LocalError, match=words):
        render(in_bytes(make_image(RAMP)), uids.EXPLICIT_VR_LITTLE_ENDIAN, 1, wanted)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "palette's descriptor"),
        ({"PhotometricInterpretation": "RGB"}, "one sample per pixel of Photometric Interpretation RGB"),
        ({"HighBit": 3, "BitsStored": 12}, "12 bits stored below high bit 3"),
        ({"Rows": 3}, "frames need"),
        ({"Rows": 60000, "Columns": 60000}, "more than"),
        ({"BitsAllocated": 12}, "12 bits allocated"),
        ({"RescaleSlope": "1", "RescaleIntercept": "1", "PixelData": None}, "no pixels"),
        ({"NumberOfFrames": "99999999"}, "frames need"),
    ],
)
def test_a_data_set_that_contradicts_itself_is_refused_with_the_reason(make_image, in_bytes, attributes, words: str) -> None:
    data_set = make_image(RAMP, **{keyword: value for keyword, value in attributes.items() if value is not None})
    if attributes.get("PixelData", "") is None:
        del data_set.PixelData
    with pytest.raises((LocalError, UnreadableDataset), match=words):
        picture(in_bytes(data_set))


def test_a_frame_of_too_many_pixels_is_refused_before_it_is_decoded(make_image, in_bytes) -> None:
    data_set = make_image(np.zeros((1, 1), "u1"), Rows=30000, Columns=30000)
    with pytest.raises(LocalError, match="30000 x 30000 pixels is more than"):
        picture(in_bytes(data_set))


def test_video_is_not_rendered_and_says_so(one_file) -> None:
    data_set = one_file("SC_rgb_jpeg_dcmtk.dcm").data_set
    with pytest.raises(LocalError, match="nothing here decodes MPEG2"):
        picture(data_set, uids.MPEG2_MAIN_LEVEL)


def test_numbers_at_the_edge_of_floating_point_are_survived(make_image, in_bytes) -> None:
    for slope, intercept in (("1e308", "-1e308"), ("1e308", "1e308"), ("0", "5"), ("-1e-308", "0")):
        for window in (None, Window(0, 1e308), Window(1e308, 1), Window(-1e308, 5e-324, VoiFunction.LINEAR_EXACT)):
            found = picture(in_bytes(make_image(RAMP, RescaleSlope=slope, RescaleIntercept=intercept)), window=window)
            assert found.shape == RAMP.shape


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_data_set_is_rendered_or_refused(one_file, data) -> None:
    name = data.draw(st.sampled_from(["MR_small.dcm", "examples_overlay.dcm", "SC_rgb_rle_2frame.dcm", "emri_small_RLE.dcm"]))
    file = one_file(name)
    content = bytearray(file.data_set)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, min(len(content) - 1, 6000)))
        content[position] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(content), len(content) - 1, len(content) // 2]))
    try:
        found = picture(bytes(content[:end]), file.syntax)
    except IsocenterError:
        return
    assert found.size > 0


def test_what_a_shutter_hides_is_black_and_overlays_are_drawn_above_it(one_file, read_by_pydicom, in_bytes) -> None:
    file = one_file("examples_overlay.dcm")
    data_set = read_by_pydicom(file.data_set, file.syntax)
    data_set.ShutterShape, data_set.CenterOfCircularShutter, data_set.RadiusOfCircularShutter = "CIRCULAR", [150, 242], 60
    content = in_bytes(data_set, file.syntax)
    bare, drawn = picture(content, file.syntax, overlays=False), picture(content, file.syntax)
    assert int(bare[:80].max()) == 0
    assert int(bare[100:200, 200:280].max()) > 0
    assert int((drawn != bare).sum()) == 222


def test_a_data_set_cut_at_any_byte_is_refused_and_never_half_drawn(one_file) -> None:
    file = one_file("SC_rgb_small_odd.dcm")
    assert picture(file.data_set, file.syntax).shape == (3, 3, 3)
    for end in range(len(file.data_set)):
        with pytest.raises((LocalError, UnreadableDataset)):
            picture(file.data_set[:end], file.syntax)


def test_a_flipped_bit_anywhere_in_a_small_image_leaves_a_picture_or_a_reason(one_file) -> None:
    file = one_file("SC_rgb_small_odd.dcm")
    refused = 0
    for position in range(len(file.data_set)):
        damaged = bytearray(file.data_set)
        damaged[position] ^= 1 << position % 8
        try:
            assert picture(bytes(damaged), file.syntax).size > 0
        except IsocenterError as error:
            refused += len(str(error)) > 10
    assert refused > 100


@pytest.mark.parametrize(("relationship", "levels"), [("LOG", [0, 128, 255]), ("DISP", [0, 128, 255]), ("LIN", [255, 255, 0])])
def test_the_modality_lut_of_an_angiogram_is_for_measuring(make_image, make_item, in_bytes, relationship: str, levels) -> None:
    table = make_item(ModalityLUTType="US")
    table.add_new("LUTDescriptor", "US", [3, 0, 16])
    table.add_new("LUTData", "OW", struct.pack("<3H", 900, 900, 0))
    angiogram = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.12.1", "PixelIntensityRelationship": relationship, "Modality": "XA"}
    data_set = make_image(np.array([[0, 1, 2]], "<u2"), ModalityLUTSequence=[table], **angiogram)
    assert picture(in_bytes(data_set)).tolist() == [levels]


def test_a_window_that_is_no_number_gives_way_to_the_default(make_image, in_bytes) -> None:
    data_set = make_image(RAMP, WindowCenter=40, WindowWidth=400)
    content = in_bytes(data_set).replace(b"400.0", b"4x0.0")
    assert content != in_bytes(data_set)
    assert np.array_equal(picture(content), picture(in_bytes(make_image(RAMP))))


def test_pixels_of_two_kinds_at_once_are_refused(make_image, in_bytes) -> None:
    data_set = make_image(RAMP)
    data_set.add_new("FloatPixelData", "OF", bytes(4 * RAMP.size))
    with pytest.raises(UnreadableDataset, match=r"\(7FE0,0008\) and \(7FE0,0010\) are both there"):
        picture(in_bytes(data_set))


@pytest.mark.parametrize("attributes", [{"NumberOfFrames": 3}, {"SamplesPerPixel": 3}])
def test_floats_that_are_not_all_there_or_are_colours_are_refused(make_image, in_bytes, attributes: dict) -> None:
    with pytest.raises(UnreadableDataset, match=r"\(7FE0,0008\)"):
        picture(in_bytes(make_image(np.zeros((2, 2), "<f4"), **attributes)))


def test_a_palette_cannot_colour_more_than_16_bits(make_image, in_bytes) -> None:
    with pytest.raises(UnreadableDataset, match="cannot colour 32 bits"):
        picture(in_bytes(make_image(np.zeros((2, 2), "<u4"), PhotometricInterpretation="PALETTE COLOR")))


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_made(make_image, in_bytes) -> None:
    with pytest.raises(LocalError, match="16384 x 16384 is more than"):
        picture(in_bytes(make_image(np.zeros((2, 2), "u1"))), viewport=Viewport(16384, 16384))


def test_a_spacing_that_is_no_number_leaves_the_pixels_square(make_image, in_bytes) -> None:
    data_set = make_image(np.zeros((4, 4), "u1"), PixelSpacing=[0.5, 0.25])
    content = in_bytes(data_set).replace(b"0.5\\0.25", b"0.5\\0.x5")
    assert picture(content, viewport=Viewport(8, 8)).shape == (8, 8)

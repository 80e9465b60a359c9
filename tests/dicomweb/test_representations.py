"""In which form instances, frames and values go out: the table of the standard, and what real clients ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.dicomweb.media import accepted
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.representations import ALIASES, MEDIA_TYPES, frame_form, in_parts, instance_form, media_type_of
from isocenter.imaging.transcode import can
from isocenter.standard import transfer_syntax as uids

NATIVE = uids.EXPLICIT_VR_LITTLE_ENDIAN
MPEG4 = "1.2.840.10008.1.2.4.102"
ALL_SYNTAXES = [syntax.uid for syntax in uids.ALL]
OCTETS = "application/octet-stream"


def related(kind: str, syntax: str = "") -> str:
    return f'multipart/related; type="{kind}"' + (f"; transfer-syntax={syntax}" if syntax else "")


def frame(header, stored, *, one=True):
    form = frame_form(accepted(header), stored, can, one=one)
    assert form.as_stored == (form.transfer_syntax in (stored, "" if uids.of(stored).encapsulated else NATIVE))
    return form.multipart, form.media_type, form.transfer_syntax


def instance(header, stored, *, one=True):
    form = instance_form(accepted(header), one=one)
    return form.multipart, form.syntax_for(stored, can)


def status_of(call) -> int:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.status


@pytest.mark.parametrize(
    ("header", "stored", "expected"),
    [
        # what a client gets that names no transfer syntax (PS3.18 Table 8.7.3-4)
        (None, NATIVE, (True, OCTETS, NATIVE)),
        ("*/*", uids.JPEG_LS_LOSSLESS, (True, OCTETS, NATIVE)),
        ("multipart/related", uids.RLE_LOSSLESS, (True, OCTETS, NATIVE)),
        (related(OCTETS), uids.JPEG_2000_LOSSLESS, (True, OCTETS, NATIVE)),
        (OCTETS, uids.JPEG_2000_LOSSLESS, (False, OCTETS, NATIVE)),
        ("*/*", MPEG4, (True, "video/mp4", MPEG4)),
        # native pixels are little endian octets, whatever the data set around them
        (related(OCTETS), uids.IMPLICIT_VR_LITTLE_ENDIAN, (True, OCTETS, NATIVE)),
        (related(OCTETS, "*"), uids.EXPLICIT_VR_BIG_ENDIAN, (True, OCTETS, NATIVE)),
        (related(OCTETS, "*"), uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, (True, OCTETS, NATIVE)),
        (related(OCTETS, uids.IMPLICIT_VR_LITTLE_ENDIAN), uids.JPEG_LS_LOSSLESS, (True, OCTETS, NATIVE)),
        # any syntax: as stored
        (related(OCTETS, "*"), uids.JPEG_LS_LOSSLESS, (True, OCTETS, uids.JPEG_LS_LOSSLESS)),
        (
            f"multipart/related; type={OCTETS}; transfer-syntax=*",
            uids.HTJ2K_LOSSLESS_RPCL,
            (True, OCTETS, uids.HTJ2K_LOSSLESS_RPCL),
        ),
        (related("image/*", "*"), uids.JPEG_BASELINE, (True, "image/jpeg", uids.JPEG_BASELINE)),
        ("multipart/related; transfer-syntax=*", uids.RLE_LOSSLESS, (True, "image/dicom-rle", uids.RLE_LOSSLESS)),
        (related("*/*", "*"), NATIVE, (True, OCTETS, NATIVE)),
        # a media type without a syntax: as stored where it is of that type, else its default
        (related("image/jpeg"), uids.JPEG_BASELINE, (True, "image/jpeg", uids.JPEG_BASELINE)),
        ("image/jpeg", uids.JPEG_EXTENDED, (False, "image/jpeg", uids.JPEG_EXTENDED)),
        (related("image/jp2"), uids.JPEG_2000, (True, "image/jp2", uids.JPEG_2000)),
        (related("image/jls"), NATIVE, (True, "image/jls", uids.JPEG_LS_LOSSLESS)),
        (related("image/jp2"), uids.RLE_LOSSLESS, (True, "image/jp2", uids.JPEG_2000_LOSSLESS)),
        (related("image/jpeg"), NATIVE, (True, "image/jpeg", uids.JPEG_LOSSLESS_FIRST_ORDER)),
        (related("video/mp4"), MPEG4, (True, "video/mp4", MPEG4)),
        # a syntax by name
        (related("image/jls", uids.JPEG_LS_LOSSLESS), NATIVE, (True, "image/jls", uids.JPEG_LS_LOSSLESS)),
        (related(OCTETS, uids.RLE_LOSSLESS), NATIVE, (True, OCTETS, uids.RLE_LOSSLESS)),
        # names of older editions
        (related("image/x-jls"), uids.JPEG_LS_LOSSLESS, (True, "image/jls", uids.JPEG_LS_LOSSLESS)),
        (related("image/x-dicom-rle"), uids.RLE_LOSSLESS, (True, "image/dicom-rle", uids.RLE_LOSSLESS)),
        # of what is liked equally well, what need not be transcoded; else what is liked better
        (f"{related(OCTETS)}, {related('image/jls')}", uids.JPEG_LS_LOSSLESS, (True, "image/jls", uids.JPEG_LS_LOSSLESS)),
        (f"{related('image/jls')}, {related(OCTETS)}", NATIVE, (True, OCTETS, NATIVE)),
        (f"{related('image/jls')};q=0.5, {related(OCTETS)};q=0.4", NATIVE, (True, "image/jls", uids.JPEG_LS_LOSSLESS)),
        (f"{related('image/jpx')}, {related(OCTETS)};q=0.1", NATIVE, (True, OCTETS, NATIVE)),
        ("image/dicom-rle;q=0, */*", uids.RLE_LOSSLESS, (True, OCTETS, NATIVE)),
    ],
)
def test_a_frame_goes_out_as_it_is_accepted(header, stored, expected):
    assert frame(header, stored) == expected


@pytest.mark.parametrize(
    ("header", "stored"),
    [
        ("application/dicom", NATIVE),
        ("image/png", NATIVE),
        (related("image/jpeg", uids.JPEG_LS_LOSSLESS), NATIVE),  # that is not a JPEG
        (related("image/jls", NATIVE), NATIVE),
        (related(OCTETS, uids.JPEG_BASELINE), NATIVE),  # nothing is made lossy
        (related("image/jpeg", uids.JPEG_EXTENDED), uids.JPEG_LS_LOSSLESS),
        (related(OCTETS, "1.2.3.4"), NATIVE),
        (related(OCTETS, '"not a uid"'), uids.RLE_LOSSLESS),
        (related(OCTETS), MPEG4),
        ("*/*;q=0", NATIVE),
        (related("image/jpx"), NATIVE),
    ],
)
def test_a_frame_that_cannot_be_given_so_is_refused(header, stored):
    assert status_of(lambda: frame(header, stored)) == 406


def test_the_query_parameter_comes_before_the_header():
    ranges = accepted(f"{related(OCTETS, '*')}, image/jls", f"{related('image/jp2')};q=0.1")
    assert frame_form(ranges, uids.JPEG_LS_LOSSLESS, can, one=True).media_type == "image/jp2"
    assert frame_form(ranges, MPEG4, can, one=True).transfer_syntax == MPEG4
    form = instance_form(
        accepted(related("application/dicom", "*"), f"application/dicom; transfer-syntax={NATIVE};q=0.1"), one=True
    )
    assert (form.multipart, form.wanted) == (False, ((NATIVE,),))
    form = instance_form(accepted(related("application/dicom", "*"), related("application/dicom", uids.RLE_LOSSLESS)), one=True)
    assert form.wanted == ((uids.RLE_LOSSLESS,), ("*",))


def test_many_frames_are_never_one_part():
    assert status_of(lambda: frame(OCTETS, NATIVE, one=False)) == 406
    assert status_of(lambda: frame("image/jls", uids.JPEG_LS_LOSSLESS, one=False)) == 406
    assert frame(f"{OCTETS}, {related(OCTETS)};q=0.1", NATIVE, one=False) == (True, OCTETS, NATIVE)
    assert frame("*/*", NATIVE, one=False) == (True, OCTETS, NATIVE)


def test_a_refusal_says_what_there_is():
    with pytest.raises(Problem) as caught:
        frame("image/png", uids.JPEG_LS_LOSSLESS)
    assert "image/png" in caught.value.detail
    assert f"image/jls; transfer-syntax={uids.JPEG_LS_LOSSLESS}" in caught.value.detail


def test_the_content_type_of_a_frame_names_its_syntax():
    form = frame_form(accepted("image/jls"), uids.JPEG_LS_LOSSLESS, can, one=True)
    assert form.content_type == f"image/jls; transfer-syntax={uids.JPEG_LS_LOSSLESS}"


kinds = st.sampled_from([OCTETS, "*/*", "image/*", "video/*", "image/png", *(name for name, _ in MEDIA_TYPES), *ALIASES])
syntaxes = st.sampled_from(["", "*", *ALL_SYNTAXES])
entries = st.lists(st.tuples(kinds, syntaxes, st.booleans(), st.sampled_from(["", ";q=0.5", ";q=0"])), min_size=1, max_size=4)


@given(entries, st.sampled_from(ALL_SYNTAXES), st.booleans())
def test_nobody_gets_a_frame_that_they_did_not_accept(entries, stored, one):
    header = ", ".join((related(kind, syntax) if many else kind + (f"; transfer-syntax={syntax}" if syntax else "")) + quality
                       for kind, syntax, many, quality in entries)  # fmt: skip
    try:
        form = frame_form(accepted(header), stored, can, one=one)
    except Problem:
        return
    assert form.multipart or one
    assert form.as_stored or can(stored, form.transfer_syntax)
    named = [(ALIASES.get(kind, kind), syntax) for kind, syntax, _, quality in entries if quality != ";q=0"]
    native = form.transfer_syntax == NATIVE

    def allows(kind: str, syntax: str) -> bool:
        of_kind = kind in ("*/*", form.media_type) or kind == form.media_type.split("/")[0] + "/*"
        of_syntax = syntax in ("", "*", form.transfer_syntax) or (native and not uids.of(syntax).encapsulated)
        return of_kind and of_syntax

    assert any(allows(kind, syntax) for kind, syntax in named)
    assert form.media_type in (OCTETS, media_type_of(form.transfer_syntax))


@pytest.mark.parametrize(
    ("header", "stored", "expected"),
    [
        (None, NATIVE, (True, NATIVE)),
        ("*/*", uids.JPEG_2000_LOSSLESS, (True, NATIVE)),
        (related("application/dicom"), uids.IMPLICIT_VR_LITTLE_ENDIAN, (True, NATIVE)),
        (related("application/dicom"), uids.JPEG_LS_LOSSLESS, (True, NATIVE)),
        ("application/dicom", uids.EXPLICIT_VR_BIG_ENDIAN, (False, NATIVE)),
        # what nothing here decodes goes as it is, where no syntax was named
        (related("application/dicom"), MPEG4, (True, MPEG4)),
        ("application/dicom", MPEG4, (False, MPEG4)),
        (related("application/dicom", NATIVE), MPEG4, (True, None)),
        # any syntax is the stored one, but for the two that are not for the web
        (related("application/dicom", "*"), uids.JPEG_BASELINE, (True, uids.JPEG_BASELINE)),
        ("application/dicom; transfer-syntax=*", uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
         (False, uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)),
        (related("application/dicom", "*"), uids.IMPLICIT_VR_LITTLE_ENDIAN, (True, NATIVE)),
        (related("application/dicom", "*"), uids.EXPLICIT_VR_BIG_ENDIAN, (True, NATIVE)),
        (related("application/dicom", uids.IMPLICIT_VR_LITTLE_ENDIAN), uids.IMPLICIT_VR_LITTLE_ENDIAN,
         (True, uids.IMPLICIT_VR_LITTLE_ENDIAN)),
        # several syntaxes
        (f"{related('application/dicom', uids.JPEG_2000_LOSSLESS)}, {related('application/dicom', uids.JPEG_LS_LOSSLESS)}",
         uids.JPEG_LS_LOSSLESS, (True, uids.JPEG_LS_LOSSLESS)),
        (f"{related('application/dicom', uids.JPEG_2000_LOSSLESS)}, {related('application/dicom', uids.JPEG_LS_LOSSLESS)}",
         NATIVE, (True, uids.JPEG_2000_LOSSLESS)),
        (f"{related('application/dicom', uids.JPEG_BASELINE)}, {related('application/dicom', NATIVE)};q=0.2",
         NATIVE, (True, NATIVE)),
        (f"{related('application/dicom', uids.RLE_LOSSLESS)};q=0.9, {related('application/dicom', NATIVE)};q=0.2",
         NATIVE, (True, uids.RLE_LOSSLESS)),
        # the form that is liked best decides
        (f"application/dicom, {related('application/dicom')};q=0.9", NATIVE, (False, NATIVE)),
    ],
)  # fmt: skip
def test_an_instance_goes_out_as_it_is_accepted(header, stored, expected):
    assert instance(header, stored) == expected


def test_a_form_tells_whether_a_stored_syntax_can_be_refused():
    assert instance_form(accepted("*/*"), one=True).takes_anything
    assert instance_form(accepted(related("application/dicom", "*")), one=True).takes_anything
    assert not instance_form(accepted(related("application/dicom", NATIVE)), one=True).takes_anything


def test_several_instances_are_never_one_part():
    assert status_of(lambda: instance("application/dicom", NATIVE, one=False)) == 406
    assert instance(f"application/dicom, {related('application/dicom')};q=0.1", NATIVE, one=False) == (True, NATIVE)


@pytest.mark.parametrize(
    "header", ["application/dicom+json", "image/jpeg", related("image/jpeg"), "*/*;q=0", related("application/dicom+xml")]
)
def test_instances_have_no_other_form(header):
    assert status_of(lambda: instance_form(accepted(header), one=True)) == 406


@given(st.sampled_from(ALL_SYNTAXES), st.lists(syntaxes, min_size=1, max_size=3))
def test_nobody_gets_an_instance_in_a_syntax_that_they_did_not_accept(stored, wanted):
    syntax = instance_form(accepted(", ".join(related("application/dicom", name) for name in wanted)), one=False).syntax_for(
        stored, can
    )
    if syntax is None:
        assert stored not in wanted
        assert "" not in wanted
    else:
        assert syntax in wanted or "*" in wanted or ("" in wanted and syntax in (NATIVE, stored))
        assert syntax == stored or can(stored, syntax)


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, False), ("*/*", False), (OCTETS, False), (related(OCTETS), True), ("multipart/related", True),
     (f"{related(OCTETS)}, {OCTETS}", True), (f"{related(OCTETS)};q=0.5, {OCTETS}", False), ("application/*", False)],
)  # fmt: skip
def test_a_value_goes_out_alone_or_as_a_part(header, expected):
    assert in_parts(accepted(header)) is expected


def test_a_value_is_nothing_but_octets():
    assert status_of(lambda: in_parts(accepted("image/png, application/pdf"))) == 406
    assert status_of(lambda: in_parts(accepted(f"{OCTETS};q=0"))) == 406


def test_every_transfer_syntax_of_a_media_type_is_one_of_the_standard():
    named = [syntax for _, syntaxes in MEDIA_TYPES for syntax in syntaxes]
    assert len(named) == len(set(named))
    assert set(named) <= set(ALL_SYNTAXES)
    assert set(ALIASES.values()) <= {name for name, _ in MEDIA_TYPES}
    for name, syntaxes in MEDIA_TYPES:
        assert {media_type_of(syntax) for syntax in syntaxes} == {name}
    assert media_type_of("1.2.840.10008.1.2.4.102.1") == "video/mp4"
    assert media_type_of(NATIVE) == OCTETS
